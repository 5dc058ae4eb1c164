//! What stands at the head of a case: whose turn, what is asked, by when.

use nsp_proto::cases::v1::{Case, Expedite, case::Status, expedite};

use crate::{
    time::{Moment, Times},
    words::{self, Label},
};

/// Longer questions are shortened in the banner; the conversation has them whole.
const MAX_ASKED: usize = 280;

/// A case, ready to be shown to one side.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a question that the template asks"
)]
pub struct Head {
    pub number: String,
    pub subject: String,
    pub description: Vec<String>,
    pub kind: &'static str,
    pub status: &'static str,
    pub tlds: Vec<Label>,
    pub account: String,
    pub creator: String,
    pub assignee: String,
    pub created: Option<Moment>,
    pub updated: Option<Moment>,
    pub due: Option<Moment>,
    pub ended: Option<Moment>,
    pub etag: String,
    /// "you", "icann", "done" or "overdue".
    pub turn: &'static str,
    pub says: String,
    pub asked: String,
    pub due_label: &'static str,
    pub open: bool,
    pub closed: bool,
    pub canceled: bool,
    pub reopen_asked: bool,
    pub action_required: bool,
    pub can_expedite: bool,
    pub expedite: Option<ExpediteShown>,
}

/// A request for a shorter time.
pub struct ExpediteShown {
    pub state: &'static str,
    pub undecided: bool,
    pub reason: String,
    pub asked: Option<Moment>,
    pub decided: Option<Moment>,
    pub decision: String,
}

impl Head {
    pub fn new(case: &Case, times: &Times, staff: bool) -> Self {
        let status = case.status();
        let open = case.end_time.is_none();
        let due = times.moment(case.due_time.as_ref()).filter(|_| open);
        let late = due.as_ref().is_some_and(|due| due.state == "overdue");
        let turn = words::turn(case, staff, late);
        let expedite = case
            .expedite
            .as_ref()
            .map(|expedite| shown(expedite, times));
        Self {
            number: case.number.clone(),
            subject: case.subject.clone(),
            description: paragraphs(&case.description),
            kind: words::kind(case.kind()),
            status: words::status(status),
            tlds: case.tlds.iter().map(|tld| words::label(tld)).collect(),
            account: case.account_display_name.clone(),
            creator: case.creator_display_name.clone(),
            assignee: case.assignee_display_name.clone(),
            created: times.moment(case.create_time.as_ref()),
            updated: times.moment(case.update_time.as_ref()),
            ended: times.moment(case.end_time.as_ref()),
            etag: case.etag.clone(),
            turn,
            says: says(case, staff, late),
            asked: asked(case, staff, times),
            due_label: match (late, status == Status::ActionRequired) {
                (true, _) => "Was due",
                (false, true) => "Due",
                (false, false) => "Answer due",
            },
            due,
            open,
            closed: matches!(status, Status::Closed | Status::ReopenRequested),
            canceled: status == Status::Canceled,
            reopen_asked: status == Status::ReopenRequested,
            action_required: status == Status::ActionRequired,
            can_expedite: open && expedite.is_none() && status != Status::ReopenRequested,
            expedite,
        }
    }

    /// Under which name the browser keeps what is typed about this case.
    pub fn draft(&self, form: &str) -> String {
        format!("{form}-{}", self.number)
    }

    pub fn can_cancel(&self) -> bool {
        self.open && !self.reopen_asked
    }
}

impl ExpediteShown {
    pub fn wish(&self) -> String {
        format!("The party asks to expedite: {}", self.reason)
    }
}

fn says(case: &Case, staff: bool, late: bool) -> String {
    let party = case.account_display_name.as_str();
    let whose = match (case.status(), staff) {
        (Status::Closed, _) => return "Closed".to_owned(),
        (Status::Canceled, _) => return "Canceled".to_owned(),
        (Status::ActionRequired | Status::NotSubmitted, false) => "your turn".to_owned(),
        (Status::ActionRequired | Status::NotSubmitted, true) => format!("{party}’s turn"),
        _ => "ICANN’s turn".to_owned(),
    };
    if late {
        return format!("Overdue, {whose}");
    }
    let mut letters = whose.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}", first.unwrap_or_default(), letters.as_str())
}

fn asked(case: &Case, staff: bool, times: &Times) -> String {
    let ended = times.moment(case.end_time.as_ref());
    let ended = ended.map(|at| at.date).unwrap_or_default();
    let assignee = case.assignee_display_name.as_str();
    match (case.status(), staff) {
        (Status::ActionRequired, _) => shortened(&case.action_required),
        (Status::Closed, false) => {
            format!("ICANN closed it on {ended}. A comment asks to re-open it.")
        }
        (Status::Canceled, false) => {
            format!("canceled on {ended}. Open a new inquiry if you still need an answer.")
        }
        (Status::Closed | Status::Canceled, true) => format!("since {ended}."),
        (Status::ReopenRequested, false) => {
            "you asked to re-open it, and ICANN decides.".to_owned()
        }
        (Status::ReopenRequested, true) => {
            "the party asks to re-open it: re-open, or leave it closed.".to_owned()
        }
        (_, true) if assignee.is_empty() => "nobody works on it yet: take it.".to_owned(),
        (_, true) => format!("{assignee} works on it."),
        (_, false) if assignee.is_empty() => {
            "your inquiry is in the queue. You are mailed when ICANN answers.".to_owned()
        }
        (_, false) => format!("{assignee} works on it. You are mailed when ICANN answers."),
    }
}

fn shortened(text: &str) -> String {
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if one_line.chars().count() <= MAX_ASKED {
        return one_line;
    }
    let short: String = one_line.chars().take(MAX_ASKED).collect();
    format!("{} …", short.trim_end())
}

fn shown(expedite: &Expedite, times: &Times) -> ExpediteShown {
    ExpediteShown {
        state: words::expedite(expedite.state()),
        undecided: expedite.state() == expedite::State::Requested,
        reason: expedite.reason.clone(),
        asked: times.moment(expedite.request_time.as_ref()),
        decided: times.moment(expedite.decide_time.as_ref()),
        decision: expedite.decision_reason.clone(),
    }
}

/// A text as paragraphs; line breaks within them are kept.
pub fn paragraphs(text: &str) -> Vec<String> {
    text.split("\n\n")
        .map(|part| part.trim_matches('\n').to_owned())
        .filter(|part| !part.trim().is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_paragraphs() {
        assert_eq!(paragraphs("a\nb\n\n\nc\n"), ["a\nb", "c"]);
        assert!(paragraphs(" \n\n ").is_empty());
    }

    #[test]
    fn a_long_question_is_shortened_in_the_banner() {
        assert_eq!(shortened("Which\nlabel?"), "Which label?");
        assert!(shortened(&"word ".repeat(200)).chars().count() <= MAX_ASKED + 2);
    }
}
