//! `cargo xtask totp <user>`: the code a demonstration user's authenticator app would show.

use crate::demo;
use anyhow::{Context as _, anyhow};
use nsp_testbed::home;
use totp_rs::{Algorithm, Builder, Secret, Totp};

#[derive(clap::Args)]
pub struct Arguments {
    /// The e-mail address of a demonstration user, or the part before the @
    user: String,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let secrets = demo::read(&demo::secrets_file(&home()))?
        .context("there are no demonstration users yet: `cargo xtask up` makes them")?;
    let (_, secret) = demo::find(&secrets, &arguments.user)?;
    let totp = totp(secret)?;
    println!("{} (for {} s)", totp.generate_current(), totp.ttl());
    Ok(())
}

/// What every authenticator app does: SHA-1, six digits, 30 seconds.
fn totp(secret: &str) -> anyhow::Result<Totp> {
    let secret = Secret::try_from_base32(secret).map_err(|e| anyhow!("not base 32: {e}"))?;
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_step_duration(30)
        .with_secret(secret)
        .with_account_name("demonstration")
        .build()
        .map_err(|error| anyhow!("the secret is no use: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_rfc_6238() {
        // The RFC's secret, and the last six of its eight digits.
        let totp = totp("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap();
        assert_eq!(totp.generate(59).to_string(), "287082");
        assert_eq!(totp.generate(1_111_111_109).to_string(), "081804");
    }
}
