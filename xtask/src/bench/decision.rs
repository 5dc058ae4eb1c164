//! The bench of single decisions (`services/access/benches/decision.rs`), as rows of a table.

use crate::cargo::cargo;
use anyhow::{Context as _, ensure};
use nsp_testbed::target_dir;
use serde_json::Value;
use std::fs;
use std::process::Stdio;

/// As the bench names its cases.
const CASES: [&str; 4] = [
    "admitted by IPv4",
    "admitted by IPv6",
    "wrong address",
    "unknown TLD",
];

pub fn measure() -> anyhow::Result<()> {
    let status = cargo()
        .args(["bench", "--quiet", "--package", "nsp-access"])
        .args(["--bench", "decision", "--"])
        .args(["--warm-up-time", "1", "--measurement-time", "2"])
        .stdout(Stdio::null())
        .status()
        .context("cargo cannot be started")?;
    ensure!(status.success(), "the bench of decisions failed ({status})");
    println!(
        "\n| a decision, 1,300 TLDs × 7 roles × 20 prefixes | measured | aim |\n|---|---|---|"
    );
    for case in CASES {
        let figures = target_dir().join("criterion").join(case);
        let text = fs::read_to_string(figures.join("new/estimates.json"))
            .with_context(|| format!("there are no figures of {case:?}"))?;
        let estimates: Value = serde_json::from_str(&text)?;
        let median = estimates["median"]["point_estimate"].as_f64();
        let nanoseconds = median.context("there is no median")?;
        println!("| {case} | {nanoseconds:.0} ns | ≤ 2,000 ns at the median |");
    }
    Ok(())
}
