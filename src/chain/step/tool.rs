//! `tool`: calls a tool of a server or an endpoint that the configuration names.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::{
    chain::context::{Context, Lookup},
    generate::GenerateError,
};

use super::{Action, Step};

/// The most bytes of the arguments of a call.
const MOST_BYTES: usize = 1024 * 1024;

/// Calls a tool with arguments, an object. Gives an object: `text`, what the tool says, and `data`, its structured
/// result or `null`. It counts as a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    /// The server or endpoint, as the configuration calls it.
    pub server: Arc<str>,
    /// The tool's name there; of an endpoint the path below its address.
    pub tool: Arc<str>,
}

impl Tool {
    /// A tool of a server.
    pub fn of(server: &str, tool: &str) -> Self {
        Self { server: server.into(), tool: tool.into() }
    }

    /// Its whole name.
    pub fn name(&self) -> String {
        format!("{}/{}", self.server, self.tool)
    }
}

impl Step<Json> for Tool {
    type Output = Json;

    async fn run(&self, arguments: Json, context: &Context<'_>) -> Result<Json, GenerateError> {
        let name = self.name();
        if !arguments.is_object() {
            let message = format!("the arguments of the tool `{name}` are no object");
            return Err(GenerateError::engine(message));
        }
        let bytes = arguments.to_string().len();
        if bytes > MOST_BYTES {
            return Err(GenerateError::engine(format!(
                "the arguments of the tool `{name}` have {bytes} bytes; at most {MOST_BYTES} are sent"
            )));
        }
        // Also where the result is known from a record: then as now, so many calls may be made.
        context.count_call(&name)?;
        let lookup = Lookup { of: format!("tool {name}"), asked: arguments.clone(), same: None };
        let call = async {
            let Some(tools) = context.tools() else {
                return Err(GenerateError::engine(format!(
                    "the chain calls the tool `{name}`, and this program has no tools"
                )));
            };
            tools.call(&self.server, &self.tool, &arguments).await
        };
        context.look_up(lookup, call).await
    }
}

impl From<Tool> for Action {
    fn from(step: Tool) -> Self {
        Self::Tool(step)
    }
}
