//! How long it takes.

use std::time::{Duration, Instant};

use ponder::generate::GenerateError;
use tokio::runtime::Runtime;

use crate::work::Work;

/// The fewest repetitions of a case, however long they take.
const FEWEST: usize = 3;
/// The most, so that results stay small.
const MOST: usize = 400;

/// Microseconds per step, once for every repetition.
///
/// # Errors
///
/// The first failure.
pub(crate) fn samples(
    runtime: &Runtime,
    work: &Work,
    count: usize,
    budget: Duration,
) -> Result<Vec<f64>, GenerateError> {
    let mut ended = Ok(Vec::new());
    // What is timed is not counted: counting costs time.
    allocation_counter::opt_out(|| ended = repeated(runtime, work, count, budget));
    ended
}

fn repeated(
    runtime: &Runtime,
    work: &Work,
    count: usize,
    budget: Duration,
) -> Result<Vec<f64>, GenerateError> {
    let steps = f64::from(work.shape.steps()) * count as f64;
    let mut samples = Vec::new();
    runtime.block_on(work.at_once(count))?;
    let begun = Instant::now();
    while samples.len() < FEWEST || (samples.len() < MOST && begun.elapsed() < budget) {
        let started = Instant::now();
        runtime.block_on(work.at_once(count))?;
        samples.push(started.elapsed().as_secs_f64() * 1e6 / steps);
    }
    Ok(samples)
}
