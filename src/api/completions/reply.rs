//! Continuations, as they are sent: the same object whole and as a piece of a stream.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        chat::{
            choices::Piece,
            chunk::ChunkUsage,
            identity::Identity,
            ponder::PonderReply,
            response::{FinishName, TokenUsage, UsageBody, stop_reason},
            stream::{EventWriter, Heartbeat},
            validate::UsageChunk,
        },
        sse,
    },
    generate::{Answer, Delta, Finish, TokenLogprob},
};

/// Continuations, or a piece of one.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Completion {
    /// `cmpl-` and a unique part; the same in every piece.
    pub id: String,
    /// What this is.
    pub object: CompletionObjectName,
    /// When it began, in seconds since 1970.
    pub created: u64,
    /// The model's name, as the request spelled it.
    pub model: String,
    /// The continuations: those of the first prompt, then those of the next.
    pub choices: Vec<CompletionChoice>,
    /// The tokens of all of them together; in a stream only if it was asked for, and only in the last
    /// piece.
    #[serde(skip_serializing_if = "ChunkUsage::is_absent")]
    #[schema(value_type = Option<UsageBody>)]
    pub usage: ChunkUsage,
    /// What ponder adds, at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ponder: Option<PonderReply>,
}

/// The type of a completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub enum CompletionObjectName {
    /// The only one.
    #[serde(rename = "text_completion")]
    TextCompletion,
}

/// A continuation, or a piece of it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CompletionChoice {
    /// The text, after the prompt if that was to be echoed.
    pub text: String,
    /// The continuation's number, from 0.
    pub index: u32,
    /// How likely its tokens were; null unless the request asked.
    #[schema(required)]
    pub logprobs: Option<TextLogprobs>,
    /// Why the last token was the last; null before that.
    #[schema(required)]
    pub finish_reason: Option<FinishName>,
    /// The stop sequence that was met, or `repetition_detected`.
    #[schema(required)]
    pub stop_reason: Option<String>,
}

/// How likely the tokens of a text were, in the older form.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
pub struct TextLogprobs {
    /// The tokens; joined, they are the text.
    pub tokens: Vec<String>,
    /// The natural logarithms of their probabilities; null for a first token of an echoed prompt, which has
    /// nothing before it.
    pub token_logprobs: Vec<Option<f32>>,
    /// The likeliest tokens at their places; null where there is no probability.
    pub top_logprobs: Vec<Option<BTreeMap<String, f32>>>,
    /// Where they begin in the text, in characters.
    pub text_offset: Vec<u64>,
}

/// How a reply is written.
pub(super) struct Style {
    /// How many continuations there are.
    pub(super) count: u32,
    /// How many of them a prompt has.
    pub(super) each: u32,
    /// What stands before those of each prompt; nothing if nothing does.
    pub(super) echoed: Vec<Arc<str>>,
    /// Whether tokens come with their probabilities.
    pub(super) logprobs: bool,
    /// Whether those of the prompt come first.
    pub(super) scored: bool,
}

/// Adds up tokens: each prompt counts once, however many continuations it has.
#[derive(Debug, Default)]
struct Tally {
    prompts: BTreeMap<u32, TokenUsage>,
}

impl Style {
    /// What stands before a continuation.
    fn before(&self, index: u32) -> &str {
        self.echoed.get((index / self.each.max(1)) as usize).map_or("", |text| text)
    }
}

impl Tally {
    fn add(&mut self, index: u32, each: u32, finish: &Finish) {
        self.prompts.entry(index / each.max(1)).or_default().add(finish.usage);
    }

    fn total(&self) -> UsageBody {
        let mut total = crate::generate::Usage::default();
        for usage in self.prompts.values() {
            total += usage.counted();
        }
        TokenUsage::of(total).into()
    }
}

/// The whole reply.
pub(super) fn whole(answers: Vec<Answer>, identity: Identity, style: Style) -> Completion {
    let mut tally = Tally::default();
    let first = answers.first().map(|answer| answer.finish.clone()).unwrap_or_default();
    let choices = (0..)
        .zip(answers)
        .map(|(index, answer)| {
            tally.add(index, style.each, &answer.finish);
            CompletionChoice {
                text: format!("{}{}", style.before(index), answer.content),
                index,
                logprobs: style
                    .logprobs
                    .then(|| text_logprobs(answer.logprobs, &mut 0, style.scored)),
                finish_reason: Some(answer.finish.reason.into()),
                stop_reason: stop_reason(&answer.finish),
            }
        })
        .collect();
    Completion {
        ponder: Some(PonderReply::new(&identity.run, &first, None)),
        usage: ChunkUsage::Counted(tally.total()),
        ..piece(&identity, choices)
    }
}

