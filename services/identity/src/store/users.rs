//! Users.

use jiff_sqlx::ToSqlx;
use nsp_kit::{
    db::Tx,
    id::{SessionId, UserId},
    page::Page,
};
use sqlx::types::Uuid;

use super::{
    attempts::{self, Attempt},
    sessions,
};
use crate::domain::{
    email::EmailKey,
    invitation::Invitation,
    profile::{Language, Profile, Theme, TimeZone},
    reset::Reset,
    session::Session,
    user::{Kind, State, User, roles},
};

/// The user in a row that has columns of other tables, too: each query has a type of row of its own.
macro_rules! user_in {
    ($row:ident) => {
        User::from(Row {
            id: $row.id,
            email: $row.email,
            display_name: $row.display_name,
            state: $row.state,
            staff: $row.staff,
            staff_roles: $row.staff_roles,
            time_zone: $row.time_zone,
            language: $row.language,
            theme: $row.theme,
            mail_case_updates: $row.mail_case_updates,
            version: $row.version,
        })
    };
}

/// A user and the hash of their password.
pub struct WithPassword {
    pub user: User,
    pub hash: Option<String>,
}

/// A session and whose it is.
pub struct WithSession {
    pub user: User,
    pub session: Session,
}

/// A sign-in whose second factor is missing, and whose it is.
pub struct WithAttempt {
    pub user: User,
    pub attempt: Attempt,
}

pub async fn get(tx: &mut Tx, id: UserId) -> sqlx::Result<Option<User>> {
    let row = sqlx::query_as!(
        Row,
        r#"select id, email, display_name, state as "state: State", staff, staff_roles, time_zone as "time_zone: TimeZone",
                  language as "language: Language", theme as "theme: Theme", mail_case_updates, version
           from users where id = $1"#,
        id.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(User::from))
}

/// The user, locked until the transaction ends: changes of their factors and profile wait for each other.
pub async fn lock(tx: &mut Tx, id: UserId) -> sqlx::Result<Option<User>> {
    let row = sqlx::query_as!(
        Row,
        r#"select id, email, display_name, state as "state: State", staff, staff_roles, time_zone as "time_zone: TimeZone",
                  language as "language: Language", theme as "theme: Theme", mail_case_updates, version
           from users where id = $1 for update"#,
        id.0,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(User::from))
}

/// Who has this address.
pub async fn find(tx: &mut Tx, email: &str) -> sqlx::Result<Option<User>> {
    let row = sqlx::query_as!(
        Row,
        r#"select id, email, display_name, state as "state: State", staff, staff_roles, time_zone as "time_zone: TimeZone",
                  language as "language: Language", theme as "theme: Theme", mail_case_updates, version
           from users where email_key = $1"#,
        email,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(User::from))
}

/// Who has this address, with the hash of their password, in one query whether there is such a user or not.
pub async fn find_with_password(
    tx: &mut Tx,
    email: &EmailKey,
) -> sqlx::Result<Option<WithPassword>> {
    let row = sqlx::query!(
        r#"select u.id, u.email, u.display_name, u.state as "state: State", u.staff, u.staff_roles,
                  u.time_zone as "time_zone: TimeZone", u.language as "language: Language", u.theme as "theme: Theme",
                  u.mail_case_updates, u.version, p.hash as "hash?"
           from users u left join passwords p on p.person = u.id where u.email_key = $1"#,
        email.as_str(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| WithPassword {
        hash: row.hash,
        user: user_in!(row),
    }))
}

/// The session whose secret has this hash, and whose it is.
pub async fn find_by_session(tx: &mut Tx, hash: &[u8]) -> sqlx::Result<Option<WithSession>> {
    let row = sqlx::query!(
        r#"select u.id, u.email, u.display_name, u.state as "state: State", u.staff, u.staff_roles,
                  u.time_zone as "time_zone: TimeZone", u.language as "language: Language", u.theme as "theme: Theme",
                  u.mail_case_updates, u.version,
                  s.id as session, s.acting_account, s.user_agent, s.address, s.create_time, s.last_use_time,
                  s.expire_time, s.factor_time
           from sessions s join users u on u.id = s.person where s.hash = $1"#,
        hash,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| WithSession {
        session: sessions::Row {
            id: row.session,
            person: row.id,
            acting_account: row.acting_account,
            user_agent: row.user_agent,
            address: row.address,
            create_time: row.create_time,
            last_use_time: row.last_use_time,
            expire_time: row.expire_time,
            factor_time: row.factor_time,
        }
        .into(),
        user: user_in!(row),
    }))
}

