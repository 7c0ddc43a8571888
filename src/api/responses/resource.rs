//! A response, as it is sent: what was asked, how far it is, and what has come of it.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{
    item::OutputItem,
    request::{SummaryKind, Truncation, Verbosity},
    schema,
};
use crate::{
    api::chat::{ponder::PonderReply, thinking::Effort},
    error::{ApiError, ErrorCode},
    generate::Usage,
};

/// A response.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ResponseBody {
    /// `resp_` and a unique part.
    pub id: String,
    /// What this is.
    pub object: ResponseObject,
    /// When it began, in seconds since 1970.
    pub created_at: u64,
    /// When it was whole, in seconds since 1970; null before, and if it never was.
    #[schema(required)]
    pub completed_at: Option<u64>,
    /// How far it is.
    pub status: ResponseStatus,
    /// Why it was cut; null unless it was.
    #[schema(required)]
    pub incomplete_details: Option<IncompleteDetails>,
    /// Why it failed; null unless it did.
    #[schema(required)]
    pub error: Option<ResponseErrorBody>,
    /// The model's name, as the request spelled it.
    pub model: String,
    /// What has come of it so far.
    pub output: Vec<OutputItem>,
    /// The tokens; null before the end.
    #[schema(required)]
    pub usage: Option<ResponseUsage>,
    /// What was asked.
    #[serde(flatten)]
    pub asked: Asked,
    /// What ponder adds.
    pub ponder: PonderPart,
}

/// What ponder adds to a response: more at its end.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum PonderPart {
    /// At the end.
    Reply(PonderReply),
    /// Before it.
    Awaited(Awaited),
}

/// What is known of a response that is not there yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Awaited {
    /// The run's id, also in the header `x-ponder-run-id`.
    pub run_id: String,
    /// In how many seconds from its beginning it may be there, by how long this model's answers took
    /// lately; absent before there was one, and for what its client waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub estimated_seconds: Option<u64>,
}

/// The type of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResponseObject {
    /// The only one.
    Response,
}

/// How far a response is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResponseStatus {
    /// It waits for its turn.
    Queued,
    /// It is being made.
    InProgress,
    /// It is whole.
    Completed,
    /// A token limit cut it, or it said the same again and again.
    Incomplete,
    /// It was cancelled.
    Cancelled,
    /// It failed.
    Failed,
}

/// Why a response was cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct IncompleteDetails {
    /// The reason.
    pub reason: IncompleteReason,
}

/// Why a response was cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IncompleteReason {
    /// The token limit or the end of the context was reached, or it said the same again and again.
    MaxOutputTokens,
}

/// Why a response failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ResponseErrorBody {
    /// The reason, for a program.
    pub code: ResponseErrorCode,
    /// What went wrong and what to do about it, for a person.
    pub message: String,
}

/// The reason of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResponseErrorCode {
    /// The server failed, is shutting down, or the response took too long.
    ServerError,
    /// There was too much to do.
    RateLimitExceeded,
    /// What was asked cannot be honoured.
    InvalidPrompt,
}

impl From<&ApiError> for ResponseErrorBody {
    fn from(error: &ApiError) -> Self {
        let detail = error.body().error;
        let code = match detail.code {
            Some(ErrorCode::RateLimitExceeded) => ResponseErrorCode::RateLimitExceeded,
            Some(ErrorCode::Cancelled) => ResponseErrorCode::ServerError,
            _ if error.status().is_client_error() => ResponseErrorCode::InvalidPrompt,
            _ => ResponseErrorCode::ServerError,
        };
        Self { code, message: detail.message }
    }
}

