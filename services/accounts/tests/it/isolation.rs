//! What one account cannot see of another, and what the database alone refuses.

use nsp_kit::{
    auth::{Actor, Person},
    db::Database,
    id::AccountId,
    testbed::portal_user,
};
use nsp_proto::{
    accounts::v1::{
        Contact, CreateContactRequest, GetAccountRequest, ListAccountsRequest, ListContactsRequest,
        ListTldsRequest,
    },
    auth::v1::Role,
};
use tonic::Code;

use crate::harness::Service;

struct Two {
    service: Service,
    mine: AccountId,
    other: AccountId,
}

async fn two_accounts() -> anyhow::Result<Two> {
    let service = Service::start().await?;
    let mine = service.account("Mine").await?;
    let other = service.account("Other").await?;
    for (label, account) in [("minea", mine), ("mineb", mine), ("other", other)] {
        service.tld(label, account).await?;
    }
    for account in [mine, other] {
        let request = CreateContactRequest {
            parent: account.to_string(),
            contact: Some(Contact {
                display_name: "Jane".to_owned(),
                email: "jane@acme.example".to_owned(),
                country: "GB".to_owned(),
                ..Default::default()
            }),
            ..Default::default()
        };
        service.administrator()?.create_contact(request).await?;
    }
    Ok(Two {
        service,
        mine,
        other,
    })
}

async fn labels(two: &Two, person: &Person, account: &str) -> anyhow::Result<Vec<String>> {
    let request = ListTldsRequest {
        account: account.to_owned(),
        ..Default::default()
    };
    let found = two.service.acting(person)?.list_tlds(request).await?;
    let tlds = found.into_inner().tlds;
    Ok(tlds.into_iter().map(|tld| tld.unicode_label).collect())
}

#[tokio::test]
async fn another_account_does_not_exist() -> anyhow::Result<()> {
    let two = two_accounts().await?;
    let jane = portal_user("Jane", two.mine, &[Role::Administrator]);
    let mut client = two.service.acting(&jane)?;

    let listed = client.list_accounts(ListAccountsRequest::default()).await?;
    let names: Vec<_> = listed
        .get_ref()
        .accounts
        .iter()
        .map(|it| &it.name)
        .collect();
    assert_eq!(names, [&two.mine.to_string()]);
    let query = ListAccountsRequest {
        query: "Other".to_owned(),
        ..Default::default()
    };
    assert_eq!(client.list_accounts(query).await?.get_ref().accounts, []);

    // The other one and one that never was look the same but for the id that the caller gave.
    for account in [two.other, AccountId::new()] {
        let name = account.to_string();
        let refusal = client
            .get_account(GetAccountRequest { name: name.clone() })
            .await
            .unwrap_err();
        assert_eq!(refusal.code(), Code::NotFound);
        assert_eq!(refusal.message(), format!("there is no {name}"));
        let request = ListContactsRequest {
            parent: name,
            ..Default::default()
        };
        let refusal = client.list_contacts(request).await.unwrap_err();
        assert_eq!(refusal.code(), Code::NotFound);
    }
    assert_eq!(labels(&two, &jane, "").await?, ["minea", "mineb"]);
    assert_eq!(labels(&two, &jane, &two.other.to_string()).await?, [""; 0]);
    Ok(())
}

#[tokio::test]
async fn a_role_limited_to_tlds_sees_those() -> anyhow::Result<()> {
    let two = two_accounts().await?;
    let limited = Person {
        tlds: vec!["mineb".to_owned(), "other".to_owned()],
        ..portal_user("Caleb", two.mine, &[Role::Cases])
    };
    assert_eq!(labels(&two, &limited, "").await?, ["mineb"]);
    let nobody = Person {
        account: None,
        ..portal_user("Nobody", two.mine, &[])
    };
    assert_eq!(labels(&two, &nobody, "").await?, [""; 0]);
    let mut client = two.service.acting(&nobody)?;
    let listed = client.list_accounts(ListAccountsRequest::default()).await?;
    assert_eq!(listed.get_ref().accounts, []);
    Ok(())
}

#[tokio::test]
async fn the_database_alone_refuses() -> anyhow::Result<()> {
    let two = two_accounts().await?;
    let database = Database::connect(&two.service.config.database)?;
    let now = two.service.bed.clock.now();
    let jane = portal_user("Jane", two.mine, &[Role::Administrator]);
    let mut limited = jane.clone();
    limited.tlds = vec!["minea".to_owned()];
    let mut nobody = jane.clone();
    nobody.account = None;
    for (person, accounts, tlds, contacts) in
        [(jane, 1, 2, 1), (limited, 1, 1, 1), (nobody, 0, 0, 0)]
    {
        let actor = Actor::Person(Box::new(person));
        let mut tx = database.begin(&actor, now).await?;
        for (query, expected) in [
            ("select count(*) from accounts", accounts),
            ("select count(*) from tlds", tlds),
            ("select count(*) from contacts", contacts),
        ] {
            let seen: i64 = sqlx::query_scalar(query).fetch_one(&mut *tx).await?;
            assert_eq!(seen, expected, "{query} by {actor}");
        }
        let added = sqlx::query(
            "insert into tlds (label, unicode_label, account, state) values ('stolen', 'stolen', $1, 'active')",
        )
        .bind(two.mine)
        .execute(&mut *tx)
        .await;
        assert!(added.is_err(), "{actor} added a TLD");
    }
    Ok(())
}
