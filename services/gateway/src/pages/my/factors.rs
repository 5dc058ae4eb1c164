//! Adds, renames and removes authenticators.

use askama::Template;
use axum::{extract::Path, response::Response};
use fast_qr::{Module, qr::QRBuilder};
use http::StatusCode;
use nsp_proto::identity::v1::{
    CompleteTotpFactorRequest, DeleteFactorRequest, Factor, ListFactorsRequest,
    RenameFactorRequest, StartTotpFactorRequest, factor,
};

use crate::{
    errors::PageError,
    forms::{Field, Form, field},
    frame::{self, Frame, Tab, done, html},
    pages::{cases::resource, my::security},
    security::Secret,
    signed_in::SignedIn,
    urls,
};

const FIELDS: &[Field] = &[
    Field {
        id: "code",
        path: "totp_code",
        label: "Code",
    },
    Field {
        id: "name",
        path: "display_name",
        label: "Name",
    },
    field("code", "Code"),
];

#[derive(Template)]
#[template(path = "my/factor_new.html")]
struct New {
    page: Frame,
    form: Form,
    qr: String,
    secret: String,
}

#[derive(Template)]
#[template(path = "my/factor_remove.html")]
struct Remove {
    page: Frame,
    title: String,
    passkey: bool,
    factor: Factor,
}

/// The light frame that readers need to find the code, in modules.
const QUIET: usize = 2;

/// A QR code as SVG: a line for each run of dark modules. The page is not compressed, so that every byte counts.
pub fn qr(text: &str) -> Result<String, PageError> {
    let code = QRBuilder::new(text).build();
    let code = code.map_err(|_| PageError::Broken("the secret does not fit into a QR code"))?;
    let lines: Vec<String> = (0..code.size)
        .flat_map(|y| runs(&code[y][..code.size]).map(move |(x, n)| (x, y, n)))
        .map(|(x, y, n)| format!("M{} {}h{n}v1H{}", x + QUIET, y + QUIET, x + QUIET))
        .collect();
    let side = code.size + 2 * QUIET;
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\"><path d=\"{}\"/></svg>",
        lines.concat()
    ))
}

/// Where dark modules begin in a row, and how many follow each other.
fn runs(row: &[Module]) -> impl Iterator<Item = (usize, usize)> {
    let mut at = 0;
    row.chunk_by(|a, b| a.value() == b.value())
        .filter_map(move |run| {
            let start = at;
            at += run.len();
            run[0].value().then_some((start, run.len()))
        })
}

/// `JBSW Y3DP …`: easier to type.
pub fn groups_of_four(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    let groups: Vec<String> = letters
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    groups.join(" ")
}

pub async fn get(me: SignedIn) -> Result<Response, PageError> {
    let form = start(&me, Form::default().with("name", "Another phone")).await?;
    show(&me, form, StatusCode::OK).await
}

/// A secret is good for several tries; the form carries it from one to the next.
async fn start(me: &SignedIn, mut form: Form) -> Result<Form, PageError> {
    let request = StartTotpFactorRequest {};
    match me.clients.factors().start_totp_factor(request).await {
        Ok(secret) => {
            let secret = secret.into_inner();
            form.set("enrolment", secret.enrolment);
            form.set("secret", secret.secret);
            form.set("address", secret.address);
        }
        Err(status) => {
            form.refused(status, FIELDS)?;
        }
    }
    Ok(form)
}

async fn show(me: &SignedIn, form: Form, code: StatusCode) -> Result<Response, PageError> {
    if form.value("address").is_empty() {
        return security::show(me, form, StatusCode::CONFLICT).await;
    }
    let page = me.frame(Tab::None, "Add an authenticator").await;
    let page = New {
        page: page.saying("bad", form.trouble.as_ref()),
        qr: qr(form.value("address"))?,
        secret: groups_of_four(form.value("secret")),
        form,
    };
    let mut response = html(code, &page)?;
    response.extensions_mut().insert(Secret);
    Ok(response)
}

