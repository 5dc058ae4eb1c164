//! Between the messages of the API and the types of the domain.

use jiff::Timestamp;
use nsp_kit::{
    auth::Person,
    clock::{from_proto, to_proto},
    id::AccountId,
    status::Violations,
};
use nsp_proto::maintenance::v1 as pb;

use crate::{
    domain::{Origin, Phase, Window},
    error::Error,
    store::{feeds::Feed, list::View},
};

/// A window as it is at `now`.
pub fn window(window: &Window, now: Timestamp) -> pb::Window {
    let draft = &window.draft;
    pb::Window {
        name: window.id.to_string(),
        account: window.account.to_string(),
        account_display_name: window.account_name.clone(),
        tld: draft.tld.as_ref().to_owned(),
        service: draft.service.as_ref().to_owned(),
        service_display_name: window.service_name.clone(),
        display_name: draft.title.as_ref().to_owned(),
        description: draft.description.as_ref().to_owned(),
        start_time: Some(to_proto(draft.span.start())),
        end_time: Some(to_proto(draft.span.end())),
        enabled: draft.enabled,
        phase: phase(draft.span.phase(now)).into(),
        origin: origin(window.origin).into(),
        external_id: window.external_id.clone().unwrap_or_default(),
        creator: window.creator.clone(),
        creator_display_name: window.creator_name.clone(),
        create_time: Some(to_proto(window.create_time)),
        update_time: Some(to_proto(window.update_time)),
        etag: window.version.to_string(),
    }
}

/// As lists show it: without its description.
pub fn listed(window: &Window, now: Timestamp) -> pb::Window {
    pb::Window {
        description: String::new(),
        ..self::window(window, now)
    }
}

fn phase(phase: Phase) -> pb::window::Phase {
    match phase {
        Phase::Upcoming => pb::window::Phase::Upcoming,
        Phase::Ongoing => pb::window::Phase::Ongoing,
        Phase::Past => pb::window::Phase::Past,
    }
}

fn origin(origin: Origin) -> pb::window::Origin {
    match origin {
        Origin::Portal => pb::window::Origin::Portal,
        Origin::Rri => pb::window::Origin::Rri,
        Origin::MosApi => pb::window::Origin::Mosapi,
    }
}

/// Which phase a list is limited to; none for all.
pub fn phase_filter(phase: pb::window::Phase) -> Option<Phase> {
    match phase {
        pb::window::Phase::Unspecified => None,
        pb::window::Phase::Upcoming => Some(Phase::Upcoming),
        pb::window::Phase::Ongoing => Some(Phase::Ongoing),
        pb::window::Phase::Past => Some(Phase::Past),
    }
}

pub fn view(view: pb::WindowView) -> View {
    match view {
        pb::WindowView::Unspecified | pb::WindowView::All => View::All,
        pb::WindowView::Enabled => View::Enabled,
        pb::WindowView::Disabled => View::Disabled,
    }
}

pub fn feed(feed: &Feed) -> pb::Feed {
    pb::Feed {
        name: feed.id.to_string(),
        account: feed.account.to_string(),
        creator: feed.creator.clone(),
        creator_display_name: feed.creator_name.clone(),
        create_time: Some(to_proto(feed.create_time)),
        read_time: feed.read_time.map(to_proto),
    }
}

/// A moment that must be given.
pub fn moment(at: Option<&nsp_proto::Timestamp>) -> Result<Timestamp, &'static str> {
    let at = at.ok_or("must be given")?;
    if at.nanos != 0 {
        return Err("must be a whole second");
    }
    // Far beyond any limit, and near enough to be written with four digits of a year.
    let sensible = 0..=7_258_118_400;
    from_proto(at)
        .filter(|at| sensible.contains(&at.as_second()))
        .ok_or("is not a time that a window could have")
}

/// A moment that may be left out. `None` means wrong, `Some(None)` means left out.
#[expect(clippy::option_option, reason = "as in Violations::parse_optional")]
pub fn optional_moment(
    bad: &mut Violations,
    field: &str,
    at: Option<&nsp_proto::Timestamp>,
) -> Option<Option<Timestamp>> {
    let Some(at) = at else {
        return Some(None);
    };
    let parsed = from_proto(at).filter(|at| (0..=7_258_118_400).contains(&at.as_second()));
    if parsed.is_none() {
        bad.add(field, "is not a time that a window could have");
    }
    parsed.map(Some)
}

/// The account a portal user acts for.
pub fn acting_account(person: &Person) -> Result<AccountId, Error> {
    person.account.ok_or(Error::NoAccount)
}
