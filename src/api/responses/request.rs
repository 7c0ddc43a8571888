//! The body of `POST /v1/responses` as it arrives.
//!
//! Every known key is a field here, also those that are only refused by name; others are accepted
//! and ignored.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{input::WireInput, nested, schema};
use crate::api::chat::{
    request::{ChatRequest, PonderOptions, Stop},
    schema as chat_schema,
    thinking::{Effort, ReasoningSwitch},
};

/// A request for a response.
///
/// Keys that are not listed are accepted and ignored. A listed key that is `null` counts as absent.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(expecting = "a JSON object")]
pub struct ResponseRequest {
    /// The model's name, one of `GET /v1/models`.
    #[schema(value_type = String, required)]
    pub model: Option<String>,
    /// What is asked: a text, or items, oldest first. May be left out after `previous_response_id`.
    #[schema(schema_with = schema::input)]
    pub input: Option<WireInput>,
    /// Instructions for this response only; those of an earlier response do not come along.
    pub instructions: Option<String>,
    /// Goes on from this response: its input and output come before `input`.
    pub previous_response_id: Option<String>,
    /// Refused: go on with `previous_response_id`.
    #[schema(schema_with = chat_schema::nothing)]
    pub conversation: Option<Value>,
    /// Refused: templates of prompts are not kept here.
    #[schema(schema_with = chat_schema::nothing)]
    pub prompt: Option<Value>,
    /// Whether the response comes piece by piece, as named server-sent events.
    pub stream: Option<bool>,
    /// Whether it is made in the background: the reply comes at once, and the response is read with
    /// `GET /v1/responses/{id}` until it is there. It goes on when the client leaves.
    pub background: Option<bool>,
    /// `false` does not keep the response; then it cannot be read, nor gone on from.
    pub store: Option<bool>,
    /// The most tokens to generate, thinking included.
    #[schema(minimum = 1, maximum = 4294967295_u32)]
    pub max_output_tokens: Option<i64>,
    /// Sequences that end the answer: one, or up to 16. Matched in the answer only, not shown.
    #[schema(schema_with = chat_schema::stop)]
    pub stop: Option<Stop>,
    /// Added to the scores of tokens, by their numbers: from -100 to 100. Only for hosted models.
    pub logit_bias: Option<HashMap<String, f64>>,
    /// Refused: it is `input` here.
    #[schema(schema_with = chat_schema::nothing)]
    pub messages: Option<Value>,
    /// Refused: it is `max_output_tokens` here.
    #[schema(schema_with = chat_schema::nothing)]
    pub max_tokens: Option<Value>,
    /// Refused: it is `max_output_tokens` here.
    #[schema(schema_with = chat_schema::nothing)]
    pub max_completion_tokens: Option<Value>,
    /// Refused: it is `text.format` here.
    #[schema(schema_with = chat_schema::nothing)]
    pub response_format: Option<Value>,
    /// Refused: it is `reasoning.effort` here.
    #[schema(schema_with = chat_schema::nothing)]
    pub reasoning_effort: Option<Value>,
    /// Only 1: a response has one answer.
    #[schema(minimum = 1, maximum = 1)]
    pub n: Option<i64>,
    /// The most calls of built-in tools; there are none, so any number is kept.
    pub max_tool_calls: Option<i64>,
    /// 0 always takes the likeliest token; absent: what the model recommends.
    #[schema(minimum = 0, maximum = 2)]
    pub temperature: Option<f64>,
    /// Keep the likeliest tokens that together reach this probability.
    #[schema(exclusive_minimum = 0, maximum = 1)]
    pub top_p: Option<f64>,
    /// Keep this many of the likeliest tokens; 0 and -1 leave it to the model.
    #[schema(minimum = -1, maximum = 4294967295_u32)]
    pub top_k: Option<i64>,
    /// Drop tokens less likely than this share of the likeliest one.
    #[schema(minimum = 0, maximum = 1)]
    pub min_p: Option<f64>,
    /// Lower tokens by how often they appeared.
    #[schema(minimum = -2, maximum = 2)]
    pub frequency_penalty: Option<f64>,
    /// Lower tokens that appeared.
    #[schema(minimum = -2, maximum = 2)]
    pub presence_penalty: Option<f64>,
    /// Divide the scores of tokens that appeared.
    #[schema(exclusive_minimum = 0, maximum = 10)]
    pub repetition_penalty: Option<f64>,
    /// Starts the random choices; best effort.
    pub seed: Option<i64>,
    /// How much to think.
    pub reasoning: Option<ReasoningOptions>,
    /// The most tokens of thinking; then the model is made to answer. 0: no thinking, -1: no limit.
    #[schema(minimum = -1)]
    pub thinking_token_budget: Option<i64>,
    /// The form of the answer.
    pub text: Option<TextOptions>,
    /// Functions that the answer may call. From models, not from chains.
    #[schema(schema_with = schema::tools)]
    pub tools: Option<Value>,
    /// Whether one of them is called: `none`, `auto` (the model decides), `required`, or a certain one.
    #[schema(schema_with = schema::tool_choice)]
    pub tool_choice: Option<Value>,
    /// `false` holds an answer to one call.
    pub parallel_tool_calls: Option<bool>,
    /// With how many of the likeliest tokens at each place the answer's tokens come.
    #[schema(minimum = 0, maximum = 20)]
    pub top_logprobs: Option<i64>,
    /// What else the response carries: `message.output_text.logprobs`. The other values name what no
    /// response here has, and add nothing.
    pub include: Option<Vec<Include>>,
    /// `disabled`: input that does not fit the context is an error. `auto` is refused.
    pub truncation: Option<Truncation>,
    /// Up to 16 texts of the client's own, given back.
    #[schema(schema_with = schema::metadata)]
    pub metadata: Option<Value>,
    /// Given back.
    pub safety_identifier: Option<String>,
    /// Given back.
    pub prompt_cache_key: Option<String>,
    /// What only ponder offers.
    pub ponder: Option<PonderOptions>,
}

