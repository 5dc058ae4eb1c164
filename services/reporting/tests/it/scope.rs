//! People see how the TLDs of their account stand, and staff those of all.

use jiff::SignedDuration;
use nsp_kit::{auth::Person, id::AccountId, testbed};
use nsp_proto::{
    auth::v1::Role,
    reporting::v1::{
        self as pb, GetReportStatusRequest, ListReportStatusesRequest, ListSubmissionsRequest,
        ReportKind, ReportStatusOrder, period::State,
    },
};
use tonic::Code;

use crate::{
    accepting, bodies,
    harness::{Sent, World, agent, fields, refused},
};

async fn labels(
    world: &World,
    person: &Person,
    request: ListReportStatusesRequest,
) -> anyhow::Result<Vec<String>> {
    let answer = world
        .statuses(person)?
        .list_report_statuses(request)
        .await?;
    let answer = answer.into_inner();
    assert_eq!(answer.next_page_token, "");
    assert_eq!(usize::try_from(answer.total_size)?, answer.statuses.len());
    Ok(answer.statuses.into_iter().map(|one| one.tld).collect())
}

fn get(tld: &str) -> GetReportStatusRequest {
    GetReportStatusRequest {
        name: format!("tlds/{tld}/reportStatus"),
    }
}

fn history(tld: &str) -> ListSubmissionsRequest {
    ListSubmissionsRequest {
        parent: format!("tlds/{tld}"),
        ..Default::default()
    }
}

#[tokio::test]
async fn another_accounts_tld_is_invisible() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.registry("Jane", &["example", "second"]).await?;
    let omar = world.registry("Omar", &["omars"]).await?;
    for (sent, _) in accepting::good() {
        world.accepted(&sent).await?;
    }
    let all = ListReportStatusesRequest::default;
    assert_eq!(labels(&world, &jane, all()).await?, ["example", "second"]);
    assert_eq!(labels(&world, &omar, all()).await?, ["omars"]);
    let everything = labels(&world, &agent(), all()).await?;
    assert_eq!(everything, ["example", "omars", "second"]);
    let of_jane = ListReportStatusesRequest {
        account: jane.account.unwrap().to_string(),
        ..all()
    };
    let seen = labels(&world, &agent(), of_jane.clone()).await?;
    assert_eq!(seen, ["example", "second"]);
    // Only staff choose.
    assert_eq!(labels(&world, &omar, of_jane).await?, ["omars"]);

    let mut client = world.statuses(&omar)?;
    let foreign = client.get_report_status(get("example")).await;
    refused(foreign, Code::NotFound, "TLD_NOT_FOUND");
    let foreign = client.list_submissions(history("example")).await;
    refused(foreign, Code::NotFound, "TLD_NOT_FOUND");
    let nowhere = client.get_report_status(get("nowhere")).await;
    refused(nowhere, Code::NotFound, "TLD_NOT_FOUND");
    let own = client.list_submissions(history("omars")).await?;
    assert!(own.into_inner().submissions.is_empty());
    let mut staff = world.statuses(&agent())?;
    let seen = staff.list_submissions(history("example")).await?;
    assert_eq!(seen.into_inner().submissions.len(), 4);

    // A role that is limited to one TLD.
    let limited = Person {
        tlds: vec!["second".into()],
        ..jane
    };
    assert_eq!(labels(&world, &limited, all()).await?, ["second"]);
    let mut limited = world.statuses(&limited)?;
    let other = limited.list_submissions(history("example")).await;
    refused(other, Code::NotFound, "TLD_NOT_FOUND");
    Ok(())
}

#[tokio::test]
async fn a_new_holder_sees_nothing_of_what_was_before() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.registry("Jane", &["example"]).await?;
    let omar = world.registry("Omar", &["omars"]).await?;
    let [(sent, _), ..] = accepting::good();
    world.accepted(&sent).await?;
    sqlx::query("update tlds set account = $1, owes_from = '2026-11-24' where label = 'example'")
        .bind(omar.account)
        .execute(&world.owner)
        .await?;
    let mut client = world.statuses(&omar)?;
    let seen = client.list_submissions(history("example")).await?;
    assert!(seen.into_inner().submissions.is_empty());
    let mut before = world.statuses(&jane)?;
    let before = before.list_submissions(history("example")).await;
    refused(before, Code::NotFound, "TLD_NOT_FOUND");
    Ok(())
}

