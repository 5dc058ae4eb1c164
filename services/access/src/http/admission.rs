//! Whether a request is let in, by certificate, password or session: decided, counted and logged.

use std::{net::IpAddr, sync::Arc, sync::PoisonError, time::Duration};

use http::HeaderMap;
use nsp_dane::{Certificate, HostName};
use nsp_proto::reporting::v1::{self as reporting, Party};

use super::{
    Connection, Edge,
    route::{Entity, Interface, Need, Place},
    session::cookie,
};
use crate::{
    basic::{self, Kind, Login, Try, Verified},
    counters::Counters,
    decision::{Decision, Question, Refusal, decide},
    policy::Snapshot,
};

/// A connection ends some time; until then the certificate has no more.
const WAIT_FOR_A_CONNECTION: Duration = Duration::from_secs(9);

/// Who was let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// A user name, or the name of a TLS client.
    pub client: String,
    pub party: Party,
    pub address: IpAddr,
}

/// Why somebody was not. In the order in which one outdoes another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Denied {
    Unauthorized,
    /// It cannot be told now.
    Unavailable,
    TooMany(Duration),
    WrongAddress,
}

/// How somebody tried to come in, and what became of it.
pub(super) struct Outcome {
    way: &'static str,
    reason: &'static str,
    result: Result<Admission, Denied>,
}

impl Admission {
    /// As the reporting service wants to know it.
    pub fn for_reporting(&self) -> reporting::Client {
        reporting::Client {
            name: self.client.clone(),
            party: self.party.into(),
            address: self.address.to_string(),
        }
    }
}

impl Edge {
    /// Lets a request in by the first way that does.
    pub(super) async fn admit(
        &self,
        connection: &Connection,
        place: &Place,
        headers: &HeaderMap,
    ) -> Result<Admission, Denied> {
        let need = place.endpoint.need(&self.config.contract);
        let mut denied = None;
        if let Some(certificate) = &connection.peer.certificate {
            let outcome = self
                .by_certificate(connection, certificate, place, need)
                .await;
            match note(outcome, place, connection) {
                Ok(admission) => return Ok(admission),
                Err(why) => denied = Some(why),
            }
        }
        let outcome = match place.endpoint.interface() {
            Interface::Rri => match basic::read(headers) {
                Some(login) => Some(self.by_password(&login, place, need, connection).await),
                None => None,
            },
            Interface::Mosapi => {
                cookie(headers).map(|id| self.by_session(id, place, need, connection))
            }
        };
        let Some(outcome) = outcome else {
            if let Some(denied) = denied {
                return Err(denied);
            }
            let nothing = refused("none", "nothing_shown", Denied::Unauthorized);
            return note(nothing, place, connection);
        };
        note(outcome, place, connection).map_err(|why| denied.map_or(why, |before| before.max(why)))
    }

    async fn by_certificate(
        &self,
        connection: &Connection,
        certificate: &Certificate,
        place: &Place,
        need: Need,
    ) -> Outcome {
        let way = "certificate";
        let now = self.now();
        let in_time = certificate.valid_from() <= now && now <= certificate.valid_until();
        if !in_time && !self.config.certificates.allow_expired {
            return refused(way, "out_of_time", Denied::Unauthorized);
        }
        let Ok(policy) = self.policy.usable() else {
            return refused(way, "stale_policy", Denied::Unavailable);
        };
        let tld = match &place.entity {
            Some(Entity::Tld(tld)) => Some(tld.as_str()),
            Some(Entity::Registrar(_)) => return refused(way, "registrar", Denied::Unauthorized),
            None => None,
        };
        let question = Question {
            tld,
            roles: need.roles,
            names: certificate.names(),
            address: connection.peer.address,
            now,
        };
        let proof = |name: &HostName| self.vouching.proof(name, certificate);
        let mut decision = decide(&policy, &question, proof);
        if decision == Decision::LookUp {
            self.look_up(&policy, &question).await;
            decision = decide(&policy, &question, proof);
        }
        match decision {
            Decision::Admit(client) => {
                if place.endpoint.interface() == Interface::Mosapi
                    && !self.has_session(connection, certificate)
                {
                    return refused(
                        way,
                        "too_many_sessions",
                        Denied::TooMany(WAIT_FOR_A_CONNECTION),
                    );
                }
                Outcome {
                    way,
                    reason: "vouched_for",
                    result: Ok(Admission {
                        client: client.name.to_string(),
                        party: Party::RegistryOperator,
                        address: connection.peer.address,
                    }),
                }
            }
            Decision::Refuse(refusal) => {
                let denied = match refusal {
                    Refusal::WrongAddress => Denied::WrongAddress,
                    _ => Denied::Unauthorized,
                };
                refused(way, refusal.word(), denied)
            }
            Decision::LookUp => refused(way, "dns_does_not_answer", Denied::Unavailable),
        }
    }

