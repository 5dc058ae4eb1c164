//! `UpdateProfile`: the caller's choices.

use nsp_kit::{
    events::{About, announce},
    status::{Invalid, Violations},
};
use nsp_proto::{events::v1::UserUpdated, identity::v1 as pb};
use tonic::Request;

use super::{Api, convert};
use crate::{
    domain::profile::{Language, Profile, TimeZone},
    error::Error,
    store::users,
};

pub async fn update_profile(
    api: &Api,
    request: Request<pb::UpdateProfileRequest>,
) -> Result<pb::User, Error> {
    let (call, message) = api.context.enter(request)?;
    let wanted = message
        .user
        .ok_or_else(|| Invalid::field("user", "must be given"))?;
    let profile = parse(&wanted)?;
    let person = call.person()?;

    let mut tx = call.begin().await?;
    let user = users::lock(&mut tx, person.user).await?;
    let mut user = user.ok_or(Error::NoUser(person.user))?;
    if !wanted.etag.is_empty() && wanted.etag != user.etag() {
        return Err(Error::ProfileChanged);
    }
    user.profile = profile;
    user.version += 1;
    users::update_profile(&mut tx, &user).await?;
    let event = UserUpdated {
        user: user.id.to_string(),
    };
    announce(&mut tx, &About::new(&user.id, None), &event).await?;
    tx.commit().await?;
    Ok(convert::user(&user))
}

fn parse(user: &pb::User) -> Result<Profile, Invalid> {
    let mut bad = Violations::default();
    let time_zone = bad.parse::<TimeZone>("user.time_zone", &user.time_zone);
    let language = bad.parse::<Language>("user.language", &user.language);
    let theme = convert::theme(user.theme);
    let theme = theme.map_err(|problem| bad.add("user.theme", problem)).ok();
    let parsed = time_zone.zip(language).zip(theme);
    bad.finish(parsed.map(|((time_zone, language), theme)| Profile {
        time_zone,
        language,
        theme,
        mail_case_updates: user.mail_case_updates.into(),
    }))
}
