//! Making passkeys and checking them: what several methods do alike.

use nsp_kit::{clock::to_proto, db::Tx, id::UserId};
use nsp_proto::identity::v1 as pb;
use serde_json::Value;

use super::Api;
use crate::{
    domain::{
        AttemptId, CeremonyId, FactorId,
        client::Client,
        factor::{Factor, FactorName, Kind, may_add},
        passkey::{Ceremony, LIFETIME, Purpose, looks_cloned},
        user::User,
    },
    error::Error,
    store::{audit, factors, passkeys, users},
    webauthn::{Claim, Question},
};

/// A question that waits for its answer, as the browser gets it.
pub async fn begin(
    tx: &mut Tx,
    purpose: Purpose,
    person: Option<UserId>,
    attempt: Option<AttemptId>,
    question: Question,
) -> Result<pb::PasskeyCeremony, Error> {
    let ceremony = Ceremony {
        id: CeremonyId::new(),
        purpose,
        person,
        attempt,
        state: question.state,
        expire_time: tx.now() + LIFETIME,
    };
    passkeys::begin(tx, &ceremony).await?;
    Ok(pb::PasskeyCeremony {
        name: ceremony.id.to_string(),
        options: question.options,
        expire_time: Some(to_proto(ceremony.expire_time)),
    })
}

/// What to check an answer against; nobody gets it a second time once the transaction is committed.
pub async fn take(
    tx: &mut Tx,
    id: CeremonyId,
    purpose: Purpose,
    person: Option<UserId>,
    attempt: Option<AttemptId>,
) -> Result<Value, Error> {
    let now = tx.now();
    let ceremony = passkeys::take(tx, id).await?;
    let ceremony = ceremony.filter(|it| it.is_for(purpose, person, attempt, now));
    Ok(ceremony.ok_or(Error::CeremonyEnded)?.state)
}

/// Asks for a new passkey of `user`.
pub async fn begin_registration(
    api: &Api,
    tx: &mut Tx,
    user: &User,
    attempt: Option<AttemptId>,
) -> Result<pb::PasskeyCeremony, Error> {
    may_add(factors::count(tx, user.id).await?)?;
    let known = passkeys::list(tx, user.id).await?.into_iter();
    let known = known.map(|credential| credential.id).collect();
    let question = api.passkeys.ask_for_new(user, known)?;
    begin(tx, Purpose::Registration, Some(user.id), attempt, question).await
}

/// Adds the passkey that answers a question. The person's row is locked.
pub async fn register(
    api: &Api,
    tx: &mut Tx,
    person: UserId,
    state: Value,
    answer: &str,
    display_name: FactorName,
) -> Result<Factor, Error> {
    may_add(factors::count(tx, person).await?)?;
    let credential = api.passkeys.check_new(state, answer)?;
    let factor = Factor {
        id: FactorId::new(),
        person,
        kind: Kind::Passkey,
        display_name,
        create_time: tx.now(),
        last_use_time: None,
    };
    if !passkeys::insert(tx, &factor, &credential).await? {
        return Err(Error::PasskeyKnown);
    }
    Ok(factor)
}

/// How a passkey was asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Any passkey, of whomever; its authenticator names the person.
    ForAny,
    /// One of this person's.
    ForOneOf(UserId),
}

/// Checks a shown passkey and notes its use; whose it is. A refusal is written down, so the transaction is to be
/// committed either way.
pub async fn check(
    api: &Api,
    tx: &mut Tx,
    asked: Asked,
    state: Value,
    answer: &str,
    client: &Client,
) -> Result<User, Error> {
    let claim = Claim::read(answer)?;
    let passkey = passkeys::lock(tx, claim.credential_id()).await?;
    let claimed = match asked {
        // An authenticator that found the passkey by itself says whose it is.
        Asked::ForAny => claim.person(),
        Asked::ForOneOf(person) => Some(person.0),
    };
    let passkey = passkey.filter(|passkey| Some(passkey.person.0) == claimed);
    let mut passkey = passkey.ok_or(Error::PasskeyRefused)?;
    let user = users::get(tx, passkey.person).await?;
    let user = user.filter(User::is_active).ok_or(Error::PasskeyRefused)?;

    let credential = passkey.credential.value.clone();
    let shown = match asked {
        Asked::ForAny => api.passkeys.check_any(state, &claim, credential),
        Asked::ForOneOf(_) => api.passkeys.check_one_of(state, &claim, credential),
    };
    // The question may be older than the last use.
    let shown = shown.and_then(|shown| {
        if looks_cloned(passkey.credential.counter, shown.counter) {
            Err(Error::PasskeyCloned)
        } else {
            Ok(shown)
        }
    });
    let shown = match shown {
        Ok(shown) => shown,
        Err(refusal) => {
            let what = match refusal {
                Error::PasskeyCloned => "passkey.cloned",
                _ => "passkey.refused",
            };
            let about = passkey.id.to_string();
            audit::about(tx, Some(user.id), &about, &[what.to_owned()], client).await?;
            return Err(refusal);
        }
    };
    passkey.credential.counter = shown.counter;
    if let Some(changed) = shown.changed {
        passkey.credential.value = changed;
    }
    passkeys::set_used(tx, &passkey).await?;
    Ok(user)
}
