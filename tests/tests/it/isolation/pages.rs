//! Every page, asked for what is another account's.

use std::collections::BTreeMap;

use http::StatusCode;
use nsp_tests::{browser::Browser, people::SignedIn};

use super::neighbours::Neighbours;

const URLS: &str = include_str!("../../../../services/gateway/src/urls.rs");

/// How a page is probed.
enum Probe {
    /// Shows only what is the reader's own: these addresses, with what a curious reader puts into them.
    Own(Vec<String>),
    /// About one thing of Jane's: for the reader it does not exist.
    Foreign(String),
    /// For ICANN staff: for the reader it does not exist.
    Office(String),
    /// For strangers, too: shows nothing of anybody's.
    Public(String),
    /// Only sent to by forms of the reader's own.
    Form(String),
    /// Exists in development only, where everything is everybody's.
    Development,
}

type Pages = Vec<(&'static str, Probe)>;

fn pages(it: &Neighbours) -> BTreeMap<&'static str, Probe> {
    let groups = [
        of_strangers(),
        of_cases(it),
        of_the_office(it),
        of_the_reader(it),
        of_activity(it),
        of_members(it),
        of_windows(it),
        of_tls(it),
        of_tls_grants_and_uploads(it),
        of_reports(it),
        for_developers(),
    ];
    groups.into_iter().flatten().collect()
}

fn own(path: &str) -> Probe {
    Probe::Own(vec![path.to_owned()])
}

fn office(rest: &str) -> Probe {
    Probe::Office(format!("/staff{rest}"))
}

/// The id in a name.
fn last(name: &str) -> String {
    name.rsplit('/').next().unwrap_or_default().to_owned()
}

/// The id of the user to whom everything belongs.
fn jane(it: &Neighbours) -> String {
    last(&it.jane.session.user.clone().unwrap_or_default().name)
}

fn of_strangers() -> Pages {
    let public = |path: &str| Probe::Public(path.to_owned());
    vec![
        ("ASSET", public("/assets/app.css")),
        ("SIGN_IN", public("/sign-in")),
        ("SIGN_IN_CODE", public("/sign-in/code")),
        ("SIGN_IN_ENROL", public("/sign-in/enrol")),
        ("SIGN_IN_ENROL_PASSKEY", public("/sign-in/enrol/passkey")),
        ("SIGN_IN_PASSKEY", public("/sign-in/passkey")),
        (
            "SIGN_IN_PASSKEY_OPTIONS",
            public("/sign-in/passkey/options"),
        ),
        ("SIGN_IN_RECOVERY_CODES", public("/sign-in/recovery-codes")),
        ("SIGN_IN_RESET", public("/sign-in/reset")),
        ("SIGN_IN_RESET_TOKEN", public("/sign-in/reset/abc")),
        ("LOST_FACTOR", public("/sign-in/lost-factor")),
        ("CALENDAR_FEED", public("/calendar/abc.ics")),
        ("INVITATION", public("/invitation/abc")),
        // Last of all, elsewhere: it ends the reader's own session.
        ("SIGN_OUT", public("/sign-in")),
    ]
}

fn of_cases(it: &Neighbours) -> Pages {
    let (number, account) = (&it.case.number, &it.case.account);
    let case = |rest: &str| Probe::Foreign(format!("/cases/{number}{rest}"));
    let list = |path: &str| {
        let queries = [
            String::new(),
            "?view=all".to_owned(),
            "?view=all&q=quokkasubject".to_owned(),
            "?view=all&tld=ferrylane".to_owned(),
            format!("?view=all&account={account}"),
            format!("?view=all&q={number}"),
        ];
        Probe::Own(queries.map(|query| format!("{path}{query}")).to_vec())
    };
    vec![
        ("CASES", list("/cases")),
        ("CASES_CSV", list("/cases.csv")),
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
    ]
}

fn of_the_office(it: &Neighbours) -> Pages {
    let number = &it.case.number;
    vec![
        ("QUEUE", office("/queue")),
        ("QUEUE_CSV", office("/queue.csv")),
        ("STAFF_CASE", office(&format!("/cases/{number}"))),
        ("STAFF_CASE_TAKE", office(&format!("/cases/{number}/take"))),
        (
            "STAFF_CASE_WRITE",
            office(&format!("/cases/{number}/write")),
        ),
        ("STAFF_CASE_ACT", office(&format!("/cases/{number}/close"))),
    ]
}

