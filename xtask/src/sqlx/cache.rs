//! The files in `.sqlx`: one for each query.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Contents by file name.
pub type Cache = BTreeMap<String, Vec<u8>>;

pub fn read(folder: &Path) -> anyhow::Result<Cache> {
    let mut cache = Cache::new();
    for file in fs::read_dir(folder).into_iter().flatten() {
        let file = file?;
        let name = file.file_name().to_string_lossy().into_owned();
        if name.starts_with("query-") {
            cache.insert(name, fs::read(file.path())?);
        }
    }
    Ok(cache)
}

pub fn differences(kept: &Cache, fresh: &Cache) -> Vec<String> {
    let gone = kept.keys().filter(|name| !fresh.contains_key(*name));
    let new = fresh.keys().filter(|name| !kept.contains_key(*name));
    let changed = fresh
        .iter()
        .filter(|(name, text)| kept.get(*name).is_some_and(|k| k != *text));
    gone.map(|name| format!("  no longer used: {name}"))
        .chain(new.map(|name| format!("  missing: {name}")))
        .chain(changed.map(|(name, _)| format!("  changed: {name}")))
        .collect()
}

/// New files first, so that somebody who compiles at this moment finds every query.
pub fn replace(kept: &Path, fresh: &Cache) -> anyhow::Result<()> {
    fs::create_dir_all(kept)?;
    for (name, text) in fresh {
        fs::write(kept.join(name), text)?;
    }
    for name in read(kept)?.keys().filter(|name| !fresh.contains_key(*name)) {
        fs::remove_file(kept.join(name))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(files: &[(&str, &str)]) -> Cache {
        files
            .iter()
            .map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()))
            .collect()
    }

    #[test]
    fn every_kind_of_difference_is_named() {
        let kept = cache(&[("query-a", "1"), ("query-b", "1"), ("query-c", "1")]);
        let fresh = cache(&[("query-a", "1"), ("query-b", "2"), ("query-d", "1")]);
        let lines = differences(&kept, &fresh);
        let expected = [
            "no longer used: query-c",
            "missing: query-d",
            "changed: query-b",
        ];
        assert_eq!(lines.iter().map(|l| l.trim()).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn replacing_leaves_exactly_the_new_cache() {
        let dir = tempfile::tempdir().unwrap();
        let kept = dir.path().join(".sqlx");
        replace(&kept, &cache(&[("query-a", "1"), ("query-b", "1")])).unwrap();
        let fresh = cache(&[("query-b", "2")]);
        replace(&kept, &fresh).unwrap();
        assert_eq!(read(&kept).unwrap(), fresh);
    }
}
