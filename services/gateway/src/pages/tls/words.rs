//! The words for TLS client authentication: roles as ICANN's letter has them, verdicts, states, scopes.

use nsp_proto::tlsauth::v1::{
    GrantScope, TlsRole, grant, tls_check::Verdict, tls_finding::Severity, upload, upload_consent,
};

/// What a machine may do: as forms send it, and as the letter to registries words it.
#[derive(Debug)]
pub struct RoleName {
    pub id: &'static str,
    pub name: &'static str,
    pub does: &'static str,
    pub role: TlsRole,
}

const fn role(id: &'static str, role: TlsRole, name: &'static str, does: &'static str) -> RoleName {
    RoleName {
        id,
        name,
        does,
        role,
    }
}

/// The seven roles, in the order of the letter. The ids are those of the upload's CSV.
pub static ROLES: [RoleName; 7] = [
    role(
        "monthly-reporting",
        TlsRole::MonthlyReporting,
        "RRI – TLD Monthly Reporting",
        "Submit registry monthly reports",
    ),
    role(
        "data-escrow",
        TlsRole::DataEscrow,
        "RRI – TLD Data Escrow Daily Reporting",
        "Submit registry escrow daily reports",
    ),
    role(
        "slam-data",
        TlsRole::SlamData,
        "MoSAPI – TLD SLAM Data",
        "Access monitoring data captured by the SLA Monitoring (SLAM) system",
    ),
    role(
        "daar-data",
        TlsRole::DaarData,
        "MoSAPI – TLD DAAR Data",
        "Access Domain Abuse Activity Reporting (DAAR) data for the TLD",
    ),
    role(
        "rdap-url-list",
        TlsRole::RdapUrlList,
        "MoSAPI – Registrars Base RDAP URL List",
        "Access the base RDAP URL data of all registrars",
    ),
    role(
        "maintenance-window",
        TlsRole::MaintenanceWindow,
        "MoSAPI/RRI – TLD Maintenance Window",
        "Schedule TLD maintenance windows",
    ),
    role(
        "probe-node-list",
        TlsRole::ProbeNodeList,
        "MoSAPI/RRI – SLAM Probe Node List",
        "Access the SLA Monitoring (SLAM) system probe node information",
    ),
];

/// The roles of a message, by their names, in the order of the letter.
pub fn roles(roles: impl Iterator<Item = TlsRole>) -> Vec<&'static RoleName> {
    let wanted: Vec<TlsRole> = roles.collect();
    let known = ROLES.iter().filter(|name| wanted.contains(&name.role));
    known.collect()
}

/// What an RSP may do for a TLD.
#[derive(Debug)]
pub struct ScopeName {
    pub id: &'static str,
    pub name: &'static str,
    pub does: &'static str,
    pub scope: GrantScope,
}

pub static SCOPES: [ScopeName; 3] = [
    ScopeName {
        id: "tls",
        name: "TLS client authentication",
        does: "See its entries, and add, change and delete entries of their own",
        scope: GrantScope::TlsData,
    },
    ScopeName {
        id: "windows",
        name: "Maintenance windows",
        does: "See and schedule its maintenance windows",
        scope: GrantScope::Windows,
    },
    ScopeName {
        id: "reports",
        name: "Report status",
        does: "See which reports were received and which are late",
        scope: GrantScope::Reports,
    },
];

/// `TLS client authentication, Report status`
pub fn scopes(scopes: impl Iterator<Item = GrantScope>) -> String {
    let wanted: Vec<GrantScope> = scopes.collect();
    let known = SCOPES.iter().filter(|name| wanted.contains(&name.scope));
    let names: Vec<&str> = known.map(|name| name.name).collect();
    names.join(", ")
}

/// How a check came out: the class of its mark, its icon, and its word.
pub fn verdict(verdict: Verdict) -> (&'static str, &'static str, &'static str) {
    match verdict {
        Verdict::Works => ("done", "circle-check", "Works"),
        Verdict::Warning => ("you", "triangle-alert", "Works, needs attention"),
        Verdict::Broken => ("bad", "circle-alert", "Refused"),
        Verdict::Unknown => ("", "circle-question-mark", "Could not be checked"),
        Verdict::Unspecified => ("", "circle-dashed", "Not checked yet"),
    }
}

/// How bad a finding is: the class of its line, and its icon.
pub fn severity(severity: Severity) -> (&'static str, &'static str) {
    match severity {
        Severity::Good | Severity::Unspecified => ("fine", "circle-check"),
        Severity::Warning => ("warned", "triangle-alert"),
        Severity::Problem => ("problem", "circle-alert"),
    }
}

/// Where a grant stands: the class of its mark, its icon, and its word.
pub fn grant(state: grant::State) -> (&'static str, &'static str, &'static str) {
    use grant::State;
    match state {
        State::Active | State::Unspecified => ("done", "circle-check", "Active"),
        State::Expired => ("off", "clock", "Expired"),
        State::Revoked => ("off", "ban", "Revoked"),
        State::TldMoved => ("off", "log-out", "The TLD moved"),
    }
}

/// Where an upload stands, likewise.
pub fn upload(state: upload::State) -> (&'static str, &'static str, &'static str) {
    use upload::State;
    match state {
        State::Waiting | State::Unspecified => ("", "hourglass", "Registries decide"),
        State::Done => ("done", "circle-check", "Done"),
        State::Withdrawn => ("off", "ban", "Withdrawn"),
    }
}

/// Where a registry's part of an upload stands, likewise; `ours` if the registry is the reader's.
pub fn consent(
    state: upload_consent::State,
    ours: bool,
) -> (&'static str, &'static str, &'static str) {
    use upload_consent::State;
    match state {
        State::Pending | State::Unspecified if ours => ("you", "flag", "Your turn"),
        State::Pending | State::Unspecified => ("", "hourglass", "Waiting for the registry"),
        State::Approved => ("done", "circle-check", "Approved and loaded"),
        State::Objected => ("off", "ban", "Objected: not loaded"),
        State::Lapsed => ("done", "circle-check", "Loaded when the time was over"),
        State::Withdrawn => ("off", "undo-2", "Withdrawn by the provider"),
    }
}

/// What became of a row of an upload; empty while nothing has.
pub fn outcome(outcome: &str) -> &'static str {
    match outcome {
        "LOADED" => "Loaded",
        "CLIENT_OVERLAP" => "Not loaded: the TLD has an entry with the same host name and role",
        "TOO_MANY_CLIENTS" => "Not loaded: the TLD has as many entries as it may have",
        "TLD_MOVED" => "Not loaded: the TLD went to another account",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_has_its_words() {
        for number in 1..=7 {
            let role = TlsRole::try_from(number).unwrap();
            let found = roles([role].into_iter());
            assert_eq!(found.len(), 1, "{role:?}");
            assert!(found[0].name.contains(" – "), "{}", found[0].name);
        }
        assert!(roles([TlsRole::Unspecified].into_iter()).is_empty());
    }

    #[test]
    fn scopes_are_named_in_one_order() {
        let both = [GrantScope::Reports, GrantScope::TlsData];
        assert_eq!(
            scopes(both.into_iter()),
            "TLS client authentication, Report status"
        );
    }
}
