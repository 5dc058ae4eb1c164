//! A mail on its way, and when to try again.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use nsp_kit::id::UserId;
use uuid::Uuid;

use super::Template;

nsp_kit::id!(
    /// A mail to one person.
    MessageId,
    "messages"
);
nsp_kit::id!(
    /// A mail as the development mailbox received it.
    MailboxMessageId,
    "mailboxMessages"
);

const FIRST_WAIT: Duration = Duration::from_mins(1);
const LONGEST_WAIT: Duration = Duration::from_hours(4);
/// After this we stop trying.
const GIVE_UP: SignedDuration = SignedDuration::from_hours(72);

/// How far a mail has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum State {
    Queued,
    Sent,
    Failed,
    Skipped,
}

/// A mail that is due, and that nobody else tries while the lease of whoever took it lasts.
#[derive(Debug)]
pub struct Due {
    pub id: MessageId,
    pub template: Template,
    pub values: serde_json::Value,
    pub resource: String,
    pub recipient: UserId,
    pub link: String,
    pub subject: String,
    pub message_id: String,
    /// This try included.
    pub attempts: i32,
    pub create_time: Timestamp,
}

/// Why a try did not work, in words fit for logs and without anybody's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trouble {
    pub what: &'static str,
    /// The code of the server that said so: SMTP's or gRPC's.
    pub code: Option<i32>,
}

impl Trouble {
    pub const fn new(what: &'static str) -> Self {
        Self { what, code: None }
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.what)?;
        self.code.map_or(Ok(()), |code| write!(f, " ({code})"))
    }
}

/// What became of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Sent,
    /// The recipient does not want such mail.
    Skipped,
    /// It may work later.
    Later(Trouble),
    /// It will never work.
    Never(Trouble),
}

/// When to try for the time after `attempts`; none once trying has lasted three days.
///
/// The waits double from one minute to four hours. Up to a quarter is taken off, differently for each mail, so that all
/// that waited for the same server do not return at once.
pub fn next_try(
    id: MessageId,
    attempts: i32,
    created: Timestamp,
    now: Timestamp,
) -> Option<Timestamp> {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or_default();
    let wait = FIRST_WAIT
        .saturating_mul(2_u32.saturating_pow(doublings))
        .min(LONGEST_WAIT);
    let next = now + wait.mul_f64(1.0 - 0.25 * spread(id.0, attempts));
    (next.duration_since(created) <= GIVE_UP).then_some(next)
}

/// A number from 0 to 1 that looks random.
fn spread(id: Uuid, attempts: i32) -> f64 {
    let mut hasher = DefaultHasher::new();
    (id, attempts).hash(&mut hasher);
    let bits = u32::try_from(hasher.finish() >> 32).unwrap_or_default();
    f64::from(bits) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_four_hours_and_end_after_three_days() {
        let start = Timestamp::UNIX_EPOCH;
        let id = MessageId(Uuid::nil());
        let (mut now, mut attempts) = (start, 0);
        let mut waits = Vec::new();
        while let Some(next) = {
            attempts += 1;
            next_try(id, attempts, start, now)
        } {
            waits.push(next.duration_since(now).as_secs());
            now = next;
        }
        for (wait, full) in waits
            .iter()
            .zip([60, 120, 240, 480, 960, 1_920, 3_840, 7_680])
        {
            assert!((full * 3 / 4..=full).contains(wait), "{wait} of {full}");
        }
        assert!(
            waits[8..]
                .iter()
                .all(|wait| (10_800..=14_400).contains(wait))
        );
        assert!(now.duration_since(start) <= GIVE_UP);
        assert!(now.duration_since(start) > GIVE_UP - SignedDuration::from_hours(5));
    }

    #[test]
    fn two_mails_do_not_wait_alike() {
        let now = Timestamp::UNIX_EPOCH;
        let next = |n| next_try(MessageId(Uuid::from_u128(n)), 3, now, now);
        assert_ne!(next(1), next(2));
    }
}
