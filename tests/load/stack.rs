//! The stack that `cargo xtask bench` has started: where it is, and people of the demonstration data who are signed in.

use std::{collections::BTreeMap, env, fs, path::PathBuf};

use anyhow::Context;
use nsp_kit::{
    client::{self, Channel},
    clock::Clock,
    config,
    tls::Certificates,
};
use nsp_proto::identity::v1::{
    AuthenticateRequest, CompleteSignInRequest, StartSignInRequest,
    complete_sign_in_request::Factor, session_service_client::SessionServiceClient,
    sign_in_service_client::SignInServiceClient,
};
use nsp_test_client::totp;
use serde::Deserialize;

/// Where everything is.
pub struct Stack {
    /// `http://localhost:8080` of the portal.
    pub portal: String,
    pub nats: String,
    tls: PathBuf,
    pub people: People,
}

/// The file of `cargo xtask up`.
#[derive(Debug, Deserialize)]
pub struct People {
    pub password: String,
    /// By e-mail address, in base 32.
    pub totp: BTreeMap<String, String>,
}

/// The machine that the bench's DNS vouches for.
pub struct Machine {
    /// In the certificate.
    pub name: String,
    pub authority: PathBuf,
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// Someone who has signed in.
pub struct SignedIn {
    /// Of the session cookie.
    pub secret: String,
    /// Good for five minutes.
    pub token: String,
}

impl Stack {
    /// From the variables that `xtask/src/bench.rs` sets.
    pub fn from_environment() -> anyhow::Result<Self> {
        let get = |name: &str| env::var(name).with_context(|| format!("{name} is not set"));
        let secrets = fs::read_to_string(get("NSP_SECRETS")?)?;
        Ok(Self {
            portal: get("NSP_URL")?,
            nats: get("NSP_NATS")?,
            tls: get("NSP_TLS")?.into(),
            people: toml::from_str(&secrets)?,
        })
    }

    /// A new connection to a service, with the gateway's certificate.
    pub fn connect(&self, service: &'static str) -> anyhow::Result<Channel> {
        let certificates = Certificates::load(&config::Tls {
            ca: self.tls.join("ca.pem"),
            certificate: self.tls.join("gateway.pem"),
            key: self.tls.join("gateway.key"),
        })?;
        let name = format!("NSP_{}", service.to_uppercase());
        let url = env::var(&name).with_context(|| format!("{name} is not set"))?;
        client::connect(service, &url, &certificates)
    }

    pub fn machine(&self) -> anyhow::Result<Machine> {
        let name = env::var("NSP_MACHINE").context("NSP_MACHINE is not set")?;
        Ok(Machine {
            authority: self.tls.join("ca.pem"),
            certificate: self.tls.join(format!("{name}.pem")),
            key: self.tls.join(format!("{name}.key")),
            name,
        })
    }

    /// Signs in the person whose address begins with `name`, with the current code: once in thirty seconds.
    pub async fn sign_in(&self, name: &str) -> anyhow::Result<SignedIn> {
        let mut people = self.people.totp.iter();
        let found = people.find(|(email, _)| email.split('@').next() == Some(name));
        let (email, seed) = found.with_context(|| format!("there is no {name}"))?;
        let identity = self.connect("identity")?;
        let secret = sign_in(&identity, email, &self.people.password, seed).await?;
        let request = AuthenticateRequest {
            secret: secret.clone(),
        };
        let mut sessions = SessionServiceClient::new(identity);
        let token = sessions.authenticate(request).await?.into_inner().token;
        Ok(SignedIn { secret, token })
    }
}

/// Password and code; gives the secret of the session.
pub async fn sign_in(
    identity: &Channel,
    email: &str,
    password: &str,
    seed: &str,
) -> anyhow::Result<String> {
    let mut client = SignInServiceClient::new(identity.clone());
    let start = StartSignInRequest {
        email: email.to_owned(),
        password: password.to_owned(),
        client: None,
    };
    let attempt = client.start_sign_in(start).await?.into_inner();
    let complete = CompleteSignInRequest {
        secret: attempt.secret,
        factor: Some(Factor::TotpCode(totp::code(seed, Clock::system().now())?)),
        client: None,
    };
    let answer = client.complete_sign_in(complete).await?;
    Ok(answer.into_inner().secret)
}
