//! The files of the demonstration data, as far as cases are made of them.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::Context;
use serde::{Deserialize, de::DeserializeOwned};
use uuid::Uuid;

#[derive(Debug)]
pub struct Material {
    pub accounts: Vec<Account>,
    pub tlds: Vec<Tld>,
    pub users: Vec<User>,
    pub memberships: Vec<Membership>,
    pub texts: Texts,
}

#[derive(Debug, Deserialize)]
pub struct Account {
    pub id: Uuid,
    pub name: String,
    pub kind: String,
    pub engagement_manager: String,
}

#[derive(Debug, Deserialize)]
pub struct Tld {
    pub label: String,
    pub account: Uuid,
    pub state: String,
}

#[derive(Debug, Deserialize)]
pub struct User {
    pub id: Uuid,
    pub name: String,
    #[serde(default)]
    pub staff_roles: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub struct Membership {
    pub user: Uuid,
    pub account: Uuid,
    pub roles: Vec<String>,
    pub tlds: Vec<String>,
}

/// `cases.toml`; its comments explain each key.
#[derive(Debug, Deserialize)]
pub struct Texts {
    pub mix: Mix,
    pub general: Topic,
    pub topic: Vec<Topic>,
}

#[derive(Debug, Deserialize)]
pub struct Mix {
    pub seed: u64,
    pub total: usize,
    pub share_with_tlds: f64,
    pub share_with_expedite: f64,
    pub share_with_notes: f64,
    pub share_new_assigned: f64,
    pub status: BTreeMap<String, f64>,
    pub account: BTreeMap<Uuid, f64>,
    pub open_age_days: BTreeMap<String, [f64; 2]>,
    pub days_to_close: DaysToClose,
    pub expedite_outcome: BTreeMap<String, f64>,
    pub age: Vec<Range>,
    pub comments: Vec<Count>,
    pub tlds: Vec<Range>,
}

#[derive(Debug, Deserialize)]
pub struct DaysToClose {
    pub least: f64,
    pub usual: f64,
    pub most: f64,
}

#[derive(Debug, Deserialize)]
pub struct Range {
    pub from: f64,
    pub to: f64,
    pub weight: f64,
}

#[derive(Debug, Deserialize)]
pub struct Count {
    pub count: usize,
    pub weight: f64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Topic {
    pub audience: Vec<String>,
    pub tlds: bool,
    pub weight: f64,
    pub subjects: Vec<String>,
    pub descriptions: Vec<String>,
    pub replies: Vec<String>,
    pub questions: Vec<String>,
    pub answers: Vec<String>,
    pub notes: Vec<String>,
    pub closings: Vec<String>,
    pub expedite_reasons: Vec<String>,
    pub cancel_remarks: Vec<String>,
    pub reopen_comments: Vec<String>,
    pub fits: BTreeMap<String, Vec<Vec<usize>>>,
}

impl Material {
    /// Reads `accounts.toml`, `users.toml` and `cases.toml` of a folder.
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        #[derive(Deserialize)]
        struct Accounts {
            account: Vec<Account>,
            tld: Vec<Tld>,
        }
        #[derive(Deserialize)]
        struct Users {
            user: Vec<User>,
            membership: Vec<Membership>,
        }
        let accounts: Accounts = file(folder, "accounts.toml")?;
        let users: Users = file(folder, "users.toml")?;
        Ok(Self {
            accounts: accounts.account,
            tlds: accounts.tld,
            users: users.user,
            memberships: users.membership,
            texts: file(folder, "cases.toml")?,
        })
    }
}

fn file<T: DeserializeOwned>(folder: &Path, name: &str) -> anyhow::Result<T> {
    let path = folder.join(name);
    let text =
        fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    toml::from_str(&text).with_context(|| format!("{} is not what is expected", path.display()))
}
