//! Nobody reaches another person's rows: not by id through the methods, not by SQL with another scope.

use nsp_kit::{
    auth::{Actor, Person},
    db::Database,
    id::{AccountId, SessionId, UserId},
};
use nsp_proto::{
    auth::v1::Role,
    identity::v1::{
        CompleteTotpFactorRequest, DeleteFactorRequest, ListFactorsRequest, ListSessionsRequest,
        RenameFactorRequest, RevokeSessionRequest, StartTotpFactorRequest,
        key_service_client::KeyServiceClient, sign_in_service_client::SignInServiceClient,
        user_service_client::UserServiceClient,
    },
};
use tonic::Code;

use crate::{
    authenticator::Authenticator,
    harness::{World, refused},
    people::code,
};

#[tokio::test]
async fn another_persons_sessions_and_factors_are_not_there() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let omar = world.enrolled("omar").await?;
    let hers = world.signed_in(&jane).await?;
    let his = world.signed_in(&omar).await?;

    let sessions = his
        .sessions()
        .list_sessions(ListSessionsRequest {})
        .await?
        .into_inner();
    assert_eq!(sessions.sessions.len(), 1);
    let request = RevokeSessionRequest { name: hers.name() };
    let answer = his.sessions().revoke_session(request).await;
    refused(answer, Code::NotFound, "SESSION_NOT_FOUND");
    world.authenticate(&hers.secret).await?;

    let list = hers
        .factors()
        .list_factors(ListFactorsRequest {})
        .await?
        .into_inner();
    let name = list.factors[0].name.clone();
    let request = RenameFactorRequest {
        name: name.clone(),
        display_name: "Mine".to_owned(),
    };
    refused(
        his.factors().rename_factor(request).await,
        Code::NotFound,
        "FACTOR_NOT_FOUND",
    );
    let request = DeleteFactorRequest { name };
    refused(
        his.factors().delete_factor(request).await,
        Code::NotFound,
        "FACTOR_NOT_FOUND",
    );

    let request = StartTotpFactorRequest {};
    let totp = hers
        .factors()
        .start_totp_factor(request)
        .await?
        .into_inner();
    let request = CompleteTotpFactorRequest {
        enrolment: totp.enrolment,
        totp_code: code(&totp.secret, &world.clock),
        display_name: "Mine".to_owned(),
    };
    let answer = his.factors().complete_totp_factor(request).await;
    refused(answer, Code::FailedPrecondition, "ENROLMENT_ENDED");
    Ok(())
}

#[tokio::test]
async fn rows_show_themselves_to_their_person_and_the_service_only() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let omar = world.enrolled("omar").await?;
    world.member(jane.user.id, "Acme", &["ROLE_CASES"]).await?;
    world
        .signed_in(&jane)
        .await?
        .add_passkey(&mut Authenticator::new())
        .await?;
    world.signed_in(&omar).await?;
    for who in [&jane, &omar] {
        assert!(world.enter(&who.user.email, "wrong").await.is_err());
    }

    let db = Database::connect(&world.config.database)?;
    let staff = person(UserId::new(), &[Role::StaffAdministrator], None);
    let member = person(
        UserId::new(),
        &[Role::Administrator],
        Some(AccountId::new()),
    );
    let tables = [
        "users",
        "passwords",
        "totp_factors",
        "recovery_codes",
        "sessions",
        "memberships",
        "passkeys",
        "soft_locks",
    ];
    for table in tables {
        let count = async |actor: &Actor| -> anyhow::Result<i64> {
            let mut tx = db.begin(actor, world.clock.now()).await?;
            let sql = format!("select count(*) from {table}");
            let query = sqlx::query_scalar(sqlx::AssertSqlSafe(sql));
            Ok(query.fetch_one(&mut *tx).await?)
        };
        // Staff see who there is, and where.
        let all = count(&Actor::Service("identity".to_owned())).await?;
        let seen = matches!(table, "users" | "memberships");
        let to_staff = if seen { all } else { 0 };
        assert_eq!(count(&staff).await?, to_staff, "{table} to staff");
        assert_eq!(count(&member).await?, 0, "{table} to an administrator");
        let hers = count(&person(jane.user.id, &[], None)).await?;
        let his = count(&person(omar.user.id, &[], None)).await?;
        assert!(hers > 0, "{table} to jane");
        assert_eq!(hers + his, all, "{table}");
    }
    Ok(())
}

#[tokio::test]
async fn methods_are_for_those_who_need_them() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let hers = world.signed_in(&jane).await?;
    let denied = Code::PermissionDenied;

    // A person does not sign others in, and a service has no profile.
    let mut client = SignInServiceClient::new(hers.channel.clone());
    refused(
        client
            .start_sign_in(nsp_proto::identity::v1::StartSignInRequest::default())
            .await,
        denied,
        "ROLE_REQUIRED",
    );
    let mut client = SignInServiceClient::new(world.caller("cases")?);
    refused(
        client
            .start_sign_in(nsp_proto::identity::v1::StartSignInRequest::default())
            .await,
        denied,
        "ROLE_REQUIRED",
    );
    let mut client = UserServiceClient::new(world.gateway.clone());
    refused(
        client
            .get_profile(nsp_proto::identity::v1::GetProfileRequest {})
            .await,
        denied,
        "ROLE_REQUIRED",
    );
    let request = || nsp_proto::identity::v1::GetRecipientRequest::default();
    refused(
        client.get_recipient(request()).await,
        denied,
        "ROLE_REQUIRED",
    );
    refused(
        hers.users().get_recipient(request()).await,
        denied,
        "ROLE_REQUIRED",
    );
    let mut client = KeyServiceClient::new(world.caller("cases")?);
    client
        .list_signing_keys(nsp_proto::identity::v1::ListSigningKeysRequest {})
        .await?;
    Ok(())
}

pub fn person(user: UserId, roles: &[Role], account: Option<AccountId>) -> Actor {
    Actor::Person(Box::new(Person {
        user,
        session: SessionId::new(),
        display_name: "Somebody".to_owned(),
        staff: roles.contains(&Role::StaffAdministrator),
        account,
        account_name: String::new(),
        roles: roles.to_vec(),
        tlds: Vec::new(),
        factor_time: jiff::Timestamp::UNIX_EPOCH,
    }))
}
