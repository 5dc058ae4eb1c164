//! Runs a program, shows what it says, and reads from that how many tests passed.

use anyhow::{Context as _, bail};
use std::fmt;
use std::io::{BufRead as _, BufReader, Read};
use std::ops::Add;
use std::process::{Command, ExitStatus, Stdio};
use std::thread;

/// Checks or tests that passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub passed: u32,
    pub failed: u32,
}

impl Count {
    pub const ONE: Self = Self {
        passed: 1,
        failed: 0,
    };
}

impl Add for Count {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// Runs a check that passes or fails as a whole.
pub fn run(command: &mut Command) -> anyhow::Result<Count> {
    let (status, _) = show(command)?;
    if !status.success() {
        bail!("{status}, see above");
    }
    Ok(Count::ONE)
}

/// Runs a program that counts its tests.
pub fn run_counting(command: &mut Command) -> anyhow::Result<Count> {
    let (status, lines) = show(command)?;
    let count = lines
        .iter()
        .fold(Count::default(), |sum, line| sum + read(line));
    if !status.success() && count.failed == 0 {
        bail!("{status}, see above");
    }
    Ok(count)
}

/// What one line says: nextest's summary, a `test result` of cargo, or the end of Playwright's report.
fn read(line: &str) -> Count {
    let line = line.trim();
    let nextest = line.starts_with("Summary [");
    let cargo = line.starts_with("test result: ");
    let mut words = line.split_whitespace();
    let playwright = words.next().is_some_and(|word| word.parse::<u32>().is_ok())
        && words
            .next()
            .is_some_and(|word| matches!(word, "passed" | "failed"))
        && words.next().is_none_or(|word| word.starts_with('('));
    if !(nextest || cargo || playwright) {
        return Count::default();
    }
    let number = |what: &str| {
        let words: Vec<&str> = line.split(|c: char| !c.is_alphanumeric()).collect();
        let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        let pair = words.windows(2).find(|pair| pair[1] == what);
        pair.and_then(|pair| pair[0].parse().ok()).unwrap_or(0)
    };
    Count {
        passed: number("passed"),
        failed: number("failed"),
    }
}

/// Runs a program; what it says goes to our output at once, and is returned as well.
fn show(command: &mut Command) -> anyhow::Result<(ExitStatus, Vec<String>)> {
    let program = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("{program} cannot be started"))?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let reader = thread::spawn(move || out.map_or_else(Vec::new, pass_on));
    let mut lines = err.map_or_else(Vec::new, pass_on);
    lines.extend(reader.join().unwrap_or_default());
    Ok((child.wait()?, lines))
}

fn pass_on(source: impl Read) -> Vec<String> {
    let mut lines = Vec::new();
    let mut source = BufReader::new(source);
    let mut line = Vec::new();
    while source
        .read_until(b'\n', &mut line)
        .is_ok_and(|read| read > 0)
    {
        let text = String::from_utf8_lossy(&line).trim_end().to_owned();
        println!("{text}");
        lines.push(text);
        line.clear();
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_are_read() {
        let count = |passed, failed| Count { passed, failed };
        let nextest =
            "     Summary [   1.5s] 15 tests run: 13 passed (1 slow), 2 failed, 0 skipped";
        assert_eq!(read(nextest), count(13, 2));
        let cargo =
            "test result: FAILED. 13 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(read(cargo), count(13, 1));
        assert_eq!(read("  4 passed (12.3s)"), count(4, 0));
        assert_eq!(read("  1 failed"), count(0, 1));
        assert_eq!(read("we have 4 passed"), count(0, 0));
    }

    #[test]
    fn a_failure_without_a_count_is_an_error() {
        assert!(run_counting(Command::new("false").arg("x")).is_err());
        let mut two = Command::new("sh");
        two.args([
            "-c",
            "echo '  2 passed (1s)'; echo '  1 failed' >&2; exit 1",
        ]);
        assert_eq!(
            run_counting(&mut two).unwrap(),
            Count {
                passed: 2,
                failed: 1
            }
        );
    }
}
