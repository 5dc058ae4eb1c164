//! What is wrong with a report is told by the codes of iirdea, and nothing of it is kept but that.

use std::{collections::BTreeSet, fmt::Write};

use nsp_proto::reporting::v1::{ReportKind, answer::Outcome};
use nsp_reporting::Contract;
use tonic::Code;

use crate::{
    accepting, bodies,
    harness::{Sent, World, fields},
};

const ESCROW: ReportKind = ReportKind::RegistryEscrowReport;
const AGENT: ReportKind = ReportKind::EscrowAgentNotification;
const TRANSACTIONS: ReportKind = ReportKind::RegistrarTransactions;
const ACTIVITY: ReportKind = ReportKind::RegistryFunctionsActivity;

/// A good escrow report, changed.
fn escrow(from: &str, to: &str) -> Sent<'static> {
    let good = bodies::escrow_report("77", "FULL", "2026-11-24");
    assert!(good.contains(from), "{from}");
    Sent::new(ESCROW, "77", good.replace(from, to))
}

/// A good notification, changed.
fn agent(from: &str, to: &str) -> Sent<'static> {
    let good = bodies::notification("DVPN", "2026-11-23");
    assert!(good.contains(from), "{from}");
    Sent::new(AGENT, "", good.replace(from, to))
}

/// A good transactions report, changed.
fn transactions(from: &str, to: &str) -> Sent<'static> {
    let good = bodies::transactions(3);
    assert!(good.contains(from), "{from}");
    Sent::new(TRANSACTIONS, "2026-10", good.replace(from, to))
}

const HOST_COUNT: &str = "<h:count uri=\"urn:ietf:params:xml:ns:rdeHost-1.0\">77</h:count>";

fn host_count(attributes: &str) -> Sent<'static> {
    let count =
        format!("<h:count uri=\"urn:ietf:params:xml:ns:rdeHost-1.0\" {attributes}>7</h:count>");
    escrow(HOST_COUNT, &count)
}

fn domain_count(attributes: &str) -> Sent<'static> {
    let count =
        format!("<h:count uri=\"urn:ietf:params:xml:ns:rdeDomain-1.0\" {attributes}>7</h:count>");
    escrow(HOST_COUNT, &count)
}

/// What is sent, and the code it is refused with.
fn cases() -> Vec<(i32, Sent<'static>)> {
    let plain = |kind, path_id, body: &str| Sent::new(kind, path_id, body.as_bytes().to_vec());
    let shut = Sent {
        tld: "shut",
        ..transactions("Second", "Second")
    };
    let both =
        format!("{HOST_COUNT}<h:count uri=\"urn:ietf:params:xml:ns:csvDomain-1.0\">1</h:count>");
    vec![
        (2001, plain(ESCROW, "77", "")),
        (2001, plain(ESCROW, "77", "registrar-name,iana-id")),
        (2001, escrow("<resend>0</resend>", "")),
        (2001, escrow("<kind>FULL</kind>", "<kind>HALF</kind>")),
        (2001, escrow("1234", "many")),
        (2001, agent("DVPN", "OK")),
        (2001, plain(AGENT, "", "<notification/>")),
        (2001, transactions("iana-id", "iana")),
        (2001, transactions("Totals", "Total")),
        (
            2001,
            plain(
                ACTIVITY,
                "2026-10",
                &bodies::activity(7).replace("CZDS", "x"),
            ),
        ),
        (2003, plain(ACTIVITY, "2026-10", &bodies::activity(-7))),
        (2003, transactions("9999,3,", "9999,-3,")),
        (2004, escrow("2026-11-24", "2026-11-25")),
        (
            2004,
            Sent {
                path_id: "2026-11",
                ..transactions("Second", "Second")
            },
        ),
        (2005, escrow("<version>1<", "<version>2<")),
        (2005, agent("<version>1<", "<version>2<")),
        (
            2006,
            Sent {
                path_id: "78",
                ..escrow("FULL", "FULL")
            },
        ),
        (2007, shut),
        (2008, escrow("2026-11-24", "2025-11-23")),
        (2101, transactions("Totals,,6", "Totals,,7")),
        (2102, transactions("\",146,", "\",45,")),
        (2103, transactions("Totals,,", "Totals,1,")),
        (
            2105,
            Sent::new(TRANSACTIONS, "2026-10", b"registrar-name\xff".to_vec()),
        ),
        (
            2105,
            Sent::new(ACTIVITY, "2026-10", b"\xff\xfea\0".to_vec()),
        ),
        (
            2111,
            Sent {
                path_id: "2026-13",
                ..transactions("Second", "Second")
            },
        ),
        (
            2111,
            Sent {
                path_id: "202610",
                ..transactions("Second", "Second")
            },
        ),
        (2111, plain(ACTIVITY, "", &bodies::activity(7))),
        (2201, agent("<repDate>2026-11-23", "<repDate>2026-11-25")),
        (2202, escrow(">example<", ">other<")),
        (
            2205,
            Sent::new(
                ESCROW,
                "77",
                bodies::escrow_report("77", "DIFF", "2026-11-22"),
            ),
        ),
        (2206, escrow(HOST_COUNT, &both)),
        (
            2209,
            escrow("<h:tld>example</h:tld>", "<h:registrar>9</h:registrar>"),
        ),
        (2210, host_count("rcdn=\"com.example\"")),
        (2211, domain_count("")),
        (2212, domain_count("rcdn=\"com..example\"")),
    ]
}

