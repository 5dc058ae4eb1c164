//! Which address is what: RRI (section 1.3 of the reference) and MoSAPI (2.1, 2.4).

use http::Method;
use matchit::{Params, Router};
use nsp_proto::{
    reporting::v1::{ReportKind, get_reporting_status_request::Subject},
    tlsauth::v1::TlsRole,
};

use crate::{config::Contract, policy::roles::Roles};

/// Which of the two systems an address belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interface {
    Rri,
    Mosapi,
}

impl Interface {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Rri => "rri",
            Self::Mosapi => "mosapi",
        }
    }
}

/// What is at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endpoint {
    Submit(ReportKind),
    Received(ReportKind),
    Status(Subject),
    Conformance,
    Windows(Interface),
    Window(Interface),
    ProbeNodes(Interface),
    Login,
    Logout,
    Monitoring,
    Metrica,
    Daar,
    RdapUrls,
}

/// Who may use an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// With a certificate: any of these roles.
    pub roles: Roles,
    /// With a password: the registry operator's user.
    pub registry: bool,
    /// With a password: the escrow agent's user.
    pub agent: bool,
}

/// Whom an address is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entity {
    /// An A-label in lower case.
    Tld(String),
    /// A registrar's IANA id.
    Registrar(u32),
}

/// An address, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub endpoint: Endpoint,
    pub entity: Option<Entity>,
    /// The beginning of the address that a session is good for.
    pub scope: String,
    /// 1 or 2, of MoSAPI's documents.
    pub version: i32,
    /// The id, date or month at the end.
    pub id: String,
    /// What follows the area, of MoSAPI's documents.
    pub path: String,
}

/// Why a request leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Nowhere {
    NotFound,
    /// There is something, but not for this method; these it has.
    MethodNotAllowed(&'static str),
}

/// All addresses.
pub struct Routes(Router<Endpoint>);

const ESCROW: ReportKind = ReportKind::RegistryEscrowReport;
const NOTIFICATION: ReportKind = ReportKind::EscrowAgentNotification;
const TRANSACTIONS: ReportKind = ReportKind::RegistrarTransactions;
const ACTIVITY: ReportKind = ReportKind::RegistryFunctionsActivity;

/// Addresses that the reference vouches for. The others are settings.
const ROUTES: [(&str, Endpoint); 11] = [
    (
        "/report/registry-escrow-report/{tld}/{id}",
        Endpoint::Submit(ESCROW),
    ),
    (
        "/report/escrow-agent-notification/{tld}",
        Endpoint::Submit(NOTIFICATION),
    ),
    (
        "/report/registrar-transactions/{tld}/{id}",
        Endpoint::Submit(TRANSACTIONS),
    ),
    (
        "/report/registry-functions-activity/{tld}/{id}",
        Endpoint::Submit(ACTIVITY),
    ),
    (
        "/info/report/registry-escrow-report/{tld}/{id}",
        Endpoint::Received(ESCROW),
    ),
    (
        "/info/report/escrow-agent-notification/{tld}/{id}",
        Endpoint::Received(NOTIFICATION),
    ),
    (
        "/info/report/registrar-transactions/{tld}/{id}",
        Endpoint::Received(TRANSACTIONS),
    ),
    (
        "/info/report/registry-functions-activity/{tld}/{id}",
        Endpoint::Received(ACTIVITY),
    ),
    (
        "/info/status/registry/{tld}",
        Endpoint::Status(Subject::Registry),
    ),
    (
        "/info/status/escrow-agent-notification/{tld}",
        Endpoint::Status(Subject::EscrowAgentNotification),
    ),
    ("/info/status/conformance-version", Endpoint::Conformance),
];

/// Below `/ry/{tld}`, `/rr/{registrar}` and the old `/mosapi/v1/{tld}`.
const SESSION: [(&str, Endpoint); 2] = [("/login", Endpoint::Login), ("/logout", Endpoint::Logout)];

/// Below those and a version.
const DOCUMENTS: [(&str, Endpoint); 4] = [
    ("/monitoring/{*path}", Endpoint::Monitoring),
    ("/metrica/{*path}", Endpoint::Metrica),
    ("/daar/{*path}", Endpoint::Daar),
    ("/registrarRdapBaseUrl/list", Endpoint::RdapUrls),
];

impl Endpoint {
    pub const fn interface(self) -> Interface {
        match self {
            Self::Submit(_) | Self::Received(_) | Self::Status(_) | Self::Conformance => {
                Interface::Rri
            }
            Self::Windows(interface) | Self::Window(interface) | Self::ProbeNodes(interface) => {
                interface
            }
            Self::Login
            | Self::Logout
            | Self::Monitoring
            | Self::Metrica
            | Self::Daar
            | Self::RdapUrls => Interface::Mosapi,
        }
    }

