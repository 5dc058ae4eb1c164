//! The layer in front of every method: finds out who calls, asks the permissions table, and writes the request log.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::HeaderMap;
use jiff::Timestamp;
use nsp_proto::access::Method;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tonic::{
    Code, Status,
    transport::server::{TcpConnectInfo, TlsConnectInfo},
};
use x509_parser::{extensions::GeneralName, parse_x509_certificate};

use super::{Actor, Keys, Revoked, TokenError, verify};
use crate::{clock::Clock, server::TIMEOUT, status::refusal, telemetry};

/// What the layer needs to decide.
#[derive(Clone)]
pub struct Authorizer {
    pub keys: Keys,
    pub revoked: Revoked,
    pub clock: Clock,
}

/// Lets a request through if its method's access option allows the caller; the handler finds the [`Actor`] in the
/// request's extensions. Health and reflection are for everyone who has a certificate of ours.
pub async fn authorize(
    State(authorizer): State<Arc<Authorizer>>,
    mut request: Request,
    next: Next,
) -> Response {
    let start = Instant::now();
    let path = request.uri().path().to_owned();
    if path.starts_with("/grpc.health.v1.") || path.starts_with("/grpc.reflection.") {
        return next.run(request).await;
    }
    let actor = match decide(&authorizer, &path, Credentials::of(&request)).await {
        Ok(actor) => actor,
        Err(status) => {
            log(&path, None, &status, start);
            return status.into_http();
        }
    };
    let deadline = deadline(request.headers());
    request.extensions_mut().insert(actor.clone());
    let answer = tokio::time::timeout(deadline, next.run(request)).await;
    let response = answer.unwrap_or_else(|_| {
        Status::deadline_exceeded("the service could not finish in time").into_http()
    });
    let status = Status::from_header_map(response.headers()).unwrap_or_else(|| Status::ok(""));
    log(&path, Some(&actor), &status, start);
    response
}

/// How long a method may take: a little less than the caller waits. tonic's own limit comes at the caller's last moment,
/// and ends the request with `CANCELLED` and without a line in the log.
fn deadline(headers: &HeaderMap) -> Duration {
    let given = headers
        .get("grpc-timeout")
        .and_then(|value| timeout(value.to_str().ok()?));
    given.unwrap_or(TIMEOUT).min(TIMEOUT).mul_f64(0.95)
}

/// A `grpc-timeout`: up to eight digits and a unit.
fn timeout(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: u32 = digits.parse().ok()?;
    let unit = match unit {
        "H" => Duration::from_hours(1),
        "M" => Duration::from_mins(1),
        "S" => Duration::from_secs(1),
        "m" => Duration::from_millis(1),
        "u" => Duration::from_micros(1),
        "n" => Duration::from_nanos(1),
        _ => return None,
    };
    unit.checked_mul(number)
}

async fn decide(
    authorizer: &Authorizer,
    path: &str,
    credentials: Credentials,
) -> Result<Actor, Status> {
    let method =
        Method::find(path).ok_or_else(|| Status::unimplemented("there is no such method"))?;
    let actor = match credentials {
        Credentials::Token(token) => {
            let person = verify(&token, &authorizer.keys, authorizer.clock.now()).await;
            let person = person.map_err(unauthenticated)?;
            if authorizer.revoked.contains(person.session) {
                return Err(unauthenticated(TokenError::Revoked));
            }
            Actor::Person(Box::new(person))
        }
        Credentials::Certificate(service) => Actor::Service(service),
        Credentials::Malformed => return Err(unauthenticated(TokenError::Malformed)),
        Credentials::None => {
            return Err(refusal(
                Code::Unauthenticated,
                "TOKEN_REQUIRED",
                "sign in first",
            ));
        }
    };
    let allowed = match &actor {
        Actor::Person(person) => method.allows_person(&person.roles),
        Actor::Service(name) => method.allows_service(name),
    };
    if !allowed {
        let message =
            "your role does not allow this; an administrator of your account can change it";
        return Err(refusal(Code::PermissionDenied, "ROLE_REQUIRED", message));
    }
    // Last, so that nobody shows a factor for nothing.
    if method.needs_fresh_factor() {
        fresh_factor(&actor, authorizer.clock.now())?;
    }
    Ok(actor)
}

