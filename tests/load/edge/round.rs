//! Load for some seconds, from as many tasks as it takes to keep a server busy; and what became of several rounds of it.

use std::{
    net::Ipv4Addr,
    thread,
    time::{Duration, Instant},
};

use anyhow::ensure;
use futures_util::future::try_join_all;
use tokio::{runtime::Builder, task::spawn_blocking};

use super::{client::Client, server::Server};
use crate::{figures::Durations, machine::Request};

const SECONDS: Duration = Duration::from_secs(4);
const AT_ONCE: u8 = 32;

/// What is asked, of whom, and the status that must come: any other answer fails the measurement.
#[derive(Clone)]
pub struct Question {
    pub server: Server,
    pub request: Request,
    pub status: u16,
}

/// Whether each request has a connection of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Connections {
    Kept,
    New,
}

/// What one round has shown; or the medians of several.
#[derive(Debug, Clone, Copy)]
pub struct Round {
    /// Requests a second.
    pub rate: f64,
    pub p99: Duration,
    /// What the server's processes took for one, in microseconds.
    pub processor: f64,
}

impl Round {
    pub async fn run(
        client: &Client,
        question: &Question,
        connections: Connections,
    ) -> anyhow::Result<Self> {
        let before = question.server.processor_time()?;
        let began = Instant::now();
        let cores = u8::try_from(thread::available_parallelism()?.get()).unwrap_or(AT_ONCE);
        let workers: Vec<_> = (0..cores)
            .map(|core| {
                let (client, question) = (client.clone(), question.clone());
                let numbers = (core..AT_ONCE).step_by(cores.into());
                spawn_blocking(move || ask_from(numbers, &client, &question, connections, began))
            })
            .collect();
        let mut all = Durations::default();
        for worker in workers {
            worker.await??.into_iter().for_each(|it| all.push(it));
        }
        let took = began.elapsed();
        let processor = question.server.processor_time()?.saturating_sub(before);
        ensure!(all.count() > 0.0, "nobody was answered");
        Ok(Self {
            rate: all.count() / took.as_secs_f64(),
            p99: all.percentile(99),
            processor: processor.as_secs_f64() * 1e6 / all.count(),
        })
    }

    pub fn median(rounds: &[Self]) -> Self {
        Self {
            rate: middle(rounds.iter().map(|round| round.rate)),
            p99: rounds
                .iter()
                .map(|round| round.p99)
                .collect::<Durations>()
                .percentile(50),
            processor: middle(rounds.iter().map(|round| round.processor)),
        }
    }
}

fn middle(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Some of the tasks, on this thread alone: threads that share tasks wake each other, and take the processors from the server.
fn ask_from(
    numbers: impl Iterator<Item = u8>,
    client: &Client,
    question: &Question,
    connections: Connections,
    began: Instant,
) -> anyhow::Result<Vec<Duration>> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let tasks = numbers.map(|number| {
        // Each from an address of its own, so that there are ports for new connections.
        let from = Ipv4Addr::new(127, 0, 200, number + 1);
        ask(client, question, connections, from, began)
    });
    let durations = runtime.block_on(try_join_all(tasks))?;
    Ok(durations.concat())
}

/// One after the other until the time is over.
async fn ask(
    client: &Client,
    question: &Question,
    connections: Connections,
    from: Ipv4Addr,
    began: Instant,
) -> anyhow::Result<Vec<Duration>> {
    let mut durations = Vec::new();
    let mut kept = None;
    while began.elapsed() < SECONDS {
        let start = Instant::now();
        let mut connection = match kept.take() {
            Some(connection) => connection,
            None => client.connect(&question.server, from).await?,
        };
        let status = connection.ask(&question.request).await?;
        ensure!(
            status == question.status,
            "{status} instead of {}",
            question.status
        );
        durations.push(start.elapsed());
        if connections == Connections::Kept {
            kept = Some(connection);
        }
    }
    Ok(durations)
}
