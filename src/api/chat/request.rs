//! The body of `POST /v1/chat/completions` as it arrives.
//!
//! Every known key is a field here, also those that are only refused by name: a key that is missing
//! in this file is unknown, accepted and ignored. What a value may be is checked in
//! `validate`, with messages better than serde's.

use std::{collections::HashMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{SeqAccess, Visitor, value::SeqAccessDeserializer},
};
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    content::WireMessage,
    schema,
    thinking::{Effort, ReasoningFormat, ReasoningSwitch, TemplateArguments, ThinkingSwitch},
};

/// A request for a chat completion.
///
/// Keys that are not listed are accepted and ignored, among them `user`, `metadata`, `store`,
/// `service_tier`, `prediction`, `verbosity` and `ignore_eos`. A listed key
/// that is `null` counts as absent.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(expecting = "a JSON object")]
pub struct ChatRequest {
    /// The model's name, one of `GET /v1/models`.
    #[schema(value_type = String, required)]
    pub model: Option<String>,
    /// The conversation, oldest first.
    #[schema(value_type = Vec<WireMessage>, required, min_items = 1, max_items = 2048)]
    pub messages: Option<Vec<WireMessage>>,
    /// Whether the answer comes piece by piece, as server-sent events.
    pub stream: Option<bool>,
    /// What a stream carries besides the answer.
    pub stream_options: Option<StreamOptions>,
    /// The most tokens to generate, thinking included. Wins over `max_tokens`.
    #[schema(minimum = 1, maximum = 4294967295_u32)]
    pub max_completion_tokens: Option<i64>,
    /// The most tokens to generate, thinking included.
    #[schema(minimum = 1, maximum = 4294967295_u32)]
    pub max_tokens: Option<i64>,
    /// How many answers to give. The configured limit may be below 8.
    #[schema(minimum = 1, maximum = 8)]
    pub n: Option<i64>,
    /// Sequences that end the answer: one, or up to 16. Matched in the answer only, not shown.
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
    /// How much to think at most, in tokens: `none` 0, `minimal` 512, `low` 1,024, `medium` 4,096,
    /// `high` 16,384, `xhigh` and `max` as the model does by itself. A budget in tokens wins.
    pub reasoning_effort: Option<Effort>,
    /// `false` turns thinking off.
    pub enable_thinking: Option<bool>,
    /// Of these only `enable_thinking` (also `thinking`) and `thinking_budget` are looked at.
    pub chat_template_kwargs: Option<TemplateArguments>,
    /// How to think, and whether to show it.
    pub reasoning: Option<ReasoningSwitch>,
    /// Whether to think.
    pub thinking: Option<ThinkingSwitch>,
    /// `false` leaves the thinking out of the reply.
    pub include_reasoning: Option<bool>,
    /// `false` puts the thinking into the answer, between `<think>` and `</think>`.
    pub separate_reasoning: Option<bool>,
    /// `none` puts the thinking into the answer, `deepseek` and `auto` into its own field.
    pub reasoning_format: Option<ReasoningFormat>,
    /// What only ponder offers.
    pub ponder: Option<PonderOptions>,

    /// Functions that the answer may call. From models, not from chains.
    #[schema(schema_with = schema::tools)]
    pub tools: Option<Value>,
    /// Whether one of them is called: `none`, `auto` (the model decides), `required`, or a certain one.
    #[schema(schema_with = schema::tool_choice)]
    pub tool_choice: Option<Value>,
    /// `false` holds an answer to one call. So is every answer of a model whose chat template knows no
    /// tools.
    pub parallel_tool_calls: Option<bool>,
    /// Refused unless it is empty: the old form of `tools`.
    #[schema(schema_with = schema::no_functions)]
    pub functions: Option<Value>,
    /// Refused unless it is `none` or `auto`: the old form of `tool_choice`.
    #[schema(schema_with = schema::no_function_call)]
    pub function_call: Option<Value>,
    /// The form of the answer; the thinking is free. From models, not from chains.
    #[schema(schema_with = schema::response_format)]
    pub response_format: Option<Value>,
    /// Whether the answer's tokens come with their probabilities. Only from hosted models.
    pub logprobs: Option<bool>,
    /// With how many of the likeliest tokens at each place; needs `logprobs`.
    #[schema(minimum = 0, maximum = 20)]
    pub top_logprobs: Option<i64>,
    /// Added to the scores of tokens, by their numbers: from -100 to 100. Only for hosted models.
    pub logit_bias: Option<HashMap<String, f64>>,
    /// Refused unless it is `["text"]`.
    #[schema(schema_with = schema::text_modality)]
    pub modalities: Option<Value>,
    /// Refused: the models write text only.
    #[schema(schema_with = schema::nothing)]
    pub audio: Option<Value>,
    /// The most tokens of thinking; then the model is made to answer. 0: no thinking, -1: no limit.
    /// Of several budgets the smallest holds.
    #[schema(minimum = -1)]
    pub thinking_token_budget: Option<i64>,
    /// As `thinking_token_budget`.
    #[schema(minimum = -1)]
    pub thinking_budget: Option<i64>,
    /// As `thinking_token_budget`.
    #[schema(minimum = -1)]
    pub thinking_budget_tokens: Option<i64>,
    /// As `thinking_token_budget`.
    #[schema(minimum = -1)]
    pub reasoning_max_tokens: Option<i64>,
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
    /// Refused: constraints are not offered by this version.
    #[schema(schema_with = schema::nothing)]
    pub json_schema: Option<Value>,
}

/// What a stream carries besides the answer; other keys are accepted and ignored.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(expecting = "an object")]
pub struct StreamOptions {
    /// Whether one more chunk at the end counts the tokens.
    pub include_usage: Option<bool>,
}

/// What only ponder offers.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(expecting = "an object", deny_unknown_fields)]
pub struct PonderOptions {
    /// Whether the steps of a chain are reported.
    pub events: Option<bool>,
}

/// One stop sequence or several.
#[derive(Debug)]
pub enum Stop {
    /// One sequence of 1 to 1,000 characters.
    One(String),
    /// Up to 16 such sequences.
    Several(Vec<String>),
}

impl<'de> Deserialize<'de> for Stop {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct StopVisitor;

        impl<'de> Visitor<'de> for StopVisitor {
            type Value = Stop;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a string or an array of strings")
            }

            fn visit_str<E>(self, text: &str) -> Result<Stop, E> {
                Ok(Stop::One(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Stop, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(items)).map(Stop::Several)
            }
        }

        deserializer.deserialize_any(StopVisitor)
    }
}
