//! Every path of the portal, once: the routes, and the functions that fill them in.

pub const HOME: &str = "/";
pub const ASSET: &str = "/assets/{name}";

pub const SIGN_IN: &str = "/sign-in";
pub const SIGN_IN_CODE: &str = "/sign-in/code";
pub const SIGN_IN_ENROL: &str = "/sign-in/enrol";
pub const SIGN_IN_RECOVERY_CODES: &str = "/sign-in/recovery-codes";
pub const SIGN_IN_ENROL_PASSKEY: &str = "/sign-in/enrol/passkey";
pub const SIGN_IN_PASSKEY: &str = "/sign-in/passkey";
pub const SIGN_IN_PASSKEY_OPTIONS: &str = "/sign-in/passkey/options";
pub const SIGN_IN_RESET: &str = "/sign-in/reset";
pub const SIGN_IN_RESET_TOKEN: &str = "/sign-in/reset/{token}";
pub const LOST_FACTOR: &str = "/sign-in/lost-factor";
pub const INVITATION: &str = "/invitation/{token}";
pub const SIGN_OUT: &str = "/sign-out";

pub const CASES: &str = "/cases";
pub const CASES_CSV: &str = "/cases.csv";
pub const CASE_NEW: &str = "/cases/new";
pub const CASE: &str = "/cases/{number}";
pub const CASE_COMMENTS: &str = "/cases/{number}/comments";
pub const CASE_EXPEDITE: &str = "/cases/{number}/expedite";
pub const CASE_CANCEL: &str = "/cases/{number}/cancel";
pub const CASE_PRINT: &str = "/cases/{number}/print";
pub const CASE_LIVE: &str = "/cases/{number}/live";

pub const MAINTENANCE: &str = "/maintenance";
pub const MAINTENANCE_CSV: &str = "/maintenance.csv";
pub const MAINTENANCE_XML: &str = "/maintenance.xml";
pub const MAINTENANCE_NEW: &str = "/maintenance/new";
pub const MAINTENANCE_DELETE: &str = "/maintenance/delete";
pub const MAINTENANCE_CALENDAR: &str = "/maintenance/calendar";
pub const MAINTENANCE_FEED: &str = "/maintenance/feed";
pub const MAINTENANCE_FEED_REVOKE: &str = "/maintenance/feed/revoke";
pub const WINDOW: &str = "/maintenance/{window}";
pub const WINDOW_EDIT: &str = "/maintenance/{window}/edit";
pub const WINDOW_DELETE: &str = "/maintenance/{window}/delete";
pub const WINDOW_ENABLE: &str = "/maintenance/{window}/enable";
pub const WINDOW_DISABLE: &str = "/maintenance/{window}/disable";

pub const TLS: &str = "/tls";
pub const TLS_NEW: &str = "/tls/new";
pub const TLS_CHECK: &str = "/tls/check";
pub const TLS_CLIENTS: &str = "/tls/clients";
pub const TLS_CLIENTS_EDIT: &str = "/tls/clients/edit";
pub const TLS_CLIENTS_DELETE: &str = "/tls/clients/delete";
pub const TLS_TLD: &str = "/tls/tlds/{tld}";
pub const TLS_CLIENT: &str = "/tls/tlds/{tld}/{client}";
pub const TLS_CLIENT_EDIT: &str = "/tls/tlds/{tld}/{client}/edit";
pub const TLS_CLIENT_DELETE: &str = "/tls/tlds/{tld}/{client}/delete";
pub const TLS_GRANTS: &str = "/tls/grants";
pub const TLS_GRANT_NEW: &str = "/tls/grants/new";
pub const TLS_GRANT_EDIT: &str = "/tls/grants/{grant}/edit";
pub const TLS_GRANT_REVOKE: &str = "/tls/grants/{grant}/revoke";
pub const TLS_UPLOADS: &str = "/tls/uploads";
pub const TLS_UPLOAD_NEW: &str = "/tls/uploads/new";
pub const TLS_UPLOAD_TEMPLATE: &str = "/tls/uploads/template.csv";
pub const TLS_UPLOAD_PROBLEMS: &str = "/tls/uploads/problems.csv";
pub const TLS_UPLOAD: &str = "/tls/uploads/{upload}";
pub const TLS_UPLOAD_WITHDRAW: &str = "/tls/uploads/{upload}/withdraw";
pub const TLS_CONSENTS: &str = "/tls/consents";
pub const TLS_CONSENT: &str = "/tls/consents/{upload}/{consent}";
pub const TLS_CONSENT_APPROVE: &str = "/tls/consents/{upload}/{consent}/approve";
pub const TLS_CONSENT_OBJECT: &str = "/tls/consents/{upload}/{consent}/object";

