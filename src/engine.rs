//! What answers by itself: the hosted model, a remote endpoint, and a scripted stand-in.

#[cfg(feature = "local")]
pub mod call_reader;
#[cfg(feature = "local")]
pub mod call_schema;
#[cfg(feature = "local")]
pub mod calls;
#[cfg(feature = "local")]
pub mod checkpoint;
#[cfg(feature = "local")]
pub mod constraint;
#[cfg(feature = "local")]
pub mod embedded;
#[cfg(feature = "local")]
pub mod embedding;
#[cfg(feature = "local")]
pub mod forced;
#[cfg(feature = "local")]
pub mod forcing;
#[cfg(feature = "local")]
pub mod forms;
#[cfg(feature = "local")]
pub mod gguf;
#[cfg(feature = "local")]
pub mod hub;
pub mod known;
#[cfg(feature = "local")]
pub mod load;
#[cfg(feature = "local")]
pub mod local;
#[cfg(feature = "local")]
pub mod machine;
#[cfg(feature = "local")]
mod mistral;
mod ordered;
#[cfg(feature = "local")]
pub mod ranked;
#[cfg(feature = "local")]
pub mod reader;
pub mod remote;
pub mod repetition;
pub mod sampler;
#[cfg(feature = "local")]
pub mod scoring;
pub mod scripted;
#[cfg(feature = "local")]
mod slot;
pub mod source;
#[cfg(feature = "local")]
mod speed;
#[cfg(feature = "local")]
pub mod steering;
pub mod stop;
pub mod template;
mod template_tools;
pub mod thinking;
#[cfg(feature = "local")]
mod token_log;
#[cfg(feature = "local")]
pub mod tokens;
#[cfg(feature = "local")]
pub mod way_out;

/// Why a model could not be loaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// Its files are not what they should be.
    #[error("{0}")]
    Invalid(String),
    /// This build or this machine cannot do what was asked.
    #[error("{0}")]
    Unsupported(String),
    /// Something outside is missing: the network, a hub, a folder.
    #[error("{0}")]
    Unavailable(String),
    /// The engine refused it.
    #[error("the engine could not load the model: {0}")]
    Engine(String),
}

impl LoadError {
    /// A file that cannot be read or understood.
    pub fn broken(path: &std::path::Path, error: impl std::fmt::Display) -> Self {
        Self::Invalid(format!("{}: {error}", path.display()))
    }
}

/// Where a hosted model runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceChoice {
    /// The best there is.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// The first visible NVIDIA GPU (`CUDA_VISIBLE_DEVICES` chooses another).
    Cuda,
    /// The GPU of an Apple machine.
    Metal,
}

/// The error at the bottom of a chain of them, which is the one that says something.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
