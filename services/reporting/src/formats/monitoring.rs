//! The documents of the SLA monitoring: under which path which document lies, and that each is what its path says.

use jiff::{Timestamp, civil::Date};
use serde_json::{Map, Value, json};

use crate::domain::{self, Entity};

/// What lies at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    State,
    Alarmed,
    Downtime,
    IncidentState(String),
    IncidentFalsePositive(String),
    IncidentMeasurement(String),
    Measurement(Date),
}

/// A list that follows from what lies at other paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum List {
    Incidents,
    IncidentMeasurements(String),
    Years,
    Months(i16),
    Days(i16, i8),
    Measurements(Date),
}

/// A path, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Path {
    Document { service: String, place: Place },
    List { service: String, list: List },
}

const SERVICES: [&str; 5] = ["dns", "dnssec", "rdds", "rdap", "epp"];

impl Path {
    /// What a path below `/monitoring/` leads to, if there is such a path.
    pub fn parse(path: &str) -> Option<Self> {
        let segments: Vec<&str> = path.split('/').collect();
        if segments == ["state"] {
            return Some(Self::document("", Place::State));
        }
        let (service, rest) = segments.split_first()?;
        if !SERVICES.contains(service) {
            return None;
        }
        let document = |place| Some(Self::document(service, place));
        let list = |list| {
            Some(Self::List {
                service: (*service).to_owned(),
                list,
            })
        };
        let incident = |id: &&str| is_incident(id).then(|| (*id).to_owned());
        match rest {
            ["alarmed"] => document(Place::Alarmed),
            ["downtime"] => document(Place::Downtime),
            ["incidents"] => list(List::Incidents),
            ["incidents", id, "state"] => document(Place::IncidentState(incident(id)?)),
            ["incidents", id, "falsePositive"] => {
                document(Place::IncidentFalsePositive(incident(id)?))
            }
            ["incidents", id, "measurements"] => list(List::IncidentMeasurements(incident(id)?)),
            ["incidents", id, "measurements", measurement] if is_measurement(measurement) => {
                document(Place::IncidentMeasurement(incident(id)?))
            }
            ["measurements"] => list(List::Years),
            ["measurements", year] => list(List::Months(day(year, "01", "01")?.year())),
            ["measurements", year, month] => {
                let first = day(year, month, "01")?;
                list(List::Days(first.year(), first.month()))
            }
            ["measurements", year, month, d] => list(List::Measurements(day(year, month, d)?)),
            ["measurements", year, month, d, measurement] if is_measurement(measurement) => {
                document(Place::Measurement(day(year, month, d)?))
            }
            _ => None,
        }
    }

    fn document(service: &str, place: Place) -> Self {
        Self::Document {
            service: service.to_owned(),
            place,
        }
    }
}

fn day(year: &str, month: &str, day: &str) -> Option<Date> {
    domain::day(&format!("{year}-{month}-{day}"))
}

/// `<startTime>.<number>`.
fn is_incident(id: &str) -> bool {
    id.len() <= 40
        && id
            .split_once('.')
            .is_some_and(|(a, b)| is_number(a) && is_number(b))
}

