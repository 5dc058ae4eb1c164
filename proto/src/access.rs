//! Who may call which method, as the option `nsp.auth.v1.access` of each method says.

use crate::auth::v1::Role;

include!(concat!(env!("OUT_DIR"), "/access.rs"));

/// A method and its callers.
#[derive(Debug)]
pub struct Method {
    /// As in the HTTP request: `/nsp.cases.v1.CaseService/GetCase`.
    pub path: &'static str,
    roles: &'static [i32],
    services: &'static [&'static str],
    signed_in: bool,
    fresh_factor: bool,
}

impl Method {
    /// The method that a path names.
    pub fn find(path: &str) -> Option<&'static Self> {
        METHODS.iter().find(|method| method.path == path)
    }

    /// Whether a person who acts with `roles` may call it.
    pub fn allows_person(&self, roles: &[Role]) -> bool {
        self.signed_in
            || roles
                .iter()
                .any(|role| self.roles.contains(&i32::from(*role)))
    }

    /// Whether persons must have shown a factor lately.
    pub fn needs_fresh_factor(&self) -> bool {
        self.fresh_factor
    }

    /// Whether a service may call it with no person behind the call.
    pub fn allows_service(&self, name: &str) -> bool {
        self.services.contains(&name)
    }
}
