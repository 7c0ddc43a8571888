//! What is kept of a run, as JSON: self-contained, with nothing but text and numbers in it.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::{
    chain::{Interruption, ObservedCall, ObservedLookup},
    generate::{
        Answer, Confidence, Finish, FinishReason, GenerateError, Kind, Origin, StepEvent,
        StepState, ThinkingEnd, Usage,
    },
};

mod request;

pub use request::{RecordedMessage, RecordedRequest};

/// The record of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// The shape of this document: `ponder.run/1`.
    pub schema: String,
    /// The run's id.
    pub id: String,
    /// The chain's name.
    pub chain: String,
    /// The chain as it ran, as a chain file.
    pub plan: String,
    /// The models by their roles.
    pub models: BTreeMap<String, String>,
    /// Whether the reasoner took the likeliest token where nobody asked for a temperature.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub greedy: bool,
    /// Whether whoever asked may see no more of it than the question and the answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub private: bool,
    /// When it began, in milliseconds since 1970.
    pub started_ms: u64,
    /// Whose the run is: `key:NAME`, `open` of a server that asks for no key; absent for the user of the command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<String>,
    /// What the client asked.
    pub request: RecordedRequest,
    /// How far it came.
    pub state: RunState,
    /// What the steps reported, in order.
    pub steps: Vec<Json>,
    /// The model calls, in the order in which they ended.
    pub calls: Vec<RecordedCall>,
    /// What was asked of folders, in the order in which they answered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lookups: Vec<RecordedLookup>,
    /// The answer, if it has one.
    pub answer: Option<String>,
    /// How the answer ended, if it has.
    pub finish: Option<Json>,
    /// Why it failed, if it did.
    pub error: Option<String>,
}

impl RunRecord {
    /// Whose the run is, so that going on with it is still theirs.
    pub fn origin(&self) -> Option<Arc<Origin>> {
        let owner = self.caller.as_deref()?.strip_prefix("key:").map(Arc::from);
        Some(Arc::new(Origin { run: None, owner }))
    }

    /// What whoever asked may see of it: of a private chain the question, the answer, and that steps ran.
    #[must_use]
    pub fn for_the_asker(self) -> Self {
        if !self.private {
            return self;
        }
        const TOLD: [&str; 6] =
            ["step", "action", "state", "elapsed_ms", "prompt_tokens", "completion_tokens"];
        let told = |step: Json| {
            let Json::Object(keys) = step else { return None };
            // What was decided, and why, may say what is hidden.
            (keys.get("state")?.as_str()? != "decided").then(|| {
                keys.into_iter().filter(|(key, _)| TOLD.contains(&key.as_str())).collect::<Json>()
            })
        };
        let steps = self.steps.into_iter().filter_map(told).collect();
        // An error may say what a value was.
        let error = self.error.map(|_| "not told: this chain is private".to_owned());
        Self { steps, calls: Vec::new(), lookups: Vec::new(), error, ..self }
    }
}

/// How far a run came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunState {
    /// It has not ended: it runs, or its process is gone.
    Running,
    /// It has an answer.
    Finished,
    /// It failed.
    Failed,
    /// Whoever asked left before the end.
    Abandoned,
}

impl RunState {
    /// The state's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Failed => "failed",
            Self::Abandoned => "abandoned",
        }
    }

    /// The state of this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Running, Self::Finished, Self::Failed, Self::Abandoned]
            .into_iter()
            .find(|state| state.as_str() == name)
    }
}

/// A model call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordedCall {
    /// The step that made it.
    pub step: String,
    /// The model's name.
    pub model: String,
    /// What was asked.
    pub request: RecordedRequest,
    /// What was answered, of an interrupted call as far as it came; absent if it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<RecordedAnswer>,
    /// What ended it before its model did, or kept it from beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interrupted: Option<Interruption>,
    /// Tokens that it had written when it failed.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub tokens: u64,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Whether the failure might have passed at another time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub may_pass: bool,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
}

impl RecordedCall {
    /// Whether nobody waited for its end, or a limit kept it from saying anything: nothing of the run rests on it.
    pub fn came_to_nothing(&self) -> bool {
        match (self.interrupted, &self.answer) {
            (Some(Interruption::Cancelled), _) => true,
            (Some(_), Some(answer)) => answer.completion_tokens == 0,
            (None, _) | (_, None) => false,
        }
    }
}

/// Absent from a record where there is nothing to say.
fn is_nothing(tokens: &u64) -> bool {
    *tokens == 0
}

/// What was asked of something that is no model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordedLookup {
    /// The step that asked.
    pub step: String,
    /// What was asked, for example `folder notes`.
    pub of: String,
    /// What it was asked for.
    pub asked: Json,
    /// What it gave; absent if it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Json>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Whether the failure might have passed at another time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub may_pass: bool,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
}

