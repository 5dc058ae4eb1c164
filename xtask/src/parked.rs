//! `cargo xtask parked`: events that a service could not handle and set aside; lists, retries and drops them.

use crate::services::SERVICES;
use anyhow::{Context as _, bail, ensure};
use nsp_testbed::{Options, PgUrl, Postgres, home, run_sql};

#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Clone, Debug, PartialEq, Eq, clap::Subcommand)]
enum Action {
    /// Lists them (as usual)
    List,
    /// Has the service try again; what fails again stays parked
    Retry(Which),
    /// Forgets them: nobody will ever act upon them
    Drop(Which),
}

#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
#[group(required = true, multiple = false)]
struct Which {
    /// The event's id
    event: Option<String>,
    /// All of them
    #[arg(long)]
    all: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let folder = home().join("postgres");
    if !Postgres::runs_in(&folder)? {
        bail!("the development stack does not run: `cargo xtask up` starts it");
    }
    let postgres = Postgres::start(&folder, Options::DEVELOPMENT)?;
    let mut count = 0;
    for service in SERVICES.iter().filter(|service| service.database) {
        let database = format!("nsp_{}", service.name);
        let owner = postgres.ensure_database(service.name, &database)?.owner;
        let lines = perform(&owner, arguments.action.as_ref())
            .with_context(|| format!("the database of {}", service.name))?;
        count += lines.len();
        for line in lines {
            println!("{}  {line}", service.name);
        }
    }
    match (&arguments.action, count) {
        (None | Some(Action::List), 0) => println!("no event is parked"),
        (Some(Action::Retry(_) | Action::Drop(_)), 0) => bail!("no such event is parked"),
        _ => {}
    }
    postgres.leave();
    Ok(())
}

/// Does it in one database, and says what was listed, put back or dropped. All of the SQL is here.
fn perform(owner: &PgUrl, action: Option<&Action>) -> anyhow::Result<Vec<String>> {
    const LINE: &str = "concat_ws('  ', event, consumer, type, about, to_char(time, 'YYYY-MM-DD HH24:MI:SS'),
                                  case when retry then '(is tried again)' end, left(replace(error, chr(10), ' '), 200))";
    let sql = match action {
        None | Some(Action::List) => format!("select {LINE} from kit.parked order by time"),
        Some(Action::Retry(which)) => format!(
            "update kit.parked set retry = true where {} returning {LINE}",
            which.condition()?
        ),
        Some(Action::Drop(which)) => format!(
            "delete from kit.parked where {} returning {LINE}",
            which.condition()?
        ),
    };
    let rows = run_sql(owner, &sql)?;
    Ok(rows.lines().map(str::to_owned).collect())
}

impl Which {
    fn condition(&self) -> anyhow::Result<String> {
        let Some(event) = &self.event else {
            return Ok("true".to_owned());
        };
        let digits = |c: char| c.is_ascii_hexdigit() || c == '-';
        ensure!(
            event.len() == 36 && event.chars().all(digits),
            "{event:?} is not the id of an event; `cargo xtask parked` lists them"
        );
        Ok(format!("event = '{event}'"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nsp_testbed::{ensure_database, secret, shared_postgres, workspace};
    use std::fs;

    const ONE: &str = "0198c0de-0000-7000-8000-000000000001";
    const TWO: &str = "0198c0de-0000-7000-8000-000000000002";

    fn which(event: Option<&str>) -> Which {
        Which {
            event: event.map(str::to_owned),
            all: event.is_none(),
        }
    }

    /// A database with the kit's tables and two parked events.
    fn database() -> PgUrl {
        let name = format!("test_parked_{}", &secret::password().unwrap()[..12]);
        let password = secret::get_or_make(&home().join("test-role-password"), secret::password);
        let admin = shared_postgres().unwrap();
        let access = ensure_database(&admin, "test", &name, &password.unwrap()).unwrap();
        let mut sql = "create schema kit;\n".to_owned();
        let folder = workspace().join("services/kit/migrations");
        let mut files: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().path())
            .collect();
        files.sort();
        for file in files {
            sql += &fs::read_to_string(file).unwrap();
        }
        sql += &[ONE, TWO].map(|event| format!(
            "insert into kit.parked (consumer, event, subject, type, data, error, time)
             values ('mail-nsp-mail-v1', '{event}', 'nsp.mail.v1.x', 'X', '', 'no such template', now());\n"
        )).concat();
        run_sql(&access.owner, &sql).unwrap();
        access.owner
    }

    #[test]
    fn parked_events_are_listed_put_back_and_dropped() {
        let owner = database();
        let listed = perform(&owner, None).unwrap();
        assert_eq!(listed.len(), 2);
        assert!(listed[0].contains(ONE) && listed[0].ends_with("no such template"));

        let retry = perform(&owner, Some(&Action::Retry(which(Some(ONE))))).unwrap();
        assert!(retry.len() == 1 && retry[0].contains("(is tried again)"));
        let dropped = perform(&owner, Some(&Action::Drop(which(Some(ONE))))).unwrap();
        assert_eq!(dropped.len(), 1);
        assert_eq!(perform(&owner, Some(&Action::List)).unwrap().len(), 1);
        let all = perform(&owner, Some(&Action::Drop(which(None)))).unwrap();
        assert!(all.len() == 1 && all[0].contains(TWO));
        assert!(perform(&owner, None).unwrap().is_empty());
    }

    #[test]
    fn an_id_is_an_id() {
        assert!(which(Some("x' or true --")).condition().is_err());
        assert_eq!(which(None).condition().unwrap(), "true");
    }
}
