//! Comments through gRPC: how many a second, and how soon a subscriber sees one.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::ensure;
use futures_util::StreamExt;
use nsp_kit::client::Channel;
use nsp_proto::cases::v1::{
    CreateCaseRequest, CreateCommentRequest, case_service_client::CaseServiceClient,
};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    figures::{Durations, heading, row},
    stack::Stack,
};

const WRITERS: usize = 20;
const COMMENTS: usize = 250;
/// A second, for so many seconds.
const PACE: u32 = 200;
const SECONDS: u32 = 20;

pub async fn measure(stack: &Stack) -> anyhow::Result<()> {
    let jane = stack.sign_in("jane").await?;
    let cases = stack.connect("cases")?.acting(&jane.token);
    heading("comments");
    let parents = open_cases(&cases).await?;
    throughput(&cases, &parents).await?;
    latency(stack, &cases, &parents).await
}

async fn open_cases(cases: &Channel) -> anyhow::Result<Arc<Vec<String>>> {
    let mut parents = Vec::new();
    for number in 0..WRITERS {
        let request = CreateCaseRequest {
            subject: format!("Load {number}"),
            description: "How much does it bear?".to_owned(),
            request_id: Uuid::now_v7().to_string(),
            ..Default::default()
        };
        let case = CaseServiceClient::new(cases.clone())
            .create_case(request)
            .await?;
        parents.push(case.into_inner().name);
    }
    Ok(Arc::new(parents))
}

async fn write(cases: &Channel, parent: &str) -> anyhow::Result<String> {
    let request = CreateCommentRequest {
        parent: parent.to_owned(),
        body: "The report of October is in; the one of September was sent again, as you asked."
            .to_owned(),
        request_id: Uuid::now_v7().to_string(),
    };
    let comment = CaseServiceClient::new(cases.clone())
        .create_comment(request)
        .await?;
    Ok(comment.into_inner().name)
}

/// Twenty people at once, each in a case of their own.
async fn throughput(cases: &Channel, parents: &Arc<Vec<String>>) -> anyhow::Result<()> {
    let began = Instant::now();
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let (cases, parents) = (cases.clone(), Arc::clone(parents));
        writers.spawn(async move {
            for _ in 0..COMMENTS {
                write(&cases, &parents[writer]).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = writers.join_next().await {
        done??;
    }
    let rate = rate(WRITERS * COMMENTS, began.elapsed());
    row(
        "comments by 20 people at once",
        &format!("{rate:.0} a second"),
        "",
    );
    Ok(())
}

/// At a steady pace: from the answer of the call (the commit was a moment before) to the subscriber.
async fn latency(stack: &Stack, cases: &Channel, parents: &Arc<Vec<String>>) -> anyhow::Result<()> {
    let nats = async_nats::connect(&stack.nats).await?;
    // Those of the throughput must be out first.
    settle(&nats).await?;
    let mut events = nats.subscribe("nsp.cases.v1.case.commented").await?;
    nats.flush().await?;
    let answered: Arc<Mutex<HashMap<String, Instant>>> = Arc::default();

    let total = PACE * SECONDS;
    let writing = {
        let (cases, parents, answered) =
            (cases.clone(), Arc::clone(parents), Arc::clone(&answered));
        tokio::spawn(async move {
            let mut ticks = tokio::time::interval(Duration::from_secs(1) / PACE);
            let mut calls = JoinSet::new();
            for number in 0..total as usize {
                ticks.tick().await;
                let (cases, answered) = (cases.clone(), Arc::clone(&answered));
                let parent = parents[number % parents.len()].clone();
                calls.spawn(async move {
                    let comment = write(&cases, &parent).await?;
                    let mut answered = answered.lock().unwrap_or_else(PoisonError::into_inner);
                    answered.insert(comment, Instant::now());
                    anyhow::Ok(())
                });
            }
            while let Some(done) = calls.join_next().await {
                done??;
            }
            anyhow::Ok(())
        })
    };
    let mut seen = HashMap::new();
    while seen.len() < total as usize {
        let event = tokio::time::timeout(Duration::from_secs(10), events.next()).await?;
        let event = event.ok_or_else(|| anyhow::anyhow!("the subscription ended"))?;
        let body: serde_json::Value = serde_json::from_slice(&event.payload)?;
        seen.insert(
            body["comment"].as_str().unwrap_or_default().to_owned(),
            Instant::now(),
        );
    }
    writing.await??;
    let answered = answered.lock().unwrap_or_else(PoisonError::into_inner);
    ensure!(
        answered.keys().all(|comment| seen.contains_key(comment)),
        "an event of another comment was counted"
    );
    let waits = answered
        .iter()
        .map(|(comment, answered)| seen[comment].saturating_duration_since(*answered));
    let mut waits: Durations = waits.collect();
    row(
        &format!("from the answer to the subscriber, {PACE} a second"),
        &waits.summary(),
        "5 ms, p99 50 ms",
    );
    Ok(())
}

/// Waits until nothing has been published for a second.
async fn settle(nats: &async_nats::Client) -> anyhow::Result<()> {
    let mut all = nats.subscribe("nsp.>").await?;
    while tokio::time::timeout(Duration::from_secs(1), all.next())
        .await
        .is_ok()
    {}
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "counts are small")]
fn rate(count: usize, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}
