//! What came of a case, as a line of JSON or of a table.

use std::fmt;

use serde::Serialize;

use crate::{allocations::Allocated, shape::Shape};

/// What came of a case.
#[derive(Debug, Serialize)]
pub(crate) struct Measured {
    who: &'static str,
    version: &'static str,
    shape: Shape,
    streamed: bool,
    at_once: usize,
    /// Per step, once for every repetition.
    microseconds: Vec<f64>,
    #[serde(flatten)]
    allocated: Allocated,
}

impl Measured {
    pub(crate) fn new(
        shape: Shape,
        streamed: bool,
        at_once: usize,
        (mut microseconds, allocated): (Vec<f64>, Allocated),
    ) -> Self {
        microseconds.sort_by(f64::total_cmp);
        let (who, version) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
        Self { who, version, shape, streamed, at_once, microseconds, allocated }
    }

    /// What stands above the lines of a table.
    pub(crate) fn heading() -> String {
        format!(
            "{:9} {:8} {:>7} {:>10} {:>10} {:>10} {:>12} {:>10} {:>12}",
            "shape",
            "",
            "at once",
            "µs/step",
            "10 %",
            "90 %",
            "allocs/step",
            "B/step",
            "peak B/chain"
        )
    }

    /// The value that this share of the samples does not exceed.
    fn quantile(&self, share: f64) -> f64 {
        let last = self.microseconds.len().saturating_sub(1);
        let place = (last as f64 * share).round() as usize;
        self.microseconds.get(place).copied().unwrap_or(f64::NAN)
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Allocated { allocations, bytes, peak } = self.allocated;
        write!(
            formatter,
            "{:9} {:8} {:>7} {:>10.2} {:>10.2} {:>10.2} {:>12.1} {:>10.0} {:>12.0}",
            self.shape.name(),
            if self.streamed { "streamed" } else { "whole" },
            self.at_once,
            self.quantile(0.5),
            self.quantile(0.1),
            self.quantile(0.9),
            allocations,
            bytes,
            peak,
        )
    }
}
