//! Calls of functions, as they are sent.

use serde::Serialize;
use utoipa::ToSchema;

use crate::generate::ToolCall;

/// A call of a function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ToolCallBody {
    /// Names the call, for its result.
    pub id: String,
    /// What is called.
    #[serde(rename = "type")]
    pub kind: ToolKind,
    /// The function.
    pub function: FunctionCall,
}

/// What can be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ToolKind {
    /// A function.
    Function,
}

/// A function with its arguments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FunctionCall {
    /// Its name.
    pub name: String,
    /// Its arguments: JSON, as text.
    pub arguments: String,
}

impl From<ToolCall> for ToolCallBody {
    fn from(call: ToolCall) -> Self {
        let function = FunctionCall { name: call.name, arguments: call.arguments };
        Self { id: call.id, kind: ToolKind::Function, function }
    }
}

/// A piece of a call: first its id, its type and the function's name, then pieces of the arguments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ToolCallDelta {
    /// The call's number in the answer, from 0.
    pub index: u32,
    /// Only in the call's first piece.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub id: Option<String>,
    /// Only in the call's first piece.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub kind: Option<ToolKind>,
    /// What is new.
    pub function: FunctionDelta,
}

/// What is new in a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FunctionDelta {
    /// Only in the call's first piece.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub name: Option<String>,
    /// A piece of the arguments; empty in the first piece.
    pub arguments: String,
}

impl ToolCallDelta {
    /// The first piece of a call.
    pub(super) fn first(index: u32, id: String, name: String) -> Self {
        let function = FunctionDelta { name: Some(name), arguments: String::new() };
        Self { index, id: Some(id), kind: Some(ToolKind::Function), function }
    }

    /// A piece of its arguments.
    pub(super) fn next(index: u32, arguments: String) -> Self {
        Self { index, id: None, kind: None, function: FunctionDelta { name: None, arguments } }
    }
}
