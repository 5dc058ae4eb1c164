//! The CSV file of a bulk upload (TLS-3), and what is wrong with it.

use std::{collections::HashMap, fmt::Display};

use csv::{ReaderBuilder, StringRecord, Trim};

use super::{Entry, Label, Limits, RawEntry, overlap};

/// How big a file may be.
pub const MAX_BYTES: usize = 1_000_000;
/// How many rows it may have below its header.
pub const MAX_ROWS: usize = 2_000;
const COLUMNS: [&str; 6] = [
    "tld",
    "domain_names",
    "roles",
    "prefixes",
    "open_reason",
    "note",
];
/// The last ones may be left out.
const REQUIRED: usize = 4;

/// One row in which everything makes sense.
#[derive(Debug, Clone)]
pub struct Row {
    /// From 1, which is the header's.
    pub line: u32,
    pub tld: Label,
    pub entry: Entry,
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// 0 for the file as a whole.
    pub line: u32,
    /// As in the file.
    pub tld: String,
    /// Empty for the row as a whole.
    pub column: &'static str,
    pub reason: &'static str,
    pub words: String,
}

/// A file that was read.
#[derive(Debug, Default)]
pub struct File {
    pub rows: Vec<Row>,
    pub problems: Vec<Problem>,
    /// How many rows there are, right and wrong ones.
    pub count: usize,
}

impl File {
    /// Reads a file as far as it can be read.
    pub fn read(bytes: &[u8], limits: Limits) -> Self {
        let mut file = Self::default();
        if bytes.len() > MAX_BYTES {
            let words = format!("the file must not exceed {MAX_BYTES} bytes");
            file.whole("CSV_MALFORMED", words);
            return file;
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut reader = ReaderBuilder::new()
            .flexible(true)
            .trim(Trim::All)
            .from_reader(bytes);
        match reader.headers() {
            Ok(header) if is_header(header) => {}
            Ok(_) => {
                let words = format!("the first line must be {}", COLUMNS.join(","));
                file.whole("CSV_HEADER", words);
                return file;
            }
            Err(error) => {
                file.whole("CSV_MALFORMED", error);
                return file;
            }
        }
        let mut lines = Lines {
            bytes,
            at: 0,
            line: 1,
        };
        for record in reader.records() {
            // What cannot be read counts as well: each makes a line of problems.
            file.count += 1;
            if file.count > MAX_ROWS {
                file.whole(
                    "TOO_MANY_ROWS",
                    format!("there must not be more than {MAX_ROWS} rows"),
                );
                break;
            }
            let record = match record {
                Ok(record) => record,
                Err(error) => {
                    let line = lines.of(error.position());
                    file.problem(
                        line,
                        "",
                        "",
                        "CSV_MALFORMED",
                        "is not UTF-8 or not CSV (RFC 4180)",
                    );
                    continue;
                }
            };
            file.row(lines.of(record.position()), &record, limits);
        }
        if file.count == 0 && file.problems.is_empty() {
            file.whole("CSV_MALFORMED", "there is no row below the header");
        }
        file.find_overlaps();
        file
    }

    fn whole(&mut self, reason: &'static str, words: impl Display) {
        self.problem(0, "", "", reason, words);
    }

    pub fn problem(
        &mut self,
        line: u32,
        tld: &str,
        column: &'static str,
        reason: &'static str,
        words: impl Display,
    ) {
        self.problems.push(Problem {
            line,
            // Long ones are nonsense that somebody wants shown.
            tld: tld.chars().take(64).collect(),
            column,
            reason,
            words: words.to_string(),
        });
    }

    fn row(&mut self, line: u32, record: &StringRecord, limits: Limits) {
        let written = record.get(0).unwrap_or_default();
        if !(REQUIRED..=COLUMNS.len()).contains(&record.len()) {
            let words = format!(
                "has {} fields; a row has {REQUIRED} to {}",
                record.len(),
                COLUMNS.len()
            );
            self.problem(line, written, "", "CSV_MALFORMED", words);
            return;
        }
        let field = |i: usize| record.get(i).unwrap_or_default();
        let several = |i: usize| {
            let parts = field(i).split(|c: char| c == ';' || c.is_whitespace());
            let parts = parts.filter(|part| !part.is_empty());
            parts.map(str::to_owned).collect::<Vec<_>>()
        };
        let raw = RawEntry {
            domain_names: several(1),
            roles: several(2),
            prefixes: several(3),
            open_reason: field(4).to_owned(),
            note: field(5).to_owned(),
            certificates: Vec::new(),
        };
        let tld: Option<Label> = written
            .parse()
            .map_err(|words| self.problem(line, written, "tld", "INVALID_FIELD", words))
            .ok();
        let entry = match Entry::parse(&raw, limits) {
            Ok(entry) => Some(entry),
            Err(wrong) => {
                for one in wrong {
                    let (column, value) = place(&one.field, &raw);
                    let words = format!("{value}{}", one.words);
                    self.problem(line, written, column, one.reason, words);
                }
                None
            }
        };
        if let Some((tld, entry)) = tld.zip(entry) {
            self.rows.push(Row { line, tld, entry });
        }
    }

    /// Two rows of a TLD with the same host and role.
    fn find_overlaps(&mut self) {
        let mut seen: HashMap<&Label, Vec<&Row>> = HashMap::new();
        let mut found = Vec::new();
        for row in &self.rows {
            let others = seen.entry(&row.tld).or_default();
            let clash = others
                .iter()
                .find_map(|other| Some((other.line, overlap(&row.entry, &other.entry)?)));
            if let Some((other, (name, role))) = clash {
                let words = format!("line {other} has {name} for {} already", role.code());
                found.push((row.line, row.tld.clone(), words));
            }
            others.push(row);
        }
        for (line, tld, words) in found {
            self.problem(line, tld.as_ref(), "domain_names", "CLIENT_OVERLAP", words);
        }
        self.problems.sort_by_key(|problem| problem.line);
    }

    /// The problems as a CSV file that is safe to open in a spreadsheet.
    pub fn problems_csv(&self) -> Result<Vec<u8>, std::io::Error> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["line", "tld", "column", "reason", "message"])?;
        for problem in &self.problems {
            writer.write_record([
                problem.line.to_string().as_str(),
                &harmless(&problem.tld),
                problem.column,
                problem.reason,
                &harmless(&problem.words),
            ])?;
        }
        writer.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

/// Counts lines as editors do. The reader's own count leaves out some ends of lines of two bytes, and empty lines.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u32,
}

