//! The services behind the edge. Each call has a deadline (the kit's).

use std::sync::Arc;

use nsp_kit::{
    client::{Channel, connect},
    tls::Certificates,
};
use nsp_proto::{
    accounts::v1::{
        VerifyCredentialRequest, VerifyCredentialResponse,
        credential_service_client::CredentialServiceClient,
    },
    maintenance::v1::schedule_service_client::ScheduleServiceClient,
    reporting::v1::{
        monitoring_service_client::MonitoringServiceClient,
        report_service_client::ReportServiceClient,
    },
};
use tonic::Status;

use crate::config::Addresses;

/// One connection per service, made when first used.
pub struct Behind {
    accounts: Channel,
    maintenance: Channel,
    reporting: Channel,
}

impl Behind {
    pub fn connect(
        addresses: &Addresses,
        certificates: &Arc<Certificates>,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            accounts: connect("accounts", &addresses.accounts, certificates)?,
            maintenance: connect("maintenance", &addresses.maintenance, certificates)?,
            reporting: connect("reporting", &addresses.reporting, certificates)?,
        })
    }

    pub async fn verify_credential(
        &self,
        request: VerifyCredentialRequest,
    ) -> Result<VerifyCredentialResponse, Status> {
        let mut client = CredentialServiceClient::new(self.accounts.clone());
        Ok(client.verify_credential(request).await?.into_inner())
    }

    pub fn schedules(&self) -> ScheduleServiceClient<Channel> {
        ScheduleServiceClient::new(self.maintenance.clone())
    }

    pub fn reports(&self) -> ReportServiceClient<Channel> {
        ReportServiceClient::new(self.reporting.clone()).max_decoding_message_size(MAX_DOCUMENT)
    }

    pub fn monitoring(&self) -> MonitoringServiceClient<Channel> {
        MonitoringServiceClient::new(self.reporting.clone()).max_decoding_message_size(MAX_DOCUMENT)
    }
}

/// METRICA's lists of domains are the largest documents.
const MAX_DOCUMENT: usize = 64 * 1024 * 1024;
