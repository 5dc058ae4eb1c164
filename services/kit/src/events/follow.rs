//! Events followed from a moment on, for memories that must not miss any. Nothing is acknowledged: it is seen again when
//! the connection was lost.

use std::{
    convert::Infallible,
    time::{Duration, SystemTime},
};

use async_nats::jetstream::{
    self,
    consumer::{DeliverPolicy, pull::OrderedConfig},
};
use futures_util::StreamExt;
use jiff::SignedDuration;

use super::{Event, Message, stream};
use crate::clock::Clock;

const RETRY: Duration = Duration::from_secs(1);

/// Calls `see` with every `E` from a time that is as long `ago`, for ever, in the order of the stream; with an error in
/// the place of one that cannot be read. Events that pass while NATS cannot be reached are seen afterwards, and the last
/// one before that again.
pub async fn follow<E: Message>(
    nats: &async_nats::Client,
    ago: SignedDuration,
    see: impl Fn(serde_json::Result<E>),
) -> anyhow::Result<()> {
    let js = jetstream::new(nats.clone());
    // By NATS's clock, which no test moves.
    let mut from = SystemTime::from(Clock::system().now() - ago);
    loop {
        let Err(error) = follow_until_it_breaks(&js, &mut from, &see).await;
        tracing::warn!(
            ?error,
            subject = E::SUBJECT,
            "cannot follow events; trying again"
        );
        tokio::time::sleep(RETRY).await;
    }
}

async fn follow_until_it_breaks<E: Message>(
    js: &jetstream::Context,
    from: &mut SystemTime,
    see: &impl Fn(serde_json::Result<E>),
) -> anyhow::Result<Infallible> {
    let config = OrderedConfig {
        filter_subject: E::SUBJECT.to_owned(),
        deliver_policy: DeliverPolicy::ByStartTime {
            start_time: (*from).into(),
        },
        ..Default::default()
    };
    let consumer = stream(js).await?.create_consumer(config).await?;
    let mut messages = consumer.messages().await?;
    while let Some(message) = messages.next().await {
        let message = message?;
        if let Some(event) = Event::read(&message).and_then(|event| event.decode()) {
            see(event);
        }
        if let Ok(info) = message.info() {
            *from = info.published.into();
        }
    }
    anyhow::bail!("the stream of events ended")
}
