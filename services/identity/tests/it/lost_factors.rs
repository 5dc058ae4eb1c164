//! Staff find a user, and reset what they have lost (second half of ID-8).

use nsp_kit::{auth::Actor, db::Database, id::UserId};
use nsp_proto::{
    auth::v1::Role,
    events::v1::{MessageRequested, SessionRevoked},
    identity::v1::{
        AuditEvent, GetUserRequest, ListAuditEventsRequest, ListUsersRequest, ResetFactorsRequest,
        ResetPasswordRequest, StartEnrolmentRequest, UserRecord,
        audit_service_client::AuditServiceClient, complete_sign_in_request::Factor as Shown,
        sign_in_attempt::Next, user_record,
    },
};
use tonic::Code;

use crate::{
    authenticator::Authenticator,
    harness::{World, fields, refused},
    isolation::person,
    people::{Enrolled, PASSWORD, SignedIn, User, code},
};

const NEW: &str = "copper violin thunder";
const HOW: &str = "Called back on the number on file.";

impl World {
    async fn office(&self, user: User) -> anyhow::Result<SignedIn> {
        self.signed_in(&self.enrol(user).await?).await
    }

    async fn agent(&self) -> anyhow::Result<SignedIn> {
        let user = self.staff("sven").await?;
        self.office(user).await
    }

    /// The token of the link that staff's reset has sent.
    async fn reset_token(&self) -> anyhow::Result<String> {
        let mail = self.mails("factor_reset", 1).await?.remove(0);
        let recipient = self.addressed(&mail).await??;
        let token = recipient.link_path.strip_prefix("/sign-in/reset/");
        Ok(token.unwrap().to_owned())
    }

    /// Who was reset and has a new password adds a new factor, and is signed in.
    async fn enrol_again(&self, who: &Enrolled) -> anyhow::Result<SignedIn> {
        let attempt = self.enter(&who.user.email, NEW).await?;
        assert_eq!(attempt.next(), Next::Enrolment);
        let request = StartEnrolmentRequest {
            secret: attempt.secret.clone(),
        };
        let totp = self.sign_in().start_enrolment(request).await?.into_inner();
        let done = self.finish_enrolment(&attempt.secret, &totp.secret).await?;
        let secret = done.session.unwrap_or_default().secret;
        self.open(secret).await
    }

    /// Goes the whole way back after a reset.
    async fn begin_anew(&self, who: &Enrolled) -> anyhow::Result<SignedIn> {
        let token = self.reset_token().await?;
        self.set_password(token).await?;
        self.enrol_again(who).await
    }

    async fn set_password(&self, token: String) -> tonic::Result<()> {
        let request = ResetPasswordRequest {
            token,
            new_password: NEW.to_owned(),
        };
        self.sign_in().reset_password(request).await.map(drop)
    }
}

impl SignedIn {
    async fn reset(&self, who: UserId, verification: &str) -> tonic::Result<UserRecord> {
        let request = ResetFactorsRequest {
            name: who.to_string(),
            verification: verification.to_owned(),
        };
        Ok(self.users().reset_factors(request).await?.into_inner())
    }

    async fn find(&self, query: &str) -> tonic::Result<Vec<UserRecord>> {
        let request = ListUsersRequest {
            query: query.to_owned(),
            ..Default::default()
        };
        Ok(self.users().list_users(request).await?.into_inner().users)
    }

    async fn resets_in_log(&self) -> tonic::Result<Vec<AuditEvent>> {
        let request = ListAuditEventsRequest {
            action_prefix: "factors.reset".to_owned(),
            ..Default::default()
        };
        let mut client = AuditServiceClient::new(self.channel.clone());
        Ok(client.list_audit_events(request).await?.into_inner().events)
    }
}