#[tokio::test]
async fn every_code_of_the_reference_has_its_cause() -> anyhow::Result<()> {
    let world = World::start().await?;
    world.registry("Jane", &["example", "shut"]).await?;
    let cases = cases();
    for (place, (code, sent)) in cases.iter().enumerate() {
        let answer = world.submit(sent).await?;
        let result = answer.result.clone().unwrap_or_default();
        let body = String::from_utf8_lossy(&sent.body);
        assert_eq!(result.code, *code, "case {place}: {result:?}\n{body}");
        assert!(!result.msg.is_empty());
        let document = answer.answer.unwrap_or_default();
        assert_eq!(document.outcome(), Outcome::Rejected, "HTTP 400");
        let text = String::from_utf8(document.document)?;
        assert!(text.contains(&format!("code=\"{code}\"")), "{text}");
        assert!(!answer.submission.is_empty(), "it is listed");
    }
    let many = i64::try_from(cases.len())?;
    let refused = "submissions where not accepted and not current and object is null";
    assert_eq!(world.count(refused).await?, many);
    let announced = "kit.audit where action = 'report.rejected'";
    assert_eq!(world.count(announced).await?, many);
    assert!(world.objects()?.is_empty(), "bodies are not kept");

    // The rest of the table has tests of its own: accepted, too late, and before deployment.
    let tested: BTreeSet<i32> = cases.iter().map(|(code, _)| *code).collect();
    let all = Contract::shipped()?.results;
    let untested: BTreeSet<i32> = all.values().map(|verdict| verdict.code).collect();
    let untested: Vec<i32> = untested.difference(&tested).copied().collect();
    assert_eq!(untested, [1000, 2002, 2214]);
    Ok(())
}

#[tokio::test]
async fn what_is_no_report_at_all_has_no_code() -> anyhow::Result<()> {
    let world = World::start().await?;
    world.registry("Jane", &["example"]).await?;
    let [(good, _), ..] = accepting::good();
    let large = vec![b' '; 1024 * 1024 + 1];
    let outcomes = [
        (
            // HTTP 404
            Sent {
                tld: "nowhere",
                ..good.clone()
            },
            Outcome::NotFound,
        ),
        (
            // HTTP 415
            Sent {
                content_type: "application/json",
                ..good.clone()
            },
            Outcome::UnsupportedType,
        ),
        (
            // HTTP 413
            Sent {
                body: large,
                ..good.clone()
            },
            Outcome::TooLarge,
        ),
    ];
    for (sent, expected) in outcomes {
        let answer = world.submit(&sent).await?;
        let document = answer.answer.unwrap_or_default();
        assert_eq!(document.outcome(), expected);
        assert!(document.document.is_empty() && answer.submission.is_empty());
    }
    assert_eq!(world.count("submissions").await?, 0);
    assert!(world.objects()?.is_empty());
    // Without a type, it is taken as what it should be.
    world
        .accepted(&Sent {
            content_type: "",
            ..good.clone()
        })
        .await?;
    let wrong = Sent {
        tld: "no such label",
        ..good
    };
    let status = world.submit(&wrong).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(fields(&status), ["tld"]);
    Ok(())
}

/// Entities that grow, documents that are deep, many or wide: each is answered, at once, and within bounds.
#[tokio::test]
async fn bombs_do_not_go_off() -> anyhow::Result<()> {
    let world = World::start().await?;
    world.registry("Jane", &["example"]).await?;
    let mut laughs = String::from("<?xml version=\"1.0\"?><!DOCTYPE report [<!ENTITY l0 \"lol\">");
    for n in 1..10 {
        let before = format!("&l{};", n - 1).repeat(10);
        write!(laughs, "<!ENTITY l{n} \"{before}\">")?;
    }
    laughs.push_str("]><report>&l9;</report>");
    let open = "<report xmlns=\"urn:ietf:params:xml:ns:rdeReport-1.0\">";
    let outside = "<!DOCTYPE report SYSTEM \"file:///etc/passwd\"><report>&x;</report>";
    let many = HOST_COUNT.repeat(10_000);
    let bombs = [
        laughs,
        outside.to_owned(),
        format!("{open}{}", "<a>".repeat(300_000)),
        format!("{open}<id>{}", "x".repeat(900_000)),
        format!("<report {}>", "a='' ".repeat(200_000)),
        "<".repeat(1_000_000),
    ];
    for bomb in bombs {
        let head: String = bomb.chars().take(60).collect();
        let begun = std::time::Instant::now();
        let code = world.rejected(&Sent::new(ESCROW, "77", bomb)).await?;
        assert_eq!(code, 2001, "{head}");
        let took = begun.elapsed();
        assert!(took.as_secs() < 5, "{head} took {took:?}");
    }
    // As many elements as fit into the size: refused for what they are, or for how many.
    let code = world.rejected(&escrow(HOST_COUNT, &many)).await?;
    assert_eq!(code, 2211);
    let lines = format!("{}{}", bodies::transactions(0), "\r\nx,146".repeat(30_000));
    let code = world
        .rejected(&Sent::new(TRANSACTIONS, "2026-10", lines))
        .await?;
    assert_eq!(code, 2001);
    Ok(())
}

/// PostgreSQL keeps no NUL in texts; addresses and files may have one.
#[tokio::test]
async fn a_nul_is_answered_like_anything_else_that_is_wrong() -> anyhow::Result<()> {
    let world = World::start().await?;
    world.registry("Jane", &["example"]).await?;
    let id = Sent {
        path_id: "7\u{0}7",
        ..escrow("FULL", "FULL")
    };
    assert_eq!(world.rejected(&id).await?, 2006);
    let month = Sent {
        path_id: "2026-10\0",
        ..transactions("Second", "Second")
    };
    assert_eq!(world.rejected(&month).await?, 2111);
    let quoted = transactions("9999,3,", "9999,\0,");
    assert_eq!(world.rejected(&quoted).await?, 2001);
    let header = transactions("iana-id", "iana\0");
    assert_eq!(world.rejected(&header).await?, 2001);
    Ok(())
}
