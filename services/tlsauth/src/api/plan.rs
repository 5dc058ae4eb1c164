//! What a request about several TLDs would do, and everything that is wrong with it.

use std::collections::HashSet;

use nsp_kit::{
    db::Tx,
    id::AccountId,
    status::{Invalid, Violations},
};
use nsp_proto::tlsauth::v1 as pb;
use uuid::Uuid;

use crate::{
    domain::{Client, Entry, Label, Limits, MAX_BATCH, MAX_ENTRIES, Origin, RawEntry, overlap},
    error::Error,
    store::{self, tlds::Held},
};

/// Everything that is wrong: first what is about all of them, then in the order of the request.
#[derive(Debug, Default)]
pub struct Problems(Vec<pb::TlsProblem>);

impl Problems {
    fn of_all(&mut self, field: &str, reason: &str, message: String) {
        self.0.push(pb::TlsProblem {
            index: -1,
            field: field.to_owned(),
            reason: reason.to_owned(),
            message,
            ..Default::default()
        });
    }

    fn of_one(&mut self, index: usize, tld: &str, reason: &str, message: String) {
        self.0.push(pb::TlsProblem {
            index: i32::try_from(index).unwrap_or(i32::MAX),
            tld: tld.to_owned(),
            reason: reason.to_owned(),
            message,
            ..Default::default()
        });
    }

    /// Notes that an entry of a TLD would be in the way of another one.
    pub fn of_overlap(&mut self, index: usize, tld: &str, field: &str, clash: &Clash<'_>) {
        let field = if field.is_empty() {
            String::new()
        } else {
            format!("{field}[{}]", clash.position)
        };
        self.0.push(pb::TlsProblem {
            index: i32::try_from(index).unwrap_or(i32::MAX),
            tld: tld.to_owned(),
            field,
            reason: "CLIENT_OVERLAP".to_owned(),
            message: clash.words(tld),
            tls_client: clash.other.name().to_string(),
        });
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn into_answer(self) -> Vec<pb::TlsProblem> {
        self.0
    }

    /// As a refusal: problems of all at `tls_client`, those of one at `list`, such as `tlds[3]`.
    pub fn into_refusal(self, list: &str) -> Error {
        let mut bad = Violations::default();
        for problem in self.0 {
            let field = if problem.index < 0 {
                problem.field
            } else {
                format!("{list}[{}]", problem.index)
            };
            bad.add(&field, problem.message);
        }
        match bad.finish(None::<()>) {
            Err(invalid) => invalid.into(),
            Ok(()) => Invalid::field(list, "is wrong").into(),
        }
    }
}

/// An entry that has a host name and a role of another one.
pub struct Clash<'a> {
    pub other: &'a Client,
    /// Which host name of the new entry.
    position: usize,
    host: String,
    role: &'static str,
}

impl Clash<'_> {
    fn words(&self, tld: &str) -> String {
        let Self { host, role, .. } = self;
        format!(".{tld} has an entry with {host} for {role} already; change that one")
    }
}

/// The first of `others` that is in the way of `entry`.
pub fn clash<'a>(entry: &Entry, others: impl IntoIterator<Item = &'a Client>) -> Option<Clash<'a>> {
    others.into_iter().find_map(|other| {
        let (host, role) = overlap(entry, &other.entry)?;
        Some(Clash {
            other,
            position: entry.domain_names.iter().position(|it| it == host)?,
            host: host.to_string(),
            role: role.code(),
        })
    })
}

/// The entry of a request, if it makes sense.
pub fn entry(raw: &RawEntry, limits: Limits, problems: &mut Problems) -> Option<Entry> {
    match Entry::parse(raw, limits) {
        Ok(entry) => Some(entry),
        Err(wrong) => {
            for one in wrong {
                let field = format!("tls_client.{}", one.field);
                problems.of_all(&field, one.reason, one.words);
            }
            None
        }
    }
}

/// The TLDs of a request, none twice; none for those that are no labels.
pub fn labels(tlds: &[String], problems: &mut Problems) -> Vec<Option<Label>> {
    if !(1..=MAX_BATCH).contains(&tlds.len()) {
        let words = format!("must be 1 to {MAX_BATCH}");
        problems.of_all("tlds", "INVALID_FIELD", words);
        return Vec::new();
    }
    let mut seen = HashSet::new();
    let labels = tlds.iter().enumerate().map(|(i, tld)| {
        let label: Label = match tld.parse() {
            Ok(label) => label,
            Err(words) => {
                problems.of_one(i, tld, "INVALID_FIELD", str::to_owned(words));
                return None;
            }
        };
        if seen.insert(label.clone()) {
            return Some(label);
        }
        let words = format!(".{tld} is there twice");
        problems.of_one(i, tld, "DUPLICATE", words);
        None
    });
    labels.collect()
}

/// The new entries of a request, as they would be; of no use if something is wrong. The TLDs are locked if the request
/// is to be carried out.
pub async fn create(
    tx: &mut Tx,
    account: AccountId,
    limits: Limits,
    tlds: &[String],
    record: &pb::TlsClientRecord,
    carry_out: bool,
) -> Result<(Vec<Client>, Problems), Error> {
    let mut problems = Problems::default();
    let entry = entry(&super::convert::raw_entry(record), limits, &mut problems);
    let labels = labels(tlds, &mut problems);
    let wanted: Vec<Label> = labels.iter().flatten().cloned().collect();
    let held = if carry_out {
        store::tlds::lock(tx, account, &wanted).await?
    } else {
        store::tlds::find(tx, account, &wanted).await?
    };
    let there = store::clients::of_tlds(tx, &wanted).await?;
    let account_name = store::accounts::name(tx, account).await?;
    let mut new = Vec::new();
    for (i, label) in labels.iter().enumerate() {
        let Some(label) = label else {
            continue;
        };
        let tld = label.as_ref();
        let Some(held) = held.iter().find(|held| held.label == tld) else {
            let words = format!(".{tld} is not a TLD you act for");
            problems.of_one(i, tld, "TLD_NOT_FOUND", words);
            continue;
        };
        let of_tld = || there.iter().filter(|client| client.tld == *label);
        if of_tld().count() >= MAX_ENTRIES {
            let words = format!(".{tld} has {MAX_ENTRIES} entries, and cannot have more");
            problems.of_one(i, tld, "TOO_MANY_CLIENTS", words);
        }
        let Some(entry) = &entry else {
            continue;
        };
        if let Some(clash) = clash(entry, of_tld()) {
            problems.of_overlap(i, tld, "domain_names", &clash);
        }
        new.push(client(tx, held, label, entry, (account, &account_name)));
    }
    Ok((new, problems))
}

fn client(
    tx: &Tx,
    held: &Held,
    label: &Label,
    entry: &Entry,
    (account, account_name): (AccountId, &str),
) -> Client {
    let provider = held.grant.map(|_| account);
    Client {
        id: Uuid::now_v7(),
        tld: label.clone(),
        account: held.account,
        account_name: held.account_name.clone(),
        entry: entry.clone(),
        provider,
        provider_name: provider.map_or_else(String::new, |_| account_name.to_owned()),
        grant: held.grant.map(|(grant, _)| grant),
        expire_time: held.grant.map(|(_, at)| at),
        origin: Origin::Portal,
        creator: tx.actor().to_string(),
        creator_name: tx.actor().display_name().to_owned(),
        create_time: tx.now(),
        update_time: tx.now(),
        version: 1,
    }
}
