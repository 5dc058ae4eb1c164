//! From an invitation to a signed-in member (ID-4).

use nsp_kit::{id::AccountId, testbed::eventually};
use nsp_proto::{
    accounts::v1::account::Kind,
    auth::v1::Role,
    events::v1::{MessageRequested, UserUpdated},
    identity::v1::{
        AcceptInvitationRequest, AcceptInvitationResponse, CancelInvitationRequest,
        CheckInvitationRequest, CheckInvitationResponse, GetRecipientRequest, Member, Recipient,
        member::State, member_service_client::MemberServiceClient, sign_in_attempt::Next,
        user_service_client::UserServiceClient,
    },
};
use tonic::{Code, Result};
use uuid::Uuid;

use crate::{
    harness::{World, fields, refused},
    members::{Acme, wish},
    people::PASSWORD,
};

const CARL: &str = "carl@acme.example";

impl World {
    /// The mails made of `template`, once there are `count`.
    pub async fn mails(
        &self,
        template: &str,
        count: usize,
    ) -> anyhow::Result<Vec<MessageRequested>> {
        eventually(async || {
            let mails = self.events::<MessageRequested>(0).await?.into_iter();
            let mails: Vec<_> = mails.filter(|mail| mail.template == template).collect();
            Ok((mails.len() >= count).then_some(mails))
        })
        .await
    }

    /// Whom the mail is sent to, and with which link.
    pub async fn addressed(&self, mail: &MessageRequested) -> anyhow::Result<Result<Recipient>> {
        let request = GetRecipientRequest {
            name: mail.recipients[0].clone(),
            link: mail.link.clone(),
        };
        let answer = UserServiceClient::new(self.caller("mail")?)
            .get_recipient(request)
            .await;
        Ok(answer.map(tonic::Response::into_inner))
    }

    /// The token of the latest of `count` invitations.
    async fn invitation(&self, count: usize) -> anyhow::Result<String> {
        let mails = self.mails("invitation", count).await?;
        let recipient = self.addressed(mails.last().unwrap()).await??;
        let token = recipient.link_path.strip_prefix("/invitation/");
        Ok(token.unwrap().to_owned())
    }

    async fn check(&self, token: &str) -> Result<CheckInvitationResponse> {
        let request = CheckInvitationRequest {
            token: token.to_owned(),
        };
        let mut client = MemberServiceClient::new(self.gateway.clone());
        Ok(client.check_invitation(request).await?.into_inner())
    }

    async fn accept(&self, token: &str, password: &str) -> Result<AcceptInvitationResponse> {
        let request = AcceptInvitationRequest {
            token: token.to_owned(),
            new_password: password.to_owned(),
        };
        let mut client = MemberServiceClient::new(self.gateway.clone());
        Ok(client.accept_invitation(request).await?.into_inner())
    }

    /// Whether the link is dead, to whoever looks at it and to whoever uses it.
    async fn assert_ended(&self, token: &str) -> anyhow::Result<()> {
        assert_eq!(self.check(token).await?, CheckInvitationResponse::default());
        let answer = self.accept(token, PASSWORD).await;
        refused(answer, Code::FailedPrecondition, "INVITATION_ENDED");
        Ok(())
    }

    fn carl(&self, account: AccountId) -> String {
        self.directory.contact(account, "Carl", CARL)
    }
}

