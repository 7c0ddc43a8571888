//! A deterministic engine for tests, demonstrations and measurements of our own overhead.
//!
//! It answers from a [`Script`]: the first rule that fits the conversation gives the reply, word by
//! word. It is a whole implementation of [`Generate`], with token limits, stop sequences, a context
//! length, delays and failures on demand, so that everything around an engine can be proven without
//! a model. A token is a word with the white space after it. Its embeddings count words.

use std::{sync::Arc, time::Duration};

use async_stream::stream;
use futures::{FutureExt, Stream, future::BoxFuture};

use super::stop::{Matched, StopMatcher};
use crate::generate::{
    Delta, Embed, Finish, FinishReason, Format, Generate, GenerateError, Generation, RankedToken,
    Request, StopCause, Thinking, ThinkingEnd, TokenLogprob, ToolChoice, Tools, Usage,
};

mod embedding;
mod script;
mod work;

pub use script::{Ending, Failure, Reply, Rule, Script, ScriptedCall, When};
pub use work::Work;

/// Answers from a script; see the module.
#[derive(Debug, Clone)]
pub struct ScriptedEngine {
    script: Arc<Script>,
    work: Work,
}

impl ScriptedEngine {
    /// An engine that plays `script`.
    pub fn new(script: Script) -> Self {
        Self { script: Arc::new(script), work: Work::default() }
    }

    /// What the engine does and did; stays valid when the engine itself is moved elsewhere.
    pub fn work(&self) -> Work {
        self.work.clone()
    }

    /// Checks a request and prepares its answer.
    fn start(&self, request: &Request) -> Result<Generation, GenerateError> {
        let prompt_tokens = request.messages.iter().map(|message| count(&message.content)).sum();
        let limit = self.script.context_length;
        if prompt_tokens > limit {
            return Err(GenerateError::ContextLength { limit, prompt: prompt_tokens });
        }
        let reply = self.script.reply(request);
        let refusal = match &reply.ending {
            Ending::FailBefore(failure) => Some(failure),
            Ending::Finish
            | Ending::FailAfter { .. }
            | Ending::BreakOffAfter { .. }
            | Ending::HangAfter { .. } => None,
        };
        if let Some(failure) = refusal {
            return Err(failure.happen());
        }
        if !fits(reply, &request.format) {
            return Err(GenerateError::invalid(
                "response_format",
                "`response_format` cannot be honoured by a scripted model whose script says nothing \
                 like it.",
            ));
        }
        let calls = calls(reply, &request.tools)?;
        let room = limit.saturating_sub(prompt_tokens);
        let most = request.max_tokens.map_or(room, |limit| room.min(u64::from(limit)));
        let play = Play {
            reasoning: match request.thinking {
                Thinking::Natural | Thinking::UpTo(_) => reply.reasoning.clone(),
                Thinking::Off => String::new(),
            },
            thinking_budget: match request.thinking {
                Thinking::UpTo(budget) => usize::try_from(budget).unwrap_or(usize::MAX),
                Thinking::Natural | Thinking::Off => usize::MAX,
            },
            out_of_budget: false,
            cause: None,
            logprobs: request.logprobs,
            ranks_thinking: request.ranks_thinking,
            confidence: reply.confidence.clone(),
            calls,
            content: reply.content.replace("{question}", request.question()),
            first_token_after: Duration::from_millis(reply.first_token_ms),
            per_token: Duration::from_millis(reply.per_token_ms),
            ending: reply.ending.clone(),
            most,
            stop: StopMatcher::new(request.stop.clone()),
            usage: Usage { prompt_tokens, ..Usage::default() },
        };
        Ok(Generation::new(play.run(self.work.clone())).holding(self.work.begin()))
    }
}

/// Whether a reply has the form that is asked for; of a schema only that it is JSON is looked at.
fn fits(reply: &Reply, format: &Format) -> bool {
    let value = || serde_json::from_str::<serde_json::Value>(&reply.content).ok();
    match format {
        Format::Text => true,
        Format::Object => value().is_some_and(|value| value.is_object()),
        Format::Schema { .. } => value().is_some(),
    }
}

