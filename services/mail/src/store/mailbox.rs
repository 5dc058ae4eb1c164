//! The development mailbox, in the database.

use jiff_sqlx::ToSqlx;
use nsp_kit::{db::Tx, page::Page};
use sqlx::Result;

use crate::domain::MailboxMessageId;

/// How many mails it keeps.
const KEEP: i64 = 1_000;

/// A mail as it came in.
#[derive(Debug)]
pub struct Received {
    pub id: MailboxMessageId,
    pub sender: String,
    pub recipients: Vec<String>,
    pub subject: String,
    pub receive_time: jiff_sqlx::Timestamp,
    /// Empty in lists.
    pub raw: Vec<u8>,
}

/// Keeps a mail, and forgets the oldest beyond the last thousand.
pub async fn insert(
    tx: &mut Tx,
    sender: &str,
    recipients: &[String],
    subject: &str,
    raw: &[u8],
) -> Result<()> {
    sqlx::query!(
        "insert into mailbox_messages (id, sender, recipients, subject, receive_time, raw)
         values ($1, $2, $3, $4, $5, $6)",
        MailboxMessageId::new() as _,
        sender,
        recipients,
        subject,
        tx.now().to_sqlx() as _,
        raw,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "delete from mailbox_messages where id <= (select id from mailbox_messages order by id desc offset $1 limit 1)",
        KEEP,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// One page of mail, newest first; only mail to `recipient` if that is not empty.
pub async fn list(
    tx: &mut Tx,
    recipient: &str,
    page: &Page<MailboxMessageId>,
) -> Result<Vec<Received>> {
    sqlx::query_as!(
        Received,
        r#"select id, sender, recipients, subject, receive_time, ''::bytea as "raw!" from mailbox_messages
           where ($1 = '' or exists (select from unnest(recipients) as it where lower(it) = lower($1))) and ($2::uuid is null or id < $2)
           order by id desc limit $3"#,
        recipient,
        page.after as _,
        page.limit(),
    )
    .fetch_all(&mut **tx)
    .await
}

pub async fn get(tx: &mut Tx, id: MailboxMessageId) -> Result<Option<Received>> {
    sqlx::query_as!(
        Received,
        "select id, sender, recipients, subject, receive_time, raw from mailbox_messages where id = $1",
        id as _,
    )
    .fetch_optional(&mut **tx)
    .await
}
