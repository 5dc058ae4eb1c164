//! Changes scopes or end of several grants, all or none.

use std::collections::HashMap;

use nsp_kit::{call::Call, db::Tx, status::Violations};
use nsp_proto::tlsauth::v1 as pb;

use super::{
    convert::{self, acting_account},
    create_grants::expire_time,
    targets::{Stale, targets},
};
use crate::{
    Rules, announce,
    domain::{Etag, Grant, GrantId, Label, Scope},
    error::Error,
    load, store,
};

pub async fn update_grants(
    call: &Call,
    rules: Rules,
    request: pb::UpdateGrantsRequest,
) -> Result<pb::UpdateGrantsResponse, Error> {
    let account = acting_account(call.person()?)?;
    let message = request.grant.unwrap_or_default();
    let mut bad = Violations::default();
    let targets = targets::<GrantId>(&mut bad, &request.names, &request.etags);
    let (mut scopes, mut expire) = (None, None);
    let mask = request.update_mask.unwrap_or_default().paths;
    if mask.is_empty() {
        bad.add("update_mask", "must name at least one field");
    }
    for path in &mask {
        match path.as_str() {
            "scopes" => scopes = Some(convert::scopes(&mut bad, "grant.scopes", &message.scopes)),
            "expire_time" => {
                let (field, at) = ("grant.expire_time", message.expire_time.as_ref());
                expire = expire_time(&mut bad, field, at, call.now, rules.max_grant);
            }
            _ => bad.add("update_mask", format!("{path:?} cannot be changed")),
        }
    }
    let targets = bad.finish(targets)?;

    let mut tx = call.begin().await?;
    let mut grants = find(&mut tx, &targets).await?;
    let mut bad = Violations::default();
    for (i, grant) in grants.iter().enumerate() {
        if grant.account != account {
            bad.add(&format!("names[{i}]"), "was given by another account");
        }
    }
    bad.finish(Some(()))?;
    let mut touched = Vec::new();
    for grant in &mut grants {
        if let Some(scopes) = &scopes {
            grant.scopes.clone_from(scopes);
        }
        grant.expire_time = expire.unwrap_or(grant.expire_time);
        grant.version += 1;
        if !grant.has(Scope::TlsData) {
            load::drop_entries(&mut tx, grant).await?;
            grant.client_count = 0;
        }
        store::grants::update(&mut tx, grant).await?;
        announce::grant_changed(&mut tx, grant).await?;
        // The entries that depend on it end with it.
        if grant.client_count > 0 {
            touched.push(grant.tld.clone());
        }
    }
    store::policies::touch(&mut tx, &touched).await?;
    let answer = pb::UpdateGrantsResponse {
        grants: grants.iter().map(convert::grant).collect(),
    };
    tx.commit().await?;
    Ok(answer)
}

/// The targets of a request, in its order; all of them active, and their TLDs locked.
pub async fn find(tx: &mut Tx, targets: &[(GrantId, Etag)]) -> Result<Vec<Grant>, Error> {
    let ids: Vec<GrantId> = targets.iter().map(|(id, _)| *id).collect();
    let seen = store::grants::find(tx, &ids).await?;
    let labels: Vec<Label> = seen.into_iter().map(|grant| grant.tld).collect();
    store::tlds::lock_only(tx, &labels).await?;
    // As they are now that nobody else changes them.
    let found = store::grants::find(tx, &ids).await?;
    let mut found: HashMap<GrantId, Grant> = found.into_iter().map(|it| (it.id, it)).collect();
    let mut bad = Violations::default();
    let (mut stale, mut ended) = (Stale::default(), Vec::new());
    let mut grants = Vec::with_capacity(targets.len());
    for (i, (id, etag)) in targets.iter().enumerate() {
        let Some(grant) = found.remove(id) else {
            bad.add(&format!("names[{i}]"), Error::GrantNotFound);
            continue;
        };
        if !grant.is_active(tx.now()) {
            ended.push((format!("names[{i}]"), "is over".to_owned()));
        }
        stale.check(i, *etag, grant.version);
        grants.push(grant);
    }
    bad.finish(Some(()))?;
    if !ended.is_empty() {
        return Err(Error::GrantEnded(ended));
    }
    if !stale.0.is_empty() {
        return Err(Error::Stale(stale.0));
    }
    Ok(grants)
}
