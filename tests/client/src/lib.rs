//! What tests and measurements do alike as clients. It links no service: a measurement must not compile them twice.

pub mod raw;
pub mod totp;
