//! A new upload in three steps: the file, what is wrong with it row by row, and the attestation (TLS-3). The form carries
//! the file, so nothing is kept here between them.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use nsp_proto::tlsauth::v1::{
    CreateUploadRequest, UploadProblem, ValidateUploadRequest, ValidateUploadResponse,
};

use crate::{
    errors::PageError,
    forms::{Field, Form, field},
    frame::{self, Frame, Tab, done, html},
    pages::{
        cases::show::request_id,
        tls::{administrator, new::capital, uploads::file, words::ROLES},
    },
    signed_in::{Party, SignedIn},
    time::counted,
    urls,
    words::label,
};

pub const STEPS: [&str; 4] = ["File", "Check", "Attest", "Registries decide"];
/// A form that waits for a factor is a third larger than what was typed, and must still fit.
const MOST_BYTES: usize = 400_000;
/// More problems are in the file of problems only.
const MOST_SHOWN: usize = 100;

const FIELDS: &[Field] = &[
    field("csv", "The file"),
    field("attester", "Your name and function"),
    field("attestation", "The attestation"),
    field("request_id", "The form"),
];

#[derive(Template)]
#[template(path = "tls/upload_new.html")]
struct New {
    page: Frame,
    form: Form,
}

#[derive(Template)]
#[template(path = "tls/upload_check.html")]
struct Checked {
    page: Frame,
    csv: String,
    rows: String,
    problems: Vec<Problem>,
    total: String,
    more: bool,
}

#[derive(Template)]
#[template(path = "tls/upload_attest.html")]
struct Attest {
    page: Frame,
    form: Form,
    csv: String,
    rows: Vec<Row>,
    counts: Counts,
    attestation: String,
    request_id: String,
}

/// How much there is of what.
struct Counts {
    rows: String,
    tlds: String,
    registries: String,
    days: String,
}

/// What is wrong with a line of the file.
struct Problem {
    line: i32,
    tld: String,
    column: String,
    words: String,
}

/// A line as it would be loaded.
struct Row {
    tld: crate::words::Label,
    hosts: String,
    roles: String,
    prefixes: String,
}

/// Those who may upload: administrators of providers.
fn uploader(party: Party) -> Result<SignedIn, PageError> {
    let me = administrator(party)?;
    if me.provides() {
        Ok(me)
    } else {
        Err(PageError::NotFound)
    }
}

pub async fn get(party: Party) -> Result<Response, PageError> {
    let me = uploader(party)?;
    show(&me, Form::default(), StatusCode::OK).await
}

async fn show(me: &SignedIn, form: Form, code: StatusCode) -> Result<Response, PageError> {
    let page = me.frame(Tab::Tls, "Upload entries").await;
    let page = New {
        page: page.saying("bad", form.trouble.as_ref()),
        form,
    };
    html(code, &page)
}

