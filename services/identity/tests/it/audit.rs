//! The audit log, as those may read it whose business it is (ID-11).

use jiff::SignedDuration;
use nsp_kit::clock::to_proto;
use nsp_proto::identity::v1::{
    AuditEvent, Client, ListAuditEventsRequest, StartSignInRequest,
    audit_service_client::AuditServiceClient,
};

use crate::{
    harness::{World, fields},
    people::{PASSWORD, SignedIn},
};

impl SignedIn {
    async fn log(&self, request: ListAuditEventsRequest) -> tonic::Result<Vec<AuditEvent>> {
        let mut client = AuditServiceClient::new(self.channel.clone());
        Ok(client.list_audit_events(request).await?.into_inner().events)
    }

    async fn log_of(&self, prefix: &str) -> tonic::Result<Vec<AuditEvent>> {
        let action_prefix = prefix.to_owned();
        self.log(ListAuditEventsRequest {
            action_prefix,
            ..Default::default()
        })
        .await
    }
}

fn actions(events: &[AuditEvent]) -> Vec<&str> {
    events.iter().map(|event| event.action.as_str()).collect()
}

#[tokio::test]
async fn a_person_reads_what_they_did_and_what_was_tried_on_them() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let omar = world.enrolled("omar").await?;
    let wrong = world.enter(&jane.user.email, "not her password").await;
    assert!(wrong.is_err());
    assert!(world.enter(&omar.user.email, "nor his").await.is_err());
    assert!(world.enter("nobody@acme.example", PASSWORD).await.is_err());
    let hers = world.signed_in(&jane).await?;

    let all = hers.log_of("").await?;
    assert_eq!(all.first().unwrap().action, "session.created");
    assert_eq!(all.last().unwrap().action, "factor.added");
    let me = jane.user.id.to_string();
    assert!(
        all.iter()
            .all(|event| event.actor == me || event.person == me)
    );

    let refused = hers.log_of("sign-in.").await?;
    assert_eq!(actions(&refused), ["sign-in.refused"]);
    assert_eq!(refused[0].actor, "services/gateway");
    assert_eq!(refused[0].person_display_name, "jane");
    assert_eq!(
        actions(&hers.log_of("password.locked").await?),
        ["password.locked"]
    );
    assert!(hers.log_of("%").await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn an_administrator_reads_the_log_of_the_account_and_nobody_else_does() -> anyhow::Result<()>
{
    let world = World::start().await?;
    let (anna, carl) = (world.enrolled("anna").await?, world.enrolled("carl").await?);
    let omar = world.enrolled("omar").await?;
    let acme = world
        .member(anna.user.id, "Acme", &["ROLE_ADMINISTRATOR"])
        .await?;
    let beta = world
        .member(omar.user.id, "Beta", &["ROLE_ADMINISTRATOR"])
        .await?;
    for account in [acme, beta] {
        sqlx::query("insert into memberships (id, person, account, roles) values (gen_random_uuid(), $1, $2, '{ROLE_CASES}')")
            .bind(carl.user.id)
            .bind(account)
            .execute(&world.owner)
            .await?;
    }
    assert!(
        world
            .enter(&carl.user.email, "not his password")
            .await
            .is_err()
    );
    let colleague = world.signed_in(&carl).await?;
    let request = nsp_proto::identity::v1::SwitchAccountRequest {
        account: beta.to_string(),
    };
    colleague.sessions().switch_account(request).await?;

    let admin = world.signed_in(&anna).await?;
    let carls = carl.user.id.to_string();
    let seen = admin.log_of("sign-in.refused").await?;
    assert_eq!(seen.len(), 1);
    assert_eq!(
        (
            seen[0].person.as_str(),
            seen[0].person_display_name.as_str()
        ),
        (carls.as_str(), "carl")
    );
    let sessions = admin.log_of("session.").await?;
    // Two by enrolling, and two by signing in.
    assert_eq!(actions(&sessions), ["session.created"; 4]);
    // What he does for another account is that account's business.
    let other = world.signed_in(&omar).await?;
    let switched = other.log_of("session.account-switched").await?;
    assert_eq!(
        (switched.len(), switched[0].account.as_str()),
        (1, beta.to_string().as_str())
    );
    let foreign = other.log_of("").await?;
    assert!(
        !foreign
            .iter()
            .any(|event| event.actor_display_name == "anna")
    );

    // One person of the account, and nobody who is not of it.
    let log_about = async |reader: &SignedIn, person: &str| {
        let person = person.to_owned();
        reader
            .log(ListAuditEventsRequest {
                person,
                ..Default::default()
            })
            .await
    };
    let about = log_about(&admin, &carls).await?;
    assert!(
        !about.is_empty()
            && about
                .iter()
                .all(|event| event.actor == carls || event.person == carls)
    );
    assert!(
        log_about(&admin, &omar.user.id.to_string())
            .await?
            .is_empty()
    );
    assert!(
        log_about(&colleague, &anna.user.id.to_string())
            .await?
            .is_empty()
    );

    // Without the role, one's own and no more.
    let own = colleague.log_of("").await?;
    assert!(
        own.iter()
            .all(|event| event.actor == carls || event.person == carls)
    );
    Ok(())
}

#[tokio::test]
async fn staff_read_their_own_log_here() -> anyhow::Result<()> {
    let world = World::start().await?;
    world.enrolled("jane").await?;
    let ada = world.staff("ada").await?;
    let ada = world.enrol(ada).await?;
    let session = world.signed_in(&ada).await?;
    let me = ada.user.id.to_string();
    let log = session.log_of("").await?;
    assert!(!log.is_empty() && log.iter().all(|event| event.actor == me));
    Ok(())
}

#[tokio::test]
async fn the_log_is_read_by_pages_and_by_time() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let start = world.clock.now();
    for _ in 0..3 {
        assert!(
            world
                .enter(&jane.user.email, "not her password")
                .await
                .is_err()
        );
        world.clock.advance(SignedDuration::from_secs(60));
    }
    let hers = world.signed_in(&jane).await?;
    let mut client = AuditServiceClient::new(hers.channel.clone());
    let (mut request, mut read) = (
        ListAuditEventsRequest {
            // Not the ends of locks, which a job may write down meanwhile.
            action_prefix: "sign-in.".to_owned(),
            page_size: 2,
            ..Default::default()
        },
        Vec::new(),
    );
    loop {
        let page = client
            .list_audit_events(request.clone())
            .await?
            .into_inner();
        read.extend(page.events);
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    assert_eq!(read.len(), 3);
    assert_eq!(read, hers.log_of("sign-in.").await?);
    assert!(
        read.is_sorted_by(|a, b| a.time.as_ref().map(|t| (t.seconds, t.nanos))
            >= b.time.as_ref().map(|t| (t.seconds, t.nanos)))
    );

    let minute = SignedDuration::from_secs(60);
    let second_try = ListAuditEventsRequest {
        action_prefix: "sign-in.".to_owned(),
        start_time: Some(to_proto(start + minute)),
        end_time: Some(to_proto(start + minute * 2)),
        ..Default::default()
    };
    assert_eq!(hers.log(second_try).await?.len(), 1);

    let wrong = ListAuditEventsRequest {
        action_prefix: "x".repeat(101),
        start_time: Some(to_proto(start)),
        end_time: Some(to_proto(start)),
        page_size: -1,
        person: "somebody".to_owned(),
        ..Default::default()
    };
    let answer = hers.log(wrong).await;
    assert_eq!(
        fields(answer),
        ["action_prefix", "person", "end_time", "page_size"]
    );
    Ok(())
}

#[tokio::test]
async fn sign_ins_and_their_refusals_say_where_they_came_from() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let start = StartSignInRequest {
        email: jane.user.email.clone(),
        password: "not her password".to_owned(),
        client: Some(Client {
            user_agent: "Browser of somebody else".to_owned(),
            address: "203.0.113.9".to_owned(),
        }),
    };
    assert!(world.sign_in().start_sign_in(start.clone()).await.is_err());
    world.clock.advance(SignedDuration::from_secs(1));
    let hers = world.signed_in(&jane).await?;
    for action in ["sign-in.refused", "password.locked"] {
        let log = hers.log_of(action).await?;
        assert_eq!(log.len(), 1, "{action}");
        assert_eq!(log[0].client, start.client, "{action}");
    }
    Ok(())
}

#[tokio::test]
async fn nobody_changes_the_log() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    world.session(&jane).await?;
    let db = nsp_kit::db::Database::connect(&world.config.database)?;
    for sql in ["update kit.audit set action = ''", "delete from kit.audit"] {
        let mut tx = db.begin_as_service("identity", world.clock.now()).await?;
        let answer = sqlx::query(sql).execute(&mut *tx).await;
        assert!(
            answer
                .unwrap_err()
                .to_string()
                .contains("permission denied")
        );
    }
    Ok(())
}
