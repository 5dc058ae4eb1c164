//! What happens by the clock, and the loop that answers wishes for a new password.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use data_encoding::BASE64URL_NOPAD;
use jiff::SignedDuration;
use nsp_kit::{
    clock::Clock,
    db::{Database, Tx},
    events::{About, audit},
    seal::Keyring,
};
use tokio::sync::Notify;

use crate::{
    SERVICE,
    domain::{
        ResetId,
        client::Client,
        reset::{self, Reset},
        rotation::{is_over, next_key},
        session::Limits,
        user::User,
    },
    error::Error,
    events::{self, Mail},
    store::{
        self, attempts, enrolments, factors, invitations, passkeys, passwords, resets, sessions,
        signing_keys::{self, SigningKey},
        soft_locks, users,
    },
};

const KEY_ID: usize = 9;
/// How long a wish waits at most when its notification was lost, or a replica wrote it down and stopped.
const POLL: Duration = Duration::from_secs(5);

/// Makes the next signing key when it is time, and forgets those whose last token has expired.
pub async fn rotate(tx: &mut Tx, keyring: &Keyring, period: SignedDuration) -> anyhow::Result<()> {
    let now = tx.now();
    let keys = signing_keys::list(tx).await?;
    for key in keys.iter().filter(|key| is_over(key.not_after, now)) {
        signing_keys::delete(tx, &key.id).await?;
        let about = About::new(&format!("signingKeys/{}", key.id), None);
        audit(tx, &about, "signing-key.deleted").await?;
    }
    let newest = keys.iter().map(|key| key.not_before).max();
    let Some(not_before) = next_key(newest, period, now) else {
        return Ok(());
    };

    let mut id = [0; KEY_ID];
    aws_lc_rs::rand::fill(&mut id).map_err(Error::Random)?;
    let id = BASE64URL_NOPAD.encode(&id);
    let pair = Ed25519KeyPair::generate().map_err(Error::Random)?;
    let private = pair.to_pkcs8v1().map_err(Error::Random)?;
    let key = SigningKey {
        secret: keyring.seal(private.as_ref(), id.as_bytes())?,
        public_key: pair.public_key().as_ref().to_vec(),
        not_before,
        not_after: None,
        id,
    };
    signing_keys::insert_successor(tx, &key).await?;
    let about = About::new(&format!("signingKeys/{}", key.id), None);
    audit(tx, &about, "signing-key.created").await?;
    tracing::info!(key.id, %not_before, "a new signing key");
    Ok(())
}

/// Seals again what is sealed with a key of before, so that the key can leave the configuration.
pub async fn reseal(tx: &mut Tx, keyring: &Keyring) -> anyhow::Result<()> {
    for factor in factors::lock_sealed_before(tx, keyring.current_id()).await? {
        let context = factor.id.0.as_bytes();
        let secret = keyring.seal(&keyring.open(&factor.secret, context)?, context)?;
        factors::set_secret(tx, factor.id, &secret).await?;
    }
    for key in signing_keys::list(tx).await? {
        if !keyring.is_current(&key.secret) {
            let context = key.id.as_bytes();
            let secret = keyring.seal(&keyring.open(&key.secret, context)?, context)?;
            signing_keys::set_secret(tx, &key.id, &secret).await?;
        }
    }
    Ok(())
}

/// Deletes what has expired.
pub async fn sweep(tx: &mut Tx, limits: &Limits) -> anyhow::Result<()> {
    attempts::delete_expired(tx).await?;
    enrolments::delete_expired(tx).await?;
    passkeys::delete_expired(tx).await?;
    resets::delete_expired(tx).await?;
    invitations::delete_old(tx).await?;
    sessions::delete_expired(tx, limits).await?;
    soft_locks::delete_of_past_days(tx).await?;
    Ok(())
}

/// Writes down which locks have ended. A try at the credential does so as well, if it comes first.
pub async fn unlock(tx: &mut Tx) -> anyhow::Result<()> {
    for credential in soft_locks::take_ended(tx).await? {
        let unlocked = [format!("{}.unlocked", credential.word())];
        let (person, resource) = (credential.person, credential.resource());
        store::audit::about(tx, person, &resource, &unlocked, &Client::default()).await?;
    }
    Ok(())
}

/// Answers wishes for a new password, for ever. It is apart from the requests so that those take the same time whether
/// the address is known or not.
pub async fn answer_resets(
    db: &Database,
    clock: &Clock,
    wished: Arc<Notify>,
) -> anyhow::Result<()> {
    loop {
        match answer_reset(db, clock).await {
            Ok(Answered::One) => continue,
            Ok(Answered::Nothing) => {}
            Err(error) => tracing::warn!(?error, "wishes for a new password wait"),
        }
        let _ = tokio::time::timeout(POLL, Arc::clone(&wished).notified_owned()).await;
    }
}

enum Answered {
    One,
    Nothing,
}

async fn answer_reset(db: &Database, clock: &Clock) -> anyhow::Result<Answered> {
    let mut tx = db.begin_as_service(SERVICE, clock.now()).await?;
    let Some(email) = resets::take_request(&mut tx).await? else {
        return Ok(Answered::Nothing);
    };
    let user = users::find(&mut tx, &email).await?;
    // Who has no password has lost it to a reset of lost factors. Only staff, who verify who somebody is, help from there:
    // a mailbox alone must not.
    if let Some(user) = user.filter(User::is_active)
        && passwords::get(&mut tx, user.id).await?.is_some()
    {
        let recent = resets::count_recent(&mut tx, user.id, reset::LIFETIME).await?;
        if recent < reset::MAX_OPEN {
            let reset = Reset {
                id: ResetId::new(),
                person: user.id,
                expire_time: tx.now() + reset::LIFETIME,
                use_time: None,
            };
            resets::insert(&mut tx, &reset).await?;
            audit(
                &mut tx,
                &About::new(&user.id, None),
                "password.reset-requested",
            )
            .await?;
            let mail = Mail::new("password_reset").link(&reset.id);
            events::mail(&mut tx, user.id, mail).await?;
        }
    }
    tx.commit().await?;
    Ok(Answered::One)
}
