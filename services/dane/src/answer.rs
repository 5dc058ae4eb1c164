//! What the DNS says about a name, in terms that can be explained to the name's owner.

use jiff::Timestamp;

use crate::Tlsa;

/// The outcome of a lookup. Only [`Answer::Secure`] lets anybody in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Records whose signatures are good from the trust anchor down.
    Secure(Records),
    /// The zone is not signed, or its parent does not say so (no DS record): proven, and hence worthless. The records
    /// are those that would count if it were signed.
    Insecure(Vec<Tlsa>),
    /// The zone should be signed, and something about its signatures or proofs is wrong.
    Bogus(Doubt),
    /// The zone is signed, and proves that there is no such name.
    NoName { ttl: u32 },
    /// The zone is signed, and proves that the name has no TLSA record.
    NoRecord { ttl: u32 },
    /// Nobody answered in time, or only with an error: nothing is known. The text is for operators.
    Unavailable(String),
}

/// Records that count, and for how many seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Records {
    pub records: Vec<Tlsa>,
    /// The shortest on the way, aliases included.
    pub ttl: u32,
    /// Where they were found, if the name is an alias (CNAME) of another.
    pub alias_of: Option<String>,
}

/// What is wrong with the signatures, as far as it can be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// They expired at this time; the zone was not signed anew.
    Expired(Timestamp),
    /// They are good only from this time on; somebody's clock is wrong.
    NotYetValid(Timestamp),
    /// They are missing, or do not fit the records or the parent's DS record, or a proof is incomplete.
    Invalid,
    /// The names form a chain of aliases that does not end.
    TooManyAliases,
}

impl Answer {
    /// The records that count; empty unless the answer is secure.
    pub fn records(&self) -> &[Tlsa] {
        match self {
            Self::Secure(secure) => &secure.records,
            _ => &[],
        }
    }

    /// A word for logs and metrics.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Secure(_) => "secure",
            Self::Insecure(_) => "insecure",
            Self::Bogus(_) => "bogus",
            Self::NoName { .. } => "no_name",
            Self::NoRecord { .. } => "no_record",
            Self::Unavailable(_) => "unavailable",
        }
    }
}
