//! The words for the services' values: statuses, views, roles, browsers.

use nsp_proto::{
    accounts::v1::account,
    auth::v1::Role,
    cases::v1::{
        Case, CaseView,
        case::{Kind, Status, Turn},
        comment::Activity,
        expedite,
    },
    identity::v1::{member, user_record},
    mail::v1::message,
};

/// A TLD as people write it, and as machines do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The A-label without dot.
    pub ascii: String,
    /// The U-label with its dot.
    pub shown: String,
    /// The A-label with its dot.
    pub ascii_shown: String,
}

/// Both labels of a TLD given as A-label.
pub fn label(ascii: &str) -> Label {
    let (unicode, result) = idna::domain_to_unicode(ascii);
    let unicode = if result.is_ok() {
        unicode
    } else {
        ascii.to_owned()
    };
    Label {
        ascii: ascii.to_owned(),
        shown: format!(".{unicode}"),
        ascii_shown: format!(".{ascii}"),
    }
}

/// The status, by the names of the portal user guide.
pub fn status(status: Status) -> &'static str {
    match status {
        Status::Unspecified | Status::New => "New",
        Status::NotSubmitted => "Not Submitted",
        Status::InProgress => "ICANN – In Progress",
        Status::ReopenRequested => "Re-Open Requested",
        Status::ActionRequired => "Portal User Action Required",
        Status::Canceled => "Canceled",
        Status::Closed => "Closed",
    }
}

/// The statuses a list can be filtered by, as addresses write them.
pub const STATUSES: [(&str, Status); 6] = [
    ("new", Status::New),
    ("in-progress", Status::InProgress),
    ("action-required", Status::ActionRequired),
    ("reopen-requested", Status::ReopenRequested),
    ("closed", Status::Closed),
    ("canceled", Status::Canceled),
];

pub fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Unspecified | Kind::GeneralInquiry => "General inquiry",
        Kind::ServiceRequest => "Service request",
        Kind::Compliance => "Compliance",
    }
}

/// A list view: as addresses write it, and its name.
#[derive(Debug, Clone, Copy)]
pub struct View {
    pub id: &'static str,
    pub cases: CaseView,
    pub name: &'static str,
}

const fn view(id: &'static str, view: CaseView, name: &'static str) -> View {
    View {
        id,
        cases: view,
        name,
    }
}

/// The list views of portal users; the first is shown when none is chosen.
pub const VIEWS: [View; 8] = [
    view("open", CaseView::Open, "All open"),
    view("action-required", CaseView::ActionRequired, "Your turn"),
    view("with-icann", CaseView::WithIcann, "With ICANN"),
    view("overdue", CaseView::Overdue, "Overdue at ICANN"),
    view("expedite", CaseView::ExpediteRequested, "Expedite asked"),
    view("mine", CaseView::Mine, "Opened by me"),
    view("closed", CaseView::Closed, "Closed"),
    view("all", CaseView::All, "All cases"),
];

/// The list views of staff.
pub const QUEUES: [View; 9] = [
    view("open", CaseView::Open, "All open"),
    view("unassigned", CaseView::Unassigned, "Unassigned"),
    view("mine", CaseView::Mine, "Mine"),
    view("overdue", CaseView::Overdue, "Overdue"),
    view("expedite", CaseView::ExpediteRequested, "Expedite asked"),
    view("reopen", CaseView::ReopenRequested, "Re-open asked"),
    view("waiting", CaseView::ActionRequired, "Waiting for the party"),
    view("closed", CaseView::Closed, "Closed"),
    view("all", CaseView::All, "All cases"),
];

/// Whose turn it is, seen from one side: what the badges and banners are called.
pub fn turn(case: &Case, staff: bool, late: bool) -> &'static str {
    match case.turn() {
        Turn::Nobody | Turn::Unspecified => "done",
        Turn::Party | Turn::Icann if late => "overdue",
        Turn::Party if staff => "icann",
        Turn::Icann if staff => "you",
        Turn::Party => "you",
        Turn::Icann => "icann",
    }
}

/// What happened, as the thin line of the conversation says it, and its icon. `None` for plain comments.
pub fn activity(activity: Activity, who: &str) -> Option<(String, &'static str)> {
    let (what, icon) = match activity {
        Activity::Unspecified => return None,
        Activity::Submitted => ("submitted the inquiry", "plus"),
        Activity::Taken => ("took the case: it is in progress", "user"),
        Activity::InformationRequested => ("asked for information", "circle-alert"),
        Activity::ExpediteRequested => ("asked to expedite", "zap"),
        Activity::ExpediteApproved => ("agreed to expedite", "check"),
        Activity::ExpediteRejected => ("did not agree to expedite", "x"),
        Activity::Closed => ("closed the case", "circle-check"),
        Activity::Canceled => ("canceled the case", "ban"),
        Activity::ReopenRequested => ("asked to re-open the case", "rotate-ccw"),
        Activity::Reopened => ("re-opened the case", "rotate-ccw"),
        Activity::ReopenDeclined => ("left the case closed", "circle-check"),
    };
    Some((format!("{who} {what}"), icon))
}

