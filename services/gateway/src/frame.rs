//! What stands around every page: account, tabs, search, what was just done. `templates/layout.html` shows it.

use axum::{
    extract::Request,
    middleware::Next,
    response::{Html, IntoResponse, Redirect, Response},
};
use http::{Method, StatusCode, header};
use nsp_proto::cases::v1::{CaseView, CountCasesRequest, CountCasesResponse};

use crate::{assets::Assets, cookies, errors::PageError, signed_in::SignedIn, urls, words};

/// The surroundings of one page.
pub struct Frame {
    pub title: String,
    pub signed_in: bool,
    pub staff: bool,
    /// Whether the person may open inquiries and write in them.
    pub writes: bool,
    pub user_name: String,
    pub user_email: String,
    pub account_name: Option<String>,
    pub accounts: Vec<AccountChoice>,
    pub tabs: Vec<TabLink>,
    pub theme: &'static str,
    pub time_zone: String,
    pub version: &'static str,
    pub return_to: String,
    pub flash: Option<Flash>,
    pub q: String,
    pub assets: Assets,
}

/// An account the person can act for.
pub struct AccountChoice {
    pub name: String,
    pub kind: &'static str,
    pub resource: String,
    pub current: bool,
}

/// A tab, with how much of it is the person's turn.
pub struct TabLink {
    pub label: &'static str,
    pub href: &'static str,
    pub icon: &'static str,
    pub current: bool,
    pub count: u64,
}

/// Which tab a page is under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    None,
    Home,
    Cases,
    Maintenance,
    Tls,
    Reports,
    Account,
    Queue,
    Accounts,
    Users,
}

/// What is said on top of a page.
pub struct Flash {
    pub kind: &'static str,
    pub text: String,
    pub undo: Option<Undo>,
}

/// A way back, offered for ten seconds.
pub struct Undo {
    pub label: &'static str,
    pub action: String,
}

impl Flash {
    pub fn new(kind: &'static str, text: impl Into<String>) -> Self {
        Self {
            kind,
            text: text.into(),
            undo: None,
        }
    }
}

impl Frame {
    /// Around pages for strangers.
    pub fn bare(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            signed_in: false,
            staff: false,
            writes: false,
            user_name: String::new(),
            user_email: String::new(),
            account_name: None,
            accounts: Vec::new(),
            tabs: Vec::new(),
            theme: "system",
            time_zone: "UTC".to_owned(),
            version: env!("CARGO_PKG_VERSION"),
            return_to: urls::HOME.to_owned(),
            flash: None,
            q: String::new(),
            assets: Assets::addresses(),
        }
    }

    /// The tabs that are behind a menu on a phone, which has room for five.
    pub fn more(&self) -> &[TabLink] {
        match self.tabs.len() {
            ..=5 => &[],
            _ => &self.tabs[4..],
        }
    }

    pub fn current_is_more(&self) -> bool {
        self.more().iter().any(|tab| tab.current)
    }

    /// The same with something said on top, if there is something to say.
    #[must_use]
    pub fn saying(mut self, kind: &'static str, trouble: Option<&String>) -> Self {
        if let Some(text) = trouble {
            self.flash = Some(Flash::new(kind, text.as_str()));
        }
        self
    }

    /// The same after something was done.
    #[must_use]
    pub fn noting(mut self, notice: Option<&Notice>) -> Self {
        if let Some(notice) = notice {
            self.flash = Some(Flash::new(notice.kind, notice.text));
        }
        self
    }
}

impl SignedIn {
    /// The frame of a page, with the counts on its tabs. A page is shown without them when they cannot be had.
    pub async fn frame(&self, tab: Tab, title: &str) -> Frame {
        let counts = self.counts().await.unwrap_or_default();
        self.frame_with(tab, title, &counts)
    }

    /// How many cases each view holds. Those who act for no account have none.
    pub async fn counts(&self) -> Result<CountCasesResponse, tonic::Status> {
        if self.fragment || (self.session.acting.is_none() && !self.session.user.staff) {
            return Ok(CountCasesResponse::default());
        }
        let counts = self
            .clients
            .cases()
            .count_cases(CountCasesRequest {})
            .await?;
        Ok(counts.into_inner())
    }

