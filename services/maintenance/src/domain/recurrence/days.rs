//! The days that a rule gives within one of its periods.

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};

use super::rule::{Day, Frequency, Rule};

/// The first day of the period that contains `date`: a day, a week, a month or a year.
pub fn first_period(rule: &Rule, date: Date) -> Option<Date> {
    match rule.frequency {
        Frequency::Daily => Some(date),
        Frequency::Weekly => {
            let back = date.weekday().since(rule.week_start);
            date.checked_sub(i64::from(back).days()).ok()
        }
        Frequency::Monthly => Some(date.first_of_month()),
        Frequency::Yearly => Some(date.first_of_year()),
    }
}

/// The first day of the `n`-th period after `first`; none beyond the end of time.
pub fn period(rule: &Rule, first: Date, n: u32) -> Option<Date> {
    let n = i64::from(n) * i64::from(rule.interval);
    let span = match rule.frequency {
        Frequency::Daily => jiff::Span::new().try_days(n),
        Frequency::Weekly => jiff::Span::new().try_weeks(n),
        Frequency::Monthly => jiff::Span::new().try_months(n),
        Frequency::Yearly => jiff::Span::new().try_years(n),
    };
    first.checked_add(span.ok()?).ok()
}

/// The days that the rule gives in the period that begins at `start`, in order; `anchor` is the day of the first
/// occurrence, which supplies what the rule leaves out.
pub fn days(rule: &Rule, start: Date, anchor: Date) -> Vec<Date> {
    let mut days = match rule.frequency {
        Frequency::Daily => vec![start],
        Frequency::Weekly => of_week(rule, start, anchor),
        Frequency::Monthly => of_month(rule, start, anchor),
        Frequency::Yearly => of_year(rule, start, anchor),
    };
    days.retain(|day| is_allowed(rule, *day));
    days.sort_unstable();
    days.dedup();
    at_positions(rule, days)
}

/// The parts that only leave out, whatever the frequency.
fn is_allowed(rule: &Rule, day: Date) -> bool {
    let month = rule.months.is_empty() || rule.months.contains(&day.month());
    let month_day = rule.month_days.is_empty()
        || rule
            .month_days
            .iter()
            .any(|wanted| month_day(day, *wanted) == Some(day));
    let weekday = rule.days.is_empty()
        || rule
            .days
            .iter()
            .any(|wanted| wanted.weekday == day.weekday());
    month && month_day && weekday
}

fn of_week(rule: &Rule, start: Date, anchor: Date) -> Vec<Date> {
    let wanted: Vec<Weekday> = if rule.days.is_empty() {
        vec![anchor.weekday()]
    } else {
        rule.days.iter().map(|day| day.weekday).collect()
    };
    let ahead = wanted.iter().map(|weekday| weekday.since(start.weekday()));
    ahead
        .filter_map(|days| start.checked_add(i64::from(days).days()).ok())
        .collect()
}

fn of_month(rule: &Rule, start: Date, anchor: Date) -> Vec<Date> {
    if !rule.month_days.is_empty() {
        let days = rule.month_days.iter();
        return days.filter_map(|day| month_day(start, *day)).collect();
    }
    if rule.days.is_empty() {
        return month_day(start, anchor.day()).into_iter().collect();
    }
    let all: Vec<Date> = start
        .series(1.day())
        .take(start.days_in_month().unsigned_abs().into())
        .collect();
    numbered(&rule.days, &all)
}

fn of_year(rule: &Rule, start: Date, anchor: Date) -> Vec<Date> {
    let month = |month: i8| Date::new(start.year(), month, 1).ok();
    if !rule.months.is_empty() {
        let months = rule.months.iter().filter_map(|of| month(*of));
        return months
            .flat_map(|month| of_month(rule, month, anchor))
            .collect();
    }
    if !rule.month_days.is_empty() {
        let months = (1..=12).filter_map(month);
        return months
            .flat_map(|month| of_month(rule, month, anchor))
            .collect();
    }
    if rule.days.is_empty() {
        let day = month(anchor.month()).and_then(|month| month_day(month, anchor.day()));
        return day.into_iter().collect();
    }
    let all: Vec<Date> = start
        .series(1.day())
        .take(start.days_in_year().unsigned_abs().into())
        .collect();
    numbered(&rule.days, &all)
}

/// The n-th day of the month of `day`, from its end if negative; none in a month that is too short.
fn month_day(day: Date, n: i8) -> Option<Date> {
    let length = day.days_in_month();
    let n = if n < 0 { length + 1 + n } else { n };
    Date::new(day.year(), day.month(), n).ok()
}

/// The weekdays that are wanted of `all` days of a month or year.
fn numbered(wanted: &[Day], all: &[Date]) -> Vec<Date> {
    let of = |day: &Day| -> Vec<Date> {
        let same = all.iter().filter(|date| date.weekday() == day.weekday);
        let same: Vec<Date> = same.copied().collect();
        match day.ordinal {
            None => same,
            Some(n) => nth(&same, n.into()).into_iter().collect(),
        }
    };
    wanted.iter().flat_map(of).collect()
}

fn at_positions(rule: &Rule, days: Vec<Date>) -> Vec<Date> {
    if rule.positions.is_empty() {
        return days;
    }
    let mut chosen: Vec<Date> = rule
        .positions
        .iter()
        .filter_map(|n| nth(&days, *n))
        .collect();
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

/// The n-th, from 1; from the end if negative.
fn nth(days: &[Date], n: i16) -> Option<Date> {
    let from_zero = usize::from(n.unsigned_abs()).checked_sub(1)?;
    let found = if n > 0 {
        days.get(from_zero)
    } else {
        days.iter().rev().nth(from_zero)
    };
    found.copied()
}
