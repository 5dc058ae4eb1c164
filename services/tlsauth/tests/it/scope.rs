//! Nobody sees or changes what is not theirs: not by any method, and not in the database either.

use nsp_kit::{
    auth::{Actor, Person},
    db::Database,
    id::AccountId,
    testbed,
};
use nsp_proto::{
    auth::v1::Role,
    tlsauth::v1::{
        GetTlsClientRequest, ListTldsRequest, ListUploadsRequest, PreviewTlsClientsRequest,
        TlsRole, ValidateUploadRequest,
    },
};
use tonic::Code;
use uuid::Uuid;

use crate::harness::{World, add, agent, create, delete, fields, record, refused, seen, update};

const MONTHLY: [TlsRole; 1] = [TlsRole::MonthlyReporting];

#[tokio::test]
async fn everything_of_one_account_is_invisible_to_another() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.registry("Jane", &["one"]).await?;
    let mallory = world.registry("Mallory", &["foreign"]).await?;
    let entry = record("a.example", &MONTHLY);
    let made = add(&mut world.client(&jane)?, &["one"], &entry)
        .await?
        .remove(0);
    let mut client = world.client(&mallory)?;
    assert!(seen(&mut client).await?.is_empty());
    let tlds = client
        .list_tlds(ListTldsRequest::default())
        .await?
        .into_inner()
        .tlds;
    assert_eq!(tlds.len(), 1);
    refused(
        client
            .get_tls_client(GetTlsClientRequest {
                name: made.name.clone(),
            })
            .await,
        Code::NotFound,
        "TLS_CLIENT_NOT_FOUND",
    );
    let status = client
        .update_tls_clients(update(&[&made], &entry, &["note"]))
        .await
        .unwrap_err();
    assert_eq!(fields(&status), ["names[0]"]);
    let status = client.delete_tls_clients(delete(&[&made])).await;
    assert_eq!(fields(&status.unwrap_err()), ["names[0]"]);
    // Not that something is in the way: only that the TLD is not hers.
    let preview = client
        .preview_tls_clients(PreviewTlsClientsRequest {
            tlds: vec!["one".into()],
            tls_client: Some(entry.clone()),
        })
        .await?
        .into_inner();
    assert_eq!(preview.problems.len(), 1);
    assert_eq!(preview.problems[0].reason, "TLD_NOT_FOUND");
    let status = client.create_tls_clients(create(&["one"], &entry)).await;
    assert_eq!(fields(&status.unwrap_err()), ["tlds[0]"]);
    Ok(())
}

#[tokio::test]
async fn a_role_limited_to_tlds_sees_and_changes_only_theirs() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.registry("Jane", &["one", "two"]).await?;
    let sjoerd = world.provider("Sjoerd").await?;
    world.grant(&jane, &sjoerd, &["one", "two"]).await?;
    let entry = record("a.example", &MONTHLY);
    add(&mut world.client(&jane)?, &["one", "two"], &entry).await?;
    for person in [&jane, &sjoerd] {
        let limited = Person {
            tlds: vec!["one".into()],
            ..person.clone()
        };
        let mut client = world.client(&limited)?;
        let names = seen(&mut client).await?;
        assert_eq!(names.len(), 1);
        assert!(names[0].starts_with("tlds/one/"));
        let status = add(&mut client, &["two"], &record("b.example", &MONTHLY)).await;
        assert_eq!(fields(&status.unwrap_err()), ["tlds[0]"]);
        refused(
            world
                .uploads(&limited)?
                .validate_upload(ValidateUploadRequest::default())
                .await,
            Code::PermissionDenied,
            "ALL_TLDS_REQUIRED",
        );
        let list = world
            .uploads(&limited)?
            .list_uploads(ListUploadsRequest::default())
            .await?;
        assert!(list.into_inner().uploads.is_empty());
    }
    Ok(())
}

