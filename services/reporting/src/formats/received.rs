//! The documents of draft -27 with the reports or notifications of a day, each as it was received.

use std::io::{self, Write as _};

use jiff::Timestamp;

use super::{
    dates::written,
    write::{document, text},
    xml::Xml,
};
use crate::{domain::Kind, settings::Limits};

/// Received bodies, newest first.
pub fn write(
    kind: Kind,
    received: &[(Timestamp, Vec<u8>)],
    limits: &Limits,
) -> io::Result<Vec<u8>> {
    let (root, namespace, item) = match kind {
        Kind::EscrowNotification => (
            "rdeNotifications:notifications",
            (
                "xmlns:rdeNotifications",
                "urn:ietf:params:xml:ns:rdeNotifications-1.0",
            ),
            "rdeNotifications:receivedNotification",
        ),
        _ => (
            "rdeReports:reports",
            ("xmlns:rdeReports", "urn:ietf:params:xml:ns:rdeReports-1.0"),
            "rdeReports:receivedReport",
        ),
    };
    let prefix = root.split(':').next().unwrap_or_default();
    let received_name = format!("{prefix}:received");
    document(root, &[namespace], |out| {
        for (at, body) in received {
            // It was read when it came, so it is XML; its root declares what it needs.
            let root = Xml::new(body, limits).and_then(Xml::root_element);
            let root = root.map_err(|problem| io::Error::other(problem.description))?;
            out.create_element(item).write_inner_content(|out| {
                text(out, &received_name, &written(*at))?;
                out.get_mut().write_all(root.as_bytes())
            })?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{formats::vectors, settings::shipped};

    #[test]
    fn what_was_received_is_in_it_byte_for_byte() {
        let limits = shipped().limits;
        let at: Timestamp = "2026-11-24T02:00:00.5Z".parse().unwrap();
        let first = vectors::ESCROW_REPORT_WITH_PREFIXES.as_bytes().to_vec();
        let second = vectors::escrow_report("1", "FULL", "2026-11-24").into_bytes();
        let document = write(Kind::EscrowReport, &[(at, first), (at, second)], &limits).unwrap();
        let text = String::from_utf8(document).unwrap();
        assert!(text.contains("<rdeReports:receivedReport><rdeReports:received>2026-11-24T02:00:00.500Z</rdeReports:received><rdeReport:report xmlns:rdeReport="));
        let inner = vectors::ESCROW_REPORT_WITH_PREFIXES
            .split_once("?>\n")
            .unwrap()
            .1;
        assert!(text.contains(inner.trim_end()));
        // The whole is well-formed, with every namespace declared.
        Xml::new(text.as_bytes(), &limits)
            .unwrap()
            .root_element()
            .unwrap();
        let notification = vectors::notification("DRFN", "2026-11-24").into_bytes();
        let document = write(Kind::EscrowNotification, &[(at, notification)], &limits).unwrap();
        assert!(
            String::from_utf8(document)
                .unwrap()
                .contains("<rdeNotifications:receivedNotification>")
        );
    }
}
