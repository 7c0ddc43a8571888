//! Known parameters that this version cannot honour: refused by name, never dropped in silence.
//!
//! Each has values that ask for nothing and are accepted, because clients send them by default.

use serde_json::Value;

use super::request::ChatRequest;
use crate::error::ApiError;

/// Refuses what cannot be honoured.
///
/// # Errors
///
/// 400 with the parameter's name.
pub(super) fn check(body: &ChatRequest) -> Result<(), ApiError> {
    const FUNCTIONS: &str = "Use `tools` and `tool_choice`, which took its place.";
    const FORMAT: &str = "Ask with `response_format` instead: it takes a JSON schema.";
    const TEXT_ONLY: &str = "The models served here write text only.";
    let parameters = [
        ("functions", &body.functions, is_empty as Harmless, FUNCTIONS),
        ("function_call", &body.function_call, calls_nothing, FUNCTIONS),
        ("modalities", &body.modalities, is_text_only, TEXT_ONLY),
        ("audio", &body.audio, is_empty, TEXT_ONLY),
        ("structured_outputs", &body.structured_outputs, is_empty, FORMAT),
        ("guided_json", &body.guided_json, never, FORMAT),
        ("guided_regex", &body.guided_regex, never, FORMAT),
        ("guided_choice", &body.guided_choice, never, FORMAT),
        ("guided_grammar", &body.guided_grammar, never, FORMAT),
        ("grammar", &body.grammar, is_empty, FORMAT),
        ("json_schema", &body.json_schema, is_empty, FORMAT),
    ];
    for (name, value, harmless, reason) in parameters {
        if let Some(value) = value
            && !harmless(value)
        {
            return Err(refuse(name, reason));
        }
    }
    Ok(())
}

/// Whether a value inside a message is there in name only.
pub(super) fn asks_for_nothing(value: Option<&Value>) -> bool {
    value.is_none_or(is_empty)
}

fn refuse(name: &'static str, reason: &str) -> ApiError {
    ApiError::invalid(name, format!("`{name}` cannot be honoured. {reason}"))
}

type Harmless = fn(&Value) -> bool;

fn never(_: &Value) -> bool {
    false
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn calls_nothing(value: &Value) -> bool {
    matches!(value.as_str(), Some("none" | "auto"))
}

fn is_text_only(value: &Value) -> bool {
    value.as_array().is_some_and(|items| items.iter().all(|item| item.as_str() == Some("text")))
}
