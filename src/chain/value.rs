//! What steps hand to each other: values of a few types, checked when a plan is made.

use std::fmt;

use serde_json::Value as Json;

use crate::generate::{Confidence, FinishReason, Kind, Message, StopCause, ThinkingEnd};

use super::language::Language;

/// The type of a [`Value`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// A question or another text.
    Text,
    /// The language of a text.
    Language,
    /// What a question is about.
    Kind,
    /// A whole conversation.
    Messages,
    /// An answer with its final result.
    Answer,
    /// Structured data: what JSON can say.
    Data,
}

impl Type {
    /// Whether a value of this type can be taken where `wanted` is: as it is, or as the one thing that it
    /// can only mean there.
    ///
    /// An answer is text by what it says; data is the text it holds, or JSON; a text is what the user says
    /// in a conversation, and an answer without a final result.
    pub fn fits(self, wanted: Self) -> bool {
        self == wanted
            || matches!(
                (self, wanted),
                (Self::Answer | Self::Data, Self::Text | Self::Messages)
                    | (Self::Text, Self::Messages | Self::Answer)
            )
    }
}

impl fmt::Display for Type {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Text => "text",
            Self::Language => "a language",
            Self::Kind => "a kind of question",
            Self::Messages => "messages",
            Self::Answer => "an answer",
            Self::Data => "data",
        })
    }
}

/// What a step takes or gives.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A question or another text.
    Text(String),
    /// The language of a text.
    Language(Language),
    /// What a question is about.
    Kind(Kind),
    /// A whole conversation, oldest message first.
    Messages(Vec<Message>),
    /// An answer with its final result.
    Answer(Solution),
    /// Structured data.
    Data(Json),
}

impl Value {
    /// The value as another type; `None` where [`Type::fits`] says that it cannot be.
    pub fn coerced(self, wanted: Type) -> Option<Self> {
        let value = match (self, wanted) {
            (Self::Answer(solution), Type::Text) => Self::Text(solution.text),
            (Self::Data(data), Type::Text) => Self::Text(text_of(data)),
            (Self::Answer(solution), Type::Messages) => said(solution.text),
            (Self::Data(data), Type::Messages) => said(text_of(data)),
            (Self::Text(text), Type::Messages) => said(text),
            (Self::Text(text), Type::Answer) => {
                Self::Answer(Solution { text, ..Solution::default() })
            }
            (value, _) => value,
        };
        (value.type_of() == wanted).then_some(value)
    }

    /// The type of the value.
    pub fn type_of(&self) -> Type {
        match self {
            Self::Text(_) => Type::Text,
            Self::Language(_) => Type::Language,
            Self::Kind(_) => Type::Kind,
            Self::Messages(_) => Type::Messages,
            Self::Answer(_) => Type::Answer,
            Self::Data(_) => Type::Data,
        }
    }

    /// The value as JSON: a text as it is, an answer as its text, its result and why it ended.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Text(text) => Json::from(text.as_str()),
            Self::Language(language) => Json::from(language.as_str()),
            Self::Kind(kind) => Json::from(kind.as_str()),
            Self::Messages(messages) => messages
                .iter()
                .map(|message| {
                    serde_json::json!({"role": message.role.as_str(), "content": message.content})
                })
                .collect(),
            Self::Answer(solution) => {
                let mut answer = serde_json::json!({
                    "text": solution.text,
                    "result": solution.result.as_ref().map(Outcome::bare),
                    "complete": solution.reason != FinishReason::Length,
                });
                if let (Some(confidence), Some(keys)) = (solution.confidence, answer.as_object_mut()) {
                    keys.insert("votes".to_owned(), confidence.votes.into());
                    keys.insert("samples".to_owned(), confidence.samples.into());
                    keys.insert("margin".to_owned(), confidence.margin.into());
                    keys.insert("confidence".to_owned(), confidence.state.as_str().into());
                    let candidates: Json = solution.candidates.iter().map(Contender::to_json).collect();
                    keys.insert("candidates".to_owned(), candidates);
                    if confidence.left_out > 0 {
                        keys.insert("left_out".to_owned(), confidence.left_out.into());
                    }
                }
                answer
            }
            Self::Data(data) => data.clone(),
        }
    }
}

/// A conversation in which the user says this.
fn said(text: String) -> Value {
    Value::Messages(vec![Message::user(text)])
}

/// The text that data holds, or the data as JSON.
fn text_of(data: Json) -> String {
    match data {
        Json::String(text) => text,
        Json::Null => String::new(),
        data => data.to_string(),
    }
}

/// An answer, and the final result that was found in it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Solution {
    /// The answer as it was written.
    pub text: String,
    /// The final result in it; `None` if it was cut off, or says that there is none.
    pub result: Option<Outcome>,
    /// Why the answer ended.
    pub reason: FinishReason,
    /// How the thinking before it ended.
    pub thinking_end: ThinkingEnd,
    /// What ended the answer, where it was neither the model itself nor a limit.
    pub cause: Option<StopCause>,
    /// How far it can be relied on, where somebody has counted.
    pub confidence: Option<Confidence>,
    /// The answers that were voted on, the leading one first; empty where nobody has counted here.
    pub candidates: Vec<Contender>,
}

/// An answer that was voted on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contender {
    /// What it comes to, as it was written first.
    pub result: Outcome,
    /// How many samples gave it.
    pub votes: u32,
}

impl Contender {
    /// The most that are kept of a vote.
    pub(super) const MOST: usize = 8;

    fn to_json(&self) -> Json {
        serde_json::json!({"result": self.result.bare(), "votes": self.votes})
    }
}

/// The final result of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// What stands in the last `\boxed{…}`.
    Boxed(String),
    /// The last fenced block of code, fences included.
    Code(String),
}

impl Outcome {
    /// What is in it: the boxed value without its box, the program without its fences.
    pub fn bare(&self) -> &str {
        match self {
            Self::Boxed(content) => content,
            Self::Code(fenced) => {
                super::extract::code(fenced).map_or(fenced.as_str(), |block| block.body.trim_end())
            }
        }
    }
}

impl fmt::Display for Outcome {
    /// The result as it stands in an answer.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boxed(content) => write!(formatter, "\\boxed{{{content}}}"),
            Self::Code(fenced) => formatter.write_str(fenced),
        }
    }
}

/// A Rust type that steps hand to each other.
pub trait Typed: Sized + Send {
    /// What a chain file calls the type.
    const TYPE: Type;

    /// The value as this type; `None` if it has another.
    fn from_value(value: Value) -> Option<Self>;

    /// This as a value.
    fn into_value(self) -> Value;
}

macro_rules! typed {
    ($rust:ty, $name:ident) => {
        impl Typed for $rust {
            const TYPE: Type = Type::$name;

            fn from_value(value: Value) -> Option<Self> {
                match value {
                    Value::$name(value) => Some(value),
                    _ => None,
                }
            }

            fn into_value(self) -> Value {
                Value::$name(self)
            }
        }
    };
}

typed!(String, Text);
typed!(Language, Language);
typed!(Kind, Kind);
typed!(Vec<Message>, Messages);
typed!(Solution, Answer);
typed!(Json, Data);
