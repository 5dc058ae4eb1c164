//! Contacts in the database.

use nsp_kit::{db::Tx, id::AccountId, page::Page};
use sqlx::Result;
use uuid::Uuid;

use super::{Within, read, read_optional, text};
use crate::domain::{Contact, ContactId, ContactName};

/// The key of a list of contacts.
pub type Key = (String, ContactId);

struct Row {
    id: Uuid,
    account: Uuid,
    display_name: String,
    email: String,
    phone: String,
    title: String,
    country: String,
    active: bool,
}

impl TryFrom<Row> for Contact {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: ContactId(row.id),
            account: AccountId(row.account),
            display_name: read("display_name", &row.display_name)?,
            email: read("email", &row.email)?,
            phone: read_optional("phone", &row.phone)?,
            title: read_optional("title", &row.title)?,
            country: read("country", &row.country)?,
            active: row.active,
        })
    }
}

/// One page of an account's contacts by display name.
pub async fn list(tx: &mut Tx, account: AccountId, page: &Page<Key>) -> Result<Vec<Contact>> {
    let Some(within) = Within::scope_of(tx) else {
        return Ok(Vec::new());
    };
    let (name, id) = page.after.clone().unzip();
    let rows = sqlx::query_as!(
        Row,
        "select id, account, display_name, email, phone, title, country, active from contacts
         where account = $1 and ($2::uuid is null or account = $2)
           and ($3::text is null or (display_name, id) > ($3, $4))
         order by display_name, id limit $5",
        account as _,
        within.account as _,
        name,
        id as _,
        page.limit(),
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(Contact::try_from).collect()
}

/// The contact, if the transaction may see it.
pub async fn get(tx: &mut Tx, name: ContactName) -> Result<Option<Contact>> {
    let Some(within) = Within::scope_of(tx) else {
        return Ok(None);
    };
    let row = sqlx::query_as!(
        Row,
        "select id, account, display_name, email, phone, title, country, active from contacts
         where id = $1 and account = $2 and ($3::uuid is null or account = $3)",
        name.id as _,
        name.account as _,
        within.account as _,
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.map(Contact::try_from).transpose()
}

/// Adds a contact, unless `request_id` has added one before. Says whether it did.
pub async fn insert(tx: &mut Tx, contact: &Contact, request_id: Option<Uuid>) -> Result<bool> {
    let done = sqlx::query!(
        "insert into contacts (id, account, display_name, email, phone, title, country, active, request_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (request_id) do nothing",
        contact.id as _,
        contact.account as _,
        contact.display_name.as_str(),
        contact.email.to_string(),
        text(contact.phone.as_ref()),
        text(contact.title.as_ref()),
        contact.country.to_string(),
        contact.active,
        request_id,
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The contact that a request added.
pub async fn by_request(tx: &mut Tx, request_id: Uuid) -> Result<Option<Contact>> {
    let row = sqlx::query_as!(
        Row,
        "select id, account, display_name, email, phone, title, country, active from contacts
         where request_id = $1",
        request_id,
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.map(Contact::try_from).transpose()
}
