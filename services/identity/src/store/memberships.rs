//! Who has which part in which account.

use nsp_kit::{
    db::Tx,
    id::{AccountId, UserId},
};

use nsp_proto::auth::v1::Role;

use crate::domain::{session::Membership, user::roles};

/// Roles by the names that the database keeps.
pub fn role_names(roles: &[Role]) -> Vec<String> {
    let names = roles.iter().map(|role| role.as_str_name().to_owned());
    names.collect()
}

/// The person's memberships, by account name.
pub async fn list(tx: &mut Tx, person: UserId) -> sqlx::Result<Vec<Membership>> {
    // An account of which no event has come yet has no name; its members can work already.
    let rows = sqlx::query!(
        r#"select m.account, m.roles, m.tlds, coalesce(a.display_name, '') as "name!", coalesce(a.kind, '') as "kind!"
           from memberships m left join accounts a on a.id = m.account
           where m.person = $1 order by lower(a.display_name) nulls last, m.account"#,
        person.0,
    )
    .fetch_all(&mut **tx)
    .await?;
    let memberships = rows.into_iter().map(|row| Membership {
        account: AccountId(row.account),
        account_name: row.name,
        account_kind: row.kind,
        roles: roles(&row.roles),
        tlds: row.tlds,
    });
    Ok(memberships.collect())
}

/// Whether the person has a part in the account.
pub async fn exists(tx: &mut Tx, person: UserId, account: AccountId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from memberships where person = $1 and account = $2) as "exists!""#,
        person.0,
        account.0,
    )
    .fetch_one(&mut **tx)
    .await
}

/// The memberships of several persons, by account name.
pub async fn list_all(tx: &mut Tx, persons: &[UserId]) -> sqlx::Result<Vec<(UserId, Membership)>> {
    let persons: Vec<_> = persons.iter().map(|person| person.0).collect();
    let rows = sqlx::query!(
        r#"select m.person, m.account, m.roles, m.tlds, coalesce(a.display_name, '') as "name!", coalesce(a.kind, '') as "kind!"
           from memberships m left join accounts a on a.id = m.account
           where m.person = any ($1) order by lower(a.display_name) nulls last, m.account"#,
        &persons,
    )
    .fetch_all(&mut **tx)
    .await?;
    let memberships = rows.into_iter().map(|row| {
        let membership = Membership {
            account: AccountId(row.account),
            account_name: row.name,
            account_kind: row.kind,
            roles: roles(&row.roles),
            tlds: row.tlds,
        };
        (UserId(row.person), membership)
    });
    Ok(memberships.collect())
}

/// How many users an account is written to at most.
const MAX_USERS: i64 = 200;

/// Active users who act for an account with one of `roles`, and see the TLD, or all of them if it is empty; by id.
pub async fn users(
    tx: &mut Tx,
    account: AccountId,
    roles: &[Role],
    tld: &str,
) -> sqlx::Result<Vec<UserId>> {
    let users = sqlx::query_scalar!(
        "select m.person from memberships m join users u on u.id = m.person
         where m.account = $1 and m.roles && $2 and u.state = 'active' and (m.tlds = '{}' or $3 = any (m.tlds))
         order by m.person limit $4",
        account.0,
        &role_names(roles),
        tld,
        MAX_USERS,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(users.into_iter().map(UserId).collect())
}
