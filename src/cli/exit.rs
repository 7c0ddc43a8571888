//! Exit codes and the failures that lead to them.

use std::process::ExitCode;

use crate::{
    chain, config::ConfigError, engine::LoadError, generate::GenerateError, node::StartError,
};

/// What the program's end says to a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    /// Done, or yes.
    Done = 0,
    /// No, findings, or invalid input.
    No = 1,
    /// There is an end but no answer: it was cut off.
    Undecided = 2,
    /// Wrong flags or configuration.
    Usage = 64,
    /// Something needed is not available.
    Unavailable = 69,
    /// Our own fault.
    Internal = 70,
    /// Too much to do at the moment.
    Overloaded = 75,
    /// Ctrl-C.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// An end with a message.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) exit: Exit,
    pub(super) message: String,
}

impl Failure {
    pub(super) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into() }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::new(Exit::Usage, error.to_string())
    }
}

impl From<chain::LoadError> for Failure {
    fn from(error: chain::LoadError) -> Self {
        Self::new(Exit::No, error.to_string())
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        let exit = match &error {
            StartError::Chain(_) => Exit::No,
            StartError::Config(_) => Exit::Usage,
            StartError::Model { error: LoadError::Unsupported(_), .. } => Exit::Usage,
            StartError::Model { .. } => Exit::Unavailable,
        };
        Self::new(exit, error.to_string())
    }
}

impl From<GenerateError> for Failure {
    fn from(error: GenerateError) -> Self {
        let exit = match &error {
            GenerateError::Invalid { .. }
            | GenerateError::ContextLength { .. }
            | GenerateError::PromptTooLong { .. }
            | GenerateError::ModelNotFound { .. } => Exit::No,
            GenerateError::Overloaded { .. } => Exit::Overloaded,
            GenerateError::Unavailable { .. }
            | GenerateError::Timeout { .. }
            | GenerateError::Remote { .. } => Exit::Unavailable,
            GenerateError::Cancelled => Exit::Interrupted,
            GenerateError::Engine { .. } => Exit::Internal,
        };
        Self::new(exit, error.to_string())
    }
}
