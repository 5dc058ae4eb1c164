//! Between the messages of the API and the types of the domain.

use std::collections::HashMap;

use nsp_kit::{auth::Person, clock::to_proto, db::Tx, id::AccountId, status::Violations};
use nsp_proto::tlsauth::v1 as pb;
use uuid::Uuid;

use crate::{
    domain::{
        Client, Consent, ConsentState, Grant, Origin, RawEntry, Role, Scope, State, TlsClientName,
        Upload, upload::Row,
    },
    error::Error,
    publish,
    store::consents::Stored,
};

/// The account a portal user acts for.
pub fn acting_account(person: &Person) -> Result<AccountId, Error> {
    person.account.ok_or(Error::NoAccount)
}

/// The account of somebody who sees all of its TLDs.
pub fn whole_account(person: &Person) -> Result<AccountId, Error> {
    if !person.tlds.is_empty() {
        return Err(Error::AllTldsRequired);
    }
    acting_account(person)
}

/// What a request says of an entry. Roles that do not exist become codes that are none.
pub fn raw_entry(record: &pb::TlsClientRecord) -> RawEntry {
    RawEntry {
        domain_names: record.domain_names.clone(),
        roles: raw_roles(&record.roles),
        prefixes: record.prefixes.clone(),
        open_reason: record.open_reason.clone(),
        note: record.note.clone(),
        certificates: record.certificates.clone(),
    }
}

pub fn raw_roles(roles: &[i32]) -> Vec<String> {
    let code = |number: &i32| match role(*number) {
        Some(role) => role.code().to_owned(),
        None => number.to_string(),
    };
    roles.iter().map(code).collect()
}

/// The role that a message names.
pub fn role(number: i32) -> Option<Role> {
    let named = |role: &Role| i32::from(publish::role(*role)) == number;
    Role::ALL.into_iter().find(named)
}

pub fn roles(roles: &[Role]) -> Vec<i32> {
    let roles = roles.iter().map(|role| publish::role(*role).into());
    roles.collect()
}

/// Whoever looks at entries: what they may change, and what was found out.
pub struct View {
    viewer: Option<AccountId>,
    checks: HashMap<Uuid, Vec<pb::TlsCheck>>,
}

impl View {
    pub async fn of(tx: &mut Tx, clients: &[Client]) -> Result<Self, Error> {
        let ids: Vec<Uuid> = clients.iter().map(|client| client.id).collect();
        Ok(Self {
            viewer: tx.scope().account(),
            checks: crate::store::checks::of(tx, &ids).await?,
        })
    }

    /// Of entries that nobody has looked at yet.
    pub fn new(tx: &Tx) -> Self {
        Self {
            viewer: tx.scope().account(),
            checks: HashMap::new(),
        }
    }

    pub fn record(&self, client: &Client) -> pb::TlsClientRecord {
        let raw = client.entry.raw();
        let account = |id: Option<AccountId>| id.map_or_else(String::new, |id| id.to_string());
        pb::TlsClientRecord {
            name: client.name().to_string(),
            tld: client.tld.as_ref().to_owned(),
            account: client.account.to_string(),
            account_display_name: client.account_name.clone(),
            domain_names: raw.domain_names,
            roles: roles(&client.entry.roles),
            prefixes: raw.prefixes,
            open_reason: raw.open_reason,
            note: raw.note,
            certificates: raw.certificates,
            provider: account(client.provider),
            provider_display_name: client.provider_name.clone(),
            grant: client.grant.map_or_else(String::new, |id| id.to_string()),
            expire_time: client.expire_time.map(to_proto),
            origin: match client.origin {
                Origin::Portal => pb::tls_client_record::Origin::Portal,
                Origin::Upload => pb::tls_client_record::Origin::Upload,
            }
            .into(),
            changeable: self
                .viewer
                .is_some_and(|viewer| client.is_changeable_by(viewer)),
            checks: self.checks.get(&client.id).cloned().unwrap_or_default(),
            creator: client.creator.clone(),
            creator_display_name: client.creator_name.clone(),
            create_time: Some(to_proto(client.create_time)),
            update_time: Some(to_proto(client.update_time)),
            etag: client.version.to_string(),
        }
    }

    /// As lists show it: without certificates, and of checks the verdict.
    pub fn listed(&self, client: &Client) -> pb::TlsClientRecord {
        let record = self.record(client);
        let checks = record.checks.into_iter().map(|check| pb::TlsCheck {
            findings: Vec::new(),
            tlsa_records: Vec::new(),
            ..check
        });
        pb::TlsClientRecord {
            checks: checks.collect(),
            certificates: Vec::new(),
            ..record
        }
    }
}

pub fn scope(number: i32) -> Option<Scope> {
    match pb::GrantScope::try_from(number).ok()? {
        pb::GrantScope::Unspecified => None,
        pb::GrantScope::TlsData => Some(Scope::TlsData),
        pb::GrantScope::Windows => Some(Scope::Windows),
        pb::GrantScope::Reports => Some(Scope::Reports),
    }
}

