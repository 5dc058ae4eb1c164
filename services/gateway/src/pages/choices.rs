//! Choosing among many TLDs, with and without script: all of them are in the page, and a field leaves some in sight.

use crate::{forms::Form, words::Label};

/// A TLD that can be ticked.
pub struct TldChoice {
    pub label: Label,
    pub ticked: bool,
    /// Whether it is among those asked for, or ticked.
    pub shown: bool,
}

/// What those without script do with many TLDs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choosing {
    /// As they were ticked; all are shown.
    Done,
    /// Shows those with the words that were typed.
    Filter,
    /// Ticks those, or all.
    Tick,
    /// Ticks none.
    Untick,
}

impl Choosing {
    /// What a button of the form asks for; none for a button that does something else.
    pub fn find(step: &str) -> Option<Self> {
        match step {
            "filter" => Some(Self::Filter),
            "tick" => Some(Self::Tick),
            "untick" => Some(Self::Untick),
            "back" => Some(Self::Done),
            _ => None,
        }
    }
}

/// The choices as the page shows them. `templates/tlds.html` does, with [`hint`].
pub fn choices(tlds: Vec<Label>, form: &mut Form, choosing: Choosing) -> Vec<TldChoice> {
    if choosing == Choosing::Done {
        // Script filters what is there: all of it must be.
        form.clear("only");
    }
    let words = form.value("only").trim().to_lowercase();
    let choices = tlds.into_iter().map(|label| {
        let asked = words.is_empty()
            || label.shown.to_lowercase().contains(&words)
            || label.ascii_shown.contains(&words);
        let ticked = match choosing {
            Choosing::Untick => false,
            Choosing::Tick if asked => true,
            _ => form.has("tlds", &label.ascii),
        };
        TldChoice {
            shown: asked || ticked,
            ticked,
            label,
        }
    });
    choices.collect()
}

/// How many are shown, if not all are.
pub fn hint(tlds: &[TldChoice]) -> String {
    let shown = tlds.iter().filter(|tld| tld.shown).count();
    if shown < tlds.len() {
        format!(
            "{shown} of {} are shown: those with these words, and those ticked",
            tlds.len()
        )
    } else {
        String::new()
    }
}
