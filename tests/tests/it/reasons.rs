//! Every reason with which a service refuses is in `docs/api.md`, and has a sentence or a page of its own in the portal.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::Context;

const DOCUMENT: &str = include_str!("../../../docs/api.md");
const SENTENCES: &str = include_str!("../../../services/gateway/src/messages.rs");
/// What the kit refuses in the name of every service.
const KIT: [&str; 2] = [
    include_str!("../../../services/kit/src/status.rs"),
    include_str!("../../../services/kit/src/auth/authorize.rs"),
];

/// Reasons that the portal answers otherwise than by a sentence of `messages.rs`.
const OTHERWISE: [(&str, &[&str]); 5] = [
    (
        "the words of the violation stand beside the field",
        &["INVALID_FIELDS"],
    ),
    (
        "the page that says there is nothing here",
        &[
            "ACCOUNT_NOT_FOUND",
            "CASE_NOT_FOUND",
            "CONTACT_NOT_FOUND",
            "GRANT_NOT_FOUND",
            "MAILBOX_MESSAGE_NOT_FOUND",
            "MEMBER_NOT_FOUND",
            "TLD_NOT_FOUND",
            "TLS_CLIENT_NOT_FOUND",
            "UPLOAD_NOT_FOUND",
            "USER_NOT_FOUND",
            "WINDOW_NOT_FOUND",
        ],
    ),
    (
        "nobody: only machines are told, by the edge",
        &["SCHEDULE_NOT_FOUND"],
    ),
    (
        "the page to sign in",
        &[
            "SESSION_ENDED",
            "TOKEN_EXPIRED",
            "TOKEN_KEY_UNKNOWN",
            "TOKEN_MALFORMED",
            "TOKEN_REQUIRED",
            "TOKEN_SIGNATURE",
        ],
    ),
    (
        "the page that says something is wrong on our side, with the trace id, or that a part does not answer",
        &[
            "BAD_SECRET",
            "DATABASE",
            "DOCUMENT",
            "INCONSISTENT",
            "INTERNAL",
            "NO_MAILBOX",
            "NO_SIGNING_KEY",
            "PASSKEY_FORMAT",
            "PASSWORD_HASH",
            "RANDOM",
            "SEAL",
            "SIGN",
            "STOPPING",
            "TOKEN_KEYS_UNAVAILABLE",
        ],
    ),
];

#[test]
fn every_reason_is_documented_and_has_words_in_the_portal() -> anyhow::Result<()> {
    let exist = reasons()?;
    let exist: BTreeSet<&str> = exist.iter().map(String::as_str).collect();
    assert!(exist.contains("STALE_ETAG") && exist.contains("ROLE_REQUIRED"));

    let rows = DOCUMENT.lines();
    let documented = rows
        .filter_map(|row| row.strip_prefix("| `")?.split_once('`'))
        .map(|(cell, _)| cell)
        .filter(|cell| is_reason(cell))
        .collect();
    assert_same(&exist, &documented, "the tables of docs/api.md");

    let mut told: BTreeSet<&str> = literals(SENTENCES).collect();
    for (how, reasons) in OTHERWISE {
        for reason in reasons {
            assert!(
                told.insert(reason),
                "{reason} has a sentence in messages.rs, so it is not answered by {how}"
            );
        }
    }
    assert_same(
        &exist,
        &told,
        "services/gateway/src/messages.rs or OTHERWISE in this test",
    );
    Ok(())
}

/// The upper-case literals of each service's `error.rs` and of the kit's refusals.
fn reasons() -> anyhow::Result<BTreeSet<String>> {
    let services = Path::new(env!("CARGO_MANIFEST_DIR")).join("../services");
    let mut files: Vec<String> = KIT.map(str::to_owned).to_vec();
    for service in fs::read_dir(&services).context("services")? {
        let errors = service?.path().join("src/error.rs");
        if errors.is_file() {
            files.push(fs::read_to_string(errors)?);
        }
    }
    let reasons = files.iter().flat_map(|file| literals(file));
    Ok(reasons.map(str::to_owned).collect())
}

fn literals(source: &str) -> impl Iterator<Item = &str> {
    source.split('"').filter(|text| is_reason(text))
}

fn is_reason(text: &str) -> bool {
    text.len() > 2 && text.chars().all(|c| c.is_ascii_uppercase() || c == '_')
}

fn assert_same(exist: &BTreeSet<&str>, there: &BTreeSet<&str>, place: &str) {
    let missing: Vec<_> = exist.difference(there).collect();
    let gone: Vec<_> = there.difference(exist).collect();
    assert!(missing.is_empty(), "{place}: add {missing:?}");
    assert!(gone.is_empty(), "{place}: nobody says {gone:?}");
}
