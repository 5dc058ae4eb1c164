//! Ten thousand connections that have asked once and are kept: what each takes, and whether all are there in the end.

use std::net::Ipv4Addr;

use anyhow::ensure;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::{
    client::{Client, Connection},
    round::{Connections, Question, Round},
};

pub const CONNECTIONS: usize = 10_000;
/// Less than a server allows one address.
const PER_ADDRESS: usize = 200;
const AT_ONCE: usize = 32;

/// What was seen.
pub struct Idle {
    /// Bytes of the server for each connection.
    pub memory: f64,
    /// Of the load while they were there.
    pub load: Round,
}

/// Every request of this, before, during and after the load, must be answered as expected.
pub async fn measure(client: &Client, question: &Question) -> anyhow::Result<Idle> {
    let before = question.server.memory()?;
    let opening = stream::iter(0..CONNECTIONS).map(|number| async move {
        let mut connection = client.connect(&question.server, address(number)?).await?;
        ask(&mut connection, question).await?;
        anyhow::Ok(connection)
    });
    let open: Vec<Connection> = opening.buffer_unordered(AT_ONCE).try_collect().await?;
    let after = question.server.memory()?;
    let load = Round::run(client, question, Connections::Kept).await?;
    for mut connection in open {
        ask(&mut connection, question).await?;
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "a quotient to be read by people"
    )]
    let memory = after.saturating_sub(before) as f64 / CONNECTIONS as f64;
    Ok(Idle { memory, load })
}

fn address(number: usize) -> anyhow::Result<Ipv4Addr> {
    Ok(Ipv4Addr::new(
        127,
        0,
        1 + u8::try_from(number / PER_ADDRESS)?,
        1,
    ))
}

async fn ask(connection: &mut Connection, question: &Question) -> anyhow::Result<()> {
    let status = connection.ask(&question.request).await?;
    let expected = question.status;
    ensure!(status == expected, "{status} instead of {expected}");
    Ok(())
}
