//! What a response means, once the validator has said of each record whether it is proven.

use hickory_resolver::{
    net::{DnsError, NetError},
    proto::{
        dnssec::{
            Proof,
            rdata::{DNSSECRData, RRSIG},
        },
        op::{DnsResponse, ResponseCode},
        rr::{Name, RData, Record, RecordType, rdata::TLSA},
    },
};
use jiff::Timestamp;

use crate::{Answer, Doubt, Records, Tlsa};

/// Of one name; more than any roll-over takes.
const MOST_RECORDS: usize = 64;
/// For absence without an SOA record that says how long it holds.
const NEGATIVE_TTL: u32 = 60;

/// What one question brought.
pub enum Step {
    /// The name is an alias of another.
    Alias(Alias),
    Over(Answer),
}

pub struct Alias {
    pub to: Name,
    pub ttl: u32,
    pub secure: bool,
}

/// What the validator's word on the TLSA records at `name` means.
pub fn step(name: &Name, result: Result<DnsResponse, NetError>, now: Timestamp) -> Step {
    match result {
        Ok(response) => match response.response_code {
            ResponseCode::NoError | ResponseCode::NXDomain => {
                positive(name, &response, now).unwrap_or_else(|| Step::Over(absent(&response)))
            }
            code => Step::Over(Answer::Unavailable(format!("the resolver answered {code}"))),
        },
        // The proof is about what the answer ends with. An alias in front of it has its own, and we ask for its target.
        Err(NetError::Dns(DnsError::Nsec {
            response, proof, ..
        })) => alias(name, &response).unwrap_or_else(|| {
            Step::Over(match proof {
                Proof::Insecure => Answer::Insecure(Vec::new()),
                _ => Answer::Bogus(doubt(&response, now)),
            })
        }),
        Err(NetError::Dns(DnsError::DnssecBogus)) => Step::Over(Answer::Bogus(Doubt::Invalid)),
        Err(error) => Step::Over(Answer::Unavailable(error.to_string())),
    }
}

/// Records or an alias at the name.
fn positive(name: &Name, response: &DnsResponse, now: Timestamp) -> Option<Step> {
    let records: Vec<&Record> = at(name, RecordType::TLSA, response).collect();
    let Some(weakest) = records.iter().map(|record| record.proof).min() else {
        let weak = at(name, RecordType::CNAME, response).any(|alias| !is_judged(alias.proof));
        return match alias(name, response) {
            Some(step) => Some(step),
            None => weak.then(|| Step::Over(Answer::Bogus(doubt(response, now)))),
        };
    };
    let found = records.iter().filter_map(|record| match &record.data {
        RData::TLSA(tlsa) => Some(convert(tlsa)),
        _ => None,
    });
    let found: Vec<Tlsa> = found.take(MOST_RECORDS).collect();
    let ttl = records.iter().map(|record| record.ttl).min();
    let ttl = ttl.unwrap_or_default();
    Some(Step::Over(match weakest {
        Proof::Secure if is_substituted(name, response) => Answer::Bogus(Doubt::Invalid),
        Proof::Secure => Answer::Secure(Records {
            records: found,
            ttl,
            alias_of: None,
        }),
        Proof::Insecure => Answer::Insecure(found),
        Proof::Bogus | Proof::Indeterminate => Answer::Bogus(doubt(response, now)),
    }))
}

/// An alias at the name, if it is not bogus itself.
fn alias(name: &Name, response: &DnsResponse) -> Option<Step> {
    let mut aliases = at(name, RecordType::CNAME, response);
    let record = aliases.next()?;
    let RData::CNAME(to) = &record.data else {
        return None;
    };
    // A name has one alias at most (RFC 2181, 10.1).
    if aliases.next().is_some() || !is_judged(record.proof) || is_substituted(name, response) {
        return None;
    }
    Some(Step::Alias(Alias {
        to: to.0.clone(),
        ttl: record.ttl,
        secure: record.proof == Proof::Secure,
    }))
}

/// Nothing at the name: proven by signatures, or in a part of the tree where nothing is.
fn absent(response: &DnsResponse) -> Answer {
    let proven = response.authorities.iter().any(|record| {
        let proof = matches!(record.record_type(), RecordType::NSEC | RecordType::NSEC3);
        proof && record.proof == Proof::Secure
    });
    let ttl = response.negative_ttl().unwrap_or(NEGATIVE_TTL);
    match response.response_code {
        _ if !proven => Answer::Insecure(Vec::new()),
        ResponseCode::NXDomain => Answer::NoName { ttl },
        _ => Answer::NoRecord { ttl },
    }
}

/// Whether the records come from a wildcard without a proof that the name itself does not exist. The validator lets
/// that pass when somebody adds an unsigned record of another zone.
fn is_substituted(name: &Name, response: &DnsResponse) -> bool {
    let wild = signatures(response)
        .any(|(owner, rrsig)| owner == name && rrsig.input().num_labels < name.num_labels());
    let proven = response.authorities.iter().any(|record| {
        let proof = matches!(record.record_type(), RecordType::NSEC | RecordType::NSEC3);
        proof && record.proof == Proof::Secure
    });
    wild && !proven
}

/// What is wrong, from the signatures that came along.
fn doubt(response: &DnsResponse, now: Timestamp) -> Doubt {
    let time = |seconds: u32| Timestamp::from_second(i64::from(seconds)).unwrap_or_default();
    let ends = signatures(response).map(|(_, rrsig)| time(rrsig.input().sig_expiration.get()));
    let begins = signatures(response).map(|(_, rrsig)| time(rrsig.input().sig_inception.get()));
    match (ends.max(), begins.min()) {
        (Some(end), _) if end < now => Doubt::Expired(end),
        (_, Some(begin)) if begin > now => Doubt::NotYetValid(begin),
        _ => Doubt::Invalid,
    }
}

fn signatures(response: &DnsResponse) -> impl Iterator<Item = (&Name, &RRSIG)> {
    response
        .answers
        .iter()
        .chain(&response.authorities)
        .filter_map(|record| match &record.data {
            RData::DNSSEC(DNSSECRData::RRSIG(rrsig)) => Some((&record.name, rrsig)),
            _ => None,
        })
}

fn at<'a>(
    name: &'a Name,
    kind: RecordType,
    response: &'a DnsResponse,
) -> impl Iterator<Item = &'a Record> {
    let answers = response.answers.iter();
    answers.filter(move |record| record.name == *name && record.record_type() == kind)
}

/// Whether the validator knows what a record is worth.
fn is_judged(proof: Proof) -> bool {
    matches!(proof, Proof::Secure | Proof::Insecure)
}

fn convert(tlsa: &TLSA) -> Tlsa {
    Tlsa {
        usage: tlsa.cert_usage.into(),
        selector: tlsa.selector.into(),
        matching: tlsa.matching.into(),
        data: tlsa.cert_data.clone(),
    }
}
