//! Trying a credential: one try after the other, and none while it is locked (ID-6).
//!
//! A try is decided while its row is held, however long ago its password was hashed: of a thousand wrong ones sent at
//! once to several replicas, one counts, and the others find the credential locked.

use nsp_kit::db::Tx;

use crate::{
    domain::{client::Client, soft_lock::Credential},
    error::Error,
    store::{
        audit,
        soft_locks::{self, Held},
    },
};

/// A try at a credential. Until the transaction ends, there is no other.
pub struct Try {
    credential: Credential,
    held: Held,
}

/// There is a new credential in place of this one, or none at all: nobody has tried that yet.
pub async fn forget(tx: &mut Tx, credential: Credential) -> Result<(), Error> {
    if soft_locks::delete(tx, &credential).await?.is_some() {
        let unlocked = [format!("{}.unlocked", credential.word())];
        let (person, resource) = (credential.person, credential.resource());
        audit::about(tx, person, &resource, &unlocked, &Client::default()).await?;
    }
    Ok(())
}

/// Waits until it is this try's turn.
pub async fn begin(tx: &mut Tx, credential: Credential) -> Result<Try, Error> {
    let held = soft_locks::hold(tx, &credential).await?;
    Ok(Try::of(credential, held))
}

impl Try {
    /// A try at a credential that is held already.
    pub fn of(credential: Credential, held: Held) -> Self {
        Self { credential, held }
    }

    /// Whether the try is refused whatever was shown.
    pub fn is_locked(&self, tx: &Tx) -> bool {
        self.held.tries.is_locked(tx.now())
    }

    /// The try was wrong, or was made while the credential was locked. Both do the same work, so that the time does not
    /// tell which it was. `what` was refused is written down as well, if it is not written elsewhere, and from where.
    pub async fn refuse(
        self,
        tx: &mut Tx,
        what: Option<&str>,
        client: &Client,
    ) -> Result<(), Error> {
        let now = tx.now();
        let word = self.credential.word();
        let mut happened: Vec<String> = what.into_iter().map(str::to_owned).collect();
        let tries = if self.is_locked(tx) {
            happened.push(format!("{word}.still-locked"));
            self.held.tries
        } else {
            if self.held.unwritten_end.is_some() {
                happened.insert(0, format!("{word}.unlocked"));
            }
            happened.push(format!("{word}.locked"));
            self.held.tries.fail(now)
        };
        soft_locks::set(tx, &self.credential, &tries).await?;
        let Credential { person, .. } = self.credential;
        let resource = self.credential.resource();
        audit::about(tx, person, &resource, &happened, client).await?;
        Ok(())
    }
}
