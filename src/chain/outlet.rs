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

use crate::generate::{Delta, Finish, GenerateError, StepEvent, StepState, ThinkingEnd, Usage};

/// Sends the deltas of a run, or of one part of it.
#[derive(Debug, Clone)]
pub(super) struct Outlet {
    sender: Sender<Delta>,
    content: Arc<Content>,
    /// Whether the client has seen content; shared by all outlets of a run.
    begun: Arc<AtomicBool>,
    /// How the thinking ended that the client has seen last; shared by all outlets of a run.
    thought: Arc<Mutex<ThinkingEnd>>,
    /// Whether thinking is sent: of steps that run at the same time, only the first one's is, for two
    /// trains of thought cannot be read in one stream.
    thinks: bool,
    /// Whether something else is tried if what is sent here comes to nothing.
    tentative: bool,
    /// Whether nothing but the answer is told: no thinking, and of steps only that they run.
    private: bool,
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
    private: bool,
    start: impl FnOnce(Outlet) -> Run,
) -> impl Stream<Item = Result<Delta, GenerateError>> + Send
where
    Run: Future<Output = Result<Finish, GenerateError>> + Send,
{
    let (sender, receiver) = mpsc::channel(0);
    let content = Arc::new(Content::new(true, None));
    let (begun, thought) = (Arc::default(), Arc::default());
    let (thinks, tentative) = (true, false);
    let run = start(Outlet { sender, content, begun, thought, thinks, tentative, private });
    let end =
        run.map(move |ended| ended.map(Delta::Finished).map_err(|error| told(error, private)));
    let end = end.into_stream();
    // The run waits until each delta is taken, so its end comes after all of them.
    futures::stream::select(receiver.map(Ok), end)
}

/// The error of a run, without what a private chain does not tell: a value may be part of it.
fn told(error: GenerateError, private: bool) -> GenerateError {
    match error {
        GenerateError::Engine { .. } if private => GenerateError::engine(FAILED),
        GenerateError::Remote { status, .. } if private => {
            GenerateError::Remote { message: FAILED.to_owned(), status }
        }
        error => error,
    }
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

    /// The same outlet for a step beside the one whose thinking is sent.
    pub(super) fn beside(&self) -> Self {
        Self { thinks: false, ..self.holding() }
    }

    /// The same outlet for an attempt after which another one follows if it comes to nothing, or for the
    /// last of them.
    pub(super) fn attempt(&self, last: bool) -> Self {
        Self { tentative: self.tentative || !last, ..self.clone() }
    }

    /// Whether content is sent as it comes.
    pub(super) fn flows(&self) -> bool {
        self.content.flows
    }

    /// Whether something else is tried if this comes to nothing.
    pub(super) fn is_tentative(&self) -> bool {
        self.tentative
    }

    /// Whether the client has seen content, after which nothing can be tried again.
    pub(super) fn has_begun(&self) -> bool {
        self.begun.load(Ordering::Relaxed)
    }

    /// The thinking of a call has ended; nothing is noted of what is not shown.
    pub(super) fn thought(&self, end: ThinkingEnd) {
        if self.thinks && !self.private && end != ThinkingEnd::None {
            *self.thought.lock().unwrap_or_else(PoisonError::into_inner) = end;
        }
    }

    /// How the thinking of an answer ended: its own, else that which was shown on the way to it.
    pub(super) fn thinking_end(&self, own: ThinkingEnd) -> ThinkingEnd {
        match own {
            _ if self.private => ThinkingEnd::None,
            ThinkingEnd::None => *self.thought.lock().unwrap_or_else(PoisonError::into_inner),
            own => own,
        }
    }

    fn with(&self, content: Content) -> Self {
        Self { content: Arc::new(content), ..self.clone() }
    }

    /// Reports what a step does.
    pub(super) async fn step(&self, event: StepEvent) {
        let told = if self.private { untold(event) } else { Some(event) };
        if let Some(event) = told {
            self.send(Delta::Step(event)).await;
        }
    }

    /// Sends thinking, and says whether it did: what comes after the first content is dropped, for clients
    /// rely on the order.
    pub(super) async fn reasoning(&self, text: &str) -> bool {
        let sends = self.thinks && !self.has_begun();
        if self.private {
            return sends;
        }
        if sends && !text.is_empty() {
            self.send(Delta::Reasoning(text.to_owned())).await;
        }
        sends
    }

    /// Sends a piece of the answer, and says whether it did: it does not where content is held back.
    pub(super) async fn content(&self, text: &str) -> bool {
        if !self.content.flows {
            return false;
        }
        // A blank is nothing that would keep another attempt from taking over.
        if text.is_empty() || (self.tentative && !self.has_begun() && text.trim().is_empty()) {
            return true;
        }
        self.begun.store(true, Ordering::Relaxed);
        let before = self.content.before.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(before) = before {
            self.send(Delta::Content(before)).await;
        }
        self.send(Delta::Content(text.to_owned())).await;
        true
    }

    /// Sends a whole answer, unless it was streamed already.
    pub(super) async fn whole(&self, text: &str) {
        if !self.has_begun() {
            self.content(text).await;
        }
    }

    async fn send(&self, delta: Delta) {
        // A clone has a place of its own in the channel. The channel is closed only when the
        // stream is dropped, and then this future is never polled again.
        drop(self.sender.clone().send(delta).await);
    }
}

/// What may be told of a step whose work nobody may see: that it runs, and what it costs.
fn untold(event: StepEvent) -> Option<StepEvent> {
    let state = match event.state {
        StepState::Started => StepState::Started,
        StepState::Skipped { .. } => StepState::Skipped { reason: HIDDEN.to_owned() },
        StepState::Finished { elapsed, usage, .. } => {
            // How long a hidden thought is says something about it.
            let usage = Usage { reasoning_tokens: 0, ..usage };
            StepState::Finished { output: String::new(), elapsed, usage }
        }
        StepState::Failed { .. } => StepState::Failed { message: HIDDEN.to_owned() },
        StepState::Decided { .. } | StepState::Wrote { .. } => return None,
    };
    Some(StepEvent { state, ..event })
}

/// What is said in place of what a private chain does not tell.
const HIDDEN: &str = "not told: this chain is private";
/// The same of why it failed.
const FAILED: &str =
    "the chain failed, and as it is private it does not say why; `ponder runs` on its machine does";
