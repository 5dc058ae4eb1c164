//! Events: messages of `nsp.events.v1`, sent as CloudEvents over JetStream.
//!
//! [`outbox`] writes them down with the change they tell of and publishes them afterwards; [`inbox`] hands each of them
//! to a handler exactly once per consumer; [`follow`] shows all of them to memories that must not miss any; [`live`] shows
//! them as they pass, to those who only want to look.

pub mod follow;
pub mod inbox;
pub mod live;
pub mod outbox;
mod parked;

use std::time::Duration;

use async_nats::jetstream::{self, stream};
use bytes::Bytes;
use nsp_proto::event::Event as Message;
use uuid::Uuid;

pub use self::{
    inbox::Handler,
    outbox::{About, announce, audit, publish},
};

const STREAM: &str = "NSP";
/// How long JetStream remembers the ids it has seen. Beyond it, the inbox does.
const DUPLICATE_WINDOW: Duration = Duration::from_mins(10);

/// An event as a consumer receives it.
#[derive(Debug, Clone)]
pub struct Event {
    /// The CloudEvents `id`; the same for every delivery of the event.
    pub id: Uuid,
    /// Where it was published, such as `nsp.cases.v1.case.submitted`.
    pub subject: String,
    /// The full name of the message, such as `nsp.events.v1.CaseSubmitted`.
    pub kind: String,
    /// The resource it is about, such as `cases/0198…`; may be empty.
    pub about: String,
    data: Bytes,
}

impl Event {
    /// The event as an `E`, if that is what it is.
    pub fn decode<E: Message>(&self) -> Option<serde_json::Result<E>> {
        (self.kind == E::full_name()).then(|| serde_json::from_slice(&self.data))
    }

    pub(crate) fn read(message: &async_nats::Message) -> Option<Self> {
        let header = |name| {
            message
                .headers
                .as_ref()?
                .get(name)
                .map(async_nats::HeaderValue::as_str)
        };
        Some(Self {
            id: header("ce-id")?.parse().ok()?,
            subject: message.subject.to_string(),
            kind: header("ce-type")?.to_owned(),
            about: header("ce-subject").unwrap_or_default().to_owned(),
            data: message.payload.clone(),
        })
    }
}

/// The one stream that keeps every event. Whoever needs it first creates it.
pub async fn stream(
    js: &jetstream::Context,
) -> Result<stream::Stream, jetstream::context::CreateStreamError> {
    js.get_or_create_stream(stream::Config {
        name: STREAM.to_owned(),
        subjects: vec!["nsp.>".to_owned()],
        duplicate_window: DUPLICATE_WINDOW,
        ..Default::default()
    })
    .await
}
