//! A service provider sees how a TLD's reports stand while its registry lets it (TLS-8).

use jiff::SignedDuration;
use nsp_kit::{
    auth::Person,
    clock::to_proto,
    db::Database,
    events::{About, publish},
    id::AccountId,
    testbed::{self, eventually},
};
use nsp_proto::{
    auth::v1::Role,
    event::Event as Message,
    events::v1::{TlsGrantChanged, TlsGrantCreated, TlsGrantEnded},
    reporting::v1::{GetReportStatusRequest, ListReportStatusesRequest, ListSubmissionsRequest},
};
use tonic::Code;
use uuid::Uuid;

use crate::{
    accepting,
    harness::{World, refused},
};

/// A grant of a registry to a provider, as tlsauth tells of it.
fn grant(world: &World, by: &Person, to: &Person, tld: &str, scopes: &[&str]) -> TlsGrantCreated {
    let account = |person: &Person| person.account.unwrap_or_else(AccountId::new).to_string();
    TlsGrantCreated {
        grant: format!("grants/{}", Uuid::now_v7()),
        account: account(by),
        provider: account(to),
        tld: tld.to_owned(),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        expire_time: Some(to_proto(world.clock.now() + SignedDuration::from_hours(24))),
    }
}

fn changed(it: &TlsGrantCreated, scopes: &[&str]) -> TlsGrantChanged {
    TlsGrantChanged {
        grant: it.grant.clone(),
        account: it.account.clone(),
        provider: it.provider.clone(),
        tld: it.tld.clone(),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        expire_time: it.expire_time,
    }
}

async fn tell<E: Message>(world: &World, event: &E) -> anyhow::Result<()> {
    let db = Database::connect(&world.database)?;
    let mut tx = db.begin_as_service("tlsauth", world.clock.now()).await?;
    publish(&mut tx, &About::new(&Uuid::now_v7(), None), event).await?;
    tx.commit().await?;
    Ok(())
}

/// The TLDs that somebody sees, once they are as expected.
async fn sees(world: &World, person: &Person, expected: &[&str]) -> anyhow::Result<()> {
    let seen = eventually(async || {
        let mut client = world.statuses(person)?;
        let answer = client
            .list_report_statuses(ListReportStatusesRequest::default())
            .await?
            .into_inner();
        let labels: Vec<String> = answer.statuses.into_iter().map(|one| one.tld).collect();
        Ok((labels == expected).then_some(answer.total_size))
    })
    .await?;
    assert_eq!(usize::try_from(seen)?, expected.len());
    Ok(())
}

const REPORTS: &str = "GRANT_SCOPE_REPORTS";
const WINDOWS: &str = "GRANT_SCOPE_WINDOWS";

#[tokio::test]
async fn a_provider_sees_what_it_is_let_see_and_while_it_is() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.registry("Jane", &["example", "second"]).await?;
    let omar = world.registry("Omar", &["omars"]).await?;
    let sjoerd = testbed::portal_user("Sjoerd", AccountId::new(), &[Role::Technical]);
    for (sent, _) in accepting::good() {
        world.accepted(&sent).await?;
    }
    sees(&world, &sjoerd, &[]).await?;

    let of_jane = grant(&world, &jane, &sjoerd, "example", &[REPORTS, WINDOWS]);
    tell(&world, &of_jane).await?;
    // A TLD of whose holder the grant is not, and one for something else.
    tell(&world, &grant(&world, &omar, &sjoerd, "second", &[REPORTS])).await?;
    tell(&world, &grant(&world, &omar, &sjoerd, "omars", &[WINDOWS])).await?;
    sees(&world, &sjoerd, &["example"]).await?;
    sees(&world, &jane, &["example", "second"]).await?;
    sees(&world, &omar, &["omars"]).await?;

    let status = GetReportStatusRequest {
        name: "tlds/example/reportStatus".to_owned(),
    };
    let history = ListSubmissionsRequest {
        parent: "tlds/example".to_owned(),
        ..Default::default()
    };
    let mut client = world.statuses(&sjoerd)?;
    let seen = client.get_report_status(status.clone()).await?.into_inner();
    assert_eq!(seen.account, of_jane.account);
    let seen = client.list_submissions(history.clone()).await?.into_inner();
    assert_eq!(seen.submissions.len(), 4);

    // A role that is limited to other TLDs.
    let limited = Person {
        tlds: vec!["omars".into()],
        ..sjoerd.clone()
    };
    sees(&world, &limited, &[]).await?;

    // Taken back in part, given again, and over: by the clock, and by the registry.
    tell(&world, &changed(&of_jane, &[WINDOWS])).await?;
    sees(&world, &sjoerd, &[]).await?;
    tell(&world, &changed(&of_jane, &[REPORTS])).await?;
    sees(&world, &sjoerd, &["example"]).await?;
    world.clock.advance(SignedDuration::from_hours(24));
    sees(&world, &sjoerd, &[]).await?;
    let refusal = world.statuses(&sjoerd)?.list_submissions(history).await;
    refused(refusal, Code::NotFound, "TLD_NOT_FOUND");

    let again = grant(&world, &jane, &sjoerd, "second", &[REPORTS]);
    tell(&world, &again).await?;
    sees(&world, &sjoerd, &["second"]).await?;
    let ended = TlsGrantEnded {
        grant: again.grant,
        account: again.account,
        provider: again.provider,
        tld: again.tld,
        state: "STATE_REVOKED".to_owned(),
    };
    tell(&world, &ended).await?;
    sees(&world, &sjoerd, &[]).await?;
    let refusal = world.statuses(&sjoerd)?.get_report_status(status).await;
    refused(refusal, Code::NotFound, "TLD_NOT_FOUND");
    Ok(())
}
