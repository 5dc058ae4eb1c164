//! The development mailbox: what we send arrives, and what others send does no harm.

use nsp_kit::{id::AccountId, status::reason, testbed::eventually};
use nsp_proto::mail::v1::{GetMailboxMessageRequest, ListMailboxMessagesRequest, MailboxMessage};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};
use tonic::Code;

use crate::{
    harness::{Service, To, wish},
    neighbours::Server25,
};

async fn received(service: &Service, recipient: &str) -> anyhow::Result<Vec<MailboxMessage>> {
    let request = ListMailboxMessagesRequest {
        recipient: recipient.to_owned(),
        ..Default::default()
    };
    let answer = service.gateway().list_mailbox_messages(request).await?;
    Ok(answer.into_inner().messages)
}

#[tokio::test]
async fn our_own_mail_arrives_whole() -> anyhow::Result<()> {
    let service = Service::start(To::Mailbox).await?;
    let jane = service.person("Jane");
    service
        .ask(&wish(
            "case_information_requested",
            AccountId::new(),
            &[jane],
        ))
        .await?;
    let mail =
        eventually(async || Ok(received(&service, "JANE@acme.example").await?.pop())).await?;
    assert_eq!(mail.subject, "[00123456] Your turn: Signed letter");
    assert_eq!(mail.sender, "portal@naming-services.example");
    assert_eq!(mail.recipients, ["jane@acme.example"]);
    assert_eq!((mail.text.as_str(), mail.raw.len()), ("", 0));
    assert_eq!(received(&service, "omar@acme.example").await?, []);

    let name = mail.name.clone();
    let whole = service
        .gateway()
        .get_mailbox_message(GetMailboxMessageRequest { name })
        .await?
        .into_inner();
    assert!(
        whole
            .text
            .starts_with("ICANN asks you for information: answer by Thu 26 Nov 2026"),
        "{}",
        whole.text
    );
    assert!(
        whole.text.contains("> .\r\n> Ada") || whole.text.contains("> .\n> Ada"),
        "{}",
        whole.text
    );
    assert!(whole.html.starts_with("<!doctype html>"), "{}", whole.html);
    assert!(whole.raw.starts_with(b"From: "));
    let name = "mailboxMessages/0198f1a2-0000-7000-8000-000000000001".to_owned();
    let refusal = service
        .gateway()
        .get_mailbox_message(GetMailboxMessageRequest { name })
        .await
        .unwrap_err();
    assert_eq!(reason(&refusal), "MAILBOX_MESSAGE_NOT_FOUND");
    Ok(())
}

#[tokio::test]
async fn without_development_there_is_no_mailbox() -> anyhow::Result<()> {
    let (_server, url) = Server25::start(&[]).await?;
    let service = Service::start(To::Server(&url)).await?;
    let refusal = service
        .gateway()
        .list_mailbox_messages(ListMailboxMessagesRequest::default())
        .await
        .unwrap_err();
    assert_eq!(refusal.code(), Code::Unimplemented);
    assert_eq!(reason(&refusal), "NO_MAILBOX");
    Ok(())
}

struct Client(BufReader<TcpStream>);

impl Client {
    async fn connect(service: &Service) -> anyhow::Result<Self> {
        let address = service.mailbox.clone().unwrap_or_default();
        let mut client = Self(BufReader::new(TcpStream::connect(address).await?));
        assert_eq!(client.answer().await?, "220");
        Ok(client)
    }

    /// The code of an answer, which may have several lines.
    async fn answer(&mut self) -> anyhow::Result<String> {
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).await?;
            if line.get(3..4) != Some("-") {
                return Ok(line.get(..3).unwrap_or_default().to_owned());
            }
        }
    }

    async fn say(&mut self, text: &str) -> anyhow::Result<String> {
        self.0.write_all(text.as_bytes()).await?;
        self.0.write_all(b"\r\n").await?;
        self.answer().await
    }
}

#[tokio::test]
async fn commands_have_their_order_and_nonsense_an_end() -> anyhow::Result<()> {
    let service = Service::start(To::Mailbox).await?;
    let mut client = Client::connect(&service).await?;
    for (text, code) in [
        ("MAIL FROM:<a@b.example>", "503"),
        ("EHLO test", "250"),
        ("RCPT TO:<c@d.example>", "503"),
        ("MAIL FROM:<a@b.example> SIZE=99999999", "552"),
        ("MAIL FROM:<a@b.example> SIZE=100", "250"),
        ("MAIL FROM:<a@b.example>", "503"),
        ("DATA", "503"),
        ("RCPT TO:<c@d.example>", "250"),
        ("NOOP", "250"),
        ("STARTTLS", "502"),
        ("VRFY c", "502"),
        ("DATA", "354"),
        (
            "Subject: =?utf-8?q?f=C3=BCr?=\r\n dich\r\n\r\n..hidden\r\n\0\u{202e}\r\n.",
            "250",
        ),
        ("MAIL FROM:<>", "250"),
        ("RSET", "250"),
        ("RCPT TO:<c@d.example>", "503"),
    ] {
        assert_eq!(client.say(text).await?, code, "{text}");
    }
    let mail = received(&service, "").await?.remove(0);
    assert_eq!(mail.subject, "für dich");
    let request = GetMailboxMessageRequest { name: mail.name };
    let whole = service
        .gateway()
        .get_mailbox_message(request)
        .await?
        .into_inner();
    assert!(whole.text.starts_with(".hidden"), "{:?}", whole.text);

    for _ in 0..10 {
        assert_eq!(client.say("GET / HTTP/1.1").await?, "500");
    }
    assert_eq!(client.say(&"x".repeat(2_000)).await?, "421");
    Ok(())
}

#[tokio::test]
async fn pipelined_commands_and_an_empty_mail() -> anyhow::Result<()> {
    let service = Service::start(To::Mailbox).await?;
    let mut client = Client::connect(&service).await?;
    let text = "EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<c@d.example>\r\nDATA";
    assert_eq!(client.say(text).await?, "250");
    for code in ["250", "250", "354"] {
        assert_eq!(client.answer().await?, code);
    }
    assert_eq!(client.say(".").await?, "250");
    let received = received(&service, "c@d.example").await?;
    assert_eq!(received.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_mail_that_is_too_large_is_refused_and_the_next_is_not() -> anyhow::Result<()> {
    let service = Service::start(To::Mailbox).await?;
    let mut client = Client::connect(&service).await?;
    client.say("EHLO x").await?;
    for (size, code) in [(11, "552"), (1, "250")] {
        client.say("MAIL FROM:<a@b.example>").await?;
        client.say("RCPT TO:<c@d.example>").await?;
        assert_eq!(client.say("DATA").await?, "354");
        let line = format!("{}\r\n", "x".repeat(1022));
        let body = line.repeat(size * 1024);
        assert_eq!(client.say(&format!("{body}.")).await?, code);
    }
    assert_eq!(received(&service, "").await?.len(), 1);
    Ok(())
}
