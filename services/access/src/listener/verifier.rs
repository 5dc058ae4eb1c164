//! Client certificates at the handshake: whoever shows one must hold its key, and that is all that is asked here.
//!
//! What a certificate is good for follows from DANE and the policy, so no chain, no version, no name and no date matters:
//! self-signed certificates, X.509 v1 and certificates with nothing but a common name are fine. rustls's own helpers parse
//! with webpki, which refuses v1; the key is taken from x509-parser's reading instead.

use tokio_rustls::rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, PeerMisbehaved,
    SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::{WebPkiSupportedAlgorithms, verify_tls13_signature_with_raw_key},
    pki_types::{CertificateDer, SubjectPublicKeyInfoDer, UnixTime},
    server::danger::{ClientCertVerified, ClientCertVerifier},
};
use webpki::RawPublicKeyEntity;
use x509_parser::{certificate::X509Certificate, prelude::FromDer};

/// Accepts any certificate whose key signs the handshake; asks for one, and goes on without.
#[derive(Debug)]
pub struct AnyCertificate {
    algorithms: WebPkiSupportedAlgorithms,
}

impl AnyCertificate {
    pub const fn new(algorithms: WebPkiSupportedAlgorithms) -> Self {
        Self { algorithms }
    }
}

impl ClientCertVerifier for AnyCertificate {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        RawPublicKeyEntity::try_from(&public_key(end_entity)?).map_err(|error| refused(&error))?;
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let key = public_key(certificate)?;
        let key = RawPublicKeyEntity::try_from(&key).map_err(|error| refused(&error))?;
        // In TLS 1.2 a scheme does not name the curve: any algorithm of the scheme that fits the key will do.
        let candidates = self.algorithms.mapping.iter();
        let candidates = candidates
            .filter(|(scheme, _)| *scheme == signed.scheme)
            .flat_map(|(_, algorithms)| *algorithms);
        for algorithm in candidates {
            match key.verify_signature(*algorithm, message, signed.signature()) {
                Ok(()) => return Ok(HandshakeSignatureValid::assertion()),
                Err(webpki::Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_)) => {}
                Err(error) => return Err(refused(&error)),
            }
        }
        Err(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let key = public_key(certificate)?;
        verify_tls13_signature_with_raw_key(message, &key, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// The subject's public key info, as it stands in the certificate.
fn public_key<'c>(
    certificate: &'c CertificateDer<'_>,
) -> Result<SubjectPublicKeyInfoDer<'c>, Error> {
    let bad = || Error::InvalidCertificate(CertificateError::BadEncoding);
    let (rest, parsed) = X509Certificate::from_der(certificate).map_err(|_| bad())?;
    if !rest.is_empty() {
        return Err(bad());
    }
    Ok(SubjectPublicKeyInfoDer::from(
        parsed.tbs_certificate.subject_pki.raw,
    ))
}

fn refused(error: &webpki::Error) -> Error {
    tracing::debug!(?error, "client certificate refused");
    Error::InvalidCertificate(match error {
        webpki::Error::InvalidSignatureForPublicKey => CertificateError::BadSignature,
        _ => CertificateError::BadEncoding,
    })
}
