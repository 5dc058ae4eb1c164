//! Members of accounts: their names, and what part they can be given.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use nsp_kit::{
    auth::Person,
    id::{AccountId, UserId},
};
use nsp_proto::auth::v1::Role;

use super::ContactId;
use crate::error::Error;

/// What a contact is given in an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub contact: Option<ContactId>,
    pub roles: Vec<Role>,
    /// A-labels the roles are limited to; empty for all of the account's.
    pub tlds: Vec<String>,
}

/// Whether a person can act for the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Active,
    /// A member whose user may not sign in.
    Disabled,
    Invited {
        until: Timestamp,
    },
}

/// A person with a part in an account, or invited to have one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub name: MemberName,
    pub display_name: String,
    pub email: String,
    pub part: Part,
    pub state: State,
    pub create_time: Option<Timestamp>,
}

/// `accounts/{account}/members/{user}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemberName {
    pub account: AccountId,
    pub person: UserId,
}

impl fmt::Display for MemberName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/members/{}", self.account, self.person.0)
    }
}

impl FromStr for MemberName {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let parts = name
            .split_once("/members/")
            .map(|(account, person)| (account.parse(), person.parse()));
        match parts {
            Some((Ok(account), Ok(person))) => Ok(Self {
                account,
                person: UserId(person),
            }),
            _ => Err("must have the form accounts/{id}/members/{id}"),
        }
    }
}

/// `accounts/{account}/contacts/{contact}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContactName {
    pub account: AccountId,
    pub id: ContactId,
}

impl fmt::Display for ContactName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.account, self.id)
    }
}

impl FromStr for ContactName {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let at = name.find("/contacts/");
        let parts = at.map(|at| (name[..at].parse(), name[at + 1..].parse()));
        match parts {
            Some((Ok(account), Ok(id))) => Ok(Self { account, id }),
            _ => Err("must have the form accounts/{id}/contacts/{id}"),
        }
    }
}

/// Whether it is for this person to see who belongs to the account. To others there is no such account.
pub fn may_see(person: &Person, account: AccountId) -> Result<(), Error> {
    if person.staff || person.account == Some(account) {
        Ok(())
    } else {
        Err(Error::NotAMember(account))
    }
}

/// The roles a member can have, each once and in the order of the enum.
pub fn roles(values: &[i32]) -> Result<Vec<Role>, &'static str> {
    let mut roles = values
        .iter()
        .map(|value| {
            Role::try_from(*value)
                .ok()
                .filter(|role| is_of_account(*role))
        })
        .collect::<Option<Vec<Role>>>()
        .ok_or("must be roles in an account")?;
    roles.sort();
    roles.dedup();
    if roles.is_empty() {
        return Err("Choose at least one role");
    }
    Ok(roles)
}

fn is_of_account(role: Role) -> bool {
    matches!(
        role,
        Role::Administrator
            | Role::Cases
            | Role::Compliance
            | Role::Technical
            | Role::Billing
            | Role::ReadOnly
    )
}

/// The TLDs that somebody who is limited to `own` (empty for no limit) may limit another to.
pub fn within(wanted: &[String], own: &[String]) -> Result<(), &'static str> {
    if own.is_empty() {
        return Ok(());
    }
    if wanted.is_empty() {
        return Err("must be named: your own role is limited to some TLDs");
    }
    if wanted.iter().all(|tld| own.contains(tld)) {
        Ok(())
    } else {
        Err("must be among those that your own role is limited to")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        let (account, person) = (AccountId::new(), UserId::new());
        let name = MemberName { account, person };
        assert_eq!(name.to_string().parse(), Ok(name));
        let contact = ContactName {
            account,
            id: ContactId::new(),
        };
        assert_eq!(contact.to_string().parse(), Ok(contact));
        for wrong in [
            "",
            "accounts/1/members/2",
            &account.to_string(),
            &format!("{name}/x"),
        ] {
            assert!(wrong.parse::<MemberName>().is_err(), "{wrong:?}");
            assert!(wrong.parse::<ContactName>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn members_have_roles_of_accounts_only_and_at_least_one() {
        let values = |roles: &[Role]| {
            roles
                .iter()
                .map(|role| i32::from(*role))
                .collect::<Vec<_>>()
        };
        let given = values(&[Role::ReadOnly, Role::Administrator, Role::ReadOnly]);
        assert_eq!(roles(&given), Ok(vec![Role::Administrator, Role::ReadOnly]));
        for wrong in [
            vec![],
            values(&[Role::Unspecified]),
            values(&[Role::Cases, Role::StaffAgent]),
            values(&[Role::StaffAdministrator]),
            vec![7],
        ] {
            assert!(roles(&wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn who_is_limited_to_some_tlds_gives_no_part_in_others() {
        let tlds = |labels: &[&str]| {
            labels
                .iter()
                .map(|label| (*label).to_owned())
                .collect::<Vec<_>>()
        };
        assert!(within(&tlds(&["towpath"]), &[]).is_ok());
        assert!(within(&[], &[]).is_ok());
        let own = tlds(&["towpath", "quay"]);
        assert!(within(&tlds(&["quay"]), &own).is_ok());
        assert!(within(&tlds(&["quay", "ferrylane"]), &own).is_err());
        assert!(within(&[], &own).is_err());
    }
}
