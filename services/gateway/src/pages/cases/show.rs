//! A case, as the party sees it: turn, conversation, details, related.

use askama::Template;
use axum::{
    extract::Query,
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use nsp_proto::{
    cases::v1::{Case, GetCaseRequest, ListRelatedCasesRequest},
    mail::v1::ListMessagesRequest,
};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    errors::PageError,
    forms::Form,
    frame::{Frame, Tab, html},
    pages::cases::{
        Number,
        conversation::{self, Conversation},
        head::Head,
        row::Row,
    },
    signed_in::SignedIn,
    time::Moment,
    urls, words,
};

/// Which part, and which page of a long conversation.
#[derive(Debug, Default, Deserialize)]
pub struct Part {
    #[serde(default)]
    tab: String,
    page: Option<usize>,
}

#[derive(Template)]
#[template(path = "cases/show.html", blocks = ["turn", "conversation"])]
struct Show {
    page: Frame,
    head: Head,
    tab: &'static str,
    conversation: Conversation,
    related: Vec<Row>,
    mails: Vec<Mail>,
    form: Form,
    request_id: String,
}

/// A mail about the case.
struct Mail {
    to: String,
    subject: String,
    state: &'static str,
    at: Option<Moment>,
}

pub async fn get(
    me: SignedIn,
    number: Number,
    Query(part): Query<Part>,
) -> Result<Response, PageError> {
    if me.session.user.staff {
        return Ok(Redirect::to(&urls::staff_case(&number.0)).into_response());
    }
    show(&me, &number, &part, Form::default(), StatusCode::OK).await
}

/// The page; with `form`, what was typed into the composer and what is wrong with it.
pub async fn show(
    me: &SignedIn,
    number: &Number,
    part: &Part,
    form: Form,
    code: StatusCode,
) -> Result<Response, PageError> {
    let (frame, case, parts) = tokio::join!(
        me.frame(Tab::Cases, &number.0),
        get_case(me, number),
        Parts::get(me, number, part)
    );
    let (case, parts) = (case?, parts?);
    let mails = if parts.tab == "related" {
        mails(me, &case).await?
    } else {
        Vec::new()
    };
    let entries = conversation::entries(&case, &parts.comments, &me.times);
    let related = parts
        .related
        .iter()
        .map(|case| Row::new(case, &me.times, false));
    let page = Show {
        page: frame.saying("bad", form.trouble.as_ref()),
        head: Head::new(&case, &me.times, false),
        tab: parts.tab,
        conversation: Conversation::new(entries, part.page),
        related: related.collect(),
        mails,
        request_id: request_id(&form),
        form,
    };
    if me.fragment {
        let blocks = [
            page.as_turn().to_string(),
            page.as_conversation().to_string(),
        ];
        return Ok((code, axum::response::Html(blocks.concat())).into_response());
    }
    html(code, &page)
}

pub async fn get_case(me: &SignedIn, number: &Number) -> Result<Case, tonic::Status> {
    let request = GetCaseRequest {
        name: number.name(),
    };
    Ok(me.clients.cases().get_case(request).await?.into_inner())
}

/// The id that makes a retry safe: the one that was sent, or a new one for a new form.
pub fn request_id(form: &Form) -> String {
    let sent: Option<Uuid> = form.value("request_id").parse().ok();
    sent.unwrap_or_else(Uuid::now_v7).to_string()
}

/// What one tab needs beside the case itself.
struct Parts {
    tab: &'static str,
    comments: Vec<nsp_proto::cases::v1::Comment>,
    related: Vec<Case>,
}

impl Parts {
    async fn get(me: &SignedIn, number: &Number, part: &Part) -> Result<Self, tonic::Status> {
        let mut parts = Self {
            tab: "comments",
            comments: Vec::new(),
            related: Vec::new(),
        };
        match part.tab.as_str() {
            "details" => parts.tab = "details",
            "related" => {
                parts.tab = "related";
                parts.related = related(me, number.name()).await?;
            }
            _ => parts.comments = conversation::comments(me, number.name()).await?,
        }
        Ok(parts)
    }
}

/// The cases that continue this one, and the one it continues.
pub async fn related(me: &SignedIn, name: String) -> Result<Vec<Case>, tonic::Status> {
    let request = ListRelatedCasesRequest { name };
    let answer = me.clients.cases().list_related_cases(request).await?;
    Ok(answer.into_inner().cases)
}

async fn mails(me: &SignedIn, case: &Case) -> Result<Vec<Mail>, tonic::Status> {
    let request = ListMessagesRequest {
        resource: case.name.clone(),
        page_size: 200,
        page_token: String::new(),
    };
    let answer = me.clients.mail().list_messages(request).await?.into_inner();
    let mails = answer.messages.into_iter().map(|message| Mail {
        state: words::mail(message.state()),
        at: me
            .times
            .moment(message.send_time.as_ref().or(message.create_time.as_ref())),
        to: message.recipient_display_name,
        subject: message.subject,
    });
    Ok(mails.collect())
}
