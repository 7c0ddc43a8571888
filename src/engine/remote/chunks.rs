//! What an endpoint streams, read into deltas.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::{
    engine::{
        stop::{Matched, StopMatcher},
        thinking::{Beginning, Piece, ThinkingSplitter},
    },
    generate::{
        Delta, Finish, FinishReason, GenerateError, RankedToken, StopCause, Thinking, ThinkingEnd,
        TokenLogprob, Usage,
    },
};

/// Some endpoints write `null` where others write nothing.
fn absent_if_null<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// A chunk of a streamed chat completion, as much of it as is read.
#[derive(Debug, Deserialize)]
pub(super) struct Chunk {
    #[serde(default, deserialize_with = "absent_if_null")]
    choices: Vec<Choice>,
    #[serde(default)]
    usage: Option<WireUsage>,
    #[serde(default)]
    error: Option<Value>,
    /// What our own servers add.
    #[serde(default)]
    ponder: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct Choice {
    #[serde(default, deserialize_with = "absent_if_null")]
    delta: ChunkDelta,
    #[serde(default)]
    finish_reason: Option<String>,
    /// A text, a token's number, or nothing.
    #[serde(default)]
    stop_reason: Option<Value>,
    #[serde(default, deserialize_with = "absent_if_null")]
    logprobs: WireLogprobs,
}

/// How likely the tokens of a chunk were, where that was asked for.
#[derive(Debug, Default, Deserialize)]
struct WireLogprobs {
    #[serde(default, deserialize_with = "absent_if_null")]
    content: Vec<WireToken>,
}

#[derive(Debug, Deserialize)]
struct WireToken {
    #[serde(flatten)]
    chosen: WireRanked,
    #[serde(default, deserialize_with = "absent_if_null")]
    top_logprobs: Vec<WireRanked>,
}

#[derive(Debug, Deserialize)]
struct WireRanked {
    #[serde(default)]
    token: String,
    logprob: f32,
}

impl From<WireToken> for TokenLogprob {
    fn from(WireToken { chosen, top_logprobs }: WireToken) -> Self {
        let ranked =
            |WireRanked { token, logprob }: WireRanked| RankedToken { text: token, logprob };
        Self { chosen: ranked(chosen), top: top_logprobs.into_iter().map(ranked).collect() }
    }
}

#[derive(Debug, Default, Deserialize)]
struct ChunkDelta {
    #[serde(default)]
    content: Option<String>,
    #[serde(default)]
    reasoning_content: Option<String>,
    #[serde(default)]
    reasoning: Option<String>,
    #[serde(default, deserialize_with = "absent_if_null")]
    tool_calls: Vec<WireCall>,
}

/// A call of a function, or a piece of one.
#[derive(Debug, Deserialize)]
struct WireCall {
    #[serde(default)]
    index: Option<u32>,
    #[serde(default)]
    id: Option<String>,
    #[serde(default, deserialize_with = "absent_if_null")]
    function: WireFunction,
}

#[derive(Debug, Default, Deserialize)]
struct WireFunction {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    arguments: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct WireUsage {
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
    #[serde(default)]
    completion_tokens_details: Option<WireDetails>,
}

#[derive(Debug, Default, Deserialize)]
struct WireDetails {
    #[serde(default)]
    reasoning_tokens: Option<u64>,
}

/// Makes deltas of the chunks of one answer; the finish is held back until its usage has come.
pub(super) struct ChunkReader {
    wanted: Thinking,
    splitter: ThinkingSplitter,
    /// Looked for here, in the answer only: an endpoint would look for it in the thinking too.
    stop: StopMatcher,
    /// Endpoints send about one token a piece: a fair estimate where one does not count.
    counted: Usage,
    reported: Option<Usage>,
    reason: Option<FinishReason>,
    cause: Option<StopCause>,
    /// How the thinking ended, if the endpoint says.
    thinking_end: Option<ThinkingEnd>,
    thought: bool,
    answered: bool,
    /// The endpoint's numbers and ids of the calls that have begun, in order.
    called: Vec<(u32, String)>,
}

impl ChunkReader {
    /// A reader at the start of an answer.
    pub(super) fn new(wanted: Thinking, stop: Vec<String>) -> Self {
        Self {
            wanted,
            splitter: ThinkingSplitter::new(Beginning::Before),
            stop: StopMatcher::new(stop),
            counted: Usage::default(),
            reported: None,
            reason: None,
            cause: None,
            thinking_end: None,
            thought: false,
            answered: false,
            called: Vec::new(),
        }
    }

