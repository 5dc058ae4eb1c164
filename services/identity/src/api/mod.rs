//! The gRPC face of identity. One file per method; this one lists them.

mod accept_invitation;
mod authenticate;
mod cancel_invitation;
mod change_password;
mod check_invitation;
mod check_password_reset;
mod complete_enrolment;
mod complete_passkey_enrolment;
mod complete_passkey_registration;
mod complete_passkey_second_factor;
mod complete_passkey_sign_in;
mod complete_sign_in;
mod complete_totp_factor;
mod convert;
mod delete_factor;
mod get_member;
mod get_profile;
mod get_recipient;
mod get_user;
mod invite_member;
mod list_account_users;
mod list_audit_events;
mod list_factors;
mod list_members;
mod list_sessions;
mod list_signing_keys;
mod list_users;
mod member_service;
mod passkey;
mod regenerate_recovery_codes;
mod rename_factor;
mod request_password_reset;
mod reset_factors;
mod reset_password;
mod revoke_other_sessions;
mod revoke_session;
mod second_factor;
mod session_start;
mod soft_lock;
mod start_enrolment;
mod start_passkey_enrolment;
mod start_passkey_registration;
mod start_passkey_second_factor;
mod start_passkey_sign_in;
mod start_passkey_step_up;
mod start_sign_in;
mod start_totp_factor;
mod step_up;
mod switch_account;
mod update_profile;

use std::sync::Arc;

use nsp_kit::{call::Context, seal::Keyring};
use nsp_proto::identity::v1 as pb;
use tokio::sync::Notify;
use tonic::{Request, Response, Result, service::Routes};

use crate::{
    accounts::Accounts, config::Invitations, domain::session::Limits, hasher::Hasher,
    places::Places, signer::Signer, webauthn::Passkeys,
};

/// What the methods work with.
#[derive(Clone)]
pub struct Api {
    pub context: Context,
    pub accounts: Accounts,
    pub keyring: Arc<Keyring>,
    pub hasher: Hasher,
    pub passkeys: Passkeys,
    pub signer: Signer,
    pub limits: Limits,
    pub places: Places,
    pub invitations: Invitations,
    /// What authenticator apps show.
    pub issuer: Arc<str>,
    /// Wakes the loop that answers wishes for a new password.
    pub wished: Arc<Notify>,
}

impl Api {
    pub fn routes(&self) -> Routes {
        Routes::new(pb::sign_in_service_server::SignInServiceServer::new(
            self.clone(),
        ))
        .add_service(pb::session_service_server::SessionServiceServer::new(
            self.clone(),
        ))
        .add_service(pb::factor_service_server::FactorServiceServer::new(
            self.clone(),
        ))
        .add_service(pb::user_service_server::UserServiceServer::new(
            self.clone(),
        ))
        .add_service(pb::member_service_server::MemberServiceServer::new(
            self.clone(),
        ))
        .add_service(pb::audit_service_server::AuditServiceServer::new(
            self.clone(),
        ))
        .add_service(pb::key_service_server::KeyServiceServer::new(self.clone()))
    }
}

#[tonic::async_trait]
impl pb::sign_in_service_server::SignInService for Api {
    async fn start_sign_in(
        &self,
        request: Request<pb::StartSignInRequest>,
    ) -> Result<Response<pb::SignInAttempt>> {
        Ok(Response::new(
            start_sign_in::start_sign_in(self, request).await?,
        ))
    }

    async fn complete_sign_in(
        &self,
        request: Request<pb::CompleteSignInRequest>,
    ) -> Result<Response<pb::NewSession>> {
        Ok(Response::new(
            complete_sign_in::complete_sign_in(self, request).await?,
        ))
    }

    async fn start_enrolment(
        &self,
        request: Request<pb::StartEnrolmentRequest>,
    ) -> Result<Response<pb::TotpSecret>> {
        Ok(Response::new(
            start_enrolment::start_enrolment(self, request).await?,
        ))
    }

    async fn complete_enrolment(
        &self,
        request: Request<pb::CompleteEnrolmentRequest>,
    ) -> Result<Response<pb::CompleteEnrolmentResponse>> {
        Ok(Response::new(
            complete_enrolment::complete_enrolment(self, request).await?,
        ))
    }

    async fn request_password_reset(
        &self,
        request: Request<pb::RequestPasswordResetRequest>,
    ) -> Result<Response<pb::RequestPasswordResetResponse>> {
        Ok(Response::new(
            request_password_reset::request_password_reset(self, request).await?,
        ))
    }

