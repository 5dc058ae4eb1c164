//! Invites a contact, or sends who has not accepted a new link.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use nsp_proto::{
    accounts::v1::{Contact, GetContactRequest, ListTldsRequest},
    identity::v1::{InviteMemberRequest, Member},
};
use tonic::Status;

use crate::{
    errors::PageError,
    forms::{Field, Form, field},
    frame::{self, Frame, done, html},
    pages::{
        cases::show::request_id,
        members::{PART, Place},
    },
    words::{self, Label, MEMBER_ROLES},
};

const FIELDS: &[Field] = &[
    field("roles", "Roles"),
    field("tlds", "TLDs"),
    field("contact", "The contact"),
];

#[derive(Template)]
#[template(path = "members/invite.html")]
struct Invite {
    page: Frame,
    form: Form,
    contact: Contact,
    /// Whether an invitation of before has not been accepted.
    again: bool,
    tlds: Vec<Label>,
    /// Whether a limit must be chosen, because the inviter has one.
    limited: bool,
    tld_hint: &'static str,
    request_id: String,
    action: String,
    back: String,
    office: bool,
}

pub async fn get(place: Place) -> Result<Response, PageError> {
    show(&place, None, StatusCode::OK).await
}

async fn show(place: &Place, form: Option<Form>, code: StatusCode) -> Result<Response, PageError> {
    let name = place.named("contacts")?;
    let mut accounts = place.me.clients.accounts();
    let request = GetContactRequest { name: name.clone() };
    let (frame, contact, members, tlds) = tokio::join!(
        place.me.frame(place.tab(), "Invite"),
        accounts.get_contact(request),
        place.members(),
        tlds(place),
    );
    let members = members?.ok_or(PageError::NotFound)?;
    let invited = members.into_iter().find(|member| member.contact == name);
    let form = form.unwrap_or_else(|| invited.as_ref().map(filled).unwrap_or_default());
    let acting = place.me.session.acting.as_ref();
    let limited = acting.is_some_and(|acting| !acting.tlds.is_empty());
    let page = Invite {
        page: frame.saying("bad", form.trouble.as_ref()),
        contact: contact?.into_inner(),
        again: invited.is_some(),
        tlds: tlds?,
        limited,
        tld_hint: if limited {
            "Tick the ones the roles are for: your own role is limited to these"
        } else {
            "Tick some to limit the roles to them. Leave all empty for every TLD of the account"
        },
        request_id: request_id(&form),
        form,
        action: place.invite_href(&name),
        back: place.href(),
        office: place.is_office(),
    };
    html(code, &page)
}

/// The form as the last invitation was.
fn filled(member: &Member) -> Form {
    let mut form = Form::default();
    for role in member.roles() {
        if let Some((id, _, _)) = MEMBER_ROLES.iter().find(|(_, known, _)| *known == role) {
            form = form.with("roles", *id);
        }
    }
    for tld in &member.tlds {
        form = form.with("tlds", tld);
    }
    form
}

pub async fn post(place: Place, mut form: Form) -> Result<Response, PageError> {
    let roles = MEMBER_ROLES
        .iter()
        .filter(|(id, _, _)| form.has("roles", id));
    let request = InviteMemberRequest {
        parent: place.account.clone(),
        contact: place.named("contacts")?,
        roles: roles.map(|(_, role, _)| i32::from(*role)).collect(),
        tlds: form.all("tlds").map(ToOwned::to_owned).collect(),
        request_id: form.value("request_id").to_owned(),
    };
    match place.me.clients.members().invite_member(request).await {
        Ok(_) => Ok(done(&place.href(), Some(&frame::INVITED))),
        Err(status) => {
            let code = form.refused(status, FIELDS)?;
            show(&place, Some(form), code).await
        }
    }
}

async fn tlds(place: &Place) -> Result<Vec<Label>, Status> {
    let mut labels = Vec::new();
    let mut request = ListTldsRequest {
        account: place.account.clone(),
        page_size: PART,
        ..Default::default()
    };
    loop {
        let mut accounts = place.me.clients.accounts();
        let page = accounts.list_tlds(request.clone()).await?.into_inner();
        let tlds = page.tlds.iter();
        labels.extend(tlds.map(|tld| words::label(tld.name.trim_start_matches("tlds/"))));
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return Ok(labels);
        }
    }
}
