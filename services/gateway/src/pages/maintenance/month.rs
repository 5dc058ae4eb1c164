//! A month as a table of weeks, Monday first.

use jiff::{Timestamp, ToSpan, civil, tz::TimeZone};

/// One month of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month(civil::Date);

impl Month {
    /// The month of a day.
    pub fn of(day: civil::Date) -> Self {
        Self(day.first_of_month())
    }

    /// What an address says: `2026-11`. Years are those that people plan in.
    pub fn parse(text: &str) -> Option<Self> {
        let first: civil::Date = format!("{text}-01").parse().ok()?;
        let plain = text.len() == 7 && (2000..=2100).contains(&first.year());
        plain.then_some(Self(first))
    }

    /// As addresses say it.
    pub fn id(self) -> String {
        self.0.strftime("%Y-%m").to_string()
    }

    /// `November 2026`
    pub fn name(self) -> String {
        self.0.strftime("%B %Y").to_string()
    }

    pub fn previous(self) -> Self {
        Self(self.0.saturating_sub(1.month()))
    }

    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1.month()))
    }

    pub fn has(self, day: civil::Date) -> bool {
        day.first_of_month() == self.0
    }

    /// Whole weeks, from the Monday before the first day to the Sunday after the last.
    pub fn weeks(self) -> Vec<[civil::Date; 7]> {
        let before = i64::from(self.0.weekday().to_monday_zero_offset());
        let mut monday = self.0.saturating_sub(before.days());
        let mut weeks = Vec::new();
        while monday <= self.0.last_of_month() {
            let week: [i64; 7] = [0, 1, 2, 3, 4, 5, 6];
            weeks.push(week.map(|day| monday.saturating_add(day.days())));
            monday = monday.saturating_add(7.days());
        }
        weeks
    }

    /// When its table begins and ends in a zone.
    pub fn bounds(self, zone: &TimeZone) -> Option<[Timestamp; 2]> {
        let weeks = self.weeks();
        let (first, last) = (weeks.first()?[0], weeks.last()?[6]);
        let midnight = |day: civil::Date| day.to_zoned(zone.clone()).ok().map(|at| at.timestamp());
        Some([midnight(first)?, midnight(last.tomorrow().ok()?)?])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_say_a_month_or_nothing() {
        assert_eq!(Month::parse("2026-11").unwrap().name(), "November 2026");
        for bad in ["", "2026", "2026-13", "2026-1", "1026-11", "2026-11-0", "x"] {
            assert_eq!(Month::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_month_is_whole_weeks() {
        let month = Month::parse("2026-11").unwrap();
        let weeks = month.weeks();
        assert_eq!(weeks.len(), 6);
        assert_eq!(weeks[0][0].to_string(), "2026-10-26");
        assert_eq!(weeks[5][6].to_string(), "2026-12-06");
        assert_eq!(Month::parse("2027-02").unwrap().weeks().len(), 4);
        assert_eq!(month.previous().id(), "2026-10");
        assert_eq!(Month::parse("2026-12").unwrap().next().id(), "2027-01");
    }

    #[test]
    fn its_bounds_are_midnights_where_the_reader_is() {
        let paris = TimeZone::get("Europe/Paris").unwrap();
        let [from, to] = Month::parse("2026-10").unwrap().bounds(&paris).unwrap();
        assert_eq!(from.to_string(), "2026-09-27T22:00:00Z");
        assert_eq!(to.to_string(), "2026-11-01T23:00:00Z");
    }
}
