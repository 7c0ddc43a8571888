//! The one idea everything rests on: something that answers is a [`Generate`].
//!
//! A hosted engine, a remote endpoint, a chain and the scripted engine all implement it, so
//! streaming, limits, errors, usage and tests exist once. A call returns a [`Generation`]: a stream
//! of [`Delta`]s that ends with exactly one [`Delta::Finished`] or with one error. Dropping the
//! stream cancels the work; a unary answer is the stream collected.
//!
//! This module imports nothing else of this crate.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use futures::{
    Stream, StreamExt,
    future::BoxFuture,
    stream::{BoxStream, FusedStream},
};

mod confidence;
#[doc(hidden)]
pub mod conformance;
mod embed;
mod error;
mod event;
mod meter;
mod pace;
mod request;
mod token;
mod tokenize;
mod tools;
mod trace;

pub use confidence::{Confidence, ConfidenceState};
pub use embed::{Embed, Embeddings, unit_vector};
pub use error::GenerateError;
pub use event::{StepEvent, StepState};
pub use meter::Meter;
pub use pace::Pace;
pub use request::{Format, Kind, Message, Origin, RawPrompt, Request, Role, Sampling, Thinking};
pub use token::{MOST_SCORED_TOKENS, RankedToken, TokenLogprob};
pub use tokenize::Tokenize;
pub use tools::{Function, ToolCall, ToolChoice, Tools};
pub use trace::TraceContext;

/// Anything that answers a chat request: a hosted model, a remote one, or a chain of them.
///
/// Not the place for admission, authentication or naming: those belong to the edge and the catalog.
pub trait Generate: Send + Sync {
    /// Starts an answer.
    ///
    /// # Errors
    ///
    /// What can be known before the first byte (a prompt that is too long, a parameter that cannot
    /// be honoured, an engine that is gone) is returned here and becomes an HTTP status; what
    /// happens later is the last item of the stream.
    fn generate(&self, request: Request) -> BoxFuture<'_, Result<Generation, GenerateError>>;

    /// Its own tokens; `None` from what has none here, such as a chain.
    fn tokenizer(&self) -> Option<&dyn Tokenize> {
        None
    }

    /// Its embeddings; `None` from what makes none.
    fn embedder(&self) -> Option<&dyn Embed> {
        None
    }

    /// How fast it answers; `None` where nobody measured, such as at a remote endpoint.
    fn pace(&self) -> Option<Pace> {
        None
    }

    /// Whether it takes the likeliest token where a request asks for no temperature, so that asking again gives the same;
    /// of a remote endpoint nobody knows.
    fn is_greedy(&self) -> bool {
        false
    }
}

impl<G: Generate + ?Sized> Generate for std::sync::Arc<G> {
    fn generate(&self, request: Request) -> BoxFuture<'_, Result<Generation, GenerateError>> {
        (**self).generate(request)
    }

    fn tokenizer(&self) -> Option<&dyn Tokenize> {
        (**self).tokenizer()
    }

    fn embedder(&self) -> Option<&dyn Embed> {
        (**self).embedder()
    }

    fn pace(&self) -> Option<Pace> {
        (**self).pace()
    }

    fn is_greedy(&self) -> bool {
        (**self).is_greedy()
    }
}

/// One piece of a running answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Delta {
    /// Text of the thinking, never mixed with the answer and always before it.
    Reasoning(String),
    /// Text of the answer.
    Content(String),
    /// How likely the tokens of the next piece of answer were; only if the request asked.
    Logprobs(Vec<TokenLogprob>),
    /// The answer calls a function; its arguments follow, and no other call begins before they end.
    ToolCall {
        /// The call's number in the answer, from 0.
        index: u32,
        /// Names the call, for its result.
        id: String,
        /// The function.
        name: String,
    },
    /// A piece of the arguments of the call that began last, as JSON text.
    ToolArguments {
        /// The call's number.
        index: u32,
        /// The piece.
        text: String,
    },
    /// Progress of a chain; invisible to clients that did not ask for it.
    Step(StepEvent),
    /// The end of the answer: always the last item of a stream that did not fail.
    Finished(Finish),
}

/// How an answer ended, and what it cost.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Finish {
    /// Why the last token was the last.
    pub reason: FinishReason,
    /// Tokens read and written, over every model call of the answer.
    pub usage: Usage,
    /// How the thinking ended.
    pub thinking_end: ThinkingEnd,
    /// What kind of question a chain took this for; `None` from a plain model.
    pub kind: Option<Kind>,
    /// What ended the answer, where it was neither the model itself nor a limit.
    pub cause: Option<StopCause>,
    /// How far it can be relied on; `None` where nobody has counted.
    pub confidence: Option<Confidence>,
}

/// What ended an answer that neither the model nor a limit ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StopCause {
    /// This stop sequence of the request.
    Sequence(String),
    /// It said the same again and again; its reason is then [`FinishReason::Length`], for it is not
    /// whole, unless it has a form: that was brought to its end.
    Repetition,
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FinishReason {
    /// The model said it was done, or a stop sequence was met.
    #[default]
    Stop,
    /// The token limit or the end of the context was reached.
    Length,
    /// It called functions and waits for their results.
    ToolCalls,
}

/// How the thinking part of an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ThinkingEnd {
    /// The model closed it itself.
    Natural,
    /// A token limit closed it.
    Budget,
    /// It went in circles and was closed.
    Loop,
    /// There was no thinking.
    #[default]
    None,
}

