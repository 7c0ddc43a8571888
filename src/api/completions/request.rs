//! The body of `POST /v1/completions` as it arrives.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::api::chat::{
    request::{ChatRequest, Stop, StreamOptions},
    schema,
    thinking::{Effort, TemplateArguments},
};

/// A request to continue a prompt.
///
/// Keys that are not listed are accepted and ignored. A listed key that is `null` counts as absent.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(expecting = "a JSON object")]
pub struct CompletionRequest {
    /// The model's name, one of `GET /v1/models`.
    #[schema(value_type = String, required)]
    pub model: Option<String>,
    /// A text, tokens, or up to 128 of either. Tokens are for hosted models only.
    #[schema(schema_with = schema::prompt)]
    pub prompt: Option<Value>,
    /// Whether the continuation comes piece by piece, as server-sent events.
    pub stream: Option<bool>,
    /// What a stream carries besides the continuation.
    pub stream_options: Option<StreamOptions>,
    /// The most tokens to generate; absent: what the model recommends.
    #[schema(minimum = 1, maximum = 4294967295_u32)]
    pub max_tokens: Option<i64>,
    /// How many continuations of each prompt. The configured limit may be below 8.
    #[schema(minimum = 1, maximum = 8)]
    pub n: Option<i64>,
    /// Only as many as `n`: all continuations are returned.
    #[schema(minimum = 1, maximum = 8)]
    pub best_of: Option<i64>,
    /// Whether the text begins with the prompt. With `logprobs` its tokens come with their probabilities as
    /// well: only from hosted models, and for prompts of at most 2,048 tokens, which are read as slowly
    /// as they would be written.
    pub echo: Option<bool>,
    /// Refused unless it is empty: nothing is inserted before a suffix.
    #[schema(schema_with = schema::empty_text)]
    pub suffix: Option<String>,
    /// Whether the tokens come with their probabilities, and with how many of the likeliest tokens at
    /// each place. Only from hosted models.
    #[schema(minimum = 0, maximum = 20)]
    pub logprobs: Option<i64>,
    /// Sequences that end the text: one, or up to 16. Not shown.
    #[schema(schema_with = schema::stop)]
    pub stop: Option<Stop>,
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
    /// Starts the random choices; best effort, an engine without use for it ignores it.
    pub seed: Option<i64>,
    /// Added to the scores of tokens, by their numbers: from -100 to 100. Only for hosted models.
    pub logit_bias: Option<HashMap<String, f64>>,
    /// The form of the text. Only from models.
    #[schema(schema_with = schema::response_format)]
    pub response_format: Option<Value>,
    /// How much a chain or a remote model thinks at most; a continued prompt knows no thinking apart.
    pub reasoning_effort: Option<Effort>,
    /// `false` turns the thinking of a chain or a remote model off.
    pub enable_thinking: Option<bool>,
    /// Of these only `enable_thinking` (also `thinking`) and `thinking_budget` are looked at.
    pub chat_template_kwargs: Option<TemplateArguments>,
    /// The most tokens of thinking of a chain or a remote model. 0: no thinking, -1: no limit.
    #[schema(minimum = -1)]
    pub thinking_token_budget: Option<i64>,
    /// Refused: constraints are not offered by this version.
    #[schema(schema_with = schema::nothing)]
    pub structured_outputs: Option<Value>,
    /// Refused: constraints are not offered by this version.
    #[schema(schema_with = schema::nothing)]
    pub guided_json: Option<Value>,
    /// Refused: constraints are not offered by this version.
    #[schema(schema_with = schema::nothing)]
    pub guided_regex: Option<Value>,
    /// Refused: constraints are not offered by this version.
    #[schema(schema_with = schema::nothing)]
    pub guided_choice: Option<Value>,
    /// Refused: constraints are not offered by this version.
    #[schema(schema_with = schema::nothing)]
    pub guided_grammar: Option<Value>,
    /// Refused: constraints are not offered by this version.
    #[schema(schema_with = schema::nothing)]
    pub grammar: Option<Value>,
}

impl CompletionRequest {
    /// What a request has in common with one for chat completions, in that form.
    pub(super) fn common(self) -> ChatRequest {
        ChatRequest {
            model: self.model,
            stream: self.stream,
            stream_options: self.stream_options,
            max_tokens: self.max_tokens,
            n: self.n,
            logprobs: self.logprobs.map(|_| true),
            top_logprobs: self.logprobs,
            stop: self.stop,
            temperature: self.temperature,
            top_p: self.top_p,
            top_k: self.top_k,
            min_p: self.min_p,
            frequency_penalty: self.frequency_penalty,
            presence_penalty: self.presence_penalty,
            repetition_penalty: self.repetition_penalty,
            seed: self.seed,
            logit_bias: self.logit_bias,
            response_format: self.response_format,
            reasoning_effort: self.reasoning_effort,
            enable_thinking: self.enable_thinking,
            chat_template_kwargs: self.chat_template_kwargs,
            thinking_token_budget: self.thinking_token_budget,
            structured_outputs: self.structured_outputs,
            guided_json: self.guided_json,
            guided_regex: self.guided_regex,
            guided_choice: self.guided_choice,
            guided_grammar: self.guided_grammar,
            grammar: self.grammar,
            ..ChatRequest::default()
        }
    }
}
