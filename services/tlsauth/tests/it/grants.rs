//! Grants: what a service provider can do with one, and how it ends.

use jiff::SignedDuration;
use nsp_kit::{
    auth::{Actor, Person},
    clock::to_proto,
    db::Database,
    testbed::{self, eventually},
};
use nsp_proto::{
    FieldMask,
    auth::v1::Role,
    tlsauth::v1::{
        GetGrantRequest, Grant, ListGrantsRequest, ListProvidersRequest, ListTldsRequest,
        RevokeGrantsRequest, TlsRole, UpdateGrantsRequest, grant,
    },
};
use tonic::Code;

use crate::harness::{DAY, World, add, delete, fields, record, refused, seen, update};

const MONTHLY: [TlsRole; 1] = [TlsRole::MonthlyReporting];

fn change(grant: &Grant, new: Grant, path: &str) -> UpdateGrantsRequest {
    UpdateGrantsRequest {
        names: vec![grant.name.clone()],
        etags: vec![grant.etag.clone()],
        grant: Some(new),
        update_mask: Some(FieldMask {
            paths: vec![path.to_owned()],
        }),
    }
}

#[tokio::test]
async fn a_provider_works_on_granted_tlds_and_no_others() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.registry("Jane", &["one", "two"]).await?;
    let sjoerd = world.provider("Sjoerd").await?;
    let rival = world.provider("Rival").await?;
    let mut registry = world.client(&jane)?;
    let own = add(
        &mut registry,
        &["one", "two"],
        &record("own.example", &MONTHLY),
    )
    .await?;
    let mut provider = world.client(&sjoerd)?;
    let status = add(&mut provider, &["one"], &record("rsp.example", &MONTHLY)).await;
    assert_eq!(fields(&status.unwrap_err()), ["tlds[0]"]);
    assert!(seen(&mut provider).await?.is_empty());

    let grants = world.grant(&jane, &sjoerd, &["one"]).await?;
    assert_eq!(grants[0].provider_display_name, "Sjoerd's account");
    let portfolio = provider
        .list_tlds(ListTldsRequest::default())
        .await?
        .into_inner();
    assert_eq!(portfolio.tlds.len(), 1);
    assert_eq!(
        (
            &portfolio.tlds[0].tld,
            &portfolio.tlds[0].grant,
            portfolio.tlds[0].client_count
        ),
        (&"one".to_owned(), &grants[0].name, 1)
    );
    assert_eq!(portfolio.tlds[0].account_display_name, "Jane's account");
    let status = add(
        &mut provider,
        &["one", "two"],
        &record("rsp.example", &MONTHLY),
    )
    .await;
    assert_eq!(fields(&status.unwrap_err()), ["tlds[1]"]);
    let made = add(&mut provider, &["one"], &record("rsp.example", &MONTHLY)).await?;
    assert_eq!(made[0].grant, grants[0].name);
    assert_eq!(made[0].provider_display_name, "Sjoerd's account");
    assert_eq!(made[0].account, jane.account.unwrap().to_string());
    assert_eq!(made[0].expire_time, grants[0].expire_time);
    // It sees what the registry has for the TLD, and changes only its own.
    assert_eq!(
        seen(&mut provider).await?,
        [own[0].name.clone(), made[0].name.clone()]
    );
    let status = provider
        .update_tls_clients(update(&[&own[0]], &record("", &[]), &["note"]))
        .await
        .unwrap_err();
    assert_eq!(fields(&status), ["names[0]"]);
    let status = provider.delete_tls_clients(delete(&[&own[0]])).await;
    assert_eq!(fields(&status.unwrap_err()), ["names[0]"]);
    let changed = provider
        .update_tls_clients(update(
            &[&made[0]],
            &record("new.example", &[]),
            &["domain_names"],
        ))
        .await?
        .into_inner()
        .tls_clients;
    assert_eq!(changed[0].domain_names, ["new.example"]);
    // Another provider sees nothing of it, and the registry everything.
    assert!(seen(&mut world.client(&rival)?).await?.is_empty());
    assert_eq!(seen(&mut registry).await?.len(), 3);
    registry.delete_tls_clients(delete(&[&changed[0]])).await?;
    Ok(())
}

