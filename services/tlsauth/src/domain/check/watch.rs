//! When people are written to about a check, and when not again.

use super::{Check, Finding, Severity, Verdict};

/// What was known of a name of an entry, and what its people have been told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    /// The last verdict that was not [`Verdict::Unknown`].
    pub verdict: Verdict,
    /// The problems that people were written to about and that are still there, as [`problems`] gives them.
    pub told: Vec<String>,
}

/// What follows from a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowUp {
    pub watch: Watch,
    /// It got worse, or a certificate came nearer to its end: people are to be told.
    pub failed: bool,
    /// It works again.
    pub recovered: bool,
}

/// What is not good, one text for each problem and stage.
pub fn problems(findings: &[Finding]) -> Vec<String> {
    let bad = findings
        .iter()
        .filter(|finding| finding.severity > Severity::Good);
    let mut problems: Vec<String> = bad
        .map(|finding| format!("{}:{}", finding.code, finding.detail))
        .collect();
    problems.sort_unstable();
    problems.dedup();
    problems
}

impl Watch {
    /// What follows from a check after what was known before; nothing if it found nothing out.
    ///
    /// A name that never worked is no news to those who entered it: the portal has shown them.
    pub fn follow(before: Option<&Self>, check: &Check) -> Option<FollowUp> {
        if check.verdict == Verdict::Unknown {
            return None;
        }
        let now = problems(&check.findings);
        let (told, last) = match before {
            Some(watch) => (watch.told.as_slice(), Some(watch.verdict)),
            None => (&[][..], None),
        };
        let mut fresh = now.iter().filter(|problem| !told.contains(problem));
        let expiring = fresh
            .clone()
            .any(|problem| problem.starts_with("CERTIFICATE_EXPIRES_SOON:"));
        let worse = last.is_some_and(|last| last < check.verdict);
        let failed = (worse && fresh.next().is_some()) || expiring;
        let still = now
            .iter()
            .filter(|problem| failed || told.contains(problem));
        Some(FollowUp {
            watch: Self {
                verdict: check.verdict,
                told: still.cloned().collect(),
            },
            failed,
            recovered: check.verdict == Verdict::Works
                && last.is_some_and(|last| last != Verdict::Works),
        })
    }
}
