//! The many switches by which clients limit thinking, turn it off or hide it.
//!
//! Whoever says "off" is heard: a client that sets two switches differently wanted to save the
//! tokens somewhere. For the same reason the smallest of several budgets holds. A budget in tokens
//! says more than an effort, so it wins over one that only asks for less or more.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::request::ChatRequest;
use crate::{api::reasoning::ReasoningOutput, error::ApiError, generate::Thinking};

/// How much to think.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Effort {
    /// Not at all.
    None,
    /// Up to 512 tokens.
    Minimal,
    /// Up to 1,024 tokens.
    Low,
    /// Up to 4,096 tokens.
    Medium,
    /// Up to 16,384 tokens.
    High,
    /// As the model does by itself.
    Xhigh,
    /// As the model does by itself.
    Max,
}

impl Effort {
    fn thinking(self) -> Thinking {
        match self {
            Self::None => Thinking::Off,
            Self::Minimal => Thinking::UpTo(512),
            Self::Low => Thinking::UpTo(1024),
            Self::Medium => Thinking::UpTo(4096),
            Self::High => Thinking::UpTo(16_384),
            Self::Xhigh | Self::Max => Thinking::Natural,
        }
    }
}

/// How to think, and whether to show it; other keys are ignored.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(expecting = "an object")]
pub struct ReasoningSwitch {
    /// `false` turns thinking off.
    pub enabled: Option<bool>,
    /// As `reasoning_effort`.
    pub effort: Option<Effort>,
    /// `true` leaves the thinking out of the reply.
    pub exclude: Option<bool>,
    /// As `thinking_token_budget`.
    #[schema(minimum = -1)]
    pub max_tokens: Option<i64>,
}

/// Whether to think; other keys are ignored.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(expecting = "an object")]
pub struct ThinkingSwitch {
    /// `disabled` turns thinking off.
    #[serde(rename = "type")]
    pub kind: Option<ThinkingKind>,
    /// As `thinking_token_budget`.
    #[schema(minimum = -1)]
    pub budget_tokens: Option<i64>,
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
    /// As `thinking_token_budget`.
    #[schema(minimum = -1)]
    pub thinking_budget: Option<i64>,
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

/// Whether the model thinks, and how much at most.
///
/// # Errors
///
/// 400 for a budget below -1, by the name it was given under.
pub(in crate::api) fn thinking(body: &ChatRequest) -> Result<Thinking, ApiError> {
    let reasoning = body.reasoning.as_ref();
    let thinking = body.thinking.as_ref();
    let template = body.chat_template_kwargs.as_ref();
    let mut budget = None;
    for (name, value) in [
        ("thinking_token_budget", body.thinking_token_budget),
        ("thinking_budget", body.thinking_budget),
        ("thinking_budget_tokens", body.thinking_budget_tokens),
        ("reasoning_max_tokens", body.reasoning_max_tokens),
        ("reasoning.max_tokens", reasoning.and_then(|switch| switch.max_tokens)),
        ("thinking.budget_tokens", thinking.and_then(|switch| switch.budget_tokens)),
        (
            "chat_template_kwargs.thinking_budget",
            template.and_then(|arguments| arguments.thinking_budget),
        ),
    ] {
        budget = least(budget, check_budget(name, value)?);
    }
    let efforts = [body.reasoning_effort, reasoning.and_then(|switch| switch.effort)];
    let effort = efforts.into_iter().flatten().map(Effort::thinking).fold(None, least);
    let off = effort == Some(Thinking::Off)
        || body.enable_thinking == Some(false)
        || template.is_some_and(|arguments| {
            arguments.enable_thinking == Some(false) || arguments.thinking == Some(false)
        })
        || reasoning.is_some_and(|switch| switch.enabled == Some(false))
        || thinking.is_some_and(|switch| switch.kind == Some(ThinkingKind::Disabled));
    Ok(if off { Thinking::Off } else { budget.or(effort).unwrap_or_default() })
}

/// What a budget asks for; -1 is how clients say "no limit", 0 is no thinking at all.
fn check_budget(name: &'static str, budget: Option<i64>) -> Result<Option<Thinking>, ApiError> {
    match budget {
        None => Ok(None),
        Some(-1) => Ok(Some(Thinking::Natural)),
        Some(0) => Ok(Some(Thinking::Off)),
        Some(tokens) if tokens > 0 => {
            Ok(Some(Thinking::UpTo(u32::try_from(tokens).unwrap_or(u32::MAX))))
        }
        Some(tokens) => Err(ApiError::invalid(
            name,
            format!("`{name}` must be -1 (no limit), 0 (no thinking) or more, not {tokens}."),
        )),
    }
}

/// The one that lets the model think less.
fn least(one: Option<Thinking>, other: impl Into<Option<Thinking>>) -> Option<Thinking> {
    let tokens = |thinking: &Thinking| match thinking {
        Thinking::Off => 0,
        Thinking::UpTo(tokens) => u64::from(*tokens),
        Thinking::Natural => u64::MAX,
    };
    one.into_iter().chain(other.into()).min_by_key(tokens)
}

/// Where the thinking goes: as the request says, else as the server is set.
pub(in crate::api) fn output(body: &ChatRequest, server: ReasoningOutput) -> ReasoningOutput {
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
