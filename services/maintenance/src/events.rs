//! What this service does about the events of others.

use anyhow::Context;
use nsp_kit::{
    clock::from_proto,
    db::Tx,
    events::{Event, Handler},
    id::AccountId,
};
use nsp_proto::{
    events::v1::{AccountCreated, TldAdded, TlsGrantChanged, TlsGrantCreated, TlsGrantEnded},
    tlsauth::v1::GrantScope,
};
use uuid::Uuid;

use crate::{
    domain::Label,
    store::{self, grants::Grant},
};

/// Remembers accounts and their TLDs, so that windows can name them without asking the accounts service.
pub struct Accounts;

impl Handler for Accounts {
    const SERVICE: &'static str = crate::SERVICE;
    const SUBJECTS: &'static str = "nsp.accounts.v1.>";

    async fn handle(&self, tx: &mut Tx, event: &Event) -> anyhow::Result<()> {
        if let Some(created) = event.decode::<AccountCreated>() {
            let created = created?;
            let account = created.account.parse().map_err(anyhow::Error::msg)?;
            store::accounts::put(tx, account, &created.display_name).await?;
        }
        if let Some(added) = event.decode::<TldAdded>() {
            let (label, account) = parse(&added?)?;
            store::tlds::put(tx, &label, account).await?;
            // What is still to come goes with the TLD; what was stays with those who did it.
            store::windows::hand_over(tx, &label, account).await?;
        }
        Ok(())
    }
}

fn parse(added: &TldAdded) -> anyhow::Result<(Label, AccountId)> {
    let label = added
        .tld
        .strip_prefix("tlds/")
        .and_then(|label| label.parse().ok());
    let label = label.with_context(|| format!("{:?} is not a TLD", added.tld))?;
    let account = added.account.parse().map_err(anyhow::Error::msg)?;
    Ok((label, account))
}

/// Remembers which service providers may schedule a TLD's windows (TLS-8).
pub struct Grants;

impl Handler for Grants {
    const SERVICE: &'static str = crate::SERVICE;
    const SUBJECTS: &'static str = "nsp.tlsauth.v1.tls-grant.>";

    async fn handle(&self, tx: &mut Tx, event: &Event) -> anyhow::Result<()> {
        if let Some(created) = event.decode::<TlsGrantCreated>() {
            let it = created?;
            let as_changed = TlsGrantChanged {
                grant: it.grant,
                account: it.account,
                provider: it.provider,
                tld: it.tld,
                scopes: it.scopes,
                expire_time: it.expire_time,
            };
            remember(tx, &as_changed).await?;
        }
        if let Some(changed) = event.decode::<TlsGrantChanged>() {
            remember(tx, &changed?).await?;
        }
        if let Some(ended) = event.decode::<TlsGrantEnded>() {
            store::grants::delete(tx, grant_id(&ended?.grant)?).await?;
        }
        Ok(())
    }
}

async fn remember(tx: &mut Tx, grant: &TlsGrantChanged) -> anyhow::Result<()> {
    let id = grant_id(&grant.grant)?;
    let windows = GrantScope::Windows.as_str_name();
    if !grant.scopes.iter().any(|scope| scope == windows) {
        store::grants::delete(tx, id).await?;
        return Ok(());
    }
    let expire_time = grant.expire_time.as_ref().and_then(from_proto);
    let grant = Grant {
        id,
        account: grant.account.parse().map_err(anyhow::Error::msg)?,
        provider: grant.provider.parse().map_err(anyhow::Error::msg)?,
        tld: grant.tld.parse().map_err(anyhow::Error::msg)?,
        expire_time: expire_time.context("a grant without an end")?,
    };
    store::grants::put(tx, &grant).await?;
    Ok(())
}

fn grant_id(name: &str) -> anyhow::Result<Uuid> {
    let id = name.strip_prefix("grants/").and_then(|id| id.parse().ok());
    id.with_context(|| format!("{name:?} is not a grant"))
}
