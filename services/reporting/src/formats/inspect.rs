//! Everything about a submission that can be said without a database, in the order of checks.

use jiff::{Timestamp, civil::Date};

use super::{activity, escrow, notification, transactions};
use crate::{
    domain::{
        Accepted, Deposit, DepositKind, EscrowReport, Finding, Kind, Label, Month, Problem,
        check_month, month_in_address,
    },
    settings::Settings,
};

/// What a submission is compared with.
#[derive(Debug)]
pub struct Expected {
    pub kind: Kind,
    /// The id or month in the address.
    pub path_id: String,
    pub content_type: String,
    pub tld: Label,
    pub created: Date,
    pub now: Timestamp,
    /// Whether there is a report for the month that may no longer be replaced.
    pub is_final: bool,
}

/// What came out.
#[derive(Debug)]
pub enum Inspected {
    Good(Accepted),
    Rejected {
        /// The month or day, if it could be told.
        period: Option<Date>,
        problem: Problem,
    },
    UnsupportedType,
}

/// The order is that of the reference: the address, the interface, the type, the encoding, the structure, and then what the
/// report says.
pub fn inspect(expected: &Expected, body: &[u8], settings: &Settings) -> Inspected {
    let month = if expected.kind.is_monthly() {
        match month_in_address(&expected.path_id) {
            Ok(month) => Some(month),
            Err(problem) => return rejected(None, problem),
        }
    } else {
        None
    };
    let period = month.map(Month::first_day);
    if !settings.rri.is_open(expected.kind, expected.tld.as_ref()) {
        return rejected(period, Problem::new(Finding::InterfaceDisabled, ""));
    }
    if !is_type_of(expected, settings) {
        return Inspected::UnsupportedType;
    }
    match (expected.kind, month) {
        (Kind::EscrowReport, _) => escrow_report(expected, body, settings),
        (Kind::EscrowNotification, _) => escrow_notification(expected, body, settings),
        (kind, Some(month)) => match monthly(expected, kind, month, body, settings) {
            Ok(()) => Inspected::Good(Accepted {
                period: month.first_day(),
                domains: None,
                full_deposit: None,
                verification: None,
                last_full: None,
            }),
            Err(problem) => rejected(period, problem),
        },
        (_, None) => rejected(None, Problem::new(Finding::InvalidDate, "")),
    }
}

fn rejected(period: Option<Date>, problem: Problem) -> Inspected {
    Inspected::Rejected { period, problem }
}

/// The content type without its parameters; a body without one is taken as what it should be.
fn is_type_of(expected: &Expected, settings: &Settings) -> bool {
    let config = &settings.rri.config;
    let known = if expected.kind.is_monthly() {
        &config.csv_types
    } else {
        &config.xml_types
    };
    let given = expected.content_type.split(';').next().unwrap_or_default();
    let given = given.trim();
    given.is_empty() || known.iter().any(|known| known.eq_ignore_ascii_case(given))
}

fn escrow_report(expected: &Expected, body: &[u8], settings: &Settings) -> Inspected {
    let report = match escrow::read(body, &settings.limits) {
        Ok(report) => report,
        Err(problem) => return rejected(None, problem),
    };
    match report.check(&deposit(expected, Some(&expected.path_id)), &settings.rri) {
        Err(problem) => rejected(Some(report.day()), problem),
        Ok(()) => Inspected::Good(Accepted {
            period: report.day(),
            domains: report.domains(),
            full_deposit: Some(report.kind == DepositKind::Full),
            verification: None,
            last_full: None,
        }),
    }
}

fn escrow_notification(expected: &Expected, body: &[u8], settings: &Settings) -> Inspected {
    let notification = match notification::read(body, &settings.limits) {
        Ok(notification) => notification,
        Err(problem) => return rejected(None, problem),
    };
    match notification.check(&deposit(expected, None), &settings.rri) {
        Err(problem) => rejected(Some(notification.day), problem),
        Ok(()) => Inspected::Good(Accepted {
            period: notification.day,
            domains: notification.report.as_ref().and_then(EscrowReport::domains),
            full_deposit: notification
                .report
                .as_ref()
                .map(|report| report.kind == DepositKind::Full),
            verification: Some(notification.verification),
            last_full: notification.last_full,
        }),
    }
}

fn deposit<'a>(expected: &'a Expected, id: Option<&'a str>) -> Deposit<'a> {
    Deposit {
        id,
        tld: &expected.tld,
        created: expected.created,
        now: expected.now,
    }
}

