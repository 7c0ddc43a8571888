//! Brings a model from its source into an engine, telling what happens.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use indicatif::ProgressBar;

use super::{
    DeviceChoice, LoadError,
    checkpoint::{self, Checkpoint},
    embedded,
    embedding::{self, EmbeddingCheckpoint, EmbeddingEngine},
    gguf,
    hub::{self, HubSettings},
    known::Recommended,
    local::{LocalEngine, LocalOptions},
    machine,
    mistral::Placement,
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

impl LoadRequest {
    /// A setting that only an answer can obey.
    fn answering_setting(&self) -> Option<&'static str> {
        [
            ("system_prompt", self.system_prompt.is_some()),
            ("temperature", self.sampling.temperature.is_some()),
            ("top_p", self.sampling.top_p.is_some()),
            ("top_k", self.sampling.top_k.is_some()),
            ("min_p", self.sampling.min_p.is_some()),
            ("repetition_penalty", self.sampling.repetition_penalty.is_some()),
            ("max_tokens", self.max_tokens.is_some()),
        ]
        .into_iter()
        .find_map(|(name, set)| set.then_some(name))
    }
}

/// A model that was loaded.
pub enum Loaded {
    /// One that answers.
    Answering(Arc<LocalEngine>),
    /// One that makes embeddings.
    Embedding(Arc<EmbeddingEngine>),
}

/// A model on disk, opened and checked.
enum Opened {
    Answering(Box<Checkpoint>),
    Embedding(Box<EmbeddingCheckpoint>),
}

impl Opened {
    fn folder(folder: &Path, cache: &Path) -> Result<Self, LoadError> {
        if embedding::is_embedding(folder) {
            return Ok(Self::Embedding(Box::new(embedding::open(folder, cache)?)));
        }
        Ok(Self::Answering(Box::new(checkpoint::open_folder(folder, cache)?)))
    }

    /// Where it is, its architecture, its size in bytes and its context in tokens.
    fn about(&self) -> (&Path, &str, u64, u32) {
        match self {
            Self::Answering(model) => {
                (model.weights.path(), &model.architecture, model.bytes, model.context_length)
            }
            Self::Embedding(model) => {
                (&model.folder, &model.architecture, model.bytes, model.context_length)
            }
        }
    }
}

/// Loads a model. `report` is told, line by line, what is being done.
///
/// # Errors
///
/// What is missing, wrong or not supported.
pub async fn load(
    request: LoadRequest,
    report: &(dyn Fn(&str) + Send + Sync),
) -> Result<Loaded, LoadError> {
    let started = Instant::now();
    report(&machine::description());
    let opened = open(&request, report).await?;
    let (place, architecture, bytes, context_length) = opened.about();
    report(&format!(
        "loading {} from {} ({architecture}, {:.1} MB, {}, context of {context_length} tokens)",
        request.source,
        place.display(),
        bytes as f64 / 1e6,
        request.quantize.as_deref().unwrap_or("weights as they are"),
    ));
    let spinner = ProgressBar::new_spinner().with_message(format!("loading {}", request.source));
    spinner.enable_steady_tick(Duration::from_millis(100));
    let source = request.source.clone();
    let loaded = start(opened, request).await;
    spinner.finish_and_clear();
    let loaded = loaded?;
    let seconds = started.elapsed().as_secs_f64();
    report(&match &loaded {
        Loaded::Answering(engine) => format!(
            "{source} is ready on {} after {seconds:.1} s; it reads about {:.0} tokens/s, prompts of up \
             to {}, and writes about {:.0}",
            engine.device(),
            engine.prompt_speed(),
            engine.prompt_limit(),
            engine.writing_speed(),
        ),
        Loaded::Embedding(engine) => format!(
            "{source} is ready on {} after {seconds:.1} s; it makes embeddings of {} numbers, of inputs of \
             up to {} tokens",
            engine.device(),
            engine.dimensions(),
            engine.input_limit(),
        ),
    });
    if source == ModelSource::Embedded {
        report(
            "this is a demonstration model: arithmetic, short word problems, linear equations and \
             short Python functions only",
        );
    }
    Ok(loaded)
}

async fn open(
    request: &LoadRequest,
    report: &(dyn Fn(&str) + Send + Sync),
) -> Result<Opened, LoadError> {
    match &request.source {
        ModelSource::Embedded => Opened::folder(&embedded::unpack(&request.cache)?, &request.cache),
        ModelSource::Folder(folder) => Opened::folder(folder, &request.cache),
        ModelSource::Gguf(file) => Ok(Opened::Answering(Box::new(gguf::open(file)?))),
        ModelSource::Hub(id) => {
            report(&format!("fetching {}", request.source));
            Opened::folder(&hub::fetch(id, &request.hub).await?, &request.cache)
        }
        ModelSource::Scripted(_) => {
            Err(LoadError::Unsupported("a script is not a model to load".to_owned()))
        }
    }
}

async fn start(opened: Opened, request: LoadRequest) -> Result<Loaded, LoadError> {
    match opened {
        Opened::Answering(checkpoint) => {
            let known = Recommended::for_model(&request.source.default_id());
            let mut recommended =
                known.unwrap_or_else(|| Recommended::of_checkpoint(checkpoint.sampling));
            recommended.math = request.sampling.or(recommended.math);
            recommended.code = request.sampling.or(recommended.code);
            recommended.max_tokens = request.max_tokens.or(recommended.max_tokens);
            let options = LocalOptions {
                quantize: request.quantize,
                device: request.device,
                max_running: request.max_running,
                system_prompt: request.system_prompt,
                recommended,
                max_prompt_tokens: request.max_prompt_tokens,
            };
            let engine = LocalEngine::load(*checkpoint, options).await?;
            Ok(Loaded::Answering(Arc::new(engine)))
        }
        Opened::Embedding(checkpoint) => {
            if let Some(name) = request.answering_setting() {
                return Err(LoadError::Invalid(format!(
                    "`{name}` is for models that answer, and this one makes embeddings: leave it out"
                )));
            }
            let placement = Placement {
                device: request.device,
                quantize: request.quantize,
                max_running: request.max_running,
            };
            let engine =
                EmbeddingEngine::load(*checkpoint, placement, request.max_prompt_tokens).await?;
            Ok(Loaded::Embedding(Arc::new(engine)))
        }
    }
}
