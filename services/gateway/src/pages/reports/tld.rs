//! One TLD: what there is to do, every month and day that is kept track of, and what was submitted last.

use askama::Template;
use axum::{extract::Path, response::Response};
use http::StatusCode;
use nsp_proto::reporting::v1::{ListSubmissionsRequest, Period, ReportStatus};

use crate::{
    errors::PageError,
    frame::{Frame, Tab, html},
    pages::reports::{
        status,
        submission::Row,
        turn::Turn,
        viewer,
        words::{self, KINDS, Kind, Mark},
    },
    signed_in::SignedIn,
    time::{Moment, Times},
    words::{Label, label},
};

/// How many submissions stand below the months and days.
const LATEST: i32 = 5;

#[derive(Template)]
#[template(path = "reports/tld.html")]
struct Standing {
    page: Frame,
    tld: Label,
    account: String,
    staff: bool,
    sees_tls: bool,
    turn: Turn,
    tables: Vec<Table>,
    submissions: Vec<Row>,
}

/// The months, or the days, of two kinds of reports beside each other.
struct Table {
    id: &'static str,
    title: &'static str,
    period: &'static str,
    /// Nothing of it has to be submitted.
    closed: bool,
    kinds: Vec<&'static Kind>,
    lines: Vec<Line>,
}

/// A month or a day, with how each kind stands.
struct Line {
    date: String,
    name: String,
    cells: Vec<Option<Cell>>,
}

struct Cell {
    name: &'static str,
    mark: Mark,
    received: Option<Moment>,
    /// Received after it was due.
    late: bool,
    /// How often it was submitted, if more than once.
    times: String,
    /// Until when it has to be in, while it is not.
    due: Option<Moment>,
}

impl Cell {
    fn new(kind: &Kind, period: &Period, times: &Times) -> Self {
        let received = times.moment(period.receive_time.as_ref());
        Self {
            name: kind.name,
            mark: words::state(period),
            late: period.received_late,
            times: match period.submission_count {
                ..=1 => String::new(),
                count => format!("{count} submissions"),
            },
            due: if received.is_some() {
                None
            } else {
                times.moment(period.due_time.as_ref())
            },
            received,
        }
    }
}

impl Table {
    fn new(monthly: bool, status: &ReportStatus, times: &Times) -> Self {
        let of_table = || KINDS.iter().filter(|kind| kind.monthly == monthly);
        let mut lines: Vec<Line> = Vec::new();
        let mut closed = true;
        for (column, kind) in of_table().enumerate() {
            let found = status.kinds.iter().find(|one| one.kind() == kind.report);
            closed &= found.is_none_or(|one| !one.enabled);
            for period in found.iter().flat_map(|one| &one.periods) {
                let place = lines.iter().position(|line| line.date == period.date);
                let place = place.unwrap_or_else(|| {
                    lines.push(Line {
                        name: words::period(&period.date),
                        date: period.date.clone(),
                        cells: of_table().map(|_| None).collect(),
                    });
                    lines.len() - 1
                });
                lines[place].cells[column] = Some(Cell::new(kind, period, times));
            }
        }
        // Newest first; one kind may have what another has not.
        lines.sort_by(|one, other| other.date.cmp(&one.date));
        let (id, title, period) = if monthly {
            ("months", "Monthly reports", "Month")
        } else {
            ("days", "Escrow deposits", "Day (UTC)")
        };
        Self {
            id,
            title,
            period,
            closed,
            kinds: of_table().collect(),
            lines,
        }
    }
}

pub async fn get(me: SignedIn, Path(tld): Path<String>) -> Result<Response, PageError> {
    let me = viewer(me)?;
    let staff = me.session.user.staff;
    let label = label(&tld);
    let latest = ListSubmissionsRequest {
        parent: format!("tlds/{tld}"),
        page_size: LATEST,
        ..Default::default()
    };
    let mut statuses = me.clients.report_statuses();
    let (page, status, latest) = tokio::join!(
        me.frame(Tab::Reports, &label.shown),
        status(&me, &tld),
        statuses.list_submissions(latest)
    );
    let status = status?;
    let page = Standing {
        page,
        tld: label,
        account: status.account_display_name.clone(),
        staff,
        sees_tls: me.sees_tls(),
        turn: Turn::of(&status, staff, &me.times),
        tables: [true, false]
            .map(|monthly| Table::new(monthly, &status, &me.times))
            .into(),
        submissions: latest?
            .into_inner()
            .submissions
            .iter()
            .map(|one| Row::new(one, &me))
            .collect(),
    };
    html(StatusCode::OK, &page)
}

#[cfg(test)]
mod tests {
    use nsp_proto::reporting::v1::{KindStatus, ReportKind, period::State};

    use super::*;

    #[test]
    fn months_of_two_kinds_stand_beside_each_other_newest_first() {
        let times = Times::new("UTC", "2026-11-24T12:00:00Z".parse().unwrap());
        let of = |kind: ReportKind, dates: &[&str]| KindStatus {
            kind: kind.into(),
            enabled: true,
            periods: dates
                .iter()
                .map(|date| Period {
                    date: (*date).to_owned(),
                    state: State::Late.into(),
                    ..Default::default()
                })
                .collect(),
            ..Default::default()
        };
        let status = ReportStatus {
            kinds: vec![
                of(ReportKind::RegistrarTransactions, &["2026-10", "2026-08"]),
                of(
                    ReportKind::RegistryFunctionsActivity,
                    &["2026-10", "2026-09"],
                ),
            ],
            ..Default::default()
        };
        let table = Table::new(true, &status, &times);
        let seen = table.lines.iter().map(|line| {
            let cells: Vec<_> = line.cells.iter().map(Option::is_some).collect();
            (line.name.as_str(), cells)
        });
        let expected = [
            ("Oct 2026", vec![true, true]),
            ("Sep 2026", vec![false, true]),
            ("Aug 2026", vec![true, false]),
        ];
        assert_eq!(seen.collect::<Vec<_>>(), expected);
        assert!(!table.closed);
        assert!(Table::new(false, &status, &times).closed);
    }
}
