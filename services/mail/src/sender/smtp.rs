//! The next mail server.

use std::{fs, time::Duration};

use anyhow::{Context, bail};
use http::Uri;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    transport::smtp::{
        self, PoolConfig,
        client::{Certificate, Tls, TlsParameters},
    },
};
use secrecy::ExposeSecret;

use crate::{
    config::Smtp,
    domain::{Outcome, Trouble},
};

pub type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// For each command and its answer.
const TIMEOUT: Duration = Duration::from_secs(20);
const CONNECTIONS: u32 = 4;
const IDLE: Duration = Duration::from_secs(30);

/// A pool of connections to the server, made when first used. TLS is required unless the configuration says otherwise.
pub fn connect(config: &Smtp) -> anyhow::Result<Transport> {
    // The address may hold a password, so errors about it must not show it.
    let wrong = "smtp.url must be smtp://host:port or smtps://host:port";
    let url = config.url.expose_secret();
    let uri: Uri = url.parse().ok().context(wrong)?;
    let host = uri.host().context(wrong)?.to_owned();
    let mut tls = TlsParameters::builder(host);
    if let Some(file) = &config.ca {
        let pem = fs::read(file).with_context(|| format!("smtp.ca: {}", file.display()))?;
        tls = tls.add_root_certificate(Certificate::from_pem(&pem).context("smtp.ca")?);
    }
    let tls = tls.build().context("smtp.ca")?;
    let tls = match uri.scheme_str() {
        Some("smtps") => Tls::Wrapper(tls),
        Some("smtp") if config.allow_plaintext => Tls::Opportunistic(tls),
        Some("smtp") => Tls::Required(tls),
        _ => bail!(wrong),
    };
    let pool = PoolConfig::new().max_size(CONNECTIONS).idle_timeout(IDLE);
    let builder = Transport::from_url(url).ok().context(wrong)?;
    Ok(builder
        .tls(tls)
        .timeout(Some(TIMEOUT))
        .pool_config(pool)
        .build())
}

/// Hands over a mail.
pub async fn send(transport: &Transport, mail: Message) -> Outcome {
    match transport.send(mail).await {
        Ok(_) => Outcome::Sent,
        Err(error) => judge(&error),
    }
}

/// A refusal of the mail is final. A refusal of ourselves (530 to 538: who are you?) is for the operator to mend, and the
/// mail waits for it.
fn judge(error: &smtp::Error) -> Outcome {
    let code = error.status().map(|code| u16::from(code).into());
    let trouble = |what| Trouble { what, code };
    match code {
        Some(530..=538) => Outcome::Later(trouble("the mail server wants other credentials")),
        _ if error.is_permanent() => Outcome::Never(trouble("the mail server refused it")),
        _ if error.is_transient() => Outcome::Later(trouble("the mail server is not ready for it")),
        _ if error.is_timeout() => {
            Outcome::Later(trouble("the mail server did not answer in time"))
        }
        _ if error.is_tls() => Outcome::Later(trouble("no TLS with the mail server")),
        _ => Outcome::Later(trouble("the mail server cannot be reached")),
    }
}
