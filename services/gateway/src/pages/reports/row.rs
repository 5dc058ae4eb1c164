//! A TLD in the list, and a kind of report in its row.

use nsp_proto::reporting::v1::{KindStatus, ReportStatus, period::State};

use crate::{
    pages::reports::{
        turn::Turn,
        words::{self, KINDS, Mark},
    },
    time::{Moment, Times},
    urls,
    words::{Label, label},
};

/// A TLD.
pub struct Row {
    pub tld: Label,
    pub href: String,
    pub account: String,
    /// The list of that account's TLDs.
    pub of_account: String,
    pub turn: Turn,
    /// One for each of [`KINDS`].
    pub cells: Vec<Cell>,
}

/// How it stands with one kind of report.
#[derive(Default)]
pub struct Cell {
    pub name: &'static str,
    pub mark: Option<Mark>,
    /// Which month or day that is.
    pub period: String,
    /// How many more are late.
    pub more: i32,
    /// Whether `due` is about what comes after that.
    pub next: bool,
    pub due: Option<Moment>,
}

impl Row {
    pub fn new(status: &ReportStatus, staff: bool, times: &Times) -> Self {
        let cells = KINDS.iter().map(|kind| {
            let found = status.kinds.iter().find(|one| one.kind() == kind.report);
            let cell = found.map(|found| Cell::new(found, times));
            Cell {
                name: kind.name,
                ..cell.unwrap_or_default()
            }
        });
        Self {
            tld: label(&status.tld),
            href: urls::reports_tld(&status.tld),
            account: status.account_display_name.clone(),
            of_account: urls::with(urls::REPORTS, &[("account", &status.account)]),
            turn: Turn::of(status, staff, times),
            cells: cells.collect(),
        }
    }
}

impl Cell {
    fn new(kind: &KindStatus, times: &Times) -> Self {
        if let Some(late) = &kind.oldest_late {
            return Self {
                mark: Some(words::state(late)),
                period: words::period(&late.date),
                more: kind.late_count - 1,
                due: times.moment(late.due_time.as_ref()),
                ..Self::default()
            };
        }
        let expected = kind.periods.first();
        let expected = expected.filter(|first| first.state() == State::Expected);
        match (&kind.newest_received, expected) {
            (Some(received), next) => Self {
                mark: Some(words::state(received)),
                period: words::period(&received.date),
                next: true,
                due: next.and_then(|next| times.moment(next.due_time.as_ref())),
                ..Self::default()
            },
            (None, Some(next)) => Self {
                mark: Some(words::state(next)),
                period: words::period(&next.date),
                due: times.moment(next.due_time.as_ref()),
                ..Self::default()
            },
            (None, None) => Self::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use nsp_kit::clock::to_proto;
    use nsp_proto::reporting::v1::Period;

    use super::*;

    fn period(date: &str, state: State) -> Period {
        Period {
            date: date.into(),
            state: state.into(),
            due_time: Some(to_proto("2026-11-20T23:59:59Z".parse().unwrap())),
            ..Default::default()
        }
    }

    #[test]
    fn a_cell_says_what_is_late_and_failing_that_what_is_in_and_what_is_next() {
        let times = Times::new("UTC", "2026-11-24T12:00:00Z".parse().unwrap());
        let mut kind = KindStatus {
            periods: vec![period("2026-10", State::Expected)],
            ..Default::default()
        };
        let of = |kind: &KindStatus| {
            let cell = Cell::new(kind, &times);
            let mark = cell.mark.map(|mark| mark.2);
            (mark, cell.period, cell.next, cell.more)
        };
        let expected = (Some("Expected"), "Oct 2026".to_owned(), false, 0);
        assert_eq!(of(&kind), expected);
        kind.newest_received = Some(period("2026-09", State::Final));
        let expected = (Some("In"), "Sep 2026".to_owned(), true, 0);
        assert_eq!(of(&kind), expected);
        kind.oldest_late = Some(period("2026-07", State::Late));
        kind.late_count = 3;
        let expected = (Some("Late"), "Jul 2026".to_owned(), false, 2);
        assert_eq!(of(&kind), expected);
        assert_eq!(of(&KindStatus::default()).0, None);
    }
}