#[tokio::test]
async fn a_grant_ends_by_revocation_by_time_and_when_it_is_given_back() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.registry("Jane", &["one", "two", "three"]).await?;
    let sjoerd = world.provider("Sjoerd").await?;
    let grants = world
        .grant(&jane, &sjoerd, &["one", "two", "three"])
        .await?;
    let mut provider = world.client(&sjoerd)?;
    let tlds = ["one", "two", "three"];
    add(&mut provider, &tlds, &record("rsp.example", &MONTHLY)).await?;
    let revoke = |grant: &Grant| RevokeGrantsRequest {
        names: vec![grant.name.clone()],
    };
    let answer = world
        .grants(&jane)?
        .revoke_grants(revoke(&grants[0]))
        .await?;
    let revoked = &answer.into_inner().grants[0];
    assert_eq!(revoked.state(), grant::State::Revoked);
    assert_eq!(revoked.end_time, Some(to_proto(world.clock.now())));
    assert_eq!(seen(&mut provider).await?.len(), 2);
    refused(
        world.grants(&jane)?.revoke_grants(revoke(&grants[0])).await,
        Code::FailedPrecondition,
        "GRANT_ENDED",
    );
    world
        .grants(&sjoerd)?
        .revoke_grants(revoke(&grants[1]))
        .await?;
    assert_eq!(seen(&mut provider).await?.len(), 1);
    // Just before its end it is good.
    world.clock.advance(DAY * 30 - SignedDuration::from_secs(1));
    assert_eq!(seen(&mut world.client(&sjoerd)?).await?.len(), 1);
    world.clock.advance(SignedDuration::from_secs(1));
    // At its end it is not, whether or not the job has come already.
    assert!(seen(&mut world.client(&sjoerd)?).await?.is_empty());
    eventually(async || {
        let left = seen(&mut world.client(&jane)?).await?;
        Ok(left.is_empty().then_some(()))
    })
    .await?;
    let get = GetGrantRequest {
        name: grants[2].name.clone(),
    };
    let ended = world.grants(&sjoerd)?.get_grant(get).await?.into_inner();
    assert_eq!(ended.state(), grant::State::Expired);
    let audited = world.audited().await?;
    let ends = audited.iter().filter(|action| *action == "tls-grant.ended");
    assert_eq!(ends.count(), 3);
    Ok(())
}

#[tokio::test]
async fn a_grant_is_prolonged_and_narrowed_by_who_gave_it() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.registry("Jane", &["one"]).await?;
    let sjoerd = world.provider("Sjoerd").await?;
    let grant = world.grant(&jane, &sjoerd, &["one"]).await?.remove(0);
    let mut provider = world.client(&sjoerd)?;
    add(&mut provider, &["one"], &record("rsp.example", &MONTHLY)).await?;
    let later = Grant {
        expire_time: Some(to_proto(world.clock.now() + DAY * 60)),
        ..Default::default()
    };
    let status = world
        .grants(&sjoerd)?
        .update_grants(change(&grant, later.clone(), "expire_time"))
        .await
        .unwrap_err();
    assert_eq!(fields(&status), ["names[0]"]);
    let changed = world
        .grants(&jane)?
        .update_grants(change(&grant, later.clone(), "expire_time"))
        .await?
        .into_inner()
        .grants
        .remove(0);
    assert_eq!(changed.expire_time, later.expire_time);
    let bucket = world.bucket().await?;
    let prolonged = |policy: &nsp_proto::tlsauth::v1::TldPolicy| {
        policy.clients.len() == 1 && policy.clients[0].expire_time == later.expire_time
    };
    world.policy(&bucket, "one", prolonged).await?;
    refused(
        world
            .grants(&jane)?
            .update_grants(change(&grant, later, "expire_time"))
            .await,
        Code::Aborted,
        "STALE_ETAG",
    );
    let narrow = Grant {
        scopes: vec![2],
        ..Default::default()
    };
    world
        .grants(&jane)?
        .update_grants(change(&changed, narrow, "scopes"))
        .await?;
    assert!(seen(&mut provider).await?.is_empty());
    assert!(seen(&mut world.client(&jane)?).await?.is_empty());
    let portfolio = provider
        .list_tlds(ListTldsRequest::default())
        .await?
        .into_inner();
    assert!(portfolio.tlds.is_empty());
    Ok(())
}

#[tokio::test]
async fn what_is_wrong_with_a_grant_is_named_at_once() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.registry("Jane", &["one", "two"]).await?;
    let mallory = world.registry("Mallory", &["foreign"]).await?;
    let sjoerd = world.provider("Sjoerd").await?;
    world.grant(&jane, &sjoerd, &["one"]).await?;
    let mut client = world.grants(&jane)?;
    let mut request = world.grant_request(&sjoerd, &["one", "foreign", "two"]);
    let status = client.create_grants(request.clone()).await.unwrap_err();
    assert_eq!(fields(&status), ["tlds[0]", "tlds[1]"]);
    request.scopes = vec![1, 1, 9];
    request.expire_time = Some(to_proto(world.clock.now()));
    request.tlds = vec!["two".into(), "two".into()];
    let status = client.create_grants(request.clone()).await.unwrap_err();
    assert_eq!(
        fields(&status),
        ["scopes[1]", "scopes[2]", "expire_time", "tlds[1]"]
    );
    request.expire_time = Some(to_proto(world.clock.now() + DAY * 367));
    request.scopes = vec![1];
    request.tlds = vec!["two".into()];
    let status = client.create_grants(request).await.unwrap_err();
    assert_eq!(fields(&status), ["expire_time"]);
    // Only to service providers.
    let request = world.grant_request(&mallory, &["two"]);
    let status = client.create_grants(request).await.unwrap_err();
    assert_eq!(fields(&status), ["provider"]);
    let providers = client.list_providers(ListProvidersRequest {
        query: "SJO".into(),
        ..Default::default()
    });
    let providers = providers.await?.into_inner().providers;
    assert_eq!(providers.len(), 1);
    assert_eq!(providers[0].account, sjoerd.account.unwrap().to_string());
    let engineer = testbed::portal_user("Engineer", jane.account.unwrap(), &[Role::Technical]);
    refused(
        world
            .grants(&engineer)?
            .create_grants(world.grant_request(&sjoerd, &["two"]))
            .await,
        Code::PermissionDenied,
        "ROLE_REQUIRED",
    );
    Ok(())
}