/// The scopes of a request: at least one, none twice.
pub fn scopes(bad: &mut Violations, field: &str, numbers: &[i32]) -> Vec<Scope> {
    let mut scopes = Vec::new();
    if numbers.is_empty() {
        bad.add(field, "must be at least one");
    }
    for (i, number) in numbers.iter().enumerate() {
        match scope(*number) {
            None => bad.add(&format!("{field}[{i}]"), "is not a scope"),
            Some(scope) if scopes.contains(&scope) => {
                bad.add(&format!("{field}[{i}]"), "is there twice");
            }
            Some(scope) => scopes.push(scope),
        }
    }
    scopes.sort_unstable();
    scopes
}

pub fn grant(grant: &Grant) -> pb::Grant {
    let scopes = grant.scopes.iter().map(|scope| match scope {
        Scope::TlsData => pb::GrantScope::TlsData.into(),
        Scope::Windows => pb::GrantScope::Windows.into(),
        Scope::Reports => pb::GrantScope::Reports.into(),
    });
    pb::Grant {
        name: grant.id.to_string(),
        tld: grant.tld.as_ref().to_owned(),
        account: grant.account.to_string(),
        account_display_name: grant.account_name.clone(),
        provider: grant.provider.to_string(),
        provider_display_name: grant.provider_name.clone(),
        scopes: scopes.collect(),
        expire_time: Some(to_proto(grant.expire_time)),
        state: match grant.state {
            State::Active => pb::grant::State::Active,
            State::Expired => pb::grant::State::Expired,
            State::Revoked => pb::grant::State::Revoked,
            State::TldMoved => pb::grant::State::TldMoved,
        }
        .into(),
        end_time: grant.end_time.map(to_proto),
        client_count: i32::try_from(grant.client_count).unwrap_or(i32::MAX),
        creator: grant.creator.clone(),
        creator_display_name: grant.creator_name.clone(),
        create_time: Some(to_proto(grant.create_time)),
        etag: grant.version.to_string(),
    }
}

/// An upload without its consents.
pub fn upload(upload: &Upload) -> pb::Upload {
    let state = if upload.withdraw_time.is_some() {
        pb::upload::State::Withdrawn
    } else if upload.pending_count > 0 {
        pb::upload::State::Waiting
    } else {
        pb::upload::State::Done
    };
    pb::Upload {
        name: upload.id.to_string(),
        account: upload.account.to_string(),
        account_display_name: upload.account_name.clone(),
        state: state.into(),
        attestation: upload.attestation.clone(),
        attester: upload.attester.clone(),
        creator: upload.creator.clone(),
        creator_display_name: upload.creator_name.clone(),
        create_time: Some(to_proto(upload.create_time)),
        row_count: upload.row_count,
        tld_count: upload.tld_count,
        consents: Vec::new(),
        pending_count: i32::try_from(upload.pending_count).unwrap_or(i32::MAX),
    }
}

/// A consent without its rows.
pub fn consent(consent: &Consent) -> pb::UploadConsent {
    pb::UploadConsent {
        name: consent.name().to_string(),
        account: consent.account.to_string(),
        account_display_name: consent.account_name.clone(),
        provider: consent.provider.to_string(),
        provider_display_name: consent.provider_name.clone(),
        state: match consent.state {
            ConsentState::Pending => pb::upload_consent::State::Pending,
            ConsentState::Approved => pb::upload_consent::State::Approved,
            ConsentState::Objected => pb::upload_consent::State::Objected,
            ConsentState::Lapsed => pb::upload_consent::State::Lapsed,
            ConsentState::Withdrawn => pb::upload_consent::State::Withdrawn,
        }
        .into(),
        attestation: consent.attestation.clone(),
        attester: consent.attester.clone(),
        create_time: Some(to_proto(consent.create_time)),
        notify_time: consent.notify_time.map(to_proto),
        due_time: consent.due_time.map(to_proto),
        decide_time: consent.decide_time.map(to_proto),
        decider: consent.decider.clone(),
        decider_display_name: consent.decider_name.clone(),
        objection: consent.objection.clone(),
        row_count: consent.row_count,
        tlds: consent.tlds.clone(),
        rows: Vec::new(),
    }
}

pub fn row(row: &Row) -> pb::UploadRow {
    let raw = row.entry.raw();
    pb::UploadRow {
        line: i32::try_from(row.line).unwrap_or(i32::MAX),
        tld: row.tld.as_ref().to_owned(),
        domain_names: raw.domain_names,
        roles: roles(&row.entry.roles),
        prefixes: raw.prefixes,
        open_reason: raw.open_reason,
        note: raw.note,
        outcome: String::new(),
        tls_client: String::new(),
    }
}

pub fn stored_row(stored: &Stored) -> pb::UploadRow {
    let tld = &stored.row.tld;
    let name = stored.entry.map(|id| TlsClientName {
        tld: tld.clone(),
        id,
    });
    pb::UploadRow {
        outcome: stored.outcome.clone(),
        tls_client: name.map_or_else(String::new, |name| name.to_string()),
        ..row(&stored.row)
    }
}
