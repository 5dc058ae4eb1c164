//! What the mTLS edge will say to a domain name and a certificate (TLS-7).

use std::time::Duration;

use nsp_dane::{Answer, Certificate};
use nsp_kit::{call::Call, status::Violations};
use nsp_proto::tlsauth::v1 as pb;

use super::convert_check::check_message;
use crate::{
    domain::{HostName, MAX_CERTIFICATE, check, refuse_private_key},
    error::Error,
    lookups::Lookups,
    store,
};

/// Less than callers wait.
const PATIENCE: Duration = Duration::from_secs(8);
/// How many entries are named.
const MOST_ENTRIES: i64 = 100;

pub async fn check_tls_client(
    call: &Call,
    lookups: &Lookups,
    rules: check::CheckRules,
    request: pb::CheckTlsClientRequest,
) -> Result<pb::CheckTlsClientResponse, Error> {
    let mut bad = Violations::default();
    let certificate = certificate(&mut bad, &request.certificate);
    let name = bad.parse::<HostName>("domain_name", &request.domain_name);
    let name = bad.finish(name)?;
    lookups
        .allow(call.person()?, 1)
        .map_err(Error::TooManyChecks)?;

    let answers = lookups.look([name.clone()], PATIENCE).await;
    let unknown = Answer::Unavailable(String::new());
    let answer = answers.get(&name).unwrap_or(&unknown);
    let check = check::judge(&name, answer, &certificate, rules, call.now);
    let mut check = check_message(&check);

    let mut tx = call.begin().await?;
    let clients = store::clients::naming(&mut tx, &name, MOST_ENTRIES).await?;
    if clients.is_empty() {
        // Not part of the verdict, which is about the name and the certificate wherever they are entered.
        check.findings.push(pb::TlsFinding {
            severity: pb::tls_finding::Severity::Warning.into(),
            code: "NAME_NOT_REGISTERED".to_owned(),
            message: "No entry that you can see names this domain name, so no TLD lets it in yet."
                .to_owned(),
        });
    }
    Ok(pb::CheckTlsClientResponse {
        check: Some(check),
        tls_clients: clients.iter().map(|it| it.name().to_string()).collect(),
    })
}

/// What was given as a certificate, if anything. What is none is for the check to say; a private key is refused.
fn certificate(bad: &mut Violations, text: &str) -> Vec<check::Shown> {
    let text = text.trim();
    if text.is_empty() {
        return Vec::new();
    }
    if let Err(words) = refuse_private_key(text) {
        bad.add("certificate", words);
    } else if text.len() > MAX_CERTIFICATE {
        bad.add("certificate", "must not exceed 20,000 characters");
    } else {
        return vec![Certificate::from_pem(text)];
    }
    Vec::new()
}
