//! From an input to what is asked: a question, OpenAI's messages, or what LangChain makes of its own.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::output::Style;
use crate::{
    api::chat::{
        content::WireMessage,
        messages::messages,
        request::ChatRequest,
        thinking,
        validate::{Common, Steps},
    },
    app::ApiSettings,
    error::ApiError,
    generate::{Message, Request},
};

/// What is asked of a chain.
#[derive(Debug)]
pub(super) struct Asked {
    /// What is asked.
    pub(super) request: Request,
    /// How the answer is written.
    pub(super) style: Style,
    /// Where in the body it stands.
    pub(super) place: Place,
}

/// Where an input stands in the body.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The input itself, for example `input` or `inputs[2]`.
    pub(super) input: String,
    /// Its question or conversation.
    said: String,
}

impl Place {
    /// An error in the words of chat completions, in those of this body.
    pub(super) fn of(&self, error: impl Into<ApiError>) -> ApiError {
        error.into().moved(|field| match field.strip_prefix("messages") {
            Some(rest) => format!("{}{rest}", self.said),
            None => format!("{}.{field}", self.input),
        })
    }
}

/// What was said, as it arrived.
enum Said {
    Question(String),
    Conversation(Vec<Value>),
}

/// Reads the input at this place for the chain of that name.
///
/// # Errors
///
/// 400 with the place of what cannot be taken.
pub(super) fn read(
    input: &str,
    value: Option<Value>,
    chain: &str,
    settings: &ApiSettings,
) -> Result<Asked, ApiError> {
    let (said, at, fields) = take_apart(value).ok_or_else(|| {
        let message = format!(
            "`{input}` must be a question: a text, an object with either `question` (a text) or \
             `messages` (an array), or an array of messages."
        );
        ApiError::invalid(input.to_owned(), message)
    })?;
    let place = Place { said: format!("{input}{at}"), input: input.to_owned() };
    let here = |error: ApiError| place.of(error);
    let body: ChatRequest = typed(Value::Object(fields), "").map_err(here)?;
    refuse(&body).map_err(here)?;
    let style = Style {
        reasoning: thinking::output(&body, settings.reasoning),
        steps: match body.ponder.as_ref().and_then(|options| options.events) {
            Some(true) => Steps::Reported,
            Some(false) | None => Steps::Omitted,
        },
    };
    let body = ChatRequest { model: Some(chain.to_owned()), ..body };
    let mut request = Common::check(body, settings).map_err(here)?.request;
    request.messages = match said {
        Said::Question(text) => vec![Message::user(text)],
        Said::Conversation(list) => conversation(list).map_err(here)?,
    };
    Ok(Asked { request, style, place })
}

/// What was said, where in the input it stands, and what stands beside it; `None` if nothing was said.
fn take_apart(value: Option<Value>) -> Option<(Said, &'static str, Map<String, Value>)> {
    let mut fields = match value? {
        Value::String(text) => return Some((Said::Question(text), "", Map::new())),
        Value::Array(list) => return Some((Said::Conversation(list), "", Map::new())),
        Value::Object(fields) => fields,
        Value::Null | Value::Bool(_) | Value::Number(_) => return None,
    };
    let mut take = |key: &str| fields.shift_remove(key).filter(|value| !value.is_null());
    match (take("question"), take("messages")) {
        (Some(Value::String(text)), None) => Some((Said::Question(text), ".question", fields)),
        (None, Some(Value::Array(list))) => Some((Said::Conversation(list), ".messages", fields)),
        (None, None) => {
            // A message by itself, or a prompt of LangChain's.
            if speaker(&fields).is_some() {
                let message = Value::Object(std::mem::take(&mut fields));
                return Some((Said::Conversation(vec![message]), "", fields));
            }
            let prompt = fields.get("type").is_some_and(|kind| kind == "StringPromptValue");
            match fields.shift_remove("text").filter(|_| prompt) {
                Some(Value::String(text)) => Some((Said::Question(text), ".text", fields)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Refuses what means something in a chat completion and nothing here.
fn refuse(body: &ChatRequest) -> Result<(), ApiError> {
    let (name, reason) = if body.model.is_some() {
        ("model", "The path names the chain, and the configuration its models.")
    } else if body.stream == Some(true) {
        ("stream", "Ask below `/stream` instead.")
    } else if body.n.is_some_and(|n| n != 1) {
        ("n", "Ask below `/batch` instead.")
    } else {
        return Ok(());
    };
    Err(ApiError::invalid(name, format!("`{name}` cannot be honoured here. {reason}")))
}

fn conversation(list: Vec<Value>) -> Result<Vec<Message>, ApiError> {
    let numbered = list.into_iter().enumerate();
    let wires: Vec<WireMessage> = numbered
        .map(|(index, value)| typed(in_openai_words(value), &format!("messages[{index}]")))
        .collect::<Result<_, _>>()?;
    messages(wires)
}

/// A message of LangChain's as OpenAI would write it; anything else stays as it is.
fn in_openai_words(value: Value) -> Value {
    match value {
        Value::Object(mut fields) => {
            if let Some(role) = speaker(&fields).filter(|_| !fields.contains_key("role")) {
                fields.insert("role".to_owned(), json!(role));
            }
            Value::Object(fields)
        }
        Value::Array(pair) => match pair.as_slice() {
            [Value::String(speaker), content @ Value::String(_)] => {
                json!({"role": role(speaker).unwrap_or(speaker), "content": content})
            }
            _ => Value::Array(pair),
        },
        Value::String(text) => json!({"role": "user", "content": text}),
        other => other,
    }
}

/// The role of who says a message of LangChain's.
fn speaker(fields: &Map<String, Value>) -> Option<&'static str> {
    role(fields.get("type")?.as_str()?)
}

fn role(speaker: &str) -> Option<&'static str> {
    match speaker {
        "human" | "HumanMessageChunk" => Some("user"),
        "ai" | "AIMessageChunk" => Some("assistant"),
        "system" | "SystemMessageChunk" => Some("system"),
        "tool" | "ToolMessageChunk" => Some("tool"),
        _ => None,
    }
}

/// A value of a known shape, which stands at `place`.
fn typed<T: DeserializeOwned>(value: Value, place: &str) -> Result<T, ApiError> {
    // Serde would also take an array, field by field.
    if !value.is_object() {
        let message = format!("Invalid `{place}`: it must be a message object.");
        return Err(ApiError::invalid(place.to_owned(), message));
    }
    serde_path_to_error::deserialize(value).map_err(|error| {
        let field = match (place, error.path().to_string().as_str()) {
            (place, ".") => place.to_owned(),
            ("", path) => path.to_owned(),
            (place, path) => format!("{place}.{path}"),
        };
        let message = format!("Invalid `{field}`: {}", error.into_inner());
        ApiError::invalid(field, message)
    })
}
