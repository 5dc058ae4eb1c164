//! Credentials: what is set, kept and told, and to whom.

use jiff::SignedDuration;
use nsp_kit::{
    auth::{Actor, FRESH, Person},
    db::Database,
    id::AccountId,
    testbed::{eventually, portal_user, staff},
};
use nsp_proto::{
    accounts::v1::{
        Credential, GetCredentialRequest, ListCredentialsRequest, SetCredentialRequest,
        VerifyCredentialRequest, credential::Kind,
    },
    auth::v1::Role,
};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::harness::{Service, fields, reason, sealing_keys};

pub const PASSWORD: &str = "Correct-horse-7";
pub const RY: &str = "tlds/example/credentials/rri-ry";

/// Jane's account with the TLDs `example` and `second`.
pub async fn service_of_jane() -> anyhow::Result<(Service, Person)> {
    let service = Service::start().await?;
    let account = service.account("Mine").await?;
    service.tld("example", account).await?;
    service.tld("second", account).await?;
    let mut jane = portal_user("Jane", account, &[Role::Technical]);
    jane.factor_time = service.bed.clock.now();
    Ok((service, jane))
}

pub fn set(name: &str, password: &str, prefixes: &[&str]) -> SetCredentialRequest {
    SetCredentialRequest {
        credential: Some(Credential {
            name: name.to_owned(),
            prefixes: prefixes.iter().map(|text| (*text).to_owned()).collect(),
            ..Default::default()
        }),
        password: password.to_owned(),
    }
}

fn get(name: &str) -> GetCredentialRequest {
    GetCredentialRequest {
        name: name.to_owned(),
    }
}

fn list(tld: &str) -> ListCredentialsRequest {
    ListCredentialsRequest {
        parent: format!("tlds/{tld}"),
    }
}

#[tokio::test]
async fn a_password_goes_in_and_never_comes_out() -> anyhow::Result<()> {
    let (service, jane) = service_of_jane().await?;
    let mut client = service.credentials(&jane)?;
    let unset = client.get_credential(get(RY)).await?.into_inner();
    assert_eq!(
        (unset.user_name.as_str(), unset.password_set, unset.version),
        ("example_ry", false, 0)
    );
    assert_eq!(unset.password_rules.len(), 7);
    assert_eq!(unset.password_rules[0], "must have 12 to 64 characters");

    let request = set(
        RY,
        PASSWORD,
        &["192.0.2.0/24", "192.0.2.7", "2001:db8::/48"],
    );
    let done = client.set_credential(request).await?.into_inner();
    assert_eq!(done.prefixes, ["192.0.2.0/24", "2001:db8::/48"]);
    assert_eq!(
        (
            done.kind(),
            done.version,
            done.updater_display_name.as_str()
        ),
        (Kind::RriRy, 1, "Jane")
    );
    assert_eq!(client.get_credential(get(RY)).await?.into_inner(), done);
    let all = client.list_credentials(list("example")).await?.into_inner();
    let kinds: Vec<_> = all
        .credentials
        .iter()
        .map(|one| (one.kind(), one.password_set))
        .collect();
    assert_eq!(
        kinds,
        [
            (Kind::RriRy, true),
            (Kind::RriDea, false),
            (Kind::Epp, false),
            (Kind::ZfaAxfr, false),
            (Kind::Urs, false)
        ]
    );

    // Neither what is kept, nor what is told, holds the password.
    for query in [
        "select count(*) from credentials where credentials::text like '%' || encode('Correct-horse-7', 'hex') || '%'",
        "select count(*) from credentials where credentials::text like '%Correct-horse%'",
        "select count(*) from kit.outbox where data::text like '%Correct-horse%'",
        "select count(*) from kit.audit where audit::text like '%Correct-horse%'",
    ] {
        assert_eq!(service.count(query).await?, 0, "{query}");
    }
    let changed =
        "select count(*) from kit.audit where action = 'credential.changed' and actor_name = 'Jane'
                   and resource = 'tlds/example/credentials/rri-ry' and account is not null";
    assert_eq!(service.count(changed).await?, 1);
    Ok(())
}

