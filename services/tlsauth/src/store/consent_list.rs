//! The list of what a registry is asked.

use nsp_kit::{db::Tx, page::Page};
use serde::{Deserialize, Serialize};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::consents::{ConsentRow, SELECT};
use crate::{
    domain::{Consent, ConsentState},
    error::Error,
};

/// Where a page ends.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Key {
    decided: bool,
    id: Uuid,
}

impl Key {
    pub fn of(consent: &Consent) -> Self {
        Self {
            decided: consent.state != ConsentState::Pending,
            id: consent.id,
        }
    }
}

/// What is to be decided first, the oldest before the others, whose time is over first; then what is decided, newest
/// first.
pub async fn page(
    tx: &mut Tx,
    state: Option<ConsentState>,
    page: &Page<Key>,
) -> Result<Vec<Consent>, Error> {
    let mut query = QueryBuilder::new(SELECT);
    if let Some(account) = tx.scope().account() {
        query.push(" and consents.account = ").push_bind(account.0);
    }
    if let Some(state) = state {
        query.push(" and state = ").push_bind(state);
    }
    match &page.after {
        None => {}
        Some(Key { decided: false, id }) => {
            query.push(" and (state <> 'pending' or consents.id > ");
            query.push_bind(*id).push(")");
        }
        Some(Key { decided: true, id }) => {
            query.push(" and state <> 'pending' and consents.id < ");
            query.push_bind(*id);
        }
    }
    query.push(
        " order by state <> 'pending', case when state = 'pending' then consents.id end, consents.id desc limit ",
    );
    query.push_bind(page.limit());
    let rows: Vec<ConsentRow> = query.build_query_as().fetch_all(&mut **tx).await?;
    Ok(rows.into_iter().map(Consent::from).collect())
}
