//! Reports as registries and agents write them, with invented numbers.

use jiff::civil::{Date, Weekday};

use crate::formats::{activity, transactions};

pub fn escrow_report(tld: &str, day: Date, scale: u64) -> String {
    let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    format!("{declaration}{}", report(tld, day, scale))
}

fn report(tld: &str, day: Date, scale: u64) -> String {
    let kind = if day.weekday() == Weekday::Sunday {
        "FULL"
    } else {
        "DIFF"
    };
    let (domains, hosts) = (4_000 + scale * 611, 300 + scale * 17);
    format!(
        r#"<r:report xmlns:r="urn:ietf:params:xml:ns:rdeReport-1.0">
  <r:id>{id}001</r:id>
  <r:version>1</r:version>
  <r:rydeSpecEscrow>RFC8909</r:rydeSpecEscrow>
  <r:rydeSpecMapping>RFC9022</r:rydeSpecMapping>
  <r:resend>0</r:resend>
  <r:crDate>{day}T00:25:00Z</r:crDate>
  <r:kind>{kind}</r:kind>
  <r:watermark>{day}T00:00:00Z</r:watermark>
  <h:header xmlns:h="urn:ietf:params:xml:ns:rdeHeader-1.0">
    <h:tld>{tld}</h:tld>
    <h:count uri="urn:ietf:params:xml:ns:rdeDomain-1.0">{domains}</h:count>
    <h:count uri="urn:ietf:params:xml:ns:rdeHost-1.0">{hosts}</h:count>
    <h:count uri="urn:ietf:params:xml:ns:rdeRegistrar-1.0">12</h:count>
  </h:header>
</r:report>
"#,
        id = day.strftime("%Y%m%d"),
    )
}

pub fn notification(tld: &str, day: Date, status: &str, scale: u64) -> String {
    let report = report(tld, day, scale);
    let (before, report) = match status {
        "DVPN" => (verified(day), report.as_str()),
        "DVFN" => (
            format!(
                "<n:results><i:result xmlns:i=\"urn:ietf:params:xml:ns:iirdea-1.0\" code=\"2001\"><i:msg>The deposit could not be decrypted.</i:msg></i:result></n:results>\n  {}",
                verified(day)
            ),
            report.as_str(),
        ),
        _ => (String::new(), ""),
    };
    let sunday = sunday_before(day);
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<n:notification xmlns:n="urn:ietf:params:xml:ns:rdeNotification-1.0">
  <n:deaName>Hollow Oak Escrow</n:deaName>
  <n:version>1</n:version>
  <n:repDate>{day}</n:repDate>
  <n:status>{status}</n:status>
  {before}<n:lastFullDate>{sunday}</n:lastFullDate>
{report}</n:notification>
"#
    )
}

fn verified(day: Date) -> String {
    format!("<n:reDate>{day}T03:10:00Z</n:reDate>\n  <n:vaDate>{day}T05:40:00Z</n:vaDate>\n  ")
}

fn sunday_before(day: Date) -> Date {
    let since = day.weekday().to_sunday_zero_offset();
    day.saturating_sub(jiff::Span::new().days(since))
}

/// A good one, or one whose totals are wrong.
pub fn transactions(scale: u64, good: bool) -> String {
    let registrars = [
        ("Northgable Registrar Inc.", 4001),
        ("Brisecotte Noms SARL", 4002),
    ];
    let mut lines = vec![transactions::COLUMNS.join(",")];
    let mut totals = [0; 37];
    for (place, (name, id)) in (1..).zip(registrars) {
        let values: Vec<u64> = (0..37)
            .map(|column| scale * place * (column % 5 + 1))
            .collect();
        for (total, value) in totals.iter_mut().zip(&values) {
            *total += value;
        }
        lines.push(format!("\"{name}\",{id},{}", join(&values)));
    }
    if !good {
        totals[0] += 1;
    }
    lines.push(format!("Totals,,{}", join(&totals)));
    lines.join("\r\n") + "\r\n"
}

/// A good one, or one with a negative number.
pub fn activity(scale: u64, good: bool) -> String {
    let mut values: Vec<String> = (0..38)
        .map(|column| (scale * (column % 9 + 1) * 1_009).to_string())
        .collect();
    "12".clone_into(&mut values[0]);
    "CZDS".clone_into(&mut values[1]);
    if !good {
        "-1".clone_into(&mut values[9]);
    }
    let header = activity::COLUMNS.join(",");
    format!("{header}\r\n{}\r\n", values.join(","))
}

fn join(values: &[u64]) -> String {
    let texts: Vec<String> = values.iter().map(u64::to_string).collect();
    texts.join(",")
}
