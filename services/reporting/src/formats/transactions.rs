//! The registrar transactions report: one line for each registrar, and one with the totals.

use super::table::{Line, invalid, lines, text};
use crate::{
    domain::{Finding, Problem},
    settings::{Limits, Rri},
};

pub const COLUMNS: [&str; 39] = [
    "registrar-name",
    "iana-id",
    "total-domains",
    "total-nameservers",
    "net-adds-1-yr",
    "net-adds-2-yr",
    "net-adds-3-yr",
    "net-adds-4-yr",
    "net-adds-5-yr",
    "net-adds-6-yr",
    "net-adds-7-yr",
    "net-adds-8-yr",
    "net-adds-9-yr",
    "net-adds-10-yr",
    "net-renews-1-yr",
    "net-renews-2-yr",
    "net-renews-3-yr",
    "net-renews-4-yr",
    "net-renews-5-yr",
    "net-renews-6-yr",
    "net-renews-7-yr",
    "net-renews-8-yr",
    "net-renews-9-yr",
    "net-renews-10-yr",
    "transfer-gaining-successful",
    "transfer-gaining-nacked",
    "transfer-losing-successful",
    "transfer-losing-nacked",
    "transfer-disputed-won",
    "transfer-disputed-lost",
    "transfer-disputed-nodecision",
    "deleted-domains-grace",
    "deleted-domains-nograce",
    "restored-domains",
    "restored-noreport",
    "agp-exemption-requests",
    "agp-exemptions-granted",
    "agp-exempted-domains",
    "attempted-adds",
];
/// How many of them are numbers that the totals line sums up.
const MEASURES: usize = COLUMNS.len() - 2;
const TOTALS: &str = "Totals";

/// The first thing that is wrong with a file. Findings come in the order of checks, not of lines: whatever breaks the
/// structure first, then negative numbers, then what the numbers say.
pub fn check(body: &[u8], limits: &Limits, rri: &Rri) -> Result<(), Problem> {
    let text = text(body)?;
    let mut check = Check::default();
    let mut lines = lines(text, limits);
    let header = lines.next().ok_or_else(|| invalid("the file is empty"))??;
    // Published files begin with the TLD.
    let shift = usize::from(rri.config.accept_tld_column && header.field(0) == "tld");
    check_header(&header, shift)?;
    for line in lines {
        check.line(&line?, shift, rri)?;
    }
    check.finish()
}

fn check_header(header: &Line, shift: usize) -> Result<(), Problem> {
    let mut columns = vec!["tld"; shift];
    columns.extend(COLUMNS);
    header.check_header(&columns)
}

/// What was seen so far.
#[derive(Default)]
struct Check {
    sums: Vec<u128>,
    totals: Option<Vec<u64>>,
    /// The first of each rank.
    negative: Option<Problem>,
    content: Option<Problem>,
}

impl Check {
    fn line(&mut self, line: &Line, shift: usize, rri: &Rri) -> Result<(), Problem> {
        line.check_length(COLUMNS.len() + shift)?;
        if self.totals.is_some() {
            return Err(line.wrong(shift, "nothing may follow the totals"));
        }
        let mut numbers = Vec::with_capacity(MEASURES);
        for (place, column) in COLUMNS.iter().enumerate().skip(2) {
            match line.number(place + shift, column) {
                Ok(number) => numbers.push(number),
                Err(problem) if problem.finding == Finding::NegativeNumber => {
                    self.negative.get_or_insert(problem);
                    numbers.push(0);
                }
                Err(problem) => return Err(problem),
            }
        }
        if line.field(shift) == TOTALS {
            if !line.field(shift + 1).is_empty() {
                let description = line.description(shift + 1, COLUMNS[1]);
                self.note(Problem::new(Finding::TotalsWithId, description));
            }
            self.totals = Some(numbers);
            return Ok(());
        }
        if line.field(shift).trim().is_empty() {
            return Err(line.wrong(shift, "the name of a registrar is expected"));
        }
        self.registrar(line, shift, rri)?;
        self.sums.resize(MEASURES, 0);
        for (sum, number) in self.sums.iter_mut().zip(numbers) {
            *sum += u128::from(number);
        }
        Ok(())
    }

    fn registrar(&mut self, line: &Line, shift: usize, rri: &Rri) -> Result<(), Problem> {
        let place = shift + 1;
        match line.number(place, COLUMNS[1]) {
            Ok(id) if rri.is_accredited(id) => {}
            Ok(_) => {
                let description = line.description(place, COLUMNS[1]);
                self.note(Problem::new(Finding::NotAccredited, description));
            }
            Err(problem) if problem.finding == Finding::NegativeNumber => {
                self.negative.get_or_insert(problem);
            }
            Err(problem) => return Err(problem),
        }
        Ok(())
    }

    fn note(&mut self, problem: Problem) {
        // Of several, the one with the lowest code of the reference: totals (2101) come first, in `finish`.
        self.content.get_or_insert(problem);
    }

