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
}
