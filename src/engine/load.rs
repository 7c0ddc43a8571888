//! Brings a model from its source into an engine, telling what happens.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use indicatif::ProgressBar;

use super::{
    DeviceChoice, LoadError, checkpoint, embedded, gguf,
    hub::{self, HubSettings},
    known::Recommended,
    local::{LocalEngine, LocalOptions},
    machine,
    source::ModelSource,
};
use crate::generate::Sampling;

/// A model to load and how to run it.
#[derive(Debug, Clone)]
pub struct LoadRequest {
    /// Where it comes from.
    pub source: ModelSource,
    /// Quantize the weights while loading, for example `q4k`.
    pub quantize: Option<String>,
    /// Where to run it.
    pub device: DeviceChoice,
    /// How many answers it works on at once.
    pub max_running: usize,
    /// A system prompt for requests that bring none.
    pub system_prompt: Option<String>,
    /// Sampling that replaces what the model recommends.
    pub sampling: Sampling,
    /// The most tokens of an answer that replaces what the model recommends.
    pub max_tokens: Option<u32>,
    /// The most tokens of a prompt; `None`: as many as this machine reads in reasonable time.
    pub max_prompt_tokens: Option<u32>,
    /// Where unpacked and mended files are kept.
    pub cache: PathBuf,
    /// Where models are downloaded from and to.
    pub hub: HubSettings,
}

/// Loads a model. `report` is told, line by line, what is being done.
///
/// # Errors
///
/// What is missing, wrong or not supported.
pub async fn load(
    request: LoadRequest,
    report: &(dyn Fn(&str) + Send + Sync),
) -> Result<LocalEngine, LoadError> {
    let started = Instant::now();
    report(&machine::description());
    let checkpoint = match &request.source {
        ModelSource::Embedded => {
            let folder = embedded::unpack(&request.cache)?;
            checkpoint::open_folder(&folder, &request.cache)?
        }
        ModelSource::Folder(folder) => checkpoint::open_folder(folder, &request.cache)?,
        ModelSource::Gguf(file) => gguf::open(file)?,
        ModelSource::Hub(id) => {
            report(&format!("fetching {}", request.source));
            let folder = hub::fetch(id, &request.hub).await?;
            checkpoint::open_folder(&folder, &request.cache)?
        }
        ModelSource::Scripted(_) => {
            return Err(LoadError::Unsupported("a script is not a model to load".to_owned()));
        }
    };
    report(&format!(
        "loading {} from {} ({}, {:.1} MB, {}, context of {} tokens)",
        request.source,
        checkpoint.weights.path().display(),
        checkpoint.architecture,
        checkpoint.bytes as f64 / 1e6,
        request.quantize.as_deref().unwrap_or("weights as they are"),
        checkpoint.context_length,
    ));
    let known = Recommended::for_model(&request.source.default_id());
    let mut recommended = known.unwrap_or_else(|| Recommended::of_checkpoint(checkpoint.sampling));
    recommended.math = request.sampling.or(recommended.math);
    recommended.code = request.sampling.or(recommended.code);
    recommended.max_tokens = request.max_tokens.or(recommended.max_tokens);
    let spinner = ProgressBar::new_spinner().with_message(format!("loading {}", request.source));
    spinner.enable_steady_tick(Duration::from_millis(100));
    let loaded = LocalEngine::load(
        checkpoint,
        LocalOptions {
            quantize: request.quantize,
            device: request.device,
            max_running: request.max_running,
            system_prompt: request.system_prompt,
            recommended,
            max_prompt_tokens: request.max_prompt_tokens,
        },
    )
    .await;
    spinner.finish_and_clear();
    let engine = loaded?;
    report(&format!(
        "{} is ready on {} after {:.1} s; it reads about {:.0} tokens/s, prompts of up to {}",
        request.source,
        engine.device(),
        started.elapsed().as_secs_f64(),
        engine.prompt_speed(),
        engine.prompt_limit(),
    ));
    if request.source == ModelSource::Embedded {
        report(
            "this is a demonstration model: arithmetic, short word problems, linear equations and \
             short Python functions only",
        );
    }
    Ok(engine)
}
