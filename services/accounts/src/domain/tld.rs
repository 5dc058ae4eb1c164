//! Top-level domains in accounts.

use jiff::civil::Date;
use nsp_kit::id::AccountId;
use serde::Deserialize;

use super::TldLabel;

/// A top-level domain in an account.
#[derive(Debug, Clone)]
pub struct Tld {
    pub label: TldLabel,
    pub account: AccountId,
    pub state: TldState,
    /// None before delegation.
    pub delegation_date: Option<Date>,
}

/// Where a TLD stands in its account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum TldState {
    /// Delegated, or contracted and on its way there.
    Active,
    /// Going through an assignment or a change of registry service provider.
    Pending,
}

/// Parses the full-date of RFC 3339, which has no time of day.
pub fn full_date(text: &str) -> Result<Date, &'static str> {
    let date = (text.len() == 10).then(|| text.parse().ok()).flatten();
    date.ok_or("must be a date in the form 2026-11-26")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_only_a_date() {
        assert_eq!(full_date("2014-03-19"), Ok(jiff::civil::date(2014, 3, 19)));
        for wrong in [
            "",
            "2014-3-19",
            "19.03.2014",
            "2014-02-30",
            "2014-03-19T00:00",
        ] {
            assert!(full_date(wrong).is_err(), "{wrong:?}");
        }
    }
}