fn of_the_reader(it: &Neighbours) -> Pages {
    let (factor, session) = (last(&it.factor), last(&it.session()));
    vec![
        ("HOME", own("/")),
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
        ("PASSKEY_NEW", own("/my/security/passkeys/new")),
        ("RECOVERY_CODES", own("/my/security/recovery-codes")),
        (
            "SESSION_REVOKE",
            Probe::Form(format!("/my/security/sessions/{session}/revoke")),
        ),
        (
            "SESSIONS_REVOKE_OTHERS",
            Probe::Form("/my/security/sessions/revoke-others".into()),
        ),
    ]
}

fn of_activity(it: &Neighbours) -> Pages {
    let log = |path: &str| {
        let queries = ["", "?kind=session.created", "?from=2000-01-01"].map(str::to_owned);
        let queries = queries.into_iter().chain([format!("?person={}", jane(it))]);
        Probe::Own(queries.map(|query| format!("{path}{query}")).collect())
    };
    vec![
        ("ACTIVITY", log("/my/security/activity")),
        ("ACTIVITY_CSV", log("/my/security/activity.csv")),
        ("ACCOUNT_ACTIVITY", log("/account/activity")),
        ("ACCOUNT_ACTIVITY_CSV", log("/account/activity.csv")),
    ]
}

/// Pages about who acts for an account.
fn of_members(it: &Neighbours) -> Pages {
    let (user, contact) = (jane(it), last(&it.contact));
    let account = &it.case.account;
    vec![
        ("STAFF_ACCOUNTS", office("/accounts")),
        ("STAFF_ACCOUNT", office(&format!("/{account}"))),
        (
            "STAFF_ACCOUNT_INVITE",
            office(&format!("/{account}/invite/{contact}")),
        ),
        (
            "STAFF_ACCOUNT_CANCEL",
            office(&format!("/{account}/users/{user}/cancel")),
        ),
        ("STAFF_USERS", office("/users")),
        ("STAFF_USER", office(&format!("/users/{user}"))),
        ("STAFF_USER_RESET", office(&format!("/users/{user}/reset"))),
        ("ACCOUNT_USERS", own("/account/users")),
        (
            "ACCOUNT_INVITE",
            Probe::Foreign(format!("/account/users/invite/{contact}")),
        ),
        (
            "ACCOUNT_CANCEL",
            Probe::Foreign(format!("/account/users/{user}/cancel")),
        ),
    ]
}

fn of_windows(it: &Neighbours) -> Pages {
    let window =
        |rest: &str| Probe::Foreign(format!("/maintenance/{}{rest}", last(&it.window.name)));
    let list = |path: &str| {
        let queries = ["", "?view=enabled&q=quokkawindow", "?tld=ferrylane"];
        Probe::Own(queries.map(|query| format!("{path}{query}")).to_vec())
    };
    vec![
        ("MAINTENANCE", list("/maintenance")),
        ("MAINTENANCE_CSV", list("/maintenance.csv")),
        ("MAINTENANCE_XML", list("/maintenance.xml")),
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
    ]
}

fn of_tls(it: &Neighbours) -> Pages {
    let entry = |rest: &str| {
        let id = last(&it.tls.client.name);
        Probe::Foreign(format!("/tls/tlds/ferrylane/{id}{rest}"))
    };
    let asked = |path: &str, queries: &[&str]| {
        let addresses = queries.iter().map(|query| format!("{path}{query}"));
        Probe::Own(addresses.collect())
    };
    vec![
        (
            "TLS",
            asked("/tls", &["", "?q=ferrylane", "?granted=true&q=ferry"]),
        ),
        ("TLS_NEW", own("/tls/new?tld=ferrylane")),
        ("TLS_CHECK", own("/tls/check?host=quokka.example")),
        (
            "TLS_CLIENTS",
            asked(
                "/tls/clients",
                &["", "?tld=ferrylane", "?host=quokka.example", "?tick=all"],
            ),
        ),
        ("TLS_CLIENTS_EDIT", Probe::Form("/tls/clients/edit".into())),
        (
            "TLS_CLIENTS_DELETE",
            Probe::Form("/tls/clients/delete".into()),
        ),
        ("TLS_TLD", Probe::Foreign("/tls/tlds/ferrylane".into())),
        ("TLS_CLIENT", entry("")),
        ("TLS_CLIENT_EDIT", entry("/edit")),
        ("TLS_CLIENT_DELETE", entry("/delete")),
    ]
}

