//! The conversation of a case, oldest first: what was said, and what happened.

use jiff::Timestamp;
use nsp_kit::clock::from_proto;
use nsp_proto::cases::v1::{
    Case, Comment, InternalNote, ListCommentsRequest, ListInternalNotesRequest, comment::Side,
};
use tonic::Status;

use super::head::paragraphs;
use crate::{
    signed_in::SignedIn,
    time::{Moment, Times},
    words,
};

/// Entries on one page; the newest page is shown first.
const PAGE: usize = 100;
/// Pages of 200 that are asked for at most: far more than people read.
const MAX_REQUESTS: usize = 25;

/// One entry.
pub struct Entry {
    pub id: String,
    pub who: String,
    pub organisation: String,
    pub icann: bool,
    /// Only staff see it.
    pub note: bool,
    pub text: Vec<String>,
    /// What happened, and its icon; none for what was only said.
    pub happened: Option<(String, &'static str)>,
    pub at: Moment,
    order: Timestamp,
}

/// A part of the conversation.
pub struct Conversation {
    pub entries: Vec<Entry>,
    pub page: usize,
    pub pages: usize,
}

impl Conversation {
    /// The page that was asked for; the newest if none was.
    pub fn new(mut entries: Vec<Entry>, page: Option<usize>) -> Self {
        entries.sort_by_key(|entry| entry.order);
        let pages = entries.len().div_ceil(PAGE).max(1);
        let page = page.unwrap_or(pages).clamp(1, pages);
        let entries = entries
            .into_iter()
            .skip((page - 1) * PAGE)
            .take(PAGE)
            .collect();
        Self {
            entries,
            page,
            pages,
        }
    }

    pub fn whole(mut entries: Vec<Entry>) -> Self {
        entries.sort_by_key(|entry| entry.order);
        Self {
            entries,
            page: 1,
            pages: 1,
        }
    }
}

/// Everything that both sides see.
pub async fn comments(me: &SignedIn, parent: String) -> Result<Vec<Comment>, Status> {
    let mut cases = me.clients.cases();
    let mut all = Vec::new();
    let mut request = ListCommentsRequest {
        parent,
        page_size: 200,
        page_token: String::new(),
    };
    for _ in 0..MAX_REQUESTS {
        let answer = cases.list_comments(request.clone()).await?.into_inner();
        all.extend(answer.comments);
        if answer.next_page_token.is_empty() {
            break;
        }
        request.page_token = answer.next_page_token;
    }
    Ok(all)
}

/// Everything that only staff see.
pub async fn notes(me: &SignedIn, parent: String) -> Result<Vec<InternalNote>, Status> {
    let mut cases = me.clients.cases();
    let mut all = Vec::new();
    let mut request = ListInternalNotesRequest {
        parent,
        page_size: 200,
        page_token: String::new(),
    };
    for _ in 0..MAX_REQUESTS {
        let answer = cases
            .list_internal_notes(request.clone())
            .await?
            .into_inner();
        all.extend(answer.internal_notes);
        if answer.next_page_token.is_empty() {
            break;
        }
        request.page_token = answer.next_page_token;
    }
    Ok(all)
}

/// The entries of what both sides see. What was submitted stands where it was submitted.
pub fn entries(case: &Case, comments: &[Comment], times: &Times) -> Vec<Entry> {
    let entries = comments.iter().filter_map(|comment| {
        let submitted = comment.activity() == nsp_proto::cases::v1::comment::Activity::Submitted;
        let body = if submitted && comment.body.is_empty() {
            &case.description
        } else {
            &comment.body
        };
        Some(Entry {
            id: anchor(&comment.name),
            who: comment.author_display_name.clone(),
            organisation: comment.organization.clone(),
            icann: comment.side() == Side::Icann,
            note: false,
            text: paragraphs(body),
            happened: words::activity(comment.activity(), &comment.author_display_name),
            at: times.moment(comment.create_time.as_ref())?,
            order: from_proto(comment.create_time.as_ref()?)?,
        })
    });
    entries.collect()
}

/// The entries of what only staff see.
pub fn note_entries(notes: &[InternalNote], times: &Times) -> Vec<Entry> {
    let entries = notes.iter().filter_map(|note| {
        Some(Entry {
            id: anchor(&note.name),
            who: note.author_display_name.clone(),
            organisation: "ICANN".to_owned(),
            icann: true,
            note: true,
            text: paragraphs(&note.body),
            happened: None,
            at: times.moment(note.create_time.as_ref())?,
            order: from_proto(note.create_time.as_ref()?)?,
        })
    });
    entries.collect()
}

/// Where an entry is on the page: `e-{id}`.
pub fn anchor(name: &str) -> String {
    format!("e-{}", name.rsplit('/').next().unwrap_or_default())
}
