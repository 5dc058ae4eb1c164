//! New entries in two steps, fill in and verify: the same one for one TLD or for many. The form carries everything.

use askama::Template;
use axum::{extract::Query as Address, response::Response};
use http::StatusCode;
use nsp_proto::tlsauth::v1::{
    CreateTlsClientsRequest, PreviewTlsClientsRequest, PreviewTlsClientsResponse, TlsProblem,
};
use tonic::Code;

use crate::{
    errors::PageError,
    forms::Form,
    frame::{self, Frame, Tab, done, html},
    pages::{
        cases::show::request_id,
        choices::{Choosing, TldChoice, choices, hint},
        tls::{
            editor,
            entry::{Check, Entry},
            fields, own_tlds,
        },
    },
    signed_in::{Party, SignedIn},
    time::counted,
    urls,
    words::{Label, label},
};

pub const STEPS: [&str; 3] = ["Fill in", "Verify", "Done"];
/// More are not taken at once.
const MOST: usize = 500;

#[derive(Template)]
#[template(path = "tls/new.html")]
struct New {
    page: Frame,
    form: Form,
    tlds: Vec<TldChoice>,
    tlds_hint: String,
    action: &'static str,
}

#[derive(Template)]
#[template(path = "tls/verify.html")]
struct Verify {
    page: Frame,
    /// What the entry will be, in canonical form; none if something is wrong.
    entry: Option<Entry>,
    /// What the DNS says of each of its names now.
    checks: Vec<Check>,
    rows: Vec<Row>,
    bad: usize,
    total: String,
    /// Everything that was typed, to be sent again.
    entries: Vec<(String, String)>,
    request_id: String,
}

/// A TLD, and what is wrong with an entry of it.
struct Row {
    tld: Label,
    problems: Vec<Problem>,
}

struct Problem {
    words: String,
    /// What is in the way.
    href: String,
}

pub async fn get(
    party: Party,
    Address(pairs): Address<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let me = editor(party)?;
    let mut form = Form::default();
    for (key, value) in pairs {
        if key == "tld" {
            form = form.with("tlds", value);
        }
    }
    fill_in(&me, form, Choosing::Done, StatusCode::OK).await
}

async fn fill_in(
    me: &SignedIn,
    mut form: Form,
    choosing: Choosing,
    code: StatusCode,
) -> Result<Response, PageError> {
    let (page, tlds) = tokio::join!(me.frame(Tab::Tls, "Add an entry"), own_tlds(me, true));
    let tlds = choices(tlds?, &mut form, choosing);
    let page = New {
        page: page.saying("bad", form.trouble.as_ref()),
        tlds_hint: hint(&tlds),
        tlds,
        form,
        action: urls::TLS_NEW,
    };
    html(code, &page)
}

pub async fn post(party: Party, mut form: Form) -> Result<Response, PageError> {
    let me = editor(party)?;
    let step = form.value("step").to_owned();
    if let Some(choosing) = Choosing::find(&step) {
        return fill_in(&me, form, choosing, StatusCode::OK).await;
    }
    let tlds: Vec<String> = form.all("tlds").map(ToOwned::to_owned).collect();
    if tlds.is_empty() {
        form.refuse("tlds", "Choose at least one TLD.");
    }
    if tlds.len() > MOST {
        form.refuse("tlds", format!("At most {MOST} TLDs are changed at once."));
    }
    if !form.is_good() {
        let code = StatusCode::UNPROCESSABLE_ENTITY;
        return fill_in(&me, form, Choosing::Done, code).await;
    }
    if step == "submit" {
        return submit(&me, form, tlds).await;
    }
    verify(&me, form, tlds).await
}

async fn verify(me: &SignedIn, mut form: Form, tlds: Vec<String>) -> Result<Response, PageError> {
    let request = PreviewTlsClientsRequest {
        tlds: tlds.clone(),
        tls_client: Some(fields::record(&form)),
    };
    let answer = match me.clients.tls_clients().preview_tls_clients(request).await {
        Ok(answer) => answer.into_inner(),
        Err(status) => {
            let code = fields::refused(&mut form, status)?;
            return fill_in(me, form, Choosing::Done, code).await;
        }
    };
    fields::refuse(&mut form, &answer.problems);
    if !form.is_good() {
        let code = StatusCode::UNPROCESSABLE_ENTITY;
        return fill_in(me, form, Choosing::Done, code).await;
    }
    show(me, &form, &tlds, &answer).await
}

async fn show(
    me: &SignedIn,
    form: &Form,
    tlds: &[String],
    answer: &PreviewTlsClientsResponse,
) -> Result<Response, PageError> {
    let page = me.frame(Tab::Tls, "Verify the entry").await;
    let rows: Vec<Row> = tlds
        .iter()
        .enumerate()
        .map(|(place, tld)| Row {
            tld: label(tld),
            problems: problems(&answer.problems, place),
        })
        .collect();
    let bad = rows.iter().filter(|row| !row.problems.is_empty()).count();
    let pairs = form.pairs().iter();
    let kept = pairs.filter(|(name, _)| !["step", "request_id"].contains(&name.as_str()));
    let code = if bad > 0 {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let page = Verify {
        page: page.saying("bad", form.trouble.as_ref()),
        entry: answer
            .tls_clients
            .first()
            .map(|record| Entry::new(record, &me.times)),
        checks: answer
            .checks
            .iter()
            .map(|check| Check::new(check, &me.times))
            .collect(),
        bad,
        total: counted(rows.len() as u64, "TLD"),
        rows,
        entries: kept.cloned().collect(),
        request_id: request_id(form),
    };
    html(code, &page)
}

/// What is wrong with the TLD at that place of the form.
fn problems(all: &[TlsProblem], place: usize) -> Vec<Problem> {
    let of_it = all
        .iter()
        .filter(|problem| usize::try_from(problem.index) == Ok(place));
    of_it
        .map(|problem| Problem {
            words: capital(&problem.message),
            href: if problem.tls_client.is_empty() {
                String::new()
            } else {
                urls::tls_client(&problem.tls_client)
            },
        })
        .collect()
}

/// A part of a sentence as one.
pub fn capital(words: &str) -> String {
    let words = words.trim_end_matches('.');
    let mut letters = words.chars();
    let first = letters.next().map(char::to_uppercase);
    let first: String = first.into_iter().flatten().collect();
    format!("{first}{}.", letters.as_str())
}

async fn submit(me: &SignedIn, mut form: Form, tlds: Vec<String>) -> Result<Response, PageError> {
    let request = CreateTlsClientsRequest {
        tlds: tlds.clone(),
        tls_client: Some(fields::record(&form)),
        request_id: form.value("request_id").to_owned(),
    };
    match me.clients.tls_clients().create_tls_clients(request).await {
        Ok(_) => {
            let to = match tlds.as_slice() {
                [one] => urls::tls_tld(one),
                _ => urls::TLS.to_owned(),
            };
            Ok(done(&to, Some(&frame::TLS_ADDED)))
        }
        // Each TLD says itself what is wrong with it.
        Err(status) if status.code() == Code::InvalidArgument => verify(me, form, tlds).await,
        Err(status) => {
            let code = fields::refused(&mut form, status)?;
            fill_in(me, form, Choosing::Done, code).await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_sentence_becomes_one() {
        assert_eq!(capital("is not yours"), "Is not yours.");
        assert_eq!(capital("Élodie has it."), "Élodie has it.");
        assert_eq!(capital(""), ".");
    }
}
