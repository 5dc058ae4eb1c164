//! The service, running in this process, and what it needs around it.

use std::collections::HashMap;

use nsp_kit::{
    auth::Person,
    client::Channel,
    clock::Clock,
    config::Base,
    id::{AccountId, UserId},
    testbed::{Bed, eventually, owner_pool},
};
use nsp_mail::{Clients, Config, Development, MIGRATOR, Mail, Portal, Smtp};
use nsp_proto::{
    events::v1::MessageRequested,
    identity::v1::Recipient,
    mail::v1::{
        mail_service_client::MailServiceClient, mailbox_service_client::MailboxServiceClient,
    },
};
use sqlx::PgPool;
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::neighbours::{People, identity};

pub struct Service {
    pub bed: Bed,
    pub config: Config,
    pub db: PgPool,
    pub people: People,
    /// Where the development mailbox listens, if there is one.
    pub mailbox: Option<String>,
    channel: Channel,
}

/// To which server the service sends.
pub enum To<'a> {
    /// Its own development mailbox.
    Mailbox,
    Server(&'a str),
}

impl Service {
    pub async fn start(to: To<'_>) -> anyhow::Result<Self> {
        let bed = Bed::new(Clock::manual("2026-11-24T10:00:00Z".parse()?)).await?;
        let (listeners, address) = bed.listeners().await?;
        let mailbox = match to {
            To::Mailbox => Some(TcpListener::bind("127.0.0.1:0").await?),
            To::Server(_) => None,
        };
        let mailbox_address = match &mailbox {
            Some(listener) => Some(listener.local_addr()?.to_string()),
            None => None,
        };
        let url = match to {
            To::Server(url) => url.to_owned(),
            To::Mailbox => format!("smtp://{}", mailbox_address.clone().unwrap_or_default()),
        };
        let people = People::default();
        let config = Config {
            base: Base {
                listen: listeners.main.local_addr()?,
                admin: listeners.admin.local_addr()?,
                otlp_endpoint: None,
            },
            database: bed.database("mail", &MIGRATOR).await?,
            nats: bed.nats(),
            tls: bed.tls("mail")?,
            clients: Clients {
                identity: identity(&bed, people.clone()).await?,
            },
            smtp: Smtp {
                url: url.into(),
                allow_plaintext: true,
                ca: None,
            },
            mail: Mail {
                from: "Naming Services portal <portal@naming-services.example>".to_owned(),
                help: "help@naming-services.example".to_owned(),
            },
            portal: Portal {
                url: "https://portal.example".to_owned(),
            },
            development: Development {
                enabled: mailbox.is_some(),
                smtp_listen: listeners.main.local_addr()?,
            },
        };
        tokio::spawn(nsp_mail::run(
            config.clone(),
            listeners,
            mailbox,
            bed.clock.clone(),
            bed.stop.clone(),
        ));
        let channel = bed.channel("mail", &address, "gateway")?;
        let db = owner_pool(&config.database).await?;
        Ok(Self {
            bed,
            config,
            db,
            people,
            mailbox: mailbox_address,
            channel,
        })
    }

    pub fn acting(&self, person: &Person) -> anyhow::Result<MailServiceClient<Channel>> {
        let token = self.bed.token(person)?;
        Ok(MailServiceClient::new(self.channel.acting(&token)))
    }

    pub fn gateway(&self) -> MailboxServiceClient<Channel> {
        MailboxServiceClient::new(self.channel.clone())
    }

    /// Another process of the same service, on the same database.
    pub async fn start_replica(&self) -> anyhow::Result<()> {
        let (listeners, _) = self.bed.listeners().await?;
        tokio::spawn(nsp_mail::run(
            self.config.clone(),
            listeners,
            None,
            self.bed.clock.clone(),
            self.bed.stop.clone(),
        ));
        Ok(())
    }

    pub fn mailbox_acting(&self, person: &Person) -> anyhow::Result<MailboxServiceClient<Channel>> {
        let token = self.bed.token(person)?;
        Ok(MailboxServiceClient::new(self.channel.acting(&token)))
    }

    /// A person who can get mail at `<name>@acme.example`.
    pub fn person(&self, name: &str) -> UserId {
        let user = UserId::new();
        self.change(user, |it| {
            it.email = format!("{}@acme.example", name.to_lowercase());
            name.clone_into(&mut it.display_name);
        });
        user
    }

    pub fn change(&self, user: UserId, change: impl FnOnce(&mut Recipient)) {
        let mut people = self.people.lock().unwrap();
        let person = people.entry(user.to_string()).or_insert_with(|| Recipient {
            time_zone: "Europe/Lisbon".to_owned(),
            mail_case_updates: true,
            link_path: "/reset-password?token=s3cret".to_owned(),
            ..Default::default()
        });
        change(person);
    }

    /// Publishes an event as the relay of another service does.
    pub async fn publish(&self, id: Uuid, wish: &MessageRequested) -> anyhow::Result<()> {
        self.bed.publish_event(id, "cases/0198f1a2", wish).await
    }

    pub async fn ask(&self, wish: &MessageRequested) -> anyhow::Result<()> {
        self.publish(Uuid::now_v7(), wish).await
    }

    /// Waits until the only mail there is has come to `state`.
    pub async fn comes_to(&self, state: &str) -> anyhow::Result<()> {
        eventually(async || {
            let query = "select state from messages where attempts > 0";
            let found: Vec<String> = sqlx::query_scalar(query).fetch_all(&self.db).await?;
            Ok((found == [state]).then_some(()))
        })
        .await
    }
}

/// A wish for a mail about a case to `recipients`.
pub fn wish(template: &str, account: AccountId, recipients: &[UserId]) -> MessageRequested {
    let values = [
        ("number", "00123456"),
        ("subject", "Signed letter"),
        ("author", "Ada Lindqvist"),
        ("organization", "ICANN"),
        ("body", "Is the letter signed?\n.\nAda"),
        ("due", "2026-11-26T17:00:00Z"),
        ("path", "/cases/00123456"),
    ];
    let values: HashMap<_, _> = values
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    MessageRequested {
        template: template.to_owned(),
        recipients: recipients.iter().map(ToString::to_string).collect(),
        resource: "cases/0198f1a2-0000-7000-8000-0000000000aa".to_owned(),
        account: account.to_string(),
        values,
        link: String::new(),
    }
}
