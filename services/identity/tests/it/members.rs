//! Who belongs to an account, and who may see and change that (ID-4, ID-9).

use nsp_kit::{auth::Actor, db::Database, id::AccountId};
use nsp_proto::{
    accounts::v1::account::Kind,
    auth::v1::Role,
    identity::v1::{
        GetMemberRequest, InviteMemberRequest, ListMembersRequest, Member, member::State,
    },
};
use tonic::Code;

use crate::{
    harness::{World, fields, refused},
    isolation::person,
    people::SignedIn,
};

/// An account with an administrator who is signed in.
pub struct Acme {
    pub account: AccountId,
    pub anna: SignedIn,
}

impl World {
    /// The account `name`, and `who` as its administrator.
    pub async fn administered(&self, name: &str, who: &str) -> anyhow::Result<Acme> {
        let enrolled = self.enrolled(who).await?;
        let account = self
            .member(enrolled.user.id, name, &["ROLE_ADMINISTRATOR"])
            .await?;
        self.directory.account(account, name, Kind::Registrar);
        let anna = self.signed_in(&enrolled).await?;
        Ok(Acme { account, anna })
    }
}

/// An invitation of `contact` with the role Cases.
pub fn wish(account: AccountId, contact: &str) -> InviteMemberRequest {
    InviteMemberRequest {
        parent: account.to_string(),
        contact: contact.to_owned(),
        roles: vec![Role::Cases.into()],
        ..Default::default()
    }
}

impl SignedIn {
    pub async fn invite(&self, request: InviteMemberRequest) -> tonic::Result<Member> {
        Ok(self.members().invite_member(request).await?.into_inner())
    }

    pub async fn list(&self, account: AccountId) -> tonic::Result<Vec<Member>> {
        let request = ListMembersRequest {
            parent: account.to_string(),
            ..Default::default()
        };
        Ok(self
            .members()
            .list_members(request)
            .await?
            .into_inner()
            .members)
    }
}

