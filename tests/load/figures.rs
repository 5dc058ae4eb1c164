//! What is printed, and the median and the 99th percentile of many durations.

use std::time::Duration;

/// One row of the table.
pub fn row(what: &str, figure: &str, aim: &str) {
    println!("| {what} | {figure} | {aim} |");
}

/// The heading of a table.
pub fn heading(of: &str) {
    println!("\n| {of} | measured | aim |\n|---|---|---|");
}

/// Durations of the same thing.
#[derive(Debug, Default)]
pub struct Durations(Vec<Duration>);

impl Durations {
    pub fn push(&mut self, duration: Duration) {
        self.0.push(duration);
    }

    /// How many there are, to calculate with.
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2⁵²")]
    pub fn count(&self) -> f64 {
        self.0.len() as f64
    }

    /// The duration that `percent` of all are not longer than.
    pub fn percentile(&mut self, percent: usize) -> Duration {
        self.0.sort_unstable();
        let rank = (self.0.len() * percent).div_ceil(100).max(1);
        self.0.get(rank - 1).copied().unwrap_or_default()
    }

    /// `2.1 ms, p99 4.0 ms`.
    pub fn summary(&mut self) -> String {
        let (median, high) = (self.percentile(50), self.percentile(99));
        format!("{} ms, p99 {} ms", millis(median), millis(high))
    }
}

impl FromIterator<Duration> for Durations {
    fn from_iter<I: IntoIterator<Item = Duration>>(durations: I) -> Self {
        Self(durations.into_iter().collect())
    }
}

/// With the digits that mean something.
pub fn millis(duration: Duration) -> String {
    let millis = duration.as_secs_f64() * 1000.0;
    if millis < 10.0 {
        format!("{millis:.2}")
    } else {
        format!("{millis:.0}")
    }
}
