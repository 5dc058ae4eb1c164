//! Entries, some at a time.

use jiff_sqlx::{Timestamp, ToSqlx};
use nsp_kit::{db::Tx, id::AccountId};
use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::{
    domain::{Client, Entry, GrantId, HostName, Label, Origin, RawEntry},
    error::Error,
};

/// What every query for entries selects, from [`TABLES`].
pub const COLUMNS: &str = "entries.id, entries.tld, entries.account, holder.name as account_name, domain_names, roles,
    prefixes::text[] as prefixes, open_reason, note, certificates, entries.provider, maker.name as provider_name, grant_id,
    grants.expire_time, origin, entries.creator, entries.creator_name, entries.create_time, update_time, entries.version";
pub const TABLES: &str = "entries left join accounts holder on holder.id = entries.account
    left join accounts maker on maker.id = entries.provider left join grants on grants.id = grant_id";

#[derive(Debug, sqlx::FromRow)]
pub struct Row {
    pub id: Uuid,
    tld: String,
    account: Uuid,
    account_name: Option<String>,
    domain_names: Vec<String>,
    roles: Vec<String>,
    prefixes: Vec<String>,
    open_reason: String,
    note: String,
    certificates: Vec<String>,
    provider: Option<Uuid>,
    provider_name: Option<String>,
    grant_id: Option<Uuid>,
    expire_time: Option<Timestamp>,
    origin: Origin,
    creator: String,
    creator_name: String,
    create_time: Timestamp,
    update_time: Timestamp,
    version: i64,
}

impl TryFrom<Row> for Client {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let raw = RawEntry {
            domain_names: row.domain_names,
            roles: row.roles,
            prefixes: row.prefixes,
            open_reason: row.open_reason,
            note: row.note,
            certificates: row.certificates,
        };
        Ok(Self {
            id: row.id,
            tld: row.tld.parse().map_err(|_| Error::Inconsistent("tld"))?,
            account: AccountId(row.account),
            account_name: row.account_name.unwrap_or_default(),
            entry: Entry::stored(&raw).ok_or(Error::Inconsistent("entry"))?,
            provider: row.provider.map(AccountId),
            provider_name: row.provider_name.unwrap_or_default(),
            grant: row.grant_id.map(GrantId),
            expire_time: row.expire_time.map(Timestamp::to_jiff),
            origin: row.origin,
            creator: row.creator,
            creator_name: row.creator_name,
            create_time: row.create_time.to_jiff(),
            update_time: row.update_time.to_jiff(),
            version: row.version,
        })
    }
}

/// Appends the condition that `account`, if it is one's, may see the entry.
pub fn push_scope(query: &mut QueryBuilder<sqlx::Postgres>, tx: &Tx) {
    if let Some(account) = tx.scope().account() {
        query
            .push(" and (entries.account = ")
            .push_bind(account.0)
            .push(" or entries.tld in (select tld from granted))");
    }
}

async fn fetch(tx: &mut Tx, mut query: QueryBuilder<sqlx::Postgres>) -> Result<Vec<Client>, Error> {
    let rows: Vec<Row> = query.build_query_as().fetch_all(&mut **tx).await?;
    rows.into_iter().map(Client::try_from).collect()
}

/// The entry of that TLD and id.
pub async fn get(tx: &mut Tx, tld: &Label, id: Uuid) -> Result<Client, Error> {
    let mut query = QueryBuilder::new(format!(
        "select {COLUMNS} from {TABLES} where entries.id = "
    ));
    query.push_bind(id);
    query
        .push(" and entries.tld = ")
        .push_bind(tld.as_ref().to_owned());
    push_scope(&mut query, tx);
    fetch(tx, query).await?.pop().ok_or(Error::NotFound)
}

/// All entries of these TLDs, by TLD and age.
pub async fn of_tlds(tx: &mut Tx, labels: &[Label]) -> Result<Vec<Client>, Error> {
    let labels: Vec<String> = labels.iter().map(|it| it.as_ref().to_owned()).collect();
    let mut query = QueryBuilder::new(format!(
        "select {COLUMNS} from {TABLES} where entries.tld = any("
    ));
    query.push_bind(labels).push(")");
    push_scope(&mut query, tx);
    query.push(" order by entries.tld, entries.id");
    fetch(tx, query).await
}

