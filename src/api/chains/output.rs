//! What a chain answers.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        chat::{
            ponder::{KindName, StepReport},
            response::{FinishName, TokenUsage, UsageBody},
            validate::Steps,
        },
        reasoning::{Placed, ReasoningOutput, ReasoningPlacer},
    },
    chain::extract,
    error::{ErrorBody, ErrorDetail},
    generate::{Answer, Finish},
};

/// The answer of a chain.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ChainOutput {
    /// The whole answer, as it was written.
    pub answer: String,
    /// What stands in its last `\boxed{…}`, or its last program, or else the whole of it; null if it was
    /// cut off before one.
    #[schema(required)]
    pub result: Option<String>,
    /// The thinking; empty if there was none, or if it is hidden.
    pub reasoning: String,
    /// What the question was taken for; null from a chain that does not decide on it.
    #[schema(required)]
    pub kind: Option<KindName>,
    /// Why it ended: `length` if it was cut by a limit.
    pub finish_reason: FinishName,
    /// The tokens of all model calls together.
    pub usage: UsageBody,
    /// What happened in the steps, if the request asked for `events`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub steps: Option<Vec<StepReport>>,
}

/// What is in the reply beside the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RunMetadata {
    /// The run's id, also in the header `x-ponder-run-id`.
    pub run_id: String,
}

/// The reply to one input.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct InvokeReply {
    /// The answer.
    pub output: ChainOutput,
    /// What else is known.
    pub metadata: RunMetadata,
}

/// The reply to several inputs.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BatchReply {
    /// The answers, in the order of the inputs.
    pub output: Vec<BatchOutput>,
    /// What else is known.
    pub metadata: BatchMetadata,
}

/// What came of one of several inputs.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum BatchOutput {
    /// An answer.
    Answer(ChainOutput),
    /// Why there is none; only with `return_exceptions`.
    Failed(ErrorBody),
}

/// What is in the reply beside the answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BatchMetadata {
    /// One for each answer.
    pub responses: Vec<RunMetadata>,
}

/// An event of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChainEvent {
    /// Its name.
    pub event: ChainEventName,
    /// JSON, as text: of `metadata` a `RunMetadata`; of `data` a `ChainText`, or at the end a `ChainOutput`
    /// with empty texts; of `step` a `StepReport`; of `error` a `ChainStreamError`. Nothing of `end`.
    #[schema(nullable = false)]
    pub data: Option<String>,
}

/// The name of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChainEventName {
    /// The first one.
    Metadata,
    /// A piece of the answer.
    Data,
    /// What happened in a step, if the request asked for `events`.
    Step,
    /// The last one of a stream that failed.
    Error,
    /// The last one of a stream that did not.
    End,
}

/// An error in a stream.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChainStreamError {
    /// The status that it would have had before the stream.
    pub status_code: u16,
    /// What went wrong and what to do about it, for a person.
    pub message: String,
    /// The same as an error elsewhere.
    pub error: ErrorDetail,
}

/// How an answer is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub(super) reasoning: ReasoningOutput,
    pub(super) steps: Steps,
}

/// A piece of an answer in a stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChainText {
    /// Thinking.
    Reasoning(String),
    /// Answer.
    Answer(String),
}

/// Puts the thinking of one answer where it belongs, whole or piece by piece. Of the two fields that
/// it may have in a chat completion there is only one here.
pub(super) struct Writing(ReasoningPlacer);

impl Writing {
    pub(super) fn new(style: Style) -> Self {
        Self(ReasoningPlacer::new(style.reasoning))
    }

    /// A piece of the thinking; nothing if it is hidden.
    pub(super) fn thinking(&mut self, text: String) -> Option<ChainText> {
        match self.0.place(text) {
            Placed::Fields(fields) => {
                fields.reasoning_content.or(fields.reasoning).map(ChainText::Reasoning)
            }
            Placed::Content(text) => Some(ChainText::Answer(text)),
            Placed::Nothing => None,
        }
    }

    /// A piece of the answer.
    pub(super) fn answer(&mut self, text: String) -> Option<ChainText> {
        (!text.is_empty()).then(|| ChainText::Answer(self.0.before_content(text)))
    }
}

impl ChainOutput {
    /// A whole answer.
    pub(super) fn of(answer: Answer, style: Style) -> Self {
        let mut output = Self::end(&answer.content, &answer.finish);
        let mut writing = Writing::new(style);
        let texts = [writing.thinking(answer.reasoning), writing.answer(answer.content)];
        for text in texts.into_iter().flatten() {
            match text {
                ChainText::Reasoning(text) => output.reasoning.push_str(&text),
                ChainText::Answer(text) => output.answer.push_str(&text),
            }
        }
        output.steps = match style.steps {
            Steps::Reported => Some(answer.steps.into_iter().map(StepReport::from).collect()),
            Steps::Omitted => None,
        };
        output
    }

    /// What is known at the end of an answer with this content, without its texts.
    pub(super) fn end(content: &str, finish: &Finish) -> Self {
        Self {
            answer: String::new(),
            result: extract::result(content, finish.reason).map(str::to_owned),
            reasoning: String::new(),
            kind: finish.kind.map(KindName::from),
            finish_reason: finish.reason.into(),
            usage: TokenUsage::of(finish.usage).into(),
            steps: None,
        }
    }
}
