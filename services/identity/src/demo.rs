//! Demonstration data: the people of `demo/users.toml`, with the password and the TOTP secrets of the secrets file.

use std::{collections::BTreeMap, num::NonZero, path::Path, thread};

use anyhow::{Context, ensure};
use jiff_sqlx::ToSqlx;
use nsp_kit::{clock::Clock, seal::Keyring};
use nsp_proto::{accounts::v1::account::Kind, auth::v1::Role};
use secrecy::ExposeSecret;
use serde::{Deserialize, de::DeserializeOwned};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::{
    config::Config,
    domain::{
        FactorId, email::EmailKey, password::Password, profile::Theme, recovery::RecoveryCode,
        totp::TotpSecret,
    },
    hasher::hash_now,
};

/// Loads the demonstration data as the owner of the tables; does nothing where there are users already.
pub async fn load(
    config: &Config,
    folder: &Path,
    secrets: Option<&Path>,
    clock: &Clock,
) -> anyhow::Result<()> {
    let url = config.database.owner_url.as_ref();
    let url = url.context("database.owner_url is needed to load demonstration data")?;
    let mut connection = PgConnection::connect(url.expose_secret()).await?;
    let mut tx = connection.begin().await?;
    // Two loads at once would both find nothing.
    sqlx::query!("lock table users in share row exclusive mode")
        .execute(&mut *tx)
        .await?;
    let loaded = sqlx::query_scalar!(r#"select exists (select from users) as "exists!""#)
        .fetch_one(&mut *tx)
        .await?;
    if loaded {
        tracing::info!("there are users already; nothing was loaded");
        return Ok(());
    }

    let people: People = read(&folder.join("users.toml"))?;
    let Accounts { account: accounts } = read(&folder.join("accounts.toml"))?;
    for account in &accounts {
        insert_account(&mut tx, account).await?;
    }
    for user in &people.user {
        insert_user(&mut tx, user, clock)
            .await
            .with_context(|| user.email.clone())?;
    }
    for membership in &people.membership {
        insert_membership(&mut tx, membership).await?;
    }
    if let Some(secrets) = secrets {
        let secrets: Secrets = read(secrets)?;
        insert_secrets(&mut tx, config, &people.user, secrets, clock).await?;
    }
    tx.commit().await?;
    tracing::info!(
        users = people.user.len(),
        accounts = accounts.len(),
        "demonstration data loaded"
    );
    Ok(())
}

#[derive(Deserialize)]
struct People {
    user: Vec<User>,
    membership: Vec<Membership>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct User {
    id: Uuid,
    email: String,
    name: String,
    kind: UserKind,
    #[serde(default)]
    staff_roles: Vec<String>,
    time_zone: String,
    language: String,
    theme: Theme,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum UserKind {
    Portal,
    Staff,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Membership {
    id: Uuid,
    user: Uuid,
    account: Uuid,
    roles: Vec<String>,
    tlds: Vec<String>,
}

/// As much of `accounts.toml` as concerns us.
#[derive(Deserialize)]
struct Accounts {
    account: Vec<Account>,
}

#[derive(Deserialize)]
struct Account {
    id: Uuid,
    name: String,
    kind: String,
}

/// What the people sign in with, as `cargo xtask up` wrote it.
#[derive(Deserialize)]
struct Secrets {
    /// The same for everybody.
    password: String,
    /// Base 32, by e-mail address.
    totp: BTreeMap<String, String>,
}

fn read<T: DeserializeOwned>(path: &Path) -> anyhow::Result<T> {
    let text = std::fs::read_to_string(path);
    let text = text.with_context(|| format!("{} cannot be read", path.display()))?;
    toml::from_str(&text).with_context(|| format!("{} is malformed", path.display()))
}

async fn insert_account(connection: &mut PgConnection, account: &Account) -> anyhow::Result<()> {
    let kind = format!("KIND_{}", account.kind.to_uppercase());
    let kind = Kind::from_str_name(&kind).with_context(|| format!("there is no {kind}"))?;
    // An event may have told us about it already.
    sqlx::query!(
        "insert into accounts (id, display_name, kind) values ($1, $2, $3) on conflict (id) do nothing",
        account.id,
        account.name,
        kind.as_str_name(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn insert_user(
    connection: &mut PgConnection,
    user: &User,
    clock: &Clock,
) -> anyhow::Result<()> {
    let key: EmailKey = user.email.parse().map_err(anyhow::Error::msg)?;
    let roles = role_names("ROLE_STAFF_", &user.staff_roles)?;
    sqlx::query!(
        "insert into users (id, email, email_key, display_name, staff, staff_roles, time_zone, language, theme, create_time)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        user.id,
        user.email,
        key.as_str(),
        user.name,
        user.kind == UserKind::Staff,
        &roles,
        user.time_zone,
        user.language,
        user.theme as Theme,
        clock.now().to_sqlx(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn insert_membership(
    connection: &mut PgConnection,
    membership: &Membership,
) -> anyhow::Result<()> {
    let roles = role_names("ROLE_", &membership.roles)?;
    sqlx::query!(
        "insert into memberships (id, person, account, roles, tlds) values ($1, $2, $3, $4, $5)",
        membership.id,
        membership.user,
        membership.account,
        &roles,
        &membership.tlds,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// `agent` is `ROLE_STAFF_AGENT`; what is no role stops the load.
fn role_names(prefix: &str, names: &[String]) -> anyhow::Result<Vec<String>> {
    let names = names.iter().map(|name| {
        let name = format!("{prefix}{}", name.to_uppercase());
        Role::from_str_name(&name).with_context(|| format!("there is no {name}"))?;
        Ok(name)
    });
    names.collect()
}

async fn insert_secrets(
    connection: &mut PgConnection,
    config: &Config,
    users: &[User],
    secrets: Secrets,
    clock: &Clock,
) -> anyhow::Result<()> {
    let keyring = Keyring::new(&config.keys)?;
    let now = clock.now().to_sqlx();
    let hashes = hash_for_each(config, &secrets.password, users.len()).await?;
    for (user, hash) in users.iter().zip(&hashes) {
        sqlx::query!(
            "insert into passwords (person, hash, change_time) values ($1, $2, $3)",
            user.id,
            hash,
            now,
        )
        .execute(&mut *connection)
        .await?;

        let secret = secrets.totp.get(&user.email);
        let secret = secret.with_context(|| format!("{} has no TOTP secret", user.email))?;
        let secret: TotpSecret = secret.parse().map_err(anyhow::Error::msg)?;
        let id = FactorId::new();
        let sealed = keyring.seal(secret.as_bytes(), id.0.as_bytes())?;
        sqlx::query!(
            "insert into totp_factors (id, person, display_name, secret, sealed_with, create_time)
             values ($1, $2, 'Authenticator app', $3, $4, $5)",
            id.0,
            user.id,
            sealed.bytes,
            sealed.key,
            now,
        )
        .execute(&mut *connection)
        .await?;

        // Nobody has seen these; a person who wants codes has new ones made.
        let codes = RecoveryCode::generate_all()?;
        let codes: Vec<Vec<u8>> = codes.iter().map(RecoveryCode::hash).collect();
        sqlx::query!(
            "insert into recovery_codes (person, hash) select $1, unnest($2::bytea[])",
            user.id,
            &codes,
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// So many hashes of one password, each with its own salt, on all cores.
async fn hash_for_each(
    config: &Config,
    password: &str,
    count: usize,
) -> anyhow::Result<Vec<String>> {
    let password: Password = password.parse().map_err(anyhow::Error::msg)?;
    let passwords = config.passwords.clone();
    let hashes = tokio::task::spawn_blocking(move || {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let share = || {
            let hashes = (0..count.div_ceil(cores)).map(|_| hash_now(&passwords, &password));
            hashes.collect::<anyhow::Result<Vec<String>>>()
        };
        thread::scope(|scope| {
            let threads: Vec<_> = (0..cores).map(|_| scope.spawn(share)).collect();
            let mut all = Vec::new();
            for thread in threads {
                let done = thread
                    .join()
                    .map_err(|_| anyhow::anyhow!("hashing failed"))?;
                all.append(&mut done?);
            }
            Ok::<_, anyhow::Error>(all)
        })
    })
    .await??;
    ensure!(hashes.len() >= count, "some passwords were not hashed");
    Ok(hashes)
}
