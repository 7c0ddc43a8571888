//! How a chain calls tools: the chain knows their names, somebody else where they are.

use std::fmt;

use futures::future::BoxFuture;
use serde_json::Value as Json;

use crate::generate::GenerateError;

/// Calls tools by their names.
pub trait CallTool: Send + Sync + fmt::Debug {
    /// Calls a tool of a server with arguments; gives an object with the `text` of its result, and its `data` if it
    /// has any. Dropping the future ends the call.
    ///
    /// # Errors
    ///
    /// Why there is no result, and what to do about it.
    fn call<'call>(
        &'call self,
        server: &'call str,
        tool: &'call str,
        arguments: &'call Json,
    ) -> BoxFuture<'call, Result<Json, GenerateError>>;
}
