//! How soon a change in the portal is in force at the edge, for a machine that keeps asking.

use std::{
    net::Ipv4Addr,
    time::{Duration, Instant},
};

use anyhow::ensure;

use crate::{
    edge::{client::Client, server::Server},
    figures::{Durations, heading, row},
    machine::Registered,
    stack::Stack,
};

/// Half of them let the machine in, half keep it out.
const CHANGES: usize = 200;
/// A change that is not in force after this is a failure of its own.
const GIVE_UP: Duration = Duration::from_secs(10);
/// Between two requests; what is measured is longer by half of it.
const PACE: Duration = Duration::from_millis(1);

pub async fn measure(stack: &Stack, registered: &Registered) -> anyhow::Result<()> {
    let client = Client::new(&stack.machine()?)?;
    let edge = Server::from_environment("ACCESS")?;
    registered.wait(&client, &edge, GIVE_UP).await?;
    heading("a change of who is let in");
    let mut connection = client.connect(&edge, Ipv4Addr::LOCALHOST).await?;
    let request = registered.own_answer();
    let (mut calls, mut waits) = (Durations::default(), Durations::default());
    for change in 0..CHANGES {
        let inside = change % 2 == 1;
        let began = Instant::now();
        registered.admit(inside).await?;
        let answered = Instant::now();
        calls.push(answered - began);
        let (before, after) = if inside { (403, 406) } else { (406, 403) };
        loop {
            let status = connection.ask(&request).await?;
            if status == after {
                break;
            }
            ensure!(status == before, "the edge answers {status}");
            ensure!(
                answered.elapsed() < GIVE_UP,
                "change {change} is not in force"
            );
            tokio::time::sleep(PACE).await;
        }
        waits.push(answered.elapsed());
    }
    row("the call that changes it", &calls.summary(), "");
    let what = "from its answer until the edge answers otherwise";
    row(what, &waits.summary(), "p99 ≤ 1 s");
    Ok(())
}
