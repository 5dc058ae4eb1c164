//! What the last looks at domain names of entries found, and which are due (TLS-7).

use std::collections::HashMap;

use jiff_sqlx::{Timestamp, ToSqlx};
use nsp_kit::db::Tx;
use nsp_proto::tlsauth::v1 as pb;
use prost::Message;
use uuid::Uuid;

use crate::{
    domain::{
        HostName,
        check::{Verdict, Watch},
    },
    error::Error,
};

/// The checks of these entries, in the order of the names.
pub async fn of(tx: &mut Tx, entries: &[Uuid]) -> Result<HashMap<Uuid, Vec<pb::TlsCheck>>, Error> {
    let rows = sqlx::query!(
        "select entry, result from checks where entry = any($1) order by entry, domain_name",
        entries,
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut checks: HashMap<Uuid, Vec<pb::TlsCheck>> = HashMap::new();
    for row in rows {
        let check = pb::TlsCheck::decode(row.result.as_slice());
        let check = check.map_err(|_| Error::Inconsistent("check"))?;
        checks.entry(row.entry).or_default().push(check);
    }
    Ok(checks)
}

/// Names that are to be looked at, those first that have waited longest.
pub async fn due(tx: &mut Tx, limit: i64) -> Result<Vec<HostName>, Error> {
    let names = sqlx::query_scalar!(
        r#"select domain_name "domain_name!" from due_checks where due_time <= $1
           group by domain_name order by min(due_time), domain_name limit $2"#,
        tx.now().to_sqlx() as Timestamp,
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    let parsed = names.into_iter().map(|name| name.parse());
    let parsed: Result<_, _> = parsed.collect();
    parsed.map_err(|_| Error::Inconsistent("domain name"))
}

/// When the next name is to be looked at; none if there is no entry.
pub async fn next_due(tx: &mut Tx) -> Result<Option<jiff::Timestamp>, Error> {
    let next = sqlx::query_scalar!(r#"select min(due_time) as "at: Timestamp" from due_checks"#)
        .fetch_one(&mut **tx)
        .await?;
    Ok(next.map(Timestamp::to_jiff))
}

/// Remembers what was found at a name of an entry.
pub async fn put(
    tx: &mut Tx,
    entry: Uuid,
    verdict: Verdict,
    check: &pb::TlsCheck,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into checks (entry, domain_name, check_time, verdict, result) values ($1, $2, $3, $4, $5)
         on conflict (entry, domain_name) do update
         set check_time = excluded.check_time, verdict = excluded.verdict, result = excluded.result",
        entry,
        check.domain_name,
        tx.now().to_sqlx() as Timestamp,
        verdict.code(),
        check.encode_to_vec(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What people were told about these entries, by entry and domain name.
pub async fn watches(
    tx: &mut Tx,
    entries: &[Uuid],
) -> Result<HashMap<(Uuid, String), Watch>, Error> {
    let rows = sqlx::query!(
        "select entry, domain_name, verdict, told from watches where entry = any($1)",
        entries,
    )
    .fetch_all(&mut **tx)
    .await?;
    let watches = rows.into_iter().map(|row| {
        let watch = Watch {
            verdict: Verdict::of_code(&row.verdict).ok_or(Error::Inconsistent("verdict"))?,
            told: row.told,
        };
        Ok(((row.entry, row.domain_name), watch))
    });
    watches.collect()
}

/// Remembers what people were told about a name of an entry.
pub async fn watch(tx: &mut Tx, entry: Uuid, name: &HostName, watch: &Watch) -> Result<(), Error> {
    sqlx::query!(
        "insert into watches (entry, domain_name, verdict, told) values ($1, $2, $3, $4)
         on conflict (entry, domain_name) do update set verdict = excluded.verdict, told = excluded.told",
        entry,
        name.as_ref(),
        watch.verdict.code(),
        &watch.told,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Forgets names that the entry does not have any more.
pub async fn unwatch_others(tx: &mut Tx, entry: Uuid, names: &[HostName]) -> Result<(), Error> {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    sqlx::query!(
        "delete from watches where entry = $1 and not domain_name = any($2)",
        entry,
        &names,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