/// Tokens of an answer, counted by the engine that produced them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Tokens of the rendered prompt.
    pub prompt_tokens: u64,
    /// Tokens generated, thinking included.
    pub completion_tokens: u64,
    /// The part of `completion_tokens` that was thinking.
    pub reasoning_tokens: u64,
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.prompt_tokens += other.prompt_tokens;
        self.completion_tokens += other.completion_tokens;
        self.reasoning_tokens += other.reasoning_tokens;
    }
}

/// A whole answer, collected from its stream.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// The thinking, without its tags; empty if there was none.
    pub reasoning: String,
    /// The answer itself.
    pub content: String,
    /// The functions that it calls, in order.
    pub tool_calls: Vec<ToolCall>,
    /// How likely the answer's tokens were; empty unless the request asked.
    pub logprobs: Vec<TokenLogprob>,
    /// The steps that a chain reported, in order.
    pub steps: Vec<StepEvent>,
    /// How it ended.
    pub finish: Finish,
}

impl Answer {
    /// Takes the next piece.
    pub fn add(&mut self, delta: Delta) {
        match delta {
            Delta::Reasoning(text) => self.reasoning.push_str(&text),
            Delta::Content(text) => self.content.push_str(&text),
            Delta::Logprobs(tokens) => self.logprobs.extend(tokens),
            Delta::ToolCall { id, name, .. } => {
                self.tool_calls.push(ToolCall { id, name, arguments: String::new() });
            }
            Delta::ToolArguments { index, text } => {
                if let Some(call) = self.tool_calls.get_mut(index as usize) {
                    call.arguments.push_str(&text);
                }
            }
            Delta::Step(event) => self.steps.push(event),
            Delta::Finished(finish) => self.finish = finish,
        }
    }
}

/// A running answer: a stream of [`Delta`]s. Dropping it cancels the work.
///
/// The stream ends after the first [`Delta::Finished`] or the first error, whatever its source does
/// afterwards; a source that ends with neither is turned into an error, so that a truncated answer
/// can never be taken for a whole one.
pub struct Generation {
    deltas: BoxStream<'static, Result<Delta, GenerateError>>,
    ended: bool,
    /// Whatever must live as long as the answer runs: an admission permit, a slot of the engine.
    guards: Vec<Box<dyn Send>>,
    meter: Option<Meter>,
}

impl Generation {
    /// Wraps a stream of deltas.
    pub fn new(deltas: impl Stream<Item = Result<Delta, GenerateError>> + Send + 'static) -> Self {
        Self { deltas: deltas.boxed(), ended: false, guards: Vec::new(), meter: None }
    }

    /// Keeps `guard` alive until the answer has ended or is dropped.
    #[must_use]
    pub fn holding(mut self, guard: impl Send + 'static) -> Self {
        self.guards.push(Box::new(guard));
        self
    }

    /// The same answer with a meter of what it costs: that of a composition is more than what is sent.
    #[must_use]
    pub fn metered(self, meter: Meter) -> Self {
        Self { meter: Some(meter), ..self }
    }

    /// What reads how much it has cost so far; `None` where the pieces that are sent are all that is known.
    pub fn meter(&self) -> Option<Meter> {
        self.meter.clone()
    }

    /// Collects the whole answer.
    ///
    /// # Errors
    ///
    /// The error that ended the stream, if one did.
    pub async fn collect(mut self) -> Result<Answer, GenerateError> {
        let mut answer = Answer::default();
        while let Some(delta) = self.next().await {
            answer.add(delta?);
        }
        Ok(answer)
    }
}

impl Stream for Generation {
    type Item = Result<Delta, GenerateError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let item = match self.deltas.poll_next_unpin(context) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(None) => Err(GenerateError::engine("the answer broke off before its end")),
            Poll::Ready(Some(item)) => item,
        };
        if matches!(item, Err(_) | Ok(Delta::Finished(_))) {
            self.ended = true;
            // The work is over: free what it held now, not when the client has read the last byte.
            self.deltas = futures::stream::empty().boxed();
            self.guards.clear();
        }
        Poll::Ready(Some(item))
    }
}

impl FusedStream for Generation {
    fn is_terminated(&self) -> bool {
        self.ended
    }
}

impl fmt::Debug for Generation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Generation").field("ended", &self.ended).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_stream_that_breaks_off_is_an_error() {
        let generation =
            Generation::new(futures::stream::iter([Ok(Delta::Content("half".to_owned()))]));
        let error = generation.collect().await.expect_err("no finish was sent");
        assert!(matches!(error, GenerateError::Engine { .. }), "{error:?}");
    }

    #[tokio::test]
    async fn nothing_follows_the_finish_and_guards_are_freed_with_it() {
        let guard = std::sync::Arc::new(());
        let watch = std::sync::Arc::downgrade(&guard);
        let mut generation = Generation::new(futures::stream::iter([
            Ok(Delta::Finished(Finish::default())),
            Ok(Delta::Content("late".to_owned())),
        ]))
        .holding(guard);
        assert!(matches!(generation.next().await, Some(Ok(Delta::Finished(_)))));
        assert!(watch.upgrade().is_none(), "the guard outlived the answer");
        assert!(generation.next().await.is_none());
    }
}
