//! Every setting of every service is in `docs/operators.md`, and no other.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::Context;

const DOCUMENT: &str = include_str!("../../../docs/operators.md");

#[test]
fn every_setting_is_in_the_manual() -> anyhow::Result<()> {
    let services = Path::new(env!("CARGO_MANIFEST_DIR")).join("../services");
    let mut exist = BTreeSet::new();
    for service in fs::read_dir(&services).context("services")? {
        let file = service?.path().join("config.toml");
        if file.is_file() {
            exist.extend(settings(&fs::read_to_string(file)?));
        }
    }
    assert!(exist.contains("database.owner_url"), "{exist:?}");

    let rows = DOCUMENT.lines();
    let documented: BTreeSet<String> = rows
        .filter_map(|row| row.strip_prefix("| `")?.split_once('`'))
        .map(|(cell, _)| cell.to_owned())
        .filter(|cell| exist.contains(cell) || is_setting(cell, &exist))
        .collect();
    let missing: Vec<_> = exist.difference(&documented).collect();
    let gone: Vec<_> = documented.difference(&exist).collect();
    assert!(
        missing.is_empty(),
        "docs/operators.md: describe {missing:?}"
    );
    assert!(gone.is_empty(), "docs/operators.md: there is no {gone:?}");
    Ok(())
}

/// `section.key` of each line that sets one, also of those that are commented out because they have no default.
fn settings(file: &str) -> Vec<String> {
    let mut section = "";
    let mut settings = Vec::new();
    for line in file.lines() {
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']');
        }
        let line = line.strip_prefix("# ").unwrap_or(line);
        let Some((key, _)) = line.split_once(" = ") else {
            continue;
        };
        if key.chars().all(|c| c.is_ascii_lowercase() || c == '_') {
            settings.push(format!("{section}.{key}"));
        }
    }
    settings
}

/// Whether a cell looks like a setting: its section is one of a service's.
fn is_setting(cell: &str, exist: &BTreeSet<String>) -> bool {
    cell.split_once('.').is_some_and(|(section, _)| {
        let beginning = format!("{section}.");
        exist.iter().any(|setting| setting.starts_with(&beginning))
    })
}
