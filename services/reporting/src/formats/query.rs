//! The query of MoSAPI's lists: a range of days, and a filter.

use jiff::{Span, Unit, civil::Date};

use crate::{
    domain::{QueryError, day},
    settings::MosapiConfig,
};

/// Whether a list knows the filter on false positives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    FalsePositive,
    None,
}

/// What was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Query {
    start: Option<Date>,
    end: Option<Date>,
    flag: Option<bool>,
}

/// The days of an answer, both included.
#[derive(Debug, PartialEq, Eq)]
pub struct Range {
    pub from: Date,
    pub to: Date,
    pub flag: Option<bool>,
}

type Wrong = (QueryError, String);

impl Query {
    /// Parameters that are not known are not looked at.
    pub fn parse(query: &str, names: &MosapiConfig, flag: Flag) -> Result<Self, Wrong> {
        let mut parsed = Self::default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if name == names.start_parameter {
                let start = day(value).ok_or_else(|| (QueryError::InvalidStart, quoted(value)))?;
                parsed.start = Some(start);
            } else if name == names.end_parameter {
                let end = day(value).ok_or_else(|| (QueryError::InvalidEnd, quoted(value)))?;
                parsed.end = Some(end);
            } else if flag == Flag::FalsePositive && name == names.false_positive_parameter {
                let value = value.parse::<bool>();
                let value = value.map_err(|_| (QueryError::InvalidQuery, quoted(name)))?;
                parsed.flag = Some(value);
            }
        }
        Ok(parsed)
    }

    /// The days it is about: what is left out is as far away as a list reaches, or today.
    pub fn range(&self, today: Date, limits: &MosapiConfig) -> Result<Range, Wrong> {
        let span = Span::new().days(limits.max_span_days);
        let (from, to) = match (self.start, self.end) {
            (Some(start), Some(end)) => (start, end),
            (Some(start), None) => (start, today.max(start).min(start.saturating_add(span))),
            (None, end) => {
                let end = end.unwrap_or(today);
                (end.saturating_sub(span), end)
            }
        };
        if to < from {
            return Err((QueryError::EndBeforeStart, format!("{to} is before {from}")));
        }
        let days = from
            .until((Unit::Day, to))
            .map_or(i32::MAX, |span| span.get_days());
        if days > limits.max_span_days {
            return Err((QueryError::SpanTooLong, format!("{days} days")));
        }
        Ok(Range {
            from,
            to,
            flag: self.flag,
        })
    }
}

fn quoted(value: &str) -> String {
    let short: String = value.chars().filter(|c| !c.is_control()).take(40).collect();
    format!("value: {short}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::shipped;

    fn read(query: &str) -> Result<(String, String), QueryError> {
        let names = &shipped().mosapi;
        let parsed = Query::parse(query, names, Flag::FalsePositive);
        let range = parsed.and_then(|query| query.range("2026-11-24".parse().unwrap(), names));
        range
            .map(|range| (range.from.to_string(), range.to.to_string()))
            .map_err(|(error, _)| error)
    }

    #[test]
    fn ranges_of_days_have_four_ways_to_be_wrong() {
        for (query, expected) in [
            ("", Ok(("2026-10-24", "2026-11-24"))),
            (
                "startDate=2026-11-01&endDate=2026-11-02",
                Ok(("2026-11-01", "2026-11-02")),
            ),
            (
                "startDate=2026-10-01&endDate=2026-11-01",
                Ok(("2026-10-01", "2026-11-01")),
            ),
            ("startDate=2026-01-01", Ok(("2026-01-01", "2026-02-01"))),
            (
                "endDate=2026-01-31&other=1",
                Ok(("2025-12-31", "2026-01-31")),
            ),
            (
                "startDate=2026-10-01&endDate=2026-11-02",
                Err(QueryError::SpanTooLong),
            ),
            (
                "startDate=2026-11-02&endDate=2026-11-01",
                Err(QueryError::EndBeforeStart),
            ),
            ("startDate=20261101", Err(QueryError::InvalidStart)),
            ("endDate=", Err(QueryError::InvalidEnd)),
            ("falsePositive=maybe", Err(QueryError::InvalidQuery)),
        ] {
            let expected = expected.map(|(from, to)| (from.to_owned(), to.to_owned()));
            assert_eq!(read(query), expected, "{query}");
        }
    }
}
