//! The permissions table: every method × every role, as it was agreed upon, and as the running services do it.

use std::fmt::Write;

use futures_util::{StreamExt, stream};
use nsp_kit::{
    id::AccountId,
    status::reason,
    testbed::{portal_user, staff},
};
use nsp_proto::{
    access::{METHODS, Method},
    auth::v1::Role,
    identity::v1::Membership,
};
use nsp_test_client::raw::{call, service_of};
use nsp_tests::world::{Tokens, World};
use tonic::Code;

const GOLDEN: &str = include_str!("permissions.txt");

const ROLES: [(&str, Role); 12] = [
    ("administrator", Role::Administrator),
    ("cases", Role::Cases),
    ("compliance", Role::Compliance),
    ("technical", Role::Technical),
    ("billing", Role::Billing),
    ("read-only", Role::ReadOnly),
    ("s:agent", Role::StaffAgent),
    ("s:compliance", Role::StaffCompliance),
    ("s:technical", Role::StaffTechnical),
    ("s:security", Role::StaffSecurity),
    ("s:legal", Role::StaffLegal),
    ("s:administrator", Role::StaffAdministrator),
];
const SERVICES: [&str; 9] = [
    "gateway",
    "mail",
    "tlsauth",
    "maintenance",
    "cases",
    "accounts",
    "identity",
    "access",
    "monitoring",
];

fn table() -> String {
    let mut table = String::new();
    let names: Vec<&str> = ROLES.iter().map(|(name, _)| *name).collect();
    let _ = writeln!(
        table,
        "# method: roles that may call it | services that may call it with no person behind the call | fresh factor, if persons need one"
    );
    for method in METHODS {
        let mut allowed: Vec<&str> = Vec::new();
        allowed.extend(
            ROLES
                .iter()
                .filter(|(_, role)| method.allows_person(&[*role]))
                .map(|(name, _)| *name),
        );
        let allowed = match allowed {
            _ if method.allows_person(&[]) => "every signed-in person".to_owned(),
            allowed if allowed == names => "every role".to_owned(),
            allowed => allowed.join(" "),
        };
        let services: Vec<&str> = SERVICES
            .into_iter()
            .filter(|name| method.allows_service(name))
            .collect();
        let path = method.path.trim_start_matches("/nsp.");
        let services = services.join(" ");
        let fresh = if method.needs_fresh_factor() {
            " | fresh factor"
        } else {
            ""
        };
        let _ = writeln!(table, "{path}: {allowed} | {services}{fresh}");
    }
    table
}

#[test]
fn the_table_is_the_one_that_was_agreed_upon() {
    let table = table();
    let difference: Vec<&str> = table
        .lines()
        .filter(|line| !GOLDEN.lines().any(|golden| golden == *line))
        .collect();
    assert!(
        table == GOLDEN,
        "not as in permissions.txt, or in another order: {difference:#?}\n\n{table}"
    );
}

#[test]
fn every_method_has_callers() {
    for method in METHODS {
        let anyone = ROLES.iter().any(|(_, role)| method.allows_person(&[*role]))
            || SERVICES.iter().any(|name| method.allows_service(name));
        assert!(
            anyone,
            "{} has no option nsp.auth.v1.access: nobody can call it",
            method.path
        );
    }
}

/// What a refusal for lack of a role looks like; everything else has passed the door.
async fn is_let_in(channel: nsp_kit::client::Channel, method: &Method) -> bool {
    match call(channel, method.path, Vec::new()).await {
        Ok(_) => true,
        Err(status) => {
            let reason = reason(&status);
            assert!(!reason.starts_with("TOKEN_"), "{}: {reason}", method.path);
            assert_ne!(status.code(), Code::Unavailable, "{}", method.path);
            reason != "ROLE_REQUIRED"
        }
    }
}

#[tokio::test]
async fn the_running_services_do_what_the_table_says() -> anyhow::Result<()> {
    let world = World::start_with(Tokens::Bed).await?;
    // Identity takes only its own tokens; its methods are in the next test.
    let mut wrong = Vec::new();
    for method in METHODS
        .iter()
        .filter(|method| service_of(method.path) != "identity")
    {
        let channel = world.as_gateway(service_of(method.path))?;
        for (name, role) in ROLES {
            let person = if name.starts_with("s:") {
                staff(name, &[role])
            } else {
                portal_user(name, AccountId::new(), &[role])
            };
            let channel = channel.acting(&world.bed.token(&person)?);
            if is_let_in(channel, method).await != method.allows_person(&[role]) {
                wrong.push(format!("{} as {name}", method.path));
            }
        }
        for name in SERVICES {
            let channel = world.as_service(service_of(method.path), name)?;
            if is_let_in(channel, method).await != method.allows_service(name) {
                wrong.push(format!("{} as the service {name}", method.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    Ok(())
}

#[tokio::test]
async fn identity_does_what_the_table_says() -> anyhow::Result<()> {
    let world = World::start().await?;
    // Read-only, an administrator, an agent, a compliance officer and an administrator of the portal.
    let mut people = Vec::new();
    for name in ["edgar", "jane", "ada", "carmela", "greta"] {
        people.push(world.sign_in(name).await?);
    }
    let methods = METHODS
        .iter()
        .filter(|method| service_of(method.path) == "identity");
    let wrong: Vec<String> = stream::iter(methods)
        .then(async |method| {
            let mut wrong = Vec::new();
            for person in &people {
                let channel = world.acting("identity", &person.session.token).ok()?;
                let acting = person.session.acting.iter();
                let roles = acting.flat_map(Membership::roles);
                let roles: Vec<Role> = roles.chain(person.session.staff_roles()).collect();
                if is_let_in(channel, method).await != method.allows_person(&roles) {
                    wrong.push(format!("{} as {:?}", method.path, person.session.user));
                }
            }
            for name in SERVICES {
                let channel = world.as_service("identity", name).ok()?;
                if is_let_in(channel, method).await != method.allows_service(name) {
                    wrong.push(format!("{} as the service {name}", method.path));
                }
            }
            Some(wrong)
        })
        .filter_map(async |wrong| wrong)
        .flat_map(stream::iter)
        .collect()
        .await;
    assert!(wrong.is_empty(), "{wrong:#?}");
    Ok(())
}

#[tokio::test]
async fn an_old_factor_opens_what_the_table_says_and_no_more() -> anyhow::Result<()> {
    let world = World::start().await?;
    let edgar = world.sign_in("edgar").await?;
    world
        .clock
        .advance(nsp_kit::auth::FRESH - jiff::SignedDuration::from_secs(60));
    let session = world.authenticate(&edgar.secret).await?;
    // Good for five minutes, of which the factor is fresh for one.
    world.clock.advance(jiff::SignedDuration::from_secs(60));
    let mut wrong = Vec::new();
    let methods = METHODS.iter().filter(|method| method.allows_person(&[]));
    for method in methods.filter(|method| !method.path.ends_with("/RevokeOtherSessions")) {
        let channel = world.acting(service_of(method.path), &session.token)?;
        let answer = call(channel, method.path, Vec::new()).await;
        let refused = answer.is_err_and(|status| reason(&status) == "STEP_UP_REQUIRED");
        if refused != method.needs_fresh_factor() {
            wrong.push(method.path);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    Ok(())
}

#[tokio::test]
async fn a_method_that_does_not_exist_is_unimplemented() -> anyhow::Result<()> {
    let world = World::start_with(Tokens::Bed).await?;
    let channel = world.as_gateway("cases")?;
    let status = call(channel, "/nsp.cases.v1.CaseService/DropTables", Vec::new())
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::Unimplemented);
    Ok(())
}
