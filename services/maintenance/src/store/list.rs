//! Lists of windows: list views, filters, every order, and counts.

use jiff_sqlx::ToSqlx;
use nsp_kit::{db::Tx, id::AccountId, page::Page};
use serde::{Deserialize, Serialize};
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use super::{
    grants,
    row::{COLUMNS, GRANTED, TABLES, WindowRow},
};
use crate::{
    domain::{Label, MAX_DURATION, Phase, ServiceCode, Window},
    error::Error,
};

/// Counting stops here: nobody needs to know more exactly.
pub const MAX_COUNT: i64 = 10_000;

/// What a list is sorted by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    #[default]
    Start,
    Name,
    Tld,
}

/// Whether a list is of windows that are enabled, or of others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum View {
    #[default]
    All,
    Enabled,
    Disabled,
}

/// Which windows, in which order.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    pub view: View,
    pub tld: Option<Label>,
    pub service: Option<ServiceCode>,
    pub phase: Option<Phase>,
    pub query: Option<String>,
    /// Only what lasts beyond this moment.
    pub after: Option<jiff::Timestamp>,
    /// Only what starts before this moment.
    pub before: Option<jiff::Timestamp>,
    /// For staff and the service itself: one account of all.
    pub account: Option<AccountId>,
    pub order: Order,
    pub descending: bool,
}

/// Where a page of a list ends: the value it is sorted by, as text, and the id. The order is part of the key, so that a
/// token cannot be taken from one list to another.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Key {
    order: String,
    value: String,
    id: Uuid,
}

impl Selection {
    fn column(&self) -> &'static str {
        match self.order {
            Order::Start => "start_time",
            Order::Name => "windows.name",
            Order::Tld => "tld",
        }
    }

    /// The column's type, for comparing it with the text in a key.
    fn cast(&self) -> &'static str {
        match self.order {
            Order::Start => "timestamptz",
            Order::Name | Order::Tld => "text",
        }
    }

    fn order_name(&self) -> String {
        let direction = if self.descending { "-" } else { "+" };
        format!("{}{direction}", self.column())
    }

    /// The key of an item, for [`Page::split`].
    pub fn key(&self, window: &Window) -> Key {
        let draft = &window.draft;
        Key {
            order: self.order_name(),
            value: match self.order {
                Order::Start => draft.span.start().to_string(),
                Order::Name => draft.title.as_ref().to_owned(),
                Order::Tld => draft.tld.as_ref().to_owned(),
            },
            id: window.id.0,
        }
    }

    /// Whether a key was made by a list in this order.
    pub fn fits(&self, key: &Key) -> bool {
        let sound = self.order != Order::Start || key.value.parse::<jiff::Timestamp>().is_ok();
        key.order == self.order_name() && sound
    }

    /// Appends ` where …`. The scope comes first, whatever else is asked for.
    async fn push_where(
        &self,
        query: &mut QueryBuilder<Postgres>,
        tx: &mut Tx,
    ) -> Result<(), Error> {
        query.push(" where true");
        if let Some(account) = tx.scope().account().or(self.account) {
            query.push(" and (windows.account = ").push_bind(account.0);
            if grants::any(tx).await? {
                query.push(GRANTED);
            }
            query.push(")");
        }
        match self.view {
            View::All => {}
            View::Enabled => drop(query.push(" and enabled")),
            View::Disabled => drop(query.push(" and not enabled")),
        }
        if let Some(tld) = &self.tld {
            query.push(" and tld = ").push_bind(tld.as_ref().to_owned());
        }
        if let Some(service) = &self.service {
            query
                .push(" and service = ")
                .push_bind(service.as_ref().to_owned());
        }
        let now = tx.now();
        match self.phase {
            None => {}
            Some(Phase::Upcoming) => {
                query.push(" and start_time > ").push_bind(now.to_sqlx());
            }
            Some(Phase::Ongoing) => {
                push_after(query, now);
                query.push(" and start_time <= ").push_bind(now.to_sqlx());
            }
            Some(Phase::Past) => {
                query.push(" and end_time <= ").push_bind(now.to_sqlx());
            }
        }
        if let Some(after) = self.after {
            push_after(query, after);
        }
        if let Some(before) = self.before {
            query.push(" and start_time < ").push_bind(before.to_sqlx());
        }
        if let Some(words) = &self.query {
            push_search(query, words);
        }
        Ok(())
    }
}

/// What lasts beyond a moment cannot have started long before it: an index on starts finds it.
fn push_after(query: &mut QueryBuilder<Postgres>, at: jiff::Timestamp) {
    let earliest = at.checked_sub(MAX_DURATION).unwrap_or(at);
    query.push(" and end_time > ").push_bind(at.to_sqlx());
    query
        .push(" and start_time > ")
        .push_bind(earliest.to_sqlx());
}

/// Words of the name, each of which may be the beginning of one.
fn push_search(query: &mut QueryBuilder<Postgres>, words: &str) {
    let lexemes: Vec<String> = words
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| format!("{word}:*"))
        .collect();
    query
        .push(" and search @@ to_tsquery('simple', ")
        .push_bind(lexemes.join(" & "))
        .push(")");
}

/// A page of the selection.
pub async fn page(
    tx: &mut Tx,
    selection: &Selection,
    page: &Page<Key>,
) -> Result<Vec<Window>, Error> {
    let mut query = QueryBuilder::new(format!("select {COLUMNS} from {TABLES}"));
    selection.push_where(&mut query, tx).await?;
    let column = selection.column();
    if let Some(key) = &page.after {
        let than = if selection.descending { "<" } else { ">" };
        query.push(format!(" and ({column}, windows.id) {than} ("));
        query
            .push_bind(key.value.clone())
            .push(format!("::{}, ", selection.cast()));
        query.push_bind(key.id).push(")");
    }
    push_order(&mut query, selection);
    query.push(" limit ").push_bind(page.limit());
    fetch(tx, query).await
}

/// The first `limit` windows of the selection.
pub async fn first(tx: &mut Tx, selection: &Selection, limit: i64) -> Result<Vec<Window>, Error> {
    let mut query = QueryBuilder::new(format!("select {COLUMNS} from {TABLES}"));
    selection.push_where(&mut query, tx).await?;
    push_order(&mut query, selection);
    query.push(" limit ").push_bind(limit);
    fetch(tx, query).await
}

fn push_order(query: &mut QueryBuilder<Postgres>, selection: &Selection) {
    let column = selection.column();
    let direction = if selection.descending { "desc" } else { "asc" };
    query.push(format!(
        " order by {column} {direction}, windows.id {direction}"
    ));
}

async fn fetch(tx: &mut Tx, mut query: QueryBuilder<Postgres>) -> Result<Vec<Window>, Error> {
    let rows: Vec<WindowRow> = query.build_query_as().fetch_all(&mut **tx).await?;
    rows.into_iter().map(Window::try_from).collect()
}

/// How many windows the selection holds, up to [`MAX_COUNT`].
pub async fn count(tx: &mut Tx, selection: &Selection) -> Result<i64, Error> {
    let mut query = QueryBuilder::new("select count(*) from (select from windows");
    selection.push_where(&mut query, tx).await?;
    query.push(" limit ").push_bind(MAX_COUNT).push(") counted");
    Ok(query.build_query_scalar().fetch_one(&mut **tx).await?)
}
