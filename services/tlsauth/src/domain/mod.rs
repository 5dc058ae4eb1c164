//! What TLS client authentication data are and what may happen to them: plain Rust, no database, no clock.

mod certificate;
pub mod check;
mod client;
mod consent;
mod entry;
mod grant;
mod host;
mod name;
mod prefix;
mod role;
mod text;
pub mod upload;

pub use certificate::{Certificate, MAX_CERTIFICATE, refuse_private_key};
pub use client::{Client, Origin};
pub use consent::{Consent, ConsentState, Upload};
pub use entry::{Entry, Limits, RawEntry, Wrong, overlap};
pub use grant::{Grant, Scope, State};
pub use host::HostName;
pub use name::{ConsentName, GrantId, TldName, TlsClientName, UploadId};
pub use nsp_kit::name::{Etag, Label};
pub use prefix::Prefix;
pub use role::Role;
pub use text::{Attester, Note, Objection, OpenReason};

/// How many TLDs, entries or grants one request may be about.
pub const MAX_BATCH: usize = 500;
/// How many entries a TLD may have.
pub const MAX_ENTRIES: usize = 50;
