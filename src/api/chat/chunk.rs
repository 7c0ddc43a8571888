//! A piece of a streamed reply, as it is sent.

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    logprobs::LogprobsBody,
    ponder::PonderChunk,
    response::{AssistantRole, FinishName, UsageBody},
    tool_calls::ToolCallDelta,
};
use crate::api::reasoning::ReasoningFields;

/// A piece of a streamed chat completion.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ChatCompletionChunk {
    /// The same in every chunk: `chatcmpl-` and a unique part.
    pub id: String,
    /// What this is.
    pub object: ChunkObject,
    /// When the reply began, in seconds since 1970; the same in every chunk.
    pub created: u64,
    /// The model's name, as the request spelled it.
    pub model: String,
    /// One choice; none in the chunk that counts the tokens.
    pub choices: Vec<ChunkChoice>,
    /// Only if the request asked for it: null in every chunk but the last, which counts the tokens.
    #[serde(skip_serializing_if = "ChunkUsage::is_absent")]
    #[schema(value_type = Option<UsageBody>)]
    pub usage: ChunkUsage,
    /// What ponder adds to some chunks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ponder: Option<PonderChunk>,
}

/// The type of a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub enum ChunkObject {
    /// The only one.
    #[serde(rename = "chat.completion.chunk")]
    ChatCompletionChunk,
}

/// A chunk's `usage`: three ways of not being there and being there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum ChunkUsage {
    /// Left out: the request did not ask.
    Absent,
    /// Null: not yet.
    Null,
    /// The tokens of all answers together.
    Counted(UsageBody),
}

impl ChunkUsage {
    pub(in crate::api) fn is_absent(&self) -> bool {
        *self == Self::Absent
    }
}

/// A piece of one answer.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ChunkChoice {
    /// The answer's number, from 0.
    pub index: u32,
    /// What is new.
    pub delta: ChunkDelta,
    /// How likely its tokens were, if the request asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub logprobs: Option<LogprobsBody>,
    /// Null until the answer's last chunk.
    #[schema(required)]
    pub finish_reason: Option<FinishName>,
    /// In the answer's last chunk, if a stop sequence was met or it went in circles: that sequence, or
    /// `repetition_detected`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub stop_reason: Option<String>,
}

/// What is new in an answer; empty in its last chunk.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
pub struct ChunkDelta {
    /// Only in the answer's first chunk.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub role: Option<AssistantRole>,
    /// A piece of the answer; empty in the first chunk.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub content: Option<String>,
    /// A piece of the thinking.
    #[serde(flatten)]
    pub reasoning: ReasoningFields,
    /// A piece of a call of a function.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub tool_calls: Option<[ToolCallDelta; 1]>,
}
