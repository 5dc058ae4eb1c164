//! TLS client authentication by DANE: whose certificate is this, and do signed DNS records say so?
//!
//! A certificate carries candidate names ([`Certificate::names`]). At each name its owner publishes TLSA records; a
//! [`Resolver`] looks them up and validates them itself, from the trust anchor down ([`Answer`]). The certificate is the
//! name's when any of the records matches it ([`Certificate::matches`]). A [`Cache`] stands in front of the resolver
//! where there is no time to ask: it answers from memory, asks again before an answer expires, and goes on with what it
//! knew when nobody answers.
//!
//! | file | what |
//! |---|---|
//! | `host_name.rs` | host names as A-labels |
//! | `certificate.rs` | what we read from a certificate, whatever the sender made of it |
//! | `tlsa.rs` | TLSA records, and what matches them |
//! | `answer.rs` | what the DNS says about a name, in terms that can be explained to its owner |
//! | `resolver.rs`, `upstream.rs` | asking, and having it validated |
//! | `reading.rs` | what a response means |
//! | `cache/` | answering from memory |
//! | `settings.rs` | the section `[dane]` of services that use this |

mod answer;
mod cache;
mod certificate;
mod host_name;
mod reading;
mod resolver;
mod settings;
mod tlsa;
mod upstream;

pub use answer::{Answer, Doubt, Records};
pub use cache::{Cache, Freshness, Held};
pub use certificate::{Certificate, NotACertificate};
pub use host_name::{HostName, NotAHostName};
pub use resolver::{Lookup, Resolver};
pub use settings::Settings;
pub use tlsa::{Tlsa, Usages};
