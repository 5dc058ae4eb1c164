//! Reports as registries and escrow agents send them.

/// An escrow report of `.example` for a day.
pub fn escrow_report(id: &str, kind: &str, day: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
{}"#,
        report(id, kind, day)
    )
}

fn report(id: &str, kind: &str, day: &str) -> String {
    format!(
        r#"<report xmlns="urn:ietf:params:xml:ns:rdeReport-1.0">
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

/// What the agent of `.example` says about a day: `DVPN`, `DVFN` or `DRFN`.
pub fn notification(status: &str, day: &str) -> String {
    let (dates, report) = if status == "DRFN" {
        (String::new(), String::new())
    } else {
        (
            format!("<reDate>{day}T01:00:00Z</reDate><vaDate>{day}T02:00:00Z</vaDate>"),
            report("77", "FULL", day),
        )
    };
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<notification xmlns="urn:ietf:params:xml:ns:rdeNotification-1.0">
  <deaName>Hollow Oak Escrow</deaName>
  <version>1</version>
  <repDate>{day}</repDate>
  <status>{status}</status>
  {dates}<lastFullDate>2026-11-22</lastFullDate>
{report}</notification>
"#
    )
}

const YEARS: [&str; 10] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"];

/// A transactions report of two registrars, each of whose measures are this number.
pub fn transactions(number: u64) -> String {
    let mut columns = [
        "registrar-name",
        "iana-id",
        "total-domains",
        "total-nameservers",
    ]
    .map(str::to_owned)
    .to_vec();
    for what in ["adds", "renews"] {
        columns.extend(YEARS.map(|years| format!("net-{what}-{years}-yr")));
    }
    let others = "transfer-gaining-successful transfer-gaining-nacked transfer-losing-successful transfer-losing-nacked \
        transfer-disputed-won transfer-disputed-lost transfer-disputed-nodecision deleted-domains-grace \
        deleted-domains-nograce restored-domains restored-noreport agp-exemption-requests agp-exemptions-granted \
        agp-exempted-domains attempted-adds";
    columns.extend(others.split_whitespace().map(str::to_owned));
    assert_eq!(columns.len(), 39);
    let line = |beginning: &str, number: u64| {
        let numbers = vec![number.to_string(); 37];
        format!("{beginning},{}", numbers.join(","))
    };
    let lines = [
        columns.join(","),
        line("\"Registrar, The First\",146", number),
        line("Second,9999", number),
        line("Totals,", number * 2),
    ];
    lines.join("\r\n")
}

/// An activity report, each of whose measures is this number.
pub fn activity(number: i64) -> String {
    let columns = "operational-registrars zfa-passwords whois-43-queries web-whois-queries searchable-whois-queries \
        dns-udp-queries-received dns-udp-queries-responded dns-tcp-queries-received dns-tcp-queries-responded \
        srs-dom-check srs-dom-create srs-dom-delete srs-dom-info srs-dom-renew srs-dom-rgp-restore-report \
        srs-dom-rgp-restore-request srs-dom-transfer-approve srs-dom-transfer-cancel srs-dom-transfer-query \
        srs-dom-transfer-reject srs-dom-transfer-request srs-dom-update srs-host-check srs-host-create srs-host-delete \
        srs-host-info srs-host-update srs-cont-check srs-cont-create srs-cont-delete srs-cont-info \
        srs-cont-transfer-approve srs-cont-transfer-cancel srs-cont-transfer-query srs-cont-transfer-reject \
        srs-cont-transfer-request srs-cont-update rdap-queries";
    let columns: Vec<&str> = columns.split_whitespace().collect();
    assert_eq!(columns.len(), 38);
    let mut numbers = vec![number.to_string(); 38];
    "CZDS".clone_into(&mut numbers[1]);
    format!("{}\r\n{}\r\n", columns.join(","), numbers.join(","))
}
