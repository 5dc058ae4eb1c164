//! The daily check: every domain name of every entry is looked at after each change and once a day, and the entry's
//! people are told when something got worse or a certificate expires soon (TLS-7).

use std::{collections::HashMap, time::Duration};

use nsp_kit::{
    clock::Clock,
    db::{Database, Tx},
    id::AccountId,
    jobs::{due_job, when_due},
};
use uuid::Uuid;

use crate::{
    SERVICE, announce,
    api::check_message,
    domain::{
        Client, Label,
        check::{Check, CheckRules, Severity, Watch, judge_entry},
    },
    error::Error,
    load::named,
    lookups::Lookups,
    store::{self, checks, notices::Notice, policies},
};

/// How many names one transaction is about; the next follows at once.
const BATCH: i64 = 20;
const PATIENCE: Duration = Duration::from_secs(8);

/// Checks what is due, for ever. Whatever changes entries notifies the channel of policies.
pub async fn keep_checked(
    db: &Database,
    clock: &Clock,
    lookups: &Lookups,
    rules: CheckRules,
) -> anyhow::Result<()> {
    let lookups = lookups.clone();
    let turn = due_job(move |tx| {
        let lookups = lookups.clone();
        Box::pin(async move {
            check_due(tx, &lookups, rules).await?;
            Ok(checks::next_due(tx).await?)
        })
    });
    when_due(policies::CHANNEL, "daily checks", SERVICE, db, clock, turn).await
}

async fn check_due(tx: &mut Tx, lookups: &Lookups, rules: CheckRules) -> Result<(), Error> {
    let names = checks::due(tx, BATCH).await?;
    if names.is_empty() {
        return Ok(());
    }
    // Nothing is locked meanwhile; what is there afterwards is judged.
    let answers = lookups.look(names.iter().cloned(), PATIENCE).await;
    let before = store::clients::naming_any(tx, &names).await?;
    let tlds: Vec<Label> = before.into_iter().map(|client| client.tld).collect();
    store::tlds::lock_only(tx, &tlds).await?;
    let clients = store::clients::naming_any(tx, &names).await?;
    let ids: Vec<Uuid> = clients.iter().map(|client| client.id).collect();
    let watches = checks::watches(tx, &ids).await?;
    let mut alarms = Alarms::default();
    for client in clients.iter().filter(|client| tlds.contains(&client.tld)) {
        for check in judge_entry(&client.entry, &answers, rules, tx.now()) {
            let name = &check.domain_name;
            checks::put(tx, client.id, check.verdict, &check_message(&check)).await?;
            let before = watches.get(&(client.id, name.to_string()));
            let Some(follow) = Watch::follow(before, &check) else {
                continue;
            };
            checks::watch(tx, client.id, name, &follow.watch).await?;
            if follow.failed {
                announce::check_failed(tx, client, &check).await?;
                alarms.add(client, &check);
            } else if follow.recovered {
                announce::check_recovered(tx, client, name).await?;
            }
        }
        checks::unwatch_others(tx, client.id, &client.entry.domain_names).await?;
    }
    alarms.raise(tx).await
}

/// Mails to be written: one to each account about each thing, for however many TLDs it is.
#[derive(Default)]
struct Alarms(HashMap<(AccountId, String), Vec<Client>>);

impl Alarms {
    fn add(&mut self, client: &Client, check: &Check) {
        let bad = check
            .findings
            .iter()
            .filter(|finding| finding.severity > Severity::Good);
        let lines: Vec<String> = bad
            .map(|finding| format!("{}: {}", check.domain_name, finding.message))
            .collect();
        let body = lines.join("\n");
        for account in [Some(client.account), client.provider]
            .into_iter()
            .flatten()
        {
            let about = self.0.entry((account, body.clone())).or_default();
            about.push(client.clone());
        }
    }

    async fn raise(self, tx: &mut Tx) -> Result<(), Error> {
        for ((account, body), clients) in self.0 {
            let Some(first) = clients.first() else {
                continue;
            };
            let mut tlds: Vec<String> = clients
                .iter()
                .map(|client| client.tld.as_ref().to_owned())
                .collect();
            tlds.sort_unstable();
            tlds.dedup();
            let account_name = if account == first.account {
                &first.account_name
            } else {
                &first.provider_name
            };
            let notice = Notice {
                id: Uuid::now_v7(),
                account,
                template: "tls_check_failed".to_owned(),
                resource: first.name().to_string(),
                values: [
                    ("account_name", account_name.clone()),
                    ("subject", named(&tlds)),
                    ("body", body),
                    (
                        "path",
                        format!("/tls/tlds/{}/{}", first.tld.as_ref(), first.id),
                    ),
                ]
                .map(|(name, value)| (name.to_owned(), value))
                .into(),
                // About many TLDs it is for those who see all of them.
                tld: match tlds.as_slice() {
                    [one] => one.clone(),
                    _ => String::new(),
                },
                consent: None,
            };
            store::notices::insert(tx, &notice).await?;
        }
        Ok(())
    }
}
