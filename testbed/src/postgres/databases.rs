//! Databases and roles of the services, made with psql.

use super::programs;
use super::url::PgUrl;
use anyhow::{Context as _, bail, ensure};
use std::io::Write as _;
use std::process::{Command, Stdio};

/// How a service reaches its database.
#[derive(Clone, Debug)]
pub struct Access {
    /// The role that owns the tables and runs the migrations.
    pub owner: PgUrl,
    /// The role the service runs as: it owns nothing, so row-level security binds it.
    pub service: PgUrl,
}

/// Makes database and roles of a service unless they exist. May be called again, and by many at once.
///
/// Roles belong to the whole server, so the password is one for all databases of a service.
pub fn ensure_database(
    admin: &PgUrl,
    service: &str,
    database: &str,
    password: &str,
) -> anyhow::Result<Access> {
    for name in [service, database] {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        ensure!(
            !name.is_empty() && name.chars().all(plain),
            "{name:?} is not a plain name"
        );
    }
    ensure!(
        password.chars().all(|c| c.is_ascii_alphanumeric()),
        "the password needs quoting"
    );
    let role = format!("nsp_{service}");
    let owner = format!("{role}_owner");
    run_sql(admin, &script(&role, &owner, database, password))
        .with_context(|| format!("database {database} cannot be made"))?;
    let url = admin.with_database(database);
    Ok(Access {
        owner: url.with_role(&owner, password),
        service: url.with_role(&role, password),
    })
}

/// `create database` runs in no transaction and knows no `if not exists`, hence the lock and `\gexec`.
fn script(role: &str, owner: &str, database: &str, password: &str) -> String {
    let roles = [owner, role].map(|name| {
        format!(
            "do $$ begin create role {name}; \
             exception when duplicate_object or unique_violation then null; end $$;\n\
             alter role {name} login nosuperuser nobypassrls nocreatedb nocreaterole \
             password '{password}';\n"
        )
    });
    let roles = roles.concat();
    format!(
        "select pg_advisory_lock(hashtext('nsp_testbed'));\n\
         {roles}\
         select 'create database {database} owner {owner}' \
         where not exists (select from pg_database where datname = '{database}') \\gexec\n\
         revoke all on database {database} from public;\n\
         grant connect on database {database} to {role};\n"
    )
}

/// Runs SQL (with psql's own commands) and returns the rows, unaligned. The first error ends it.
pub fn run_sql(url: &PgUrl, sql: &str) -> anyhow::Result<String> {
    let mut psql = Command::new(programs::psql())
        .args([
            "--no-psqlrc",
            "--quiet",
            "--tuples-only",
            "--no-align",
            "-v",
            "ON_ERROR_STOP=1",
        ])
        .args(["--dbname", &url.without_password()])
        .env("PGPASSWORD", url.password())
        .env("PGCONNECT_TIMEOUT", "10")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("psql cannot be started (Debian: postgresql-client)")?;
    let mut input = psql.stdin.take().context("psql has no input")?;
    // psql reads all of its input before it ends, or ends early and says why below.
    let written = input.write_all(sql.as_bytes());
    drop(input);
    let output = psql.wait_with_output()?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
    }
    written?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