/// What was asked, given back with every response.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Asked {
    /// The response that this one goes on from.
    #[schema(required)]
    pub previous_response_id: Option<String>,
    /// The instructions.
    #[schema(required)]
    pub instructions: Option<String>,
    /// What can be called.
    pub tools: Vec<ToolBody>,
    /// Whether something is called.
    #[schema(schema_with = schema::tool_choice)]
    pub tool_choice: Value,
    /// Whether one answer may hold several calls.
    pub parallel_tool_calls: bool,
    /// The form of the answer.
    pub text: TextBody,
    /// How much was to be thought.
    pub reasoning: ReasoningBody,
    /// What happens to input that does not fit.
    pub truncation: Truncation,
    /// As asked; 1 where the request left it to the model.
    pub temperature: f64,
    /// As asked; 1 where the request left it to the model.
    pub top_p: f64,
    /// As asked, or 0.
    pub presence_penalty: f64,
    /// As asked, or 0.
    pub frequency_penalty: f64,
    /// As asked, or 0.
    pub top_logprobs: i64,
    /// The most tokens; null where the request left it to the model.
    #[schema(required)]
    pub max_output_tokens: Option<i64>,
    /// As asked.
    #[schema(required)]
    pub max_tool_calls: Option<i64>,
    /// Whether the response is kept.
    pub store: bool,
    /// Whether it is made in the background.
    pub background: bool,
    /// Always `default`.
    pub service_tier: ServiceTier,
    /// Texts of the client's own.
    #[schema(schema_with = schema::metadata)]
    pub metadata: Map<String, Value>,
    /// As asked.
    #[schema(required)]
    pub safety_identifier: Option<String>,
    /// As asked.
    #[schema(required)]
    pub prompt_cache_key: Option<String>,
}

/// What can be called.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToolBody {
    /// A function of the client.
    Function {
        /// Its name.
        name: String,
        /// What it does.
        #[schema(required)]
        description: Option<String>,
        /// A JSON schema of its arguments.
        #[schema(schema_with = schema::any_object)]
        parameters: Value,
        /// Whether the schema is kept to the letter; null where the request did not say.
        #[schema(required)]
        strict: Option<bool>,
    },
}

/// The form of the answer.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TextBody {
    /// The form.
    #[schema(schema_with = schema::format)]
    pub format: Value,
    /// As asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub verbosity: Option<Verbosity>,
}

/// How much was to be thought.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ReasoningBody {
    /// As asked; null where the request left it to the model.
    #[schema(required)]
    pub effort: Option<Effort>,
    /// As asked.
    #[schema(required)]
    pub summary: Option<SummaryKind>,
}

/// How the request is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ServiceTier {
    /// Like every other.
    Default,
}

/// Counted tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct ResponseUsage {
    /// Tokens of the rendered prompt.
    pub input_tokens: u64,
    /// Of the prompt's tokens.
    pub input_tokens_details: InputDetails,
    /// Tokens generated, thinking included.
    pub output_tokens: u64,
    /// Of the generated tokens.
    pub output_tokens_details: OutputDetails,
    /// Both together.
    pub total_tokens: u64,
}

/// Of the prompt's tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct InputDetails {
    /// Those that did not have to be read again; 0, as nothing is kept between requests.
    pub cached_tokens: u64,
    /// Those that were kept for later requests; 0.
    pub cache_write_tokens: u64,
}

/// Of the generated tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct OutputDetails {
    /// Those that were thinking.
    pub reasoning_tokens: u64,
}

impl From<Usage> for ResponseUsage {
    fn from(usage: Usage) -> Self {
        Self {
            input_tokens: usage.prompt_tokens,
            input_tokens_details: InputDetails { cached_tokens: 0, cache_write_tokens: 0 },
            output_tokens: usage.completion_tokens,
            output_tokens_details: OutputDetails { reasoning_tokens: usage.reasoning_tokens },
            total_tokens: usage.prompt_tokens + usage.completion_tokens,
        }
    }
}

/// A response that was deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DeletedResponse {
    /// Its id.
    pub id: String,
    /// What it was.
    pub object: ResponseObject,
    /// Always true.
    pub deleted: bool,
}
