//! One line for every step: what it is while it runs, how it went and how long it took afterwards.

use std::fmt::Display;
use std::io::{IsTerminal as _, Write as _, stdout};
use std::time::Instant;

/// Runs a step. What it returns is shown beside its name.
pub fn step<T>(
    name: &str,
    work: impl FnOnce() -> anyhow::Result<T>,
    detail: impl FnOnce(&T) -> String,
) -> anyhow::Result<T> {
    let terminal = stdout().is_terminal();
    if terminal {
        print!("  … {name}");
        // A line that does not appear is no reason to stop.
        let _ = stdout().flush();
    }
    let began = Instant::now();
    let result = work();
    if terminal {
        print!("\r\x1b[2K");
    }
    let seconds = began.elapsed().as_secs_f32();
    match &result {
        Ok(value) => line("✓", name, detail(value), seconds),
        Err(_) => line("✗", name, "", seconds),
    }
    result
}

fn line(mark: &str, name: &str, detail: impl Display, seconds: f32) {
    println!("  {mark} {name:<22} {detail:<46} {seconds:>6.1} s");
}
