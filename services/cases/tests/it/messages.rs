//! Events and mails: what others hear of a change, and who.

use async_nats::jetstream;
use futures_util::StreamExt;
use nsp_kit::{events::stream, id::AccountId};
use nsp_proto::cases::v1::{CloseCaseRequest, CreateCommentRequest, TakeCaseRequest};
use serde_json::Value;

use crate::harness::{World, agent, jane, open};

/// The first `count` messages on `subject`.
async fn messages(
    world: &World,
    subject: &str,
    count: usize,
) -> anyhow::Result<Vec<async_nats::Message>> {
    let js = jetstream::new(async_nats::connect(world.bed.nats().url).await?);
    let stream = stream(&js).await?;
    let config = jetstream::consumer::pull::OrderedConfig {
        filter_subject: subject.into(),
        ..Default::default()
    };
    let messages = stream.create_consumer(config).await?.messages().await?;
    let messages: Vec<_> = messages.take(count).collect().await;
    messages
        .into_iter()
        .map(|message| Ok(message?.message))
        .collect()
}

#[tokio::test]
async fn changes_are_cloud_events_on_jetstream_in_order() -> anyhow::Result<()> {
    let world = World::start().await?;
    let (person, mut agent) = (jane(), world.client(&agent())?);
    let mut jane = world.client(&person)?;
    let case = open(&mut jane, "A secret matter").await?;
    agent
        .take_case(TakeCaseRequest {
            name: case.name.clone(),
            etag: String::new(),
        })
        .await?;
    agent
        .close_case(CloseCaseRequest {
            name: case.name.clone(),
            remark: "Done.".into(),
            etag: String::new(),
        })
        .await?;

    let messages = messages(&world, "nsp.cases.v1.case.*", 3).await?;
    let subjects: Vec<&str> = messages
        .iter()
        .map(|message| message.subject.as_str())
        .collect();
    assert_eq!(
        subjects,
        [
            "nsp.cases.v1.case.submitted",
            "nsp.cases.v1.case.taken",
            "nsp.cases.v1.case.closed"
        ]
    );

    let first = &messages[0];
    let headers = first.headers.as_ref().unwrap();
    let header = |name: &str| {
        headers
            .get(name)
            .map(|value| value.as_str().to_owned())
            .unwrap_or_default()
    };
    assert_eq!(header("ce-type"), "nsp.events.v1.CaseSubmitted");
    assert_eq!(header("ce-source"), "/nsp/cases");
    assert_eq!(header("ce-subject"), case.name);
    assert_eq!(header("ce-id"), header("Nats-Msg-Id"));
    assert_eq!(
        header("ce-account"),
        person
            .account
            .map(|id: AccountId| id.to_string())
            .unwrap_or_default()
    );
    assert_eq!(header("ce-time"), "2026-11-21T12:00:00Z");
    let body: Value = serde_json::from_slice(&first.payload)?;
    assert_eq!(body["number"], Value::from(case.number));
    assert_eq!(body["dueTime"], "2026-11-28T12:00:00Z");
    // Events are for those who may not read the case, too.
    assert!(!first.payload.windows(6).any(|window| window == b"secret"));
    Ok(())
}

#[tokio::test]
async fn the_creator_hears_of_what_others_do_and_nobody_of_their_own_doing() -> anyhow::Result<()> {
    let world = World::start().await?;
    let (jane, ada) = (jane(), agent());
    let (mut as_jane, mut as_ada) = (world.client(&jane)?, world.client(&ada)?);
    let case = open(&mut as_jane, "Mail").await?;
    let say = |body: &str| CreateCommentRequest {
        parent: case.name.clone(),
        body: body.into(),
        request_id: String::new(),
    };
    as_jane
        .create_comment(say("Nobody works on it yet: no mail."))
        .await?;
    as_ada.create_comment(say("To Jane.")).await?;
    as_jane.create_comment(say("To Ada.")).await?;

    let mails = messages(&world, "nsp.mail.v1.message.requested", 2).await?;
    let mails: Vec<Value> = mails
        .iter()
        .map(|mail| serde_json::from_slice(&mail.payload))
        .collect::<Result<_, _>>()?;
    assert_eq!(mails[0]["template"], "case_commented");
    assert_eq!(
        mails[0]["recipients"],
        Value::from(vec![jane.user.to_string()])
    );
    assert_eq!(mails[0]["values"]["body"], "To Jane.");
    assert_eq!(mails[1]["template"], "staff_case_commented");
    assert_eq!(
        mails[1]["recipients"],
        Value::from(vec![ada.user.to_string()])
    );
    assert_eq!(mails[1]["values"]["body"], "To Ada.");
    Ok(())
}
