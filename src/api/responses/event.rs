//! The events of a streamed response.

use bytes::Bytes;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    item::{ContentPart, OutputItem, SummaryPart},
    resource::ResponseBody,
};
use crate::api::{
    chat::{logprobs::LogprobBody, ponder::StepReport},
    sse,
};

/// An event, with its number in the stream.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ResponseEvent {
    /// What happened.
    #[serde(flatten)]
    pub happened: Happened,
    /// The event's number, from 0.
    pub sequence_number: u64,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(tag = "type")]
pub enum Happened {
    /// The response was taken.
    #[serde(rename = "response.created")]
    Created {
        /// The response.
        response: Box<ResponseBody>,
    },
    /// It waits for its turn; only in the background.
    #[serde(rename = "response.queued")]
    Queued {
        /// The response.
        response: Box<ResponseBody>,
    },
    /// It is being made.
    #[serde(rename = "response.in_progress")]
    InProgress {
        /// The response.
        response: Box<ResponseBody>,
    },
    /// It is whole.
    #[serde(rename = "response.completed")]
    Completed {
        /// The response.
        response: Box<ResponseBody>,
    },
    /// It was cut, or cancelled: its `status` says which.
    #[serde(rename = "response.incomplete")]
    Incomplete {
        /// The response.
        response: Box<ResponseBody>,
    },
    /// It failed.
    #[serde(rename = "response.failed")]
    Failed {
        /// The response.
        response: Box<ResponseBody>,
    },
    /// An item begins.
    #[serde(rename = "response.output_item.added")]
    ItemAdded {
        /// Its number in the output, from 0.
        output_index: usize,
        /// The item.
        item: OutputItem,
    },
    /// An item ends.
    #[serde(rename = "response.output_item.done")]
    ItemDone {
        /// Its number in the output, from 0.
        output_index: usize,
        /// The item.
        item: OutputItem,
    },
    /// The part of a message begins.
    #[serde(rename = "response.content_part.added")]
    PartAdded {
        /// The item's id.
        item_id: String,
        /// The item's number.
        output_index: usize,
        /// The part's number; 0.
        content_index: usize,
        /// The part.
        part: ContentPart,
    },
    /// The part of a message ends.
    #[serde(rename = "response.content_part.done")]
    PartDone {
        /// The item's id.
        item_id: String,
        /// The item's number.
        output_index: usize,
        /// The part's number; 0.
        content_index: usize,
        /// The part.
        part: ContentPart,
    },
    /// A piece of the answer.
    #[serde(rename = "response.output_text.delta")]
    TextDelta {
        /// The item's id.
        item_id: String,
        /// The item's number.
        output_index: usize,
        /// The part's number; 0.
        content_index: usize,
        /// The piece.
        delta: String,
        /// How likely its tokens were; empty unless the request asked.
        logprobs: Vec<LogprobBody>,
    },
    /// The whole text of the answer.
    #[serde(rename = "response.output_text.done")]
    TextDone {
        /// The item's id.
        item_id: String,
        /// The item's number.
        output_index: usize,
        /// The part's number; 0.
        content_index: usize,
        /// The text.
        text: String,
        /// How likely its tokens were; empty unless the request asked.
        logprobs: Vec<LogprobBody>,
    },
    /// The thinking begins.
    #[serde(rename = "response.reasoning_summary_part.added")]
    SummaryAdded {
        /// The item's id.
        item_id: String,
        /// The item's number.
        output_index: usize,
        /// The part's number; 0.
        summary_index: usize,
        /// The part.
        part: SummaryPart,
    },
    /// The thinking ends.
    #[serde(rename = "response.reasoning_summary_part.done")]
    SummaryDone {
        /// The item's id.
        item_id: String,
        /// The item's number.
        output_index: usize,
        /// The part's number; 0.
        summary_index: usize,
        /// The part.
        part: SummaryPart,
    },
    /// A piece of the thinking.
    #[serde(rename = "response.reasoning_summary_text.delta")]
    SummaryTextDelta {
        /// The item's id.
        item_id: String,
        /// The item's number.
        output_index: usize,
        /// The part's number; 0.
        summary_index: usize,
        /// The piece.
        delta: String,
    },
    /// The whole thinking.
    #[serde(rename = "response.reasoning_summary_text.done")]
    SummaryTextDone {
        /// The item's id.
        item_id: String,
        /// The item's number.
        output_index: usize,
        /// The part's number; 0.
        summary_index: usize,
        /// The text.
        text: String,
    },
    /// A piece of a call's arguments.
    #[serde(rename = "response.function_call_arguments.delta")]
    ArgumentsDelta {
        /// The item's id.
        item_id: String,
        /// The item's number.
        output_index: usize,
        /// The piece.
        delta: String,
    },
    /// The whole arguments of a call.
    #[serde(rename = "response.function_call_arguments.done")]
    ArgumentsDone {
        /// The item's id.
        item_id: String,
        /// The item's number.
        output_index: usize,
        /// The function.
        name: String,
        /// The arguments, as JSON text.
        arguments: String,
    },
    /// A step of a chain; only if the request asked for `events`.
    #[serde(rename = "ponder.step")]
    Step {
        /// What happened to it.
        step: StepReport,
    },
}

impl Happened {
    /// The event's name in the stream, which is its `type`.
    fn name(&self) -> &'static str {
        match self {
            Self::Created { .. } => "response.created",
            Self::Queued { .. } => "response.queued",
            Self::InProgress { .. } => "response.in_progress",
            Self::Completed { .. } => "response.completed",
            Self::Incomplete { .. } => "response.incomplete",
            Self::Failed { .. } => "response.failed",
            Self::ItemAdded { .. } => "response.output_item.added",
            Self::ItemDone { .. } => "response.output_item.done",
            Self::PartAdded { .. } => "response.content_part.added",
            Self::PartDone { .. } => "response.content_part.done",
            Self::TextDelta { .. } => "response.output_text.delta",
            Self::TextDone { .. } => "response.output_text.done",
            Self::SummaryAdded { .. } => "response.reasoning_summary_part.added",
            Self::SummaryDone { .. } => "response.reasoning_summary_part.done",
            Self::SummaryTextDelta { .. } => "response.reasoning_summary_text.delta",
            Self::SummaryTextDone { .. } => "response.reasoning_summary_text.done",
            Self::ArgumentsDelta { .. } => "response.function_call_arguments.delta",
            Self::ArgumentsDone { .. } => "response.function_call_arguments.done",
            Self::Step { .. } => "ponder.step",
        }
    }
}

impl ResponseEvent {
    /// As it is sent.
    pub(super) fn bytes(&self) -> Bytes {
        sse::named_event(self.happened.name(), self)
    }
}