    async fn check_password_reset(
        &self,
        request: Request<pb::CheckPasswordResetRequest>,
    ) -> Result<Response<pb::CheckPasswordResetResponse>> {
        Ok(Response::new(
            check_password_reset::check_password_reset(self, request).await?,
        ))
    }

    async fn reset_password(
        &self,
        request: Request<pb::ResetPasswordRequest>,
    ) -> Result<Response<pb::ResetPasswordResponse>> {
        Ok(Response::new(
            reset_password::reset_password(self, request).await?,
        ))
    }

    async fn start_passkey_sign_in(
        &self,
        request: Request<pb::StartPasskeySignInRequest>,
    ) -> Result<Response<pb::PasskeyCeremony>> {
        Ok(Response::new(
            start_passkey_sign_in::start_passkey_sign_in(self, request).await?,
        ))
    }

    async fn complete_passkey_sign_in(
        &self,
        request: Request<pb::CompletePasskeySignInRequest>,
    ) -> Result<Response<pb::NewSession>> {
        Ok(Response::new(
            complete_passkey_sign_in::complete_passkey_sign_in(self, request).await?,
        ))
    }

    async fn start_passkey_second_factor(
        &self,
        request: Request<pb::StartPasskeySecondFactorRequest>,
    ) -> Result<Response<pb::PasskeyCeremony>> {
        Ok(Response::new(
            start_passkey_second_factor::start_passkey_second_factor(self, request).await?,
        ))
    }

    async fn complete_passkey_second_factor(
        &self,
        request: Request<pb::CompletePasskeySecondFactorRequest>,
    ) -> Result<Response<pb::NewSession>> {
        Ok(Response::new(
            complete_passkey_second_factor::complete_passkey_second_factor(self, request).await?,
        ))
    }

    async fn start_passkey_enrolment(
        &self,
        request: Request<pb::StartPasskeyEnrolmentRequest>,
    ) -> Result<Response<pb::PasskeyCeremony>> {
        Ok(Response::new(
            start_passkey_enrolment::start_passkey_enrolment(self, request).await?,
        ))
    }

    async fn complete_passkey_enrolment(
        &self,
        request: Request<pb::CompletePasskeyEnrolmentRequest>,
    ) -> Result<Response<pb::CompleteEnrolmentResponse>> {
        Ok(Response::new(
            complete_passkey_enrolment::complete_passkey_enrolment(self, request).await?,
        ))
    }
}

#[tonic::async_trait]
impl pb::session_service_server::SessionService for Api {
    async fn authenticate(
        &self,
        request: Request<pb::AuthenticateRequest>,
    ) -> Result<Response<pb::AuthenticateResponse>> {
        Ok(Response::new(
            authenticate::authenticate(self, request).await?,
        ))
    }

    async fn step_up(&self, request: Request<pb::StepUpRequest>) -> Result<Response<pb::Session>> {
        Ok(Response::new(step_up::step_up(self, request).await?))
    }

    async fn start_passkey_step_up(
        &self,
        request: Request<pb::StartPasskeyStepUpRequest>,
    ) -> Result<Response<pb::PasskeyCeremony>> {
        Ok(Response::new(
            start_passkey_step_up::start_passkey_step_up(self, request).await?,
        ))
    }

    async fn switch_account(
        &self,
        request: Request<pb::SwitchAccountRequest>,
    ) -> Result<Response<pb::Session>> {
        Ok(Response::new(
            switch_account::switch_account(self, request).await?,
        ))
    }

    async fn list_sessions(
        &self,
        request: Request<pb::ListSessionsRequest>,
    ) -> Result<Response<pb::ListSessionsResponse>> {
        Ok(Response::new(
            list_sessions::list_sessions(self, request).await?,
        ))
    }

    async fn revoke_session(
        &self,
        request: Request<pb::RevokeSessionRequest>,
    ) -> Result<Response<pb::RevokeSessionResponse>> {
        Ok(Response::new(
            revoke_session::revoke_session(self, request).await?,
        ))
    }

    async fn revoke_other_sessions(
        &self,
        request: Request<pb::RevokeOtherSessionsRequest>,
    ) -> Result<Response<pb::RevokeOtherSessionsResponse>> {
        Ok(Response::new(
            revoke_other_sessions::revoke_other_sessions(self, request).await?,
        ))
    }
}

#[tonic::async_trait]
impl pb::factor_service_server::FactorService for Api {
    async fn list_factors(
        &self,
        request: Request<pb::ListFactorsRequest>,
    ) -> Result<Response<pb::ListFactorsResponse>> {
        Ok(Response::new(
            list_factors::list_factors(self, request).await?,
        ))
    }

