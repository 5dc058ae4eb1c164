//! Opens a general inquiry (CASE-3).

use std::collections::BTreeSet;

use nsp_kit::{
    call::Call,
    clock::to_proto,
    events::{About, announce},
    status::{Invalid, Violations},
};
use nsp_proto::{cases::v1 as pb, events::v1::CaseSubmitted};

use super::convert::{acting_account, author};
use crate::{
    domain::{Activity, Case, CaseName, Comment, Label, Submission},
    error::Error,
    store,
};

/// More TLDs than this in one case is a mistake, or an attack.
const MAX_TLDS: usize = 100;

pub async fn create_case(call: &Call, request: pb::CreateCaseRequest) -> Result<pb::Case, Error> {
    let person = call.person()?;
    let (account, account_name) = acting_account(person)?;
    let mut bad = Violations::default();
    let request_id = bad.parse_optional("request_id", &request.request_id);
    let subject = bad.parse("subject", &request.subject);
    let description = bad.parse("description", &request.description);
    let tlds = labels(&mut bad, &request.tlds);
    let follows = bad.parse_optional::<CaseName>("follows", &request.follows);
    let parsed = request_id
        .zip(subject)
        .zip(description)
        .zip(tlds)
        .zip(follows);
    let ((((request_id, subject), description), tlds), follows) = bad.finish(parsed)?;

    let mut tx = call.begin().await?;
    let known = store::tlds::among(&mut tx, account, &tlds).await?;
    if let Some(other) = tlds
        .iter()
        .find(|tld| !known.iter().any(|known| known == tld.as_ref()))
    {
        return Err(Invalid::field(
            "tlds",
            format!(".{} is not a TLD you act for", other.as_ref()),
        )
        .into());
    }
    let follows = match follows {
        Some(name) => Some(store::cases::get(&mut tx, name).await?.id),
        None => None,
    };
    let creator = author(person);
    let submission = Submission {
        account,
        account_name,
        creator,
        subject,
        description,
        tlds,
        follows,
    };
    let case = Case::submit(submission, call.now);
    let (case, added) = store::cases::insert(&mut tx, case, request_id).await?;
    if added {
        let entry = Comment::new(&case, &case.creator, Activity::Submitted, "", call.now);
        store::comments::insert(&mut tx, &entry).await?;
        let event = CaseSubmitted {
            case: case.id.to_string(),
            number: case.number.to_string(),
            account: account.to_string(),
            creator: case.creator.user.to_string(),
            tlds: case
                .tlds
                .iter()
                .map(|tld| tld.as_ref().to_owned())
                .collect(),
            due_time: Some(to_proto(case.due())),
        };
        announce(&mut tx, &About::new(&case.id, account), &event).await?;
    }
    tx.commit().await?;
    Ok(pb::Case::from(&case))
}

/// The labels, each once; every wrong one is named.
fn labels(bad: &mut Violations, labels: &[String]) -> Option<Vec<Label>> {
    if labels.len() > MAX_TLDS {
        bad.add("tlds", format!("must not be more than {MAX_TLDS}"));
        return None;
    }
    let parsed = labels
        .iter()
        .enumerate()
        .map(|(i, label)| bad.parse(&format!("tlds[{i}]"), label));
    let parsed: Vec<Option<Label>> = parsed.collect();
    let parsed: Option<BTreeSet<Label>> = parsed.into_iter().collect();
    parsed.map(|labels| labels.into_iter().collect())
}
