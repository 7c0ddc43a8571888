//! A whole reply, as it is sent.
//!
//! Written out by hand: strict clients want `refusal` and `logprobs` to be there and null, which the
//! types of client libraries leave out.

use serde::Serialize;
use utoipa::ToSchema;

use super::{logprobs::LogprobsBody, ponder::PonderReply, schema, tool_calls::ToolCallBody};
use crate::{
    api::reasoning::ReasoningFields,
    generate::{Finish, FinishReason, StopCause, Usage},
};

/// A chat completion.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ChatCompletion {
    /// `chatcmpl-` and a unique part.
    pub id: String,
    /// What this is.
    pub object: CompletionObject,
    /// When it began, in seconds since 1970.
    pub created: u64,
    /// The model's name, as the request spelled it.
    pub model: String,
    /// The answers, as many as `n` asked for.
    pub choices: Vec<Choice>,
    /// The tokens of all answers together.
    pub usage: UsageBody,
    /// What ponder adds.
    pub ponder: PonderReply,
}

/// The type of a chat completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub enum CompletionObject {
    /// The only one.
    #[serde(rename = "chat.completion")]
    ChatCompletion,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Choice {
    /// Its number, from 0.
    pub index: u32,
    /// What was said.
    pub message: AnswerMessage,
    /// How likely the answer's tokens were; null unless the request asked.
    #[schema(required)]
    pub logprobs: Option<LogprobsBody>,
    /// Why the last token was the last.
    pub finish_reason: FinishName,
    /// The stop sequence that was met, or `repetition_detected`; null where the model or a limit
    /// ended the answer.
    #[schema(required)]
    pub stop_reason: Option<String>,
}

/// What the model said.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AnswerMessage {
    /// Who said it.
    pub role: AssistantRole,
    /// The answer; empty if the token limit was reached while thinking, null if it only calls
    /// functions.
    #[schema(required)]
    pub content: Option<String>,
    /// The thinking; left out if there was none.
    #[serde(flatten)]
    pub reasoning: ReasoningFields,
    /// Always null: the models do not refuse in a separate field.
    #[schema(required, schema_with = schema::always_null)]
    pub refusal: (),
    /// The functions that it calls; left out if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub tool_calls: Option<Vec<ToolCallBody>>,
}

/// The role of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AssistantRole {
    /// The only one.
    Assistant,
}

/// Why the last token was the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FinishName {
    /// The model said it was done, or a stop sequence was met.
    Stop,
    /// The token limit or the end of the context was reached.
    Length,
    /// It calls functions and waits for their results.
    ToolCalls,
}

/// What ended an answer, as it is sent.
pub(in crate::api) fn stop_reason(finish: &Finish) -> Option<String> {
    finish.cause.as_ref().map(|cause| match cause {
        StopCause::Sequence(sequence) => sequence.clone(),
        StopCause::Repetition => "repetition_detected".to_owned(),
    })
}

impl From<FinishReason> for FinishName {
    fn from(reason: FinishReason) -> Self {
        match reason {
            FinishReason::Stop => Self::Stop,
            FinishReason::Length => Self::Length,
            FinishReason::ToolCalls => Self::ToolCalls,
        }
    }
}

/// Counted tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct UsageBody {
    /// Tokens of the rendered prompt.
    pub prompt_tokens: u64,
    /// Tokens generated, thinking included.
    pub completion_tokens: u64,
    /// Both together.
    pub total_tokens: u64,
    /// Of the prompt's tokens.
    pub prompt_tokens_details: PromptDetails,
    /// Of the generated tokens.
    pub completion_tokens_details: CompletionDetails,
}

/// Of the prompt's tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct PromptDetails {
    /// Those that did not have to be read again; 0, as nothing is kept between requests.
    pub cached_tokens: u64,
}

/// Of the generated tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct CompletionDetails {
    /// Those that were thinking.
    pub reasoning_tokens: u64,
}

/// Adds up the tokens of several answers to one prompt.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::api) struct TokenUsage(Usage);

impl TokenUsage {
    /// The tokens of one call.
    pub(in crate::api) fn of(usage: Usage) -> Self {
        Self(usage)
    }

    /// What was added up.
    pub(in crate::api) fn counted(self) -> Usage {
        self.0
    }

    /// Adds an answer; the prompt is the same for all and counts once.
    pub(in crate::api) fn add(&mut self, usage: Usage) {
        let prompt_tokens = self.0.prompt_tokens.max(usage.prompt_tokens);
        self.0 += usage;
        self.0.prompt_tokens = prompt_tokens;
    }
}

impl From<TokenUsage> for UsageBody {
    fn from(TokenUsage(usage): TokenUsage) -> Self {
        Self {
            prompt_tokens: usage.prompt_tokens,
            completion_tokens: usage.completion_tokens,
            total_tokens: usage.prompt_tokens + usage.completion_tokens,
            prompt_tokens_details: PromptDetails { cached_tokens: 0 },
            completion_tokens_details: CompletionDetails {
                reasoning_tokens: usage.reasoning_tokens,
            },
        }
    }
}
