//! The mathematics and the formats of passkeys (WebAuthn), which `webauthn-rs` knows: what to ask of a browser, and
//! whether what it answers is right.
//!
//! Passkeys are wanted discoverable, so that they sign in without an address, and with user verification where the
//! authenticator can. Only one that verified its user signs in alone; others are good as second factors.

use anyhow::Context;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, PublicKeyCredential, RegisterPublicKeyCredential, SecurityKey,
    SecurityKeyAuthentication, SecurityKeyRegistration, Url, Uuid, Webauthn, WebauthnBuilder,
    WebauthnError,
};

use crate::{config, domain::user::User, error::Error, store::passkeys::Credential};

/// Asks and checks, for one relying party.
#[derive(Clone)]
pub struct Passkeys {
    webauthn: Webauthn,
}

/// What the browser is asked, and what has to be known to check its answer.
pub struct Question {
    /// For `navigator.credentials`.
    pub options: String,
    pub state: Value,
}

/// An assertion before it is checked: whose passkey it says it is of.
pub struct Claim {
    answer: PublicKeyCredential,
}

/// What a right assertion shows.
pub struct Shown {
    /// How often the authenticator says it was used; always 0 for one that does not count.
    pub counter: u32,
    /// The credential, if it has changed.
    pub changed: Option<Value>,
}

impl Passkeys {
    /// For the relying party of these settings; wrong ones stop the start.
    pub fn new(config: &config::Webauthn, name: &str) -> anyhow::Result<Self> {
        let origin: Url = config.origin.parse().context("webauthn.origin")?;
        let builder = WebauthnBuilder::new(&config.rp_id, &origin);
        let builder = builder
            .context("webauthn.rp_id must be the host of webauthn.origin, or a domain above it")?;
        let webauthn = builder.rp_name(name).build().context("webauthn")?;
        Ok(Self { webauthn })
    }

    /// Asks for a new passkey of `user`, on an authenticator that has none of `known`.
    pub fn ask_for_new(&self, user: &User, known: Vec<Vec<u8>>) -> Result<Question, Error> {
        // The form of webauthn-rs that leaves user verification to the authenticator.
        let (options, state) = self.webauthn.start_securitykey_registration(
            user.id.0,
            &user.email,
            &user.display_name,
            Some(known),
            None,
            None,
        )?;
        let mut options = serde_json::to_value(options)?;
        let wish = &mut options["publicKey"];
        wish["authenticatorSelection"]["residentKey"] = json!("required");
        wish["authenticatorSelection"]["requireResidentKey"] = json!(true);
        // Phones and computers are as welcome as security keys.
        wish["hints"] = json!([]);
        // A passkey that always wants verification contradicts what leaves it to the authenticator: Chromium makes none.
        if let Some(extensions) = wish["extensions"].as_object_mut() {
            extensions.remove("credentialProtectionPolicy");
            extensions.remove("enforceCredentialProtectionPolicy");
        }
        question(&options, &state)
    }

    /// The new passkey.
    pub fn check_new(&self, state: Value, answer: &str) -> Result<Credential, Error> {
        let state: SecurityKeyRegistration = serde_json::from_value(state)?;
        let answer: RegisterPublicKeyCredential = read(answer)?;
        let key = self
            .webauthn
            .finish_securitykey_registration(&answer, &state)?;
        let value = serde_json::to_value(&key)?;
        Ok(Credential {
            id: key.cred_id().clone(),
            counter: value["cred"]["counter"]
                .as_u64()
                .and_then(|count| count.try_into().ok())
                .unwrap_or_default(),
            value,
        })
    }

    /// Asks for any passkey whose authenticator verifies its user.
    pub fn ask_for_any(&self) -> Result<Question, Error> {
        let (options, state) = self.webauthn.start_discoverable_authentication()?;
        question(&serde_json::to_value(options)?, &state)
    }

    /// Checks a passkey that the person found by themselves.
    pub fn check_any(&self, state: Value, claim: &Claim, passkey: Value) -> Result<Shown, Error> {
        let state: DiscoverableAuthentication = serde_json::from_value(state)?;
        let mut key: SecurityKey = serde_json::from_value(passkey)?;
        let found =
            self.webauthn
                .finish_discoverable_authentication_v2(&claim.answer, state, &key)?;
        shown(&mut key, &found)
    }

    /// Asks for one of a person's passkeys.
    pub fn ask_for_one_of(&self, passkeys: Vec<Value>) -> Result<Question, Error> {
        let keys: Vec<SecurityKey> = serde_json::from_value(Value::Array(passkeys))?;
        let (options, state) = self.webauthn.start_securitykey_authentication(&keys)?;
        let mut options = serde_json::to_value(options)?;
        options["publicKey"]["hints"] = json!([]);
        question(&options, &state)
    }

    /// Checks one of the passkeys that were asked for.
    pub fn check_one_of(
        &self,
        state: Value,
        claim: &Claim,
        passkey: Value,
    ) -> Result<Shown, Error> {
        let state: SecurityKeyAuthentication = serde_json::from_value(state)?;
        let mut key: SecurityKey = serde_json::from_value(passkey)?;
        let found = self
            .webauthn
            .finish_securitykey_authentication(&claim.answer, &state)?;
        shown(&mut key, &found)
    }
}

impl Claim {
    pub fn read(answer: &str) -> Result<Self, Error> {
        Ok(Self {
            answer: read(answer)?,
        })
    }

    pub fn credential_id(&self) -> &[u8] {
        self.answer.get_credential_id()
    }

    /// The person, if the authenticator names one.
    pub fn person(&self) -> Option<Uuid> {
        let person = self.answer.get_user_unique_id()?;
        Uuid::from_slice(person).ok()
    }
}

fn question(options: &Value, state: &impl Serialize) -> Result<Question, Error> {
    Ok(Question {
        options: options.to_string(),
        state: serde_json::to_value(state)?,
    })
}

fn read<T: DeserializeOwned>(answer: &str) -> Result<T, Error> {
    serde_json::from_str(answer).map_err(|error| {
        tracing::debug!(?error, "what the browser sent is no passkey");
        Error::PasskeyRefused
    })
}

fn shown(
    key: &mut SecurityKey,
    found: &webauthn_rs::prelude::AuthenticationResult,
) -> Result<Shown, Error> {
    let changed = key.update_credential(found) == Some(true);
    Ok(Shown {
        counter: found.counter(),
        changed: if changed {
            Some(serde_json::to_value(&*key)?)
        } else {
            None
        },
    })
}

/// Everything that can be wrong with an answer is one refusal, but for what the person can do something about.
impl From<WebauthnError> for Error {
    fn from(error: WebauthnError) -> Self {
        tracing::info!(?error, "a passkey was refused");
        match error {
            WebauthnError::CredentialPossibleCompromise => Self::PasskeyCloned,
            WebauthnError::UserNotVerified => Self::PasskeyNotVerified,
            _ => Self::PasskeyRefused,
        }
    }
}
