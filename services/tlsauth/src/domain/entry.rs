//! One entry of a TLD's data: who is let in with which certificates, from where, for what (TLS-1).

use std::{fmt::Display, str::FromStr};

use super::{Certificate, HostName, Note, OpenReason, Prefix, Role};

const MAX_NAMES: usize = 10;
const MAX_PREFIXES: usize = 50;
const MAX_CERTIFICATES: usize = 4;

/// What is let in without a reason being asked for.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub open_prefix_ipv4: u8,
    pub open_prefix_ipv6: u8,
}

impl Limits {
    /// Whether a prefix is a great part of the Internet.
    fn is_open(self, prefix: Prefix) -> bool {
        let limit = if prefix.is_ipv4() {
            self.open_prefix_ipv4
        } else {
            self.open_prefix_ipv6
        };
        prefix.length() < limit
    }
}

/// An entry as it was written down. Roles are codes.
#[derive(Debug, Clone, Default)]
pub struct RawEntry {
    pub domain_names: Vec<String>,
    pub roles: Vec<String>,
    pub prefixes: Vec<String>,
    pub open_reason: String,
    pub note: String,
    pub certificates: Vec<String>,
}

/// An entry in which everything makes sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub domain_names: Vec<HostName>,
    pub roles: Vec<Role>,
    pub prefixes: Vec<Prefix>,
    pub open_reason: OpenReason,
    pub note: Note,
    pub certificates: Vec<Certificate>,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Such as `prefixes[2]`.
    pub field: String,
    /// A stable code.
    pub reason: &'static str,
    /// Words that stand beside the field.
    pub words: String,
}

/// Everything that is wrong, in the order of the fields.
#[derive(Default)]
struct Wrongs(Vec<Wrong>);

impl Wrongs {
    fn add(&mut self, field: impl Into<String>, reason: &'static str, words: impl Display) {
        self.0.push(Wrong {
            field: field.into(),
            reason,
            words: words.to_string(),
        });
    }

    fn one<T: FromStr<Err: Display>>(&mut self, field: String, text: &str) -> Option<T> {
        text.parse()
            .map_err(|words| self.add(field, "INVALID_FIELD", words))
            .ok()
    }

    /// The items of a list, each of which may be there once.
    fn list<T: FromStr<Err: Display> + PartialEq>(
        &mut self,
        field: &str,
        texts: &[String],
        most: usize,
    ) -> Vec<T> {
        if texts.len() > most {
            let words = format!("must not be more than {most}; these are {}", texts.len());
            self.add(field, "INVALID_FIELD", words);
            return Vec::new();
        }
        let mut items: Vec<T> = Vec::with_capacity(texts.len());
        for (i, text) in texts.iter().enumerate() {
            let field = format!("{field}[{i}]");
            let Some(item) = self.one::<T>(field.clone(), text) else {
                continue;
            };
            if items.contains(&item) {
                self.add(field, "DUPLICATE", "is there twice");
            } else {
                items.push(item);
            }
        }
        items
    }

    fn at_least_one(&mut self, field: &str, texts: &[String], words: &str) {
        if texts.is_empty() {
            self.add(field, "INVALID_FIELD", words);
        }
    }

    fn overlaps(&mut self, prefixes: &[Prefix], texts: &[String]) {
        for (i, text) in texts.iter().enumerate() {
            let Ok(one) = text.parse::<Prefix>() else {
                continue;
            };
            let other = prefixes.iter().find(|other| {
                **other != one && other.overlaps(one) && other.length() < one.length()
            });
            if let Some(other) = other {
                let words =
                    format!("is inside {other}, which lets it in already; remove one of the two");
                self.add(format!("prefixes[{i}]"), "PREFIX_OVERLAP", words);
            }
        }
    }

    fn openness(&mut self, entry: &Entry, limits: Limits) {
        let open = entry.prefixes.iter().find(|it| limits.is_open(**it));
        let reason = entry.open_reason.as_ref();
        match open {
            Some(prefix) if reason.is_empty() => {
                let words = format!("is required: {prefix} lets in a great part of the Internet");
                self.add("open_reason", "OPEN_REASON_REQUIRED", words);
            }
            None if !reason.is_empty() && self.0.is_empty() => {
                let words =
                    "is only for prefixes that let in a great part of the Internet; use the note";
                self.add("open_reason", "INVALID_FIELD", words);
            }
            _ => {}
        }
    }
}

