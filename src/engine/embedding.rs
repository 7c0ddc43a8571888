//! A hosted model that makes embeddings.
//!
//! Its folder is laid out as sentence-transformers lays it out: `modules.json` names what is done with
//! the model's output, one folder each.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use futures::{FutureExt, future::BoxFuture};
use serde_json::Value;
use tokio::sync::Semaphore;

use super::{
    LoadError, checkpoint,
    local::{LEAST_PROMPT_LIMIT, PROMPT_PATIENCE},
    mistral::{Engine, Load, Placement},
    tokens::Tokens,
};
use crate::generate::{
    Embed, Embeddings, Generate, GenerateError, Generation, RawPrompt, Request, unit_vector,
};

/// A model that makes embeddings, opened and checked but not loaded.
pub struct EmbeddingCheckpoint {
    /// What the engine loads.
    pub folder: PathBuf,
    /// Its tokenizer.
    pub tokens: Tokens,
    /// The most tokens of an input.
    pub context_length: u32,
    /// How many numbers an embedding has.
    pub dimensions: u32,
    /// Whether embeddings have length 1.
    pub normalized: bool,
    /// The size of the weights.
    pub bytes: u64,
    /// The architecture's name, for example `Qwen3ForCausalLM`.
    pub architecture: String,
}

/// Whether the model in `folder` makes embeddings.
pub fn is_embedding(folder: &Path) -> bool {
    folder.join(MODULES).exists()
}

const MODULES: &str = "modules.json";

/// What the engine can load.
const ARCHITECTURES: [&str; 2] = ["Qwen3ForCausalLM", "Gemma3TextModel"];

/// Opens the model in `folder`; `staging` is where a mended configuration may be kept.
///
/// # Errors
///
/// Which file is missing or wrong, or what in it the engine cannot do.
pub fn open(folder: &Path, staging: &Path) -> Result<EmbeddingCheckpoint, LoadError> {
    let config = checkpoint::read_json(&folder.join("config.json"))?;
    let architecture = checkpoint::architecture(&config);
    if !ARCHITECTURES.contains(&architecture.as_str()) {
        return Err(LoadError::Unsupported(format!(
            "{} is of the architecture {architecture}; the engine makes embeddings with {}",
            folder.display(),
            ARCHITECTURES.join(" and ")
        )));
    }
    let (dimensions, normalized) = modules(folder)?;
    Ok(EmbeddingCheckpoint {
        tokens: checkpoint::tokens(folder)?,
        context_length: checkpoint::context_length(folder, &config)?,
        dimensions,
        normalized,
        bytes: checkpoint::weight_bytes(folder)?,
        folder: checkpoint::mended(folder, &config, staging)?,
        architecture,
    })
}

/// How many numbers come out of the last module that says so, and whether they are made to have length 1.
/// Every module must be one that the engine knows, for it does not say which it does not.
fn modules(folder: &Path) -> Result<(u32, bool), LoadError> {
    let path = folder.join(MODULES);
    let modules = checkpoint::read_json(&path)?;
    let wrong = |what: String| LoadError::Unsupported(format!("{}: {what}", path.display()));
    let (mut dimensions, mut normalized) = (None, false);
    // The engine adds where it should take the mean: right only where the length does not matter.
    let mut summed = false;
    for module in modules.as_array().into_iter().flatten() {
        let text = |name: &str| module.get(name).and_then(Value::as_str).unwrap_or_default();
        let (kind, place) = (text("type"), text("path"));
        let file = folder.join(place).join("config.json");
        match kind.rsplit('.').next().unwrap_or_default() {
            "Transformer" => {}
            "Normalize" => (normalized, summed) = (true, false),
            "Pooling" => {
                let pooling = checkpoint::read_json(&file)?;
                let modes = pooling.as_object().into_iter().flatten();
                let modes: Vec<&str> = modes
                    .filter(|(name, on)| name.starts_with("pooling_mode_") && **on == true)
                    .map(|(name, _)| name.trim_start_matches("pooling_mode_"))
                    .collect();
                summed = match modes.as_slice() {
                    ["lasttoken"] => false,
                    ["mean_tokens"] => true,
                    modes => {
                        let modes = modes.join("` and `");
                        return Err(wrong(format!("the engine cannot pool by `{modes}`")));
                    }
                };
                if pooling.get("include_prompt") != Some(&Value::Bool(true)) {
                    return Err(wrong("the engine needs `include_prompt` to be true".to_owned()));
                }
                dimensions = pooling.get("word_embedding_dimension").and_then(Value::as_u64);
            }
            "Dense" => {
                let dense = checkpoint::read_json(&file)?;
                if summed && dense.get("bias") != Some(&Value::Bool(false)) {
                    let what = "the engine cannot take a mean that a layer with a bias follows";
                    return Err(wrong(what.to_owned()));
                }
                dimensions = dense.get("out_features").and_then(Value::as_u64);
            }
            _ => return Err(wrong(format!("the engine knows no module `{kind}`"))),
        }
    }
    if summed {
        return Err(wrong("the engine takes a mean only where `Normalize` follows".to_owned()));
    }
    dimensions
        .and_then(|count| u32::try_from(count).ok())
        .filter(|count| *count > 0)
        .map(|count| (count, normalized))
        .ok_or_else(|| wrong("no module says how many numbers an embedding has".to_owned()))
}

