//! What we do about the events of others: one row per recipient of every mail they ask for.

use std::collections::BTreeSet;

use anyhow::{Context, anyhow};
use nsp_kit::{
    db::Tx,
    events::{Event, Handler},
    id::{AccountId, UserId},
};
use nsp_proto::events::v1::MessageRequested;

use crate::{
    SERVICE,
    domain::{MessageId, Template},
    letters::Stationery,
    store::{self, messages::Queued},
};

/// Wishes for mail, published by whichever service wants it sent.
pub struct Wishes {
    pub stationery: Stationery,
}

impl Handler for Wishes {
    const SERVICE: &'static str = SERVICE;
    const SUBJECTS: &'static str = "nsp.mail.v1.>";

    async fn handle(&self, tx: &mut Tx, event: &Event) -> anyhow::Result<()> {
        let Some(wish) = event.decode::<MessageRequested>() else {
            return Ok(());
        };
        let wish = wish?;
        let template: Template = wish
            .template
            .parse()
            .map_err(|problem| anyhow!("{problem:}"))?;
        let subject = self.stationery.subject(template, &wish.values)?;
        let account: Option<AccountId> = match wish.account.as_str() {
            "" => None,
            name => Some(
                name.parse()
                    .map_err(|problem| anyhow!("account {problem}"))?,
            ),
        };
        // Each person gets one mail, however often they are named.
        let recipients: BTreeSet<&str> = wish.recipients.iter().map(String::as_str).collect();
        for recipient in recipients {
            let recipient: UserId = recipient
                .parse()
                .map_err(|problem| anyhow!("recipient {problem}"))?;
            let id = MessageId::new();
            let message = Queued {
                id,
                event: event.id,
                template,
                values: serde_json::to_value(&wish.values).context("values")?,
                resource: wish.resource.clone(),
                account,
                recipient,
                link: wish.link.clone(),
                subject: subject.clone(),
                message_id: self.stationery.message_id(id.0),
            };
            store::messages::insert(tx, message).await?;
        }
        store::messages::wake_senders(tx).await?;
        Ok(())
    }
}
