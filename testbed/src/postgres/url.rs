//! The address of a database, taken apart just enough to change user and database.

use anyhow::Context as _;
use std::fmt;
use std::str::FromStr;

/// `postgres://user:password@host:port/database?options`.
#[derive(Clone, PartialEq, Eq)]
pub struct PgUrl {
    user: String,
    password: String,
    host: String,
    port: u16,
    database: String,
    options: String,
}

impl PgUrl {
    pub(crate) fn local(port: u16, user: &str, password: &str, database: &str) -> Self {
        Self {
            user: user.into(),
            password: password.into(),
            host: "127.0.0.1".into(),
            port,
            database: database.into(),
            options: String::new(),
        }
    }

    #[must_use]
    pub fn with_database(&self, database: &str) -> Self {
        Self {
            database: database.into(),
            ..self.clone()
        }
    }

    #[must_use]
    pub fn with_role(&self, user: &str, password: &str) -> Self {
        Self {
            user: user.into(),
            password: password.into(),
            ..self.clone()
        }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn password(&self) -> &str {
        &self.password
    }

    /// The address without the password, which command lines would show to everybody.
    pub(crate) fn without_password(&self) -> String {
        let Self {
            user,
            host,
            port,
            database,
            options,
            ..
        } = self;
        format!("postgres://{user}@{host}:{port}/{database}{options}")
    }
}

impl fmt::Display for PgUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            user,
            password,
            host,
            port,
            database,
            options,
        } = self;
        write!(
            f,
            "postgres://{user}:{password}@{host}:{port}/{database}{options}"
        )
    }
}

impl fmt::Debug for PgUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.without_password())
    }
}

impl FromStr for PgUrl {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        const FORM: &str = "expected postgres://user:password@host:port/database";
        let rest = text
            .strip_prefix("postgres://")
            .or_else(|| text.strip_prefix("postgresql://"))
            .context(FORM)?;
        let (login, place) = rest.rsplit_once('@').context(FORM)?;
        let (user, password) = login.split_once(':').unwrap_or((login, ""));
        let (host, path) = place.split_once('/').unwrap_or((place, "postgres"));
        let (host, port) = host.rsplit_once(':').unwrap_or((host, "5432"));
        let cut = path.find('?').unwrap_or(path.len());
        Ok(Self {
            user: user.into(),
            password: password.into(),
            host: host.into(),
            port: port.parse().context(FORM)?,
            database: path[..cut].into(),
            options: path[cut..].into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_change_and_the_rest_stays() {
        let url: PgUrl = "postgresql://root:pw@db:6543/postgres?sslmode=disable"
            .parse()
            .unwrap();
        let other = url
            .with_database("nsp_cases")
            .with_role("nsp_cases", "secret");
        assert_eq!(
            other.to_string(),
            "postgres://nsp_cases:secret@db:6543/nsp_cases?sslmode=disable"
        );
        assert!(!format!("{other:?}").contains("secret"));
    }

    #[test]
    fn port_and_database_have_defaults() {
        let url: PgUrl = "postgres://me:pw@db".parse().unwrap();
        assert_eq!(url.to_string(), "postgres://me:pw@db:5432/postgres");
        assert!("mysql://me:pw@db/x".parse::<PgUrl>().is_err());
    }
}
