//! What an escrow agent notifies of.

use jiff::{Timestamp, civil::Date};

use super::{Deposit, EscrowReport, Finding, Problem, calendar::today, deposit::check_version};
use crate::settings::Rri;

/// What an agent says about the deposit of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verification {
    /// `DVPN`: the deposit is good.
    Passed,
    /// `DVFN`: the deposit is not good.
    Failed,
    /// `DRFN`: there is none.
    Missing,
}

impl Verification {
    pub fn is_bad(self) -> bool {
        self != Self::Passed
    }

    pub fn code(self) -> &'static str {
        match self {
            Self::Passed => "DVPN",
            Self::Failed => "DVFN",
            Self::Missing => "DRFN",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Passed, Self::Failed, Self::Missing]
            .into_iter()
            .find(|one| one.code() == code)
    }
}

/// An `rdeNotification:notification`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    pub version: u16,
    /// Which day it is about.
    pub day: Date,
    pub verification: Verification,
    pub last_full: Option<Date>,
    pub report: Option<EscrowReport>,
}

impl Notification {
    /// The first thing that is wrong with it. `expected` is what its report is compared with.
    pub fn check(&self, expected: &Deposit<'_>, rri: &Rri) -> Result<(), Problem> {
        check_version(self.version, rri)?;
        if self.is_in_future(expected.now) {
            // After what the report in it says of its version and its TLD.
            let report = self.report.as_ref();
            report.map_or(Ok(()), |report| {
                let found = report.check(expected, rri);
                found.or_else(|problem| match problem.finding {
                    Finding::UnsupportedVersion | Finding::TldMissing | Finding::TldMismatch => {
                        Err(problem)
                    }
                    _ => Ok(()),
                })
            })?;
            let description = format!("repDate: {}", self.day);
            return Err(Problem::new(Finding::NotificationInFuture, description));
        }
        match &self.report {
            Some(report) => report.check(expected, rri),
            None => Ok(()),
        }
    }

    fn is_in_future(&self, now: Timestamp) -> bool {
        self.day > today(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::deposit::tests::report, settings::shipped};

    fn check(notification: &Notification) -> Result<(), Finding> {
        let tld = "example".parse().unwrap();
        let expected = Deposit {
            id: None,
            tld: &tld,
            created: "2026-01-01".parse().unwrap(),
            now: "2026-11-24T02:00:00Z".parse().unwrap(),
        };
        let checked = notification.check(&expected, &shipped().rri);
        checked.map_err(|problem| problem.finding)
    }

    #[test]
    fn a_notification_is_checked_with_the_report_in_it() {
        let good = Notification {
            version: 1,
            day: "2026-11-24".parse().unwrap(),
            verification: Verification::Passed,
            last_full: None,
            report: Some(report()),
        };
        assert_eq!(check(&good), Ok(()));
        let old = Notification {
            version: 2,
            ..good.clone()
        };
        assert_eq!(check(&old), Err(Finding::UnsupportedVersion));
        let mut other = good.clone();
        other.report.as_mut().unwrap().tld = Some("other".into());
        assert_eq!(check(&other), Err(Finding::TldMismatch));
        let mut early = Notification {
            day: "2026-11-25".parse().unwrap(),
            ..good.clone()
        };
        assert_eq!(check(&early), Err(Finding::NotificationInFuture));
        early.report.as_mut().unwrap().tld = None;
        assert_eq!(check(&early), Err(Finding::TldMissing));
        let missing = Notification {
            verification: Verification::Missing,
            report: None,
            ..good
        };
        assert_eq!(check(&missing), Ok(()));
    }
}