    /// For counters and the log.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Submit(ESCROW) => "submit_escrow_report",
            Self::Submit(NOTIFICATION) => "submit_notification",
            Self::Submit(TRANSACTIONS) => "submit_transactions",
            Self::Submit(_) => "submit_activity",
            Self::Received(ESCROW) => "escrow_report",
            Self::Received(NOTIFICATION) => "notification",
            Self::Received(TRANSACTIONS) => "transactions",
            Self::Received(_) => "activity",
            Self::Status(Subject::EscrowAgentNotification) => "agent_status",
            Self::Status(_) => "registry_status",
            Self::Conformance => "conformance",
            Self::Windows(_) => "windows",
            Self::Window(_) => "window",
            Self::ProbeNodes(_) => "probe_nodes",
            Self::Login => "login",
            Self::Logout => "logout",
            Self::Monitoring => "monitoring",
            Self::Metrica => "metrica",
            Self::Daar => "daar",
            Self::RdapUrls => "rdap_urls",
        }
    }

    /// The methods that it has, as `Allow` lists them.
    const fn methods(self) -> &'static str {
        match self {
            Self::Submit(NOTIFICATION) => "POST",
            Self::Submit(_) => "PUT",
            Self::Received(TRANSACTIONS | ACTIVITY) => "HEAD",
            Self::Window(_) => "GET, HEAD, PUT, DELETE",
            Self::Login | Self::Logout => "GET, HEAD, POST",
            _ => "GET, HEAD",
        }
    }

    pub const fn need(self, contract: &Contract) -> Need {
        let agent_status = contract.registry_reads_agent_status;
        let roles = match self {
            Self::Submit(NOTIFICATION) | Self::Login | Self::Logout => Roles::NONE,
            Self::Submit(ESCROW) | Self::Received(ESCROW | NOTIFICATION) => {
                Roles::of(&[TlsRole::DataEscrow])
            }
            Self::Submit(_) | Self::Received(_) => Roles::of(&[TlsRole::MonthlyReporting]),
            Self::Status(Subject::EscrowAgentNotification) if !agent_status => Roles::NONE,
            Self::Status(Subject::EscrowAgentNotification) => Roles::of(&[TlsRole::DataEscrow]),
            Self::Status(_) => Roles::of(&[TlsRole::MonthlyReporting, TlsRole::DataEscrow]),
            Self::Conformance => Roles::ALL,
            Self::Windows(_) | Self::Window(_) => Roles::of(&[TlsRole::MaintenanceWindow]),
            Self::ProbeNodes(_) => Roles::of(&[TlsRole::ProbeNodeList]),
            Self::Monitoring => Roles::of(&[TlsRole::SlamData]),
            Self::Metrica | Self::Daar => Roles::of(&[TlsRole::DaarData]),
            Self::RdapUrls => Roles::of(&[TlsRole::RdapUrlList]),
        };
        Need {
            roles,
            registry: match self {
                Self::Submit(NOTIFICATION) => false,
                Self::Status(Subject::EscrowAgentNotification) => agent_status,
                _ => true,
            },
            agent: matches!(
                self,
                Self::Submit(NOTIFICATION)
                    | Self::Received(NOTIFICATION)
                    | Self::Status(Subject::EscrowAgentNotification)
                    | Self::Conformance
            ),
        }
    }
}

impl Routes {
    /// Fails when the settings' addresses contradict each other or the others.
    pub fn new(contract: &Contract) -> Result<Self, matchit::InsertError> {
        let mut routes = Router::new();
        for (path, endpoint) in ROUTES {
            routes.insert(path, endpoint)?;
        }
        for entity in ["/ry/{tld}", "/rr/{registrar}"] {
            for (path, endpoint) in SESSION {
                routes.insert(format!("{entity}{path}"), endpoint)?;
            }
            for (path, endpoint) in DOCUMENTS {
                routes.insert(format!("{entity}/{{version}}{path}"), endpoint)?;
            }
        }
        for (path, endpoint) in SESSION.into_iter().chain(DOCUMENTS) {
            routes.insert(format!("/mosapi/v1/{{tld}}{path}"), endpoint)?;
        }
        routes.insert(&contract.rri_windows, Endpoint::Windows(Interface::Rri))?;
        routes.insert(&contract.rri_window, Endpoint::Window(Interface::Rri))?;
        routes.insert(
            &contract.rri_probe_nodes,
            Endpoint::ProbeNodes(Interface::Rri),
        )?;
        routes.insert(
            &contract.mosapi_windows,
            Endpoint::Windows(Interface::Mosapi),
        )?;
        routes.insert(&contract.mosapi_window, Endpoint::Window(Interface::Mosapi))?;
        routes.insert(
            &contract.mosapi_probe_nodes,
            Endpoint::ProbeNodes(Interface::Mosapi),
        )?;
        Ok(Self(routes))
    }

