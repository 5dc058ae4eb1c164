//! A maintenance window, and what may happen to it.

use jiff::Timestamp;
use nsp_kit::id::AccountId;

use super::{Description, Label, Limits, Phase, ServiceCode, Span, Title, WindowId};

/// How a window came here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "window_origin", rename_all = "snake_case")]
pub enum Origin {
    Portal,
    Rri,
    #[sqlx(rename = "mosapi")]
    MosApi,
}

/// What a client wants a window to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub tld: Label,
    pub service: ServiceCode,
    pub title: Title,
    pub description: Description,
    pub span: Span,
    pub enabled: bool,
}

/// A time in which a service of a TLD is being worked on.
#[derive(Debug, Clone)]
pub struct Window {
    pub id: WindowId,
    pub account: AccountId,
    pub account_name: String,
    pub draft: Draft,
    pub service_name: String,
    pub origin: Origin,
    pub external_id: Option<String>,
    /// `users/{user}` or `services/{service}`.
    pub creator: String,
    pub creator_name: String,
    pub create_time: Timestamp,
    pub update_time: Timestamp,
    pub version: i64,
}

/// What is to be different; `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct Change {
    pub tld: Option<Label>,
    pub service: Option<ServiceCode>,
    pub title: Option<Title>,
    pub description: Option<Description>,
    pub start: Option<Timestamp>,
    pub end: Option<Timestamp>,
    pub enabled: Option<bool>,
}

