//! How much a program may use.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What one run of a program may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Time by the clock. Unless told otherwise twice the time of processors, so that a busy machine does not fail a
    /// program that is fast enough.
    pub wall: Duration,
    /// Time of processors, of all threads together; rounded up to seconds. 6 seconds unless told otherwise, as
    /// LiveCodeBench gives a test.
    pub cpu: Duration,
    /// Bytes of memory that a process may map; at least [`Limits::LEAST_MEMORY`].
    pub memory: u64,
    /// Bytes of standard output, and again of standard error.
    pub output: u64,
    /// Bytes in the scratch folder.
    pub disk: u64,
    /// Files in the scratch folder.
    pub files: u64,
    /// Threads, the first one included.
    pub threads: u32,
    /// Processes that the program may start besides itself. With 0 it is alone, so that the limits of a process are
    /// the limits of the run; with more, memory and time of processors are bounded for each of them.
    pub processes: u32,
}

impl Limits {
    /// Less memory than this, and Python itself does not start.
    pub const LEAST_MEMORY: u64 = 64 << 20;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            wall: Duration::from_secs(12),
            cpu: Duration::from_secs(6),
            memory: 2 << 30,
            output: 1 << 20,
            disk: 64 << 20,
            files: 1_000,
            threads: 64,
            processes: 0,
        }
    }
}

/// A number of bytes in words: `2 GiB`, `1 MiB`, `300 bytes`.
pub(super) fn bytes(number: u64) -> String {
    for (unit, shift) in [("GiB", 30_u32), ("MiB", 20), ("KiB", 10)] {
        if number >= 1 << shift {
            return if number.is_multiple_of(1 << shift) {
                format!("{} {unit}", number >> shift)
            } else {
                format!("{:.1} {unit}", number as f64 / f64::from(1_u32 << shift))
            };
        }
    }
    format!("{number} bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_told_in_words() {
        assert_eq!(bytes(2 << 30), "2 GiB");
        assert_eq!(bytes((1 << 20) + (1 << 19)), "1.5 MiB");
        assert_eq!(bytes(300), "300 bytes");
    }
}
