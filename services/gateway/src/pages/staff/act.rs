//! What staff do with a case beside writing: each action is a form in the place of the composer.

use axum::{
    extract::{FromRequestParts, Path, Query},
    response::Response,
};
use http::{StatusCode, request::Parts};
use nsp_kit::clock::to_proto;
use nsp_proto::cases::v1::{
    CancelCaseRequest, Case, CloseCaseRequest, DecideExpediteRequest, DeclineReopenRequest,
    ReopenCaseRequest, RequestInformationRequest,
};
use tonic::Status;

use crate::{
    errors::PageError,
    forms::{Field, Form, field},
    frame::{self, done},
    pages::{
        cases::{Number, head::Head},
        staff::case::{Beside, show},
    },
    signed_in::{SignedIn, Staff},
    urls,
};

/// One of the actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Ask,
    Expedite,
    Close,
    Cancel,
    Reopen,
    Decline,
}

const ALL: [Action; 6] = [
    Action::Reopen,
    Action::Decline,
    Action::Expedite,
    Action::Ask,
    Action::Close,
    Action::Cancel,
];

impl Action {
    /// As addresses write it.
    pub fn id(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Expedite => "expedite",
            Self::Close => "close",
            Self::Cancel => "cancel",
            Self::Reopen => "reopen",
            Self::Decline => "decline",
        }
    }

    /// The actions that make sense for a case now.
    pub fn of(head: &Head) -> Vec<Self> {
        let undecided = head
            .expedite
            .as_ref()
            .is_some_and(|expedite| expedite.undecided);
        let fits = |action: &Self| match action {
            Self::Ask => head.open && !head.action_required && !head.reopen_asked,
            Self::Expedite => head.open && undecided,
            Self::Close | Self::Cancel => head.open && !head.reopen_asked,
            Self::Reopen => head.closed,
            Self::Decline => head.reopen_asked,
        };
        ALL.into_iter().filter(fits).collect()
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Ask => "Ask for information",
            Self::Expedite => "Decide on expedite",
            Self::Close => "Close",
            Self::Cancel => "Cancel case",
            Self::Reopen => "Re-open",
            Self::Decline => "Leave closed",
        }
    }

    pub fn icon(self) -> &'static str {
        match self {
            Self::Ask => "circle-question-mark",
            Self::Expedite => "zap",
            Self::Close | Self::Decline => "circle-check",
            Self::Cancel => "ban",
            Self::Reopen => "rotate-ccw",
        }
    }

    /// The single key of the keyboard sheet.
    pub fn key(self) -> &'static str {
        match self {
            Self::Ask => "a",
            Self::Expedite => "e",
            Self::Close => "x",
            Self::Cancel | Self::Reopen | Self::Decline => "",
        }
    }

    /// The address of its form.
    pub fn href(self, number: &str) -> String {
        format!("{}#act", urls::staff_case_act(number, self.id()))
    }

    /// The label of the text.
    pub fn text(self) -> &'static str {
        match self {
            Self::Ask => "Question",
            Self::Expedite => "Reason",
            Self::Close => "Closing remark",
            Self::Cancel => "Why",
            Self::Reopen => "A word to the party",
            Self::Decline => "Why it stays closed",
        }
    }

    pub fn hint(self) -> &'static str {
        match self {
            Self::Ask => "What you need, so that the party can answer it in one go",
            Self::Expedite => "Needed to reject; may be empty to approve",
            Self::Cancel => "The party is mailed this. A canceled case cannot be opened again",
            Self::Close | Self::Reopen | Self::Decline => "The party is mailed this",
        }
    }

    pub fn is_required(self) -> bool {
        matches!(self, Self::Ask | Self::Close | Self::Decline)
    }

    pub fn has_due(self) -> bool {
        matches!(self, Self::Ask | Self::Expedite)
    }

    pub fn decides(self) -> bool {
        self == Self::Expedite
    }

    /// The words on the button.
    pub fn go(self) -> &'static str {
        match self {
            Self::Ask => "Send the question",
            Self::Expedite => "Send the decision",
            Self::Close => "Close the case",
            Self::Cancel => "Cancel the case",
            Self::Reopen => "Re-open the case",
            Self::Decline => "Leave it closed",
        }
    }

    pub fn kind(self) -> &'static str {
        if self == Self::Cancel {
            "danger"
        } else {
            "primary"
        }
    }

    /// The text's field goes by another name in each request.
    fn fields(self) -> [Field; 3] {
        let path = match self {
            Self::Ask => "question",
            Self::Expedite | Self::Cancel => "reason",
            Self::Close | Self::Reopen | Self::Decline => "remark",
        };
        [
            Field {
                id: "text",
                path,
                label: self.text(),
            },
            Field {
                id: "due",
                path: "due_time",
                label: "Due",
            },
            field("decision", "Decision"),
        ]
    }
}