/// Structure comes before the month, and the month before what the numbers say.
fn monthly(
    expected: &Expected,
    kind: Kind,
    month: Month,
    body: &[u8],
    settings: &Settings,
) -> Result<(), Problem> {
    let checked = if kind == Kind::RegistrarTransactions {
        transactions::check(body, &settings.limits, &settings.rri)
    } else {
        activity::check(body, month, &settings.limits, &settings.rri)
    };
    match checked {
        Err(problem)
            if matches!(
                problem.finding,
                Finding::WrongEncoding | Finding::InvalidCsv
            ) =>
        {
            Err(problem)
        }
        checked => {
            check_month(month, expected.now)?;
            if expected.is_final {
                let description = format!("Date: {month}");
                return Err(Problem::new(Finding::MonthFinal, description));
            }
            checked
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        formats::vectors,
        settings::{shipped, shipped_with},
    };

    fn expected(kind: Kind, path_id: &str) -> Expected {
        Expected {
            kind,
            path_id: path_id.into(),
            content_type: "text/csv; charset=utf-8".into(),
            tld: "example".parse().unwrap(),
            created: "2026-01-01".parse().unwrap(),
            now: "2026-11-24T12:00:00Z".parse().unwrap(),
            is_final: false,
        }
    }

    fn finding(inspected: Inspected) -> Option<Finding> {
        match inspected {
            Inspected::Rejected { problem, .. } => Some(problem.finding),
            Inspected::Good(_) | Inspected::UnsupportedType => None,
        }
    }

    #[test]
    fn the_first_thing_in_the_order_of_checks_is_what_is_told() {
        let good = vectors::transactions("\n");
        let negative = good.replace("9999,3", "9999,-3");
        let kind = Kind::RegistrarTransactions;
        let closed = "closed = ['example/registrar-transactions']";
        for (path, body, rri, expected_finding) in [
            ("2026-13", "\u{1}", closed, Finding::InvalidDate),
            ("2026-12", "\u{1}", closed, Finding::InterfaceDisabled),
            ("2026-12", "\u{1}", "", Finding::InvalidCsv),
            ("2026-12", &negative, "", Finding::MonthNotOver),
            ("2026-10", &negative, "", Finding::NegativeNumber),
        ] {
            let settings = shipped_with(rri);
            let found = inspect(&expected(kind, path), body.as_bytes(), &settings);
            assert_eq!(finding(found), Some(expected_finding), "{path} {body}");
        }
        let late = Expected {
            is_final: true,
            ..expected(kind, "2026-10")
        };
        for (body, expected_finding) in [
            (negative.as_str(), Finding::MonthFinal),
            ("\u{1}", Finding::InvalidCsv),
        ] {
            let found = inspect(&late, body.as_bytes(), &shipped());
            assert_eq!(finding(found), Some(expected_finding), "{body}");
        }
    }

    #[test]
    fn types_are_those_of_the_kind_with_any_parameters_or_none() {
        let body = vectors::activity(38);
        for (content_type, good) in [
            ("text/csv", true),
            ("Text/CSV;charset=UTF-8", true),
            ("", true),
            ("text/xml", false),
            ("application/octet-stream", false),
        ] {
            let expected = Expected {
                content_type: content_type.into(),
                ..expected(Kind::FunctionsActivity, "2026-10")
            };
            let inspected = inspect(&expected, body.as_bytes(), &shipped());
            assert_eq!(
                matches!(inspected, Inspected::Good(_)),
                good,
                "{content_type}"
            );
            let unsupported = matches!(inspected, Inspected::UnsupportedType);
            assert_eq!(unsupported, !good, "{content_type}");
        }
    }

    #[test]
    fn reports_and_notifications_tell_their_day() {
        let report = vectors::escrow_report("7", "FULL", "2026-11-22");
        let expected_report = Expected {
            content_type: "text/xml".into(),
            ..expected(Kind::EscrowReport, "7")
        };
        let Inspected::Good(accepted) = inspect(&expected_report, report.as_bytes(), &shipped())
        else {
            panic!("it is good");
        };
        assert_eq!(accepted.period.to_string(), "2026-11-22");
        assert_eq!(
            (accepted.full_deposit, accepted.domains),
            (Some(true), Some(1234))
        );
        let notification = vectors::notification("DVFN", "2026-11-24");
        let expected_notification = Expected {
            content_type: String::new(),
            ..expected(Kind::EscrowNotification, "")
        };
        let inspected = inspect(&expected_notification, notification.as_bytes(), &shipped());
        let Inspected::Good(accepted) = inspected else {
            panic!("it is good: {inspected:?}");
        };
        assert_eq!(accepted.verification.unwrap().code(), "DVFN");
        let bad = inspect(&expected_notification, b"<notification/>", &shipped());
        assert_eq!(finding(bad), Some(Finding::InvalidXml));
    }
}
