//! How cases are named: by id, and by the number that people use.

use std::{fmt, str::FromStr};

nsp_kit::id!(
    /// A case.
    CaseId,
    "cases"
);

/// The public number of a case; eight digits when shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CaseNumber(pub i64);

impl fmt::Display for CaseNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08}", self.0)
    }
}

/// What a client calls a case: `cases/{id}`, or `cases/{number}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseName {
    Id(CaseId),
    Number(CaseNumber),
}

impl FromStr for CaseName {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "must have the form cases/{id} or cases/{number}";
        if let Ok(id) = name.parse() {
            return Ok(Self::Id(id));
        }
        let digits = name.strip_prefix("cases/").ok_or(FORM)?;
        if digits.len() != 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(FORM);
        }
        digits
            .parse()
            .map(|number| Self::Number(CaseNumber(number)))
            .map_err(|_| FORM)
    }
}

/// The version of a case that a client has seen; `None` if it does not care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Etag(pub Option<i64>);

impl FromStr for Etag {
    type Err = &'static str;

    fn from_str(etag: &str) -> Result<Self, Self::Err> {
        if etag.is_empty() {
            return Ok(Self(None));
        }
        etag.parse()
            .map(|version| Self(Some(version)))
            .map_err(|_| "is not one that this service gave out")
    }
}

/// The A-label of a TLD, in lower case. That it exists is for the accounts service to know.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label(String);

impl FromStr for Label {
    type Err = &'static str;

    fn from_str(label: &str) -> Result<Self, Self::Err> {
        let label = label
            .strip_prefix('.')
            .unwrap_or(label)
            .to_ascii_lowercase();
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if (2..=63).contains(&label.len()) && label.bytes().all(allowed) {
            Ok(Self(label))
        } else {
            Err("must be the A-label of a TLD, such as xn--r8jz45g")
        }
    }
}

impl AsRef<str> for Label {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_named_by_id_or_number() {
        let id = CaseId::new();
        assert_eq!(id.to_string().parse(), Ok(CaseName::Id(id)));
        assert_eq!(
            "cases/00010234".parse(),
            Ok(CaseName::Number(CaseNumber(10234)))
        );
        for wrong in [
            "",
            "00010234",
            "cases/",
            "cases/10234",
            "cases/+0010234",
            "cases/000102345",
            "cases/0001023x",
        ] {
            assert!(wrong.parse::<CaseName>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn numbers_show_eight_digits() {
        assert_eq!(CaseNumber(10234).to_string(), "00010234");
    }

    #[test]
    fn labels_are_lower_case_without_dot() {
        assert_eq!(
            ".XN--R8JZ45G".parse::<Label>().unwrap().as_ref(),
            "xn--r8jz45g"
        );
        for wrong in ["", "a", "ex ample", "例え", "x_y"] {
            assert!(wrong.parse::<Label>().is_err(), "{wrong}");
        }
    }
}