/// `<cycleTime>.json` or `<cycleTime>.<number>.json`.
fn is_measurement(id: &str) -> bool {
    let numbers = id.strip_suffix(".json").unwrap_or_default();
    id.len() <= 50 && (is_number(numbers) || is_incident(numbers))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A document, checked.
#[derive(Debug)]
pub struct Checked {
    pub service: String,
    /// Its own time.
    pub update_time: Timestamp,
    /// The day of a measurement.
    pub day: Option<Date>,
    pub incident: Option<Incident>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    pub start: Timestamp,
    /// None while it is active.
    pub end: Option<Timestamp>,
    pub false_positive: bool,
}

/// What a document at a path says that we need to know, or what is wrong with it.
pub fn check(entity: &Entity, version: i32, path: &str, body: &[u8]) -> Result<Checked, String> {
    let Some(Path::Document { service, place }) = Path::parse(path) else {
        return Err("path: is not one that a document can be put at".into());
    };
    let value: Value = serde_json::from_slice(body).map_err(|error| format!("body: {error}"))?;
    let document = value.as_object().ok_or("body: must be an object")?;
    if document.get("version").and_then(Value::as_i64) != Some(version.into()) {
        return Err("body: version must be the one it is put for".into());
    }
    let update_time = time(document, "lastUpdateApiDatabase")?;
    let mut checked = Checked {
        service: service.clone(),
        update_time,
        day: None,
        incident: None,
    };
    match &place {
        Place::State => {
            check_entity(document, entity)?;
            string(document, "status")?;
            let services = document.get("testedServices").and_then(Value::as_object);
            let services = services.ok_or("body: testedServices must be an object")?;
            let known = |name: &String| SERVICES.contains(&name.to_lowercase().as_str());
            if !services.keys().all(known) {
                return Err("body: testedServices has an unknown service".into());
            }
        }
        Place::Alarmed => {
            let alarmed = string(document, "alarmed")?;
            if !["Yes", "No", "Disabled"].contains(&alarmed) {
                return Err("body: alarmed must be Yes, No or Disabled".into());
            }
        }
        Place::Downtime => {
            let minutes = document.get("downtime").and_then(Value::as_f64);
            if !minutes.is_some_and(|minutes| minutes >= 0.0) {
                return Err("body: downtime must be a number of minutes".into());
            }
        }
        Place::IncidentState(id) => checked.incident = Some(incident(document, id)?),
        Place::IncidentFalsePositive(_) => {
            boolean(document, "falsePositive")?;
        }
        Place::IncidentMeasurement(_) => check_measurement(document, entity, &service)?,
        Place::Measurement(day) => {
            check_measurement(document, entity, &service)?;
            checked.day = Some(*day);
        }
    }
    Ok(checked)
}

fn check_measurement(
    document: &Map<String, Value>,
    entity: &Entity,
    service: &str,
) -> Result<(), String> {
    check_entity(document, entity)?;
    if string(document, "service")? != service {
        return Err("body: service must be that of the path".into());
    }
    time(document, "cycleCalculationDateTime")?;
    let interfaces = document.get("testedInterface").and_then(Value::as_array);
    interfaces
        .map(drop)
        .ok_or_else(|| "body: testedInterface must be an array".into())
}

fn check_entity(document: &Map<String, Value>, entity: &Entity) -> Result<(), String> {
    let same = match entity {
        Entity::Registry(label) => {
            document.get("tld").and_then(Value::as_str) == Some(label.as_ref())
        }
        Entity::Registrar(id) => {
            document.get("registrarID").and_then(Value::as_u64) == Some(u64::from(*id))
        }
    };
    same.then_some(())
        .ok_or_else(|| "body: must be about the entity it is put for".into())
}

fn incident(document: &Map<String, Value>, id: &str) -> Result<Incident, String> {
    let incidents = document.get("incidents").and_then(Value::as_array);
    let incident = match incidents.map(Vec::as_slice) {
        Some([incident]) => incident.as_object(),
        _ => None,
    };
    let incident = incident.ok_or("body: incidents must be an array with the one incident")?;
    if string(incident, "incidentID")? != id {
        return Err("body: incidentID must be that of the path".into());
    }
    let end = match incident.get("endTime") {
        None | Some(Value::Null) => None,
        Some(_) => Some(time(incident, "endTime")?),
    };
    Ok(Incident {
        start: time(incident, "startTime")?,
        end,
        false_positive: boolean(incident, "falsePositive")?,
    })
}

fn string<'a>(object: &'a Map<String, Value>, name: &str) -> Result<&'a str, String> {
    let text = object.get(name).and_then(Value::as_str);
    text.ok_or_else(|| format!("body: {name} must be a text"))
}

fn boolean(object: &Map<String, Value>, name: &str) -> Result<bool, String> {
    let value = object.get(name).and_then(Value::as_bool);
    value.ok_or_else(|| format!("body: {name} must be true or false"))
}

/// Unix seconds.
fn time(object: &Map<String, Value>, name: &str) -> Result<Timestamp, String> {
    let seconds = object.get(name).and_then(Value::as_i64);
    let sensible = seconds.filter(|seconds| (0..=7_258_118_400).contains(seconds));
    let at = sensible.and_then(|seconds| Timestamp::from_second(seconds).ok());
    at.ok_or_else(|| format!("body: {name} must be a time in seconds"))
}

/// A list as a document: what is common to all, and one field.
pub fn list(version: i32, update_time: Timestamp, field: &str, items: &[Value]) -> Vec<u8> {
    let document = json!({
        "version": version,
        "lastUpdateApiDatabase": update_time.as_second(),
        field: items,
    });
    document.to_string().into_bytes()
}

