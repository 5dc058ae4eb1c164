//! Changes a window (MW-4).

use nsp_kit::{
    call::Call,
    clock::to_proto,
    db::Tx,
    events::{About, announce},
    id::AccountId,
    status::Violations,
};
use nsp_proto::{events::v1::WindowChanged, maintenance::v1 as pb};

use super::{
    convert::{self, acting_account, moment},
    problems::overlap,
};
use crate::{
    domain::{Change, Etag, Label, Limits, Occupied, Refusal, Window, WindowId},
    error::Error,
    store::{self, tlds::Held},
};

/// How often a window may be moved to another TLD by others before we give up.
const MOVES: usize = 5;

pub async fn update_window(
    call: &Call,
    limits: &Limits,
    request: pb::UpdateWindowRequest,
) -> Result<pb::Window, Error> {
    let account = acting_account(call.person()?)?;
    let message = request.window.unwrap_or_default();
    let mut bad = Violations::default();
    let id = bad.parse::<WindowId>("window.name", &message.name);
    let etag = bad.parse::<Etag>("window.etag", &message.etag);
    let mask = request.update_mask.unwrap_or_default().paths;
    let change = change(&mut bad, &message, &mask);
    let ((id, etag), change) = bad.finish(id.zip(etag).zip(Some(change)))?;

    let Locked {
        mut tx,
        held,
        mut window,
    } = lock(call, account, id, change.tld.as_ref()).await?;
    window.check(etag.0)?;
    let changed = window.change(&change, limits, call.now)?;
    if changed {
        check_references(&mut tx, &mut window, &held).await?;
        check_overlap(&mut tx, &window).await?;
    }
    if changed && !request.validate_only {
        store::windows::update(&mut tx, &window).await?;
        announce_changed(&mut tx, &window).await?;
        tx.commit().await?;
    }
    Ok(convert::window(&window, call.now))
}

/// A window that nobody else changes, and those of its TLDs that the caller acts for.
struct Locked {
    tx: Tx,
    held: Vec<Held>,
    window: Window,
}

/// Locks the TLDs first and then the window: the order in which everybody locks them. A window that was moved to another
/// TLD in between is locked anew.
async fn lock(
    call: &Call,
    account: AccountId,
    id: WindowId,
    new: Option<&Label>,
) -> Result<Locked, Error> {
    for _ in 0..MOVES {
        let mut tx = call.begin().await?;
        let old = store::windows::get(&mut tx, id).await?.draft.tld;
        let labels: Vec<Label> = [Some(old), new.cloned()].into_iter().flatten().collect();
        let held = store::tlds::lock(&mut tx, account, &labels).await?;
        let mut locked = store::windows::lock(&mut tx, &[id]).await?;
        let window = locked.pop().ok_or(Error::NotFound)?;
        if labels.contains(&window.draft.tld) {
            return Ok(Locked { tx, held, window });
        }
    }
    Err(Error::Refused(Refusal::Stale))
}

/// What the fields of the mask are to be.
fn change(bad: &mut Violations, message: &pb::Window, mask: &[String]) -> Change {
    let mut change = Change::default();
    if mask.is_empty() {
        bad.add("update_mask", "must name at least one field");
    }
    for path in mask {
        let field = format!("window.{path}");
        let mut time = |at: &Option<nsp_proto::Timestamp>| {
            moment(at.as_ref())
                .map_err(|words| bad.add(&field, words))
                .ok()
        };
        match path.as_str() {
            "start_time" => change.start = time(&message.start_time),
            "end_time" => change.end = time(&message.end_time),
            "tld" => change.tld = bad.parse(&field, &message.tld),
            "service" => change.service = bad.parse(&field, &message.service),
            "display_name" => change.title = bad.parse(&field, &message.display_name),
            "description" => change.description = bad.parse(&field, &message.description),
            "enabled" => change.enabled = Some(message.enabled),
            _ => bad.add("update_mask", format!("{path:?} cannot be changed")),
        }
    }
    change
}

/// That its TLD is one the caller acts for and its service is in the catalogue.
async fn check_references(tx: &mut Tx, window: &mut Window, held: &[Held]) -> Result<(), Error> {
    let mut bad = Violations::default();
    let tld = window.draft.tld.as_ref();
    match held.iter().find(|held| held.label == tld) {
        None => bad.add("window.tld", format!(".{tld} is not a TLD you act for")),
        // A service provider acts for several; a window stays with its registry.
        Some(held) if held.account != window.account => bad.add(
            "window.tld",
            format!(".{tld} is another registry's TLD; add a window there instead"),
        ),
        Some(_) => {}
    }
    let services = store::catalogue::list(tx).await?;
    let code = window.draft.service.as_ref();
    let service = services.into_iter().find(|service| service.code == code);
    if service.is_none() {
        bad.add("window.service", "is not in the catalogue");
    }
    window.service_name = bad.finish(service)?.name;
    Ok(())
}

pub async fn check_overlap(tx: &mut Tx, window: &Window) -> Result<(), Error> {
    let Some(wanted) = Occupied::by(&window.draft) else {
        return Ok(());
    };
    let wanted = [Some(wanted)];
    let found = store::overlaps::find(tx, &wanted, Some(window.id)).await?;
    let found = found.into_iter().next().flatten();
    let [Some(wanted)] = wanted else {
        return Ok(());
    };
    match found {
        None => Ok(()),
        Some(other) => {
            let words = overlap(&wanted, &window.service_name, other);
            Err(Error::Overlap(vec![(
                "window.start_time".to_owned(),
                words,
            )]))
        }
    }
}

pub async fn announce_changed(tx: &mut Tx, window: &Window) -> Result<(), Error> {
    let draft = &window.draft;
    let event = WindowChanged {
        window: window.id.to_string(),
        account: window.account.to_string(),
        tld: draft.tld.as_ref().to_owned(),
        service: draft.service.as_ref().to_owned(),
        start_time: Some(to_proto(draft.span.start())),
        end_time: Some(to_proto(draft.span.end())),
        enabled: draft.enabled,
    };
    announce(tx, &About::new(&window.id, window.account), &event).await?;
    Ok(())
}
