//! Documents for tests, in the forms that registries and agents are known to send.

pub const ESCROW_REPORT_WITH_PREFIXES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<rdeReport:report xmlns:rdeReport="urn:ietf:params:xml:ns:rdeReport-1.0" xmlns:rdeHeader="urn:ietf:params:xml:ns:rdeHeader-1.0">
  <rdeReport:id>20261124001</rdeReport:id>
  <rdeReport:version>1</rdeReport:version>
  <rdeReport:rydeSpecEscrow>
    draft-arias-noguchi-registry-data-escrow-06
  </rdeReport:rydeSpecEscrow>
  <rdeReport:rydeSpecMapping>draft-arias-noguchi-dnrd-objects-mapping-05</rdeReport:rydeSpecMapping>
  <rdeReport:resend>0</rdeReport:resend>
  <rdeReport:crDate>2026-11-24T00:15:00.0Z</rdeReport:crDate>
  <rdeReport:kind>FULL</rdeReport:kind>
  <rdeReport:watermark>2026-11-24T00:00:00Z</rdeReport:watermark>
  <rdeHeader:header>
    <rdeHeader:tld>example</rdeHeader:tld>
    <rdeHeader:count uri="urn:ietf:params:xml:ns:rdeDomain-1.0">2</rdeHeader:count>
    <rdeHeader:count uri="urn:ietf:params:xml:ns:rdeRegistrar-1.0">1</rdeHeader:count>
    <rdeHeader:contentTag>any</rdeHeader:contentTag>
  </rdeHeader:header>
</rdeReport:report>
"#;

/// A report of `example` with 1,234 domains.
pub fn escrow_report(id: &str, kind: &str, day: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<report xmlns="urn:ietf:params:xml:ns:rdeReport-1.0">
  <id>{id}</id>
  <version>1</version>
  <rydeSpecEscrow>RFC8909</rydeSpecEscrow>
  <rydeSpecMapping>RFC9022</rydeSpecMapping>
  <resend>0</resend>
  <crDate>{day}T00:15:00Z</crDate>
  <kind>{kind}</kind>
  <watermark>{day}T00:00:00Z</watermark>
  <h:header xmlns:h="urn:ietf:params:xml:ns:rdeHeader-1.0">
    <h:tld>example</h:tld>
    <h:count uri="urn:ietf:params:xml:ns:rdeDomain-1.0">1234</h:count>
    <h:count uri="urn:ietf:params:xml:ns:rdeHost-1.0">77</h:count>
  </h:header>
</report>
"#
    )
}

/// A notification about `example`; one that something was verified has the report in it, as a full one.
pub fn notification(status: &str, day: &str) -> String {
    let report = escrow_report("20261124001", "FULL", day);
    let report = report.split_once('\n').unwrap_or_default().1;
    let (results, report) = match status {
        "DVPN" => ("", report),
        "DVFN" => (
            "<results><i:result code=\"2001\"><i:msg>It is not.</i:msg></i:result></results>",
            report,
        ),
        _ => ("", ""),
    };
    let dates = if report.is_empty() {
        String::new()
    } else {
        format!("<reDate>{day}T01:00:00Z</reDate><vaDate>{day}T02:00:00Z</vaDate>")
    };
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<notification xmlns="urn:ietf:params:xml:ns:rdeNotification-1.0" xmlns:i="urn:ietf:params:xml:ns:iirdea-1.0">
  <deaName>Escrow Agent Inc.</deaName>
  <version>1</version>
  <repDate>{day}</repDate>
  <status>{status}</status>
  {results}{dates}<lastFullDate>2026-11-22</lastFullDate>
{report}</notification>
"#
    )
}

/// A transactions report of two registrars, 39 columns each.
pub fn transactions(end_of_line: &str) -> String {
    let header = super::transactions::COLUMNS.join(",");
    let line = |beginning: &str, value: u64| {
        let values = vec![value.to_string(); 37];
        format!("{beginning},{}", values.join(","))
    };
    let lines = [
        header,
        line("\"Registrar, The First\",146", 2),
        line("Second,9999", 3),
        line("Totals,", 5),
    ];
    lines.join(end_of_line)
}

/// An activity report with or without its last column.
pub fn activity(columns: usize) -> String {
    let header = super::activity::COLUMNS[..columns].join(",");
    let mut values = vec!["7".to_owned(); columns];
    values[1] = "CZDS".to_owned();
    format!("{header}\r\n{}\r\n", values.join(","))
}
