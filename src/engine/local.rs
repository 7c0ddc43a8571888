//! The hosted model: the one place that knows mistral.rs.
//!
//! What we keep to ourselves, and why: rendering and tokenizing (in the engine they wait behind
//! running steps), sampling (there it knows no seed), the text of the answer (there its end can get
//! lost) and admission (its queue has no bound). What is left to it: loading, scheduling and the
//! forward pass.
//!
//! Requests are always streamed: an engine of this version fails, with every request it runs, when
//! the receiver of a unary one goes away, while a dropped stream just ends its sequence. The channel
//! holds a whole answer, so a slow reader cannot hold up the others.
//!
//! A long file for a reason: a change of the engine's version touches this one and no other.

use std::{
    path::Path,
    pin::pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use async_stream::stream;
use futures::{Stream, StreamExt, future::BoxFuture};
use mistralrs::{
    Constraint, CustomLogitsProcessor, Device, GgufModelBuilder, Model, NormalRequest,
    PagedAttentionMetaBuilder, Request as EngineRequest, RequestMessage, Response, SamplingParams,
    Tensor, TextModelBuilder, TokenSource, best_device, parse_isq_value,
};
use tokio::sync::{
    OwnedSemaphorePermit, Semaphore,
    mpsc::{Receiver, channel},
};

use super::{
    DeviceChoice, LoadError,
    checkpoint::{Checkpoint, Weights},
    forced::Forced,
    forcing::{Forcing, Limit, Phrases},
    forms::Forms,
    known::Recommended,
    reader::{Expected, Reader},
    sampler::{Sampler, rank},
    slot::{InAnswer, InEngine, Slot},
    steering::{Form, Steering},
    template::{ChatTemplate, Prompt},
    thinking::Beginning,
    token_log::{Noted, TokenLog},
    tokens::Tokens,
};
use crate::generate::{
    Delta, FinishReason, Format, Generate, GenerateError, Generation, Message, RawPrompt, Request,
    Role, Sampling, Thinking, Tokenize,
};

/// How to run a model.
#[derive(Debug, Clone)]
pub struct LocalOptions {
    /// Quantize the weights while loading, for example `q4k`.
    pub quantize: Option<String>,
    /// Where to run.
    pub device: DeviceChoice,
    /// How many answers a GPU works on at once; at least 1. A processor works on one at a time.
    pub max_running: usize,
    /// A system prompt for requests that bring none; `None` leaves it to the chat template.
    pub system_prompt: Option<String>,
    /// The sampling for requests that ask for none.
    pub recommended: Recommended,
    /// The most tokens of a prompt; `None`: what this machine reads in [`PROMPT_PATIENCE`].
    pub max_prompt_tokens: Option<u32>,
}

/// How long the longest prompt may keep the engine busy when no limit is set. The engine cannot be
/// interrupted while it reads a prompt, so everybody else waits that long.
pub const PROMPT_PATIENCE: Duration = Duration::from_secs(120);

/// Below this no measurement takes the limit: a question with some context must fit.
const LEAST_PROMPT_LIMIT: u32 = 1024;

/// Where an answer is held to a form, less thinking than this is none.
const LEAST_THINKING: usize = 32;

/// How many tokens the measurement reads.
const MEASURED_TOKENS: usize = 32;

/// A model loaded by mistral.rs.
pub struct LocalEngine {
    engine: Arc<Engine>,
    tokens: Arc<Tokens>,
    phrases: Phrases,
    forms: Forms,
    template: ChatTemplate,
    stop_tokens: Arc<[u32]>,
    context_length: u32,
    prompt_limit: u32,
    /// Tokens of a prompt read in a second, as measured when it was loaded.
    prompt_speed: f64,
    system_prompt: Option<String>,
    recommended: Recommended,
    /// Bounds what the engine works on; chains may call it several times for one admitted request.
    slots: Arc<Semaphore>,
    /// How many prompts are tokenized at once: the work goes on when a client leaves.
    tokenizing: Arc<Semaphore>,
    /// The same for those who only count or read tokens.
    counting: Arc<Semaphore>,
    /// How many answers the engine works on at once.
    at_once: usize,
    device: String,
}

/// What every answer needs of the engine.
struct Engine {
    model: Model,
    next_request: AtomicUsize,
    sampled: Arc<AtomicU64>,
}

/// Prompts that are tokenized at once; one takes milliseconds unless it is huge.
const TOKENIZED_AT_ONCE: usize = 2;

impl LocalEngine {
    /// Loads a model; takes from milliseconds to minutes, off the calling thread.
    ///
    /// # Errors
    ///
    /// If the device or the quantization is not available, or the weights do not fit.
    pub async fn load(checkpoint: Checkpoint, options: LocalOptions) -> Result<Self, LoadError> {
        let device = choose_device(options.device)?;
        let name = device_name(&device);
        let runtime = tokio::runtime::Handle::current();
        let weights = checkpoint.weights.clone();
        // Measured: on a processor several answers in one batch come out worse than alone (of 80
        // programs 77 were right alone, 58 in batches of four) and take longer. There they follow
        // each other, in the order they came.
        let at_once = if device.is_cpu() { 1 } else { options.max_running.max(1) };
        let quantize = options.quantize.clone();
        let loading = tokio::task::spawn_blocking(move || {
            runtime.block_on(load_weights(&weights, quantize.as_deref(), &device, at_once))
        });
        let model = loading
            .await
            .map_err(|_| LoadError::Engine("the engine crashed while it loaded it".to_owned()))??;
        let phrases = Phrases::new(&checkpoint.tokens).map_err(LoadError::Invalid)?;
        let tokens = Arc::new(checkpoint.tokens);
        let stop_tokens: Arc<[u32]> = checkpoint.stop_tokens.into();
        let tokenizing = Arc::new(Semaphore::new(TOKENIZED_AT_ONCE));
        let forms = Forms::new(
            Arc::clone(&tokens),
            Arc::clone(&stop_tokens),
            checkpoint.template.knows_tools(),
            Arc::clone(&tokenizing),
        )
        .map_err(LoadError::Invalid)?;
        let mut engine = Self {
            engine: Arc::new(Engine {
                model,
                next_request: AtomicUsize::new(0),
                sampled: Arc::default(),
            }),
            tokens,
            phrases,
            forms,
            template: checkpoint.template,
            stop_tokens,
            context_length: checkpoint.context_length,
            prompt_limit: checkpoint.context_length,
            prompt_speed: 0.0,
            system_prompt: options.system_prompt,
            recommended: options.recommended,
            slots: Arc::new(Semaphore::new(at_once)),
            tokenizing,
            counting: Arc::new(Semaphore::new(1)),
            at_once,
            device: name,
        };
        engine.prompt_speed = engine
            .measure_prompt_speed()
            .await
            .map_err(|error| LoadError::Engine(error.to_string()))?;
        let patient = (engine.prompt_speed * PROMPT_PATIENCE.as_secs_f64()) as u32;
        engine.prompt_limit =
            options.max_prompt_tokens.unwrap_or(patient.max(LEAST_PROMPT_LIMIT)).max(1);
        // What it says from here on counts.
        engine.engine.sampled.store(0, Ordering::Relaxed);
        Ok(engine)
    }

    /// Where it runs, for example `cpu`.
    pub fn device(&self) -> &str {
        &self.device
    }

    /// The most tokens of a prompt and its answer together.
    pub fn context_length(&self) -> u32 {
        self.context_length
    }

    /// The most tokens of a prompt: what was configured, or what this machine reads in
    /// [`PROMPT_PATIENCE`]; never more than the context holds.
    pub fn prompt_limit(&self) -> u32 {
        self.prompt_limit.min(self.context_length.saturating_sub(1))
    }

    /// Tokens of a prompt read in a second, measured with a short one when the model was loaded.
    pub fn prompt_speed(&self) -> f64 {
        self.prompt_speed
    }

    /// What this model recommends.
    pub fn recommended(&self) -> &Recommended {
        &self.recommended
    }

    /// How many answers it works on at the moment.
    pub fn running(&self) -> usize {
        self.at_once.saturating_sub(self.slots.available_permits())
    }

    /// How many tokens it has chosen since it was loaded, those of cancelled answers included.
    pub fn sampled_tokens(&self) -> u64 {
        self.engine.sampled.load(Ordering::Relaxed)
    }

    async fn start(&self, request: Request) -> Result<Generation, GenerateError> {
        let (prompt_tokens, beginning) = self.read(&request).await?;
        if prompt_tokens.is_empty() {
            return Err(GenerateError::invalid("messages", "The prompt is empty."));
        }
        let length = prompt_tokens.len() as u64;
        if length > u64::from(self.prompt_limit()) {
            return Err(self.too_long(length));
        }
        let room = u64::from(self.context_length).saturating_sub(length);
        let wanted = request.max_tokens.or(self.recommended.max_tokens).unwrap_or(u32::MAX).max(1);
        let max_tokens = wanted.min(u32::try_from(room).unwrap_or(u32::MAX));
        let sampling = request.sampling.or(self.recommended.sampling(request.kind));
        let seed = sampling.seed.map_or_else(random_seed, Ok)?;
        let form = self.forms.form(&request, max_tokens).await?;
        let shortest = form.shortest();
        let for_thinking = (max_tokens as usize).saturating_sub(2 * shortest);
        let cramped = for_thinking < self.phrases.closing_length() + LEAST_THINKING;
        if form.binds() && cramped && request.thinking != Thinking::Off {
            // A whole answer without thinking is worth more than a thought without an answer.
            let request = Request { thinking: Thinking::Off, ..request };
            return Box::pin(self.start(request)).await;
        }
        let forced = Forced::default();
        let forcing = Forcing::new(
            Arc::clone(&self.tokens),
            &self.phrases,
            beginning,
            request.thinking,
            // Room for what is shortest, the tokens around it, and then some.
            Limit { max_tokens, answer: u32::try_from(2 * shortest).unwrap_or(u32::MAX) },
            forced.clone(),
        );
        let reader = Reader::new(
            Arc::clone(&self.tokens),
            Expected {
                beginning,
                stop_tokens: Arc::clone(&self.stop_tokens),
                stop: request.stop,
                max_tokens,
                prompt_tokens: prompt_tokens.len() as u64,
                thinking: request.thinking,
                forced: forced.clone(),
                logprobs: request.logprobs.is_some(),
                calls: !request.tools.is_empty(),
                formed: request.format != Format::Text,
            },
        );
        let submission = Submission {
            engine: Arc::clone(&self.engine),
            prompt: prompt_tokens,
            steering: Steering {
                sampler: Sampler::new(sampling, seed).biased(request.logit_bias),
                // Closing the thinking in the prompt does not keep a model from opening it again.
                forbidden: match request.thinking {
                    Thinking::Off if beginning != Beginning::Raw => self.tokens.id("<think>"),
                    Thinking::Off | Thinking::Natural | Thinking::UpTo(_) => None,
                },
                forcing: Some(forcing),
                form,
                max_tokens: max_tokens as usize,
                stop_tokens: Arc::clone(&self.stop_tokens),
            },
            logprobs: request.logprobs.map(|top| top as usize),
            broken: forced,
        };
        if let Ok(permit) = Arc::clone(&self.slots).try_acquire_owned() {
            return Ok(Generation::new(deltas(submission.submit(permit).await?, reader)));
        }
        Ok(Generation::new(later(Arc::clone(&self.slots), submission, reader)))
    }

    /// Refuses a prompt beyond the limit, by the name of what limits it.
    fn too_long(&self, prompt: u64) -> GenerateError {
        let limit = u64::from(self.prompt_limit());
        if limit + 1 == u64::from(self.context_length) {
            GenerateError::ContextLength { limit, prompt }
        } else {
            GenerateError::PromptTooLong { limit, prompt }
        }
    }

    /// The tokens of a rendered prompt.
    async fn encode(&self, text: String) -> Result<Arc<[u32]>, GenerateError> {
        // However it is cut into tokens, so many bytes do not fit: known without cutting it.
        let least = (text.len() / self.tokens.longest()) as u64;
        if least > u64::from(self.prompt_limit()) {
            return Err(self.too_long(least));
        }
        let tokens = Arc::clone(&self.tokens);
        // Closed never. It stays taken when the client leaves, for the work then goes on.
        let turn = Arc::clone(&self.tokenizing).acquire_owned().await.ok();
        // A long prompt takes a while: keep it off the threads that serve everybody.
        let encoding = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            tokens.encode(&text)
        });
        let encoded = encoding
            .await
            .map_err(|_| GenerateError::engine("The prompt could not be tokenized."))?
            .map_err(|message| GenerateError::invalid("messages", message))?;
        Ok(encoded.into())
    }

    /// What becomes of tokens, off the threads that serve everybody.
    async fn decode<T: Send + 'static>(
        &self,
        tokens: Vec<u32>,
        decode: impl Fn(&Tokens, &[u32]) -> T + Send + 'static,
    ) -> Result<T, GenerateError> {
        self.known(&tokens, "tokens")?;
        let vocabulary = Arc::clone(&self.tokens);
        let turn = Arc::clone(&self.counting).acquire_owned().await.ok();
        let decoding = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            decode(&vocabulary, &tokens)
        });
        decoding.await.map_err(|_| GenerateError::engine("The tokens could not be read."))
    }

    /// Reads a short prompt, twice, for the first one also pays for what is set up only once.
    async fn measure_prompt_speed(&self) -> Result<f64, GenerateError> {
        let token = self.stop_tokens.first().copied().unwrap_or_default();
        let length = MEASURED_TOKENS.min(self.context_length as usize / 2).max(1);
        let mut elapsed = Duration::ZERO;
        for length in [length.div_ceil(4), length] {
            let started = Instant::now();
            let submission = Submission {
                engine: Arc::clone(&self.engine),
                prompt: vec![token; length].into(),
                steering: Steering {
                    sampler: Sampler::new(
                        Sampling { temperature: Some(0.0), ..Sampling::default() },
                        0,
                    ),
                    forbidden: None,
                    forcing: None,
                    form: Form::Free,
                    max_tokens: 1,
                    stop_tokens: Arc::clone(&self.stop_tokens),
                },
                logprobs: None,
                broken: Forced::default(),
            };
            let permit = Arc::clone(&self.slots)
                .acquire_owned()
                .await
                .map_err(|_| GenerateError::engine("The engine is shutting down."))?;
            let mut running = submission.submit(permit).await?;
            if let Some(error) = running.responses.recv().await.as_ref().and_then(failure) {
                return Err(error);
            }
            running.slot.answered();
            elapsed = started.elapsed();
        }
        Ok(length as f64 / elapsed.as_secs_f64().max(1e-6))
    }

    /// The tokens that a request has the model read, and where its own text then begins.
    async fn read(&self, request: &Request) -> Result<(Arc<[u32]>, Beginning), GenerateError> {
        match &request.raw {
            None => {
                let prompt = self.prompt(request)?;
                Ok((self.encode(prompt.text).await?, prompt.beginning))
            }
            Some(RawPrompt::Text(text)) => {
                Ok((self.encode(text.to_string()).await?, Beginning::Raw))
            }
            Some(RawPrompt::Tokens(tokens)) => {
                self.known(tokens, "prompt")?;
                Ok((Arc::clone(tokens), Beginning::Raw))
            }
        }
    }

    /// Refuses tokens that the model does not have: reading one would fail inside the engine.
    fn known(&self, tokens: &[u32], param: &'static str) -> Result<(), GenerateError> {
        match tokens.iter().find(|token| !self.tokens.has(**token)) {
            None => Ok(()),
            Some(token) => Err(GenerateError::invalid(
                param,
                format!("There is no token {token} in this model's vocabulary."),
            )),
        }
    }

    fn prompt(&self, request: &Request) -> Result<Prompt, GenerateError> {
        let mut messages = request.messages.clone();
        if let Some(system) = &self.system_prompt
            && !messages.iter().any(|message| message.role == Role::System)
        {
            messages.insert(0, Message::system(system.as_str()));
        }
        self.template
            .render(&messages, request.thinking, &request.tools)
            .map_err(|error| GenerateError::invalid("messages", error.to_string()))
    }
}

