//! Members of an account and those who are invited, as one list.

use jiff_sqlx::ToSqlx;
use nsp_kit::{
    db::Tx,
    id::{AccountId, UserId},
    page::Page,
};
use uuid::Uuid;

use super::memberships::role_names;
use crate::domain::{
    ContactId,
    email::EmailKey,
    member::{Member, MemberName, Part, State},
    user::{State as UserState, roles},
};

/// The key of the list.
pub type Key = (String, UserId);

/// The user with the address of somebody who is to be invited.
pub struct Known {
    pub person: UserId,
    pub is_staff: bool,
    pub is_active: bool,
}

/// Who has this address, whatever accounts they belong to.
pub async fn by_address(tx: &mut Tx, email: &EmailKey) -> sqlx::Result<Option<Known>> {
    let row = sqlx::query!(
        r#"select person as "person!", is_staff as "is_staff!", is_active as "is_active!" from user_to_invite($1)"#,
        email.as_str(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| Known {
        person: UserId(row.person),
        is_staff: row.is_staff,
        is_active: row.is_active,
    }))
}

/// Gives a person a part in an account.
pub async fn add(
    tx: &mut Tx,
    name: MemberName,
    part: &Part,
    request_id: Option<Uuid>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into memberships (id, person, account, roles, tlds, contact, create_time, request_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        Uuid::now_v7(),
        name.person.0,
        name.account.0,
        &role_names(&part.roles),
        &part.tlds,
        part.contact.map(|contact| contact.0),
        tx.now().to_sqlx(),
        request_id,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// How many members the account has.
pub async fn count(tx: &mut Tx, account: AccountId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from memberships where account = $1"#,
        account.0
    )
    .fetch_one(&mut **tx)
    .await
}

/// A page of the list, by name.
pub async fn list(tx: &mut Tx, account: AccountId, page: &Page<Key>) -> sqlx::Result<Vec<Member>> {
    let (name, person) = page.after.clone().unzip();
    let rows = sqlx::query_as!(
        Row,
        r#"select account as "account!", person as "person!", display_name as "display_name!", email as "email!",
                  user_state as "user_state: UserState", roles as "roles!", tlds as "tlds!", contact, create_time, expire_time
           from (
               select m.account, u.id as person, u.display_name, u.email, u.state as user_state, m.roles, m.tlds, m.contact,
                      m.create_time, null::timestamptz as expire_time
               from memberships m join users u on u.id = m.person where m.account = $1
               union all
               select account, person, display_name, email, null, roles, tlds, contact, create_time, expire_time
               from invitations where account = $1
           ) member
           where $2::text is null or (display_name collate "und-x-icu", person) > ($2, $3::uuid)
           order by display_name collate "und-x-icu", person limit $4"#,
        account.0,
        name,
        person.map(|person| person.0),
        page.limit(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(Member::from).collect())
}

/// One of them.
pub async fn get(tx: &mut Tx, name: MemberName) -> sqlx::Result<Option<Member>> {
    let row = sqlx::query_as!(
        Row,
        r#"select account as "account!", person as "person!", display_name as "display_name!", email as "email!",
                  user_state as "user_state: UserState", roles as "roles!", tlds as "tlds!", contact, create_time, expire_time
           from (
               select m.account, u.id as person, u.display_name, u.email, u.state as user_state, m.roles, m.tlds, m.contact,
                      m.create_time, null::timestamptz as expire_time
               from memberships m join users u on u.id = m.person where m.account = $1 and m.person = $2
               union all
               select account, person, display_name, email, null, roles, tlds, contact, create_time, expire_time
               from invitations where account = $1 and person = $2
           ) member limit 1"#,
        name.account.0,
        name.person.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(Member::from))
}

/// Whom a request invited before.
pub async fn by_request(
    tx: &mut Tx,
    account: AccountId,
    request_id: Uuid,
) -> sqlx::Result<Option<MemberName>> {
    let person = sqlx::query_scalar!(
        r#"select person as "person!" from memberships where account = $1 and request_id = $2
           union all select person from invitations where account = $1 and request_id = $2 limit 1"#,
        account.0,
        request_id,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(person.map(|person| MemberName {
        account,
        person: UserId(person),
    }))
}

struct Row {
    account: Uuid,
    person: Uuid,
    display_name: String,
    email: String,
    /// None for who is only invited.
    user_state: Option<UserState>,
    roles: Vec<String>,
    tlds: Vec<String>,
    contact: Option<Uuid>,
    create_time: Option<jiff_sqlx::Timestamp>,
    expire_time: Option<jiff_sqlx::Timestamp>,
}

impl From<Row> for Member {
    fn from(row: Row) -> Self {
        let until = row.expire_time.map(jiff_sqlx::Timestamp::to_jiff);
        Self {
            name: MemberName {
                account: AccountId(row.account),
                person: UserId(row.person),
            },
            display_name: row.display_name,
            email: row.email,
            part: Part {
                contact: row.contact.map(ContactId),
                roles: roles(&row.roles),
                tlds: row.tlds,
            },
            state: match (row.user_state, until) {
                (_, Some(until)) => State::Invited { until },
                (Some(UserState::Active), None) => State::Active,
                _ => State::Disabled,
            },
            create_time: row.create_time.map(jiff_sqlx::Timestamp::to_jiff),
        }
    }
}
