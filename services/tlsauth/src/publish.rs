//! Keeps the bucket that the mTLS edge decides by: one entry for each TLD, the newest wins.
//!
//! The database says which version of each TLD is in the bucket. One replica at a time writes what is not, woken by the
//! commit that changed it; and everything again when the bucket is new or was lost.

use std::{convert::Infallible, time::Duration};

use anyhow::Context;
use async_nats::jetstream::{
    self, kv,
    stream::{self, DiscardPolicy, StorageType},
};
use futures_util::future::try_join_all;
use nsp_kit::{
    clock::{Clock, to_proto},
    db::Database,
};
use nsp_proto::tlsauth::v1 as pb;
use prost::Message;

use crate::{
    SERVICE,
    domain::{Client, Role},
    store::policies::{self, Policy},
};

/// The bucket's name; `nsp.tlsauth.v1.TldPolicy` says what is in it.
pub const BUCKET: &str = "nsp-tlsauth-policy";
/// How many TLDs are written before the database is told.
const BATCH: i64 = 500;
/// How many writes are under way at once.
const AT_ONCE: usize = 64;
/// How often the bucket is looked at, should nothing change.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
const RETRY: Duration = Duration::from_millis(500);

/// Writes what changes to the bucket, for ever.
pub async fn keep_published(
    db: &Database,
    clock: &Clock,
    js: &jetstream::Context,
) -> anyhow::Result<()> {
    loop {
        let Err(error) = publish_until_it_breaks(db, clock, js).await;
        tracing::warn!(?error, "policies wait");
        tokio::time::sleep(RETRY).await;
    }
}

async fn publish_until_it_breaks(
    db: &Database,
    clock: &Clock,
    js: &jetstream::Context,
) -> anyhow::Result<Infallible> {
    // Before the first round, so that no change after it goes unnoticed.
    let mut changes = db.listen(policies::CHANNEL).await?;
    loop {
        let bucket = bucket(js).await?;
        while publish_batch(db, clock, &bucket).await? {}
        if let Ok(change) = tokio::time::timeout(LOOK_AGAIN, changes.recv()).await {
            change.context("notifications stopped")?;
        }
    }
}

/// The stream that the bucket is made of.
///
/// The client's own way to make a bucket asks for the account's limits first, of which it cannot read what a server of
/// Debian 12 answers (2.9).
fn stream() -> stream::Config {
    stream::Config {
        name: format!("KV_{BUCKET}"),
        description: Some("Who is let in by the mTLS edge, by TLD".to_owned()),
        subjects: vec![format!("$KV.{BUCKET}.>")],
        max_messages_per_subject: 1,
        storage: StorageType::File,
        discard: DiscardPolicy::New,
        allow_rollup: true,
        deny_delete: true,
        allow_direct: true,
        ..Default::default()
    }
}

/// The bucket, made if it is not there.
async fn bucket(js: &jetstream::Context) -> anyhow::Result<kv::Store> {
    js.get_or_create_stream(stream()).await?;
    Ok(js.get_key_value(BUCKET).await?)
}

/// Writes one batch, and says whether there may be more. Replicas take turns.
async fn publish_batch(db: &Database, clock: &Clock, bucket: &kv::Store) -> anyhow::Result<bool> {
    let mut tx = db.begin_as_service(SERVICE, clock.now()).await?;
    let locked: bool = sqlx::query_scalar("select pg_try_advisory_xact_lock(hashtext($1))")
        .bind(BUCKET)
        .fetch_one(&mut *tx)
        .await?;
    if !locked {
        return Ok(false);
    }
    let created = bucket.stream.cached_info().created.to_string();
    if policies::set_bucket(&mut tx, &created).await? {
        tracing::info!("the bucket of policies is new; everything is written");
    }
    let batch = policies::unpublished(&mut tx, BATCH).await?;
    if !batch.is_empty() {
        for some in batch.chunks(AT_ONCE) {
            let mut writes = Vec::with_capacity(some.len());
            for policy in some {
                writes.push(write(bucket, policy));
            }
            try_join_all(writes).await?;
        }
        policies::set_published(&mut tx, &batch).await?;
    }
    tx.commit().await?;
    Ok(!batch.is_empty())
}

async fn write(bucket: &kv::Store, policy: &Policy) -> anyhow::Result<()> {
    let entry = entry(policy).encode_to_vec();
    let written = bucket.put(policy.tld.as_str(), entry.into()).await;
    written.with_context(|| format!("writing the policy of .{}", policy.tld))?;
    Ok(())
}

/// What the edge must know of a TLD.
fn entry(policy: &Policy) -> pb::TldPolicy {
    pb::TldPolicy {
        tld: policy.tld.clone(),
        version: policy.version,
        clients: policy.clients.iter().map(client).collect(),
        change_time: policy.change_time.map(to_proto),
    }
}

fn client(client: &Client) -> pb::TlsClient {
    let raw = client.entry.raw();
    pb::TlsClient {
        name: client.name().to_string(),
        domain_names: raw.domain_names,
        roles: client
            .entry
            .roles
            .iter()
            .map(|role| self::role(*role).into())
            .collect(),
        prefixes: raw.prefixes,
        expire_time: client.expire_time.map(to_proto),
    }
}

/// A role as messages name it.
pub fn role(role: Role) -> pb::TlsRole {
    match role {
        Role::MonthlyReporting => pb::TlsRole::MonthlyReporting,
        Role::DataEscrow => pb::TlsRole::DataEscrow,
        Role::SlamData => pb::TlsRole::SlamData,
        Role::DaarData => pb::TlsRole::DaarData,
        Role::RdapUrlList => pb::TlsRole::RdapUrlList,
        Role::MaintenanceWindow => pb::TlsRole::MaintenanceWindow,
        Role::ProbeNodeList => pb::TlsRole::ProbeNodeList,
    }
}
