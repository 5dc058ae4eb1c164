//! How soon a session that was ended is out: in every service that is shown its token, and at the portal.

use std::time::{Duration, Instant};

use anyhow::ensure;
use http::header;
use nsp_kit::{client::Channel, status::reason};
use nsp_proto::{
    access::METHODS,
    identity::v1::{
        AuthenticateRequest, ListSessionsRequest, RevokeSessionRequest,
        session_service_client::SessionServiceClient,
    },
};
use nsp_test_client::raw::{call, service_of};
use reqwest::{Client, redirect::Policy};
use tokio::task::JoinSet;

use crate::{
    figures::{Durations, heading, row},
    sign_in::next_step,
    stack::{Stack, sign_in},
};

const SERVICES: [&str; 4] = ["identity", "accounts", "cases", "mail"];
/// A session that is still in after this is a failure of its own.
const GIVE_UP: Duration = Duration::from_secs(10);

pub async fn measure(stack: &Stack) -> anyhow::Result<()> {
    heading("an ended session");
    let mut waits: Vec<Durations> = SERVICES.iter().map(|_| Durations::default()).collect();
    let mut portal = Durations::default();
    next_step().await;
    for (email, seed) in &stack.people.totp {
        let identity = stack.connect("identity")?;
        let secret = sign_in(&identity, email, &stack.people.password, seed).await?;
        let ended = end(stack, &identity, secret).await?;
        for (all, wait) in waits.iter_mut().zip(ended.services) {
            all.push(wait);
        }
        portal.push(ended.portal);
    }
    for (service, mut waits) in SERVICES.into_iter().zip(waits) {
        let figure = waits.summary();
        row(
            &format!("until {service} refuses its token"),
            &figure,
            "p99 ≤ 1 s",
        );
    }
    row(
        "until the portal asks to sign in",
        &portal.summary(),
        "p99 ≤ 1 s",
    );
    Ok(())
}

struct Ended {
    services: Vec<Duration>,
    portal: Duration,
}

/// Ends one session, and asks everybody all the time until they say no.
async fn end(stack: &Stack, identity: &Channel, secret: String) -> anyhow::Result<Ended> {
    let request = AuthenticateRequest {
        secret: secret.clone(),
    };
    let mut sessions = SessionServiceClient::new(identity.clone());
    let answer = sessions.authenticate(request).await?.into_inner();
    // A page before, so that the gateway has the session in its memory.
    let page = Page::new(stack, &secret)?;
    ensure!(page.opens().await?, "the session opens no page");

    let mut own = SessionServiceClient::new(identity.acting(&answer.token));
    own.list_sessions(ListSessionsRequest {}).await?;
    let name = answer.session.map(|session| session.name);
    let revoke = RevokeSessionRequest {
        name: name.unwrap_or_default(),
    };
    own.revoke_session(revoke).await?;
    let began = Instant::now();

    let mut asking = JoinSet::new();
    for (index, service) in SERVICES.into_iter().enumerate() {
        let channel = stack.connect(service)?.acting(&answer.token);
        asking.spawn(async move {
            while !refuses(channel.clone(), service).await {
                ensure!(began.elapsed() < GIVE_UP, "{service} still lets it in");
            }
            anyhow::Ok((index, began.elapsed()))
        });
    }
    while page.opens().await? {
        ensure!(began.elapsed() < GIVE_UP, "the portal still lets it in");
    }
    let portal = began.elapsed();
    let mut services = vec![Duration::ZERO; SERVICES.len()];
    while let Some(done) = asking.join_next().await {
        let (index, wait) = done??;
        services[index] = wait;
    }
    Ok(Ended { services, portal })
}

/// Whether the service says that the session is over. The token is looked at before the role, so any method will do.
async fn refuses(channel: Channel, service: &str) -> bool {
    let method = METHODS
        .iter()
        .find(|method| service_of(method.path) == service);
    let Some(method) = method else { return false };
    let answer = call(channel, method.path, Vec::new()).await;
    answer.is_err_and(|status| reason(&status) == "SESSION_ENDED")
}

struct Page {
    client: Client,
    url: String,
    cookie: String,
}

impl Page {
    fn new(stack: &Stack, secret: &str) -> anyhow::Result<Self> {
        Ok(Self {
            client: Client::builder().redirect(Policy::none()).build()?,
            url: format!("{}/my/security", stack.portal),
            cookie: format!("__Host-nsp-session={secret}"),
        })
    }

    async fn opens(&self) -> anyhow::Result<bool> {
        let request = self
            .client
            .get(&self.url)
            .header(header::COOKIE, &self.cookie);
        Ok(request.send().await?.status().is_success())
    }
}
