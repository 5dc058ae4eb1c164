//! What registries say to their part of an upload, and the rows of it.

use jiff::SignedDuration;
use jiff_sqlx::{Timestamp, ToSqlx};
use nsp_kit::{db::Tx, id::AccountId};
use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::{
    domain::{Consent, ConsentName, ConsentState, Entry, RawEntry, UploadId, upload::Row},
    error::Error,
};

/// What tells [`crate::jobs`] that something may be due at another time than it thinks.
pub const CHANNEL: &str = "nsp_tlsauth_consents";

pub const SELECT: &str = "select consents.id, upload, consents.account, registry.name as account_name, consents.provider,
    maker.name as provider_name, attestation, attester, state, tlds, row_count, create_time, notify_time, due_time,
    decide_time, decider, decider_name, objection
    from consents left join accounts registry on registry.id = consents.account
    left join accounts maker on maker.id = consents.provider where true";

#[derive(Debug, sqlx::FromRow)]
pub struct ConsentRow {
    pub id: Uuid,
    upload: Uuid,
    account: Uuid,
    account_name: Option<String>,
    provider: Uuid,
    provider_name: Option<String>,
    attestation: String,
    attester: String,
    state: ConsentState,
    tlds: Vec<String>,
    row_count: i32,
    create_time: Timestamp,
    notify_time: Option<Timestamp>,
    due_time: Option<Timestamp>,
    decide_time: Option<Timestamp>,
    decider: String,
    decider_name: String,
    objection: String,
}

impl From<ConsentRow> for Consent {
    fn from(row: ConsentRow) -> Self {
        Self {
            id: row.id,
            upload: UploadId(row.upload),
            account: AccountId(row.account),
            account_name: row.account_name.unwrap_or_default(),
            provider: AccountId(row.provider),
            provider_name: row.provider_name.unwrap_or_default(),
            attestation: row.attestation,
            attester: row.attester,
            state: row.state,
            tlds: row.tlds,
            row_count: row.row_count,
            create_time: row.create_time.to_jiff(),
            notify_time: row.notify_time.map(Timestamp::to_jiff),
            due_time: row.due_time.map(Timestamp::to_jiff),
            decide_time: row.decide_time.map(Timestamp::to_jiff),
            decider: row.decider,
            decider_name: row.decider_name,
            objection: row.objection,
        }
    }
}

/// A row of an upload and what became of it.
#[derive(Debug)]
pub struct Stored {
    pub row: Row,
    pub outcome: String,
    pub entry: Option<Uuid>,
}

fn push_scope(query: &mut QueryBuilder<sqlx::Postgres>, tx: &Tx) {
    if let Some(account) = tx.scope().account() {
        query.push(" and ").push_bind(account.0);
        query.push(" in (consents.account, consents.provider)");
    }
}

async fn fetch(
    tx: &mut Tx,
    mut query: QueryBuilder<sqlx::Postgres>,
) -> Result<Vec<Consent>, Error> {
    let rows: Vec<ConsentRow> = query.build_query_as().fetch_all(&mut **tx).await?;
    Ok(rows.into_iter().map(Consent::from).collect())
}

/// The consent of that name.
pub async fn get(tx: &mut Tx, name: ConsentName) -> Result<Consent, Error> {
    let mut query = QueryBuilder::new(format!("{SELECT} and consents.id = "));
    query.push_bind(name.id);
    query.push(" and upload = ").push_bind(name.upload.0);
    push_scope(&mut query, tx);
    fetch(tx, query).await?.pop().ok_or(Error::UploadNotFound)
}

/// Locks a consent that the viewer may decide about, and gives it as it is then.
pub async fn lock(tx: &mut Tx, name: ConsentName) -> Result<Consent, Error> {
    sqlx::query!(
        "select id from consents where id = $1 for no key update",
        name.id
    )
    .fetch_optional(&mut **tx)
    .await?;
    get(tx, name).await
}

/// The consents of an upload, by registry. They are locked until the transaction ends.
pub async fn lock_of_upload(tx: &mut Tx, upload: UploadId) -> Result<Vec<Consent>, Error> {
    sqlx::query!(
        "select id from consents where upload = $1 order by id for no key update",
        upload.0
    )
    .fetch_all(&mut **tx)
    .await?;
    of_upload(tx, upload).await
}

/// The consents of an upload, by registry.
pub async fn of_upload(tx: &mut Tx, upload: UploadId) -> Result<Vec<Consent>, Error> {
    let mut query = QueryBuilder::new(format!("{SELECT} and upload = "));
    query.push_bind(upload.0);
    push_scope(&mut query, tx);
    query.push(" order by registry.name, consents.id");
    fetch(tx, query).await
}

/// Up to `limit` consents whose waiting period is over, locked until the transaction ends.
pub async fn due(tx: &mut Tx, limit: i64) -> Result<Vec<Consent>, Error> {
    let mut query = QueryBuilder::new(format!("{SELECT} and state = 'pending' and due_time <= "));
    query.push_bind(tx.now().to_sqlx());
    push_scope(&mut query, tx);
    query
        .push(" order by due_time, consents.id limit ")
        .push_bind(limit);
    query.push(" for no key update of consents");
    fetch(tx, query).await
}

