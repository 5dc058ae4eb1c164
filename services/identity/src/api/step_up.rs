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
    second_factor,
};
use crate::{
    domain::{CeremonyId, passkey::Purpose, totp::Code},
    error::Error,
    store::sessions,
};

/// What the person shows.
enum Proof {
    Totp(Code),
    Passkey(CeremonyId, String),
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
    let shown = match proof {
        Proof::Totp(code) => {
            let factor = second_factor::accept(&mut tx, &api.keyring, person.user, &code).await?;
            factor.map(drop).ok_or(Error::WrongCode)
        }
        Proof::Passkey(ceremony, credential) => {
            let whose = Some(person.user);
            let state = passkey::take(&mut tx, ceremony, Purpose::StepUp, whose, None).await?;
            let asked = Asked::ForOneOf(person.user);
            let shown = passkey::check(api, &mut tx, asked, state, &credential).await;
            shown.map(drop)
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
