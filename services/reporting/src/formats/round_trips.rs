//! What was read once is read the same again: as it was served, as it was written by somebody else's program.

use jiff::Timestamp;
use proptest::prelude::*;

use super::{
    activity, dates, escrow, metrica, monitoring, notification,
    properties::mutated,
    query::{Flag, Query},
    received, transactions, vectors,
    xml::Xml,
};
use crate::{
    domain::{Entity, Finding, Kind, Label, Month, day},
    settings::{Limits, shipped},
};

/// What was accepted is served so that it reads as it did: in one well-formed document, byte for byte.
fn served<T: PartialEq + std::fmt::Debug>(
    kind: Kind,
    body: &[u8],
    read: impl Fn(&[u8], &Limits) -> Option<T>,
) -> Result<(), TestCaseError> {
    let limits = shipped().limits;
    let Some(first) = read(body, &limits) else {
        return Ok(());
    };
    let at: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
    let twice = [(at, body.to_vec()), (at, body.to_vec())];
    let document = received::write(kind, &twice, &limits);
    prop_assert!(document.is_ok(), "{:?}", document);
    let document = document.unwrap();
    // Two levels more than what was received.
    let around = Limits {
        xml_depth: limits.xml_depth + 2,
        xml_elements: limits.xml_elements * 2 + 5,
        ..limits
    };
    let whole = Xml::new(&document, &around).and_then(Xml::root_element);
    prop_assert!(
        whole.is_ok(),
        "{:?}: {}",
        whole,
        String::from_utf8_lossy(&document)
    );
    let root = Xml::new(body, &limits).and_then(Xml::root_element).unwrap();
    prop_assert_eq!(whole.unwrap().matches(root).count(), 2);
    prop_assert_eq!(read(root.as_bytes(), &limits), Some(first));
    Ok(())
}

/// A field of a CSV file, as any program may write it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// A transactions report of registrars with these names and numbers.
fn report(registrars: &[(String, [u32; 37])], end: &str) -> String {
    let mut lines = vec![transactions::COLUMNS.join(",")];
    let join = |numbers: &[u64]| {
        let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
        numbers.join(",")
    };
    let mut sums = [0; 37];
    for (name, numbers) in registrars {
        let numbers = numbers.map(u64::from);
        for (sum, number) in sums.iter_mut().zip(numbers) {
            *sum += number;
        }
        lines.push(format!("{},146,{}", quoted(name), join(&numbers)));
    }
    lines.push(format!("Totals,,{}", join(&sums)));
    lines.join(end)
}

