//! How much memory it asks for.

use ponder::generate::GenerateError;
use serde::Serialize;
use tokio::runtime::Runtime;

use crate::work::Work;

/// What was asked of the allocator.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Allocated {
    /// Allocations per step; memory that grows counts once more.
    pub(crate) allocations: f64,
    /// Bytes per step, freed or not.
    pub(crate) bytes: f64,
    /// The most bytes that were there at one time, for each of the chains that ran at once.
    pub(crate) peak: f64,
}

/// What one run of so many at once asks for, per step.
///
/// # Errors
///
/// The first failure.
pub(crate) fn per_step(
    runtime: &Runtime,
    work: &Work,
    count: usize,
) -> Result<Allocated, GenerateError> {
    let mut ended = Ok(Vec::new());
    let counted = allocation_counter::measure(|| ended = runtime.block_on(work.at_once(count)));
    ended?;
    let chains = count as f64;
    let steps = f64::from(work.shape.steps()) * chains;
    Ok(Allocated {
        allocations: counted.count_total as f64 / steps,
        bytes: counted.bytes_total as f64 / steps,
        peak: counted.bytes_max as f64 / chains,
    })
}
