//! Why nothing could be run.

use std::path::PathBuf;

/// Nothing was run, or what was run cannot be judged.
#[derive(Debug, thiserror::Error)]
pub enum ExecutionError {
    /// There is no interpreter.
    #[error("{0} cannot be started: {1}; install Python 3, or say where it is with --python")]
    NoPython(PathBuf, String),
    /// The interpreter starts, but not inside.
    #[error("Python does not start in the sandbox: {0}")]
    PythonFails(String),
    /// The kernel cannot give the protection.
    #[error(
        "this system cannot shut a program in: {missing} cannot be assured ({reasons}); to run it \
         nevertheless, with what protection there is, give --allow-partial-protection"
    )]
    Unprotected {
        /// What cannot be assured.
        missing: String,
        /// Which layers are not active, and why.
        reasons: String,
    },
    /// This system is not Linux.
    #[error("programs are run in a sandbox of the Linux kernel, and this system is not Linux")]
    NotLinux,
    /// The sandbox itself failed.
    #[error("the sandbox failed: {0}")]
    Sandbox(String),
    /// A file or a pipe of ours failed.
    #[error("{what}: {error}")]
    Io {
        /// What was done.
        what: &'static str,
        /// What went wrong.
        error: std::io::Error,
    },
}

impl ExecutionError {
    /// For `map_err`: what was done when it went wrong.
    pub(crate) fn io(what: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        move |error| Self::Io { what, error }
    }

    /// Whether it is something that this machine lacks, rather than a fault.
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::NoPython(..)
            | Self::PythonFails(_)
            | Self::Unprotected { .. }
            | Self::NotLinux => true,
            Self::Sandbox(_) | Self::Io { .. } => false,
        }
    }
}
