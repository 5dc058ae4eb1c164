//! Certificates of clients, whose expiry the daily check watches. Nothing is decided by them.

use std::str::FromStr;

use x509_parser::pem::{Pem, parse_x509_pem};

/// One certificate in PEM, at most 20,000 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate(String);

/// How long a certificate may be, in PEM.
pub const MAX_CERTIFICATE: usize = 20_000;

impl FromStr for Certificate {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        refuse_private_key(text)?;
        if text.len() > MAX_CERTIFICATE {
            return Err("must not exceed 20,000 characters");
        }
        let (rest, pem) = parse_x509_pem(text.as_bytes()).map_err(|_| PEM)?;
        if pem.label != "CERTIFICATE" {
            return Err(PEM);
        }
        if Pem::iter_from_buffer(rest).next().is_some() {
            return Err("must be one certificate, without its chain");
        }
        pem.parse_x509()
            .map_err(|_| "is not a certificate that can be read")?;
        Ok(Self(text.replace("\r\n", "\n")))
    }
}

/// Refuses what nobody but its owner may have, before anything else is done with it.
pub fn refuse_private_key(text: &str) -> Result<(), &'static str> {
    if text.contains("PRIVATE KEY") {
        return Err(
            "has a private key in it: never give it away, and replace this one; only the certificate is needed",
        );
    }
    Ok(())
}

const PEM: &str = "must be a certificate in PEM, beginning with -----BEGIN CERTIFICATE-----";

impl Certificate {
    /// The certificate's DER.
    pub fn der(&self) -> Vec<u8> {
        parse_x509_pem(self.0.as_bytes())
            .map(|(_, pem)| pem.contents)
            .unwrap_or_default()
    }
}

impl AsRef<str> for Certificate {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_certificate_and_no_key() {
        let made = rcgen::generate_simple_self_signed(["rri.example.net".to_owned()]).unwrap();
        let pem = made.cert.pem();
        let certificate: Certificate = pem.parse().unwrap();
        assert_eq!(certificate.der(), made.cert.der().as_ref());
        for wrong in [
            String::new(),
            "MIIB".to_owned(),
            format!("{pem}{pem}"),
            format!("{pem}{}", made.signing_key.serialize_pem()),
            pem.replace("CERTIFICATE", "PUBLIC KEY"),
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_owned(),
            "A".repeat(20_001),
        ] {
            assert!(wrong.parse::<Certificate>().is_err(), "{wrong}");
        }
    }
}
