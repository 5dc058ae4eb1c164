//! `MemberService`, a line per method: apart from `mod.rs`, which is long enough.

use nsp_proto::identity::v1 as pb;
use tonic::{Request, Response, Result};

use super::{
    Api, accept_invitation, cancel_invitation, check_invitation, get_member, invite_member,
    list_account_users, list_members,
};

#[tonic::async_trait]
impl pb::member_service_server::MemberService for Api {
    async fn list_members(
        &self,
        request: Request<pb::ListMembersRequest>,
    ) -> Result<Response<pb::ListMembersResponse>> {
        Ok(Response::new(
            list_members::list_members(self, request).await?,
        ))
    }

    async fn get_member(
        &self,
        request: Request<pb::GetMemberRequest>,
    ) -> Result<Response<pb::Member>> {
        Ok(Response::new(get_member::get_member(self, request).await?))
    }

    async fn invite_member(
        &self,
        request: Request<pb::InviteMemberRequest>,
    ) -> Result<Response<pb::Member>> {
        Ok(Response::new(
            invite_member::invite_member(self, request).await?,
        ))
    }

    async fn cancel_invitation(
        &self,
        request: Request<pb::CancelInvitationRequest>,
    ) -> Result<Response<pb::CancelInvitationResponse>> {
        Ok(Response::new(
            cancel_invitation::cancel_invitation(self, request).await?,
        ))
    }

    async fn check_invitation(
        &self,
        request: Request<pb::CheckInvitationRequest>,
    ) -> Result<Response<pb::CheckInvitationResponse>> {
        Ok(Response::new(
            check_invitation::check_invitation(self, request).await?,
        ))
    }

    async fn list_account_users(
        &self,
        request: Request<pb::ListAccountUsersRequest>,
    ) -> Result<Response<pb::ListAccountUsersResponse>> {
        Ok(Response::new(
            list_account_users::list_account_users(self, request).await?,
        ))
    }

    async fn accept_invitation(
        &self,
        request: Request<pb::AcceptInvitationRequest>,
    ) -> Result<Response<pb::AcceptInvitationResponse>> {
        Ok(Response::new(
            accept_invitation::accept_invitation(self, request).await?,
        ))
    }
}
