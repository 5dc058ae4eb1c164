//! Accounts and contacts: creating, retrying, listing, refusing.

use nsp_kit::testbed::{eventually, staff};
use nsp_proto::{
    accounts::v1::{
        Account, Contact, CreateAccountRequest, CreateContactRequest, GetAccountRequest,
        ListAccountsRequest, ListContactsRequest, account,
    },
    auth::v1::Role,
};
use tonic::Code;

use crate::harness::{Service, create_account, fields, reason};

const REQUEST: &str = "0198f1a2-0000-7000-8000-000000000001";

#[tokio::test]
async fn an_account_is_made_once_and_announced() -> anyhow::Result<()> {
    let service = Service::start().await?;
    let mut client = service.administrator()?;
    let first = client
        .create_account(create_account("Acme Registry Ltd", REQUEST))
        .await?
        .into_inner();
    let again = client
        .create_account(create_account("Acme Registry Ltd", REQUEST))
        .await?
        .into_inner();
    assert_eq!(first, again);
    assert_eq!(first.kind(), account::Kind::RegistryOperator);

    let name = first.name.clone();
    let read = client.get_account(GetAccountRequest { name }).await?;
    assert_eq!(read.into_inner(), first);
    let audited =
        "select count(*) from kit.audit where action = 'account.created' and actor_name = 'Greta'";
    assert_eq!(service.count(audited).await?, 1);
    eventually(async || {
        let waiting = service.count("select count(*) from kit.outbox").await?;
        Ok((waiting == 0).then_some(()))
    })
    .await
}

#[tokio::test]
async fn every_bad_field_is_named() -> anyhow::Result<()> {
    let service = Service::start().await?;
    let mut client = service.administrator()?;
    let refusal = client
        .create_account(CreateAccountRequest {
            account: Some(Account {
                country: "Portugal".to_owned(),
                ..Default::default()
            }),
            request_id: "x".to_owned(),
        })
        .await
        .unwrap_err();
    let expected = [
        "request_id",
        "account.display_name",
        "account.kind",
        "account.country",
    ];
    assert_eq!(fields(&refusal), expected);

    let refusal = client
        .create_contact(CreateContactRequest {
            parent: "acme".to_owned(),
            contact: Some(Contact {
                display_name: "Jane\nOkoye".to_owned(),
                email: "jane".to_owned(),
                phone: "020 7946 0057".to_owned(),
                country: String::new(),
                ..Default::default()
            }),
            ..Default::default()
        })
        .await
        .unwrap_err();
    let expected = [
        "parent",
        "contact.display_name",
        "contact.email",
        "contact.phone",
        "contact.country",
    ];
    assert_eq!(fields(&refusal), expected);
    Ok(())
}

#[tokio::test]
async fn only_staff_of_the_right_role_create() -> anyhow::Result<()> {
    let service = Service::start().await?;
    let mut agent = service.acting(&staff("Ada", &[Role::StaffAgent]))?;
    let refusal = agent
        .create_account(create_account("Acme", ""))
        .await
        .unwrap_err();
    assert_eq!(refusal.code(), Code::PermissionDenied);
    assert_eq!(reason(&refusal), "ROLE_REQUIRED");
    Ok(())
}

#[tokio::test]
async fn accounts_page_by_name_and_filter() -> anyhow::Result<()> {
    let service = Service::start().await?;
    for name in ["zebra", "Ålesund", "Acme", "émigré", "100% Names", "acme"] {
        service.account(name).await?;
    }
    let mut client = service.administrator()?;
    let mut page_token = String::new();
    let mut seen = Vec::new();
    loop {
        let request = ListAccountsRequest {
            page_size: 2,
            page_token,
            ..Default::default()
        };
        let page = client.list_accounts(request).await?.into_inner();
        seen.extend(
            page.accounts
                .into_iter()
                .map(|account| account.display_name),
        );
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(
        seen,
        ["100% Names", "acme", "Acme", "Ålesund", "émigré", "zebra"]
    );

    for (query, expected) in [("ACM", 2), ("0%", 1), ("%", 1), ("_", 0), ("ÉMI", 1)] {
        let request = ListAccountsRequest {
            query: query.to_owned(),
            ..Default::default()
        };
        let found = client.list_accounts(request).await?.into_inner().accounts;
        assert_eq!(found.len(), expected, "{query}");
    }
    let request = ListAccountsRequest {
        kind: account::Kind::Registrar.into(),
        ..Default::default()
    };
    let found = client.list_accounts(request).await?.into_inner().accounts;
    assert_eq!(found, []);
    Ok(())
}

#[tokio::test]
async fn a_contact_is_added_once_and_listed() -> anyhow::Result<()> {
    let service = Service::start().await?;
    let account = service.account("Acme").await?;
    let mut agent = service.acting(&staff("Ada", &[Role::StaffAgent]))?;
    let request = |name: &str, request_id: &str| CreateContactRequest {
        parent: account.to_string(),
        contact: Some(Contact {
            display_name: name.to_owned(),
            email: "jane@acme-registry.example".to_owned(),
            phone: "+44 20 7946 0057".to_owned(),
            country: "gb".to_owned(),
            active: true,
            ..Default::default()
        }),
        request_id: request_id.to_owned(),
    };
    let first = agent.create_contact(request("Jane", REQUEST)).await?;
    let again = agent.create_contact(request("Jane", REQUEST)).await?;
    assert_eq!(first.get_ref(), again.get_ref());
    assert_eq!(first.get_ref().phone, "+442079460057");
    assert_eq!(first.get_ref().country, "GB");
    agent.create_contact(request("Anna", "")).await?;

    let listed = agent
        .list_contacts(ListContactsRequest {
            parent: account.to_string(),
            ..Default::default()
        })
        .await?
        .into_inner();
    let names: Vec<_> = listed
        .contacts
        .iter()
        .map(|it| it.display_name.as_str())
        .collect();
    assert_eq!(names, ["Anna", "Jane"]);
    let events = "select count(*) from kit.audit where action = 'contact.added'";
    assert_eq!(service.count(events).await?, 2);

    let mut nowhere = request("Jane", "");
    nowhere.parent = nsp_kit::id::AccountId::new().to_string();
    let refusal = agent.create_contact(nowhere).await.unwrap_err();
    assert_eq!(reason(&refusal), "ACCOUNT_NOT_FOUND");
    Ok(())
}