    /// The frame of a page that has the counts already.
    pub fn frame_with(&self, tab: Tab, title: &str, counts: &CountCasesResponse) -> Frame {
        let session = &self.session;
        let acting = session.acting.as_ref();
        let accounts = session.memberships.iter().map(|membership| AccountChoice {
            name: membership.account_display_name.clone(),
            kind: words::account_kind(&membership.account_kind),
            resource: membership.account.clone(),
            current: acting.is_some_and(|acting| acting.account == membership.account),
        });
        Frame {
            signed_in: true,
            staff: session.user.staff,
            writes: self.writes(),
            user_name: session.user.display_name.clone(),
            user_email: session.user.email.clone(),
            account_name: acting.map(|acting| acting.account_display_name.clone()),
            accounts: accounts.collect(),
            tabs: self.tabs(tab, counts),
            theme: theme(session.user.theme()),
            time_zone: self.times.zone().to_owned(),
            return_to: self.here.clone(),
            ..Frame::bare(title)
        }
        .noting(self.notice)
    }

    fn tabs(&self, current: Tab, counts: &CountCasesResponse) -> Vec<TabLink> {
        let tab = |tab, label, href, icon, count| TabLink {
            label,
            href,
            icon,
            current: tab == current,
            count,
        };
        // Ongoing windows are nobody's turn, so there is no number on it.
        let windows = tab(
            Tab::Maintenance,
            "Maintenance",
            urls::MAINTENANCE,
            "wrench",
            0,
        );
        let tls = tab(Tab::Tls, "TLS", urls::TLS, "lock", 0);
        let reports = tab(Tab::Reports, "Reports", urls::REPORTS, "file-text", 0);
        let mut tabs = Vec::new();
        if self.session.user.staff {
            let mine = count(counts, CaseView::Mine);
            tabs.push(tab(Tab::Queue, "Queue", urls::QUEUE, "list-checks", mine));
            tabs.push(tab(
                Tab::Accounts,
                "Accounts",
                urls::STAFF_ACCOUNTS,
                "building-2",
                0,
            ));
            if self.looks_after_users() {
                tabs.push(tab(Tab::Users, "Users", urls::STAFF_USERS, "user", 0));
            }
            tabs.push(windows);
            if self.sees_tls() {
                tabs.push(tls);
            }
            tabs.push(reports);
            return tabs;
        }
        let yours = count(counts, CaseView::ActionRequired);
        tabs.push(tab(Tab::Home, "Home", urls::HOME, "house", 0));
        tabs.push(tab(Tab::Cases, "Cases", urls::CASES, "inbox", yours));
        if self.has_maintenance() {
            tabs.push(windows);
        }
        if self.sees_tls() {
            tabs.push(tls);
        }
        if self.sees_reports() {
            tabs.push(reports);
        }
        if self.administers() {
            tabs.push(tab(
                Tab::Account,
                "Account",
                urls::ACCOUNT_USERS,
                "building-2",
                0,
            ));
        }
        tabs
    }
}

/// How many cases a view holds, of every kind.
pub fn count(counts: &CountCasesResponse, view: CaseView) -> u64 {
    let counts = counts.counts.iter().filter(|count| count.view() == view);
    counts
        .map(|count| u64::try_from(count.count).unwrap_or_default())
        .sum()
}

fn theme(theme: nsp_proto::identity::v1::user::Theme) -> &'static str {
    use nsp_proto::identity::v1::user::Theme;
    match theme {
        Theme::Light => "light",
        Theme::Dark => "dark",
        Theme::Unspecified | Theme::System => "system",
    }
}

/// A page.
pub fn html(status: StatusCode, template: &impl askama::Template) -> Result<Response, PageError> {
    Ok((status, Html(template.render()?)).into_response())
}

