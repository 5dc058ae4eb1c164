//! What the edge knows of who may do what: an immutable snapshot, replaced as a whole.
//!
//! [`follow`] keeps it up to date; [`crate::decision`] asks it.

pub mod follow;
pub mod prefixes;
pub mod roles;

use std::{collections::HashMap, sync::Arc};

use jiff::Timestamp;
use nsp_kit::clock::from_proto;
use nsp_proto::tlsauth::v1::{TldPolicy, TlsClient};

use self::{
    prefixes::{Prefix, Prefixes},
    roles::Roles,
};

/// One row of TLS client authentication data, ready to be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Format: `tlds/{tld}/tlsClients/{tls_client}`.
    pub name: Box<str>,
    /// Where its TLSA records are: A-labels in lower case.
    pub domain_names: Box<[Box<str>]>,
    pub roles: Roles,
    pub prefixes: Prefixes,
    /// When it ceases, exclusively.
    pub expire: Option<Timestamp>,
}

/// What is known of one TLD.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tld {
    pub label: Box<str>,
    pub version: i64,
    pub clients: Box<[Client]>,
}

impl Tld {
    /// Reads an entry. What of it cannot be read admits nobody, and the rest stands.
    pub fn read(policy: TldPolicy) -> Self {
        let label = policy.tld.into_boxed_str();
        let clients = policy.clients.into_iter();
        Self {
            clients: clients
                .filter_map(|client| read_client(client, &label))
                .collect(),
            version: policy.version,
            label,
        }
    }
}

fn read_client(client: TlsClient, tld: &str) -> Option<Client> {
    let expire = match &client.expire_time {
        None => None,
        Some(time) => {
            let Some(time) = from_proto(time) else {
                tracing::error!(
                    tld,
                    client = client.name,
                    "a time that is none in the policy"
                );
                return None;
            };
            Some(time)
        }
    };
    let prefixes = client.prefixes.iter();
    let prefixes = prefixes.filter_map(|prefix| match prefix.parse::<Prefix>() {
        Ok(prefix) => Some(prefix),
        Err(problem) => {
            tracing::error!(
                tld,
                client = client.name,
                prefix,
                problem,
                "a prefix that is none in the policy"
            );
            None
        }
    });
    Some(Client {
        prefixes: Prefixes::new(prefixes),
        roles: client.roles().collect(),
        domain_names: client
            .domain_names
            .iter()
            .map(|name| name.as_str().into())
            .collect(),
        name: client.name.into_boxed_str(),
        expire,
    })
}

/// Everything at one moment.
#[derive(Debug, Default)]
pub struct Snapshot {
    tlds: HashMap<Box<str>, Arc<Tld>>,
    /// In which TLDs a domain name stands: for what belongs to no TLD.
    names: HashMap<Box<str>, Vec<Arc<Tld>>>,
}

impl Snapshot {
    pub fn new(tlds: HashMap<Box<str>, Arc<Tld>>) -> Self {
        let mut names: HashMap<Box<str>, Vec<Arc<Tld>>> = HashMap::new();
        for tld in tlds.values() {
            for name in tld.clients.iter().flat_map(|client| &client.domain_names) {
                let known = names.entry(name.clone()).or_default();
                if known.last().is_none_or(|last| last.label != tld.label) {
                    known.push(Arc::clone(tld));
                }
            }
        }
        Self { tlds, names }
    }

    pub fn tld(&self, label: &str) -> Option<&Tld> {
        self.tlds.get(label).map(Arc::as_ref)
    }

    /// The TLDs with a client of this domain name.
    pub fn of_name(&self, name: &str) -> impl Iterator<Item = &Tld> {
        self.names.get(name).into_iter().flatten().map(Arc::as_ref)
    }

    pub fn count(&self) -> usize {
        self.tlds.len()
    }

    /// Every domain name of a client.
    pub fn domain_names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(AsRef::as_ref)
    }
}
