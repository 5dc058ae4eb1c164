//! Entries: made for several TLDs at once, changed, deleted; and what is refused.

use nsp_kit::{auth::Person, testbed};
use nsp_proto::{
    auth::v1::Role,
    tlsauth::v1::{
        DeleteTlsClientsRequest, GetTlsClientRequest, PreviewTlsClientsRequest, TlsClientRecord,
        TlsRole,
    },
};
use tonic::Code;
use uuid::Uuid;

use crate::harness::{World, add, create, delete, fields, record, refused, seen, update};

const MONTHLY: [TlsRole; 1] = [TlsRole::MonthlyReporting];

#[tokio::test]
async fn an_entry_is_made_for_many_tlds_and_is_what_was_asked_for() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.registry("Jane", &["one", "two", "three"]).await?;
    let mut client = world.client(&jane)?;
    let wanted = TlsClientRecord {
        domain_names: vec!["RRI.Bücher.example.".into()],
        prefixes: vec!["2001:DB8::/32".into(), "192.0.2.7".into()],
        ..record("", &[TlsRole::SlamData, TlsRole::MonthlyReporting])
    };
    let preview = client
        .preview_tls_clients(PreviewTlsClientsRequest {
            tlds: vec!["two".into(), ".One".into()],
            tls_client: Some(wanted.clone()),
        })
        .await?
        .into_inner();
    assert_eq!((preview.tls_clients.len(), preview.problems.len()), (2, 0));
    assert!(seen(&mut client).await?.is_empty());
    let made = add(&mut client, &["two", "one"], &wanted).await?;
    assert_eq!([&made[0].tld, &made[1].tld], ["two", "one"]);
    let one = &made[1];
    assert_eq!(one.domain_names, ["rri.xn--bcher-kva.example"]);
    assert_eq!(one.roles, [1, 3]);
    assert_eq!(one.prefixes, ["192.0.2.7/32", "2001:db8::/32"]);
    assert_eq!(one.account, jane.account.unwrap().to_string());
    assert_eq!(one.account_display_name, "Jane's account");
    assert_eq!((one.provider.as_str(), one.grant.as_str()), ("", ""));
    assert!(one.changeable && one.creator_display_name == "Jane");
    let get = GetTlsClientRequest {
        name: one.name.clone(),
    };
    let got = client.get_tls_client(get).await?.into_inner();
    // The names may have been checked meanwhile.
    let checks = one.checks.clone();
    assert_eq!(TlsClientRecord { checks, ..got }, *one);
    assert_eq!(
        seen(&mut client).await?,
        [&made[1].name, &made[0].name].map(Clone::clone)
    );
    assert_eq!(
        world.audited().await?,
        ["tls-client.created", "tls-client.created"]
    );
    Ok(())
}

#[tokio::test]
async fn everything_that_is_wrong_is_named_at_once_and_nothing_is_done() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.registry("Jane", &["one", "two"]).await?;
    world.registry("Mallory", &["foreign"]).await?;
    let mut client = world.client(&jane)?;
    let taken = add(&mut client, &["two"], &record("a.example", &MONTHLY)).await?;
    let wrong = TlsClientRecord {
        domain_names: vec!["a.example".into(), "*.b.example".into()],
        prefixes: vec!["192.0.2.1/24".into(), "0.0.0.0/0".into()],
        ..record("", &MONTHLY)
    };
    let tlds = ["one", "foreign", "one", "x_y", "nowhere"];
    let preview = client
        .preview_tls_clients(PreviewTlsClientsRequest {
            tlds: tlds.map(str::to_owned).to_vec(),
            tls_client: Some(wrong.clone()),
        })
        .await?
        .into_inner();
    let problems: Vec<(i32, &str, &str)> = preview
        .problems
        .iter()
        .map(|it| (it.index, it.field.as_str(), it.reason.as_str()))
        .collect();
    assert_eq!(
        problems,
        [
            (-1, "tls_client.domain_names[1]", "INVALID_FIELD"),
            (-1, "tls_client.prefixes[0]", "INVALID_FIELD"),
            (-1, "tls_client.open_reason", "OPEN_REASON_REQUIRED"),
            (2, "", "DUPLICATE"),
            (3, "", "INVALID_FIELD"),
            (1, "", "TLD_NOT_FOUND"),
            (4, "", "TLD_NOT_FOUND"),
        ]
    );
    let status = client
        .create_tls_clients(create(&tlds, &wrong))
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(fields(&status).len(), 7);
    assert!(fields(&status).contains(&"tlds[4]".to_owned()));

    // The same host with the same role is there already; with another role it is not.
    let again = record("a.example", &[TlsRole::MonthlyReporting, TlsRole::SlamData]);
    let preview = client
        .preview_tls_clients(PreviewTlsClientsRequest {
            tlds: vec!["one".into(), "two".into()],
            tls_client: Some(again.clone()),
        })
        .await?
        .into_inner();
    let [problem] = preview.problems.as_slice() else {
        panic!("{:?}", preview.problems);
    };
    assert_eq!(
        (problem.index, problem.reason.as_str(), &problem.tls_client),
        (1, "CLIENT_OVERLAP", &taken[0].name)
    );
    let status = add(&mut client, &["one", "two"], &again).await.unwrap_err();
    assert_eq!(fields(&status), ["tlds[1]"]);
    add(
        &mut client,
        &["two"],
        &record("a.example", &[TlsRole::SlamData]),
    )
    .await?;
    assert_eq!(seen(&mut client).await?.len(), 2);
    Ok(())
}

