//! What this service does about the events of others.

use anyhow::Context;
use nsp_kit::{
    db::Tx,
    events::{Event, Handler},
    id::AccountId,
};
use nsp_proto::events::v1::{AccountCreated, TldAdded};

use crate::{
    domain::{Label, TldName},
    load, store,
};

/// Remembers accounts and their TLDs, so that nobody has to ask the accounts service whose a TLD is.
pub struct Accounts;

impl Handler for Accounts {
    const SERVICE: &'static str = crate::SERVICE;
    const SUBJECTS: &'static str = "nsp.accounts.v1.>";

    async fn handle(&self, tx: &mut Tx, event: &Event) -> anyhow::Result<()> {
        if let Some(created) = event.decode::<AccountCreated>() {
            let created = created?;
            let account = created.account.parse().map_err(anyhow::Error::msg)?;
            let provider = created.kind == "KIND_REGISTRY_SERVICE_PROVIDER";
            store::accounts::put(tx, account, &created.display_name, provider).await?;
        }
        if let Some(added) = event.decode::<TldAdded>() {
            let (label, account) = parse(&added?)?;
            if store::tlds::put(tx, &label, account).await?.is_some() {
                // Whom the former holder let in, the new one has not.
                load::leave(tx, &label).await?;
            }
        }
        Ok(())
    }
}

fn parse(added: &TldAdded) -> anyhow::Result<(Label, AccountId)> {
    let name: Result<TldName, _> = added.tld.parse();
    let TldName(label) = name
        .map_err(anyhow::Error::msg)
        .with_context(|| format!("{:?} is not a TLD", added.tld))?;
    let account = added.account.parse().map_err(anyhow::Error::msg)?;
    Ok((label, account))
}
