//! Credentials of other systems: what each kind is like, and how it is named.

mod password;

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use nsp_kit::prefix::Prefix;
use serde::Deserialize;

use super::{TldLabel, TldName};

pub use password::{NewPassword, Rule};

/// Which system, and as what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, sqlx::Type)]
#[serde(rename_all = "kebab-case")]
#[sqlx(type_name = "text", rename_all = "kebab-case")]
pub enum CredentialKind {
    /// RRI and MoSAPI, as the registry operator.
    RriRy,
    /// RRI, as the registry's data escrow agent.
    RriDea,
    Epp,
    ZfaAxfr,
    Urs,
}

impl CredentialKind {
    /// In the order in which people see them.
    pub const ALL: [Self; 5] = [
        Self::RriRy,
        Self::RriDea,
        Self::Epp,
        Self::ZfaAxfr,
        Self::Urs,
    ];

    /// As names of credentials have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::RriRy => "rri-ry",
            Self::RriDea => "rri-dea",
            Self::Epp => "epp",
            Self::ZfaAxfr => "zfa-axfr",
            Self::Urs => "urs",
        }
    }

    /// What the user name ends with where it follows from the TLD.
    fn suffix(self) -> Option<&'static str> {
        match self {
            Self::RriRy => Some("_ry"),
            // The reference does not have this one; it is ours.
            Self::RriDea => Some("_dea"),
            Self::Epp | Self::ZfaAxfr | Self::Urs => None,
        }
    }

    /// The user name that follows from `tld`; none where the TLD's operator chooses it.
    pub fn user_name(self, tld: &TldLabel) -> Option<UserName> {
        let suffix = self.suffix()?;
        Some(UserName(format!("{}{suffix}", tld.as_ascii())))
    }

    /// Whether machines sign in to us with it, from addresses that are known: the other way round the addresses are ours.
    pub fn has_prefixes(self) -> bool {
        self.suffix().is_some()
    }
}

/// `tlds/{tld}/credentials/{kind}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialName {
    pub tld: TldLabel,
    pub kind: CredentialKind,
}

impl CredentialName {
    /// The credential that `user_name` would be for RRI and MoSAPI. It must be written exactly as it is kept.
    pub fn of_rri(tld: &str, user_name: &str) -> Option<Self> {
        let label: TldLabel = tld.parse().ok()?;
        let exact = label.as_ascii() == tld;
        CredentialKind::ALL
            .into_iter()
            .find(|kind| {
                kind.user_name(&label)
                    .is_some_and(|name| exact && name.0 == user_name)
            })
            .map(|kind| Self { tld: label, kind })
    }
}

impl fmt::Display for CredentialName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tld = TldName(self.tld.clone());
        write!(f, "{tld}/credentials/{}", self.kind.word())
    }
}

impl FromStr for CredentialName {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let (tld, word) = name
            .split_once("/credentials/")
            .ok_or("must have the form tlds/{tld}/credentials/{kind}")?;
        let TldName(tld) = tld.parse()?;
        let kind = CredentialKind::ALL
            .into_iter()
            .find(|kind| kind.word() == word);
        let kind = kind.ok_or("must end with rri-ry, rri-dea, epp, zfa-axfr or urs")?;
        Ok(Self { tld, kind })
    }
}

/// The name that goes with a password. HTTP's Basic scheme separates the two by a colon, so it has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserName(String);

impl UserName {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for UserName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let allowed = |byte: u8| byte.is_ascii_graphic() && byte != b':';
        if (1..=64).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err("must be 1 to 64 letters, digits and signs of ASCII without spaces and colons")
        }
    }
}

/// A credential that was set, without its password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    pub name: CredentialName,
    pub user_name: UserName,
    pub prefixes: Vec<Prefix>,
    pub password_change_time: Timestamp,
    pub update_time: Timestamp,
    pub updater_name: String,
    pub version: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_written() {
        for kind in CredentialKind::ALL {
            let name = format!("tlds/example/credentials/{}", kind.word());
            let read: CredentialName = name.parse().unwrap();
            assert_eq!((read.kind, read.to_string()), (kind, name));
        }
        for wrong in [
            "tlds/example",
            "tlds/example/credentials/",
            "tlds/e/credentials/epp",
            "tlds/example/credentials/EPP",
            "example/credentials/epp",
        ] {
            assert!(wrong.parse::<CredentialName>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_user_name_of_rri_is_of_its_tld_and_exact() {
        let found = |tld, user| CredentialName::of_rri(tld, user).map(|name| name.kind);
        assert_eq!(found("example", "example_ry"), Some(CredentialKind::RriRy));
        assert_eq!(
            found("xn--r8jz45g", "xn--r8jz45g_dea"),
            Some(CredentialKind::RriDea)
        );
        for (tld, user) in [
            ("example", "other_ry"),
            ("example", "EXAMPLE_RY"),
            ("EXAMPLE", "example_ry"),
            (".example", "example_ry"),
            ("例え", "xn--r8jz45g_ry"),
            ("example", "example"),
            ("example", ""),
            ("", "_ry"),
        ] {
            assert_eq!(found(tld, user), None, "{tld} {user}");
        }
    }

    #[test]
    fn a_user_name_fits_into_http_basic() {
        assert!("registrar-1@x.example".parse::<UserName>().is_ok());
        for wrong in ["", "a b", "a:b", "é", "a\n", &"a".repeat(65)] {
            assert!(wrong.parse::<UserName>().is_err(), "{wrong}");
        }
    }
}
