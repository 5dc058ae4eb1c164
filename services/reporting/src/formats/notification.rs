//! `rdeNotification:notification`.

use super::{
    dates::{date, date_time},
    escrow::{self, REPORT},
    iirdea::NAMESPACE as IIRDEA,
    xml::{Xml, token},
};
use crate::{
    domain::{Notification, Problem, Verification},
    settings::Limits,
};

pub const NOTIFICATION: &str = "urn:ietf:params:xml:ns:rdeNotification-1.0";

type Result<T> = std::result::Result<T, Problem>;

/// A document that is a notification.
pub fn read(body: &[u8], limits: &Limits) -> Result<Notification> {
    let mut xml = Xml::new(body, limits)?;
    let root = xml.required(NOTIFICATION, "notification")?;
    root.allow(&[]).map_err(|words| xml.problem(words))?;
    let name = xml.required_text(NOTIFICATION, "deaName")?;
    if !(1..=255).contains(&name.chars().count()) {
        return Err(xml.problem("deaName must be 1 to 255 characters"));
    }
    let version = xml.required_text(NOTIFICATION, "version")?;
    let version = version.trim_ascii().parse();
    let version = version.map_err(|_| xml.problem("version is no number"))?;
    let day = xml.required_text(NOTIFICATION, "repDate")?;
    let day = date(&day).ok_or_else(|| xml.problem(format!("repDate {day:?} is no date")))?;
    let status = token(&xml.required_text(NOTIFICATION, "status")?);
    let verification = Verification::from_code(&status);
    let verification = verification
        .ok_or_else(|| xml.problem(format!("status {status:?} is not DVPN, DVFN or DRFN")))?;
    results(&mut xml)?;
    for name in ["reDate", "vaDate"] {
        if let Some(text) = xml.optional_text(NOTIFICATION, name)?
            && date_time(&text).is_none()
        {
            return Err(xml.problem(format!("{name} {text:?} is no date and time")));
        }
    }
    let last_full = match xml.optional_text(NOTIFICATION, "lastFullDate")? {
        None => None,
        Some(text) => Some(
            date(&text).ok_or_else(|| xml.problem(format!("lastFullDate {text:?} is no date")))?,
        ),
    };
    let report = match xml.child(REPORT, "report")? {
        None => None,
        Some(_) => Some(escrow::content(&mut xml)?),
    };
    xml.end()?;
    xml.finish()?;
    Ok(Notification {
        version,
        day,
        verification,
        last_full,
        report,
    })
}

/// What the agent found; its codes are its own, and nothing depends on them.
fn results(xml: &mut Xml<'_>) -> Result<()> {
    if xml.child(NOTIFICATION, "results")?.is_none() {
        return Ok(());
    }
    let mut count = 0;
    while let Some(result) = xml.child(IIRDEA, "result")? {
        count += 1;
        let code = result.attribute("code").and_then(|code| code.parse().ok());
        if !code.is_some_and(|code: u16| (1000..=9999).contains(&code)) {
            return Err(xml.problem("attribute code of element result must be 1000 to 9999"));
        }
        xml.required_text(IIRDEA, "msg")?;
        xml.optional_text(IIRDEA, "description")?;
        xml.end()?;
    }
    if count == 0 {
        // Says which element is there instead.
        xml.required(IIRDEA, "result")?;
    }
    xml.end()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::DepositKind, formats::vectors, settings::shipped};

    fn read(document: &str) -> Result<Notification> {
        super::read(document.as_bytes(), &shipped().limits)
    }

    #[test]
    fn the_three_kinds_of_notifications_are_read() {
        let passed = read(&vectors::notification("DVPN", "2026-11-24")).unwrap();
        assert_eq!(passed.verification, Verification::Passed);
        assert_eq!(passed.day.to_string(), "2026-11-24");
        assert_eq!(passed.report.unwrap().kind, DepositKind::Full);
        assert_eq!(passed.last_full.unwrap().to_string(), "2026-11-22");
        let failed = read(&vectors::notification("DVFN", "2026-11-24")).unwrap();
        assert_eq!(failed.verification, Verification::Failed);
        let missing = read(&vectors::notification("DRFN", "2026-11-24")).unwrap();
        assert_eq!(missing.verification, Verification::Missing);
        assert!(missing.report.is_none());
    }

    #[test]
    fn what_is_not_a_notification_is_refused() {
        let good = vectors::notification("DVFN", "2026-11-24");
        for (from, to, words) in [
            (
                "<repDate>2026-11-24</repDate>",
                "<repDate>today</repDate>",
                "repDate",
            ),
            ("DVFN", "GOOD", "GOOD"),
            (
                "<i:result code=\"2001\">",
                "<i:result code=\"7\">",
                "1000 to 9999",
            ),
            (
                "<i:result code=\"2001\"><i:msg>It is not.</i:msg></i:result>",
                "",
                "result is expected",
            ),
            ("<version>1</version>", "<version>one</version>", "version"),
        ] {
            let document = good.replacen(from, to, 1);
            assert_ne!(document, good, "{from}");
            let problem = read(&document).unwrap_err();
            assert!(
                problem.description.contains(words),
                "{}",
                problem.description
            );
        }
    }
}
