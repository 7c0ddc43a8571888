//! mistral.rs: the one file that names it.
//!
//! Requests for answers are always streamed: an engine of this version fails, with every request it
//! runs, when the receiver of a unary one goes away, while a dropped stream just ends its sequence. The
//! channel holds a whole answer, so a slow reader cannot hold up the others.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use mistralrs::{
    Constraint, CustomLogitsProcessor, Device, EmbeddingModelBuilder, GgufModelBuilder, IsqType,
    Model, ModelDType, NormalRequest, PagedAttentionMetaBuilder, Request, RequestMessage, Response,
    SamplingParams, Tensor, TextModelBuilder, TokenSource, best_device, parse_isq_value,
};
use tokio::sync::{
    OwnedSemaphorePermit,
    mpsc::{Receiver, channel},
};

use super::{
    DeviceChoice, LoadError,
    checkpoint::Weights,
    forced::Forced,
    reader::Reader,
    sampler::rank,
    slot::{InAnswer, InEngine, Slot},
    speed::Stopwatch,
    steering::Steering,
    token_log::{Noted, TokenLog},
};
use crate::generate::GenerateError;

/// What is loaded.
#[derive(Debug, Clone)]
pub(super) enum Load {
    /// A model that answers.
    Answering(Weights),
    /// A folder with a model that makes embeddings.
    Embedding(PathBuf),
}

/// How it is loaded.
#[derive(Debug, Clone)]
pub(super) struct Placement {
    /// Where it runs.
    pub(super) device: DeviceChoice,
    /// Its weights are quantized to this, for example `q4k`.
    pub(super) quantize: Option<String>,
    /// How many requests a GPU works on at once.
    pub(super) max_running: usize,
}

/// A model that was loaded.
pub(super) struct Engine {
    model: Model,
    next_request: AtomicUsize,
    sampled: Arc<AtomicU64>,
    /// Where it runs, for example `cpu`.
    pub(super) device: String,
    /// How many requests it works on at once.
    pub(super) at_once: usize,
}

impl Engine {
    /// Loads a model; takes from milliseconds to minutes, off the calling thread.
    ///
    /// # Errors
    ///
    /// If the device or the quantization is not available, or the weights do not fit.
    pub(super) async fn load(load: Load, placement: Placement) -> Result<Self, LoadError> {
        let device = choose_device(placement.device)?;
        let name = device_name(&device);
        // Measured: on a processor several answers in one batch come out worse than alone (of 80
        // programs 77 were right alone, 58 in batches of four) and take longer. There they follow
        // each other, in the order they came.
        let at_once = if device.is_cpu() { 1 } else { placement.max_running.max(1) };
        let runtime = tokio::runtime::Handle::current();
        let loading = tokio::task::spawn_blocking(move || {
            let quantize = placement.quantize.as_deref();
            runtime.block_on(load_weights(&load, quantize, &device, at_once))
        });
        let model = loading
            .await
            .map_err(|_| LoadError::Engine("the engine crashed while it loaded it".to_owned()))??;
        Ok(Self {
            model,
            next_request: AtomicUsize::new(0),
            sampled: Arc::default(),
            device: name,
            at_once,
        })
    }

    /// How many tokens it has chosen since it was loaded or last [forgot](Self::forget_sampled).
    pub(super) fn sampled(&self) -> u64 {
        self.sampled.load(Ordering::Relaxed)
    }

    /// Begins to count anew.
    pub(super) fn forget_sampled(&self) {
        self.sampled.store(0, Ordering::Relaxed);
    }

    /// What a text means, as numbers. Must be waited for to the end: the engine fails when nobody takes
    /// what it found.
    ///
    /// # Errors
    ///
    /// If the engine fails.
    pub(super) async fn embed(&self, tokens: Vec<u32>) -> Result<Vec<f32>, GenerateError> {
        let (sender, mut responses) = channel(1);
        let message = RequestMessage::EmbeddingTokens { prompt: tokens };
        let sampling = SamplingParams::neutral();
        self.send(NormalRequest::new_simple(message, sampling, sender, self.number(), None, None))
            .await?;
        match responses.recv().await {
            Some(Response::Embeddings { embeddings, .. }) => Ok(embeddings),
            response => Err(response
                .as_ref()
                .and_then(failure)
                .unwrap_or_else(|| GenerateError::engine("The engine gave no embedding."))),
        }
    }

    fn number(&self) -> usize {
        self.next_request.fetch_add(1, Ordering::Relaxed)
    }

    async fn send(&self, request: NormalRequest) -> Result<(), GenerateError> {
        let failed = |error: String| {
            tracing::error!(%error, "the engine takes no requests");
            GenerateError::Unavailable {
                message: "The engine failed and is being restarted. Send the request again."
                    .to_owned(),
                retry_after: Duration::from_secs(1),
            }
        };
        // Asking for the sender restarts an engine that has died.
        let engine = self.model.inner().get_sender(None);
        let engine = engine.map_err(|error| failed(error.to_string()))?;
        engine
            .send(Request::Normal(Box::new(request)))
            .await
            .map_err(|error| failed(error.to_string()))
    }
}

