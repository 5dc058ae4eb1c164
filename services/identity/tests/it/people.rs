//! People of the tests: who they are, how they sign in, and what they call.

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, Version, password_hash::phc::PasswordHash,
};
use data_encoding::BASE32_NOPAD;
use jiff::SignedDuration;
use nsp_kit::{
    client::Channel,
    clock::Clock,
    id::{AccountId, UserId},
};
use nsp_proto::identity::v1::{
    AuthenticateRequest, AuthenticateResponse, Client, CompleteEnrolmentRequest,
    CompleteEnrolmentResponse, CompleteSignInRequest, NewSession, SignInAttempt,
    StartEnrolmentRequest, StartSignInRequest, complete_sign_in_request::Factor as Shown,
    factor_service_client::FactorServiceClient, member_service_client::MemberServiceClient,
    session_service_client::SessionServiceClient, user_service_client::UserServiceClient,
};
use totp_rs::Builder;

use crate::harness::{World, cheap};

pub const PASSWORD: &str = "orbit mango lantern";

/// Somebody with a password.
pub struct User {
    pub id: UserId,
    pub email: String,
}

/// Somebody with a password and a factor.
pub struct Enrolled {
    pub user: User,
    /// Base 32.
    pub secret: String,
    pub recovery_codes: Vec<String>,
}

/// Somebody who is signed in.
pub struct SignedIn {
    /// The session's secret.
    pub secret: String,
    pub channel: Channel,
    pub answer: AuthenticateResponse,
}

impl World {
    pub async fn user(&self, name: &str) -> anyhow::Result<User> {
        self.insert_user(name, &[]).await
    }

    pub async fn staff(&self, name: &str) -> anyhow::Result<User> {
        self.insert_user(name, &["ROLE_STAFF_AGENT"]).await
    }

    pub async fn portal_administrator(&self, name: &str) -> anyhow::Result<User> {
        self.insert_user(name, &["ROLE_STAFF_ADMINISTRATOR"]).await
    }

    async fn insert_user(&self, name: &str, staff_roles: &[&str]) -> anyhow::Result<User> {
        let user = User {
            id: UserId::new(),
            email: format!("{}@acme.example", name.to_lowercase()),
        };
        sqlx::query(
            "insert into users (id, email, email_key, display_name, staff, staff_roles, time_zone, language, theme, create_time)
             values ($1, $2, $2, $3, $4, $5, 'Europe/Lisbon', 'en', 'system', '2026-01-01T00:00:00Z')",
        )
        .bind(user.id)
        .bind(&user.email)
        .bind(name)
        .bind(!staff_roles.is_empty())
        .bind(staff_roles)
        .execute(&self.owner)
        .await?;
        sqlx::query("insert into passwords (person, hash, change_time) values ($1, $2, '2026-01-01T00:00:00Z')")
            .bind(user.id)
            .bind(hash(PASSWORD))
            .execute(&self.owner)
            .await?;
        Ok(user)
    }

    /// Makes `user` a member of a new account called `name`.
    pub async fn member(
        &self,
        user: UserId,
        name: &str,
        roles: &[&str],
    ) -> anyhow::Result<AccountId> {
        let account = AccountId::new();
        sqlx::query(
            "insert into accounts (id, display_name, kind) values ($1, $2, 'KIND_REGISTRAR')",
        )
        .bind(account)
        .bind(name)
        .execute(&self.owner)
        .await?;
        sqlx::query("insert into memberships (id, person, account, roles) values ($1, $2, $1, $3)")
            .bind(account)
            .bind(user)
            .bind(roles)
            .execute(&self.owner)
            .await?;
        Ok(account)
    }

    pub async fn enter(&self, email: &str, password: &str) -> tonic::Result<SignInAttempt> {
        let request = StartSignInRequest {
            email: email.to_owned(),
            password: password.to_owned(),
            client: Some(client()),
        };
        Ok(self.sign_in().start_sign_in(request).await?.into_inner())
    }

    pub async fn complete(&self, secret: &str, shown: Shown) -> tonic::Result<NewSession> {
        let request = CompleteSignInRequest {
            secret: secret.to_owned(),
            factor: Some(shown),
            client: Some(client()),
        };
        Ok(self.sign_in().complete_sign_in(request).await?.into_inner())
    }

    /// A user who has enrolled a factor, and whose session of that has nothing to do with the test.
    pub async fn enrolled(&self, name: &str) -> anyhow::Result<Enrolled> {
        let user = self.user(name).await?;
        self.enrol(user).await
    }

