//! Checking codes and adding factors: what several methods do alike.

use nsp_kit::{db::Tx, id::UserId, seal::Keyring};

use crate::{
    domain::{
        FactorId,
        factor::{Factor, FactorName},
        totp::{Code, TotpSecret},
    },
    error::Error,
    store::factors,
};

/// The person's factor that shows `code`, which is thereby used up. None if the code is wrong or was used before.
pub async fn accept(
    tx: &mut Tx,
    keyring: &Keyring,
    person: UserId,
    code: &Code,
) -> Result<Option<FactorId>, Error> {
    let now = tx.now();
    for factor in factors::lock_all(tx, person).await? {
        let secret = keyring.open(&factor.secret, factor.id.0.as_bytes())?;
        let secret = TotpSecret::from_bytes(secret)?;
        if let Some(step) = secret.accept(code, now, factor.last_step) {
            factors::set_used(tx, factor.id, step).await?;
            return Ok(Some(factor.id));
        }
    }
    Ok(None)
}

/// Adds a factor to a person whose app has just shown the code of `step`, which counts as used.
pub async fn add(
    tx: &mut Tx,
    keyring: &Keyring,
    person: UserId,
    display_name: FactorName,
    secret: &TotpSecret,
    step: i64,
) -> Result<Factor, Error> {
    let factor = Factor {
        id: FactorId::new(),
        person,
        display_name,
        create_time: tx.now(),
        last_use_time: Some(tx.now()),
    };
    let sealed = keyring.seal(secret.as_bytes(), factor.id.0.as_bytes())?;
    factors::insert(tx, &factor, &sealed, step).await?;
    Ok(factor)
}