fn piece(identity: &Identity, choices: Vec<CompletionChoice>) -> Completion {
    Completion {
        id: identity.id.clone(),
        object: CompletionObjectName::TextCompletion,
        created: identity.created,
        model: identity.model.clone(),
        choices,
        usage: ChunkUsage::Absent,
        ponder: None,
    }
}

/// `offset`: where the first of the tokens begins; afterwards where the next one does. `scored`: whether
/// the first token of the text is one of the prompt.
fn text_logprobs(tokens: Vec<TokenLogprob>, offset: &mut u64, scored: bool) -> TextLogprobs {
    let mut body = TextLogprobs::default();
    let mut unknown = scored && *offset == 0;
    for TokenLogprob { chosen, top } in tokens {
        body.text_offset.push(*offset);
        *offset += chosen.text.chars().count() as u64;
        // Of several tokens with the same text, parts of characters, the likeliest counts; the one
        // that was chosen is always there.
        let mut likeliest = BTreeMap::new();
        for token in top {
            likeliest.entry(token.text).or_insert(token.logprob);
        }
        likeliest.entry(chosen.text.clone()).or_insert(chosen.logprob);
        let known = !std::mem::take(&mut unknown);
        body.top_logprobs.push(known.then_some(likeliest));
        body.token_logprobs.push(known.then_some(chosen.logprob));
        body.tokens.push(chosen.text);
    }
    body
}

/// Writes the pieces of a stream.
pub(super) struct Writer {
    identity: Identity,
    style: Style,
    usage: UsageChunk,
    tally: Tally,
    /// Of each continuation: the tokens of its next piece, and where they begin.
    ranked: Vec<(Vec<TokenLogprob>, u64)>,
}

impl Writer {
    pub(super) fn new(identity: Identity, style: Style, usage: UsageChunk) -> Self {
        let ranked = (0..style.count).map(|_| (Vec::new(), 0)).collect();
        Self { identity, style, usage, tally: Tally::default(), ranked }
    }

    fn text(&mut self, index: u32, text: String) -> CompletionChoice {
        let scored = self.style.scored;
        let logprobs = self.ranked.get_mut(index as usize).and_then(|(tokens, offset)| {
            let tokens = std::mem::take(tokens);
            (!tokens.is_empty()).then(|| text_logprobs(tokens, offset, scored))
        });
        CompletionChoice { text, index, logprobs, finish_reason: None, stop_reason: None }
    }

    fn event(&self, choices: Vec<CompletionChoice>, ponder: Option<PonderReply>) -> Bytes {
        let usage = match self.usage {
            UsageChunk::Sent => ChunkUsage::Null,
            UsageChunk::Omitted => ChunkUsage::Absent,
        };
        sse::event(&Completion { usage, ponder, ..piece(&self.identity, choices) })
    }
}

impl EventWriter for Writer {
    fn opening(&mut self) -> Vec<Bytes> {
        let echoing = !self.style.echoed.is_empty();
        let mut events = Vec::new();
        for index in (0..self.style.count).filter(|_| echoing) {
            let before = self.style.before(index).to_owned();
            let choice = self.text(index, before);
            events.push(self.event(vec![choice], None));
        }
        events
    }

    fn piece(&mut self, Piece { index, delta }: Piece) -> Option<Bytes> {
        match delta {
            Delta::Content(text) if text.is_empty() => None,
            Delta::Content(text) => {
                let choice = self.text(index, text);
                Some(self.event(vec![choice], None))
            }
            Delta::Logprobs(tokens) => {
                self.ranked.get_mut(index as usize)?.0.extend(tokens);
                None
            }
            Delta::Finished(finish) => {
                self.tally.add(index, self.style.each, &finish);
                let choice = CompletionChoice {
                    finish_reason: Some(finish.reason.into()),
                    stop_reason: stop_reason(&finish),
                    ..self.text(index, String::new())
                };
                let reply = PonderReply::new(&self.identity.run, &finish, None);
                Some(self.event(vec![choice], Some(reply)))
            }
            Delta::Reasoning(_)
            | Delta::ToolCall { .. }
            | Delta::ToolArguments { .. }
            | Delta::Step(_) => None,
        }
    }

    fn heartbeat(&self) -> Heartbeat {
        // A piece without text would have to belong to one of them.
        Box::new(|| sse::COMMENT)
    }

    fn closing(&mut self) -> Option<Bytes> {
        match self.usage {
            UsageChunk::Omitted => None,
            UsageChunk::Sent => Some(sse::event(&Completion {
                usage: ChunkUsage::Counted(self.tally.total()),
                ..piece(&self.identity, Vec::new())
            })),
        }
    }
}
