//! Invitations.

use jiff::SignedDuration;
use jiff_sqlx::ToSqlx;
use nsp_kit::{
    db::Tx,
    id::{AccountId, UserId},
};
use uuid::Uuid;

use super::memberships::role_names;
use crate::domain::{
    ContactId, InvitationId,
    email::EmailKey,
    invitation::Invitation,
    member::{MemberName, Part},
    user::roles,
};

/// How long after its end an invitation is shown as expired.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);

/// Whose turn it is to change who belongs to the account: one after the other, so that limits hold.
pub async fn hold_account(tx: &mut Tx, account: AccountId) -> sqlx::Result<()> {
    sqlx::query!(
        r#"select pg_advisory_xact_lock(hashtextextended('members of ' || $1, 0)) as "lock: Option<()>""#,
        account.0.to_string(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(())
}

/// The id that the person with this address will have, if an invitation has promised one.
pub async fn promised(tx: &mut Tx, email: &EmailKey) -> sqlx::Result<Option<UserId>> {
    let person = sqlx::query_scalar!("select person_to_invite($1)", email.as_str())
        .fetch_one(&mut **tx)
        .await?;
    Ok(person.map(UserId))
}

pub async fn insert(
    tx: &mut Tx,
    invitation: &Invitation,
    request_id: Option<Uuid>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into invitations (id, person, account, contact, email, email_key, display_name, roles, tlds, inviter_name,
                                  request_id, create_time, expire_time)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        invitation.id.0,
        invitation.person.0,
        invitation.account.0,
        invitation.part.contact.map(|contact| contact.0),
        invitation.email,
        invitation.email_key.as_str(),
        invitation.display_name,
        &role_names(&invitation.part.roles),
        &invitation.part.tlds,
        invitation.inviter_name,
        request_id,
        tx.now().to_sqlx(),
        invitation.expire_time.to_sqlx(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes back what the account has sent to this address; says whether there was anything.
pub async fn delete_of_address(
    tx: &mut Tx,
    account: AccountId,
    email: &EmailKey,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "delete from invitations where account = $1 and email_key = $2",
        account.0,
        email.as_str(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Takes an invitation back; says whether there was one.
pub async fn delete(tx: &mut Tx, name: MemberName) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "delete from invitations where account = $1 and person = $2",
        name.account.0,
        name.person.0,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// How many of the account's links are good.
pub async fn count_open(tx: &mut Tx, account: AccountId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from invitations where account = $1 and expire_time > $2"#,
        account.0,
        tx.now().to_sqlx(),
    )
    .fetch_one(&mut **tx)
    .await
}

pub async fn get(tx: &mut Tx, id: InvitationId) -> sqlx::Result<Option<Invitation>> {
    let row = sqlx::query_as!(
        Row,
        "select id, person, account, contact, email, display_name, roles, tlds, inviter_name, expire_time
         from invitations where id = $1",
        id.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.map(Invitation::try_from).transpose()
}

/// Takes every invitation of an address away, and says which there were: their person becomes a user now.
pub async fn take_all(tx: &mut Tx, email: &EmailKey) -> sqlx::Result<Vec<Invitation>> {
    let rows = sqlx::query_as!(
        Row,
        "delete from invitations where email_key = $1
         returning id, person, account, contact, email, display_name, roles, tlds, inviter_name, expire_time",
        email.as_str(),
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(Invitation::try_from).collect()
}

/// Forgets those that ended a month ago, and with them the addresses of people who are no users.
pub async fn delete_old(tx: &mut Tx) -> sqlx::Result<()> {
    let end = tx.now() - KEPT;
    sqlx::query!(
        "delete from invitations where expire_time <= $1",
        end.to_sqlx()
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

struct Row {
    id: Uuid,
    person: Uuid,
    account: Uuid,
    contact: Uuid,
    email: String,
    display_name: String,
    roles: Vec<String>,
    tlds: Vec<String>,
    inviter_name: String,
    expire_time: jiff_sqlx::Timestamp,
}

impl TryFrom<Row> for Invitation {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> sqlx::Result<Self> {
        Ok(Self {
            id: InvitationId(row.id),
            person: UserId(row.person),
            account: AccountId(row.account),
            part: Part {
                contact: Some(ContactId(row.contact)),
                roles: roles(&row.roles),
                tlds: row.tlds,
            },
            email_key: row.email.parse().map_err(|problem: &'static str| {
                sqlx::Error::ColumnDecode {
                    index: "email".to_owned(),
                    source: problem.into(),
                }
            })?,
            email: row.email,
            display_name: row.display_name,
            inviter_name: row.inviter_name,
            expire_time: row.expire_time.to_jiff(),
        })
    }
}