/// How much to think; other keys, such as `summary`, are accepted: the thinking is always shown, as
/// the summary of its item.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(expecting = "an object")]
pub struct ReasoningOptions {
    /// How much to think at most, as `reasoning_effort` of chat completions.
    pub effort: Option<Effort>,
    /// Given back.
    pub summary: Option<SummaryKind>,
}

/// How thinking is summed up: it is not, it is shown as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SummaryKind {
    /// Shown as it is.
    Auto,
    /// Shown as it is.
    Concise,
    /// Shown as it is.
    Detailed,
}

/// The form of the answer; other keys are accepted and ignored.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(expecting = "an object")]
pub struct TextOptions {
    /// `text`, a JSON object, or JSON by a schema; the thinking is free. From models, not from chains.
    #[schema(schema_with = schema::format)]
    pub format: Option<Value>,
    /// Given back.
    pub verbosity: Option<Verbosity>,
}

/// How much is said; only given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verbosity {
    /// Little.
    Low,
    /// As usual.
    Medium,
    /// Much.
    High,
}

/// What happens to input that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Truncation {
    /// It is an error.
    Disabled,
    /// Refused.
    Auto,
}

/// What else a response carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
pub enum Include {
    /// The probabilities of the answer's tokens.
    #[serde(rename = "message.output_text.logprobs")]
    Logprobs,
    /// Nothing is encrypted here.
    #[serde(rename = "reasoning.encrypted_content")]
    EncryptedReasoning,
    /// No files are searched.
    #[serde(rename = "file_search_call.results")]
    FileSearchResults,
    /// No web is searched.
    #[serde(rename = "web_search_call.results")]
    WebSearchResults,
    /// No web is searched.
    #[serde(rename = "web_search_call.action.sources")]
    WebSearchSources,
    /// There are no images.
    #[serde(rename = "message.input_image.image_url")]
    InputImages,
    /// There are no images.
    #[serde(rename = "computer_call_output.output.image_url")]
    ComputerImages,
    /// No code runs.
    #[serde(rename = "code_interpreter_call.outputs")]
    CodeOutputs,
}

impl ResponseRequest {
    /// What it has in common with a request for a chat completion, in those words.
    pub(super) fn common(&mut self) -> ChatRequest {
        let included = self.include.iter().flatten().any(|included| *included == Include::Logprobs);
        let text = self.text.as_ref().and_then(|text| text.format.as_ref());
        ChatRequest {
            model: self.model.take(),
            stream: self.stream,
            max_completion_tokens: self.max_output_tokens,
            temperature: self.temperature,
            top_p: self.top_p,
            top_k: self.top_k,
            min_p: self.min_p,
            frequency_penalty: self.frequency_penalty,
            presence_penalty: self.presence_penalty,
            repetition_penalty: self.repetition_penalty,
            seed: self.seed,
            stop: self.stop.take(),
            logit_bias: self.logit_bias.take(),
            reasoning: Some(ReasoningSwitch {
                effort: self.reasoning.as_ref().and_then(|reasoning| reasoning.effort),
                ..ReasoningSwitch::default()
            }),
            thinking_token_budget: self.thinking_token_budget,
            response_format: text.map(nested::format),
            tools: self.tools.as_ref().map(nested::tools),
            tool_choice: self.tool_choice.clone(),
            parallel_tool_calls: self.parallel_tool_calls,
            logprobs: Some(included || self.top_logprobs.is_some_and(|top| top > 0)),
            top_logprobs: self.top_logprobs,
            ..ChatRequest::default()
        }
    }
}
