//! What we do about the events of others, and the events of our own that several methods publish.

use std::collections::HashMap;

use anyhow::Context;
use nsp_kit::{
    db::Tx,
    events::{About, Event, Handler, announce, publish},
    id::{AccountId, SessionId, UserId},
};
use nsp_proto::events::v1::{AccountCreated, MessageRequested, SessionRevoked};

use crate::{SERVICE, domain::factor::FactorName, store::accounts};

/// Keeps the names and kinds of accounts.
pub struct Accounts;

impl Handler for Accounts {
    const SERVICE: &'static str = SERVICE;
    const SUBJECTS: &'static str = "nsp.accounts.v1.account.*";

    async fn handle(&self, tx: &mut Tx, event: &Event) -> anyhow::Result<()> {
        if let Some(created) = event.decode::<AccountCreated>() {
            let created = created?;
            let id = created.account.parse().map_err(anyhow::Error::msg);
            let id = id.context("account")?;
            accounts::put(tx, id, &created.display_name, &created.kind).await?;
        }
        Ok(())
    }
}

/// Announces that a session of `user` was ended.
pub async fn session_revoked(tx: &mut Tx, session: SessionId, user: UserId) -> sqlx::Result<()> {
    let event = SessionRevoked {
        session: session.to_string(),
        user: user.to_string(),
    };
    announce(tx, &About::new(&session, None), &event).await
}

/// A mail that identity wants sent.
pub struct Mail {
    template: &'static str,
    values: HashMap<String, String>,
    link: String,
    account: Option<AccountId>,
}

impl Mail {
    pub fn new(template: &'static str) -> Self {
        Self {
            template,
            values: HashMap::new(),
            link: String::new(),
            account: None,
        }
    }

    /// Fills in a value of the template.
    pub fn value(mut self, name: &str, value: impl Into<String>) -> Self {
        self.values.insert(name.to_owned(), value.into());
        self
    }

    /// The account that the mail belongs to.
    pub fn account(mut self, account: AccountId) -> Self {
        self.account = Some(account);
        self
    }

    /// The link to fetch when the mail is sent.
    pub fn link(mut self, link: &impl ToString) -> Self {
        self.link = link.to_string();
        self
    }
}

/// Asks for a mail to `user`.
pub async fn mail(tx: &mut Tx, user: UserId, mail: Mail) -> sqlx::Result<()> {
    let event = MessageRequested {
        template: mail.template.to_owned(),
        recipients: vec![user.to_string()],
        resource: user.to_string(),
        account: mail.account.map(|id| id.to_string()).unwrap_or_default(),
        values: mail.values,
        link: mail.link,
    };
    publish(tx, &About::new(&user, None), &event).await
}

/// What happened to a user's factors.
pub enum FactorChange<'a> {
    Added(&'a FactorName),
    Removed(&'a FactorName),
    NewRecoveryCodes,
}

/// Tells a user that their factors were changed, so that one whose password and phone are stolen hears of it.
pub async fn factor_changed(
    tx: &mut Tx,
    user: UserId,
    change: FactorChange<'_>,
) -> sqlx::Result<()> {
    let (what, factor, remark) = match change {
        FactorChange::Added(name) => ("added", name.as_str(), format!("Added: {name}.")),
        FactorChange::Removed(name) => ("removed", name.as_str(), format!("Removed: {name}.")),
        FactorChange::NewRecoveryCodes => (
            "recovery_codes",
            "",
            "New recovery codes were made; the old ones no longer work.".to_owned(),
        ),
    };
    let notice = Mail::new("factor_changed").value("what", what);
    let notice = notice.value("factor", factor).value("remark", remark);
    mail(tx, user, notice).await
}

/// Tells a user that their password was changed.
pub async fn password_changed(tx: &mut Tx, user: UserId) -> sqlx::Result<()> {
    mail(tx, user, Mail::new("password_changed")).await
}
