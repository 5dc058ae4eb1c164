//! Between the messages of the API and the types of the domain.

use nsp_kit::{
    auth::Person,
    clock::{from_proto, to_proto},
    id::AccountId,
    status::Violations,
};
use nsp_proto::cases::v1 as pb;

use crate::{
    domain::{
        Activity, Author, Case, CaseName, CaseNumber, Comment, Etag, Expedite, InternalNote, Kind,
        Status, Turn,
    },
    error::Error,
    store::{
        list::{ListedCase, View},
        row::{ExpediteColumn, StatusColumn},
    },
};

impl From<&Case> for pb::Case {
    fn from(case: &Case) -> Self {
        let (question, end_time) = match &case.status {
            Status::ActionRequired { question, .. } => (question.as_ref(), None),
            Status::Canceled { at } | Status::Closed { at } => ("", Some(*at)),
            _ => ("", None),
        };
        let assignee = case.assignee.as_ref();
        Self {
            name: case.id.to_string(),
            number: case.number.to_string(),
            account: case.account.to_string(),
            account_display_name: case.account_name.clone(),
            kind: kind(case.kind).into(),
            status: status(StatusColumn::from(&case.status)).into(),
            turn: turn(case.status.turn()).into(),
            subject: case.subject.as_ref().to_owned(),
            description: case.description.as_ref().to_owned(),
            tlds: case
                .tlds
                .iter()
                .map(|tld| tld.as_ref().to_owned())
                .collect(),
            creator: case.creator.user.to_string(),
            creator_display_name: case.creator.name.clone(),
            assignee: assignee
                .map(|author| author.user.to_string())
                .unwrap_or_default(),
            assignee_display_name: assignee
                .map(|author| author.name.clone())
                .unwrap_or_default(),
            create_time: Some(to_proto(case.create_time)),
            update_time: Some(to_proto(case.update_time)),
            due_time: Some(to_proto(case.due())),
            end_time: end_time.map(to_proto),
            expedite: case.expedite.as_ref().map(pb::Expedite::from),
            action_required: question.to_owned(),
            follows: case.follows.map(|id| id.to_string()).unwrap_or_default(),
            etag: case.version.to_string(),
        }
    }
}

impl From<&Expedite> for pb::Expedite {
    fn from(expedite: &Expedite) -> Self {
        let decision = expedite.decision.as_ref();
        let reason = decision.and_then(|decision| decision.reason.as_ref());
        Self {
            state: expedite_state(ExpediteColumn::from(expedite)).into(),
            reason: expedite.reason.as_ref().to_owned(),
            request_time: Some(to_proto(expedite.requested)),
            decide_time: decision.map(|decision| to_proto(decision.at)),
            decision_reason: reason
                .map(|reason| reason.as_ref().to_owned())
                .unwrap_or_default(),
        }
    }
}

impl From<ListedCase> for pb::Case {
    fn from(case: ListedCase) -> Self {
        let whose = match case.status {
            StatusColumn::ActionRequired | StatusColumn::NotSubmitted => Turn::Party,
            StatusColumn::New | StatusColumn::InProgress | StatusColumn::ReopenRequested => {
                Turn::Icann
            }
            StatusColumn::Closed | StatusColumn::Canceled => Turn::Nobody,
        };
        Self {
            name: case.id.to_string(),
            number: CaseNumber(case.number).to_string(),
            account: case.account.to_string(),
            account_display_name: case.account_name,
            kind: kind(case.kind).into(),
            status: status(case.status).into(),
            turn: turn(whose).into(),
            subject: case.subject,
            description: String::new(),
            tlds: case.tlds,
            creator: nsp_kit::id::UserId(case.creator).to_string(),
            creator_display_name: case.creator_name,
            assignee: case
                .assignee
                .map(|id| nsp_kit::id::UserId(id).to_string())
                .unwrap_or_default(),
            assignee_display_name: case.assignee_name.unwrap_or_default(),
            create_time: Some(to_proto(case.create_time)),
            update_time: Some(to_proto(case.update_time)),
            due_time: Some(to_proto(case.due_time)),
            end_time: case.end_time.map(to_proto),
            expedite: case.expedite.map(|state| pb::Expedite {
                state: expedite_state(state).into(),
                ..Default::default()
            }),
            action_required: case.question.unwrap_or_default(),
            follows: String::new(),
            etag: case.version.to_string(),
        }
    }
}

impl From<Comment> for pb::Comment {
    fn from(comment: Comment) -> Self {
        let side = if comment.author.staff {
            pb::comment::Side::Icann
        } else {
            pb::comment::Side::Party
        };
        Self {
            name: format!("{}/{}", comment.case, comment.id),
            activity: activity(comment.activity).into(),
            side: side.into(),
            author: comment.author.user.to_string(),
            author_display_name: comment.author.name,
            organization: comment.organization,
            body: comment.body,
            create_time: Some(to_proto(comment.create_time)),
        }
    }
}

impl From<InternalNote> for pb::InternalNote {
    fn from(note: InternalNote) -> Self {
        Self {
            name: format!("{}/{}", note.case, note.id),
            author: note.author.user.to_string(),
            author_display_name: note.author.name,
            body: note.body.as_ref().to_owned(),
            create_time: Some(to_proto(note.create_time)),
        }
    }
}

fn kind(kind: Kind) -> pb::case::Kind {
    match kind {
        Kind::GeneralInquiry => pb::case::Kind::GeneralInquiry,
        Kind::ServiceRequest => pb::case::Kind::ServiceRequest,
        Kind::Compliance => pb::case::Kind::Compliance,
    }
}

