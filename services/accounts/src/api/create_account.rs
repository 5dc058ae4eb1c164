//! Creates an account.

use jiff::Timestamp;
use nsp_kit::{call::Call, db::Tx, events, events::About, id::AccountId, status::Violations};
use nsp_proto::{accounts::v1 as pb, events::v1::AccountCreated};
use uuid::Uuid;

use super::convert;
use crate::{domain::Account, error::Error, store};

pub async fn create_account(
    call: &Call,
    request: pb::CreateAccountRequest,
) -> Result<pb::Account, Error> {
    let mut bad = Violations::default();
    let request_id = bad.parse_optional("request_id", &request.request_id);
    let account = parse(&request.account.unwrap_or_default(), call.now, &mut bad);
    let (account, request_id) = bad.finish(account.zip(request_id))?;

    let mut tx = call.begin().await?;
    let account = if store::accounts::insert(&mut tx, &account, request_id).await? {
        announce(&mut tx, &account).await?;
        account
    } else {
        made_before(&mut tx, request_id).await?
    };
    tx.commit().await?;
    Ok(account.into())
}

fn parse(message: &pb::Account, now: Timestamp, bad: &mut Violations) -> Option<Account> {
    let display_name = bad.parse("account.display_name", &message.display_name);
    let kind = convert::kind(message.kind());
    if kind.is_none() {
        bad.add("account.kind", "must say what the party is");
    }
    let country = bad.parse("account.country", &message.country);
    let manager = bad.parse_optional("account.engagement_manager", &message.engagement_manager);
    Some(Account {
        id: AccountId::new(),
        display_name: display_name?,
        kind: kind?,
        country: country?,
        engagement_manager: manager?,
        create_time: now,
    })
}

/// What the first try of this request made.
async fn made_before(tx: &mut Tx, request_id: Option<Uuid>) -> Result<Account, Error> {
    let request_id = request_id.ok_or(sqlx::Error::RowNotFound)?;
    let id = store::accounts::by_request(tx, request_id).await?;
    let account = store::accounts::get(tx, id.ok_or(sqlx::Error::RowNotFound)?).await?;
    Ok(account.ok_or(sqlx::Error::RowNotFound)?)
}

/// Tells the other services, which keep the names of accounts.
pub async fn announce(tx: &mut Tx, account: &Account) -> sqlx::Result<()> {
    let event = AccountCreated {
        account: account.id.to_string(),
        display_name: account.display_name.to_string(),
        kind: pb::account::Kind::from(account.kind)
            .as_str_name()
            .to_owned(),
    };
    events::announce(tx, &About::new(&account.id, account.id), &event).await
}
