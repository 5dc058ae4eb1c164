//! The dependency policy of `.cargo/deny.toml`, checked with nothing but cargo.

use super::licence;
use super::runner::{Count, run};
use crate::cargo::cargo;
use anyhow::{Context as _, bail};
use nsp_testbed::{process, workspace};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::fs;
use toml::{Table, Value};

/// What `deny.toml` says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Rules {
    banned: Vec<Ban>,
    licences: Vec<String>,
}

/// A crate that nobody may depend on, except some.
#[derive(Debug, PartialEq, Eq)]
struct Ban {
    name: String,
    except: Vec<String>,
}

pub fn check() -> anyhow::Result<Count> {
    let text = fs::read_to_string(workspace().join(".cargo/deny.toml"))?;
    let rules = rules(&text).context(".cargo/deny.toml is malformed")?;
    let manifest = fs::read_to_string(workspace().join("Cargo.toml"))?;

    let mut complaints = crates(&rules, &built()?);
    complaints.extend(dependents(&rules, &edges()?));
    complaints.extend(reasons(&manifest));
    for complaint in &complaints {
        println!("{complaint}");
    }
    if !complaints.is_empty() {
        bail!("{} complaints, see above", complaints.len());
    }
    if process::find("cargo-deny").is_some() {
        let arguments = [
            "deny",
            "check",
            "--config",
            ".cargo/deny.toml",
            "bans",
            "licenses",
        ];
        return run(cargo().args(arguments));
    }
    Ok(Count::ONE)
}

fn rules(text: &str) -> anyhow::Result<Rules> {
    let table: Table = text.parse()?;
    let strings = |value: Option<&Value>| -> Vec<String> {
        let items = value.and_then(Value::as_array).into_iter().flatten();
        items
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect()
    };
    let within = |section: &str, key: &str| table.get(section).and_then(|part| part.get(key));
    let bans = within("bans", "deny")
        .and_then(Value::as_array)
        .context("bans.deny is missing")?;
    let banned = bans.iter().map(|ban| {
        let name = ban
            .get("crate")
            .and_then(Value::as_str)
            .context("a ban names no crate")?;
        Ok(Ban {
            name: name.to_owned(),
            except: strings(ban.get("wrappers")),
        })
    });
    Ok(Rules {
        banned: banned.collect::<anyhow::Result<_>>()?,
        licences: strings(within("licenses", "allow")),
    })
}

/// Every crate that is built on this machine, with its licence, as `cargo tree` prints it.
fn built() -> anyhow::Result<BTreeSet<(String, String)>> {
    let tree = process::output(cargo().args([
        "tree",
        "--workspace",
        "--locked",
        "--edges",
        "normal,build,dev",
        "--prefix",
        "none",
        "--format",
        "{p}|{l}",
    ]))?;
    let lines = tree.lines().filter_map(|line| {
        let (package, licence) = line.trim_end_matches(" (*)").split_once('|')?;
        Some((package.split(' ').next()?.to_owned(), licence.to_owned()))
    });
    Ok(lines.collect())
}

fn crates(rules: &Rules, built: &BTreeSet<(String, String)>) -> Vec<String> {
    let allowed = |name: &str| rules.licences.iter().any(|licence| licence == name);
    let mut complaints = Vec::new();
    for (name, licence) in built {
        if rules
            .banned
            .iter()
            .any(|ban| ban.name == *name && ban.except.is_empty())
        {
            complaints.push(format!(
                "{name} is banned: `cargo tree -i {name}` says who wants it"
            ));
        }
        if !licence::is_allowed(licence, &allowed) {
            complaints.push(format!(
                "{name}: the licence {licence:?} is not on the list"
            ));
        }
    }
    complaints
}

