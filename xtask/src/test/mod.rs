//! `cargo xtask test`: everything that can be checked, in one go, with a summary.

mod browser;
mod licence;
mod policy;
mod proto;
mod runner;

use crate::cargo::cargo;
use crate::{packages, sqlx};
use clap::ValueEnum;
use nsp_testbed::{Postgres, home, process};
use runner::{Count, run, run_counting};
use std::time::Instant;

#[derive(clap::Args)]
pub struct Arguments {
    /// Only these steps
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Step>,
    /// With browser tests (as usual)
    #[arg(long, overrides_with = "no_browser")]
    browser: bool,
    /// Without browser tests
    #[arg(long)]
    no_browser: bool,
    /// With fault tests, which kill, fill and cut: minutes. `NSP_FAULT_SEEDS` says how many sequences of kills (3)
    #[arg(long)]
    faults: bool,
}

/// What is checked, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Step {
    /// rustfmt
    Format,
    /// clippy, warnings are errors
    Lints,
    /// Dependencies: who may use what, licences, reasons
    Policy,
    /// buf lint, and buf breaking against the last release
    Proto,
    /// The query caches
    Sqlx,
    /// Unit, service and whole-system tests
    Tests,
    /// Playwright against the whole stack
    Browser,
    /// Real processes that are killed, full disks, broken networks; only with --faults
    Faults,
}

/// How a step went.
struct Outcome {
    step: Step,
    count: Count,
    error: Option<anyhow::Error>,
    seconds: f32,
}

/// Whether everything passed. The last line of the output is `N passed, N failed`.
pub fn run_steps(arguments: &Arguments) -> anyhow::Result<bool> {
    let steps = arguments.steps();
    packages::ensure(&packages::RUN)?;
    if steps.contains(&Step::Browser) {
        packages::ensure(&packages::BROWSER)?;
    }
    let outcomes: Vec<Outcome> = steps.into_iter().map(perform).collect();
    println!();
    for Outcome {
        step,
        count,
        error,
        seconds,
    } in &outcomes
    {
        let (mark, words) = match error {
            None => ("✓", count.to_string()),
            Some(error) => ("✗", format!("{error:#}")),
        };
        println!("  {mark} {:<10} {words:<60} {seconds:>7.1} s", step.name());
    }
    let total = total(&outcomes);
    println!("{total}");
    Ok(total.failed == 0)
}

impl Arguments {
    fn steps(&self) -> Vec<Step> {
        let wanted = |step: &Step| match *step {
            Step::Browser if self.no_browser && !self.browser => false,
            Step::Faults if !self.faults => self.only.contains(step),
            step => self.only.is_empty() || self.only.contains(&step),
        };
        Step::value_variants()
            .iter()
            .copied()
            .filter(wanted)
            .collect()
    }
}

impl Step {
    fn name(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::Lints => "lints",
            Self::Policy => "policy",
            Self::Proto => "proto",
            Self::Sqlx => "sqlx",
            Self::Tests => "tests",
            Self::Browser => "browser",
            Self::Faults => "faults",
        }
    }

    fn check(self) -> anyhow::Result<Count> {
        match self {
            Self::Format => run(cargo().args(["fmt", "--all", "--", "--check"])),
            Self::Lints => run(cargo().args([
                "clippy",
                "--quiet",
                "--workspace",
                "--all-targets",
                "--locked",
                "--",
                "-D",
                "warnings",
            ])),
            Self::Policy => policy::check(),
            Self::Proto => proto::check(),
            Self::Sqlx => sqlx::check().map(|()| Count::ONE),
            Self::Tests => tests(),
            Self::Browser => browser::check(),
            Self::Faults => faults(),
        }
    }
}

fn perform(step: Step) -> Outcome {
    println!("── {}", step.name());
    let began = Instant::now();
    let (count, error) = match step.check() {
        Ok(count) if count.failed == 0 => (count, None),
        Ok(count) => (count, Some(anyhow::anyhow!("{count}"))),
        Err(error) => (
            Count {
                passed: 0,
                failed: 1,
            },
            Some(error),
        ),
    };
    Outcome {
        step,
        count,
        error,
        seconds: began.elapsed().as_secs_f32(),
    }
}

fn total(outcomes: &[Outcome]) -> Count {
    outcomes
        .iter()
        .fold(Count::default(), |sum, outcome| sum + outcome.count)
}

/// nextest runs test binaries in parallel; cargo's own runner does the same work in sequence.
fn tests() -> anyhow::Result<Count> {
    // Tests leave their databases behind. Somebody who runs tests just now keeps theirs.
    let databases = home().join("test-postgres");
    if !Postgres::runs_in(&databases)? {
        Postgres::wipe(&databases)?;
    }
    let nextest = process::find("cargo-nextest").is_some();
    let mut command = cargo();
    if nextest {
        command.args([
            "nextest",
            "run",
            "--workspace",
            "--locked",
            "--no-fail-fast",
        ]);
        command.args([
            "--cargo-quiet",
            "--no-tests",
            "pass",
            "--status-level",
            "fail",
        ]);
    } else {
        command.args([
            "test",
            "--workspace",
            "--quiet",
            "--locked",
            "--no-fail-fast",
        ]);
    }
    // Snapshots are accepted by people.
    run_counting(command.env("INSTA_UPDATE", "no"))
}

/// One after the other: each of them needs the machine, and starts services as processes.
fn faults() -> anyhow::Result<Count> {
    let mut build = cargo();
    build.args(["build", "--quiet", "--locked", "--bins"]);
    for service in ["identity", "cases", "mail"] {
        build.args(["--package", &format!("nsp-{service}")]);
    }
    run(&mut build)?;
    let mut command = cargo();
    command.args(["test", "--quiet", "--locked", "--package", "nsp-tests"]);
    command.args(["--test", "faults", "--", "--ignored", "--nocapture"]);
    run_counting(command.arg("--test-threads=1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(only: &[Step], no_browser: bool) -> Arguments {
        Arguments {
            only: only.to_vec(),
            browser: false,
            no_browser,
            faults: false,
        }
    }

    #[test]
    fn everything_runs_unless_asked_otherwise() {
        assert_eq!(arguments(&[], false).steps().len(), 7);
        assert!(!arguments(&[], true).steps().contains(&Step::Browser));
        assert_eq!(arguments(&[Step::Sqlx], false).steps(), [Step::Sqlx]);
        assert_eq!(arguments(&[Step::Faults], false).steps(), [Step::Faults]);
    }
}
