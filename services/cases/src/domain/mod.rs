//! What a case is and what may happen to it. Nothing here knows of gRPC, SQL or the time of day.

mod case;
mod comment;
mod expedite;
mod name;
mod status;
mod text;

pub use self::{
    case::{Case, Kind, RESPONSE_DAYS, Submission},
    comment::{Activity, Author, Comment, CommentId, InternalNote, InternalNoteId},
    expedite::{Decision, Expedite},
    name::{CaseId, CaseName, CaseNumber},
    status::{Status, Turn},
    text::{Body, Reason, Subject},
};
pub use nsp_kit::name::{Etag, Label};
