//! The gRPC face of this service. One file per method; this one lists them.

mod convert;
mod get_mailbox_message;
mod list_mailbox_messages;
mod list_messages;

use nsp_kit::call::Context;
use nsp_proto::mail::v1::{
    GetMailboxMessageRequest, ListMailboxMessagesRequest, ListMailboxMessagesResponse,
    ListMessagesRequest, ListMessagesResponse, MailboxMessage,
    mail_service_server::{MailService, MailServiceServer},
    mailbox_service_server::{MailboxService, MailboxServiceServer},
};
use tonic::{Request, Response, Result, service::Routes};

use crate::error::Error;

struct Mail {
    context: Context,
}

struct Mailbox {
    context: Context,
    enabled: bool,
}

/// Both services; the mailbox answers only where there is one.
pub fn routes(context: Context, mailbox: bool) -> Routes {
    let mail = MailServiceServer::new(Mail {
        context: context.clone(),
    });
    let mailbox = MailboxServiceServer::new(Mailbox {
        context,
        enabled: mailbox,
    });
    Routes::new(mail).add_service(mailbox)
}

#[tonic::async_trait]
impl MailService for Mail {
    async fn list_messages(
        &self,
        request: Request<ListMessagesRequest>,
    ) -> Result<Response<ListMessagesResponse>> {
        let (call, message) = self.context.enter(request)?;
        let answer = list_messages::list_messages(&call, &message).await?;
        Ok(Response::new(answer))
    }
}

#[tonic::async_trait]
impl MailboxService for Mailbox {
    async fn list_mailbox_messages(
        &self,
        request: Request<ListMailboxMessagesRequest>,
    ) -> Result<Response<ListMailboxMessagesResponse>> {
        self.check()?;
        let (call, message) = self.context.enter(request)?;
        let answer = list_mailbox_messages::list_mailbox_messages(&call, &message).await?;
        Ok(Response::new(answer))
    }

    async fn get_mailbox_message(
        &self,
        request: Request<GetMailboxMessageRequest>,
    ) -> Result<Response<MailboxMessage>> {
        self.check()?;
        let (call, message) = self.context.enter(request)?;
        let answer = get_mailbox_message::get_mailbox_message(&call, &message).await?;
        Ok(Response::new(answer))
    }
}

impl Mailbox {
    fn check(&self) -> Result<(), Error> {
        if self.enabled {
            Ok(())
        } else {
            Err(Error::NoMailbox)
        }
    }
}
