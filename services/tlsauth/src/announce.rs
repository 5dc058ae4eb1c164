//! What others hear of changes: an event and an audit row for each, in the transaction of the change.

use nsp_kit::{
    clock::to_proto,
    db::Tx,
    events::{About, announce},
};
use nsp_proto::{events::v1 as pb, tlsauth::v1::grant};

use crate::{
    domain::{
        Client, Consent, Grant, HostName, Scope, State, Upload,
        check::{Check, Severity},
    },
    error::Error,
};

fn provider(client: &Client) -> String {
    client
        .provider
        .map_or_else(String::new, |account| account.to_string())
}

fn about(client: &Client) -> About {
    About::new(&client.name(), client.account)
}

pub async fn client_created(tx: &mut Tx, client: &Client) -> Result<(), Error> {
    let event = pb::TlsClientCreated {
        tls_client: client.name().to_string(),
        account: client.account.to_string(),
        tld: client.tld.as_ref().to_owned(),
        provider: provider(client),
    };
    announce(tx, &about(client), &event).await?;
    Ok(())
}

pub async fn client_changed(tx: &mut Tx, client: &Client) -> Result<(), Error> {
    let event = pb::TlsClientChanged {
        tls_client: client.name().to_string(),
        account: client.account.to_string(),
        tld: client.tld.as_ref().to_owned(),
        provider: provider(client),
    };
    announce(tx, &about(client), &event).await?;
    Ok(())
}

pub async fn client_deleted(tx: &mut Tx, client: &Client) -> Result<(), Error> {
    let event = pb::TlsClientDeleted {
        tls_client: client.name().to_string(),
        account: client.account.to_string(),
        tld: client.tld.as_ref().to_owned(),
        provider: provider(client),
    };
    announce(tx, &about(client), &event).await?;
    Ok(())
}

/// What worked does not any more, or a certificate expires soon.
pub async fn check_failed(tx: &mut Tx, client: &Client, check: &Check) -> Result<(), Error> {
    let bad = check
        .findings
        .iter()
        .filter(|finding| finding.severity > Severity::Good);
    let event = pb::TlsClientCheckFailed {
        tls_client: client.name().to_string(),
        account: client.account.to_string(),
        tld: client.tld.as_ref().to_owned(),
        domain_name: check.domain_name.to_string(),
        findings: bad.map(|finding| finding.code.to_owned()).collect(),
    };
    announce(tx, &about(client), &event).await?;
    Ok(())
}

pub async fn check_recovered(tx: &mut Tx, client: &Client, name: &HostName) -> Result<(), Error> {
    let event = pb::TlsClientCheckRecovered {
        tls_client: client.name().to_string(),
        account: client.account.to_string(),
        tld: client.tld.as_ref().to_owned(),
        domain_name: name.to_string(),
    };
    announce(tx, &about(client), &event).await?;
    Ok(())
}

fn scopes(grant: &Grant) -> Vec<String> {
    let names = grant.scopes.iter().map(|scope| match scope {
        Scope::TlsData => "GRANT_SCOPE_TLS_DATA",
        Scope::Windows => "GRANT_SCOPE_WINDOWS",
        Scope::Reports => "GRANT_SCOPE_REPORTS",
    });
    names.map(str::to_owned).collect()
}

pub async fn grant_created(tx: &mut Tx, grant: &Grant) -> Result<(), Error> {
    let event = pb::TlsGrantCreated {
        grant: grant.id.to_string(),
        account: grant.account.to_string(),
        provider: grant.provider.to_string(),
        tld: grant.tld.as_ref().to_owned(),
        scopes: scopes(grant),
        expire_time: Some(to_proto(grant.expire_time)),
    };
    announce(tx, &About::new(&grant.id, grant.account), &event).await?;
    Ok(())
}

pub async fn grant_changed(tx: &mut Tx, grant: &Grant) -> Result<(), Error> {
    let event = pb::TlsGrantChanged {
        grant: grant.id.to_string(),
        account: grant.account.to_string(),
        provider: grant.provider.to_string(),
        tld: grant.tld.as_ref().to_owned(),
        scopes: scopes(grant),
        expire_time: Some(to_proto(grant.expire_time)),
    };
    announce(tx, &About::new(&grant.id, grant.account), &event).await?;
    Ok(())
}

pub async fn grant_ended(tx: &mut Tx, grant: &Grant) -> Result<(), Error> {
    let state = match grant.state {
        State::Active => grant::State::Active,
        State::Expired => grant::State::Expired,
        State::Revoked => grant::State::Revoked,
        State::TldMoved => grant::State::TldMoved,
    };
    let event = pb::TlsGrantEnded {
        grant: grant.id.to_string(),
        account: grant.account.to_string(),
        provider: grant.provider.to_string(),
        tld: grant.tld.as_ref().to_owned(),
        state: state.as_str_name().to_owned(),
    };
    announce(tx, &About::new(&grant.id, grant.account), &event).await?;
    Ok(())
}

pub async fn upload_created(tx: &mut Tx, upload: &Upload) -> Result<(), Error> {
    let event = pb::TlsUploadCreated {
        upload: upload.id.to_string(),
        account: upload.account.to_string(),
        row_count: upload.row_count,
        tld_count: upload.tld_count,
    };
    announce(tx, &About::new(&upload.id, upload.account), &event).await?;
    Ok(())
}

pub async fn upload_withdrawn(tx: &mut Tx, upload: &Upload) -> Result<(), Error> {
    let event = pb::TlsUploadWithdrawn {
        upload: upload.id.to_string(),
        account: upload.account.to_string(),
    };
    announce(tx, &About::new(&upload.id, upload.account), &event).await?;
    Ok(())
}

pub async fn consent_requested(tx: &mut Tx, consent: &Consent) -> Result<(), Error> {
    let event = pb::TlsUploadConsentRequested {
        upload: consent.upload.to_string(),
        consent: consent.name().to_string(),
        account: consent.account.to_string(),
        provider: consent.provider.to_string(),
        tlds: consent.tlds.clone(),
        due_time: consent.due_time.map(to_proto),
    };
    announce(tx, &About::new(&consent.name(), consent.account), &event).await?;
    Ok(())
}

/// What became of the rows of a consent.
#[derive(Debug, Clone, Copy, Default)]
pub struct Loaded {
    pub loaded: i32,
    pub refused: i32,
}

pub async fn upload_loaded(
    tx: &mut Tx,
    consent: &Consent,
    approved: bool,
    counts: Loaded,
) -> Result<(), Error> {
    let event = pb::TlsUploadLoaded {
        upload: consent.upload.to_string(),
        consent: consent.name().to_string(),
        account: consent.account.to_string(),
        provider: consent.provider.to_string(),
        approved,
        loaded_count: counts.loaded,
        refused_count: counts.refused,
    };
    announce(tx, &About::new(&consent.name(), consent.account), &event).await?;
    Ok(())
}

pub async fn upload_objected(tx: &mut Tx, consent: &Consent) -> Result<(), Error> {
    let event = pb::TlsUploadObjected {
        upload: consent.upload.to_string(),
        consent: consent.name().to_string(),
        account: consent.account.to_string(),
        provider: consent.provider.to_string(),
    };
    announce(tx, &About::new(&consent.name(), consent.account), &event).await?;
    Ok(())
}
