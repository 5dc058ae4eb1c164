//! How long, how soon and how far ahead a window may be.

use jiff::{SignedDuration, Timestamp};

use super::Span;

/// No setting allows more, and neither does the database.
pub const MAX_DURATION: SignedDuration = SignedDuration::from_hours(744);

/// What an operator of the portal has set.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How long a window may last.
    pub duration: SignedDuration,
    /// How far ahead it may start.
    pub horizon: SignedDuration,
    /// How late it may be entered.
    pub grace: SignedDuration,
}

impl Limits {
    /// What is wrong with a span that is entered at `now`: the field and the words beside it.
    pub fn check(&self, span: &Span, now: Timestamp) -> Vec<(&'static str, String)> {
        let mut problems = Vec::new();
        if span.start() < now - self.grace {
            let minutes = self.grace.as_mins();
            problems.push((
                "start_time",
                format!("must not lie more than {minutes} minutes in the past"),
            ));
        }
        if span.start() > now + self.horizon {
            let days = self.horizon.as_hours() / 24;
            problems.push(("start_time", format!("must be within {days} days")));
        }
        problems.extend(self.check_end(span, now));
        problems
    }

    /// What is wrong with the end of a span whose start stays as it is.
    pub fn check_end(&self, span: &Span, now: Timestamp) -> Vec<(&'static str, String)> {
        let mut problems = Vec::new();
        if span.end() <= now {
            problems.push(("end_time", "must be in the future".to_owned()));
        }
        if span.duration() > self.duration {
            let hours = self.duration.as_hours();
            problems.push((
                "end_time",
                format!("must be at most {hours} hours after the start"),
            ));
        }
        problems
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub const LIMITS: Limits = Limits {
        duration: SignedDuration::from_hours(10),
        horizon: SignedDuration::from_hours(240),
        grace: SignedDuration::from_mins(15),
    };

    #[test]
    fn each_limit_is_itself_allowed() {
        let now = Timestamp::from_second(1_000_000).unwrap();
        let fields = |start: i64, end: i64| -> Vec<&str> {
            let span = Span::new(
                now + SignedDuration::from_secs(start),
                now + SignedDuration::from_secs(end),
            );
            let problems = LIMITS.check(&span.unwrap(), now);
            problems.into_iter().map(|(field, _)| field).collect()
        };
        assert!(fields(-900, 1).is_empty());
        assert_eq!(fields(-901, 1), ["start_time"]);
        assert_eq!(fields(-900, 0), ["end_time"]);
        assert!(fields(0, 36_000).is_empty());
        assert_eq!(fields(0, 36_001), ["end_time"]);
        assert!(fields(864_000, 864_001).is_empty());
        assert_eq!(fields(864_001, 864_002), ["start_time"]);
        assert_eq!(
            fields(-4_000_000, -1),
            ["start_time", "end_time", "end_time"]
        );
    }
}
