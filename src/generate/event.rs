//! What a chain reports about its steps while it runs.

use std::time::Duration;

use super::Usage;

/// One report about one step of a chain.
#[derive(Debug, Clone, PartialEq)]
pub struct StepEvent {
    /// The step's id, unique within its chain.
    pub step: String,
    /// What the step does, for example `translate`.
    pub action: &'static str,
    /// What happened.
    pub state: StepState,
}

/// What happened to a step.
#[derive(Debug, Clone, PartialEq)]
pub enum StepState {
    /// It began.
    Started,
    /// It was left out, and why.
    Skipped {
        /// Why it was not needed.
        reason: String,
    },
    /// It chose something, and why.
    Decided {
        /// What was chosen.
        choice: String,
        /// Why, most important first.
        reasons: Vec<String>,
    },
    /// Its model wrote something that is in the stream nowhere else; only if the request asked for it
    /// ([`super::Request::step_text`]).
    Wrote {
        /// Whether it is thinking.
        thinking: bool,
        /// The piece.
        text: String,
    },
    /// It ended well.
    Finished {
        /// What it produced, shortened for display where it is long.
        output: String,
        /// How long it took.
        elapsed: Duration,
        /// Tokens its model calls read and wrote.
        usage: Usage,
    },
    /// It failed. The chain may go on without it.
    Failed {
        /// What went wrong.
        message: String,
    },
}
