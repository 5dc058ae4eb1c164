//! Log lines as JSON, one object for each event: `timestamp`, `level`, the event's fields, `target`, `spans`.
//!
//! The form of `tracing-subscriber`'s own, which checks and copies each line several times on the way: at the edge, that was
//! a tenth of what a request takes.

use std::{
    error::Error,
    fmt::{self, Write},
};

use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    fmt::{
        FmtContext, FormatEvent, FormatFields, FormattedFields,
        format::Writer,
        time::{FormatTime, SystemTime},
    },
    registry::LookupSpan,
};

/// Fields of spans must be formatted by `JsonFields`.
#[derive(Debug)]
pub struct Json;

impl<S, N> FormatEvent<S, N> for Json
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut line: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let metadata = event.metadata();
        line.write_str("{\"timestamp\":\"")?;
        SystemTime.format_time(&mut line)?;
        line.write_str("\",\"level\":\"")?;
        line.write_str(metadata.level().as_str())?;
        line.write_char('"')?;
        let mut fields = Fields {
            line: &mut line,
            has_target: false,
            result: Ok(()),
        };
        event.record(&mut fields);
        let Fields {
            has_target, result, ..
        } = fields;
        result?;
        if !has_target {
            member(&mut line, "target", metadata.target())?;
        }
        spans(context, &mut line)?;
        line.write_str("}\n")
    }
}

/// The spans around the event, outermost first.
fn spans<S, N>(context: &FmtContext<'_, S, N>, line: &mut Writer<'_>) -> fmt::Result
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    let Some(scope) = context.event_scope() else {
        return Ok(());
    };
    line.write_str(",\"spans\":[")?;
    for (number, span) in scope.from_root().enumerate() {
        line.write_str(if number == 0 {
            "{\"name\":"
        } else {
            ",{\"name\":"
        })?;
        string(line, span.name())?;
        let extensions = span.extensions();
        let fields = extensions.get::<FormattedFields<N>>();
        // `{}`, or an object that goes on where ours is.
        match fields.and_then(|fields| fields.strip_prefix('{')) {
            None | Some("" | "}") => line.write_char('}')?,
            Some(rest) => write!(line, ",{rest}")?,
        }
    }
    line.write_char(']')
}

/// Writes the fields of an event behind what is there.
struct Fields<'l, 'w> {
    line: &'l mut Writer<'w>,
    /// An event of the crate `log` carries its own, as `log.target`.
    has_target: bool,
    result: fmt::Result,
}

impl Fields<'_, '_> {
    fn write(&mut self, field: &Field, value: impl FnOnce(&mut Writer<'_>) -> fmt::Result) {
        let name = match field.name() {
            "log.target" => {
                self.has_target = true;
                "target"
            }
            // Where in its source: of no use without it.
            other if other.starts_with("log.") => return,
            // A field whose name is a keyword.
            other => other.strip_prefix("r#").unwrap_or(other),
        };
        if self.result.is_ok() {
            self.result = key(self.line, name).and_then(|()| value(self.line));
        }
    }
}

impl Visit for Fields<'_, '_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.write(field, |line| string(line, value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.write(field, |line| {
            line.write_char('"')?;
            write!(Escaped(line), "{value:?}")?;
            line.write_char('"')
        });
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.write(field, |line| write!(line, "{value}"));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.write(field, |line| write!(line, "{value}"));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.write(field, |line| write!(line, "{value}"));
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        self.record_debug(field, &value);
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.record_debug(field, &value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        // JSON has no infinities.
        self.write(field, |line| {
            if value.is_finite() {
                write!(line, "{value}")
            } else {
                line.write_str("null")
            }
        });
    }
}

fn member(line: &mut Writer<'_>, name: &str, value: &str) -> fmt::Result {
    key(line, name)?;
    string(line, value)
}

fn key(line: &mut Writer<'_>, name: &str) -> fmt::Result {
    line.write_char(',')?;
    string(line, name)?;
    line.write_char(':')
}

fn string(line: &mut Writer<'_>, text: &str) -> fmt::Result {
    line.write_char('"')?;
    Escaped(line).write_str(text)?;
    line.write_char('"')
}

/// Text within a JSON string (RFC 8259, section 7).
struct Escaped<'l, 'w>(&'l mut Writer<'w>);

impl Write for Escaped<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some(at) = rest
            .bytes()
            .position(|b| b < b' ' || b == b'"' || b == b'\\')
        {
            // What needs escaping is one byte long, so that both sides are text.
            let (plain, from) = rest.split_at(at);
            let (special, after) = from.split_at(1);
            self.0.write_str(plain)?;
            match special {
                "\"" => self.0.write_str("\\\"")?,
                "\\" => self.0.write_str("\\\\")?,
                "\n" => self.0.write_str("\\n")?,
                other => write!(self.0, "\\u{:04x}", other.as_bytes()[0])?,
            }
            rest = after;
        }
        self.0.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use serde_json::{Value, json};
    use tracing_subscriber::{fmt, layer::SubscriberExt};

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is logged meanwhile, without its times.
    fn logged(work: impl FnOnce()) -> Vec<Value> {
        let kept = Kept::default();
        let writer = kept.clone();
        let layer = fmt::layer().json().event_format(Json);
        let layer = layer.with_writer(move || writer.clone());
        let subscriber = tracing_subscriber::registry().with(layer);
        tracing::subscriber::with_default(subscriber, work);
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        let lines = text.lines().map(|line| {
            let mut line: Value = serde_json::from_str(line).unwrap();
            let time = line.as_object_mut().unwrap().remove("timestamp").unwrap();
            let time: jiff::Timestamp = time.as_str().unwrap().parse().unwrap();
            assert!(time.as_second() > 1_700_000_000);
            line
        });
        lines.collect()
    }

    #[test]
    fn fields_keep_their_kinds() {
        let lines = logged(|| {
            let gone = io::Error::other("gone");
            let gone: &(dyn Error + 'static) = &gone;
            tracing::warn!(
                text = "t",
                debugged = ?Some("d"),
                shown = %"s",
                count = 3_usize,
                less = -3,
                part = 0.25,
                none = f64::NAN,
                yes = true,
                huge = u128::MAX,
                error = gone,
                dotted.name = "n",
                "a {}", "message"
            );
        });
        let expected = json!({
            "level": "WARN", "target": "nsp_kit::telemetry::json::tests", "message": "a message",
            "text": "t", "debugged": "Some(\"d\")", "shown": "s", "count": 3, "less": -3, "part": 0.25,
            "none": null, "yes": true, "huge": u128::MAX.to_string(), "error": "gone", "dotted.name": "n",
        });
        assert_eq!(lines, [expected]);
    }

    #[test]
    fn nobody_begins_a_line_or_a_field_of_their_own() {
        let evil = "\"},\n{\"level\":\"ERROR\\\r\t\u{0}\u{7f}\u{2028}ü";
        let lines = logged(|| tracing::info!(evil, shown = %evil, "{evil}"));
        assert_eq!(lines.len(), 1);
        for name in ["evil", "shown", "message"] {
            assert_eq!(lines[0][name], evil, "{name}");
        }
    }

    #[test]
    fn spans_are_named_from_the_outside_in() {
        let lines = logged(|| {
            let _outer =
                tracing::info_span!("outer", path = "/a \"b\"", empty = tracing::field::Empty)
                    .entered();
            let _inner = tracing::info_span!("inner").entered();
            tracing::info!("here");
        });
        let spans = json!([{"name": "outer", "path": "/a \"b\""}, {"name": "inner"}]);
        assert_eq!(lines[0]["spans"], spans);
    }
}