/// When the next waiting period is over.
pub async fn next_due(tx: &mut Tx) -> Result<Option<jiff::Timestamp>, Error> {
    let next = sqlx::query_scalar!("select min(due_time) from consents where state = 'pending'")
        .fetch_one(&mut **tx)
        .await?;
    Ok(next.map(Timestamp::to_jiff))
}

/// Adds consents and their rows.
pub async fn insert(tx: &mut Tx, consents: &[(Consent, Vec<&Row>)]) -> Result<(), Error> {
    let mut query = QueryBuilder::new(
        "insert into consents (id, upload, account, provider, attestation, attester, tlds, row_count, create_time) ",
    );
    query.push_values(consents, |mut row, (consent, _)| {
        row.push_bind(consent.id)
            .push_bind(consent.upload.0)
            .push_bind(consent.account.0)
            .push_bind(consent.provider.0)
            .push_bind(consent.attestation.clone())
            .push_bind(consent.attester.clone())
            .push_bind(consent.tlds.clone())
            .push_bind(consent.row_count)
            .push_bind(consent.create_time.to_sqlx());
    });
    query.build().execute(&mut **tx).await?;
    let rows: Vec<(Uuid, &Row)> = consents
        .iter()
        .flat_map(|(consent, rows)| rows.iter().map(|row| (consent.id, *row)))
        .collect();
    // Eight values each; PostgreSQL takes 65,535.
    for rows in rows.chunks(5_000) {
        insert_rows(tx, rows).await?;
    }
    Ok(())
}

async fn insert_rows(tx: &mut Tx, rows: &[(Uuid, &Row)]) -> Result<(), Error> {
    let mut query = QueryBuilder::new(
        "insert into upload_rows (consent, line, tld, domain_names, roles, prefixes, open_reason, note) ",
    );
    query.push_values(rows, |mut values, (consent, row)| {
        let raw = row.entry.raw();
        values
            .push_bind(*consent)
            .push_bind(i32::try_from(row.line).unwrap_or(i32::MAX))
            .push_bind(row.tld.as_ref().to_owned())
            .push_bind(raw.domain_names)
            .push_bind(raw.roles)
            .push_bind(raw.prefixes)
            .push_unseparated("::cidr[]")
            .push_bind(raw.open_reason)
            .push_bind(raw.note);
    });
    query.build().execute(&mut **tx).await?;
    Ok(())
}

/// The rows of a consent, in the order of the file.
pub async fn rows(tx: &mut Tx, consent: Uuid) -> Result<Vec<Stored>, Error> {
    let rows = sqlx::query!(
        r#"select line, tld, domain_names, roles, prefixes::text[] "prefixes!", open_reason, note, outcome, entry
           from upload_rows where consent = $1 order by line"#,
        consent,
    )
    .fetch_all(&mut **tx)
    .await?;
    let stored = rows.into_iter().map(|row| {
        let raw = RawEntry {
            domain_names: row.domain_names,
            roles: row.roles,
            prefixes: row.prefixes,
            open_reason: row.open_reason,
            note: row.note,
            certificates: Vec::new(),
        };
        Ok(Stored {
            row: Row {
                line: u32::try_from(row.line).unwrap_or_default(),
                tld: row.tld.parse().map_err(|_| Error::Inconsistent("tld"))?,
                entry: Entry::stored(&raw).ok_or(Error::Inconsistent("row"))?,
            },
            outcome: row.outcome,
            entry: row.entry,
        })
    });
    stored.collect()
}

/// Notes what became of a row.
pub async fn set_outcome(
    tx: &mut Tx,
    consent: Uuid,
    line: u32,
    outcome: &str,
    entry: Option<Uuid>,
) -> Result<(), Error> {
    sqlx::query!(
        "update upload_rows set outcome = $3, entry = $4 where consent = $1 and line = $2",
        consent,
        i32::try_from(line).unwrap_or(i32::MAX),
        outcome,
        entry,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes how a consent was decided.
pub async fn decide(tx: &mut Tx, consent: &Consent) -> Result<(), Error> {
    sqlx::query!(
        "update consents set state = $2, decide_time = $3, decider = $4, decider_name = $5, objection = $6 where id = $1",
        consent.id,
        consent.state as ConsentState,
        consent.decide_time.map(ToSqlx::to_sqlx) as Option<Timestamp>,
        consent.decider,
        consent.decider_name,
        consent.objection,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Notes that the registry has been told, from which its waiting period counts; none if it is decided already.
pub async fn begin_waiting(
    tx: &mut Tx,
    id: Uuid,
    waiting: SignedDuration,
) -> Result<Option<Consent>, Error> {
    let due = tx.now() + waiting;
    let updated = sqlx::query!(
        "update consents set notify_time = $2, due_time = $3 where id = $1 and state = 'pending' and notify_time is null",
        id,
        tx.now().to_sqlx() as Timestamp,
        due.to_sqlx() as Timestamp,
    )
    .execute(&mut **tx)
    .await?;
    if updated.rows_affected() == 0 {
        return Ok(None);
    }
    sqlx::query("select pg_notify($1, '')")
        .bind(CHANNEL)
        .execute(&mut **tx)
        .await?;
    let mut query = QueryBuilder::new(format!("{SELECT} and consents.id = "));
    query.push_bind(id);
    Ok(fetch(tx, query).await?.pop())
}
