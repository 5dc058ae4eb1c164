//! The demonstration users: their secrets, made on first use, and a table of who is who.

use anyhow::{Context as _, bail};
use data_encoding::BASE32_NOPAD;
use nsp_testbed::{secret, workspace};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// A person of `demo/users.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub email: String,
    pub name: String,
    pub staff: bool,
}

/// What the users sign in with; `nsp-identity demo` reads the same file.
#[derive(Debug, PartialEq, Eq)]
pub struct Secrets {
    pub password: String,
    /// TOTP secrets in base 32, by e-mail address.
    pub totp: BTreeMap<String, String>,
}

/// The folder with the demonstration data.
pub fn data() -> PathBuf {
    workspace().join("demo")
}

/// Where a stack keeps the secrets.
pub fn secrets_file(home: &Path) -> PathBuf {
    home.join("demo-secrets.toml")
}

/// The people of a folder with demonstration data.
pub fn users(data: &Path) -> anyhow::Result<Vec<User>> {
    let path = data.join("users.toml");
    let text =
        fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    parse_users(&text).with_context(|| format!("{} is malformed", path.display()))
}

fn parse_users(text: &str) -> anyhow::Result<Vec<User>> {
    let table: Table = text.parse()?;
    let users = table
        .get("user")
        .and_then(Value::as_array)
        .context("it has no [[user]]")?;
    users
        .iter()
        .map(|user| {
            let field = |name: &str| {
                let value = user.get(name).and_then(Value::as_str);
                value.with_context(|| format!("a user has no {name}"))
            };
            Ok(User {
                email: field("email")?.to_owned(),
                name: field("name")?.to_owned(),
                staff: field("kind")? == "staff",
            })
        })
        .collect()
}

/// The secrets of a stack. Users who have none yet get some.
pub fn secrets(home: &Path, users: &[User]) -> anyhow::Result<Secrets> {
    let path = secrets_file(home);
    let mut secrets = match read(&path)? {
        Some(secrets) => secrets,
        None => Secrets {
            password: password()?,
            totp: BTreeMap::new(),
        },
    };
    let before = secrets.totp.len();
    for user in users
        .iter()
        .filter(|user| !secrets.totp.contains_key(&user.email))
        .collect::<Vec<_>>()
    {
        let bytes: [u8; 20] = secret::random()?;
        secrets
            .totp
            .insert(user.email.clone(), BASE32_NOPAD.encode(&bytes));
    }
    if before != secrets.totp.len() {
        secret::write(&path, &render(&secrets))?;
    }
    Ok(secrets)
}

/// Long enough for the rules about new passwords, short enough to type: four groups of five.
fn password() -> anyhow::Result<String> {
    let bytes: [u8; 13] = secret::random()?;
    let text = BASE32_NOPAD.encode(&bytes).to_lowercase();
    let groups: Vec<&str> = [0, 5, 10, 15].iter().map(|at| &text[*at..at + 5]).collect();
    Ok(groups.join("-"))
}

/// What [`secrets`] wrote, if it has.
pub fn read(path: &Path) -> anyhow::Result<Option<Secrets>> {
    if !path.is_file() {
        return Ok(None);
    }
    let table: Table = fs::read_to_string(path)?.parse()?;
    let malformed = || {
        format!(
            "{} is malformed: remove it with the data (`cargo xtask down --wipe`)",
            path.display()
        )
    };
    let password = table
        .get("password")
        .and_then(Value::as_str)
        .with_context(malformed)?;
    let totp = table
        .get("totp")
        .and_then(Value::as_table)
        .with_context(malformed)?;
    let totp = totp
        .iter()
        .filter_map(|(email, code)| Some((email.clone(), code.as_str()?.to_owned())));
    Ok(Some(Secrets {
        password: password.to_owned(),
        totp: totp.collect(),
    }))
}

fn render(secrets: &Secrets) -> String {
    let mut text =
        String::from("# Made by `cargo xtask up` for the demonstration users of this checkout.\n");
    // Writing to a string cannot fail.
    let _ = writeln!(text, "password = {:?}\n\n[totp]", secrets.password);
    for (email, code) in &secrets.totp {
        let _ = writeln!(text, "{email:?} = {code:?}");
    }
    text
}

/// The user meant by an address or the part before its @.
pub fn find<'a>(secrets: &'a Secrets, wanted: &str) -> anyhow::Result<(&'a str, &'a str)> {
    let matching = |(email, _): &(&String, &String)| {
        email.as_str() == wanted || email.split('@').next() == Some(wanted)
    };
    let found: Vec<_> = secrets.totp.iter().filter(matching).collect();
    match found[..] {
        [(email, code)] => Ok((email, code)),
        [] => bail!("there is no demonstration user {wanted:?}; demo/users.toml lists them"),
        _ => bail!("several demonstration users are called {wanted:?}: give the whole address"),
    }
}

/// The first user of every organisation: enough to begin with.
pub fn table(users: &[User]) -> String {
    let mut organisations = Vec::new();
    let mut text = String::new();
    for user in users {
        let organisation = user.email.split('@').nth(1).unwrap_or_default();
        if organisations.contains(&organisation) {
            continue;
        }
        organisations.push(organisation);
        let kind = if user.staff { "ICANN staff" } else { "" };
        let _ = writeln!(text, "    {:<40} {:<24} {kind}", user.email, user.name);
    }
    let _ = writeln!(
        text,
        "    and {} more in demo/users.toml",
        users.len() - organisations.len()
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const USERS: &str = "
        [[user]]
        email = 'jane@acme.example'
        name = 'Jane Okoye'
        kind = 'portal'
        [[user]]
        email = 'omar@acme.example'
        name = 'Omar'
        kind = 'portal'
        [[user]]
        email = 'jane@icann.example'
        name = 'Jane Doe'
        kind = 'staff'";

    #[test]
    fn secrets_are_made_once_and_for_new_users_later() {
        let dir = tempfile::tempdir().unwrap();
        let users = parse_users(USERS).unwrap();
        let first = secrets(dir.path(), &users[..1]).unwrap();
        let second = secrets(dir.path(), &users).unwrap();
        assert_eq!(first.password, second.password);
        assert_eq!(
            first.totp["jane@acme.example"],
            second.totp["jane@acme.example"]
        );
        assert_eq!(second.totp.len(), 3);
        assert_eq!(second, read(&secrets_file(dir.path())).unwrap().unwrap());
        assert_eq!(second.password.len(), 23);
    }

    #[test]
    fn users_are_found_by_what_is_unique() {
        let dir = tempfile::tempdir().unwrap();
        let secrets = secrets(dir.path(), &parse_users(USERS).unwrap()).unwrap();
        assert_eq!(find(&secrets, "omar").unwrap().0, "omar@acme.example");
        assert_eq!(
            find(&secrets, "jane@icann.example").unwrap().0,
            "jane@icann.example"
        );
        assert!(find(&secrets, "jane").is_err());
        assert!(find(&secrets, "nobody").is_err());
    }

    #[test]
    fn the_table_names_one_user_of_each_organisation() {
        let table = table(&parse_users(USERS).unwrap());
        assert!(
            table.contains("Jane Okoye") && table.contains("ICANN staff"),
            "{table}"
        );
        assert!(
            !table.contains("Omar") && table.contains("and 1 more"),
            "{table}"
        );
    }
}
