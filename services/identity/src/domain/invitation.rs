//! Invitations: who is asked to become a member, and for how long the link is good.

use jiff::Timestamp;
use nsp_kit::{
    id::{AccountId, UserId},
    seal::Keyring,
};

use super::{
    InvitationId,
    email::EmailKey,
    link::{self, Purpose},
    member::Part,
};

/// Somebody is asked to become a user, and a member of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    pub id: InvitationId,
    /// Whom they will be.
    pub person: UserId,
    pub account: AccountId,
    pub part: Part,
    /// As the contact has it.
    pub email: String,
    pub email_key: EmailKey,
    pub display_name: String,
    pub inviter_name: String,
    pub expire_time: Timestamp,
}

impl Invitation {
    /// Whether the link still works. One that was accepted, taken back or made anew has no row any more.
    pub fn is_good(&self, now: Timestamp) -> bool {
        now < self.expire_time
    }

    /// What others know about the person, and they should not make a password of.
    pub fn known<'a>(&'a self, account_name: &'a str) -> [&'a str; 3] {
        [&self.email, &self.display_name, account_name]
    }
}

/// The secret part of the link.
pub fn token(id: InvitationId, keys: &Keyring) -> String {
    link::token(Purpose::Invitation, id.0, keys)
}

/// The invitation that a token is of, if we made the token.
pub fn read_token(token: &str, keys: &Keyring) -> Option<InvitationId> {
    link::read_token(Purpose::Invitation, token, keys).map(InvitationId)
}