    async fn start_totp_factor(
        &self,
        request: Request<pb::StartTotpFactorRequest>,
    ) -> Result<Response<pb::TotpSecret>> {
        Ok(Response::new(
            start_totp_factor::start_totp_factor(self, request).await?,
        ))
    }

    async fn complete_totp_factor(
        &self,
        request: Request<pb::CompleteTotpFactorRequest>,
    ) -> Result<Response<pb::Factor>> {
        Ok(Response::new(
            complete_totp_factor::complete_totp_factor(self, request).await?,
        ))
    }

    async fn rename_factor(
        &self,
        request: Request<pb::RenameFactorRequest>,
    ) -> Result<Response<pb::Factor>> {
        Ok(Response::new(
            rename_factor::rename_factor(self, request).await?,
        ))
    }

    async fn delete_factor(
        &self,
        request: Request<pb::DeleteFactorRequest>,
    ) -> Result<Response<pb::DeleteFactorResponse>> {
        Ok(Response::new(
            delete_factor::delete_factor(self, request).await?,
        ))
    }

    async fn regenerate_recovery_codes(
        &self,
        request: Request<pb::RegenerateRecoveryCodesRequest>,
    ) -> Result<Response<pb::RecoveryCodes>> {
        Ok(Response::new(
            regenerate_recovery_codes::regenerate_recovery_codes(self, request).await?,
        ))
    }

    async fn start_passkey_registration(
        &self,
        request: Request<pb::StartPasskeyRegistrationRequest>,
    ) -> Result<Response<pb::PasskeyCeremony>> {
        Ok(Response::new(
            start_passkey_registration::start_passkey_registration(self, request).await?,
        ))
    }

    async fn complete_passkey_registration(
        &self,
        request: Request<pb::CompletePasskeyRegistrationRequest>,
    ) -> Result<Response<pb::Factor>> {
        Ok(Response::new(
            complete_passkey_registration::complete_passkey_registration(self, request).await?,
        ))
    }
}

#[tonic::async_trait]
impl pb::user_service_server::UserService for Api {
    async fn get_profile(
        &self,
        request: Request<pb::GetProfileRequest>,
    ) -> Result<Response<pb::User>> {
        Ok(Response::new(
            get_profile::get_profile(self, request).await?,
        ))
    }

    async fn update_profile(
        &self,
        request: Request<pb::UpdateProfileRequest>,
    ) -> Result<Response<pb::User>> {
        Ok(Response::new(
            update_profile::update_profile(self, request).await?,
        ))
    }

    async fn change_password(
        &self,
        request: Request<pb::ChangePasswordRequest>,
    ) -> Result<Response<pb::ChangePasswordResponse>> {
        Ok(Response::new(
            change_password::change_password(self, request).await?,
        ))
    }

    async fn list_users(
        &self,
        request: Request<pb::ListUsersRequest>,
    ) -> Result<Response<pb::ListUsersResponse>> {
        Ok(Response::new(list_users::list_users(self, request).await?))
    }

    async fn get_user(
        &self,
        request: Request<pb::GetUserRequest>,
    ) -> Result<Response<pb::UserRecord>> {
        Ok(Response::new(get_user::get_user(self, request).await?))
    }

    async fn reset_factors(
        &self,
        request: Request<pb::ResetFactorsRequest>,
    ) -> Result<Response<pb::UserRecord>> {
        Ok(Response::new(
            reset_factors::reset_factors(self, request).await?,
        ))
    }

    async fn get_recipient(
        &self,
        request: Request<pb::GetRecipientRequest>,
    ) -> Result<Response<pb::Recipient>> {
        Ok(Response::new(
            get_recipient::get_recipient(self, request).await?,
        ))
    }
}

#[tonic::async_trait]
impl pb::audit_service_server::AuditService for Api {
    async fn list_audit_events(
        &self,
        request: Request<pb::ListAuditEventsRequest>,
    ) -> Result<Response<pb::ListAuditEventsResponse>> {
        Ok(Response::new(
            list_audit_events::list_audit_events(self, request).await?,
        ))
    }
}

#[tonic::async_trait]
impl pb::key_service_server::KeyService for Api {
    async fn list_signing_keys(
        &self,
        request: Request<pb::ListSigningKeysRequest>,
    ) -> Result<Response<pb::ListSigningKeysResponse>> {
        Ok(Response::new(
            list_signing_keys::list_signing_keys(self, request).await?,
        ))
    }
}
