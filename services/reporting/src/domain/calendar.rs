//! Which months and days reports are expected for, when they are due, and how each of them stands.

use jiff::{SignedDuration, Span, Timestamp, civil::Date, tz::TimeZone};

use super::{Kind, Month, Verification};
use crate::settings::Rri;

/// What was received for a month or day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// When what counts was received.
    pub receive_time: Timestamp,
    /// When the first was.
    pub first_time: Timestamp,
    pub count: i32,
    /// What a notification says.
    pub verification: Option<Verification>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Not in, not due yet.
    Expected,
    /// In; may be replaced.
    Received,
    /// In, for good.
    Final,
    /// Not in, though due.
    Late,
    /// In, with bad news: the agent has no good deposit.
    Failed,
}

/// One month or day, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    pub date: Date,
    pub state: State,
    pub due: Timestamp,
    pub progress: Option<Progress>,
}

impl Period {
    pub fn of(
        kind: Kind,
        date: Date,
        progress: Option<Progress>,
        now: Timestamp,
        rri: &Rri,
    ) -> Self {
        let due = due(kind, date, rri);
        let over = is_over(due, now);
        let state = match &progress {
            None if over => State::Late,
            None => State::Expected,
            Some(progress) if progress.verification.is_some_and(Verification::is_bad) => {
                State::Failed
            }
            Some(_) if kind.is_monthly() && over => State::Final,
            Some(_) => State::Received,
        };
        Self {
            date,
            state,
            due,
            progress,
        }
    }

    /// Whether the first of what came, came too late.
    pub fn is_received_late(&self) -> bool {
        let first = self.progress.as_ref().map(|progress| progress.first_time);
        first.is_some_and(|first| is_over(self.due, first))
    }

    /// `YYYY-MM` or `YYYY-MM-DD`.
    pub fn name(kind: Kind, date: Date) -> String {
        if kind.is_monthly() {
            Month::of(date).to_string()
        } else {
            date.to_string()
        }
    }
}

/// The last second in which the report is in time.
pub fn due(kind: Kind, date: Date, rri: &Rri) -> Timestamp {
    let config = &rri.config;
    let end = match kind {
        Kind::RegistrarTransactions | Kind::FunctionsActivity => {
            let following = Month::of(date).next().first_day();
            let cut_off = following.saturating_add(Span::new().days(config.cut_off_day - 1));
            start_of_day(cut_off) + SignedDuration::from_hours(24)
        }
        Kind::EscrowReport => {
            start_of_day(date) + SignedDuration::from_hours(config.deposit_due_hours.into())
        }
        Kind::EscrowNotification => {
            start_of_day(date) + SignedDuration::from_hours(config.notification_due_hours.into())
        }
    };
    end - SignedDuration::from_secs(1)
}

/// Whether the last second in time has passed.
pub fn is_over(due: Timestamp, now: Timestamp) -> bool {
    now >= due + SignedDuration::from_secs(1)
}

/// The months or days that are kept track of, newest first: from the one that is expected now.
pub fn tracked(kind: Kind, now: Timestamp, rri: &Rri) -> Vec<Date> {
    let today = today(now);
    if kind.is_monthly() {
        let last = Month::of(today).previous();
        std::iter::successors(Some(last), |month| Some(month.previous()))
            .take(rri.config.track_months.into())
            .map(Month::first_day)
            .collect()
    } else {
        std::iter::successors(Some(today), |day| day.yesterday().ok())
            .take(rri.config.track_days.into())
            .collect()
    }
}

/// Those of them that are due.
pub fn due_periods(kind: Kind, now: Timestamp, rri: &Rri) -> Vec<Date> {
    let mut periods = tracked(kind, now, rri);
    periods.retain(|date| is_over(due(kind, *date, rri), now));
    periods
}

/// Whether an account owes the report for `date` that owes them from a day on: the month of that day, the days after it.
pub fn owes(kind: Kind, date: Date, from: Option<Date>) -> bool {
    from.is_some_and(|from| {
        if kind.is_monthly() {
            date >= from.first_of_month()
        } else {
            date > from
        }
    })
}

