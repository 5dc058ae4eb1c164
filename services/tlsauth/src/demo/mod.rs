//! Demonstration data: who is let in, who may enter it, and an upload that waits (`nsp-tlsauth demo`).

use std::{fs, path::Path};

use anyhow::{Context, ensure};
use jiff::{SignedDuration, Timestamp};
use nsp_kit::{
    clock::Clock,
    config,
    db::{Database, Tx},
    id::{AccountId, UserId},
};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    DAY, SERVICE, announce,
    domain::{
        Client, Consent, ConsentState, Entry, Grant, GrantId, Label, Limits, Origin, RawEntry,
        State, Upload, UploadId, upload::File,
    },
    store,
};

/// Nothing of the demonstration is open to the Internet without a reason.
const LIMITS: Limits = Limits {
    open_prefix_ipv4: 8,
    open_prefix_ipv6: 19,
};
/// How long the registries of the waiting upload had to object when they were told.
const WAITING: SignedDuration = SignedDuration::from_hours(24 * 14);

/// Fills an empty database from the files in `folder`. Does nothing where there are entries.
pub async fn demo(config: &config::Database, folder: &Path, clock: &Clock) -> anyhow::Result<()> {
    let db = Database::connect(config)?;
    let mut tx = db.begin_as_service(SERVICE, clock.now()).await?;
    if store::clients::exist(&mut tx).await? {
        tracing::info!("there are entries already; nothing to do");
        return Ok(());
    }
    let accounts: Accounts = read(folder, "accounts.toml")?;
    let people: People = read(folder, "users.toml")?;
    let plans: Plans = read(folder, "tls.toml")?;
    for account in &accounts.account {
        let provider = account.kind == "registry_service_provider";
        store::accounts::put(&mut tx, AccountId(account.id), &account.name, provider).await?;
    }
    for tld in &accounts.tld {
        let label = tld.label.parse().map_err(anyhow::Error::msg)?;
        store::tlds::put(&mut tx, &label, AccountId(tld.account)).await?;
    }
    let around = Around { accounts, people };
    let mut grants = Vec::new();
    for plan in &plans.grant {
        grants.extend(plan.grants(&around, clock.now())?);
    }
    store::grants::insert(&mut tx, &grants).await?;
    for grant in &grants {
        announce::grant_created(&mut tx, grant).await?;
    }
    let mut clients = Vec::new();
    for plan in &plans.client {
        let made = plan.clients(&around, &grants, clock.now());
        clients.extend(made.with_context(|| format!("the entry of {:?}", plan.domain_names))?);
    }
    store::clients::insert(&mut tx, &clients).await?;
    store::policies::touch(&mut tx, clients.iter().map(|client| &client.tld)).await?;
    for plan in &plans.upload {
        plan.store(&mut tx, &around).await?;
    }
    tx.commit().await?;
    tracing::info!(entries = clients.len(), "demonstration data loaded");
    Ok(())
}

fn read<T: serde::de::DeserializeOwned>(folder: &Path, file: &str) -> anyhow::Result<T> {
    let path = folder.join(file);
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    toml::from_str(&text).with_context(|| path.display().to_string())
}

/// What the plans refer to.
struct Around {
    accounts: Accounts,
    people: People,
}

#[derive(Deserialize)]
struct Accounts {
    account: Vec<Account>,
    tld: Vec<Tld>,
}

#[derive(Deserialize)]
struct Account {
    id: Uuid,
    name: String,
    kind: String,
}

#[derive(Deserialize)]
struct Tld {
    label: String,
    account: Uuid,
}

#[derive(Deserialize)]
struct People {
    user: Vec<User>,
    membership: Vec<Membership>,
}

#[derive(Deserialize)]
struct User {
    id: Uuid,
    email: String,
    name: String,
}

#[derive(Deserialize)]
struct Membership {
    user: Uuid,
    account: Uuid,
}

impl Around {
    fn holder(&self, label: &str) -> anyhow::Result<&Account> {
        let tld = self.accounts.tld.iter().find(|tld| tld.label == label);
        let tld = tld.with_context(|| format!("there is no .{label}"))?;
        self.account(tld.account)
    }

    fn account(&self, id: Uuid) -> anyhow::Result<&Account> {
        let account = self.accounts.account.iter().find(|one| one.id == id);
        account.with_context(|| format!("there is no account {id}"))
    }

    fn user(&self, email: &str) -> anyhow::Result<&User> {
        let user = self.people.user.iter().find(|user| user.email == email);
        user.with_context(|| format!("there is no {email}"))
    }

    /// The account that a user acts for first.
    fn account_of(&self, user: &User) -> anyhow::Result<&Account> {
        let part = self.people.membership.iter().find(|it| it.user == user.id);
        self.account(part.context("the user has no account")?.account)
    }
}

