//! Drawing by weight, always the same from the same seed.

use anyhow::Context;
use rand::{
    Rng, SeedableRng,
    distr::{Distribution, weighted::WeightedIndex},
    rngs::StdRng,
};

/// The lottery of one run.
pub struct Draw(StdRng);

impl Draw {
    pub fn new(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// One of `items`, by weight.
    pub fn weighted<'a, T>(
        &mut self,
        items: &'a [T],
        weight: impl Fn(&T) -> f64,
    ) -> anyhow::Result<&'a T> {
        let index = WeightedIndex::new(items.iter().map(weight)).context("nothing to draw from")?;
        Ok(&items[index.sample(&mut self.0)])
    }

    /// One of `items`, all alike.
    pub fn one<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        if items.is_empty() {
            None
        } else {
            items.get(self.0.random_range(0..items.len()))
        }
    }

    /// Whether something happens that happens in this share of cases.
    pub fn chance(&mut self, share: f64) -> bool {
        self.0.random_bool(share.clamp(0.0, 1.0))
    }

    /// A number from `from` up to `to`.
    pub fn between(&mut self, from: f64, to: f64) -> f64 {
        if to > from {
            self.0.random_range(from..to)
        } else {
            from
        }
    }

    /// Several different ones of `items`, in their order.
    pub fn some<T: Clone>(&mut self, items: &[T], count: usize) -> Vec<T> {
        let mut chosen =
            rand::seq::index::sample(&mut self.0, items.len(), count.min(items.len())).into_vec();
        chosen.sort_unstable();
        chosen.into_iter().map(|i| items[i].clone()).collect()
    }
}
