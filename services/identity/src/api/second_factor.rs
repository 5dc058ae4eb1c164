//! Checking codes and adding factors: what several methods do alike.

use nsp_kit::{db::Tx, id::UserId, seal::Keyring};

use super::soft_lock::Try;
use crate::{
    domain::{
        FactorId,
        client::Client,
        factor::{Factor, FactorName, Kind},
        soft_lock::Credential,
        totp::{Code, TotpSecret},
    },
    error::Error,
    store::factors,
};

/// The person's factor that shows `code`, which is thereby used up. None if the code is wrong or was used before, which
/// every factor that it might have been of remembers; and none if the factor is locked.
pub async fn accept(
    tx: &mut Tx,
    keyring: &Keyring,
    person: UserId,
    code: &Code,
    client: &Client,
) -> Result<Option<FactorId>, Error> {
    let now = tx.now();
    let mut tries = Vec::new();
    for (factor, held) in factors::hold_all(tx, person).await? {
        let attempt = Try::of(Credential::totp(factor.id, person), held);
        let secret = keyring.open(&factor.secret, factor.id.0.as_bytes())?;
        let secret = TotpSecret::from_bytes(secret)?;
        let step = secret.accept(code, now, factor.last_step);
        if let Some(step) = step.filter(|_| !attempt.is_locked(tx)) {
            factors::set_used(tx, factor.id, step).await?;
            return Ok(Some(factor.id));
        }
        tries.push(attempt);
    }
    for attempt in tries {
        attempt.refuse(tx, None, client).await?;
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
        kind: Kind::Totp,
        display_name,
        create_time: tx.now(),
        last_use_time: Some(tx.now()),
    };
    let sealed = keyring.seal(secret.as_bytes(), factor.id.0.as_bytes())?;
    factors::insert(tx, &factor, &sealed, step).await?;
    Ok(factor)
}
