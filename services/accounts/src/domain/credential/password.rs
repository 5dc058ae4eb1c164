//! What a password of another system must be like: the one place that says it, in words and in effect.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use super::{CredentialKind, UserName};

/// One thing that a password must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    Length {
        least: usize,
        most: usize,
    },
    /// It goes through HTTP's Basic scheme and other systems' configuration, where anything else gets lost.
    Printable,
    CapitalLetter,
    SmallLetter,
    Digit,
    Sign,
    NotTheUserName,
}

impl Rule {
    /// What a password of `kind` must be. The figures are ours; the one of EPP is from RFC 5730 (`pwType`), which allows
    /// no more.
    pub fn of(kind: CredentialKind) -> [Self; 7] {
        let most = match kind {
            CredentialKind::Epp => 16,
            CredentialKind::RriRy
            | CredentialKind::RriDea
            | CredentialKind::ZfaAxfr
            | CredentialKind::Urs => 64,
        };
        [
            Self::Length { least: 12, most },
            Self::Printable,
            Self::CapitalLetter,
            Self::SmallLetter,
            Self::Digit,
            Self::Sign,
            Self::NotTheUserName,
        ]
    }

    fn holds(self, password: &str, user_name: &UserName) -> bool {
        let any = |what: fn(&u8) -> bool| password.bytes().any(|byte| what(&byte));
        match self {
            Self::Length { least, most } => (least..=most).contains(&password.chars().count()),
            Self::Printable => password.bytes().all(|byte| byte.is_ascii_graphic()),
            Self::CapitalLetter => any(u8::is_ascii_uppercase),
            Self::SmallLetter => any(u8::is_ascii_lowercase),
            Self::Digit => any(u8::is_ascii_digit),
            Self::Sign => any(u8::is_ascii_punctuation),
            Self::NotTheUserName => {
                let name = user_name.as_str().to_ascii_lowercase();
                !password.to_ascii_lowercase().contains(&name)
            }
        }
    }
}

/// In words that stand beside the field.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { least, most } => write!(f, "must have {least} to {most} characters"),
            Self::Printable => f.write_str(
                "must have only letters without accents, digits and signs: no spaces or others",
            ),
            Self::CapitalLetter => f.write_str("must have a capital letter"),
            Self::SmallLetter => f.write_str("must have a small letter"),
            Self::Digit => f.write_str("must have a digit"),
            Self::Sign => f.write_str("must have a sign, such as ! or -"),
            Self::NotTheUserName => f.write_str("must not contain the user name"),
        }
    }
}

/// A password that follows the rules of its kind.
#[derive(Debug, Clone)]
pub struct NewPassword(SecretString);

impl NewPassword {
    /// The password, or all the rules that it breaks.
    pub fn new(text: &str, kind: CredentialKind, user_name: &UserName) -> Result<Self, Vec<Rule>> {
        let broken: Vec<Rule> = Rule::of(kind)
            .into_iter()
            .filter(|rule| !rule.holds(text, user_name))
            .collect();
        if broken.is_empty() {
            Ok(Self(text.into()))
        } else {
            Err(broken)
        }
    }

    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(text: &str, kind: CredentialKind) -> Vec<Rule> {
        let name: UserName = "example_ry".parse().unwrap();
        NewPassword::new(text, kind, &name)
            .err()
            .unwrap_or_default()
    }

    #[test]
    fn each_rule_is_told_when_it_is_broken() {
        let kind = CredentialKind::RriRy;
        let length = Rule::Length {
            least: 12,
            most: 64,
        };
        for (text, expected) in [
            ("Correct-horse-7", vec![]),
            ("Short-1", vec![length]),
            (&format!("A-1{}", "a".repeat(62)), vec![length]),
            ("Correct horse-7", vec![Rule::Printable]),
            ("Corréct-horse-7", vec![Rule::Printable]),
            ("correct-horse-7", vec![Rule::CapitalLetter]),
            ("CORRECT-HORSE-7", vec![Rule::SmallLetter]),
            ("Correct-horse-x", vec![Rule::Digit]),
            ("CorrectHorse7", vec![Rule::Sign]),
            ("My-Example_RY-7", vec![Rule::NotTheUserName]),
            (
                "é",
                vec![
                    length,
                    Rule::Printable,
                    Rule::CapitalLetter,
                    Rule::SmallLetter,
                    Rule::Digit,
                    Rule::Sign,
                ],
            ),
        ] {
            assert_eq!(broken(text, kind), expected, "{text}");
        }
    }

    #[test]
    fn epp_takes_no_more_than_sixteen_characters() {
        assert!(broken("Correct-horse-07", CredentialKind::Epp).is_empty());
        assert!(!broken("Correct-horse-007", CredentialKind::Epp).is_empty());
    }

    #[test]
    fn a_password_is_not_printed() {
        let name: UserName = "example_ry".parse().unwrap();
        let password = NewPassword::new("Correct-horse-7", CredentialKind::RriRy, &name).unwrap();
        assert!(!format!("{password:?}").contains("horse"));
    }
}
