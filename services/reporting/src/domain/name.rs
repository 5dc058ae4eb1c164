//! How TLDs, months, submissions and those whom MoSAPI's documents are about are named.

use std::{fmt, str::FromStr};

use jiff::{Span, civil::Date};
use nsp_kit::name::Label;

nsp_kit::id!(
    /// Something that was submitted.
    SubmissionId,
    "submissions"
);

/// A month, as its first day. Written `2026-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(Date);

impl Month {
    /// The month that a day is in.
    pub fn of(day: Date) -> Self {
        Self(day.first_of_month())
    }

    pub fn first_day(self) -> Date {
        self.0
    }

    /// The month after it; the last one there is follows itself.
    #[must_use]
    pub fn next(self) -> Self {
        Self(
            self.0
                .saturating_add(Span::new().months(1))
                .first_of_month(),
        )
    }

    #[must_use]
    pub fn previous(self) -> Self {
        Self(
            self.0
                .saturating_sub(Span::new().months(1))
                .first_of_month(),
        )
    }
}

impl FromStr for Month {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "must be a month of the form YYYY-MM";
        let (year, month) = text.split_once('-').ok_or(FORM)?;
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if (year.len(), month.len()) != (4, 2) || !digits(year) || !digits(month) {
            return Err(FORM);
        }
        let date = Date::new(
            year.parse().map_err(|_| FORM)?,
            month.parse().map_err(|_| FORM)?,
            1,
        );
        date.map(Self).map_err(|_| FORM)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.year(), self.0.month())
    }
}

/// Whom a document of MoSAPI is about. Written `ry/example` or `rr/146`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entity {
    Registry(Label),
    Registrar(u32),
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Registry(label) => write!(f, "ry/{}", label.as_ref()),
            Self::Registrar(id) => write!(f, "rr/{id}"),
        }
    }
}

/// A day, written `2026-11-24` and in no other way.
pub fn day(text: &str) -> Option<Date> {
    let form = |(place, byte): (usize, u8)| match place {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    let sound = text.len() == 10 && text.bytes().enumerate().all(form);
    sound.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_have_one_form() {
        let month: Month = "2026-12".parse().unwrap();
        assert_eq!(month.to_string(), "2026-12");
        assert_eq!(month.next().to_string(), "2027-01");
        assert_eq!(month.next().previous(), month);
        for wrong in [
            "2026-13",
            "2026-1",
            "26-11",
            "2026-11-01",
            "+202-11",
            "",
            "2026",
            "2026-1a",
        ] {
            assert!(wrong.parse::<Month>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn days_have_one_form() {
        assert_eq!(day("2024-02-29").unwrap().to_string(), "2024-02-29");
        for wrong in [
            "2023-02-29",
            "2024-2-29",
            "20240229",
            "2024-02-29T00:00",
            "",
            "２０24-02-29",
        ] {
            assert_eq!(day(wrong), None, "{wrong}");
        }
    }
}
