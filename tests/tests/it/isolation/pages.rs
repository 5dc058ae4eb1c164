//! Every page, asked for what is another account's.

use std::collections::BTreeMap;

use http::StatusCode;
use nsp_tests::browser::Browser;

use super::neighbours::Neighbours;

const URLS: &str = include_str!("../../../../services/gateway/src/urls.rs");

/// How a page is probed.
enum Probe {
    /// Shows only what is the reader's own: these addresses, with what a curious reader puts into them.
    Own(Vec<String>),
    /// About one thing of Jane's: for Omar it does not exist.
    Foreign(String),
    /// For ICANN staff: for Omar it does not exist.
    Office(String),
    /// For strangers, too: shows nothing of anybody's.
    Public(String),
    /// Only sent to by forms of the reader's own.
    Form(String),
    /// Exists in development only, where everything is everybody's.
    Development,
}

fn pages(it: &Neighbours) -> BTreeMap<&'static str, Probe> {
    let number = &it.case.number;
    let last = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
    let (factor, session) = (last(&it.factor), last(&it.session()));
    let case = |rest: &str| Probe::Foreign(format!("/cases/{number}{rest}"));
    let office = |rest: &str| Probe::Office(format!("/staff{rest}"));
    let own = |path: &str| Probe::Own(vec![path.to_owned()]);
    let public = |path: &str| Probe::Public(path.to_owned());
    let account = &it.case.account;
    let lists = [
        "",
        "?view=all",
        "?view=all&q=quokkasubject",
        "?view=all&tld=ferrylane",
    ];
    let filtered = |path: &str| {
        let mut addresses: Vec<String> =
            lists.iter().map(|query| format!("{path}{query}")).collect();
        addresses.push(format!("{path}?view=all&account={account}"));
        addresses.push(format!("{path}?view=all&q={number}"));
        Probe::Own(addresses)
    };
    let mut pages = of_maintenance(it);
    pages.extend([
        ("HOME", own("/")),
        ("ASSET", public("/assets/app.css")),
        ("SIGN_IN", public("/sign-in")),
        ("SIGN_IN_CODE", public("/sign-in/code")),
        ("SIGN_IN_ENROL", public("/sign-in/enrol")),
        ("SIGN_IN_RECOVERY_CODES", public("/sign-in/recovery-codes")),
        ("SIGN_IN_RESET", public("/sign-in/reset")),
        ("SIGN_IN_RESET_TOKEN", public("/sign-in/reset/abc")),
        // Last of all, elsewhere: it ends the reader's own session.
        ("SIGN_OUT", public("/sign-in")),
        ("CASES", filtered("/cases")),
        ("CASES_CSV", filtered("/cases.csv")),
        (
            "CASE_NEW",
            Probe::Own(vec![
                "/cases/new".into(),
                format!("/cases/new?follows={number}"),
            ]),
        ),
        ("CASE", case("")),
        ("CASE_COMMENTS", case("/comments")),
        ("CASE_EXPEDITE", case("/expedite")),
        ("CASE_CANCEL", case("/cancel")),
        ("CASE_PRINT", case("/print")),
        ("CASE_LIVE", case("/live")),
        ("QUEUE", office("/queue")),
        ("QUEUE_CSV", office("/queue.csv")),
        ("STAFF_CASE", office(&format!("/cases/{number}"))),
        ("STAFF_CASE_TAKE", office(&format!("/cases/{number}/take"))),
        (
            "STAFF_CASE_WRITE",
            office(&format!("/cases/{number}/write")),
        ),
        ("STAFF_CASE_ACT", office(&format!("/cases/{number}/close"))),
        ("SWITCH_ACCOUNT", Probe::Form("/account/switch".into())),
        ("INFO", own("/my/info")),
        ("THEME", Probe::Form("/my/theme".into())),
        ("SECURITY", own("/my/security")),
        ("PASSWORD", own("/my/security/password")),
        ("FACTOR_NEW", own("/my/security/factors/new")),
        (
            "FACTOR_RENAME",
            Probe::Form(format!("/my/security/factors/{factor}/rename")),
        ),
        (
            "FACTOR_REMOVE",
            Probe::Foreign(format!("/my/security/factors/{factor}/remove")),
        ),
        ("RECOVERY_CODES", own("/my/security/recovery-codes")),
        (
            "SESSION_REVOKE",
            Probe::Form(format!("/my/security/sessions/{session}/revoke")),
        ),
        (
            "SESSIONS_REVOKE_OTHERS",
            Probe::Form("/my/security/sessions/revoke-others".into()),
        ),
        ("DEV_MAIL", Probe::Development),
        ("DEV_MAIL_MESSAGE", Probe::Development),
        ("DEV_MAIL_HTML", Probe::Development),
        ("DEV_MAIL_RAW", Probe::Development),
        ("DEV_COMPONENTS", Probe::Development),
    ]);
    pages
}