fn of_tls_grants_and_uploads(it: &Neighbours) -> Pages {
    let grant = |rest: &str| {
        let id = last(&it.tls.grant.name);
        Probe::Foreign(format!("/tls/grants/{id}{rest}"))
    };
    let upload = last(&it.tls.upload.name);
    let of_upload = |rest: &str| Probe::Foreign(format!("/tls/uploads/{upload}{rest}"));
    let consent = |rest: &str| {
        let id = last(&it.tls.upload.consents[0].name);
        Probe::Foreign(format!("/tls/consents/{upload}/{id}{rest}"))
    };
    vec![
        (
            "TLS_GRANTS",
            Probe::Own(vec!["/tls/grants".into(), "/tls/grants?all=true".into()]),
        ),
        ("TLS_GRANT_NEW", own("/tls/grants/new?tld=ferrylane")),
        ("TLS_GRANT_EDIT", grant("/edit")),
        ("TLS_GRANT_REVOKE", grant("/revoke")),
        ("TLS_UPLOADS", own("/tls/uploads")),
        ("TLS_UPLOAD_NEW", own("/tls/uploads/new")),
        ("TLS_UPLOAD_TEMPLATE", own("/tls/uploads/template.csv")),
        (
            "TLS_UPLOAD_PROBLEMS",
            Probe::Form("/tls/uploads/problems.csv".into()),
        ),
        ("TLS_UPLOAD", of_upload("")),
        ("TLS_UPLOAD_WITHDRAW", of_upload("/withdraw")),
        ("TLS_CONSENTS", own("/tls/consents")),
        ("TLS_CONSENT", consent("")),
        ("TLS_CONSENT_APPROVE", consent("/approve")),
        ("TLS_CONSENT_OBJECT", consent("/object")),
    ]
}

fn of_reports(it: &Neighbours) -> Pages {
    let account = &it.case.account;
    let list = |path: &str| {
        let queries = [
            String::new(),
            "?q=ferrylane".to_owned(),
            "?view=late&sort=tld".to_owned(),
            format!("?account={account}"),
        ];
        Probe::Own(queries.map(|query| format!("{path}{query}")).to_vec())
    };
    vec![
        ("REPORTS", list("/reports")),
        ("REPORTS_CSV", list("/reports.csv")),
        ("REPORTS_TLD", Probe::Foreign("/reports/ferrylane".into())),
        (
            "REPORTS_SUBMISSIONS",
            Probe::Foreign("/reports/ferrylane/submissions".into()),
        ),
    ]
}

fn for_developers() -> Pages {
    let names = [
        "DEV_MAIL",
        "DEV_MAIL_MESSAGE",
        "DEV_MAIL_HTML",
        "DEV_MAIL_RAW",
        "DEV_COMPONENTS",
    ];
    names
        .into_iter()
        .map(|name| (name, Probe::Development))
        .collect()
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
    let it = Box::pin(Neighbours::meet()).await?;
    it.tempt(async |reader| read_everything(&it, reader).await)
        .await
}

async fn read_everything(it: &Neighbours, reader: &SignedIn) -> anyhow::Result<()> {
    let pages = pages(it);
    let paths = paths();
    assert!(paths.len() > 30, "urls.rs is not as this test reads it");
    let account = it.case.account.clone();
    let window = it.window.name.rsplit('/').next().unwrap_or_default();
    let form = [
        ("window", window),
        ("step", "delete"),
        ("feed", it.feed.as_str()),
        ("client", it.tls.client.name.as_str()),
        ("scopes", "tls"),
        ("until", "2027-01-01"),
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
        let browser = Browser::of(&it.world, reader)?;
        match probe {
            Probe::Own(addresses) => {
                for address in addresses {
                    let page = browser.get(address).await?;
                    assert!(
                        page.status.is_success() || page.status == StatusCode::NOT_FOUND,
                        "{address}: {}",
                        page.status
                    );
                    it.assert_nothing_leaks(&page.text, address);
                }
            }
            Probe::Foreign(address) | Probe::Office(address) => {
                for page in [
                    browser.get(address).await?,
                    browser.post(address, &form).await?,
                ] {
                    let hidden = [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED]
                        .contains(&page.status);
                    assert!(hidden, "{address}: {}", page.status);
                    it.assert_nothing_leaks(&page.text, address);
                }
            }
            Probe::Public(address) => {
                it.assert_nothing_leaks(&browser.get(address).await?.text, address);
            }
            Probe::Form(address) => {
                it.assert_nothing_leaks(&browser.post(address, &form).await?.text, address);
            }
            Probe::Development => {}
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_stranger_is_sent_to_sign_in_and_learns_nothing() -> anyhow::Result<()> {
    let it = Box::pin(Neighbours::meet()).await?;
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
