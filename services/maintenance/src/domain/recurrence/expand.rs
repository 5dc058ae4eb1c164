//! From a rule and its first occurrence to all of them.

use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{AmbiguousOffset, TimeZone},
};

use super::{
    days,
    rule::{End, Rule},
};
use crate::domain::Span;

/// What a change of the clocks did to an occurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adjustment {
    None,
    /// The clocks skip its time of the day: it starts as much later as they skip.
    Skipped,
    /// The clocks show its time twice: it starts at the first of the two.
    Repeated,
}

/// One time that a rule gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurrence {
    pub span: Span,
    pub adjustment: Adjustment,
}

/// A rule, and where and for how long it goes.
#[derive(Debug)]
pub struct Expansion<'a> {
    pub rule: &'a Rule,
    pub first: Span,
    pub zone: &'a TimeZone,
    /// No more occurrences than this.
    pub most: usize,
    /// None may start after it.
    pub horizon: Timestamp,
}

impl Expansion<'_> {
    /// Every occurrence, or what is wrong: the field and the words beside it.
    pub fn occurrences(&self) -> Result<Vec<Occurrence>, (&'static str, String)> {
        let found = self.expand()?;
        if found
            .windows(2)
            .any(|two| two[0].span.overlaps(&two[1].span))
        {
            return Err((
                "end_time",
                "must come before the next occurrence".to_owned(),
            ));
        }
        Ok(found)
    }

    fn expand(&self) -> Result<Vec<Occurrence>, (&'static str, String)> {
        let local = self.zone.to_datetime(self.first.start());
        let anchor = local.date();
        let first = days::first_period(self.rule, anchor);
        let last_day = self.zone.to_datetime(self.horizon).date();
        let mut found: Vec<Occurrence> = Vec::new();
        for n in 0.. {
            let start = first.and_then(|first| days::period(self.rule, first, n));
            let Some(start) = start.filter(|start| *start <= last_day) else {
                break;
            };
            for day in days::days(self.rule, start, anchor) {
                if day < anchor {
                    continue;
                }
                let occurrence = self.at(day.to_datetime(local.time()), found.is_empty())?;
                if self.is_over(found.len(), occurrence.span.start()) {
                    return Self::checked(found);
                }
                if occurrence.span.start() > self.horizon {
                    return Err(too_far(&found));
                }
                if found.len() == self.most {
                    let most = self.most;
                    return Err(("rule", format!("must give at most {most} occurrences")));
                }
                found.push(occurrence);
                self.begins_with_the_first(&found)?;
            }
        }
        // Time ran out before the rule did.
        match self.rule.end {
            End::Until(until) if until.allows(self.horizon, self.zone) => Err(too_far(&found)),
            End::Count(count) if found.len() < count as usize => Err(too_far(&found)),
            _ => Self::checked(found),
        }
    }

    fn is_over(&self, found: usize, next: Timestamp) -> bool {
        match self.rule.end {
            End::Count(count) => found >= count as usize,
            End::Until(until) => !until.allows(next, self.zone),
        }
    }

    /// The first occurrence must be one of the rule's: what RFC 5545 leaves undefined otherwise.
    fn begins_with_the_first(&self, found: &[Occurrence]) -> Result<(), (&'static str, String)> {
        match found.first() {
            Some(first) if first.span.start() == self.first.start() => Ok(()),
            _ => {
                let words = "must be a time that the rule gives".to_owned();
                Err(("start_time", words))
            }
        }
    }

    fn checked(found: Vec<Occurrence>) -> Result<Vec<Occurrence>, (&'static str, String)> {
        if found.is_empty() {
            return Err(("rule", "must not end before it begins".to_owned()));
        }
        Ok(found)
    }

    /// The occurrence of a wall-clock time. The first is where it was said to be, also when the clocks show its time twice.
    fn at(&self, local: DateTime, first: bool) -> Result<Occurrence, (&'static str, String)> {
        let beyond = |_| ("rule", "goes beyond the end of time".to_owned());
        if first && self.zone.to_datetime(self.first.start()) == local {
            return Ok(Occurrence {
                span: self.first,
                adjustment: Adjustment::None,
            });
        }
        let ambiguous = self.zone.to_ambiguous_timestamp(local);
        let adjustment = match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { .. } => Adjustment::None,
            AmbiguousOffset::Gap { .. } => Adjustment::Skipped,
            AmbiguousOffset::Fold { .. } => Adjustment::Repeated,
        };
        let start = ambiguous.compatible().map_err(beyond)?;
        let end = start.checked_add(self.first.duration()).map_err(beyond)?;
        let span = Span::new(start, end).unwrap_or(self.first);
        Ok(Occurrence { span, adjustment })
    }
}

fn too_far(found: &[Occurrence]) -> (&'static str, String) {
    let fit = found.len();
    let words =
        format!("goes further ahead than windows may be entered; {fit} occurrences would fit");
    ("rule", words)
}
