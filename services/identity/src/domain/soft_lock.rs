//! What is soft-locked (ID-6): each credential by itself. How long, [`nsp_kit::soft_lock`] says.

use nsp_kit::id::UserId;
use uuid::Uuid;

use super::FactorId;

pub use nsp_kit::soft_lock::{Tries, next_day};

/// What is locked: each by itself, and none of them has to do with passkeys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "kebab-case")]
pub enum Kind {
    Password,
    /// One TOTP factor.
    Totp,
    /// All recovery codes of a person.
    RecoveryCodes,
}

/// Something that can be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Credential {
    pub kind: Kind,
    pub id: Uuid,
    /// Whose it is; nobody's if it is the password of an unknown address.
    pub person: Option<UserId>,
}

impl Credential {
    pub fn password(person: UserId) -> Self {
        Self {
            kind: Kind::Password,
            id: person.0,
            person: Some(person),
        }
    }

    /// The password that an unknown address would have; `tag` is of the address.
    pub fn password_of_nobody(tag: [u8; 32]) -> Self {
        // Half of it: nobody finds two addresses with the same 128 bits.
        let mut id = [0; 16];
        id.copy_from_slice(&tag[..16]);
        Self {
            kind: Kind::Password,
            id: Uuid::from_bytes(id),
            person: None,
        }
    }

    pub fn totp(factor: FactorId, person: UserId) -> Self {
        Self {
            kind: Kind::Totp,
            id: factor.0,
            person: Some(person),
        }
    }

    pub fn recovery_codes(person: UserId) -> Self {
        Self {
            kind: Kind::RecoveryCodes,
            id: person.0,
            person: Some(person),
        }
    }

    /// How the credential is called in the audit log.
    pub fn word(&self) -> &'static str {
        match self.kind {
            Kind::Password => "password",
            Kind::Totp => "factor",
            Kind::RecoveryCodes => "recovery-codes",
        }
    }

    /// The name of the resource it belongs to.
    pub fn resource(&self) -> String {
        match (self.kind, self.person) {
            (Kind::Totp, _) => FactorId(self.id).to_string(),
            (_, Some(person)) => person.to_string(),
            (_, None) => "users/-".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_names_what_was_locked() {
        let person = UserId::new();
        let factor = FactorId::new();
        let password = Credential::password(person);
        assert_eq!(password.resource(), person.to_string());
        assert_eq!(
            Credential::totp(factor, person).resource(),
            factor.to_string()
        );
        let nobody = Credential::password_of_nobody([7; 32]);
        assert_eq!(
            (nobody.resource().as_str(), nobody.word()),
            ("users/-", "password")
        );
        assert_ne!(nobody, Credential::password_of_nobody([8; 32]));
    }
}
