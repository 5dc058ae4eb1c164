//! Everything a request to identity can fail with, and how it says so on the wire.

use std::time::Duration;

use nsp_kit::{
    id::{AccountId, SessionId, UserId},
    seal::SealError,
    status::{Invalid, database, exhausted, status},
};
use tonic::{Code, Status};

use crate::domain::{FactorId, member::MemberName};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// What the kit refused, already in the form of an answer.
    #[error(transparent)]
    Refused(#[from] Status),
    /// One answer for everything that can be wrong, so that nobody learns who is a user, or whose password is locked.
    #[error(
        "the e-mail address or the password is not right, or there were too many tries; wait a moment and try again"
    )]
    SignInFailed,
    #[error(
        "the sign-in took too long or had too many wrong codes; start again with your password"
    )]
    AttemptEnded,
    #[error(
        "that code is not right, was used already, or there were too many tries; wait for the next one"
    )]
    WrongCode,
    #[error("you have no second factor yet; add one first")]
    EnrolmentRequired,
    #[error("you have a second factor already; enter a code of it")]
    FactorRequired,
    #[error("adding the factor took too long or had too many wrong codes; start again")]
    EnrolmentEnded,
    #[error("the session has ended; sign in again")]
    SessionEnded,
    #[error("there is no {0}")]
    NoSession(SessionId),
    #[error("there is no {0}")]
    NoFactor(FactorId),
    #[error("there is no {0}")]
    NoUser(UserId),
    #[error("you have no part in {0}")]
    NotAMember(AccountId),
    #[error("that passkey was not accepted; try again, or sign in in another way")]
    PasskeyRefused,
    #[error(
        "the passkey's device did not verify that it is you; sign in with your password and show the passkey then"
    )]
    PasskeyNotVerified,
    #[error(
        "that passkey may exist twice, so it was not accepted; sign in in another way and remove it"
    )]
    PasskeyCloned,
    #[error("that passkey is registered already")]
    PasskeyKnown,
    #[error("you have no passkey; enter a code instead")]
    NoPasskey,
    #[error("showing the passkey took too long, or it was shown already; try again")]
    CeremonyEnded,
    #[error("what was kept of a passkey cannot be read")]
    PasskeyFormat(#[from] serde_json::Error),
    #[error("this is your only factor; add another one before you remove it")]
    LastFactor,
    #[error("you have ten factors; remove one before you add another")]
    TooManyFactors,
    #[error("the link was used already or is too old; ask for a new one")]
    ResetEnded,
    #[error("the link was used already, is too old, or was taken back; ask for a new invitation")]
    InvitationEnded,
    #[error("{0} is not invited, or has accepted")]
    NoInvitation(MemberName),
    #[error("{0} does not exist")]
    NoMember(MemberName),
    #[error("the contact is inactive; ask ICANN to update it first")]
    ContactInactive,
    #[error("the contact has a part in the account already")]
    AlreadyMember,
    #[error("this contact cannot be invited; ask ICANN")]
    CannotBeInvited,
    #[error(
        "too many invitations of the account are open; cancel one, or wait until one is accepted"
    )]
    TooManyInvitations,
    #[error("an applicant's account has one user, and this one has its user already")]
    ApplicantHasUser,
    #[error("nobody resets their own factors; ask a colleague")]
    OwnFactors,
    #[error("factors of ICANN's staff are reset by an administrator of the portal")]
    AdministratorRequired,
    #[error("this user may not sign in, so there is nothing to reset")]
    UserNotActive,
    #[error(
        "someone, perhaps you in another window, has changed the profile; read it again and retry"
    )]
    ProfileChanged,
    #[error("many people are signing in just now; try again in a few seconds")]
    Busy,
    #[error("there is no signing key yet")]
    NoSigningKey,
    #[error("a stored secret is not what it should be")]
    BadSecret,
    #[error("the password could not be hashed: {0}")]
    Hash(argon2::password_hash::Error),
    #[error("the random number generator failed")]
    Random(#[from] aws_lc_rs::error::Unspecified),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error("the token could not be signed")]
    Sign(#[from] jsonwebtoken::errors::Error),
    #[error("the service is stopping")]
    Stopping,
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        let (code, reason) = match error {
            Error::Invalid(invalid) => return invalid.into(),
            Error::Refused(status) => return status,
            Error::Database(error) => return database(&error),
            Error::Busy => return exhausted("BUSY", &error.to_string(), Duration::from_secs(2)),
            Error::SignInFailed => (Code::Unauthenticated, "SIGN_IN_FAILED"),
            Error::AttemptEnded => (Code::Unauthenticated, "ATTEMPT_ENDED"),
            Error::WrongCode => (Code::Unauthenticated, "WRONG_CODE"),
            Error::EnrolmentRequired => (Code::FailedPrecondition, "ENROLMENT_REQUIRED"),
            Error::FactorRequired => (Code::FailedPrecondition, "FACTOR_REQUIRED"),
            Error::EnrolmentEnded => (Code::FailedPrecondition, "ENROLMENT_ENDED"),
            Error::SessionEnded => (Code::Unauthenticated, "SESSION_ENDED"),
            Error::NoSession(_) => (Code::NotFound, "SESSION_NOT_FOUND"),
            Error::NoFactor(_) => (Code::NotFound, "FACTOR_NOT_FOUND"),
            Error::NoUser(_) => (Code::NotFound, "USER_NOT_FOUND"),
            Error::NotAMember(_) => (Code::NotFound, "ACCOUNT_NOT_FOUND"),
            Error::PasskeyRefused => (Code::Unauthenticated, "PASSKEY_REFUSED"),
            Error::PasskeyNotVerified => (Code::Unauthenticated, "PASSKEY_NOT_VERIFIED"),
            Error::PasskeyCloned => (Code::Unauthenticated, "PASSKEY_CLONED"),
            Error::PasskeyKnown => (Code::AlreadyExists, "PASSKEY_KNOWN"),
            Error::NoPasskey => (Code::FailedPrecondition, "NO_PASSKEY"),
            Error::CeremonyEnded => (Code::FailedPrecondition, "CEREMONY_ENDED"),
            Error::PasskeyFormat(_) => (Code::Internal, "PASSKEY_FORMAT"),
            Error::LastFactor => (Code::FailedPrecondition, "LAST_FACTOR"),
            Error::TooManyFactors => (Code::FailedPrecondition, "TOO_MANY_FACTORS"),
            Error::ResetEnded => (Code::FailedPrecondition, "RESET_ENDED"),
            Error::InvitationEnded => (Code::FailedPrecondition, "INVITATION_ENDED"),
            Error::NoInvitation(_) => (Code::NotFound, "INVITATION_NOT_FOUND"),
            Error::NoMember(_) => (Code::NotFound, "MEMBER_NOT_FOUND"),
            Error::ContactInactive => (Code::FailedPrecondition, "CONTACT_INACTIVE"),
            Error::AlreadyMember => (Code::AlreadyExists, "ALREADY_MEMBER"),
            Error::CannotBeInvited => (Code::FailedPrecondition, "CANNOT_BE_INVITED"),
            Error::TooManyInvitations => (Code::FailedPrecondition, "TOO_MANY_INVITATIONS"),
            Error::ApplicantHasUser => (Code::FailedPrecondition, "APPLICANT_HAS_USER"),
            Error::OwnFactors => (Code::FailedPrecondition, "OWN_FACTORS"),
            Error::AdministratorRequired => (Code::PermissionDenied, "ADMINISTRATOR_REQUIRED"),
            Error::UserNotActive => (Code::FailedPrecondition, "USER_NOT_ACTIVE"),
            Error::ProfileChanged => (Code::Aborted, "PROFILE_CHANGED"),
            Error::NoSigningKey => (Code::Unavailable, "NO_SIGNING_KEY"),
            Error::Stopping => (Code::Unavailable, "STOPPING"),
            Error::BadSecret => (Code::Internal, "BAD_SECRET"),
            Error::Hash(_) => (Code::Internal, "PASSWORD_HASH"),
            Error::Random(_) => (Code::Internal, "RANDOM"),
            Error::Seal(_) => (Code::Internal, "SEAL"),
            Error::Sign(_) => (Code::Internal, "SIGN"),
        };
        status(code, reason, &error)
    }
}