pub const REPORTS: &str = "/reports";
pub const REPORTS_CSV: &str = "/reports.csv";
pub const REPORTS_TLD: &str = "/reports/{tld}";
pub const REPORTS_SUBMISSIONS: &str = "/reports/{tld}/submissions";

/// For calendar programs, which sign in nowhere: the file's name is the secret, with `.ics`.
pub const CALENDAR_FEED: &str = "/calendar/{feed}";

pub const QUEUE: &str = "/staff/queue";
pub const QUEUE_CSV: &str = "/staff/queue.csv";
pub const STAFF_CASE: &str = "/staff/cases/{number}";
pub const STAFF_CASE_TAKE: &str = "/staff/cases/{number}/take";
pub const STAFF_CASE_WRITE: &str = "/staff/cases/{number}/write";
pub const STAFF_CASE_ACT: &str = "/staff/cases/{number}/{action}";

pub const ACCOUNT_ACTIVITY: &str = "/account/activity";
pub const ACCOUNT_ACTIVITY_CSV: &str = "/account/activity.csv";
pub const STAFF_ACCOUNTS: &str = "/staff/accounts";
pub const STAFF_ACCOUNT: &str = "/staff/accounts/{account}";
pub const STAFF_ACCOUNT_INVITE: &str = "/staff/accounts/{account}/invite/{id}";
pub const STAFF_ACCOUNT_CANCEL: &str = "/staff/accounts/{account}/users/{id}/cancel";
pub const STAFF_USERS: &str = "/staff/users";
pub const STAFF_USER: &str = "/staff/users/{user}";
pub const STAFF_USER_RESET: &str = "/staff/users/{user}/reset";

pub const ACCOUNT_USERS: &str = "/account/users";
pub const ACCOUNT_INVITE: &str = "/account/users/invite/{id}";
pub const ACCOUNT_CANCEL: &str = "/account/users/{id}/cancel";
pub const SWITCH_ACCOUNT: &str = "/account/switch";
pub const INFO: &str = "/my/info";
pub const THEME: &str = "/my/theme";
pub const SECURITY: &str = "/my/security";
pub const PASSWORD: &str = "/my/security/password";
pub const FACTOR_NEW: &str = "/my/security/factors/new";
pub const FACTOR_RENAME: &str = "/my/security/factors/{factor}/rename";
pub const FACTOR_REMOVE: &str = "/my/security/factors/{factor}/remove";
pub const PASSKEY_NEW: &str = "/my/security/passkeys/new";
pub const ACTIVITY: &str = "/my/security/activity";
pub const ACTIVITY_CSV: &str = "/my/security/activity.csv";
pub const RECOVERY_CODES: &str = "/my/security/recovery-codes";
pub const SESSION_REVOKE: &str = "/my/security/sessions/{session}/revoke";
pub const SESSIONS_REVOKE_OTHERS: &str = "/my/security/sessions/revoke-others";

pub const DEV_MAIL: &str = "/dev/mail";
pub const DEV_MAIL_MESSAGE: &str = "/dev/mail/{message}";
pub const DEV_MAIL_HTML: &str = "/dev/mail/{message}/html";
pub const DEV_MAIL_RAW: &str = "/dev/mail/{message}/raw";
pub const DEV_COMPONENTS: &str = "/dev/components";

/// Longer addresses to come back to are dropped.
const MAX_NEXT: usize = 2_000;

pub fn case(number: &str) -> String {
    fill(CASE, number)
}

pub fn case_tab(number: &str, tab: &str) -> String {
    format!("{}?tab={tab}", case(number))
}

pub fn case_comments(number: &str) -> String {
    fill(CASE_COMMENTS, number)
}

pub fn case_expedite(number: &str) -> String {
    fill(CASE_EXPEDITE, number)
}

pub fn case_cancel(number: &str) -> String {
    fill(CASE_CANCEL, number)
}

pub fn case_print(number: &str) -> String {
    fill(CASE_PRINT, number)
}

pub fn case_live(number: &str) -> String {
    fill(CASE_LIVE, number)
}

/// A new inquiry that continues a closed one.
pub fn case_new_after(number: &str) -> String {
    format!("{CASE_NEW}?follows={}", encode(number))
}

pub fn staff_case(number: &str) -> String {
    fill(STAFF_CASE, number)
}

