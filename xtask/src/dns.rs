//! The signed DNS of development: it vouches for the machines of the demonstration data, so that one can call the edge.

use crate::demo;
use crate::services::{Plan, SERVICES};
use anyhow::Context as _;
use nsp_testbed::dns::{Dns, Zone};
use nsp_testbed::machine::Machine;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use toml::{Table, Value};

/// An entry of the demonstration data, as far as it matters here.
#[derive(Debug, PartialEq, Eq)]
struct Client {
    tld: String,
    hosts: Vec<String>,
    roles: Vec<String>,
    prefixes: Vec<String>,
}

/// Where certificates and keys of machines are.
pub fn folder(plan: &Plan) -> PathBuf {
    plan.home.join("machines")
}

/// Starts the server, with a record for each machine of the demonstration data. Its keys and theirs stay.
pub fn start(plan: &Plan) -> anyhow::Result<Dns> {
    let hosts: BTreeSet<String> = clients()?.into_iter().flat_map(|it| it.hosts).collect();
    let machines = hosts.iter().map(|host| Machine::open(&folder(plan), host));
    let machines = machines.collect::<anyhow::Result<Vec<_>>>()?;
    Dns::start(&plan.home.join("dns"), &zones(&machines))
}

/// A zone for each domain that machines are in, and for each domain above.
fn zones(machines: &[Machine]) -> Vec<Zone> {
    let mut records: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for machine in machines {
        let mut above = machine.host.split_once('.').map(|(_, domain)| domain);
        if let Some(domain) = above {
            records.entry(domain).or_default().push(machine.record());
        }
        while let Some(domain) = above {
            records.entry(domain).or_default();
            above = domain.split_once('.').map(|(_, domain)| domain);
        }
    }
    let zones = records.into_iter();
    zones
        .map(|(domain, records)| Zone::signed(domain).records(records))
        .collect()
}

/// How to call the edge from this machine; nothing if the demonstration data let nobody in from here.
pub fn example(plan: &Plan) -> anyhow::Result<Option<String>> {
    let clients = clients()?;
    let Some((client, host)) = clients.iter().find_map(|client| {
        let here = client.prefixes.iter().any(|it| it == "127.0.0.0/8");
        let reads = client.roles.iter().any(|it| it == "maintenance-window");
        (here && reads).then_some((client, client.hosts.first()?))
    }) else {
        return Ok(None);
    };
    let machine = Machine::open(&folder(plan), host)?;
    let edge = SERVICES.iter().find(|service| service.name == "access");
    let edge = edge.context("there is no edge")?;
    Ok(Some(format!(
        "curl --cacert {} --cert {} --key {} https://localhost:{}/maintenance-window/{}",
        plan.home.join("tls/ca.pem").display(),
        machine.certificate.display(),
        machine.key.display(),
        plan.port(edge),
        client.tld
    )))
}

fn clients() -> anyhow::Result<Vec<Client>> {
    let path = demo::data().join("tls.toml");
    if !path.is_file() {
        return Ok(Vec::new());
    }
    let text = fs::read_to_string(&path)?;
    parse(&text).with_context(|| format!("{} is malformed", path.display()))
}

fn parse(text: &str) -> anyhow::Result<Vec<Client>> {
    let table: Table = text.parse()?;
    let clients = table.get("client").and_then(Value::as_array);
    let clients = clients.context("it has no [[client]]")?.iter();
    clients
        .map(|client| {
            let texts = |name: &str| -> anyhow::Result<Vec<String>> {
                let values = client.get(name).and_then(Value::as_array);
                let values = values.with_context(|| format!("a client has no {name}"))?;
                let texts = values.iter().map(|value| value.as_str().map(str::to_owned));
                let texts: Option<Vec<String>> = texts.collect();
                texts.with_context(|| format!("{name} must be texts"))
            };
            let tld = texts("tlds")?.into_iter().next();
            Ok(Client {
                tld: tld.context("a client has no TLD")?,
                hosts: texts("domain_names")?,
                roles: texts("roles")?,
                prefixes: texts("prefixes")?,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::Profile;

    #[test]
    fn every_machine_is_in_a_zone_below_the_root() {
        let dir = tempfile::tempdir().unwrap();
        let machine = |host| Machine::open(dir.path(), host).unwrap();
        let zones = zones(&[machine("a.rsp.example"), machine("b.rsp.example")]);
        let names: Vec<&str> = zones.iter().map(Zone::name).collect();
        assert_eq!(names, ["example", "rsp.example"]);
    }

    #[test]
    fn somebody_of_the_demonstration_is_let_in_from_here() {
        let dir = tempfile::tempdir().unwrap();
        let plan = Plan {
            home: dir.path().to_owned(),
            ..Plan::development(0, Profile::Debug)
        };
        let command = example(&plan).unwrap().unwrap();
        assert!(
            command.ends_with("https://localhost:8443/maintenance-window/ferrylane"),
            "{command}"
        );
        let hosts: Vec<String> = clients()
            .unwrap()
            .into_iter()
            .flat_map(|it| it.hosts)
            .collect();
        assert!(
            hosts.iter().all(|host| host.ends_with(".example")),
            "{hosts:?}"
        );
    }

    #[test]
    fn what_is_malformed_is_said() {
        let error = parse("[[client]]\ntlds = []").unwrap_err().to_string();
        assert_eq!(error, "a client has no TLD");
        assert!(parse("").is_err());
    }
}