    /// Asks the DNS about those names that the decision depends on. Nobody can make us ask about others.
    async fn look_up(&self, policy: &Snapshot, question: &Question<'_>) {
        let registered = |name: &&HostName| {
            let mut tlds = policy.of_name(name.as_str());
            tlds.any(|tld| question.tld.is_none_or(|label| *tld.label == *label))
        };
        let names: Vec<HostName> = question.names.iter().filter(registered).cloned().collect();
        self.vouching.look_up(&names).await;
    }

    /// Whether the connection is one of those that its certificate may use MoSAPI with.
    fn has_session(&self, connection: &Connection, certificate: &Certificate) -> bool {
        let mut session = connection
            .session
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if session.is_none() {
            *session = self.certificate_sessions.open(certificate.der());
        }
        session.is_some()
    }

    async fn by_password(
        &self,
        login: &Login,
        place: &Place,
        need: Need,
        connection: &Connection,
    ) -> Outcome {
        match self.verify(login, place, connection).await {
            Ok(verified) => judge("password", &verified, need, connection.peer.address),
            Err(outcome) => outcome,
        }
    }

    /// Whether a password is right for the address.
    pub(super) async fn verify(
        &self,
        login: &Login,
        place: &Place,
        connection: &Connection,
    ) -> Result<Arc<Verified>, Outcome> {
        let way = "password";
        let tld = match &place.entity {
            Some(Entity::Tld(tld)) => Some(tld.as_str()),
            Some(Entity::Registrar(_)) => None,
            None => self.tld_of(&login.user),
        };
        let Some(tld) = tld else {
            return Err(refused(way, "wrong_password", Denied::Unauthorized));
        };
        let tried = Try {
            login,
            tld,
            address: connection.peer.address,
        };
        let verified = self.basic.verify(tried, &self.behind).await;
        verified.map_err(|refusal| match refusal {
            basic::Refusal::Wrong => refused(way, "wrong_password", Denied::Unauthorized),
            basic::Refusal::Locked => refused(way, "locked", Denied::Unauthorized),
            basic::Refusal::TooMany(wait) => refused(way, "too_many_tries", Denied::TooMany(wait)),
            basic::Refusal::Unavailable => {
                refused(way, "accounts_does_not_answer", Denied::Unavailable)
            }
        })
    }

    fn by_session(&self, id: &str, place: &Place, need: Need, connection: &Connection) -> Outcome {
        match self.sessions.find(id, &place.scope, self.now()) {
            Some(session) => judge("session", &session.verified, need, connection.peer.address),
            None => refused("session", "no_session", Denied::Unauthorized),
        }
    }

    /// The TLD in a user name, for what belongs to no TLD.
    fn tld_of<'u>(&self, user: &'u str) -> Option<&'u str> {
        let contract = &self.config.contract;
        user.strip_suffix(&contract.registry_suffix)
            .or_else(|| user.strip_suffix(&contract.escrow_agent_suffix))
    }
}

/// By interface, way, verdict and reason.
static DECISIONS: Counters<[&str; 4]> = Counters::new();

/// Counts and logs what became of a try.
pub(super) fn note(
    outcome: Outcome,
    place: &Place,
    connection: &Connection,
) -> Result<Admission, Denied> {
    let Outcome {
        way,
        reason,
        result,
    } = outcome;
    let verdict = if result.is_ok() {
        "admitted"
    } else {
        "refused"
    };
    let interface = place.endpoint.interface().word();
    DECISIONS.increment([interface, way, verdict, reason], || {
        let labels = [
            ("interface", interface),
            ("way", way),
            ("verdict", verdict),
            ("reason", reason),
        ];
        metrics::counter!("nsp_access_decisions", &labels)
    });
    let tld = match &place.entity {
        Some(Entity::Tld(tld)) => tld.as_str(),
        _ => "",
    };
    let client = result
        .as_ref()
        .map_or("", |admission| admission.client.as_str());
    tracing::info!(
        verdict,
        reason,
        way,
        tld,
        client,
        address = %connection.peer.address,
        endpoint = place.endpoint.word(),
        "decision"
    );
    result
}

/// Whether somebody whose password was right may do this from here.
pub(super) fn judge(
    way: &'static str,
    verified: &Verified,
    need: Need,
    address: IpAddr,
) -> Outcome {
    let (may, party) = match verified.kind {
        Kind::Registry => (need.registry, Party::RegistryOperator),
        Kind::EscrowAgent => (need.agent, Party::EscrowAgent),
    };
    if !may {
        return refused(way, "not_for_this", Denied::Unauthorized);
    }
    if !verified.prefixes.contains(address) {
        return refused(way, Refusal::WrongAddress.word(), Denied::WrongAddress);
    }
    Outcome {
        way,
        reason: "right",
        result: Ok(Admission {
            client: verified.user.to_string(),
            party,
            address,
        }),
    }
}

pub(super) const fn refused(way: &'static str, reason: &'static str, denied: Denied) -> Outcome {
    Outcome {
        way,
        reason,
        result: Err(denied),
    }
}