/// What a model answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordedAnswer {
    /// Its thinking.
    pub reasoning: String,
    /// The answer itself.
    pub content: String,
    /// `stop` or `length`.
    pub finish_reason: String,
    /// `natural`, `budget`, `loop` or `none`.
    pub thinking_end: String,
    /// Tokens read.
    pub prompt_tokens: u64,
    /// Tokens written.
    pub completion_tokens: u64,
    /// Tokens of thinking among them.
    pub reasoning_tokens: u64,
    /// How far it can be relied on, where a chain has counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
    /// How sure the model was of each token, in order, where a vote listened.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub token_confidence: Vec<f32>,
}

impl RecordedAnswer {
    /// What is kept of an answer.
    pub fn of(answer: &Answer, token_confidence: &[f32]) -> Self {
        let usage = answer.finish.usage;
        Self {
            reasoning: answer.reasoning.clone(),
            content: answer.content.clone(),
            finish_reason: reason(answer.finish.reason).to_owned(),
            thinking_end: thinking_end(answer.finish.thinking_end).to_owned(),
            prompt_tokens: usage.prompt_tokens,
            completion_tokens: usage.completion_tokens,
            reasoning_tokens: usage.reasoning_tokens,
            confidence: answer.finish.confidence,
            token_confidence: token_confidence.to_vec(),
        }
    }

    /// How it ended.
    pub fn finish(&self) -> Finish {
        Finish {
            reason: match self.finish_reason.as_str() {
                "length" => FinishReason::Length,
                "tool_calls" => FinishReason::ToolCalls,
                _ => FinishReason::Stop,
            },
            usage: Usage {
                prompt_tokens: self.prompt_tokens,
                completion_tokens: self.completion_tokens,
                reasoning_tokens: self.reasoning_tokens,
            },
            thinking_end: match self.thinking_end.as_str() {
                "natural" => ThinkingEnd::Natural,
                "budget" => ThinkingEnd::Budget,
                "loop" => ThinkingEnd::Loop,
                _ => ThinkingEnd::None,
            },
            confidence: self.confidence,
            ..Finish::default()
        }
    }
}

/// What is kept of a call.
pub(super) fn call(call: &ObservedCall<'_>) -> RecordedCall {
    RecordedCall {
        step: call.step.to_owned(),
        model: call.model.to_owned(),
        request: RecordedRequest::of(call.request),
        answer: call.answer.ok().map(|answer| RecordedAnswer::of(answer, call.token_confidence)),
        interrupted: call.interrupted,
        tokens: call.answer.err().map_or(0, |_| call.usage.completion_tokens),
        error: call.answer.err().map(GenerateError::to_string),
        may_pass: call.answer.err().is_some_and(GenerateError::may_pass),
        elapsed_ms: milliseconds(call.elapsed),
    }
}

/// What is kept of asking something that is no model.
pub(super) fn lookup(lookup: &ObservedLookup<'_>) -> RecordedLookup {
    RecordedLookup {
        step: lookup.step.to_owned(),
        of: lookup.of.to_owned(),
        asked: lookup.asked.clone(),
        found: lookup.found.ok().cloned(),
        error: lookup.found.err().map(GenerateError::to_string),
        may_pass: lookup.found.err().is_some_and(GenerateError::may_pass),
        elapsed_ms: milliseconds(lookup.elapsed),
    }
}

/// What is kept of the end of a run.
pub(super) fn finish(finish: &Finish) -> Json {
    json!({
        "reason": reason(finish.reason),
        "thinking_end": thinking_end(finish.thinking_end),
        "kind": finish.kind.map(Kind::as_str),
        "prompt_tokens": finish.usage.prompt_tokens,
        "completion_tokens": finish.usage.completion_tokens,
        "reasoning_tokens": finish.usage.reasoning_tokens,
        "confidence": finish.confidence,
    })
}

/// What is kept of the report of a step.
pub(super) fn step(event: &StepEvent) -> Json {
    let mut report = json!({ "step": event.step, "action": event.action });
    let state = match &event.state {
        StepState::Started => json!({ "state": "started" }),
        StepState::Skipped { reason } => json!({ "state": "skipped", "reason": reason }),
        StepState::Decided { choice, reasons } => {
            json!({ "state": "decided", "choice": choice, "reasons": reasons })
        }
        StepState::Wrote { thinking, text } => {
            json!({ "state": "wrote", "thinking": thinking, "text": text })
        }
        StepState::Finished { output, elapsed, usage } => json!({
            "state": "finished",
            "output": output,
            "elapsed_ms": milliseconds(*elapsed),
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens,
        }),
        StepState::Failed { message } => json!({ "state": "failed", "message": message }),
    };
    if let (Some(report), Json::Object(state)) = (report.as_object_mut(), state) {
        report.extend(state);
    }
    report
}

fn reason(reason: FinishReason) -> &'static str {
    match reason {
        FinishReason::Stop => "stop",
        FinishReason::Length => "length",
        FinishReason::ToolCalls => "tool_calls",
    }
}

fn thinking_end(end: ThinkingEnd) -> &'static str {
    match end {
        ThinkingEnd::Natural => "natural",
        ThinkingEnd::Budget => "budget",
        ThinkingEnd::Loop => "loop",
        ThinkingEnd::None => "none",
    }
}

pub(super) fn milliseconds(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
