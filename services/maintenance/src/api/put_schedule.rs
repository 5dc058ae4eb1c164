//! Creates a schedule, or makes it be as given: windows are created, changed and deleted until it has one for each of its
//! services, by the rules of those methods, all of it or nothing.

use jiff::Timestamp;
use nsp_kit::{call::Call, db::Tx, status::Violations};
use nsp_proto::maintenance::v1 as pb;

use super::{
    create_windows::announce_created,
    delete_windows::announce_deleted,
    schedule_content::Content,
    schedule_service::{Schedules, client, lock, rejection, schedule, target},
    update_window::{announce_changed, check_overlap},
};
use crate::{
    domain::{Fault, Faults, Limits, Window, WindowId},
    error::Error,
    store,
};

pub async fn put_schedule(
    call: &Call,
    api: &Schedules,
    request: pb::PutScheduleRequest,
) -> Result<pb::PutScheduleResponse, Error> {
    let message = request.schedule.unwrap_or_default();
    let mut bad = Violations::default();
    let target = target(&mut bad, "schedule.", &message.tld, &message.schedule_id);
    let client = client(&mut bad, request.client);
    let (target, client) = bad.finish(target.zip(client))?;

    let mut tx = call.begin().await?;
    tx.on_behalf_of(&client.name);
    let catalogue = store::catalogue::list(&mut tx).await?;
    let mut faults = Faults::default();
    let Some(content) = Content::parse(&message, &catalogue, &mut faults) else {
        return Ok(rejected(api, &faults));
    };
    let (account, before) = lock(&mut tx, &target).await?;
    if content.is_already(&before) {
        return Ok(accepted(&before, false));
    }
    let steps = Steps {
        added: content
            .to_add(&before, &target, account, &client, &mut tx)
            .await?,
        ..Steps::plan(&before, &content, &api.limits, call.now, &mut faults)
    };
    steps.check(&mut tx, &api.limits, &mut faults).await?;
    if faults.first().is_some() {
        return Ok(rejected(api, &faults));
    }
    steps.carry_out(&mut tx).await?;
    let after = store::schedules::find(&mut tx, &target.tld, &target.id).await?;
    tx.commit().await?;
    Ok(accepted(&after, before.is_empty()))
}

fn accepted(windows: &[Window], created: bool) -> pb::PutScheduleResponse {
    pb::PutScheduleResponse {
        schedule: schedule(windows),
        created,
        rejection: None,
    }
}

fn rejected(api: &Schedules, faults: &Faults) -> pb::PutScheduleResponse {
    pb::PutScheduleResponse {
        rejection: rejection(faults, &api.codes),
        ..Default::default()
    }
}

/// What has to be done to the windows of a schedule.
#[derive(Default)]
struct Steps {
    added: Vec<Window>,
    changed: Vec<Window>,
    deleted: Vec<Window>,
}

impl Steps {
    /// What becomes of the windows that there are.
    fn plan(
        before: &[Window],
        content: &Content<'_>,
        limits: &Limits,
        now: Timestamp,
        faults: &mut Faults,
    ) -> Self {
        let mut steps = Self::default();
        let change = content.change();
        for window in before {
            let mut window = window.clone();
            let done = if content.wants(&window) {
                window.change(&change, limits, now)
            } else {
                window.check_deletable(now).map(|()| true)
            };
            match done {
                Ok(false) => {}
                Ok(true) if content.wants(&window) => steps.changed.push(window),
                Ok(true) => steps.deleted.push(window),
                Err(refusal) => faults.add_refusal(refusal),
            }
        }
        steps
    }

    /// What windows of before cannot say: whether new ones are within the limits, and whether anything is in the way.
    async fn check(&self, tx: &mut Tx, limits: &Limits, faults: &mut Faults) -> Result<(), Error> {
        for window in &self.added {
            for (field, words) in limits.check(&window.draft.span, tx.now()) {
                faults.add_field(Fault::Limit, field, &words);
            }
        }
        for window in self.changed.iter().chain(&self.added) {
            match check_overlap(tx, window).await {
                Ok(()) => {}
                Err(Error::Overlap(clashes)) => {
                    for (_, words) in clashes {
                        faults.add(Fault::Overlap, words);
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn carry_out(&self, tx: &mut Tx) -> Result<(), Error> {
        let deleted: Vec<WindowId> = self.deleted.iter().map(|window| window.id).collect();
        if !deleted.is_empty() {
            store::windows::delete(tx, &deleted).await?;
        }
        for window in &self.deleted {
            announce_deleted(tx, window).await?;
        }
        for window in &self.changed {
            store::windows::update(tx, window).await?;
            announce_changed(tx, window).await?;
        }
        if !self.added.is_empty() {
            store::windows::insert(tx, &self.added).await?;
        }
        for window in &self.added {
            announce_created(tx, window).await?;
        }
        Ok(())
    }
}