fn registrars() -> impl Strategy<Value = Vec<(String, [u32; 37])>> {
    // Names as they are, with quotes, commas, ends of lines and whatever script.
    let name =
        "[ -~àé例え\n\r]{0,30}[a-zA-Z例]".prop_filter("not the totals", |name| name != "Totals");
    proptest::collection::vec((name, proptest::array::uniform(any::<u32>())), 0..8)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn accepted_reports_are_served_as_they_were(body in mutated(vectors::escrow_report("1", "FULL", "2026-11-22"))) {
        served(Kind::EscrowReport, &body, |body, limits| escrow::read(body, limits).ok())?;
    }

    #[test]
    fn accepted_notifications_are_served_as_they_were(body in mutated(vectors::notification("DVFN", "2026-11-22"))) {
        served(Kind::EscrowNotification, &body, |body, limits| notification::read(body, limits).ok())?;
    }

    /// Comments, instructions and references between the elements change nothing.
    #[test]
    fn ornaments_are_kept_and_change_nothing(ornament in "[a-z&;#0-9 ]{0,20}", place in 0_usize..12) {
        let plain = vectors::escrow_report("1", "FULL", "2026-11-22");
        let (place, _) = plain.match_indices("\n  <").nth(place).unwrap_or((plain.len(), ""));
        let (before, after) = plain.split_at(place);
        let decorated = format!("{before}<!-- {ornament} --><?x {ornament}?>{after}");
        let limits = shipped().limits;
        let expected = escrow::read(plain.as_bytes(), &limits).unwrap();
        prop_assert_eq!(escrow::read(decorated.as_bytes(), &limits).unwrap(), expected);
        served(Kind::EscrowReport, decorated.as_bytes(), |body, limits| escrow::read(body, limits).ok())?;
    }

    #[test]
    fn reports_of_any_registrars_add_up(registrars in registrars(), crlf in any::<bool>(), column in 0_usize..37) {
        let settings = shipped();
        let end = if crlf { "\r\n" } else { "\n" };
        let good = report(&registrars, end);
        let check = |text: &str| transactions::check(text.as_bytes(), &settings.limits, &settings.rri);
        prop_assert_eq!(check(&good), Ok(()), "{}", good);
        // Any total that is one too many is found.
        let (before, totals) = good.rsplit_once("Totals,,").unwrap();
        let mut totals: Vec<u64> = totals.split(',').map(|number| number.parse().unwrap()).collect();
        totals[column] += 1;
        let totals: Vec<String> = totals.iter().map(u64::to_string).collect();
        let wrong = format!("{before}Totals,,{}", totals.join(","));
        let finding = check(&wrong).unwrap_err().finding;
        prop_assert_eq!(finding, Finding::TotalsMismatch);
    }

    /// Never more lines than the limit, whatever they say.
    #[test]
    fn lines_are_bounded(more in 1_usize..50, line in "[0-9,]{0,5}x") {
        let settings = shipped();
        let limits = Limits { csv_lines: 20, ..settings.limits };
        let header = transactions::COLUMNS.join(",");
        let zero = format!("a,146{}", ",0".repeat(37));
        let many = vec![zero; 18 + more].join("\n");
        let text = format!("{header}\n{many}\n{line}");
        let problem = transactions::check(text.as_bytes(), &limits, &settings.rri).unwrap_err();
        prop_assert_eq!(problem.finding, Finding::InvalidCsv);
        if more > 1 {
            prop_assert!(problem.description.contains("too many lines"), "{}", problem.description);
        }
    }

    /// Never more elements than the limit.
    #[test]
    fn elements_are_bounded(more in 0_usize..100) {
        let limits = Limits { xml_elements: 50, ..shipped().limits };
        let text = format!("<a>{}</a>", "<b/>".repeat(49 + more));
        let read = Xml::new(text.as_bytes(), &limits).unwrap().root_element();
        prop_assert_eq!(read.is_ok(), more == 0, "{:?}", read);
    }

    #[test]
    fn numbers_of_activities_are_read_or_named(numbers in proptest::collection::vec("-?[0-9]{1,25}", 38)) {
        let settings = shipped();
        let month = "2026-10".parse().unwrap();
        let text = format!("{}\n{}\n", activity::COLUMNS.join(","), numbers.join(","));
        let checked = activity::check(text.as_bytes(), month, &settings.limits, &settings.rri);
        let negative = numbers.iter().any(|number| number.starts_with('-') && number.bytes().any(|digit| (b'1'..=b'9').contains(&digit)));
        if negative {
            prop_assert!(checked.is_err());
        }
    }

    /// What MoSAPI and its bridge are asked: any path, query, date, name or body has an answer.
    #[test]
    fn any_question_has_an_answer(text in "[ -~/&=.%例\u{0}\n]{0,60}", body in any::<Vec<u8>>()) {
        let settings = shipped();
        let label: Label = "example".parse().unwrap();
        let entity = Entity::Registry(label);
        let today = "2026-11-24".parse().unwrap();
        let range = Query::parse(&text, &settings.mosapi, Flag::FalsePositive)
            .and_then(|query| query.range(today, &settings.mosapi));
        if let Ok(range) = range {
            prop_assert!(range.from <= range.to);
        }
        if let Ok(month) = text.parse::<Month>() {
            prop_assert_eq!(month.to_string(), text.as_str());
        }
        if let Some(day) = day(&text) {
            prop_assert_eq!(day.to_string(), text.as_str());
        }
        dates::date_time(&text);
        if monitoring::Path::parse(&text).is_none() {
            prop_assert!(monitoring::check(&entity, 2, &text, &body).is_err());
        }
        prop_assert!(monitoring::check(&entity, 2, "state", &body).is_err(), "random bytes are no state");
        prop_assert!(metrica::check(&entity, today, &body).is_err(), "random bytes are no report");
    }

    /// Days and months of addresses, from the first to the last.
    #[test]
    fn days_and_months_are_written_as_they_are_read(year in 0_i16..=9999, month in 1_i8..=12, date in 1_i8..=31) {
        let text = format!("{year:04}-{month:02}-{date:02}");
        let real = jiff::civil::Date::new(year, month, date).ok();
        prop_assert_eq!(day(&text), real);
        let text = format!("{year:04}-{month:02}");
        let read: Month = text.parse().unwrap();
        prop_assert_eq!(read.to_string(), text);
    }
}