/// What the engine is asked for.
pub(super) struct Submission {
    /// Who is asked.
    pub(super) engine: Arc<Engine>,
    /// What it reads.
    pub(super) prompt: Arc<[u32]>,
    /// Chooses its tokens.
    pub(super) steering: Steering,
    /// Whether tokens are ranked, and among how many.
    pub(super) logprobs: Option<usize>,
    /// Says if it could not be held to its form.
    pub(super) broken: Forced,
    /// Times its tokens.
    pub(super) watch: Stopwatch,
}

/// What it gives.
pub(super) struct Running {
    responses: Receiver<Response>,
    log: TokenLog,
    slot: Slot,
    /// Gives the place back when the answer is over.
    _guard: InAnswer,
    /// Says if the answer could not be held to its form.
    broken: Forced,
}

/// How far an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// It goes on.
    Going,
    /// The engine ended it because of a token that means an end to it.
    Stopped,
    /// The engine says nothing more: it finished without saying so, or died.
    Silent,
}

impl Submission {
    /// Hands it to the engine, in the place of `permit`.
    ///
    /// # Errors
    ///
    /// If the engine takes no requests.
    pub(super) async fn submit(
        self,
        permit: OwnedSemaphorePermit,
    ) -> Result<Running, GenerateError> {
        let max_tokens = self.steering.max_tokens;
        let (sender, responses) = channel(max_tokens + 8);
        let (log, slot) = (TokenLog::default(), Slot::new(permit));
        let guard = slot.in_answer();
        let chooser = Chooser {
            stop_tokens: Arc::clone(&self.steering.stop_tokens),
            steering: Mutex::new(self.steering),
            logprobs: self.logprobs,
            broken: self.broken.clone(),
            prompt_length: self.prompt.len(),
            max_tokens,
            log: log.clone(),
            sampled: Arc::clone(&self.engine.sampled),
            watch: self.watch,
            slot: slot.in_engine(),
        };
        let request = NormalRequest {
            is_streaming: true,
            constraint: Constraint::None,
            logits_processors: Some(vec![Arc::new(chooser)]),
            ..NormalRequest::new_simple(
                RequestMessage::CompletionTokens(self.prompt.to_vec()),
                SamplingParams {
                    // The chooser leaves one token possible, so the cheapest way to take it is best.
                    temperature: Some(0.0),
                    max_len: Some(max_tokens),
                    ..SamplingParams::neutral()
                },
                sender,
                self.engine.number(),
                None,
                None,
            )
        };
        self.engine.send(request).await?;
        Ok(Running { responses, log, slot, _guard: guard, broken: self.broken })
    }
}

impl Running {
    /// Waits until the engine has something to say.
    ///
    /// # Errors
    ///
    /// If it failed.
    pub(super) async fn progress(&mut self) -> Result<Progress, GenerateError> {
        let response = self.responses.recv().await;
        self.slot.answered();
        if let Some(error) = response.as_ref().and_then(failure) {
            return Err(error);
        }
        if self.broken.broken() {
            return Err(GenerateError::engine(
                "The answer could not be held to its form. The server's log says more.",
            ));
        }
        Ok(match response {
            None => Progress::Silent,
            Some(response) if says_stop(&response) => Progress::Stopped,
            Some(_) => Progress::Going,
        })
    }

    /// The tokens chosen so far, from this position on.
    pub(super) fn since(&self, position: usize) -> Vec<Noted> {
        self.log.since(position)
    }
}

fn says_stop(response: &Response) -> bool {
    let Response::CompletionChunk(chunk) = response else { return false };
    chunk.choices.iter().any(|choice| choice.finish_reason.as_deref() == Some("stop"))
}

fn failure(response: &Response) -> Option<GenerateError> {
    match response {
        Response::ValidationError(error) => {
            Some(GenerateError::invalid("messages", error.to_string()))
        }
        Response::InternalError(error) => {
            tracing::error!(%error, "the engine failed");
            Some(Reader::broken_off())
        }
        Response::CompletionModelError(error, _) | Response::ModelError(error, _) => {
            tracing::error!(%error, "the model failed");
            Some(Reader::broken_off())
        }
        _ => None,
    }
}

/// Chooses tokens inside the engine's step, which allows for nothing but changing scores: all but
/// the chosen one become impossible.
struct Chooser {
    steering: Mutex<Steering>,
    /// Whether tokens are ranked, and among how many.
    logprobs: Option<usize>,
    broken: Forced,
    prompt_length: usize,
    max_tokens: usize,
    stop_tokens: Arc<[u32]>,
    log: TokenLog,
    sampled: Arc<AtomicU64>,
    watch: Stopwatch,
    slot: InEngine,
}

impl Chooser {
    /// The token after `generated`; `None` ends the answer.
    fn choose(
        &self,
        scores: Vec<f32>,
        prompt: &[u32],
        generated: &[u32],
    ) -> Result<Option<u32>, String> {
        // The engine itself notices that the reader is gone only when it has text to send, which a
        // token need not give.
        if self.slot.left() {
            return Ok(None);
        }
        let mut steering = self.steering.lock().unwrap_or_else(PoisonError::into_inner);
        steering.choose(scores, prompt, generated)
    }
}

