//! TLS client authentication (TLS-1 to TLS-3, TLS-7, TLS-8): who of a TLD's machines is let in, provider access, uploads.

pub mod check;
pub mod clients;
pub mod consent;
pub mod consents;
pub mod delete;
pub mod edit;
pub mod edit_many;
pub mod entry;
pub mod fields;
pub mod grant_edit;
pub mod grant_new;
pub mod grant_revoke;
pub mod grants;
pub mod list;
pub mod new;
pub mod show;
pub mod tld;
pub mod upload;
pub mod upload_new;
pub mod uploads;
pub mod words;

use nsp_proto::tlsauth::v1::{
    GetTlsClientRequest, ListTldsRequest, ListUploadConsentsRequest, TldAccess, TlsClientRecord,
    upload_consent::State,
};
use tonic::Status;
use uuid::Uuid;

use crate::{
    errors::PageError,
    pages::cases::list::tlds,
    signed_in::{Party, SignedIn},
    words::{Label, label},
};

/// Lists are asked for in parts as large as they come.
pub const PART: i32 = 200;

/// To those who may not see the data, its pages do not exist.
fn viewer(me: SignedIn) -> Result<SignedIn, PageError> {
    if me.sees_tls() {
        Ok(me)
    } else {
        Err(PageError::NotFound)
    }
}

/// To those who only read the data, pages that change it do not exist.
fn editor(Party(me): Party) -> Result<SignedIn, PageError> {
    if me.sees_tls() && me.plans() {
        Ok(me)
    } else {
        Err(PageError::NotFound)
    }
}

/// Grants, uploads and consents are for administrators.
fn administrator(Party(me): Party) -> Result<SignedIn, PageError> {
    if me.sees_tls() && me.administers() {
        Ok(me)
    } else {
        Err(PageError::NotFound)
    }
}

/// The entry of an address: its TLD and its id.
pub async fn get_client(
    me: &SignedIn,
    (tld, id): &(String, String),
) -> Result<TlsClientRecord, PageError> {
    let name = format!("tlds/{}/tlsClients/{}", ascii(tld)?, uuid(id)?);
    let request = GetTlsClientRequest { name };
    let answer = me.clients.tls_clients().get_tls_client(request).await?;
    Ok(answer.into_inner())
}

/// The TLD of an address, if it could be one.
pub fn ascii(tld: &str) -> Result<&str, PageError> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if (2..=63).contains(&tld.len()) && tld.bytes().all(plain) {
        Ok(tld)
    } else {
        Err(PageError::NotFound)
    }
}

/// The id of an address: a UUID. Anything else names nothing.
pub fn uuid(id: &str) -> Result<Uuid, PageError> {
    id.parse().map_err(|_| PageError::NotFound)
}

/// A TLD that the person may see.
pub async fn get_tld(me: &SignedIn, tld: &str) -> Result<TldAccess, PageError> {
    let request = ListTldsRequest {
        page_size: PART,
        query: ascii(tld)?.to_owned(),
        ..Default::default()
    };
    let found = me.clients.tls_clients().list_tlds(request).await?;
    let found = found.into_inner().tlds.into_iter();
    let mut found = found.filter(|access| access.tld == tld);
    found.next().ok_or(PageError::NotFound)
}

/// The TLDs for which the person may make entries: the account's own, and those granted to it.
pub async fn own_tlds(me: &SignedIn, granted: bool) -> Result<Vec<Label>, Status> {
    let mut labels = tlds(me).await?;
    if granted && me.provides() {
        let mut request = ListTldsRequest {
            page_size: PART,
            granted_only: true,
            ..Default::default()
        };
        // Nobody has more than 2,000.
        for _ in 0..10 {
            let answer = me.clients.tls_clients().list_tlds(request.clone()).await?;
            let answer = answer.into_inner();
            labels.extend(answer.tlds.iter().map(|access| label(&access.tld)));
            if answer.next_page_token.is_empty() {
                break;
            }
            request.page_token = answer.next_page_token;
        }
        labels.sort_by(|one, other| one.ascii.cmp(&other.ascii));
        labels.dedup();
    }
    Ok(labels)
}

/// What stands above every page: the parts there are for this person, and how many uploads wait for their account.
pub struct Parts {
    pub current: &'static str,
    pub provider: bool,
    pub staff: bool,
    pub waiting: String,
}

impl Parts {
    pub async fn of(me: &SignedIn, current: &'static str) -> Self {
        let staff = me.session.user.staff;
        let provider = me.provides();
        let waiting = if staff || provider {
            0
        } else {
            waiting(me).await.unwrap_or_default()
        };
        Self {
            current,
            provider,
            staff,
            waiting: if waiting == 0 {
                String::new()
            } else {
                waiting.to_string()
            },
        }
    }
}

/// How many uploads the account has to decide upon; as many as one page of them has.
async fn waiting(me: &SignedIn) -> Result<usize, Status> {
    let request = ListUploadConsentsRequest {
        page_size: PART,
        state: State::Pending.into(),
        ..Default::default()
    };
    let answer = me.clients.uploads().list_upload_consents(request).await?;
    Ok(answer.into_inner().consents.len())
}

/// Every value of a text with one on each line, or separated by commas, semicolons or spaces.
pub fn several(text: &str) -> Vec<String> {
    let separated = text.split(|c: char| c.is_whitespace() || c == ',' || c == ';');
    let filled = separated.filter(|part| !part.is_empty());
    filled.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_values_may_be_separated_in_any_way() {
        assert_eq!(several(" a\nb, c;d\n\n"), ["a", "b", "c", "d"]);
        assert!(several(" \n ").is_empty());
    }

    #[test]
    fn only_labels_are_asked_for() {
        assert!(ascii("xn--r8jz45g").is_ok());
        for wrong in ["", "a", "A", "a.b", "../x", "例え"] {
            assert!(ascii(wrong).is_err(), "{wrong}");
        }
    }
}
