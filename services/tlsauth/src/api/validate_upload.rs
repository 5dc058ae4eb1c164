//! Reads the file of a bulk upload and says what is wrong with it (TLS-3).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use nsp_kit::{call::Call, id::AccountId};
use nsp_proto::tlsauth::v1 as pb;

use super::convert::{self, whole_account};
use crate::{
    Rules, SERVICE,
    domain::upload::{File, Problem},
    error::Error,
    store,
};

/// How many problems an answer names; the CSV file has them all.
const MAX_PROBLEMS: usize = 1_000;

pub async fn validate_upload(
    call: &Call,
    rules: Rules,
    request: pb::ValidateUploadRequest,
) -> Result<pb::ValidateUploadResponse, Error> {
    let account = whole_account(call.person()?)?;
    let (file, holders) = read(call, rules, account, &request.csv).await?;
    let tlds: BTreeSet<&str> = file.rows.iter().map(|row| row.tld.as_ref()).collect();
    let registries: BTreeSet<AccountId> = holders.values().copied().collect();
    let count = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    let wrong = !file.problems.is_empty();
    let problems = file.problems.iter().take(MAX_PROBLEMS).map(problem);
    Ok(pb::ValidateUploadResponse {
        row_count: count(file.count),
        tld_count: count(tlds.len()),
        registry_count: count(registries.len()),
        problems: problems.collect(),
        problem_count: count(file.problems.len()),
        problems_csv: if wrong {
            file.problems_csv()?
        } else {
            Vec::new()
        },
        rows: if wrong {
            Vec::new()
        } else {
            file.rows.iter().map(convert::row).collect()
        },
        waiting_days: rules.waiting_days.into(),
        attestation: attestation(rules),
    })
}

fn problem(problem: &Problem) -> pb::UploadProblem {
    pb::UploadProblem {
        line: i32::try_from(problem.line).unwrap_or(i32::MAX),
        tld: problem.tld.clone(),
        column: problem.column.to_owned(),
        reason: problem.reason.to_owned(),
        message: problem.words.clone(),
    }
}

/// The words that whoever uploads attests.
pub fn attestation(rules: Rules) -> String {
    format!(
        "We attest that the registry operator of each TLD in this file has authorised us to provide ICANN with the TLS \
         client authentication data in it. We understand that each of them is told before anything is loaded, and can \
         object for {} days.",
        rules.waiting_days
    )
}

/// The file, with TLDs that nobody here holds as problems; and who holds the others.
pub async fn read(
    call: &Call,
    rules: Rules,
    account: AccountId,
    csv: &[u8],
) -> Result<(File, HashMap<String, AccountId>), Error> {
    let mut tx = call.begin().await?;
    if !store::accounts::is_provider(&mut tx, account).await? {
        return Err(Error::NotAProvider);
    }
    drop(tx);
    let mut file = File::read(csv, rules.limits);
    // An upload is about TLDs of others, of which its maker sees nothing: only whose they are is looked up for it.
    let mut tx = call.db.begin_as_service(SERVICE, call.now).await?;
    let labels: Vec<String> = file
        .rows
        .iter()
        .map(|row| row.tld.as_ref().to_owned())
        .collect();
    let holders = store::tlds::holders(&mut tx, &labels).await?;
    drop(tx);
    let unknown: BTreeMap<u32, String> = file
        .rows
        .iter()
        .filter(|row| !holders.contains_key(row.tld.as_ref()))
        .map(|row| (row.line, row.tld.as_ref().to_owned()))
        .collect();
    for (line, tld) in unknown {
        let words = format!(".{tld} is not a TLD of a registry here");
        file.problem(line, &tld, "tld", "TLD_NOT_FOUND", words);
    }
    file.problems.sort_by_key(|problem| problem.line);
    Ok((file, holders))
}
