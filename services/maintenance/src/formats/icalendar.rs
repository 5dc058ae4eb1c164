//! An iCalendar document (RFC 5545) of windows, for calendar programs.
//!
//! Only writing is needed: escaping, folding and a dozen properties, which no crate makes shorter.

use jiff::Timestamp;

use crate::domain::Window;

pub const CONTENT_TYPE: &str = "text/calendar; charset=utf-8";
/// Lines may have this many octets, the line break not counted.
const LINE: usize = 75;

/// The document. The same windows always make the same one: it says nothing about when it was made.
pub fn calendar(account: &str, windows: &[Window]) -> String {
    let mut lines = Lines::default();
    lines.plain("BEGIN:VCALENDAR");
    lines.plain("VERSION:2.0");
    lines.plain("PRODID:-//NSp//Maintenance windows//EN");
    lines.plain("CALSCALE:GREGORIAN");
    lines.text("NAME", &format!("Maintenance windows of {account}"));
    lines.text("X-WR-CALNAME", &format!("Maintenance windows of {account}"));
    lines.plain("REFRESH-INTERVAL;VALUE=DURATION:PT1H");
    lines.plain("X-PUBLISHED-TTL:PT1H");
    for window in windows {
        event(&mut lines, window);
    }
    lines.plain("END:VCALENDAR");
    lines.0
}

fn event(lines: &mut Lines, window: &Window) {
    let draft = &window.draft;
    let (tld, service) = (draft.tld.as_ref(), &window.service_name);
    lines.plain("BEGIN:VEVENT");
    lines.plain(&format!("UID:{}@maintenance.nsp", window.id.0));
    lines.plain(&format!("DTSTAMP:{}", utc(window.update_time)));
    lines.plain(&format!("CREATED:{}", utc(window.create_time)));
    lines.plain(&format!("LAST-MODIFIED:{}", utc(window.update_time)));
    lines.plain(&format!("SEQUENCE:{}", window.version - 1));
    lines.plain(&format!("DTSTART:{}", utc(draft.span.start())));
    lines.plain(&format!("DTEND:{}", utc(draft.span.end())));
    lines.text(
        "SUMMARY",
        &format!("{service} of .{tld}: {}", draft.title.as_ref()),
    );
    if !draft.description.as_ref().is_empty() {
        lines.text("DESCRIPTION", draft.description.as_ref());
    }
    lines.text("CATEGORIES", service);
    lines.plain("STATUS:CONFIRMED");
    // It says something about a service, not about the reader's time.
    lines.plain("TRANSP:TRANSPARENT");
    lines.plain("END:VEVENT");
}

fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

#[derive(Default)]
struct Lines(String);

impl Lines {
    /// A property whose value is text.
    fn text(&mut self, name: &str, value: &str) {
        let mut line = format!("{name}:");
        for c in value.chars() {
            match c {
                '\\' | ';' | ',' => line.extend(['\\', c]),
                '\n' => line.push_str("\\n"),
                c => line.push(c),
            }
        }
        self.plain(&line);
    }

    /// A line, folded where it is too long, and never inside a character.
    fn plain(&mut self, line: &str) {
        let mut room = LINE;
        for c in line.chars() {
            if c.len_utf8() > room {
                self.0.push_str("\r\n ");
                room = LINE - 1;
            }
            self.0.push(c);
            room -= c.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::rfc9167::tests::window;

    /// The lines of a document as a reader unfolds them.
    fn unfolded(document: &str) -> Vec<String> {
        let document = document.replace("\r\n ", "");
        document
            .split_terminator("\r\n")
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn a_window_is_an_event() {
        let mut window = window();
        window.draft.title = "Move; to Oslo, or \\ back".parse().unwrap();
        window.draft.description = "One\nTwo".parse().unwrap();
        let lines = unfolded(&calendar("Acme, Ltd", &[window.clone()]));
        let uid = format!("UID:{}@maintenance.nsp", window.id.0);
        for expected in [
            "X-WR-CALNAME:Maintenance windows of Acme\\, Ltd",
            "BEGIN:VEVENT",
            &uid,
            "DTSTART:20261121T120000Z",
            "DTEND:20261121T140000Z",
            "DTSTAMP:20261120T093015Z",
            "SEQUENCE:0",
            "SUMMARY:DNS of .xn--h6qx22b8nc: Move\\; to Oslo\\, or \\\\ back",
            "DESCRIPTION:One\\nTwo",
            "CATEGORIES:DNS",
            "END:VEVENT",
        ] {
            assert!(
                lines.iter().any(|line| line == expected),
                "{expected}: {lines:#?}"
            );
        }
        assert_eq!(lines.first().unwrap(), "BEGIN:VCALENDAR");
        assert_eq!(lines.last().unwrap(), "END:VCALENDAR");
    }

    #[test]
    fn lines_are_short_and_fold_between_characters() {
        let mut window = window();
        window.draft.description = "文房具 ".repeat(200).parse().unwrap();
        let document = calendar("Acme", &[window.clone()]);
        for line in document.split_terminator("\r\n") {
            assert!(line.len() <= 75 && !line.contains(['\r', '\n']), "{line:?}");
        }
        let expected = format!("DESCRIPTION:{}", window.draft.description.as_ref());
        assert!(unfolded(&document).contains(&expected));
    }

    #[test]
    fn nobody_can_write_a_property_of_their_own() {
        let mut window = window();
        window.draft.description = "x\r\nATTACH:file:///etc\rEND:VEVENT".parse().unwrap();
        let lines = unfolded(&calendar("Acme", &[window]));
        assert!(!lines.iter().any(|line| line.starts_with("ATTACH")));
        assert_eq!(lines.iter().filter(|line| *line == "END:VEVENT").count(), 1);
    }
}