impl Generate for LocalEngine {
    fn generate(&self, request: Request) -> BoxFuture<'_, Result<Generation, GenerateError>> {
        Box::pin(self.start(request))
    }

    fn tokenizer(&self) -> Option<&dyn Tokenize> {
        Some(self)
    }
}

impl Tokenize for LocalEngine {
    fn tokenize<'a>(
        &'a self,
        request: &'a Request,
    ) -> BoxFuture<'a, Result<Vec<u32>, GenerateError>> {
        Box::pin(async move {
            // Not in the way of those who wait for an answer.
            let _turn = self.counting.acquire().await.ok();
            Ok(self.read(request).await?.0.to_vec())
        })
    }

    fn detokenize(&self, tokens: Vec<u32>) -> BoxFuture<'_, Result<String, GenerateError>> {
        Box::pin(self.decode(tokens, |vocabulary, tokens| vocabulary.decode(tokens)))
    }

    fn texts(&self, tokens: Vec<u32>) -> BoxFuture<'_, Result<Vec<String>, GenerateError>> {
        Box::pin(self.decode(tokens, |vocabulary, tokens| {
            tokens.iter().map(|token| vocabulary.text(*token)).collect()
        }))
    }
}

fn random_seed() -> Result<u64, GenerateError> {
    getrandom::u64().map_err(|error| {
        GenerateError::engine(format!("The system gives no random numbers: {error}"))
    })
}

