//! The token of a signed-in person: a JWT (RFC 7519) signed with Ed25519, good for minutes.

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use nsp_proto::auth::v1::Role;
use serde::{Deserialize, Serialize};

use super::{Keys, Person};
use crate::id::{AccountId, SessionId, UserId};

const ISSUER: &str = "nsp/identity";

/// Why a token is not accepted. The texts go to the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    #[error("the token is malformed")]
    Malformed,
    #[error("the token was signed with a key that is not in use")]
    UnknownKey,
    #[error("the token's signature is wrong")]
    BadSignature,
    #[error("the token has expired")]
    Expired,
    #[error("the token's session was ended")]
    Revoked,
    #[error("the keys to check the token with could not be fetched")]
    NoKeys,
}

/// What a token says. Times are seconds since 1970.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claims {
    iss: String,
    sub: UserId,
    sid: SessionId,
    name: String,
    staff: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<AccountId>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    account_name: String,
    roles: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tlds: Vec<String>,
    factor_time: i64,
    iat: i64,
    exp: i64,
}

impl Claims {
    /// The claims of `person`, good from `now` until `expire`.
    pub fn new(person: &Person, now: Timestamp, expire: Timestamp) -> Self {
        Self {
            iss: ISSUER.to_owned(),
            sub: person.user,
            sid: person.session,
            name: person.display_name.clone(),
            staff: person.staff,
            account: person.account,
            account_name: person.account_name.clone(),
            roles: person
                .roles
                .iter()
                .map(|role| role.as_str_name().to_owned())
                .collect(),
            tlds: person.tlds.clone(),
            factor_time: person.factor_time.as_second(),
            iat: now.as_second(),
            exp: expire.as_second(),
        }
    }

    fn into_person(self) -> Result<Person, TokenError> {
        let factor_time = Timestamp::from_second(self.factor_time);
        Ok(Person {
            user: self.sub,
            session: self.sid,
            display_name: self.name,
            staff: self.staff,
            account: self.account,
            account_name: self.account_name,
            roles: self
                .roles
                .iter()
                .filter_map(|role| Role::from_str_name(role))
                .collect(),
            tlds: self.tlds,
            factor_time: factor_time.map_err(|_| TokenError::Malformed)?,
        })
    }
}

/// Signs `claims` with the key `id`, whose private half is `pkcs8` (DER).
pub fn sign(
    claims: &Claims,
    id: &str,
    pkcs8: &[u8],
) -> Result<String, jsonwebtoken::errors::Error> {
    let mut header = Header::new(Algorithm::EdDSA);
    header.kid = Some(id.to_owned());
    jsonwebtoken::encode(&header, claims, &EncodingKey::from_ed_der(pkcs8))
}

/// The person a token stands for, if the token is good at `now`.
pub async fn verify(token: &str, keys: &Keys, now: Timestamp) -> Result<Person, TokenError> {
    let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Malformed)?;
    let id = header.kid.ok_or(TokenError::Malformed)?;
    let key = keys.find(&id).await?;
    let key = DecodingKey::from_ed_der(&key.public_key);

    let mut rules = Validation::new(Algorithm::EdDSA);
    rules.set_issuer(&[ISSUER]);
    rules.set_required_spec_claims(&["exp", "iss"]);
    rules.validate_exp = false; // below, by our own clock
    rules.validate_aud = false;
    let claims = jsonwebtoken::decode::<Claims>(token, &key, &rules)
        .map_err(|error| match error.kind() {
            jsonwebtoken::errors::ErrorKind::InvalidSignature => TokenError::BadSignature,
            _ => TokenError::Malformed,
        })?
        .claims;
    if now.as_second() >= claims.exp {
        return Err(TokenError::Expired);
    }
    claims.into_person()
}
