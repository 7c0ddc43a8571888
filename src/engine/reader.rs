//! Turns the tokens of a running answer into deltas.
//!
//! The text comes from the tokens themselves, not from the engine's own rendering of them: that one
//! loses the end of an answer that stops inside a character, and cannot tell thinking from answer.

use std::{sync::Arc, time::Duration};

use super::{
    call_reader::{CallPiece, CallReader},
    forced::Forced,
    ranked::{RankedText, reported},
    sampler::Ranking,
    stop::{Matched, StopMatcher},
    thinking::{Beginning, Piece, ThinkingSplitter},
    tokens::{TokenDecoder, Tokens},
};
use crate::generate::{
    Delta, Finish, FinishReason, GenerateError, StopCause, Thinking, ThinkingEnd, TokenLogprob,
    Usage,
};

/// What a [`Reader`] must know about the answer it reads.
#[derive(Debug, Clone)]
pub struct Expected {
    /// Where the model's text begins.
    pub beginning: Beginning,
    /// The tokens that end an answer.
    pub stop_tokens: Arc<[u32]>,
    /// Sequences that end it, from the request.
    pub stop: Vec<String>,
    /// The most tokens it may have.
    pub max_tokens: u32,
    /// The tokens of its prompt.
    pub prompt_tokens: u64,
    /// Whether its thinking is wanted.
    pub thinking: Thinking,
    /// What is forced on it.
    pub forced: Forced,
    /// Whether its tokens are reported with their probabilities.
    pub logprobs: bool,
    /// Whether those of the thinking are as well, every token by itself.
    pub ranks_thinking: bool,
    /// Whether it may call functions.
    pub calls: bool,
    /// Whether it is a JSON value, which is brought to its end whatever ends it.
    pub formed: bool,
}

/// Reads one answer, token by token.
pub struct Reader {
    tokens: Arc<Tokens>,
    decoder: TokenDecoder,
    splitter: ThinkingSplitter,
    stop: StopMatcher,
    stop_tokens: Arc<[u32]>,
    max_tokens: u64,
    usage: Usage,
    thinking: Thinking,
    forced: Forced,
    /// The tokens of the answer that are not reported yet; `None` if nobody asked.
    ranked: Option<RankedText>,
    /// Whether every token is reported by itself, that of the thinking as well.
    ranks_all: bool,
    thought: bool,
    /// Finds calls of functions; `None` if there can be none.
    calls: Option<CallReader>,
    /// How many calls have begun.
    called: u32,
    /// Whether the answer is a JSON value.
    formed: bool,
    /// The stop sequence that was met.
    cause: Option<StopCause>,
    /// Whether a prompt is continued as it is.
    raw: bool,
    /// The token that ended it, to be reported.
    end_token: Vec<TokenLogprob>,
    /// The end, once it has been reached; given out with the last deltas.
    finish: Option<FinishReason>,
}

impl Reader {
    /// A reader at the start of an answer.
    pub fn new(tokens: Arc<Tokens>, expected: Expected) -> Self {
        Self {
            tokens,
            decoder: TokenDecoder::default(),
            splitter: ThinkingSplitter::new(expected.beginning),
            stop: StopMatcher::new(expected.stop),
            stop_tokens: expected.stop_tokens,
            max_tokens: expected.max_tokens.into(),
            usage: Usage { prompt_tokens: expected.prompt_tokens, ..Usage::default() },
            thinking: expected.thinking,
            forced: expected.forced,
            ranked: (expected.logprobs && !expected.ranks_thinking).then(RankedText::default),
            ranks_all: expected.logprobs && expected.ranks_thinking,
            calls: expected.calls.then(CallReader::default),
            called: 0,
            formed: expected.formed,
            cause: None,
            raw: expected.beginning == Beginning::Raw,
            end_token: Vec::new(),
            thought: expected.beginning == Beginning::Inside,
            finish: None,
        }
    }

    /// How many tokens have been read.
    pub fn position(&self) -> usize {
        usize::try_from(self.usage.completion_tokens).unwrap_or(usize::MAX)
    }

