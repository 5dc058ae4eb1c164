//! The activity pages: words for everything that identity writes down, whose log is whose, filters, pages and file.

use std::{collections::BTreeSet, fs, path::Path};

use http::{StatusCode, header};
use nsp_tests::{browser::Browser, world::World};

const WORDS: &str = include_str!("../../../services/gateway/src/pages/activity/words.rs");
/// The soft lock writes `{word}.locked`, with the words of its credentials.
const LOCKS: [&str; 3] = ["locked", "still-locked", "unlocked"];

/// The literals of a source that have the form of a kind, such as `session.created`.
fn kinds(source: &str, into: &mut BTreeSet<String>) {
    let literals = source.split('"').skip(1).step_by(2);
    let word =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    into.extend(
        literals
            .filter(|literal| {
                literal
                    .split_once('.')
                    .is_some_and(|(thing, done)| word(thing) && word(done))
            })
            .map(ToOwned::to_owned),
    );
}

/// Every kind that identity's sources name where something is written down.
fn written() -> anyhow::Result<BTreeSet<String>> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../services/identity/src");
    let mut found = BTreeSet::new();
    let mut files = vec![source.join("jobs.rs"), source.join("store/audit.rs")];
    for file in fs::read_dir(source.join("api"))? {
        files.push(file?.path());
    }
    for file in files {
        let text = fs::read_to_string(&file)?;
        // Fields of requests look alike, and are no kinds.
        let lines = text.lines().filter(|line| !line.contains("bad."));
        kinds(&lines.collect::<Vec<_>>().join("\n"), &mut found);
    }
    found.retain(|kind| !["client.address", "passkey.ceremony"].contains(&kind.as_str()));
    // About nobody, so in nobody's log.
    found.retain(|kind| !kind.starts_with("signing-key."));
    for event in include_str!("events.txt").lines() {
        if let Some(kind) = event.strip_prefix("nsp.identity.v1.") {
            found.insert(kind.to_owned());
        }
    }
    for word in ["password", "factor", "recovery-codes"] {
        found.extend(LOCKS.map(|what| format!("{word}.{what}")));
    }
    Ok(found)
}

#[test]
fn everything_that_identity_writes_down_has_its_words() -> anyhow::Result<()> {
    let mut known = BTreeSet::new();
    kinds(WORDS, &mut known);
    let written = written()?;
    assert!(written.len() > 20, "{written:#?}");
    let missing: Vec<_> = written.difference(&known).collect();
    assert!(missing.is_empty(), "without words: {missing:#?}");
    let idle: Vec<_> = known.difference(&written).collect();
    assert!(
        idle.is_empty(),
        "words for what is never written: {idle:#?}"
    );
    Ok(())
}

#[tokio::test]
async fn one_reads_ones_own_log_and_an_administrator_the_accounts() -> anyhow::Result<()> {
    let world = World::start().await?;
    let edgar = Browser::of(&world, &world.sign_in("edgar").await?)?;
    let signed_in = world.sign_in("jane").await?;
    let jane = Browser::of(&world, &signed_in)?;
    let omar = Browser::of(&world, &world.sign_in("omar").await?)?;

    let own = jane.get("/my/security/activity").await?;
    assert_eq!(own.status, StatusCode::OK);
    assert!(own.text.contains("Signed in") && own.text.contains("title=\"21 Nov 2026, "));
    assert!(!own.text.contains("Edgar"));
    let account = jane.get("/account/activity").await?;
    assert!(account.text.contains("Edgar Whitcombe") && account.text.contains("Jane Okoye"));
    let neighbours = omar.get("/account/activity").await?;
    assert!(!neighbours.text.contains("Edgar") && !neighbours.text.contains("Jane"));
    for path in ["/account/activity", "/account/activity.csv"] {
        assert_eq!(edgar.get(path).await?.status, StatusCode::NOT_FOUND);
    }

    let user = signed_in.session.user.unwrap_or_default().name;
    let id = user.trim_start_matches("users/");
    let hers = jane.get(&format!("/account/activity?person={id}")).await?;
    assert!(!hers.text.contains("Edgar") && hers.text.contains("Person: <b>Jane Okoye</b>"));
    // Of no account but one's own.
    let foreign = omar.get(&format!("/account/activity?person={id}")).await?;
    assert!(foreign.text.contains("Nothing matches"), "{}", foreign.text);
    Ok(())
}

#[tokio::test]
async fn the_log_is_filtered_by_its_address_and_comes_as_a_file() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = Browser::of(&world, &world.sign_in("jane").await?)?;
    let page = async |query: &str| jane.get(&format!("/my/security/activity{query}")).await;

    assert!(
        page("?kind=session.created")
            .await?
            .text
            .contains("<b>Signed in</b>")
    );
    let none = page("?kind=passkey.cloned").await?;
    assert!(none.text.contains("Nothing matches") && none.text.contains("Clear filters"));
    let day = page("?from=2026-11-21&to=2026-11-21").await?;
    assert!(!day.text.contains("Nothing matches"));
    assert!(
        page("?to=2026-11-20")
            .await?
            .text
            .contains("Nothing matches")
    );
    let backwards = page("?from=2026-11-21&to=2026-11-20").await?;
    assert_eq!(backwards.status, StatusCode::OK);
    assert!(backwards.text.contains("The first day is after the last"));
    assert_eq!(page("?after=zzz").await?.status, StatusCode::BAD_REQUEST);

    let file = jane
        .get("/my/security/activity.csv?kind=session.created")
        .await?;
    assert!(
        file.headers[header::CONTENT_TYPE]
            .to_str()?
            .starts_with("text/csv")
    );
    let lines: Vec<&str> = file.text.lines().collect();
    assert!(lines[0].starts_with("Time (Europe/London),Time (UTC),What,"));
    assert!(
        lines.len() > 1
            && lines[1..]
                .iter()
                .all(|line| line.contains("session.created"))
    );
    Ok(())
}
