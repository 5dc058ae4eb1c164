//! How staff verified who somebody is.

use std::str::FromStr;

const CHARACTERS: std::ops::RangeInclusive<usize> = 10..=500;

/// In the words of whoever verified it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification(String);

impl Verification {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Verification {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let odd = |c: char| c.is_control() && c != '\n';
        if !CHARACTERS.contains(&text.chars().count()) || text.contains(odd) {
            return Err(
                "Say it in 10 to 500 characters, such as: called back on the number on file",
            );
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_takes_some_words() {
        let text = " Called back on the number on file.\n";
        let said: Verification = text.parse().unwrap();
        assert_eq!(said.as_str(), "Called back on the number on file.");
        for wrong in ["", "ok", "          ", "called\0back", &"x".repeat(501)] {
            assert!(wrong.parse::<Verification>().is_err(), "{wrong:?}");
        }
        assert!("é".repeat(500).parse::<Verification>().is_ok());
    }
}