/// The incident in the document of its state.
pub fn incident_of(body: &[u8]) -> Option<Value> {
    let mut document: Value = serde_json::from_slice(body).ok()?;
    Some(document.get_mut("incidents")?.get_mut(0)?.take())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, document: &Value) -> Result<Checked, String> {
        let entity = Entity::Registry("example".parse().unwrap());
        super::check(&entity, 2, path, document.to_string().as_bytes())
    }

    #[test]
    fn paths_are_those_of_the_file_tree() {
        for path in [
            "state",
            "dns/alarmed",
            "rdds/downtime",
            "epp/incidents/1700000000.12/state",
            "dnssec/incidents/1700000000.12/falsePositive",
            "rdap/incidents/1700000000.12/measurements/1700000000.7.json",
            "dns/measurements/2026/11/24/1700000000.json",
        ] {
            assert!(
                matches!(Path::parse(path), Some(Path::Document { .. })),
                "{path}"
            );
        }
        for path in [
            "dns/incidents",
            "dns/incidents/1.2/measurements",
            "dns/measurements",
            "dns/measurements/2026",
            "dns/measurements/2026/11",
            "dns/measurements/2026/11/24",
        ] {
            assert!(
                matches!(Path::parse(path), Some(Path::List { .. })),
                "{path}"
            );
        }
        for path in [
            "",
            "/state",
            "state/",
            "dns",
            "DNS/alarmed",
            "smtp/alarmed",
            "dns/incidents/../state",
            "dns/incidents/x/state",
            "dns/measurements/2026/13",
            "dns/measurements/2026/11/31",
            "dns/measurements/2026/11/24/x.json",
            "dns/measurements/2026/11/24/1.txt",
        ] {
            assert_eq!(Path::parse(path), None, "{path}");
        }
    }

    #[test]
    fn documents_must_be_what_their_path_says() {
        let state = json!({"version": 2, "lastUpdateApiDatabase": 1_700_000_000, "tld": "example",
            "status": "Up", "testedServices": {"DNS": {"status": "Up"}}});
        assert!(check("state", &state).is_ok());
        let incident = json!({"version": 2, "lastUpdateApiDatabase": 1_700_000_000, "incidents": [
            {"incidentID": "1700000000.1", "startTime": 1_700_000_000, "endTime": null, "falsePositive": false, "state": "Active"}]});
        let found = check("dns/incidents/1700000000.1/state", &incident).unwrap();
        assert_eq!(found.incident.unwrap().end, None);
        let measurement = json!({"version": 2, "lastUpdateApiDatabase": 1_700_000_000, "tld": "example",
            "service": "dns", "cycleCalculationDateTime": 1_700_000_000, "status": "Up", "testedInterface": []});
        let path = "dns/measurements/2026/11/24/1700000000.json";
        assert_eq!(
            check(path, &measurement).unwrap().day.unwrap().to_string(),
            "2026-11-24"
        );

        let other = |document: &Value, field: &str, value: Value| {
            let mut document = document.clone();
            document[field] = value;
            document
        };
        for (path, document, words) in [
            ("state", other(&state, "version", json!(1)), "version"),
            ("state", other(&state, "tld", json!("other")), "entity"),
            (
                "state",
                other(&state, "testedServices", json!({"SMTP": {}})),
                "unknown service",
            ),
            (
                "state",
                other(&state, "lastUpdateApiDatabase", json!("now")),
                "lastUpdate",
            ),
            (
                "dns/alarmed",
                other(&state, "alarmed", json!("Maybe")),
                "alarmed",
            ),
            (
                "dns/downtime",
                other(&state, "downtime", json!(-1)),
                "downtime",
            ),
            ("dns/incidents/1.2/state", incident.clone(), "incidentID"),
            (
                "dns/incidents/1.2/state",
                other(&incident, "incidents", json!([])),
                "one incident",
            ),
            ("epp/measurements/2026/11/24/1.json", measurement, "service"),
            ("dns/incidents", state, "path"),
        ] {
            let problem = check(path, &document).unwrap_err();
            assert!(problem.contains(words), "{problem}");
        }
        let entity = Entity::Registrar(146);
        assert!(
            super::check(&entity, 1, "state", b"[1")
                .unwrap_err()
                .contains("body")
        );
    }

    #[test]
    fn lists_carry_what_every_document_carries() {
        let at = Timestamp::from_second(1_700_000_000).unwrap();
        let document = list(2, at, "years", &[json!("2026")]);
        let document: Value = serde_json::from_slice(&document).unwrap();
        let expected =
            json!({"version": 2, "lastUpdateApiDatabase": 1_700_000_000, "years": ["2026"]});
        assert_eq!(document, expected);
    }
}