/// After something was done: the next page, which says what.
pub fn done(to: &str, notice: Option<&Notice>) -> Response {
    let mut response = Redirect::to(to).into_response();
    if let Some(notice) = notice
        && let Some(cookie) =
            cookies::set(cookies::NOTICE, notice.name, Some(cookies::NOTICE_SECONDS))
    {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Lets what was said once be forgotten: the page that said it takes the cookie away.
pub async fn said(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let told = cookies::get(headers, cookies::NOTICE).is_some()
        && !headers.contains_key("hx-request")
        && request.method() == Method::GET;
    let mut response = next.run(request).await;
    let kind = response.headers().get(header::CONTENT_TYPE);
    let page = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if told
        && page
        && let Some(cookie) = cookies::forget(cookies::NOTICE)
    {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// What the next page says. A cookie carries its name there.
#[derive(Debug)]
pub struct Notice {
    pub name: &'static str,
    kind: &'static str,
    text: &'static str,
}

const fn notice(name: &'static str, kind: &'static str, text: &'static str) -> Notice {
    Notice { name, kind, text }
}

impl Notice {
    /// By the name that came back in the cookie.
    pub fn find(name: &str) -> Option<&'static Self> {
        ALL.iter().copied().find(|notice| notice.name == name)
    }
}

pub static STEP_UP_OVER: Notice = notice(
    "step-up-over",
    "warn",
    "Confirming that it is you took too long, so nothing was changed. Send it again.",
);
pub static PASSKEY_ADDED: Notice = notice(
    "passkey-added",
    "ok",
    "The passkey is added. From now on it signs you in.",
);
pub static SIGNED_OUT: Notice = notice("signed-out", "info", "You are signed out.");
pub static ATTEMPT_OVER: Notice = notice(
    "attempt-over",
    "warn",
    "The sign-in took too long or had too many wrong codes. Start again with your password.",
);
pub static PASSWORD_SET: Notice = notice(
    "password-set",
    "ok",
    "Your new password is set, and all sessions have ended. Sign in with it.",
);
pub static CODES_LOW: Notice = notice(
    "codes-low",
    "warn",
    "You have few recovery codes left. Make new ones under Sign-in and security.",
);
pub static CODE_USED: Notice = notice(
    "code-used",
    "info",
    "The recovery code is used up. Cross it out on your list.",
);
pub static ACCOUNT: Notice = notice("account", "info", "You act for another account now.");
pub static SUBMITTED: Notice = notice(
    "submitted",
    "ok",
    "Your inquiry is with ICANN. Its number and due date are below.",
);
pub static SENT: Notice = notice("sent", "ok", "Your comment is with ICANN.");
pub static EXPEDITE_ASKED: Notice = notice(
    "expedite-asked",
    "ok",
    "You asked to expedite. ICANN decides.",
);
pub static CANCELED: Notice = notice("canceled", "ok", "The case is canceled.");
pub static SAVED: Notice = notice("saved", "ok", "Saved.");
pub static PASSWORD_CHANGED: Notice = notice(
    "password-changed",
    "ok",
    "Your password is changed, and your other sessions have ended.",
);
pub static FACTOR_ADDED: Notice = notice("factor-added", "ok", "The authenticator is added.");
pub static FACTOR_REMOVED: Notice = notice("factor-removed", "ok", "The authenticator is removed.");
pub static FACTOR_RENAMED: Notice = notice(
    "factor-renamed",
    "ok",
    "The authenticator has its new name.",
);
pub static SESSION_ENDED: Notice = notice("session-ended", "ok", "The session has ended.");
pub static SESSIONS_ENDED: Notice =
    notice("sessions-ended", "ok", "Your other sessions have ended.");
pub static TAKEN: Notice = notice("taken", "ok", "The case is yours.");
pub static REPLIED: Notice = notice("replied", "ok", "Your reply is sent.");
pub static NOTED: Notice = notice(
    "noted",
    "ok",
    "The internal note is added. The party does not see it.",
);
pub static ACTED: Notice = notice("acted", "ok", "Done. The party is told.");

pub static INVITED: Notice = notice(
    "invited",
    "ok",
    "A mail is on its way. Who is new to the portal chooses a password first; who is a user already has access now.",
);
pub static INVITATION_CANCELED: Notice = notice(
    "invitation-canceled",
    "ok",
    "The invitation is canceled, and its link no longer works.",
);
pub static ACCEPTED: Notice = notice(
    "accepted",
    "ok",
    "Your password is set. Sign in with it; you add a second factor next.",
);
pub static FACTORS_RESET: Notice = notice(
    "factors-reset",
    "ok",
    "Password and second factors are removed, all sessions have ended, and a link is on its way to the user.",
);

pub static WINDOWS_ADDED: Notice =
    notice("windows-added", "ok", "The windows are added, and enabled.");
pub static WINDOW_DELETED: Notice = notice("window-deleted", "ok", "The window is deleted.");
pub static WINDOWS_DELETED: Notice = notice("windows-deleted", "ok", "The windows are deleted.");
pub static WINDOW_ENABLED: Notice = notice("window-enabled", "ok", "The window is enabled.");
pub static WINDOW_DISABLED: Notice = notice("window-disabled", "ok", "The window is disabled.");
pub static NOTHING_TICKED: Notice = notice(
    "nothing-ticked",
    "warn",
    "No window was ticked. Tick those to delete first.",
);
pub static FEED_REVOKED: Notice = notice(
    "feed-revoked",
    "ok",
    "The address is revoked. Calendar programs that ask it get nothing any more.",
);

pub static TLS_ADDED: Notice = notice(
    "tls-added",
    "ok",
    "The entry is added, and in force in a moment.",
);
pub static TLS_CHANGED: Notice = notice(
    "tls-changed",
    "ok",
    "The entries are changed, and in force in a moment.",
);
pub static TLS_DELETED: Notice = notice(
    "tls-deleted",
    "ok",
    "The entry is deleted. Who came in by it is refused from now on.",
);
pub static TLS_DELETED_MANY: Notice = notice(
    "tls-deleted-many",
    "ok",
    "The entries are deleted. Who came in by them is refused from now on.",
);
pub static TLS_NOTHING_TICKED: Notice = notice(
    "tls-nothing-ticked",
    "warn",
    "No entry was ticked that you may change. Tick some first.",
);
pub static TLS_GRANTED: Notice = notice("tls-granted", "ok", "The provider has access now.");
pub static TLS_REVOKED: Notice = notice(
    "tls-revoked",
    "ok",
    "The access has ended, and the entries made under it are deleted.",
);
pub static TLS_UPLOADED: Notice = notice(
    "tls-uploaded",
    "ok",
    "The upload is taken. Each registry is told, and can object until the date below.",
);
pub static TLS_WITHDRAWN: Notice = notice(
    "tls-withdrawn",
    "ok",
    "What was not loaded yet is taken back.",
);
pub static TLS_APPROVED: Notice = notice(
    "tls-approved",
    "ok",
    "You approved, and the entries are loaded.",
);
pub static TLS_OBJECTED: Notice = notice(
    "tls-objected",
    "ok",
    "You objected. Nothing of it is loaded, and the provider is told.",
);

static ALL: [&Notice; 45] = [
    &STEP_UP_OVER,
    &PASSKEY_ADDED,
    &SIGNED_OUT,
    &ATTEMPT_OVER,
    &PASSWORD_SET,
    &CODES_LOW,
    &CODE_USED,
    &ACCOUNT,
    &SUBMITTED,
    &SENT,
    &EXPEDITE_ASKED,
    &CANCELED,
    &SAVED,
    &PASSWORD_CHANGED,
    &FACTOR_ADDED,
    &FACTOR_REMOVED,
    &FACTOR_RENAMED,
    &SESSION_ENDED,
    &SESSIONS_ENDED,
    &TAKEN,
    &REPLIED,
    &NOTED,
    &ACTED,
    &INVITED,
    &INVITATION_CANCELED,
    &ACCEPTED,
    &FACTORS_RESET,
    &WINDOWS_ADDED,
    &WINDOW_DELETED,
    &WINDOWS_DELETED,
    &WINDOW_ENABLED,
    &WINDOW_DISABLED,
    &NOTHING_TICKED,
    &FEED_REVOKED,
    &TLS_ADDED,
    &TLS_CHANGED,
    &TLS_DELETED,
    &TLS_DELETED_MANY,
    &TLS_NOTHING_TICKED,
    &TLS_GRANTED,
    &TLS_REVOKED,
    &TLS_UPLOADED,
    &TLS_WITHDRAWN,
    &TLS_APPROVED,
    &TLS_OBJECTED,
];
