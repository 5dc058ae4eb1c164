//! What happens to a case from one end of its life to the other.

use jiff::SignedDuration;
use nsp_kit::clock::to_proto;
use nsp_proto::cases::v1::{
    CancelCaseRequest, CloseCaseRequest, Comment, CreateCommentRequest, CreateInternalNoteRequest,
    DecideExpediteRequest, DeclineReopenRequest, GetCaseRequest, ListCommentsRequest,
    ListInternalNotesRequest, ListRelatedCasesRequest, ReopenCaseRequest, RequestExpediteRequest,
    RequestInformationRequest, TakeCaseRequest,
    case::{Status, Turn},
    comment::Activity,
    expedite,
};
use tonic::Code;

use crate::harness::{World, agent, inquiry, jane, open, refused};

fn comment(case: &str, body: &str) -> CreateCommentRequest {
    CreateCommentRequest {
        parent: case.to_owned(),
        body: body.to_owned(),
        request_id: String::new(),
    }
}

fn close(case: &str) -> CloseCaseRequest {
    CloseCaseRequest {
        name: case.to_owned(),
        remark: "Answered.".to_owned(),
        etag: String::new(),
    }
}

#[tokio::test]
async fn an_inquiry_is_filed_taken_asked_about_answered_and_closed() -> anyhow::Result<()> {
    let world = World::start().await?;
    let (person, staff) = (jane(), agent());
    let (mut jane, mut agent) = (world.client(&person)?, world.client(&staff)?);

    let case = open(&mut jane, "Escrow").await?;
    assert_eq!(
        (case.status(), case.turn(), case.number.len()),
        (Status::New, Turn::Icann, 8)
    );
    let due = world.clock.now() + SignedDuration::from_hours(7 * 24);
    assert_eq!(case.due_time, Some(to_proto(due)));

    let take = TakeCaseRequest {
        name: format!("cases/{}", case.number),
        etag: case.etag.clone(),
    };
    let taken = agent.take_case(take).await?.into_inner();
    assert_eq!(
        (taken.status(), taken.assignee_display_name.as_str()),
        (Status::InProgress, "Ada")
    );

    world.clock.advance(SignedDuration::from_hours(2));
    agent = world.client(&staff)?;
    let ask = RequestInformationRequest {
        name: case.name.clone(),
        question: "Which deposit?".to_owned(),
        due_time: Some(to_proto(world.clock.now() + SignedDuration::from_hours(24))),
        etag: taken.etag,
    };
    let asked = agent.request_information(ask).await?.into_inner();
    assert_eq!(
        (asked.status(), asked.turn()),
        (Status::ActionRequired, Turn::Party)
    );
    assert_eq!(asked.action_required, "Which deposit?");

    world.clock.advance(SignedDuration::from_hours(3));
    (jane, agent) = (world.client(&person)?, world.client(&staff)?);
    jane.create_comment(comment(&case.name, "The full one."))
        .await?;
    let answered = jane
        .get_case(GetCaseRequest {
            name: case.name.clone(),
        })
        .await?
        .into_inner();
    assert_eq!(
        (answered.status(), answered.action_required.as_str()),
        (Status::InProgress, "")
    );
    // ICANN's clock stood still for the three hours that Jane took.
    assert_eq!(
        answered.due_time,
        Some(to_proto(due + SignedDuration::from_hours(3)))
    );

    let closed = agent.close_case(close(&case.name)).await?.into_inner();
    assert_eq!(
        (closed.status(), closed.turn(), closed.end_time.is_some()),
        (Status::Closed, Turn::Nobody, true)
    );
    refused(
        agent.close_case(close(&case.name)).await,
        Code::FailedPrecondition,
        "CASE_CLOSED",
    );

    let list = ListCommentsRequest {
        parent: case.name.clone(),
        ..Default::default()
    };
    let story: Vec<Activity> = jane
        .list_comments(list)
        .await?
        .into_inner()
        .comments
        .iter()
        .map(Comment::activity)
        .collect();
    let expected = [
        Activity::Submitted,
        Activity::Taken,
        Activity::InformationRequested,
        Activity::Unspecified,
        Activity::Closed,
    ];
    assert_eq!(story, expected);
    let audited = world.audited().await?;
    let expected = [
        "case.submitted",
        "case.taken",
        "case.information-requested",
        "case.commented",
        "case.closed",
    ];
    assert_eq!(audited, expected);
    Ok(())
}

#[tokio::test]
async fn a_closed_inquiry_is_reopened_both_ways_and_can_be_continued_in_a_new_one()
-> anyhow::Result<()> {
    let world = World::start().await?;
    let (mut jane, mut agent) = (world.client(&jane())?, world.client(&agent())?);
    let case = open(&mut jane, "Fees").await?;
    agent.close_case(close(&case.name)).await?;

    jane.create_comment(comment(&case.name, "It came back."))
        .await?;
    let waiting = jane
        .get_case(GetCaseRequest {
            name: case.name.clone(),
        })
        .await?
        .into_inner();
    assert_eq!(waiting.status(), Status::ReopenRequested);
    let decline = DeclineReopenRequest {
        name: case.name.clone(),
        remark: "Open a new one.".into(),
        etag: String::new(),
    };
    assert_eq!(
        agent.decline_reopen(decline).await?.into_inner().status(),
        Status::Closed
    );

    let reopen = ReopenCaseRequest {
        name: case.name.clone(),
        ..Default::default()
    };
    assert_eq!(
        agent.reopen_case(reopen).await?.into_inner().status(),
        Status::InProgress
    );

    let mut next = inquiry("Fees again");
    next.follows = case.name.clone();
    let next = jane.create_case(next).await?.into_inner();
    assert_eq!(next.follows, case.name);
    let related = ListRelatedCasesRequest {
        name: case.name.clone(),
    };
    let related = jane.list_related_cases(related).await?.into_inner().cases;
    assert_eq!(
        related.iter().map(|case| &case.name).collect::<Vec<_>>(),
        [&next.name]
    );
    Ok(())
}

