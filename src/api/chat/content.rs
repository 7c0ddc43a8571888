//! The messages of a request as they arrive.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{SeqAccess, Visitor, value::SeqAccessDeserializer},
};
use serde_json::Value;
use utoipa::ToSchema;

use super::schema;

/// One message of the conversation.
///
/// Other keys, such as `name` or an earlier answer's `reasoning_content`, are accepted and ignored.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(expecting = "a message object")]
pub struct WireMessage {
    /// Who says it.
    #[schema(schema_with = schema::roles)]
    pub role: WireRole,
    /// What is said; only an earlier answer of the assistant may leave it out.
    #[schema(schema_with = schema::content)]
    pub content: Option<WireContent>,
    /// What an earlier answer of the assistant called.
    #[schema(schema_with = schema::earlier_calls)]
    pub tool_calls: Option<Value>,
    /// With the role `tool`: the id of the call that this is the result of.
    pub tool_call_id: Option<String>,
    /// Only absent or null: the old form of `tool_calls`.
    #[schema(schema_with = schema::nothing)]
    pub function_call: Option<Value>,
}

/// Who says a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WireRole {
    /// Instructions for the whole conversation.
    System,
    /// The same under its newer name.
    Developer,
    /// The person who asks.
    User,
    /// An earlier answer of the model.
    Assistant,
    /// The result of a call.
    Tool,
    /// The same in its old form: refused.
    Function,
}

/// What a message says: text, or parts of text.
#[derive(Debug)]
pub enum WireContent {
    /// The text itself.
    Text(String),
    /// Parts, put together with line breaks between them.
    Parts(Vec<ContentPart>),
}

/// A part of a message as it arrives; [`Part`] is what it means.
#[derive(Debug, Deserialize)]
#[serde(expecting = "a content part object")]
pub struct ContentPart {
    /// What the part is.
    #[serde(rename = "type")]
    pub kind: String,
    /// The text of a `text` part.
    pub text: Option<String>,
    /// The text of a `refusal` part.
    pub refusal: Option<String>,
}

/// A part of a message; images, audio and files are refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Part {
    /// Text.
    Text {
        /// The text.
        text: String,
    },
    /// An earlier refusal of the assistant.
    Refusal {
        /// The text.
        refusal: String,
    },
    /// Earlier thinking; ignored.
    Thinking,
    /// Earlier thinking; ignored.
    Reasoning,
}

/// What is wrong with a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PartProblem {
    /// The field of the part.
    pub(super) field: &'static str,
    /// What is wrong with it.
    pub(super) reason: &'static str,
}

impl ContentPart {
    /// What the part means.
    ///
    /// # Errors
    ///
    /// The part is of a kind that is not taken, or lacks its text.
    pub(super) fn read(self) -> Result<Part, PartProblem> {
        match self.kind.as_str() {
            // Other APIs of OpenAI name the same text by its direction.
            "text" | "input_text" | "output_text" => self
                .text
                .map(|text| Part::Text { text })
                .ok_or(PartProblem { field: "text", reason: "a text part needs its text." }),
            "refusal" => self
                .refusal
                .map(|refusal| Part::Refusal { refusal })
                .ok_or(PartProblem { field: "refusal", reason: "a refusal needs its text." }),
            "thinking" | "redacted_thinking" => Ok(Part::Thinking),
            "reasoning" => Ok(Part::Reasoning),
            _ => Err(PartProblem {
                field: "type",
                reason: "only parts of type `text` are taken; the models served here read text.",
            }),
        }
    }
}

/// By hand, so that an error inside a part names its place instead of "no variant fits".
impl<'de> Deserialize<'de> for WireContent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ContentVisitor;

        impl<'de> Visitor<'de> for ContentVisitor {
            type Value = WireContent;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a string or an array of content parts")
            }

            fn visit_str<E>(self, text: &str) -> Result<WireContent, E> {
                Ok(WireContent::Text(text.to_owned()))
            }

            fn visit_string<E>(self, text: String) -> Result<WireContent, E> {
                Ok(WireContent::Text(text))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, parts: A) -> Result<WireContent, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(parts)).map(WireContent::Parts)
            }
        }

        deserializer.deserialize_any(ContentVisitor)
    }
}
