//! People who do nothing but sign in, beside those of the demonstration data: with a few dozen, how a measurement begins and
//! ends would be a good part of it, since nobody can sign in twice in the thirty seconds of a code.

use crate::demo;
use anyhow::Context as _;
use std::fs;
use std::path::{Path, PathBuf};

const PEOPLE: u32 = 400;

/// Writes the demonstration data with all of them to a folder in `home`.
pub fn join(home: &Path) -> anyhow::Result<PathBuf> {
    let folder = home.join("demo");
    fs::create_dir_all(&folder)?;
    for file in fs::read_dir(demo::data())? {
        let file = file?;
        fs::copy(file.path(), folder.join(file.file_name()))?;
    }
    let path = folder.join("users.toml");
    let mut users = fs::read_to_string(&path).context("users.toml")?;
    users.extend((0..PEOPLE).map(person));
    fs::write(&path, users)?;
    Ok(folder)
}

fn person(number: u32) -> String {
    format!(
        r#"
[[user]]
id = "0142f9dd-0000-7000-8000-{number:012}"
email = "person{number}@crowd.example"
name = "Person {number}"
kind = "portal"
time_zone = "UTC"
language = "en"
theme = "system"
"#
    )
}