#[tokio::test]
async fn an_inquiry_is_expedited_once() -> anyhow::Result<()> {
    let world = World::start().await?;
    let (mut jane, mut agent) = (world.client(&jane())?, world.client(&agent())?);
    let case = open(&mut jane, "Sunrise").await?;
    let ask = RequestExpediteRequest {
        name: case.name.clone(),
        reason: "Launch.".into(),
        etag: case.etag,
    };
    let asked = jane.request_expedite(ask.clone()).await?.into_inner();
    assert_eq!(
        asked.expedite.unwrap_or_default().state(),
        expedite::State::Requested
    );
    let again = RequestExpediteRequest {
        etag: String::new(),
        ..ask
    };
    refused(
        jane.request_expedite(again).await,
        Code::FailedPrecondition,
        "ALREADY_EXPEDITED",
    );

    let due = world.clock.now() + SignedDuration::from_hours(24);
    let decide = DecideExpediteRequest {
        name: case.name,
        approve: true,
        due_time: Some(to_proto(due)),
        reason: String::new(),
        etag: asked.etag,
    };
    let approved = agent.decide_expedite(decide).await?.into_inner();
    assert_eq!(approved.due_time, Some(to_proto(due)));
    assert_eq!(
        approved.expedite.unwrap_or_default().state(),
        expedite::State::Approved
    );
    Ok(())
}

#[tokio::test]
async fn an_action_upon_an_older_state_is_refused_and_changes_nothing() -> anyhow::Result<()> {
    let world = World::start().await?;
    let (mut jane, mut agent) = (world.client(&jane())?, world.client(&agent())?);
    let case = open(&mut jane, "RDAP").await?;
    jane.create_comment(comment(&case.name, "One more thing."))
        .await?;
    let stale = CloseCaseRequest {
        etag: case.etag.clone(),
        ..close(&case.name)
    };
    refused(agent.close_case(stale).await, Code::Aborted, "STALE_ETAG");
    let cancel = CancelCaseRequest {
        name: case.name.clone(),
        reason: String::new(),
        etag: case.etag,
    };
    refused(jane.cancel_case(cancel).await, Code::Aborted, "STALE_ETAG");
    let case = jane
        .get_case(GetCaseRequest { name: case.name })
        .await?
        .into_inner();
    assert_eq!(case.status(), Status::New);
    Ok(())
}

#[tokio::test]
async fn a_repeated_request_is_answered_like_the_first_and_done_once() -> anyhow::Result<()> {
    let world = World::start().await?;
    let (mut jane, mut agent) = (world.client(&jane())?, world.client(&agent())?);
    let request = inquiry("Once");
    let first = jane.create_case(request.clone()).await?.into_inner();
    assert_eq!(
        jane.create_case(request).await?.into_inner().name,
        first.name
    );

    let mut say = comment(&first.name, "Hello.");
    say.request_id = "01234567-89ab-7cde-8f01-23456789abcd".into();
    let said = jane.create_comment(say.clone()).await?.into_inner();
    assert_eq!(
        jane.create_comment(say.clone()).await?.into_inner().name,
        said.name
    );

    let note = CreateInternalNoteRequest {
        parent: say.parent,
        body: "Careful.".into(),
        request_id: say.request_id,
    };
    let noted = agent.create_internal_note(note.clone()).await?.into_inner();
    assert_eq!(
        agent.create_internal_note(note).await?.into_inner().name,
        noted.name
    );

    let list = ListInternalNotesRequest {
        parent: first.name,
        ..Default::default()
    };
    assert_eq!(
        agent
            .list_internal_notes(list)
            .await?
            .into_inner()
            .internal_notes
            .len(),
        1
    );
    assert_eq!(
        world.audited().await?,
        ["case.submitted", "case.commented", "note.created"]
    );
    Ok(())
}

#[tokio::test]
async fn the_same_request_sent_many_times_at_once_opens_one_case() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.client(&jane())?;
    let request = inquiry("At once");
    let calls = (0..8).map(|_| {
        let (mut jane, request) = (jane.clone(), request.clone());
        async move {
            jane.create_case(request)
                .await
                .map(|case| case.into_inner().name)
        }
    });
    let names = futures_util::future::try_join_all(calls).await?;
    assert!(names.iter().all(|name| *name == names[0]));
    let count: i64 = sqlx::query_scalar("select count(*) from cases")
        .fetch_one(&world.owner)
        .await?;
    assert_eq!(count, 1);
    Ok(())
}
