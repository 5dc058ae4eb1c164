//! The text of a rule: `FREQ=WEEKLY;BYDAY=SU;COUNT=12`.

use std::str::FromStr;

use jiff::{
    Timestamp,
    civil::{DateTime, Time, Weekday},
    tz::TimeZone,
};

/// A rule that makes sense by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub(super) frequency: Frequency,
    pub(super) interval: u16,
    pub(super) end: End,
    pub(super) days: Vec<Day>,
    pub(super) month_days: Vec<i8>,
    pub(super) months: Vec<i8>,
    pub(super) positions: Vec<i16>,
    pub(super) week_start: Weekday,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// A weekday, or the n-th of a month or year, counted from its end if negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Day {
    pub ordinal: Option<i8>,
    pub weekday: Weekday,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Count(u32),
    Until(Until),
}

/// The last moment at which an occurrence may start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    Instant(Timestamp),
    /// On the wall clock of the zone.
    Local(DateTime),
}

impl Until {
    pub fn allows(self, start: Timestamp, zone: &TimeZone) -> bool {
        match self {
            Self::Instant(until) => start <= until,
            Self::Local(until) => zone.to_datetime(start) <= until,
        }
    }
}

/// Rules of a reasonable length have no more.
const MAX_TEXT: usize = 500;

impl FromStr for Rule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > MAX_TEXT {
            return Err(format!("must not exceed {MAX_TEXT} characters"));
        }
        let text = text.trim().to_ascii_uppercase();
        let text = text.strip_prefix("RRULE:").unwrap_or(&text);
        let mut parts = Parts::default();
        for part in text.split(';').filter(|part| !part.is_empty()) {
            let (name, value) = part
                .split_once('=')
                .ok_or_else(|| format!("{part:?} is not NAME=value"))?;
            parts.set(name, value)?;
        }
        parts.finish()
    }
}

#[derive(Default)]
struct Parts {
    seen: Vec<String>,
    frequency: Option<Frequency>,
    interval: Option<u16>,
    end: Option<End>,
    days: Vec<Day>,
    month_days: Vec<i8>,
    months: Vec<i8>,
    positions: Vec<i16>,
    week_start: Option<Weekday>,
}

impl Parts {
    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        if self.seen.iter().any(|seen| seen == name) {
            return Err(format!("has {name} twice"));
        }
        self.seen.push(name.to_owned());
        match name {
            "FREQ" => self.frequency = Some(frequency(value)?),
            "INTERVAL" => self.interval = Some(number(name, value, 1, 1_000)?),
            "COUNT" => self.end = Some(End::Count(number(name, value, 1, 100_000)?)),
            "UNTIL" => self.end = Some(End::Until(until(value)?)),
            "BYDAY" => self.days = list(value, day)?,
            "BYMONTHDAY" => {
                self.month_days = list(value, |value| signed(name, value, 31))?;
            }
            "BYMONTH" => self.months = list(value, |value| number(name, value, 1, 12))?,
            "BYSETPOS" => {
                self.positions = list(value, |value| signed(name, value, 366))?;
            }
            "WKST" => self.week_start = Some(weekday(value)?),
            "BYSECOND" | "BYMINUTE" | "BYHOUR" | "BYYEARDAY" | "BYWEEKNO" => {
                return Err(format!("has {name}, which is not understood here"));
            }
            _ => return Err(format!("has {name:?}, which is no part of a rule")),
        }
        Ok(())
    }

    fn finish(self) -> Result<Rule, String> {
        let has = |name: &str| self.seen.iter().any(|seen| seen == name);
        let frequency = self.frequency.ok_or("must have FREQ")?;
        if has("COUNT") && has("UNTIL") {
            return Err("must not have both COUNT and UNTIL".to_owned());
        }
        let end = self.end.ok_or("must say where it ends: COUNT or UNTIL")?;
        let ordinals = self.days.iter().any(|day| day.ordinal.is_some());
        if ordinals && matches!(frequency, Frequency::Daily | Frequency::Weekly) {
            return Err("must not number weekdays unless it is MONTHLY or YEARLY".to_owned());
        }
        if has("BYMONTHDAY") && frequency == Frequency::Weekly {
            return Err("must not have BYMONTHDAY when it is WEEKLY".to_owned());
        }
        if has("BYSETPOS") && !(has("BYDAY") || has("BYMONTHDAY") || has("BYMONTH")) {
            return Err("must have another BY part beside BYSETPOS".to_owned());
        }
        Ok(Rule {
            frequency,
            interval: self.interval.unwrap_or(1),
            end,
            days: self.days,
            month_days: self.month_days,
            months: self.months,
            positions: self.positions,
            week_start: self.week_start.unwrap_or(Weekday::Monday),
        })
    }
}

