//! A reply piece by piece.
//!
//! The order is what clients rely on: one chunk per answer with the role, then pieces, then exactly
//! one chunk per answer with the finish reason, then the usage if it was asked for, then `[DONE]`.

use async_stream::stream;
use axum::response::Response;
use bytes::Bytes;
use futures::{Stream, StreamExt};
use tokio::time::{Instant, timeout_at};

use super::{
    choices::Piece,
    chunk::{ChatCompletionChunk, ChunkChoice, ChunkDelta, ChunkObject, ChunkUsage},
    identity::Identity,
    logprobs::LogprobsBody,
    ponder::{PonderChunk, PonderReply, StepChunk},
    response::{AssistantRole, TokenUsage, stop_reason},
    tool_calls::ToolCallDelta,
    validate::{ReplyStyle, Steps, UsageChunk},
};
use crate::{
    api::{
        reasoning::{Placed, ReasoningPlacer},
        sse,
    },
    app::ApiSettings,
    error::ApiError,
    generate::{Delta, Finish, GenerateError, TokenLogprob},
};

/// Makes an event without anything new.
pub(in crate::api) type Heartbeat = Box<dyn Fn() -> Bytes + Send>;

/// Writes the events of one reply.
pub(in crate::api) trait EventWriter: Send + 'static {
    /// The first events.
    fn opening(&mut self) -> Vec<Bytes>;

    /// The event of a piece; none if there is nothing to show.
    fn piece(&mut self, piece: Piece) -> Option<Bytes>;

    /// An event without anything new, for clients that count the time between events.
    fn heartbeat(&self) -> Heartbeat;

    /// The last event but the last word.
    fn closing(&mut self) -> Option<Bytes>;

    /// What follows the last event of a stream that did not fail.
    fn last_word(&self) -> Bytes {
        sse::DONE
    }

    /// The event of an error, after which the stream ends.
    fn failed(&mut self, error: &ApiError) -> Bytes {
        sse::event(&error.body())
    }
}

/// Answers with a stream of events.
///
/// # Errors
///
/// The error of an answer that fails before its first text, if it does so soon.
pub(in crate::api) async fn respond(
    choices: impl Stream<Item = Result<Piece, GenerateError>> + Send + 'static,
    writer: impl EventWriter,
    settings: &ApiSettings,
) -> Result<Response, ApiError> {
    let mut choices = Box::pin(choices);
    let mut early = Vec::new();
    let grace_ends = Instant::now() + settings.first_text_grace;
    // A text means that the answer is under way; silence means that it takes long. A chain's report
    // of what it is about to do means neither.
    while let Ok(Some(piece)) = timeout_at(grace_ends, choices.next()).await {
        let piece = piece?;
        let only_a_report = matches!(piece.delta, Delta::Step(_) | Delta::Logprobs(_));
        early.push(Ok(piece));
        if !only_a_report {
            break;
        }
    }
    let heartbeat = writer.heartbeat();
    let events = events(futures::stream::iter(early).chain(choices), writer);
    Ok(deliver(events, heartbeat, settings))
}

/// A response that delivers these events, keeps its silences alive, and ends when nobody takes them.
pub(in crate::api) fn deliver(
    events: impl Stream<Item = Bytes> + Send + 'static,
    heartbeat: Heartbeat,
    settings: &ApiSettings,
) -> Response {
    let events = sse::kept_alive(events, heartbeat, settings.keep_alive, settings.heartbeat);
    sse::response(sse::taken_within(events, settings.untaken))
}

fn events(
    mut choices: impl Stream<Item = Result<Piece, GenerateError>> + Send + Unpin + 'static,
    mut writer: impl EventWriter,
) -> impl Stream<Item = Bytes> + Send + 'static {
    stream! {
        for event in writer.opening() {
            yield event;
        }
        while let Some(piece) = choices.next().await {
            match piece {
                Ok(piece) => {
                    if let Some(event) = writer.piece(piece) {
                        yield event;
                    }
                }
                Err(error) => {
                    let error = ApiError::from(error);
                    tracing::warn!(error = error.message(), "a stream ended with an error");
                    yield writer.failed(&error);
                    return;
                }
            }
        }
        if let Some(event) = writer.closing() {
            yield event;
        }
        yield writer.last_word();
    }
}

/// Writes the chunks of one reply.
pub(super) struct ChunkWriter {
    identity: Identity,
    count: u32,
    steps: Steps,
    usage_chunk: UsageChunk,
    usage: TokenUsage,
    /// One per answer.
    placers: Vec<ReasoningPlacer>,
    /// One per answer: the tokens of its next piece.
    ranked: Vec<Vec<TokenLogprob>>,
}

impl ChunkWriter {
    pub(super) fn new(
        identity: Identity,
        count: u32,
        style: ReplyStyle,
        usage_chunk: UsageChunk,
    ) -> Self {
        Self {
            identity,
            count,
            steps: style.steps,
            usage_chunk,
            usage: TokenUsage::default(),
            ranked: (0..count).map(|_| Vec::new()).collect(),
            placers: (0..count).map(|_| ReasoningPlacer::new(style.reasoning)).collect(),
        }
    }

