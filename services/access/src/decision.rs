//! Whether a certificate admits: from the policy, from what DANE says of its names, and from nothing else.
//!
//! Pure: no clock, no network, no lock. What DANE says is asked of a function that answers from memory.

use std::net::IpAddr;

use jiff::Timestamp;

use nsp_dane::HostName;

use crate::policy::{Client, Snapshot, roles::Roles};

/// What is asked of the policy.
#[derive(Debug, Clone, Copy)]
pub struct Question<'q> {
    /// An A-label in lower case; none for what belongs to no TLD.
    pub tld: Option<&'q str>,
    /// One of these is needed.
    pub roles: Roles,
    /// The names in the certificate: A-labels in lower case.
    pub names: &'q [HostName],
    pub address: IpAddr,
    pub now: Timestamp,
}

/// What DANE says of a name and the certificate, as far as it is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// A secure TLSA record fits the certificate.
    Fits,
    /// There is none that fits.
    Fails,
    /// Nobody has looked yet.
    Unknown,
}

/// What follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision<'p> {
    Admit(&'p Client),
    Refuse(Refusal),
    /// It depends on names that nobody has looked up yet.
    LookUp,
}

/// Why somebody is not let in. In the order of how near they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// The certificate names no host.
    NoName,
    /// None of its names is registered where it was used.
    NotRegistered,
    /// A name is registered, but not for this.
    NotForThis,
    /// It was, but the registration has ceased.
    Ceased,
    /// A name is registered for this, but no TLSA record vouches for the certificate.
    NotVouchedFor,
    /// All is right but the address.
    WrongAddress,
}

impl Refusal {
    /// For counters and the log.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NoName => "no_name",
            Self::NotRegistered => "not_registered",
            Self::NotForThis => "not_for_this",
            Self::Ceased => "ceased",
            Self::NotVouchedFor => "not_vouched_for",
            Self::WrongAddress => "wrong_address",
        }
    }
}

/// Decides. `proof` is asked only about names that would otherwise do.
pub fn decide<'p>(
    policy: &'p Snapshot,
    question: &Question<'_>,
    mut proof: impl FnMut(&HostName) -> Proof,
) -> Decision<'p> {
    let mut verdict = Verdict {
        nearest: if question.names.is_empty() {
            Refusal::NoName
        } else {
            Refusal::NotRegistered
        },
        unknown: false,
    };
    let admitted = match question.tld {
        Some(label) => {
            let clients = policy.tld(label).into_iter().flat_map(|tld| &tld.clients);
            verdict.first_admitted(clients, question, question.names, &mut proof)
        }
        None => question.names.iter().find_map(|name| {
            let clients = policy.of_name(name.as_str()).flat_map(|tld| &tld.clients);
            verdict.first_admitted(clients, question, std::slice::from_ref(name), &mut proof)
        }),
    };
    match admitted {
        Some(client) => Decision::Admit(client),
        None if verdict.unknown => Decision::LookUp,
        None => Decision::Refuse(verdict.nearest),
    }
}

/// How it stands so far.
struct Verdict {
    nearest: Refusal,
    unknown: bool,
}

impl Verdict {
    fn first_admitted<'p>(
        &mut self,
        mut clients: impl Iterator<Item = &'p Client>,
        question: &Question<'_>,
        names: &[HostName],
        proof: &mut impl FnMut(&HostName) -> Proof,
    ) -> Option<&'p Client> {
        clients.find(|client| self.admits(client, question, names, proof))
    }

    fn admits(
        &mut self,
        client: &Client,
        question: &Question<'_>,
        names: &[HostName],
        proof: &mut impl FnMut(&HostName) -> Proof,
    ) -> bool {
        let ours = |name: &&HostName| {
            let name = name.as_str();
            client.domain_names.iter().any(|ours| **ours == *name)
        };
        // Most clients of a TLD fail here, by one instruction.
        let role = client.roles.meet(question.roles);
        if !role && self.nearest >= Refusal::NotForThis {
            return false;
        }
        let mut registered = names.iter().filter(ours).peekable();
        if registered.peek().is_none() {
            return false;
        }
        if !role {
            self.came(Refusal::NotForThis);
            return false;
        }
        if client.expire.is_some_and(|expire| expire <= question.now) {
            self.came(Refusal::Ceased);
            return false;
        }
        let mut fits = false;
        for name in registered {
            match proof(name) {
                Proof::Fits => {
                    fits = true;
                    break;
                }
                Proof::Fails => self.came(Refusal::NotVouchedFor),
                Proof::Unknown => self.unknown = true,
            }
        }
        if fits && !client.prefixes.contains(question.address) {
            self.came(Refusal::WrongAddress);
            return false;
        }
        fits
    }

    fn came(&mut self, refusal: Refusal) {
        self.nearest = self.nearest.max(refusal);
    }
}
