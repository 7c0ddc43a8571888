//! How far an answer can be relied on.

use serde::{Deserialize, Serialize};

/// What is known of how far an answer can be relied on, counted and not guessed.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Confidence {
    /// How many samples gave this answer.
    pub votes: u32,
    /// How many samples were counted, those without an answer included.
    pub samples: u32,
    /// How far it was ahead of the next answer, as a share of all that was counted: from 0 (as good as
    /// another) to 1 (nothing else was given).
    pub margin: f64,
    /// How many of the samples had no vote, because their model was less sure of them than of others.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: u32,
    /// What that comes to.
    pub state: ConfidenceState,
}

/// Whether an answer was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConfidenceState {
    /// Something other than the model that gave it has checked it and found it right.
    Verified,
    /// More than half of the samples that had a vote gave it; nothing else has checked it.
    #[default]
    Unverified,
    /// No answer was given by more than half of the samples that had a vote.
    Disagreed,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl ConfidenceState {
    /// Its name in replies and in chain files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Unverified => "unverified",
            Self::Disagreed => "disagreed",
        }
    }
}
