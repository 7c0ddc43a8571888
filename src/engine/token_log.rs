//! The tokens of a running answer, shared between the engine's thread and the reader's.

use std::sync::{Arc, Mutex, PoisonError};

use super::sampler::Ranking;

/// The tokens chosen so far.
#[derive(Clone, Default)]
pub(super) struct TokenLog(Arc<Mutex<Vec<Noted>>>);

/// A token that was chosen.
#[derive(Clone)]
pub(super) struct Noted {
    /// The token.
    pub(super) token: u32,
    /// How likely it was, if somebody asked.
    pub(super) ranking: Option<Ranking>,
}

impl TokenLog {
    /// Notes the token at `position`; choosing a position again replaces what follows it.
    pub(super) fn note(&self, position: usize, noted: Noted) {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.truncate(position);
        tokens.push(noted);
    }

    /// What was chosen from `position` on.
    pub(super) fn since(&self, position: usize) -> Vec<Noted> {
        let tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.get(position..).unwrap_or_default().to_vec()
    }
}
