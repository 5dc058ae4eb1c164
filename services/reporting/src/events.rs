//! What this service does about the events of others.

use anyhow::Context;
use nsp_kit::{
    db::Tx,
    events::{Event, Handler},
    id::AccountId,
};
use nsp_proto::events::v1::{AccountCreated, TldAdded};

use crate::{
    domain::{self, Label},
    store,
};

/// Remembers accounts and their TLDs, so that reports find whose they are without asking the accounts service.
pub struct Accounts;

impl Handler for Accounts {
    const SERVICE: &'static str = crate::SERVICE;
    const SUBJECTS: &'static str = "nsp.accounts.v1.>";

    async fn handle(&self, tx: &mut Tx, event: &Event) -> anyhow::Result<()> {
        if let Some(created) = event.decode::<AccountCreated>() {
            let created = created?;
            let account: AccountId = created.account.parse().map_err(anyhow::Error::msg)?;
            store::accounts::put(tx, account, &created.display_name, &created.kind).await?;
        }
        if let Some(added) = event.decode::<TldAdded>() {
            let added = added?;
            let label = added.tld.strip_prefix("tlds/");
            let label = label.and_then(|label| label.parse::<Label>().ok());
            let label = label.with_context(|| format!("{:?} is not a TLD", added.tld))?;
            let account = added.account.parse().map_err(anyhow::Error::msg)?;
            let delegated = domain::day(&added.delegation_date);
            let today = domain::today(tx.now());
            store::tlds::put(tx, &label, account, delegated, today).await?;
        }
        Ok(())
    }
}