/// What the engine is asked for.
struct Submission {
    engine: Arc<Engine>,
    prompt: Arc<[u32]>,
    /// Chooses its tokens.
    steering: Steering,
    /// Whether tokens are ranked, and among how many.
    logprobs: Option<usize>,
    /// Says if it could not be held to its form.
    broken: Forced,
}

/// What it gives.
struct Running {
    responses: Receiver<Response>,
    log: TokenLog,
    slot: Slot,
    /// Gives the place back when the answer is over.
    guard: InAnswer,
    /// Says if the answer could not be held to its form.
    broken: Forced,
}

impl Submission {
    /// Hands it to the engine, in the place of `permit`.
    async fn submit(self, permit: OwnedSemaphorePermit) -> Result<Running, GenerateError> {
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
                self.engine.next_request.fetch_add(1, Ordering::Relaxed),
                None,
                None,
            )
        };
        let failed = |error: String| {
            tracing::error!(%error, "the engine takes no requests");
            GenerateError::Unavailable {
                message: "The engine failed and is being restarted. Send the request again."
                    .to_owned(),
                retry_after: Duration::from_secs(1),
            }
        };
        // Asking for the sender restarts an engine that has died.
        let engine = self.engine.model.inner().get_sender(None);
        let engine = engine.map_err(|error| failed(error.to_string()))?;
        engine
            .send(EngineRequest::Normal(Box::new(request)))
            .await
            .map_err(|error| failed(error.to_string()))?;
        Ok(Running { responses, log, slot, guard, broken: self.broken })
    }
}