#[tokio::test]
async fn a_reset_removes_everything_and_the_user_begins_anew() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let session = world.signed_in(&jane).await?;
    session.add_passkey(&mut Authenticator::new()).await?;
    let sven = world.agent().await?;
    let half_way = world.enter(&jane.user.email, PASSWORD).await?;

    let record = sven.reset(jane.user.id, HOW).await?;
    assert_eq!(record.resets.len(), 1);
    assert_eq!(
        (
            &*record.resets[0].actor_display_name,
            &*record.resets[0].verification
        ),
        ("sven", HOW)
    );
    refused(
        world.authenticate(&session.secret).await,
        Code::Unauthenticated,
        "SESSION_ENDED",
    );
    let revoked = world.events::<SessionRevoked>(1).await?;
    assert_eq!(revoked[0].session, session.name());
    for table in [
        "passwords",
        "totp_factors",
        "passkeys",
        "recovery_codes",
        "sign_in_attempts",
        "sessions",
    ] {
        let sql = format!("select count(*) from {table} where person = $1");
        let left: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(jane.user.id)
            .fetch_one(&world.owner)
            .await?;
        assert_eq!(left, 0, "{table}");
    }
    let shown = Shown::TotpCode(code(&jane.secret, &world.clock));
    refused(
        world.complete(&half_way.secret, shown).await,
        Code::Unauthenticated,
        "ATTEMPT_ENDED",
    );
    refused(
        world.enter(&jane.user.email, PASSWORD).await,
        Code::Unauthenticated,
        "SIGN_IN_FAILED",
    );

    // The link is good for a day.
    world.advance_minutes(24 * 60 - 1);
    let token = world.reset_token().await?;
    world.set_password(token.clone()).await?;
    refused(
        world.set_password(token).await,
        Code::FailedPrecondition,
        "RESET_ENDED",
    );
    world.enrol_again(&jane).await?;
    world.advance_minutes(1);
    let attempt = world.enter(&jane.user.email, NEW).await?;
    assert_eq!(attempt.next(), Next::SecondFactor);
    let old = Shown::TotpCode(code(&jane.secret, &world.clock));
    refused(
        world.complete(&attempt.secret, old).await,
        Code::Unauthenticated,
        "WRONG_CODE",
    );
    let recovery = Shown::RecoveryCode(jane.recovery_codes[0].clone());
    let answer = world.complete(&attempt.secret, recovery).await;
    assert_eq!(answer.unwrap_err().code(), Code::Unauthenticated);
    Ok(())
}

#[tokio::test]
async fn who_has_no_password_gets_none_by_mail_alone() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    world.agent().await?.reset(jane.user.id, HOW).await?;
    let token = world.reset_token().await?;
    world.advance_minutes(24 * 60);
    refused(
        world.set_password(token).await,
        Code::FailedPrecondition,
        "RESET_ENDED",
    );
    let request = nsp_proto::identity::v1::RequestPasswordResetRequest {
        email: jane.user.email.clone(),
    };
    world.sign_in().request_password_reset(request).await?;
    // The wish of somebody with a password is answered after hers.
    let omar = world.enrolled("omar").await?;
    let request = nsp_proto::identity::v1::RequestPasswordResetRequest {
        email: omar.user.email.clone(),
    };
    world.sign_in().request_password_reset(request).await?;
    let mails: Vec<MessageRequested> = world.mails("password_reset", 1).await?;
    assert_eq!(mails[0].recipients, [omar.user.id.to_string()]);
    Ok(())
}

#[tokio::test]
async fn nobody_resets_themselves_and_no_agent_resets_staff() -> anyhow::Result<()> {
    let world = World::start().await?;
    let (sven, mia) = (world.staff("sven").await?, world.staff("mia").await?);
    let (sven_id, mia_id) = (sven.id, mia.id);
    let sven = world.office(sven).await?;
    let mia = world.enrol(mia).await?;
    refused(
        sven.reset(sven_id, HOW).await,
        Code::FailedPrecondition,
        "OWN_FACTORS",
    );
    refused(
        sven.reset(mia_id, HOW).await,
        Code::PermissionDenied,
        "ADMINISTRATOR_REQUIRED",
    );
    world.session(&mia).await?;
    let greta = world.portal_administrator("greta").await?;
    let greta = world.office(greta).await?;
    greta.reset(mia_id, HOW).await?;

    let jane = world.enrolled("jane").await?;
    assert_eq!(
        fields(sven.reset(jane.user.id, "ok").await),
        ["verification"]
    );
    refused(
        sven.reset(UserId::new(), HOW).await,
        Code::NotFound,
        "USER_NOT_FOUND",
    );
    let hers = world.signed_in(&jane).await?;
    refused(
        hers.reset(mia_id, HOW).await,
        Code::PermissionDenied,
        "ROLE_REQUIRED",
    );
    world
        .execute("update users set state = 'disabled' where display_name = 'jane'")
        .await?;
    refused(
        sven.reset(jane.user.id, HOW).await,
        Code::FailedPrecondition,
        "USER_NOT_ACTIVE",
    );
    world.advance_minutes(5);
    let token = world.authenticate(&greta.secret).await?.token;
    let late = SignedIn {
        channel: world.gateway.acting(&token),
        ..greta
    };
    refused(
        late.reset(sven_id, HOW).await,
        Code::PermissionDenied,
        "STEP_UP_REQUIRED",
    );
    Ok(())
}