/// Why something cannot be done to a window.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the window is over and stays as it is")]
    Past,
    #[error("the window has started: only its end may be moved")]
    Started,
    #[error("the window has started and can no longer be deleted; its end may be moved")]
    Ongoing,
    #[error(
        "the window has changed since you opened it; look at it again and repeat what still makes sense"
    )]
    Stale,
    /// Fields and the words beside them.
    #[error("the window would not make sense")]
    Fields(Vec<(&'static str, String)>),
}

impl Change {
    /// The draft as it would be. The error is for a span that would not last.
    fn apply(&self, draft: &Draft) -> Result<Draft, Refusal> {
        let start = self.start.unwrap_or(draft.span.start());
        let end = self.end.unwrap_or(draft.span.end());
        let span = Span::new(start, end).ok_or_else(|| {
            Refusal::Fields(vec![("end_time", "must be after the start".to_owned())])
        })?;
        Ok(Draft {
            tld: self.tld.clone().unwrap_or_else(|| draft.tld.clone()),
            service: self
                .service
                .clone()
                .unwrap_or_else(|| draft.service.clone()),
            title: self.title.clone().unwrap_or_else(|| draft.title.clone()),
            description: self
                .description
                .clone()
                .unwrap_or_else(|| draft.description.clone()),
            span,
            enabled: self.enabled.unwrap_or(draft.enabled),
        })
    }
}

impl Window {
    /// Refuses what was decided upon an older state.
    pub fn check(&self, seen: Option<i64>) -> Result<(), Refusal> {
        match seen {
            Some(version) if version != self.version => Err(Refusal::Stale),
            _ => Ok(()),
        }
    }

    /// Changes it (MW-4): all of an upcoming one, only the end of an ongoing one, nothing of a past one. Says whether it
    /// is any different now.
    pub fn change(
        &mut self,
        change: &Change,
        limits: &Limits,
        now: Timestamp,
    ) -> Result<bool, Refusal> {
        let before = &self.draft;
        match before.span.phase(now) {
            Phase::Past => return Err(Refusal::Past),
            Phase::Ongoing if touches_more_than_the_end(change, before) => {
                return Err(Refusal::Started);
            }
            Phase::Ongoing | Phase::Upcoming => {}
        }
        let after = change.apply(before)?;
        if after == *before {
            return Ok(false);
        }
        let problems = if after.span == before.span {
            Vec::new()
        } else if after.span.start() == before.span.start() {
            limits.check_end(&after.span, now)
        } else {
            limits.check(&after.span, now)
        };
        if !problems.is_empty() {
            return Err(Refusal::Fields(problems));
        }
        self.draft = after;
        self.update_time = now;
        self.version += 1;
        Ok(true)
    }

    /// Whether it can be deleted (MW-5): only while it is upcoming.
    pub fn check_deletable(&self, now: Timestamp) -> Result<(), Refusal> {
        match self.draft.span.phase(now) {
            Phase::Upcoming => Ok(()),
            Phase::Ongoing => Err(Refusal::Ongoing),
            Phase::Past => Err(Refusal::Past),
        }
    }
}

fn touches_more_than_the_end(change: &Change, draft: &Draft) -> bool {
    let with_the_old_end = Change {
        end: None,
        ..change.clone()
    };
    // A start after the old end does not last, and is more than the end, too.
    with_the_old_end
        .apply(draft)
        .map_or(true, |after| after != *draft)
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::{super::limits::tests::LIMITS, *};

    const START: i64 = 1_000_000;
    const END: i64 = START + 3_600;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn window() -> Window {
        Window {
            id: WindowId::new(),
            account: AccountId::new(),
            account_name: "Acme".into(),
            draft: Draft {
                tld: "example".parse().unwrap(),
                service: "dns".parse().unwrap(),
                title: "Move".parse().unwrap(),
                description: Description::default(),
                span: Span::new(at(START), at(END)).unwrap(),
                enabled: true,
            },
            service_name: "DNS".into(),
            origin: Origin::Portal,
            external_id: None,
            creator: "users/1".into(),
            creator_name: "Jane".into(),
            create_time: at(0),
            update_time: at(0),
            version: 1,
        }
    }

    fn rename() -> Change {
        Change {
            title: Some("Other".parse().unwrap()),
            ..Change::default()
        }
    }

    fn end(second: i64) -> Change {
        Change {
            end: Some(at(second)),
            ..Change::default()
        }
    }

    #[test]
    fn everything_may_change_until_the_second_it_starts() {
        let anything = [
            rename(),
            Change {
                enabled: Some(false),
                ..Change::default()
            },
            Change {
                tld: Some("other".parse().unwrap()),
                ..Change::default()
            },
            Change {
                service: Some("epp".parse().unwrap()),
                ..Change::default()
            },
            Change {
                start: Some(at(START + 10)),
                ..Change::default()
            },
            Change {
                description: Some("More".parse().unwrap()),
                ..Change::default()
            },
        ];
        for change in anything {
            assert_eq!(window().change(&change, &LIMITS, at(START - 1)), Ok(true));
            for now in [START, START + 1, END - 1] {
                let refused = window().change(&change, &LIMITS, at(now));
                assert_eq!(refused, Err(Refusal::Started), "{change:?} {now}");
            }
            for now in [END, END + 1] {
                let refused = window().change(&change, &LIMITS, at(now));
                assert_eq!(refused, Err(Refusal::Past), "{change:?} {now}");
            }
        }
    }

    #[test]
    fn the_end_may_move_until_the_second_of_the_end() {
        for now in [START - 1, START, END - 1] {
            for to in [END + 1, END - 1, START + 1] {
                let moved = window().change(&end(to), &LIMITS, at(now));
                let in_past = at(to) <= at(now);
                assert_eq!(moved.is_ok(), !in_past, "{now} {to}");
            }
        }
        let past = window().change(&end(END + 10), &LIMITS, at(END));
        assert_eq!(past, Err(Refusal::Past));
    }

    #[test]
    fn the_end_cannot_come_before_now_or_too_late() {
        let mut window = window();
        let now = at(START + 100);
        for wrong in [START - 1, START, START + 100] {
            assert!(matches!(
                window.change(&end(wrong), &LIMITS, now),
                Err(Refusal::Fields(_))
            ));
        }
        let latest = START + LIMITS.duration.as_secs();
        assert!(window.change(&end(latest + 1), &LIMITS, now).is_err());
        assert_eq!(window.change(&end(latest), &LIMITS, now), Ok(true));
        assert_eq!(window.version, 2);
    }

    #[test]
    fn a_change_that_changes_nothing_is_none() {
        let mut window = window();
        let same = Change {
            title: Some("Move".parse().unwrap()),
            end: Some(at(END)),
            ..Change::default()
        };
        assert_eq!(window.change(&same, &LIMITS, at(START + 1)), Ok(false));
        assert_eq!((window.version, window.update_time), (1, at(0)));
    }

    #[test]
    fn one_may_be_deleted_until_the_second_it_starts() {
        let window = window();
        assert_eq!(window.check_deletable(at(START - 1)), Ok(()));
        assert_eq!(window.check_deletable(at(START)), Err(Refusal::Ongoing));
        assert_eq!(window.check_deletable(at(END - 1)), Err(Refusal::Ongoing));
        assert_eq!(window.check_deletable(at(END)), Err(Refusal::Past));
    }

    #[test]
    fn a_window_of_yesterdays_limits_can_still_be_renamed() {
        let mut window = window();
        let long = SignedDuration::from_hours(20);
        window.draft.span = Span::new(at(START), at(START) + long).unwrap();
        assert_eq!(window.change(&rename(), &LIMITS, at(START - 5)), Ok(true));
    }
}