#[tokio::test]
async fn a_request_has_limits() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.registry("Jane", &["one"]).await?;
    let mut client = world.client(&jane)?;
    for tlds in [vec![], vec!["one"; 501]] {
        let status = client
            .create_tls_clients(create(&tlds, &record("a.example", &MONTHLY)))
            .await
            .unwrap_err();
        assert_eq!(fields(&status), ["tlds"]);
    }
    for i in 0..50 {
        let host = format!("h{i}.example");
        add(&mut client, &["one"], &record(&host, &MONTHLY)).await?;
    }
    let status = add(&mut client, &["one"], &record("more.example", &MONTHLY)).await;
    assert_eq!(fields(&status.unwrap_err()), ["tlds[0]"]);
    let status = client.delete_tls_clients(DeleteTlsClientsRequest::default());
    assert_eq!(fields(&status.await.unwrap_err()), ["names"]);
    Ok(())
}

#[tokio::test]
async fn a_retried_request_makes_one_entry() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.registry("Jane", &["one"]).await?;
    let mut client = world.client(&jane)?;
    let mut request = create(&["one"], &record("a.example", &MONTHLY));
    request.request_id = Uuid::now_v7().to_string();
    let first = client.create_tls_clients(request.clone()).await?;
    let second = client.create_tls_clients(request.clone()).await?;
    assert_eq!(first.into_inner(), second.into_inner());
    assert_eq!(seen(&mut client).await?.len(), 1);
    request.tlds = vec!["two".into()];
    let status = client.create_tls_clients(request).await.unwrap_err();
    assert_eq!(fields(&status), ["request_id"]);
    Ok(())
}

#[tokio::test]
async fn fields_of_many_entries_are_changed_at_once() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.registry("Jane", &["one", "two"]).await?;
    let mut client = world.client(&jane)?;
    let made = add(&mut client, &["one", "two"], &record("a.example", &MONTHLY)).await?;
    let new = TlsClientRecord {
        prefixes: vec!["198.51.100.0/24".into()],
        note: "not in the mask".into(),
        ..Default::default()
    };
    let both = [&made[0], &made[1]];
    let changed = client
        .update_tls_clients(update(&both, &new, &["prefixes"]))
        .await?
        .into_inner()
        .tls_clients;
    for (old, new) in made.iter().zip(&changed) {
        assert_eq!(new.prefixes, ["198.51.100.0/24"]);
        assert_eq!(
            (&new.note, &new.domain_names),
            (&old.note, &old.domain_names)
        );
        assert_ne!(new.etag, old.etag);
    }
    // One who has not seen that.
    refused(
        client
            .update_tls_clients(update(&both, &new, &["note"]))
            .await,
        Code::Aborted,
        "STALE_ETAG",
    );
    // The same host and role twice in a TLD, among what is changed and with what is not.
    let more = add(&mut client, &["one"], &record("b.example", &MONTHLY)).await?;
    let same = record("c.example", &MONTHLY);
    let status = client
        .update_tls_clients(update(&[&changed[0], &more[0]], &same, &["domain_names"]))
        .await
        .unwrap_err();
    assert_eq!(fields(&status), ["names[1]"]);
    let same = record("b.example", &MONTHLY);
    let status = client
        .update_tls_clients(update(
            &[&changed[1], &changed[0]],
            &same,
            &["domain_names"],
        ))
        .await
        .unwrap_err();
    assert_eq!(fields(&status), ["names[1]"]);
    // Wrong values are wrong once, however many entries there are.
    let wrong = record("*", &MONTHLY);
    let status = client
        .update_tls_clients(update(
            &[&changed[0], &changed[1]],
            &wrong,
            &["domain_names", "name"],
        ))
        .await
        .unwrap_err();
    assert_eq!(fields(&status), ["update_mask"]);
    let status = client
        .update_tls_clients(update(
            &[&changed[0], &changed[1]],
            &wrong,
            &["domain_names"],
        ))
        .await
        .unwrap_err();
    assert_eq!(fields(&status), ["tls_client.domain_names[0]"]);
    Ok(())
}

