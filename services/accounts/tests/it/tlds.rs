//! TLDs: any form in, A-label kept, both forms found.

use nsp_kit::id::AccountId;
use nsp_proto::accounts::v1::{CreateTldRequest, ListTldsRequest, Tld, tld};
use tonic::Code;

use crate::harness::{Service, create_tld, fields, reason};

#[tokio::test]
async fn a_tld_is_kept_as_a_label_and_is_in_one_account() -> anyhow::Result<()> {
    let service = Service::start().await?;
    let account = service.account("Kazenoha").await?;
    let tld = service.tld(".例え", account).await?;
    assert_eq!(tld.name, "tlds/xn--r8jz45g");
    assert_eq!(tld.unicode_label, "例え");
    assert_eq!(tld.state(), tld::State::Active);
    assert_eq!(tld.delegation_date, "2014-03-19");

    let other = service.account("Other").await?;
    let mut client = service.administrator()?;
    let refusal = client
        .create_tld(create_tld("XN--R8JZ45G", other))
        .await
        .unwrap_err();
    assert_eq!(refusal.code(), Code::AlreadyExists);
    assert_eq!(reason(&refusal), "TLD_TAKEN");
    let refusal = client
        .create_tld(create_tld("free", AccountId::new()))
        .await
        .unwrap_err();
    assert_eq!(reason(&refusal), "ACCOUNT_NOT_FOUND");
    Ok(())
}

#[tokio::test]
async fn what_is_wrong_with_a_tld_is_named() -> anyhow::Result<()> {
    let service = Service::start().await?;
    let mut client = service.administrator()?;
    let refusal = client
        .create_tld(CreateTldRequest {
            tld: Some(Tld {
                name: "tlds/co.uk".to_owned(),
                delegation_date: "19 March".to_owned(),
                ..Default::default()
            }),
        })
        .await
        .unwrap_err();
    let expected = [
        "tld.name",
        "tld.account",
        "tld.state",
        "tld.delegation_date",
    ];
    assert_eq!(fields(&refusal), expected);
    Ok(())
}

#[tokio::test]
async fn tlds_are_found_by_part_of_either_form() -> anyhow::Result<()> {
    let service = Service::start().await?;
    let (one, two) = (service.account("One").await?, service.account("Two").await?);
    for (label, account) in [
        ("例え", one),
        ("ferrylane", one),
        ("рф", two),
        ("ferryboats", two),
    ] {
        service.tld(label, account).await?;
    }
    let mut client = service.administrator()?;
    for (query, expected) in [
        (
            "",
            vec!["ferryboats", "ferrylane", "xn--p1ai", "xn--r8jz45g"],
        ),
        (".FERRY", vec!["ferryboats", "ferrylane"]),
        ("lane", vec!["ferrylane"]),
        ("え", vec!["xn--r8jz45g"]),
        ("РФ", vec!["xn--p1ai"]),
        ("xn--", vec!["xn--p1ai", "xn--r8jz45g"]),
        ("%", vec![]),
    ] {
        let request = ListTldsRequest {
            query: query.to_owned(),
            ..Default::default()
        };
        let found = client.list_tlds(request).await?.into_inner().tlds;
        let found: Vec<_> = found.iter().map(|tld| &tld.name["tlds/".len()..]).collect();
        assert_eq!(found, expected, "{query}");
    }

    let mut request = ListTldsRequest {
        page_size: 1,
        account: two.to_string(),
        ..Default::default()
    };
    let first = client.list_tlds(request.clone()).await?.into_inner();
    assert_eq!(first.tlds[0].name, "tlds/ferryboats");
    request.page_token = first.next_page_token;
    let second = client.list_tlds(request).await?.into_inner();
    assert_eq!(second.tlds[0].name, "tlds/xn--p1ai");
    assert_eq!(second.next_page_token, "");
    Ok(())
}
