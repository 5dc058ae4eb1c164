//! Demonstration data: accounts, TLDs, contacts and credentials of `accounts.toml`, announced like any others.

use std::{fs, path::Path};

use anyhow::{Context, anyhow};
use jiff::Timestamp;
use nsp_kit::{
    clock::Clock,
    config,
    db::{Database, Tx},
    id::AccountId,
    prefix::Prefix,
    seal::Keyring,
};
use serde::Deserialize;

use crate::{
    Config, SERVICE, api,
    domain::{
        Account, AccountKind, Contact, ContactId, Credential, CredentialKind, CredentialName,
        NewPassword, Tld, TldState, full_date,
    },
    store,
};

/// Loads `accounts.toml` of the folder `data` in one transaction, unless there are accounts already.
pub async fn demo(config: &Config, data: &Path, clock: &Clock) -> anyhow::Result<()> {
    let path = data.join("accounts.toml");
    let text =
        fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let file: File = toml::from_str(&text)?;
    let owner = config.database.owner_url.clone();
    let database = Database::connect(&config::Database {
        url: owner.context("database.owner_url is needed to load demonstration data")?,
        ..config.database.clone()
    })?;
    let mut tx = database.begin_as_service(SERVICE, clock.now()).await?;
    if store::accounts::any(&mut tx).await? {
        tracing::info!("there are accounts already; nothing loaded");
        return Ok(());
    }
    file.load(&mut tx, &Keyring::new(&config.keys)?).await?;
    tx.commit().await?;
    tracing::info!("demonstration data loaded");
    Ok(())
}

#[derive(Deserialize)]
struct File {
    account: Vec<AccountEntry>,
    tld: Vec<TldEntry>,
    contact: Vec<ContactEntry>,
    credential: Vec<CredentialEntry>,
}

#[derive(Deserialize)]
struct AccountEntry {
    id: AccountId,
    name: String,
    kind: AccountKind,
    country: String,
    engagement_manager: String,
    create_time: Timestamp,
}

#[derive(Deserialize)]
struct TldEntry {
    label: String,
    account: AccountId,
    state: TldState,
    delegation_date: Option<String>,
}

#[derive(Deserialize)]
struct ContactEntry {
    id: ContactId,
    account: AccountId,
    name: String,
    email: String,
    phone: String,
    title: String,
    country: String,
    active: bool,
}

#[derive(Deserialize)]
struct CredentialEntry {
    tld: String,
    kind: CredentialKind,
    /// Absent where it follows from the TLD.
    #[serde(default)]
    user_name: String,
    password: String,
    #[serde(default)]
    prefixes: Vec<String>,
    /// Who set it.
    by: String,
}

impl File {
    async fn load(self, tx: &mut Tx, keyring: &Keyring) -> anyhow::Result<()> {
        for entry in self.account {
            let account = entry.parse()?;
            store::accounts::insert(tx, &account, None).await?;
            api::announce_account(tx, &account).await?;
        }
        for entry in self.tld {
            let tld = entry.parse()?;
            store::tlds::insert(tx, &tld).await?;
            api::announce_tld(tx, &tld).await?;
        }
        for entry in self.contact {
            let contact = entry.parse()?;
            store::contacts::insert(tx, &contact, None).await?;
            api::announce_contact(tx, &contact).await?;
        }
        for entry in self.credential {
            entry.load(tx, keyring).await?;
        }
        Ok(())
    }
}

impl AccountEntry {
    fn parse(self) -> anyhow::Result<Account> {
        Ok(Account {
            id: self.id,
            display_name: parse(&self.name)?,
            kind: self.kind,
            country: parse(&self.country)?,
            engagement_manager: Some(parse(&self.engagement_manager)?),
            create_time: self.create_time,
        })
    }
}

impl TldEntry {
    fn parse(self) -> anyhow::Result<Tld> {
        let date = self.delegation_date.as_deref().map(full_date);
        Ok(Tld {
            label: parse(&self.label)?,
            account: self.account,
            state: self.state,
            delegation_date: date.transpose().map_err(|problem| anyhow!(problem))?,
        })
    }
}

impl ContactEntry {
    fn parse(self) -> anyhow::Result<Contact> {
        Ok(Contact {
            id: self.id,
            account: self.account,
            display_name: parse(&self.name)?,
            email: parse(&self.email)?,
            phone: Some(parse(&self.phone)?),
            title: Some(parse(&self.title)?),
            country: parse(&self.country)?,
            active: self.active,
        })
    }
}

impl CredentialEntry {
    async fn load(self, tx: &mut Tx, keyring: &Keyring) -> anyhow::Result<()> {
        let name = CredentialName {
            tld: parse(&self.tld)?,
            kind: self.kind,
        };
        let user_name = match self.kind.user_name(&name.tld) {
            Some(user_name) => user_name,
            None => parse(&self.user_name)?,
        };
        let password = NewPassword::new(&self.password, self.kind, &user_name)
            .map_err(|broken| anyhow!("the password of {name} {}", broken[0]))?;
        let prefixes = self.prefixes.iter().map(|prefix| parse(prefix));
        let credential = Credential {
            prefixes: Prefix::tidy(prefixes.collect::<anyhow::Result<_>>()?),
            user_name,
            password_change_time: tx.now(),
            update_time: tx.now(),
            updater_name: self.by,
            version: 1,
            name,
        };
        let account = store::tlds::account(tx, &credential.name.tld).await?;
        let account = account.with_context(|| format!("{} has no TLD", credential.name))?;
        let context = credential.name.to_string();
        let envelope = keyring.enclose(password.expose().as_bytes(), context.as_bytes())?;
        store::credentials::insert(tx, &credential, &envelope).await?;
        api::announce_credential(tx, &credential, account, true).await?;
        Ok(())
    }
}

fn parse<T: std::str::FromStr<Err: ToString>>(text: &str) -> anyhow::Result<T> {
    text.parse()
        .map_err(|problem: T::Err| anyhow!("{text:?} {}", problem.to_string()))
}
