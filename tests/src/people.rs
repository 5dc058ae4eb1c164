//! The people of the demonstration data, and how they sign in.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    sync::Mutex,
};

use crate::world::{World, demo};
use anyhow::{Context, anyhow};
use data_encoding::BASE32_NOPAD;
use jiff::SignedDuration;
use nsp_kit::client::Channel;
use nsp_proto::identity::v1::{
    AuthenticateRequest, AuthenticateResponse, CompleteSignInRequest, StartSignInRequest,
    complete_sign_in_request::Factor, session_service_client::SessionServiceClient,
    sign_in_service_client::SignInServiceClient,
};
use nsp_test_client::totp;
use nsp_testbed::secret;
use serde::Deserialize;

/// What the people sign in with.
pub(crate) struct Secrets {
    pub file: PathBuf,
    pub password: String,
    totp: BTreeMap<String, String>,
    used: Mutex<Vec<String>>,
}

/// Someone who has signed in.
pub struct SignedIn {
    /// The secret of the session cookie.
    pub secret: String,
    /// What identity says of the session, with the token.
    pub session: AuthenticateResponse,
}

#[derive(Deserialize)]
struct Users {
    user: Vec<User>,
}

#[derive(Deserialize)]
struct User {
    email: String,
}

impl Secrets {
    /// New ones for everybody in `users.toml`, in a file as `cargo xtask up` writes it.
    pub fn make(folder: &Path) -> anyhow::Result<Self> {
        let users: Users = toml::from_str(&fs::read_to_string(demo().join("users.toml"))?)?;
        let password = secret::password()?;
        let mut totp = BTreeMap::new();
        for user in users.user {
            totp.insert(user.email, BASE32_NOPAD.encode(&secret::random::<20>()?));
        }
        let file = folder.join("demo-secrets.toml");
        let mut text = format!("password = {password:?}\n\n[totp]\n");
        for (email, secret) in &totp {
            writeln!(text, "{email:?} = {secret:?}")?;
        }
        fs::write(&file, text)?;
        Ok(Self {
            file,
            password,
            totp,
            used: Mutex::default(),
        })
    }
}

impl World {
    /// The password that all people of the demonstration data have.
    pub fn password(&self) -> &str {
        &self.secrets.password
    }

    /// The e-mail address with this part before the @.
    pub fn email(&self, user: &str) -> anyhow::Result<String> {
        let found = self
            .secrets
            .totp
            .keys()
            .find(|email| email.split('@').next() == Some(user));
        found
            .cloned()
            .with_context(|| format!("there is no {user} in the demonstration data"))
    }

    /// The code that the user's authenticator app shows. Moves the clock on if it showed this user's last code
    /// already: a code works once.
    pub fn code(&self, email: &str) -> anyhow::Result<String> {
        let mut used = self
            .secrets
            .used
            .lock()
            .map_err(|_| anyhow!("a test panicked"))?;
        if used.iter().any(|user| user == email) {
            self.clock.advance(SignedDuration::from_secs(60));
            used.clear();
        }
        used.push(email.to_owned());
        let secret = self.secrets.totp.get(email).context("no such user")?;
        totp::code(secret, self.clock.now())
    }

    /// Signs `user` in by password and TOTP, as the gateway does.
    pub async fn sign_in(&self, user: &str) -> anyhow::Result<SignedIn> {
        let gateway = self.bed.channel("identity", &self.identity, "gateway")?;
        let email = self.email(user)?;
        let mut client = SignInServiceClient::new(gateway.clone());
        let start = StartSignInRequest {
            email: email.clone(),
            password: self.password().to_owned(),
            client: None,
        };
        let attempt = client.start_sign_in(start).await?.into_inner();
        let factor = Some(Factor::TotpCode(self.code(&email)?));
        let complete = CompleteSignInRequest {
            secret: attempt.secret,
            factor,
            client: None,
        };
        let secret = client.complete_sign_in(complete).await?.into_inner().secret;
        let session = self.authenticate(&secret).await?;
        Ok(SignedIn { secret, session })
    }

    /// What identity says of a session now, with a new token.
    pub async fn authenticate(&self, secret: &str) -> anyhow::Result<AuthenticateResponse> {
        let gateway = self.bed.channel("identity", &self.identity, "gateway")?;
        let request = AuthenticateRequest {
            secret: secret.to_owned(),
        };
        let answer = SessionServiceClient::new(gateway)
            .authenticate(request)
            .await?;
        Ok(answer.into_inner())
    }

    /// A connection to a service for a signed-in person.
    pub fn acting(&self, service: &'static str, token: &str) -> anyhow::Result<Channel> {
        Ok(self.as_gateway(service)?.acting(token))
    }

    /// A connection to a service with the gateway's certificate and no person.
    pub fn as_gateway(&self, service: &'static str) -> anyhow::Result<Channel> {
        self.as_service(service, "gateway")
    }

    /// A connection to a service with the certificate of `caller` and no person.
    pub fn as_service(&self, service: &'static str, caller: &str) -> anyhow::Result<Channel> {
        let address = match service {
            "identity" => &self.identity,
            "accounts" => &self.accounts,
            "cases" => &self.cases,
            "maintenance" => &self.maintenance,
            "reporting" => &self.reporting,
            "tlsauth" => &self.tlsauth,
            _ => &self.mail,
        };
        self.bed.channel(service, address, caller)
    }
}