    fn content(&self, index: u32, text: String) -> Bytes {
        self.delta(index, ChunkDelta { content: Some(text), ..ChunkDelta::default() })
    }

    fn call(&self, index: u32, piece: ToolCallDelta) -> Bytes {
        self.delta(index, ChunkDelta { tool_calls: Some([piece]), ..ChunkDelta::default() })
    }

    /// The tokens that belong to the next chunk of an answer.
    fn ranked(&mut self, index: u32) -> Option<LogprobsBody> {
        let tokens = std::mem::take(self.ranked.get_mut(index as usize)?);
        (!tokens.is_empty()).then(|| LogprobsBody::of(tokens))
    }

    fn delta(&self, index: u32, delta: ChunkDelta) -> Bytes {
        sse::event(&self.chunk(vec![unfinished(index, delta)]))
    }

    fn finish(&mut self, index: u32, finish: &Finish) -> Bytes {
        self.usage.add(finish.usage);
        let choice = ChunkChoice {
            index,
            delta: ChunkDelta::default(),
            logprobs: self.ranked(index),
            finish_reason: Some(finish.reason.into()),
            stop_reason: stop_reason(finish),
        };
        let reply = PonderReply::new(&self.identity.run, finish, None);
        sse::event(&ChatCompletionChunk {
            ponder: Some(PonderChunk::Reply(reply)),
            ..self.chunk(vec![choice])
        })
    }

    fn chunk(&self, choices: Vec<ChunkChoice>) -> ChatCompletionChunk {
        ChatCompletionChunk {
            id: self.identity.id.clone(),
            object: ChunkObject::ChatCompletionChunk,
            created: self.identity.created,
            model: self.identity.model.clone(),
            choices,
            usage: match self.usage_chunk {
                UsageChunk::Sent => ChunkUsage::Null,
                UsageChunk::Omitted => ChunkUsage::Absent,
            },
            ponder: None,
        }
    }
}

impl EventWriter for ChunkWriter {
    /// The first chunk of each answer, the only one with the role.
    fn opening(&mut self) -> Vec<Bytes> {
        let delta = || ChunkDelta {
            role: Some(AssistantRole::Assistant),
            content: Some(String::new()),
            ..ChunkDelta::default()
        };
        (0..self.count).map(|index| self.delta(index, delta())).collect()
    }

    /// Among several answers no one can be known to run still; a comment belongs to none.
    fn heartbeat(&self) -> Heartbeat {
        let nothing =
            if self.count == 1 { self.delta(0, ChunkDelta::default()) } else { sse::COMMENT };
        Box::new(move || nothing.clone())
    }

    fn piece(&mut self, Piece { index, delta }: Piece) -> Option<Bytes> {
        let placer = self.placers.get_mut(index as usize)?;
        match delta {
            Delta::Reasoning(text) => match placer.place(text) {
                Placed::Fields(reasoning) => {
                    Some(self.delta(index, ChunkDelta { reasoning, ..ChunkDelta::default() }))
                }
                Placed::Content(text) => Some(self.content(index, text)),
                Placed::Nothing => None,
            },
            Delta::Content(text) if text.is_empty() => None,
            Delta::Content(text) => {
                let text = placer.before_content(text);
                let delta = ChunkDelta { content: Some(text), ..ChunkDelta::default() };
                let logprobs = self.ranked(index);
                let choice = ChunkChoice { logprobs, ..unfinished(index, delta) };
                Some(sse::event(&self.chunk(vec![choice])))
            }
            Delta::Logprobs(tokens) => {
                self.ranked.get_mut(index as usize)?.extend(tokens);
                None
            }
            Delta::ToolCall { index: call, id, name } => {
                // Thinking inside the answer ends before a call, too.
                let closing = placer.before_content(String::new());
                let call = self.call(index, ToolCallDelta::first(call, id, name));
                if closing.is_empty() {
                    return Some(call);
                }
                Some([self.content(index, closing), call].concat().into())
            }
            Delta::ToolArguments { index: call, text } => {
                Some(self.call(index, ToolCallDelta::next(call, text)))
            }
            Delta::Step(event) => match self.steps {
                Steps::Reported => {
                    let step = StepChunk { step: event.into() };
                    let choice = unfinished(index, ChunkDelta::default());
                    Some(sse::event(&ChatCompletionChunk {
                        ponder: Some(PonderChunk::Step(step)),
                        ..self.chunk(vec![choice])
                    }))
                }
                Steps::Omitted => None,
            },
            Delta::Finished(finish) => Some(self.finish(index, &finish)),
        }
    }

    /// The chunk that counts the tokens, if it was asked for.
    fn closing(&mut self) -> Option<Bytes> {
        match self.usage_chunk {
            UsageChunk::Omitted => None,
            UsageChunk::Sent => Some(sse::event(&ChatCompletionChunk {
                usage: ChunkUsage::Counted(self.usage.into()),
                ..self.chunk(Vec::new())
            })),
        }
    }
}

fn unfinished(index: u32, delta: ChunkDelta) -> ChunkChoice {
    ChunkChoice { index, delta, logprobs: None, finish_reason: None, stop_reason: None }
}
