//! The development authority and its certificates.
