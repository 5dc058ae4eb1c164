//! The lists that every machine may read: registrars' base RDAP URLs, and probe nodes.

use nsp_proto::reporting::v1::{self as pb, answer::Outcome};
use serde_json::{Value, json};

use crate::harness::{World, client, fields};

fn at(seconds: i64) -> nsp_proto::Timestamp {
    nsp_proto::Timestamp { seconds, nanos: 0 }
}

const NOON: i64 = 1_795_521_600;

fn urls(seconds: i64, url: &str) -> pb::PutRdapUrlsRequest {
    pb::PutRdapUrlsRequest {
        publication_time: Some(at(seconds)),
        description: "Base RDAP URLs".into(),
        services: vec![pb::RdapService {
            registrars: vec![146, 9_999],
            base_urls: vec![url.into()],
        }],
    }
}

async fn rdap(world: &World, version: i32, copy: Option<pb::Copy>) -> anyhow::Result<pb::Answer> {
    let request = pb::GetRdapUrlListRequest {
        client: Some(client()),
        version,
        copy,
    };
    Ok(world
        .monitoring()?
        .get_rdap_url_list(request)
        .await?
        .into_inner())
}

#[tokio::test]
async fn the_rdap_urls_are_those_put_last() -> anyhow::Result<()> {
    let world = World::start().await?;
    assert_eq!(rdap(&world, 2, None).await?.outcome(), Outcome::NotFound);
    let mut ingest = world.ingest()?;
    let first = ingest
        .put_rdap_urls(urls(NOON, "https://rdap.example/"))
        .await?;
    assert!(first.into_inner().stored);
    let older = ingest
        .put_rdap_urls(urls(NOON - 1, "https://old.example/"))
        .await?;
    assert!(
        !older.into_inner().stored,
        "an older list replaces no newer one"
    );
    let answer = rdap(&world, 2, None).await?;
    let document: Value = serde_json::from_slice(&answer.document)?;
    let services = json!([[["146", "9999"], ["https://rdap.example/"]]]);
    assert_eq!(document["services"], services);
    assert_eq!(answer.last_modified.unwrap_or_default().seconds, NOON);
    let copy = pb::Copy {
        etags: Vec::new(),
        modified_since: Some(at(NOON)),
    };
    let fresh = rdap(&world, 1, Some(copy)).await?;
    assert_eq!(fresh.outcome(), Outcome::NotModified);
    let none = rdap(&world, 3, None).await?;
    assert_eq!(none.outcome(), Outcome::NotImplemented, "HTTP 501");
    let plain = ingest
        .put_rdap_urls(urls(NOON + 1, "http://rdap.example/"))
        .await;
    assert_eq!(fields(&plain.unwrap_err()), ["services[0].base_urls"]);
    Ok(())
}

#[tokio::test]
async fn probe_nodes_have_cities_and_addresses() -> anyhow::Result<()> {
    let world = World::start().await?;
    let put = |city: &str, ipv4: &str| pb::PutProbeNodesRequest {
        update_time: Some(at(NOON)),
        nodes: vec![pb::ProbeNode {
            city: city.into(),
            ipv4_addresses: vec![ipv4.into()],
            ipv6_addresses: vec!["2001:db8::7".into()],
        }],
    };
    let get = async || {
        let request = pb::GetProbeNodesRequest {
            client: Some(client()),
            copy: None,
        };
        let answer = world.monitoring()?.get_probe_nodes(request).await?;
        anyhow::Ok(answer.into_inner())
    };
    assert_eq!(get().await?.outcome(), Outcome::NotFound);
    let mut ingest = world.ingest()?;
    let wrong = ingest.put_probe_nodes(put("", "2001:db8::7")).await;
    let expected = ["nodes[0].city", "nodes[0].ipv4_addresses"];
    assert_eq!(fields(&wrong.unwrap_err()), expected);
    let answer = ingest.put_probe_nodes(put("Lisbon", "192.0.2.7")).await?;
    assert!(answer.into_inner().stored);
    let document: Value = serde_json::from_slice(&get().await?.document)?;
    let node = json!({"city": "Lisbon", "ipv4": ["192.0.2.7"], "ipv6": ["2001:db8::7"]});
    assert_eq!(document["probeNodes"], json!([node]));
    Ok(())
}
