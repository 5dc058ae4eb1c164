//! The services, as the gateway calls them.

use std::sync::Arc;

use nsp_kit::{
    client::{Channel, connect},
    tls::Certificates,
};
use nsp_proto::{
    accounts::v1::account_service_client::AccountServiceClient,
    cases::v1::case_service_client::CaseServiceClient,
    identity::v1::{
        audit_service_client::AuditServiceClient, factor_service_client::FactorServiceClient,
        member_service_client::MemberServiceClient, session_service_client::SessionServiceClient,
        sign_in_service_client::SignInServiceClient, user_service_client::UserServiceClient,
    },
    mail::v1::{
        mail_service_client::MailServiceClient, mailbox_service_client::MailboxServiceClient,
    },
    maintenance::v1::{
        feed_service_client::FeedServiceClient, window_service_client::WindowServiceClient,
    },
    reporting::v1::status_service_client::StatusServiceClient,
    tlsauth::v1::{
        grant_service_client::GrantServiceClient,
        tls_client_service_client::TlsClientServiceClient,
        upload_service_client::UploadServiceClient,
    },
};

use crate::config::Addresses;

/// One connection per service. Clones share it.
#[derive(Clone)]
pub struct Clients {
    identity: Channel,
    accounts: Channel,
    cases: Channel,
    maintenance: Channel,
    reporting: Channel,
    mail: Channel,
    tlsauth: Channel,
}

/// The largest message that is taken from tlsauth: the rows of an upload in canonical form beside its problems.
const LARGE: usize = 16 * 1024 * 1024;

impl Clients {
    /// Prepares the connections; they are made when first used.
    pub fn connect(
        addresses: &Addresses,
        certificates: &Arc<Certificates>,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            identity: connect("identity", &addresses.identity, certificates)?,
            accounts: connect("accounts", &addresses.accounts, certificates)?,
            cases: connect("cases", &addresses.cases, certificates)?,
            maintenance: connect("maintenance", &addresses.maintenance, certificates)?,
            reporting: connect("reporting", &addresses.reporting, certificates)?,
            mail: connect("mail", &addresses.mail, certificates)?,
            tlsauth: connect("tlsauth", &addresses.tlsauth, certificates)?,
        })
    }

    /// The same connections, calling for the person whose token this is.
    pub fn acting(&self, token: &str) -> Self {
        Self {
            identity: self.identity.acting(token),
            accounts: self.accounts.acting(token),
            cases: self.cases.acting(token),
            maintenance: self.maintenance.acting(token),
            reporting: self.reporting.acting(token),
            mail: self.mail.acting(token),
            tlsauth: self.tlsauth.acting(token),
        }
    }

    pub fn sign_in(&self) -> SignInServiceClient<Channel> {
        SignInServiceClient::new(self.identity.clone())
    }

    pub fn sessions(&self) -> SessionServiceClient<Channel> {
        SessionServiceClient::new(self.identity.clone())
    }

    pub fn factors(&self) -> FactorServiceClient<Channel> {
        FactorServiceClient::new(self.identity.clone())
    }

    pub fn audit(&self) -> AuditServiceClient<Channel> {
        AuditServiceClient::new(self.identity.clone())
    }

    pub fn users(&self) -> UserServiceClient<Channel> {
        UserServiceClient::new(self.identity.clone())
    }

    pub fn members(&self) -> MemberServiceClient<Channel> {
        MemberServiceClient::new(self.identity.clone())
    }

    pub fn accounts(&self) -> AccountServiceClient<Channel> {
        AccountServiceClient::new(self.accounts.clone())
    }

    pub fn cases(&self) -> CaseServiceClient<Channel> {
        CaseServiceClient::new(self.cases.clone())
    }

    pub fn windows(&self) -> WindowServiceClient<Channel> {
        WindowServiceClient::new(self.maintenance.clone())
    }

    pub fn feeds(&self) -> FeedServiceClient<Channel> {
        FeedServiceClient::new(self.maintenance.clone())
    }

    pub fn report_statuses(&self) -> StatusServiceClient<Channel> {
        StatusServiceClient::new(self.reporting.clone())
    }

    pub fn tls_clients(&self) -> TlsClientServiceClient<Channel> {
        TlsClientServiceClient::new(self.tlsauth.clone()).max_decoding_message_size(LARGE)
    }

    pub fn grants(&self) -> GrantServiceClient<Channel> {
        GrantServiceClient::new(self.tlsauth.clone())
    }

    pub fn uploads(&self) -> UploadServiceClient<Channel> {
        UploadServiceClient::new(self.tlsauth.clone()).max_decoding_message_size(LARGE)
    }

    pub fn mail(&self) -> MailServiceClient<Channel> {
        MailServiceClient::new(self.mail.clone())
    }

    pub fn mailbox(&self) -> MailboxServiceClient<Channel> {
        MailboxServiceClient::new(self.mail.clone())
    }
}
