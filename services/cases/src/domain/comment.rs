//! What is said in a case, and what happens to it.

use jiff::Timestamp;
use nsp_kit::{auth::Person, id::UserId};
use uuid::Uuid;

use super::{Body, Case, CaseId};

nsp_kit::id!(
    /// A comment or an entry about what happened.
    CommentId,
    "comments"
);
nsp_kit::id!(
    /// A note that only staff see.
    InternalNoteId,
    "internalNotes"
);

/// Who did or wrote something, with the name they had then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    pub user: UserId,
    pub name: String,
    pub staff: bool,
}

impl From<&Person> for Author {
    fn from(person: &Person) -> Self {
        Self {
            user: person.user,
            name: person.display_name.clone(),
            staff: person.staff,
        }
    }
}

/// What an entry of the conversation tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "case_activity", rename_all = "snake_case")]
pub enum Activity {
    Comment,
    Submitted,
    Taken,
    InformationRequested,
    ExpediteRequested,
    ExpediteApproved,
    ExpediteRejected,
    Closed,
    Canceled,
    ReopenRequested,
    Reopened,
    ReopenDeclined,
}

/// An entry of the conversation, which both sides see.
#[derive(Debug, Clone)]
pub struct Comment {
    pub id: CommentId,
    pub case: CaseId,
    pub activity: Activity,
    pub author: Author,
    /// The account's name, or ICANN.
    pub organization: String,
    /// Empty where nothing was said.
    pub body: String,
    pub create_time: Timestamp,
    pub request_id: Option<Uuid>,
}

impl Comment {
    /// An entry of `case`, made by `author`, with what they said.
    pub fn new(
        case: &Case,
        author: &Author,
        activity: Activity,
        body: &str,
        now: Timestamp,
    ) -> Self {
        let organization = if author.staff {
            "ICANN"
        } else {
            &case.account_name
        };
        Self {
            id: CommentId::new(),
            case: case.id,
            activity,
            author: author.clone(),
            organization: organization.to_owned(),
            body: body.to_owned(),
            create_time: now,
            request_id: None,
        }
    }
}

/// A note of staff for staff.
#[derive(Debug, Clone)]
pub struct InternalNote {
    pub id: InternalNoteId,
    pub case: CaseId,
    pub author: Author,
    pub body: Body,
    pub create_time: Timestamp,
    pub request_id: Option<Uuid>,
}
