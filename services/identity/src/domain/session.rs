//! Sessions: how long they last, and for which account they act.

use jiff::{SignedDuration, Timestamp};
use nsp_kit::id::{AccountId, SessionId, UserId};
use nsp_proto::auth::v1::Role;

/// A session is not written to more often than this, however often it is used.
const USE_GRAIN: SignedDuration = SignedDuration::from_mins(1);

/// So many sessions a person has at most; whoever signs in once more ends the one that was not used for longest.
pub const MAX_SESSIONS: i64 = 20;

/// How long sessions last.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// A session ends when it was not used for so long.
    pub idle: SignedDuration,
    /// A session ends after so long in any case.
    pub absolute: SignedDuration,
}

/// A session of a signed-in person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub person: UserId,
    pub acting_account: Option<AccountId>,
    pub user_agent: String,
    pub address: String,
    pub create_time: Timestamp,
    pub last_use_time: Timestamp,
    pub expire_time: Timestamp,
    pub factor_time: Timestamp,
}

impl Session {
    /// Whether the session still signs its person in.
    pub fn is_good(&self, limits: &Limits, now: Timestamp) -> bool {
        now < self.expire_time && now < self.last_use_time + limits.idle
    }

    /// Whether a use at `now` is worth writing down.
    pub fn use_counts(&self, now: Timestamp) -> bool {
        now >= self.last_use_time + USE_GRAIN
    }
}

/// A user's part in an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    pub account: AccountId,
    pub account_name: String,
    /// Name of a value of `nsp.accounts.v1.Account.Kind`.
    pub account_kind: String,
    pub roles: Vec<Role>,
    pub tlds: Vec<String>,
}

/// The membership a session acts with: the chosen one, or the first if none was chosen or the chosen one is gone.
/// `memberships` are in the order of account names.
pub fn acting(memberships: &[Membership], chosen: Option<AccountId>) -> Option<&Membership> {
    memberships
        .iter()
        .find(|membership| Some(membership.account) == chosen)
        .or(memberships.first())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        idle: SignedDuration::from_mins(30),
        absolute: SignedDuration::from_hours(12),
    };

    fn session() -> Session {
        let start = Timestamp::UNIX_EPOCH;
        Session {
            id: SessionId::new(),
            person: UserId::new(),
            acting_account: None,
            user_agent: String::new(),
            address: String::new(),
            create_time: start,
            last_use_time: start,
            expire_time: start + LIMITS.absolute,
            factor_time: start,
        }
    }

    fn member(name: &str) -> Membership {
        Membership {
            account: AccountId::new(),
            account_name: name.to_owned(),
            account_kind: String::new(),
            roles: vec![Role::Cases],
            tlds: Vec::new(),
        }
    }

    #[test]
    fn a_session_ends_when_idle_and_after_its_time() {
        let mut session = session();
        let second = SignedDuration::from_secs(1);
        assert!(session.is_good(&LIMITS, session.create_time + LIMITS.idle - second));
        assert!(!session.is_good(&LIMITS, session.create_time + LIMITS.idle));
        session.last_use_time = session.expire_time - second;
        assert!(session.is_good(&LIMITS, session.expire_time - second));
        assert!(!session.is_good(&LIMITS, session.expire_time));
    }

    #[test]
    fn uses_are_written_once_a_minute() {
        let session = session();
        assert!(!session.use_counts(session.create_time + SignedDuration::from_secs(59)));
        assert!(session.use_counts(session.create_time + SignedDuration::from_secs(60)));
    }

    #[test]
    fn a_session_acts_for_the_chosen_account_or_the_first() {
        let all = [member("Acme"), member("Beta")];
        assert_eq!(acting(&all, None), Some(&all[0]));
        assert_eq!(acting(&all, Some(all[1].account)), Some(&all[1]));
        assert_eq!(acting(&all, Some(AccountId::new())), Some(&all[0]));
        assert_eq!(acting(&[], None), None);
    }
}