#[tokio::test]
async fn both_sides_see_a_grant_and_nobody_else() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.registry("Jane", &["one"]).await?;
    let sjoerd = world.provider("Sjoerd").await?;
    let rival = world.provider("Rival").await?;
    let grant = world.grant(&jane, &sjoerd, &["one"]).await?.remove(0);
    let list = async |person: &Person, direction: i32| {
        let request = ListGrantsRequest {
            direction,
            ..Default::default()
        };
        let answer = world.grants(person)?.list_grants(request).await?;
        anyhow::Ok(answer.into_inner().grants.len())
    };
    assert_eq!(list(&jane, 0).await?, 1);
    assert_eq!((list(&jane, 1).await?, list(&jane, 2).await?), (1, 0));
    assert_eq!((list(&sjoerd, 1).await?, list(&sjoerd, 2).await?), (0, 1));
    assert_eq!(list(&rival, 0).await?, 0);
    let get = GetGrantRequest {
        name: grant.name.clone(),
    };
    refused(
        world.grants(&rival)?.get_grant(get).await,
        Code::NotFound,
        "GRANT_NOT_FOUND",
    );
    let revoke = RevokeGrantsRequest {
        names: vec![grant.name],
    };
    let status = world.grants(&rival)?.revoke_grants(revoke).await;
    assert_eq!(fields(&status.unwrap_err()), ["names[0]"]);
    Ok(())
}

/// The database alone: a service provider cannot give itself more than it was given.
#[tokio::test]
async fn the_database_keeps_a_provider_within_its_grant() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.registry("Jane", &["one", "two"]).await?;
    let sjoerd = world.provider("Sjoerd").await?;
    world.grant(&jane, &sjoerd, &["one"]).await?;
    add(
        &mut world.client(&jane)?,
        &["one", "two"],
        &record("own.example", &MONTHLY),
    )
    .await?;
    add(
        &mut world.client(&sjoerd)?,
        &["one"],
        &record("rsp.example", &MONTHLY),
    )
    .await?;
    let db = Database::connect(&world.database)?;
    let actor = Actor::Person(Box::new(sjoerd.clone()));
    let columns = "id, tld, account, domain_names, roles, prefixes, open_reason, note, certificates, provider, grant_id,
        origin, creator, creator_name, create_time, update_time";
    let insert = format!(
        "insert into entries ({columns}) select gen_random_uuid(), 'two', tlds_account, domain_names, roles, prefixes,
            open_reason, note, certificates, provider, grant_id, origin, creator, creator_name, create_time, update_time
         from entries, (select '{}'::uuid as tlds_account) holder where provider is not null",
        jane.account.unwrap().0
    );
    let without_grant = "update entries set grant_id = null where provider is not null";
    let forever = "update grants set expire_time = now() + interval '10 years'";
    for statement in [insert.as_str(), without_grant, forever] {
        let mut tx = db.begin(&actor, world.clock.now()).await?;
        let refused = sqlx::query(sqlx::AssertSqlSafe(statement.to_owned()))
            .execute(&mut *tx)
            .await;
        let code = refused.unwrap_err();
        let code = code
            .as_database_error()
            .unwrap()
            .code()
            .unwrap()
            .into_owned();
        assert_eq!(code, "42501", "{statement}");
    }
    for (statement, rows) in [
        ("update entries set note = 'stolen'", 1),
        ("delete from entries", 1),
    ] {
        let mut tx = db.begin(&actor, world.clock.now()).await?;
        let changed = sqlx::query(statement).execute(&mut *tx).await?;
        assert_eq!(changed.rows_affected(), rows, "{statement}");
    }
    // And when its time is over, nothing, though nobody has ended it.
    let mut tx = db.begin(&actor, world.clock.now() + DAY * 30).await?;
    let seen: i64 = sqlx::query_scalar("select count(*) from entries")
        .fetch_one(&mut *tx)
        .await?;
    assert_eq!(seen, 0);
    Ok(())
}
