//! The users of an account, and its contacts who are none yet.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use nsp_proto::{
    accounts::v1::{Account, Contact, GetAccountRequest, ListContactsRequest},
    identity::v1::{Member, member::State},
};
use tonic::Status;

use crate::{
    errors::PageError,
    frame::{Frame, html},
    pages::members::{PART, Place},
    time::{Moment, Times},
    words,
};

#[derive(Template)]
#[template(path = "members/list.html")]
struct List {
    page: Frame,
    office: bool,
    account: Account,
    kind: &'static str,
    since: Option<Moment>,
    /// None for those who may not see them.
    members: Option<Vec<Row>>,
    contacts: Vec<Candidate>,
}

/// A member or somebody who is invited.
struct Row {
    name: String,
    email: String,
    roles: String,
    tlds: String,
    state: &'static str,
    icon: &'static str,
    since: Option<Moment>,
    until: Option<Moment>,
    /// To the user, for staff.
    href: String,
    /// Where a new link is sent from; empty for members.
    invite: String,
    cancel: String,
}

/// A contact who is no user of the account.
struct Candidate {
    name: String,
    email: String,
    title: String,
    active: bool,
    invite: String,
}

pub async fn get(place: Place) -> Result<Response, PageError> {
    let title = if place.is_office() {
        "Account"
    } else {
        "Users"
    };
    let mut accounts = place.me.clients.accounts();
    let request = GetAccountRequest {
        name: place.account.clone(),
    };
    let (frame, account, members, contacts) = tokio::join!(
        place.me.frame(place.tab(), title),
        accounts.get_account(request),
        place.members(),
        contacts(&place),
    );
    let (account, members, contacts) = (account?.into_inner(), members?, contacts?);
    let known: Vec<&Member> = members.iter().flatten().collect();
    let candidates = contacts
        .into_iter()
        .filter(|contact| !known.iter().any(|member| is_same(member, contact)))
        .map(|contact| candidate(&place, contact))
        .collect();
    let times = &place.me.times;
    let page = List {
        page: Frame {
            title: if place.is_office() {
                account.display_name.clone()
            } else {
                frame.title.clone()
            },
            ..frame
        },
        office: place.is_office(),
        kind: words::account_kind(account.kind().as_str_name()),
        since: times.moment(account.create_time.as_ref()),
        account,
        members: members.as_ref().map(|all| {
            all.iter()
                .map(|member| row(&place, member, times))
                .collect()
        }),
        contacts: candidates,
    };
    html(StatusCode::OK, &page)
}

/// Whether the member is the contact: invited as it, or with its address.
fn is_same(member: &Member, contact: &Contact) -> bool {
    member.contact == contact.name || member.email.eq_ignore_ascii_case(&contact.email)
}

fn row(place: &Place, member: &Member, times: &Times) -> Row {
    let invited = matches!(member.state(), State::Invited | State::InvitationExpired);
    let only_invited = |href: String| if invited { href } else { String::new() };
    Row {
        name: member.display_name.clone(),
        email: member.email.clone(),
        roles: words::roles(member.roles()),
        tlds: words::limit(&member.tlds),
        state: words::member(member.state()),
        icon: match member.state() {
            State::Invited => "hourglass",
            State::InvitationExpired => "clock",
            State::Disabled => "ban",
            State::Active | State::Unspecified => "circle-check",
        },
        since: times.moment(member.create_time.as_ref()),
        until: times.moment(member.expire_time.as_ref()),
        href: if place.is_office() && !invited {
            crate::urls::staff_user(&member.user)
        } else {
            String::new()
        },
        invite: only_invited(place.invite_href(&member.contact)),
        cancel: only_invited(place.cancel_href(&member.name)),
    }
}

fn candidate(place: &Place, contact: Contact) -> Candidate {
    Candidate {
        invite: place.invite_href(&contact.name),
        name: contact.display_name,
        email: contact.email,
        title: contact.title,
        active: contact.active,
    }
}

async fn contacts(place: &Place) -> Result<Vec<Contact>, Status> {
    let mut contacts = Vec::new();
    let mut request = ListContactsRequest {
        parent: place.account.clone(),
        page_size: PART,
        ..Default::default()
    };
    loop {
        let mut accounts = place.me.clients.accounts();
        let page = accounts.list_contacts(request.clone()).await?.into_inner();
        contacts.extend(page.contacts);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return Ok(contacts);
        }
    }
}
