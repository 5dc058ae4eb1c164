//! From when until when: half-open, in whole seconds.

use jiff::{SignedDuration, Timestamp};

/// From its start up to, not including, its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    start: Timestamp,
    end: Timestamp,
}

/// Where a span stands at some moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    Upcoming,
    Ongoing,
    Past,
}

impl Span {
    /// None if it would not last at all.
    pub fn new(start: Timestamp, end: Timestamp) -> Option<Self> {
        (start < end).then_some(Self { start, end })
    }

    pub fn start(&self) -> Timestamp {
        self.start
    }

    pub fn end(&self) -> Timestamp {
        self.end
    }

    pub fn duration(&self) -> SignedDuration {
        self.end.duration_since(self.start)
    }

    /// Whether there is a moment that belongs to both.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    pub fn phase(&self, now: Timestamp) -> Phase {
        if now < self.start {
            Phase::Upcoming
        } else if now < self.end {
            Phase::Ongoing
        } else {
            Phase::Past
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: i64, end: i64) -> Option<Span> {
        let at = |second| Timestamp::from_second(second).unwrap();
        Span::new(at(start), at(end))
    }

    #[test]
    fn a_span_lasts() {
        assert!(span(5, 5).is_none());
        assert!(span(6, 5).is_none());
        assert_eq!(span(5, 6).unwrap().duration(), SignedDuration::from_secs(1));
    }

    #[test]
    fn spans_that_touch_do_not_overlap() {
        let middle = span(10, 20).unwrap();
        for (start, end, expected) in [
            (0, 10, false),
            (0, 11, true),
            (12, 15, true),
            (10, 20, true),
            (0, 99, true),
            (19, 30, true),
            (20, 30, false),
        ] {
            let other = span(start, end).unwrap();
            assert_eq!(middle.overlaps(&other), expected, "{other:?}");
            assert_eq!(other.overlaps(&middle), expected, "{other:?}");
        }
    }

    #[test]
    fn the_first_second_belongs_to_a_span_and_the_one_at_its_end_does_not() {
        let span = span(10, 20).unwrap();
        for (now, expected) in [
            (9, Phase::Upcoming),
            (10, Phase::Ongoing),
            (19, Phase::Ongoing),
            (20, Phase::Past),
        ] {
            assert_eq!(span.phase(Timestamp::from_second(now).unwrap()), expected);
        }
    }
}
