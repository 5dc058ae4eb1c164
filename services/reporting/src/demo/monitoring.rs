//! What ICANN's monitoring has seen of the demonstration's TLDs: everything is up, but for the incidents of `reports.toml`.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    domain::{Entity, Label},
    formats::monitoring::check,
    store::monitoring::Root,
};

/// Of MoSAPI's documents.
const VERSION: i16 = 2;
/// What is monitored, and how many minutes of a week each may be down (Specification 10).
const LIMITS: [(&str, u32); 3] = [("dns", 240), ("dnssec", 240), ("rdap", 1440)];
/// What is not: since RDAP there is no RDDS to look at, and EPP was never looked at.
const DISABLED: [&str; 2] = ["rdds", "epp"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incident {
    pub tlds: Vec<String>,
    service: String,
    hours_back: i64,
    minutes: u32,
    false_positive: bool,
}

/// A document, and where it lies.
pub struct Document {
    pub root: Root,
    pub path: String,
    pub body: Vec<u8>,
    pub checked: crate::formats::monitoring::Checked,
}

/// All documents about a TLD, with those of the incidents that are its own.
pub fn documents(
    tld: &Label,
    incidents: &[Incident],
    now: Timestamp,
) -> anyhow::Result<Vec<Document>> {
    let own = |service: &str| -> Vec<&Incident> {
        let of_it = |incident: &&Incident| {
            incident.service == service && incident.tlds.iter().any(|label| label == tld.as_ref())
        };
        incidents.iter().filter(of_it).collect()
    };
    let mut all = Vec::new();
    let mut services = serde_json::Map::new();
    for (service, limit) in LIMITS {
        let incidents = own(service);
        let counted = incidents.iter().filter(|incident| !incident.false_positive);
        let down: u32 = counted.map(|incident| incident.minutes).sum();
        let threshold = (f64::from(down) * 100_000.0 / f64::from(limit)).round() / 1000.0;
        let listed: Vec<Value> = incidents
            .iter()
            .map(|incident| incident.json(now))
            .collect();
        services.insert(
            service.to_uppercase(),
            json!({"status": "Up", "emergencyThreshold": threshold, "incidents": listed}),
        );
        all.push((format!("{service}/alarmed"), json!({"alarmed": "No"})));
        all.push((format!("{service}/downtime"), json!({"downtime": down})));
        for incident in incidents {
            let at = format!("{service}/incidents/{}", incident.id(now));
            let state = json!({"incidents": [incident.json(now)]});
            let (end, wrong) = (incident.end(now).as_second(), incident.false_positive);
            all.push((format!("{at}/state"), state));
            all.push((
                format!("{at}/falsePositive"),
                json!({"falsePositive": wrong, "updateTime": wrong.then_some(end)}),
            ));
        }
    }
    for service in DISABLED {
        services.insert(service.to_uppercase(), json!({"status": "Disabled"}));
        all.push((format!("{service}/alarmed"), json!({"alarmed": "Disabled"})));
    }
    let state = json!({"tld": tld.as_ref(), "status": "Up", "testedServices": services});
    all.push(("state".to_owned(), state));
    let entity = Entity::Registry(tld.clone());
    let document = |(path, mut body): (String, Value)| {
        body["version"] = VERSION.into();
        body["lastUpdateApiDatabase"] = now.as_second().into();
        let body = body.to_string().into_bytes();
        let checked = check(&entity, VERSION.into(), &path, &body);
        Ok(Document {
            root: Root {
                entity: entity.to_string(),
                version: VERSION,
            },
            checked: checked.map_err(|problem| anyhow::anyhow!("{path}: {problem}"))?,
            path,
            body,
        })
    };
    all.into_iter().map(document).collect()
}

impl Incident {
    fn start(&self, now: Timestamp) -> Timestamp {
        let start = now - SignedDuration::from_hours(self.hours_back);
        // Cycles begin with a minute.
        start - SignedDuration::from_secs(start.as_second() % 60)
    }

    /// The last second of a cycle.
    fn end(&self, now: Timestamp) -> Timestamp {
        self.start(now) + SignedDuration::from_secs(i64::from(self.minutes) * 60 - 1)
    }

    fn id(&self, now: Timestamp) -> String {
        let start = self.start(now).as_second();
        format!("{start}.{}", start % 1000)
    }

    fn json(&self, now: Timestamp) -> Value {
        json!({
            "incidentID": self.id(now),
            "startTime": self.start(now).as_second(),
            "endTime": self.end(now).as_second(),
            "falsePositive": self.false_positive,
            "state": "Resolved",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn incident(service: &str, minutes: u32, false_positive: bool) -> Incident {
        Incident {
            tlds: vec!["ferrylane".into()],
            service: service.into(),
            hours_back: 30,
            minutes,
            false_positive,
        }
    }

    #[test]
    fn what_counts_is_what_the_documents_say() -> anyhow::Result<()> {
        let now: Timestamp = "2026-11-28T12:00:30Z".parse()?;
        let incidents = [
            incident("rdap", 30, false),
            incident("dns", 4, true),
            incident("dns", 30, false),
        ];
        let tld: Label = "ferrylane".parse().map_err(anyhow::Error::msg)?;
        let documents = documents(&tld, &incidents, now)?;
        let body = |path: &str| -> anyhow::Result<Value> {
            let mut of_path = documents.iter().filter(|document| document.path == path);
            Ok(serde_json::from_slice(&of_path.next().unwrap().body)?)
        };
        let state = body("state")?;
        let threshold =
            |service: &str| state["testedServices"][service]["emergencyThreshold"].clone();
        assert_eq!(threshold("RDAP"), 2.083);
        assert_eq!(threshold("DNS"), 12.5);
        assert_eq!(
            state["testedServices"]["EPP"],
            json!({"status": "Disabled"})
        );
        assert_eq!(body("dns/downtime")?["downtime"], 30);
        let start = "2026-11-27T06:00:00Z".parse::<Timestamp>()?.as_second();
        let path = format!("rdap/incidents/{start}.{}/state", start % 1000);
        assert_eq!(body(&path)?["incidents"][0]["endTime"], start + 1799);

        let other: Label = "birdwatchers".parse().map_err(anyhow::Error::msg)?;
        let documents = super::documents(&other, &incidents, now)?;
        assert!(
            documents
                .iter()
                .all(|document| !document.path.contains("incidents/"))
        );
        Ok(())
    }
}
