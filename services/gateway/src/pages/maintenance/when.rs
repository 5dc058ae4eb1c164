//! Start and end as forms ask for them: in the person's zone, with UTC beside, and with which one is meant where clocks
//! show a time twice.

use jiff::{Timestamp, tz::TimeZone};

use crate::{
    civil::{self, Choice},
    forms::Form,
    time::Times,
};

/// A date-and-time field: its id in the page, the id of the choice beside it, and its label.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    pub id: &'static str,
    pub offset_id: &'static str,
    pub label: &'static str,
}

pub const START: Part = Part {
    id: "start",
    offset_id: "start_offset",
    label: "Start",
};
pub const END: Part = Part {
    id: "end",
    offset_id: "end_offset",
    label: "End",
};

/// A field as it is shown.
pub struct When {
    pub id: &'static str,
    pub offset_id: &'static str,
    pub label: &'static str,
    pub hint: String,
    /// `01:30`
    pub typed: String,
    /// Empty unless clocks show that time twice.
    pub choices: Vec<Choice>,
}

/// What a field of the form says; what is wrong stands beside it.
pub fn read(form: &mut Form, part: Part, times: &Times) -> Option<Timestamp> {
    let offset = form.value(part.offset_id);
    match civil::read(form.value(part.id), offset, times.time_zone()) {
        Ok(at) => Some(at),
        Err(problem) => {
            form.refuse(part.id, problem.words(part.label, times.zone()));
            None
        }
    }
}

/// Start and end, in their order.
pub fn read_both(form: &mut Form, times: &Times) -> [Option<Timestamp>; 2] {
    let [start, end] = [read(form, START, times), read(form, END, times)];
    if let (Some(from), Some(to)) = (start, end)
        && to <= from
    {
        let [from, to] = [from, to].map(|at| times.read(at).exact);
        let order = if from == to {
            "is the same as"
        } else {
            "is before"
        };
        form.refuse(
            END.id,
            format!("End must be after start: {to} {order} {from}."),
        );
        return [start, None];
    }
    [start, end]
}

/// The form with a moment filled in.
#[must_use]
pub fn fill(form: Form, part: Part, at: Option<Timestamp>, times: &Times) -> Form {
    let Some(at) = at else { return form };
    let (typed, offset) = civil::write(at, times.time_zone());
    form.with(part.id, typed).with(part.offset_id, offset)
}

/// The fields as the page shows them.
pub fn fields(parts: &[Part], form: &Form, times: &Times) -> Vec<When> {
    let field = |part: &Part| {
        let typed = form.value(part.id);
        let read = civil::read(typed, form.value(part.offset_id), times.time_zone());
        When {
            id: part.id,
            offset_id: part.offset_id,
            label: part.label,
            hint: hint(read.ok(), times),
            typed: typed.rsplit(['T', ' ']).next().unwrap_or(typed).to_owned(),
            choices: civil::choices(typed, times.time_zone()),
        }
    };
    parts.iter().map(field).collect()
}

/// `In Europe/Paris: 16:00 UTC on 26 Nov 2026`, or how far the zone is from UTC just now.
fn hint(at: Option<Timestamp>, times: &Times) -> String {
    let zone = times.zone();
    match at {
        Some(at) => {
            let utc = TimeZone::UTC.to_datetime(at);
            format!("In {zone}. In UTC: {}", utc.strftime("%-d %b %Y, %H:%M"))
        }
        None if zone == "UTC" => "In UTC".to_owned(),
        None => {
            let now = times.now.to_zoned(times.time_zone().clone());
            format!("In {zone}, now UTC{}", now.strftime("%:z"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paris() -> Times {
        Times::new("Europe/Paris", "2026-11-21T16:00:00Z".parse().unwrap())
    }

    #[test]
    fn the_end_comes_after_the_start() {
        let form = Form::default();
        let mut form = form
            .with("start", "2026-11-26T15:30")
            .with("end", "2026-11-26T14:00");
        assert_eq!(read_both(&mut form, &paris())[1], None);
        assert_eq!(
            form.error("end"),
            "End must be after start: 26 Nov 2026, 14:00 is before 26 Nov 2026, 15:30."
        );
    }

    #[test]
    fn the_page_says_utc_and_asks_which_of_two() {
        let form = Form::default()
            .with("start", "2026-11-26T17:00")
            .with("end", "2027-10-31T02:30");
        let fields = fields(&[START, END], &form, &paris());
        assert_eq!(
            fields[0].hint,
            "In Europe/Paris. In UTC: 26 Nov 2026, 16:00"
        );
        assert!(fields[0].choices.is_empty());
        assert_eq!(fields[1].hint, "In Europe/Paris, now UTC+01:00");
        assert_eq!(fields[1].typed, "02:30");
        assert_eq!(fields[1].choices[1].offset, "+01:00");
    }

    #[test]
    fn a_moment_survives_the_form() {
        for at in [
            "2027-10-31T00:30:00Z",
            "2027-10-31T01:30:00Z",
            "2026-11-26T16:00:07Z",
        ] {
            let at: Timestamp = at.parse().unwrap();
            let mut form = fill(Form::default(), START, Some(at), &paris());
            assert_eq!(read(&mut form, START, &paris()), Some(at));
        }
    }
}
