//! Who asks for a page: every page that is not for strangers takes one of these.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::{Method, header, request::Parts};
use nsp_proto::{accounts::v1::account, auth::v1::Role};
use tonic::Status;

use crate::{
    app::App,
    clients::Clients,
    cookies,
    errors::PageError,
    frame::Notice,
    session::{Ended, Session},
    time::Times,
    urls,
};

/// A signed-in person and what they asked for.
#[derive(Clone)]
pub struct SignedIn {
    pub app: Arc<App>,
    pub session: Arc<Session>,
    /// The services, called for this person.
    pub clients: Clients,
    /// Times as this person reads them, now.
    pub times: Times,
    /// Path and query of this page.
    pub here: String,
    /// What was done just before.
    pub notice: Option<&'static Notice>,
    /// Whether the page's script asks for the changing parts only.
    pub fragment: bool,
}

impl SignedIn {
    /// The person behind the request's cookie, if anybody is signed in.
    pub async fn find(parts: &Parts, app: &Arc<App>) -> Result<Option<Self>, Status> {
        let Some(secret) = cookies::get(&parts.headers, cookies::SESSION) else {
            return Ok(None);
        };
        let Some(session) = app.sessions.find(secret).await? else {
            return Ok(None);
        };
        Ok(Some(Self {
            clients: app.clients.acting(&session.token),
            times: Times::new(&session.user.time_zone, app.clock.now()),
            here: here(parts),
            notice: cookies::get(&parts.headers, cookies::NOTICE).and_then(Notice::find),
            // Coming back in the history, the script asks for the whole page.
            fragment: parts.headers.contains_key("hx-request")
                && !parts.headers.contains_key("hx-history-restore-request"),
            app: Arc::clone(app),
            session,
        }))
    }

    /// Whether the person may open cases and write in them; others of the account only read.
    pub fn writes(&self) -> bool {
        let acting = self.session.acting.as_ref();
        acting.is_some_and(|acting| {
            acting
                .roles()
                .any(|role| matches!(role, Role::Administrator | Role::Cases))
        })
    }

    /// Whether the person may see and change who acts for the account.
    pub fn administers(&self) -> bool {
        let acting = self.session.acting.as_ref();
        acting.is_some_and(|acting| acting.roles().any(|role| role == Role::Administrator))
    }

    /// Whether the person may look after users, as staff.
    pub fn looks_after_users(&self) -> bool {
        let mut roles = self.session.staff_roles.iter();
        roles.any(|role| matches!(role, Role::StaffAgent | Role::StaffAdministrator))
    }

    /// Whether the person may announce maintenance windows; others of the account only read them.
    pub fn plans(&self) -> bool {
        let acting = self.session.acting.as_ref();
        acting.is_some_and(|acting| {
            acting
                .roles()
                .any(|role| matches!(role, Role::Administrator | Role::Technical))
        })
    }

    /// Whether maintenance is anything to the person: to staff, and for accounts that have TLDs.
    pub fn has_maintenance(&self) -> bool {
        let kind =
            self.session.acting.as_ref().map(|acting| {
                account::Kind::from_str_name(&acting.account_kind).unwrap_or_default()
            });
        match kind {
            None => self.session.user.staff,
            Some(kind) => !matches!(kind, account::Kind::Applicant | account::Kind::Registrar),
        }
    }

    /// Whether the person may see TLS client authentication data: technical matters of accounts that have TLDs or run them.
    pub fn sees_tls(&self) -> bool {
        let staff = [
            Role::StaffAgent,
            Role::StaffTechnical,
            Role::StaffSecurity,
            Role::StaffAdministrator,
        ];
        let party = [Role::Administrator, Role::Technical, Role::ReadOnly];
        if self.session.user.staff {
            return self
                .session
                .staff_roles
                .iter()
                .any(|role| staff.contains(role));
        }
        let acting = self.session.acting.as_ref();
        self.has_maintenance()
            && acting.is_some_and(|acting| acting.roles().any(|role| party.contains(&role)))
    }

    /// Whether the person acts for a registry service provider.
    pub fn provides(&self) -> bool {
        self.acts_for(account::Kind::RegistryServiceProvider)
    }

    /// Whether report status is anything to the person: to staff, for registry operators, who owe the reports, and for the
    /// service providers whom they let see it.
    pub fn sees_reports(&self) -> bool {
        self.session.user.staff || self.acts_for(account::Kind::RegistryOperator) || self.provides()
    }

    /// Whether the person acts for an account of that kind.
    fn acts_for(&self, kind: account::Kind) -> bool {
        let acting = self.session.acting.as_ref();
        acting
            .is_some_and(|acting| account::Kind::from_str_name(&acting.account_kind) == Some(kind))
    }

    /// What we know of this session is no longer so.
    pub fn forget(&self) {
        self.app
            .sessions
            .end(Ended::Session(self.session.name.clone()));
    }
}

impl FromRequestParts<Arc<App>> for SignedIn {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, PageError> {
        let person = Self::find(parts, app).await?;
        person.ok_or_else(|| PageError::SignIn(here(parts)))
    }
}

/// Somebody of ICANN. To others the page does not exist.
pub struct Staff(pub SignedIn);

impl FromRequestParts<Arc<App>> for Staff {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, PageError> {
        let person = SignedIn::from_request_parts(parts, app).await?;
        if person.session.user.staff {
            Ok(Self(person))
        } else {
            Err(PageError::NotFound)
        }
    }
}

/// Somebody of a contracted party. To others the page does not exist.
pub struct Party(pub SignedIn);

impl FromRequestParts<Arc<App>> for Party {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, PageError> {
        let person = SignedIn::from_request_parts(parts, app).await?;
        if person.session.user.staff {
            Err(PageError::NotFound)
        } else {
            Ok(Self(person))
        }
    }
}

/// Where to come back to: this page, or for what was sent by a form, the page with the form.
pub fn here(parts: &Parts) -> String {
    if parts.method == Method::GET || parts.method == Method::HEAD {
        let path = parts.uri.path_and_query();
        return path.map_or_else(|| urls::HOME.to_owned(), ToString::to_string);
    }
    came_from(parts)
}

/// The page of ours with the link or the form that led here.
pub fn came_from(parts: &Parts) -> String {
    let referer = parts.headers.get(header::REFERER);
    let referer = referer.and_then(|value| value.to_str().ok()?.parse::<http::Uri>().ok());
    let path = referer.and_then(|uri| uri.path_and_query().map(ToString::to_string));
    path.unwrap_or_else(|| urls::HOME.to_owned())
}
