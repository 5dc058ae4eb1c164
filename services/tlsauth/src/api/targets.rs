//! The things that a request about several names is about, and the versions of them that the caller has seen.

use std::{collections::HashSet, fmt::Display, hash::Hash, str::FromStr};

use nsp_kit::status::Violations;

use crate::domain::{Etag, MAX_BATCH};

/// Each name and the etag to check; none if something is wrong.
pub fn targets<Name>(
    bad: &mut Violations,
    names: &[String],
    etags: &[String],
) -> Option<Vec<(Name, Etag)>>
where
    Name: FromStr<Err: Display> + Clone + Eq + Hash,
{
    if !(1..=MAX_BATCH).contains(&names.len()) {
        bad.add("names", format!("must be 1 to {MAX_BATCH}"));
        return None;
    }
    if !etags.is_empty() && etags.len() != names.len() {
        bad.add("etags", "must be none, or one for each name");
        return None;
    }
    let mut seen = HashSet::new();
    let mut targets = Vec::with_capacity(names.len());
    for (i, name) in names.iter().enumerate() {
        let field = format!("names[{i}]");
        let name = bad.parse::<Name>(&field, name);
        let etag = etags.get(i).map_or("", String::as_str);
        let etag = bad.parse::<Etag>(&format!("etags[{i}]"), etag);
        let Some((name, etag)) = name.zip(etag) else {
            continue;
        };
        if !seen.insert(name.clone()) {
            bad.add(&field, "is there twice");
        }
        targets.push((name, etag));
    }
    Some(targets)
}

/// Those whose version is not the one that the caller has seen, as fields and words.
#[derive(Default)]
pub struct Stale(pub Vec<(String, String)>);

impl Stale {
    pub fn check(&mut self, i: usize, etag: Etag, version: i64) {
        if etag.0.is_some_and(|seen| seen != version) {
            let words = "someone else changed it meanwhile".to_owned();
            self.0.push((format!("names[{i}]"), words));
        }
    }
}
