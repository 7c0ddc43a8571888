//! What came of the tests.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{protection::Protection, verdict::Verdict};

/// How much of an output a report shows, in characters: enough to see what is wrong, not enough to fill a terminal.
const EXCERPT: usize = 2_000;

/// What came of one test.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// The test.
    pub id: String,
    /// How it ended.
    pub verdict: Verdict,
    /// Why, in a sentence; nothing for a pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What it wrote to standard output; the middle of a long one is left out.
    pub stdout: String,
    /// The SHA-256 of all that it wrote to standard output, without the space around the whole and at the ends of lines.
    #[serde(skip)]
    pub stdout_digest: [u8; 32],
    /// What it wrote to standard error; in calls and doctests also what it printed.
    pub stderr: String,
    /// Seconds by the clock, from the start of the sandbox to the end of its last process.
    pub seconds: f64,
    /// Seconds of processors.
    pub cpu_seconds: f64,
    /// The most memory it had at a time, in bytes.
    pub peak_memory: u64,
}

/// What came of all tests.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// One for each test, in their order.
    pub tests: Vec<Outcome>,
    /// What the program was shut in by.
    pub protection: Protection,
}

impl Report {
    /// How many tests ended this way.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.tests.iter().filter(|outcome| outcome.verdict == verdict).count()
    }

    /// Whether there are tests and all pass.
    pub fn passed(&self) -> bool {
        !self.tests.is_empty() && self.count(Verdict::Pass) == self.tests.len()
    }
}

/// The beginning and the end of a text, and how much is between them.
pub(super) fn excerpt(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let length = text.chars().count();
    if length <= EXCERPT {
        return text.into_owned();
    }
    let half = EXCERPT / 2;
    let head: String = text.chars().take(half).collect();
    let tail: String = text.chars().skip(length - half).collect();
    format!("{head}\n… {} characters left out …\n{tail}", length - EXCERPT)
}

/// The digest of an output: the same where only space at the ends of lines differs.
pub(super) fn digest(bytes: &[u8]) -> [u8; 32] {
    let text = String::from_utf8_lossy(bytes);
    let mut hash = Sha256::new();
    for line in text.trim().lines() {
        hash.update(line.trim_end());
        hash.update("\n");
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_told_apart_in_their_middle() {
        let with = |middle: &str| format!("{}{middle}{}", "x\n".repeat(3_000), "y\n".repeat(3_000));
        assert_eq!(excerpt(with("1").as_bytes()), excerpt(with("2").as_bytes()));
        assert_ne!(digest(with("1").as_bytes()), digest(with("2").as_bytes()));
        assert_eq!(digest(b"1 \n2\n\n"), digest(b"1\n2"));
        assert_ne!(digest(b"1\n2"), digest(b"12"));
    }

    #[test]
    fn long_output_keeps_both_ends() {
        let text = format!("start{}end", "x".repeat(5_000));
        let shown = excerpt(text.as_bytes());
        assert!(shown.starts_with("start") && shown.ends_with("end"));
        assert!(shown.contains("… 3008 characters left out …"), "{shown}");
        assert_eq!(excerpt(b"short\xff"), "short\u{fffd}");
    }
}