/// A model that makes embeddings, loaded.
pub struct EmbeddingEngine {
    engine: Arc<Engine>,
    tokens: Arc<Tokens>,
    context_length: u32,
    /// The most tokens of an input.
    input_limit: u32,
    dimensions: u32,
    normalized: bool,
    /// How many inputs the engine works on at once.
    slots: Arc<Semaphore>,
    /// How many requests are tokenized at once: the work goes on when a client leaves.
    tokenizing: Arc<Semaphore>,
}

/// The shortest input, in tokens: the engine of this version fails on a single one.
const SHORTEST: usize = 2;

/// The most tokens of all inputs of a request together, as with `OpenAI`.
const MOST_TOKENS: usize = 300_000;

/// The longest input on a processor when no limit is set: there the engine's mask grows with the square
/// of the length, to a quarter of a gigabyte for this one.
const LONGEST_ON_PROCESSOR: u32 = 8192;

/// How many tokens the measurement reads.
const READ_TO_MEASURE: usize = 32;

impl EmbeddingEngine {
    /// Loads a model; takes from milliseconds to minutes, off the calling thread.
    ///
    /// # Errors
    ///
    /// If the device or the quantization is not available, or the weights do not fit.
    pub(super) async fn load(
        checkpoint: EmbeddingCheckpoint,
        placement: Placement,
        max_prompt_tokens: Option<u32>,
    ) -> Result<Self, LoadError> {
        let engine = Engine::load(Load::Embedding(checkpoint.folder), placement).await?;
        let mut loaded = Self {
            slots: Arc::new(Semaphore::new(engine.at_once)),
            engine: Arc::new(engine),
            tokens: Arc::new(checkpoint.tokens),
            context_length: checkpoint.context_length,
            input_limit: checkpoint.context_length,
            dimensions: checkpoint.dimensions,
            normalized: checkpoint.normalized,
            tokenizing: Arc::new(Semaphore::new(1)),
        };
        let limit = match max_prompt_tokens {
            Some(limit) => limit,
            None => loaded
                .patient_limit()
                .await
                .map_err(|error| LoadError::Engine(error.to_string()))?,
        };
        loaded.input_limit = limit.min(checkpoint.context_length);
        Ok(loaded)
    }

    /// How much of an input this machine reads in [`PROMPT_PATIENCE`], for it cannot be interrupted.
    async fn patient_limit(&self) -> Result<u32, GenerateError> {
        let length = READ_TO_MEASURE.min(self.context_length as usize).max(SHORTEST);
        let mut elapsed = Duration::ZERO;
        // The first one also pays for what is set up only once.
        for _ in 0..2 {
            let started = Instant::now();
            self.vector(vec![0; length]).await?;
            elapsed = started.elapsed();
        }
        let speed = length as f64 / elapsed.as_secs_f64().max(1e-6);
        let patient = ((speed * PROMPT_PATIENCE.as_secs_f64()) as u32).max(LEAST_PROMPT_LIMIT);
        let on_processor = self.engine.device == "cpu";
        Ok(if on_processor { patient.min(LONGEST_ON_PROCESSOR) } else { patient })
    }

    /// Where it runs, for example `cpu`.
    pub fn device(&self) -> &str {
        &self.engine.device
    }

    /// The most tokens that the model itself reads.
    pub fn context_length(&self) -> u32 {
        self.context_length
    }

    /// The most tokens of an input: what was configured, or what this machine reads in reasonable time.
    pub fn input_limit(&self) -> u32 {
        self.input_limit
    }

    /// How many numbers an embedding has.
    pub fn dimensions(&self) -> u32 {
        self.dimensions
    }