pub fn staff_case_take(number: &str) -> String {
    fill(STAFF_CASE_TAKE, number)
}

pub fn staff_case_write(number: &str) -> String {
    fill(STAFF_CASE_WRITE, number)
}

pub fn staff_case_act(number: &str, action: &str) -> String {
    fill(STAFF_CASE_ACT, number).replace("{action}", action)
}

pub fn staff_account(account: &str) -> String {
    fill(STAFF_ACCOUNT, account)
}

pub fn staff_account_invite(account: &str, contact: &str) -> String {
    fill(&fill(STAFF_ACCOUNT_INVITE, account), contact)
}

pub fn staff_account_cancel(account: &str, member: &str) -> String {
    fill(&fill(STAFF_ACCOUNT_CANCEL, account), member)
}

pub fn staff_user(user: &str) -> String {
    fill(STAFF_USER, user)
}

pub fn staff_user_reset(user: &str) -> String {
    fill(STAFF_USER_RESET, user)
}

pub fn account_invite(contact: &str) -> String {
    fill(ACCOUNT_INVITE, contact)
}

pub fn account_cancel(member: &str) -> String {
    fill(ACCOUNT_CANCEL, member)
}

/// A page of a list that is searched.
pub fn searched(list: &str, query: &str, page: &str) -> String {
    with(list, &[("q", query), ("page", page)])
}

/// The case, for whoever asks.
pub fn case_for(staff: bool, number: &str) -> String {
    if staff {
        staff_case(number)
    } else {
        case(number)
    }
}

pub fn window(window: &str) -> String {
    fill(WINDOW, window)
}

pub fn window_edit(window: &str) -> String {
    fill(WINDOW_EDIT, window)
}

pub fn window_delete(window: &str) -> String {
    fill(WINDOW_DELETE, window)
}

pub fn window_enable(window: &str) -> String {
    fill(WINDOW_ENABLE, window)
}

pub fn window_disable(window: &str) -> String {
    fill(WINDOW_DISABLE, window)
}

/// The calendar of a month: `2026-11`.
pub fn maintenance_calendar(month: &str) -> String {
    format!("{MAINTENANCE_CALENDAR}?month={}", encode(month))
}

/// The address that calendar programs ask, of this secret.
pub fn calendar_feed(secret: &str) -> String {
    format!("{}.ics", fill(CALENDAR_FEED, secret))
}

/// The address with those of the pairs that say something.
pub fn with(path: &str, pairs: &[(&str, impl AsRef<str>)]) -> String {
    let pairs = pairs.iter().map(|(name, value)| (name, value.as_ref()));
    let pairs: Vec<String> = pairs
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", encode(value)))
        .collect();
    if pairs.is_empty() {
        return path.to_owned();
    }
    format!("{path}?{}", pairs.join("&"))
}

pub fn tls_tld(tld: &str) -> String {
    fill(TLS_TLD, tld)
}

/// A page for which a TLD is chosen already.
pub fn tls_for(path: &str, tld: &str) -> String {
    with(path, &[("tld", tld)])
}

/// The page about an entry: `tlds/{tld}/tlsClients/{tls_client}`.
pub fn tls_client(name: &str) -> String {
    of_client(TLS_CLIENT, name)
}

pub fn tls_client_edit(name: &str) -> String {
    of_client(TLS_CLIENT_EDIT, name)
}

pub fn tls_client_delete(name: &str) -> String {
    of_client(TLS_CLIENT_DELETE, name)
}

fn of_client(path: &str, name: &str) -> String {
    let tld = name.split('/').nth(1).unwrap_or_default();
    fill(&fill(path, tld), name)
}

/// "Test my certificate", with a domain name filled in.
pub fn tls_check(host: &str) -> String {
    with(TLS_CHECK, &[("host", host)])
}

pub fn tls_grant_edit(grant: &str) -> String {
    fill(TLS_GRANT_EDIT, grant)
}

pub fn tls_grant_revoke(grant: &str) -> String {
    fill(TLS_GRANT_REVOKE, grant)
}

pub fn tls_upload(upload: &str) -> String {
    fill(TLS_UPLOAD, upload)
}

pub fn tls_upload_withdraw(upload: &str) -> String {
    fill(TLS_UPLOAD_WITHDRAW, upload)
}

/// The page about a registry's part of an upload: `uploads/{upload}/consents/{consent}`.
pub fn tls_consent(name: &str) -> String {
    of_consent(TLS_CONSENT, name)
}