pub async fn post(me: SignedIn, mut form: Form) -> Result<Response, PageError> {
    let request = CompleteTotpFactorRequest {
        enrolment: form.value("enrolment").to_owned(),
        totp_code: form.value("code").trim().to_owned(),
        display_name: form.value("name").trim().to_owned(),
    };
    match me.clients.factors().complete_totp_factor(request).await {
        Ok(_) => Ok(done(urls::SECURITY, Some(&frame::FACTOR_ADDED))),
        Err(status) => {
            form.clear("code");
            let over = nsp_kit::status::reason(&status) == "ENROLMENT_ENDED";
            let code = form.refused(status, FIELDS)?;
            if over {
                form = start(&me, form).await?;
            } else if let Some(trouble) = form
                .trouble
                .take_if(|_| code == StatusCode::UNPROCESSABLE_ENTITY)
            {
                form.refuse("code", trouble);
            }
            show(&me, form, code).await
        }
    }
}

pub async fn rename(me: SignedIn, id: Path<String>, mut form: Form) -> Result<Response, PageError> {
    let request = RenameFactorRequest {
        name: resource("factors", &id)?,
        display_name: form.value("name").trim().to_owned(),
    };
    match me.clients.factors().rename_factor(request).await {
        Ok(_) => Ok(done(urls::SECURITY, Some(&frame::FACTOR_RENAMED))),
        Err(status) => {
            let code = form.refused(status, FIELDS)?;
            let words = form.error("name").to_owned();
            if !words.is_empty() {
                form.trouble = Some(words);
            }
            security::show(&me, form, code).await
        }
    }
}

pub async fn confirm(me: SignedIn, id: Path<String>) -> Result<Response, PageError> {
    let name = resource("factors", &id)?;
    let mut factors = me.clients.factors();
    let (page, factors) = tokio::join!(
        me.frame(Tab::None, "Remove an authenticator"),
        factors.list_factors(ListFactorsRequest {})
    );
    let factors = factors?.into_inner().factors;
    let factor = factors.into_iter().find(|factor| factor.name == name);
    let factor = factor.ok_or(PageError::NotFound)?;
    let title = format!("Remove “{}”?", factor.display_name);
    html(
        StatusCode::OK,
        &Remove {
            page,
            title,
            passkey: factor.kind() == factor::Kind::Passkey,
            factor,
        },
    )
}

pub async fn remove(me: SignedIn, id: Path<String>) -> Result<Response, PageError> {
    let request = DeleteFactorRequest {
        name: resource("factors", &id)?,
    };
    match me.clients.factors().delete_factor(request).await {
        Ok(_) => Ok(done(urls::SECURITY, Some(&frame::FACTOR_REMOVED))),
        Err(status) => {
            let mut form = Form::default();
            let code = form.refused(status, FIELDS)?;
            security::show(&me, form, code).await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_shown_in_groups_of_four() {
        assert_eq!(groups_of_four("JBSWY3DPEH"), "JBSW Y3DP EH");
    }

    #[test]
    fn a_qr_code_has_no_inline_style() {
        let svg = qr("otpauth://totp/NSp:a@b.example?secret=JBSWY3DPEHPK3PXP&issuer=NSp").unwrap();
        assert!(svg.starts_with("<svg") && !svg.contains("style"));
        assert!(svg.len() < 12_000, "{} bytes", svg.len());
    }

    #[test]
    fn the_corner_of_a_qr_code_is_a_dark_square_in_a_light_one() {
        let svg = qr("NSp").unwrap();
        // Its first, second and fourth row.
        for line in [
            "M2 2h7v1H2",
            "M2 3h1v1H2M8 3h1v1H8",
            "M2 5h1v1H2M4 5h3v1H4M8 5h1v1H8",
        ] {
            assert!(svg.contains(line), "{line} is not in {svg}");
        }
    }
}
