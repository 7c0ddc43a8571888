//! What the answers of a run say about the model, and how sure that is.

pub mod interval;
pub mod majority;
pub mod pass;
mod random;
pub mod reliability;

pub use interval::{Interval, over_problems};
pub use majority::{Cluster, Votes};
pub(super) use random::Random;
pub use reliability::{Weighed, weighed_at};

/// The numbers of answers for which a curve is drawn: powers of two, and the largest.
pub fn steps(largest: usize) -> Vec<usize> {
    let mut steps: Vec<usize> = std::iter::successors(Some(1_usize), |k| k.checked_mul(2))
        .take_while(|k| *k < largest)
        .collect();
    if largest > 0 {
        steps.push(largest);
    }
    steps
}

#[cfg(test)]
mod tests;
