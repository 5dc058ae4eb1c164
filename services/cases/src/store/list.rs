//! Lists of cases: list views, filters, every order, and counts.

use jiff_sqlx::{Timestamp, ToSqlx};
use nsp_kit::{db::Tx, id::AccountId, page::Page};
use serde::{Deserialize, Serialize};
use sqlx::{Postgres, QueryBuilder, Row as _, postgres::PgRow};
use uuid::Uuid;

use super::row::{ExpediteColumn, StatusColumn};
use crate::{
    domain::{CaseId, Kind, Label},
    error::Error,
};

/// Counting stops here: nobody needs to know more exactly.
pub const MAX_COUNT: i64 = 10_000;

/// A named selection of cases (NAV-8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    Open,
    All,
    ActionRequired,
    WithIcann,
    Closed,
    Mine,
    Unassigned,
    Overdue,
    ExpediteRequested,
    ReopenRequested,
}

/// What a list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Update,
    Number,
    Subject,
    Status,
    Due,
    Account,
}

/// Which cases, in which order.
#[derive(Debug, Clone)]
pub struct Selection {
    pub view: View,
    pub kind: Option<Kind>,
    pub statuses: Vec<StatusColumn>,
    pub tld: Option<Label>,
    pub query: Option<String>,
    /// Staff only: one account of all.
    pub account: Option<AccountId>,
    pub order: Order,
    pub descending: bool,
}

/// Where a page of a list ends: the value it is sorted by, as text, and the number. The order is part of the key, so
/// that a token cannot be taken from one list to another.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Key {
    order: String,
    value: String,
    number: i64,
}

/// A case as lists show it.
#[derive(Debug)]
pub struct ListedCase {
    pub id: CaseId,
    pub number: i64,
    pub account: AccountId,
    pub account_name: String,
    pub kind: Kind,
    pub status: StatusColumn,
    pub subject: String,
    pub tlds: Vec<String>,
    pub creator: Uuid,
    pub creator_name: String,
    pub assignee: Option<Uuid>,
    pub assignee_name: Option<String>,
    pub create_time: jiff::Timestamp,
    pub update_time: jiff::Timestamp,
    pub due_time: jiff::Timestamp,
    pub end_time: Option<jiff::Timestamp>,
    pub question: Option<String>,
    pub expedite: Option<ExpediteColumn>,
    pub version: i64,
    key: String,
}

const COLUMNS: &str = "id, number, account, account_name, kind, status, subject, tlds, creator, creator_name, assignee,
    assignee_name, create_time, update_time, due_time, end_time, question, expedite, version";

