//! Sign-in and security: authenticators, recovery codes, password, sessions (ID-2, ID-7).

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use nsp_proto::identity::v1::{ListFactorsRequest, ListSessionsRequest, factor};

use crate::{
    errors::PageError,
    forms::Form,
    frame::{Frame, Tab, html},
    signed_in::SignedIn,
    time::Moment,
    words,
};

#[derive(Template)]
#[template(path = "my/security.html")]
struct Security {
    page: Frame,
    factors: Vec<Factor>,
    codes_left: i32,
    sessions: Vec<Session>,
}

struct Factor {
    name: String,
    display_name: String,
    passkey: bool,
    created: Option<Moment>,
    used: Option<Moment>,
}

struct Session {
    name: String,
    device: String,
    address: String,
    place: String,
    created: Option<Moment>,
    used: Option<Moment>,
    current: bool,
}

pub async fn get(me: SignedIn) -> Result<Response, PageError> {
    show(&me, Form::default(), StatusCode::OK).await
}

/// The page; with `form`, what went wrong with one of its small forms.
pub async fn show(me: &SignedIn, form: Form, code: StatusCode) -> Result<Response, PageError> {
    let (mut factors, mut sessions) = (me.clients.factors(), me.clients.sessions());
    let (frame, factors, sessions) = tokio::join!(
        me.frame(Tab::None, "Sign-in and security"),
        factors.list_factors(ListFactorsRequest {}),
        sessions.list_sessions(ListSessionsRequest {})
    );
    let factors = factors?.into_inner();
    let times = &me.times;
    let page = Security {
        page: frame.saying("bad", form.trouble.as_ref()),
        codes_left: factors.recovery_codes_left,
        factors: factors
            .factors
            .into_iter()
            .map(|factor| Factor {
                created: times.moment(factor.create_time.as_ref()),
                used: times.moment(factor.last_use_time.as_ref()),
                passkey: factor.kind() == factor::Kind::Passkey,
                name: factor.name,
                display_name: factor.display_name,
            })
            .collect(),
        sessions: sessions?
            .into_inner()
            .sessions
            .into_iter()
            .map(|session| {
                let client = session.client.unwrap_or_default();
                Session {
                    device: words::device(&client.user_agent),
                    address: client.address,
                    place: session.place,
                    created: times.moment(session.create_time.as_ref()),
                    used: times.moment(session.last_use_time.as_ref()),
                    current: session.current,
                    name: session.name,
                }
            })
            .collect(),
    };
    html(code, &page)
}
