//! What mail is to us, and the rules of trying.

mod message;
mod template;
mod words;

pub use self::{
    message::{Due, MailboxMessageId, MessageId, Outcome, State, Trouble, next_try},
    template::Template,
    words::{line, lines},
};
