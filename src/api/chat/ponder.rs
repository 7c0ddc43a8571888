//! What ponder adds to a reply, all under one key that other clients pass over.

use serde::Serialize;
use utoipa::ToSchema;

use super::response::{TokenUsage, UsageBody};
use crate::generate::{
    Confidence, ConfidenceState, Finish, Kind, StepEvent, StepState, ThinkingEnd,
};

/// What ponder adds to a reply.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PonderReply {
    /// The run's id, also in the header `x-ponder-run-id`.
    pub run_id: String,
    /// What a chain took the question for; absent from a plain model.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub kind: Option<KindName>,
    /// How far the answer can be relied on, where a chain has counted votes for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub confidence: Option<ConfidenceBody>,
    /// How the thinking of the first answer ended.
    pub thinking_end: ThinkingEndName,
    /// The steps of a chain, if the request asked for `events`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub steps: Option<Vec<StepReport>>,
}

impl PonderReply {
    /// What is known at the end of an answer.
    pub(in crate::api) fn new(
        run_id: &str,
        finish: &Finish,
        steps: Option<Vec<StepReport>>,
    ) -> Self {
        Self {
            run_id: run_id.to_owned(),
            kind: finish.kind.map(KindName::from),
            confidence: finish.confidence.map(ConfidenceBody::from),
            thinking_end: finish.thinking_end.into(),
            steps,
        }
    }
}

/// How far an answer can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct ConfidenceBody {
    /// How many samples gave this answer.
    pub votes: u32,
    /// How many were counted, those without an answer included.
    pub samples: u32,
    /// How far it was ahead of the next answer, as a share of all that was counted.
    #[schema(minimum = 0, maximum = 1)]
    pub margin: f64,
    /// How many of the samples had no vote, because their model was less sure of them than of others; absent for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<u32>,
    /// What that comes to.
    pub state: ConfidenceStateName,
}

/// Whether an answer was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConfidenceStateName {
    /// Something other than the model that gave it has checked it and found it right.
    Verified,
    /// More than half of the samples gave it; nothing else has checked it.
    Unverified,
    /// No answer was given by more than half of the samples.
    Disagreed,
}

impl From<Confidence> for ConfidenceBody {
    fn from(confidence: Confidence) -> Self {
        Self {
            votes: confidence.votes,
            samples: confidence.samples,
            margin: confidence.margin,
            left_out: Some(confidence.left_out).filter(|left_out| *left_out > 0),
            state: match confidence.state {
                ConfidenceState::Verified => ConfidenceStateName::Verified,
                ConfidenceState::Unverified => ConfidenceStateName::Unverified,
                ConfidenceState::Disagreed => ConfidenceStateName::Disagreed,
            },
        }
    }
}

/// What ponder adds to a chunk: the report of a step, or the end.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum PonderChunk {
    /// A step of a chain, in a chunk with an empty delta; only if the request asked for `events`.
    Step(StepChunk),
    /// In the chunk with the finish reason.
    Reply(PonderReply),
}

/// The report of a step.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StepChunk {
    /// What happened.
    pub step: StepReport,
}

/// One report about one step of a chain.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StepReport {
    /// The step's id within its chain.
    pub id: String,
    /// What the step does, for example `translate`.
    pub action: String,
    /// What happened to it.
    #[serde(flatten)]
    pub event: StepEventBody,
}

/// What happened to a step.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum StepEventBody {
    /// It began.
    Started,
    /// It was left out.
    Skipped {
        /// Why it was not needed.
        reason: String,
    },
    /// It chose something.
    Decided {
        /// What was chosen.
        choice: String,
        /// Why, most important first.
        reasons: Vec<String>,
    },
    /// Its model wrote something that is in the stream nowhere else.
    Wrote {
        /// Whether it is thinking or an answer.
        part: WrittenPart,
        /// The piece.
        text: String,
    },
    /// It ended well.
    Finished {
        /// What it produced, shortened where it is long.
        output: String,
        /// How long it took, in milliseconds.
        elapsed_ms: u64,
        /// The tokens of its model calls.
        usage: UsageBody,
    },
    /// It failed; the chain may go on without it.
    Failed {
        /// What went wrong.
        message: String,
    },
}

/// What a model writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WrittenPart {
    /// Thinking.
    Reasoning,
    /// An answer.
    Content,
}

impl From<StepEvent> for StepReport {
    fn from(event: StepEvent) -> Self {
        let body = match event.state {
            StepState::Started => StepEventBody::Started,
            StepState::Skipped { reason } => StepEventBody::Skipped { reason },
            StepState::Decided { choice, reasons } => StepEventBody::Decided { choice, reasons },
            StepState::Wrote { thinking, text } => StepEventBody::Wrote {
                part: if thinking { WrittenPart::Reasoning } else { WrittenPart::Content },
                text,
            },
            StepState::Finished { output, elapsed, usage } => StepEventBody::Finished {
                output,
                elapsed_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
                usage: TokenUsage::of(usage).into(),
            },
            StepState::Failed { message } => StepEventBody::Failed { message },
        };
        Self { id: event.step, action: event.action.to_owned(), event: body }
    }
}

/// What a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KindName {
    /// A mathematical question.
    Math,
    /// A program to write.
    Code,
    /// Both.
    Both,
    /// Anything else.
    Other,
}

impl From<Kind> for KindName {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Math => Self::Math,
            Kind::Code => Self::Code,
            Kind::Both => Self::Both,
            Kind::Other => Self::Other,
        }
    }
}

/// How the thinking ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ThinkingEndName {
    /// The model closed it itself.
    Natural,
    /// A token limit closed it.
    Budget,
    /// It went in circles and was closed.
    Loop,
    /// There was none.
    None,
}

impl From<ThinkingEnd> for ThinkingEndName {
    fn from(end: ThinkingEnd) -> Self {
        match end {
            ThinkingEnd::Natural => Self::Natural,
            ThinkingEnd::Budget => Self::Budget,
            ThinkingEnd::Loop => Self::Loop,
            ThinkingEnd::None => Self::None,
        }
    }
}
