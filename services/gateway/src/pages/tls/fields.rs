//! The fields of an entry: as forms have them, and as the service does.

use http::StatusCode;
use nsp_proto::tlsauth::v1::{TlsClientRecord, TlsProblem};
use tonic::{Code, Status};

use crate::{
    errors::PageError,
    forms::{Field, Form, field},
    messages,
    pages::tls::{entry::host, several, words::ROLES},
};

/// What the service calls the fields, in its refusals.
pub const FIELDS: &[Field] = &[
    of("hosts", "tls_client.domain_names", "Domain names"),
    of("roles", "tls_client.roles", "Roles"),
    of("prefixes", "tls_client.prefixes", "Addresses"),
    of("open_reason", "tls_client.open_reason", "Reason"),
    of("certificates", "tls_client.certificates", "Certificate"),
    of("note", "tls_client.note", "Note"),
    field("tlds", "TLDs"),
];

const fn of(id: &'static str, path: &'static str, label: &'static str) -> Field {
    Field { id, path, label }
}

/// The form filled in with an entry.
pub fn filled(record: &TlsClientRecord) -> Form {
    let lines = |all: &[String]| all.join("\n");
    let hosts: Vec<String> = record
        .domain_names
        .iter()
        .map(|name| host(name).shown)
        .collect();
    let mut form = Form::default()
        .with("hosts", lines(&hosts))
        .with("prefixes", lines(&record.prefixes))
        .with("open_reason", &record.open_reason)
        .with("note", &record.note)
        .with("certificates", lines(&record.certificates))
        .with("etag", &record.etag);
    for role in &ROLES {
        if record.roles().any(|has| has == role.role) {
            form = form.with("roles", role.id);
        }
    }
    form
}

/// What a form makes of an entry.
pub fn record(form: &Form) -> TlsClientRecord {
    let roles = ROLES.iter().filter(|role| form.has("roles", role.id));
    TlsClientRecord {
        domain_names: several(form.value("hosts")),
        roles: roles.map(|role| role.role.into()).collect(),
        prefixes: several(form.value("prefixes")),
        open_reason: form.value("open_reason").trim().to_owned(),
        note: form.value("note").trim().to_owned(),
        certificates: certificates(form.value("certificates")),
        ..Default::default()
    }
}

/// Each certificate of a text with several; a text that is none is left for the service to refuse.
pub fn certificates(text: &str) -> Vec<String> {
    const END: &str = "-----END CERTIFICATE-----";
    let text = text.trim();
    if text.is_empty() {
        return Vec::new();
    }
    let parts = text.split_inclusive(END).map(str::trim);
    let parts = parts.filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

/// Puts what is wrong with all entries beside the fields; what is wrong with one TLD is for its row to say.
pub fn refuse(form: &mut Form, problems: &[TlsProblem]) {
    for problem in problems.iter().filter(|problem| problem.index < 0) {
        let path = format!("tls_client.{}", problem.field);
        let known = FIELDS.iter().find(|field| path.starts_with(field.path));
        // Which of several lines is meant, people see best by what stands there.
        let value = value(form, &problem.field);
        let (id, label) = known.map_or(("tlds", "The entry"), |field| (field.id, field.label));
        let words = if value.is_empty() {
            format!("{label} {}.", problem.message.trim_end_matches('.'))
        } else {
            format!("{value} {}.", problem.message.trim_end_matches('.'))
        };
        if problem.reason == "OPEN_REASON_REQUIRED" {
            form.refuse("open_reason", words);
        } else {
            form.refuse(id, words);
        }
    }
}

/// What was typed that `domain_names[1]` means; empty for a field as a whole.
fn value(form: &Form, path: &str) -> String {
    let Some((name, rest)) = path.split_once('[') else {
        return String::new();
    };
    let place = rest.trim_end_matches(']').parse::<usize>();
    let all = match name {
        "domain_names" => several(form.value("hosts")),
        "prefixes" => several(form.value("prefixes")),
        _ => Vec::new(),
    };
    place
        .ok()
        .and_then(|place| all.get(place).cloned())
        .unwrap_or_default()
}

/// Puts a refusal into the form. Gives the status of the page that shows it again.
pub fn refused(form: &mut Form, status: Status) -> Result<StatusCode, PageError> {
    if status.code() == Code::Aborted {
        form.trouble = Some(messages::CHANGED.to_owned());
        return Ok(StatusCode::CONFLICT);
    }
    form.refused(status, FIELDS)
}

#[cfg(test)]
mod tests {
    use nsp_proto::tlsauth::v1::TlsRole;

    use super::*;

    #[test]
    fn a_form_is_an_entry_and_an_entry_is_a_form() {
        let form = Form::default()
            .with("hosts", "tlsa.rsp.example\n bücher.example ")
            .with("roles", "slam-data")
            .with("roles", "nonsense")
            .with("prefixes", "192.0.2.0/24, 2001:db8::/32")
            .with("note", " The reporting machine ");
        let entry = record(&form);
        assert_eq!(entry.domain_names, ["tlsa.rsp.example", "bücher.example"]);
        assert_eq!(entry.roles, [i32::from(TlsRole::SlamData)]);
        assert_eq!(entry.prefixes, ["192.0.2.0/24", "2001:db8::/32"]);
        let again = record(&filled(&entry));
        assert_eq!(again, entry);
    }

    #[test]
    fn certificates_are_told_apart() {
        let one = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";
        assert_eq!(certificates(&format!("{one}\n\n{one}\n")), [one, one]);
        assert_eq!(certificates("nonsense"), ["nonsense"]);
        assert!(certificates(" \n").is_empty());
    }

    #[test]
    fn a_problem_stands_beside_its_field_and_names_what_was_typed() {
        let mut form = Form::default().with("hosts", "a.example *.example");
        let problem = |field: &str, index| TlsProblem {
            index,
            field: field.to_owned(),
            message: "must be a host name".to_owned(),
            ..Default::default()
        };
        refuse(
            &mut form,
            &[
                problem("domain_names[1]", -1),
                problem("roles", -1),
                problem("", 0),
            ],
        );
        assert_eq!(form.error("hosts"), "*.example must be a host name.");
        assert_eq!(form.error("roles"), "Roles must be a host name.");
        assert_eq!(form.errors().len(), 2);
    }
}
