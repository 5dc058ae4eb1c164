//! `GetUser`: a user, as staff see them.

use nsp_kit::{clock::to_proto, db::Tx, id::UserId};
use nsp_proto::identity::v1 as pb;
use tonic::Request;

use super::{Api, convert};
use crate::{
    error::Error,
    store::{
        audit, memberships,
        users::{self, Since},
    },
};

pub async fn get_user(
    api: &Api,
    request: Request<pb::GetUserRequest>,
) -> Result<pb::UserRecord, Error> {
    let (call, message) = api.context.enter(request)?;
    let id: UserId = convert::parse("name", &message.name)?;

    let mut tx = call.begin().await?;
    let record = read(&mut tx, id).await?;
    tx.commit().await?;
    Ok(record)
}

/// The user, with accounts and earlier resets.
pub async fn read(tx: &mut Tx, id: UserId) -> Result<pb::UserRecord, Error> {
    let user = users::get(tx, id).await?.ok_or(Error::NoUser(id))?;
    let create_time = users::create_time(tx, id).await?;
    let memberships = memberships::list(tx, id).await?;
    let resets = audit::resets(tx, id).await?.into_iter();
    let resets = resets.map(|reset| pb::user_record::Reset {
        time: Some(to_proto(reset.time)),
        actor_display_name: reset.actor_name,
        verification: reset.verification,
    });
    Ok(pb::UserRecord {
        resets: resets.collect(),
        ..convert::user_record(&Since { user, create_time }, &memberships)
    })
}
