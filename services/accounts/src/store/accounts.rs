//! Accounts in the database.

use jiff_sqlx::ToSqlx;
use nsp_kit::{db::Tx, id::AccountId, page::Page};
use sqlx::Result;
use uuid::Uuid;

use super::{Within, read, read_optional, text};
use crate::domain::{Account, AccountKind};

/// The key of a list of accounts.
pub type Key = (String, AccountId);

/// Which accounts a list wants.
#[derive(Debug, Default)]
pub struct Filter {
    /// Part of the display name; empty for any.
    pub query: String,
    pub kind: Option<AccountKind>,
}

struct Row {
    id: AccountId,
    display_name: String,
    kind: AccountKind,
    country: String,
    engagement_manager: String,
    create_time: jiff_sqlx::Timestamp,
}

impl TryFrom<Row> for Account {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id,
            display_name: read("display_name", &row.display_name)?,
            kind: row.kind,
            country: read("country", &row.country)?,
            engagement_manager: read_optional("engagement_manager", &row.engagement_manager)?,
            create_time: row.create_time.to_jiff(),
        })
    }
}

/// The account, if the transaction may see it.
pub async fn get(tx: &mut Tx, id: AccountId) -> Result<Option<Account>> {
    let Some(within) = Within::scope_of(tx) else {
        return Ok(None);
    };
    let row = sqlx::query_as!(
        Row,
        "select id, display_name, kind, country, engagement_manager, create_time from accounts
         where id = $1 and ($2::uuid is null or id = $2)",
        id as _,
        within.account as _,
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.map(Account::try_from).transpose()
}

/// One page of accounts by display name.
pub async fn list(tx: &mut Tx, filter: &Filter, page: &Page<Key>) -> Result<Vec<Account>> {
    let Some(within) = Within::scope_of(tx) else {
        return Ok(Vec::new());
    };
    let (name, id) = page.after.clone().unzip();
    let rows = sqlx::query_as!(
        Row,
        "select id, display_name, kind, country, engagement_manager, create_time from accounts
         where ($1::uuid is null or id = $1)
           and ($2 = '' or strpos(lower(display_name), lower($2)) > 0)
           and ($3::text is null or kind = $3)
           and ($4::text is null or (display_name, id) > ($4, $5))
         order by display_name, id limit $6",
        within.account as _,
        filter.query,
        filter.kind as _,
        name,
        id as _,
        page.limit(),
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(Account::try_from).collect()
}

/// Adds an account, unless `request_id` has added one before. Says whether it did.
pub async fn insert(tx: &mut Tx, account: &Account, request_id: Option<Uuid>) -> Result<bool> {
    let done = sqlx::query!(
        "insert into accounts (id, display_name, kind, country, engagement_manager, create_time, request_id)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (request_id) do nothing",
        account.id as _,
        account.display_name.as_str(),
        account.kind as _,
        account.country.to_string(),
        text(account.engagement_manager.as_ref()),
        account.create_time.to_sqlx() as _,
        request_id,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The account that a request added.
pub async fn by_request(tx: &mut Tx, request_id: Uuid) -> Result<Option<AccountId>> {
    sqlx::query_scalar!("select id from accounts where request_id = $1", request_id)
        .fetch_optional(&mut **tx)
        .await
}

/// Whether there is any account at all.
pub async fn any(tx: &mut Tx) -> Result<bool> {
    sqlx::query_scalar!(r#"select exists (select from accounts) as "any!""#)
        .fetch_one(&mut **tx)
        .await
}