    async fn start(
        &self,
        inputs: Vec<RawPrompt>,
        dimensions: Option<u32>,
    ) -> Result<Embeddings, GenerateError> {
        let wanted = dimensions.unwrap_or(self.dimensions);
        if !(1..=self.dimensions).contains(&wanted) {
            let message = format!(
                "`dimensions` must be from 1 to {}: so many numbers this model's embeddings have.",
                self.dimensions
            );
            return Err(GenerateError::invalid("dimensions", message));
        }
        let inputs = self.read(inputs).await?;
        let mut embeddings = Embeddings::default();
        for tokens in inputs {
            embeddings.prompt_tokens += tokens.len() as u64;
            let mut vector = self.vector(tokens).await?;
            // The engine may have rounded one of length 1 coarsely.
            if dimensions.is_some() || self.normalized {
                vector = unit_vector(vector, wanted as usize);
            }
            if vector.iter().any(|number| !number.is_finite()) {
                let message = "The model gave an embedding that is no vector of numbers.";
                return Err(GenerateError::engine(message));
            }
            embeddings.vectors.push(vector);
        }
        Ok(embeddings)
    }

    /// The tokens of the inputs; all of them are checked before the first is worked on.
    async fn read(&self, inputs: Vec<RawPrompt>) -> Result<Vec<Vec<u32>>, GenerateError> {
        let tokens = Arc::clone(&self.tokens);
        let (limit, context_length) = (self.input_limit, self.context_length);
        let turn = Arc::clone(&self.tokenizing).acquire_owned().await.ok();
        let reading = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let mut room = MOST_TOKENS;
            let read = |input| {
                let found = tokens_of(&tokens, input, Bound { limit, context_length })?;
                room = room.checked_sub(found.len()).ok_or_else(|| {
                    let message = format!(
                        "The inputs have more than {MOST_TOKENS} tokens together: send them in several \
                         requests."
                    );
                    GenerateError::invalid("input", message)
                })?;
                Ok(found)
            };
            inputs.into_iter().map(read).collect()
        });
        reading.await.map_err(|_| GenerateError::engine("The input could not be tokenized."))?
    }

    async fn vector(&self, tokens: Vec<u32>) -> Result<Vec<f32>, GenerateError> {
        let failed = || GenerateError::engine("The engine ended without an embedding.");
        let slot = Arc::clone(&self.slots).acquire_owned().await.map_err(|_| failed())?;
        let engine = Arc::clone(&self.engine);
        // A task of its own: it goes on when the client leaves, as the engine needs it to.
        let work = tokio::spawn(async move {
            let _slot = slot;
            engine.embed(tokens).await
        });
        work.await.map_err(|_| failed())?
    }
}

/// How long an input may be.
#[derive(Clone, Copy)]
struct Bound {
    limit: u32,
    context_length: u32,
}

impl Bound {
    /// Refuses an input of at least so many tokens, by the name of what limits it.
    fn check(self, tokens: usize) -> Result<(), GenerateError> {
        let (limit, prompt) = (self.limit.into(), tokens as u64);
        match tokens <= self.limit as usize {
            true => Ok(()),
            false if self.limit == self.context_length => {
                Err(GenerateError::ContextLength { limit, prompt })
            }
            false => Err(GenerateError::PromptTooLong { limit, prompt }),
        }
    }
}

fn tokens_of(tokens: &Tokens, input: RawPrompt, bound: Bound) -> Result<Vec<u32>, GenerateError> {
    let found = match input {
        RawPrompt::Tokens(found) => {
            bound.check(found.len())?;
            if let Some(token) = found.iter().find(|token| !tokens.has(**token)) {
                let message = format!("There is no token {token} in this model's vocabulary.");
                return Err(GenerateError::invalid("input", message));
            }
            found.to_vec()
        }
        RawPrompt::Text(text) => {
            // However it is cut, so many bytes do not fit: known without cutting it.
            bound.check(text.len() / tokens.longest())?;
            tokens
                .encode_framed(&text)
                .map_err(|message| GenerateError::invalid("input", message))?
        }
    };
    bound.check(found.len())?;
    if found.len() < SHORTEST {
        let message = format!("An input must have at least {SHORTEST} tokens.");
        return Err(GenerateError::invalid("input", message));
    }
    Ok(found)
}

impl Embed for EmbeddingEngine {
    fn embed(
        &self,
        inputs: Vec<RawPrompt>,
        dimensions: Option<u32>,
    ) -> BoxFuture<'_, Result<Embeddings, GenerateError>> {
        self.start(inputs, dimensions).boxed()
    }
}

impl Generate for EmbeddingEngine {
    fn generate(&self, _request: Request) -> BoxFuture<'_, Result<Generation, GenerateError>> {
        let message = "This model makes embeddings and answers nothing: ask it with \
                       POST /v1/embeddings, or ask another model.";
        futures::future::ready(Err(GenerateError::invalid("model", message))).boxed()
    }

    fn embedder(&self) -> Option<&dyn Embed> {
        Some(self)
    }
}
