//! What ends grants and loads uploads, whoever does it: a person, the clock, or a TLD that went to another account.

use nsp_kit::db::Tx;
use uuid::Uuid;

use crate::{
    announce::{self, Loaded},
    domain::{
        Client, Consent, ConsentState, Grant, Label, MAX_ENTRIES, Origin, Scope, State, overlap,
    },
    error::Error,
    store::{self, notices::Notice},
};

/// Deletes what was entered under a grant. The TLD is locked.
pub async fn drop_entries(tx: &mut Tx, grant: &Grant) -> Result<(), Error> {
    let clients = store::clients::of_grant(tx, grant.id).await?;
    if clients.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = clients.iter().map(|client| client.id).collect();
    store::clients::delete(tx, &ids).await?;
    for client in &clients {
        announce::client_deleted(tx, client).await?;
    }
    store::policies::touch(tx, [&grant.tld]).await
}

/// Ends a grant and what was entered under it. The TLD is locked.
pub async fn end_grant(tx: &mut Tx, grant: &mut Grant, state: State) -> Result<(), Error> {
    // Before the grant: who received it may not delete anything without it.
    if grant.has(Scope::TlsData) {
        drop_entries(tx, grant).await?;
    }
    grant.end(state, tx.now());
    store::grants::update(tx, grant).await?;
    announce::grant_ended(tx, grant).await
}

/// What a former holder had done for a TLD ends when it goes to another account. The TLD is locked.
pub async fn leave(tx: &mut Tx, tld: &Label) -> Result<(), Error> {
    for mut grant in store::grants::active_of_tld(tx, tld).await? {
        end_grant(tx, &mut grant, State::TldMoved).await?;
    }
    let clients = store::clients::of_tlds(tx, std::slice::from_ref(tld)).await?;
    let ids: Vec<Uuid> = clients.iter().map(|client| client.id).collect();
    store::clients::delete(tx, &ids).await?;
    for client in &clients {
        announce::client_deleted(tx, client).await?;
    }
    if clients.is_empty() {
        return Ok(());
    }
    store::policies::touch(tx, [tld]).await
}

/// Loads the rows of a consent that has just been decided so, and tells the service provider.
pub async fn load(tx: &mut Tx, consent: &Consent) -> Result<(), Error> {
    let rows = store::consents::rows(tx, consent.id).await?;
    let tlds: Vec<Label> = consent
        .tlds
        .iter()
        .filter_map(|tld| tld.parse().ok())
        .collect();
    let held = store::tlds::lock(tx, consent.account, &tlds).await?;
    let mut there = store::clients::of_tlds(tx, &tlds).await?;
    let mut new: Vec<Client> = Vec::new();
    let mut counts = Loaded::default();
    for stored in rows {
        let tld = &stored.row.tld;
        let of_tld = || there.iter().filter(|client| client.tld == *tld);
        let is_held = held
            .iter()
            .any(|held| held.label == tld.as_ref() && held.grant.is_none());
        let outcome = if !is_held {
            "TLD_MOVED"
        } else if of_tld().any(|client| overlap(&stored.row.entry, &client.entry).is_some()) {
            "CLIENT_OVERLAP"
        } else if of_tld().count() >= MAX_ENTRIES {
            "TOO_MANY_CLIENTS"
        } else {
            "LOADED"
        };
        let id = (outcome == "LOADED").then(Uuid::now_v7);
        store::consents::set_outcome(tx, consent.id, stored.row.line, outcome, id).await?;
        let Some(id) = id else {
            counts.refused += 1;
            continue;
        };
        counts.loaded += 1;
        let client = Client {
            id,
            tld: tld.clone(),
            account: consent.account,
            account_name: consent.account_name.clone(),
            entry: stored.row.entry,
            provider: Some(consent.provider),
            provider_name: consent.provider_name.clone(),
            grant: None,
            expire_time: None,
            origin: Origin::Upload,
            creator: tx.actor().to_string(),
            creator_name: tx.actor().display_name().to_owned(),
            create_time: tx.now(),
            update_time: tx.now(),
            version: 1,
        };
        there.push(client.clone());
        new.push(client);
    }
    store::clients::insert(tx, &new).await?;
    for client in &new {
        announce::client_created(tx, client).await?;
    }
    store::policies::touch(tx, new.iter().map(|client| &client.tld)).await?;
    let approved = consent.state == ConsentState::Approved;
    announce::upload_loaded(tx, consent, approved, counts).await?;
    tell_provider(tx, consent).await
}

/// A mail to the service provider: how a registry has decided.
pub async fn tell_provider(tx: &mut Tx, consent: &Consent) -> Result<(), Error> {
    let notice = Notice {
        id: Uuid::now_v7(),
        account: consent.provider,
        template: "tls_upload_decided".to_owned(),
        resource: consent.upload.to_string(),
        values: [
            ("account_name", consent.maker()),
            ("organization", consent.registry()),
            ("subject", named(&consent.tlds)),
            ("body", consent.objection.clone()),
            (
                "approved",
                (consent.state != ConsentState::Objected).to_string(),
            ),
            ("path", format!("/tls/{}", consent.upload)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into(),
        tld: String::new(),
        consent: None,
    };
    store::notices::insert(tx, &notice).await
}

/// `.one, .two and 12 more`.
pub fn named(tlds: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<String> = tlds
        .iter()
        .take(SHOWN)
        .map(|tld| format!(".{tld}"))
        .collect();
    match tlds.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_tlds_are_named_in_short() {
        let tlds: Vec<String> = (0..7).map(|i| format!("t{i}")).collect();
        assert_eq!(named(&tlds[..2]), ".t0, .t1");
        assert_eq!(named(&tlds), ".t0, .t1, .t2, .t3, .t4 and 2 more");
    }
}