impl Selection {
    fn column(&self) -> &'static str {
        match self.order {
            Order::Update => "update_time",
            Order::Number => "number",
            Order::Subject => "subject",
            Order::Status => "status",
            Order::Due => "due_time",
            Order::Account => "account_name",
        }
    }

    /// The column's type, for comparing it with the text in a key.
    fn cast(&self) -> &'static str {
        match self.order {
            Order::Update | Order::Due => "timestamptz",
            Order::Number => "bigint",
            Order::Status => "case_status",
            Order::Subject | Order::Account => "text",
        }
    }

    /// Identifies the order in a key.
    fn order_name(&self) -> String {
        format!(
            "{}{}",
            self.column(),
            if self.descending { "-" } else { "+" }
        )
    }

    /// The key of an item, for [`Page::split`].
    pub fn key(&self, case: &ListedCase) -> Key {
        Key {
            order: self.order_name(),
            value: case.key.clone(),
            number: case.number,
        }
    }

    /// Whether a key was made by a list in this order.
    pub fn fits(&self, key: &Key) -> bool {
        key.order == self.order_name()
    }

    /// Appends ` where …`. The scope comes first, whatever else is asked for.
    fn push_where(&self, query: &mut QueryBuilder<Postgres>, tx: &Tx) {
        query.push(" where true");
        if let Some(account) = tx.scope().account().or(self.account) {
            query.push(" and account = ").push_bind(account.0);
        }
        self.push_view(query, tx);
        if let Some(kind) = self.kind {
            query.push(" and kind = ").push_bind(kind);
        }
        if !self.statuses.is_empty() {
            query.push(" and status in (");
            let mut list = query.separated(", ");
            for status in &self.statuses {
                list.push_bind(*status);
            }
            query.push(")");
        }
        if let Some(tld) = &self.tld {
            query
                .push(" and tlds @> array[")
                .push_bind(tld.as_ref().to_owned())
                .push("]");
        }
        if let Some(words) = &self.query {
            push_search(query, words);
        }
    }

    fn push_view(&self, query: &mut QueryBuilder<Postgres>, tx: &Tx) {
        let person = tx.actor().person();
        let user = person.map_or(Uuid::nil(), |person| person.user.0);
        match self.view {
            View::All => {}
            View::Open => push_open(query),
            View::Closed => {
                query.push(" and status in ('closed', 'canceled')");
            }
            View::ActionRequired => {
                query.push(" and status = 'action_required'");
            }
            View::WithIcann => {
                query.push(" and status in ('new', 'in_progress', 'reopen_requested')");
            }
            View::ReopenRequested => {
                query.push(" and status = 'reopen_requested'");
            }
            View::Mine if person.is_some_and(|person| person.staff) => {
                push_open(query);
                query.push(" and assignee = ").push_bind(user);
            }
            View::Mine => {
                query.push(" and creator = ").push_bind(user);
            }
            View::Unassigned => {
                push_open(query);
                query.push(" and assignee is null");
            }
            View::Overdue => {
                query.push(
                    " and status in ('new', 'in_progress', 'reopen_requested') and due_time < ",
                );
                query.push_bind(tx.now().to_sqlx());
            }
            View::ExpediteRequested => {
                push_open(query);
                query.push(" and expedite = 'requested'");
            }
        }
    }
}

fn push_open(query: &mut QueryBuilder<Postgres>) {
    query.push(" and status in ('action_required', 'new', 'in_progress', 'reopen_requested', 'not_submitted')");
}

/// Words of subject and description, each of which may be the beginning of one; or the beginning of a number.
fn push_search(query: &mut QueryBuilder<Postgres>, words: &str) {
    let lexemes: Vec<String> = words
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| format!("{word}:*"))
        .collect();
    query
        .push(" and (search @@ to_tsquery('simple', ")
        .push_bind(lexemes.join(" & "))
        .push(")");
    let digits = words.trim();
    if !digits.is_empty() && digits.len() <= 8 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        query
            .push(" or lpad(number::text, 8, '0') like ")
            .push_bind(format!("{digits}%"));
        query
            .push(" or number::text like ")
            .push_bind(format!("{digits}%"));
    }
    query.push(")");
}

/// A page of the selection.
pub async fn page(
    tx: &mut Tx,
    selection: &Selection,
    page: &Page<Key>,
) -> Result<Vec<ListedCase>, Error> {
    let column = selection.column();
    let (direction, than) = if selection.descending {
        ("desc", "<")
    } else {
        ("asc", ">")
    };
    let mut query = QueryBuilder::new(format!(
        "select {COLUMNS}, {column}::text as key from cases"
    ));
    selection.push_where(&mut query, tx);
    if let Some(key) = &page.after {
        query.push(format!(" and ({column}, number) {than} ("));
        query
            .push_bind(key.value.clone())
            .push(format!("::{}, ", selection.cast()));
        query.push_bind(key.number).push(")");
    }
    query.push(format!(
        " order by {column} {direction}, number {direction} limit "
    ));
    query.push_bind(page.limit());
    let rows = query.build().fetch_all(&mut **tx).await?;
    Ok(rows.iter().map(listed).collect::<sqlx::Result<_>>()?)
}

/// How many cases the selection holds, up to [`MAX_COUNT`].
pub async fn count(tx: &mut Tx, selection: &Selection) -> Result<i64, Error> {
    let mut query = QueryBuilder::new("select count(*) from (select from cases");
    selection.push_where(&mut query, tx);
    query.push(" limit ").push_bind(MAX_COUNT).push(") counted");
    Ok(query.build_query_scalar().fetch_one(&mut **tx).await?)
}

