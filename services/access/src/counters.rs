//! Counters that are counted with for every request.

use std::sync::{PoisonError, RwLock};

use metrics::Counter;
use nsp_kit::telemetry;

/// The counters of one metric by what their labels say. The metrics' own registry makes and hashes all labels anew each time;
/// there are so few combinations that looking through them is quicker.
pub struct Counters<K>(RwLock<Vec<(K, Counter)>>);

impl<K: Copy + PartialEq> Counters<K> {
    pub const fn new() -> Self {
        Self(RwLock::new(Vec::new()))
    }

    /// Counts once more. `register` makes the counter of these labels.
    pub fn increment(&self, labels: K, register: impl FnOnce() -> Counter) {
        if !self.increment_known(labels) {
            // A counter that was made before there is a recorder would count nothing for ever.
            telemetry::metrics();
            let counter = register();
            counter.increment(1);
            let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
            // Somebody else may have added it meanwhile, which is the same counter.
            known.push((labels, counter));
        }
    }

    fn increment_known(&self, labels: K) -> bool {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let found = known.iter().find(|(own, _)| *own == labels);
        if let Some((_, counter)) = found {
            counter.increment(1);
        }
        found.is_some()
    }
}
