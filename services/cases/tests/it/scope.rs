//! Nobody sees or changes what is not theirs: not by any method, and not in the database either.

use jiff::Timestamp;
use nsp_kit::{
    auth::{Actor, Person},
    db::Database,
    id::AccountId,
    testbed,
};
use nsp_proto::{
    auth::v1::Role,
    cases::v1::{
        CancelCaseRequest, CaseView, CountCasesRequest, CreateCommentRequest,
        CreateInternalNoteRequest, GetCaseRequest, ListCasesRequest, ListCommentsRequest,
        ListRelatedCasesRequest, RequestExpediteRequest,
    },
};
use tonic::Code;

use crate::harness::{World, agent, inquiry, jane, open, refused};

#[tokio::test]
async fn everything_of_one_account_is_invisible_to_another() -> anyhow::Result<()> {
    let world = World::start().await?;
    let mut jane = world.client(&jane())?;
    let mut mallory = world.client(&testbed::portal_user(
        "Mallory",
        AccountId::new(),
        &[Role::Administrator],
    ))?;
    let case = open(&mut jane, "Confidential").await?;
    let own = open(&mut mallory, "Own").await?;
    let note = CreateInternalNoteRequest {
        parent: own.name.clone(),
        body: "Suspicious.".into(),
        request_id: String::new(),
    };
    world.client(&agent())?.create_internal_note(note).await?;

    for name in [case.name.clone(), format!("cases/{}", case.number)] {
        let not_found = |answer| refused(answer, Code::NotFound, "CASE_NOT_FOUND");
        not_found(
            mallory
                .get_case(GetCaseRequest { name: name.clone() })
                .await
                .map(drop),
        );
        let list = ListCommentsRequest {
            parent: name.clone(),
            ..Default::default()
        };
        not_found(mallory.list_comments(list).await.map(drop));
        not_found(
            mallory
                .list_related_cases(ListRelatedCasesRequest { name: name.clone() })
                .await
                .map(drop),
        );
        let say = CreateCommentRequest {
            parent: name.clone(),
            body: "Hi".into(),
            request_id: String::new(),
        };
        not_found(mallory.create_comment(say).await.map(drop));
        let cancel = CancelCaseRequest {
            name: name.clone(),
            ..Default::default()
        };
        not_found(mallory.cancel_case(cancel).await.map(drop));
        let ask = RequestExpediteRequest {
            name: name.clone(),
            reason: "Me first".into(),
            etag: String::new(),
        };
        not_found(mallory.request_expedite(ask).await.map(drop));
        let mut follow = inquiry("After yours");
        follow.follows = name;
        not_found(mallory.create_case(follow).await.map(drop));
    }
    for query in ["", "Confidential", &case.number] {
        let mut request = ListCasesRequest {
            query: query.to_owned(),
            account: case.account.clone(),
            ..Default::default()
        };
        request.set_view(CaseView::All);
        let found = mallory.list_cases(request).await?.into_inner();
        assert!(
            found.cases.iter().all(|found| found.name == own.name),
            "{query}"
        );
        assert!(found.total_size <= 1);
    }
    let counts = mallory
        .count_cases(CountCasesRequest {})
        .await?
        .into_inner()
        .counts;
    assert!(counts.iter().all(|count| count.count == 1));
    Ok(())
}

#[tokio::test]
async fn a_role_limited_to_tlds_sees_their_cases_and_its_own() -> anyhow::Result<()> {
    let world = World::start().await?;
    let admin = jane();
    let limited = Person {
        tlds: vec!["one".into()],
        ..testbed::portal_user("Caleb", admin.account.unwrap(), &[Role::Cases])
    };
    let (mut jane, mut caleb) = (world.client(&admin)?, world.client(&limited)?);
    for label in ["one", "two"] {
        world.add_tld(label, admin.account.unwrap()).await?;
        let mut request = inquiry(label);
        request.tlds = vec![label.into()];
        jane.create_case(request).await?;
    }
    open(&mut jane, "general").await?;
    open(&mut caleb, "own").await?;
    let mut foreign = inquiry("two again");
    foreign.tlds = vec!["two".into()];
    assert_eq!(
        crate::harness::fields(&caleb.create_case(foreign).await.unwrap_err()),
        ["tlds"]
    );

    let mut seen: Vec<String> = caleb
        .list_cases(ListCasesRequest::default())
        .await?
        .into_inner()
        .cases
        .into_iter()
        .map(|case| case.subject)
        .collect();
    seen.sort();
    assert_eq!(seen, ["one", "own"]);
    Ok(())
}