pub fn expedite(state: expedite::State) -> &'static str {
    match state {
        expedite::State::Unspecified | expedite::State::Requested => "Asked, not decided yet",
        expedite::State::Approved => "Approved",
        expedite::State::Rejected => "Rejected",
    }
}

pub fn mail(state: message::State) -> &'static str {
    match state {
        message::State::Unspecified | message::State::Queued => "On its way",
        message::State::Sent => "Sent",
        message::State::Failed => "Could not be delivered",
    }
}

/// What an account is, from the name of its kind.
pub fn account_kind(name: &str) -> &'static str {
    match account::Kind::from_str_name(name).unwrap_or_default() {
        account::Kind::Unspecified => "",
        account::Kind::RegistryOperator => "Registry operator",
        account::Kind::Registrar => "Registrar",
        account::Kind::Applicant => "Applicant",
        account::Kind::RegistryServiceProvider => "Registry service provider",
        account::Kind::CctldManager => "ccTLD manager",
    }
}

/// What a person may do for an account.
pub fn role(role: Role) -> &'static str {
    match role {
        Role::Unspecified => "",
        Role::Administrator => "Administrator",
        Role::Cases => "Cases",
        Role::Compliance => "Compliance",
        Role::Technical => "Technical",
        Role::Billing => "Billing",
        Role::ReadOnly => "Read only",
        Role::StaffAgent => "Agent",
        Role::StaffCompliance => "Compliance officer",
        Role::StaffTechnical => "Technical services",
        Role::StaffSecurity => "Security response",
        Role::StaffLegal => "Legal",
        Role::StaffAdministrator => "Administrator of the portal",
    }
}

/// The roles that a member of an account can have: as forms write them, and what each is for.
pub const MEMBER_ROLES: [(&str, Role, &str); 6] = [
    (
        "administrator",
        Role::Administrator,
        "Everything below, and invites users",
    ),
    ("cases", Role::Cases, "Opens cases and answers ICANN"),
    ("compliance", Role::Compliance, "Compliance cases"),
    (
        "technical",
        Role::Technical,
        "TLDs, credentials and maintenance windows",
    ),
    ("billing", Role::Billing, "Invoices and fees"),
    ("read-only", Role::ReadOnly, "Sees, and changes nothing"),
];

/// Roles in one line.
pub fn roles(roles: impl Iterator<Item = Role>) -> String {
    let names: Vec<_> = roles.map(role).collect();
    names.join(", ")
}

/// TLDs that a role is limited to, in one line.
pub fn limit(tlds: &[String]) -> String {
    if tlds.is_empty() {
        return "All".to_owned();
    }
    let tlds: Vec<_> = tlds.iter().map(|tld| label(tld).shown).collect();
    tlds.join(" ")
}

/// Whether a member can act for the account.
pub fn member(state: member::State) -> &'static str {
    match state {
        member::State::Unspecified | member::State::Active => "Active",
        member::State::Invited => "Invited",
        member::State::InvitationExpired => "Invitation expired",
        member::State::Disabled => "May not sign in",
    }
}

/// Whether a user may sign in.
pub fn user(state: user_record::State) -> &'static str {
    match state {
        user_record::State::Unspecified | user_record::State::Active => "Active",
        user_record::State::Disabled => "Disabled",
        user_record::State::Retired => "Retired",
    }
}

/// A browser's `User-Agent`, as its owner would call the device.
pub fn device(user_agent: &str) -> String {
    // In this order: most browsers also claim to be the ones further down.
    let browsers = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Vivaldi/", "Vivaldi"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("FxiOS/", "Firefox"),
        ("Firefox/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("HeadlessChrome/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ];
    let systems = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("CrOS", "ChromeOS"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let named = |list: &[(&str, &'static str)]| {
        let found = list.iter().find(|(mark, _)| user_agent.contains(mark));
        found.map(|(_, name)| *name)
    };
    match (named(&browsers), named(&systems)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "Unknown browser".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_have_the_names_people_use() {
        for (agent, words) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0 Safari/537.36 Edg/148.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15",
                "Safari on macOS",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:148.0) Gecko/20100101 Firefox/148.0",
                "Firefox on Linux",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 CriOS/148.0 Mobile Safari/604.1",
                "Chrome on iPhone",
            ),
            ("curl/8.0", "curl"),
            ("", "Unknown browser"),
        ] {
            assert_eq!(device(agent), words);
        }
    }

    #[test]
    fn a_tld_is_shown_as_its_readers_write_it() {
        assert_eq!(label("xn--r8jz45g").shown, ".例え");
        assert_eq!(label("xn--r8jz45g").ascii_shown, ".xn--r8jz45g");
        assert_eq!(label("acme").shown, ".acme");
    }
}
