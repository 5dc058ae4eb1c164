//! What people write, cleaned of what nobody can see and bounded in length.

use std::str::FromStr;

/// Why the whole Internet is let in. Empty, or 10 to 500 characters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenReason(String);

/// At most 500 characters; may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Note(String);

/// Who attests an upload: one line of 3 to 200 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attester(String);

/// Why a registry objects: at most 1,000 characters; may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Objection(String);

impl FromStr for OpenReason {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let reason = bounded(&visible(text), 500)?;
        if (1..10).contains(&reason.chars().count()) {
            return Err("must say why in at least 10 characters".to_owned());
        }
        Ok(Self(reason))
    }
}

impl FromStr for Note {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        bounded(&visible(text), 500).map(Self)
    }
}

impl FromStr for Attester {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let attester = bounded(&visible(&words.join(" ")), 200)?;
        if attester.chars().count() < 3 {
            return Err("must say who attests: name and function".to_owned());
        }
        Ok(Self(attester))
    }
}

impl FromStr for Objection {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        bounded(&visible(text), 1_000).map(Self)
    }
}

/// Leaves out control characters and those that override the direction of text: they carry nothing to read and make a
/// text look like another one.
fn visible(text: &str) -> String {
    let invisible = |c: &char| match c {
        '\n' | '\t' => false,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => true,
        c => c.is_control(),
    };
    let text = text.replace("\r\n", "\n");
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

macro_rules! as_ref {
    ($($text:ident)*) => {$(
        impl AsRef<str> for $text {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    )*};
}
as_ref!(OpenReason Note Attester Objection);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_visible_and_bounded() {
        let reason: OpenReason = " roaming\u{202e} probes\0 ".parse().unwrap();
        assert_eq!(reason.as_ref(), "roaming probes");
        assert!("".parse::<OpenReason>().is_ok());
        assert!("because".parse::<OpenReason>().is_err());
        let attester: Attester = "Sjoerd\r\n Halbertzoon,\tCTO".parse().unwrap();
        assert_eq!(attester.as_ref(), "Sjoerd Halbertzoon, CTO");
        assert!("\u{7}ab".parse::<Attester>().is_err());
        assert!("é".repeat(500).parse::<Note>().is_ok());
        assert!("é".repeat(501).parse::<Note>().is_err());
        assert!("é".repeat(1_001).parse::<Objection>().is_err());
    }
}
