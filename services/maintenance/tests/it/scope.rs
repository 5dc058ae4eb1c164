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
    maintenance::v1::{
        CreateFeedRequest, CreateWindowsRequest, GetWindowRequest, ListWindowsRequest, Window,
    },
};
use tonic::Code;
use uuid::Uuid;

use crate::harness::{World, add, agent, create, delete, fields, refused, update};

#[tokio::test]
async fn everything_of_one_account_is_invisible_to_another() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.person("Jane", &["one"]).await?;
    let mallory = world.person("Mallory", &["foreign"]).await?;
    let window = add(&mut world.client(&jane)?, world.window("one", 60, 120)).await?;
    let mut client = world.client(&mallory)?;
    let get = GetWindowRequest {
        name: window.name.clone(),
    };
    refused(
        client.get_window(get).await,
        Code::NotFound,
        "WINDOW_NOT_FOUND",
    );
    let stolen = Window {
        display_name: "Stolen".into(),
        ..window.clone()
    };
    let answer = client
        .update_window(update(&stolen, &["display_name"]))
        .await;
    refused(answer, Code::NotFound, "WINDOW_NOT_FOUND");
    let answer = client.delete_windows(delete(&[&window])).await;
    refused(answer, Code::FailedPrecondition, "WINDOWS_NOT_DELETABLE");
    let intrude = client
        .create_windows(create(&[world.window("one", 90, 100)]))
        .await
        .unwrap_err();
    // Not that something is in the way: only that the TLD is not hers.
    assert_eq!(fields(&intrude), ["windows[0].tld"]);
    Ok(())
}

#[tokio::test]
async fn a_role_limited_to_tlds_sees_and_changes_only_theirs() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.person("Jane", &["one", "two"]).await?;
    let caleb = Person {
        tlds: vec!["one".into()],
        ..testbed::portal_user("Caleb", jane.account.unwrap(), &[Role::Technical])
    };
    let mut admin = world.client(&jane)?;
    let one = add(&mut admin, world.window("one", 60, 120)).await?;
    let two = add(&mut admin, world.window("two", 60, 120)).await?;
    let mut client = world.client(&caleb)?;
    let list = client
        .list_windows(ListWindowsRequest::default())
        .await?
        .into_inner();
    assert_eq!(list.total_size, 1);
    assert_eq!(list.windows[0].name, one.name);
    refused(
        client
            .get_window(GetWindowRequest {
                name: two.name.clone(),
            })
            .await,
        Code::NotFound,
        "WINDOW_NOT_FOUND",
    );
    let status = client
        .create_windows(create(&[world.window("two", 200, 210)]))
        .await
        .unwrap_err();
    assert_eq!(fields(&status), ["windows[0].tld"]);
    let moved = Window {
        tld: "two".into(),
        ..one.clone()
    };
    let status = client
        .update_window(update(&moved, &["tld"]))
        .await
        .unwrap_err();
    assert_eq!(fields(&status), ["window.tld"]);
    client.delete_windows(delete(&[&one])).await?;
    refused(
        client.delete_windows(delete(&[&two])).await,
        Code::FailedPrecondition,
        "WINDOWS_NOT_DELETABLE",
    );
    Ok(())
}

#[tokio::test]
async fn who_may_not_write_reads() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.person("Jane", &["one"]).await?;
    let window = add(&mut world.client(&jane)?, world.window("one", 60, 120)).await?;
    let account = jane.account.unwrap();
    for person in [
        testbed::portal_user("Reader", account, &[Role::ReadOnly]),
        testbed::portal_user(
            "Biller",
            account,
            &[Role::Billing, Role::Cases, Role::Compliance],
        ),
        agent(),
    ] {
        let mut client = world.client(&person)?;
        let get = GetWindowRequest {
            name: window.name.clone(),
        };
        assert_eq!(client.get_window(get).await?.into_inner(), window);
        refused(
            client.create_windows(create(&[])).await,
            Code::PermissionDenied,
            "ROLE_REQUIRED",
        );
        refused(
            client.delete_windows(delete(&[&window])).await,
            Code::PermissionDenied,
            "ROLE_REQUIRED",
        );
        refused(
            client.update_window(update(&window, &["enabled"])).await,
            Code::PermissionDenied,
            "ROLE_REQUIRED",
        );
    }
    let nobody = Person {
        account: None,
        ..jane
    };
    refused(
        world
            .client(&nobody)?
            .create_windows(create(&[world.window("one", 1, 2)]))
            .await,
        Code::FailedPrecondition,
        "NO_ACCOUNT",
    );
    Ok(())
}

