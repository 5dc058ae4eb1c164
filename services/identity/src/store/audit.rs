//! The audit log: rows about persons who have no session to act with, and reading it.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use nsp_kit::{
    db::Tx,
    id::{AccountId, UserId},
    page::Page,
    telemetry,
};
use uuid::Uuid;

use crate::domain::{AuditEventId, client::Client, user::User, verification::Verification};

/// Writes down that `user` did `action`, although the gateway made the call: the person has just shown who they are.
pub async fn by_user(
    tx: &mut Tx,
    user: &User,
    resource: &str,
    action: &str,
    client: &Client,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into kit.audit (id, time, actor, actor_name, action, resource, trace, user_agent, address)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        Uuid::now_v7(),
        tx.now().to_sqlx(),
        user.id.to_string(),
        user.display_name,
        action,
        resource,
        telemetry::current_trace(),
        client.user_agent,
        client.address_text(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes down, in one statement, what happened to a credential of `person`, who may be nobody; and from where, if it was
/// tried from somewhere.
pub async fn about(
    tx: &mut Tx,
    person: Option<UserId>,
    resource: &str,
    actions: &[String],
    client: &Client,
) -> sqlx::Result<()> {
    // Version 7, so that they are read in the order in which they happened.
    let ids: Vec<Uuid> = actions.iter().map(|_| Uuid::now_v7()).collect();
    let actor = tx.actor().clone();
    sqlx::query!(
        "insert into kit.audit (id, time, actor, actor_name, action, resource, trace, person, user_agent, address)
         select id, $3, $4, $5, action, $6, $7, $8, $9, $10
         from unnest($1::uuid[], $2::text[]) as happened (id, action)",
        &ids,
        actions,
        tx.now().to_sqlx(),
        actor.to_string(),
        actor.display_name(),
        resource,
        telemetry::current_trace(),
        // Who does something to themselves is the actor already.
        person.map(|person| person.0),
        client.user_agent,
        client.address_text(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What is written down when staff reset the factors of a user.
const FACTORS_RESET: &str = "factors.reset";

/// Writes down that staff removed what `person` signs in with, and how they verified who had asked.
pub async fn factors_reset(
    tx: &mut Tx,
    person: UserId,
    verification: &Verification,
) -> sqlx::Result<()> {
    let actor = tx.actor().clone();
    sqlx::query!(
        "insert into kit.audit (id, time, actor, actor_name, action, resource, trace, person, remark)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        Uuid::now_v7(),
        tx.now().to_sqlx(),
        actor.to_string(),
        actor.display_name(),
        FACTORS_RESET,
        person.to_string(),
        telemetry::current_trace(),
        person.0,
        verification.as_str(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A reset of a user's factors.
pub struct Reset {
    pub time: Timestamp,
    pub actor_name: String,
    pub verification: String,
}

/// The latest resets of a user's factors, newest first.
pub async fn resets(tx: &mut Tx, person: UserId) -> sqlx::Result<Vec<Reset>> {
    let rows = sqlx::query!(
        "select time, actor_name, remark from kit.audit where person = $1 and action = $2
         order by time desc, id desc limit 10",
        person.0,
        FACTORS_RESET,
    )
    .fetch_all(&mut **tx)
    .await?;
    let resets = rows.into_iter().map(|row| Reset {
        time: row.time.to_jiff(),
        actor_name: row.actor_name,
        verification: row.remark,
    });
    Ok(resets.collect())
}

/// Something that was done.
pub struct Done {
    pub id: AuditEventId,
    pub time: Timestamp,
    pub action: String,
    pub actor: String,
    pub actor_name: String,
    pub resource: String,
    pub person: Option<UserId>,
    pub person_name: String,
    pub account: Option<AccountId>,
    pub user_agent: String,
    pub address: String,
}

/// Which part of the log is asked for.
pub struct Filter {
    /// Whose account's log is read beside the person's own.
    pub account: Option<AccountId>,
    /// Whose doings are looked for, among what may be read.
    pub person: Option<UserId>,
    pub action_prefix: String,
    pub start: Option<Timestamp>,
    pub end: Option<Timestamp>,
}

/// A page of what the person did or was done to, newest first.
pub async fn list(
    tx: &mut Tx,
    person: UserId,
    filter: &Filter,
    page: &Page<(Timestamp, Uuid)>,
) -> sqlx::Result<Vec<Done>> {
    let (before, before_id) = page.after.unzip();
    let rows = sqlx::query!(
        r#"select a.id, a.time, a.action, a.actor, a.actor_name, a.resource, a.person, a.account,
                  a.user_agent, a.address, coalesce(u.display_name, '') as "person_name!"
           from kit.audit a left join users u on u.id = a.person
           where (a.actor = 'users/' || $1::uuid or a.person = $1 or a.account = $2
                  or a.account is null and exists (
                      select from memberships m
                      where m.account = $2 and (m.person = a.person or 'users/' || m.person = a.actor)))
             and ($9::uuid is null or a.actor = 'users/' || $9::uuid or a.person = $9)
             and starts_with(a.action, $3)
             and ($4::timestamptz is null or a.time >= $4) and ($5::timestamptz is null or a.time < $5)
             and ($6::timestamptz is null or (a.time, a.id) < ($6, $7))
           order by a.time desc, a.id desc limit $8"#,
        person.0,
        filter.account.map(|account| account.0),
        filter.action_prefix,
        filter.start.map(ToSqlx::to_sqlx) as _,
        filter.end.map(ToSqlx::to_sqlx) as _,
        before.map(ToSqlx::to_sqlx) as _,
        before_id,
        page.limit(),
        filter.person.map(|person| person.0),
    )
    .fetch_all(&mut **tx)
    .await?;
    let done = rows.into_iter().map(|row| Done {
        id: AuditEventId(row.id),
        time: row.time.to_jiff(),
        action: row.action,
        actor: row.actor,
        actor_name: row.actor_name,
        resource: row.resource,
        person: row.person.map(UserId),
        person_name: row.person_name,
        account: row.account.map(AccountId),
        user_agent: row.user_agent,
        address: row.address,
    });
    Ok(done.collect())
}
