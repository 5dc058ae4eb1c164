//! The TLDs that the accounts service has told us of.

use nsp_kit::{db::Tx, id::AccountId};

use crate::{domain::Label, error::Error};

/// Remembers whose a TLD is.
pub async fn put(tx: &mut Tx, label: &Label, account: AccountId) -> Result<(), Error> {
    sqlx::query!(
        "insert into tlds (label, account) values ($1, $2) on conflict (label) do update set account = excluded.account",
        label.as_ref(),
        account.0,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A TLD that the caller acts for.
#[derive(Debug)]
pub struct Held {
    pub label: String,
    /// Who holds it: the caller's account, or one that lets it schedule the TLD's windows.
    pub account: AccountId,
    /// Empty while nobody has told.
    pub account_name: String,
}

/// Which of `labels` `account` acts for, as far as the transaction sees. They are locked until it ends: whoever enters or
/// changes windows of a TLD does so alone, and sees what the others have entered.
pub async fn lock(tx: &mut Tx, account: AccountId, labels: &[Label]) -> Result<Vec<Held>, Error> {
    let labels: Vec<String> = labels
        .iter()
        .map(|label| label.as_ref().to_owned())
        .collect();
    // Always in the same order, so that two who lock several do not wait for each other.
    let held = sqlx::query_as!(
        Held,
        r#"select label, account "account: AccountId", coalesce(name, '') "account_name!"
           from tlds left join accounts on id = account
           where (account = $1 or (label, account) in (select tld, account from granted)) and label = any($2)
           order by label for no key update of tlds"#,
        account.0,
        &labels,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(held)
}