/// `tls.toml`; its comments explain each key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plans {
    client: Vec<ClientPlan>,
    grant: Vec<GrantPlan>,
    upload: Vec<UploadPlan>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClientPlan {
    tlds: Vec<Label>,
    domain_names: Vec<String>,
    roles: Vec<String>,
    prefixes: Vec<String>,
    #[serde(default)]
    open_reason: String,
    #[serde(default)]
    note: String,
    by: String,
    days_ago: i32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GrantPlan {
    tlds: Vec<Label>,
    provider: String,
    scopes: Vec<String>,
    by: String,
    days_ago: i32,
    days: i32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UploadPlan {
    by: String,
    attester: String,
    days_ago: i32,
    csv: String,
}

impl GrantPlan {
    fn grants(&self, around: &Around, now: Timestamp) -> anyhow::Result<Vec<Grant>> {
        let user = around.user(&self.by)?;
        let mut accounts = around.accounts.account.iter();
        let provider = accounts.find(|account| account.name == self.provider);
        let provider = provider.with_context(|| format!("there is no {:?}", self.provider))?;
        ensure!(provider.kind == "registry_service_provider", "not an RSP");
        let scopes: Result<Vec<_>, _> = self.scopes.iter().map(|it| it.parse()).collect();
        let scopes = scopes.map_err(anyhow::Error::msg)?;
        let grants = self.tlds.iter().map(|tld| {
            let holder = around.holder(tld.as_ref())?;
            Ok(Grant {
                id: GrantId::new(),
                tld: tld.clone(),
                account: AccountId(holder.id),
                account_name: holder.name.clone(),
                provider: AccountId(provider.id),
                provider_name: provider.name.clone(),
                scopes: scopes.clone(),
                expire_time: now + DAY * self.days,
                state: State::Active,
                end_time: None,
                creator: UserId(user.id).to_string(),
                creator_name: user.name.clone(),
                create_time: now - DAY * self.days_ago,
                version: 1,
                client_count: 0,
            })
        });
        grants.collect()
    }
}

impl ClientPlan {
    fn clients(
        &self,
        around: &Around,
        grants: &[Grant],
        now: Timestamp,
    ) -> anyhow::Result<Vec<Client>> {
        let user = around.user(&self.by)?;
        let maker = around.account_of(user)?;
        let raw = RawEntry {
            domain_names: self.domain_names.clone(),
            roles: self.roles.clone(),
            prefixes: self.prefixes.clone(),
            open_reason: self.open_reason.clone(),
            note: self.note.clone(),
            certificates: Vec::new(),
        };
        let entry =
            Entry::parse(&raw, LIMITS).map_err(|wrong| anyhow::anyhow!("wrong: {wrong:?}"))?;
        let clients = self.tlds.iter().map(|tld| {
            let holder = around.holder(tld.as_ref())?;
            let own = holder.id == maker.id;
            let grant = grants
                .iter()
                .find(|grant| grant.tld == *tld && grant.provider.0 == maker.id);
            ensure!(own || grant.is_some(), ".{} is not granted", tld.as_ref());
            Ok(Client {
                id: Uuid::now_v7(),
                tld: tld.clone(),
                account: AccountId(holder.id),
                account_name: holder.name.clone(),
                entry: entry.clone(),
                provider: (!own).then_some(AccountId(maker.id)),
                provider_name: String::new(),
                grant: grant.map(|grant| grant.id),
                expire_time: None,
                origin: Origin::Portal,
                creator: UserId(user.id).to_string(),
                creator_name: user.name.clone(),
                create_time: now - DAY * self.days_ago,
                update_time: now - DAY * self.days_ago,
                version: 1,
            })
        });
        clients.collect()
    }
}

impl UploadPlan {
    async fn store(&self, tx: &mut Tx, around: &Around) -> anyhow::Result<()> {
        let user = around.user(&self.by)?;
        let provider = around.account_of(user)?;
        let time = tx.now() - DAY * self.days_ago;
        let file = File::read(self.csv.as_bytes(), LIMITS);
        ensure!(file.problems.is_empty(), "{:?}", file.problems);
        let mut registries: Vec<(Uuid, Vec<_>)> = Vec::new();
        for row in &file.rows {
            let holder = around.holder(row.tld.as_ref())?.id;
            match registries.iter_mut().find(|(id, _)| *id == holder) {
                Some((_, rows)) => rows.push(row),
                None => registries.push((holder, vec![row])),
            }
        }
        let upload = Upload {
            id: UploadId::new(),
            account: AccountId(provider.id),
            account_name: provider.name.clone(),
            attestation: "We attest that the registry operator of each TLD in this file has authorised us to provide \
                          ICANN with the TLS client authentication data in it."
                .to_owned(),
            attester: self.attester.clone(),
            creator: UserId(user.id).to_string(),
            creator_name: user.name.clone(),
            create_time: time,
            withdraw_time: None,
            row_count: i32::try_from(file.rows.len())?,
            tld_count: i32::try_from(file.rows.len())?,
            pending_count: 0,
        };
        let mut consents = Vec::new();
        for (registry, rows) in registries {
            let tlds = rows.iter().map(|row| row.tld.as_ref().to_owned());
            consents.push((
                Consent {
                    id: Uuid::now_v7(),
                    upload: upload.id,
                    account: AccountId(registry),
                    account_name: String::new(),
                    provider: upload.account,
                    provider_name: String::new(),
                    attestation: upload.attestation.clone(),
                    attester: upload.attester.clone(),
                    state: ConsentState::Pending,
                    tlds: tlds.collect(),
                    row_count: i32::try_from(rows.len())?,
                    create_time: time,
                    notify_time: None,
                    due_time: None,
                    decide_time: None,
                    decider: String::new(),
                    decider_name: String::new(),
                    objection: String::new(),
                },
                rows,
            ));
        }
        store::uploads::insert(tx, &upload).await?;
        store::consents::insert(tx, &consents).await?;
        for (consent, _) in &consents {
            let left = WAITING - DAY * self.days_ago;
            store::consents::begin_waiting(tx, consent.id, left).await?;
        }
        Ok(())
    }
}