fn frequency(value: &str) -> Result<Frequency, String> {
    match value {
        "DAILY" => Ok(Frequency::Daily),
        "WEEKLY" => Ok(Frequency::Weekly),
        "MONTHLY" => Ok(Frequency::Monthly),
        "YEARLY" => Ok(Frequency::Yearly),
        _ => Err("must have FREQ=DAILY, WEEKLY, MONTHLY or YEARLY".to_owned()),
    }
}

fn list<T>(value: &str, item: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
    value.split(',').map(item).collect()
}

fn number<T: Copy + FromStr + PartialOrd + std::fmt::Display>(
    name: &str,
    value: &str,
    least: T,
    most: T,
) -> Result<T, String> {
    let wrong = format!("must have {name} from {least} to {most}");
    let number: T = value.parse().map_err(|_| wrong.clone())?;
    if number < least || number > most {
        return Err(wrong);
    }
    Ok(number)
}

/// From 1 to `most`, or from -1 to -`most`, which counts from the end.
fn signed<T: TryFrom<i16>>(name: &str, value: &str, most: i16) -> Result<T, String> {
    let wrong = || format!("must have {name} from 1 to {most}, or from -{most} to -1");
    let number: i16 = value.parse().map_err(|_| wrong())?;
    if number == 0 || number.abs() > most {
        return Err(wrong());
    }
    T::try_from(number).map_err(|_| wrong())
}

fn day(value: &str) -> Result<Day, String> {
    let (ordinal, name) = value
        .split_at_checked(value.len().saturating_sub(2))
        .ok_or_else(|| format!("{value:?} is no weekday"))?;
    let ordinal = match ordinal {
        "" => None,
        ordinal => Some(signed("numbers of weekdays", ordinal, 53)?),
    };
    Ok(Day {
        ordinal,
        weekday: weekday(name)?,
    })
}

fn weekday(value: &str) -> Result<Weekday, String> {
    match value {
        "MO" => Ok(Weekday::Monday),
        "TU" => Ok(Weekday::Tuesday),
        "WE" => Ok(Weekday::Wednesday),
        "TH" => Ok(Weekday::Thursday),
        "FR" => Ok(Weekday::Friday),
        "SA" => Ok(Weekday::Saturday),
        "SU" => Ok(Weekday::Sunday),
        _ => Err(format!(
            "{value:?} is no weekday: MO, TU, WE, TH, FR, SA, SU"
        )),
    }
}

fn until(value: &str) -> Result<Until, String> {
    let wrong = || "must have UNTIL like 20271231, 20271231T020000 or 20271231T020000Z".to_owned();
    if let Some(utc) = value.strip_suffix('Z') {
        let at = DateTime::strptime("%Y%m%dT%H%M%S", utc).map_err(|_| wrong())?;
        let at = TimeZone::UTC.to_timestamp(at).map_err(|_| wrong())?;
        return Ok(Until::Instant(at));
    }
    if value.len() == 8 {
        let date = jiff::civil::Date::strptime("%Y%m%d", value).map_err(|_| wrong())?;
        return Ok(Until::Local(date.to_datetime(Time::MAX)));
    }
    DateTime::strptime("%Y%m%dT%H%M%S", value)
        .map(Until::Local)
        .map_err(|_| wrong())
}
