//! The database of a service, and transactions that see no further than their scope.

use std::{
    fmt::Write,
    ops::{Deref, DerefMut},
    time::Duration,
};

use anyhow::Context;
use jiff::Timestamp;
use secrecy::ExposeSecret;
use sqlx::{
    AssertSqlSafe, Connection, PgConnection, PgPool, Postgres, Transaction,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgListener, PgPoolOptions},
};

use crate::{
    auth::{Actor, Scope},
    config,
};

static KIT: Migrator = sqlx::migrate!();

/// How long a request waits for a connection before it is refused with `UNAVAILABLE`.
const ACQUIRE: Duration = Duration::from_secs(3);

/// A connection that has lain for so long is asked whether it still is one before it is used.
const FRESH: Duration = Duration::from_secs(1);

/// The connections of a service to its own database, as the role that owns nothing there.
#[derive(Debug, Clone)]
pub struct Database {
    pool: PgPool,
}

impl Database {
    /// Connects when first used, so that a service starts while its database is still starting.
    pub fn connect(config: &config::Database) -> anyhow::Result<Self> {
        let options: PgConnectOptions =
            config.url.expose_secret().parse().context("database.url")?;
        let pool = PgPoolOptions::new()
            .max_connections(config.max_connections)
            .acquire_timeout(ACQUIRE)
            .test_before_acquire(false)
            .before_acquire(|connection, used| {
                Box::pin(async move {
                    if used.idle_for > FRESH {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .connect_lazy_with(options);
        Ok(Self { pool })
    }

    /// Opens a transaction that sees what `actor` may see, and nothing else.
    pub async fn begin(&self, actor: &Actor, now: Timestamp) -> sqlx::Result<Tx> {
        let scope = actor.scope();
        let opening = AssertSqlSafe(opening(actor, &scope, now)?);
        let tx = self.pool.begin_with(opening).await?;
        Ok(Tx {
            inner: tx,
            actor: actor.clone(),
            client: None,
            scope,
            now,
        })
    }

    /// Opens a transaction of the service's own, for jobs and event handlers.
    pub async fn begin_as_service(&self, service: &str, now: Timestamp) -> sqlx::Result<Tx> {
        self.begin(&Actor::Service(service.to_owned()), now).await
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> sqlx::Result<()> {
        sqlx::query("select 1").execute(&self.pool).await.map(drop)
    }

    /// Hears what `pg_notify` says on `channel` once the transaction that said it has committed.
    pub async fn listen(&self, channel: &str) -> sqlx::Result<PgListener> {
        let mut listener = PgListener::connect_with(&self.pool).await?;
        listener.listen(channel).await?;
        Ok(listener)
    }
}

/// The statements that open a transaction and limit it, sent together: their answers are not worth waiting for one by one,
/// and there are several transactions in a request. There are no parameters in such a text; what stands in it is the text of
/// ids and times, and labels that nothing can be hidden in.
fn opening(actor: &Actor, scope: &Scope, now: Timestamp) -> sqlx::Result<String> {
    let mut text = format!("begin; set local nsp.now = '{now}'; set local nsp.scope = ");
    text.push_str(match scope {
        Scope::Staff => "'staff'",
        Scope::Account { .. } => "'account'",
        Scope::Person => "'person'",
        Scope::Service => "'service'",
    });
    if let Some(person) = actor.person() {
        write!(text, "; set local nsp.person = '{}'", person.user.0).ok();
    }
    if let Scope::Account { account, tlds } = scope {
        write!(text, "; set local nsp.account = '{}'", account.0).ok();
        if let Some(odd) = tlds.iter().find(|tld| !is_label(tld)) {
            return Err(sqlx::Error::InvalidArgument(format!("no TLD: {odd:?}")));
        }
        write!(text, "; set local nsp.tlds = '{}'", tlds.join(",")).ok();
    }
    Ok(text)
}

/// Whether this is written like an A-label (RFC 5890): letters, digits and hyphens.
fn is_label(tld: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !tld.is_empty() && tld.bytes().all(good)
}

/// A transaction that sees only its scope. Dropped without [`Tx::commit`], it is rolled back.
#[derive(Debug)]
pub struct Tx {
    inner: Transaction<'static, Postgres>,
    actor: Actor,
    client: Option<String>,
    scope: Scope,
    now: Timestamp,
}

impl Tx {
    /// Who the transaction is for.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Names the machine client that is behind a service's call: the audit log shows it in place of the service.
    pub fn on_behalf_of(&mut self, client: &str) {
        self.client = Some(client.to_owned());
    }

    /// What to show where the one is named who did this.
    pub fn actor_name(&self) -> &str {
        self.client
            .as_deref()
            .unwrap_or_else(|| self.actor.display_name())
    }

    /// How far it sees. Queries repeat this as a condition of their own; the database checks it again.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The time of the call; the same in every row that the transaction writes.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    pub async fn commit(self) -> sqlx::Result<()> {
        self.inner.commit().await
    }
}

impl Deref for Tx {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.inner
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.inner
    }
}

/// Brings the kit's tables, then the service's own, up to date, and lets the role `nsp_<service>` use the kit's.
///
/// Runs as the role that owns the database. Two of these at once wait for each other.
pub async fn migrate(
    config: &config::Database,
    service: &str,
    migrator: &Migrator,
) -> anyhow::Result<()> {
    let url = config
        .owner_url
        .as_ref()
        .context("database.owner_url is needed to migrate")?;
    let options: PgConnectOptions = url.expose_secret().parse().context("database.owner_url")?;
    let mut connection = PgConnection::connect_with(&options).await?;
    KIT.run(&mut connection).await?;
    migrator.run(&mut connection).await?;
    let grants = format!(
        "grant usage on schema kit to nsp_{service};
         grant execute on all functions in schema kit to nsp_{service};
         grant select, insert, delete on kit.outbox, kit.inbox, kit.parked to nsp_{service};
         grant update (retry, error, time) on kit.parked to nsp_{service};
         grant select, insert on kit.audit to nsp_{service};"
    );
    sqlx::raw_sql(AssertSqlSafe(grants))
        .execute(&mut connection)
        .await?;
    connection.close().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::AccountId;

    #[test]
    fn nothing_ends_the_text_of_a_tld() {
        let account = AccountId::new();
        let scope = |tld: &str| Scope::Account {
            account,
            tlds: vec!["ferrylane".to_owned(), tld.to_owned()],
        };
        let actor = Actor::Service("cases".to_owned());
        let now = Timestamp::UNIX_EPOCH;
        let text = opening(&actor, &scope("xn--p1ai"), now).unwrap();
        let expected = format!(
            "begin; set local nsp.now = '1970-01-01T00:00:00Z'; set local nsp.scope = 'account'; \
             set local nsp.account = '{}'; set local nsp.tlds = 'ferrylane,xn--p1ai'",
            account.0
        );
        assert_eq!(text, expected);
        for odd in [
            "",
            "a,b",
            "a'",
            "a'; reset all; --",
            "a\\",
            "a\0",
            "ä",
            "a b",
        ] {
            assert!(opening(&actor, &scope(odd), now).is_err(), "{odd:?}");
        }
    }
}