impl Lines<'_> {
    /// The line of the first byte of a record, which comes after those asked for before.
    fn of(&mut self, position: Option<&csv::Position>) -> u32 {
        let start = position.and_then(|it| usize::try_from(it.byte()).ok());
        let start = start.unwrap_or(self.at);
        while let Some(byte) = self.bytes.get(self.at) {
            if self.at >= start && !matches!(byte, b'\r' | b'\n') {
                break;
            }
            self.line += u32::from(*byte == b'\n');
            self.at += 1;
        }
        self.line
    }
}

fn is_header(header: &StringRecord) -> bool {
    (REQUIRED..=COLUMNS.len()).contains(&header.len())
        && header
            .iter()
            .zip(COLUMNS)
            .all(|(there, column)| there.eq_ignore_ascii_case(column))
}

/// The column of a field such as `prefixes[1]`, and the value there with a space.
fn place(field: &str, raw: &RawEntry) -> (&'static str, String) {
    let (name, index) = field.split_once('[').unwrap_or((field, ""));
    let column = COLUMNS
        .into_iter()
        .find(|column| *column == name)
        .unwrap_or("");
    let values = match name {
        "domain_names" => &raw.domain_names,
        "roles" => &raw.roles,
        "prefixes" => &raw.prefixes,
        _ => return (column, String::new()),
    };
    let index = index.trim_end_matches(']').parse::<usize>().ok();
    let value = index.and_then(|index| values.get(index));
    let value = value.map(|value| format!("{} ", value.chars().take(253).collect::<String>()));
    (column, value.unwrap_or_default())
}

