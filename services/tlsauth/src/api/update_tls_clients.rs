//! Changes the same fields of several entries to the same values, all or none.

use std::collections::HashMap;

use nsp_kit::{call::Call, db::Tx, id::AccountId, status::Violations};
use nsp_proto::tlsauth::v1 as pb;
use uuid::Uuid;

use super::{
    convert::{View, acting_account, raw_roles},
    plan::{self, Problems},
    targets::{Stale, targets},
};
use crate::{
    Rules, announce,
    domain::{Client, Etag, Label, RawEntry, TlsClientName},
    error::Error,
    store::{self, tlds::Held},
};

const FIELDS: [&str; 6] = [
    "domain_names",
    "roles",
    "prefixes",
    "open_reason",
    "note",
    "certificates",
];

pub async fn update_tls_clients(
    call: &Call,
    rules: Rules,
    request: pb::UpdateTlsClientsRequest,
) -> Result<pb::UpdateTlsClientsResponse, Error> {
    let account = acting_account(call.person()?)?;
    let mut bad = Violations::default();
    let targets = targets::<TlsClientName>(&mut bad, &request.names, &request.etags);
    let mask = request.update_mask.unwrap_or_default().paths;
    if mask.is_empty() {
        bad.add("update_mask", "must name at least one field");
    }
    for path in &mask {
        if !FIELDS.contains(&path.as_str()) {
            bad.add("update_mask", format!("{path:?} cannot be changed"));
        }
    }
    let targets = bad.finish(targets)?;
    let record = request.tls_client.unwrap_or_default();

    let mut tx = call.begin().await?;
    let found = find(&mut tx, account, &targets).await?;
    let mut problems = Problems::default();
    let mut changed = Vec::with_capacity(targets.len());
    for (name, _) in &targets {
        let Some(client) = found.clients.get(&name.id) else {
            continue;
        };
        let raw = merge(client.entry.raw(), &record, &mask);
        let Some(entry) = plan::entry(&raw, rules.limits, &mut problems) else {
            // What is wrong with the new values is so for all of them.
            break;
        };
        let held = found
            .held
            .iter()
            .find(|held| held.label == name.tld.as_ref());
        // What a service provider changes depends on its grant from then on, also if it was uploaded.
        let grant = held.and_then(|held| held.grant);
        changed.push(Client {
            entry,
            grant: grant.map(|(grant, _)| grant).or(client.grant),
            expire_time: grant.map(|(_, at)| at).or(client.expire_time),
            update_time: tx.now(),
            version: client.version + 1,
            ..client.clone()
        });
    }
    check_overlaps(&found, &changed, &mut problems);
    if !problems.is_empty() {
        return Err(problems.into_refusal("names"));
    }
    for client in &changed {
        store::clients::update(&mut tx, client).await?;
        announce::client_changed(&mut tx, client).await?;
    }
    store::policies::touch(&mut tx, changed.iter().map(|client| &client.tld)).await?;
    let view = View::new(&tx);
    let answer = pb::UpdateTlsClientsResponse {
        tls_clients: changed.iter().map(|client| view.record(client)).collect(),
    };
    tx.commit().await?;
    Ok(answer)
}

/// What the targets are, and what else there is of their TLDs. The TLDs are locked.
pub struct Found {
    pub held: Vec<Held>,
    /// The targets, by id.
    pub clients: HashMap<Uuid, Client>,
    /// All entries of their TLDs.
    there: Vec<Client>,
}

/// Finds the targets of a request, all of which the caller may change.
pub async fn find(
    tx: &mut Tx,
    account: AccountId,
    targets: &[(TlsClientName, Etag)],
) -> Result<Found, Error> {
    let mut labels: Vec<Label> = targets.iter().map(|(name, _)| name.tld.clone()).collect();
    labels.sort_unstable();
    labels.dedup();
    let held = store::tlds::lock(tx, account, &labels).await?;
    let there = store::clients::of_tlds(tx, &labels).await?;
    let by_id: HashMap<Uuid, &Client> = there.iter().map(|client| (client.id, client)).collect();
    let mut bad = Violations::default();
    let mut stale = Stale::default();
    let mut clients = HashMap::with_capacity(targets.len());
    for (i, (name, etag)) in targets.iter().enumerate() {
        let client = by_id.get(&name.id).filter(|client| client.tld == name.tld);
        match client {
            None => bad.add(&format!("names[{i}]"), Error::NotFound),
            Some(client) if !client.is_changeable_by(account) => {
                let words = "is the registry's, or another service provider's; only they change it";
                bad.add(&format!("names[{i}]"), words);
            }
            Some(client) => {
                stale.check(i, *etag, client.version);
                clients.insert(client.id, (*client).clone());
            }
        }
    }
    bad.finish(Some(()))?;
    if !stale.0.is_empty() {
        return Err(Error::Stale(stale.0));
    }
    Ok(Found {
        held,
        clients,
        there,
    })
}

/// The old values, with those of the mask replaced.
fn merge(old: RawEntry, record: &pb::TlsClientRecord, mask: &[String]) -> RawEntry {
    let mut raw = old;
    for path in mask {
        match path.as_str() {
            "domain_names" => raw.domain_names.clone_from(&record.domain_names),
            "roles" => raw.roles = raw_roles(&record.roles),
            "prefixes" => raw.prefixes.clone_from(&record.prefixes),
            "open_reason" => raw.open_reason.clone_from(&record.open_reason),
            "note" => raw.note.clone_from(&record.note),
            "certificates" => raw.certificates.clone_from(&record.certificates),
            _ => {}
        }
    }
    raw
}

/// With each other, and with what is not changed.
fn check_overlaps(found: &Found, changed: &[Client], problems: &mut Problems) {
    for (i, client) in changed.iter().enumerate() {
        let others = found
            .there
            .iter()
            .filter(|other| !found.clients.contains_key(&other.id))
            .chain(&changed[..i])
            .filter(|other| other.tld == client.tld);
        if let Some(clash) = plan::clash(&client.entry, others) {
            problems.of_overlap(i, client.tld.as_ref(), "domain_names", &clash);
        }
    }
}
