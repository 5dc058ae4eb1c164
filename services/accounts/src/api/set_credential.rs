//! Sets a credential; an empty password keeps the old one while the rest is saved.

use nsp_kit::{
    call::Call,
    db::Tx,
    events::{About, announce},
    id::AccountId,
    prefix::Prefix,
    seal::Keyring,
    status::{Invalid, Violations},
};
use nsp_proto::{accounts::v1 as pb, events::v1::CredentialChanged};

use super::{convert, credential_service::Credentials};
use crate::{
    domain::{Credential, CredentialName, NewPassword, TldName, UserName},
    error::Error,
    store::{self, credentials},
};

/// What a request wants a credential to be.
struct Wanted {
    name: CredentialName,
    user_name: UserName,
    prefixes: Vec<Prefix>,
    /// None keeps the one there is.
    password: Option<NewPassword>,
    etag: String,
}

pub async fn set_credential(
    api: &Credentials,
    call: &Call,
    request: pb::SetCredentialRequest,
) -> Result<pb::Credential, Error> {
    let mut bad = Violations::default();
    let wanted = parse(request, api.max_prefixes, &mut bad);
    let wanted = bad.finish(wanted)?;

    let mut tx = call.begin().await?;
    let tld = &wanted.name.tld;
    let account = store::tlds::account(&mut tx, tld).await?;
    let account = account.ok_or_else(|| Error::TldNotFound(TldName(tld.clone())))?;
    let before = credentials::lock(&mut tx, &wanted.name).await?;
    if !wanted.etag.is_empty() && wanted.etag != convert::etag(before.as_ref()) {
        return Err(Error::StaleEtag);
    }
    let password_changed = wanted.password.is_some();
    let credential = match before {
        Some(before) => change(&mut tx, &api.keyring, before, &wanted).await?,
        None => Some(add(&mut tx, &api.keyring, &wanted).await?),
    };
    let Some(credential) = credential else {
        let same = credentials::lock(&mut tx, &wanted.name).await?;
        return Ok(convert::credential(&wanted.name, same.as_ref()));
    };
    if password_changed {
        credentials::forget_tries(&mut tx, credential.user_name.as_str()).await?;
    }
    announce_changed(&mut tx, &credential, account, password_changed).await?;
    tx.commit().await?;
    Ok(convert::credential(&wanted.name, Some(&credential)))
}

fn parse(
    request: pb::SetCredentialRequest,
    max_prefixes: usize,
    bad: &mut Violations,
) -> Option<Wanted> {
    let message = request.credential.unwrap_or_default();
    let name = bad.parse::<CredentialName>("credential.name", &message.name);
    let prefixes = prefixes(&message.prefixes, max_prefixes, bad);
    let name = name?;
    let user_name = match name.kind.user_name(&name.tld) {
        Some(user_name) => Some(user_name),
        None => bad.parse("credential.user_name", &message.user_name),
    };
    if !name.kind.has_prefixes() && !message.prefixes.is_empty() {
        bad.add(
            "credential.prefixes",
            "must be empty: only RRI credentials have them",
        );
    }
    let user_name = user_name?;
    let password = match request.password.as_str() {
        "" => None,
        text => match NewPassword::new(text, name.kind, &user_name) {
            Ok(password) => Some(password),
            Err(broken) => {
                for rule in broken {
                    bad.add("password", rule);
                }
                return None;
            }
        },
    };
    Some(Wanted {
        name,
        user_name,
        prefixes: prefixes?,
        password,
        etag: message.etag,
    })
}

fn prefixes(texts: &[String], most: usize, bad: &mut Violations) -> Option<Vec<Prefix>> {
    const FIELD: &str = "credential.prefixes";
    if texts.len() > most {
        bad.add(FIELD, format!("must be at most {most}; join some of them"));
        return None;
    }
    let mut parsed = Vec::with_capacity(texts.len());
    for (i, text) in texts.iter().enumerate() {
        let field = format!("{FIELD}[{i}]");
        let prefix = bad.parse::<Prefix>(&field, text);
        if prefix.is_some_and(|prefix| prefix.is_everywhere()) {
            bad.add(
                &field,
                "must not be everywhere: name the addresses it is used from",
            );
        }
        parsed.extend(prefix);
    }
    Some(Prefix::tidy(parsed))
}

/// The credential as it is now; none if nothing has changed.
async fn change(
    tx: &mut Tx,
    keyring: &Keyring,
    before: Credential,
    wanted: &Wanted,
) -> Result<Option<Credential>, Error> {
    let same = before.user_name == wanted.user_name && before.prefixes == wanted.prefixes;
    if same && wanted.password.is_none() {
        return Ok(None);
    }
    let password_change_time = match &wanted.password {
        Some(_) => tx.now(),
        None => before.password_change_time,
    };
    let after = Credential {
        user_name: wanted.user_name.clone(),
        prefixes: wanted.prefixes.clone(),
        password_change_time,
        update_time: tx.now(),
        updater_name: tx.actor_name().to_owned(),
        version: before.version + 1,
        name: before.name,
    };
    credentials::update(tx, &after).await?;
    if let Some(password) = &wanted.password {
        let context = after.name.to_string();
        let envelope = keyring.enclose(password.expose().as_bytes(), context.as_bytes())?;
        credentials::set_password(tx, &after.name, &envelope).await?;
    }
    Ok(Some(after))
}

async fn add(tx: &mut Tx, keyring: &Keyring, wanted: &Wanted) -> Result<Credential, Error> {
    let password = wanted.password.as_ref();
    let password =
        password.ok_or_else(|| Invalid::field("password", "must be given: there is none yet"))?;
    let credential = Credential {
        name: wanted.name.clone(),
        user_name: wanted.user_name.clone(),
        prefixes: wanted.prefixes.clone(),
        password_change_time: tx.now(),
        update_time: tx.now(),
        updater_name: tx.actor_name().to_owned(),
        version: 1,
    };
    let context = credential.name.to_string();
    let envelope = keyring.enclose(password.expose().as_bytes(), context.as_bytes())?;
    if credentials::insert(tx, &credential, &envelope).await? {
        Ok(credential)
    } else {
        // Somebody was faster.
        Err(Error::StaleEtag)
    }
}

/// Tells the edge, which then forgets what it remembers of an older version.
pub async fn announce_changed(
    tx: &mut Tx,
    credential: &Credential,
    account: AccountId,
    password_changed: bool,
) -> sqlx::Result<()> {
    let event = CredentialChanged {
        credential: credential.name.to_string(),
        tld: credential.name.tld.as_ascii().to_owned(),
        account: account.to_string(),
        version: credential.version,
        password_changed,
    };
    announce(tx, &About::new(&credential.name, account), &event).await
}
