//! Grants TLDs to a service provider, all or none (TLS-8).

use jiff::{SignedDuration, Timestamp};
use nsp_kit::{call::Call, clock::from_proto, db::Tx, id::AccountId, status::Violations};
use nsp_proto::tlsauth::v1 as pb;

use super::{
    convert::{self, acting_account},
    plan::{self, Problems},
    retry,
};
use crate::{
    Rules, announce,
    domain::{Grant, GrantId, Label, State},
    error::Error,
    store,
};

pub async fn create_grants(
    call: &Call,
    rules: Rules,
    request: pb::CreateGrantsRequest,
) -> Result<pb::CreateGrantsResponse, Error> {
    let account = acting_account(call.person()?)?;
    let mut bad = Violations::default();
    let request_id = retry::id(&mut bad, &request.request_id);
    let provider = bad.parse::<AccountId>("provider", &request.provider);
    let scopes = convert::scopes(&mut bad, "scopes", &request.scopes);
    let expire = request.expire_time.as_ref();
    let expire = expire_time(&mut bad, "expire_time", expire, call.now, rules.max_grant);
    if provider == Some(account) {
        bad.add("provider", "is your own account");
    }
    let mut problems = Problems::default();
    let labels = plan::labels(&request.tlds, &mut problems);
    if !problems.is_empty() {
        for problem in problems.into_answer() {
            bad.add(&place(&problem), problem.message);
        }
    }
    let ((request_id, provider), expire) = bad.finish(request_id.zip(provider).zip(expire))?;
    let labels: Vec<Label> = labels.into_iter().flatten().collect();

    let mut tx = call.begin().await?;
    if let Some(answer) = retry::answered(&mut tx, request_id, &request).await? {
        return Ok(answer);
    }
    check(&mut tx, account, provider, &labels).await?;
    let account_name = store::accounts::name(&mut tx, account).await?;
    let provider_name = store::accounts::name(&mut tx, provider).await?;
    let grants: Vec<Grant> = labels
        .into_iter()
        .map(|tld| Grant {
            id: GrantId::new(),
            tld,
            account,
            account_name: account_name.clone(),
            provider,
            provider_name: provider_name.clone(),
            scopes: scopes.clone(),
            expire_time: expire,
            state: State::Active,
            end_time: None,
            creator: tx.actor().to_string(),
            creator_name: tx.actor().display_name().to_owned(),
            create_time: tx.now(),
            version: 1,
            client_count: 0,
        })
        .collect();
    store::grants::insert(&mut tx, &grants).await?;
    for grant in &grants {
        announce::grant_created(&mut tx, grant).await?;
    }
    let answer = pb::CreateGrantsResponse {
        grants: grants.iter().map(convert::grant).collect(),
    };
    retry::finish(&mut tx, request_id, &answer).await?;
    tx.commit().await?;
    Ok(answer)
}

fn place(problem: &pb::TlsProblem) -> String {
    if problem.index < 0 {
        problem.field.clone()
    } else {
        format!("tlds[{}]", problem.index)
    }
}

/// That the TLDs are the account's, and not granted to the provider already. They are locked.
async fn check(
    tx: &mut Tx,
    account: AccountId,
    provider: AccountId,
    labels: &[Label],
) -> Result<(), Error> {
    let held = store::tlds::lock(tx, account, labels).await?;
    let existing = store::grants::existing(tx, provider, labels).await?;
    let mut bad = Violations::default();
    if !store::accounts::is_provider(tx, provider).await? {
        bad.add(
            "provider",
            "is not an account of a registry service provider",
        );
    }
    for (i, label) in labels.iter().enumerate() {
        let (tld, field) = (label.as_ref(), format!("tlds[{i}]"));
        let own = held
            .iter()
            .any(|held| held.label == tld && held.grant.is_none());
        if !own {
            bad.add(&field, format!(".{tld} is not a TLD of your account"));
        }
        if existing.iter().any(|existing| existing == tld) {
            let words = format!(".{tld} is granted to them already; change that grant");
            bad.add(&field, words);
        }
    }
    bad.finish(Some(()))?;
    Ok(())
}

/// When a grant is to end: in the future, and not too far.
pub fn expire_time(
    bad: &mut Violations,
    field: &str,
    at: Option<&nsp_proto::Timestamp>,
    now: Timestamp,
    most: SignedDuration,
) -> Option<Timestamp> {
    let Some(at) = at.and_then(from_proto) else {
        bad.add(field, "must be given");
        return None;
    };
    if at <= now {
        bad.add(field, "must be in the future");
        return None;
    }
    if at.duration_since(now) > most {
        let days = most.as_hours() / 24;
        bad.add(field, format!("must not be more than {days} days ahead"));
        return None;
    }
    Some(at)
}
