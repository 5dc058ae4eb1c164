//! Creates windows, all or none, or says what is wrong with them (MW-2, MW-3).

use std::collections::BTreeSet;

use aws_lc_rs::digest;
use nsp_kit::{
    call::Call,
    clock::to_proto,
    db::Tx,
    events::{About, announce},
    id::AccountId,
    status::{Invalid, Violations},
};
use nsp_proto::{events::v1::WindowCreated, maintenance::v1 as pb};
use prost::Message;
use uuid::Uuid;

use super::{
    convert::{self, acting_account, moment},
    problems::{Clash, Problems},
};
use crate::{
    domain::{
        Draft, Label, Limits, MAX_WINDOWS, Occupied, Origin, Span, Window, WindowId, clashes_within,
    },
    error::Error,
    store::{self, catalogue::Service, overlaps::InTheWay, requests::Known},
};

pub async fn create_windows(
    call: &Call,
    limits: &Limits,
    request: pb::CreateWindowsRequest,
) -> Result<pb::CreateWindowsResponse, Error> {
    let account = acting_account(call.person()?)?;
    let mut bad = Violations::default();
    let request_id = bad.parse_optional::<Uuid>("request_id", &request.request_id);
    if !(1..=MAX_WINDOWS).contains(&request.windows.len()) {
        bad.add("windows", format!("must be 1 to {MAX_WINDOWS}"));
    }
    let request_id = bad.finish(request_id)?.filter(|_| !request.validate_only);

    let mut tx = call.begin().await?;
    if let Some(id) = request_id
        && let Some(answer) = answered(&mut tx, id, &request).await?
    {
        return Ok(answer);
    }
    let mut problems = Problems::default();
    let windows = check(&mut tx, account, limits, &request.windows, &mut problems).await?;
    if !problems.is_empty() {
        if request.validate_only {
            return Ok(pb::CreateWindowsResponse {
                windows: Vec::new(),
                problems: problems.into_answer(),
            });
        }
        return Err(problems.into_refusal());
    }
    if request.validate_only {
        let preview = windows.iter().map(|window| pb::Window {
            name: String::new(),
            etag: String::new(),
            ..convert::window(window, call.now)
        });
        return Ok(pb::CreateWindowsResponse {
            windows: preview.collect(),
            problems: Vec::new(),
        });
    }

    store::windows::insert(&mut tx, &windows).await?;
    for window in &windows {
        announce_created(&mut tx, window).await?;
    }
    let created = windows.iter().map(|one| convert::window(one, call.now));
    let answer = pb::CreateWindowsResponse {
        windows: created.collect(),
        problems: Vec::new(),
    };
    if let Some(id) = request_id {
        store::requests::finish(&mut tx, id, &answer.encode_to_vec()).await?;
    }
    tx.commit().await?;
    Ok(answer)
}

/// What the request was answered when it came first.
async fn answered(
    tx: &mut Tx,
    id: Uuid,
    request: &pb::CreateWindowsRequest,
) -> Result<Option<pb::CreateWindowsResponse>, Error> {
    let content = request.encode_to_vec();
    let digest = digest::digest(&digest::SHA256, &content);
    match store::requests::begin(tx, id, digest.as_ref()).await? {
        Known::New => Ok(None),
        Known::Answered(answer) => pb::CreateWindowsResponse::decode(answer.as_slice())
            .map(Some)
            .map_err(|_| Error::Inconsistent("answer")),
        Known::Different => {
            let words = "was used for another request; take a new one";
            Err(Invalid::field("request_id", words).into())
        }
    }
}

