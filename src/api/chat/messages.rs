//! The conversation of a request, checked message by message.

use super::{
    content::{ContentPart, Part, PartProblem, WireContent, WireMessage, WireRole},
    refused,
};
use crate::{
    api::reasoning::without_thinking,
    error::ApiError,
    generate::{Message, Role},
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
pub(super) fn messages(messages: Vec<WireMessage>) -> Result<Vec<Message>, ApiError> {
    if messages.is_empty() || messages.len() > MAX_MESSAGES {
        let message = format!("`messages` must be an array of 1 to {MAX_MESSAGES} messages.");
        return Err(ApiError::invalid("messages", message));
    }
    messages.into_iter().enumerate().map(|(index, wire)| message(index, wire)).collect()
}

fn message(index: usize, wire: WireMessage) -> Result<Message, ApiError> {
    let invalid = |field: &str, reason: &str| {
        let path = format!("messages[{index}].{field}");
        let message = format!("Invalid `{path}`: {reason}");
        ApiError::invalid(path, message)
    };
    if !refused::asks_for_nothing(wire.tool_calls.as_ref()) {
        return Err(invalid("tool_calls", "tools are not offered by this version."));
    }
    if !refused::asks_for_nothing(wire.function_call.as_ref()) {
        return Err(invalid("function_call", "functions are not offered by this version."));
    }
    let role = match wire.role {
        WireRole::System | WireRole::Developer => Role::System,
        WireRole::User => Role::User,
        WireRole::Assistant => Role::Assistant,
        WireRole::Tool | WireRole::Function => {
            return Err(invalid("role", "tools and functions are not offered by this version."));
        }
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
        (None, Role::System | Role::User) => {
            return Err(invalid("content", "it must be a string or an array of text parts."));
        }
    };
    let content = match role {
        Role::Assistant => without_thinking(&content),
        Role::System | Role::User => content,
    };
    Ok(Message { role, content })
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
