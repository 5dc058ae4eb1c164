//! The machine that comes to the edge when it is measured: its certificate, and a DNS that vouches for it.

use crate::services::Resolver;
use anyhow::Context as _;
use data_encoding::{BASE64, HEXLOWER};
use nsp_testbed::ca::Authority;
use nsp_testbed::dns::{Dns, Zone};
use std::fs;
use std::path::Path;

/// Its name in the certificate, in the DNS and in the policy.
pub const NAME: &str = "rri.bench.example";
const ZONE: &str = "bench.example";

/// Makes the certificate among the others of the stack in `home`, and starts the DNS.
pub fn prepare(home: &Path) -> anyhow::Result<Dns> {
    let tls = home.join("tls");
    let files = Authority::open(&tls)?.files(&tls, NAME)?;
    let pem = fs::read_to_string(&files.certificate)?;
    let zone = Zone::signed(ZONE).record(format!("rri TLSA 3 0 0 {}", hexadecimal(&pem)?));
    Dns::start(&home.join("dns"), &[zone])
}

/// As the stack is told of it.
pub fn resolver(dns: &Dns) -> Resolver {
    Resolver {
        address: dns.address(),
        trust_anchor: dns.trust_anchor(),
    }
}

/// The whole certificate, as a TLSA record may have it: no hash is needed for that.
fn hexadecimal(pem: &str) -> anyhow::Result<String> {
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    let text: String = lines.collect();
    let der = BASE64
        .decode(text.as_bytes())
        .context("the certificate is no PEM")?;
    Ok(HEXLOWER.encode(&der))
}
