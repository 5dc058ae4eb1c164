//! `StepUp`: a signed-in person shows a second factor again (ID-3).

use nsp_kit::{
    events::{About, audit},
    status::Violations,
};
use nsp_proto::identity::v1::{self as pb, step_up_request::Factor as Shown};
use tonic::Request;

use super::{
    Api, convert,
    passkey::{self, Asked},
    second_factor, soft_lock,
};
use crate::{
    domain::{
        CeremonyId, client::Client, passkey::Purpose, recovery::RecoveryCode,
        soft_lock::Credential, totp::Code,
    },
    error::Error,
    store::{recovery_codes, sessions},
};

/// What the person shows.
enum Proof {
    Totp(Code),
    Passkey(CeremonyId, String),
    Recovery(RecoveryCode),
}

/// A token says when a factor was last shown; the next one for this session says it was now.
pub async fn step_up(api: &Api, request: Request<pb::StepUpRequest>) -> Result<pb::Session, Error> {
    let (call, message) = api.context.enter(request)?;
    let proof = parse(message)?;
    let person = call.person()?;

    let mut tx = call.begin().await?;
    let session = sessions::lock(&mut tx, person.session, person.user).await?;
    let session = session.filter(|session| session.is_good(&api.limits, call.now));
    let mut session = session.ok_or(Error::SessionEnded)?;
    // A call of a signed-in person does not say where it comes from; the session does.
    let nowhere = Client::default();
    let shown = match proof {
        Proof::Totp(code) => {
            let factor =
                second_factor::accept(&mut tx, &api.keyring, person.user, &code, &nowhere).await?;
            factor.map(drop).ok_or(Error::WrongCode)
        }
        Proof::Passkey(ceremony, credential) => {
            let whose = Some(person.user);
            let state = passkey::take(&mut tx, ceremony, Purpose::StepUp, whose, None).await?;
            let asked = Asked::ForOneOf(person.user);
            let shown = passkey::check(api, &mut tx, asked, state, &credential, &nowhere).await;
            shown.map(drop)
        }
        Proof::Recovery(code) => {
            let codes = soft_lock::begin(&mut tx, Credential::recovery_codes(person.user)).await?;
            if codes.is_locked(&tx) || !recovery_codes::take(&mut tx, person.user, &code).await? {
                codes.refuse(&mut tx, None, &nowhere).await?;
                Err(Error::WrongCode)
            } else {
                let about = About::new(&person.user, None);
                audit(&mut tx, &about, "recovery-code.used").await?;
                Ok(())
            }
        }
    };
    let action = match &shown {
        Ok(()) => {
            session.factor_time = call.now;
            sessions::set_factor_time(&mut tx, session.id).await?;
            "session.stepped-up"
        }
        Err(_) => "session.step-up-refused",
    };
    audit(&mut tx, &About::new(&session.id, None), action).await?;
    tx.commit().await?;
    shown.map(|()| convert::session(&session, session.id))
}

fn parse(message: pb::StepUpRequest) -> Result<Proof, Error> {
    let mut bad = Violations::default();
    let proof = match message.factor {
        Some(Shown::TotpCode(code)) => bad.parse("totp_code", &code).map(Proof::Totp),
        Some(Shown::Passkey(shown)) => bad
            .parse("passkey.ceremony", &shown.ceremony)
            .map(|ceremony| Proof::Passkey(ceremony, shown.credential)),
        Some(Shown::RecoveryCode(code)) => bad.parse("recovery_code", &code).map(Proof::Recovery),
        None => {
            bad.add(
                "totp_code",
                "enter the six digits that the authenticator app shows",
            );
            None
        }
    };
    Ok(bad.finish(proof)?)
}
