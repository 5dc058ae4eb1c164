//! Grants.

use jiff_sqlx::{Timestamp, ToSqlx};
use nsp_kit::{db::Tx, id::AccountId, page::Page};
use sqlx::QueryBuilder;
use uuid::Uuid;

use crate::{
    domain::{Grant, GrantId, Label, Scope, State},
    error::Error,
};

/// What tells [`crate::jobs`] that a grant may end at another time than it thinks.
pub const CHANNEL: &str = "nsp_tlsauth_grants";

const SELECT: &str = "select grants.id, tld, grants.account, giver.name as account_name, grants.provider,
    receiver.name as provider_name, scopes, expire_time, state, end_time, creator, creator_name, create_time, version,
    (select count(*) from entries where grant_id = grants.id) as client_count
    from grants left join accounts giver on giver.id = grants.account left join accounts receiver on receiver.id = grants.provider";

#[derive(Debug, sqlx::FromRow)]
struct Row {
    id: Uuid,
    tld: String,
    account: Uuid,
    account_name: Option<String>,
    provider: Uuid,
    provider_name: Option<String>,
    scopes: Vec<String>,
    expire_time: Timestamp,
    state: State,
    end_time: Option<Timestamp>,
    creator: String,
    creator_name: String,
    create_time: Timestamp,
    version: i64,
    client_count: i64,
}

impl TryFrom<Row> for Grant {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let scopes: Result<Vec<Scope>, _> = row.scopes.iter().map(|code| code.parse()).collect();
        Ok(Self {
            id: GrantId(row.id),
            tld: row.tld.parse().map_err(|_| Error::Inconsistent("tld"))?,
            account: AccountId(row.account),
            account_name: row.account_name.unwrap_or_default(),
            provider: AccountId(row.provider),
            provider_name: row.provider_name.unwrap_or_default(),
            scopes: scopes.map_err(|_| Error::Inconsistent("scopes"))?,
            expire_time: row.expire_time.to_jiff(),
            state: row.state,
            end_time: row.end_time.map(Timestamp::to_jiff),
            creator: row.creator,
            creator_name: row.creator_name,
            create_time: row.create_time.to_jiff(),
            version: row.version,
            client_count: row.client_count,
        })
    }
}

/// Which side of the grants the viewer's account is on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Direction {
    #[default]
    Both,
    Given,
    Received,
}

/// Which grants a list shows.
#[derive(Debug, Default)]
pub struct Selection {
    pub direction: Direction,
    pub state: Option<State>,
    pub tld: Option<Label>,
    pub account: Option<AccountId>,
}

fn push_scope(query: &mut QueryBuilder<sqlx::Postgres>, tx: &Tx) {
    if let Some(account) = tx.scope().account() {
        query.push(" and ").push_bind(account.0);
        query.push(" in (grants.account, grants.provider)");
    }
}

async fn fetch(tx: &mut Tx, mut query: QueryBuilder<sqlx::Postgres>) -> Result<Vec<Grant>, Error> {
    let rows: Vec<Row> = query.build_query_as().fetch_all(&mut **tx).await?;
    rows.into_iter().map(Grant::try_from).collect()
}

/// A page of the selection: by TLD, newest first.
pub async fn list(
    tx: &mut Tx,
    selection: &Selection,
    page: &Page<(String, Uuid)>,
) -> Result<Vec<Grant>, Error> {
    let mut query = QueryBuilder::new(format!("{SELECT} where true"));
    push_scope(&mut query, tx);
    if let Some(viewer) = tx.scope().account() {
        match selection.direction {
            Direction::Both => {}
            Direction::Given => drop(query.push(" and grants.account = ").push_bind(viewer.0)),
            Direction::Received => drop(query.push(" and grants.provider = ").push_bind(viewer.0)),
        }
    }
    if let Some(state) = selection.state {
        query.push(" and state = ").push_bind(state);
    }
    if let Some(tld) = &selection.tld {
        query.push(" and tld = ").push_bind(tld.as_ref().to_owned());
    }
    if let Some(account) = selection.account {
        query.push(" and ").push_bind(account.0);
        query.push(" in (grants.account, grants.provider)");
    }
    if let Some((tld, id)) = &page.after {
        query.push(" and (tld > ").push_bind(tld.clone());
        query.push(" or tld = ").push_bind(tld.clone());
        query.push(" and grants.id < ").push_bind(*id).push(")");
    }
    query
        .push(" order by tld, grants.id desc limit ")
        .push_bind(page.limit());
    fetch(tx, query).await
}