#[tokio::test]
async fn an_empty_password_keeps_the_old_one_while_the_rest_is_saved() -> anyhow::Result<()> {
    let (service, jane) = service_of_jane().await?;
    let mut client = service.credentials(&jane)?;
    let refusal = client
        .set_credential(set(RY, "", &["192.0.2.0/24"]))
        .await
        .unwrap_err();
    assert_eq!(fields(&refusal), ["password"]);

    let first = client
        .set_credential(set(RY, PASSWORD, &["192.0.2.0/24"]))
        .await?
        .into_inner();
    service.bed.clock.advance(SignedDuration::from_mins(1));
    let second = client
        .set_credential(set(RY, "", &["198.51.100.0/24"]))
        .await?
        .into_inner();
    assert_eq!(second.prefixes, ["198.51.100.0/24"]);
    assert_eq!(second.password_change_time, first.password_change_time);
    assert_ne!(second.update_time, first.update_time);
    assert_eq!(second.version, 2);
    let verified = service
        .edge()?
        .verify_credential(VerifyCredentialRequest {
            tld: "example".to_owned(),
            user_name: "example_ry".to_owned(),
            password: PASSWORD.to_owned(),
            address: "198.51.100.1".to_owned(),
        })
        .await?
        .into_inner();
    assert!(verified.verified);

    // The same again is no change and tells nobody.
    let third = client
        .set_credential(set(RY, "", &["198.51.100.0/24"]))
        .await?
        .into_inner();
    assert_eq!(third, second);
    let announced = "select count(*) from kit.audit where action = 'credential.changed'";
    assert_eq!(service.count(announced).await?, 2);
    Ok(())
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once() -> anyhow::Result<()> {
    let (service, jane) = service_of_jane().await?;
    let mut client = service.credentials(&jane)?;
    let request = set(RY, "short", &["192.0.2.1/24", "0.0.0.0/0", "everywhere"]);
    let refusal = client.set_credential(request).await.unwrap_err();
    assert_eq!(reason(&refusal), "INVALID_FIELDS");
    let problems = refusal.get_details_bad_request().unwrap().field_violations;
    let problems: Vec<_> = problems
        .iter()
        .map(|one| (one.field.as_str(), one.description.as_str()))
        .collect();
    assert_eq!(
        problems,
        [
            (
                "credential.prefixes[0]",
                "has bits set beyond its length; 192.0.2.0/24 has none"
            ),
            (
                "credential.prefixes[1]",
                "must not be everywhere: name the addresses it is used from"
            ),
            (
                "credential.prefixes[2]",
                "must be an IPv4 or IPv6 prefix, such as 192.0.2.0/24 or 2001:db8::/48"
            ),
            ("password", "must have 12 to 64 characters"),
            ("password", "must have a capital letter"),
            ("password", "must have a digit"),
            ("password", "must have a sign, such as ! or -"),
        ]
    );
    let many = ["10.0.0.1"; 6];
    let refusal = client
        .set_credential(set(RY, PASSWORD, &many))
        .await
        .unwrap_err();
    assert_eq!(fields(&refusal), ["credential.prefixes"]);
    let epp = set("tlds/example/credentials/epp", PASSWORD, &["192.0.2.0/24"]);
    let refusal = client.set_credential(epp).await.unwrap_err();
    assert_eq!(
        fields(&refusal),
        ["credential.user_name", "credential.prefixes"]
    );
    let none = client
        .get_credential(get("tlds/example"))
        .await
        .unwrap_err();
    assert_eq!(fields(&none), ["name"]);
    Ok(())
}

#[tokio::test]
async fn the_user_name_of_epp_is_chosen_and_that_of_rri_is_not() -> anyhow::Result<()> {
    let (service, jane) = service_of_jane().await?;
    let mut client = service.credentials(&jane)?;
    let mut request = set("tlds/example/credentials/epp", PASSWORD, &[]);
    request.credential.as_mut().unwrap().user_name = "icann".to_owned();
    let epp = client.set_credential(request).await?.into_inner();
    assert_eq!(epp.user_name, "icann");
    let mut request = set(RY, PASSWORD, &[]);
    request.credential.as_mut().unwrap().user_name = "icann".to_owned();
    let ry = client.set_credential(request).await?.into_inner();
    assert_eq!(ry.user_name, "example_ry");
    Ok(())
}

#[tokio::test]
async fn who_has_seen_an_older_version_looks_again() -> anyhow::Result<()> {
    let (service, jane) = service_of_jane().await?;
    let mut client = service.credentials(&jane)?;
    let unset = client.get_credential(get(RY)).await?.into_inner();
    let mut request = set(RY, PASSWORD, &["192.0.2.0/24"]);
    request.credential.as_mut().unwrap().etag = unset.etag;
    client.set_credential(request.clone()).await?;
    let refusal = client.set_credential(request).await.unwrap_err();
    assert_eq!(
        (refusal.code(), reason(&refusal).as_str()),
        (Code::Aborted, "STALE_ETAG")
    );
    Ok(())
}

#[tokio::test]
async fn a_factor_must_be_fresh_and_the_role_right() -> anyhow::Result<()> {
    let (service, jane) = service_of_jane().await?;
    let refused =
        |answer: Result<tonic::Response<Credential>, Status>| reason(&answer.unwrap_err());
    let mut old = jane.clone();
    old.factor_time = service.bed.clock.now() - FRESH;
    let answer = service
        .credentials(&old)?
        .set_credential(set(RY, PASSWORD, &[]))
        .await;
    assert_eq!(refused(answer), "STEP_UP_REQUIRED");
    for roles in [[Role::ReadOnly], [Role::Billing], [Role::Cases]] {
        let other = Person {
            roles: roles.to_vec(),
            ..jane.clone()
        };
        let answer = service
            .credentials(&other)?
            .set_credential(set(RY, PASSWORD, &[]))
            .await;
        assert_eq!(refused(answer), "ROLE_REQUIRED");
    }
    let ada = staff("Ada", &[Role::StaffTechnical, Role::StaffAdministrator]);
    let answer = service
        .credentials(&ada)?
        .set_credential(set(RY, PASSWORD, &[]))
        .await;
    assert_eq!(refused(answer), "ROLE_REQUIRED");
    service.credentials(&ada)?.get_credential(get(RY)).await?;
    // Nobody but the edge verifies.
    let answer = service
        .credentials(&jane)?
        .verify_credential(VerifyCredentialRequest::default())
        .await;
    assert_eq!(reason(&answer.unwrap_err()), "ROLE_REQUIRED");
    let answer = service.edge()?.get_credential(get(RY)).await;
    assert_eq!(refused(answer), "ROLE_REQUIRED");
    Ok(())
}

#[tokio::test]
async fn another_accounts_credentials_do_not_exist() -> anyhow::Result<()> {
    let (service, jane) = service_of_jane().await?;
    service
        .credentials(&jane)?
        .set_credential(set(RY, PASSWORD, &["192.0.2.0/24"]))
        .await?;
    let limited = Person {
        tlds: vec!["second".to_owned()],
        ..jane.clone()
    };
    let stranger = Person {
        account: Some(AccountId::new()),
        ..jane.clone()
    };
    for person in [limited, stranger] {
        let mut client = service.credentials(&person)?;
        for refusal in [
            client.get_credential(get(RY)).await.unwrap_err(),
            client.list_credentials(list("example")).await.unwrap_err(),
            client.list_credentials(list("never")).await.unwrap_err(),
            client
                .set_credential(set(RY, PASSWORD, &[]))
                .await
                .unwrap_err(),
        ] {
            assert_eq!(
                (refusal.code(), reason(&refusal).as_str()),
                (Code::NotFound, "TLD_NOT_FOUND")
            );
        }

        let database = Database::connect(&service.config.database)?;
        let actor = Actor::Person(Box::new(person));
        let mut tx = database.begin(&actor, service.bed.clock.now()).await?;
        let seen: i64 = sqlx::query_scalar("select count(*) from credentials")
            .fetch_one(&mut *tx)
            .await?;
        assert_eq!(seen, 0);
        let done = sqlx::query("update credentials set prefixes = '{}'")
            .execute(&mut *tx)
            .await?;
        assert_eq!(done.rows_affected(), 0);
        let done = sqlx::query("delete from credential_locks")
            .execute(&mut *tx)
            .await?;
        assert_eq!(done.rows_affected(), 0);
        let added = sqlx::query(
            "insert into credentials select 'example', 'urs', 'x', password, data_key, sealed_with, password_change_time, '{}',
             update_time, '', 1 from (values ('a'::bytea, 'a'::bytea, 'a', now(), now())) as v
                 (password, data_key, sealed_with, password_change_time, update_time)",
        )
        .execute(&mut *tx)
        .await;
        assert!(added.is_err(), "{actor} added a credential");
    }
    Ok(())
}

#[tokio::test]
async fn staff_look_and_the_database_lets_them_set_nothing() -> anyhow::Result<()> {
    let (service, jane) = service_of_jane().await?;
    service
        .credentials(&jane)?
        .set_credential(set(RY, PASSWORD, &["192.0.2.0/24"]))
        .await?;
    let database = Database::connect(&service.config.database)?;
    let actor = Actor::Person(Box::new(staff("Ada", &[Role::StaffAdministrator])));
    let mut tx = database.begin(&actor, service.bed.clock.now()).await?;
    let done = sqlx::query("update credentials set prefixes = '{}'")
        .execute(&mut *tx)
        .await?;
    assert_eq!(done.rows_affected(), 0);
    Ok(())
}

#[tokio::test]
async fn passwords_are_sealed_again_under_a_new_key() -> anyhow::Result<()> {
    let (mut service, jane) = service_of_jane().await?;
    service
        .credentials(&jane)?
        .set_credential(set(RY, PASSWORD, &["192.0.2.0/24"]))
        .await?;
    let sealed_with = async |service: &Service| -> anyhow::Result<String> {
        Ok(sqlx::query_scalar("select sealed_with from credentials")
            .fetch_one(&service.db)
            .await?)
    };
    let before = sealed_with(&service).await?;
    service.config.keys = sealing_keys(2, &[1]);
    service.run().await?;
    eventually(async || Ok((sealed_with(&service).await? != before).then_some(()))).await?;

    // Now the key of before is no longer needed.
    service.config.keys = sealing_keys(2, &[]);
    service.run().await?;
    let verified = service
        .edge()?
        .verify_credential(VerifyCredentialRequest {
            tld: "example".to_owned(),
            user_name: "example_ry".to_owned(),
            password: PASSWORD.to_owned(),
            address: "192.0.2.1".to_owned(),
        })
        .await?;
    assert!(verified.into_inner().verified);
    Ok(())
}
