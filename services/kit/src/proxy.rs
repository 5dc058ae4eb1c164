//! A network for tests that is slow, stands still or breaks, on demand.

use std::{io, net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::JoinHandle,
};

const CHUNK: usize = 16 * 1024;

/// How connections fare.
#[derive(Debug, Clone)]
pub struct Network {
    /// Where they lead; nowhere, and whoever connects is turned away.
    pub to: Option<SocketAddr>,
    /// How long every piece of up to 16 kB is held up, in each direction.
    pub delay: Duration,
    /// Nothing passes, and nobody is told.
    pub stalled: bool,
    /// After so many bytes from the client a connection breaks.
    pub cut_after: Option<usize>,
    /// Connections of an earlier number are gone.
    generation: u64,
}

/// A port that leads to another one through a [`Network`]. Dropping it ends its connections.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    network: watch::Sender<Network>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Opens a port that leads to `to`, once that is known.
    pub async fn open(to: Option<SocketAddr>) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let network = watch::Sender::new(Network {
            to,
            delay: Duration::ZERO,
            stalled: false,
            cut_after: None,
            generation: 0,
        });
        let accepting = tokio::spawn(accept(listener, network.subscribe()));
        Ok(Self {
            address,
            network,
            accepting,
        })
    }

    /// The port to connect to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes how connections fare, those that exist too.
    pub fn change(&self, change: impl FnOnce(&mut Network)) {
        self.network.send_modify(change);
    }

    /// Breaks every connection. New ones are taken.
    pub fn cut(&self) {
        self.change(|network| network.generation += 1);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.cut();
    }
}

async fn accept(listener: TcpListener, network: watch::Receiver<Network>) {
    loop {
        match listener.accept().await {
            Ok((client, _)) => drop(tokio::spawn(join(client, network.clone()))),
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

async fn join(client: TcpStream, mut network: watch::Receiver<Network>) -> io::Result<()> {
    let Network {
        to,
        cut_after,
        generation,
        ..
    } = network.borrow().clone();
    let Some(to) = to else { return Ok(()) };
    let server = TcpStream::connect(to).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    // Whichever happens first ends both directions.
    tokio::select! {
        ended = pass(from_client, to_server, network.clone(), cut_after) => ended,
        ended = pass(from_server, to_client, network.clone(), None) => ended,
        _ = network.wait_for(|network| network.generation != generation) => Ok(()),
    }
}

async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut network: watch::Receiver<Network>,
    mut allowance: Option<usize>,
) -> io::Result<()> {
    let mut buffer = vec![0; CHUNK];
    loop {
        let mut read = from.read(&mut buffer).await?;
        let delay = match network.wait_for(|network| !network.stalled).await {
            Ok(network) => network.delay,
            Err(_) => return Ok(()),
        };
        tokio::time::sleep(delay).await;
        if let Some(left) = &mut allowance {
            read = read.min(*left);
            *left -= read;
        }
        if read == 0 {
            return Ok(());
        }
        to.write_all(&buffer[..read]).await?;
    }
}