fn of_maintenance(it: &Neighbours) -> BTreeMap<&'static str, Probe> {
    let id = it.window.name.rsplit('/').next().unwrap_or_default();
    let window = |rest: &str| Probe::Foreign(format!("/maintenance/{id}{rest}"));
    let own = |path: &str| Probe::Own(vec![path.to_owned()]);
    BTreeMap::from([
        (
            "MAINTENANCE",
            Probe::Own(vec![
                "/maintenance".into(),
                "/maintenance?view=enabled&q=quokkawindow".into(),
                "/maintenance?tld=ferrylane".into(),
            ]),
        ),
        (
            "MAINTENANCE_CSV",
            Probe::Own(vec![
                "/maintenance.csv".into(),
                "/maintenance.csv?tld=ferrylane".into(),
            ]),
        ),
        (
            "MAINTENANCE_XML",
            Probe::Own(vec![
                "/maintenance.xml".into(),
                "/maintenance.xml?tld=ferrylane".into(),
            ]),
        ),
        ("MAINTENANCE_NEW", own("/maintenance/new")),
        (
            "MAINTENANCE_DELETE",
            Probe::Form("/maintenance/delete".into()),
        ),
        (
            "MAINTENANCE_CALENDAR",
            own("/maintenance/calendar?month=2026-11"),
        ),
        ("MAINTENANCE_FEED", own("/maintenance/feed")),
        ("MAINTENANCE_FEED_REVOKE", own("/maintenance/feed/revoke")),
        ("WINDOW", window("")),
        ("WINDOW_EDIT", window("/edit")),
        ("WINDOW_DELETE", window("/delete")),
        ("WINDOW_ENABLE", window("/enable")),
        ("WINDOW_DISABLE", window("/disable")),
        ("CALENDAR_FEED", Probe::Public("/calendar/abc.ics".into())),
    ])
}

/// The names of the constants in `urls.rs` that are paths.
fn paths() -> Vec<&'static str> {
    let lines = URLS
        .lines()
        .filter_map(|line| line.strip_prefix("pub const "));
    lines
        .filter_map(|line| line.split_once(": &str = \"/").map(|(name, _)| name))
        .collect()
}

#[tokio::test]
async fn no_page_shows_or_changes_what_is_another_accounts() -> anyhow::Result<()> {
    let it = Neighbours::meet().await?;
    let before = it.belongings().await?;
    let pages = pages(&it);
    let paths = paths();
    assert!(paths.len() > 30, "urls.rs is not as this test reads it");
    let account = it.case.account.clone();
    let window = it.window.name.rsplit('/').next().unwrap_or_default();
    let form = [
        ("window", window),
        ("step", "delete"),
        ("feed", it.feed.as_str()),
        ("end", "2026-11-30T10:00"),
        ("account", account.as_str()),
        ("display_name", "Mine"),
        ("name", "Mine"),
        ("body", "x"),
        ("reason", "x"),
    ];
    for path in paths {
        let probe = pages
            .get(path)
            .unwrap_or_else(|| panic!("{path} is new: say how to probe it in pages()"));
        let omar = Browser::of(&it.world, &it.omar)?;
        match probe {
            Probe::Own(addresses) => {
                for address in addresses {
                    let page = omar.get(address).await?;
                    assert!(
                        page.status.is_success() || page.status == StatusCode::NOT_FOUND,
                        "{address}: {}",
                        page.status
                    );
                    it.assert_nothing_leaks(&page.text, address);
                }
            }
            Probe::Foreign(address) | Probe::Office(address) => {
                for page in [omar.get(address).await?, omar.post(address, &form).await?] {
                    let hidden = [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED]
                        .contains(&page.status);
                    assert!(hidden, "{address}: {}", page.status);
                    it.assert_nothing_leaks(&page.text, address);
                }
            }
            Probe::Public(address) => {
                it.assert_nothing_leaks(&omar.get(address).await?.text, address);
            }
            Probe::Form(address) => {
                it.assert_nothing_leaks(&omar.post(address, &form).await?.text, address);
            }
            Probe::Development => {}
        }
    }
    assert_eq!(
        it.belongings().await?,
        before,
        "Omar changed something of Jane's"
    );
    Ok(())
}

#[tokio::test]
async fn a_stranger_is_sent_to_sign_in_and_learns_nothing() -> anyhow::Result<()> {
    let it = Neighbours::meet().await?;
    let stranger = Browser::new(&it.world)?;
    for (path, probe) in pages(&it) {
        let addresses = match probe {
            Probe::Own(addresses) => addresses,
            Probe::Foreign(address) | Probe::Office(address) => vec![address],
            Probe::Public(_) | Probe::Form(_) | Probe::Development => continue,
        };
        for address in addresses {
            let page = stranger.get(&address).await?;
            let sent =
                page.status == StatusCode::SEE_OTHER && page.location().starts_with("/sign-in");
            // No content is what makes an open page stop listening.
            let refused = page.status.is_client_error() || page.status == StatusCode::NO_CONTENT;
            assert!(sent || refused, "{path} {address}: {}", page.status);
            it.assert_nothing_leaks(&page.text, &address);
        }
    }
    Ok(())
}
