//! Users: persons who can sign in.

use jiff::Timestamp;
use nsp_kit::id::{AccountId, UserId};
use nsp_proto::auth::v1::Role;

use super::{profile::Profile, session::Membership};
use nsp_kit::{auth::Person, id::SessionId};

/// Whether a user may use the portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum State {
    Active,
    /// Until somebody enables them again.
    Disabled,
    /// For good.
    Retired,
}

/// What a user belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Acts for the accounts of their memberships.
    Portal,
    /// ICANN staff, with these roles.
    Staff(Vec<Role>),
}

/// A person who can sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    pub email: String,
    pub display_name: String,
    pub state: State,
    pub kind: Kind,
    pub profile: Profile,
    pub version: i64,
}

impl User {
    /// Whether the user may sign in and stay signed in.
    pub fn is_active(&self) -> bool {
        self.state == State::Active
    }

    pub fn is_staff(&self) -> bool {
        matches!(self.kind, Kind::Staff(_))
    }

    /// The version of the profile, as clients see it.
    pub fn etag(&self) -> String {
        self.version.to_string()
    }

    /// What others know about the user, and the user should not make a password of.
    pub fn known(&self) -> [&str; 2] {
        [&self.email, &self.display_name]
    }

    /// The user as tokens describe them: staff with their roles, others with those of the acting membership.
    pub fn acting(
        &self,
        session: SessionId,
        membership: Option<&Membership>,
        factor_time: Timestamp,
    ) -> Person {
        let (account, account_name, roles, tlds): (Option<AccountId>, _, _, _) =
            match (&self.kind, membership) {
                (Kind::Staff(roles), _) => (None, String::new(), roles.clone(), Vec::new()),
                (Kind::Portal, None) => (None, String::new(), Vec::new(), Vec::new()),
                (Kind::Portal, Some(member)) => (
                    Some(member.account),
                    member.account_name.clone(),
                    member.roles.clone(),
                    member.tlds.clone(),
                ),
            };
        Person {
            user: self.id,
            session,
            display_name: self.display_name.clone(),
            staff: self.is_staff(),
            account,
            account_name,
            roles,
            tlds,
            factor_time,
        }
    }
}

/// Roles by the names that the database keeps. A name that no role has any more gives no right.
pub fn roles(names: &[String]) -> Vec<Role> {
    names
        .iter()
        .filter_map(|name| Role::from_str_name(name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::profile::{MailCaseUpdates, Theme};

    fn user(kind: Kind) -> User {
        User {
            id: UserId::new(),
            email: "jane@acme.example".to_owned(),
            display_name: "Jane".to_owned(),
            state: State::Active,
            kind,
            profile: Profile {
                time_zone: "UTC".parse().unwrap(),
                language: "en".parse().unwrap(),
                theme: Theme::System,
                mail_case_updates: MailCaseUpdates::Mailed,
            },
            version: 1,
        }
    }

    fn member() -> Membership {
        Membership {
            account: AccountId::new(),
            account_name: "Acme".to_owned(),
            account_kind: String::new(),
            roles: vec![Role::Technical],
            tlds: vec!["towpath".to_owned()],
        }
    }

    #[test]
    fn staff_act_for_no_account() {
        let staff = user(Kind::Staff(vec![Role::StaffAgent]));
        let person = staff.acting(SessionId::new(), Some(&member()), Timestamp::UNIX_EPOCH);
        assert_eq!(
            (person.account, person.roles),
            (None, vec![Role::StaffAgent])
        );
        assert!(person.staff && person.tlds.is_empty());
    }

    #[test]
    fn portal_users_have_the_roles_of_their_membership() {
        let (user, member) = (user(Kind::Portal), member());
        let person = user.acting(SessionId::new(), Some(&member), Timestamp::UNIX_EPOCH);
        assert_eq!(person.account, Some(member.account));
        assert_eq!(person.roles, member.roles);
        assert_eq!(person.tlds, member.tlds);
        let nobody = user.acting(SessionId::new(), None, Timestamp::UNIX_EPOCH);
        assert!(nobody.account.is_none() && nobody.roles.is_empty());
    }

    #[test]
    fn an_unknown_role_gives_no_right() {
        let names = ["ROLE_CASES".to_owned(), "ROLE_EMPEROR".to_owned()];
        assert_eq!(roles(&names), [Role::Cases]);
    }
}
