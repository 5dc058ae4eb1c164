//! Labels of top-level domains: kept as A-labels, shown as U-labels.

use std::{fmt, str::FromStr};

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// The label of a TLD. It reads U-labels and A-labels, in any case and with or without the dot, and keeps the A-label
/// in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type)]
#[sqlx(transparent)]
pub struct TldLabel(String);

impl TldLabel {
    /// The A-label, lower case, without dot.
    pub fn as_ascii(&self) -> &str {
        &self.0
    }

    /// The U-label, without dot; for an ASCII TLD the same as the A-label.
    pub fn to_unicode(&self) -> String {
        decode(&self.0).unwrap_or_else(|| self.0.clone())
    }
}

/// The U-label: what people read.
impl fmt::Display for TldLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_unicode())
    }
}

impl FromStr for TldLabel {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let label = text.strip_prefix('.').unwrap_or(text);
        if label.is_empty() {
            return Err("must not be empty".to_owned());
        }
        if label.len() > 255 {
            return Err("is too long: a label has at most 63 characters as an A-label".to_owned());
        }
        let ascii = Uts46::new()
            .to_ascii(
                label.as_bytes(),
                AsciiDenyList::STD3,
                Hyphens::Check,
                DnsLength::Verify,
            )
            .map_err(|_| not_a_label(label))?
            .into_owned();
        // Dots of other scripts become dots only now.
        if ascii.contains('.') {
            return Err("must be one label, such as .example: leave out what is before or after the other dot".to_owned());
        }
        if ascii.starts_with("xn--") {
            let unicode = decode(&ascii).ok_or_else(|| not_a_label(label))?;
            if let Some(odd) = unicode.chars().find(|c| !is_letter_mark_or_digit(*c)) {
                return Err(format!(
                    "has {odd:?} (U+{:04X}), which IDNA 2008 does not allow: only letters, marks and digits",
                    u32::from(odd)
                ));
            }
        } else if ascii.len() < 2 || !ascii.bytes().all(|b| b.is_ascii_lowercase()) {
            return Err("must have two letters or more, and nothing but letters unless it is an internationalized label".to_owned());
        }
        Ok(Self(ascii))
    }
}

fn not_a_label(label: &str) -> String {
    let problem = if label.contains(char::is_whitespace) {
        "has a space"
    } else if label.contains('_') {
        "has an underscore"
    } else if label.starts_with('-') || label.ends_with('-') {
        "begins or ends with a hyphen"
    } else if label.get(2..4) == Some("--") {
        "has hyphens in the third and fourth place but is not a valid A-label"
    } else if label.is_ascii() && label.len() > 63 {
        "has more than 63 characters"
    } else {
        "is not a valid label (UTS 46)"
    };
    format!("{problem}; it should look like .example, .例え or .xn--r8jz45g")
}

fn decode(ascii: &str) -> Option<String> {
    let (unicode, good) =
        Uts46::new().to_unicode(ascii.as_bytes(), AsciiDenyList::STD3, Hyphens::Check);
    good.ok().map(|()| unicode.into_owned())
}

/// UTS 46 lets symbols and emoji through, which the root zone does not. What IDNA 2008 allows are the categories below
/// and a few signs that mean something only between letters.
fn is_letter_mark_or_digit(c: char) -> bool {
    let category = c.general_category();
    matches!(
        category,
        GeneralCategory::LowercaseLetter
            | GeneralCategory::OtherLetter
            | GeneralCategory::ModifierLetter
            | GeneralCategory::NonspacingMark
            | GeneralCategory::SpacingMark
            | GeneralCategory::DecimalNumber
    ) || matches!(
        c,
        '-' | '\u{b7}' | '\u{375}' | '\u{5f3}' | '\u{5f4}' | '\u{30fb}' | '\u{200c}' | '\u{200d}'
    )
}

/// A label as part of a resource name: `tlds/{tld}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TldName(pub TldLabel);

impl fmt::Display for TldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tlds/{}", self.0.as_ascii())
    }
}

impl FromStr for TldName {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let label = name
            .strip_prefix("tlds/")
            .ok_or("must have the form tlds/{tld}")?;
        label.parse().map(Self)
    }
}

#[cfg(test)]
mod tests;