    pub fn find(&self, method: &Method, path: &str) -> Result<Place, Nowhere> {
        let found = self.0.at(path).map_err(|_| Nowhere::NotFound)?;
        let place = place(*found.value, &found.params, path).ok_or(Nowhere::NotFound)?;
        let methods = place.endpoint.methods();
        if !methods
            .split(", ")
            .any(|allowed| allowed == method.as_str())
        {
            return Err(Nowhere::MethodNotAllowed(methods));
        }
        Ok(place)
    }
}

/// Digits and nothing else: `parse` alone would take a sign as well.
fn registrar_id(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn place(endpoint: Endpoint, params: &Params<'_, '_>, path: &str) -> Option<Place> {
    let part = |name| decode(params.get(name).unwrap_or_default());
    let tld = params.get("tld").map(|_| part("tld"));
    let registrar = params.get("registrar").map(|_| part("registrar"));
    let entity = match (tld, registrar) {
        (Some(tld), _) => Some(Entity::Tld(label(&tld?)?)),
        (None, Some(id)) => Some(Entity::Registrar(registrar_id(&id?)?)),
        (None, None) => None,
    };
    let version = match params.get("version") {
        None | Some("v1") => 1,
        Some("v2") => 2,
        Some(_) => return None,
    };
    let segments = if path.starts_with("/mosapi/") { 3 } else { 2 };
    let end = path.match_indices('/').nth(segments).map(|(at, _)| at);
    Some(Place {
        endpoint,
        entity,
        scope: path[..end.unwrap_or(path.len())].to_owned(),
        version,
        id: part("id")?,
        path: part("path")?,
    })
}

/// An A-label in lower case, if it can be one.
fn label(text: &str) -> Option<String> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let is_label = (1..=63).contains(&text.len()) && text.bytes().all(fits);
    is_label.then(|| text.to_ascii_lowercase())
}

