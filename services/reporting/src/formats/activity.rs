//! The registry functions activity report: a header and one line.

use super::table::{invalid, lines, text};
use crate::{
    domain::{Month, Problem},
    settings::{Limits, Rri},
};

pub const COLUMNS: [&str; 38] = [
    "operational-registrars",
    "zfa-passwords",
    "whois-43-queries",
    "web-whois-queries",
    "searchable-whois-queries",
    "dns-udp-queries-received",
    "dns-udp-queries-responded",
    "dns-tcp-queries-received",
    "dns-tcp-queries-responded",
    "srs-dom-check",
    "srs-dom-create",
    "srs-dom-delete",
    "srs-dom-info",
    "srs-dom-renew",
    "srs-dom-rgp-restore-report",
    "srs-dom-rgp-restore-request",
    "srs-dom-transfer-approve",
    "srs-dom-transfer-cancel",
    "srs-dom-transfer-query",
    "srs-dom-transfer-reject",
    "srs-dom-transfer-request",
    "srs-dom-update",
    "srs-host-check",
    "srs-host-create",
    "srs-host-delete",
    "srs-host-info",
    "srs-host-update",
    "srs-cont-check",
    "srs-cont-create",
    "srs-cont-delete",
    "srs-cont-info",
    "srs-cont-transfer-approve",
    "srs-cont-transfer-cancel",
    "srs-cont-transfer-query",
    "srs-cont-transfer-reject",
    "srs-cont-transfer-request",
    "srs-cont-update",
    "rdap-queries",
];
/// The second column may say that passwords are given out by CZDS.
const PASSWORDS: usize = 1;

/// The first thing that is wrong with a file.
pub fn check(body: &[u8], month: Month, limits: &Limits, rri: &Rri) -> Result<(), Problem> {
    let text = text(body)?;
    let mut lines = lines(text, limits);
    let header = lines.next().ok_or_else(|| invalid("the file is empty"))??;
    let shift = usize::from(rri.config.accept_tld_column && header.field(0) == "tld");
    let old = rri
        .activity_without_rdap_until
        .is_some_and(|last| month <= last);
    let count = COLUMNS.len() - usize::from(old && header.len() + 1 == COLUMNS.len() + shift);
    let mut columns = vec!["tld"; shift];
    columns.extend(&COLUMNS[..count]);
    header.check_header(&columns)?;

    let line = lines
        .next()
        .ok_or_else(|| invalid("the line with the numbers is missing"))??;
    line.check_length(count + shift)?;
    // Every line before every sign: what breaks the structure comes first.
    let mut negative = None;
    for (place, column) in COLUMNS.iter().enumerate().take(count) {
        if place == PASSWORDS && line.field(place + shift) == "CZDS" {
            continue;
        }
        match line.number(place + shift, column) {
            Ok(_) => {}
            Err(problem) if problem.finding == crate::domain::Finding::NegativeNumber => {
                negative.get_or_insert(problem);
            }
            Err(problem) => return Err(problem),
        }
    }
    if let Some(more) = lines.next() {
        return Err(more?.wrong(0, "one line of numbers is expected"));
    }
    negative.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::Finding,
        formats::vectors,
        settings::{shipped, shipped_with},
    };

    fn check(file: &str, rri: &str) -> Result<(), Problem> {
        let settings = shipped_with(rri);
        let month = "2026-10".parse().unwrap();
        super::check(file.as_bytes(), month, &settings.limits, &settings.rri)
    }

    #[test]
    fn both_layouts_are_good_as_long_as_the_setting_says() {
        assert_eq!(check(&vectors::activity(38), ""), Ok(()));
        assert_eq!(check(&vectors::activity(37), ""), Ok(()));
        let strict = "activity_without_rdap_until = '2023-12'";
        assert_eq!(check(&vectors::activity(38), strict), Ok(()));
        let problem = check(&vectors::activity(37), strict).unwrap_err();
        assert_eq!(problem.finding, Finding::InvalidCsv);
        assert!(
            problem.description.contains("rdap-queries"),
            "{}",
            problem.description
        );
        let numbers = vectors::activity(38).replace("CZDS", "12");
        assert_eq!(check(&numbers, ""), Ok(()));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let good = vectors::activity(38);
        let values = good.lines().nth(1).unwrap().to_owned();
        for (file, finding, words) in [
            (
                good.replace("CZDS", "czds"),
                Finding::InvalidCsv,
                "value: czds, line: 2, column: 2 (zfa-passwords)",
            ),
            (
                good.replace("7,CZDS", "-7,CZDS"),
                Finding::NegativeNumber,
                "value: -7, line: 2, column: 1",
            ),
            (
                good.replace("CZDS,7", "CZDS,,7"),
                Finding::InvalidCsv,
                "38 fields are expected, there are 39",
            ),
            (
                format!("{good}{values}\r\n"),
                Finding::InvalidCsv,
                "one line of numbers",
            ),
            (
                good.lines().next().unwrap().to_owned(),
                Finding::InvalidCsv,
                "numbers is missing",
            ),
            (
                good.replace("srs-dom-check", "ramp-up-registrars"),
                Finding::InvalidCsv,
                "srs-dom-check is expected",
            ),
        ] {
            let problem = check(&file, "").unwrap_err();
            assert_eq!(problem.finding, finding, "{}", problem.description);
            assert!(
                problem.description.contains(words),
                "{}",
                problem.description
            );
        }
        assert!(shipped().rri.activity_without_rdap_until.is_some());
    }
}
