//! What steps hand to each other: values of a few types, checked when a plan is made.

use std::fmt;

use crate::generate::{FinishReason, Kind, Message, StopCause, ThinkingEnd};

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
}

impl fmt::Display for Type {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Text => "text",
            Self::Language => "a language",
            Self::Kind => "a kind of question",
            Self::Messages => "messages",
            Self::Answer => "an answer",
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
}

/// The final result of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// What stands in the last `\boxed{…}`.
    Boxed(String),
    /// The last fenced block of code, fences included.
    Code(String),
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