impl Entry {
    /// The entry in canonical form, or everything that is wrong with it.
    pub fn parse(raw: &RawEntry, limits: Limits) -> Result<Self, Vec<Wrong>> {
        let mut wrong = Wrongs::default();
        wrong.at_least_one(
            "domain_names",
            &raw.domain_names,
            "must name at least one host",
        );
        let domain_names = wrong.list("domain_names", &raw.domain_names, MAX_NAMES);
        wrong.at_least_one("roles", &raw.roles, "must be at least one");
        let mut roles: Vec<Role> = wrong.list("roles", &raw.roles, Role::ALL.len());
        let words = "must be at least one; without an address nobody is let in";
        wrong.at_least_one("prefixes", &raw.prefixes, words);
        let mut prefixes: Vec<Prefix> = wrong.list("prefixes", &raw.prefixes, MAX_PREFIXES);
        wrong.overlaps(&prefixes, &raw.prefixes);
        let open_reason = wrong.one("open_reason".to_owned(), &raw.open_reason);
        let note = wrong.one("note".to_owned(), &raw.note);
        let certificates = wrong.list("certificates", &raw.certificates, MAX_CERTIFICATES);
        roles.sort_unstable();
        prefixes.sort_unstable();
        let entry = open_reason.zip(note).map(|(open_reason, note)| Self {
            domain_names,
            roles,
            prefixes,
            open_reason,
            note,
            certificates,
        });
        if let Some(entry) = &entry {
            wrong.openness(entry, limits);
        }
        entry.filter(|_| wrong.0.is_empty()).ok_or(wrong.0)
    }

    /// An entry that was stored, whatever is asked of new ones today.
    pub fn stored(raw: &RawEntry) -> Option<Self> {
        fn all<T: FromStr>(texts: &[String]) -> Option<Vec<T>> {
            texts.iter().map(|text| text.parse().ok()).collect()
        }
        Some(Self {
            domain_names: all(&raw.domain_names)?,
            roles: all(&raw.roles)?,
            prefixes: all(&raw.prefixes)?,
            open_reason: raw.open_reason.parse().ok()?,
            note: raw.note.parse().ok()?,
            certificates: all(&raw.certificates)?,
        })
    }

    /// As it would be written down.
    pub fn raw(&self) -> RawEntry {
        let texts = |items: &[&str]| items.iter().map(|&text| text.to_owned()).collect();
        RawEntry {
            domain_names: self.domain_names.iter().map(ToString::to_string).collect(),
            roles: texts(
                &self
                    .roles
                    .iter()
                    .map(|role| role.code())
                    .collect::<Vec<_>>(),
            ),
            prefixes: self.prefixes.iter().map(ToString::to_string).collect(),
            open_reason: self.open_reason.as_ref().to_owned(),
            note: self.note.as_ref().to_owned(),
            certificates: texts(
                &self
                    .certificates
                    .iter()
                    .map(AsRef::as_ref)
                    .collect::<Vec<_>>(),
            ),
        }
    }
}

