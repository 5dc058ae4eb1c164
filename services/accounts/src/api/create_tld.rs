//! Puts a TLD into an account.

use nsp_kit::{call::Call, db::Tx, events, events::About, status::Violations};
use nsp_proto::{accounts::v1 as pb, events::v1::TldAdded};

use super::convert;
use crate::{
    domain::{Tld, TldName, full_date},
    error::Error,
    store,
};

pub async fn create_tld(call: &Call, request: pb::CreateTldRequest) -> Result<pb::Tld, Error> {
    let mut bad = Violations::default();
    let tld = parse(&request.tld.unwrap_or_default(), &mut bad);
    let tld = bad.finish(tld)?;

    let mut tx = call.begin().await?;
    if store::accounts::get(&mut tx, tld.account).await?.is_none() {
        return Err(Error::AccountNotFound(tld.account));
    }
    if !store::tlds::insert(&mut tx, &tld).await? {
        return Err(Error::TldTaken(tld.label));
    }
    announce(&mut tx, &tld).await?;
    tx.commit().await?;
    Ok(tld.into())
}

fn parse(message: &pb::Tld, bad: &mut Violations) -> Option<Tld> {
    let name = bad.parse("tld.name", &message.name);
    let account = bad.parse("tld.account", &message.account);
    let state = convert::state(message.state());
    if state.is_none() {
        bad.add("tld.state", "must say where the TLD stands");
    }
    let date = match message.delegation_date.as_str() {
        "" => Some(None),
        text => full_date(text)
            .map_err(|problem| bad.add("tld.delegation_date", problem))
            .ok()
            .map(Some),
    };
    let TldName(label) = name?;
    Some(Tld {
        label,
        account: account?,
        state: state?,
        delegation_date: date?,
    })
}

/// Tells the other services, which check the TLDs of roles and cases.
pub async fn announce(tx: &mut Tx, tld: &Tld) -> sqlx::Result<()> {
    let name = TldName(tld.label.clone());
    let event = TldAdded {
        tld: name.to_string(),
        account: tld.account.to_string(),
        delegation_date: tld
            .delegation_date
            .map(|date| date.to_string())
            .unwrap_or_default(),
    };
    events::announce(tx, &About::new(&name, tld.account), &event).await
}