    pub async fn enrol(&self, user: User) -> anyhow::Result<Enrolled> {
        let attempt = self.enter(&user.email, PASSWORD).await?;
        let totp = self
            .sign_in()
            .start_enrolment(StartEnrolmentRequest {
                secret: attempt.secret.clone(),
            })
            .await?
            .into_inner();
        let done = self.finish_enrolment(&attempt.secret, &totp.secret).await?;
        sqlx::query("delete from sessions where person = $1")
            .bind(user.id)
            .execute(&self.owner)
            .await?;
        Ok(Enrolled {
            user,
            secret: totp.secret,
            recovery_codes: done.recovery_codes.unwrap_or_default().codes,
        })
    }

    pub async fn finish_enrolment(
        &self,
        attempt: &str,
        secret: &str,
    ) -> tonic::Result<CompleteEnrolmentResponse> {
        let request = CompleteEnrolmentRequest {
            secret: attempt.to_owned(),
            totp_code: code(secret, &self.clock),
            display_name: "Phone".to_owned(),
            client: Some(client()),
        };
        Ok(self
            .sign_in()
            .complete_enrolment(request)
            .await?
            .into_inner())
    }

    /// Signs in with password and code, half a minute later: a code works once.
    pub async fn session(&self, who: &Enrolled) -> anyhow::Result<NewSession> {
        self.clock.advance(SignedDuration::from_secs(30));
        let attempt = self.enter(&who.user.email, PASSWORD).await?;
        let shown = Shown::TotpCode(code(&who.secret, &self.clock));
        Ok(self.complete(&attempt.secret, shown).await?)
    }

    pub async fn signed_in(&self, who: &Enrolled) -> anyhow::Result<SignedIn> {
        self.open(self.session(who).await?.secret).await
    }

    /// Acts by the session with this secret.
    pub async fn open(&self, secret: String) -> anyhow::Result<SignedIn> {
        let answer = self.authenticate(&secret).await?;
        Ok(SignedIn {
            channel: self.gateway.acting(&answer.token),
            secret,
            answer,
        })
    }

    /// The same session with a new token.
    pub async fn again(&self, who: &SignedIn) -> anyhow::Result<SignedIn> {
        self.open(who.secret.clone()).await
    }

    pub async fn authenticate(&self, secret: &str) -> tonic::Result<AuthenticateResponse> {
        let request = AuthenticateRequest {
            secret: secret.to_owned(),
        };
        let mut client = SessionServiceClient::new(self.gateway.clone());
        Ok(client.authenticate(request).await?.into_inner())
    }
}

impl SignedIn {
    pub fn sessions(&self) -> SessionServiceClient<Channel> {
        SessionServiceClient::new(self.channel.clone())
    }

    pub fn factors(&self) -> FactorServiceClient<Channel> {
        FactorServiceClient::new(self.channel.clone())
    }

    pub fn users(&self) -> UserServiceClient<Channel> {
        UserServiceClient::new(self.channel.clone())
    }

    pub fn members(&self) -> MemberServiceClient<Channel> {
        MemberServiceClient::new(self.channel.clone())
    }

    /// The name of the session.
    pub fn name(&self) -> String {
        self.answer.session.clone().unwrap_or_default().name
    }
}

pub fn client() -> Client {
    Client {
        user_agent: "Firefox".to_owned(),
        address: "2001:db8::7".to_owned(),
    }
}

/// What an authenticator app with `secret` shows now.
pub fn code(secret: &str, clock: &Clock) -> String {
    let secret = BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    let totp = Builder::new().with_secret(secret).build().unwrap();
    let now = u64::try_from(clock.now().as_second()).unwrap();
    totp.generate(now).to_string()
}

/// A code that is not the one shown now, nor a step before or after.
pub fn wrong_code(secret: &str, clock: &Clock) -> String {
    let right: Vec<String> = [-30, 0, 30]
        .map(|seconds| {
            let then = Clock::manual(clock.now() + SignedDuration::from_secs(seconds));
            code(secret, &then)
        })
        .into();
    let wrong = ["000000", "111111", "222222", "333333"];
    let wrong = wrong
        .iter()
        .find(|code| !right.contains(&(**code).to_owned()));
    (*wrong.unwrap()).to_owned()
}

pub fn hash(password: &str) -> String {
    let cheap = cheap();
    let params = Params::new(cheap.memory_kib, cheap.iterations, cheap.parallelism, None);
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.unwrap());
    let hash: PasswordHash = argon2
        .hash_password_with_salt(password.as_bytes(), b"sixteen bytes ok")
        .unwrap();
    hash.to_string()
}
