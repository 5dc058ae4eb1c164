//! Configuration: the service's embedded `config.toml`, then `/etc/nsp/<service>.toml`, then `NSP_*` variables.

use std::{net::SocketAddr, path::PathBuf};

use figment::{
    Figment,
    providers::{Env, Format, Toml},
};
use secrecy::SecretString;
use serde::{Deserialize, de::DeserializeOwned};

/// Where a service listens, and where its traces go.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Base {
    /// gRPC with mutual TLS; for the gateway, HTTP.
    pub listen: SocketAddr,
    /// `/livez`, `/readyz` and `/metrics`, plain HTTP.
    pub admin: SocketAddr,
    /// Where to send traces by OTLP/gRPC; none are sent when it is absent.
    pub otlp_endpoint: Option<String>,
}

/// The service's own PostgreSQL database.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// As the role `nsp_<service>`, which owns nothing.
    pub url: SecretString,
    /// As the role that owns the tables; only `migrate` and `demo` use it.
    pub owner_url: Option<SecretString>,
    pub max_connections: u32,
}

/// The NATS server, with JetStream.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nats {
    pub url: String,
}

/// Certificates for talking to the other services. Files are read again when they change.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The authority whose certificates are ours, PEM.
    pub ca: PathBuf,
    /// This service's certificate chain, PEM; its first DNS name is the service's name.
    pub certificate: PathBuf,
    /// The certificate's private key, PEM.
    pub key: PathBuf,
}

/// Reads the configuration of `service`. A wrong or missing setting is an error that names it and what it should be.
///
/// `NSP_DATABASE__URL=…` sets `database.url`.
pub fn load<C: DeserializeOwned>(service: &str, defaults: &str) -> Result<C, Box<figment::Error>> {
    figment(service, defaults).extract().map_err(Box::new)
}

/// As [`load`], with the part that the configurations of all services have.
pub(crate) fn load_with_base<C: DeserializeOwned>(
    service: &str,
    defaults: &str,
) -> Result<(C, Base), Box<figment::Error>> {
    let figment = figment(service, defaults);
    Ok((figment.extract()?, figment.extract_inner("base")?))
}

/// The configuration as it results from all sources, as JSON, with secrets masked.
pub fn print(service: &str, defaults: &str) -> Result<String, Box<figment::Error>> {
    let mut values: serde_json::Value = figment(service, defaults).extract().map_err(Box::new)?;
    mask(&mut values);
    Ok(serde_json::to_string_pretty(&values).unwrap_or_default())
}

fn figment(service: &str, defaults: &str) -> Figment {
    Figment::from(Toml::string(defaults))
        .merge(Toml::file(format!("/etc/nsp/{service}.toml")))
        .merge(
            Env::prefixed("NSP_")
                .filter(|key| key.as_str().contains("__"))
                .split("__"),
        )
}

/// Addresses may contain passwords, and keys are keys.
fn mask(value: &mut serde_json::Value) {
    let serde_json::Value::Object(fields) = value else {
        return;
    };
    for (name, value) in fields {
        let secret = ["key", "password", "secret", "current", "previous"]
            .iter()
            .any(|word| name.contains(word));
        let has_password = value.as_str().is_some_and(|text| text.contains('@'));
        let printable = value.is_string() || value.is_array();
        if printable && ((secret && name != "key") || has_password) {
            *value = "***".into();
        }
        mask(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_has_no_passwords() {
        let defaults = "[database]\nurl = 'postgres://nsp:hunter2@db/nsp'\nmax_connections = 8\n[keys]\ncurrent = 'abc'";
        let printed = print("test", defaults).unwrap();
        assert!(!printed.contains("hunter2"));
        assert!(!printed.contains("abc"));
        assert!(printed.contains('8'));
    }

    #[test]
    fn a_missing_setting_is_named() {
        let error = load::<Base>("test", "listen = '127.0.0.1:1'").unwrap_err();
        assert!(error.to_string().contains("admin"), "{error}");
    }
}