/// The entries that end with a grant.
pub async fn of_grant(tx: &mut Tx, grant: GrantId) -> Result<Vec<Client>, Error> {
    let mut query = QueryBuilder::new(format!("select {COLUMNS} from {TABLES} where grant_id = "));
    query.push_bind(grant.0);
    push_scope(&mut query, tx);
    query.push(" order by entries.id");
    fetch(tx, query).await
}

/// Adds them all.
pub async fn insert(tx: &mut Tx, clients: &[Client]) -> Result<(), Error> {
    if clients.is_empty() {
        return Ok(());
    }
    let mut query = QueryBuilder::new(
        "insert into entries (id, tld, account, domain_names, roles, prefixes, open_reason, note, certificates, provider,
            grant_id, origin, creator, creator_name, create_time, update_time) ",
    );
    query.push_values(clients, |mut row, client| {
        let raw = client.entry.raw();
        row.push_bind(client.id)
            .push_bind(client.tld.as_ref().to_owned())
            .push_bind(client.account.0)
            .push_bind(raw.domain_names)
            .push_bind(raw.roles)
            .push_bind(raw.prefixes)
            .push_unseparated("::cidr[]")
            .push_bind(raw.open_reason)
            .push_bind(raw.note)
            .push_bind(raw.certificates)
            .push_bind(client.provider.map(|account| account.0))
            .push_bind(client.grant.map(|grant| grant.0))
            .push_bind(client.origin)
            .push_bind(client.creator.clone())
            .push_bind(client.creator_name.clone())
            .push_bind(client.create_time.to_sqlx())
            .push_bind(client.update_time.to_sqlx());
    });
    query.build().execute(&mut **tx).await?;
    Ok(())
}

/// Writes what may change in the life of an entry. What was found out about it before says nothing any more.
pub async fn update(tx: &mut Tx, client: &Client) -> Result<(), Error> {
    let raw = client.entry.raw();
    sqlx::query!(
        "update entries set domain_names = $2, roles = $3, prefixes = $4::text[]::cidr[], open_reason = $5, note = $6,
                certificates = $7, grant_id = $8, update_time = $9, version = $10
         where id = $1",
        client.id,
        &raw.domain_names,
        &raw.roles,
        &raw.prefixes,
        raw.open_reason,
        raw.note,
        &raw.certificates,
        client.grant.map(|grant| grant.0),
        client.update_time.to_sqlx() as Timestamp,
        client.version,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!("delete from checks where entry = $1", client.id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub async fn delete(tx: &mut Tx, ids: &[Uuid]) -> Result<(), Error> {
    sqlx::query!("delete from entries where id = any($1)", ids)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Whether there are any.
pub async fn exist(tx: &mut Tx) -> Result<bool, Error> {
    let exist = sqlx::query_scalar!(r#"select exists (select from entries) "exist!""#)
        .fetch_one(&mut **tx)
        .await?;
    Ok(exist)
}

/// Of entries that name a host: at most `limit` that the viewer sees, by TLD.
pub async fn naming(tx: &mut Tx, host: &HostName, limit: i64) -> Result<Vec<Client>, Error> {
    let mut query = QueryBuilder::new(format!(
        "select {COLUMNS} from {TABLES} where domain_names @> "
    ));
    query.push_bind(vec![host.to_string()]);
    push_scope(&mut query, tx);
    query
        .push(" order by entries.tld, entries.id limit ")
        .push_bind(limit);
    fetch(tx, query).await
}

/// All entries that name any of these hosts, by TLD.
pub async fn naming_any(tx: &mut Tx, hosts: &[HostName]) -> Result<Vec<Client>, Error> {
    let hosts: Vec<String> = hosts.iter().map(ToString::to_string).collect();
    let mut query = QueryBuilder::new(format!(
        "select {COLUMNS} from {TABLES} where domain_names && "
    ));
    query.push_bind(hosts);
    push_scope(&mut query, tx);
    query.push(" order by entries.tld, entries.id");
    fetch(tx, query).await
}