/// The action of the address; others are no pages.
impl<S: Send + Sync> FromRequestParts<S> for Action {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        let Path((_, id)) = path.map_err(|_| PageError::NotFound)?;
        let action = ALL.into_iter().find(|action| action.id() == id);
        action.ok_or(PageError::NotFound)
    }
}

pub async fn get(
    Staff(me): Staff,
    number: Number,
    action: Action,
    Query(beside): Query<Beside>,
) -> Result<Response, PageError> {
    show(
        &me,
        &number,
        &beside,
        Some(action),
        Form::default(),
        StatusCode::OK,
    )
    .await
}

pub async fn post(
    Staff(me): Staff,
    number: Number,
    action: Action,
    mut form: Form,
) -> Result<Response, PageError> {
    check(action, &me, &mut form);
    let code = if form.is_good() {
        match act(action, &me, &number, &form).await {
            Ok(_) => return Ok(done(&urls::staff_case(&number.0), Some(&frame::ACTED))),
            Err(status) => form.refused(status, &action.fields())?,
        }
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    show(&me, &number, &Beside::default(), Some(action), form, code).await
}

/// What only we can know is wrong: that a field is not a time, or nothing was chosen.
fn check(action: Action, me: &SignedIn, form: &mut Form) {
    let approves = form.value("decision") == "approve";
    if action.decides() && !approves && form.value("decision") != "reject" {
        form.refuse("decision", "Decision must be chosen: approve or reject.");
    }
    let wants_due = action.has_due() && (approves || !action.decides());
    if wants_due && me.times.parse(form.value("due")).is_none() {
        form.refuse(
            "due",
            "Due must be a date and a time, such as 26 Nov 2026, 17:00.",
        );
    }
}

async fn act(action: Action, me: &SignedIn, number: &Number, form: &Form) -> Result<Case, Status> {
    let mut cases = me.clients.cases();
    let (name, etag) = (number.name(), form.value("etag").to_owned());
    let text = form.value("text").to_owned();
    let due_time = me.times.parse(form.value("due")).map(to_proto);
    let case = match action {
        Action::Ask => {
            cases
                .request_information(RequestInformationRequest {
                    name,
                    question: text,
                    due_time,
                    etag,
                })
                .await
        }
        Action::Expedite => {
            let approve = form.value("decision") == "approve";
            cases
                .decide_expedite(DecideExpediteRequest {
                    name,
                    approve,
                    due_time: due_time.filter(|_| approve),
                    reason: text,
                    etag,
                })
                .await
        }
        Action::Close => {
            let remark = text;
            cases
                .close_case(CloseCaseRequest { name, remark, etag })
                .await
        }
        Action::Cancel => {
            let reason = text;
            cases
                .cancel_case(CancelCaseRequest { name, reason, etag })
                .await
        }
        Action::Reopen => {
            let remark = text;
            cases
                .reopen_case(ReopenCaseRequest { name, remark, etag })
                .await
        }
        Action::Decline => {
            let remark = text;
            cases
                .decline_reopen(DeclineReopenRequest { name, remark, etag })
                .await
        }
    };
    Ok(case?.into_inner())
}
