//! Asks for a second factor where the person is (ID-3), at this one place for every page: when a service answers that a
//! fresh factor is needed, a page asks for it, sends it to the address that was asked for, and then that goes on as if
//! nothing had been in between.
//!
//! What was sent is in that page, sealed (see `sealed`). A form that is asked once more runs its handler from the
//! beginning, so a handler calls what needs a fresh factor before anything that must not be done twice.

use std::sync::Arc;

use askama::Template;
use axum::{
    body::{Body, to_bytes},
    extract::{FromRequest, Request, State},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts};
use nsp_proto::identity::v1::{
    ListFactorsRequest, StartPasskeyStepUpRequest, StepUpRequest, factor,
    step_up_request::{Factor as Shown, Passkey},
};

use crate::{
    app::App,
    cookies,
    errors::PageError,
    forms::{Form, field},
    frame::{self, Frame, Tab, done, html},
    passkeys::Question,
    sealed::{self, Kept},
    security::MAX_BODY,
    signed_in::{SignedIn, came_from, here},
    urls,
};

/// The first field of the page that asks; no form of a page has one of this name.
const SEALED: &str = "step_up";
/// A sealed form is a third longer than the form.
const MAX_SEALED: usize = MAX_BODY / 2 * 3;

/// Marks an answer of a handler whose service wants a fresh factor.
#[derive(Debug, Clone, Copy)]
pub struct StepUpRequired;

#[derive(Template)]
#[template(path = "step_up.html")]
struct Ask {
    page: Frame,
    form: Form,
    /// The address that was asked for.
    action: String,
    /// The page to go back to.
    back: String,
    sealed: String,
    way: Way,
    ways: Vec<Way>,
    passkey: Option<Question>,
}

/// How a factor can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Totp,
    Passkey,
    Recovery,
}

impl Way {
    /// As the form writes it.
    pub fn id(self) -> &'static str {
        match self {
            Self::Totp => "code",
            Self::Passkey => "passkey",
            Self::Recovery => "recovery",
        }
    }

    /// The button that leads there.
    pub fn offer(self) -> &'static str {
        match self {
            Self::Totp => "Use a code from your app",
            Self::Passkey => "Use a passkey",
            Self::Recovery => "Use a recovery code",
        }
    }

    fn find(id: &str) -> Option<Self> {
        [Self::Totp, Self::Passkey, Self::Recovery]
            .into_iter()
            .find(|way| way.id() == id)
    }
}

/// The layer.
pub async fn ask(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let answer = pass(&app, request, next).await;
    answer.unwrap_or_else(IntoResponse::into_response)
}

async fn pass(app: &Arc<App>, request: Request, next: Next) -> Result<Response, PageError> {
    let (parts, body) = request.into_parts();
    let secret = cookies::get(&parts.headers, cookies::SESSION).map(ToOwned::to_owned);
    let Some(secret) = secret else {
        return Ok(next.run(Request::from_parts(parts, body)).await);
    };
    let visit = Visit {
        app,
        secret,
        address: parts
            .uri
            .path_and_query()
            .map_or_else(|| parts.uri.path().to_owned(), ToString::to_string),
        parts,
    };
    if visit.parts.method == Method::GET {
        return visit.go(Kept::Page(visit.address.clone()), &next).await;
    }
    if !is_form(&visit.parts.headers) {
        // What is no form is not kept: it may be a file, and large. Its sender is asked, and sends it again.
        let request = Request::from_parts(visit.parts.clone(), body);
        let answer = next.clone().run(request).await;
        return visit.look(answer, None, &next).await;
    }
    let body = to_bytes(body, MAX_SEALED).await;
    let body = body.map_err(|_| PageError::TooLarge)?;
    if body.starts_with(SEALED.as_bytes()) && body.get(SEALED.len()) == Some(&b'=') {
        return visit.answer(body, &next).await;
    }
    visit.go(Kept::Form(body), &next).await
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| {
        kind.as_bytes()
            .starts_with(b"application/x-www-form-urlencoded")
    })
}

/// A request of somebody who has a session.
struct Visit<'a> {
    app: &'a Arc<App>,
    secret: String,
    /// Path and query.
    address: String,
    parts: Parts,
}

