//! From an event to a mail that left once, through refusals and retries.

use std::{collections::BTreeSet, time::Duration};

use jiff::SignedDuration;
use nsp_kit::{
    id::AccountId,
    testbed::{eventually, staff},
};
use nsp_proto::{
    auth::v1::Role,
    mail::v1::{ListMessagesRequest, Message, message::State},
};
use uuid::Uuid;

use crate::{
    harness::{Service, To, wish},
    neighbours::Server25,
};

fn header<'a>(mail: &'a str, name: &str) -> Option<&'a str> {
    let head = mail.split("\r\n\r\n").next()?;
    head.lines()
        .find_map(|line| line.strip_prefix(&format!("{name}: ")))
}

async fn listed(service: &Service, resource: &str) -> anyhow::Result<Vec<Message>> {
    let mut client = service.acting(&staff("Ada", &[Role::StaffAgent]))?;
    let request = ListMessagesRequest {
        resource: resource.to_owned(),
        ..Default::default()
    };
    Ok(client.list_messages(request).await?.into_inner().messages)
}

#[tokio::test]
async fn one_mail_per_recipient_though_the_event_comes_twice() -> anyhow::Result<()> {
    let (server, url) = Server25::start(&[]).await?;
    let service = Service::start(To::Server(&url)).await?;
    let (jane, omar) = (service.person("Jane"), service.person("Omar"));
    let account = AccountId::new();
    let wish = wish("case_information_requested", account, &[jane, omar, jane]);
    let event = Uuid::now_v7();
    service.publish(event, &wish).await?;
    service.publish(event, &wish).await?;
    let mails = eventually(async || {
        let sent = listed(&service, &wish.resource).await?;
        let done = sent.len() == 2 && sent.iter().all(|it| it.state() == State::Sent);
        Ok(done.then_some(sent))
    })
    .await?;
    assert_eq!(mails[0].subject, "[00123456] Your turn: Signed letter");
    let mut names: Vec<_> = mails
        .iter()
        .map(|it| it.recipient_display_name.as_str())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["Jane", "Omar"]);

    // Long enough for a third mail, if there were one.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let offers = server.offers();
    assert_eq!(offers.len(), 2);
    let mail = &offers[0];
    assert_eq!(header(mail, "Auto-Submitted"), Some("auto-generated"));
    assert_eq!(
        header(mail, "From"),
        Some("\"Naming Services portal\" <portal@naming-services.example>")
    );
    let thread = "<cases.0198f1a2-0000-7000-8000-0000000000aa.thread@naming-services.example>";
    assert_eq!(header(mail, "References"), Some(thread));
    assert_eq!(header(mail, "In-Reply-To"), Some(thread));
    assert_eq!(
        header(mail, "Date"),
        Some("Tue, 24 Nov 2026 10:00:00 +0000")
    );
    assert_ne!(header(mail, "Message-ID"), header(&offers[1], "Message-ID"));
    assert!(mail.contains("ICANN asks you for information: answer by Thu 26 Nov 2026, 17:00"));
    Ok(())
}

#[tokio::test]
async fn a_mail_waits_and_is_sent_when_the_server_is_ready() -> anyhow::Result<()> {
    let (server, url) = Server25::start(&["451 4.3.2 later", "421 4.3.2 not yet"]).await?;
    let service = Service::start(To::Server(&url)).await?;
    let jane = service.person("Jane");
    let wish = wish("case_commented", AccountId::new(), &[jane]);
    service.ask(&wish).await?;
    for code in ["451", "421"] {
        eventually(async || {
            let query = "select problem from messages where state = 'queued'";
            let problem: Option<String> = sqlx::query_scalar(query)
                .fetch_optional(&service.db)
                .await?;
            let expected = format!("the mail server is not ready for it ({code})");
            Ok((problem == Some(expected)).then_some(()))
        })
        .await?;
        assert_eq!(
            listed(&service, &wish.resource).await?[0].state(),
            State::Queued
        );
        service.bed.clock.advance(SignedDuration::from_mins(2));
    }
    service.comes_to("sent").await?;
    let offers = server.offers();
    assert_eq!(offers.len(), 3);
    let ids: Vec<_> = offers
        .iter()
        .map(|mail| header(mail, "Message-ID"))
        .collect();
    assert!(
        ids[0].is_some() && ids[0] == ids[1] && ids[1] == ids[2],
        "{ids:?}"
    );
    Ok(())
}

#[tokio::test]
async fn two_replicas_send_each_mail_once() -> anyhow::Result<()> {
    let (server, url) = Server25::start(&[]).await?;
    let service = Service::start(To::Server(&url)).await?;
    service.start_replica().await?;
    let people: Vec<_> = (0..60)
        .map(|n| service.person(&format!("Person{n}")))
        .collect();
    let wish = wish("case_reopened", AccountId::new(), &people);
    service.ask(&wish).await?;
    eventually(async || {
        let query = "select count(*) from messages where state = 'sent' and attempts = 1";
        let sent: i64 = sqlx::query_scalar(query).fetch_one(&service.db).await?;
        Ok((sent == 60).then_some(()))
    })
    .await?;
    let offers = server.offers();
    let readers: BTreeSet<_> = offers
        .iter()
        .filter_map(|mail| header(mail, "To"))
        .collect();
    assert_eq!((offers.len(), readers.len()), (60, 60));
    Ok(())
}

