//! Names and titles: one line of text.

use std::{fmt, str::FromStr};

/// One line of text: not empty, at most `MAX` characters, nothing in it that cannot be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<const MAX: usize>(String);

impl<const MAX: usize> Line<MAX> {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> fmt::Display for Line<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX: usize> FromStr for Line<MAX> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("must not be empty".to_owned());
        }
        let length = text.chars().count();
        if length > MAX {
            return Err(format!(
                "has {length} characters; it can have at most {MAX}"
            ));
        }
        if text.chars().any(|c| c.is_control() || turns_direction(c)) {
            return Err(
                "has a line break or another invisible character; type it again by hand".to_owned(),
            );
        }
        Ok(Self(text.to_owned()))
    }
}

/// Characters that make the text after them read in another order than it is stored.
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_trimmed_and_checked() {
        let line: Line<10> = "  Fundación ".parse().unwrap();
        assert_eq!(line.as_str(), "Fundación");
        for wrong in ["", "  ", "two\nlines", "right\u{202e}left", "eleven char"] {
            assert!(wrong.parse::<Line<10>>().is_err(), "{wrong:?}");
        }
    }
}
