//! What pages ask browsers about passkeys. `assets/passkeys.js` puts the question, and sends the answer in the form's fields
//! `ceremony` and `credential`.

use nsp_proto::identity::v1::PasskeyCeremony;

use crate::forms::Form;

/// A question for the browser, in a page.
#[derive(Debug, Clone)]
pub struct Question {
    /// Comes back with the answer.
    pub ceremony: String,
    /// What `navigator.credentials` is called with, as JSON.
    pub options: String,
}

impl Question {
    pub fn of(ceremony: PasskeyCeremony) -> Self {
        Self {
            ceremony: ceremony.name,
            options: ceremony.options,
        }
    }
}

/// What the browser answered: ceremony and credential. None if there was no script to ask it.
pub fn answer(form: &Form) -> Option<(String, String)> {
    let (ceremony, credential) = (form.value("ceremony"), form.value("credential"));
    (!credential.is_empty()).then(|| (ceremony.to_owned(), credential.to_owned()))
}

/// An answer is good for one try.
pub fn forget(form: &mut Form) {
    form.clear("ceremony");
    form.clear("credential");
}