pub async fn post(party: Party, mut form: Form) -> Result<Response, PageError> {
    let me = uploader(party)?;
    let step = form.value("step").to_owned();
    if step == "back" {
        return show(&me, form, StatusCode::OK).await;
    }
    let Some(found) = validate(&me, &mut form).await? else {
        return show(&me, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    if found.problem_count > 0 {
        return checked(&me, &form, &found).await;
    }
    if step != "submit" {
        return attest(&me, form, found, StatusCode::OK).await;
    }
    if !form.has("attest", "true") {
        form.refuse(
            "attest",
            "Tick that it is so. Without it nothing is uploaded.",
        );
        let code = StatusCode::UNPROCESSABLE_ENTITY;
        return attest(&me, form, found, code).await;
    }
    let request = CreateUploadRequest {
        csv: form.value("csv").into(),
        attestation: found.attestation.clone(),
        attester: form.value("attester").trim().to_owned(),
        request_id: form.value("request_id").to_owned(),
    };
    match me.clients.uploads().create_upload(request).await {
        Ok(upload) => {
            let upload = urls::tls_upload(&upload.into_inner().name);
            Ok(done(&upload, Some(&frame::TLS_UPLOADED)))
        }
        Err(status) => {
            let code = form.refused(status, FIELDS)?;
            attest(&me, form, found, code).await
        }
    }
}

/// What the service finds in the file; none if there is nothing to look at, which the form then says.
async fn validate(
    me: &SignedIn,
    form: &mut Form,
) -> Result<Option<ValidateUploadResponse>, PageError> {
    let size = form.value("csv").len();
    if form.value("csv").trim().is_empty() {
        form.refuse("csv", "Paste the rows of the file, with its header line.");
        return Ok(None);
    }
    if size > MOST_BYTES {
        let words = format!(
            "The file has {size} bytes, and the portal takes {MOST_BYTES}. Split it, and upload one part after the other."
        );
        form.refuse("csv", words);
        return Ok(None);
    }
    let request = ValidateUploadRequest {
        csv: form.value("csv").into(),
    };
    match me.clients.uploads().validate_upload(request).await {
        Ok(found) => Ok(Some(found.into_inner())),
        Err(status) => {
            form.refused(status, FIELDS)?;
            Ok(None)
        }
    }
}

async fn checked(
    me: &SignedIn,
    form: &Form,
    found: &ValidateUploadResponse,
) -> Result<Response, PageError> {
    let page = me.frame(Tab::Tls, "Check the file").await;
    let total = u64::try_from(found.problem_count).unwrap_or_default();
    let page = Checked {
        page,
        csv: form.value("csv").to_owned(),
        rows: counted(u64::try_from(found.row_count).unwrap_or_default(), "row"),
        problems: found
            .problems
            .iter()
            .take(MOST_SHOWN)
            .map(problem)
            .collect(),
        total: counted(total, "problem"),
        more: total > MOST_SHOWN as u64,
    };
    html(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

fn problem(found: &UploadProblem) -> Problem {
    Problem {
        line: found.line,
        tld: found.tld.clone(),
        column: found.column.clone(),
        words: capital(&found.message),
    }
}

async fn attest(
    me: &SignedIn,
    form: Form,
    found: ValidateUploadResponse,
    code: StatusCode,
) -> Result<Response, PageError> {
    let page = me.frame(Tab::Tls, "Attest").await;
    let count = |number: i32| u64::try_from(number).unwrap_or_default();
    let rows = found.rows.iter().take(MOST_SHOWN).map(|row| {
        let roles = ROLES
            .iter()
            .filter(|name| row.roles().any(|has| has == name.role));
        let roles: Vec<&str> = roles.map(|name| name.id).collect();
        Row {
            tld: label(&row.tld),
            hosts: row.domain_names.join(", "),
            roles: roles.join(", "),
            prefixes: row.prefixes.join(", "),
        }
    });
    let page = Attest {
        page: page.saying("bad", form.trouble.as_ref()),
        csv: form.value("csv").to_owned(),
        rows: rows.collect(),
        counts: Counts {
            rows: counted(count(found.row_count), "row"),
            tlds: counted(count(found.tld_count), "TLD"),
            registries: match found.registry_count {
                1 => "1 registry".to_owned(),
                many => format!("{many} registries"),
            },
            days: counted(count(found.waiting_days), "day"),
        },
        attestation: found.attestation,
        request_id: request_id(&form),
        form,
    };
    html(code, &page)
}

/// What is wrong with the file that was sent, as a file.
pub async fn problems(party: Party, mut form: Form) -> Result<Response, PageError> {
    let me = uploader(party)?;
    match validate(&me, &mut form).await? {
        Some(found) if !found.problems_csv.is_empty() => {
            Ok(file("tls-clients-problems.csv", found.problems_csv))
        }
        _ => show(&me, form, StatusCode::UNPROCESSABLE_ENTITY).await,
    }
}