    /// Takes the next token. The answer has ended when the last delta is [`Delta::Finished`]; later
    /// tokens must not be pushed.
    pub fn push(&mut self, token: u32, ranking: Option<Ranking>) -> Vec<Delta> {
        let was_thinking = self.splitter.is_thinking();
        self.usage.completion_tokens += 1;
        if self.stop_tokens.contains(&token) {
            if self.forced.loop_in_answer() {
                self.cause = Some(StopCause::Repetition);
                // A value or a call was brought to its end; text was cut.
                let whole = self.formed || self.called > 0;
                return self.end(if whole { FinishReason::Stop } else { FinishReason::Length });
            }
            if self.raw
                && let (Some(_), Some(ranking)) = (&self.ranked, ranking)
            {
                // Without text, but somebody who adds up probabilities misses it.
                self.end_token = vec![reported(&self.tokens, String::new(), &ranking)];
            }
            return self.end(FinishReason::Stop);
        }
        let text = self.decoder.push(&self.tokens, token);
        let mut deltas = Vec::new();
        match (&mut self.ranked, ranking) {
            (Some(ranked), Some(ranking)) => ranked.push(&self.tokens, text.clone(), &ranking),
            (None, Some(ranking)) if self.ranks_all => {
                let token = reported(&self.tokens, text.clone(), &ranking);
                deltas.push(Delta::Logprobs(vec![token]));
            }
            _ => {}
        }
        let pieces = self.splitter.push(&text);
        if was_thinking || self.splitter.is_thinking() {
            self.thought = true;
            self.usage.reasoning_tokens += 1;
        }
        deltas.extend(self.show(pieces));
        if self.finish.is_some() {
            self.report_last(&mut deltas);
            deltas.push(self.finished());
        } else if self.usage.completion_tokens >= self.max_tokens {
            deltas.extend(self.end(FinishReason::Length));
        }
        deltas
    }

    /// What to make of an engine that stopped sending before the answer had ended.
    pub fn broken_off() -> GenerateError {
        GenerateError::Unavailable {
            message: "The engine failed in the middle of this answer and was restarted. Send the \
                      request again."
                .to_owned(),
            retry_after: Duration::from_secs(1),
        }
    }

    /// Places pieces; sets `finish` when a stop sequence is met.
    fn show(&mut self, pieces: Vec<Piece>) -> Vec<Delta> {
        let mut deltas = Vec::new();
        for piece in pieces {
            match piece {
                // A model whose tags are several tokens cannot be kept from thinking after all.
                Piece::Reasoning(_) if self.thinking == Thinking::Off => {}
                Piece::Reasoning(text) => deltas.push(Delta::Reasoning(text)),
                Piece::Content(_) if self.finish.is_some() => {}
                Piece::Content(text) => match &mut self.calls {
                    None => self.say(&text, &mut deltas),
                    Some(calls) => {
                        for piece in calls.push(&text) {
                            self.call(piece, &mut deltas);
                        }
                    }
                },
            }
        }
        deltas
    }

    /// Places a piece of an answer that may call functions.
    fn call(&mut self, piece: CallPiece, deltas: &mut Vec<Delta>) {
        match piece {
            CallPiece::Text(text) => self.say(&text, deltas),
            CallPiece::Call(name) => {
                let held = Delta::Content(self.stop.flush());
                self.report(&held, deltas, 0);
                if !matches!(&held, Delta::Content(text) if text.is_empty()) {
                    deltas.push(held);
                }
                // Only text is reported; what belongs to the call never shows.
                self.report_last(deltas);
                self.ranked = None;
                let id = format!("call_{}", uuid::Uuid::new_v4().simple());
                deltas.push(Delta::ToolCall { index: self.called, id, name });
                self.called += 1;
            }
            CallPiece::Arguments(text) => {
                let index = self.called.saturating_sub(1);
                deltas.push(Delta::ToolArguments { index, text });
            }
        }
    }

