//! What this service does about the events of others.

use anyhow::Context;
use nsp_kit::{
    db::Tx,
    events::{Event, Handler},
};
use nsp_proto::events::v1::TldAdded;

use crate::store;

/// Remembers TLDs and whose they are, so that a case can name them without asking the accounts service.
pub struct Tlds;

impl Handler for Tlds {
    const SERVICE: &'static str = crate::SERVICE;
    const SUBJECTS: &'static str = "nsp.accounts.v1.tld.>";

    async fn handle(&self, tx: &mut Tx, event: &Event) -> anyhow::Result<()> {
        let Some(added) = event.decode::<TldAdded>() else {
            return Ok(());
        };
        let added = added?;
        let label = added
            .tld
            .strip_prefix("tlds/")
            .and_then(|label| label.parse().ok());
        let label = label.with_context(|| format!("{:?} is not a TLD", added.tld))?;
        let account = added.account.parse().map_err(anyhow::Error::msg)?;
        Ok(store::tlds::put(tx, &label, account).await?)
    }
}
