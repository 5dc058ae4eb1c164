//! One module per protobuf package: `nsp_proto::cases::v1::Case` is `nsp.cases.v1.Case`; who may call which method; and
//! what the services' events are.

pub mod access;
pub mod event;
mod time;

#[expect(
    clippy::all,
    clippy::pedantic,
    clippy::allow_attributes,
    reason = "generated code"
)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/nsp.rs"));
}
mod event_json {
    use crate::generated::nsp::events::v1::*;
    include!(concat!(env!("OUT_DIR"), "/nsp.events.v1.serde.rs"));
}

pub use self::time::Timestamp;
pub use generated::nsp::*;
/// Which fields an update writes.
pub use prost_types::FieldMask;

/// Every file, for server reflection.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
