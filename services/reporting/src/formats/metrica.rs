//! METRICA reports and lists, the list of registrars' RDAP URLs, and that of probe nodes.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Value, json};

use super::dates::written;
use crate::domain::Entity;

/// As much of a report as we look at. The names in it are skipped as they are read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    #[expect(dead_code, reason = "it must be there")]
    version: u8,
    tld: Option<String>,
    iana_id: Option<u32>,
    domain_list_date: Date,
    #[expect(dead_code, reason = "it must be there")]
    unique_abuse_domains: i64,
    domain_list_data: Vec<Threat>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Threat {
    #[serde(rename = "threatType")]
    kind: String,
    count: i64,
    #[expect(dead_code, reason = "it must be there")]
    domains: IgnoredAny,
}

/// What is wrong with a report of an entity and a day.
pub fn check(entity: &Entity, day: Date, body: &[u8]) -> Result<(), String> {
    let report: Report = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let same = match entity {
        Entity::Registry(label) => report.tld.as_deref() == Some(label.as_ref()),
        Entity::Registrar(id) => report.iana_id == Some(*id),
    };
    if !same {
        return Err("must be about the entity it is put for".into());
    }
    if report.domain_list_date != day {
        return Err("domainListDate must be the day it is put for".into());
    }
    let known = ["spam", "phishing", "botnetCc", "malware"];
    for threat in &report.domain_list_data {
        if !known.contains(&threat.kind.as_str()) || threat.count < -1 {
            return Err(format!(
                "{} is no known threat, or its count is wrong",
                threat.kind
            ));
        }
    }
    Ok(())
}

/// Which reports there are: days and when they were made.
pub fn list(version: i32, entity: &Entity, reports: &[(Date, Timestamp)]) -> Vec<u8> {
    let items: Vec<Value> = reports
        .iter()
        .map(|(day, at)| json!({"domainListDate": day.to_string(), "domainListGenerationDate": written(*at)}))
        .collect();
    let mut document = json!({"version": version, "domainLists": items});
    match entity {
        Entity::Registry(label) => document["tld"] = json!(label.as_ref()),
        Entity::Registrar(id) => document["ianaId"] = json!(id),
    }
    document.to_string().into_bytes()
}

/// The base RDAP URLs of registrars, as pairs of ids and URLs.
pub fn rdap_urls(
    publication: Timestamp,
    description: &str,
    services: &[(Vec<u32>, Vec<String>)],
) -> Vec<u8> {
    let pair = |(ids, urls): &(Vec<u32>, Vec<String>)| {
        let ids: Vec<String> = ids.iter().map(u32::to_string).collect();
        json!([ids, urls])
    };
    let services: Vec<Value> = services.iter().map(pair).collect();
    let document = json!({
        "publication": written(publication),
        "description": description,
        "version": "1.0",
        "services": services,
    });
    document.to_string().into_bytes()
}

/// A place that measures, and its addresses.
#[derive(Debug)]
pub struct Node {
    pub city: String,
    pub ipv4: Vec<String>,
    pub ipv6: Vec<String>,
}

pub fn probe_nodes(update: Timestamp, nodes: &[Node]) -> Vec<u8> {
    let node = |node: &Node| json!({"city": node.city, "ipv4": node.ipv4, "ipv6": node.ipv6});
    let nodes: Vec<Value> = nodes.iter().map(node).collect();
    let document = json!({"version": 1, "lastUpdate": written(update), "probeNodes": nodes});
    document.to_string().into_bytes()
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub fn report(tld: &str, day: &str) -> Value {
        json!({"version": 2, "tld": tld, "domainListDate": day, "uniqueAbuseDomains": 1,
            "domainListData": [{"threatType": "spam", "count": 1, "domains": ["bad.example"]},
                               {"threatType": "botnetCc", "count": -1, "domains": []}]})
    }

    #[test]
    fn reports_must_be_of_their_entity_and_day() {
        let entity = Entity::Registry("example".parse().unwrap());
        let day: Date = "2026-11-23".parse().unwrap();
        let check = |document: &Value| super::check(&entity, day, document.to_string().as_bytes());
        assert_eq!(check(&report("example", "2026-11-23")), Ok(()));
        assert!(
            check(&report("other", "2026-11-23"))
                .unwrap_err()
                .contains("entity")
        );
        assert!(
            check(&report("example", "2026-11-22"))
                .unwrap_err()
                .contains("domainListDate")
        );
        let mut unknown = report("example", "2026-11-23");
        unknown["domainListData"][0]["threatType"] = json!("fraud");
        assert!(check(&unknown).unwrap_err().contains("fraud"));
        let mut without = report("example", "2026-11-23");
        without
            .as_object_mut()
            .unwrap()
            .remove("uniqueAbuseDomains");
        assert!(check(&without).unwrap_err().contains("uniqueAbuseDomains"));
    }

    #[test]
    fn lists_have_their_forms() {
        let at = Timestamp::from_second(1_700_000_000).unwrap();
        let urls = rdap_urls(
            at,
            "RDAP",
            &[(vec![146], vec!["https://rdap.example/".into()])],
        );
        let urls: Value = serde_json::from_slice(&urls).unwrap();
        assert_eq!(
            urls["services"],
            json!([[["146"], ["https://rdap.example/"]]])
        );
        assert_eq!(urls["version"], "1.0");
        let list = list(
            2,
            &Entity::Registrar(146),
            &[("2026-11-23".parse().unwrap(), at)],
        );
        let list: Value = serde_json::from_slice(&list).unwrap();
        assert_eq!(list["ianaId"], 146);
        assert_eq!(list["domainLists"][0]["domainListDate"], "2026-11-23");
    }
}
