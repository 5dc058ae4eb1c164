//! Maintenance windows for machines (MW-6): the JSON of sections 2.7 and 4.1 of the reference, which is ours.

use http::{Method, StatusCode};
use hyper::body::Incoming;
use jiff::Timestamp;
use nsp_kit::clock::{from_proto, to_proto};
use nsp_proto::maintenance::v1::{
    DeleteScheduleRequest, GetScheduleRequest, ListSchedulesRequest, MachineClient,
    PutScheduleRequest, Rejection, Schedule,
};
use serde::{Deserialize, Serialize};

use super::{
    Admitted,
    answer::{Answer, JSON, accepts},
    received,
    route::Interface,
};

/// Far more than the longest description.
const LONGEST: usize = 64 * 1024;

/// What a client sends and gets.
#[derive(Debug, Serialize, Deserialize)]
struct Document {
    #[serde(default)]
    version: Option<i32>,
    schedule: Fields,
}

#[derive(Debug, Serialize)]
struct List {
    version: i32,
    schedules: Vec<Fields>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fields {
    #[serde(
        rename = "scheduleID",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    schedule_id: Option<String>,
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default = "enabled")]
    enabled: bool,
    services: Vec<String>,
    start_time: Timestamp,
    end_time: Timestamp,
}

const fn enabled() -> bool {
    true
}

/// The body of an HTTP 400 of MoSAPI.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Refused<'r> {
    result_code: i32,
    message: &'r str,
    description: &'r str,
}

impl Admitted<'_> {
    pub(super) async fn windows(&self, _: Interface) -> Answer {
        if !accepts(self.headers, JSON) {
            return Answer::empty(StatusCode::NOT_ACCEPTABLE);
        }
        let request = ListSchedulesRequest { tld: self.tld() };
        match self.edge.behind.schedules().list_schedules(request).await {
            Ok(list) => json(
                StatusCode::OK,
                &List {
                    version: self.edge.config.contract.document_version,
                    schedules: list
                        .into_inner()
                        .schedules
                        .into_iter()
                        .map(fields)
                        .collect(),
                },
            ),
            Err(status) => self.failed(&status),
        }
    }

    pub(super) async fn window(&self, interface: Interface, body: Incoming) -> Answer {
        match *self.method {
            Method::PUT => self.put_window(interface, body).await,
            Method::DELETE => self.delete_window(interface).await,
            _ => self.get_window().await,
        }
    }

    async fn get_window(&self) -> Answer {
        if !accepts(self.headers, JSON) {
            return Answer::empty(StatusCode::NOT_ACCEPTABLE);
        }
        let request = GetScheduleRequest {
            tld: self.tld(),
            schedule_id: self.place.id.clone(),
        };
        match self.edge.behind.schedules().get_schedule(request).await {
            Ok(schedule) => self.shown(schedule.into_inner()),
            Err(status) => self.failed(&status),
        }
    }

    async fn put_window(&self, interface: Interface, body: Incoming) -> Answer {
        let limits = &self.edge.config.limits;
        let body = match received::read(self.headers, body, limits, LONGEST).await {
            Ok(body) => body,
            Err(answer) => return answer,
        };
        let document: Document = match serde_json::from_slice(&body) {
            Ok(document) => document,
            Err(error) => return self.malformed(&error.to_string()),
        };
        let given = document.schedule;
        let request = PutScheduleRequest {
            schedule: Some(Schedule {
                tld: self.tld(),
                schedule_id: self.place.id.clone(),
                display_name: given.name,
                description: given.description,
                enabled: given.enabled,
                services: given.services,
                start_time: Some(to_proto(given.start_time)),
                end_time: Some(to_proto(given.end_time)),
                create_time: None,
                update_time: None,
            }),
            client: Some(self.machine(interface)),
        };
        match self.edge.behind.schedules().put_schedule(request).await {
            Ok(response) => {
                let response = response.into_inner();
                match (response.rejection, response.schedule) {
                    (Some(rejection), _) => rejected(&rejection),
                    (None, Some(schedule)) => self.shown(schedule),
                    (None, None) => {
                        self.failed(&tonic::Status::internal("neither one nor the other"))
                    }
                }
            }
            Err(status) => self.failed(&status),
        }
    }

    async fn delete_window(&self, interface: Interface) -> Answer {
        let request = DeleteScheduleRequest {
            tld: self.tld(),
            schedule_id: self.place.id.clone(),
            client: Some(self.machine(interface)),
        };
        match self.edge.behind.schedules().delete_schedule(request).await {
            Ok(response) => match response.into_inner().rejection {
                Some(rejection) => rejected(&rejection),
                None => Answer::empty(StatusCode::OK),
            },
            Err(status) => self.failed(&status),
        }
    }

    fn shown(&self, schedule: Schedule) -> Answer {
        json(
            StatusCode::OK,
            &Document {
                version: Some(self.edge.config.contract.document_version),
                schedule: fields(schedule),
            },
        )
    }

    fn malformed(&self, problem: &str) -> Answer {
        json(
            StatusCode::BAD_REQUEST,
            &Refused {
                result_code: self.edge.config.contract.malformed_json,
                message: "The request is not a schedule as expected.",
                description: problem,
            },
        )
    }

    fn machine(&self, interface: Interface) -> MachineClient {
        use nsp_proto::maintenance::v1::machine_client::Interface as Proto;
        let interface = match interface {
            Interface::Rri => Proto::Rri,
            Interface::Mosapi => Proto::Mosapi,
        };
        MachineClient {
            name: self.admission.client.clone(),
            interface: interface.into(),
        }
    }
}