/// The calls of a reply that the request allows.
fn calls(reply: &Reply, tools: &Tools) -> Result<Vec<ScriptedCall>, GenerateError> {
    let allowed = |call: &&ScriptedCall| {
        let offered = tools.functions.iter().any(|function| function.name == call.name);
        offered && !matches!(&tools.choice, ToolChoice::Named(name) if *name != call.name)
    };
    let one = !tools.several || matches!(tools.choice, ToolChoice::Named(_));
    let most = if one { 1 } else { usize::MAX };
    let calls: Vec<ScriptedCall> =
        reply.tool_calls.iter().filter(allowed).take(most).cloned().collect();
    if calls.is_empty() && !tools.is_empty() && tools.choice != ToolChoice::Auto {
        return Err(GenerateError::invalid(
            "tool_choice",
            "`tool_choice` cannot be honoured by a scripted model whose script calls nothing like it.",
        ));
    }
    Ok(calls)
}

impl Default for ScriptedEngine {
    fn default() -> Self {
        Self::new(Script::default())
    }
}

impl Generate for ScriptedEngine {
    fn generate(&self, request: Request) -> BoxFuture<'_, Result<Generation, GenerateError>> {
        async move { self.start(&request.conversing("a scripted model")?) }.boxed()
    }

    fn embedder(&self) -> Option<&dyn Embed> {
        Some(self)
    }
}

/// One answer being played.
struct Play {
    reasoning: String,
    content: String,
    calls: Vec<ScriptedCall>,
    /// The most tokens of thinking; what is left of it is not said.
    thinking_budget: usize,
    out_of_budget: bool,
    cause: Option<StopCause>,
    /// Whether the answer's tokens are reported, with how many alternatives.
    logprobs: Option<u32>,
    /// Whether those of the thinking are as well.
    ranks_thinking: bool,
    /// How sure it is of its tokens.
    confidence: Vec<f32>,
    first_token_after: Duration,
    per_token: Duration,
    ending: Ending,
    /// The most tokens this answer may have.
    most: u64,
    stop: StopMatcher,
    usage: Usage,
}

impl Play {
    fn run(mut self, work: Work) -> impl Stream<Item = Result<Delta, GenerateError>> + Send {
        stream! {
            pause(self.first_token_after).await;
            self.out_of_budget = tokens(&self.reasoning).count() > self.thinking_budget;
            let tokens: Vec<(Part, String)> = tokens(&self.reasoning)
                .take(self.thinking_budget)
                .map(|token| (Part::Reasoning, token.to_owned()))
                .chain(tokens(&self.content).map(|token| (Part::Content, token.to_owned())))
                .chain((0..).zip(&self.calls).flat_map(|(index, call)| played(index, call)))
                .collect();
            // One step more than there are tokens: a reply shorter than its ending demands meets
            // the ending there.
            for step in tokens.into_iter().map(Some).chain([None]) {
                let produced = if step.is_some() { self.usage.completion_tokens } else { u64::MAX };
                match self.ending.due(produced) {
                    Due::Nothing => {}
                    Due::Failure(error) => {
                        yield Err(error);
                        return;
                    }
                    Due::End => return,
                    Due::Never => std::future::pending().await,
                }
                let Some((part, token)) = step else { break };
                if self.usage.completion_tokens >= self.most {
                    for delta in self.finish(FinishReason::Length, self.cut_in(part)) {
                        yield Ok(delta);
                    }
                    return;
                }
                pause(self.per_token).await;
                work.count_token();
                self.usage.completion_tokens += 1;
                let (text, stopped) = match part {
                    Part::Reasoning => {
                        self.usage.reasoning_tokens += 1;
                        if let Some(ranked) = self.ranked(&token).filter(|_| self.ranks_thinking) {
                            yield Ok(ranked);
                        }
                        yield Ok(Delta::Reasoning(token));
                        continue;
                    }
                    Part::Call(index) => {
                        let id = format!("call_scripted_{index}");
                        yield Ok(Delta::ToolCall { index, id, name: token });
                        continue;
                    }
                    Part::Arguments(index) => {
                        yield Ok(Delta::ToolArguments { index, text: token });
                        continue;
                    }
                    Part::Content => match self.stop.push(&token) {
                        Matched::Text(text) => (text, false),
                        Matched::Stop { before, sequence } => {
                            self.cause = Some(StopCause::Sequence(sequence));
                            (before, true)
                        }
                    },
                };
                if !text.is_empty() {
                    if let Some(ranked) = self.ranked(&text) {
                        yield Ok(ranked);
                    }
                    yield Ok(Delta::Content(text));
                }
                if stopped {
                    break;
                }
            }
            let called = !self.calls.is_empty() && self.cause.is_none();
            let reason = if called { FinishReason::ToolCalls } else { FinishReason::Stop };
            for delta in self.finish(reason, self.thinking_end()) {
                yield Ok(delta);
            }
        }
    }

