//! What people write about a window, cleaned of what nobody can see and bounded in length.

use std::str::FromStr;

/// What people call a window: one line of 1 to 100 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Title(String);

/// A text of at most 1,000 characters, with line breaks; may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Description(String);

impl FromStr for Title {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let title = bounded(&visible(&words.join(" ")), 100)?;
        if title.is_empty() {
            return Err("must not be empty".to_owned());
        }
        Ok(Self(title))
    }
}

impl FromStr for Description {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        bounded(&visible(&text.replace("\r\n", "\n")), 1_000).map(Self)
    }
}

/// Leaves out control characters, characters that no document of XML may have, and those that override the direction
/// of text: they carry nothing to read and make a text look like another one.
fn visible(text: &str) -> String {
    let invisible = |c: &char| match c {
        '\n' | '\t' => false,
        '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}'
        | '\u{fffe}'
        | '\u{ffff}' => true,
        c => c.is_control(),
    };
    text.chars().filter(|c| !invisible(c)).collect()
}

fn bounded(text: &str, limit: usize) -> Result<String, String> {
    let text = text.trim();
    match text.chars().count() {
        count if count > limit => Err(format!(
            "must not exceed {limit} characters; this is {} too many",
            count - limit
        )),
        _ => Ok(text.to_owned()),
    }
}

impl AsRef<str> for Title {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Description {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_one_visible_line() {
        let title: Title = "  DNS\u{202e} move\r\n\tto \u{ffff}Oslo\0 "
            .parse()
            .unwrap();
        assert_eq!(title.as_ref(), "DNS move to Oslo");
        assert!("\u{202e}\u{7}".parse::<Title>().is_err());
    }

    #[test]
    fn limits_count_characters_and_say_by_how_many() {
        assert!("é".repeat(100).parse::<Title>().is_ok());
        assert!("é".repeat(101).parse::<Title>().is_err());
        assert!("".parse::<Description>().is_ok());
        assert!("é".repeat(1_000).parse::<Description>().is_ok());
        let problem = "é".repeat(1_010).parse::<Description>().unwrap_err();
        assert_eq!(
            problem,
            "must not exceed 1000 characters; this is 10 too many"
        );
    }
}
