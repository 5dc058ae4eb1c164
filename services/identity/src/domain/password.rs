//! What a password must be like.

use std::str::FromStr;

use secrecy::{ExposeSecret, SecretString};
use zxcvbn::{Score, zxcvbn};

const MIN_CHARACTERS: usize = 12;
/// So many letters and digits must have nothing to do with the user.
const MIN_BEYOND: usize = 8;
const MAX_BYTES: usize = 1_024;

/// A password that somebody typed to show who they are.
#[derive(Debug, Clone)]
pub struct Password(SecretString);

impl Password {
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// Rules for new passwords do not apply: an older one may not follow them.
impl FromStr for Password {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Err("enter your password".to_owned());
        }
        at_most_max(text)?;
        Ok(Self(text.into()))
    }
}

/// A password that somebody wants from now on. Whether others could guess it is known only with its user.
#[derive(Debug, Clone)]
pub struct NewPassword(SecretString);

impl FromStr for NewPassword {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let count = text.chars().count();
        if count < MIN_CHARACTERS {
            return Err(format!(
                "must have at least {MIN_CHARACTERS} characters; this has {count}. A few words in a row are easy to keep"
            ));
        }
        at_most_max(text)?;
        Ok(Self(text.into()))
    }
}

fn at_most_max(text: &str) -> Result<(), String> {
    if text.len() > MAX_BYTES {
        return Err(format!("must be at most {MAX_BYTES} bytes"));
    }
    Ok(())
}

impl NewPassword {
    /// How many characters are left without the words that are known of the user. The estimate below takes several such
    /// words in a row for a good password.
    fn beyond(&self, known: &[&str]) -> usize {
        let mut rest = self.0.expose_secret().to_lowercase();
        for word in known {
            rest = rest.replace(&word.to_lowercase(), "");
        }
        rest.chars().filter(|c| c.is_alphanumeric()).count()
    }

    /// The password, if it is hard enough to guess for one who knows lists of common passwords, and about this user
    /// what `known` says.
    pub fn unguessable(self, known: &[&str]) -> Result<Password, String> {
        let parts = known.iter().flat_map(|text| {
            let parts = text.split(|c: char| !c.is_alphanumeric());
            std::iter::once(*text).chain(parts)
        });
        let known: Vec<&str> = parts.filter(|part| part.chars().count() > 2).collect();
        if self.beyond(&known) < MIN_BEYOND {
            return Err(
                "is little more than your name or address. Add words that have nothing to do with you"
                    .to_owned(),
            );
        }
        let judged = zxcvbn(self.0.expose_secret(), &known);
        if judged.score() >= Score::Three {
            return Ok(Password(self.0));
        }
        let warning = judged
            .feedback()
            .and_then(zxcvbn::feedback::Feedback::warning);
        Err(match warning {
            Some(warning) => format!(
                "is easy to guess. {warning} Add another word or two that do not belong together"
            ),
            None => {
                "is easy to guess. Add another word or two that do not belong together".to_owned()
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JANE: [&str; 2] = ["jane@acme-registry.example", "Jane Okoye"];

    fn check(text: &str) -> Result<(), String> {
        text.parse::<NewPassword>()?.unguessable(&JANE).map(drop)
    }

    #[test]
    fn a_new_password_is_twelve_characters_to_1024_bytes() {
        assert!(check("orbit-mango-7").is_ok());
        assert!(check("orbit-mang7").unwrap_err().contains("12 characters"));
        let long = "orbit mango lantern ".repeat(60);
        assert!(check(&long).unwrap_err().contains("1024 bytes"));
        assert!(check("čtyři žluté kočky").is_ok());
    }

    #[test]
    fn common_and_repeated_passwords_are_refused() {
        for text in [
            "passwordpassword",
            "aaaaaaaaaaaaaaaa",
            "qwertyuiop123456",
            "iloveyou1234",
        ] {
            let problem = check(text).unwrap_err();
            assert!(problem.starts_with("is easy to guess"), "{text}: {problem}");
        }
    }

    #[test]
    fn what_is_known_of_a_user_does_not_count() {
        for text in [
            "acme-registry1",
            "JaneOkoye2026",
            "jane@acme-registry.example",
            "Registry!Acme!Jane!",
        ] {
            let problem = check(text).unwrap_err();
            assert!(
                problem.starts_with("is little more than"),
                "{text}: {problem}"
            );
        }
        assert!(check("jane orbit mango").is_ok());
    }

    #[test]
    fn a_password_to_sign_in_with_only_has_to_be_one() {
        assert!("short".parse::<Password>().is_ok());
        assert!("".parse::<Password>().is_err());
        assert!("x".repeat(1_025).parse::<Password>().is_err());
    }

    #[test]
    fn passwords_do_not_print() {
        let password: Password = "orbit-mango-7".parse().unwrap();
        assert!(!format!("{password:?}").contains("mango"));
    }
}
