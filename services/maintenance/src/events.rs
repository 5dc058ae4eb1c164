//! What this service does about the events of others.

use anyhow::Context;
use nsp_kit::{
    db::Tx,
    events::{Event, Handler},
    id::AccountId,
};
use nsp_proto::events::v1::{AccountCreated, TldAdded};

use crate::{domain::Label, store};

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
