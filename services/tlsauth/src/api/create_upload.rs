//! Takes a bulk upload, splits it by registry, and has each registry told (TLS-3).

use std::collections::{BTreeMap, BTreeSet};

use nsp_kit::{call::Call, db::Tx, id::AccountId, status::Violations};
use nsp_proto::tlsauth::v1 as pb;
use uuid::Uuid;

use super::{
    convert::{self, whole_account},
    retry,
    validate_upload::{attestation, read},
};
use crate::{
    Rules, announce,
    domain::{Attester, Consent, ConsentState, Upload, UploadId, upload::Row},
    error::Error,
    load::named,
    store::{self, notices::Notice},
};

pub async fn create_upload(
    call: &Call,
    rules: Rules,
    request: pb::CreateUploadRequest,
) -> Result<pb::Upload, Error> {
    let account = whole_account(call.person()?)?;
    let mut bad = Violations::default();
    let request_id = retry::id(&mut bad, &request.request_id);
    let attester = bad.parse::<Attester>("attester", &request.attester);
    if request.attestation != attestation(rules) {
        bad.add("attestation", "must be the words to attest, as they are");
    }
    let (request_id, attester) = bad.finish(request_id.zip(attester))?;
    let (file, holders) = read(call, rules, account, &request.csv).await?;
    if !file.problems.is_empty() {
        return Err(Error::UploadHasErrors);
    }

    let mut tx = call.begin().await?;
    if let Some(answer) = retry::answered(&mut tx, request_id, &request).await? {
        return Ok(answer);
    }
    let account_name = store::accounts::name(&mut tx, account).await?;
    let tlds: BTreeSet<&str> = file.rows.iter().map(|row| row.tld.as_ref()).collect();
    let mut by_registry: BTreeMap<AccountId, Vec<&Row>> = BTreeMap::new();
    for row in &file.rows {
        if let Some(registry) = holders.get(row.tld.as_ref()) {
            by_registry.entry(*registry).or_default().push(row);
        }
    }
    let count = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    let upload = Upload {
        id: UploadId::new(),
        account,
        account_name,
        attestation: request.attestation.clone(),
        attester: attester.as_ref().to_owned(),
        creator: tx.actor().to_string(),
        creator_name: tx.actor().display_name().to_owned(),
        create_time: tx.now(),
        withdraw_time: None,
        row_count: count(file.rows.len()),
        tld_count: count(tlds.len()),
        pending_count: i64::try_from(by_registry.len()).unwrap_or(i64::MAX),
    };
    let consents: Vec<(Consent, Vec<&Row>)> = by_registry
        .into_iter()
        .map(|(registry, rows)| (consent(&upload, registry, &rows), rows))
        .collect();
    store::uploads::insert(&mut tx, &upload).await?;
    store::consents::insert(&mut tx, &consents).await?;
    announce::upload_created(&mut tx, &upload).await?;
    for (consent, _) in &consents {
        tell_registry(&mut tx, consent).await?;
    }
    let consents = store::consents::of_upload(&mut tx, upload.id).await?;
    let answer = pb::Upload {
        consents: consents.iter().map(convert::consent).collect(),
        ..convert::upload(&upload)
    };
    retry::finish(&mut tx, request_id, &answer).await?;
    tx.commit().await?;
    Ok(answer)
}

fn consent(upload: &Upload, registry: AccountId, rows: &[&Row]) -> Consent {
    let tlds: BTreeSet<&str> = rows.iter().map(|row| row.tld.as_ref()).collect();
    Consent {
        id: Uuid::now_v7(),
        upload: upload.id,
        account: registry,
        account_name: String::new(),
        provider: upload.account,
        provider_name: upload.account_name.clone(),
        attestation: upload.attestation.clone(),
        attester: upload.attester.clone(),
        state: ConsentState::Pending,
        tlds: tlds.into_iter().map(str::to_owned).collect(),
        row_count: i32::try_from(rows.len()).unwrap_or(i32::MAX),
        create_time: upload.create_time,
        notify_time: None,
        due_time: None,
        decide_time: None,
        decider: String::new(),
        decider_name: String::new(),
        objection: String::new(),
    }
}

/// A mail to the registry, with which its waiting period begins.
async fn tell_registry(tx: &mut Tx, consent: &Consent) -> Result<(), Error> {
    let notice = Notice {
        id: Uuid::now_v7(),
        account: consent.account,
        template: "tls_upload_received".to_owned(),
        resource: consent.name().to_string(),
        values: [
            ("organization", consent.maker()),
            ("author", consent.attester.clone()),
            ("subject", named(&consent.tlds)),
            ("body", consent.attestation.clone()),
            ("path", format!("/tls/{}", consent.name())),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into(),
        tld: String::new(),
        consent: Some(consent.id),
    };
    store::notices::insert(tx, &notice).await
}
