//! `InviteMember`: a contact is asked to become a user, or gets a part in the account at once.

use nsp_kit::{
    auth::Person,
    db::Tx,
    events::{About, audit, publish},
    id::{AccountId, UserId},
    status::{Invalid, Violations},
};
use nsp_proto::{
    accounts::v1::{Account, Contact, account::Kind},
    events::v1::UserUpdated,
    identity::v1 as pb,
};
use tonic::Request;
use uuid::Uuid;

use super::{Api, convert};
use crate::{
    config::Invitations,
    domain::{
        InvitationId,
        email::EmailKey,
        invitation::Invitation,
        member::{self, ContactName, MemberName, Part, may_see},
    },
    error::Error,
    events::{self, Mail},
    store::{
        invitations,
        members::{self, Known},
    },
};

const MAX_TLDS: usize = 500;

/// What the inviter wants, and for whom.
struct Wish {
    account: AccountId,
    contact: ContactName,
    part: Part,
    request_id: Option<Uuid>,
}

/// A wish, and what else both ways of granting it need.
struct Asked<'a> {
    wish: &'a Wish,
    account: &'a Account,
    inviter: &'a Person,
}

pub async fn invite_member(
    api: &Api,
    request: Request<pb::InviteMemberRequest>,
) -> Result<pb::Member, Error> {
    let accounts = api.accounts.asked_by(&request);
    let (call, message) = api.context.enter(request)?;
    let person = call.person()?;
    let wish = parse(message, person)?;
    may_see(person, wish.account)?;

    // Accounts decides what of it the inviter may see.
    let (account, contact, strangers) = tokio::try_join!(
        accounts.account(wish.account),
        accounts.contact(wish.contact),
        accounts.strangers(wish.account, &wish.part.tlds),
    )?;
    if !strangers.is_empty() {
        let problem = format!("has none of these: .{}", strangers.join(" ."));
        return Err(Invalid::field("tlds", problem).into());
    }
    if !contact.active {
        return Err(Error::ContactInactive);
    }
    let email: EmailKey = convert::parse("contact", &contact.email)?;

    let mut tx = call.begin().await?;
    invitations::hold_account(&mut tx, wish.account).await?;
    let before = match wish.request_id {
        Some(id) => members::by_request(&mut tx, wish.account, id).await?,
        None => None,
    };
    let asked = Asked {
        wish: &wish,
        account: &account,
        inviter: person,
    };
    let name = if let Some(name) = before {
        name
    } else if let Some(known) = members::by_address(&mut tx, &email).await? {
        add(&mut tx, &asked, &known, &email).await?
    } else {
        invite(&mut tx, &asked, api.invitations, &contact, email).await?
    };
    let member = members::get(&mut tx, name).await?;
    tx.commit().await?;
    let member = member.ok_or(Error::NoMember(name))?;
    Ok(convert::member(&member, call.now))
}

fn parse(message: pb::InviteMemberRequest, person: &Person) -> Result<Wish, Invalid> {
    let mut bad = Violations::default();
    let account = bad.parse::<AccountId>("parent", &message.parent);
    let contact = bad.parse::<ContactName>("contact", &message.contact);
    let request_id = bad.parse_optional("request_id", &message.request_id);
    if account
        .zip(contact)
        .is_some_and(|(account, contact)| contact.account != account)
    {
        bad.add("contact", "must be a contact of the account");
    }
    let roles = member::roles(&message.roles);
    let roles = roles.map_err(|problem| bad.add("roles", problem)).ok();
    let mut tlds = message.tlds;
    tlds.sort();
    tlds.dedup();
    if tlds.len() > MAX_TLDS {
        bad.add("tlds", format!("must be at most {MAX_TLDS}"));
    } else if let Err(problem) = member::within(&tlds, &person.tlds) {
        bad.add("tlds", problem);
    }
    let parsed = account.zip(contact).zip(roles).zip(request_id);
    bad.finish(
        parsed.map(|(((account, contact), roles), request_id)| Wish {
            account,
            contact,
            part: Part {
                contact: Some(contact.id),
                roles,
                tlds,
            },
            request_id,
        }),
    )
}

/// Gives a user a part in the account at once.
async fn add(
    tx: &mut Tx,
    asked: &Asked<'_>,
    known: &Known,
    email: &EmailKey,
) -> Result<MemberName, Error> {
    let wish = asked.wish;
    let name = MemberName {
        account: wish.account,
        person: known.person,
    };
    if members::get(tx, name).await?.is_some() {
        return Err(Error::AlreadyMember);
    }
    if known.is_staff || !known.is_active {
        return Err(Error::CannotBeInvited);
    }
    room_for_one(tx, asked).await?;
    // One of before that was not accepted while the person became a user elsewhere.
    invitations::delete_of_address(tx, wish.account, email).await?;
    members::add(tx, name, &wish.part, wish.request_id).await?;
    audit(tx, &About::new(&name, wish.account), "member.added").await?;
    // Every gateway learns of the new account.
    let user = known.person.to_string();
    publish(tx, &About::new(&known.person, None), &UserUpdated { user }).await?;
    let mail = about(Mail::new("account_access"), asked);
    events::mail(tx, known.person, mail).await?;
    Ok(name)
}

/// Asks somebody to become a user.
async fn invite(
    tx: &mut Tx,
    asked: &Asked<'_>,
    limits: Invitations,
    contact: &Contact,
    email_key: EmailKey,
) -> Result<MemberName, Error> {
    let wish = asked.wish;
    let person = invitations::promised(tx, &email_key).await?;
    // The link of an earlier one stops working with it.
    let again = invitations::delete_of_address(tx, wish.account, &email_key).await?;
    room_for_one(tx, asked).await?;
    if invitations::count_open(tx, wish.account).await? >= i64::from(limits.max_open) {
        return Err(Error::TooManyInvitations);
    }
    let invitation = Invitation {
        id: InvitationId::new(),
        person: person.unwrap_or_else(UserId::new),
        account: wish.account,
        part: wish.part.clone(),
        email: contact.email.clone(),
        email_key,
        display_name: contact.display_name.clone(),
        inviter_name: asked.inviter.display_name.clone(),
        expire_time: tx.now() + limits.lifetime(),
    };
    invitations::insert(tx, &invitation, wish.request_id).await?;
    let name = MemberName {
        account: wish.account,
        person: invitation.person,
    };
    let action = if again {
        "invitation.renewed"
    } else {
        "invitation.sent"
    };
    audit(tx, &About::new(&name, wish.account), action).await?;
    let mail = about(Mail::new("invitation"), asked)
        .value("due", invitation.expire_time.to_string())
        .link(&invitation.id);
    events::mail(tx, invitation.person, mail).await?;
    Ok(name)
}

/// An applicant's account has a sign-in of its own, and no second one (ID-12).
async fn room_for_one(tx: &mut Tx, asked: &Asked<'_>) -> Result<(), Error> {
    if asked.account.kind() != Kind::Applicant {
        return Ok(());
    }
    let id = asked.wish.account;
    let taken = members::count(tx, id).await? + invitations::count_open(tx, id).await?;
    if taken > 0 {
        return Err(Error::ApplicantHasUser);
    }
    Ok(())
}

/// What both mails say.
fn about(mail: Mail, asked: &Asked<'_>) -> Mail {
    let Asked {
        wish,
        account,
        inviter,
    } = asked;
    let organization = if inviter.staff { "ICANN" } else { "" };
    mail.account(wish.account)
        .value("account_name", account.display_name.as_str())
        .value("author", inviter.display_name.as_str())
        .value("organization", organization)
}
