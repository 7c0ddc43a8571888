//! What a scripted engine counts about itself.

use std::sync::{
    Arc,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};

/// What a [`super::ScriptedEngine`] does and did: proof that a cancelled answer costs nothing more.
#[derive(Debug, Clone, Default)]
pub struct Work {
    counters: Arc<Counters>,
}

#[derive(Debug, Default)]
struct Counters {
    running: AtomicUsize,
    started: AtomicU64,
    tokens: AtomicU64,
}

impl Work {
    /// How many answers run now.
    pub fn running(&self) -> usize {
        self.counters.running.load(Ordering::SeqCst)
    }

    /// How many answers were ever started.
    pub fn started(&self) -> u64 {
        self.counters.started.load(Ordering::SeqCst)
    }

    /// How many tokens were ever produced.
    pub fn tokens(&self) -> u64 {
        self.counters.tokens.load(Ordering::SeqCst)
    }

    /// Counts one more token.
    pub(super) fn count_token(&self) {
        self.counters.tokens.fetch_add(1, Ordering::SeqCst);
    }

    /// Counts one more answer, for as long as the guard lives.
    pub(super) fn begin(&self) -> RunningGuard {
        self.counters.running.fetch_add(1, Ordering::SeqCst);
        self.counters.started.fetch_add(1, Ordering::SeqCst);
        RunningGuard(Arc::clone(&self.counters))
    }
}

/// Counts an answer as running for as long as it lives.
pub(super) struct RunningGuard(Arc<Counters>);

impl Drop for RunningGuard {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::SeqCst);
    }
}
