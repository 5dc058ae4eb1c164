//! Lists: filters and pages.

use nsp_proto::tlsauth::v1::{ListTldsRequest, ListTlsClientsRequest, TlsRole};

use crate::harness::{World, add, agent, fields, record};

fn filter(change: impl FnOnce(&mut ListTlsClientsRequest)) -> ListTlsClientsRequest {
    let mut request = ListTlsClientsRequest::default();
    change(&mut request);
    request
}

#[tokio::test]
async fn entries_are_filtered_and_paged() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.registry("Jane", &["one", "two", "three"]).await?;
    let omar = world.registry("Omar", &["four"]).await?;
    let sjoerd = world.provider("Sjoerd").await?;
    world.grant(&jane, &sjoerd, &["one"]).await?;
    let mut client = world.client(&jane)?;
    let all = ["one", "two", "three"];
    add(
        &mut client,
        &all,
        &record("a.example", &[TlsRole::MonthlyReporting]),
    )
    .await?;
    add(
        &mut client,
        &["two"],
        &record("b.example", &[TlsRole::SlamData]),
    )
    .await?;
    let mut provider = world.client(&sjoerd)?;
    add(
        &mut provider,
        &["one"],
        &record("c.example", &[TlsRole::SlamData]),
    )
    .await?;
    add(
        &mut world.client(&omar)?,
        &["four"],
        &record("a.example", &[TlsRole::SlamData]),
    )
    .await?;
    let account = |person: &nsp_kit::auth::Person| person.account.unwrap().to_string();
    let cases = [
        (filter(|_| {}), 5, 6),
        (filter(|it| it.tld = "two".into()), 2, 2),
        (filter(|it| it.domain_name = "A.EXAMPLE".into()), 3, 4),
        (filter(|it| it.role = TlsRole::SlamData.into()), 2, 3),
        (filter(|it| it.provider = account(&sjoerd)), 1, 1),
        (filter(|it| it.account = account(&omar)), 0, 1),
        (filter(|it| it.broken_only = true), 0, 0),
    ];
    let mut staff = world.client(&agent())?;
    for (request, janes, everybodys) in cases {
        for (client, expected) in [(&mut client, janes), (&mut staff, everybodys)] {
            let mut request = request.clone();
            request.page_size = 2;
            let mut names = Vec::new();
            loop {
                let page = client.list_tls_clients(request.clone()).await?.into_inner();
                names.extend(page.tls_clients.into_iter().map(|it| it.name));
                if page.next_page_token.is_empty() {
                    break;
                }
                request.page_token = page.next_page_token;
            }
            assert_eq!(names.len(), expected, "{request:?}");
            let mut sorted = names.clone();
            sorted.sort_by_key(|name| name.split('/').nth(1).map(str::to_owned));
            assert_eq!(names, sorted);
        }
    }
    let wrong = ListTlsClientsRequest {
        tld: "x_y".into(),
        domain_name: "*".into(),
        role: 99,
        ..Default::default()
    };
    let status = client.list_tls_clients(wrong).await.unwrap_err();
    assert_eq!(fields(&status), ["role", "tld", "domain_name"]);
    Ok(())
}

#[tokio::test]
async fn tlds_are_listed_with_what_there_is_of_them() -> anyhow::Result<()> {
    let world = World::start().await?;
    let jane = world.registry("Jane", &["two", "one", "other"]).await?;
    let sjoerd = world.provider("Sjoerd").await?;
    world.grant(&jane, &sjoerd, &["two"]).await?;
    let mut client = world.client(&jane)?;
    add(
        &mut client,
        &["two"],
        &record("a.example", &[TlsRole::MonthlyReporting]),
    )
    .await?;
    let list = async |client: &mut crate::harness::Client, request: ListTldsRequest| {
        let answer = client.list_tlds(request).await?.into_inner();
        let tlds = answer.tlds.into_iter();
        anyhow::Ok(
            tlds.map(|it| (it.tld, it.client_count, it.grant.is_empty()))
                .collect::<Vec<_>>(),
        )
    };
    let row = |tld: &str, count: i32, own: bool| (tld.to_owned(), count, own);
    assert_eq!(
        list(&mut client, ListTldsRequest::default()).await?,
        [
            row("one", 0, true),
            row("other", 0, true),
            row("two", 1, true)
        ]
    );
    let beginning = ListTldsRequest {
        query: ".O".into(),
        page_size: 1,
        ..Default::default()
    };
    assert_eq!(list(&mut client, beginning).await?, [row("one", 0, true)]);
    let granted = ListTldsRequest {
        granted_only: true,
        ..Default::default()
    };
    assert!(list(&mut client, granted.clone()).await?.is_empty());
    let mut provider = world.client(&sjoerd)?;
    assert_eq!(list(&mut provider, granted).await?, [row("two", 1, false)]);
    assert_eq!(
        list(&mut world.client(&agent())?, ListTldsRequest::default())
            .await?
            .len(),
        3
    );
    Ok(())
}