    /// What is reported of the token that was written last, if anything is.
    fn ranked(&self, text: &str) -> Option<Delta> {
        let alternatives = self.logprobs?;
        let place = usize::try_from(self.usage.completion_tokens.saturating_sub(1)).ok()?;
        let confidence = self.confidence.get(place).or(self.confidence.last());
        Some(Delta::Logprobs(vec![ranked(text, alternatives, confidence.copied())]))
    }

    /// How the thinking ended when the limit cut the answer in this part.
    fn cut_in(&self, part: Part) -> ThinkingEnd {
        match part {
            Part::Reasoning => ThinkingEnd::Budget,
            Part::Content | Part::Call(_) | Part::Arguments(_) => self.thinking_end(),
        }
    }

    fn thinking_end(&self) -> ThinkingEnd {
        match self.usage.reasoning_tokens {
            0 => ThinkingEnd::None,
            _ if self.out_of_budget => ThinkingEnd::Budget,
            _ => ThinkingEnd::Natural,
        }
    }

    /// The last deltas: text that was held back for a stop sequence, and the finish.
    fn finish(&mut self, reason: FinishReason, thinking_end: ThinkingEnd) -> Vec<Delta> {
        let held = std::mem::take(&mut self.stop).finish();
        let cause = self.cause.take();
        let usage = self.usage;
        let finish = Finish { reason, usage, thinking_end, cause, ..Finish::default() };
        let mut deltas = Vec::new();
        if !held.is_empty() {
            deltas.extend(self.ranked(&held));
            deltas.push(Delta::Content(held));
        }
        deltas.push(Delta::Finished(finish));
        deltas
    }
}

/// A script leaves no doubt: what it says has the probability 1. (A piece of text counts as one
/// token here, also where a stop sequence held it back.) Where it says how sure it is, there are
/// alternatives that make it so.
fn ranked(text: &str, alternatives: u32, confidence: Option<f32>) -> TokenLogprob {
    let chosen = RankedToken { text: text.to_owned(), logprob: 0.0 };
    let mut top: Vec<RankedToken> =
        (alternatives > 0).then(|| chosen.clone()).into_iter().collect();
    if let (Some(confidence), others @ 1..) = (confidence, alternatives.saturating_sub(1)) {
        let logprob = -confidence * alternatives as f32 / others as f32;
        top.extend((0..others).map(|number| RankedToken { text: format!("<{number}>"), logprob }));
    }
    TokenLogprob { chosen, top }
}

#[derive(Debug, Clone, Copy)]
enum Part {
    Reasoning,
    Content,
    /// The name of the function of this call.
    Call(u32),
    /// A piece of its arguments.
    Arguments(u32),
}

/// A call, token by token.
fn played(index: u32, call: &ScriptedCall) -> Vec<(Part, String)> {
    let arguments = serde_json::Value::Object(call.arguments.clone()).to_string();
    let pieces = tokens(&arguments).map(|token| (Part::Arguments(index), token.to_owned()));
    std::iter::once((Part::Call(index), call.name.clone())).chain(pieces).collect()
}

