//! Calls over a network that is slow, stands still or breaks.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use nsp_kit::{clock::Clock, proxy::Proxy, testbed::Bed, tls::Certificates};
use nsp_proto::identity::v1::{
    ListSigningKeysRequest, ListSigningKeysResponse,
    key_service_client::KeyServiceClient,
    key_service_server::{KeyService, KeyServiceServer},
    list_signing_keys_response::SigningKey,
};
use tokio::net::TcpListener;
use tonic::{Code, Request, Response, Status, transport::Server};

const KEYS: usize = 2_000;

/// An answer of some 200 kB.
struct ManyKeys;

#[tonic::async_trait]
impl KeyService for ManyKeys {
    async fn list_signing_keys(
        &self,
        _: Request<ListSigningKeysRequest>,
    ) -> Result<Response<ListSigningKeysResponse>, Status> {
        let key = SigningKey {
            id: "x".repeat(64),
            public_key: vec![7; 32],
        };
        Ok(Response::new(ListSigningKeysResponse {
            keys: vec![key; KEYS],
        }))
    }
}

async fn serve(bed: &Bed) -> anyhow::Result<Proxy> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let proxy = Proxy::open(Some(listener.local_addr()?)).await?;
    let incoming =
        Arc::clone(&Certificates::load(&bed.tls("identity")?)?).accept(listener, bed.stop.clone());
    let server = Server::builder().add_service(KeyServiceServer::new(ManyKeys));
    tokio::spawn(server.serve_with_incoming(incoming));
    Ok(proxy)
}

#[tokio::test]
async fn an_answer_that_does_not_come_to_its_end_is_no_answer() -> anyhow::Result<()> {
    let bed = Bed::new(Clock::system()).await?;
    let proxy = serve(&bed).await?;
    let address = format!("https://{}", proxy.address());
    let channel = bed.channel("identity", &address, "cases")?;
    let call = || async {
        let mut client = KeyServiceClient::new(channel.clone());
        let answer = client.list_signing_keys(ListSigningKeysRequest {}).await;
        answer.map(|answer| answer.into_inner().keys.len())
    };
    assert_eq!(call().await?, KEYS);

    // The first piece comes in time, the last one would not.
    proxy.change(|network| network.delay = Duration::from_secs(3));
    let began = Instant::now();
    assert_eq!(call().await.unwrap_err().code(), Code::DeadlineExceeded);
    assert!(
        began.elapsed() < Duration::from_secs(13),
        "{:?}",
        began.elapsed()
    );

    // A connection that breaks in the middle of an answer: the call is made again.
    proxy.change(|network| network.delay = Duration::from_millis(50));
    let (answer, ()) = tokio::join!(call(), async {
        tokio::time::sleep(Duration::from_millis(400)).await;
        proxy.cut();
        proxy.change(|network| network.delay = Duration::ZERO);
    });
    assert_eq!(answer?, KEYS);
    Ok(())
}
