//! The iCalendar feeds of accounts.

use jiff_sqlx::{Timestamp, ToSqlx};
use nsp_kit::secret::Secret;
use nsp_kit::{db::Tx, id::AccountId};

use crate::{domain::FeedId, error::Error};

/// A feed, without its secret.
#[derive(Debug, Clone)]
pub struct Feed {
    pub id: FeedId,
    pub account: AccountId,
    pub creator: String,
    pub creator_name: String,
    pub create_time: jiff::Timestamp,
    pub read_time: Option<jiff::Timestamp>,
}

struct FeedRow {
    id: FeedId,
    account: AccountId,
    creator: String,
    creator_name: String,
    create_time: Timestamp,
    read_time: Option<Timestamp>,
}

impl From<FeedRow> for Feed {
    fn from(row: FeedRow) -> Self {
        Self {
            id: row.id,
            account: row.account,
            creator: row.creator,
            creator_name: row.creator_name,
            create_time: row.create_time.to_jiff(),
            read_time: row.read_time.map(Timestamp::to_jiff),
        }
    }
}

/// The feed of an account, if it has one that the transaction sees.
pub async fn of_account(tx: &mut Tx, account: AccountId) -> Result<Option<Feed>, Error> {
    let row = sqlx::query_as!(
        FeedRow,
        r#"select id "id: FeedId", account "account: AccountId", creator, creator_name, create_time, read_time
           from feeds where account = $1"#,
        account.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(Feed::from))
}

/// The feed with that secret.
pub async fn of_secret(tx: &mut Tx, secret: &Secret) -> Result<Option<Feed>, Error> {
    let row = sqlx::query_as!(
        FeedRow,
        r#"select id "id: FeedId", account "account: AccountId", creator, creator_name, create_time, read_time
           from feeds where secret = $1"#,
        secret.hash(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(Feed::from))
}

/// Adds it; false if the account has one.
pub async fn insert(tx: &mut Tx, feed: &Feed, secret: &Secret) -> Result<bool, Error> {
    let added = sqlx::query!(
        "insert into feeds (id, account, secret, creator, creator_name, create_time) values ($1, $2, $3, $4, $5, $6)
         on conflict on constraint feeds_account do nothing",
        feed.id.0,
        feed.account.0,
        secret.hash(),
        feed.creator,
        feed.creator_name,
        feed.create_time.to_sqlx() as Timestamp,
    )
    .execute(&mut **tx)
    .await?;
    Ok(added.rows_affected() == 1)
}

/// Deletes it; false if the account has no such feed.
pub async fn delete(tx: &mut Tx, id: FeedId, account: AccountId) -> Result<bool, Error> {
    let deleted = sqlx::query!(
        "delete from feeds where id = $1 and account = $2",
        id.0,
        account.0,
    )
    .execute(&mut **tx)
    .await?;
    Ok(deleted.rows_affected() == 1)
}

/// Notes that it was asked for.
pub async fn set_read(tx: &mut Tx, id: FeedId) -> Result<(), Error> {
    sqlx::query!(
        "update feeds set read_time = $2 where id = $1",
        id.0,
        tx.now().to_sqlx() as Timestamp,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
