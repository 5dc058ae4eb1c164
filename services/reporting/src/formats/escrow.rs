//! `rdeReport:report`, with the header of RFC 9022 in it.

use super::{
    dates::date_time,
    xml::{Xml, token},
};
use crate::{
    domain::{Count, DepositKind, EscrowReport, Problem},
    settings::Limits,
};

pub const REPORT: &str = "urn:ietf:params:xml:ns:rdeReport-1.0";
const HEADER: &str = "urn:ietf:params:xml:ns:rdeHeader-1.0";
/// The longest id, as the deposit's files have it.
const MAX_ID: usize = 200;

type Result<T> = std::result::Result<T, Problem>;

/// A document that is a report.
pub fn read(body: &[u8], limits: &Limits) -> Result<EscrowReport> {
    let mut xml = Xml::new(body, limits)?;
    let root = xml.required(REPORT, "report")?;
    root.allow(&[]).map_err(|words| xml.problem(words))?;
    let report = content(&mut xml)?;
    xml.finish()?;
    Ok(report)
}

/// What is inside `report`, and its end.
pub fn content(xml: &mut Xml<'_>) -> Result<EscrowReport> {
    let id = token(&xml.required_text(REPORT, "id")?);
    if id.is_empty() || id.chars().count() > MAX_ID {
        return Err(xml.problem("id must be 1 to 200 characters"));
    }
    let version = number(xml, "version")?;
    xml.required_text(REPORT, "rydeSpecEscrow")?;
    xml.optional_text(REPORT, "rydeSpecMapping")?;
    let _resend: u16 = number(xml, "resend")?;
    let created = moment(xml, "crDate")?;
    let kind = match token(&xml.required_text(REPORT, "kind")?).as_str() {
        "FULL" => DepositKind::Full,
        "INCR" => DepositKind::Incremental,
        "DIFF" => DepositKind::Differential,
        other => return Err(xml.problem(format!("kind {other:?} is not FULL, INCR or DIFF"))),
    };
    let watermark = moment(xml, "watermark")?;
    let (tld, counts) = header(xml)?;
    xml.end()?;
    Ok(EscrowReport {
        id,
        version,
        created,
        kind,
        watermark,
        tld,
        counts,
    })
}

fn header(xml: &mut Xml<'_>) -> Result<(Option<String>, Vec<Count>)> {
    let header = xml.required(HEADER, "header")?;
    header.allow(&[]).map_err(|words| xml.problem(words))?;
    let tld = xml.optional_text(HEADER, "tld")?;
    if tld.is_none() {
        // Other headers are good ones, but not for a registry: a finding of its own. So is none at all.
        let others = ["registrar", "ppsp", "reseller"];
        for name in others {
            if xml.optional_text(HEADER, name)?.is_some() {
                break;
            }
        }
    }
    let mut counts = Vec::new();
    while let Some(element) = xml.child(HEADER, "count")? {
        element
            .allow(&["uri", "rcdn", "registrarId"])
            .map_err(|words| xml.problem(words))?;
        let Some(uri) = element.attribute("uri") else {
            return Err(xml.problem("attribute uri of element count is missing"));
        };
        let text = xml.text()?;
        let number = text.trim_ascii().parse::<i64>();
        let number = number.map_err(|_| xml.problem(format!("count {text:?} is no number")))?;
        counts.push(Count {
            uri: token(uri),
            rcdn: element.attribute("rcdn").map(token),
            registrar: element.attribute("registrarId").map(token),
            number,
        });
    }
    if counts.is_empty() {
        // Says which element is there instead.
        xml.required(HEADER, "count")?;
    }
    xml.optional_text(HEADER, "contentTag")?;
    xml.end()?;
    Ok((tld.map(|tld| token(&tld)), counts))
}

fn number(xml: &mut Xml<'_>, name: &str) -> Result<u16> {
    let text = xml.required_text(REPORT, name)?;
    let number = text.trim_ascii().parse();
    number.map_err(|_| xml.problem(format!("{name} {text:?} is no number")))
}

fn moment(xml: &mut Xml<'_>, name: &str) -> Result<jiff::Timestamp> {
    let text = xml.required_text(REPORT, name)?;
    date_time(&text).ok_or_else(|| xml.problem(format!("{name} {text:?} is no date and time")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::Finding, formats::vectors, settings::shipped};

    fn read(document: &str) -> Result<EscrowReport> {
        super::read(document.as_bytes(), &shipped().limits)
    }

    #[test]
    fn a_report_is_read_in_every_dress() {
        let plain = read(&vectors::escrow_report("20261124001", "DIFF", "2026-11-24")).unwrap();
        assert_eq!(plain.kind, DepositKind::Differential);
        assert_eq!(plain.tld.as_deref(), Some("example"));
        assert_eq!(plain.counts.len(), 2);
        assert_eq!(plain.domains(), Some(1234));
        let prefixed = read(vectors::ESCROW_REPORT_WITH_PREFIXES).unwrap();
        assert_eq!(prefixed.id, plain.id);
        assert_eq!(prefixed.watermark, plain.watermark);
    }

    #[test]
    fn the_order_and_the_values_of_the_schema_are_insisted_upon() {
        let good = vectors::escrow_report("20261124001", "DIFF", "2026-11-24");
        for (from, to, words) in [
            (
                "<version>1</version>",
                "",
                "element version is expected: rydeSpecEscrow",
            ),
            (
                "<version>1</version>",
                "<version>x</version>",
                "version \"x\"",
            ),
            ("<kind>DIFF</kind>", "<kind>HALF</kind>", "HALF"),
            ("<resend>0</resend>", "<resend>-1</resend>", "resend"),
            ("2026-11-24T00:00:00Z", "yesterday", "watermark"),
            ("</watermark>", "</watermark><more/>", "more"),
            (" uri=", " url=", "url"),
            (">1234<", ">many<", "many"),
            (
                "<resend>0</resend>",
                "<resend unit=\"1\">0</resend>",
                "unit",
            ),
            (
                "rdeReport-1.0",
                "rdeReport-2.0",
                "element report is expected",
            ),
        ] {
            let document = good.replacen(from, to, 1);
            assert_ne!(document, good, "{from}");
            let problem = read(&document).unwrap_err();
            assert_eq!(problem.finding, Finding::InvalidXml);
            assert!(
                problem.description.contains(words),
                "{}",
                problem.description
            );
            assert!(
                problem.description.contains(" at line "),
                "{}",
                problem.description
            );
        }
        let no_tld = good.replace("<h:tld>example</h:tld>", "");
        assert_eq!(read(&no_tld).unwrap().tld, None);
        let registrar = good.replace("h:tld>", "h:registrar>");
        assert_eq!(read(&registrar).unwrap().tld, None);
    }
}
