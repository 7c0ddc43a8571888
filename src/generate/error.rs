//! What can go wrong with an answer, in the words of the domain; HTTP knows its own.

use std::time::Duration;

/// Why an answer could not be given, or not be finished.
///
/// Every message is written for the person who sent the request: it says what was wrong and, where
/// something can be done, what.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GenerateError {
    /// The request asks for something that cannot be honoured.
    #[error("{message}")]
    Invalid {
        /// The request's field that is at fault, as a client spells it.
        param: &'static str,
        /// What is wrong with it.
        message: String,
    },
    /// The prompt does not fit the model's context.
    #[error(
        "This model's maximum context length is {limit} tokens. However, your messages resulted in \
         {prompt} tokens. Please reduce the length of the messages or functions."
    )]
    ContextLength {
        /// The most prompt tokens the model takes.
        limit: u64,
        /// The tokens of the prompt that was sent.
        prompt: u64,
    },
    /// The prompt fits the model's context, but this machine would take too long to read it.
    #[error(
        "Your messages resulted in at least {prompt} tokens; this server reads at most {limit} in one \
         request. Please reduce the length of the messages or functions, or have the server's operator raise \
         `max_prompt_tokens`."
    )]
    PromptTooLong {
        /// The most prompt tokens that are taken.
        limit: u64,
        /// The tokens of the prompt that was sent, or the fewest that it can have.
        prompt: u64,
    },
    /// No model of that name is served.
    #[error("The model `{model}` does not exist. GET /v1/models lists the models served here.")]
    ModelNotFound {
        /// The name that was asked for.
        model: String,
    },
    /// Too many requests run and wait already.
    #[error("{message}")]
    Overloaded {
        /// What was full.
        message: String,
        /// When it is worth trying again.
        retry_after: Duration,
    },
    /// Something the answer needs is not there at the moment: loading, shutting down, unreachable.
    #[error("{message}")]
    Unavailable {
        /// What is missing and what to do about it.
        message: String,
        /// When it is worth trying again.
        retry_after: Duration,
    },
    /// The answer took longer than it may.
    #[error("{message}")]
    Timeout {
        /// Which limit was met.
        message: String,
    },
    /// Somebody who may do so ended the work on the answer.
    #[error("The answer was cancelled before its end.")]
    Cancelled,
    /// The engine failed while it worked on the answer.
    #[error("{message}")]
    Engine {
        /// What is known about it, fit to be shown to a client.
        message: String,
    },
    /// A remote endpoint refused or failed.
    #[error("{message}")]
    Remote {
        /// What the endpoint said.
        message: String,
        /// The HTTP status it answered with, if it answered.
        status: Option<u16>,
    },
}

impl GenerateError {
    /// Whether the same request may well succeed at another time.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Overloaded { .. }
            | Self::Unavailable { .. }
            | Self::Timeout { .. }
            | Self::Engine { .. } => true,
            Self::Remote { status, .. } => {
                status.is_none_or(|status| status >= 500 || matches!(status, 408 | 429))
            }
            Self::Invalid { .. }
            | Self::ContextLength { .. }
            | Self::PromptTooLong { .. }
            | Self::ModelNotFound { .. }
            | Self::Cancelled => false,
        }
    }

    /// A field of the request that cannot be honoured.
    pub fn invalid(param: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid { param, message: message.into() }
    }

    /// A failure of the engine.
    pub fn engine(message: impl Into<String>) -> Self {
        Self::Engine { message: message.into() }
    }
}
