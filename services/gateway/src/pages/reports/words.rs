//! The words for what is reported and how it stands.

use jiff::civil::Date;
use nsp_proto::reporting::v1::{Period, ReportKind, period::State};

/// A class, an icon and a word, as `tls::mark` shows them.
pub type Mark = (&'static str, &'static str, &'static str);

/// What is reported: as addresses write it, and its names.
#[derive(Debug)]
pub struct Kind {
    pub id: &'static str,
    /// Above a column.
    pub name: &'static str,
    /// In a sentence, after an article.
    pub noun: &'static str,
    pub report: ReportKind,
    pub monthly: bool,
    /// Whether it is the escrow agent who sends it.
    pub agent: bool,
}

/// Everything that is reported, in the order of columns: monthly first.
pub static KINDS: [Kind; 4] = [
    Kind {
        id: "transactions",
        name: "Transactions",
        noun: "transactions report",
        report: ReportKind::RegistrarTransactions,
        monthly: true,
        agent: false,
    },
    Kind {
        id: "activity",
        name: "Activity",
        noun: "activity report",
        report: ReportKind::RegistryFunctionsActivity,
        monthly: true,
        agent: false,
    },
    Kind {
        id: "escrow",
        name: "Escrow report",
        noun: "escrow report",
        report: ReportKind::RegistryEscrowReport,
        monthly: false,
        agent: false,
    },
    Kind {
        id: "notification",
        name: "Agent’s notification",
        noun: "escrow agent’s notification",
        report: ReportKind::EscrowAgentNotification,
        monthly: false,
        agent: true,
    },
];

/// A list view: as addresses write it, and its name.
#[derive(Debug)]
pub struct View {
    pub id: &'static str,
    pub name: &'static str,
}

/// The list views; the first is shown when none is chosen.
pub static VIEWS: [View; 2] = [
    View {
        id: "all",
        name: "Reports of all TLDs",
    },
    View {
        id: "late",
        name: "Late reports",
    },
];

pub fn kind(kind: ReportKind) -> &'static Kind {
    let found = KINDS.iter().find(|one| one.report == kind);
    found.unwrap_or(&KINDS[0])
}

/// How a month or day stands.
pub fn state(period: &Period) -> Mark {
    match period.state() {
        State::Unspecified | State::Expected => ("", "circle-dashed", "Expected"),
        State::Received | State::Final => ("done", "circle-check", "In"),
        State::Late => ("bad", "triangle-alert", "Late"),
        State::Failed => ("you", "circle-alert", "Deposit not good"),
    }
}

/// How a submission was answered.
pub fn answer(accepted: bool) -> Mark {
    if accepted {
        ("done", "circle-check", "Accepted")
    } else {
        ("bad", "circle-alert", "Refused")
    }
}

/// A month or a day as people write it: `Oct 2026`, `24 Nov 2026`. What is neither stays as it is.
pub fn period(date: &str) -> String {
    let day = if date.len() == 7 {
        format!("{date}-01")
    } else {
        date.to_owned()
    };
    let form = if date.len() == 7 {
        "%b %Y"
    } else {
        "%-d %b %Y"
    };
    let read: Result<Date, _> = day.parse();
    read.map_or_else(|_| date.to_owned(), |day| day.strftime(form).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_and_days_are_written_as_people_do() {
        assert_eq!(period("2026-10"), "Oct 2026");
        assert_eq!(period("2026-11-04"), "4 Nov 2026");
        assert_eq!(period(""), "");
        assert_eq!(period("2026-13"), "2026-13");
    }

    #[test]
    fn every_kind_has_its_own_column() {
        for one in &KINDS {
            assert_eq!(kind(one.report).id, one.id);
        }
    }
}
