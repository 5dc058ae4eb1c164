//! The TLDs that the accounts service has told us of.

use jiff::civil::Date;
use jiff_sqlx::{Date as SqlDate, ToSqlx};
use nsp_kit::{db::Tx, id::AccountId};

use crate::{domain::Label, error::Error};

/// Whose a TLD is, and since when we know it.
#[derive(Debug, Clone)]
pub struct Tld {
    pub label: Label,
    pub account: AccountId,
    pub created: Date,
    /// From which day on its account owes reports; none before delegation.
    pub owes_from: Option<Date>,
}

/// Remembers whose a TLD is. A new holder owes what follows, not what was; a TLD that is not delegated owes nothing.
pub async fn put(
    tx: &mut Tx,
    label: &Label,
    account: AccountId,
    delegated: Option<Date>,
    today: Date,
) -> Result<(), Error> {
    // Whatever was put into the system late was there when it was delegated.
    let created = delegated.map_or(today, |delegated| delegated.min(today));
    sqlx::query!(
        "insert into tlds (label, account, created, owes_from)
         values ($1, $2, $3, case when $4::date is not null then greatest($4, $5::date) end)
         on conflict (label) do update set
             account = excluded.account,
             created = least(tlds.created, excluded.created),
             owes_from = case when tlds.account = excluded.account and tlds.owes_from is not null and excluded.owes_from is not null
                              then tlds.owes_from else excluded.owes_from end",
        label.as_ref(),
        account.0,
        created.to_sqlx() as SqlDate,
        delegated.map(ToSqlx::to_sqlx) as Option<SqlDate>,
        today.to_sqlx() as SqlDate,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A TLD, if it is known.
pub async fn find(tx: &mut Tx, label: &Label) -> Result<Option<Tld>, Error> {
    let row = sqlx::query!(
        r#"select account, created "created: SqlDate", owes_from "owes_from: SqlDate" from tlds where label = $1"#,
        label.as_ref(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| Tld {
        label: label.clone(),
        account: AccountId(row.account),
        created: row.created.to_jiff(),
        owes_from: row.owes_from.map(SqlDate::to_jiff),
    }))
}

/// Locks a TLD until the transaction ends, and says whose it is now: its submissions come one after the other.
pub async fn lock(tx: &mut Tx, label: &Label) -> Result<AccountId, Error> {
    let account = sqlx::query_scalar!(
        "select account from tlds where label = $1 for no key update",
        label.as_ref(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    account.map(AccountId).ok_or(Error::TldNotFound)
}
