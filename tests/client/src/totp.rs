//! Codes as authenticator apps show them (RFC 6238): SHA-1, six digits, thirty seconds.

use anyhow::anyhow;
use jiff::Timestamp;
use totp_rs::{Algorithm, Builder, Secret};

/// The code of `seed` (base 32) at a time.
pub fn code(seed: &str, at: Timestamp) -> anyhow::Result<String> {
    let secret = Secret::try_from_base32(seed).map_err(|error| anyhow!("not base 32: {error}"))?;
    let totp = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_step_duration(30)
        .with_secret(secret)
        .with_account_name("test")
        .build()
        .map_err(|error| anyhow!("the secret is no use: {error}"))?;
    Ok(totp.generate(u64::try_from(at.as_second())?).to_string())
}
