//! From a template and values to a letter: subject, text and HTML.
//!
//! Subjects of the mails of one case are the same, so that clients which look at subjects keep them together; only a
//! request for information, which needs an answer, has one of its own.

mod content;
mod render;
mod stationery;

pub use self::{content::Reader, stationery::Stationery};