#[tokio::test]
async fn tokens_that_are_not_good_are_refused_with_the_right_reason() -> anyhow::Result<()> {
    let world = World::start().await?;
    let get = || GetCaseRequest {
        name: "cases/00000001".into(),
    };
    refused(
        world.anonymous().get_case(get()).await,
        Code::PermissionDenied,
        "ROLE_REQUIRED",
    );
    refused(
        world.with_token("nonsense").get_case(get()).await,
        Code::Unauthenticated,
        "TOKEN_MALFORMED",
    );
    let token = world.bed.token(&jane())?;
    let other = testbed::Bed::new(world.clock.clone())
        .await?
        .token(&jane())?;
    refused(
        world.with_token(&other).get_case(get()).await,
        Code::Unauthenticated,
        "TOKEN_SIGNATURE",
    );
    let (head, rest) = token.split_once('.').unwrap();
    let tampered = format!("{head}.{}", rest.replacen('A', "B", 1));
    assert!(world.with_token(&tampered).get_case(get()).await.is_err());
    world.clock.advance(jiff::SignedDuration::from_mins(5));
    refused(
        world.with_token(&token).get_case(get()).await,
        Code::Unauthenticated,
        "TOKEN_EXPIRED",
    );
    Ok(())
}

/// The database alone, with no condition in any query: every table, read and written, in every scope.
#[tokio::test]
async fn the_database_alone_refuses_what_is_out_of_scope() -> anyhow::Result<()> {
    let world = World::start().await?;
    let (jane, ada) = (jane(), agent());
    let case = open(&mut world.client(&jane)?, "Mine").await?;
    world.add_tld("mine", jane.account.unwrap()).await?;
    let note = CreateInternalNoteRequest {
        parent: case.name,
        body: "Note.".into(),
        request_id: String::new(),
    };
    world.client(&ada)?.create_internal_note(note).await?;

    let mallory = testbed::portal_user("Mallory", AccountId::new(), &[Role::Administrator]);
    let nobody = Person {
        account: None,
        ..mallory.clone()
    };
    let limited = Person {
        tlds: vec!["other".into()],
        user: nsp_kit::id::UserId::new(),
        ..jane.clone()
    };
    // Rows seen of: cases, comments, internal_notes, tlds.
    let expected = [
        (Actor::Person(Box::new(jane)), [1, 1, 0, 1]),
        (Actor::Person(Box::new(mallory)), [0, 0, 0, 0]),
        (Actor::Person(Box::new(nobody)), [0, 0, 0, 0]),
        (Actor::Person(Box::new(limited)), [0, 0, 0, 0]),
        (Actor::Person(Box::new(ada)), [1, 1, 1, 1]),
        (Actor::Service("cases".into()), [1, 1, 1, 1]),
    ];
    let db = Database::connect(&world.database)?;
    let mut tx = db.begin_as_service("cases", Timestamp::UNIX_EPOCH).await?;
    let tables: Vec<String> = sqlx::query_scalar(
        "select relname::text from pg_class join pg_namespace on pg_namespace.oid = relnamespace
         where nspname = 'public' and relkind in ('r', 'p') and relname <> '_sqlx_migrations' order by relname",
    )
    .fetch_all(&mut *tx)
    .await?;
    // A new table belongs into this test.
    assert_eq!(tables, ["cases", "comments", "internal_notes", "tlds"]);
    for (actor, expected) in expected {
        for (table, expected) in tables.iter().zip(expected) {
            let mut tx = db.begin(&actor, Timestamp::UNIX_EPOCH).await?;
            let query = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
            let seen: i64 = sqlx::query_scalar(query).fetch_one(&mut *tx).await?;
            assert_eq!(seen, expected, "{actor} {table}");
        }
        if expected[0] == 0 {
            let mut tx = db.begin(&actor, Timestamp::UNIX_EPOCH).await?;
            let changed = sqlx::query("update cases set subject = 'stolen'")
                .execute(&mut *tx)
                .await?;
            assert_eq!(changed.rows_affected(), 0, "{actor}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn audit_rows_can_only_be_added() -> anyhow::Result<()> {
    let world = World::start().await?;
    open(&mut world.client(&jane())?, "Audited").await?;
    let db = Database::connect(&world.database)?;
    for statement in [
        "update kit.audit set actor = 'nobody'",
        "delete from kit.audit",
        "truncate kit.audit",
    ] {
        let mut tx = db.begin_as_service("cases", Timestamp::UNIX_EPOCH).await?;
        let error = sqlx::query(statement).execute(&mut *tx).await.unwrap_err();
        assert_eq!(
            error
                .as_database_error()
                .and_then(sqlx::error::DatabaseError::code)
                .as_deref(),
            Some("42501"),
            "{statement}"
        );
    }
    Ok(())
}
