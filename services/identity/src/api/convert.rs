//! From the terms of the domain to messages, and back.

use jiff::Timestamp;
use nsp_kit::{
    clock::to_proto,
    id::SessionId,
    status::{Invalid, Violations},
};
use nsp_proto::identity::v1 as pb;

use crate::domain::{
    client::Client,
    factor::{Factor, Kind},
    member::{self, ContactName, Member},
    profile::Theme,
    recovery::RecoveryCode,
    session::{Membership, Session},
    user::{self, User},
};
use crate::store::{audit::Done, users::Since};

/// Where the browser is. A missing client is one of which nothing is known.
pub fn client(message: Option<&pb::Client>, bad: &mut Violations) -> Option<Client> {
    let Some(message) = message else {
        return Some(Client::default());
    };
    let address = if message.address.is_empty() {
        None
    } else {
        let address = message.address.parse();
        let address = address.map_err(|_| bad.add("client.address", "must be an IP address"));
        Some(address.ok()?)
    };
    Some(Client::new(&message.user_agent, address))
}

/// A session of the caller, who calls with the session `current`.
pub fn session(session: &Session, current: SessionId) -> pb::Session {
    pb::Session {
        name: session.id.to_string(),
        client: Some(pb::Client {
            user_agent: session.user_agent.clone(),
            address: session.address.clone(),
        }),
        create_time: Some(to_proto(session.create_time)),
        last_use_time: Some(to_proto(session.last_use_time)),
        expire_time: Some(to_proto(session.expire_time)),
        current: session.id == current,
        factor_time: Some(to_proto(session.factor_time)),
        place: String::new(),
    }
}

pub fn factor(factor: &Factor) -> pb::Factor {
    pb::Factor {
        name: factor.id.to_string(),
        kind: factor_kind(factor.kind).into(),
        display_name: factor.display_name.to_string(),
        create_time: Some(to_proto(factor.create_time)),
        last_use_time: factor.last_use_time.map(to_proto),
    }
}

pub fn factor_kind(kind: Kind) -> pb::factor::Kind {
    match kind {
        Kind::Totp => pb::factor::Kind::Totp,
        Kind::Passkey => pb::factor::Kind::Passkey,
    }
}

pub fn recovery_codes(codes: &[RecoveryCode]) -> pb::RecoveryCodes {
    pb::RecoveryCodes {
        codes: codes.iter().map(RecoveryCode::reveal).collect(),
    }
}

pub fn user(user: &User) -> pb::User {
    pb::User {
        name: user.id.to_string(),
        email: user.email.clone(),
        display_name: user.display_name.clone(),
        staff: user.is_staff(),
        time_zone: user.profile.time_zone.as_str().to_owned(),
        language: user.profile.language.as_str().to_owned(),
        theme: match user.profile.theme {
            Theme::System => pb::user::Theme::System,
            Theme::Light => pb::user::Theme::Light,
            Theme::Dark => pb::user::Theme::Dark,
        }
        .into(),
        mail_case_updates: user.profile.mail_case_updates.into(),
        etag: user.etag(),
    }
}

pub fn theme(value: i32) -> Result<Theme, &'static str> {
    match pb::user::Theme::try_from(value) {
        Ok(pb::user::Theme::System) => Ok(Theme::System),
        Ok(pb::user::Theme::Light) => Ok(Theme::Light),
        Ok(pb::user::Theme::Dark) => Ok(Theme::Dark),
        _ => Err("must be system, light or dark"),
    }
}

pub fn membership(membership: &Membership) -> pb::Membership {
    pb::Membership {
        account: membership.account.to_string(),
        account_display_name: membership.account_name.clone(),
        account_kind: membership.account_kind.clone(),
        roles: membership
            .roles
            .iter()
            .map(|role| i32::from(*role))
            .collect(),
        tlds: membership.tlds.clone(),
    }
}

/// A member as they are at `now`.
pub fn member(member: &Member, now: Timestamp) -> pb::Member {
    let until = match member.state {
        member::State::Invited { until } => Some(until),
        member::State::Active | member::State::Disabled => None,
    };
    let contact = member.part.contact.map(|id| {
        let account = member.name.account;
        ContactName { account, id }.to_string()
    });
    pb::Member {
        name: member.name.to_string(),
        user: member.name.person.to_string(),
        display_name: member.display_name.clone(),
        email: member.email.clone(),
        state: match member.state {
            member::State::Active => pb::member::State::Active,
            member::State::Disabled => pb::member::State::Disabled,
            member::State::Invited { until } if now < until => pb::member::State::Invited,
            member::State::Invited { .. } => pb::member::State::InvitationExpired,
        }
        .into(),
        roles: member
            .part
            .roles
            .iter()
            .map(|role| i32::from(*role))
            .collect(),
        tlds: member.part.tlds.clone(),
        contact: contact.unwrap_or_default(),
        create_time: member.create_time.map(to_proto),
        expire_time: until.map(to_proto),
    }
}

/// What the user may do as staff.
pub fn staff_roles(user: &User) -> Vec<i32> {
    match &user.kind {
        user::Kind::Staff(roles) => roles.iter().map(|role| i32::from(*role)).collect(),
        user::Kind::Portal => Vec::new(),
    }
}

/// A user, as staff see them.
pub fn user_record(since: &Since, memberships: &[Membership]) -> pb::UserRecord {
    let user = &since.user;
    pb::UserRecord {
        name: user.id.to_string(),
        email: user.email.clone(),
        display_name: user.display_name.clone(),
        state: match user.state {
            user::State::Active => pb::user_record::State::Active,
            user::State::Disabled => pb::user_record::State::Disabled,
            user::State::Retired => pb::user_record::State::Retired,
        }
        .into(),
        staff: user.is_staff(),
        staff_roles: staff_roles(user),
        memberships: memberships.iter().map(membership).collect(),
        create_time: Some(to_proto(since.create_time)),
        resets: Vec::new(),
    }
}

pub fn audit_event(done: &Done) -> pb::AuditEvent {
    pb::AuditEvent {
        name: done.id.to_string(),
        time: Some(to_proto(done.time)),
        action: done.action.clone(),
        actor: done.actor.clone(),
        actor_display_name: done.actor_name.clone(),
        resource: done.resource.clone(),
        person: done.person.map(|id| id.to_string()).unwrap_or_default(),
        person_display_name: done.person_name.clone(),
        account: done.account.map(|id| id.to_string()).unwrap_or_default(),
        client: (!done.user_agent.is_empty() || !done.address.is_empty()).then(|| pb::Client {
            user_agent: done.user_agent.clone(),
            address: done.address.clone(),
        }),
    }
}

/// A single field, parsed.
pub fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(
    field: &str,
    value: &str,
) -> Result<T, Invalid> {
    value
        .parse()
        .map_err(|problem| Invalid::field(field, problem))
}
