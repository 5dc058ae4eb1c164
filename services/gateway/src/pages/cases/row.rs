//! A case as lists show it.

use nsp_proto::cases::v1::Case;

use crate::{
    time::{Moment, Times},
    urls,
    words::{self, Label},
};

/// One row.
pub struct Row {
    pub number: String,
    pub href: String,
    pub subject: String,
    pub kind: &'static str,
    pub tlds: Vec<Label>,
    /// Whose turn it is: "you", "icann" or "done".
    pub turn: &'static str,
    /// The same, or "overdue".
    pub urgency: &'static str,
    pub status: &'static str,
    /// None once the case is over.
    pub due: Option<Moment>,
    pub updated: Option<Moment>,
    pub account: String,
    pub assignee: String,
    /// What ICANN asked for.
    pub asked: String,
}

impl Row {
    pub fn new(case: &Case, times: &Times, staff: bool) -> Self {
        let over = case.end_time.is_some();
        let due = times.moment(case.due_time.as_ref()).filter(|_| !over);
        let late = due.as_ref().is_some_and(|due| due.state == "overdue");
        Self {
            href: urls::case_for(staff, &case.number),
            number: case.number.clone(),
            subject: case.subject.clone(),
            kind: words::kind(case.kind()),
            tlds: case.tlds.iter().map(|tld| words::label(tld)).collect(),
            turn: words::turn(case, staff, false),
            urgency: words::turn(case, staff, late),
            status: words::status(case.status()),
            due,
            updated: times.moment(case.update_time.as_ref()),
            account: case.account_display_name.clone(),
            assignee: case.assignee_display_name.clone(),
            asked: case.action_required.clone(),
        }
    }
}
