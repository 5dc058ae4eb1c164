//! What a machine wants a schedule to be, and what its windows are to be then.

use std::collections::BTreeSet;

use jiff::Timestamp;
use nsp_kit::{db::Tx, id::AccountId};
use nsp_proto::maintenance::v1 as pb;

use super::{
    convert::moment,
    schedule_service::{Client, Target},
};
use crate::{
    domain::{
        Change, Description, Draft, Fault, Faults, Label, ServiceCode, Span, Title, Window,
        WindowId,
    },
    error::Error,
    store::{self, catalogue::Service},
};

/// The windows of a schedule: alike but for the service.
pub struct Content<'a> {
    title: Title,
    description: Description,
    span: Span,
    enabled: bool,
    services: Vec<(ServiceCode, &'a Service)>,
}

impl<'a> Content<'a> {
    /// Everything that is wrong is noted; none if something is.
    pub fn parse(
        message: &pb::Schedule,
        catalogue: &'a [Service],
        faults: &mut Faults,
    ) -> Option<Self> {
        let title = message.display_name.parse::<Title>();
        let title = title
            .map_err(|words| faults.add_field(Fault::Field, "display_name", &words))
            .ok();
        let description = message.description.parse::<Description>();
        let description = description
            .map_err(|words| faults.add_field(Fault::Field, "description", &words))
            .ok();
        let mut time = |field: &str, at: Option<&nsp_proto::Timestamp>| {
            moment(at)
                .map_err(|words| faults.add_field(Fault::Field, field, &words))
                .ok()
        };
        let start = time("start_time", message.start_time.as_ref());
        let end = time("end_time", message.end_time.as_ref());
        let span = start.zip(end).and_then(|(start, end)| {
            let span = Span::new(start, end);
            if span.is_none() {
                faults.add_field(Fault::End, "end_time", &"must be after the startTime");
            }
            span
        });
        let services = services(&message.services, catalogue, faults);
        Some(Self {
            title: title?,
            description: description?,
            span: span?,
            enabled: message.enabled,
            services: services?,
        })
    }

    /// Whether the windows are so already.
    pub fn is_already(&self, windows: &[Window]) -> bool {
        let as_wanted = |window: &Window| {
            self.wants(window)
                && window.draft == self.draft(&window.draft.tld, &window.draft.service)
        };
        windows.len() == self.services.len() && windows.iter().all(as_wanted)
    }

    /// Whether the schedule is to have a window for the service of this one.
    pub fn wants(&self, window: &Window) -> bool {
        self.services
            .iter()
            .any(|(code, _)| *code == window.draft.service)
    }

    /// What is to be different in a window that stays.
    pub fn change(&self) -> Change {
        Change {
            title: Some(self.title.clone()),
            description: Some(self.description.clone()),
            start: Some(self.span.start()),
            end: Some(self.span.end()),
            enabled: Some(self.enabled),
            ..Change::default()
        }
    }

    /// Windows for the services that have none yet.
    pub async fn to_add(
        &self,
        before: &[Window],
        target: &Target,
        account: AccountId,
        client: &Client,
        tx: &mut Tx,
    ) -> Result<Vec<Window>, Error> {
        let account_name = store::accounts::name(tx, account).await?;
        let missing = self.services.iter().filter(|(code, _)| {
            let has_it = |window: &Window| window.draft.service == *code;
            !before.iter().any(has_it)
        });
        let now: Timestamp = tx.now();
        let windows = missing.map(|(code, service)| Window {
            id: WindowId::new(),
            account,
            account_name: account_name.clone(),
            draft: self.draft(&target.tld, code),
            service_name: service.name.clone(),
            origin: client.origin,
            external_id: Some(target.id.as_str().to_owned()),
            creator: tx.actor().to_string(),
            creator_name: tx.actor_name().to_owned(),
            create_time: now,
            update_time: now,
            version: 1,
        });
        Ok(windows.collect())
    }

    fn draft(&self, tld: &Label, service: &ServiceCode) -> Draft {
        Draft {
            tld: tld.clone(),
            service: service.clone(),
            title: self.title.clone(),
            description: self.description.clone(),
            span: self.span,
            enabled: self.enabled,
        }
    }
}

/// Each service once, in the order of the catalogue.
fn services<'a>(
    codes: &[String],
    catalogue: &'a [Service],
    faults: &mut Faults,
) -> Option<Vec<(ServiceCode, &'a Service)>> {
    let codes: BTreeSet<String> = codes.iter().map(|code| code.to_ascii_lowercase()).collect();
    if codes.is_empty() {
        faults.add_field(Fault::Field, "services", &"must have at least one service");
        return None;
    }
    let known = |code: &&String| catalogue.iter().any(|service| service.code == **code);
    let unknown: Vec<String> = codes
        .iter()
        .filter(|code| !known(code))
        .map(|code| format!("{code:?}"))
        .collect();
    if !unknown.is_empty() {
        let all: Vec<&str> = catalogue.iter().map(|one| one.code.as_str()).collect();
        let words = format!("has {}; known are {}", unknown.join(", "), all.join(", "));
        faults.add_field(Fault::Service, "services", &words);
        return None;
    }
    let wanted = catalogue.iter().filter(|one| codes.contains(&one.code));
    wanted
        .map(|service| Some((service.code.parse().ok()?, service)))
        .collect()
}
