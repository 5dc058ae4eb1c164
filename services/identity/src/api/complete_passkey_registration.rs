//! `CompletePasskeyRegistration`: adds the passkey that the browser made.

use nsp_kit::{
    events::{About, audit},
    status::Violations,
};
use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::{Api, convert, passkey};
use crate::{
    domain::{CeremonyId, factor::FactorName, passkey::Purpose},
    error::Error,
    events::{self, FactorChange},
    store::users,
};

pub async fn complete_passkey_registration(
    api: &Api,
    request: Request<pb::CompletePasskeyRegistrationRequest>,
) -> Result<pb::Factor, Error> {
    let (call, message) = api.context.enter(request)?;
    let mut bad = Violations::default();
    let ceremony = bad.parse::<CeremonyId>("ceremony", &message.ceremony);
    let name = bad.parse::<FactorName>("display_name", &message.display_name);
    let (ceremony, name) = bad.finish(ceremony.zip(name))?;
    let person = call.person()?.user;

    let mut tx = call.begin().await?;
    users::lock(&mut tx, person).await?;
    let state = passkey::take(&mut tx, ceremony, Purpose::Registration, Some(person), None).await?;
    let added = passkey::register(api, &mut tx, person, state, &message.credential, name).await;
    if let Ok(factor) = &added {
        audit(&mut tx, &About::new(&factor.id, None), "factor.added").await?;
        let change = FactorChange::Added(&factor.display_name);
        events::factor_changed(&mut tx, person, change).await?;
    }
    // Refused or not, the question was answered.
    tx.commit().await?;
    Ok(convert::factor(&added?))
}
