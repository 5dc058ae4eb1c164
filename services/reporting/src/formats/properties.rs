//! Whatever is sent, the readers answer, and do so within bounds.

use std::fmt::Write;

use proptest::prelude::*;

use super::{activity, escrow, notification, transactions, vectors, xml::Xml};
use crate::{
    domain::Finding,
    settings::{Settings, shipped},
};

/// Every reader on the same bytes; each must come back.
fn read_all(body: &[u8], settings: &Settings) {
    let limits = &settings.limits;
    let month = "2026-10".parse().unwrap();
    let findings = [
        escrow::read(body, limits).err(),
        notification::read(body, limits).err(),
        transactions::check(body, limits, &settings.rri).err(),
        activity::check(body, month, limits, &settings.rri).err(),
    ];
    for problem in findings.into_iter().flatten() {
        // What was sent may be quoted, but not sent back.
        assert!(problem.description.chars().count() <= 501);
    }
    if let Ok(root) = Xml::new(body, limits).and_then(Xml::root_element) {
        assert!(root.starts_with('<') && root.ends_with('>'), "{root}");
    }
}

/// A good document in which a piece is replaced by another.
pub fn mutated(document: String) -> impl Strategy<Value = Vec<u8>> {
    let length = document.len();
    let piece = prop_oneof![
        any::<Vec<u8>>().prop_filter("short", |piece| piece.len() < 40),
        "[<>&;/!\\[\\]\"'=a-z:?-]{0,20}".prop_map(String::into_bytes),
        Just(b"<!DOCTYPE a [<!ENTITY b \"c\">]>".to_vec()),
        Just(b"<!--".to_vec()),
        Just(b"<![CDATA[".to_vec()),
        Just(b"\xef\xbb\xbf".to_vec()),
        Just(b"&#x10FFFF;&#xD800;&#0;".to_vec()),
        Just(b"\"".to_vec()),
        Just(b",,,,".to_vec()),
    ];
    (0..length, 0..30_usize, piece).prop_map(move |(at, cut, piece)| {
        let bytes = document.as_bytes();
        let end = (at + cut).min(length);
        [&bytes[..at], &piece, &bytes[end..]].concat()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read(body in any::<Vec<u8>>()) {
        read_all(&body, &shipped());
    }

    #[test]
    fn any_markup_is_read(body in "[<>&;/!?\\[\\]\"'=a-c \n:-]{0,200}") {
        read_all(body.as_bytes(), &shipped());
    }

    #[test]
    fn any_table_is_read(body in "[,\"\r\n0-9a-z;-]{0,300}") {
        read_all(body.as_bytes(), &shipped());
    }

    #[test]
    fn good_reports_gone_wrong_are_read(body in mutated(vectors::escrow_report("1", "FULL", "2026-11-22"))) {
        read_all(&body, &shipped());
    }

    #[test]
    fn good_notifications_gone_wrong_are_read(body in mutated(vectors::notification("DVFN", "2026-11-22"))) {
        read_all(&body, &shipped());
    }

    #[test]
    fn good_tables_gone_wrong_are_read(body in mutated(vectors::transactions("\r\n"))) {
        read_all(&body, &shipped());
    }

    #[test]
    fn good_activities_gone_wrong_are_read(body in mutated(vectors::activity(38))) {
        read_all(&body, &shipped());
    }

    /// However deep, however many: never more than the limits.
    #[test]
    fn depth_and_number_are_bounded(depth in 33_usize..3_000, name in "[a-z]{1,8}") {
        let limits = shipped().limits;
        let deep = format!("<{name}>").repeat(depth);
        let problem = Xml::new(deep.as_bytes(), &limits).unwrap().root_element().unwrap_err();
        prop_assert!(problem.description.contains("too deeply"), "{}", problem.description);
    }

    /// No document type, whatever is in it, and no entity of one's own.
    #[test]
    fn entities_are_refused(inside in "[a-zA-Z %\"<!&;]{0,60}", entity in "[b-f]{2,12}") {
        let limits = shipped().limits;
        for document in [
            format!("<!DOCTYPE lolz [{inside}]><lolz>&{entity};</lolz>"),
            format!("<lolz>&{entity};</lolz>"),
            format!("<lolz a='&{entity};'/>"),
        ] {
            let problem = escrow::read(document.as_bytes(), &limits).unwrap_err();
            prop_assert_eq!(problem.finding, Finding::InvalidXml);
            let root = Xml::new(document.as_bytes(), &limits).unwrap().root_element();
            prop_assert!(root.is_err(), "{}", document);
        }
    }
}

#[test]
fn a_billion_laughs_are_not_laughed() {
    let mut bomb = String::from("<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY lol \"lol\">");
    for n in 1..10 {
        let before = format!("&lol{};", n - 1).repeat(10);
        write!(bomb, "<!ENTITY lol{n} \"{before}\">").unwrap();
    }
    bomb.push_str("]><lolz>&lol9;</lolz>");
    let problem = escrow::read(bomb.as_bytes(), &shipped().limits).unwrap_err();
    assert!(
        problem.description.contains("document type"),
        "{}",
        problem.description
    );
}
