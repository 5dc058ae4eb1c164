//! For which month a report may come, and until when it may be replaced.

use jiff::Timestamp;

use super::{
    Finding, Kind, Month, Problem,
    calendar::{due, is_over, today},
};
use crate::settings::Rri;

/// The month in an address.
pub fn month_in_address(text: &str) -> Result<Month, Problem> {
    text.parse()
        .map_err(|_| Problem::new(Finding::InvalidDate, format!("Date: {text}")))
}

/// That the month is over.
pub fn check_month(month: Month, now: Timestamp) -> Result<(), Problem> {
    if month < Month::of(today(now)) {
        return Ok(());
    }
    let description = format!("Date: {month}");
    Err(Problem::new(Finding::MonthNotOver, description))
}

/// That a report that is there may be replaced.
pub fn check_replaceable(
    kind: Kind,
    month: Month,
    now: Timestamp,
    rri: &Rri,
) -> Result<(), Problem> {
    if is_over(due(kind, month.first_day(), rri), now) {
        let description = format!("Date: {month}");
        return Err(Problem::new(Finding::MonthFinal, description));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::shipped;

    #[test]
    fn a_month_is_reported_when_it_is_over_and_replaced_until_the_cut_off() {
        let month = month_in_address("2026-10").unwrap();
        let kind = Kind::RegistrarTransactions;
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let settings = shipped();
        let finding = |checked: Result<(), Problem>| checked.map_err(|problem| problem.finding);
        for (now, check, replace) in [
            ("2026-10-31T23:59:59Z", Err(Finding::MonthNotOver), Ok(())),
            ("2026-11-01T00:00:00Z", Ok(()), Ok(())),
            ("2026-11-20T23:59:59.5Z", Ok(()), Ok(())),
            ("2026-11-21T00:00:00Z", Ok(()), Err(Finding::MonthFinal)),
        ] {
            assert_eq!(finding(check_month(month, at(now))), check, "{now}");
            let replaceable = check_replaceable(kind, month, at(now), &settings.rri);
            assert_eq!(finding(replaceable), replace, "{now}");
        }
    }
}
