//! A histogram of durations with vLLM's buckets.

use std::time::Duration;

/// Upper bounds in seconds; those of vLLM's time to first token, up to the longest answers.
const BOUNDS: [f64; 22] = [
    0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
    20.0, 40.0, 80.0, 160.0, 640.0, 2560.0,
];

/// How many durations fell below each bound.
#[derive(Debug, Default)]
pub(super) struct Histogram {
    /// One count per bound, each only of what is above the bound before it.
    counts: [u64; BOUNDS.len()],
    total: u64,
    sum_seconds: f64,
}

impl Histogram {
    /// Counts one duration.
    pub(super) fn observe(&mut self, duration: Duration) {
        let seconds = duration.as_secs_f64();
        let bucket = self.counts.iter_mut().zip(BOUNDS).find(|(_, bound)| seconds <= *bound);
        if let Some((count, _)) = bucket {
            *count += 1;
        }
        self.total += 1;
        self.sum_seconds += seconds;
    }

    /// Each bound with the number of durations up to it.
    pub(super) fn cumulative(&self) -> impl Iterator<Item = (f64, u64)> {
        BOUNDS.into_iter().zip(self.counts).scan(0, |sum, (bound, count)| {
            *sum += count;
            Some((bound, *sum))
        })
    }

    /// How many durations were counted.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// All durations together, in seconds.
    pub(super) fn sum_seconds(&self) -> f64 {
        self.sum_seconds
    }
}
