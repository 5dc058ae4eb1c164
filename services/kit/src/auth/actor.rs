//! Who is behind a call, and how far they see.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use nsp_proto::auth::v1::Role;

use crate::id::{AccountId, SessionId, UserId};

/// Who is behind a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A signed-in person.
    Person(Box<Person>),
    /// A service, by the name in its certificate, with no person behind the call.
    Service(String),
}

/// A signed-in person, as their token describes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub user: UserId,
    pub session: SessionId,
    pub display_name: String,
    /// Whether the person is ICANN staff. Staff act for no account.
    pub staff: bool,
    /// The account a portal user acts for; none for staff and for users without a membership.
    pub account: Option<AccountId>,
    pub account_name: String,
    pub roles: Vec<Role>,
    /// The A-labels that the roles are limited to; empty for all of the account's.
    pub tlds: Vec<String>,
    /// When the person last showed a factor.
    pub factor_time: Timestamp,
}

/// How long a factor counts as just shown (ID-3).
pub const FRESH: SignedDuration = SignedDuration::from_mins(5);

impl Person {
    /// Whether the person has shown a factor in the last five minutes.
    pub fn has_fresh_factor(&self, now: Timestamp) -> bool {
        now < self.factor_time + FRESH
    }
}

/// How far a transaction sees. Row-level security in the database enforces it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Every account, as staff.
    Staff,
    /// One account, or within it only what is about some TLDs.
    Account {
        account: AccountId,
        tlds: Vec<String>,
    },
    /// Nothing but the person's own profile, factors and sessions.
    Person,
    /// Everything: jobs, event handlers and calls from other services.
    Service,
}

impl Scope {
    /// The one account that queries of this scope are about; `None` for all accounts.
    ///
    /// A person without an account gets the nil id, which no account has.
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::Staff | Self::Service => None,
            Self::Account { account, .. } => Some(*account),
            Self::Person => Some(AccountId(uuid::Uuid::nil())),
        }
    }
}

impl Actor {
    /// How far this actor sees.
    pub fn scope(&self) -> Scope {
        match self {
            Self::Service(_) => Scope::Service,
            Self::Person(person) if person.staff => Scope::Staff,
            Self::Person(person) => match person.account {
                Some(account) => Scope::Account {
                    account,
                    tlds: person.tlds.clone(),
                },
                None => Scope::Person,
            },
        }
    }

    /// The person, if one is behind the call.
    pub fn person(&self) -> Option<&Person> {
        match self {
            Self::Person(person) => Some(person),
            Self::Service(_) => None,
        }
    }

    /// What to show where the actor is named.
    pub fn display_name(&self) -> &str {
        match self {
            Self::Person(person) => &person.display_name,
            Self::Service(name) => name,
        }
    }
}

/// The resource name: `users/{user}` or `services/{service}`.
impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(person) => person.user.fmt(f),
            Self::Service(name) => write!(f, "services/{name}"),
        }
    }
}
