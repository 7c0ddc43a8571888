//! What was forced on an answer, shared with whoever reads it.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

/// What was forced on an answer.
#[derive(Debug, Clone, Default)]
pub struct Forced(Arc<AtomicU8>);

impl Forced {
    const BUDGET: u8 = 1;
    const LOOP_IN_THINKING: u8 = 2;
    const LOOP_IN_ANSWER: u8 = 4;
    const BROKEN: u8 = 8;

    fn note(&self, what: u8) {
        self.0.fetch_or(what, Ordering::Release);
    }

    fn has(&self, what: u8) -> bool {
        self.0.load(Ordering::Acquire) & what != 0
    }

    /// Thinking was ended because its tokens were used up.
    pub fn note_budget(&self) {
        self.note(Self::BUDGET);
    }

    /// Whether thinking was ended because its tokens were used up.
    pub fn budget(&self) -> bool {
        self.has(Self::BUDGET)
    }

    /// Thinking was ended because it went in circles.
    pub fn note_loop_in_thinking(&self) {
        self.note(Self::LOOP_IN_THINKING);
    }

    /// Whether thinking was ended because it went in circles.
    pub fn loop_in_thinking(&self) -> bool {
        self.has(Self::LOOP_IN_THINKING)
    }

    /// The answer was ended because it went in circles.
    pub fn note_loop_in_answer(&self) {
        self.note(Self::LOOP_IN_ANSWER);
    }

    /// Whether the answer was ended because it went in circles.
    pub fn loop_in_answer(&self) -> bool {
        self.has(Self::LOOP_IN_ANSWER)
    }

    /// The answer could not be held to its form.
    pub fn note_broken(&self) {
        self.note(Self::BROKEN);
    }

    /// Whether the answer could not be held to its form.
    pub fn broken(&self) -> bool {
        self.has(Self::BROKEN)
    }
}
