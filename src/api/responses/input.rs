//! What a response is asked: items, turned into the messages of a conversation.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{SeqAccess, Visitor, value::SeqAccessDeserializer},
};
use serde_json::{Value, json};

use crate::{
    api::chat::{content::WireMessage, identity::Identity, messages::message},
    error::ApiError,
    generate::{Message, Role, ToolCall},
};

/// More items than any conversation has; each costs its template's tokens and our memory.
pub(super) const MOST_ITEMS: usize = 4096;

/// In bytes: a short reference may stand for a long text, many times.
const MOST_REFERRED: usize = 16 * 1024 * 1024;

/// What is asked: a text, or items.
#[derive(Debug)]
pub enum WireInput {
    /// The user's text.
    Text(String),
    /// Messages, calls and their results.
    Items(Vec<Value>),
}

impl WireInput {
    /// As items.
    pub(super) fn items(self) -> Vec<Value> {
        match self {
            Self::Text(text) => vec![json!({"type": "message", "role": "user", "content": text})],
            Self::Items(items) => items,
        }
    }
}

/// An item that is kept: what a reference to it stands for.
pub(super) type Lookup<'a> = &'a dyn Fn(&str) -> Option<Message>;

/// The messages that the items are.
///
/// # Errors
///
/// 400 with the place of the first item that cannot be taken.
pub(super) fn messages(items: &[Value], lookup: Lookup<'_>) -> Result<Vec<Message>, ApiError> {
    if items.len() > MOST_ITEMS {
        let message = format!("`input` takes up to {MOST_ITEMS} items, not {}.", items.len());
        return Err(ApiError::invalid("input", message));
    }
    let mut messages = Vec::new();
    let mut referred = 0;
    for (index, item) in items.iter().enumerate() {
        if let Some(message) = read(index, item, lookup)? {
            if item.get("role").is_none() {
                referred += message.content.len();
            }
            if referred > MOST_REFERRED {
                return Err(too_long(index));
            }
            append(&mut messages, message);
        }
    }
    Ok(messages)
}

/// Adds a message; calls belong to the answer that they follow.
pub(super) fn append(messages: &mut Vec<Message>, mut message: Message) {
    let only_calls = message.content.is_empty() && !message.tool_calls.is_empty();
    match messages.last_mut() {
        Some(last) if only_calls && last.role == Role::Assistant => {
            last.tool_calls.append(&mut message.tool_calls);
        }
        _ => messages.push(message),
    }
}

fn read(index: usize, item: &Value, lookup: Lookup<'_>) -> Result<Option<Message>, ApiError> {
    let place = format!("input[{index}]");
    let invalid = |field: &str, reason: &str| {
        let path = format!("{place}{field}");
        let message = format!("Invalid `{path}`: {reason}");
        ApiError::invalid(path, message)
    };
    if !item.is_object() {
        return Err(invalid("", "it must be an object."));
    }
    let text = |field: &str, reason: &str| {
        let found = item.get(field).and_then(Value::as_str).filter(|text| !text.is_empty());
        found.map(str::to_owned).ok_or_else(|| invalid(&format!(".{field}"), reason))
    };
    let referring = item.get("id").is_some() && item.get("role").is_none();
    let kind = match item.get("type") {
        // The one kind that may be left out where it is clear.
        None | Some(Value::Null) if referring => "item_reference",
        None | Some(Value::Null) => "message",
        Some(Value::String(kind)) => kind.as_str(),
        Some(_) => return Err(invalid(".type", "it must be a string.")),
    };
    match kind {
        "message" => {
            if item.get("role").is_some_and(|role| role == "tool") {
                return Err(invalid(".role", "results are items of type `function_call_output`."));
            }
            said(&place, item.clone()).map(Some)
        }
        "function_call" => {
            let arguments = match item.get("arguments") {
                Some(Value::String(text)) => text.clone(),
                Some(arguments @ Value::Object(_)) => arguments.to_string(),
                _ => return Err(invalid(".arguments", "it must be JSON, as text.")),
            };
            let call = ToolCall {
                id: text("call_id", "a call needs its id.")?,
                name: text("name", "a call needs the name of its function.")?,
                arguments,
            };
            Ok(Some(Message { tool_calls: vec![call], ..Message::assistant("") }))
        }
        "function_call_output" => {
            let id = text("call_id", "a result needs the id of the call that it belongs to.")?;
            let content = item.get("output").cloned().unwrap_or(Value::Null);
            let wire = json!({"role": "tool", "tool_call_id": id, "content": content});
            let result = said(&place, wire);
            result
                .map(Some)
                .map_err(|error| error.moved(|field| field.replace(".content", ".output")))
        }
        // Models are trained not to see their earlier thinking.
        "reasoning" => Ok(None),
        "item_reference" => {
            let id = text("id", "a reference needs the id of an item.")?;
            match lookup(&id) {
                Some(message) => Ok(Some(message).filter(|message| !is_empty(message))),
                None => Err(invalid(
                    ".id",
                    "no item of that id is kept here. Send the item itself in its place.",
                )),
            }
        }
        other => Err(invalid(
            ".type",
            &format!(
                "items of type `{other}` are not taken; messages, function calls and their results \
                 are."
            ),
        )),
    }
}

