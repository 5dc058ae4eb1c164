//! Who sees that mail was sent.

use nsp_kit::{
    auth::{Actor, Person},
    db::Database,
    id::AccountId,
    testbed::{eventually, portal_user, staff},
};
use nsp_proto::{
    auth::v1::Role,
    mail::v1::{ListMailboxMessagesRequest, ListMessagesRequest},
};
use tonic::Code;

use crate::{
    harness::{Service, To, wish},
    neighbours::Server25,
};

async fn seen(service: &Service, person: &Person, resource: &str) -> anyhow::Result<usize> {
    let mut client = service.acting(person)?;
    let mut request = ListMessagesRequest {
        resource: resource.to_owned(),
        page_size: 1,
        ..Default::default()
    };
    let mut count = 0;
    loop {
        let page = client.list_messages(request.clone()).await?.into_inner();
        count += page.messages.len();
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return Ok(count);
        }
    }
}

#[tokio::test]
async fn each_account_sees_its_own_mail() -> anyhow::Result<()> {
    let (_server, url) = Server25::start(&[]).await?;
    let service = Service::start(To::Server(&url)).await?;
    let (mine, other) = (AccountId::new(), AccountId::new());
    let (jane, omar, ada) = (
        service.person("Jane"),
        service.person("Omar"),
        service.person("Ada"),
    );
    let about_mine = wish("case_commented", mine, &[jane, omar]);
    service.ask(&about_mine).await?;
    service
        .ask(&wish("staff_case_commented", mine, &[ada]))
        .await?;
    let mut about_other = wish("case_commented", other, &[omar]);
    about_other.resource = "cases/0198f1a2-0000-7000-8000-0000000000bb".to_owned();
    service.ask(&about_other).await?;
    let agent = staff("Ada", &[Role::StaffAgent]);
    eventually(async || {
        let all = seen(&service, &agent, &about_mine.resource).await?
            + seen(&service, &agent, &about_other.resource).await?;
        Ok((all == 4).then_some(()))
    })
    .await?;

    let of_mine = portal_user("Jane", mine, &[Role::Cases]);
    let of_other = portal_user("Omar", other, &[Role::Cases]);
    let limited = Person {
        user: jane,
        tlds: vec!["example".to_owned()],
        ..of_mine.clone()
    };
    let nobody = Person {
        account: None,
        ..of_mine.clone()
    };
    // The mail to the assignee is ICANN's business.
    for (person, own, foreign) in [
        (&of_mine, 2, 0),
        (&of_other, 0, 1),
        (&limited, 1, 0),
        (&nobody, 0, 0),
    ] {
        assert_eq!(seen(&service, person, &about_mine.resource).await?, own);
        assert_eq!(
            seen(&service, person, &about_other.resource).await?,
            foreign
        );
    }

    // And without the service's own conditions.
    let database = Database::connect(&service.config.database)?;
    for (person, expected) in [
        (of_mine, 2),
        (of_other, 1),
        (limited, 1),
        (nobody, 0),
        (agent, 4),
    ] {
        let actor = Actor::Person(Box::new(person));
        let mut tx = database.begin(&actor, service.bed.clock.now()).await?;
        let count: i64 = sqlx::query_scalar("select count(*) from messages")
            .fetch_one(&mut *tx)
            .await?;
        assert_eq!(count, expected, "{actor}");
        let changed = sqlx::query("update messages set state = 'failed'")
            .execute(&mut *tx)
            .await?;
        assert_eq!(changed.rows_affected(), 0, "{actor}");
        let mailbox: i64 = sqlx::query_scalar("select count(*) from mailbox_messages")
            .fetch_one(&mut *tx)
            .await?;
        assert_eq!(mailbox, 0);
    }
    Ok(())
}

#[tokio::test]
async fn persons_do_not_read_the_mailbox_and_resources_have_names() -> anyhow::Result<()> {
    let service = Service::start(To::Mailbox).await?;
    let jane = portal_user("Jane", AccountId::new(), &[Role::Administrator]);
    let mut client = service.acting(&jane)?;
    let refusal = client
        .list_messages(ListMessagesRequest::default())
        .await
        .unwrap_err();
    assert_eq!(refusal.code(), Code::InvalidArgument);

    let mut mailbox = service.mailbox_acting(&jane)?;
    let refusal = mailbox
        .list_mailbox_messages(ListMailboxMessagesRequest::default())
        .await
        .unwrap_err();
    assert_eq!(refusal.code(), Code::PermissionDenied);
    Ok(())
}
