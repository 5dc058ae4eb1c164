//! What people write: subjects, bodies and reasons, cleaned of what nobody can see and bounded in length.

use std::str::FromStr;

/// One line of 1 to 200 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject(String);

/// A text of 1 to 8,000 characters, with line breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body(String);

/// A text of 1 to 2,000 characters, with line breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason(String);

impl FromStr for Subject {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let words: Vec<&str> = text.split_whitespace().collect();
        bounded(&visible(&words.join(" ")), 200).map(Self)
    }
}

impl FromStr for Body {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        bounded(&visible(&text.replace("\r\n", "\n")), 8_000).map(Self)
    }
}

impl FromStr for Reason {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        bounded(&visible(&text.replace("\r\n", "\n")), 2_000).map(Self)
    }
}

/// Leaves out control characters, and the characters that override the direction of text: they carry nothing to read
/// and make a text look like another one.
fn visible(text: &str) -> String {
    let invisible = |c: &char| match c {
        '\n' | '\t' => false,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => true,
        c => c.is_control(),
    };
    text.chars().filter(|c| !invisible(c)).collect()
}

fn bounded(text: &str, limit: usize) -> Result<String, String> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err("must not be empty".to_owned()),
        count if count > limit => Err(format!(
            "must not exceed {limit} characters; this is {} too many",
            count - limit
        )),
        _ => Ok(text.to_owned()),
    }
}

impl AsRef<str> for Subject {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Body {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Reason {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_one_visible_line() {
        let subject: Subject = "  Escrow\u{202e} deposit\r\n\tfailed\0 ".parse().unwrap();
        assert_eq!(subject.as_ref(), "Escrow deposit failed");
        assert!("\u{202e}\u{7}".parse::<Subject>().is_err());
    }

    #[test]
    fn limits_count_characters_and_say_by_how_many() {
        assert!("é".repeat(200).parse::<Subject>().is_ok());
        let problem = "é".repeat(10_000).parse::<Subject>().unwrap_err();
        assert_eq!(
            problem,
            "must not exceed 200 characters; this is 9800 too many"
        );
    }

    #[test]
    fn a_body_keeps_its_lines_and_its_html() {
        let body: Body = "one\r\n\ttwo <b>three</b>".parse().unwrap();
        assert_eq!(body.as_ref(), "one\n\ttwo <b>three</b>");
    }
}
