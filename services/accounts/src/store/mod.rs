//! All SQL of this service. Every query repeats the scope of its transaction; the database checks it again.

pub mod accounts;
pub mod contacts;
pub mod credentials;
pub mod tlds;

use nsp_kit::{auth::Scope, db::Tx, id::AccountId};

/// What a transaction may see, in the form queries take it: no account means all of them, no TLDs likewise.
struct Within {
    account: Option<AccountId>,
    tlds: Option<Vec<String>>,
}

impl Within {
    /// None for those who see nothing.
    fn scope_of(tx: &Tx) -> Option<Self> {
        match tx.scope() {
            Scope::Staff | Scope::Service => Some(Self {
                account: None,
                tlds: None,
            }),
            Scope::Account { account, tlds } => Some(Self {
                account: Some(*account),
                tlds: (!tlds.is_empty()).then(|| tlds.clone()),
            }),
            Scope::Person => None,
        }
    }
}

/// Reads a column into the type it was written from. What our types refuse should not have been kept.
fn read<T: std::str::FromStr<Err: ToString>>(column: &'static str, text: &str) -> sqlx::Result<T> {
    text.parse()
        .map_err(|problem: T::Err| sqlx::Error::ColumnDecode {
            index: column.to_owned(),
            source: problem.to_string().into(),
        })
}

/// Reads a column that is empty where there is nothing.
fn read_optional<T: std::str::FromStr<Err: ToString>>(
    column: &'static str,
    text: &str,
) -> sqlx::Result<Option<T>> {
    if text.is_empty() {
        Ok(None)
    } else {
        read(column, text).map(Some)
    }
}

/// The text of something that may be absent.
fn text(value: Option<&impl ToString>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}
