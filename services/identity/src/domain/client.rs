//! Where a browser is, as the session list shows it.

use std::net::IpAddr;

const MAX_USER_AGENT: usize = 300;

/// A browser and its address. Both may be unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Client {
    pub user_agent: String,
    pub address: Option<IpAddr>,
}

impl Client {
    /// Browsers send what they like: control characters are dropped, and what is too long is cut.
    pub fn new(user_agent: &str, address: Option<IpAddr>) -> Self {
        let printable = user_agent.chars().filter(|c| !c.is_control());
        Self {
            user_agent: printable.take(MAX_USER_AGENT).collect(),
            address,
        }
    }

    /// The address as text; empty if it is unknown.
    pub fn address_text(&self) -> String {
        self.address
            .map(|address| address.to_string())
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strange_user_agent_is_tamed() {
        let client = Client::new(&format!("Mo\u{0}zilla\r\n{}", "ü".repeat(400)), None);
        assert!(client.user_agent.starts_with("Mozillaü"));
        assert_eq!(client.user_agent.chars().count(), MAX_USER_AGENT);
    }
}
