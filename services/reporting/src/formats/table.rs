//! A reader of CSV files that come from strangers: line by line, with the line and the column of what is wrong.

use csv::{ReaderBuilder, StringRecord, StringRecordsIntoIter};

use crate::{
    domain::{Finding, Problem},
    settings::Limits,
};

/// One line.
#[derive(Debug)]
pub struct Line {
    pub number: u64,
    record: StringRecord,
}

/// The lines of a file.
pub struct Lines<'a> {
    text: &'a [u8],
    records: StringRecordsIntoIter<&'a [u8]>,
    left: usize,
    /// How far line ends were counted, and how many there were.
    counted: (usize, u64),
}

/// That a file is UTF-8; without its byte-order mark.
pub fn text(body: &[u8]) -> Result<&str, Problem> {
    let text = std::str::from_utf8(body).map_err(|error| {
        let line = body[..error.valid_up_to()].split(|byte| *byte == b'\n');
        let line = line.count();
        Problem::new(Finding::WrongEncoding, format!("line: {line}"))
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

pub fn lines<'a>(text: &'a str, limits: &Limits) -> Lines<'a> {
    let reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    Lines {
        text: text.as_bytes(),
        records: reader.into_records(),
        left: limits.csv_lines,
        counted: (0, 0),
    }
}

impl Iterator for Lines<'_> {
    type Item = Result<Line, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        let record = self.records.next()?;
        let Some(left) = self.left.checked_sub(1) else {
            return Some(Err(invalid("too many lines")));
        };
        self.left = left;
        Some(match record {
            Ok(record) => Ok(Line {
                number: self.number(&record),
                record,
            }),
            Err(error) => Err(invalid(error.to_string())),
        })
    }
}

impl Lines<'_> {
    /// The line a record begins in. The reader of the crate takes the second half of `\r\n` for a part of the next line.
    fn number(&mut self, record: &StringRecord) -> u64 {
        let start = record.position().map_or(0, csv::Position::byte);
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        let (from, mut count) = self.counted;
        let mut at = from;
        while let Some(byte) = self.text.get(at) {
            if at >= start && !matches!(byte, b'\r' | b'\n') {
                break;
            }
            count += u64::from(*byte == b'\n');
            at += 1;
        }
        self.counted = (at, count);
        count + 1
    }
}

impl Line {
    pub fn len(&self) -> usize {
        self.record.len()
    }

    /// A field by its place, from 0.
    pub fn field(&self, place: usize) -> &str {
        self.record.get(place).unwrap_or_default()
    }

    /// That these are the fields, in this order.
    pub fn check_header(&self, columns: &[&str]) -> Result<(), Problem> {
        for (place, column) in columns.iter().enumerate() {
            if self.field(place) != *column {
                let words = format!("{column} is expected");
                return Err(self.wrong(place, &words));
            }
        }
        self.check_length(columns.len())
    }

    pub fn check_length(&self, columns: usize) -> Result<(), Problem> {
        if self.len() == columns {
            return Ok(());
        }
        let words = format!("{columns} fields are expected, there are {}", self.len());
        Err(invalid(format!("{words}, line: {}", self.number)))
    }

    /// A number that counts something.
    pub fn number(&self, place: usize, column: &str) -> Result<u64, Problem> {
        let text = self.field(place);
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if text.strip_prefix('-').is_some_and(digits) {
            let description = self.description(place, column);
            return Err(Problem::new(Finding::NegativeNumber, description));
        }
        let number = Some(text).filter(|text| digits(text) && text.len() <= MAX_DIGITS);
        number
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| invalid(self.description(place, column)))
    }

    pub fn wrong(&self, place: usize, words: &str) -> Problem {
        invalid(format!("{}; {words}", self.description(place, "")))
    }

    /// "value: abc, line: 3, column: 5 (net-adds-1-yr)"
    pub fn description(&self, place: usize, column: &str) -> String {
        let value: String = self.field(place).chars().take(60).collect();
        let name = if column.is_empty() {
            String::new()
        } else {
            format!(" ({column})")
        };
        format!(
            "value: {value}, line: {}, column: {}{name}",
            self.number,
            place + 1
        )
    }
}

/// More than any registry counts, and sums of them fit easily.
const MAX_DIGITS: usize = 18;

pub fn invalid(description: impl Into<String>) -> Problem {
    Problem::new(Finding::InvalidCsv, description)
}
