//! Mail to send and sent, in the database.

use std::time::Duration;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use nsp_kit::{
    auth::Scope,
    db::Tx,
    id::{AccountId, UserId},
    page::Page,
};
use sqlx::Result;
use uuid::Uuid;

use crate::domain::{Due, MessageId, Outcome, State, Template, next_try};

/// Where senders are told that there is something to send.
pub const CHANNEL: &str = "nsp_mail";
/// How long a try may last before somebody else tries. Longer than any try takes.
const LEASE: Duration = Duration::from_mins(3);

/// A mail that was asked for.
pub struct Queued {
    pub id: MessageId,
    pub event: Uuid,
    pub template: Template,
    pub values: serde_json::Value,
    pub resource: String,
    pub account: Option<AccountId>,
    pub recipient: UserId,
    pub link: String,
    pub subject: String,
    pub message_id: String,
}

/// A mail as lists show it.
#[derive(Debug)]
pub struct Listed {
    pub id: MessageId,
    pub recipient: UserId,
    pub recipient_name: String,
    pub subject: String,
    pub state: State,
    pub create_time: jiff_sqlx::Timestamp,
    pub send_time: Option<jiff_sqlx::Timestamp>,
}

/// Queues a mail, unless its event has asked for it before.
pub async fn insert(tx: &mut Tx, message: Queued) -> Result<()> {
    let now = tx.now().to_sqlx();
    sqlx::query!(
        "insert into messages (id, event, template, vals, resource, account, recipient, link, subject, message_id,
                               internal, next_attempt, create_time)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12) on conflict (event, recipient) do nothing",
        message.id as _,
        message.event,
        message.template as _,
        message.values,
        message.resource,
        message.account as _,
        message.recipient as _,
        message.link,
        message.subject,
        message.message_id,
        message.template.is_internal(),
        now as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Wakes the senders of all replicas once `tx` has committed.
pub async fn wake_senders(tx: &mut Tx) -> Result<()> {
    sqlx::query!("select pg_notify($1, '')", CHANNEL)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Takes the mail that has been due longest, for as long as the lease lasts.
pub async fn take_due(tx: &mut Tx) -> Result<Option<Due>> {
    let now = tx.now();
    let row = sqlx::query!(
        "update messages set attempts = attempts + 1, next_attempt = $2
         where id = (select id from messages where state = 'queued' and next_attempt <= $1
                     order by next_attempt, id limit 1 for update skip locked)
         returning id, template, vals, resource, recipient, link, subject, message_id, attempts, create_time",
        now.to_sqlx() as _,
        (now + LEASE).to_sqlx() as _,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| Due {
        id: row.id,
        template: row.template,
        values: row.vals,
        resource: row.resource,
        recipient: row.recipient,
        link: row.link,
        subject: row.subject,
        message_id: row.message_id,
        attempts: row.attempts,
        create_time: row.create_time.to_jiff(),
    }))
}

/// Writes down what became of a try, unless its lease ran out and somebody else tried since. Returns the new state.
pub async fn finish(
    tx: &mut Tx,
    message: &Due,
    recipient_name: &str,
    outcome: Outcome,
) -> Result<State> {
    let now = tx.now();
    let next = next_try(message.id, message.attempts, message.create_time, now);
    let (state, problem) = match outcome {
        Outcome::Sent => (State::Sent, String::new()),
        Outcome::Skipped => (State::Skipped, String::new()),
        Outcome::Never(trouble) => (State::Failed, trouble.to_string()),
        Outcome::Later(trouble) if next.is_none() => (
            State::Failed,
            format!("gave up after three days: {trouble}"),
        ),
        Outcome::Later(trouble) => (State::Queued, trouble.to_string()),
    };
    let sent: Option<Timestamp> = (state == State::Sent).then_some(now);
    sqlx::query!(
        "update messages set state = $3, problem = $4, send_time = $5, next_attempt = coalesce($6, next_attempt),
                recipient_name = coalesce(nullif($7, ''), recipient_name)
         where id = $1 and attempts = $2 and state = 'queued'",
        message.id as _,
        message.attempts,
        state as _,
        problem,
        sent.map(ToSqlx::to_sqlx) as _,
        next.map(ToSqlx::to_sqlx) as _,
        recipient_name,
    )
    .execute(&mut **tx)
    .await?;
    Ok(state)
}

/// One page of the mail about a resource, oldest first. Mail that its recipient did not want is no mail.
pub async fn list(tx: &mut Tx, resource: &str, page: &Page<MessageId>) -> Result<Vec<Listed>> {
    let (account, only) = match tx.scope() {
        Scope::Staff | Scope::Service => (None, None),
        Scope::Account { account, tlds } => {
            let person = tx.actor().person().map(|person| person.user);
            (Some(*account), person.filter(|_| !tlds.is_empty()))
        }
        Scope::Person => return Ok(Vec::new()),
    };
    sqlx::query_as!(
        Listed,
        "select id, recipient, recipient_name, subject, state, create_time, send_time from messages
         where resource = $1 and state <> 'skipped'
           and ($2::uuid is null or (account = $2 and not internal))
           and ($3::uuid is null or recipient = $3)
           and ($4::uuid is null or id > $4)
         order by id limit $5",
        resource,
        account as _,
        only as _,
        page.after as _,
        page.limit(),
    )
    .fetch_all(&mut **tx)
    .await
}
