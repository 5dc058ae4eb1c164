//! Schedules: windows as machines see them, by an id that the client chose (MW-6).

use std::{fmt, str::FromStr};

use uuid::Uuid;

use super::Refusal;

/// The id of a schedule, unique within its TLD.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleId(String);

impl ScheduleId {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The window that has been entered in the portal and goes by this id, if that is what it says.
    pub fn window(&self) -> Option<Uuid> {
        let id: Uuid = self.0.parse().ok()?;
        (id.to_string() == self.0).then_some(id)
    }
}

impl FromStr for ScheduleId {
    type Err = &'static str;

    fn from_str(id: &str) -> Result<Self, Self::Err> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if (1..=64).contains(&id.len()) && id.bytes().all(allowed) {
            Ok(Self(id.to_owned()))
        } else {
            Err("must be 1 to 64 letters of ASCII, digits, dots, underscores and hyphens")
        }
    }
}

/// What kind of thing is wrong with a request for a schedule; each has a result code in the settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A field has no value that makes sense.
    Field,
    /// A service is not in the catalogue.
    Service,
    /// The end does not come after the start.
    End,
    /// Too long, too far ahead, or in the past.
    Limit,
    /// It has started: only its end may be moved.
    Started,
    /// It has ended and stays as it is.
    Ended,
    /// An enabled window of the same service is in the way.
    Overlap,
}

/// In words, for everyone who gets the code.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Field => "The schedule object is not valid.",
            Self::Service => "A service is not known.",
            Self::End => "The endTime is not after the startTime.",
            Self::Limit => "The schedule lies in the past, too far ahead, or lasts too long.",
            Self::Started => "The schedule has started: only its endTime may be moved.",
            Self::Ended => "The schedule has ended and stays as it is.",
            Self::Overlap => "The schedule overlaps with another one.",
        })
    }
}

/// Everything that is wrong with a request; the first thing gives it its code.
#[derive(Debug, Default)]
pub struct Faults(Vec<(Fault, String)>);

impl Faults {
    /// Notes one, unless it was noted already: all services of a schedule have the same times.
    pub fn add(&mut self, fault: Fault, words: String) {
        if !self.0.iter().any(|(_, known)| *known == words) {
            self.0.push((fault, words));
        }
    }

    /// `field` is one of a window, such as `start_time`.
    pub fn add_field(&mut self, fault: Fault, field: &str, words: &impl fmt::Display) {
        self.add(fault, format!("{} {words}", name(field)));
    }

    /// Notes why the window of a service cannot be what it should be.
    pub fn add_refusal(&mut self, refusal: Refusal) {
        match refusal {
            Refusal::Past => self.add(Fault::Ended, refusal.to_string()),
            Refusal::Started | Refusal::Ongoing | Refusal::Stale => {
                self.add(Fault::Started, refusal.to_string());
            }
            Refusal::Fields(fields) => {
                for (field, words) in fields {
                    self.add_field(Fault::Limit, field, &words);
                }
            }
        }
    }

    /// The first one; none if nothing is wrong.
    pub fn first(&self) -> Option<Fault> {
        self.0.first().map(|(fault, _)| *fault)
    }
}

/// All of them, in words.
impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (_, words)) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("; ")?;
            }
            f.write_str(words)?;
        }
        Ok(())
    }
}

/// As the JSON of the interface calls a field of a window.
fn name(field: &str) -> &str {
    match field {
        "display_name" => "name",
        "start_time" => "startTime",
        "end_time" => "endTime",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_plain_and_short() {
        for right in ["1", "Week-47_dns.2", &"a".repeat(64)] {
            assert!(right.parse::<ScheduleId>().is_ok(), "{right}");
        }
        for wrong in ["", "a b", "a/b", "ä", "a\0", &"a".repeat(65)] {
            assert!(wrong.parse::<ScheduleId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_a_uuid_as_we_write_it_names_a_window_of_the_portal() {
        let window = |id: &str| id.parse::<ScheduleId>().unwrap().window().is_some();
        assert!(window("0193a0b0-0000-7000-8000-00000000abcd"));
        assert!(!window("0193A0B0-0000-7000-8000-00000000ABCD"));
        assert!(!window(
            "0193a0b0000070008000 00000000abcd"
                .replace(' ', "")
                .as_str()
        ));
        assert!(!window("week-47"));
    }

    #[test]
    fn the_first_fault_gives_the_code_and_none_is_told_twice() {
        let mut faults = Faults::default();
        faults.add_field(Fault::Limit, "end_time", &"must be in the future");
        faults.add_field(Fault::Limit, "end_time", &"must be in the future");
        faults.add(Fault::Overlap, "overlaps".to_owned());
        assert_eq!(faults.first(), Some(Fault::Limit));
        assert_eq!(
            faults.to_string(),
            "endTime must be in the future; overlaps"
        );
    }
}
