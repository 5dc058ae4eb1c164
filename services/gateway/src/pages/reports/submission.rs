//! One thing that was submitted, as pages show it.

use nsp_proto::reporting::v1::Submission;

use crate::{
    pages::reports::words::{self, Mark},
    signed_in::SignedIn,
    time::Moment,
    urls,
};

/// A submission.
pub struct Row {
    pub received: Option<Moment>,
    pub what: &'static str,
    /// Which month or day it is for; empty if it could not be told.
    pub period: String,
    /// The id in the address, of escrow reports.
    pub id: String,
    pub mark: Mark,
    pub code: i32,
    /// The sentence of the code.
    pub says: String,
    /// What exactly was wrong; may be empty.
    pub about: String,
    /// Accepted, and replaced since.
    pub replaced: bool,
    pub by: String,
    /// The page about the TLS client, for who may see it.
    pub by_href: String,
    pub from: String,
    pub size: String,
    pub sha256: String,
}

impl Row {
    pub fn new(one: &Submission, me: &SignedIn) -> Self {
        let result = one.result.clone().unwrap_or_default();
        let certificate = one.client.contains("/tlsClients/");
        Self {
            received: me.times.moment(one.receive_time.as_ref()),
            what: words::kind(one.kind()).name,
            period: words::period(&one.date),
            id: one.external_id.clone(),
            mark: words::answer(one.accepted),
            code: result.code,
            says: result.msg,
            about: result.description,
            replaced: one.accepted && !one.current,
            by: if certificate {
                "By certificate".to_owned()
            } else {
                one.client.clone()
            },
            by_href: if certificate && me.sees_tls() {
                urls::tls_client(&one.client)
            } else {
                String::new()
            },
            from: one.client_address.clone(),
            size: size(one.size),
            sha256: one.sha256.clone(),
        }
    }
}

/// `812 B`, `3.4 kB`, `1.2 MB`.
fn size(bytes: i64) -> String {
    match bytes {
        ..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{}.{} kB", bytes / 1_000, bytes % 1_000 / 100),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_told_in_the_unit_that_fits() {
        for (bytes, words) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 kB"),
            (999_999, "999.9 kB"),
            (4_194_304, "4.1 MB"),
        ] {
            assert_eq!(size(bytes), words);
        }
    }
}