/// The kind a filter names; `None` for all kinds.
pub fn kind_filter(kind: pb::case::Kind) -> Option<Kind> {
    match kind {
        pb::case::Kind::Unspecified => None,
        pb::case::Kind::GeneralInquiry => Some(Kind::GeneralInquiry),
        pb::case::Kind::ServiceRequest => Some(Kind::ServiceRequest),
        pb::case::Kind::Compliance => Some(Kind::Compliance),
    }
}

/// A count's kind.
pub fn kind_message(value: Kind) -> pb::case::Kind {
    kind(value)
}

fn status(status: StatusColumn) -> pb::case::Status {
    match status {
        StatusColumn::New => pb::case::Status::New,
        StatusColumn::NotSubmitted => pb::case::Status::NotSubmitted,
        StatusColumn::InProgress => pb::case::Status::InProgress,
        StatusColumn::ReopenRequested => pb::case::Status::ReopenRequested,
        StatusColumn::ActionRequired => pb::case::Status::ActionRequired,
        StatusColumn::Canceled => pb::case::Status::Canceled,
        StatusColumn::Closed => pb::case::Status::Closed,
    }
}

/// The status a filter names; `None` for one we do not know.
pub fn status_filter(status: pb::case::Status) -> Option<StatusColumn> {
    Some(match status {
        pb::case::Status::Unspecified => return None,
        pb::case::Status::New => StatusColumn::New,
        pb::case::Status::NotSubmitted => StatusColumn::NotSubmitted,
        pb::case::Status::InProgress => StatusColumn::InProgress,
        pb::case::Status::ReopenRequested => StatusColumn::ReopenRequested,
        pb::case::Status::ActionRequired => StatusColumn::ActionRequired,
        pb::case::Status::Canceled => StatusColumn::Canceled,
        pb::case::Status::Closed => StatusColumn::Closed,
    })
}

fn turn(turn: Turn) -> pb::case::Turn {
    match turn {
        Turn::Party => pb::case::Turn::Party,
        Turn::Icann => pb::case::Turn::Icann,
        Turn::Nobody => pb::case::Turn::Nobody,
    }
}

fn expedite_state(state: ExpediteColumn) -> pb::expedite::State {
    match state {
        ExpediteColumn::Requested => pb::expedite::State::Requested,
        ExpediteColumn::Approved => pb::expedite::State::Approved,
        ExpediteColumn::Rejected => pb::expedite::State::Rejected,
    }
}

fn activity(activity: Activity) -> pb::comment::Activity {
    match activity {
        Activity::Comment => pb::comment::Activity::Unspecified,
        Activity::Submitted => pb::comment::Activity::Submitted,
        Activity::Taken => pb::comment::Activity::Taken,
        Activity::InformationRequested => pb::comment::Activity::InformationRequested,
        Activity::ExpediteRequested => pb::comment::Activity::ExpediteRequested,
        Activity::ExpediteApproved => pb::comment::Activity::ExpediteApproved,
        Activity::ExpediteRejected => pb::comment::Activity::ExpediteRejected,
        Activity::Closed => pb::comment::Activity::Closed,
        Activity::Canceled => pb::comment::Activity::Canceled,
        Activity::ReopenRequested => pb::comment::Activity::ReopenRequested,
        Activity::Reopened => pb::comment::Activity::Reopened,
        Activity::ReopenDeclined => pb::comment::Activity::ReopenDeclined,
    }
}

pub fn view(view: pb::CaseView) -> View {
    match view {
        pb::CaseView::Unspecified | pb::CaseView::Open => View::Open,
        pb::CaseView::All => View::All,
        pb::CaseView::ActionRequired => View::ActionRequired,
        pb::CaseView::WithIcann => View::WithIcann,
        pb::CaseView::Closed => View::Closed,
        pb::CaseView::Mine => View::Mine,
        pb::CaseView::Unassigned => View::Unassigned,
        pb::CaseView::Overdue => View::Overdue,
        pb::CaseView::ExpediteRequested => View::ExpediteRequested,
        pb::CaseView::ReopenRequested => View::ReopenRequested,
    }
}

pub fn view_message(view: View) -> pb::CaseView {
    match view {
        View::Open => pb::CaseView::Open,
        View::All => pb::CaseView::All,
        View::ActionRequired => pb::CaseView::ActionRequired,
        View::WithIcann => pb::CaseView::WithIcann,
        View::Closed => pb::CaseView::Closed,
        View::Mine => pb::CaseView::Mine,
        View::Unassigned => pb::CaseView::Unassigned,
        View::Overdue => pb::CaseView::Overdue,
        View::ExpediteRequested => pb::CaseView::ExpediteRequested,
        View::ReopenRequested => pb::CaseView::ReopenRequested,
    }
}

/// Which case an action is about, and the version it was decided upon.
pub fn target(bad: &mut Violations, name: &str, etag: &str) -> Option<(CaseName, Etag)> {
    let name = bad.parse("name", name);
    let etag = bad.parse("etag", etag);
    name.zip(etag)
}

/// A due time that must be given.
pub fn due_time(
    bad: &mut Violations,
    due: Option<&nsp_proto::Timestamp>,
) -> Option<jiff::Timestamp> {
    let parsed = due.and_then(from_proto);
    if parsed.is_none() {
        bad.add("due_time", "must be given");
    }
    parsed
}

/// The account the person acts for, with its name.
pub fn acting_account(person: &Person) -> Result<(AccountId, String), Error> {
    let account = person.account.ok_or(Error::NoAccount)?;
    Ok((account, person.account_name.clone()))
}

/// The person behind a call, as an author.
pub fn author(person: &Person) -> Author {
    Author::from(person)
}
