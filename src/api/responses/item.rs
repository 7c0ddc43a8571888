//! The items of a response, as they are sent.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::schema;
use crate::api::chat::{logprobs::LogprobBody, response::AssistantRole};

/// One item of a response.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum OutputItem {
    /// Thinking.
    Reasoning(ReasoningItem),
    /// The answer.
    Message(MessageItem),
    /// A function that is called.
    FunctionCall(CallItem),
}

/// Thinking.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ReasoningItem {
    /// `rs_` and a unique part.
    pub id: String,
    /// The thinking itself, in one part: clients show what they find here.
    pub summary: Vec<SummaryPart>,
    /// Whether it is whole.
    pub status: ItemStatus,
}

/// The thinking.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SummaryPart {
    /// Its text.
    SummaryText {
        /// The text.
        text: String,
    },
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MessageItem {
    /// `msg_` and a unique part.
    pub id: String,
    /// Whether it is whole.
    pub status: ItemStatus,
    /// Who says it.
    pub role: AssistantRole,
    /// Its text, in one part.
    pub content: Vec<ContentPart>,
}

/// A part of a message or of thinking.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ContentPart {
    /// Text of the answer.
    OutputText {
        /// The text.
        text: String,
        /// Always empty: nothing is cited.
        #[schema(value_type = Vec<Object>, max_items = 0)]
        annotations: [(); 0],
        /// How likely its tokens were; empty unless the request asked.
        logprobs: Vec<LogprobBody>,
    },
}

impl ContentPart {
    /// A text.
    pub(super) fn text(text: impl Into<String>, logprobs: Vec<LogprobBody>) -> Self {
        Self::OutputText { text: text.into(), annotations: [], logprobs }
    }
}

/// A function that is called.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CallItem {
    /// `fc_` and a unique part.
    pub id: String,
    /// Names the call, for its result.
    pub call_id: String,
    /// The function.
    pub name: String,
    /// Its arguments, as JSON text.
    pub arguments: String,
    /// Whether it is whole.
    pub status: ItemStatus,
}

/// How far an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ItemStatus {
    /// It is being written.
    InProgress,
    /// It is whole.
    Completed,
    /// It was cut.
    Incomplete,
}

impl OutputItem {
    /// Its id.
    pub(super) fn id(&self) -> &str {
        match self {
            Self::Reasoning(ReasoningItem { id, .. })
            | Self::Message(MessageItem { id, .. })
            | Self::FunctionCall(CallItem { id, .. }) => id,
        }
    }

    /// Sets how far it is.
    pub(super) fn set_status(&mut self, new: ItemStatus) {
        match self {
            Self::Reasoning(ReasoningItem { status, .. })
            | Self::Message(MessageItem { status, .. })
            | Self::FunctionCall(CallItem { status, .. }) => *status = new,
        }
    }
}

/// The items that a response was asked.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ItemList {
    /// What this is.
    pub object: ListObject,
    /// The items, as the request had them, each with an id.
    #[schema(schema_with = schema::input_items)]
    pub data: Vec<Value>,
    /// The id of the first; null if there is none.
    #[schema(required)]
    pub first_id: Option<String>,
    /// The id of the last; null if there is none.
    #[schema(required)]
    pub last_id: Option<String>,
    /// Whether there are more after the last.
    pub has_more: bool,
}

/// The type of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ListObject {
    /// The only one.
    List,
}