/// Puts the items in the place of the references to them.
///
/// # Errors
///
/// 400 if they are too long together.
pub(super) fn resolve(
    items: &mut [Value],
    lookup: impl Fn(&str) -> Option<Value>,
) -> Result<(), ApiError> {
    let mut referred = 0;
    for (index, item) in items.iter_mut().enumerate() {
        let refers = match item.get("type") {
            None | Some(Value::Null) => item.get("role").is_none(),
            Some(kind) => kind == "item_reference",
        };
        let id = item.get("id").and_then(Value::as_str).filter(|_| refers);
        if let Some(found) = id.and_then(&lookup) {
            referred += found.to_string().len();
            if referred > MOST_REFERRED {
                return Err(too_long(index));
            }
            *item = found;
        }
    }
    Ok(())
}

fn too_long(index: usize) -> ApiError {
    let message = "The items that `input` refers to are too long together.";
    ApiError::invalid(format!("input[{index}]"), message)
}

/// The items as they are listed: each with an id, its own or one by its place, and messages with
/// their content in parts.
pub(super) fn listed(items: Vec<Value>, identity: &Identity) -> Vec<Value> {
    let unique = identity.run.trim_start_matches("run_");
    let numbered = items.into_iter().enumerate();
    numbered
        .map(|(index, mut item)| {
            let Some(fields) = item.as_object_mut() else { return item };
            if !fields.get("type").is_some_and(Value::is_string) {
                let kind = if fields.contains_key("role") { "message" } else { "item_reference" };
                fields.insert("type".to_owned(), kind.into());
            }
            if let Some(Value::String(text)) = fields.get("content") {
                let part = if fields.get("role").is_some_and(|role| role == "assistant") {
                    json!({"type": "output_text", "text": text})
                } else {
                    json!({"type": "input_text", "text": text})
                };
                fields.insert("content".to_owned(), json!([part]));
            }
            let parts = fields.get_mut("content").and_then(Value::as_array_mut);
            for part in parts.into_iter().flatten().filter_map(Value::as_object_mut) {
                if part.get("type").is_some_and(|kind| kind == "output_text") {
                    for list in ["annotations", "logprobs"] {
                        part.entry(list).or_insert_with(|| json!([]));
                    }
                }
            }
            if !fields.get("id").is_some_and(Value::is_string) {
                fields.insert("id".to_owned(), format!("in_{unique}_{index}").into());
            }
            if !fields.get("status").is_some_and(Value::is_string) {
                fields.insert("status".to_owned(), "completed".into());
            }
            item
        })
        .collect()
}

fn is_empty(message: &Message) -> bool {
    message.content.is_empty() && message.tool_calls.is_empty()
}

fn said(place: &str, wire: Value) -> Result<Message, ApiError> {
    let wire: WireMessage = serde_path_to_error::deserialize(wire).map_err(|error| {
        let path = match error.path().to_string().as_str() {
            "." => place.to_owned(),
            inner => format!("{place}.{inner}"),
        };
        let message = format!("Invalid `{path}`: {}", error.into_inner());
        ApiError::invalid(path, message)
    })?;
    message(place, wire)
}

impl<'de> Deserialize<'de> for WireInput {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InputVisitor;

        impl<'de> Visitor<'de> for InputVisitor {
            type Value = WireInput;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a string or an array of items")
            }

            fn visit_str<E>(self, text: &str) -> Result<WireInput, E> {
                Ok(WireInput::Text(text.to_owned()))
            }

            fn visit_string<E>(self, text: String) -> Result<WireInput, E> {
                Ok(WireInput::Text(text))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<WireInput, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(items)).map(WireInput::Items)
            }
        }

        deserializer.deserialize_any(InputVisitor)
    }
}