/// The function of the database checks by itself, whatever the handler checks.
#[tokio::test]
async fn the_database_resets_for_staff_only_and_shows_them_no_factor() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let account = world
        .member(jane.user.id, "Acme", &["ROLE_ADMINISTRATOR"])
        .await?;
    let db = Database::connect(&world.config.database)?;
    let reset = async |actor: &Actor, who: UserId| -> anyhow::Result<bool> {
        let mut tx = db.begin(actor, world.clock.now()).await?;
        let done = sqlx::query("select reset_factors($1, gen_random_uuid(), now(), now())")
            .bind(who)
            .execute(&mut *tx)
            .await;
        Ok(done.is_ok())
    };
    let agent = UserId::new();
    let staff = person(agent, &[Role::StaffAdministrator], None);
    let administrator = person(UserId::new(), &[Role::Administrator], Some(account));
    for actor in [
        &person(jane.user.id, &[], None),
        &administrator,
        &Actor::Service("identity".to_owned()),
    ] {
        assert!(!reset(actor, jane.user.id).await?, "{actor}");
    }
    assert!(!reset(&staff, agent).await?, "their own");
    assert!(reset(&staff, jane.user.id).await?);

    let mut tx = db.begin(&staff, world.clock.now()).await?;
    for sql in [
        "delete from totp_factors",
        "delete from sessions",
        "update passwords set hash = 'x'",
        "update password_resets set expire_time = now()",
    ] {
        let done = sqlx::query(sql).execute(&mut *tx).await?;
        assert_eq!(done.rows_affected(), 0, "{sql}");
    }
    Ok(())
}

#[tokio::test]
async fn the_user_and_the_administrators_of_the_account_read_of_it() -> anyhow::Result<()> {
    let world = World::start().await?;
    let (jane, anna): (Enrolled, Enrolled) =
        (world.enrolled("jane").await?, world.enrolled("anna").await?);
    let account = world
        .member(anna.user.id, "Acme", &["ROLE_ADMINISTRATOR"])
        .await?;
    sqlx::query("insert into memberships (id, person, account, roles) values (gen_random_uuid(), $1, $2, '{ROLE_CASES}')")
        .bind(jane.user.id)
        .bind(account)
        .execute(&world.owner)
        .await?;
    world.agent().await?.reset(jane.user.id, HOW).await?;
    let hers = world.begin_anew(&jane).await?;
    let anna = world.signed_in(&anna).await?;
    for reader in [&hers, &anna] {
        let log = reader.resets_in_log().await?;
        assert_eq!(log.len(), 1);
        assert_eq!(
            (&log[0].person, &*log[0].actor_display_name),
            (&jane.user.id.to_string(), "sven")
        );
    }
    Ok(())
}

#[tokio::test]
async fn staff_find_users_by_part_of_name_or_address() -> anyhow::Result<()> {
    let world = World::start().await?;
    for name in ["Ági", "Jane", "janek", "Zoë"] {
        world.user(name).await?;
    }
    let jane = world.enrolled("Ulla").await?;
    world.member(jane.user.id, "Acme", &["ROLE_CASES"]).await?;
    let sven = world.agent().await?;
    let names = |users: &[UserRecord]| -> Vec<String> {
        users.iter().map(|user| user.display_name.clone()).collect()
    };
    let all = sven.find("").await?;
    assert_eq!(names(&all), ["Ági", "Jane", "janek", "sven", "Ulla", "Zoë"]);
    assert_eq!(names(&sven.find(" JANE ").await?), ["Jane", "janek"]);
    assert_eq!(names(&sven.find("ulla@acme").await?), ["Ulla"]);
    assert!(sven.find("%").await?.is_empty());
    let ulla = &all[4];
    assert_eq!(ulla.memberships[0].account_display_name, "Acme");
    assert_eq!(
        (ulla.state(), ulla.staff),
        (user_record::State::Active, false)
    );
    assert!(all[3].staff && all[3].staff_roles == [i32::from(Role::StaffAgent)]);

    let mut request = ListUsersRequest {
        page_size: 2,
        ..Default::default()
    };
    let mut paged = Vec::new();
    loop {
        let page = sven.users().list_users(request.clone()).await?.into_inner();
        paged.extend(page.users);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    assert_eq!(paged, all);
    assert_eq!(fields(sven.find(&"x".repeat(201)).await), ["query"]);
    let request = GetUserRequest {
        name: ulla.name.clone(),
    };
    assert_eq!(sven.users().get_user(request).await?.get_ref(), ulla);
    let hers = world.signed_in(&jane).await?;
    refused(hers.find("").await, Code::PermissionDenied, "ROLE_REQUIRED");
    Ok(())
}
