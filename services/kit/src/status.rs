//! Errors as clients see them: a gRPC status with `google.rpc` details (AIP-193).

use std::{collections::HashMap, error::Error, fmt::Display, str::FromStr, time::Duration};

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt};

const DOMAIN: &str = "nsp";

/// What is wrong with the fields of a request, all at once.
#[derive(Debug, Default)]
pub struct Violations(Vec<FieldViolation>);

impl Violations {
    /// Notes one problem, in words that stand beside the field: "must not be empty".
    pub fn add(&mut self, field: &str, problem: impl Display) {
        self.0.push(FieldViolation::new(field, problem.to_string()));
    }

    /// Parses one field, noting the problem if there is one.
    pub fn parse<T: FromStr<Err: Display>>(&mut self, field: &str, value: &str) -> Option<T> {
        value
            .parse()
            .map_err(|problem: T::Err| self.add(field, problem))
            .ok()
    }

    /// Parses a field that may be left empty. `None` means wrong, `Some(None)` means empty.
    pub fn parse_optional<T: FromStr<Err: Display>>(
        &mut self,
        field: &str,
        value: &str,
    ) -> Option<Option<T>> {
        if value.is_empty() {
            Some(None)
        } else {
            self.parse(field, value).map(Some)
        }
    }

    /// Ends the parsing of a request: the value, or everything that is wrong with it.
    pub fn finish<T>(self, parsed: Option<T>) -> Result<T, Invalid> {
        parsed.filter(|_| self.0.is_empty()).ok_or(Invalid(self.0))
    }

    /// A refusal that is not about the request's form alone, but does name fields.
    pub fn refuse(self, code: Code, reason: &str, message: impl Into<String>) -> Status {
        let mut details = ErrorDetails::with_error_info(reason, DOMAIN, HashMap::new());
        details.set_bad_request(self.0);
        Status::with_error_details(code, message, details)
    }
}

/// A request whose fields do not make sense.
#[derive(Debug, thiserror::Error)]
#[error("the request has invalid fields")]
pub struct Invalid(Vec<FieldViolation>);

impl Invalid {
    /// One field and what is wrong with it.
    pub fn field(field: &str, problem: impl Display) -> Self {
        Self(vec![FieldViolation::new(field, problem.to_string())])
    }
}

impl From<Invalid> for Status {
    fn from(invalid: Invalid) -> Self {
        let message = invalid.to_string();
        let mut details = ErrorDetails::with_error_info("INVALID_FIELDS", DOMAIN, HashMap::new());
        details.set_bad_request(invalid.0);
        Status::with_error_details(Code::InvalidArgument, message, details)
    }
}

/// A status with a machine-readable `reason`.
///
/// What went wrong inside is logged here and never told to the client.
pub fn status(code: Code, reason: &str, error: &(dyn Error + 'static)) -> Status {
    let message = match code {
        Code::Internal | Code::Unavailable | Code::Unknown => {
            tracing::error!(error, reason, "request failed");
            "something went wrong on our side".to_owned()
        }
        _ => error.to_string(),
    };
    refusal(code, reason, message)
}

/// A status with a machine-readable `reason` and a message that is fit for the client.
pub fn refusal(code: Code, reason: &str, message: impl Into<String>) -> Status {
    let details = ErrorDetails::with_error_info(reason, DOMAIN, HashMap::new());
    Status::with_error_details(code, message, details)
}

/// `RESOURCE_EXHAUSTED`: the caller may try again after `wait`.
pub fn exhausted(reason: &str, message: &str, wait: Duration) -> Status {
    let mut details = ErrorDetails::with_error_info(reason, DOMAIN, HashMap::new());
    details.set_retry_info(Some(wait));
    Status::with_error_details(Code::ResourceExhausted, message, details)
}

/// What the database refused: a deadlock or a serialization failure is worth another try, no connection or a lost one
/// is `UNAVAILABLE`, everything else is our bug.
pub fn database(error: &sqlx::Error) -> Status {
    match database_code(error) {
        Code::Aborted => refusal(
            Code::Aborted,
            "CONFLICT",
            "someone else changed the same thing; read it again and retry",
        ),
        code => status(code, "DATABASE", error),
    }
}

/// Whether an error is the surroundings' and not the work's: the same again may succeed.
pub(crate) fn is_passing(error: &anyhow::Error) -> bool {
    let passing = |code| {
        matches!(
            code,
            Code::Unavailable | Code::Aborted | Code::DeadlineExceeded
        )
    };
    error.chain().any(|cause| {
        let database = cause
            .downcast_ref::<sqlx::Error>()
            .is_some_and(|error| passing(database_code(error)));
        database
            || cause
                .downcast_ref::<Status>()
                .is_some_and(|status| passing(status.code()))
    })
}

fn database_code(error: &sqlx::Error) -> Code {
    match error {
        sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        // A connection that ends while it is being made looks like nonsense to sqlx.
        | sqlx::Error::Protocol(_) => Code::Unavailable,
        sqlx::Error::Database(database) => match database.code().as_deref() {
            Some("40001" | "40P01") => Code::Aborted,
            // Shutting down or starting up; out of disk, memory or connections.
            Some("57P01" | "57P02" | "57P03") => Code::Unavailable,
            Some(code) if code.starts_with("53") => Code::Unavailable,
            // Connection exceptions.
            Some(code) if code.starts_with("08") => Code::Unavailable,
            _ => Code::Internal,
        },
        _ => Code::Internal,
    }
}

/// The reason in a status, or an empty string.
pub fn reason(status: &Status) -> String {
    status
        .get_details_error_info()
        .map(|info| info.reason)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_does_not_answer_is_unavailable_and_a_bug_is_internal() {
        let gone = [
            sqlx::Error::PoolTimedOut,
            sqlx::Error::Io(std::io::ErrorKind::ConnectionReset.into()),
            sqlx::Error::Protocol("unexpected response from SSLRequest: 0x00".to_owned()),
        ];
        for error in gone {
            assert_eq!(database(&error).code(), Code::Unavailable, "{error}");
            assert!(is_passing(
                &anyhow::Error::new(error).context("in a handler")
            ));
        }
        let bug = sqlx::Error::ColumnNotFound("name".to_owned());
        assert_eq!(database(&bug).code(), Code::Internal);
        assert!(!is_passing(&bug.into()));
    }
}