pub fn tls_consent_approve(name: &str) -> String {
    of_consent(TLS_CONSENT_APPROVE, name)
}

pub fn tls_consent_object(name: &str) -> String {
    of_consent(TLS_CONSENT_OBJECT, name)
}

fn of_consent(path: &str, name: &str) -> String {
    let upload = name.split('/').nth(1).unwrap_or_default();
    fill(&fill(path, upload), name)
}

pub fn reports_tld(tld: &str) -> String {
    fill(REPORTS_TLD, tld)
}

pub fn reports_submissions(tld: &str) -> String {
    fill(REPORTS_SUBMISSIONS, tld)
}

pub fn factor_rename(factor: &str) -> String {
    fill(FACTOR_RENAME, factor)
}

pub fn factor_remove(factor: &str) -> String {
    fill(FACTOR_REMOVE, factor)
}

pub fn session_revoke(session: &str) -> String {
    fill(SESSION_REVOKE, session)
}

pub fn dev_mail_message(message: &str) -> String {
    fill(DEV_MAIL_MESSAGE, message)
}

pub fn dev_mail_html(message: &str) -> String {
    fill(DEV_MAIL_HTML, message)
}

pub fn dev_mail_raw(message: &str) -> String {
    fill(DEV_MAIL_RAW, message)
}

/// A page of the sign-in that leads to `next` in the end.
pub fn then(page: &str, next: &str) -> String {
    match safe_next(next) {
        HOME => page.to_owned(),
        next => format!("{page}?next={}", encode(next)),
    }
}

pub fn sign_in_then(next: &str) -> String {
    then(SIGN_IN, next)
}

/// `next` if it is a page of ours, else Home. Anything a browser could read as another host is not.
pub fn safe_next(next: &str) -> &str {
    let ours = next.starts_with('/')
        && !next.starts_with("//")
        && next.len() <= MAX_NEXT
        && !next.contains(|c: char| c == '\\' || c.is_control() || c.is_whitespace())
        && !next.starts_with(SIGN_IN)
        && !next.starts_with(SIGN_OUT);
    if ours { next } else { HOME }
}

/// Puts the last part of a resource name, or a number, in place of the path's first parameter.
fn fill(path: &str, value: &str) -> String {
    let value = value.rsplit('/').next().unwrap_or(value);
    match (path.find('{'), path.find('}')) {
        (Some(start), Some(end)) => {
            format!("{}{}{}", &path[..start], encode(value), &path[end + 1..])
        }
        _ => path.to_owned(),
    }
}

/// Percent-encodes everything but the unreserved characters of RFC 3986.
pub fn encode(value: &str) -> String {
    use std::fmt::Write;
    value.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(byte.into());
        } else {
            // Writing to a String does not fail.
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_ours_are_come_back_to() {
        assert_eq!(safe_next("/cases?view=all"), "/cases?view=all");
        for bad in [
            "",
            "cases",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\nb",
            "/\t/evil.example",
            "/sign-in?next=/sign-in",
            "/sign-out",
        ] {
            assert_eq!(safe_next(bad), HOME, "{bad:?}");
        }
        assert_eq!(safe_next(&format!("/{}", "a".repeat(5_000))), HOME);
    }

    #[test]
    fn a_next_page_survives_as_one_parameter() {
        assert_eq!(
            sign_in_then("/cases?view=all&q=a b"),
            "/sign-in",
            "a space is no part of an address"
        );
        assert_eq!(
            sign_in_then("/cases?view=all&q=a"),
            "/sign-in?next=%2Fcases%3Fview%3Dall%26q%3Da"
        );
        assert_eq!(sign_in_then("/"), "/sign-in");
    }

    #[test]
    fn paths_are_filled_with_the_last_part_of_a_name() {
        assert_eq!(case("00123456"), "/cases/00123456");
        assert_eq!(
            factor_remove("factors/a b"),
            "/my/security/factors/a%20b/remove"
        );
        assert_eq!(
            staff_account_cancel("accounts/1", "accounts/1/members/2"),
            "/staff/accounts/1/users/2/cancel"
        );
        assert_eq!(
            tls_client_edit("tlds/xn--a/tlsClients/7"),
            "/tls/tlds/xn--a/7/edit"
        );
        assert_eq!(tls_consent("uploads/1/consents/2"), "/tls/consents/1/2");
        assert_eq!(searched(STAFF_USERS, "a&b", ""), "/staff/users?q=a%26b");
        assert_eq!(
            staff_case_act("00000001", "ask"),
            "/staff/cases/00000001/ask"
        );
    }
}
