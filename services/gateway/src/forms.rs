//! What people type: kept as it was typed, with what is wrong beside each field.

use axum::{
    RequestExt,
    extract::{FromRequest, Request, rejection::FormRejection},
};
use http::StatusCode;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::{
    errors::{PageError, http_status, is_step_up},
    messages,
};

/// A form as it was sent, or as it is to be shown.
#[derive(Debug, Default)]
pub struct Form {
    values: Vec<(String, String)>,
    errors: Vec<(String, String)>,
    /// What is wrong, if it is not about one field.
    pub trouble: Option<String>,
}

/// A field of a form: its id in the page, the path of what it fills in the request, and its label.
pub struct Field {
    pub id: &'static str,
    pub path: &'static str,
    pub label: &'static str,
}

/// A field whose id in the page is its path in the request.
pub const fn field(id: &'static str, label: &'static str) -> Field {
    Field {
        id,
        path: id,
        label,
    }
}

impl Form {
    /// The same form with a field filled in.
    #[must_use]
    pub fn with(mut self, id: &str, value: impl Into<String>) -> Self {
        self.values.push((id.to_owned(), value.into()));
        self
    }

    /// What was typed into a field; nothing if it was not sent.
    pub fn value(&self, id: &str) -> &str {
        let mut values = self.values.iter();
        values
            .find(|(key, _)| key == id)
            .map_or("", |(_, value)| value)
    }

    /// The values of a field that can be sent many times.
    pub fn all<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a str> {
        let values = self.values.iter();
        values
            .filter(move |(key, _)| key == id)
            .map(|(_, value)| value.as_str())
    }

    /// Everything that was sent, in its order.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.values
    }

    /// Whether a choice was ticked.
    pub fn has(&self, id: &str, value: &str) -> bool {
        self.all(id).any(|ticked| ticked == value)
    }

    /// Takes a value away, such as a password that is not shown again.
    pub fn clear(&mut self, id: &str) {
        self.values.retain(|(key, _)| key != id);
    }

    /// Gives a field another value.
    pub fn set(&mut self, id: &str, value: impl Into<String>) {
        self.clear(id);
        self.values.push((id.to_owned(), value.into()));
    }

    /// Notes what is wrong with a field, in a sentence.
    pub fn refuse(&mut self, id: &str, words: impl Into<String>) {
        self.errors.push((id.to_owned(), words.into()));
    }

    /// What is wrong with a field; empty if nothing is.
    pub fn error(&self, id: &str) -> &str {
        let mut errors = self.errors.iter();
        errors
            .find(|(key, _)| key == id)
            .map_or("", |(_, words)| words)
    }

    /// Everything that is wrong, for the summary on top.
    pub fn errors(&self) -> &[(String, String)] {
        &self.errors
    }

    pub fn is_good(&self) -> bool {
        self.errors.is_empty() && self.trouble.is_none()
    }

    /// Puts a service's refusal beside the fields, or into one sentence. Gives the status of the page that shows the
    /// form again with everything that was typed; an error if the whole page is affected.
    pub fn refused(&mut self, status: Status, fields: &[Field]) -> Result<StatusCode, PageError> {
        if let Some(bad) = status.get_details_bad_request() {
            for violation in bad.field_violations {
                let field = fields
                    .iter()
                    .find(|field| violation.field.starts_with(field.path));
                match field {
                    Some(field) => {
                        self.refuse(field.id, sentence(field.label, &violation.description));
                    }
                    None => {
                        self.trouble = Some(sentence(&violation.field, &violation.description));
                    }
                }
            }
            return Ok(StatusCode::UNPROCESSABLE_ENTITY);
        }
        if is_step_up(&status) {
            // The layer asks for a factor, and sends the form again.
            return Err(status.into());
        }
        let reason = nsp_kit::status::reason(&status);
        let code = match status.code() {
            // The services are asked as the person: only a session that ended, or a wrong password, says this.
            Code::Unauthenticated if messages::sentence(&reason).is_none() => {
                return Err(status.into());
            }
            Code::Unauthenticated => StatusCode::UNPROCESSABLE_ENTITY,
            Code::PermissionDenied => StatusCode::FORBIDDEN,
            Code::NotFound if messages::sentence(&reason).is_none() => return Err(status.into()),
            code => http_status(code),
        };
        let known = messages::sentence(&reason);
        let words = match (known, status.code()) {
            (Some(words), _) => words,
            (None, Code::Unavailable | Code::DeadlineExceeded) => messages::UNAVAILABLE,
            (None, Code::Aborted) => messages::CHANGED,
            (None, Code::ResourceExhausted) => messages::TOO_MANY,
            (None, Code::PermissionDenied) => messages::NOT_ALLOWED,
            _ => return Err(status.into()),
        };
        self.trouble = Some(words.to_owned());
        Ok(code)
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = PageError;

    async fn from_request(request: Request, _: &S) -> Result<Self, PageError> {
        let sent = request
            .extract::<axum::Form<Vec<(String, String)>>, _>()
            .await;
        let axum::Form(mut values) = sent.map_err(|rejection| match rejection {
            FormRejection::BytesRejection(_) => PageError::TooLarge,
            FormRejection::InvalidFormContentType(_) => PageError::NotAForm,
            _ => PageError::Malformed,
        })?;
        for (_, value) in &mut values {
            // Browsers send two characters for one end of line; limits are told in characters of text.
            if value.contains('\r') {
                *value = value.replace("\r\n", "\n");
            }
        }
        Ok(Self {
            values,
            ..Self::default()
        })
    }
}

