//! Functions that a model may ask its caller to run.

use std::sync::Arc;

use serde_json::Value;

/// The functions of a request, and how free the model is to call them; none by default.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tools {
    /// What can be called, each name once.
    pub functions: Arc<[Function]>,
    /// Whether something must be called.
    pub choice: ToolChoice,
    /// Whether one answer may hold several calls.
    pub several: bool,
}

impl Tools {
    /// Whether nothing can be called.
    pub fn is_empty(&self) -> bool {
        self.functions.is_empty()
    }
}

/// A function that can be called.
#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    /// Letters, digits, `_` and `-`; 1 to 64 of them.
    pub name: String,
    /// What it does, for the model; may be empty.
    pub description: String,
    /// A JSON schema of its arguments, which are an object; `{}` if it takes none.
    pub parameters: Value,
    /// Whether the schema is kept to the letter. Otherwise keywords that cannot be followed are passed
    /// over; `None`: the client did not say.
    pub strict: Option<bool>,
}

/// Whether something must be called.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ToolChoice {
    /// The model decides.
    #[default]
    Auto,
    /// One of the functions, at least.
    Required,
    /// The function of this name, exactly once.
    Named(String),
}

/// A call that a model has made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ToolCall {
    /// Names the call, for its result.
    pub id: String,
    /// The function.
    pub name: String,
    /// Its arguments as JSON text, an object.
    pub arguments: String,
}
