//! Bad input gets a clear answer, and nothing is half-written.

use nsp_proto::cases::v1::{
    CreateCaseRequest, CreateCommentRequest, GetCaseRequest, ListCasesRequest,
    RequestInformationRequest,
};
use tonic::Code;

use crate::harness::{World, agent, fields, inquiry, jane, open, refused};

#[tokio::test]
async fn every_wrong_field_is_named_at_once() -> anyhow::Result<()> {
    let world = World::start().await?;
    let (mut jane, mut agent) = (world.client(&jane())?, world.client(&agent())?);
    let request = CreateCaseRequest {
        subject: "x".repeat(10_000),
        description: " \u{202e} ".into(),
        tlds: vec!["example".into(), "not a tld".into()],
        follows: "case 7".into(),
        request_id: "7".into(),
    };
    let refusal = jane.create_case(request).await.unwrap_err();
    assert_eq!(
        fields(&refusal),
        ["request_id", "subject", "description", "tlds[1]", "follows"]
    );

    let request = RequestInformationRequest {
        name: "7".into(),
        etag: "x".into(),
        ..Default::default()
    };
    let refusal = agent.request_information(request).await.unwrap_err();
    assert_eq!(fields(&refusal), ["name", "etag", "question", "due_time"]);

    let request = ListCasesRequest {
        page_size: -1,
        page_token: "x".into(),
        query: "y".repeat(201),
        tld: "z".into(),
        account: "me".into(),
        ..Default::default()
    };
    let refusal = jane.list_cases(request).await.unwrap_err();
    assert_eq!(fields(&refusal), ["page_size", "query", "tld", "account"]);
    assert!(world.audited().await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn html_and_direction_overrides_are_text_and_nothing() -> anyhow::Result<()> {
    let world = World::start().await?;
    let mut jane = world.client(&jane())?;
    let mut request = inquiry("<script>alert(1)</script> \u{202e}evil\u{0}");
    request.description = "a\r\nb\u{7}\u{2066}<b>c</b>".into();
    let case = jane.create_case(request).await?.into_inner();
    assert_eq!(case.subject, "<script>alert(1)</script> evil");
    assert_eq!(case.description, "a\nb<b>c</b>");
    Ok(())
}

#[tokio::test]
async fn unknown_cases_foreign_tlds_and_huge_messages_are_refused() -> anyhow::Result<()> {
    let world = World::start().await?;
    let mut client = world.client(&jane())?;
    let case = open(&mut client, "Mine").await?;
    for name in [
        "cases/01a1fefe-16ec-7062-8000-000000000000",
        "cases/99999999",
    ] {
        refused(
            client.get_case(GetCaseRequest { name: name.into() }).await,
            Code::NotFound,
            "CASE_NOT_FOUND",
        );
    }
    let mut request = inquiry("TLD");
    request.tlds = vec!["nobody".into()];
    assert_eq!(
        fields(&client.create_case(request).await.unwrap_err()),
        ["tlds"]
    );

    let body = "x".repeat(1_000_000);
    let huge = CreateCommentRequest {
        parent: case.name,
        body,
        request_id: String::new(),
    };
    assert_eq!(
        client.create_comment(huge).await.unwrap_err().code(),
        Code::OutOfRange
    );
    assert_eq!(world.audited().await?, ["case.submitted"]);
    Ok(())
}

#[tokio::test]
async fn a_page_token_of_another_order_is_refused() -> anyhow::Result<()> {
    use nsp_proto::cases::v1::CaseOrder;
    let world = World::start().await?;
    let mut jane = world.client(&jane())?;
    for subject in ["a", "b"] {
        open(&mut jane, subject).await?;
    }
    let mut request = ListCasesRequest {
        page_size: 1,
        ..Default::default()
    };
    request.set_order_by(CaseOrder::Subject);
    request.page_token = jane
        .list_cases(request.clone())
        .await?
        .into_inner()
        .next_page_token;
    request.set_order_by(CaseOrder::Number);
    assert_eq!(
        fields(&jane.list_cases(request).await.unwrap_err()),
        ["page_token"]
    );
    Ok(())
}
