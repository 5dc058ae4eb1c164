//! What an event is: a message of `nsp.events.v1`, with the subject that its name and file give it.

use crate::events::v1::*;

/// A message that services publish. Implemented for every message of `nsp.events.v1` by the build script.
pub trait Event: prost::Name + Default + serde::Serialize + serde::de::DeserializeOwned {
    /// The service whose event it is.
    const SOURCE: &str;
    /// Where it is published, such as `nsp.cases.v1.case.submitted`.
    const SUBJECT: &str;
}

include!(concat!(env!("OUT_DIR"), "/events.rs"));
