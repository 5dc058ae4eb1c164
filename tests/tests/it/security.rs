//! `docs/security.md` names tests that exist.

use std::{
    fs,
    path::{Path, PathBuf},
};

const DOCUMENT: &str = include_str!("../../../docs/security.md");

/// What looks like the name of a test: words joined by underscores, in backticks.
fn named() -> impl Iterator<Item = &'static str> {
    let quoted = DOCUMENT.split('`').skip(1).step_by(2);
    quoted.filter(|text| {
        text.matches('_').count() > 2 && text.chars().all(|c| c.is_ascii_lowercase() || c == '_')
    })
}

/// Every file with tests in Rust.
fn sources(folder: &Path, into: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && !path.ends_with("node_modules") {
            sources(&path, into)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
    Ok(())
}

#[test]
fn tests_that_are_named_exist() -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for folder in ["services", "tests"] {
        sources(&root.join(folder), &mut files)?;
    }
    let code: Vec<String> = files
        .iter()
        .map(fs::read_to_string)
        .collect::<Result<_, _>>()?;
    let names: Vec<_> = named().collect();
    assert!(names.len() > 40, "{names:?}");
    let missing: Vec<_> = names
        .iter()
        .filter(|name| {
            !code
                .iter()
                .any(|code| code.contains(&format!("fn {name}(")))
        })
        .collect();
    assert!(missing.is_empty(), "no such test: {missing:?}");
    Ok(())
}