/// The day it is in UTC.
pub fn today(now: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(now).date()
}

/// Midnight UTC. Days beyond the range of time do not come here: they are not before any of ours.
fn start_of_day(day: Date) -> Timestamp {
    let midnight = TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0));
    midnight.unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::shipped;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn monthly_reports_are_due_at_the_end_of_the_20th_and_daily_ones_at_the_end_of_their_day() {
        let rri = &shipped().rri;
        let cases = [
            (
                Kind::RegistrarTransactions,
                "2026-12-01",
                "2027-01-20T23:59:59Z",
            ),
            (
                Kind::FunctionsActivity,
                "2024-01-01",
                "2024-02-20T23:59:59Z",
            ),
            (Kind::EscrowReport, "2026-11-24", "2026-11-24T23:59:59Z"),
            (
                Kind::EscrowNotification,
                "2026-11-24",
                "2026-11-25T23:59:59Z",
            ),
        ];
        for (kind, period, expected) in cases {
            assert_eq!(due(kind, date(period), rri), at(expected), "{kind:?}");
        }
    }

    #[test]
    fn a_month_is_expected_then_late_and_received_then_final() {
        let rri = &shipped().rri;
        let progress = Progress {
            receive_time: at("2026-11-10T00:00:00Z"),
            first_time: at("2026-11-10T00:00:00Z"),
            count: 1,
            verification: None,
        };
        let month = date("2026-10-01");
        for (now, without, with) in [
            ("2026-11-20T23:59:59.9Z", State::Expected, State::Received),
            ("2026-11-21T00:00:00Z", State::Late, State::Final),
        ] {
            let kind = Kind::FunctionsActivity;
            let state = |progress| Period::of(kind, month, progress, at(now), rri).state;
            assert_eq!(state(None), without, "{now}");
            assert_eq!(state(Some(progress.clone())), with, "{now}");
        }
    }

    #[test]
    fn bad_news_of_an_agent_is_no_report_that_is_missing() {
        let rri = &shipped().rri;
        let bad = Progress {
            receive_time: at("2026-11-23T12:00:00Z"),
            first_time: at("2026-11-23T12:00:00Z"),
            count: 1,
            verification: Some(Verification::Failed),
        };
        let now = at("2026-11-24T12:00:00Z");
        let period = Period::of(
            Kind::EscrowNotification,
            date("2026-11-23"),
            Some(bad),
            now,
            rri,
        );
        assert_eq!(period.state, State::Failed);
        assert!(!period.is_received_late());
    }

    #[test]
    fn what_is_tracked_begins_with_what_is_expected_now() {
        let rri = &shipped().rri;
        let now = at("2026-11-24T12:00:00Z");
        let months = tracked(Kind::RegistrarTransactions, now, rri);
        assert_eq!((months[0], months.len()), (date("2026-10-01"), 13));
        let days = tracked(Kind::EscrowReport, now, rri);
        assert_eq!((days[0], days.len()), (date("2026-11-24"), 30));
        assert_eq!(
            due_periods(Kind::EscrowReport, now, rri)[0],
            date("2026-11-23")
        );
        let due = due_periods(Kind::EscrowNotification, now, rri);
        assert_eq!(due[0], date("2026-11-22"));
    }

    #[test]
    fn the_first_month_is_owed_and_the_first_day_is_not() {
        let from = Some(date("2026-03-10"));
        assert!(owes(Kind::FunctionsActivity, date("2026-03-01"), from));
        assert!(!owes(Kind::FunctionsActivity, date("2026-02-01"), from));
        assert!(!owes(Kind::EscrowReport, date("2026-03-10"), from));
        assert!(owes(Kind::EscrowReport, date("2026-03-11"), from));
        assert!(!owes(Kind::EscrowReport, date("2026-03-11"), None));
    }
}