#[tokio::test]
async fn what_is_late_comes_first_and_pages_follow_each_other() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world
        .registry("Jane", &["aa", "bb", "cc", "dd", "example"])
        .await?;
    // Owing nothing, owing a day, owing since the beginning of the month.
    for (label, from) in [
        ("aa", "2026-11-30"),
        ("cc", "2026-11-22"),
        ("example", "2026-11-20"),
    ] {
        sqlx::query("update tlds set owes_from = $2::date where label = $1")
            .bind(label)
            .bind(from)
            .execute(&world.owner)
            .await?;
    }
    world.clock.advance(SignedDuration::from_hours(1));
    // bb and dd: reports of 22 days and notifications of 21; cc: one report; example: three reports and two notifications.
    world.counts("overdue", 2 * (22 + 21) + 1 + 3 + 2).await?;
    let mut client = world.statuses(&jane)?;
    let mut request = ListReportStatusesRequest {
        page_size: 2,
        order_by: ReportStatusOrder::Late.into(),
        ..Default::default()
    };
    let mut seen = Vec::new();
    for _ in 0..3 {
        let page = client
            .list_report_statuses(request.clone())
            .await?
            .into_inner();
        assert_eq!((page.total_size, page.late_size), (5, 4));
        seen.extend(
            page.statuses
                .into_iter()
                .map(|one| (one.tld, one.late_count)),
        );
        request.page_token = page.next_page_token;
    }
    let expected = [("bb", 43), ("dd", 43), ("example", 5), ("cc", 1), ("aa", 0)];
    let expected = expected.map(|(label, late)| (label.to_owned(), late));
    assert_eq!(seen, expected);
    assert_eq!(request.page_token, "");

    let late = ListReportStatusesRequest {
        late_only: true,
        ..Default::default()
    };
    assert_eq!(
        labels(&world, &jane, late).await?,
        ["bb", "cc", "dd", "example"]
    );
    let query = |query: &str| ListReportStatusesRequest {
        query: query.into(),
        ..Default::default()
    };
    assert_eq!(labels(&world, &jane, query(" .XAM ")).await?, ["example"]);
    assert!(labels(&world, &jane, query("%")).await?.is_empty());
    for wrong in ["x".repeat(64), "a\0b".to_owned()] {
        let answer = client.list_report_statuses(query(&wrong)).await;
        assert_eq!(fields(&answer.unwrap_err()), ["query"], "{wrong:?}");
    }
    Ok(())
}

/// The kind of a status.
fn kind(status: &pb::ReportStatus, kind: ReportKind) -> pb::KindStatus {
    let found = status.kinds.iter().find(|one| one.kind() == kind);
    found.cloned().unwrap()
}

#[tokio::test]
async fn a_status_says_what_is_in_and_what_is_late_for_longest() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.registry("Jane", &["example", "shut"]).await?;
    let escrow = ReportKind::RegistryEscrowReport;
    for day in ["2026-11-22", "2026-11-23"] {
        let body = bodies::escrow_report(day, "FULL", day);
        world.accepted(&Sent::new(escrow, day, body)).await?;
    }
    let again = bodies::escrow_report("again", "FULL", "2026-11-23");
    world.accepted(&Sent::new(escrow, "again", again)).await?;
    let mut client = world.statuses(&jane)?;
    let status = client.get_report_status(get("example")).await?.into_inner();
    let deposits = kind(&status, escrow);
    // Owed from 2 November on; the 22nd came late, the 24th is expected.
    assert_eq!(deposits.periods.len(), 23);
    assert_eq!(deposits.late_count, 20);
    let first = |place: usize| deposits.periods[place].clone();
    assert_eq!(first(0).state(), State::Expected);
    assert_eq!(
        (first(1).state(), first(1).submission_count),
        (State::Received, 2)
    );
    assert!(first(1).received_late && first(2).received_late);
    assert_eq!(first(3).state(), State::Late);
    assert_eq!(deposits.oldest_late.unwrap().date, "2026-11-02");
    assert_eq!(deposits.newest_received.unwrap().date, "2026-11-23");
    let months = kind(&status, ReportKind::RegistrarTransactions);
    assert_eq!(months.periods.len(), 0, "November is not over");

    let shut = client.get_report_status(get("shut")).await?.into_inner();
    let closed = kind(&shut, ReportKind::RegistrarTransactions);
    assert!(!closed.enabled && closed.periods.is_empty() && closed.oldest_late.is_none());
    // A list has the newest only, and what is late as the hourly job noted it.
    world.clock.advance(SignedDuration::from_hours(1));
    let (periods, oldest) = testbed::eventually(async || {
        let mut client = world.statuses(&jane)?;
        let list = client
            .list_report_statuses(ListReportStatusesRequest::default())
            .await?
            .into_inner();
        let deposits = kind(&list.statuses[0], escrow).clone();
        let oldest = deposits.oldest_late;
        Ok(oldest.map(|oldest| (deposits.periods.len(), oldest.date)))
    })
    .await?;
    assert_eq!((periods, oldest.as_str()), (1, "2026-11-02"));
    Ok(())
}