#[tokio::test]
async fn members_and_invited_are_one_list_by_name() -> anyhow::Result<()> {
    let world = World::start().await?;
    let Acme { account, anna } = world.administered("Acme", "anna").await?;
    for name in ["Čeněk", "Zoë", "Bo"] {
        let email = format!("{}@acme.example", name.to_lowercase());
        let contact = world.directory.contact(account, name, &email);
        anna.invite(wish(account, &contact)).await?;
    }
    let members = anna.list(account).await?;
    let seen: Vec<_> = members
        .iter()
        .map(|member| (member.display_name.as_str(), member.state()))
        .collect();
    assert_eq!(
        seen,
        [
            ("anna", State::Active),
            ("Bo", State::Invited),
            ("Čeněk", State::Invited),
            ("Zoë", State::Invited)
        ]
    );

    let mut one_by_one = Vec::new();
    let mut request = ListMembersRequest {
        parent: account.to_string(),
        page_size: 1,
        ..Default::default()
    };
    loop {
        let page = anna.members().list_members(request.clone()).await?;
        let page = page.into_inner();
        one_by_one.extend(page.members);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    assert_eq!(one_by_one, members);
    for member in &members {
        let request = GetMemberRequest {
            name: member.name.clone(),
        };
        assert_eq!(anna.members().get_member(request).await?.get_ref(), member);
    }
    world
        .execute("update users set state = 'disabled' where display_name = 'anna'")
        .await?;
    let members = anna.list(account).await?;
    assert_eq!(members[0].state(), State::Disabled);
    Ok(())
}

#[tokio::test]
async fn administrators_see_their_own_account_only() -> anyhow::Result<()> {
    let world = World::start().await?;
    let acme = world.administered("Acme", "anna").await?;
    let other = world.administered("Beta", "omar").await?;
    let member = acme.anna.list(acme.account).await?.remove(0);
    let contact = world
        .directory
        .contact(acme.account, "Carl", "carl@acme.example");

    let missing = (Code::NotFound, "ACCOUNT_NOT_FOUND");
    let list = other.anna.list(acme.account).await;
    refused(list, missing.0, missing.1);
    let request = GetMemberRequest { name: member.name };
    let get = other.anna.members().get_member(request).await;
    refused(get, missing.0, missing.1);
    let invite = other.anna.invite(wish(acme.account, &contact)).await;
    refused(invite, missing.0, missing.1);
    // Nor a stranger's contact into one's own account.
    let mine = other.anna.invite(wish(other.account, &contact)).await;
    assert_eq!(fields(mine), ["contact"]);

    // Others of the account do not invite.
    let carl = world.enrolled("carl").await?;
    let _own = world.member(carl.user.id, "Gamma", &["ROLE_CASES"]).await?;
    let carl = world.signed_in(&carl).await?;
    let account = carl.answer.acting.clone().unwrap().account.parse().unwrap();
    refused(
        carl.list(account).await,
        Code::PermissionDenied,
        "ROLE_REQUIRED",
    );
    refused(
        carl.invite(wish(account, &contact)).await,
        Code::PermissionDenied,
        "ROLE_REQUIRED",
    );

    // Staff see every account.
    let staff = world.staff("sven").await?;
    let staff = world.signed_in(&world.enrol(staff).await?).await?;
    assert_eq!(staff.list(acme.account).await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn inviting_needs_a_fresh_factor() -> anyhow::Result<()> {
    let world = World::start().await?;
    let Acme { account, anna } = world.administered("Acme", "anna").await?;
    let contact = world
        .directory
        .contact(account, "Carl", "carl@acme.example");
    world.advance_minutes(5);
    let token = world.authenticate(&anna.secret).await?.token;
    let anna = SignedIn {
        channel: world.gateway.acting(&token),
        ..anna
    };
    refused(
        anna.invite(wish(account, &contact)).await,
        Code::PermissionDenied,
        "STEP_UP_REQUIRED",
    );
    assert_eq!(anna.list(account).await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn what_makes_no_sense_is_named() -> anyhow::Result<()> {
    let world = World::start().await?;
    let Acme { account, anna } = world.administered("Acme", "anna").await?;
    let contact = world
        .directory
        .contact(account, "Carl", "carl@acme.example");
    let nothing = anna.invite(InviteMemberRequest::default()).await;
    assert_eq!(fields(nothing), ["parent", "contact", "roles"]);
    let mut staff = wish(account, &contact);
    staff.roles = vec![Role::StaffAgent.into()];
    staff.request_id = "once".to_owned();
    assert_eq!(fields(anna.invite(staff).await), ["request_id", "roles"]);
    world.directory.tld(account, "quay");
    world.directory.tld(account, "towpath");
    let mut tlds = wish(account, &contact);
    tlds.tlds = vec!["towpath".to_owned(), "elsewhere".to_owned()];
    assert_eq!(fields(anna.invite(tlds.clone()).await), ["tlds"]);
    tlds.tlds.pop();
    assert_eq!(anna.invite(tlds).await?.tlds, ["towpath"]);

    let gone = world
        .directory
        .former_contact(account, "Dan", "dan@acme.example");
    refused(
        anna.invite(wish(account, &gone)).await,
        Code::FailedPrecondition,
        "CONTACT_INACTIVE",
    );
    let unknown = format!("{account}/contacts/{}", uuid::Uuid::now_v7());
    refused(
        anna.invite(wish(account, &unknown)).await,
        Code::NotFound,
        "CONTACT_NOT_FOUND",
    );
    Ok(())
}

#[tokio::test]
async fn who_is_limited_to_some_tlds_gives_a_part_in_those_only() -> anyhow::Result<()> {
    let world = World::start().await?;
    let enrolled = world.enrolled("anna").await?;
    let account = world
        .member(enrolled.user.id, "Acme", &["ROLE_ADMINISTRATOR"])
        .await?;
    world
        .directory
        .account(account, "Acme", Kind::RegistryOperator);
    world
        .execute("update memberships set tlds = '{quay}'")
        .await?;
    for label in ["quay", "towpath"] {
        world.directory.tld(account, label);
    }
    let anna = world.signed_in(&enrolled).await?;
    let contact = world
        .directory
        .contact(account, "Carl", "carl@acme.example");
    let mut request = wish(account, &contact);
    assert_eq!(fields(anna.invite(request.clone()).await), ["tlds"]);
    request.tlds = vec!["towpath".to_owned()];
    assert_eq!(fields(anna.invite(request.clone()).await), ["tlds"]);
    request.tlds = vec!["quay".to_owned()];
    anna.invite(request).await?;
    Ok(())
}

/// What the database itself refuses, whatever the methods check.
#[tokio::test]
async fn nobody_makes_members_of_another_account_or_of_staff() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.enrolled("jane").await?;
    let own = world
        .member(jane.user.id, "Acme", &["ROLE_ADMINISTRATOR"])
        .await?;
    let other = AccountId::new();
    let db = Database::connect(&world.config.database)?;
    let insert = async |actor: &Actor, account: AccountId| -> anyhow::Result<bool> {
        let mut tx = db.begin(actor, world.clock.now()).await?;
        let done = sqlx::query(
            "insert into memberships (id, person, account, roles) values (gen_random_uuid(), $1, $2, '{ROLE_CASES}')",
        )
        .bind(jane.user.id)
        .bind(account)
        .execute(&mut *tx)
        .await;
        Ok(done.is_ok())
    };
    let alone = person(jane.user.id, &[], None);
    assert!(!insert(&alone, other).await?, "by oneself");
    let member = person(jane.user.id, &[Role::Administrator], Some(own));
    assert!(!insert(&member, other).await?, "into another account");
    let stranger = person(
        nsp_kit::id::UserId::new(),
        &[Role::Administrator],
        Some(other),
    );
    assert!(insert(&stranger, other).await?, "into one's own");

    let make = async |actor: &Actor, staff: bool| -> anyhow::Result<bool> {
        let mut tx = db.begin(actor, world.clock.now()).await?;
        let done = sqlx::query(
            "insert into users (id, email, email_key, display_name, staff, time_zone, language, theme, create_time)
             values (gen_random_uuid(), 'x@y.example', 'x@y.example', 'X', $1, 'UTC', 'en', 'system', now())",
        )
        .bind(staff)
        .execute(&mut *tx)
        .await;
        Ok(done.is_ok())
    };
    let service = Actor::Service("identity".to_owned());
    assert!(!make(&service, true).await?, "staff");
    assert!(make(&service, false).await?, "a portal user");
    assert!(!make(&member, false).await?, "by a person");
    let staff = person(
        nsp_kit::id::UserId::new(),
        &[Role::StaffAdministrator],
        None,
    );
    assert!(!make(&staff, false).await?, "by staff");

    // Who has an address is for inviters only.
    for (actor, allowed) in [
        (&alone, false),
        (&service, false),
        (&member, true),
        (&staff, true),
    ] {
        let mut tx = db.begin(actor, world.clock.now()).await?;
        let found = sqlx::query("select * from user_to_invite('jane@acme.example')")
            .fetch_all(&mut *tx)
            .await;
        assert_eq!(found.is_ok(), allowed, "{actor}");
    }
    Ok(())
}

#[tokio::test]
async fn invitations_show_themselves_to_their_account_and_to_staff_only() -> anyhow::Result<()> {
    let world = World::start().await?;
    let acme = world.administered("Acme", "anna").await?;
    let beta = world.administered("Beta", "omar").await?;
    let contact = world
        .directory
        .contact(acme.account, "Carl", "carl@acme.example");
    acme.anna.invite(wish(acme.account, &contact)).await?;
    let db = Database::connect(&world.config.database)?;
    let nobody = nsp_kit::id::UserId::new;
    let administrator = |account| person(nobody(), &[Role::Administrator], Some(account));
    for (actor, seen) in [
        (administrator(acme.account), 1_i64),
        (administrator(beta.account), 0),
        (person(nobody(), &[], None), 0),
        (person(nobody(), &[Role::StaffAdministrator], None), 1),
    ] {
        let mut tx = db.begin(&actor, world.clock.now()).await?;
        let count: i64 = sqlx::query_scalar("select count(*) from invitations")
            .fetch_one(&mut *tx)
            .await?;
        assert_eq!(count, seen, "{actor}");
        let done = sqlx::query("delete from invitations")
            .execute(&mut *tx)
            .await?;
        assert_eq!(done.rows_affected(), seen.cast_unsigned(), "{actor}");
    }
    Ok(())
}
