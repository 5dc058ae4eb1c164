//! From what is stored to the messages.

use mail_parser::MessageParser;
use nsp_kit::clock;
use nsp_proto::mail::v1 as pb;

use crate::{
    domain::State,
    store::{mailbox::Received, messages::Listed},
};

impl From<Listed> for pb::Message {
    fn from(message: Listed) -> Self {
        let state = match message.state {
            State::Queued => pb::message::State::Queued,
            State::Sent => pb::message::State::Sent,
            // Skipped mail is not listed; if it were, nothing would have been sent either.
            State::Failed | State::Skipped => pb::message::State::Failed,
        };
        Self {
            name: message.id.to_string(),
            recipient: message.recipient.to_string(),
            recipient_display_name: message.recipient_name,
            subject: message.subject,
            state: state.into(),
            create_time: Some(clock::to_proto(message.create_time.to_jiff())),
            send_time: message
                .send_time
                .map(|time| clock::to_proto(time.to_jiff())),
        }
    }
}

/// A mail as lists show it: without what is in it.
pub fn envelope(received: Received) -> pb::MailboxMessage {
    pb::MailboxMessage {
        name: received.id.to_string(),
        sender: received.sender,
        recipients: received.recipients,
        subject: received.subject,
        receive_time: Some(clock::to_proto(received.receive_time.to_jiff())),
        ..Default::default()
    }
}

/// A mail with its text, its HTML and its source.
pub fn whole(received: Received) -> pb::MailboxMessage {
    let raw = received.raw.clone();
    let parsed = MessageParser::default().parse(&raw);
    let text = parsed.as_ref().and_then(|mail| mail.body_text(0));
    let html = parsed.as_ref().and_then(|mail| mail.body_html(0));
    pb::MailboxMessage {
        text: text.map(Into::into).unwrap_or_default(),
        html: html.map(Into::into).unwrap_or_default(),
        raw: raw.clone(),
        ..envelope(received)
    }
}