#[tokio::test]
async fn the_history_says_who_sent_what_and_how_it_was_answered() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.registry("Jane", &["example"]).await?;
    let escrow = ReportKind::RegistryEscrowReport;
    let body = bodies::escrow_report("1", "FULL", "2026-11-24");
    world
        .accepted(&Sent::new(escrow, "1", body.clone()))
        .await?;
    world
        .rejected(&Sent::new(escrow, "2", body.clone()))
        .await?;
    let changed = body.replace("1234", "1235");
    world.accepted(&Sent::new(escrow, "1", changed)).await?;
    let months = Sent::new(
        ReportKind::RegistryFunctionsActivity,
        "2026-10",
        bodies::activity(1),
    );
    world.accepted(&months).await?;

    let mut client = world.statuses(&jane)?;
    let mut request = ListSubmissionsRequest {
        page_size: 3,
        ..history("example")
    };
    let page = client.list_submissions(request.clone()).await?.into_inner();
    request.page_token = page.next_page_token;
    let rest = client.list_submissions(request.clone()).await?.into_inner();
    assert_eq!(rest.next_page_token, "");
    let all: Vec<_> = page
        .submissions
        .into_iter()
        .chain(rest.submissions)
        .collect();
    let facts: Vec<_> = all
        .iter()
        .map(|one| {
            let code = one.result.clone().unwrap_or_default().code;
            (
                one.kind(),
                code,
                one.accepted,
                one.current,
                one.external_id.as_str(),
            )
        })
        .collect();
    let expected = [
        (months.kind, 1000, true, true, ""),
        (escrow, 1000, true, true, "1"),
        (escrow, 2006, false, false, "2"),
        (escrow, 1000, true, false, "1"),
    ];
    assert_eq!(facts, expected);
    let refusal = &all[2];
    assert_eq!(
        (refusal.client.as_str(), refusal.client_address.as_str()),
        ("example_ry", "192.0.2.7")
    );
    assert_eq!(refusal.date, "2026-11-24");
    assert_eq!(refusal.size, i64::try_from(body.len())?);
    assert!(
        !refusal
            .result
            .clone()
            .unwrap_or_default()
            .description
            .is_empty()
    );
    let only = ListSubmissionsRequest {
        kind: months.kind.into(),
        ..history("example")
    };
    let only = client.list_submissions(only).await?.into_inner();
    assert_eq!(only.submissions.len(), 1);
    Ok(())
}

#[tokio::test]
async fn only_the_edge_submits_and_only_the_monitoring_puts() -> anyhow::Result<()> {
    let world = World::start().await?;
    world.registry("Jane", &["example"]).await?;
    let [(sent, _), ..] = accepting::good();
    // Other services, and people, are not the edge.
    for caller in ["gateway", "monitoring", "cases"] {
        let parts = futures_util::stream::iter(sent.parts());
        let answer = world.reports_as(caller)?.submit_report(parts).await;
        let code = answer.unwrap_err().code();
        assert!(
            matches!(code, Code::PermissionDenied | Code::Unauthenticated),
            "{code:?}"
        );
    }
    let request = pb::PutProbeNodesRequest::default();
    let answer = world.ingest_as("access")?.put_probe_nodes(request).await;
    let code = answer.unwrap_err().code();
    assert!(
        matches!(code, Code::PermissionDenied | Code::Unauthenticated),
        "{code:?}"
    );
    assert_eq!(world.count("submissions").await?, 0);

    // Nobody's account: nothing is theirs.
    let stranger = testbed::portal_user("Mallory", AccountId::new(), &[Role::Administrator]);
    let all = ListReportStatusesRequest::default();
    assert!(labels(&world, &stranger, all).await?.is_empty());
    Ok(())
}