#[tokio::test]
async fn what_a_dead_replica_took_is_sent_when_its_lease_is_over() -> anyhow::Result<()> {
    let (server, url) = Server25::start(&["451 later"]).await?;
    let service = Service::start(To::Server(&url)).await?;
    let wish = wish("case_closed", AccountId::new(), &[service.person("Jane")]);
    service.ask(&wish).await?;
    eventually(async || Ok((!server.offers().is_empty()).then_some(()))).await?;
    // As if somebody had taken it and died.
    sqlx::query(
        "update messages set attempts = 7, next_attempt = '2026-11-24T10:03:00Z', problem = ''",
    )
    .execute(&service.db)
    .await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(server.offers().len(), 1);
    service.bed.clock.advance(SignedDuration::from_mins(3));
    service.comes_to("sent").await?;
    assert_eq!(server.offers().len(), 2);
    Ok(())
}

#[tokio::test]
async fn a_refusal_for_good_is_final() -> anyhow::Result<()> {
    let (server, url) = Server25::start(&["550 5.1.1 <jane@acme.example> unknown"]).await?;
    let service = Service::start(To::Server(&url)).await?;
    let wish = wish("case_closed", AccountId::new(), &[service.person("Jane")]);
    service.ask(&wish).await?;
    service.comes_to("failed").await?;
    assert_eq!(
        listed(&service, &wish.resource).await?[0].state(),
        State::Failed
    );
    let problem: String = sqlx::query_scalar("select problem from messages")
        .fetch_one(&service.db)
        .await?;
    assert_eq!(problem, "the mail server refused it (550)");
    service.bed.clock.advance(SignedDuration::from_hours(5));
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(server.offers().len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_tried_for_three_days() -> anyhow::Result<()> {
    let service = Service::start(To::Server("smtp://127.0.0.1:9")).await?;
    service
        .ask(&wish(
            "case_closed",
            AccountId::new(),
            &[service.person("Jane")],
        ))
        .await?;
    eventually(async || {
        service.bed.clock.advance(SignedDuration::from_hours(4));
        tokio::time::sleep(Duration::from_millis(200)).await;
        let problem: Option<String> =
            sqlx::query_scalar("select problem from messages where state = 'failed'")
                .fetch_optional(&service.db)
                .await?;
        Ok(problem.filter(|problem| problem.starts_with("gave up after three days")))
    })
    .await?;
    Ok(())
}

#[tokio::test]
async fn who_wants_no_updates_gets_none_but_learns_of_passwords() -> anyhow::Result<()> {
    let (server, url) = Server25::start(&[]).await?;
    let service = Service::start(To::Server(&url)).await?;
    let jane = service.person("Jane");
    service.change(jane, |it| it.mail_case_updates = false);
    let update = wish("case_commented", AccountId::new(), &[jane]);
    service.ask(&update).await?;
    service.comes_to("skipped").await?;
    assert_eq!(listed(&service, &update.resource).await?, []);

    let mut reset = wish("password_reset", AccountId::new(), &[jane]);
    reset.values.clear();
    reset.resource = jane.to_string();
    reset.link = "passwordResets/0198f1a2-0000-7000-8000-000000000001".to_owned();
    service.ask(&reset).await?;
    eventually(async || Ok((!server.offers().is_empty()).then_some(()))).await?;
    let offers = server.offers();
    assert_eq!(offers.len(), 1);
    assert!(offers[0].contains("https://portal.example/reset-password?token"));
    assert_eq!(header(&offers[0], "References"), None);
    // The secret of the link is nowhere but in the mail.
    let kept: String = sqlx::query_scalar("select string_agg(messages::text, '') from messages")
        .fetch_one(&service.db)
        .await?;
    assert!(!kept.contains("s3cret"), "{kept}");
    Ok(())
}

#[tokio::test]
async fn a_person_who_is_gone_gets_no_mail() -> anyhow::Result<()> {
    let (server, url) = Server25::start(&[]).await?;
    let service = Service::start(To::Server(&url)).await?;
    service
        .ask(&wish(
            "case_closed",
            AccountId::new(),
            &[nsp_kit::id::UserId::new()],
        ))
        .await?;
    service.comes_to("failed").await?;
    assert_eq!(server.offers().len(), 0);
    Ok(())
}

#[tokio::test]
async fn no_value_adds_a_header_or_a_recipient() -> anyhow::Result<()> {
    let (server, url) = Server25::start(&[]).await?;
    let service = Service::start(To::Server(&url)).await?;
    let jane = service.person("Jane");
    service.change(jane, |it| {
        it.display_name = "Jane\r\nBcc: spy@evil.example\r\n".to_owned();
    });
    let mut hostile = wish("case_commented", AccountId::new(), &[jane]);
    for name in ["subject", "author", "number"] {
        let value = "x\r\nBcc: spy@evil.example\r\nX-Evil: yes\r\n\r\nBody\u{202e}";
        hostile.values.insert(name.to_owned(), value.to_owned());
    }
    hostile.resource = "cases/1>\r\nBcc: spy@evil.example".to_owned();
    service.ask(&hostile).await?;
    service.comes_to("sent").await?;
    let offers = server.offers();
    let head = offers[0].split("\r\n\r\n").next().unwrap();
    let names: Vec<_> = head
        .lines()
        .filter(|line| !line.starts_with([' ', '\t']))
        .filter_map(|line| line.split_once(':'))
        .map(|(name, _)| name)
        .collect();
    let mut expected = [
        "From",
        "Reply-To",
        "To",
        "Date",
        "Message-ID",
        "Subject",
        "Auto-Submitted",
        "MIME-Version",
        "Content-Type",
    ];
    let mut names = names;
    names.sort_unstable();
    expected.sort_unstable();
    assert_eq!(names, expected, "{head}");
    Ok(())
}
