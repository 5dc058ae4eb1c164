//! New windows, first step: what, where and when (MW-2).

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use nsp_proto::maintenance::v1::Service;

use crate::{
    errors::PageError,
    forms::Form,
    frame::{Frame, Tab, html},
    pages::{
        cases::list::tlds,
        maintenance::{
            catalogue,
            when::{self, When},
        },
    },
    signed_in::SignedIn,
    words::Label,
};

#[derive(Template)]
#[template(path = "maintenance/new.html")]
struct New {
    page: Frame,
    form: Form,
    tlds: Vec<TldChoice>,
    tlds_hint: String,
    services: Vec<Service>,
    when: Vec<When>,
    every: String,
}

struct TldChoice {
    label: Label,
    ticked: bool,
    /// Whether it is among those asked for, or ticked.
    shown: bool,
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

pub async fn show(
    me: &SignedIn,
    mut form: Form,
    choosing: Choosing,
    code: StatusCode,
) -> Result<Response, PageError> {
    if choosing == Choosing::Done {
        // Script filters what is there: all of it must be.
        form.clear("only");
    }
    let (page, tlds, services) = tokio::join!(
        me.frame(Tab::Maintenance, "Add maintenance windows"),
        tlds(me),
        catalogue(me)
    );
    let tlds = choices(tlds?, &form, choosing);
    let every = form.value("every");
    let every = if every.is_empty() { "1" } else { every }.to_owned();
    let page = New {
        page: page.saying("bad", form.trouble.as_ref()),
        tlds_hint: hint(&tlds),
        tlds,
        services: services?,
        when: when::fields(&[when::START, when::END], &form, &me.times),
        every,
        form,
    };
    html(code, &page)
}

fn choices(tlds: Vec<Label>, form: &Form, choosing: Choosing) -> Vec<TldChoice> {
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

fn hint(tlds: &[TldChoice]) -> String {
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