/// Lets a person in who has shown a factor lately. Services have none to show.
fn fresh_factor(actor: &Actor, now: Timestamp) -> Result<(), Status> {
    if actor
        .person()
        .is_none_or(|person| person.has_fresh_factor(now))
    {
        return Ok(());
    }
    let message =
        "this needs a second factor shown in the last five minutes; show one and try again";
    Err(refusal(Code::PermissionDenied, "STEP_UP_REQUIRED", message))
}

/// What a request shows of its caller. A token wins over the certificate of the service that passes it on.
enum Credentials {
    Token(String),
    Certificate(String),
    Malformed,
    None,
}

impl Credentials {
    fn of(request: &Request) -> Self {
        if let Some(header) = request.headers().get(http::header::AUTHORIZATION) {
            let token = header
                .to_str()
                .ok()
                .and_then(|value| value.strip_prefix("Bearer "));
            return token.map_or(Self::Malformed, |token| Self::Token(token.to_owned()));
        }
        let peer = request.extensions().get::<TlsConnectInfo<TcpConnectInfo>>();
        let certificates = peer.and_then(TlsConnectInfo::peer_certs);
        let service = certificates.and_then(|chain| service_name(chain.first()?));
        service.map_or(Self::None, Self::Certificate)
    }
}

fn unauthenticated(error: TokenError) -> Status {
    let (code, reason) = match error {
        TokenError::Malformed => (Code::Unauthenticated, "TOKEN_MALFORMED"),
        TokenError::UnknownKey => (Code::Unauthenticated, "TOKEN_KEY_UNKNOWN"),
        TokenError::BadSignature => (Code::Unauthenticated, "TOKEN_SIGNATURE"),
        TokenError::Expired => (Code::Unauthenticated, "TOKEN_EXPIRED"),
        TokenError::Revoked => (Code::Unauthenticated, "SESSION_ENDED"),
        TokenError::NoKeys => (Code::Unavailable, "TOKEN_KEYS_UNAVAILABLE"),
    };
    refusal(code, reason, error.to_string())
}

/// The first DNS name of a certificate that our authority signed: the name of the service.
fn service_name(certificate: &CertificateDer<'_>) -> Option<String> {
    let (_, certificate) = parse_x509_certificate(certificate).ok()?;
    let names = certificate.subject_alternative_name().ok()??;
    names
        .value
        .general_names
        .iter()
        .find_map(|name| match name {
            GeneralName::DNSName(name) => Some((*name).to_owned()),
            _ => None,
        })
}

/// One line per request, and the two metrics that dashboards are made of.
fn log(path: &str, actor: Option<&Actor>, status: &Status, start: Instant) {
    let seconds = start.elapsed().as_secs_f64();
    let code = format!("{:?}", status.code());
    let labels = [("method", path.to_owned()), ("code", code.clone())];
    metrics::histogram!("nsp_request_seconds", &labels).record(seconds);
    let actor = actor.map(ToString::to_string).unwrap_or_default();
    let reason = crate::status::reason(status);
    let trace = telemetry::trace_id();
    tracing::info!(
        rpc.method = path,
        actor,
        code,
        reason,
        seconds,
        trace.id = trace,
        "request"
    );
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::{
        auth::{FRESH, Person},
        id::{SessionId, UserId},
        status::reason,
    };

    #[test]
    fn timeouts_are_read() {
        assert_eq!(timeout("1500m"), Some(Duration::from_millis(1_500)));
        assert_eq!(timeout("10S"), Some(Duration::from_secs(10)));
        for wrong in ["", "S", "10", "-1S", "1x", "1é"] {
            assert_eq!(timeout(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_factor_is_fresh_for_five_minutes_and_services_have_none() {
        let shown = Timestamp::UNIX_EPOCH;
        let person = Actor::Person(Box::new(Person {
            user: UserId::new(),
            session: SessionId::new(),
            display_name: "Jane".to_owned(),
            staff: false,
            account: None,
            account_name: String::new(),
            roles: Vec::new(),
            tlds: Vec::new(),
            factor_time: shown,
        }));
        let second = SignedDuration::from_secs(1);
        assert!(fresh_factor(&person, shown + FRESH - second).is_ok());
        let refusal = fresh_factor(&person, shown + FRESH).unwrap_err();
        assert_eq!(
            (refusal.code(), reason(&refusal).as_str()),
            (Code::PermissionDenied, "STEP_UP_REQUIRED")
        );
        let service = Actor::Service("gateway".to_owned());
        assert!(fresh_factor(&service, shown + FRESH).is_ok());
    }
}
