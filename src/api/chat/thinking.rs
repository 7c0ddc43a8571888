//! The many switches by which clients turn thinking off or hide it.
//!
//! Whoever says "off" is heard: a client that sets two switches differently wanted to save the
//! tokens somewhere. How much a model thinks otherwise is its own affair in this version, so every
//! effort above `none` means the same.

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{refused, request::ChatRequest, schema};
use crate::{api::reasoning::ReasoningOutput, error::ApiError, generate::Thinking};

/// How much to think.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Effort {
    /// Not at all.
    None,
    /// As the model does by itself.
    Minimal,
    /// As the model does by itself.
    Low,
    /// As the model does by itself.
    Medium,
    /// As the model does by itself.
    High,
    /// As the model does by itself.
    Xhigh,
    /// As the model does by itself.
    Max,
}

/// How to think, and whether to show it; other keys are ignored.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(expecting = "an object")]
pub struct ReasoningSwitch {
    /// `false` turns thinking off.
    pub enabled: Option<bool>,
    /// `none` turns thinking off.
    pub effort: Option<Effort>,
    /// `true` leaves the thinking out of the reply.
    pub exclude: Option<bool>,
    /// Refused unless it is -1: budgets for thinking are not offered by this version.
    #[schema(schema_with = schema::no_budget)]
    pub max_tokens: Option<Value>,
}

/// Whether to think; other keys are ignored.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(expecting = "an object")]
pub struct ThinkingSwitch {
    /// `disabled` turns thinking off.
    #[serde(rename = "type")]
    pub kind: Option<ThinkingKind>,
    /// Refused unless it is -1: budgets for thinking are not offered by this version.
    #[schema(schema_with = schema::no_budget)]
    pub budget_tokens: Option<Value>,
}

/// Whether to think.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ThinkingKind {
    /// As the model does by itself.
    Enabled,
    /// As the model does by itself.
    Adaptive,
    /// Not at all.
    Disabled,
}

/// Arguments for the chat template; other keys are ignored, templates belong to the server.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(expecting = "an object")]
pub struct TemplateArguments {
    /// `false` turns thinking off.
    pub enable_thinking: Option<bool>,
    /// `false` turns thinking off.
    pub thinking: Option<bool>,
    /// Refused unless it is -1: budgets for thinking are not offered by this version.
    #[schema(schema_with = schema::no_budget)]
    pub thinking_budget: Option<Value>,
}

/// Where the thinking goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReasoningFormat {
    /// Into the answer, between `<think>` and `</think>`.
    None,
    /// Where the server is set to put it.
    Auto,
    /// Into its own field.
    Deepseek,
    /// Into its own field.
    Parsed,
    /// Nowhere.
    Hidden,
}

/// Whether the model thinks.
///
/// # Errors
///
/// 400 for a budget, by the name it was given under.
pub(super) fn thinking(body: &ChatRequest) -> Result<Thinking, ApiError> {
    let reasoning = body.reasoning.as_ref();
    let thinking = body.thinking.as_ref();
    let template = body.chat_template_kwargs.as_ref();
    for (name, budget) in [
        ("thinking_token_budget", body.thinking_token_budget.as_ref()),
        ("thinking_budget", body.thinking_budget.as_ref()),
        ("thinking_budget_tokens", body.thinking_budget_tokens.as_ref()),
        ("reasoning_max_tokens", body.reasoning_max_tokens.as_ref()),
        ("reasoning.max_tokens", reasoning.and_then(|switch| switch.max_tokens.as_ref())),
        ("thinking.budget_tokens", thinking.and_then(|switch| switch.budget_tokens.as_ref())),
        (
            "chat_template_kwargs.thinking_budget",
            template.and_then(|arguments| arguments.thinking_budget.as_ref()),
        ),
    ] {
        refused::check_budget(name, budget)?;
    }
    let off = body.reasoning_effort == Some(Effort::None)
        || body.enable_thinking == Some(false)
        || template.is_some_and(|arguments| {
            arguments.enable_thinking == Some(false) || arguments.thinking == Some(false)
        })
        || reasoning.is_some_and(|switch| {
            switch.enabled == Some(false) || switch.effort == Some(Effort::None)
        })
        || thinking.is_some_and(|switch| switch.kind == Some(ThinkingKind::Disabled));
    Ok(if off { Thinking::Off } else { Thinking::Natural })
}

/// Where the thinking goes: as the request says, else as the server is set.
pub(super) fn output(body: &ChatRequest, server: ReasoningOutput) -> ReasoningOutput {
    let excluded = body.reasoning.as_ref().is_some_and(|switch| switch.exclude == Some(true));
    if excluded || body.include_reasoning == Some(false) {
        return ReasoningOutput::Hidden;
    }
    let separate = match server {
        ReasoningOutput::Raw | ReasoningOutput::Hidden => ReasoningOutput::Both,
        ReasoningOutput::Both | ReasoningOutput::ReasoningContent | ReasoningOutput::Reasoning => {
            server
        }
    };
    match (body.reasoning_format, body.separate_reasoning) {
        (Some(ReasoningFormat::Hidden), _) => ReasoningOutput::Hidden,
        (Some(ReasoningFormat::None), _) | (None, Some(false)) => ReasoningOutput::Raw,
        (Some(ReasoningFormat::Deepseek | ReasoningFormat::Parsed), _) | (None, Some(true)) => {
            separate
        }
        (Some(ReasoningFormat::Auto), _) | (None, None) => server,
    }
}