/// The database alone, with no condition in any query: every table, read and written, in every scope.
#[tokio::test]
async fn the_database_alone_refuses_what_is_out_of_scope() -> anyhow::Result<()> {
    let world = World::start().await?;
    let (jane, ada) = (world.person("Jane", &["mine"]).await?, agent());
    let request = CreateWindowsRequest {
        request_id: Uuid::now_v7().to_string(),
        ..create(&[world.window("mine", 60, 120)])
    };
    world.client(&jane)?.create_windows(request).await?;
    world
        .feeds(&jane)?
        .create_feed(CreateFeedRequest { replace: false })
        .await?;
    sqlx::query("insert into accounts (id, name) values ($1, 'Mine')")
        .bind(jane.account)
        .execute(&world.owner)
        .await?;

    let mallory = testbed::portal_user("Mallory", AccountId::new(), &[Role::Administrator]);
    let nobody = Person {
        account: None,
        ..mallory.clone()
    };
    // Whom the registry lets schedule, and who was let until a moment ago.
    let sjoerd = testbed::portal_user("Sjoerd", AccountId::new(), &[Role::Technical]);
    let former = testbed::portal_user("Former", AccountId::new(), &[Role::Technical]);
    for (provider, end) in [
        (&sjoerd, "1970-01-01T00:00:01Z"),
        (&former, "1970-01-01T00:00:00Z"),
    ] {
        sqlx::query("insert into grants values ($1, $2, $3, 'mine', $4::timestamptz)")
            .bind(Uuid::now_v7())
            .bind(jane.account)
            .bind(provider.account)
            .bind(end)
            .execute(&world.owner)
            .await?;
    }
    let limited = Person {
        tlds: vec!["other".into()],
        user: nsp_kit::id::UserId::new(),
        ..jane.clone()
    };
    // Rows seen of: accounts, feeds, grants, requests, services, tlds, windows.
    let expected = [
        (Actor::Person(Box::new(jane)), [1, 1, 0, 1, 8, 1, 1]),
        (Actor::Person(Box::new(mallory)), [0, 0, 0, 0, 8, 0, 0]),
        (Actor::Person(Box::new(nobody)), [0, 0, 0, 0, 8, 0, 0]),
        (Actor::Person(Box::new(limited)), [1, 0, 0, 0, 8, 0, 0]),
        (Actor::Person(Box::new(sjoerd)), [1, 0, 1, 0, 8, 1, 1]),
        (Actor::Person(Box::new(former)), [0, 0, 1, 0, 8, 0, 0]),
        (Actor::Person(Box::new(ada)), [1, 1, 2, 0, 8, 1, 1]),
        (Actor::Service("maintenance".into()), [1, 1, 2, 1, 8, 1, 1]),
    ];
    let db = Database::connect(&world.database)?;
    let mut tx = db
        .begin_as_service("maintenance", Timestamp::UNIX_EPOCH)
        .await?;
    let tables: Vec<String> = sqlx::query_scalar(
        "select relname::text from pg_class join pg_namespace on pg_namespace.oid = relnamespace
         where nspname = 'public' and relkind in ('r', 'p') and relname <> '_sqlx_migrations' order by relname",
    )
    .fetch_all(&mut *tx)
    .await?;
    // A new table belongs into this test.
    assert_eq!(
        tables,
        [
            "accounts", "feeds", "grants", "requests", "services", "tlds", "windows"
        ]
    );
    for (actor, expected) in expected {
        for (table, expected) in tables.iter().zip(expected) {
            let mut tx = db.begin(&actor, Timestamp::UNIX_EPOCH).await?;
            let query = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
            let seen: i64 = sqlx::query_scalar(query).fetch_one(&mut *tx).await?;
            assert_eq!(seen, expected, "{actor} {table}");
        }
        if expected[6] == 0 {
            for statement in [
                "update windows set name = 'stolen'",
                "delete from windows",
                "delete from feeds",
            ] {
                let mut tx = db.begin(&actor, Timestamp::UNIX_EPOCH).await?;
                let changed = sqlx::query(statement).execute(&mut *tx).await?;
                assert_eq!(changed.rows_affected(), 0, "{actor} {statement}");
            }
        }
    }
    Ok(())
}

/// The right to lock a TLD is no right to change it.
#[tokio::test]
async fn a_tld_can_be_locked_but_not_taken() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.person("Jane", &["mine"]).await?;
    let db = Database::connect(&world.database)?;
    let actor = Actor::Person(Box::new(jane));
    let mut tx = db.begin(&actor, Timestamp::UNIX_EPOCH).await?;
    let locked: Vec<String> = sqlx::query_scalar("select label from tlds for update")
        .fetch_all(&mut *tx)
        .await?;
    assert_eq!(locked, ["mine"]);
    let changed = sqlx::query("update tlds set label = 'yours'")
        .execute(&mut *tx)
        .await;
    let code = changed.unwrap_err();
    let code = code
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    assert_eq!(code.as_deref(), Some("42501"));
    Ok(())
}
