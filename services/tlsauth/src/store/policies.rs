//! Which version each TLD's data is at, and which of them is published.

use std::collections::HashMap;

use jiff_sqlx::{Timestamp, ToSqlx};
use nsp_kit::db::Tx;

use super::clients;
use crate::{
    domain::{Client, Label},
    error::Error,
};

/// What tells [`crate::publish`] that there is something to publish.
pub const CHANNEL: &str = "nsp_tlsauth_policy";

/// What is to be published of a TLD.
#[derive(Debug)]
pub struct Policy {
    pub tld: String,
    pub version: i64,
    pub change_time: Option<jiff::Timestamp>,
    pub clients: Vec<Client>,
}

/// Notes that data of these TLDs have changed. They are locked ([`super::tlds::lock`]).
pub async fn touch(tx: &mut Tx, tlds: impl IntoIterator<Item = &Label>) -> Result<(), Error> {
    let mut tlds: Vec<String> = tlds.into_iter().map(|it| it.as_ref().to_owned()).collect();
    tlds.sort_unstable();
    tlds.dedup();
    sqlx::query!(
        "update policies set version = version + 1, change_time = $2 where tld = any($1)",
        &tlds,
        tx.now().to_sqlx() as Timestamp,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query("select pg_notify($1, '')")
        .bind(CHANNEL)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Up to `limit` TLDs whose newest version is not published. What their entries are is read after their version, so an
/// entry of the bucket may be ahead of its version, which the next round mends, and never behind.
pub async fn unpublished(tx: &mut Tx, limit: i64) -> Result<Vec<Policy>, Error> {
    let rows = sqlx::query!(
        "select policies.tld, policies.version, change_time
         from policies left join published on published.tld = policies.tld
         where policies.version > coalesce(published.version, 0)
         order by change_time, policies.tld limit $1",
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    let labels: Vec<Label> = rows.iter().filter_map(|row| row.tld.parse().ok()).collect();
    let mut of_tld: HashMap<String, Vec<Client>> = HashMap::new();
    for client in clients::of_tlds(tx, &labels).await? {
        let of_tld = of_tld.entry(client.tld.as_ref().to_owned()).or_default();
        of_tld.push(client);
    }
    let policies = rows.into_iter().map(|row| Policy {
        clients: of_tld.remove(&row.tld).unwrap_or_default(),
        tld: row.tld,
        version: row.version,
        change_time: row.change_time.map(Timestamp::to_jiff),
    });
    Ok(policies.collect())
}

/// Notes that these versions are in the bucket.
pub async fn set_published(tx: &mut Tx, policies: &[Policy]) -> Result<(), Error> {
    let tlds: Vec<String> = policies.iter().map(|one| one.tld.clone()).collect();
    let versions: Vec<i64> = policies.iter().map(|one| one.version).collect();
    sqlx::query!(
        "insert into published (tld, version) select * from unnest($1::text[], $2::bigint[])
         on conflict (tld) do update set version = excluded.version",
        &tlds,
        &versions,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Notes which bucket there is, and forgets what was published if it is another one than before.
pub async fn set_bucket(tx: &mut Tx, created: &str) -> Result<bool, Error> {
    let known = sqlx::query_scalar!("select created from bucket")
        .fetch_optional(&mut **tx)
        .await?;
    if known.as_deref() == Some(created) {
        return Ok(false);
    }
    sqlx::query!(
        "insert into bucket (created) values ($1) on conflict (one) do update set created = excluded.created",
        created,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!("delete from published")
        .execute(&mut **tx)
        .await?;
    Ok(true)
}
