//! The state machine, move by move.

use jiff::{SignedDuration, Timestamp};
use nsp_kit::id::{AccountId, UserId};

use super::*;

const START: Timestamp = Timestamp::UNIX_EPOCH;

fn person(name: &str, staff: bool) -> Author {
    Author {
        user: UserId::new(),
        name: name.to_owned(),
        staff,
    }
}

fn hours(n: i64) -> Timestamp {
    START + SignedDuration::from_hours(n)
}

fn text<T: std::str::FromStr<Err = String>>(text: &str) -> T {
    text.parse().unwrap()
}

fn inquiry() -> Case {
    let submission = Submission {
        account: AccountId::new(),
        account_name: "Acme".to_owned(),
        creator: person("Jane", false),
        subject: text("Fees"),
        description: text("What is due when?"),
        tlds: Vec::new(),
        follows: None,
    };
    Case::submit(submission, START)
}

fn asked() -> (Case, Author) {
    let (mut case, agent) = (inquiry(), person("Ada", true));
    case.request_information(&agent, text("Send the letter."), hours(240), hours(24))
        .unwrap();
    (case, agent)
}

fn closed() -> Case {
    let mut case = inquiry();
    case.close(hours(1)).unwrap();
    case
}

#[test]
fn a_new_inquiry_is_icanns_turn_and_due_in_seven_days() {
    let case = inquiry();
    assert_eq!(
        (&case.status, case.status.turn(), case.due()),
        (&Status::New, Turn::Icann, hours(168))
    );
}

#[test]
fn taking_a_new_case_puts_it_in_progress() {
    let (mut case, agent) = (inquiry(), person("Ada", true));
    case.take(&agent, hours(1)).unwrap();
    assert_eq!(
        (&case.status, case.assignee.as_ref()),
        (&Status::InProgress, Some(&agent))
    );
}

#[test]
fn a_reply_of_staff_to_a_new_case_takes_it() {
    let (mut case, agent) = (inquiry(), person("Ada", true));
    assert_eq!(case.comment(&agent, hours(1)).unwrap(), Activity::Comment);
    assert_eq!(
        (&case.status, case.assignee.as_ref()),
        (&Status::InProgress, Some(&agent))
    );
}

#[test]
fn icanns_clock_stands_still_while_the_party_has_to_act() {
    let (mut case, _) = asked();
    assert_eq!((case.status.turn(), case.due()), (Turn::Party, hours(240)));
    let party = case.creator.clone();
    case.comment(&party, hours(72)).unwrap();
    // 168 hours, and the 48 that the party took.
    assert_eq!(
        (&case.status, case.due()),
        (&Status::InProgress, hours(216))
    );
}

#[test]
fn the_party_is_asked_one_thing_at_a_time_and_in_the_future() {
    let (mut case, agent) = asked();
    let again = case.request_information(&agent, text("And the seal."), hours(300), hours(25));
    assert!(matches!(again, Err(Error::AlreadyAsked)));
    let mut case = inquiry();
    assert!(matches!(
        case.request_information(&agent, text("x"), hours(1), hours(1)),
        Err(Error::DueInPast)
    ));
    assert!(matches!(
        case.request_information(&agent, text("x"), hours(9_000), hours(1)),
        Err(Error::DueTooFar)
    ));
}

#[test]
fn a_comment_on_a_closed_inquiry_asks_to_reopen_it() {
    let mut case = closed();
    let party = case.creator.clone();
    assert_eq!(
        case.comment(&party, hours(100)).unwrap(),
        Activity::ReopenRequested
    );
    assert_eq!(
        (&case.status, case.due()),
        (&Status::ReopenRequested, hours(268))
    );
    // A second comment changes nothing more.
    assert_eq!(case.comment(&party, hours(101)).unwrap(), Activity::Comment);
    assert_eq!(case.due(), hours(268));
}

#[test]
fn a_comment_on_a_closed_service_request_is_refused() {
    let mut case = Case {
        kind: Kind::ServiceRequest,
        ..closed()
    };
    let party = case.creator.clone();
    assert!(matches!(case.comment(&party, hours(2)), Err(Error::Closed)));
}

#[test]
fn staff_reopen_asked_or_not_and_may_decline() {
    let agent = person("Ada", true);
    let mut unasked = closed();
    unasked.reopen(&agent, hours(5)).unwrap();
    assert_eq!(
        (&unasked.status, unasked.due()),
        (&Status::InProgress, hours(173))
    );

    let mut asked = closed();
    let party = asked.creator.clone();
    asked.comment(&party, hours(2)).unwrap();
    assert!(matches!(asked.close(hours(3)), Err(Error::ReopenUndecided)));
    asked.decline_reopen(hours(3)).unwrap();
    assert_eq!(asked.status, Status::Closed { at: hours(3) });
    assert!(matches!(
        asked.decline_reopen(hours(4)),
        Err(Error::ReopenNotRequested)
    ));
}

#[test]
fn an_inquiry_is_expedited_once_and_only_sooner() {
    let mut case = inquiry();
    assert!(matches!(
        case.reject_expedite(text("no"), hours(1)),
        Err(Error::NotExpedited)
    ));
    case.request_expedite(text("Board meets."), hours(1))
        .unwrap();
    assert!(matches!(
        case.request_expedite(text("Again."), hours(2)),
        Err(Error::AlreadyExpedited)
    ));
    assert!(matches!(
        case.approve_expedite(hours(168), None, hours(2)),
        Err(Error::DueNotSooner)
    ));
    assert!(matches!(
        case.approve_expedite(hours(2), None, hours(2)),
        Err(Error::DueInPast)
    ));
    case.approve_expedite(hours(48), None, hours(2)).unwrap();
    assert_eq!(case.due(), hours(48));
    assert!(matches!(
        case.reject_expedite(text("no"), hours(3)),
        Err(Error::ExpediteDecided)
    ));
}

#[test]
fn an_overdue_case_may_be_expedited_to_any_future_time() {
    let mut case = inquiry();
    case.request_expedite(text("You are late."), hours(200))
        .unwrap();
    case.approve_expedite(hours(224), None, hours(201)).unwrap();
    assert_eq!(case.due(), hours(224));
}

#[test]
fn nothing_more_happens_to_a_canceled_case() {
    let (mut case, agent) = (inquiry(), person("Ada", true));
    case.cancel(hours(1)).unwrap();
    let party = case.creator.clone();
    assert!(matches!(
        case.comment(&party, hours(2)),
        Err(Error::Canceled)
    ));
    assert!(matches!(
        case.comment(&agent, hours(2)),
        Err(Error::Canceled)
    ));
    assert!(matches!(case.take(&agent, hours(2)), Err(Error::Canceled)));
    assert!(matches!(case.close(hours(2)), Err(Error::Canceled)));
    assert!(matches!(case.cancel(hours(2)), Err(Error::Canceled)));
    assert!(matches!(
        case.reopen(&agent, hours(2)),
        Err(Error::Canceled)
    ));
    assert!(matches!(
        case.request_expedite(text("x"), hours(2)),
        Err(Error::Canceled)
    ));
}

#[test]
fn every_change_makes_an_older_etag_stale() {
    let (mut case, agent) = (inquiry(), person("Ada", true));
    let seen = Etag(Some(case.version));
    case.check(seen).unwrap();
    case.take(&agent, hours(1)).unwrap();
    assert!(matches!(case.check(seen), Err(Error::Stale)));
    case.check(Etag(None)).unwrap();
}
