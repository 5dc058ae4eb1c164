//! Which part of the log is shown, as the page's address says it.

use nsp_kit::clock::to_proto;
use nsp_proto::identity::v1::ListAuditEventsRequest;

use super::words;
use crate::{time::Times, urls};

pub const PAGE: i32 = 50;

/// A part of the log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    pub path: &'static str,
    /// What happened; empty for anything.
    pub kind: String,
    /// The id of a user; empty for everybody.
    pub person: String,
    /// First and last day, `2026-11-26`.
    pub from: String,
    pub to: String,
    /// The token of the page.
    pub after: String,
}

impl Query {
    /// Reads an address. What makes no sense in it is left out.
    pub fn read(path: &'static str, pairs: Vec<(String, String)>) -> Self {
        let mut query = Self {
            path,
            ..Self::default()
        };
        let is_day = |text: &str| text.parse::<jiff::civil::Date>().is_ok();
        for (key, value) in pairs {
            match key.as_str() {
                "kind" if words::known(&value).is_some() => query.kind = value,
                "person" if value.parse::<uuid::Uuid>().is_ok() => query.person = value,
                "from" if is_day(&value) => query.from = value,
                "to" if is_day(&value) => query.to = value,
                "after" => query.after = value,
                _ => {}
            }
        }
        query
    }

    /// Whether the first day is after the last, so that nothing can be between.
    pub fn is_backwards(&self) -> bool {
        // Days of four-digit years sort as text.
        !self.from.is_empty() && !self.to.is_empty() && self.from > self.to
    }

    /// The request for one page, for a reader who reads `times`. `only` narrows it to one user.
    pub fn request(&self, times: &Times, only: Option<&str>) -> ListAuditEventsRequest {
        let person = match only {
            Some(user) => user.to_owned(),
            None if self.person.is_empty() => String::new(),
            None => format!("users/{}", self.person),
        };
        ListAuditEventsRequest {
            action_prefix: self.kind.clone(),
            start_time: times.day(&self.from, 0).map(to_proto),
            end_time: times.day(&self.to, 1).map(to_proto),
            page_size: PAGE,
            page_token: self.after.clone(),
            person,
        }
    }

    pub fn is_filtered(&self) -> bool {
        self.pairs().iter().any(|(key, _)| *key != "after")
    }

    fn pairs(&self) -> Vec<(&'static str, &str)> {
        let mut pairs = vec![
            ("kind", self.kind.as_str()),
            ("person", &self.person),
            ("from", &self.from),
            ("to", &self.to),
            ("after", &self.after),
        ];
        pairs.retain(|(_, value)| !value.is_empty());
        pairs
    }

    /// The address.
    pub fn href(&self) -> String {
        self.href_at(self.path)
    }

    /// The same at another path: the log as a file.
    pub fn href_at(&self, path: &str) -> String {
        urls::with(path, &self.pairs())
    }

    /// The same from its beginning.
    #[must_use]
    pub fn first_page(&self) -> Self {
        self.page("")
    }

    /// The page with this token.
    #[must_use]
    pub fn page(&self, token: &str) -> Self {
        Self {
            after: token.to_owned(),
            ..self.clone()
        }
    }

    /// Only what is one person's.
    pub fn href_person(&self, user: &str) -> String {
        let mut other = self.first_page();
        user.rsplit('/')
            .next()
            .unwrap_or_default()
            .clone_into(&mut other.person);
        other.href()
    }

    /// Each filter in words, with the address of the list without it.
    pub fn chips(&self, person: &str) -> Vec<(&'static str, String, String)> {
        let without = |change: &dyn Fn(&mut Self)| {
            let mut other = self.first_page();
            change(&mut other);
            other.href()
        };
        let mut chips = Vec::new();
        if !self.kind.is_empty() {
            let href = without(&|other| other.kind.clear());
            chips.push(("What", words::action(&self.kind), href));
        }
        if !self.person.is_empty() {
            let href = without(&|other| other.person.clear());
            chips.push(("Person", person.to_owned(), href));
        }
        if !self.from.is_empty() {
            let href = without(&|other| other.from.clear());
            chips.push(("From", self.from.clone(), href));
        }
        if !self.to.is_empty() {
            let href = without(&|other| other.to.clear());
            chips.push(("To", self.to.clone(), href));
        }
        chips
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Query {
        let pairs = pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        Query::read(urls::ACTIVITY, pairs.collect())
    }

    #[test]
    fn days_are_those_of_the_reader_and_the_last_one_is_whole() {
        let times = Times::new("Europe/Paris", "2026-11-21T16:00:00Z".parse().unwrap());
        let query = read(&[("from", "2026-11-20"), ("to", "2026-11-20")]);
        let request = query.request(&times, None);
        let seconds = |time: Option<nsp_proto::Timestamp>| time.unwrap().seconds;
        let start = "2026-11-19T23:00:00Z".parse::<jiff::Timestamp>().unwrap();
        assert_eq!(seconds(request.start_time), start.as_second());
        assert_eq!(seconds(request.end_time), start.as_second() + 86_400);
        assert!(!query.is_backwards());
        assert!(read(&[("from", "2026-11-21"), ("to", "2026-11-20")]).is_backwards());
    }

    #[test]
    fn nonsense_is_left_out() {
        let query = read(&[
            ("kind", "drop table"),
            ("person", "users/x"),
            ("from", "yesterday"),
            ("to", "2026-02-30"),
        ]);
        assert_eq!(query.href(), "/my/security/activity");
        assert!(!query.is_filtered());
    }

    #[test]
    fn the_own_log_is_of_nobody_else() {
        let times = Times::new("UTC", jiff::Timestamp::UNIX_EPOCH);
        let other = "01460675-a218-7210-ab94-eadd022a5a74";
        let query = read(&[("person", other)]);
        assert_eq!(query.request(&times, Some("users/me")).person, "users/me");
        assert_eq!(query.request(&times, None).person, format!("users/{other}"));
    }

    #[test]
    fn a_chip_takes_away_its_filter_only() {
        let query = read(&[
            ("kind", "session.created"),
            ("from", "2026-11-20"),
            ("after", "x"),
        ]);
        let chips = query.chips("");
        assert_eq!(chips[0].2, "/my/security/activity?from=2026-11-20");
        assert_eq!(chips[1].2, "/my/security/activity?kind=session.created");
    }
}
