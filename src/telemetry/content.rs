//! What is asked and answered, in the form in which the conventions put it into spans.

use serde_json::{Value as Json, json};

use crate::generate::{Answer, Finish, FinishReason, Message, RawPrompt, Request, Role};

/// As much as is told of one text, in characters.
const MOST_TOLD: usize = 16_384;

/// As much as is told of a conversation, in bytes: the newest messages of it.
const MOST_IN_ALL: usize = 65_536;

/// As many reasons of a decision as are told.
const MOST_REASONS: usize = 16;

/// What is asked.
pub(super) fn input(request: &Request) -> String {
    let messages: Vec<Json> = match &request.raw {
        Some(RawPrompt::Text(prompt)) => {
            vec![json!({"role": "user", "parts": [text("text", prompt)]})]
        }
        Some(RawPrompt::Tokens(tokens)) => {
            let prompt = format!("{} tokens", tokens.len());
            vec![json!({"role": "user", "parts": [text("text", &prompt)]})]
        }
        None => newest(&request.messages),
    };
    Json::Array(messages).to_string()
}

/// The newest messages, as many as are told; of a long one at least its beginning.
fn newest(messages: &[Message]) -> Vec<Json> {
    let mut left = MOST_IN_ALL;
    let mut newest: Vec<Json> = messages
        .iter()
        .rev()
        .map(message)
        .map_while(|message| {
            left = left.checked_sub(message.to_string().len())?;
            Some(message)
        })
        .collect();
    newest.reverse();
    newest
}

/// As much of a decision's reasons as is told.
pub(super) fn reasons(reasons: &[String]) -> Vec<String> {
    reasons.iter().take(MOST_REASONS).map(|reason| told(reason)).collect()
}

/// What is answered.
pub(super) fn output(answer: &Answer) -> String {
    let thinking = (!answer.reasoning.is_empty()).then(|| text("reasoning", &answer.reasoning));
    let content = (!answer.content.is_empty()).then(|| text("text", &answer.content));
    let calls =
        answer.tool_calls.iter().map(|called| call(&called.id, &called.name, &called.arguments));
    let parts: Vec<Json> = thinking.into_iter().chain(content).chain(calls).collect();
    said(&parts, &answer.finish)
}

/// What a chain answers.
pub(super) fn answer(content: &str, finish: &Finish) -> String {
    said(&[text("text", content)], finish)
}

/// How an answer ended, in the words of the conventions' messages.
pub(super) fn reason(reason: FinishReason) -> &'static str {
    match reason {
        FinishReason::Stop => "stop",
        FinishReason::Length => "length",
        FinishReason::ToolCalls => "tool_calls",
    }
}

/// As much of a text as is told.
pub(super) fn told(text: &str) -> String {
    let mut told: String = text.chars().take(MOST_TOLD).collect();
    if told.len() < text.len() {
        told.push('…');
    }
    told
}

fn said(parts: &[Json], finish: &Finish) -> String {
    // In messages a call is one, though there may be several in an answer.
    let reason = match finish.reason {
        FinishReason::ToolCalls => "tool_call",
        other => reason(other),
    };
    json!([{"role": "assistant", "parts": parts, "finish_reason": reason}]).to_string()
}

fn message(message: &Message) -> Json {
    if message.role == Role::Tool {
        let part = json!({
            "type": "tool_call_response", "id": message.tool_call_id, "response": told(&message.content),
        });
        return json!({"role": "tool", "parts": [part]});
    }
    let content = (!message.content.is_empty()).then(|| text("text", &message.content));
    let calls =
        message.tool_calls.iter().map(|called| call(&called.id, &called.name, &called.arguments));
    let parts: Vec<Json> = content.into_iter().chain(calls).collect();
    json!({"role": message.role.as_str(), "parts": parts})
}

fn text(kind: &str, content: &str) -> Json {
    json!({"type": kind, "content": told(content)})
}

fn call(id: &str, name: &str, arguments: &str) -> Json {
    let short = arguments.len() <= MOST_TOLD;
    let parsed = short.then(|| serde_json::from_str(arguments).ok()).flatten();
    let arguments: Json = parsed.unwrap_or_else(|| told(arguments).into());
    json!({"type": "tool_call", "id": id, "name": name, "arguments": arguments})
}
