//! The subjects of all events: a contract with subscribers we do not know.

use nsp_proto::event::SUBJECTS;

const GOLDEN: &str = include_str!("events.txt");

#[test]
fn subjects_are_those_that_were_promised() {
    let now: Vec<&str> = SUBJECTS.to_vec();
    let promised: Vec<&str> = GOLDEN.lines().collect();
    assert_eq!(
        now, promised,
        "an event that was added belongs into events.txt; none may ever leave it"
    );
}
