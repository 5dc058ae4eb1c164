//! "Test my certificate": what the mTLS edge would find at a domain name, in plain words (TLS-7). Nothing is kept.

use askama::Template;
use axum::{extract::Query as Address, response::Response};
use http::StatusCode;
use nsp_proto::tlsauth::v1::CheckTlsClientRequest;

use crate::{
    errors::PageError,
    forms::{Field, Form},
    frame::{Frame, Tab, html},
    pages::tls::{
        Parts,
        entry::{Check, host},
        viewer,
    },
    signed_in::SignedIn,
    urls,
    words::{Label, label},
};

const FIELDS: &[Field] = &[
    Field {
        id: "host",
        path: "domain_name",
        label: "Domain name",
    },
    Field {
        id: "certificate",
        path: "certificate",
        label: "Certificate",
    },
];

#[derive(Template)]
#[template(path = "tls/check.html")]
struct Asking {
    page: Frame,
    parts: Parts,
    form: Form,
    outcome: Option<Outcome>,
}

/// What was found.
struct Outcome {
    check: Check,
    /// One sentence for the whole.
    says: &'static str,
    entries: Vec<Named>,
}

/// An entry that names the host.
struct Named {
    tld: Label,
    href: String,
}

pub async fn get(
    me: SignedIn,
    Address(pairs): Address<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let me = viewer(me)?;
    let mut form = Form::default();
    for (key, value) in pairs {
        if key == "host" {
            form = form.with("host", host(&value).shown);
        }
    }
    show(&me, form, None, StatusCode::OK).await
}

async fn show(
    me: &SignedIn,
    form: Form,
    outcome: Option<Outcome>,
    code: StatusCode,
) -> Result<Response, PageError> {
    let (page, parts) = tokio::join!(
        me.frame(Tab::Tls, "Test a certificate"),
        Parts::of(me, "check")
    );
    let page = Asking {
        page: page.saying("bad", form.trouble.as_ref()),
        parts,
        form,
        outcome,
    };
    html(code, &page)
}

pub async fn post(me: SignedIn, mut form: Form) -> Result<Response, PageError> {
    let me = viewer(me)?;
    let certificate = form.value("certificate").trim().to_owned();
    if certificate.contains("PRIVATE KEY") {
        // It is not shown again, and does not leave this process.
        form.clear("certificate");
        form.refuse(
            "certificate",
            "That was a private key. It was thrown away. Paste the certificate only, and consider making a new key.",
        );
        return show(&me, form, None, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let request = CheckTlsClientRequest {
        domain_name: form.value("host").trim().to_owned(),
        certificate: certificate.clone(),
    };
    match me.clients.tls_clients().check_tls_client(request).await {
        Ok(answer) => {
            let answer = answer.into_inner();
            let check = answer.check.unwrap_or_default();
            let outcome = Outcome {
                says: says(check.verdict(), !certificate.is_empty()),
                check: Check::new(&check, &me.times),
                entries: answer.tls_clients.iter().map(|name| named(name)).collect(),
            };
            show(&me, form, Some(outcome), StatusCode::OK).await
        }
        Err(status) => {
            let code = form.refused(status, FIELDS)?;
            show(&me, form, None, code).await
        }
    }
}

/// What it comes to, in one sentence.
fn says(
    verdict: nsp_proto::tlsauth::v1::tls_check::Verdict,
    with_certificate: bool,
) -> &'static str {
    use nsp_proto::tlsauth::v1::tls_check::Verdict;
    match (verdict, with_certificate) {
        (Verdict::Works, true) => {
            "A client that shows this certificate is let in, wherever the domain name is entered."
        }
        (Verdict::Works, false) => {
            "The domain name has what is needed. Paste a certificate to see whether it matches."
        }
        (Verdict::Warning, _) => "It works now, and needs attention soon.",
        (Verdict::Broken, true) => "A client that shows this certificate is refused.",
        (Verdict::Broken, false) => "A client with this domain name is refused.",
        (Verdict::Unknown | Verdict::Unspecified, _) => {
            "It could not be found out. Try again in a minute."
        }
    }
}

fn named(name: &str) -> Named {
    let tld = name.split('/').nth(1).unwrap_or_default();
    Named {
        tld: label(tld),
        href: urls::tls_client(name),
    }
}
