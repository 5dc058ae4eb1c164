//! People who write comments, and say everything again until it is acknowledged.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{bail, ensure};
use nsp_kit::status::reason;
use nsp_proto::cases::v1::{
    CreateCaseRequest, CreateCommentRequest, case_service_client::CaseServiceClient,
};
use tokio::task::JoinSet;
use tonic::{Code, Status};
use uuid::Uuid;

use crate::world::World;

/// A call has ten seconds; on a busy machine the test may notice its end late.
const LONGEST: Duration = Duration::from_secs(14);
const REPLICAS: [&str; 2] = ["cases-1", "cases-2"];

/// Who writes how much.
#[derive(Clone)]
pub struct Plan {
    pub name: String,
    pub writers: usize,
    /// Of each writer, at most.
    pub comments: usize,
    /// After each comment.
    pub pause: Duration,
    /// No more comments are begun.
    pub stop: Arc<AtomicBool>,
}

impl Plan {
    pub fn new(name: &str, writers: usize, comments: usize) -> Self {
        Self {
            name: name.to_owned(),
            writers,
            comments,
            pause: Duration::ZERO,
            stop: Arc::default(),
        }
    }
}

/// What was written, and what became of the calls.
#[derive(Default)]
pub struct Work {
    pub cases: Vec<String>,
    /// The comments that were acknowledged, by the id of their request.
    pub acknowledged: Vec<Uuid>,
    /// How many of them the creator of the case hears of by mail.
    pub mails: usize,
    /// How often a call was refused, by code and reason.
    pub refusals: BTreeMap<String, usize>,
    pub longest: Duration,
}

impl Work {
    fn add(&mut self, other: Self) {
        self.acknowledged.extend(other.acknowledged);
        self.mails += other.mails;
        self.longest = self.longest.max(other.longest);
        for (refusal, count) in other.refusals {
            *self.refusals.entry(refusal).or_default() += count;
        }
    }

    /// Calls until there is an answer. Only what the caller can do nothing about is a refusal.
    async fn insist<T, F: Future<Output = Result<T, Status>>>(
        &mut self,
        mut call: impl FnMut(usize) -> F,
    ) -> anyhow::Result<T> {
        let mut tries = 0;
        loop {
            let began = Instant::now();
            let answer = call(tries).await;
            let took = began.elapsed();
            self.longest = self.longest.max(took);
            ensure!(took < LONGEST, "a call took {took:?}");
            let status = match answer {
                Ok(answer) => return Ok(answer),
                Err(status) => status,
            };
            let code = status.code();
            let refusal = format!("{code:?} {}", reason(&status));
            *self.refusals.entry(refusal).or_default() += 1;
            if !matches!(
                code,
                Code::Unavailable | Code::DeadlineExceeded | Code::Aborted
            ) {
                bail!("the wrong refusal: {status:?}");
            }
            tries += 1;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// Opens a case for each writer and writes. Everything that is begun is acknowledged in the end.
pub async fn write(world: &Arc<World>, plan: &Plan) -> anyhow::Result<Work> {
    let mut work = Work::default();
    for writer in 0..plan.writers {
        let person = &world.people[writer];
        work.insist(|_| person.authenticate(world)).await?;
        let request = CreateCaseRequest {
            subject: format!("{} {writer}", plan.name),
            description: "What breaks?".to_owned(),
            request_id: id(plan, writer, usize::MAX).to_string(),
            ..Default::default()
        };
        let case = work
            .insist(|tries| {
                let line = world.line(REPLICAS[tries % 2]).acting(&person.token());
                let request = request.clone();
                async move { CaseServiceClient::new(line).create_case(request).await }
            })
            .await?;
        work.cases.push(case.into_inner().name);
    }
    let cases = Arc::new(work.cases.clone());
    let mut writers = JoinSet::new();
    for writer in 0..plan.writers {
        let (world, plan, cases) = (Arc::clone(world), plan.clone(), Arc::clone(&cases));
        writers.spawn(async move { write_alone(&world, &plan, &cases, writer).await });
    }
    while let Some(done) = writers.join_next().await {
        work.add(done??);
    }
    Ok(work)
}

async fn write_alone(
    world: &World,
    plan: &Plan,
    cases: &[String],
    writer: usize,
) -> anyhow::Result<Work> {
    let mut work = Work::default();
    let person = &world.people[writer];
    for number in 0..plan.comments {
        if plan.stop.load(Ordering::Relaxed) {
            break;
        }
        if number % 10 == 9 {
            work.insist(|_| person.authenticate(world)).await?;
        }
        // Every fourth comment is in somebody else's case.
        let other = number % 4 == 0 && cases.len() > 1;
        let case = if other {
            (writer + 1 + number % (cases.len() - 1)) % cases.len()
        } else {
            writer
        };
        let request_id = id(plan, writer, number);
        let request = CreateCommentRequest {
            parent: cases[case].clone(),
            body: format!("{writer} says {number}"),
            request_id: request_id.to_string(),
        };
        work.insist(|tries| {
            let replica = REPLICAS[(writer + tries) % 2];
            let line = world.line(replica).acting(&person.token());
            let request = request.clone();
            async move { CaseServiceClient::new(line).create_comment(request).await }
        })
        .await?;
        work.acknowledged.push(request_id);
        work.mails += usize::from(case != writer);
        tokio::time::sleep(plan.pause).await;
    }
    Ok(work)
}

fn id(plan: &Plan, writer: usize, number: usize) -> Uuid {
    let name = format!("{}/{writer}/{number}", plan.name);
    Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes())
}