    fn finish(mut self) -> Result<(), Problem> {
        let Some(totals) = self.totals.take() else {
            return Err(invalid("the line with the totals is missing"));
        };
        if let Some(problem) = self.negative {
            return Err(problem);
        }
        self.sums.resize(MEASURES, 0);
        let places = self.sums.iter().zip(&totals).enumerate();
        for (place, (sum, total)) in places {
            if *sum != u128::from(*total) {
                let column = COLUMNS[place + 2];
                let description =
                    format!("{column}: the lines add up to {sum}, the total is {total}");
                return Err(Problem::new(Finding::TotalsMismatch, description));
            }
        }
        self.content.map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        formats::vectors,
        settings::{shipped, shipped_with},
    };

    fn check(file: &str) -> Result<(), Problem> {
        let settings = shipped();
        super::check(file.as_bytes(), &settings.limits, &settings.rri)
    }

    #[test]
    fn files_of_known_registries_are_good() {
        for end in ["\r\n", "\n"] {
            let file = vectors::transactions(end);
            assert_eq!(check(&file), Ok(()));
            assert_eq!(check(&format!("{file}{end}")), Ok(()));
            assert_eq!(check(&format!("\u{feff}{file}")), Ok(()));
        }
        // A registry without registrars.
        let zeros = vec!["0"; MEASURES].join(",");
        let empty = format!("{}\r\nTotals,,{zeros}\r\n", COLUMNS.join(","));
        assert_eq!(check(&empty), Ok(()));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let good = vectors::transactions("\r\n");
        let long = format!("{good}\r\nThird,1,{}", vec!["0"; MEASURES].join(","));
        let cases = [
            (String::new(), Finding::InvalidCsv, "empty"),
            (
                good.replace("iana-id", "iana"),
                Finding::InvalidCsv,
                "value: iana, line: 1, column: 2",
            ),
            (
                good.replace("Second,9999,3", "Second,9999,x"),
                Finding::InvalidCsv,
                "value: x, line: 3, column: 3 (total-domains)",
            ),
            (
                good.replace("Second,9999,3", "Second,9999,-3"),
                Finding::NegativeNumber,
                "value: -3, line: 3, column: 3",
            ),
            (
                good.replace("Second,9999,3", "Second,9999,4"),
                Finding::TotalsMismatch,
                "total-domains: the lines add up to 6, the total is 5",
            ),
            (
                good.replace("Totals,,", "Totals,1,"),
                Finding::TotalsWithId,
                "line: 4, column: 2",
            ),
            (
                good.replace("Totals,,", "Sum,7,"),
                Finding::InvalidCsv,
                "totals is missing",
            ),
            (
                good.replace("Second,9999,3,", "Second,9999,"),
                Finding::InvalidCsv,
                "39 fields are expected, there are 38",
            ),
            (
                good.replace("Second,9999", "Second,"),
                Finding::InvalidCsv,
                "value: , line: 3, column: 2 (iana-id)",
            ),
            (
                good.replace("Second,", " ,"),
                Finding::InvalidCsv,
                "name of a registrar",
            ),
            (
                good.replace("9999,3", "9999,1234567890123456789"),
                Finding::InvalidCsv,
                "line: 3",
            ),
            (long, Finding::InvalidCsv, "nothing may follow"),
        ];
        for (file, finding, words) in cases {
            let problem = check(&file).unwrap_err();
            assert_eq!(problem.finding, finding, "{}", problem.description);
            assert!(
                problem.description.contains(words),
                "{}",
                problem.description
            );
        }
        let settings = shipped();
        let latin = b"registrar-name\n\xe9";
        let problem = super::check(latin, &settings.limits, &settings.rri).unwrap_err();
        assert_eq!(
            (problem.finding, problem.description.as_str()),
            (Finding::WrongEncoding, "line: 2")
        );
    }

    #[test]
    fn structure_comes_before_signs_and_signs_before_sums() {
        let good = vectors::transactions("\n");
        let both = good.replace("Second,9999,3,3", "Second,9999,-3,x");
        assert_eq!(check(&both).unwrap_err().finding, Finding::InvalidCsv);
        let both = good.replace("Second,9999,3,3", "Second,9999,-3,9");
        assert_eq!(check(&both).unwrap_err().finding, Finding::NegativeNumber);
    }

    #[test]
    fn registrars_and_the_column_of_the_tld_are_settings() {
        let good = vectors::transactions("\n");
        let listed = shipped_with("accredited_registrars = ['1-100']");
        let found = super::check(good.as_bytes(), &listed.limits, &listed.rri).unwrap_err();
        assert_eq!(found.finding, Finding::NotAccredited);
        assert!(found.description.contains("146"), "{}", found.description);

        let with_tld: Vec<String> = good.lines().map(|line| format!("example,{line}")).collect();
        let with_tld = with_tld.join("\n").replacen("example", "tld", 1);
        assert_eq!(check(&with_tld).unwrap_err().finding, Finding::InvalidCsv);
        let lenient = shipped_with("accept_tld_column = true");
        let checked = super::check(with_tld.as_bytes(), &lenient.limits, &lenient.rri);
        assert_eq!(checked, Ok(()));
    }
}