/// What a reply's [`Ending`] demands at some point.
enum Due {
    Nothing,
    Failure(GenerateError),
    /// The stream ends without a finish.
    End,
    /// Nothing ever happens again.
    Never,
}

impl Ending {
    /// What is due once `produced` tokens are out; a reply shorter than that meets it at its end.
    fn due(&self, produced: u64) -> Due {
        match self {
            Self::FailAfter { tokens, failure } if produced >= *tokens => {
                Due::Failure(failure.happen())
            }
            Self::BreakOffAfter { tokens } if produced >= *tokens => Due::End,
            Self::HangAfter { tokens } if produced >= *tokens => Due::Never,
            Self::Finish
            | Self::FailBefore(_)
            | Self::FailAfter { .. }
            | Self::BreakOffAfter { .. }
            | Self::HangAfter { .. } => Due::Nothing,
        }
    }
}

async fn pause(duration: Duration) {
    if duration > Duration::ZERO {
        tokio::time::sleep(duration).await;
    }
}

/// The text's tokens: words with the white space after them. Joined, they are the text again.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut in_space = false;
        let end = rest.char_indices().find_map(|(position, character)| {
            let begins_a_word = in_space && !character.is_whitespace();
            in_space = character.is_whitespace() && position > 0;
            begins_a_word.then_some(position)
        });
        let (token, tail) = rest.split_at(end.unwrap_or(rest.len()));
        rest = tail;
        (!token.is_empty()).then_some(token)
    })
}

fn count(text: &str) -> u64 {
    text.split_whitespace().count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::conformance;

    #[test]
    fn joined_tokens_are_the_text() {
        for text in ["", " ", "one", "one two", "  one\n\ntwo  ", "苹果 一共"] {
            assert_eq!(tokens(text).collect::<String>(), text);
        }
        assert_eq!(tokens("one two\nthree").collect::<Vec<_>>(), ["one ", "two\n", "three"]);
    }

    #[tokio::test]
    async fn it_keeps_the_contract_of_generate() {
        let reply = Reply {
            reasoning: "Twelve and thirty make forty-two.".to_owned(),
            content: "Together they have 42 apples, so the answer is 42.".to_owned(),
            per_token_ms: 1,
            ..Reply::default()
        };
        let engine = ScriptedEngine::new(Script::answering(reply));
        let work = engine.work();
        let subject =
            conformance::Subject::new(Arc::new(engine), Request::ask("12 and 30 apples?"))
                .counting(move || work.running());
        assert_eq!(conformance::violations(&subject).await, Vec::<String>::new());
    }

    #[tokio::test]
    async fn what_is_never_seen_at_work_breaks_the_contract() {
        let engine = ScriptedEngine::new(Script::answering(Reply::saying("one two three")));
        let subject = conformance::Subject::new(Arc::new(engine), Request::ask("?")).counting(|| 0);
        let violations = conformance::violations(&subject).await;
        assert_eq!(violations, ["cancelling: nothing has run when the answer ends"]);
    }

    #[tokio::test]
    async fn without_a_script_it_says_what_it_is_and_repeats_the_question() {
        let generation =
            ScriptedEngine::default().generate(Request::ask("What is 2+2?")).await.expect("starts");
        let answer = generation.collect().await.expect("ends well");
        assert!(answer.content.contains("scripted"), "{}", answer.content);
        assert!(answer.content.contains("What is 2+2?"), "{}", answer.content);
    }

    #[tokio::test]
    async fn a_failure_comes_after_the_tokens_it_was_given() {
        let ending = Ending::FailAfter { tokens: 2, failure: Failure::Engine };
        let script = Script::answering(Reply { ending, ..Reply::saying("one two three") });
        let generation = ScriptedEngine::new(script).generate(Request::ask("?")).await;
        let deltas: Vec<_> = futures::StreamExt::collect(generation.expect("starts")).await;
        assert_eq!(deltas.len(), 3, "{deltas:?}");
        assert!(matches!(deltas.last(), Some(Err(GenerateError::Engine { .. }))), "{deltas:?}");
    }
}
