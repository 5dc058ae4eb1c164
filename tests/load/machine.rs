//! A machine with the certificate that the bench's DNS vouches for, and its entry in the portal.

use std::{
    net::Ipv4Addr,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use nsp_kit::client::Channel;
use nsp_proto::{
    FieldMask,
    tlsauth::v1::{
        CreateTlsClientsRequest, ListTldsRequest, TlsClientRecord, TlsRole,
        UpdateTlsClientsRequest, tls_client_service_client::TlsClientServiceClient,
    },
};

use crate::{
    edge::{client::Client, server::Server},
    stack::Stack,
};

/// Where the machine comes from.
const INSIDE: &str = "127.0.0.0/16";
/// Where it does not come from.
const ELSEWHERE: &str = "192.0.2.0/24";
/// Somebody of the technical staff who signs in for no other part.
const PERSON: &str = "rhys";

/// The machine's entry.
pub struct Registered {
    pub tld: String,
    entry: String,
    tlsauth: Channel,
}

impl Registered {
    /// Enters the machine in the portal's way, for the first TLD of somebody who may.
    pub async fn new(stack: &Stack) -> anyhow::Result<Self> {
        let token = stack.sign_in(PERSON).await?.token;
        let tlsauth = stack.connect("tlsauth")?.acting(&token);
        let mut service = TlsClientServiceClient::new(tlsauth.clone());
        let tlds = service.list_tlds(ListTldsRequest::default()).await?;
        let tld = tlds.into_inner().tlds.into_iter().next();
        let tld = tld.with_context(|| format!("{PERSON} has no TLD"))?.tld;
        let roles = [
            TlsRole::MonthlyReporting,
            TlsRole::DataEscrow,
            TlsRole::MaintenanceWindow,
        ];
        let request = CreateTlsClientsRequest {
            tlds: vec![tld.clone()],
            tls_client: Some(TlsClientRecord {
                domain_names: vec![stack.machine()?.name],
                roles: roles.map(Into::into).to_vec(),
                prefixes: vec![INSIDE.to_owned()],
                ..Default::default()
            }),
            request_id: String::new(),
        };
        let made = service.create_tls_clients(request).await?.into_inner();
        let made = made.tls_clients.into_iter().next();
        Ok(Self {
            tld,
            entry: made.context("no entry was made")?.name,
            tlsauth,
        })
    }

    /// Lets the machine in from where it is, or only from elsewhere.
    pub async fn admit(&self, inside: bool) -> anyhow::Result<()> {
        let prefix = if inside { INSIDE } else { ELSEWHERE };
        let request = UpdateTlsClientsRequest {
            names: vec![self.entry.clone()],
            tls_client: Some(TlsClientRecord {
                prefixes: vec![prefix.to_owned()],
                ..Default::default()
            }),
            update_mask: Some(FieldMask {
                paths: vec!["prefixes".to_owned()],
            }),
            ..Default::default()
        };
        let mut service = TlsClientServiceClient::new(self.tlsauth.clone());
        service.update_tls_clients(request).await?;
        Ok(())
    }

    /// Until the edge lets the machine in.
    pub async fn wait(
        &self,
        client: &Client,
        edge: &Server,
        patience: Duration,
    ) -> anyhow::Result<()> {
        let began = Instant::now();
        let mut connection = client.connect(edge, Ipv4Addr::LOCALHOST).await?;
        loop {
            let status = connection.ask(&self.own_answer()).await?;
            if status == 406 {
                return Ok(());
            }
            let waited = began.elapsed();
            ensure!(
                waited < patience,
                "the edge answers {status} to the machine"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What the edge decides and answers by itself once the machine is let in: it has nothing of this type (406).
    pub fn own_answer(&self) -> Request {
        let path = format!("/maintenance-window/{}", self.tld);
        Request::new("GET", &path, "Accept: text/csv\r\n")
    }
}

/// A request as its bytes.
#[derive(Debug, Clone)]
pub struct Request(pub Arc<str>);

impl Request {
    /// `headers` end with the ends of their lines.
    pub fn new(method: &str, path: &str, headers: &str) -> Self {
        Self(format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n").into())
    }

    /// The last one of its connection.
    pub fn last(&self) -> Self {
        let head = self.0.trim_end();
        Self(format!("{head}\r\nConnection: close\r\n\r\n").into())
    }

    /// Whether the answer has no body, whatever its headers say.
    pub fn is_head(&self) -> bool {
        self.0.starts_with("HEAD ")
    }
}