/// Who of ours depends on what.
fn edges() -> anyhow::Result<Vec<(String, String)>> {
    let arguments = ["metadata", "--no-deps", "--locked", "--format-version", "1"];
    let metadata: Json = serde_json::from_str(&process::output(cargo().args(arguments))?)?;
    let list = |value: &Json| value.as_array().cloned().unwrap_or_default();
    let name = |value: &Json| value["name"].as_str().unwrap_or_default().to_owned();
    let packages = list(&metadata["packages"]);
    let edges = packages.iter().flat_map(|package| {
        let used = list(&package["dependencies"]);
        used.into_iter()
            .map(move |used| (name(package), name(&used)))
    });
    Ok(edges.collect())
}

fn dependents(rules: &Rules, edges: &[(String, String)]) -> Vec<String> {
    let mut complaints = Vec::new();
    for ban in rules.banned.iter().filter(|ban| !ban.except.is_empty()) {
        let users = edges
            .iter()
            .filter(|(_, used)| *used == ban.name)
            .map(|(user, _)| user);
        // A crate may depend on itself, for its tests.
        for user in users.filter(|user| **user != ban.name && !ban.except.contains(user)) {
            let (name, except) = (&ban.name, ban.except.join(", "));
            complaints.push(format!("{user} depends on {name}; only {except} may"));
        }
    }
    complaints
}

/// Every foreign dependency has its reason above it; a family (`tonic`, `tonic-health`) may share one.
fn reasons(manifest: &str) -> Vec<String> {
    let section = manifest
        .split("[workspace.dependencies]")
        .nth(1)
        .unwrap_or_default();
    let family = |name: &str| name.split(['-', '_']).next().unwrap_or_default().to_owned();
    let mut complaints = Vec::new();
    let mut explained = String::new();
    let mut comment = false;
    for line in section.lines().take_while(|line| !line.starts_with('[')) {
        let Some((name, value)) = line.split_once(" = ").filter(|_| !line.starts_with('#')) else {
            comment = line.starts_with('#');
            if line.is_empty() {
                explained.clear();
            }
            continue;
        };
        let ours = value.contains("path = ");
        if comment {
            explained = family(name);
        } else if !ours && explained != family(name) {
            complaints.push(format!("Cargo.toml does not say why we depend on {name}"));
        }
        comment = false;
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Rules {
        rules(
            r#"
            [bans]
            deny = [{ crate = "ring" }, { crate = "nsp-cases", wrappers = ["nsp-tests"] }]
            [licenses]
            allow = ["MIT"]
            "#,
        )
        .unwrap()
    }

    #[test]
    fn our_rules_are_well_formed() {
        let rules = rules(include_str!("../../../.cargo/deny.toml")).unwrap();
        assert!(rules.banned.iter().any(|ban| ban.name == "ring"));
        assert!(rules.licences.contains(&"MIT".to_owned()));
    }

    #[test]
    fn banned_crates_and_licences_are_found() {
        let pair = |name: &str, licence: &str| (name.to_owned(), licence.to_owned());
        let built = [
            pair("ring", "MIT"),
            pair("odd", "GPL-3.0"),
            pair("fine", "MIT"),
        ];
        let complaints = crates(&sample(), &built.into_iter().collect());
        assert_eq!(complaints.len(), 2, "{complaints:?}");
    }

    #[test]
    fn a_service_may_not_link_another() {
        let edge = |user: &str, used: &str| (user.to_owned(), used.to_owned());
        let edges = [
            edge("nsp-tests", "nsp-cases"),
            edge("nsp-cases", "nsp-cases"),
            edge("nsp-gateway", "nsp-cases"),
        ];
        assert_eq!(
            dependents(&sample(), &edges),
            ["nsp-gateway depends on nsp-cases; only nsp-tests may"]
        );
    }

    #[test]
    fn dependencies_need_reasons() {
        let manifest = "[workspace.dependencies]\nours = { path = \"x\" }\n\n# Because.\n\
                        tonic = \"1\"\ntonic-health = \"1\"\nserde = \"1\"\n";
        assert_eq!(
            reasons(manifest),
            ["Cargo.toml does not say why we depend on serde"]
        );
    }
}
