//! Takes an invitation back, after asking.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use nsp_proto::identity::v1::{CancelInvitationRequest, GetMemberRequest, member::State};

use crate::{
    errors::PageError,
    forms::Form,
    frame::{self, Frame, done, html},
    pages::members::Place,
};

#[derive(Template)]
#[template(path = "members/cancel.html")]
struct Cancel {
    page: Frame,
    title: String,
    action: String,
    back: String,
    office: bool,
}

pub async fn get(place: Place) -> Result<Response, PageError> {
    show(&place, &Form::default(), StatusCode::OK).await
}

async fn show(place: &Place, form: &Form, code: StatusCode) -> Result<Response, PageError> {
    let name = place.named("members")?;
    let mut members = place.me.clients.members();
    let request = GetMemberRequest { name: name.clone() };
    let (frame, member) = tokio::join!(
        place.me.frame(place.tab(), "Cancel the invitation"),
        members.get_member(request),
    );
    let member = member?.into_inner();
    if !matches!(member.state(), State::Invited | State::InvitationExpired) {
        return Err(PageError::NotFound);
    }
    let page = Cancel {
        page: frame.saying("bad", form.trouble.as_ref()),
        title: format!("Cancel the invitation of {}?", member.display_name),
        action: place.cancel_href(&name),
        back: place.href(),
        office: place.is_office(),
    };
    html(code, &page)
}

pub async fn post(place: Place, mut form: Form) -> Result<Response, PageError> {
    let request = CancelInvitationRequest {
        name: place.named("members")?,
    };
    match place.me.clients.members().cancel_invitation(request).await {
        Ok(_) => Ok(done(&place.href(), Some(&frame::INVITATION_CANCELED))),
        Err(status) => {
            let code = form.refused(status, &[])?;
            show(&place, &form, code).await
        }
    }
}
