//! The settings each service gets: the one place that knows their names.

use crate::services::{Plan, SERVICES, Service};
use nsp_testbed::Access;
use nsp_testbed::ca::Files;
use std::net::SocketAddr;
use std::path::PathBuf;

/// What was started or made for a service.
pub struct Surroundings<'a> {
    pub nats: &'a str,
    /// A DNS that vouches for the demonstration's machines, and what its answers are validated from.
    pub dns: SocketAddr,
    pub trust_anchor: PathBuf,
    pub tls: Files,
    pub database: Option<Access>,
    /// 32 bytes in base 64, for a service that seals secrets.
    pub key: Option<String>,
}

/// Whom a service calls. The rest it learns from events.
fn calls(service: &str) -> &'static [&'static str] {
    match service {
        "identity" => &["accounts"],
        "gateway" => &[
            "identity",
            "accounts",
            "cases",
            "maintenance",
            "reporting",
            "mail",
            "tlsauth",
        ],
        "access" => &["accounts", "maintenance", "reporting"],
        _ => &["identity"],
    }
}

/// `NSP_*` variables of a service.
pub fn of(plan: &Plan, service: &Service, around: &Surroundings<'_>) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut set = |name: &str, value: String| all.push((format!("NSP_{name}"), value));

    set("BASE__LISTEN", format!("127.0.0.1:{}", plan.port(service)));
    set("BASE__ADMIN", format!("127.0.0.1:{}", plan.admin(service)));
    set("NATS__URL", around.nats.to_owned());
    set("TLS__CA", around.tls.authority.display().to_string());
    set(
        "TLS__CERTIFICATE",
        around.tls.certificate.display().to_string(),
    );
    set("TLS__KEY", around.tls.key.display().to_string());
    if let Some(database) = &around.database {
        set("DATABASE__URL", database.service.to_string());
        set("DATABASE__OWNER_URL", database.owner.to_string());
    }
    for called in calls(service.name) {
        if let Some(other) = SERVICES.iter().find(|other| other.name == *called) {
            let url = format!("https://127.0.0.1:{}", plan.port(other));
            set(&format!("CLIENTS__{}", called.to_uppercase()), url);
        }
    }
    if let Some(key) = &around.key {
        set("KEYS__CURRENT", key.clone());
    }
    if matches!(service.name, "mail" | "gateway") {
        set("PORTAL__URL", plan.url());
        set("DEVELOPMENT__ENABLED", "true".to_owned());
    }
    if service.name == "gateway" {
        // Whatever runs here may stand in front of it: a proxy with TLS, or a browser test that is many people.
        set("PORTAL__TRUSTED_PROXIES", "[\"127.0.0.1\"]".to_owned());
    }
    if service.name == "identity" {
        // Passkeys are good where the browser is, port included.
        set("WEBAUTHN__ORIGIN", plan.url());
    }
    if service.name == "reporting" {
        let folder = plan.home.join("objects").join(service.name);
        set("OBJECTS__FOLDER", folder.display().to_string());
    }
    if matches!(service.name, "access" | "tlsauth") {
        set("DANE__RESOLVERS", format!("[{:?}]", around.dns.to_string()));
        set(
            "DANE__TRUST_ANCHOR",
            around.trust_anchor.display().to_string(),
        );
    }
    if service.name == "access" {
        // Machines see the same certificate as services do; it is good for localhost too.
        let files = &around.tls;
        set(
            "SERVER__CERTIFICATE",
            files.certificate.display().to_string(),
        );
        set("SERVER__KEY", files.key.display().to_string());
        if let Some(dns) = &plan.dns {
            set("DANE__RESOLVERS", format!("[\"{}\"]", dns.address));
            set("DANE__TRUST_ANCHOR", dns.trust_anchor.display().to_string());
        }
    }
    if service.name == "mail" {
        // It sends to its own mailbox, over the loopback interface and hence without TLS.
        set("SMTP__URL", format!("smtp://127.0.0.1:{}", plan.smtp()));
        set("SMTP__ALLOW_PLAINTEXT", "true".to_owned());
        set(
            "DEVELOPMENT__SMTP_LISTEN",
            format!("127.0.0.1:{}", plan.smtp()),
        );
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::Profile;

    fn names(service: &Service) -> Vec<String> {
        let plan = Plan::development(0, Profile::Debug);
        let tls = Files {
            authority: "ca".into(),
            certificate: "c".into(),
            key: "k".into(),
        };
        let url: nsp_testbed::PgUrl = "postgres://a:b@127.0.0.1:1/c".parse().unwrap();
        let database = Access {
            owner: url.clone(),
            service: url,
        };
        let database = service.database.then_some(database);
        let around = Surroundings {
            nats: "nats://127.0.0.1:1",
            dns: ([127, 0, 0, 1], 1).into(),
            trust_anchor: "anchor".into(),
            tls,
            database,
            key: service.seals.then(|| "k".to_owned()),
        };
        of(&plan, service, &around)
            .into_iter()
            .map(|(name, _)| name)
            .collect()
    }

    #[test]
    fn only_who_has_a_database_is_told_about_one() {
        for service in &SERVICES {
            let told = names(service).contains(&"NSP_DATABASE__URL".to_owned());
            assert_eq!(told, service.database, "{}", service.name);
        }
    }

    #[test]
    fn who_asks_the_dns_is_told_whom_to_ask_and_to_believe() {
        for service in &SERVICES {
            let names = names(service);
            let asks = matches!(service.name, "access" | "tlsauth");
            for name in ["NSP_DANE__RESOLVERS", "NSP_DANE__TRUST_ANCHOR"] {
                assert_eq!(names.contains(&name.to_owned()), asks, "{}", service.name);
            }
        }
    }

    #[test]
    fn only_who_seals_secrets_holds_a_key() {
        for service in &SERVICES {
            let told = names(service).contains(&"NSP_KEYS__CURRENT".to_owned());
            let seals = matches!(service.name, "identity" | "accounts");
            assert_eq!(told, seals, "{}", service.name);
        }
    }
}
