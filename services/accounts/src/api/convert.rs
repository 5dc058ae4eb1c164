//! Between the terms of the domain and the messages.

use nsp_kit::{clock, status::Violations};
use nsp_proto::accounts::v1 as pb;

use crate::domain::{
    Account, AccountKind, Contact, Credential, CredentialKind, CredentialName, Rule, Tld, TldName,
    TldState,
};

/// The longest text that a list is searched for.
const MAX_QUERY: usize = 200;

impl From<Account> for pb::Account {
    fn from(account: Account) -> Self {
        Self {
            name: account.id.to_string(),
            display_name: account.display_name.to_string(),
            kind: pb::account::Kind::from(account.kind).into(),
            country: account.country.to_string(),
            engagement_manager: optional(account.engagement_manager),
            create_time: Some(clock::to_proto(account.create_time)),
        }
    }
}

impl From<Tld> for pb::Tld {
    fn from(tld: Tld) -> Self {
        Self {
            unicode_label: tld.label.to_unicode(),
            name: TldName(tld.label).to_string(),
            account: tld.account.to_string(),
            state: pb::tld::State::from(tld.state).into(),
            delegation_date: optional(tld.delegation_date),
        }
    }
}

impl From<Contact> for pb::Contact {
    fn from(contact: Contact) -> Self {
        Self {
            name: contact.name(),
            display_name: contact.display_name.to_string(),
            email: contact.email.to_string(),
            phone: optional(contact.phone),
            title: optional(contact.title),
            country: contact.country.to_string(),
            active: contact.active,
        }
    }
}

impl From<AccountKind> for pb::account::Kind {
    fn from(kind: AccountKind) -> Self {
        match kind {
            AccountKind::RegistryOperator => Self::RegistryOperator,
            AccountKind::Registrar => Self::Registrar,
            AccountKind::Applicant => Self::Applicant,
            AccountKind::RegistryServiceProvider => Self::RegistryServiceProvider,
            AccountKind::CctldManager => Self::CctldManager,
        }
    }
}

impl From<TldState> for pb::tld::State {
    fn from(state: TldState) -> Self {
        match state {
            TldState::Active => Self::Active,
            TldState::Pending => Self::Pending,
        }
    }
}

/// None where the message leaves the kind open.
pub fn kind(kind: pb::account::Kind) -> Option<AccountKind> {
    match kind {
        pb::account::Kind::Unspecified => None,
        pb::account::Kind::RegistryOperator => Some(AccountKind::RegistryOperator),
        pb::account::Kind::Registrar => Some(AccountKind::Registrar),
        pb::account::Kind::Applicant => Some(AccountKind::Applicant),
        pb::account::Kind::RegistryServiceProvider => Some(AccountKind::RegistryServiceProvider),
        pb::account::Kind::CctldManager => Some(AccountKind::CctldManager),
    }
}

/// None where the message leaves the state open.
pub fn state(state: pb::tld::State) -> Option<TldState> {
    match state {
        pb::tld::State::Unspecified => None,
        pb::tld::State::Active => Some(TldState::Active),
        pb::tld::State::Pending => Some(TldState::Pending),
    }
}

/// A credential as clients see it, whether it was set or not.
pub fn credential(name: &CredentialName, set: Option<&Credential>) -> pb::Credential {
    let user_name = match set {
        Some(set) => Some(set.user_name.clone()),
        None => name.kind.user_name(&name.tld),
    };
    pb::Credential {
        name: name.to_string(),
        kind: credential_kind(name.kind).into(),
        user_name: user_name.map_or(String::new(), |name| name.as_str().to_owned()),
        prefixes: set.map(|set| texts(&set.prefixes)).unwrap_or_default(),
        password_set: set.is_some(),
        password_change_time: set.map(|set| clock::to_proto(set.password_change_time)),
        update_time: set.map(|set| clock::to_proto(set.update_time)),
        updater_display_name: set.map_or(String::new(), |set| set.updater_name.clone()),
        version: set.map_or(0, |set| set.version),
        password_rules: texts(&Rule::of(name.kind)),
        etag: etag(set),
    }
}

/// What a change has to have seen.
pub fn etag(set: Option<&Credential>) -> String {
    set.map_or(0, |set| set.version).to_string()
}

pub fn credential_kind(kind: CredentialKind) -> pb::credential::Kind {
    match kind {
        CredentialKind::RriRy => pb::credential::Kind::RriRy,
        CredentialKind::RriDea => pb::credential::Kind::RriDea,
        CredentialKind::Epp => pb::credential::Kind::Epp,
        CredentialKind::ZfaAxfr => pb::credential::Kind::ZfaAxfr,
        CredentialKind::Urs => pb::credential::Kind::Urs,
    }
}

/// Each of them in words.
pub fn texts(all: &[impl ToString]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}

/// The text a list is searched for.
pub fn query(text: &str, bad: &mut Violations) -> Option<String> {
    let text = text.trim();
    if text.chars().count() > MAX_QUERY || text.contains('\0') {
        bad.add(
            "query",
            format!("must be at most {MAX_QUERY} characters of text"),
        );
        return None;
    }
    Some(text.to_owned())
}

fn optional(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}