/// The sign-in whose secret has this hash, locked until the transaction ends, and whose it is.
pub async fn lock_by_attempt(tx: &mut Tx, hash: &[u8]) -> sqlx::Result<Option<WithAttempt>> {
    let row = sqlx::query!(
        r#"select u.id, u.email, u.display_name, u.state as "state: State", u.staff, u.staff_roles,
                  u.time_zone as "time_zone: TimeZone", u.language as "language: Language", u.theme as "theme: Theme",
                  u.mail_case_updates, u.version,
                  a.id as attempt, a.enrols, a.failures, a.secret, a.sealed_with, a.expire_time
           from sign_in_attempts a join users u on u.id = a.person where a.hash = $1 for update of a"#,
        hash,
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| WithAttempt {
        attempt: attempts::Row {
            id: row.attempt,
            enrols: row.enrols,
            failures: row.failures,
            secret: row.secret,
            sealed_with: row.sealed_with,
            expire_time: row.expire_time,
        }
        .into(),
        user: user_in!(row),
    }))
}

/// Makes a portal user, with the defaults of a profile; false if the address or the id is taken already.
pub async fn insert(tx: &mut Tx, invited: &Invitation) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into users (id, email, email_key, display_name, staff, time_zone, language, theme, create_time)
         values ($1, $2, $3, $4, false, 'UTC', 'en', 'system', $5) on conflict do nothing",
        invited.person.0,
        invited.email,
        invited.email_key.as_str(),
        invited.display_name,
        tx.now().to_sqlx(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The key of a list of users.
pub type Key = (String, UserId);

/// A user and since when there is one.
pub struct Since {
    pub user: User,
    pub create_time: jiff::Timestamp,
}

/// A page of users by name, of those who have `part` in their name or address.
pub async fn search(tx: &mut Tx, part: &str, page: &Page<Key>) -> sqlx::Result<Vec<Since>> {
    let (name, id) = page.after.clone().unzip();
    let rows = sqlx::query!(
        r#"select id, email, display_name, state as "state: State", staff, staff_roles, time_zone as "time_zone: TimeZone",
                  language as "language: Language", theme as "theme: Theme", mail_case_updates, version, create_time
           from users
           where ($1 = '' or strpos(lower(display_name), lower($1)) > 0 or strpos(email_key, lower($1)) > 0)
             and ($2::text is null or (display_name collate "und-x-icu", id) > ($2, $3::uuid))
           order by display_name collate "und-x-icu", id limit $4"#,
        part,
        name,
        id.map(|id| id.0),
        page.limit(),
    )
    .fetch_all(&mut **tx)
    .await?;
    let users = rows.into_iter().map(|row| Since {
        create_time: row.create_time.to_jiff(),
        user: user_in!(row),
    });
    Ok(users.collect())
}

/// Since when there is this user.
pub async fn create_time(tx: &mut Tx, id: UserId) -> sqlx::Result<jiff::Timestamp> {
    let time = sqlx::query_scalar!("select create_time from users where id = $1", id.0)
        .fetch_one(&mut **tx)
        .await?;
    Ok(time.to_jiff())
}

/// Removes everything the person signs in with, and makes the link by which they begin anew; says which sessions ended.
/// The database lets staff do so, and nobody for themselves.
pub async fn reset_factors(tx: &mut Tx, reset: &Reset) -> sqlx::Result<Vec<SessionId>> {
    let sessions = sqlx::query_scalar!(
        r#"select session as "session!" from reset_factors($1, $2, $3, $4) as reset (session)"#,
        reset.person.0,
        reset.id.0,
        tx.now().to_sqlx(),
        reset.expire_time.to_sqlx(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(sessions.into_iter().map(SessionId).collect())
}

/// Writes the profile of a user who was locked before, as its next version.
pub async fn update_profile(tx: &mut Tx, user: &User) -> sqlx::Result<()> {
    sqlx::query!(
        "update users set time_zone = $2, language = $3, theme = $4, mail_case_updates = $5, version = $6 where id = $1",
        user.id.0,
        user.profile.time_zone.as_str(),
        user.profile.language.as_str(),
        user.profile.theme as Theme,
        bool::from(user.profile.mail_case_updates),
        user.version,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

struct Row {
    id: Uuid,
    email: String,
    display_name: String,
    state: State,
    staff: bool,
    staff_roles: Vec<String>,
    time_zone: TimeZone,
    language: Language,
    theme: Theme,
    mail_case_updates: bool,
    version: i64,
}

impl From<Row> for User {
    fn from(row: Row) -> Self {
        Self {
            id: UserId(row.id),
            email: row.email,
            display_name: row.display_name,
            state: row.state,
            kind: if row.staff {
                Kind::Staff(roles(&row.staff_roles))
            } else {
                Kind::Portal
            },
            profile: Profile {
                time_zone: row.time_zone,
                language: row.language,
                theme: row.theme,
                mail_case_updates: row.mail_case_updates.into(),
            },
            version: row.version,
        }
    }
}