/// The grants of these names that the transaction sees, in no order.
pub async fn find(tx: &mut Tx, ids: &[GrantId]) -> Result<Vec<Grant>, Error> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let mut query = QueryBuilder::new(format!("{SELECT} where grants.id = any("));
    query.push_bind(ids).push(")");
    push_scope(&mut query, tx);
    fetch(tx, query).await
}

/// The active grants of a TLD.
pub async fn active_of_tld(tx: &mut Tx, tld: &Label) -> Result<Vec<Grant>, Error> {
    let mut query = QueryBuilder::new(format!("{SELECT} where state = 'active' and tld = "));
    query.push_bind(tld.as_ref().to_owned());
    push_scope(&mut query, tx);
    fetch(tx, query).await
}

/// Up to `limit` active grants whose time is over.
pub async fn expired(tx: &mut Tx, limit: i64) -> Result<Vec<Grant>, Error> {
    let mut query = QueryBuilder::new(format!(
        "{SELECT} where state = 'active' and expire_time <= "
    ));
    query.push_bind(tx.now().to_sqlx());
    push_scope(&mut query, tx);
    query
        .push(" order by expire_time, grants.id limit ")
        .push_bind(limit);
    fetch(tx, query).await
}

/// When the next grant ends by itself.
pub async fn next_expiry(tx: &mut Tx) -> Result<Option<jiff::Timestamp>, Error> {
    let next = sqlx::query_scalar!("select min(expire_time) from grants where state = 'active'")
        .fetch_one(&mut **tx)
        .await?;
    Ok(next.map(Timestamp::to_jiff))
}

/// Which of these TLDs a provider has an active grant for.
pub async fn existing(
    tx: &mut Tx,
    provider: AccountId,
    tlds: &[Label],
) -> Result<Vec<String>, Error> {
    let tlds: Vec<String> = tlds.iter().map(|it| it.as_ref().to_owned()).collect();
    Ok(sqlx::query_scalar!(
        "select tld from grants where provider = $1 and tld = any($2) and state = 'active'",
        provider.0,
        &tlds,
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// Adds them all.
pub async fn insert(tx: &mut Tx, grants: &[Grant]) -> Result<(), Error> {
    let mut query = QueryBuilder::new(
        "insert into grants (id, tld, account, provider, scopes, expire_time, creator, creator_name, create_time) ",
    );
    query.push_values(grants, |mut row, grant| {
        row.push_bind(grant.id.0)
            .push_bind(grant.tld.as_ref().to_owned())
            .push_bind(grant.account.0)
            .push_bind(grant.provider.0)
            .push_bind(codes(&grant.scopes))
            .push_bind(grant.expire_time.to_sqlx())
            .push_bind(grant.creator.clone())
            .push_bind(grant.creator_name.clone())
            .push_bind(grant.create_time.to_sqlx());
    });
    query.build().execute(&mut **tx).await?;
    notify(tx).await
}

/// Writes what may change in the life of a grant.
pub async fn update(tx: &mut Tx, grant: &Grant) -> Result<(), Error> {
    sqlx::query!(
        "update grants set scopes = $2, expire_time = $3, state = $4, end_time = $5, version = $6 where id = $1",
        grant.id.0,
        &codes(&grant.scopes),
        grant.expire_time.to_sqlx() as Timestamp,
        grant.state as State,
        grant.end_time.map(ToSqlx::to_sqlx) as Option<Timestamp>,
        grant.version,
    )
    .execute(&mut **tx)
    .await?;
    notify(tx).await
}

fn codes(scopes: &[Scope]) -> Vec<String> {
    scopes.iter().map(|scope| scope.code().to_owned()).collect()
}

async fn notify(tx: &mut Tx) -> Result<(), Error> {
    sqlx::query("select pg_notify($1, '')")
        .bind(CHANNEL)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