impl CustomLogitsProcessor for Chooser {
    fn apply(&self, logits: &Tensor, context: &[u32]) -> mistralrs::Result<Tensor> {
        let scores: Vec<f32> = logits.to_vec1()?;
        let vocabulary = scores.len();
        let raw = self.logprobs.map(|_| scores.clone());
        let (prompt, generated) = context.split_at(self.prompt_length.min(context.len()));
        let chosen = self.choose(scores, prompt, generated).unwrap_or_else(|error| {
            // Passed on, it would end every answer of the batch.
            tracing::error!(%error, "no token could be chosen");
            self.broken.note_broken();
            None
        });
        let token = chosen.or(self.stop_tokens.first().copied()).unwrap_or_default();
        let ranking = raw.map(|raw| rank(&raw, token, self.logprobs.unwrap_or_default()));
        self.log.note(generated.len(), Noted { token, ranking });
        self.sampled.fetch_add(1, Ordering::Relaxed);
        self.watch.token();
        self.slot.answered();
        if self.stop_tokens.contains(&token) || generated.len() + 1 >= self.max_tokens {
            // The last one. A reader that stands still must not keep the place any longer.
            self.slot.free();
        }
        let mut only = vec![f32::NEG_INFINITY; vocabulary];
        if let Some(score) = only.get_mut(token as usize) {
            *score = 0.0;
        }
        Tensor::from_vec(only, vocabulary, logits.device())
    }
}

async fn load_weights(
    load: &Load,
    quantize: Option<&str>,
    device: &Device,
    max_running: usize,
) -> Result<Model, LoadError> {
    let on_cpu = device.is_cpu();
    let paged = || {
        PagedAttentionMetaBuilder::default()
            .build()
            .map_err(|error| LoadError::Engine(error.to_string()))
    };
    let built = match load {
        Load::Answering(Weights::Folder(folder)) => {
            let mut builder = TextModelBuilder::new(folder.display())
                .with_token_source(TokenSource::None)
                .with_max_num_seqs(max_running)
                // On a CPU the engine's prefix cache grows without end.
                .with_prefix_cache_n(None);
            if let Some(name) = quantize {
                builder = builder.with_isq(quantization(name, device)?);
            }
            builder =
                if on_cpu { builder.with_force_cpu() } else { builder.with_paged_attn(paged()?) };
            builder.build().await
        }
        Load::Answering(Weights::Gguf(file)) => {
            if quantize.is_some() {
                return Err(LoadError::Unsupported(
                    "a GGUF file is quantized already: leave out --quantize".to_owned(),
                ));
            }
            let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
            let folder = folder.unwrap_or(Path::new("."));
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            let mut builder = GgufModelBuilder::new(folder.display(), vec![name])
                .with_token_source(TokenSource::None)
                .with_max_num_seqs(max_running)
                .with_prefix_cache_n(None);
            builder =
                if on_cpu { builder.with_force_cpu() } else { builder.with_paged_attn(paged()?) };
            builder.build().await
        }
        Load::Embedding(folder) => {
            let mut builder = EmbeddingModelBuilder::new(folder.display())
                .with_token_source(TokenSource::None)
                // A processor has no faster type, and vectors lose the most by rounding.
                .with_dtype(if on_cpu { ModelDType::F32 } else { ModelDType::Auto })
                .with_max_num_seqs(max_running);
            if let Some(name) = quantize {
                builder = builder.with_isq(quantization(name, device)?);
            }
            if on_cpu { builder.with_force_cpu() } else { builder }.build().await
        }
    };
    built.map_err(|error| LoadError::Engine(format!("{error:#}")))
}

fn quantization(name: &str, device: &Device) -> Result<IsqType, LoadError> {
    parse_isq_value(name, Some(device)).map_err(|_| {
        LoadError::Unsupported(format!("`{name}` is no quantization; use q4k, q5k, q6k or q8_0"))
    })
}

fn choose_device(choice: DeviceChoice) -> Result<Device, LoadError> {
    let unsupported = |name: &str| {
        LoadError::Unsupported(format!(
            "this build cannot use {name}: build with --features {name} on a machine that has it, \
             or leave out --device"
        ))
    };
    let best = match choice {
        DeviceChoice::Cpu => return Ok(Device::Cpu),
        DeviceChoice::Auto | DeviceChoice::Cuda | DeviceChoice::Metal => best_device(false)
            .map_err(|error| LoadError::Engine(format!("no device can be used: {error}")))?,
    };
    match choice {
        DeviceChoice::Cuda if !best.is_cuda() => Err(unsupported("cuda")),
        DeviceChoice::Metal if !best.is_metal() => Err(unsupported("metal")),
        _ => Ok(best),
    }
}

fn device_name(device: &Device) -> String {
    match device {
        Device::Cpu => "cpu",
        Device::Cuda(_) => "cuda",
        Device::Metal(_) => "metal",
    }
    .to_owned()
}