impl Visit<'_> {
    /// Asks the page for what was sent.
    async fn go(&self, kept: Kept, next: &Next) -> Result<Response, PageError> {
        let answer = next.clone().run(self.request(&kept)).await;
        self.look(answer, Some(kept), next).await
    }

    /// Gives the answer back, unless it is that a fresh factor is needed.
    async fn look(
        &self,
        answer: Response,
        kept: Option<Kept>,
        next: &Next,
    ) -> Result<Response, PageError> {
        if !wants_more(&answer) {
            return Ok(answer);
        }
        // The factor may have been shown at another replica, which our token is too old to know of.
        let before = self.person().await?.session.factor_time;
        self.app.sessions.forget(&self.secret);
        let me = self.person().await?;
        if let Some(kept) = kept.as_ref().filter(|_| me.session.factor_time > before) {
            let answer = next.clone().run(self.request(kept)).await;
            if !wants_more(&answer) {
                return Ok(answer);
            }
        }
        let back = came_from(&self.parts);
        let kept = kept.unwrap_or_else(|| Kept::Page(back.clone()));
        let sealed = sealed::seal(&self.secret, &self.address, &back, &kept, me.times.now);
        let sealed = sealed.map_err(|_| PageError::Broken("a form could not be sealed"))?;
        let form = Form::default().with(SEALED, sealed);
        self.show(&me, form, back, None, StatusCode::FORBIDDEN)
            .await
    }

    /// Somebody shows a factor. If it is right, what was kept goes on.
    async fn answer(&self, body: Bytes, next: &Next) -> Result<Response, PageError> {
        let request = Request::from_parts(self.parts.clone(), Body::from(body));
        let mut form = Form::from_request(request, &()).await?;
        let me = self.person().await?;
        let opened = sealed::open(
            &self.secret,
            &self.address,
            form.value(SEALED),
            me.times.now,
        );
        let over = Some(&frame::STEP_UP_OVER);
        let opened = match opened {
            Some(opened) if !opened.late => opened,
            Some(opened) => return Ok(done(urls::safe_next(&opened.back), over)),
            None => return Ok(done(urls::HOME, over)),
        };
        if let Some(other) = Way::find(form.value("other")) {
            form.clear("code");
            let (back, code) = (opened.back, StatusCode::FORBIDDEN);
            return self.show(&me, form, back, Some(other), code).await;
        }
        let way = Way::find(form.value("way")).unwrap_or(Way::Totp);
        let factor = Some(shown(&form, way));
        if let Err(status) = me
            .clients
            .sessions()
            .step_up(StepUpRequest { factor })
            .await
        {
            for secret in ["code", "ceremony", "credential"] {
                form.clear(secret);
            }
            let field = field("code", "Code");
            let code = form.refused(status, &[field])?;
            if way != Way::Passkey
                && let Some(trouble) = form.trouble.take()
            {
                form.refuse("code", trouble);
            }
            return self.show(&me, form, opened.back, Some(way), code).await;
        }
        self.app.sessions.forget(&self.secret);
        match opened.kept {
            Kept::Page(address) => Ok(Redirect::to(urls::safe_next(&address)).into_response()),
            form @ Kept::Form(_) => self.go(form, next).await,
        }
    }

    /// The page that asks.
    async fn show(
        &self,
        me: &SignedIn,
        form: Form,
        back: String,
        way: Option<Way>,
        code: StatusCode,
    ) -> Result<Response, PageError> {
        let mut factors = me.clients.factors();
        let (page, factors) = tokio::join!(
            me.frame(Tab::None, "Confirm that it is you"),
            factors.list_factors(ListFactorsRequest {})
        );
        let factors = factors?.into_inner();
        let has = |kind| factors.factors.iter().any(|factor| factor.kind() == kind);
        let ways: Vec<Way> = [
            has(factor::Kind::Totp).then_some(Way::Totp),
            has(factor::Kind::Passkey).then_some(Way::Passkey),
            (factors.recovery_codes_left > 0).then_some(Way::Recovery),
        ]
        .into_iter()
        .flatten()
        .collect();
        let way = way
            .filter(|way| ways.contains(way))
            .or(ways.first().copied())
            .unwrap_or(Way::Recovery);
        let passkey = if way == Way::Passkey {
            let mut sessions = me.clients.sessions();
            let ceremony = sessions.start_passkey_step_up(StartPasskeyStepUpRequest {});
            Some(Question::of(ceremony.await?.into_inner()))
        } else {
            None
        };
        let ask = Ask {
            page: page.saying("bad", form.trouble.as_ref()),
            action: self.address.clone(),
            back: urls::safe_next(&back).to_owned(),
            sealed: form.value(SEALED).to_owned(),
            form,
            way,
            ways,
            passkey,
        };
        html(code, &ask)
    }

    async fn person(&self) -> Result<SignedIn, PageError> {
        let person = SignedIn::find(&self.parts, self.app).await?;
        person.ok_or_else(|| PageError::SignIn(here(&self.parts)))
    }

    fn request(&self, kept: &Kept) -> Request {
        let mut parts = self.parts.clone();
        let body = match kept {
            Kept::Page(_) => Bytes::new(),
            Kept::Form(form) => {
                let length = HeaderValue::from(form.len());
                parts.headers.insert(header::CONTENT_LENGTH, length);
                form.clone()
            }
        };
        Request::from_parts(parts, Body::from(body))
    }
}

fn wants_more(answer: &Response) -> bool {
    answer.extensions().get::<StepUpRequired>().is_some()
}

fn shown(form: &Form, way: Way) -> Shown {
    let code = form.value("code").trim().to_owned();
    match way {
        Way::Totp => Shown::TotpCode(code),
        Way::Recovery => Shown::RecoveryCode(code),
        Way::Passkey => Shown::Passkey(Passkey {
            ceremony: form.value("ceremony").to_owned(),
            credential: form.value("credential").to_owned(),
        }),
    }
}