    /// Places text of the answer; sets `finish` when a stop sequence is met.
    fn say(&mut self, text: &str, deltas: &mut Vec<Delta>) {
        if self.finish.is_some() {
            return;
        }
        let waited = self.stop.held();
        let mut held = 0;
        let said = match self.stop.push(text) {
            Matched::Text(text) => text,
            Matched::Stop { before, sequence } => {
                self.finish = Some(FinishReason::Stop);
                held = (waited + text.len()).saturating_sub(before.len());
                self.cause = Some(StopCause::Sequence(sequence));
                before
            }
        };
        let maybe_call = self.calls.as_ref().map_or(0, CallReader::held);
        let delta = Delta::Content(said);
        self.report(&delta, deltas, held + self.stop.held() + maybe_call);
        if !matches!(&delta, Delta::Content(text) if text.is_empty()) {
            deltas.push(delta);
        }
    }

    /// Reports the tokens of a piece of answer, before it.
    fn report(&mut self, delta: &Delta, deltas: &mut Vec<Delta>, held: usize) {
        let (Some(ranked), Delta::Content(text)) = (&mut self.ranked, delta) else { return };
        let tokens = ranked.take(text, held);
        if !tokens.is_empty() {
            deltas.push(Delta::Logprobs(tokens));
        }
    }

    /// Reports the token that was cut, if one was.
    fn report_last(&mut self, deltas: &mut Vec<Delta>) {
        let last = self.ranked.as_mut().and_then(RankedText::finish);
        deltas.extend(last.map(|token| Delta::Logprobs(vec![token])));
    }

    /// Ends the answer where it is: gives out what was held back.
    pub fn end(&mut self, reason: FinishReason) -> Vec<Delta> {
        let still_thinking = self.splitter.is_thinking();
        let text = std::mem::take(&mut self.decoder).finish(&self.tokens);
        if let Some(ranked) = &mut self.ranked {
            ranked.complete(&text);
        }
        let mut pieces = self.splitter.push(&text);
        // Whatever follows the end is ignored, so the splitter that stays behind does not matter.
        let splitter =
            std::mem::replace(&mut self.splitter, ThinkingSplitter::new(Beginning::After));
        let ended_thinking = splitter.is_thinking() || still_thinking;
        pieces.extend(splitter.finish());
        let mut deltas = self.show(pieces);
        let no_call = self.calls.as_mut().and_then(CallReader::finish);
        if let Some(text) = no_call {
            self.say(&text, &mut deltas);
        }
        let cut = self.calls.as_ref().is_some_and(CallReader::is_open);
        let reason = if cut { FinishReason::Length } else { reason };
        if self.finish.is_none() {
            let held = std::mem::take(&mut self.stop).finish();
            if !held.is_empty() {
                let held = Delta::Content(held);
                self.report(&held, &mut deltas, 0);
                deltas.push(held);
            }
        }
        self.report_last(&mut deltas);
        if !self.end_token.is_empty() {
            deltas.push(Delta::Logprobs(std::mem::take(&mut self.end_token)));
        }
        self.finish.get_or_insert(reason);
        let mut finished = self.finished();
        if let Delta::Finished(finish) = &mut finished
            && ended_thinking
            && finish.reason == FinishReason::Length
        {
            finish.thinking_end = ThinkingEnd::Budget;
        }
        deltas.push(finished);
        deltas
    }

    fn finished(&self) -> Delta {
        let reason = match self.finish.unwrap_or_default() {
            FinishReason::Stop if self.called > 0 => FinishReason::ToolCalls,
            reason => reason,
        };
        Delta::Finished(Finish {
            reason,
            usage: self.usage,
            thinking_end: match self.thought {
                false => ThinkingEnd::None,
                true if self.forced.loop_in_thinking() => ThinkingEnd::Loop,
                true if self.forced.budget() => ThinkingEnd::Budget,
                true => ThinkingEnd::Natural,
            },
            cause: self.cause.clone(),
            ..Finish::default()
        })
    }
}