fn fields(schedule: Schedule) -> Fields {
    let time =
        |time: Option<nsp_proto::Timestamp>| time.as_ref().and_then(from_proto).unwrap_or_default();
    Fields {
        schedule_id: Some(schedule.schedule_id),
        name: schedule.display_name,
        description: schedule.description,
        enabled: schedule.enabled,
        services: schedule.services,
        start_time: time(schedule.start_time),
        end_time: time(schedule.end_time),
    }
}

fn rejected(rejection: &Rejection) -> Answer {
    json(
        StatusCode::BAD_REQUEST,
        &Refused {
            result_code: rejection.result_code,
            message: &rejection.message,
            description: &rejection.description,
        },
    )
}

fn json(status: StatusCode, value: &impl Serialize) -> Answer {
    match serde_json::to_vec(value) {
        Ok(bytes) => Answer::document(status, JSON, bytes),
        Err(error) => {
            tracing::error!(?error, "an answer that is no JSON");
            Answer::empty(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*, sample::Index};

    use super::*;

    fn document() -> impl Strategy<Value = Document> {
        let seconds = -60_000_000_000_i64..250_000_000_000;
        let fields = (
            any::<Option<String>>(),
            any::<(String, String, bool)>(),
            vec(any::<String>(), 0..4),
            (seconds.clone(), seconds, 0_i32..1_000_000_000),
        );
        (any::<Option<i32>>(), fields).prop_map(
            |(version, (schedule_id, texts, services, times))| {
                let (name, description, enabled) = texts;
                let time = |seconds| Timestamp::new(seconds, times.2).unwrap();
                let schedule = Fields {
                    schedule_id,
                    name,
                    description,
                    enabled,
                    services,
                    start_time: time(times.0),
                    end_time: time(times.1),
                };
                Document { version, schedule }
            },
        )
    }

    fn read(bytes: &[u8]) -> Option<Document> {
        serde_json::from_slice(bytes).ok()
    }

    #[test]
    fn what_may_be_left_out_has_its_default() {
        let text = r#"{"schedule": {"name": "a", "services": ["dns"], "other": {},
            "startTime": "2026-12-01T00:00:00Z", "endTime": "2026-12-01T01:00:00+01:00"}}"#;
        let document = read(text.as_bytes()).unwrap();
        let given = document.schedule;
        assert_eq!((document.version, given.schedule_id), (None, None));
        assert!(given.enabled && given.description.is_empty());
        assert_eq!(given.start_time, given.end_time);
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        let nested = "[".repeat(60_000);
        let within = format!(r#"{{"schedule": {{"other": {nested}"#);
        let no_time = r#"{"schedule": {"name": "a", "services": [], "startTime": "2026-12-01", "endTime": 1}}"#;
        for text in [
            "",
            "null",
            "{}",
            "[]",
            r#"{"schedule": {}}"#,
            no_time,
            &nested,
            &within,
        ] {
            assert!(read(text.as_bytes()).is_none(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_document_is_read_as_it_was_written(document in document()) {
            let bytes = serde_json::to_vec(&document).unwrap();
            let again = read(&bytes).unwrap();
            prop_assert_eq!(format!("{again:?}"), format!("{document:?}"));
        }

        /// What is read in spite of the damage is a document that can be written and read again.
        #[test]
        fn a_damaged_document_is_read_or_refused(
            document in document(),
            damage in vec((any::<Index>(), any::<u8>()), 1..5),
            end: Index,
            cut: bool,
        ) {
            let mut bytes = serde_json::to_vec(&document).unwrap();
            for (at, byte) in damage {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            if cut {
                bytes.truncate(end.index(bytes.len()));
                prop_assert!(read(&bytes).is_none());
            } else if let Some(damaged) = read(&bytes) {
                let again = read(&serde_json::to_vec(&damaged).unwrap()).unwrap();
                prop_assert_eq!(format!("{again:?}"), format!("{damaged:?}"));
            }
        }
    }
}
