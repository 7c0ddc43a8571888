//! Where a run sends its deltas, in the order that clients rely on: thinking before content.
//!
//! A run is a future and its client a stream; between them is a channel without room, so the run
//! never gets ahead of the client by more than one delta. Nothing is spawned: the stream polls the
//! run, and dropping the stream drops the run with every model call in it.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use futures::{
    Future, FutureExt, SinkExt, Stream, StreamExt,
    channel::mpsc::{self, Sender},
};

use crate::generate::{Delta, Finish, GenerateError, StepEvent};

/// Sends the deltas of a run, or of one part of it.
#[derive(Debug, Clone)]
pub(super) struct Outlet {
    sender: Sender<Delta>,
    content: Arc<Content>,
    /// Whether the client has seen content; shared by all outlets of a run.
    begun: Arc<AtomicBool>,
}

/// What happens to content.
#[derive(Debug)]
struct Content {
    /// Whether it is sent as it comes; held content is in the value that the part gives.
    flows: bool,
    /// What belongs in front of the first content.
    before: Mutex<Option<String>>,
}

/// The stream of a run that is made by `start` from the outlet it shall send to.
pub(super) fn stream<Run>(
    start: impl FnOnce(Outlet) -> Run,
) -> impl Stream<Item = Result<Delta, GenerateError>> + Send
where
    Run: Future<Output = Result<Finish, GenerateError>> + Send,
{
    let (sender, receiver) = mpsc::channel(0);
    let content = Arc::new(Content::new(true, None));
    let run = start(Outlet { sender, content, begun: Arc::default() });
    let end = run.map(|finish| finish.map(Delta::Finished)).into_stream();
    // The run waits until each delta is taken, so its end comes after all of them.
    futures::stream::select(receiver.map(Ok), end)
}

impl Content {
    fn new(flows: bool, before: Option<String>) -> Self {
        Self { flows, before: Mutex::new(before) }
    }
}

impl Outlet {
    /// The same outlet for a part or step whose content is held back.
    pub(super) fn holding(&self) -> Self {
        self.with(Content::new(false, None))
    }

    /// The same outlet for the last part of several, whose content follows `before`.
    pub(super) fn following(&self, before: String) -> Self {
        self.with(Content::new(self.content.flows, Some(before)))
    }

    fn with(&self, content: Content) -> Self {
        let (sender, begun) = (self.sender.clone(), Arc::clone(&self.begun));
        Self { sender, content: Arc::new(content), begun }
    }

    /// Reports what a step does.
    pub(super) async fn step(&self, event: StepEvent) {
        self.send(Delta::Step(event)).await;
    }

    /// Sends thinking; what comes after the first content is dropped, for clients rely on the order.
    pub(super) async fn reasoning(&self, text: &str) {
        if !self.begun.load(Ordering::Relaxed) && !text.is_empty() {
            self.send(Delta::Reasoning(text.to_owned())).await;
        }
    }

    /// Sends a piece of the answer, unless content is held back.
    pub(super) async fn content(&self, text: &str) {
        if !self.content.flows || text.is_empty() {
            return;
        }
        self.begun.store(true, Ordering::Relaxed);
        let before = self.content.before.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(before) = before {
            self.send(Delta::Content(before)).await;
        }
        self.send(Delta::Content(text.to_owned())).await;
    }

    /// Sends a whole answer, unless it was streamed already.
    pub(super) async fn whole(&self, text: &str) {
        if !self.begun.load(Ordering::Relaxed) {
            self.content(text).await;
        }
    }

    async fn send(&self, delta: Delta) {
        // A clone has a place of its own in the channel. The channel is closed only when the
        // stream is dropped, and then this future is never polled again.
        drop(self.sender.clone().send(delta).await);
    }
}