/// "must not be empty" of the field Subject becomes "Subject must not be empty."
fn sentence(label: &str, problem: &str) -> String {
    let problem = problem.trim().trim_end_matches('.');
    if problem.starts_with(char::is_uppercase) {
        return format!("{problem}.");
    }
    format!("{label} {problem}.")
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use nsp_kit::status::{Invalid, refusal};

    use super::*;

    const FIELDS: &[Field] = &[field("subject", "Subject"), field("tlds", "TLDs")];

    async fn sent(body: &'static str) -> Form {
        let request = Request::post("/")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        Form::from_request(request, &()).await.unwrap()
    }

    #[tokio::test]
    async fn what_was_typed_is_kept_as_it_was() {
        let form = sent("subject=A+%3Cb%3E&tlds=acme&tlds=xn--a&text=one%0D%0Atwo").await;
        assert_eq!(form.value("subject"), "A <b>");
        assert!(form.has("tlds", "acme") && form.has("tlds", "xn--a"));
        assert_eq!(form.value("text"), "one\ntwo");
        assert_eq!(form.value("nothing"), "");
    }

    #[tokio::test]
    async fn a_refusal_stands_beside_its_field() {
        let mut form = sent("subject=").await;
        let status = Invalid::field("subject", "must not be empty").into();
        let code = form.refused(status, FIELDS).unwrap();
        assert_eq!(code, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(form.error("subject"), "Subject must not be empty.");
        assert!(!form.is_good());
    }

    #[test]
    fn a_known_reason_is_a_sentence_and_keeps_the_page() {
        let mut form = Form::default().with("body", "Hello");
        let status = refusal(Code::PermissionDenied, "ROLE_REQUIRED", "no");
        assert_eq!(form.refused(status, FIELDS).unwrap(), StatusCode::FORBIDDEN);
        assert!(form.trouble.is_some());
        assert_eq!(form.value("body"), "Hello");
    }

    #[test]
    fn a_fresh_factor_is_asked_for_elsewhere() {
        let status = refusal(Code::PermissionDenied, "STEP_UP_REQUIRED", "no");
        let error = Form::default().refused(status, FIELDS).unwrap_err();
        let response = axum::response::IntoResponse::into_response(error);
        let mark = response
            .extensions()
            .get::<crate::step_up::StepUpRequired>();
        assert!(mark.is_some());
    }

    #[test]
    fn what_nobody_knows_is_an_error_page() {
        let status = Status::internal("bug");
        assert!(Form::default().refused(status, FIELDS).is_err());
    }
}
