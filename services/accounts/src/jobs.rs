//! What happens by the clock.

use nsp_kit::{db::Tx, seal::Keyring};

use crate::store::credentials;

/// Seals again the data keys that are sealed with a key of before, so that the key can leave the configuration.
pub async fn reseal(tx: &mut Tx, keyring: &Keyring) -> anyhow::Result<()> {
    for (name, mut envelope) in credentials::lock_sealed_before(tx, keyring.current_id()).await? {
        let context = name.to_string();
        let data_key = keyring.open(&envelope.data_key, context.as_bytes())?;
        envelope.data_key = keyring.seal(&data_key, context.as_bytes())?;
        credentials::set_password(tx, &name, &envelope).await?;
    }
    Ok(())
}

/// Deletes tries that count no more.
pub async fn sweep(tx: &mut Tx) -> anyhow::Result<()> {
    Ok(credentials::delete_tries_of_past_days(tx).await?)
}
