//! Work that can be taken away.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use futures::{Stream, StreamExt};

/// Takes something away, wherever it is.
pub(super) type TakeAway = Box<dyn FnOnce() + Send>;

/// What an answer is made with, until it is taken away. That a stream is not asked for more, because
/// its client has stopped reading, must not keep what it holds from being freed.
pub(in crate::api) struct Work<W>(Arc<Mutex<Option<W>>>);

impl<W: Send + 'static> Work<W> {
    /// This work, and what takes it away.
    pub(super) fn new(work: W) -> (Self, TakeAway) {
        let held = Arc::new(Mutex::new(Some(work)));
        let there = Arc::downgrade(&held);
        let take_away = move || {
            if let Some(held) = there.upgrade() {
                Self(held).take_away();
            }
        };
        (Self(held), Box::new(take_away))
    }

    /// Takes it away.
    pub(super) fn take_away(&self) {
        let taken = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        // Dropped when the lock is free again: what is dropped here may take its time.
        drop(taken);
    }
}

impl<W: Stream + Unpin> Stream for Work<W> {
    type Item = W::Item;

    /// Of work that was taken away nothing comes any more, not even an end: whoever took it away says
    /// so in another way.
    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<W::Item>> {
        match self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            Some(work) => work.poll_next_unpin(context),
            None => Poll::Pending,
        }
    }
}
