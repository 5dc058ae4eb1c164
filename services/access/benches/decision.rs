//! How long a decision takes on the policy of all gTLDs: 1,300 TLDs, 7 clients of one role each, 20 prefixes each.

use std::{collections::HashMap, hint::black_box, sync::Arc};

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::Timestamp;
use nsp_access::bench::{Decision, Proof, Question, Roles, Snapshot, Tld, decide};
use nsp_dane::HostName;
use nsp_proto::tlsauth::v1::{TldPolicy, TlsClient, TlsRole};

const TLDS: usize = 1_300;
const ROLES: [TlsRole; 7] = [
    TlsRole::MonthlyReporting,
    TlsRole::DataEscrow,
    TlsRole::SlamData,
    TlsRole::DaarData,
    TlsRole::RdapUrlList,
    TlsRole::MaintenanceWindow,
    TlsRole::ProbeNodeList,
];
const PREFIXES: usize = 20;

fn policy() -> Snapshot {
    let tlds = (0..TLDS).map(|index| {
        let label = format!("tld{index}");
        let clients = ROLES.iter().enumerate().map(|(nth, role)| TlsClient {
            name: format!("tlds/{label}/tlsClients/{nth}"),
            domain_names: vec![format!("rri.{label}.example"), "tls.rsp.example".to_owned()],
            roles: vec![(*role).into()],
            prefixes: (0..PREFIXES)
                .map(|prefix| match prefix % 2 {
                    0 => format!("10.{}.{}.0/24", index % 250, prefix),
                    _ => format!("2001:db8:{index:x}:{prefix:x}::/64"),
                })
                .collect(),
            expire_time: None,
        });
        let policy = TldPolicy {
            clients: clients.collect(),
            tld: label.clone(),
            version: 1,
            change_time: None,
        };
        (label.into_boxed_str(), Arc::new(Tld::read(policy)))
    });
    Snapshot::new(tlds.collect())
}

fn decisions(criterion: &mut Criterion) {
    let policy = policy();
    let known: HashMap<&str, Proof> = HashMap::from([("tls.rsp.example", Proof::Fits)]);
    let names: [HostName; 1] = ["tls.rsp.example".parse().expect("a host name")];
    let proof = |name: &HostName| known.get(name.as_str()).copied().unwrap_or(Proof::Unknown);
    let mut ask = |what: &str, tld: &str, role: TlsRole, address: &str, admitted: bool| {
        let question = Question {
            tld: Some(tld),
            roles: Roles::of(&[role]),
            names: &names,
            address: address.parse().expect("an address"),
            now: Timestamp::UNIX_EPOCH,
        };
        let decision = decide(&policy, &question, proof);
        assert_eq!(matches!(decision, Decision::Admit(_)), admitted, "{what}");
        criterion.bench_function(what, |bencher| {
            bencher.iter(|| decide(black_box(&policy), black_box(&question), proof));
        });
    };
    ask(
        "admitted by IPv4",
        "tld1299",
        TlsRole::ProbeNodeList,
        "10.49.18.7",
        true,
    );
    ask(
        "admitted by IPv6",
        "tld700",
        TlsRole::SlamData,
        "2001:db8:2bc:13::7",
        true,
    );
    ask(
        "wrong address",
        "tld700",
        TlsRole::SlamData,
        "192.0.2.1",
        false,
    );
    ask(
        "unknown TLD",
        "tld9999",
        TlsRole::SlamData,
        "192.0.2.1",
        false,
    );
}

criterion_group!(benches, decisions);
criterion_main!(benches);
