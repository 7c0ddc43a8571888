//! Why a tool gives nothing, and what to do about it.

use std::time::Duration;

use crate::{generate::GenerateError, mcp::client::ClientError};

/// Why a tool gives nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ToolError {
    /// There is no server or endpoint of that name.
    #[error(
        "a chain calls a tool of `{server}`, which is not configured: add [tools.{server}] with `command`, `mcp` \
         or `url` to ponder.toml"
    )]
    NotConfigured {
        /// The name.
        server: String,
    },
    /// It has no such tool.
    #[error("`{server}` has no tool `{tool}`; it has: {known}")]
    Unknown {
        /// The server.
        server: String,
        /// The tool that was called.
        tool: String,
        /// The tools that there are.
        known: String,
    },
    /// The arguments are not what the tool says that it takes.
    #[error("the tool `{tool}` does not take these arguments: {message}")]
    Arguments {
        /// The tool.
        tool: String,
        /// What is wrong with them.
        message: String,
    },
    /// It says itself that it failed.
    #[error("the tool `{tool}` failed: {message}")]
    Failed {
        /// The tool.
        tool: String,
        /// What it says.
        message: String,
    },
    /// It took too long.
    #[error(
        "the tool `{tool}` gave nothing within {} s: raise its `timeout` in ponder.toml, or ask it for less",
        .after.as_secs_f64()
    )]
    Late {
        /// The tool.
        tool: String,
        /// How long it could take.
        after: Duration,
    },
    /// It gave too much.
    #[error(
        "the tool `{tool}` gave more than {most} bytes: ask it for less, or raise its `max_bytes` in ponder.toml"
    )]
    TooMuch {
        /// The tool.
        tool: String,
        /// The most that is taken.
        most: usize,
    },
    /// It cannot be asked.
    #[error("the tool `{tool}` cannot be called: {error}; see [tools] in ponder.toml")]
    Unreachable {
        /// The tool.
        tool: String,
        /// Why.
        error: ClientError,
    },
}

impl ToolError {
    /// What went wrong while `tool` was called.
    pub(super) fn of(tool: String, error: ClientError) -> Self {
        match error {
            ClientError::TooMuch(most) => Self::TooMuch { tool, most },
            ClientError::Refused { message, code } => {
                Self::Failed { tool, message: format!("{message} ({code})") }
            }
            error => Self::Unreachable { tool, error },
        }
    }
}

impl From<ToolError> for GenerateError {
    fn from(error: ToolError) -> Self {
        let message = error.to_string();
        match error {
            ToolError::Late { .. } => Self::Timeout { message },
            ToolError::Unreachable { .. } => {
                Self::Unavailable { message, retry_after: Duration::from_secs(5) }
            }
            ToolError::Failed { .. } => Self::Remote { message, status: None },
            // The same call comes to the same again.
            ToolError::NotConfigured { .. }
            | ToolError::Unknown { .. }
            | ToolError::Arguments { .. }
            | ToolError::TooMuch { .. } => Self::Remote { message, status: Some(400) },
        }
    }
}
