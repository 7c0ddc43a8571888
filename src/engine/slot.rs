//! A place among the answers the engine works on.
//!
//! Leaving an answer cancels it, but the engine notices only when it chooses the next token, and a
//! long prompt is read in one go before the first. So a place is not free when its reader leaves: it
//! is free when the engine has moved on.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedSemaphorePermit;

/// Shared by the answer's reader and by what the engine calls for each of its tokens.
#[derive(Debug, Clone)]
pub(super) struct Slot(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    /// The place itself; given back by dropping it.
    permit: Option<OwnedSemaphorePermit>,
    /// The engine has read the prompt, so that it notices soon when nobody listens.
    answering: bool,
    /// The reader is gone.
    left: bool,
}

impl Slot {
    /// A place that has just been taken.
    pub(super) fn new(permit: OwnedSemaphorePermit) -> Self {
        Self(Arc::new(Mutex::new(State { permit: Some(permit), answering: false, left: false })))
    }

    /// The engine has got as far as a token, or as an error.
    pub(super) fn answered(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.answering = true;
        if state.left {
            state.permit = None;
        }
    }

    /// The engine has dropped the sequence.
    fn free(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).permit = None;
    }

    /// The end that goes with the engine's sequence.
    pub(super) fn in_engine(&self) -> InEngine {
        InEngine(self.clone())
    }

    /// The end that goes with the answer.
    pub(super) fn in_answer(&self) -> InAnswer {
        InAnswer(self.clone())
    }
}

/// Frees the place when the engine drops the sequence, whatever the reason.
#[derive(Debug)]
pub(super) struct InEngine(Slot);

impl InEngine {
    /// See [`Slot::answered`].
    pub(super) fn answered(&self) {
        self.0.answered();
    }

    /// Whether nobody reads the answer any more.
    pub(super) fn left(&self) -> bool {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner).left
    }

    /// The engine is through with the sequence, though it may keep it for a while.
    pub(super) fn free(&self) {
        self.0.free();
    }
}

impl Drop for InEngine {
    fn drop(&mut self) {
        self.0.free();
    }
}

/// Frees the place when the answer is over; during the prompt, leaves that to the engine.
#[derive(Debug)]
pub(super) struct InAnswer(Slot);

impl Drop for InAnswer {
    fn drop(&mut self) {
        let mut state = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.left = true;
        // The engine may keep an ended sequence until the next one arrives, and that one may wait
        // for this very place: do not wait for the engine once it has answered.
        if state.answering {
            state.permit = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::Semaphore;

    use super::*;

    fn taken() -> (Arc<Semaphore>, Slot) {
        let places = Arc::new(Semaphore::new(1));
        let permit = Arc::clone(&places).try_acquire_owned().unwrap();
        (places, Slot::new(permit))
    }

    #[test]
    fn leaving_while_the_prompt_is_read_keeps_the_place() {
        let (places, slot) = taken();
        let (engine, answer) = (slot.in_engine(), slot.in_answer());
        assert!(!engine.left());
        drop(answer);
        assert!(engine.left());
        assert_eq!(places.available_permits(), 0, "the engine still reads the prompt");
        engine.answered();
        assert_eq!(places.available_permits(), 1, "its first token ends a lonely sequence");
    }

    #[test]
    fn an_answer_that_ends_frees_its_place_though_the_engine_keeps_the_sequence() {
        let (places, slot) = taken();
        let (engine, answer) = (slot.in_engine(), slot.in_answer());
        engine.answered();
        drop(answer);
        assert_eq!(places.available_permits(), 1);
        drop(engine);
        assert_eq!(places.available_permits(), 1, "freed once, not twice");
    }

    #[test]
    fn an_engine_that_dies_frees_the_place() {
        let (places, slot) = taken();
        let (engine, answer) = (slot.in_engine(), slot.in_answer());
        drop(engine);
        assert_eq!(places.available_permits(), 1);
        drop(answer);
    }
}
