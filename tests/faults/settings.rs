//! What each process is told.

use std::net::SocketAddr;

use nsp_testbed::ca::Files;

use crate::process;

/// What was started and made for a service.
pub struct Surroundings {
    pub label: &'static str,
    /// Its own and its admin port.
    pub ports: [u16; 2],
    pub nats: String,
    pub database: String,
    pub owner: String,
    pub files: Files,
    /// Where identity answers.
    pub identity: String,
    /// What secrets are sealed with.
    pub key: String,
    pub smtp: SocketAddr,
}

/// `NSP_*` variables.
pub fn settings(around: &Surroundings) -> Vec<(String, String)> {
    let [main, admin] = around.ports;
    // PostgreSQL shows the replica's label.
    let database = format!("{}?application_name={}", around.database, around.label);
    let mut settings = vec![
        ("BASE__LISTEN", format!("127.0.0.1:{main}")),
        ("BASE__ADMIN", format!("127.0.0.1:{admin}")),
        ("NATS__URL", around.nats.clone()),
        ("DATABASE__URL", database),
        ("DATABASE__OWNER_URL", around.owner.clone()),
        ("TLS__CA", around.files.authority.display().to_string()),
        (
            "TLS__CERTIFICATE",
            around.files.certificate.display().to_string(),
        ),
        ("TLS__KEY", around.files.key.display().to_string()),
    ];
    match process::name(around.label) {
        "identity" => settings.extend([
            ("KEYS__CURRENT", around.key.clone()),
            // These tests are not about hashing.
            ("PASSWORDS__MEMORY_KIB", "64".to_owned()),
            ("JOBS__PERIOD_SECONDS", "1".to_owned()),
        ]),
        "mail" => settings.extend([
            ("CLIENTS__IDENTITY", around.identity.clone()),
            ("SMTP__URL", format!("smtp://{}", around.smtp)),
            ("SMTP__ALLOW_PLAINTEXT", "true".to_owned()),
        ]),
        _ => settings.push(("CLIENTS__IDENTITY", around.identity.clone())),
    }
    let settings = settings.into_iter();
    settings
        .map(|(name, value)| (format!("NSP_{name}"), value))
        .collect()
}