/// A text that no spreadsheet takes for a formula.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIMITS: Limits = Limits {
        open_prefix_ipv4: 8,
        open_prefix_ipv6: 19,
    };

    fn read(text: &str) -> File {
        File::read(text.as_bytes(), LIMITS)
    }

    fn problems(file: &File) -> Vec<(u32, &str, &str, &str)> {
        let problems = file.problems.iter();
        problems
            .map(|it| (it.line, it.tld.as_str(), it.column, it.reason))
            .collect()
    }

    #[test]
    fn rows_become_entries() {
        let file = read(
            "\u{feff}TLD,domain_names,roles,prefixes\r\n\
             One,rri.example.net; b.example,monthly-reporting data-escrow,192.0.2.0/24;2001:db8::/32\r\n\
             \r\n\
             two,\"c.example\",slam-data,192.0.2.1\r\n",
        );
        assert_eq!(problems(&file), []);
        let rows: Vec<(u32, &str, usize)> = file
            .rows
            .iter()
            .map(|row| (row.line, row.tld.as_ref(), row.entry.domain_names.len()))
            .collect();
        assert_eq!(rows, [(2, "one", 2), (4, "two", 1)]);
    }

    #[test]
    fn every_problem_of_every_row_is_named() {
        let file = read(
            "tld,domain_names,roles,prefixes,open_reason,note\n\
             one,*,nonsense,192.0.2.1/24\n\
             =cmd|' /C calc',a.example,slam-data,192.0.2.1\n\
             one,a.example,slam-data\n\
             one,a.example,slam-data,0.0.0.0/0,,\n\
             two,a.example,slam-data,192.0.2.1\n\
             two,a.example,slam-data;daar-data,192.0.2.2\n",
        );
        assert_eq!(
            problems(&file),
            [
                (2, "one", "domain_names", "INVALID_FIELD"),
                (2, "one", "roles", "INVALID_FIELD"),
                (2, "one", "prefixes", "INVALID_FIELD"),
                (3, "=cmd|' /C calc'", "tld", "INVALID_FIELD"),
                (4, "one", "", "CSV_MALFORMED"),
                (5, "one", "open_reason", "OPEN_REASON_REQUIRED"),
                (7, "two", "domain_names", "CLIENT_OVERLAP"),
            ]
        );
        let csv = String::from_utf8(file.problems_csv().unwrap()).unwrap();
        assert!(
            csv.contains("\n3,'=cmd|' /C calc',tld,INVALID_FIELD,"),
            "{csv}"
        );
        assert!(
            csv.contains("\n7,two,domain_names,CLIENT_OVERLAP,line 6 has a.example"),
            "{csv}"
        );
    }

    #[test]
    fn files_that_are_none_are_refused_whole() {
        let header = "tld,domain_names,roles,prefixes\n";
        assert_eq!(problems(&read("")), [(0, "", "", "CSV_HEADER")]);
        assert_eq!(problems(&read("a,b\n1,2\n")), [(0, "", "", "CSV_HEADER")]);
        assert_eq!(problems(&read(header)), [(0, "", "", "CSV_MALFORMED")]);
        let long = format!(
            "{header}{}",
            "one,a.example,slam-data,192.0.2.1\n".repeat(2_001)
        );
        let long = read(&long);
        assert_eq!(long.problems[0].reason, "TOO_MANY_ROWS");
        let big = "x".repeat(MAX_BYTES + 1);
        assert_eq!(problems(&read(&big)), [(0, "", "", "CSV_MALFORMED")]);
        let bytes = [header.as_bytes(), b"one,\xff,slam-data,192.0.2.1\n"].concat();
        assert_eq!(problems(&File::read(&bytes, LIMITS))[0].3, "CSV_MALFORMED");
    }

    #[test]
    fn rows_are_bounded() {
        for more in [1, 10_000] {
            let rows = (0..MAX_ROWS + more).map(|row| format!("one,h{row},slam-data\n"));
            let rows: String = rows.collect();
            let file = read(&format!("tld,domain_names,roles,prefixes\n{rows}"));
            assert_eq!(file.problems[0].reason, "TOO_MANY_ROWS");
            assert_eq!(file.problems.len(), MAX_ROWS + 1);
        }
        // Rows that are not even text count, too.
        let mut bytes = b"tld,domain_names,roles,prefixes\n".to_vec();
        bytes.extend(b"\xff\n".repeat(MAX_ROWS + 10));
        let file = File::read(&bytes, LIMITS);
        assert_eq!(file.problems.len(), MAX_ROWS + 1);
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400), header: bool) {
            let mut text = if header { b"tld,domain_names,roles,prefixes\n".to_vec() } else { Vec::new() };
            text.extend(bytes);
            let file = File::read(&text, LIMITS);
            prop_assert!(file.rows.len() <= file.count);
            prop_assert!(file.problems_csv().is_ok());
            prop_assert!(!file.rows.is_empty() || !file.problems.is_empty());
        }

        /// Rows of which we know what is wrong with them, with any ends of lines and empty lines between.
        #[test]
        fn a_problem_has_the_line_of_its_row(
            rows in prop::collection::vec((0_usize..5, 0_usize..3), 1..30),
            crlf: bool,
        ) {
            let end = if crlf { "\r\n" } else { "\n" };
            let mut text = format!("tld,domain_names,roles,prefixes,open_reason,note{end}");
            let (mut line, mut right, mut wrong) = (2, Vec::new(), Vec::new());
            for (number, (kind, empty)) in rows.iter().enumerate() {
                let host = format!("h{number}.example");
                let row = match kind {
                    0 => format!("one,{host},slam-data,192.0.2.1,,note"),
                    // A field over several lines.
                    1 => format!("one,{host},slam-data,192.0.2.1,,\"a{end}\"\"b\"\"{end}c\""),
                    2 => format!("one,{host},nonsense,192.0.2.1,,"),
                    3 => format!("!,{host},slam-data,192.0.2.1,,"),
                    _ => "one,too,few".to_owned(),
                };
                if *kind < 2 { right.push(line) } else { wrong.push(line) }
                text += &row;
                text += &end.repeat(1 + empty);
                line += 1 + u32::try_from(*empty).unwrap() + if *kind == 1 { 2 } else { 0 };
            }
            let file = read(&text);
            let rows_read: Vec<u32> = file.rows.iter().map(|row| row.line).collect();
            let problems: Vec<u32> = file.problems.iter().map(|problem| problem.line).collect();
            prop_assert_eq!(rows_read, right);
            prop_assert_eq!(problems, wrong);
            prop_assert_eq!(file.count, rows.len());
        }

        #[test]
        fn a_damaged_file_is_read_or_refused_and_its_problems_have_lines(
            rows in 1_usize..40,
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        ) {
            let mut bytes = b"tld,domain_names,roles,prefixes\n".to_vec();
            for row in 0..rows {
                bytes.extend(format!("one,h{row}.example,slam-data,192.0.2.1;2001:db8::/32\n").bytes());
            }
            for (at, byte) in damage {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            let newlines = bytes.split(|byte| *byte == b'\n').count() - 1;
            let file = File::read(&bytes, LIMITS);
            prop_assert!(file.rows.len() <= file.count);
            prop_assert!(!file.rows.is_empty() || !file.problems.is_empty());
            for row in &file.rows {
                prop_assert!((2..=newlines + 1).contains(&(row.line as usize)));
            }
            for problem in &file.problems {
                let whole = ["CSV_HEADER", "CSV_MALFORMED"].contains(&problem.reason) && problem.line == 0;
                prop_assert!(whole || (2..=newlines + 1).contains(&(problem.line as usize)), "{:?}", problem);
            }
        }
    }
}