/// Percent-decoding. What is not UTF-8 then is nobody's address.
fn decode(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        let (high, low) = (digit()?, digit()?);
        bytes.push(u8::try_from(16 * high + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::test::contract;

    fn find(method: &str, path: &str) -> Result<Place, Nowhere> {
        let routes = Routes::new(&contract()).unwrap();
        routes.find(&method.parse().unwrap(), path)
    }

    #[test]
    #[expect(clippy::too_many_lines, reason = "a table")]
    fn every_address_of_the_reference_leads_somewhere() {
        for (methods, path, word) in [
            (
                "PUT",
                "/report/registry-escrow-report/example/2026-1",
                "submit_escrow_report",
            ),
            (
                "POST",
                "/report/escrow-agent-notification/example",
                "submit_notification",
            ),
            (
                "PUT",
                "/report/registrar-transactions/example/2026-10",
                "submit_transactions",
            ),
            (
                "PUT",
                "/report/registry-functions-activity/example/2026-10",
                "submit_activity",
            ),
            (
                "HEAD GET",
                "/info/report/registry-escrow-report/example/2026-10-01",
                "escrow_report",
            ),
            (
                "HEAD GET",
                "/info/report/escrow-agent-notification/example/2026-10-01",
                "notification",
            ),
            (
                "HEAD",
                "/info/report/registrar-transactions/example/2026-10",
                "transactions",
            ),
            (
                "HEAD",
                "/info/report/registry-functions-activity/example/2026-10",
                "activity",
            ),
            (
                "HEAD GET",
                "/info/status/registry/example",
                "registry_status",
            ),
            (
                "HEAD GET",
                "/info/status/escrow-agent-notification/example",
                "agent_status",
            ),
            (
                "HEAD GET",
                "/info/status/conformance-version",
                "conformance",
            ),
            ("HEAD GET", "/maintenance-window/example", "windows"),
            (
                "HEAD GET PUT DELETE",
                "/maintenance-window/example/a.b",
                "window",
            ),
            ("HEAD GET", "/info/probe-nodes", "probe_nodes"),
            ("HEAD GET POST", "/ry/example/login", "login"),
            ("HEAD GET POST", "/rr/9999/logout", "logout"),
            ("HEAD GET POST", "/mosapi/v1/example/login", "login"),
            ("HEAD GET", "/ry/example/v2/monitoring/state", "monitoring"),
            (
                "HEAD GET",
                "/rr/9999/v2/monitoring/rdap/downtime",
                "monitoring",
            ),
            (
                "HEAD GET",
                "/mosapi/v1/example/monitoring/dns/alarmed",
                "monitoring",
            ),
            (
                "HEAD GET",
                "/ry/example/v2/metrica/domainList/latest",
                "metrica",
            ),
            ("HEAD GET", "/ry/example/v1/daar/reports", "daar"),
            (
                "HEAD GET",
                "/mosapi/v1/example/registrarRdapBaseUrl/list",
                "rdap_urls",
            ),
            ("HEAD GET", "/ry/example/v2/maintenance-window", "windows"),
            (
                "HEAD GET PUT DELETE",
                "/ry/example/v2/maintenance-window/a",
                "window",
            ),
            ("HEAD GET", "/ry/example/v2/probeNodes", "probe_nodes"),
        ] {
            for method in ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH"] {
                let found = find(method, path);
                if methods.split(' ').any(|allowed| allowed == method) {
                    assert_eq!(found.unwrap().endpoint.word(), word, "{method} {path}");
                } else {
                    assert!(
                        matches!(found, Err(Nowhere::MethodNotAllowed(_))),
                        "{method} {path}"
                    );
                }
            }
        }
    }

    #[test]
    fn what_is_not_in_the_reference_leads_nowhere() {
        for path in [
            "/",
            "/info/report/registry-escrow-report/example",
            "/info/report/other/example/2026-10",
            "/ry/example/v3/monitoring/state",
            "/ry/b%C3%BCcher/v2/monitoring/state",
            "/rr/example/v2/monitoring/state",
            "/ry/example/v2/monitoring/%ff",
            "/ry/example/v2/monitoring/%2",
            "/report/registrar-transactions/example/2026-10/more",
        ] {
            assert_eq!(find("GET", path), Err(Nowhere::NotFound), "{path}");
        }
    }

    #[test]
    fn an_address_is_taken_apart() {
        let place = find(
            "GET",
            "/ry/EXAMPLE/v2/monitoring/dns/measurements/2026%2f10",
        )
        .unwrap();
        assert_eq!(place.entity, Some(Entity::Tld("example".to_owned())));
        assert_eq!(
            (place.version, place.path.as_str()),
            (2, "dns/measurements/2026/10")
        );
        assert_eq!(place.scope, "/ry/EXAMPLE");
        assert_eq!(
            find("GET", "/mosapi/v1/example/login").unwrap().scope,
            "/mosapi/v1/example"
        );
        let registrar = find("GET", "/rr/292/v1/monitoring/state").unwrap();
        assert_eq!(registrar.entity, Some(Entity::Registrar(292)));
        assert!(find("GET", "/rr/+5/v1/monitoring/state").is_err());
    }

    /// Anything, percent-encoded but for what need not be.
    fn encode(text: &str) -> String {
        let bytes = text.bytes().map(|byte| match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' => char::from(byte).to_string(),
            byte => format!("%{byte:02x}"),
        });
        bytes.collect()
    }

    /// What holds of every place, whoever asked for it.
    fn check(place: &Place, path: &str) -> Result<(), TestCaseError> {
        prop_assert!(path.starts_with(&place.scope) && !place.scope.contains(';'));
        prop_assert!([1, 2].contains(&place.version));
        if let Some(Entity::Tld(tld)) = &place.entity {
            let fits =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            prop_assert!(
                !tld.is_empty() && tld.len() <= 63 && tld.bytes().all(fits),
                "{}",
                tld
            );
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn no_path_is_too_strange(path in "/[a-z0-9%/{}*.-]{0,60}", any in any::<String>()) {
            for path in [path, any] {
                if let Ok(place) = find("GET", &path) {
                    check(&place, &path)?;
                }
            }
        }

        #[test]
        fn no_part_of_an_address_is_too_strange(
            which in 0_usize..6,
            parts in proptest::array::uniform2(prop_oneof!["[A-Za-z0-9%;.+-]{0,70}", any::<String>()]),
        ) {
            let [one, two] = parts;
            let path = match which {
                0 => format!("/info/report/registry-escrow-report/{one}/{two}"),
                1 => format!("/ry/{one}/v2/monitoring/{two}"),
                2 => format!("/rr/{one}/{two}/monitoring/state"),
                3 => format!("/mosapi/v1/{one}/metrica/{two}"),
                4 => format!("/maintenance-window/{one}/{two}"),
                _ => format!("/ry/{one}/login"),
            };
            if let Ok(place) = find("GET", &path) {
                check(&place, &path)?;
            }
        }

        #[test]
        fn an_encoded_id_is_decoded(label in "[a-z0-9-]{1,63}", id in ".{1,30}") {
            let path = format!("/maintenance-window/{}/{}", label.to_uppercase(), encode(&id));
            let place = find("PUT", &path).unwrap();
            prop_assert_eq!(&place.entity, &Some(Entity::Tld(label)));
            prop_assert_eq!(&place.id, &id);
            check(&place, &path)?;
        }
    }
}
