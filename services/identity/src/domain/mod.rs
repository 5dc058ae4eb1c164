//! The rules of identity, as plain Rust: no database, no messages, no clock.

pub mod attempt;
pub mod client;
pub mod email;
pub mod factor;
pub mod invitation;
pub mod link;
pub mod member;
pub mod passkey;
pub mod password;
pub mod profile;
pub mod recovery;
pub mod reset;
pub mod rotation;
pub mod session;
pub mod soft_lock;
pub mod totp;
pub mod user;
pub mod verification;

nsp_kit::id!(
    /// A second factor.
    FactorId,
    "factors"
);
nsp_kit::id!(
    /// A further factor that is being added.
    EnrolmentId,
    "enrolments"
);
nsp_kit::id!(
    /// A sign-in whose second factor is still missing.
    AttemptId,
    "signInAttempts"
);
nsp_kit::id!(
    /// Something that was done, in the audit log.
    AuditEventId,
    "auditEvents"
);
nsp_kit::id!(
    /// A passkey that was asked for.
    CeremonyId,
    "passkeyCeremonies"
);
nsp_kit::id!(
    /// A link for a new password.
    ResetId,
    "passwordResets"
);
nsp_kit::id!(
    /// Asking a contact to become a member of an account.
    InvitationId,
    "invitations"
);
nsp_kit::id!(
    /// A contact of an account; the accounts service owns it.
    ContactId,
    "contacts"
);
