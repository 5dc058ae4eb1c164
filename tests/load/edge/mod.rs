//! The mTLS edge beside nginx: the same certificates, the same client, the same machine, in turns, median of three.

pub mod client;
mod idle;
mod round;
pub mod server;

use std::{net::Ipv4Addr, time::Duration};

use anyhow::Context;
use jiff::{ToSpan, tz::TimeZone};
use nsp_kit::clock::Clock;

use self::{
    client::Client,
    round::{Connections, Question, Round},
    server::Server,
};
use crate::{
    figures::{heading, millis, row},
    machine::{Registered, Request},
    processors::Divided,
    stack::Stack,
};

const ROUNDS: usize = 3;
/// For how long the machine may be unknown after it was entered.
const PATIENCE: Duration = Duration::from_secs(10);

pub async fn measure(stack: &Stack, registered: &Registered) -> anyhow::Result<()> {
    let client = Client::new(&stack.machine()?)?;
    let edge = Server::from_environment("ACCESS")?;
    let nginx = Server::from_environment("NGINX")?;
    let question = |server, request, status| Question {
        server,
        request,
        status,
    };
    let own = question(edge, registered.own_answer(), 406);
    let constant = question(nginx, Request::new("GET", "/constant", ""), 200);
    let checked = question(nginx, Request::new("GET", "/checked", ""), 200);
    let read = question(edge, report(&client, &edge, registered).await?, 200);

    let _divided = Divided::between(&[edge.process, nginx.process])?;
    heading("the edge and nginx");
    let new = |of: &Question| Question {
        request: of.request.last(),
        ..of.clone()
    };
    let [ours, theirs] = rounds(&client, [new(&own), new(&constant)], Connections::New).await?;
    compare(
        "full mTLS handshakes, one request each",
        ours,
        &[("nginx", theirs, "≥ 1.0")],
    );

    let questions = [own.clone(), constant.clone(), checked, read];
    let [own_rounds, constant_rounds, checked_rounds, read_rounds] =
        rounds(&client, questions, Connections::Kept).await?;
    compare(
        "kept connections, authorised, answered by the edge itself (406)",
        own_rounds,
        &[
            ("nginx, constant", constant_rounds, "≥ 0.6"),
            ("nginx, auth_request", checked_rounds, "≥ 2.0"),
        ],
    );
    compare(
        "kept connections, a read of RRI (HEAD of a report, by the reporting service)",
        read_rounds,
        &[],
    );

    for (name, question, aim) in [("the edge", &own, "≤ 40 kB"), ("nginx", &constant, "")] {
        let idle = idle::measure(&client, question).await?;
        let connections = idle::CONNECTIONS;
        let memory = format!("{:.1} kB", idle.memory / 1000.0);
        row(
            &format!("memory of {name} for each of {connections} idle connections"),
            &memory,
            aim,
        );
        let Round { rate, p99, .. } = idle.load;
        let figure = format!("{rate:.0} a second, p99 {} ms, none failed", millis(p99));
        row(&format!("requests to {name} meanwhile"), &figure, "");
    }
    Ok(())
}

/// In turns, so that whatever else the machine does happens to all of them.
async fn rounds<const N: usize>(
    client: &Client,
    questions: [Question; N],
    connections: Connections,
) -> anyhow::Result<[Round; N]> {
    let mut all = [const { Vec::new() }; N];
    for _ in 0..ROUNDS {
        for (rounds, question) in all.iter_mut().zip(&questions) {
            rounds.push(Round::run(client, question, connections).await?);
        }
    }
    Ok(all.map(|rounds| Round::median(&rounds)))
}

/// Rows of what the edge does, each followed by how that compares.
fn compare(what: &str, edge: Round, others: &[(&str, Round, &str)]) {
    row(what, &figures(edge), "");
    for (name, other, aim) in others {
        row(name, &figures(*other), "");
        let figure = format!(
            "{:.2} of the rate, {:.2} of the processor time",
            edge.rate / other.rate,
            edge.processor / other.processor
        );
        let aim = format!("{aim} of the rate");
        row(&format!("the edge to {name}"), &figure, &aim);
    }
}

fn figures(round: Round) -> String {
    let Round {
        rate,
        p99,
        processor,
    } = round;
    let p99 = millis(p99);
    format!("{rate:.0} a second, p99 {p99} ms, {processor:.0} µs of the server's processors each")
}

/// A read that finds something: the newest month with a report of transactions. Waits until the machine is let in.
async fn report(
    client: &Client,
    edge: &Server,
    registered: &Registered,
) -> anyhow::Result<Request> {
    registered.wait(client, edge, PATIENCE).await?;
    let mut connection = client.connect(edge, Ipv4Addr::LOCALHOST).await?;
    let today = Clock::system().now().to_zoned(TimeZone::UTC).date();
    for back in 1..=12 {
        let month = today.checked_sub(back.months())?.strftime("%Y-%m");
        let tld = &registered.tld;
        let path = format!("/info/report/registrar-transactions/{tld}/{month}");
        let request = Request::new("HEAD", &path, "");
        if connection.ask(&request).await? == 200 {
            return Ok(request);
        }
    }
    None.context("the demonstration data have no report of a year")
}
