//! The two descriptions of the events, `docs/asyncapi.yaml` for machines and `docs/events.md` for people, name every subject
//! that there is, and none that there is not.

use std::collections::BTreeSet;

use nsp_proto::event::SUBJECTS;

const FOR_MACHINES: &str = include_str!("../../../docs/asyncapi.yaml");
const FOR_PEOPLE: &str = include_str!("../../../docs/events.md");

#[test]
fn asyncapi_yaml_has_a_channel_for_every_subject() {
    let lines = FOR_MACHINES.lines();
    let addresses = lines.filter_map(|line| line.trim().strip_prefix("address: "));
    assert_all_subjects(addresses, "docs/asyncapi.yaml (channels: address)");
}

#[test]
fn events_md_has_a_section_for_every_subject() {
    let lines = FOR_PEOPLE.lines();
    let titles = lines.filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`'));
    assert_all_subjects(titles, "docs/events.md (### headings)");
}

fn assert_all_subjects<'a>(described: impl Iterator<Item = &'a str>, place: &str) {
    let described: BTreeSet<&str> = described.collect();
    let exist: BTreeSet<&str> = SUBJECTS.iter().copied().collect();
    let missing: Vec<_> = exist.difference(&described).collect();
    let gone: Vec<_> = described.difference(&exist).collect();
    assert!(missing.is_empty(), "{place}: describe {missing:?}");
    assert!(gone.is_empty(), "{place}: there is no {gone:?}");
}
