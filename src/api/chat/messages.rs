//! The conversation of a request, checked message by message.

use serde_json::Value;

use super::{
    content::{ContentPart, Part, PartProblem, WireContent, WireMessage, WireRole},
    refused,
    tools::MAX_TOOLS,
};
use crate::{
    api::reasoning::without_thinking,
    error::ApiError,
    generate::{Message, Role, ToolCall},
};

/// More messages than any conversation has; each costs its template's tokens and our memory.
const MAX_MESSAGES: usize = 2048;
/// More parts than any message has.
pub(super) const MAX_PARTS: usize = 1024;

/// The conversation.
///
/// # Errors
///
/// 400 with the place of the first message that cannot be taken.
pub(in crate::api) fn messages(messages: Vec<WireMessage>) -> Result<Vec<Message>, ApiError> {
    if messages.is_empty() || messages.len() > MAX_MESSAGES {
        let message = format!("`messages` must be an array of 1 to {MAX_MESSAGES} messages.");
        return Err(ApiError::invalid("messages", message));
    }
    let numbered = messages.into_iter().enumerate();
    numbered.map(|(index, wire)| message(&format!("messages[{index}]"), wire)).collect()
}

/// The message at this place of the request.
///
/// # Errors
///
/// 400 with the place of what cannot be taken.
pub(in crate::api) fn message(place: &str, wire: WireMessage) -> Result<Message, ApiError> {
    let invalid = |field: &str, reason: &str| {
        let path = format!("{place}.{field}");
        let message = format!("Invalid `{path}`: {reason}");
        ApiError::invalid(path, message)
    };
    if !refused::asks_for_nothing(wire.function_call.as_ref()) {
        return Err(invalid("function_call", "use `tool_calls`, which took its place."));
    }
    let role = match wire.role {
        WireRole::System | WireRole::Developer => Role::System,
        WireRole::User => Role::User,
        WireRole::Assistant => Role::Assistant,
        WireRole::Tool => Role::Tool,
        WireRole::Function => {
            return Err(invalid("role", "use `tool`, which took its place."));
        }
    };
    let tool_calls = match (wire.tool_calls, role) {
        (Some(calls), Role::Assistant) => earlier_calls(&calls)
            .map_err(|(place, reason)| invalid(&format!("tool_calls{place}"), reason))?,
        (calls, _) if refused::asks_for_nothing(calls.as_ref()) => Vec::new(),
        _ => return Err(invalid("tool_calls", "only the assistant calls functions.")),
    };
    let tool_call_id = match role {
        Role::Tool => match wire.tool_call_id.filter(|id| !id.is_empty()) {
            Some(id) => Some(id),
            None => {
                let reason = "a result needs the id of the call that it belongs to.";
                return Err(invalid("tool_call_id", reason));
            }
        },
        Role::System | Role::User | Role::Assistant => None,
    };
    let content = match (wire.content, role) {
        (Some(WireContent::Text(text)), _) => text,
        (Some(WireContent::Parts(parts)), _) if parts.len() > MAX_PARTS => {
            return Err(invalid("content", &format!("at most {MAX_PARTS} parts are taken.")));
        }
        (Some(WireContent::Parts(parts)), _) => joined(parts).map_err(|(position, problem)| {
            invalid(&format!("content[{position}].{}", problem.field), problem.reason)
        })?,
        (None, Role::Assistant) => String::new(),
        (None, Role::System | Role::User | Role::Tool) => {
            return Err(invalid("content", "it must be a string or an array of text parts."));
        }
    };
    let content = match role {
        Role::Assistant => without_thinking(&content),
        Role::System | Role::User | Role::Tool => content,
    };
    Ok(Message { role, content, tool_calls, tool_call_id })
}

/// The calls of an earlier answer, or the place of what is wrong with them.
fn earlier_calls(calls: &Value) -> Result<Vec<ToolCall>, (String, &'static str)> {
    let list = match calls {
        Value::Null => return Ok(Vec::new()),
        Value::Array(list) if list.len() <= MAX_TOOLS => list,
        _ => return Err((String::new(), "it must be an array of calls.")),
    };
    let text = |value: Option<&Value>| {
        value.and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    list.iter()
        .enumerate()
        .map(|(position, call)| {
            let at = |field: &str| format!("[{position}].{field}");
            let function = call.get("function");
            let id = text(call.get("id")).ok_or((at("id"), "a call needs its id."))?;
            let name = text(function.and_then(|function| function.get("name")))
                .ok_or((at("function.name"), "a call needs the name of its function."))?;
            let arguments = match function.and_then(|function| function.get("arguments")) {
                None | Some(Value::Null) => "{}".to_owned(),
                Some(Value::String(text)) => text.clone(),
                // Some clients forget that it is text.
                Some(arguments @ Value::Object(_)) => arguments.to_string(),
                Some(_) => return Err((at("function.arguments"), "it must be JSON, as text.")),
            };
            Ok(ToolCall { id, name, arguments })
        })
        .collect()
}

/// The text of the parts, or the first part that cannot be taken.
fn joined(parts: Vec<ContentPart>) -> Result<String, (usize, PartProblem)> {
    let mut texts = Vec::new();
    for (position, part) in parts.into_iter().enumerate() {
        match part.read().map_err(|problem| (position, problem))? {
            Part::Text { text } | Part::Refusal { refusal: text } => texts.push(text),
            Part::Thinking | Part::Reasoning => {}
        }
    }
    Ok(texts.join("\n"))
}
