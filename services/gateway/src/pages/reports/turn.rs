//! Whose turn it is with the reports of a TLD, by when, and what there is to do.

use nsp_kit::clock::from_proto;
use nsp_proto::reporting::v1::{KindStatus, Period, ReportStatus, period::State};

use crate::{
    pages::reports::words::{self, Kind},
    time::{Moment, Times},
};

/// Whose turn it is, as banners and badges show it.
#[derive(Debug)]
pub struct Turn {
    /// `overdue`, `you`, `icann` (somebody else) or `done`.
    pub whose: &'static str,
    pub icon: &'static str,
    pub says: &'static str,
    /// What there is to do, in one sentence.
    pub asked: String,
    pub due: Option<Moment>,
}

impl Turn {
    /// What comes first: a report of the registry's that is late, a deposit that is not good, an agent who is late, what is next.
    pub fn of(status: &ReportStatus, staff: bool, times: &Times) -> Self {
        if let Some((kind, late)) = first(status, |one| one.oldest_late.as_ref(), false) {
            let asked = ask(kind, late, staff) + &more(status.late_count);
            return Self::new("overdue", "Overdue", asked, Some(late), times);
        }
        if let Some((_, news)) = first(status, bad_news, true) {
            let day = words::period(&news.date);
            let (says, asked) = if staff {
                (
                    "Registry’s turn",
                    format!("The agent has no good deposit for {day}."),
                )
            } else {
                (
                    "Your turn",
                    format!(
                        "Your escrow agent has no good deposit for {day}: make a new one with them."
                    ),
                )
            };
            return Self::new("you", says, asked, None, times);
        }
        if let Some((kind, late)) = first(status, |one| one.oldest_late.as_ref(), true) {
            let asked = ask(kind, late, staff) + &more(status.late_count);
            return Self::new("icann", "Escrow agent’s turn", asked, Some(late), times);
        }
        match first(status, expected, false).or_else(|| first(status, expected, true)) {
            Some((kind, next)) => {
                let asked = format!(
                    "Next is the {} for {}.",
                    kind.noun,
                    words::period(&next.date)
                );
                Self::new("done", "Nothing late", asked, Some(next), times)
            }
            None => Self::new("done", "Nothing late", String::new(), None, times),
        }
    }

    fn new(
        whose: &'static str,
        says: &'static str,
        asked: String,
        period: Option<&Period>,
        times: &Times,
    ) -> Self {
        Self {
            whose,
            icon: match whose {
                "overdue" => "triangle-alert",
                "you" => "flag",
                "done" => "check",
                _ => "hourglass",
            },
            says,
            asked,
            due: period.and_then(|period| times.moment(period.due_time.as_ref())),
        }
    }
}

/// The newest that is in, if it says that something is wrong.
fn bad_news(status: &KindStatus) -> Option<&Period> {
    let newest = status.newest_received.as_ref();
    newest.filter(|newest| newest.state() == State::Failed)
}

/// The one that is expected now.
fn expected(status: &KindStatus) -> Option<&Period> {
    let first = status.periods.first();
    first.filter(|first| first.state() == State::Expected)
}

/// Of the kinds that the registry sends, or the agent, the month or day that is due first.
fn first<'a>(
    status: &'a ReportStatus,
    of: impl Fn(&'a KindStatus) -> Option<&'a Period>,
    agent: bool,
) -> Option<(&'static Kind, &'a Period)> {
    let kinds = status.kinds.iter().filter(|one| one.enabled);
    let found = kinds.filter_map(|one| Some((words::kind(one.kind()), of(one)?)));
    let of_party = found.filter(|(kind, _)| kind.agent == agent);
    of_party.min_by_key(|(_, period)| period.due_time.as_ref().and_then(from_proto))
}

fn ask(kind: &Kind, late: &Period, staff: bool) -> String {
    let period = words::period(&late.date);
    match (staff, kind.agent) {
        (false, false) => format!("Submit the {} for {period}", kind.noun),
        (false, true) => format!("Ask your escrow agent for the notification for {period}"),
        (true, _) => format!("The {} for {period} is missing", kind.noun),
    }
}

/// How many more are late than the one that was named.
fn more(late: i32) -> String {
    match late {
        ..=1 => ".".to_owned(),
        late => format!(", and {} more.", late - 1),
    }
}

#[cfg(test)]
mod tests {
    use nsp_kit::clock::to_proto;
    use nsp_proto::reporting::v1::ReportKind;

    use super::*;

    fn times() -> Times {
        Times::new("UTC", "2026-11-24T12:00:00Z".parse().unwrap())
    }

    fn period(date: &str, state: State, due: &str) -> Period {
        Period {
            date: date.into(),
            state: state.into(),
            due_time: Some(to_proto(due.parse().unwrap())),
            ..Default::default()
        }
    }

    fn of(kind: ReportKind, expected: Period) -> KindStatus {
        KindStatus {
            kind: kind.into(),
            enabled: true,
            periods: vec![expected],
            ..Default::default()
        }
    }

    fn status() -> ReportStatus {
        let expected = |date, due| period(date, State::Expected, due);
        ReportStatus {
            kinds: vec![
                of(
                    ReportKind::EscrowAgentNotification,
                    expected("2026-11-24", "2026-11-25T23:59:59Z"),
                ),
                of(
                    ReportKind::RegistryEscrowReport,
                    expected("2026-11-24", "2026-11-24T23:59:59Z"),
                ),
                of(
                    ReportKind::RegistrarTransactions,
                    expected("2026-10", "2026-11-20T23:59:59Z"),
                ),
            ],
            ..Default::default()
        }
    }

    #[test]
    fn the_registrys_own_lateness_comes_first_then_bad_news_then_the_agent() {
        let mut status = status();
        let turn = |status: &ReportStatus| {
            let turn = Turn::of(status, false, &times());
            (turn.whose, turn.asked)
        };
        let (whose, asked) = turn(&status);
        assert_eq!(
            (whose, asked.as_str()),
            ("done", "Next is the transactions report for Oct 2026.")
        );
        let late = period("2026-11-20", State::Late, "2026-11-21T23:59:59Z");
        status.kinds[0].oldest_late = Some(late);
        status.late_count = 1;
        let (whose, asked) = turn(&status);
        assert_eq!(
            (whose, asked.as_str()),
            (
                "icann",
                "Ask your escrow agent for the notification for 20 Nov 2026."
            )
        );
        let bad = period("2026-11-22", State::Failed, "2026-11-23T23:59:59Z");
        status.kinds[0].newest_received = Some(bad);
        assert_eq!(turn(&status).0, "you");
        let late = period("2026-08", State::Late, "2026-09-20T23:59:59Z");
        status.kinds[2].oldest_late = Some(late);
        status.late_count = 3;
        let (whose, asked) = turn(&status);
        assert_eq!(
            (whose, asked.as_str()),
            (
                "overdue",
                "Submit the transactions report for Aug 2026, and 2 more."
            )
        );
        let staff = Turn::of(&status, true, &times());
        assert_eq!(
            staff.asked,
            "The transactions report for Aug 2026 is missing, and 2 more."
        );
        assert_eq!(staff.due.unwrap().state, "overdue");
    }

    #[test]
    fn what_is_not_owed_is_nobodys_turn() {
        let mut status = status();
        for kind in &mut status.kinds {
            kind.enabled = false;
        }
        let turn = Turn::of(&status, false, &times());
        assert_eq!((turn.whose, turn.asked.as_str()), ("done", ""));
    }
}