/// A host name and role that both entries have: of two such entries of a TLD nobody could say which one let a client in.
pub fn overlap<'a>(one: &'a Entry, other: &Entry) -> Option<(&'a HostName, Role)> {
    let name = one
        .domain_names
        .iter()
        .find(|name| other.domain_names.contains(name))?;
    let role = one.roles.iter().find(|role| other.roles.contains(role))?;
    Some((name, *role))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        open_prefix_ipv4: 8,
        open_prefix_ipv6: 19,
    };

    fn raw(names: &[&str], roles: &[&str], prefixes: &[&str]) -> RawEntry {
        let texts = |all: &[&str]| all.iter().map(|&text| text.to_owned()).collect();
        RawEntry {
            domain_names: texts(names),
            roles: texts(roles),
            prefixes: texts(prefixes),
            ..Default::default()
        }
    }

    fn wrong(raw: &RawEntry) -> Vec<(String, &'static str)> {
        let wrong = Entry::parse(raw, LIMITS).unwrap_err();
        wrong.into_iter().map(|it| (it.field, it.reason)).collect()
    }

    #[test]
    fn an_entry_has_one_form() {
        let mut written = raw(
            &["RRI.example.net.", "b.example"],
            &["slam-data", "monthly-reporting"],
            &["2001:db8::/32", "192.0.2.7", "192.0.2.0/30"],
        );
        written.note = " the reporting host ".into();
        let entry = Entry::parse(&written, LIMITS).unwrap();
        let again = entry.raw();
        assert_eq!(again.domain_names, ["rri.example.net", "b.example"]);
        assert_eq!(again.roles, ["monthly-reporting", "slam-data"]);
        assert_eq!(
            again.prefixes,
            ["192.0.2.0/30", "192.0.2.7/32", "2001:db8::/32"]
        );
        assert_eq!(again.note, "the reporting host");
        assert_eq!(Entry::parse(&again, LIMITS).unwrap(), entry);
        assert_eq!(Entry::stored(&again), Some(entry));
    }

    #[test]
    fn everything_that_is_wrong_is_named_at_once() {
        let mut written = raw(
            &["a.example", "*", "A.example."],
            &["reporting", "slam-data", "slam-data"],
            &[
                "192.0.2.1/24",
                "198.51.100.0/24",
                "198.51.100.7",
                "198.51.100.0/24",
            ],
        );
        written.note = "n".repeat(501);
        written.certificates = vec!["-----BEGIN PRIVATE KEY-----".into()];
        assert_eq!(
            wrong(&written),
            [
                ("domain_names[1]", "INVALID_FIELD"),
                ("domain_names[2]", "DUPLICATE"),
                ("roles[0]", "INVALID_FIELD"),
                ("roles[2]", "DUPLICATE"),
                ("prefixes[0]", "INVALID_FIELD"),
                ("prefixes[3]", "DUPLICATE"),
                ("prefixes[2]", "PREFIX_OVERLAP"),
                ("note", "INVALID_FIELD"),
                ("certificates[0]", "INVALID_FIELD"),
            ]
            .map(|(field, reason)| (field.to_owned(), reason))
        );
    }

    #[test]
    fn nothing_may_be_left_out_or_go_without_end() {
        let nothing = wrong(&RawEntry::default());
        let fields: Vec<&str> = nothing.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(fields, ["domain_names", "roles", "prefixes"]);
        let names: Vec<String> = (0..11).map(|i| format!("h{i}.example")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let prefixes: Vec<String> = (0..51).map(|i| format!("192.0.2.{i}")).collect();
        let prefixes: Vec<&str> = prefixes.iter().map(String::as_str).collect();
        let many = wrong(&raw(&names, &["slam-data"], &prefixes));
        let fields: Vec<&str> = many.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(fields, ["domain_names", "prefixes"]);
    }

    #[test]
    fn the_whole_internet_needs_a_reason_and_nothing_else_has_one() {
        for open in ["0.0.0.0/0", "::/0", "128.0.0.0/7", "2001::/18"] {
            let mut written = raw(&["a.example"], &["slam-data"], &[open]);
            assert_eq!(
                wrong(&written),
                [("open_reason".to_owned(), "OPEN_REASON_REQUIRED")]
            );
            written.open_reason = "probes that roam".into();
            assert!(Entry::parse(&written, LIMITS).is_ok(), "{open}");
        }
        let mut written = raw(&["a.example"], &["slam-data"], &["10.0.0.0/8", "2001::/19"]);
        assert!(Entry::parse(&written, LIMITS).is_ok());
        written.open_reason = "probes that roam".into();
        assert_eq!(
            wrong(&written),
            [("open_reason".to_owned(), "INVALID_FIELD")]
        );
    }

    #[test]
    fn entries_overlap_in_a_name_and_a_role() {
        let entry = |names: &[&str], roles: &[&str]| {
            Entry::parse(&raw(names, roles, &["192.0.2.1"]), LIMITS).unwrap()
        };
        let one = entry(&["a.example", "b.example"], &["slam-data", "daar-data"]);
        let name: HostName = "b.example".parse().unwrap();
        let same = entry(&["b.example"], &["daar-data"]);
        assert_eq!(overlap(&one, &same), Some((&name, Role::DaarData)));
        assert_eq!(
            overlap(&one, &entry(&["b.example"], &["data-escrow"])),
            None
        );
        assert_eq!(overlap(&one, &entry(&["c.example"], &["daar-data"])), None);
    }
}
