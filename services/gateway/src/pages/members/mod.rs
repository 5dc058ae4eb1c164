//! Who acts for an account (ID-4): the pages of its administrators, and the same for staff about any account.

pub mod cancel;
pub mod invite;
pub mod list;

use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;
use nsp_proto::identity::v1::{ListMembersRequest, Member};
use tonic::{Code, Status};
use uuid::Uuid;

use crate::{app::App, errors::PageError, frame::Tab, signed_in::SignedIn, urls};

/// Lists are asked for in parts as large as they come.
const PART: i32 = 200;

/// An account whose users somebody looks after: an administrator of their own, or staff of the one in the address. To
/// others the page does not exist.
pub struct Place {
    pub me: SignedIn,
    /// Format: `accounts/{account}`.
    pub account: String,
    /// The contact or member that the page is about.
    id: Option<String>,
}

impl Place {
    pub fn is_office(&self) -> bool {
        self.me.session.user.staff
    }

    pub fn tab(&self) -> Tab {
        if self.is_office() {
            Tab::Accounts
        } else {
            Tab::Account
        }
    }

    /// The list of the account's users.
    pub fn href(&self) -> String {
        if self.is_office() {
            urls::staff_account(&self.account)
        } else {
            urls::ACCOUNT_USERS.to_owned()
        }
    }

    pub fn invite_href(&self, contact: &str) -> String {
        if self.is_office() {
            urls::staff_account_invite(&self.account, contact)
        } else {
            urls::account_invite(contact)
        }
    }

    pub fn cancel_href(&self, member: &str) -> String {
        if self.is_office() {
            urls::staff_account_cancel(&self.account, member)
        } else {
            urls::account_cancel(member)
        }
    }

    /// The name of what the page is about, such as `accounts/{account}/contacts/{contact}`.
    pub fn named(&self, collection: &str) -> Result<String, PageError> {
        let id = self.id.as_ref().ok_or(PageError::NotFound)?;
        Ok(format!("{}/{collection}/{id}", self.account))
    }

    /// All members and invited contacts; none for staff who do not look after users.
    pub async fn members(&self) -> Result<Option<Vec<Member>>, Status> {
        let mut members = Vec::new();
        let mut request = ListMembersRequest {
            parent: self.account.clone(),
            page_size: PART,
            ..Default::default()
        };
        loop {
            let answer = self
                .me
                .clients
                .members()
                .list_members(request.clone())
                .await;
            let page = match answer {
                Err(status) if status.code() == Code::PermissionDenied => return Ok(None),
                other => other?.into_inner(),
            };
            members.extend(page.members);
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                return Ok(Some(members));
            }
        }
    }
}

impl FromRequestParts<Arc<App>> for Place {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, PageError> {
        let me = SignedIn::from_request_parts(parts, app).await?;
        let params = RawPathParams::from_request_parts(parts, app)
            .await
            .map_err(|_| PageError::NotFound)?;
        let find = |wanted: &str| -> Result<Option<String>, PageError> {
            let param = params.iter().find(|(name, _)| *name == wanted);
            let id = param.map(|(_, value)| value.parse::<Uuid>());
            let id = id.transpose().map_err(|_| PageError::NotFound)?;
            Ok(id.map(|id| id.to_string()))
        };
        let account = match find("account")? {
            Some(id) if me.session.user.staff => format!("accounts/{id}"),
            None if me.administers() => {
                let acting = me.session.acting.as_ref();
                acting.ok_or(PageError::NotFound)?.account.clone()
            }
            _ => return Err(PageError::NotFound),
        };
        Ok(Self {
            account,
            id: find("id")?,
            me,
        })
    }
}