    /// Takes the next chunk. The answer has ended when the last delta is [`Delta::Finished`].
    ///
    /// # Errors
    ///
    /// The endpoint's, if the chunk is one.
    pub(super) fn take(&mut self, chunk: Chunk) -> Result<Vec<Delta>, GenerateError> {
        if let Some(error) = chunk.error {
            return Err(remote_error(&error));
        }
        self.reported = chunk.usage.map(Usage::from).or(self.reported);
        self.thinking_end = chunk.ponder.as_ref().and_then(thinking_end).or(self.thinking_end);
        let Some(choice) = chunk.choices.into_iter().next() else { return Ok(Vec::new()) };
        let said = choice.delta.reasoning_content.or(choice.delta.reasoning).unwrap_or_default();
        let content = choice.delta.content.unwrap_or_default();
        self.counted.reasoning_tokens += u64::from(!said.is_empty());
        let calls = choice.delta.tool_calls;
        let spoke = !said.is_empty() || !content.is_empty() || !calls.is_empty();
        self.counted.completion_tokens += u64::from(spoke);
        let mut deltas = Vec::new();
        if !choice.logprobs.content.is_empty() {
            let tokens = choice.logprobs.content.into_iter().map(TokenLogprob::from);
            deltas.push(Delta::Logprobs(tokens.collect()));
        }
        // Thinking that comes after the answer began has no place left in the stream.
        if !said.is_empty() && !self.answered {
            self.thought = true;
            if self.wanted != Thinking::Off {
                deltas.push(Delta::Reasoning(said));
            }
        }
        let pieces = self.splitter.push(&content);
        if self.show(pieces, &mut deltas) {
            deltas.push(self.finished(FinishReason::Stop));
            return Ok(deltas);
        }
        for call in calls {
            self.call(call, &mut deltas);
        }
        // As vLLM and we say that an answer went in circles.
        if choice.stop_reason.as_ref().and_then(Value::as_str) == Some("repetition_detected") {
            self.cause = Some(StopCause::Repetition);
        }
        if let Some(name) = choice.finish_reason {
            self.reason = Some(match name.as_str() {
                "length" => FinishReason::Length,
                _ if !self.called.is_empty() => FinishReason::ToolCalls,
                _ => FinishReason::Stop,
            });
        }
        Ok(deltas)
    }

    /// Gives out what was held back, for a call follows.
    fn flush(&mut self, deltas: &mut Vec<Delta>) {
        let splitter =
            std::mem::replace(&mut self.splitter, ThinkingSplitter::new(Beginning::After));
        self.show(splitter.finish(), deltas);
        let held = self.stop.flush();
        if !held.is_empty() {
            deltas.push(Delta::Content(held));
        }
    }

    /// Places a call, or a piece of one. Some endpoints send whole calls without numbers.
    fn call(&mut self, call: WireCall, deltas: &mut Vec<Delta>) {
        self.answered = true;
        let WireCall { index, id, function: WireFunction { name, arguments } } = call;
        let name = name.filter(|name| !name.is_empty());
        let id = id.filter(|id| !id.is_empty());
        let last = self.called.last().map(|(number, _)| *number);
        let theirs = match (index, &name) {
            (Some(index), _) => index,
            (None, Some(_)) => last.map_or(0, |last| last.saturating_add(1)),
            (None, None) => last.unwrap_or_default(),
        };
        // Some endpoints number every call 0 and tell them apart by their ids.
        let is_other = |known: &str| name.is_some() && id.as_ref().is_some_and(|id| id != known);
        let known = self.called.iter().rposition(|(number, id)| *number == theirs && !is_other(id));
        let ours = |position: usize| u32::try_from(position).unwrap_or(u32::MAX);
        let index = match (known, name) {
            (Some(position), _) => ours(position),
            (None, Some(name)) => {
                let index = ours(self.called.len());
                let id = id.unwrap_or_else(|| format!("call_{}", uuid::Uuid::new_v4().simple()));
                self.called.push((theirs, id.clone()));
                self.flush(deltas);
                deltas.push(Delta::ToolCall { index, id, name });
                index
            }
            // Arguments of nothing.
            (None, None) => return,
        };
        if let Some(text) = arguments.filter(|text| !text.is_empty()) {
            deltas.push(Delta::ToolArguments { index, text });
        }
    }

    /// Ends the answer where the stream ended: gives out what was held back, and the finish.
    ///
    /// # Errors
    ///
    /// If the endpoint never said why it ended.
    pub(super) fn end(&mut self) -> Result<Vec<Delta>, GenerateError> {
        let Some(reason) = self.reason else {
            return Err(GenerateError::Remote {
                message: "The remote model's answer broke off before its end.".to_owned(),
                status: None,
            });
        };
        let splitter =
            std::mem::replace(&mut self.splitter, ThinkingSplitter::new(Beginning::After));
        let mut deltas = Vec::new();
        let stopped = self.show(splitter.finish(), &mut deltas);
        let held = std::mem::take(&mut self.stop).finish();
        if !stopped && !held.is_empty() {
            deltas.push(Delta::Content(held));
        }
        deltas.push(self.finished(if stopped { FinishReason::Stop } else { reason }));
        Ok(deltas)
    }

    /// Places pieces; true when a stop sequence was met. The thinking of a request that wants none is
    /// dropped.
    fn show(&mut self, pieces: Vec<Piece>, deltas: &mut Vec<Delta>) -> bool {
        for piece in pieces {
            match piece {
                Piece::Reasoning(text) => {
                    self.thought = true;
                    if self.wanted != Thinking::Off {
                        deltas.push(Delta::Reasoning(text));
                    }
                }
                Piece::Content(text) => {
                    self.answered = true;
                    let (text, stopped) = match self.stop.push(&text) {
                        Matched::Text(text) => (text, false),
                        Matched::Stop { before, sequence } => {
                            self.cause = Some(StopCause::Sequence(sequence));
                            (before, true)
                        }
                    };
                    if !text.is_empty() {
                        deltas.push(Delta::Content(text));
                    }
                    if stopped {
                        return true;
                    }
                }
            }
        }
        false
    }