#[tokio::test]
async fn entries_are_deleted_all_or_none() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.registry("Jane", &["one", "two"]).await?;
    let mut client = world.client(&jane)?;
    let made = add(&mut client, &["one", "two"], &record("a.example", &MONTHLY)).await?;
    let ghost = TlsClientRecord {
        name: format!("tlds/one/tlsClients/{}", Uuid::now_v7()),
        ..Default::default()
    };
    let moved = TlsClientRecord {
        name: made[0].name.replace("tlds/one/", "tlds/two/"),
        ..Default::default()
    };
    let status = client
        .delete_tls_clients(delete(&[&made[0], &ghost, &moved]))
        .await
        .unwrap_err();
    assert_eq!(fields(&status), ["names[1]", "names[2]"]);
    assert_eq!(seen(&mut client).await?.len(), 2);
    client
        .delete_tls_clients(delete(&[&made[0], &made[1]]))
        .await?;
    assert!(seen(&mut client).await?.is_empty());
    let get = GetTlsClientRequest {
        name: made[0].name.clone(),
    };
    refused(
        client.get_tls_client(get).await,
        Code::NotFound,
        "TLS_CLIENT_NOT_FOUND",
    );
    Ok(())
}

#[tokio::test]
async fn who_gets_in_is_changed_only_by_those_who_may_and_have_shown_a_factor() -> anyhow::Result<()>
{
    let world = World::start().await?;
    let jane = world.registry("Jane", &["one"]).await?;
    let account = jane.account.unwrap();
    let entry = record("a.example", &MONTHLY);
    let old = Person {
        factor_time: world.clock.now() - jiff::SignedDuration::from_mins(6),
        ..jane.clone()
    };
    refused(
        add(&mut world.stale_client(&old)?, &["one"], &entry).await,
        Code::PermissionDenied,
        "STEP_UP_REQUIRED",
    );
    let reader = testbed::portal_user("Reader", account, &[Role::ReadOnly]);
    refused(
        add(&mut world.client(&reader)?, &["one"], &entry).await,
        Code::PermissionDenied,
        "ROLE_REQUIRED",
    );
    let biller = testbed::portal_user("Biller", account, &[Role::Billing, Role::Cases]);
    refused(
        seen(&mut world.client(&biller)?).await,
        Code::PermissionDenied,
        "ROLE_REQUIRED",
    );
    let engineer = testbed::portal_user("Engineer", account, &[Role::Technical]);
    add(&mut world.client(&engineer)?, &["one"], &entry).await?;
    assert_eq!(seen(&mut world.client(&reader)?).await?.len(), 1);
    let nobody = Person {
        account: None,
        ..jane
    };
    refused(
        add(&mut world.client(&nobody)?, &["one"], &entry).await,
        Code::FailedPrecondition,
        "NO_ACCOUNT",
    );
    Ok(())
}

#[tokio::test]
async fn two_at_once_cannot_make_the_same_entry() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.registry("Jane", &["one", "two"]).await?;
    let tries = (0..6).map(|i| {
        let client = world.client(&jane);
        let tlds = if i % 2 == 0 {
            ["one", "two"]
        } else {
            ["two", "one"]
        };
        async move {
            let mut client = client?;
            anyhow::Ok(add(&mut client, &tlds, &record("a.example", &MONTHLY)).await)
        }
    });
    let answers = futures_util::future::try_join_all(tries).await?;
    let done = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(done, 1, "{answers:?}");
    assert_eq!(seen(&mut world.client(&jane)?).await?.len(), 2);
    Ok(())
}
