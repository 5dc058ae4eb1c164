//! The lists that everybody sees: registrars' base RDAP URLs, and probe nodes.

use std::net::{Ipv4Addr, Ipv6Addr};

use nsp_kit::{
    call::Call,
    events::{About, audit},
    status::Violations,
};
use nsp_proto::reporting::v1::{self as pb, answer::Outcome};

use super::{
    answer::{JSON, bare, dated, not_found},
    convert,
};
use crate::{
    error::Error,
    formats::metrica::{self, Node},
    settings::Settings,
    store::lists::{self as store, List, PROBE_NODES, RDAP_URLS},
};

pub async fn get_rdap_url_list(
    call: &Call,
    settings: &Settings,
    request: pb::GetRdapUrlListRequest,
) -> Result<pb::Answer, Error> {
    let mut bad = Violations::default();
    convert::check_client(&mut bad, request.client.as_ref());
    bad.finish(Some(()))?;
    if !settings.mosapi.rdap_url_versions.contains(&request.version) {
        return Ok(bare(Outcome::NotImplemented));
    }
    get(call, RDAP_URLS, request.copy.as_ref()).await
}

pub async fn get_probe_nodes(
    call: &Call,
    request: pb::GetProbeNodesRequest,
) -> Result<pb::Answer, Error> {
    let mut bad = Violations::default();
    convert::check_client(&mut bad, request.client.as_ref());
    bad.finish(Some(()))?;
    get(call, PROBE_NODES, request.copy.as_ref()).await
}

async fn get(call: &Call, name: &str, copy: Option<&pb::Copy>) -> Result<pb::Answer, Error> {
    let list = store::get(&mut call.begin().await?, name).await?;
    Ok(list.map_or_else(not_found, |list| {
        dated(list.body, JSON, list.update_time, copy)
    }))
}

pub async fn put_rdap_urls(
    call: &Call,
    request: pb::PutRdapUrlsRequest,
) -> Result<pb::PutRdapUrlsResponse, Error> {
    let mut bad = Violations::default();
    let at = convert::moment(
        &mut bad,
        "publication_time",
        request.publication_time.as_ref(),
    );
    if request.description.chars().count() > 500 {
        bad.add("description", "must not exceed 500 characters");
    }
    if !(1..=20_000).contains(&request.services.len()) {
        bad.add("services", "must be 1 to 20,000");
    }
    let mut services = Vec::with_capacity(request.services.len());
    for (i, service) in request.services.into_iter().enumerate() {
        let https = |url: &String| url.starts_with("https://") && url.len() <= 500;
        if service.registrars.is_empty() {
            bad.add(&format!("services[{i}].registrars"), "must not be empty");
        }
        if service.base_urls.is_empty() || !service.base_urls.iter().all(https) {
            let problem = "must be addresses that begin with https://";
            bad.add(&format!("services[{i}].base_urls"), problem);
        }
        services.push((service.registrars, service.base_urls));
    }
    let at = bad.finish(at)?;
    let list = List {
        update_time: at,
        body: metrica::rdap_urls(at, &request.description, &services),
    };
    let stored = put(call, RDAP_URLS, &list).await?;
    Ok(pb::PutRdapUrlsResponse { stored })
}

pub async fn put_probe_nodes(
    call: &Call,
    request: pb::PutProbeNodesRequest,
) -> Result<pb::PutProbeNodesResponse, Error> {
    let mut bad = Violations::default();
    let at = convert::moment(&mut bad, "update_time", request.update_time.as_ref());
    if !(1..=1_000).contains(&request.nodes.len()) {
        bad.add("nodes", "must be 1 to 1,000");
    }
    let mut nodes = Vec::with_capacity(request.nodes.len());
    for (i, node) in request.nodes.into_iter().enumerate() {
        if !(1..=100).contains(&node.city.chars().count()) {
            bad.add(&format!("nodes[{i}].city"), "must be 1 to 100 characters");
        }
        if !node
            .ipv4_addresses
            .iter()
            .all(|one| one.parse::<Ipv4Addr>().is_ok())
        {
            bad.add(
                &format!("nodes[{i}].ipv4_addresses"),
                "must be IPv4 addresses",
            );
        }
        if !node
            .ipv6_addresses
            .iter()
            .all(|one| one.parse::<Ipv6Addr>().is_ok())
        {
            bad.add(
                &format!("nodes[{i}].ipv6_addresses"),
                "must be IPv6 addresses",
            );
        }
        nodes.push(Node {
            city: node.city,
            ipv4: node.ipv4_addresses,
            ipv6: node.ipv6_addresses,
        });
    }
    let at = bad.finish(at)?;
    let list = List {
        update_time: at,
        body: metrica::probe_nodes(at, &nodes),
    };
    let stored = put(call, PROBE_NODES, &list).await?;
    Ok(pb::PutProbeNodesResponse { stored })
}

async fn put(call: &Call, name: &str, list: &List) -> Result<bool, Error> {
    let mut tx = call.begin().await?;
    let stored = store::put(&mut tx, name, list).await?;
    if stored {
        audit(&mut tx, &About::new(&name, None), "list.put").await?;
    }
    tx.commit().await?;
    Ok(stored)
}