#[tokio::test]
async fn a_contact_becomes_a_user_by_link_and_enrols_a_factor() -> anyhow::Result<()> {
    let world = World::start().await?;
    let Acme { account, anna } = world.administered("Acme", "anna").await?;
    world.directory.tld(account, "quay");
    let mut request = wish(account, &world.carl(account));
    request.tlds = vec!["quay".to_owned()];
    let member = anna.invite(request.clone()).await?;
    assert_eq!(
        (member.state(), member.email.as_str(), &member.contact),
        (State::Invited, CARL, &request.contact)
    );

    let mail = world.mails("invitation", 1).await?.remove(0);
    assert_eq!(mail.recipients, vec![member.user.clone()]);
    assert_eq!(mail.account, account.to_string());
    assert_eq!(
        (&*mail.values["account_name"], &*mail.values["author"]),
        ("Acme", "anna")
    );
    let recipient = world.addressed(&mail).await??;
    assert_eq!(recipient.email, CARL);
    let token = world.invitation(1).await?;
    let shown = world.check(&token).await?;
    assert_eq!(
        (shown.good, &*shown.email, &*shown.display_name),
        (true, CARL, "Carl")
    );
    assert_eq!(
        (&*shown.account_display_name, &*shown.inviter_display_name),
        ("Acme", "anna")
    );

    // Before it is accepted there is nobody to sign in as, or to send a new password to.
    let early = world.enter(CARL, PASSWORD).await;
    refused(early, Code::Unauthenticated, "SIGN_IN_FAILED");
    world.advance_minutes(1);
    for weak in ["short", "carl@acme.example", "Carl Acme Carl Acme"] {
        assert_eq!(fields(world.accept(&token, weak).await), ["new_password"]);
    }
    world.accept(&token, PASSWORD).await?;
    world.assert_ended(&token).await?;

    let attempt = world.enter(CARL, PASSWORD).await?;
    assert_eq!(attempt.next(), Next::Enrolment);
    let start = nsp_proto::identity::v1::StartEnrolmentRequest {
        secret: attempt.secret.clone(),
    };
    let totp = world.sign_in().start_enrolment(start).await?.into_inner();
    let session = world
        .finish_enrolment(&attempt.secret, &totp.secret)
        .await?;
    let answer = world.authenticate(&session.session.unwrap().secret).await?;
    let acting = answer.acting.unwrap();
    assert_eq!(
        (acting.account, acting.roles, acting.tlds),
        (
            account.to_string(),
            vec![i32::from(Role::Cases)],
            vec!["quay".to_owned()]
        )
    );
    assert_eq!(answer.user.unwrap().name, member.user);
    let list = anna.list(account).await?;
    assert_eq!(list.len(), 2);
    assert_eq!(
        (list[1].state(), &list[1].contact),
        (State::Active, &request.contact)
    );
    refused(
        anna.invite(request).await,
        Code::AlreadyExists,
        "ALREADY_MEMBER",
    );
    let actions = world.audited().await?;
    for action in ["invitation.sent", "invitation.accepted"] {
        assert!(
            actions.contains(&action.to_owned()),
            "{action}: {actions:?}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_user_of_another_account_is_a_member_at_once() -> anyhow::Result<()> {
    let world = World::start().await?;
    let Acme { account, anna } = world.administered("Acme", "anna").await?;
    let carl = world.enrolled("carl").await?;
    let contact = world
        .directory
        .contact(account, "Carl", "CARL@acme.example");
    let member = anna.invite(wish(account, &contact)).await?;
    assert_eq!(member.state(), State::Active);
    assert_eq!(member.user, carl.user.id.to_string());
    let mail = world.mails("account_access", 1).await?.remove(0);
    assert_eq!(
        (mail.recipients, mail.link.as_str()),
        (vec![member.user], "")
    );
    assert_eq!(mail.values["account_name"], "Acme");
    assert!(world.mails("invitation", 0).await?.is_empty());
    let told = world.events::<UserUpdated>(1).await?;
    assert_eq!(told[0].user, carl.user.id.to_string());
    let session = world.signed_in(&carl).await?;
    let acting = session.answer.acting.unwrap();
    assert_eq!(acting.account, account.to_string());
    Ok(())
}

#[tokio::test]
async fn staff_and_disabled_users_cannot_be_invited() -> anyhow::Result<()> {
    let world = World::start().await?;
    let Acme { account, anna } = world.administered("Acme", "anna").await?;
    world.staff("sven").await?;
    world.user("dora").await?;
    world
        .execute("update users set state = 'disabled' where display_name = 'dora'")
        .await?;
    for name in ["sven", "dora"] {
        let email = format!("{name}@acme.example");
        let contact = world.directory.contact(account, name, &email);
        refused(
            anna.invite(wish(account, &contact)).await,
            Code::FailedPrecondition,
            "CANNOT_BE_INVITED",
        );
    }
    assert_eq!(anna.list(account).await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn inviting_again_makes_a_new_link_and_the_old_one_stops_working() -> anyhow::Result<()> {
    let world = World::start().await?;
    let Acme { account, anna } = world.administered("Acme", "anna").await?;
    let mut request = wish(account, &world.carl(account));
    let first = anna.invite(request.clone()).await?;
    let old = world.invitation(1).await?;
    request.roles = vec![Role::Billing.into()];
    let second = anna.invite(request).await?;
    assert_eq!(
        (&first.name, second.roles),
        (&second.name, vec![i32::from(Role::Billing)])
    );
    let new = world.invitation(2).await?;
    world.assert_ended(&old).await?;
    // The mail of the old one, if it was not sent yet, is not sent any more.
    let mails = world.mails("invitation", 2).await?;
    refused(
        world.addressed(&mails[0]).await?,
        Code::FailedPrecondition,
        "INVITATION_ENDED",
    );
    world.accept(&new, PASSWORD).await?;
    assert!(
        world
            .audited()
            .await?
            .contains(&"invitation.renewed".to_owned())
    );
    Ok(())
}

#[tokio::test]
async fn a_link_is_good_for_72_hours_and_only_as_it_was_made() -> anyhow::Result<()> {
    let world = World::start().await?;
    let Acme { account, anna } = world.administered("Acme", "anna").await?;
    anna.invite(wish(account, &world.carl(account))).await?;
    let token = world.invitation(1).await?;
    let end = if token.ends_with('A') { "E" } else { "A" };
    let forged = format!("{}{end}", &token[..token.len() - 1]);
    for wrong in ["", "nonsense", &token[..40], &forged] {
        world.assert_ended(wrong).await?;
    }
    // Nor does it set the password of a user.
    let reset = nsp_proto::identity::v1::ResetPasswordRequest {
        token: token.clone(),
        new_password: PASSWORD.to_owned(),
    };
    refused(
        world.sign_in().reset_password(reset).await,
        Code::FailedPrecondition,
        "RESET_ENDED",
    );
    world.advance_minutes(72 * 60 - 1);
    assert!(world.check(&token).await?.good);
    world.advance_minutes(1);
    world.assert_ended(&token).await?;
    let state: String = sqlx::query_scalar("select count(*)::text from users")
        .fetch_one(&world.owner)
        .await?;
    assert_eq!(state, "1", "nobody became a user");
    // After a month, nothing is kept of it.
    world.advance_minutes(30 * 24 * 60);
    eventually(async || {
        let kept: bool = sqlx::query_scalar("select exists (select from invitations)")
            .fetch_one(&world.owner)
            .await?;
        Ok((!kept).then_some(()))
    })
    .await
}

#[tokio::test]
async fn an_expired_invitation_is_listed_and_can_be_sent_again() -> anyhow::Result<()> {
    let world = World::start().await?;
    let staff = world.staff("sven").await?;
    let staff = world.enrol(staff).await?;
    let account = AccountId::new();
    world.directory.account(account, "Acme", Kind::Registrar);
    let contact = world.carl(account);
    let sven = world.signed_in(&staff).await?;
    let first = sven.invite(wish(account, &contact)).await?;
    world.invitation(1).await?;
    assert_eq!(
        world.mails("invitation", 1).await?[0].values["organization"],
        "ICANN"
    );
    world.advance_minutes(72 * 60);
    let sven = world.signed_in(&staff).await?;
    let listed: Vec<Member> = sven.list(account).await?;
    assert_eq!(listed[0].state(), State::InvitationExpired);
    let again = sven.invite(wish(account, &contact)).await?;
    assert_eq!((again.state(), again.name), (State::Invited, first.name));
    world.accept(&world.invitation(2).await?, PASSWORD).await?;
    Ok(())
}

#[tokio::test]
async fn a_canceled_invitation_leaves_nothing() -> anyhow::Result<()> {
    let world = World::start().await?;
    let Acme { account, anna } = world.administered("Acme", "anna").await?;
    let other = world.administered("Beta", "omar").await?;
    let member = anna.invite(wish(account, &world.carl(account))).await?;
    let token = world.invitation(1).await?;
    let request = || CancelInvitationRequest {
        name: member.name.clone(),
    };
    refused(
        other.anna.members().cancel_invitation(request()).await,
        Code::NotFound,
        "ACCOUNT_NOT_FOUND",
    );
    assert!(world.check(&token).await?.good);
    anna.members().cancel_invitation(request()).await?;
    world.assert_ended(&token).await?;
    assert_eq!(anna.list(account).await?.len(), 1);
    let again = anna.members().cancel_invitation(request()).await;
    refused(again, Code::NotFound, "INVITATION_NOT_FOUND");
    Ok(())
}

#[tokio::test]
async fn a_retried_request_invites_once() -> anyhow::Result<()> {
    let world = World::start().await?;
    let Acme { account, anna } = world.administered("Acme", "anna").await?;
    world.enrolled("dora").await?;
    let dora = world
        .directory
        .contact(account, "Dora", "dora@acme.example");
    for contact in [world.carl(account), dora] {
        let mut request = wish(account, &contact);
        request.request_id = Uuid::now_v7().to_string();
        let first = anna.invite(request.clone()).await?;
        assert_eq!(anna.invite(request).await?, first);
    }
    // What a replay would have sent comes before this one.
    let last = world.directory.contact(account, "Eve", "eve@acme.example");
    anna.invite(wish(account, &last)).await?;
    assert_eq!(world.mails("invitation", 2).await?.len(), 2);
    assert_eq!(world.mails("account_access", 1).await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn one_acceptance_is_for_all_accounts_that_have_invited() -> anyhow::Result<()> {
    let world = World::start().await?;
    let acme = world.administered("Acme", "anna").await?;
    let beta = world.administered("Beta", "omar").await?;
    let first = acme
        .anna
        .invite(wish(acme.account, &world.carl(acme.account)))
        .await?;
    let token = world.invitation(1).await?;
    let second = beta
        .anna
        .invite(wish(beta.account, &world.carl(beta.account)))
        .await?;
    assert_eq!(first.user, second.user);
    let other = world.invitation(2).await?;
    world.accept(&token, PASSWORD).await?;
    // Nobody sets the password of a user by an invitation.
    world.assert_ended(&other).await?;
    assert_eq!(
        acme.anna.list(acme.account).await?[0].state(),
        State::Active
    );
    let members = beta.anna.list(beta.account).await?;
    let carl = members.iter().find(|member| member.user == second.user);
    assert_eq!(carl.unwrap().state(), State::Active);
    Ok(())
}

#[tokio::test]
async fn two_who_accept_at_once_become_one_user() -> anyhow::Result<()> {
    let world = World::start().await?;
    let Acme { account, anna } = world.administered("Acme", "anna").await?;
    anna.invite(wish(account, &world.carl(account))).await?;
    let token = world.invitation(1).await?;
    let (one, two) = tokio::join!(
        world.accept(&token, PASSWORD),
        world.accept(&token, "copper violin thunder")
    );
    assert_ne!(one.is_ok(), two.is_ok());
    assert_eq!(anna.list(account).await?.len(), 2);
    Ok(())
}

#[tokio::test]
async fn an_account_has_so_many_open_invitations_and_an_applicant_one_user() -> anyhow::Result<()> {
    let world = World::start().await?;
    let Acme { account, anna } = world.administered("Acme", "anna").await?;
    let contact = |at: usize| {
        let (name, email) = (format!("C{at}"), format!("c{at}@acme.example"));
        world.directory.contact(account, &name, &email)
    };
    for at in 0..3 {
        anna.invite(wish(account, &contact(at))).await?;
    }
    refused(
        anna.invite(wish(account, &contact(3))).await,
        Code::FailedPrecondition,
        "TOO_MANY_INVITATIONS",
    );
    // Sending one again is no further one.
    anna.invite(wish(account, &contact(2))).await?;

    world.directory.account(account, "Acme", Kind::Applicant);
    refused(
        anna.invite(wish(account, &contact(2))).await,
        Code::FailedPrecondition,
        "APPLICANT_HAS_USER",
    );
    let staff = world.staff("sven").await?;
    let sven = world.signed_in(&world.enrol(staff).await?).await?;
    let applicant = AccountId::new();
    world
        .directory
        .account(applicant, "Applicant", Kind::Applicant);
    let contact = world
        .directory
        .contact(applicant, "Gwen", "gwen@applicant.example");
    sven.invite(wish(applicant, &contact)).await?;
    // Again, with a new link.
    sven.invite(wish(applicant, &contact)).await?;
    let second = world
        .directory
        .contact(applicant, "Hal", "hal@applicant.example");
    refused(
        sven.invite(wish(applicant, &second)).await,
        Code::FailedPrecondition,
        "APPLICANT_HAS_USER",
    );
    Ok(())
}
