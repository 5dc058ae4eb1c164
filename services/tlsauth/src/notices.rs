//! Mails to an account's people: asks identity who they are, and asks the mail service to write to them.
//!
//! What is to be said is written down with the change that it is about; who hears it is found out afterwards, because
//! another service knows. The waiting period of an upload begins when its registry has been told, and not before.

use std::{convert::Infallible, time::Duration};

use anyhow::Context;
use jiff::SignedDuration;
use nsp_kit::{
    client::Channel,
    clock::Clock,
    db::{Database, Tx},
    events::{About, publish},
};
use nsp_proto::{
    auth::v1::Role,
    events::v1::MessageRequested,
    identity::v1::{ListAccountUsersRequest, member_service_client::MemberServiceClient},
};
use uuid::Uuid;

use crate::{
    SERVICE, announce,
    store::{
        consents,
        notices::{self, Notice},
    },
};

const BATCH: i64 = 20;
/// How often we look for notices that nobody could be found for, or of which we were not told.
const LOOK_AGAIN: Duration = Duration::from_mins(1);
const RETRY: Duration = Duration::from_secs(2);

/// Who acts for an account; identity knows.
pub struct People(Channel);

impl People {
    pub fn new(identity: Channel) -> Self {
        Self(identity)
    }

    /// The users whom a notice concerns: administrators, and those who do the technical work.
    async fn of(&self, notice: &Notice) -> anyhow::Result<Vec<String>> {
        let request = ListAccountUsersRequest {
            account: notice.account.to_string(),
            roles: vec![Role::Administrator.into(), Role::Technical.into()],
            tld: notice.tld.clone(),
        };
        let mut identity = MemberServiceClient::new(self.0.clone());
        let answer = identity.list_account_users(request).await?;
        Ok(answer.into_inner().users)
    }
}

/// Sends notices, for ever.
pub async fn send(
    db: &Database,
    clock: &Clock,
    people: &People,
    waiting: SignedDuration,
) -> anyhow::Result<()> {
    loop {
        let Err(error) = send_until_it_breaks(db, clock, people, waiting).await;
        tracing::warn!(?error, "notices wait");
        tokio::time::sleep(RETRY).await;
    }
}

async fn send_until_it_breaks(
    db: &Database,
    clock: &Clock,
    people: &People,
    waiting: SignedDuration,
) -> anyhow::Result<Infallible> {
    let mut changes = db.listen(notices::CHANNEL).await?;
    loop {
        let mut after = Uuid::nil();
        while let Some(last) = send_batch(db, clock, people, waiting, after).await? {
            after = last;
        }
        if let Ok(change) = tokio::time::timeout(LOOK_AGAIN, changes.recv()).await {
            change.context("notifications stopped")?;
        }
    }
}

/// Sends the next notices after `after`, and gives the last one's id if there were any.
async fn send_batch(
    db: &Database,
    clock: &Clock,
    people: &People,
    waiting: SignedDuration,
    after: Uuid,
) -> anyhow::Result<Option<Uuid>> {
    let mut tx = db.begin_as_service(SERVICE, clock.now()).await?;
    // Replicas wait for each other, so that nobody is told twice.
    sqlx::query("select pg_advisory_xact_lock(hashtext($1))")
        .bind(notices::CHANNEL)
        .execute(&mut *tx)
        .await?;
    let batch = notices::next(&mut tx, after, BATCH).await?;
    for notice in &batch {
        let users = people.of(notice).await?;
        if users.is_empty() {
            tracing::warn!(account = %notice.account, template = notice.template, "nobody to write to; trying again later");
            continue;
        }
        send_one(&mut tx, notice, users, waiting).await?;
    }
    tx.commit().await?;
    Ok(batch.last().map(|notice| notice.id))
}

async fn send_one(
    tx: &mut Tx,
    notice: &Notice,
    users: Vec<String>,
    waiting: SignedDuration,
) -> anyhow::Result<()> {
    let mut values = notice.values.clone();
    if let Some(consent) = notice.consent {
        let Some(consent) = consents::begin_waiting(tx, consent, waiting).await? else {
            // Taken back or decided before anybody was told: there is nothing to tell.
            return Ok(notices::delete(tx, notice.id).await?);
        };
        let due = consent.due_time.map(|at| at.to_string());
        values.insert("due".to_owned(), due.unwrap_or_default());
        announce::consent_requested(tx, &consent).await?;
    }
    let message = MessageRequested {
        template: notice.template.clone(),
        recipients: users,
        resource: notice.resource.clone(),
        account: notice.account.to_string(),
        values,
        link: String::new(),
    };
    publish(tx, &About::new(&notice.resource, notice.account), &message).await?;
    notices::delete(tx, notice.id).await?;
    Ok(())
}
