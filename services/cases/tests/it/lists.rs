//! List views, filters, orders, pages and counts.

use jiff::SignedDuration;
use nsp_proto::cases::v1::{
    CaseOrder, CaseView, CloseCaseRequest, CountCasesRequest, ListCasesRequest, TakeCaseRequest,
    case::Status,
};

use crate::harness::{Client, World, agent, inquiry, jane, open};

async fn subjects(
    client: &mut Client,
    mut request: ListCasesRequest,
) -> anyhow::Result<Vec<String>> {
    let mut seen = Vec::new();
    loop {
        let page = client.list_cases(request.clone()).await?.into_inner();
        seen.extend(page.cases.into_iter().map(|case| case.subject));
        if page.next_page_token.is_empty() {
            return Ok(seen);
        }
        request.page_token = page.next_page_token;
    }
}

#[tokio::test]
async fn pages_follow_one_another_in_every_order() -> anyhow::Result<()> {
    let world = World::start().await?;
    let mut jane = world.client(&jane())?;
    for subject in ["b", "c", "a", "c", "b"] {
        open(&mut jane, subject).await?;
        world.clock.advance(SignedDuration::from_secs(1));
    }
    let expected = [
        (CaseOrder::Unspecified, ["b", "c", "a", "c", "b"]),
        (CaseOrder::Number, ["b", "c", "a", "c", "b"]),
        (CaseOrder::Subject, ["a", "b", "b", "c", "c"]),
        (CaseOrder::Status, ["b", "c", "a", "c", "b"]),
        (CaseOrder::DueTime, ["b", "c", "a", "c", "b"]),
        (CaseOrder::UpdateTime, ["b", "c", "a", "c", "b"]),
        (CaseOrder::Account, ["b", "c", "a", "c", "b"]),
    ];
    for (order, expected) in expected {
        for descending in [false, true] {
            let mut request = ListCasesRequest {
                page_size: 2,
                descending,
                ..Default::default()
            };
            request.set_order_by(order);
            let mut expected = expected.map(str::to_owned).to_vec();
            if descending {
                expected.reverse();
            }
            assert_eq!(
                subjects(&mut jane, request).await?,
                expected,
                "{order:?} {descending}"
            );
        }
    }
    Ok(())
}

#[tokio::test]
async fn views_and_filters_select() -> anyhow::Result<()> {
    let world = World::start().await?;
    let (person, mut agent) = (jane(), world.client(&agent())?);
    let mut jane = world.client(&person)?;
    world
        .add_tld(
            "acme",
            person.account.unwrap_or(nsp_kit::id::AccountId::new()),
        )
        .await?;
    let mut with_tld = inquiry("Zone file of acme");
    with_tld.tlds = vec![".ACME".into()];
    jane.create_case(with_tld).await?;
    let taken = open(&mut jane, "Taken").await?;
    agent
        .take_case(TakeCaseRequest {
            name: taken.name,
            etag: String::new(),
        })
        .await?;
    let closed = open(&mut jane, "Done with").await?;
    agent
        .close_case(CloseCaseRequest {
            name: closed.name,
            remark: "Done.".into(),
            etag: String::new(),
        })
        .await?;

    let view = |view: CaseView| {
        let mut request = ListCasesRequest::default();
        request.set_order_by(CaseOrder::Number);
        request.set_view(view);
        request
    };
    assert_eq!(
        subjects(&mut jane, view(CaseView::Unspecified)).await?,
        ["Zone file of acme", "Taken"]
    );
    assert_eq!(
        subjects(&mut jane, view(CaseView::Closed)).await?,
        ["Done with"]
    );
    assert_eq!(subjects(&mut jane, view(CaseView::Mine)).await?.len(), 3);
    assert_eq!(subjects(&mut agent, view(CaseView::Mine)).await?, ["Taken"]);
    assert_eq!(
        subjects(&mut agent, view(CaseView::Unassigned)).await?,
        ["Zone file of acme"]
    );
    assert!(
        subjects(&mut agent, view(CaseView::Overdue))
            .await?
            .is_empty()
    );

    let all = view(CaseView::All);
    let with = |change: fn(&mut ListCasesRequest)| {
        let mut request = all.clone();
        change(&mut request);
        request
    };
    assert_eq!(
        subjects(&mut jane, with(|r| r.tld = "acme".into())).await?,
        ["Zone file of acme"]
    );
    assert_eq!(
        subjects(&mut jane, with(|r| r.query = "zon acm".into())).await?,
        ["Zone file of acme"]
    );
    assert_eq!(
        subjects(
            &mut jane,
            with(|r| r.query = "'; drop table cases; --".into())
        )
        .await?,
        [""; 0]
    );
    assert_eq!(
        subjects(&mut jane, with(|r| r.query = "0001".into()))
            .await?
            .len(),
        3
    );
    assert_eq!(
        subjects(&mut jane, with(|r| r.statuses = vec![Status::New.into()])).await?,
        ["Zone file of acme"]
    );
    Ok(())
}

#[tokio::test]
async fn counts_agree_with_lists() -> anyhow::Result<()> {
    let world = World::start().await?;
    let person = jane();
    let mut jane = world.client(&person)?;
    for subject in ["one", "two"] {
        open(&mut jane, subject).await?;
    }
    let closed = open(&mut jane, "three").await?;
    let close = CloseCaseRequest {
        name: closed.name,
        remark: "Done.".into(),
        etag: String::new(),
    };
    world.client(&agent())?.close_case(close).await?;

    world.clock.advance(SignedDuration::from_hours(8 * 24));
    let mut jane = world.client(&person)?;
    let counts = jane
        .count_cases(CountCasesRequest {})
        .await?
        .into_inner()
        .counts;
    for view in [
        CaseView::Open,
        CaseView::All,
        CaseView::Closed,
        CaseView::Mine,
        CaseView::Overdue,
        CaseView::WithIcann,
    ] {
        let mut request = ListCasesRequest::default();
        request.set_view(view);
        let listed = jane.list_cases(request).await?.into_inner();
        let counted = counts
            .iter()
            .filter(|count| count.view() == view)
            .map(|count| count.count)
            .sum::<i64>();
        assert_eq!(counted, i64::from(listed.total_size), "{view:?}");
        assert_eq!(
            usize::try_from(listed.total_size)?,
            listed.cases.len(),
            "{view:?}"
        );
    }
    Ok(())
}
