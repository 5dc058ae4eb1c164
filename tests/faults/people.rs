//! Twenty people of one account who write comments, signed in.

use std::{fmt::Write, fs, path::Path, sync::Mutex};

use anyhow::Context;
use data_encoding::BASE32_NOPAD;
use nsp_kit::{clock::Clock, testbed::eventually};
use nsp_proto::identity::v1::{
    AuthenticateRequest, CompleteSignInRequest, StartSignInRequest,
    complete_sign_in_request::Factor, session_service_client::SessionServiceClient,
    sign_in_service_client::SignInServiceClient,
};
use nsp_test_client::totp;
use nsp_testbed::secret;
use tonic::Status;
use uuid::Uuid;

use crate::world::World;

pub const PEOPLE: usize = 20;

/// Someone who has signed in.
pub struct Person {
    /// Of the session cookie.
    secret: String,
    token: Mutex<String>,
}

impl Person {
    pub fn token(&self) -> String {
        self.token.lock().unwrap().clone()
    }

    /// Has identity look at the session again, as the gateway does.
    pub async fn authenticate(&self, world: &World) -> Result<(), Status> {
        let request = AuthenticateRequest {
            secret: self.secret.clone(),
        };
        let mut client = SessionServiceClient::new(world.line("identity"));
        let answer = client.authenticate(request).await?.into_inner();
        *self.token.lock().unwrap() = answer.token;
        Ok(())
    }
}

/// Files such as `nsp-identity demo` reads.
pub struct Files {
    pub folder: String,
    pub secrets: String,
    password: String,
    totp: Vec<(String, String)>,
}

pub fn write_files(folder: &Path) -> anyhow::Result<Files> {
    let (demo, secrets) = (folder.join("demo"), folder.join("demo-secrets.toml"));
    fs::create_dir(&demo)?;
    let account = Uuid::now_v7();
    let accounts =
        format!("[[account]]\nid = \"{account}\"\nname = \"Acme\"\nkind = \"registry_operator\"\n");
    fs::write(demo.join("accounts.toml"), accounts)?;
    let password = secret::password()?;
    let (mut users, mut totp) = (String::new(), Vec::new());
    let mut text = format!("password = {password:?}\n[totp]\n");
    for number in 0..PEOPLE {
        let (id, email) = (Uuid::now_v7(), format!("person{number}@acme.example"));
        write!(
            users,
            "[[user]]\nid = \"{id}\"\nemail = \"{email}\"\nname = \"Person {number}\"\nkind = \"portal\"\n\
             time_zone = \"Europe/London\"\nlanguage = \"en\"\ntheme = \"system\"\n\
             [[membership]]\nid = \"{}\"\nuser = \"{id}\"\naccount = \"{account}\"\nroles = [\"cases\"]\ntlds = []\n",
            Uuid::now_v7()
        )?;
        let seed = BASE32_NOPAD.encode(&secret::random::<20>()?);
        writeln!(text, "{email:?} = {seed:?}")?;
        totp.push((email, seed));
    }
    fs::write(demo.join("users.toml"), users)?;
    fs::write(&secrets, text)?;
    Ok(Files {
        folder: demo.display().to_string(),
        secrets: secrets.display().to_string(),
        password,
        totp,
    })
}

pub async fn sign_in(world: &World, files: &Files) -> anyhow::Result<Vec<Person>> {
    let mut people = Vec::new();
    for (email, seed) in &files.totp {
        let mut client = SignInServiceClient::new(world.line("identity"));
        let start = StartSignInRequest {
            email: email.clone(),
            password: files.password.clone(),
            client: None,
        };
        let attempt = client.start_sign_in(start).await?.into_inner();
        let complete = CompleteSignInRequest {
            secret: attempt.secret,
            factor: Some(Factor::TotpCode(totp::code(seed, Clock::system().now())?)),
            client: None,
        };
        let answer = client.complete_sign_in(complete).await;
        let person = Person {
            secret: answer.context("signing in")?.into_inner().secret,
            token: Mutex::default(),
        };
        // Identity has just started for the first time: its first signing key may be a second away.
        eventually(async || Ok(person.authenticate(world).await.ok())).await?;
        people.push(person);
    }
    Ok(people)
}