/// The case that `id` continues, and those that continue it; newest first.
pub async fn related(
    tx: &mut Tx,
    id: CaseId,
    follows: Option<CaseId>,
) -> Result<Vec<ListedCase>, Error> {
    let mut query = QueryBuilder::new(format!(
        "select {COLUMNS}, number::text as key from cases where (follows = "
    ));
    query
        .push_bind(id)
        .push(" or id = ")
        .push_bind(follows)
        .push(")");
    if let Some(account) = tx.scope().account() {
        query.push(" and account = ").push_bind(account.0);
    }
    query.push(" order by number desc limit 100");
    let rows = query.build().fetch_all(&mut **tx).await?;
    Ok(rows.iter().map(listed).collect::<sqlx::Result<_>>()?)
}

fn listed(row: &PgRow) -> sqlx::Result<ListedCase> {
    let time = |name: &str| row.try_get::<Timestamp, _>(name).map(Timestamp::to_jiff);
    Ok(ListedCase {
        id: row.try_get("id")?,
        number: row.try_get("number")?,
        account: row.try_get("account")?,
        account_name: row.try_get("account_name")?,
        kind: row.try_get("kind")?,
        status: row.try_get("status")?,
        subject: row.try_get("subject")?,
        tlds: row.try_get("tlds")?,
        creator: row.try_get("creator")?,
        creator_name: row.try_get("creator_name")?,
        assignee: row.try_get("assignee")?,
        assignee_name: row.try_get("assignee_name")?,
        create_time: time("create_time")?,
        update_time: time("update_time")?,
        due_time: time("due_time")?,
        end_time: row
            .try_get::<Option<Timestamp>, _>("end_time")?
            .map(Timestamp::to_jiff),
        question: row.try_get("question")?,
        expedite: row.try_get("expedite")?,
        version: row.try_get("version")?,
        key: row.try_get("key")?,
    })
}

/// How many cases there are in each view, by kind, in one pass.
#[derive(Debug)]
pub struct Counts {
    pub kind: Kind,
    pub by_view: [(View, i64); 10],
}

pub async fn counts(tx: &mut Tx) -> Result<Vec<Counts>, Error> {
    let account = tx.scope().account().map(|account| account.0);
    let person = tx.actor().person();
    let user = person.map_or(Uuid::nil(), |person| person.user.0);
    let staff = person.is_some_and(|person| person.staff);
    let now = tx.now().to_sqlx();
    let rows = sqlx::query!(
        r#"select kind "kind: Kind", count(*) "all!",
                  count(*) filter (where end_time is null) "open!",
                  count(*) filter (where status = 'action_required') "action_required!",
                  count(*) filter (where status in ('new', 'in_progress', 'reopen_requested')) "with_icann!",
                  count(*) filter (where end_time is not null) "closed!",
                  count(*) filter (where case when $3 then assignee = $2 and end_time is null else creator = $2 end) "mine!",
                  count(*) filter (where end_time is null and assignee is null) "unassigned!",
                  count(*) filter (where status in ('new', 'in_progress', 'reopen_requested') and due_time < $4) "overdue!",
                  count(*) filter (where end_time is null and expedite = 'requested') "expedite_requested!",
                  count(*) filter (where status = 'reopen_requested') "reopen_requested!"
           from cases where $1::uuid is null or account = $1 group by kind"#,
        account,
        user,
        staff,
        now as Timestamp,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Counts {
            kind: row.kind,
            by_view: [
                (View::All, row.all),
                (View::Open, row.open),
                (View::ActionRequired, row.action_required),
                (View::WithIcann, row.with_icann),
                (View::Closed, row.closed),
                (View::Mine, row.mine),
                (View::Unassigned, row.unassigned),
                (View::Overdue, row.overdue),
                (View::ExpediteRequested, row.expedite_requested),
                (View::ReopenRequested, row.reopen_requested),
            ],
        })
        .collect())
}
