//! TLDs: whose they are, by what right the viewer sees them, and what there is of them.

use jiff_sqlx::Timestamp;
use nsp_kit::{db::Tx, id::AccountId, page::Page};
use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::{
    domain::{GrantId, Label},
    error::Error,
};

/// A TLD that the viewer may change data of.
#[derive(Debug, Clone)]
pub struct Held {
    pub label: String,
    pub account: AccountId,
    pub account_name: String,
    /// By which another account may; none for the one that holds it.
    pub grant: Option<(GrantId, jiff::Timestamp)>,
}

/// Remembers whose a TLD is, and says who had it until now if that was another.
pub async fn put(
    tx: &mut Tx,
    label: &Label,
    account: AccountId,
) -> Result<Option<AccountId>, Error> {
    let label = label.as_ref();
    // Whoever changes data of the TLD at this moment is waited for.
    sqlx::query!(
        "select version from policies where tld = $1 for no key update",
        label
    )
    .fetch_optional(&mut **tx)
    .await?;
    let before = sqlx::query_scalar!("select account from tlds where label = $1", label)
        .fetch_optional(&mut **tx)
        .await?;
    sqlx::query!(
        "insert into tlds (label, account) values ($1, $2) on conflict (label) do update set account = excluded.account",
        label,
        account.0,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "insert into policies (tld) values ($1) on conflict do nothing",
        label
    )
    .execute(&mut **tx)
    .await?;
    Ok(before.map(AccountId).filter(|before| *before != account))
}

/// Those of `labels` that `account` holds or that are granted to it. They are locked until the transaction ends:
/// whoever changes data of a TLD does so alone, and sees what the others have entered.
pub async fn lock(tx: &mut Tx, account: AccountId, labels: &[Label]) -> Result<Vec<Held>, Error> {
    lock_only(tx, labels).await?;
    held(tx, account, &texts(labels)).await
}

/// Locks those of `labels` that the transaction sees, whosever they are.
pub async fn lock_only(tx: &mut Tx, labels: &[Label]) -> Result<(), Error> {
    // Always in the same order, so that two who lock several do not wait for each other.
    sqlx::query!(
        "select version from policies where tld = any($1) order by tld for no key update",
        &texts(labels),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(())
}

/// As [`lock`], without locking.
pub async fn find(tx: &mut Tx, account: AccountId, labels: &[Label]) -> Result<Vec<Held>, Error> {
    held(tx, account, &texts(labels)).await
}

fn texts(labels: &[Label]) -> Vec<String> {
    labels.iter().map(|it| it.as_ref().to_owned()).collect()
}

async fn held(tx: &mut Tx, account: AccountId, labels: &[String]) -> Result<Vec<Held>, Error> {
    let rows = sqlx::query!(
        r#"select label "label!", tlds.account "account!", coalesce(accounts.name, '') "account_name!",
                  granted.id "grant_id?", granted.expire_time "expire_time?"
           from tlds left join accounts on accounts.id = tlds.account
                left join granted on granted.tld = label and tlds.account <> $1
           where label = any($2) and (tlds.account = $1 or granted.id is not null)"#,
        account.0,
        labels,
    )
    .fetch_all(&mut **tx)
    .await?;
    let held = rows.into_iter().map(|row| Held {
        label: row.label,
        account: AccountId(row.account),
        account_name: row.account_name,
        grant: row
            .grant_id
            .zip(row.expire_time)
            .map(|(id, at)| (GrantId(id), at.to_jiff())),
    });
    Ok(held.collect())
}

/// Who holds each of these TLDs; for bulk uploads, which are about other accounts' TLDs.
pub async fn holders(
    tx: &mut Tx,
    labels: &[String],
) -> Result<std::collections::HashMap<String, AccountId>, Error> {
    let rows = sqlx::query!(
        "select label, account from tlds where label = any($1)",
        labels
    )
    .fetch_all(&mut **tx)
    .await?;
    let held = rows.into_iter();
    Ok(held
        .map(|row| (row.label, AccountId(row.account)))
        .collect())
}

/// Which TLDs a list shows.
#[derive(Debug, Default)]
pub struct Selection {
    pub query: String,
    pub account: Option<AccountId>,
    pub granted_only: bool,
}

/// A TLD in a list.
#[derive(Debug, sqlx::FromRow)]
pub struct Listed {
    pub label: String,
    pub account: Uuid,
    pub account_name: Option<String>,
    pub grant_id: Option<Uuid>,
    pub client_count: i64,
    pub broken_count: i64,
    pub change_time: Option<Timestamp>,
    pub publishing: bool,
}

/// TLDs by label.
pub async fn list(
    tx: &mut Tx,
    selection: &Selection,
    page: &Page<String>,
) -> Result<Vec<Listed>, Error> {
    let viewer = tx.scope().account();
    let mut query = QueryBuilder::new(
        "select label, tlds.account, accounts.name as account_name, granted.id as grant_id,
                (select count(*) from entries where entries.tld = label) as client_count,
                (select count(distinct entry) from checks join entries on entries.id = entry
                 where entries.tld = label and verdict in ('broken', 'warning')) as broken_count,
                change_time, coalesce(policies.version > coalesce(published.version, 0), false) as publishing
         from tlds left join accounts on accounts.id = tlds.account
              left join policies on policies.tld = label
              left join published on published.tld = label
              left join granted on granted.tld = label and tlds.account <> kit.account()
         where true",
    );
    if let Some(account) = viewer {
        query.push(" and (granted.id is not null or tlds.account = ");
        query.push_bind(account.0).push(")");
    }
    if selection.granted_only {
        query.push(" and granted.id is not null");
    }
    if let Some(account) = selection.account {
        query.push(" and tlds.account = ").push_bind(account.0);
    }
    if !selection.query.is_empty() {
        query
            .push(" and starts_with(label, ")
            .push_bind(selection.query.clone())
            .push(")");
    }
    if let Some(after) = &page.after {
        query.push(" and label > ").push_bind(after.clone());
    }
    query.push(" order by label limit ").push_bind(page.limit());
    Ok(query.build_query_as().fetch_all(&mut **tx).await?)
}
