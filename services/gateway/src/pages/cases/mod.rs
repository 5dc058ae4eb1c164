//! Cases, as contracted parties work with them. Staff's pages of `pages::staff` are made of the same parts.

pub mod cancel;
pub mod comment;
pub mod conversation;
pub mod csv;
pub mod expedite;
pub mod head;
pub mod list;
pub mod live;
pub mod new;
pub mod print;
pub mod query;
pub mod row;
pub mod show;

use axum::extract::{FromRequestParts, Path, RawPathParams};
use http::request::Parts;

use crate::errors::PageError;

/// The number of a case in an address: eight digits. Anything else names no case.
#[derive(Debug, Clone)]
pub struct Number(pub String);

impl Number {
    /// The name that services understand.
    pub fn name(&self) -> String {
        format!("cases/{}", self.0)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Number {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| PageError::NotFound)?;
        let number = params.iter().find(|(name, _)| *name == "number");
        number
            .map(|(_, value)| value)
            .filter(|value| value.len() == 8 && value.bytes().all(|byte| byte.is_ascii_digit()))
            .map(|value| Self(value.to_owned()))
            .ok_or(PageError::NotFound)
    }
}

/// The id of a resource in an address: a UUID. Anything else names nothing.
pub fn resource(collection: &str, Path(id): &Path<String>) -> Result<String, PageError> {
    let id: uuid::Uuid = id.parse().map_err(|_| PageError::NotFound)?;
    Ok(format!("{collection}/{id}"))
}
