//! What a zone contains, and how it is signed.

use std::fmt::Write as _;

/// A zone to serve: a name, records, and whether its signatures are any good.
#[derive(Clone, Debug)]
pub struct Zone {
    name: String,
    signing: Signing,
    records: Vec<String>,
}

/// How a zone is signed, and with it what a validating resolver makes of its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signing {
    /// Signed, its parent says so, absence is proven by NSEC: secure.
    Nsec,
    /// The same with NSEC3 and opt-out, as large registries do: secure, but unsigned delegations are not listed.
    Nsec3OptOut,
    /// Not signed, and its parent says so: insecure.
    Unsigned,
    /// Signatures that expired long ago: bogus.
    Expired,
    /// Its parent says that it is signed, but it is not: bogus.
    Stripped,
}

impl Zone {
    /// A zone without records. `.` is the root zone.
    pub fn new(name: &str, signing: Signing) -> Self {
        let name = match name.trim_matches('.') {
            "" => ".".to_owned(),
            name => name.to_ascii_lowercase(),
        };
        Self {
            name,
            signing,
            records: Vec::new(),
        }
    }

    /// A zone whose records are secure.
    pub fn signed(name: &str) -> Self {
        Self::new(name, Signing::Nsec)
    }

    /// Adds a record as in a zone file: `client 60 TLSA 3 1 1 a1b2…`. Names are relative to the zone; without a TTL it
    /// is 300 seconds.
    #[must_use]
    pub fn record(mut self, record: impl Into<String>) -> Self {
        self.records.push(record.into());
        self
    }

    /// Adds several records.
    #[must_use]
    pub fn records<R: Into<String>>(mut self, records: impl IntoIterator<Item = R>) -> Self {
        self.records.extend(records.into_iter().map(Into::into));
        self
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn signing(&self) -> Signing {
        self.signing
    }

    /// Whether its parent has a DS record for it.
    pub(super) fn has_keys(&self) -> bool {
        self.signing != Signing::Unsigned
    }

    /// Whether `name` lies below this zone.
    fn contains(&self, name: &str) -> bool {
        name != self.name
            && (self.name == "."
                || name
                    .strip_suffix(self.name.as_str())
                    .is_some_and(|rest| rest.ends_with('.')))
    }

    /// How many labels its name has.
    pub(super) fn depth(&self) -> usize {
        self.name
            .split('.')
            .filter(|label| !label.is_empty())
            .count()
    }

    /// The zone file without signatures. `delegations` are the zones right below and their DS records.
    pub(super) fn file(&self, serial: u32, delegations: &[(String, String)]) -> String {
        let origin = match self.name.as_str() {
            "." => ".".to_owned(),
            name => format!("{name}."),
        };
        let mut text = format!(
            "$ORIGIN {origin}\n$TTL 300\n\
             @ SOA localhost. hostmaster.localhost. {serial} 3600 600 86400 60\n\
             @ NS localhost.\n"
        );
        if self.name == "." {
            text += "localhost. A 127.0.0.1\n";
        }
        for record in &self.records {
            text += record;
            text.push('\n');
        }
        for (child, ds) in delegations {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{child}. NS localhost.\n{ds}");
        }
        text
    }
}

/// The zones and the root zone, the deepest first.
pub(super) fn with_root(zones: &[Zone]) -> Vec<Zone> {
    let mut zones = zones.to_vec();
    if !zones.iter().any(|zone| zone.name == ".") {
        zones.push(Zone::signed("."));
    }
    zones.sort_by_key(|zone| std::cmp::Reverse(zone.depth()));
    zones
}

/// The zone that delegates `child`: the deepest that contains it.
pub(super) fn parent<'a>(zones: &'a [Zone], child: &Zone) -> Option<&'a Zone> {
    zones
        .iter()
        .filter(|zone| zone.contains(&child.name))
        .max_by_key(|zone| zone.depth())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parent_is_the_nearest_zone_above() {
        let zones = ["com", "example.com", "a.b.example.com", "le.com"];
        let zones = with_root(&zones.map(Zone::signed));
        let parent = |name| parent(&zones, &Zone::signed(name)).map(Zone::name);
        assert_eq!(parent("a.b.example.com"), Some("example.com"));
        assert_eq!(parent("example.com"), Some("com"));
        assert_eq!(parent("le.com"), Some("com"));
        assert_eq!(parent("com"), Some("."));
        assert_eq!(parent("."), None);
        assert_eq!(zones[0].name(), "a.b.example.com");
    }
}