    fn finished(&self, reason: FinishReason) -> Delta {
        let thinking_end = match (self.thought, self.answered, reason) {
            (false, _, _) => ThinkingEnd::None,
            (true, false, FinishReason::Length) => ThinkingEnd::Budget,
            (true, _, _) => self.thinking_end.unwrap_or(ThinkingEnd::Natural),
        };
        let usage = self.reported.unwrap_or(self.counted);
        Delta::Finished(Finish {
            reason,
            usage,
            thinking_end,
            cause: self.cause.clone(),
            ..Finish::default()
        })
    }
}

impl From<WireUsage> for Usage {
    fn from(usage: WireUsage) -> Self {
        let reasoning = usage.completion_tokens_details.unwrap_or_default().reasoning_tokens;
        Self {
            prompt_tokens: usage.prompt_tokens,
            completion_tokens: usage.completion_tokens,
            reasoning_tokens: reasoning.unwrap_or(0).min(usage.completion_tokens),
        }
    }
}

/// How the thinking ended, as our own servers say it.
fn thinking_end(ponder: &Value) -> Option<ThinkingEnd> {
    match ponder.get("thinking_end")?.as_str()? {
        "natural" => Some(ThinkingEnd::Natural),
        "budget" => Some(ThinkingEnd::Budget),
        "loop" => Some(ThinkingEnd::Loop),
        _ => None,
    }
}

fn remote_error(error: &Value) -> GenerateError {
    let message = error.get("message").and_then(Value::as_str).unwrap_or("no reason was given");
    GenerateError::Remote { message: format!("The remote model failed: {message}"), status: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How an answer of these chunks ends.
    fn finish(chunks: &[&str]) -> Finish {
        let mut reader = ChunkReader::new(Thinking::Natural, Vec::new());
        let mut deltas = Vec::new();
        for chunk in chunks {
            deltas.extend(reader.take(serde_json::from_str(chunk).unwrap()).unwrap());
        }
        deltas.extend(reader.end().unwrap());
        match deltas.pop() {
            Some(Delta::Finished(finish)) => finish,
            other => panic!("no finish: {other:?}"),
        }
    }

    const THOUGHT: &str = r#"{"choices": [{"delta": {"reasoning_content": "hm"}}]}"#;
    const ANSWER: &str = r#"{"choices": [{"delta": {"content": "4"}}]}"#;

    #[test]
    fn another_ponder_says_how_an_answer_ended() {
        let looped = finish(&[
            THOUGHT,
            ANSWER,
            r#"{"choices": [{"delta": {}, "finish_reason": "length", "stop_reason": "repetition_detected"}]}"#,
            r#"{"choices": [], "ponder": {"thinking_end": "loop"}}"#,
        ]);
        assert_eq!(looped.cause, Some(StopCause::Repetition));
        assert_eq!(looped.thinking_end, ThinkingEnd::Loop);
    }

    #[test]
    fn what_is_said_of_the_tokens_comes_before_their_text() {
        let mut reader = ChunkReader::new(Thinking::Natural, Vec::new());
        let chunk = r#"{"choices": [{"delta": {"reasoning": "hm"}, "logprobs": {"content": [{"token": "hm",
            "logprob": -0.5, "bytes": null, "top_logprobs": [{"token": "hm", "logprob": -0.5},
            {"token": "ah", "logprob": -1.5}]}], "refusal": null}}]}"#;
        let deltas = reader.take(serde_json::from_str(chunk).unwrap()).unwrap();
        let ranked = |text: &str, logprob| RankedToken { text: text.to_owned(), logprob };
        let token = TokenLogprob {
            chosen: ranked("hm", -0.5),
            top: vec![ranked("hm", -0.5), ranked("ah", -1.5)],
        };
        assert_eq!(deltas, [Delta::Logprobs(vec![token]), Delta::Reasoning("hm".to_owned())]);
        let without = r#"{"choices": [{"delta": {"content": "4"}, "logprobs": null}]}"#;
        let deltas = reader.take(serde_json::from_str(without).unwrap()).unwrap();
        assert_eq!(deltas, [Delta::Content("4".to_owned())]);
    }

    #[test]
    fn other_servers_need_not() {
        let plain = finish(&[
            THOUGHT,
            ANSWER,
            r#"{"choices": [{"delta": {}, "finish_reason": "stop", "stop_reason": 151645}]}"#,
        ]);
        assert_eq!((plain.cause, plain.thinking_end), (None, ThinkingEnd::Natural));
        let cut = r#"{"choices": [{"delta": {}, "finish_reason": "length", "stop_reason": null}]}"#;
        assert_eq!(finish(&[THOUGHT, cut]).thinking_end, ThinkingEnd::Budget);
    }
}