/// The windows as they would be; of no use if something is wrong with one of them.
async fn check(
    tx: &mut Tx,
    account: AccountId,
    limits: &Limits,
    wanted: &[pb::Window],
    problems: &mut Problems,
) -> Result<Vec<Window>, Error> {
    let services = store::catalogue::list(tx).await?;
    let drafts: Vec<Option<Draft>> = wanted
        .iter()
        .enumerate()
        .map(|(i, window)| draft(i, window, problems))
        .collect();
    let labels: BTreeSet<&Label> = drafts.iter().flatten().map(|draft| &draft.tld).collect();
    let labels: Vec<Label> = labels.into_iter().cloned().collect();
    let held = store::tlds::lock(tx, account, &labels).await?;

    let mut windows = Vec::with_capacity(drafts.len());
    for (i, draft) in drafts.iter().enumerate() {
        let Some(draft) = draft else {
            continue;
        };
        let tld = draft.tld.as_ref();
        let held = held.iter().find(|held| held.label == tld);
        if held.is_none() {
            let words = format!(".{tld} is not a TLD you act for");
            problems.add(i, "tld", "TLD_NOT_FOUND", &words);
        }
        let service = find(&services, draft);
        if service.is_none() {
            problems.add(
                i,
                "service",
                "SERVICE_NOT_FOUND",
                &"is not in the catalogue",
            );
        }
        for (field, words) in limits.check(&draft.span, tx.now()) {
            problems.add(i, field, "INVALID_FIELD", &words);
        }
        let actor = tx.actor();
        windows.push(Window {
            id: WindowId::new(),
            account: held.map_or(account, |held| held.account),
            account_name: held.map_or_else(String::new, |held| held.account_name.clone()),
            draft: draft.clone(),
            service_name: service
                .map(|service| service.name.clone())
                .unwrap_or_default(),
            origin: Origin::Portal,
            external_id: None,
            creator: actor.to_string(),
            creator_name: actor.display_name().to_owned(),
            create_time: tx.now(),
            update_time: tx.now(),
            version: 1,
        });
    }
    check_overlaps(tx, &drafts, &services, problems).await?;
    Ok(windows)
}

/// One window of the request, if all of its fields make sense.
fn draft(i: usize, window: &pb::Window, problems: &mut Problems) -> Option<Draft> {
    let mut field = |field: &str, words: String| problems.add(i, field, "INVALID_FIELD", &words);
    macro_rules! parse {
        ($name:ident) => {
            window
                .$name
                .parse()
                .map_err(|words| field(stringify!($name), format!("{words}")))
                .ok()
        };
    }
    let tld = parse!(tld);
    let service = parse!(service);
    let title = parse!(display_name);
    let description = parse!(description);
    let mut time = |name: &str, at: &Option<nsp_proto::Timestamp>| {
        moment(at.as_ref())
            .map_err(|words| field(name, words.to_owned()))
            .ok()
    };
    let start = time("start_time", &window.start_time);
    let end = time("end_time", &window.end_time);
    let span = start.zip(end).and_then(|(start, end)| {
        let span = Span::new(start, end);
        if span.is_none() {
            field("end_time", "must be after the start".to_owned());
        }
        span
    });
    Some(Draft {
        tld: tld?,
        service: service?,
        title: title?,
        description: description?,
        span: span?,
        enabled: window.enabled,
    })
}

fn find<'a>(services: &'a [Service], draft: &Draft) -> Option<&'a Service> {
    let code = draft.service.as_ref();
    services.iter().find(|service| service.code == code)
}

/// With what is stored, and with each other.
async fn check_overlaps(
    tx: &mut Tx,
    drafts: &[Option<Draft>],
    services: &[Service],
    problems: &mut Problems,
) -> Result<(), Error> {
    let occupied: Vec<Option<Occupied>> = drafts
        .iter()
        .enumerate()
        .map(|(i, draft)| {
            let draft = draft.as_ref().filter(|_| !problems.concern(i))?;
            Occupied::by(draft)
        })
        .collect();
    let stored = store::overlaps::find(tx, &occupied, None).await?;
    let creator = tx.actor().display_name().to_owned();
    for ((i, stored), within) in stored
        .into_iter()
        .enumerate()
        .zip(clashes_within(&occupied))
    {
        let Some((wanted, draft)) = occupied[i].as_ref().zip(drafts[i].as_ref()) else {
            continue;
        };
        let service = find(services, draft).map_or("", |service| &service.name);
        if let Some(other) = stored {
            problems.add_clash(i, wanted, service, &Clash { index: None, other });
        }
        if let Some((j, other)) = within.and_then(|j| Some((j, drafts[j].as_ref()?))) {
            let other = InTheWay {
                id: WindowId(Uuid::nil()),
                title: other.title.as_ref().to_owned(),
                span: other.span,
                creator_name: creator.clone(),
            };
            let index = Some(j);
            problems.add_clash(i, wanted, service, &Clash { index, other });
        }
    }
    Ok(())
}

pub async fn announce_created(tx: &mut Tx, window: &Window) -> Result<(), Error> {
    let draft = &window.draft;
    let event = WindowCreated {
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