const ROWS: [&str; 8] = [
        "insert into checks (entry, domain_name, check_time, verdict, result)
         select id, 'a.example', now(), 'works', '' from entries
         on conflict (entry, domain_name) do nothing",
        "insert into watches (entry, domain_name, verdict, told) select id, 'a.example', 'works', '{}' from entries",
        "insert into uploads (id, account, attestation, attester, creator, creator_name, create_time, row_count, tld_count)
         select gen_random_uuid(), id, '', '', '', '', now(), 1, 1 from accounts where provider",
        "insert into consents (id, upload, account, provider, attestation, attester, tlds, row_count, create_time)
         select gen_random_uuid(), uploads.id, accounts.id, uploads.account, '', '', '{mine}', 1, now()
         from uploads, accounts where not provider",
        "insert into upload_rows (consent, line, tld, domain_names, roles, prefixes, open_reason, note)
         select id, 2, 'mine', '{a.example}', '{slam-data}', '{192.0.2.0/24}', '', '' from consents",
        "insert into notices (id, account, template, resource, data, tld, create_time)
         select gen_random_uuid(), gen_random_uuid(), '', '', '{}', '', now()",
        "insert into published (tld, version) values ('mine', 1) on conflict do nothing",
        "insert into bucket (created) values ('x') on conflict do nothing",
    ];

/// A row in each table that no method has filled.
async fn fill(world: &World) -> anyhow::Result<()> {
    for statement in ROWS {
        sqlx::query(statement).execute(&world.owner).await?;
    }
    Ok(())
}

/// The database alone, with no condition in any query: every table, read and written, in every scope.
#[tokio::test]
async fn the_database_alone_refuses_what_is_out_of_scope() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.registry("Jane", &["mine"]).await?;
    let sjoerd = world.provider("Sjoerd").await?;
    world.grant(&jane, &sjoerd, &["mine"]).await?;
    let mut request = create(&["mine"], &record("a.example", &MONTHLY));
    request.request_id = Uuid::now_v7().to_string();
    world.client(&jane)?.create_tls_clients(request).await?;
    fill(&world).await?;
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
    let tables = [
        "accounts",
        "bucket",
        "checks",
        "consents",
        "entries",
        "grants",
        "notices",
        "policies",
        "published",
        "requests",
        "tlds",
        "upload_rows",
        "uploads",
        "watches",
    ];
    let expected = [
        (
            Actor::Person(Box::new(jane)),
            [2, 0, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 0, 0],
        ),
        (
            Actor::Person(Box::new(sjoerd)),
            [2, 0, 1, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 0],
        ),
        // Providers offer themselves to everybody.
        (
            Actor::Person(Box::new(mallory)),
            [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        ),
        (Actor::Person(Box::new(nobody)), [0; 14]),
        (
            Actor::Person(Box::new(limited)),
            [2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        ),
        (
            Actor::Person(Box::new(agent())),
            [2, 0, 1, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 0],
        ),
        (
            Actor::Service("tlsauth".into()),
            [2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
        ),
    ];
    let db = Database::connect(&world.database)?;
    let there: Vec<String> = sqlx::query_scalar(
        "select relname::text from pg_class join pg_namespace on pg_namespace.oid = relnamespace
         where nspname = 'public' and relkind in ('r', 'p') and relname <> '_sqlx_migrations' order by relname",
    )
    .fetch_all(&world.owner)
    .await?;
    // A new table belongs into this test.
    assert_eq!(there, tables);
    let now = world.clock.now();
    for (actor, expected) in expected {
        for (table, expected) in tables.iter().zip(expected) {
            let mut tx = db.begin(&actor, now).await?;
            let query = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
            let seen: i64 = sqlx::query_scalar(query).fetch_one(&mut *tx).await?;
            // The service may have sent the notice away meanwhile; nobody else sees it at any time.
            if *table != "notices" || expected == 0 {
                assert_eq!(seen, expected, "{actor} {table}");
            }
        }
        if expected[4] == 0 {
            for statement in [
                "update entries set note = 'stolen'",
                "delete from entries",
                "update grants set expire_time = now()",
                "update consents set objection = 'mine'",
                "update policies set version = 0",
                "update upload_rows set outcome = 'LOADED'",
            ] {
                let mut tx = db.begin(&actor, now).await?;
                let changed = sqlx::query(statement).execute(&mut *tx).await?;
                assert_eq!(changed.rows_affected(), 0, "{actor} {statement}");
            }
        }
    }
    Ok(())
}