/// An answer whose turn has not come: others have all places. The wait belongs to the answer, so that
/// its reader hears that it goes on and can leave.
fn later(
    slots: Arc<Semaphore>,
    submission: Submission,
    reader: Reader,
) -> impl Stream<Item = Result<Delta, GenerateError>> + Send {
    stream! {
        let Ok(permit) = slots.acquire_owned().await else {
            yield Err(GenerateError::engine("The engine is shutting down."));
            return;
        };
        match submission.submit(permit).await {
            Err(error) => yield Err(error),
            Ok(running) => {
                let mut deltas = pin!(deltas(running, reader));
                while let Some(delta) = deltas.next().await {
                    yield delta;
                }
            }
        }
    }
}

/// Reads the tokens of an answer as the engine reports progress.
fn deltas(
    running: Running,
    mut reader: Reader,
) -> impl Stream<Item = Result<Delta, GenerateError>> + Send {
    stream! {
        let Running { mut responses, log, slot, guard: _guard, broken } = running;
        loop {
            let response = responses.recv().await;
            slot.answered();
            if let Some(error) = response.as_ref().and_then(failure) {
                yield Err(error);
                return;
            }
            if broken.broken() {
                yield Err(GenerateError::engine(
                    "The answer could not be held to its form. The server's log says more.",
                ));
                return;
            }
            for Noted { token, ranking } in log.since(reader.position()) {
                for delta in reader.push(token, ranking) {
                    let ended = matches!(delta, Delta::Finished(_));
                    yield Ok(delta);
                    if ended {
                        // Dropping the channel here ends the sequence, should the engine go on.
                        return;
                    }
                }
            }
            // The engine may know of an end that we do not.
            if response.as_ref().is_some_and(says_stop) {
                for delta in reader.end(FinishReason::Stop) {
                    yield Ok(delta);
                }
                return;
            }
            // A closed channel means "finished without saying so" and "died" alike; had the last
            // token been the end, the reader would have said so.
            if response.is_none() {
                yield Err(Reader::broken_off());
                return;
            }
        }
    }
}

/// Whether the engine ends the answer because of a token that means an end to it.
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
    weights: &Weights,
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
    let built = match weights {
        Weights::Folder(folder) => {
            let mut builder = TextModelBuilder::new(folder.display())
                .with_token_source(TokenSource::None)
                .with_max_num_seqs(max_running)
                // On a CPU the engine's prefix cache grows without end.
                .with_prefix_cache_n(None);
            if let Some(name) = quantize {
                let kind = parse_isq_value(name, Some(device)).map_err(|_| {
                    LoadError::Unsupported(format!(
                        "`{name}` is no quantization; use q4k, q5k, q6k or q8_0"
                    ))
                })?;
                builder = builder.with_isq(kind);
            }
            builder =
                if on_cpu { builder.with_force_cpu() } else { builder.with_paged_attn(paged()?) };
            builder.build().await
        }
        Weights::Gguf(file) => {
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
    };
    built.map_err(|error| LoadError::Engine(format!("{error:#}")))
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
