//! The hosted model.
//!
//! What we keep from the engine, and why: rendering and tokenizing (in the engine they wait behind
//! running steps), sampling (there it knows no seed), the text of the answer (there its end can get
//! lost) and admission (its queue has no bound). What is left to it: loading, scheduling and the
//! forward pass.

use std::{
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use async_stream::{stream, try_stream};
use futures::{Stream, StreamExt, future::BoxFuture};
use tokio::sync::Semaphore;

use super::{
    DeviceChoice, LoadError,
    checkpoint::Checkpoint,
    forced::Forced,
    forcing::{Forcing, Limit, Phrases},
    forms::Forms,
    known::Recommended,
    mistral::{Engine, Load, Placement, Progress, Running, Submission},
    reader::{Expected, Reader},
    sampler::Sampler,
    scoring::Scoring,
    speed::{Speed, Stopwatch},
    steering::{Form, Steering},
    template::{ChatTemplate, Prompt},
    thinking::Beginning,
    token_log::Noted,
    tokens::Tokens,
};
use crate::generate::{
    Delta, FinishReason, Format, Generate, GenerateError, Generation, Message, Pace, RawPrompt,
    Request, Role, Sampling, Thinking, Tokenize,
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
pub(super) const LEAST_PROMPT_LIMIT: u32 = 1024;

/// Where an answer is held to a form, less thinking than this is none.
const LEAST_THINKING: usize = 32;

/// How many tokens the measurement reads.
const READ_TO_MEASURE: usize = 32;

/// How many it writes: less than a second on the slowest machine that is of use.
const WRITTEN_TO_MEASURE: usize = 8;

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
    /// How fast it writes; `None` until it was measured.
    speed: Option<Speed>,
    system_prompt: Option<String>,
    recommended: Recommended,
    /// Bounds what the engine works on; chains may call it several times for one admitted request.
    slots: Arc<Semaphore>,
    /// How many prompts are tokenized at once: the work goes on when a client leaves.
    tokenizing: Arc<Semaphore>,
    /// The same for those who only count or read tokens.
    counting: Arc<Semaphore>,
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
        let placement = Placement {
            device: options.device,
            quantize: options.quantize,
            max_running: options.max_running,
        };
        let loaded = Engine::load(Load::Answering(checkpoint.weights), placement).await?;
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
            slots: Arc::new(Semaphore::new(loaded.at_once)),
            engine: Arc::new(loaded),
            tokens,
            phrases,
            forms,
            template: checkpoint.template,
            stop_tokens,
            context_length: checkpoint.context_length,
            prompt_limit: checkpoint.context_length,
            prompt_speed: 0.0,
            speed: None,
            system_prompt: options.system_prompt,
            recommended: options.recommended,
            tokenizing,
            counting: Arc::new(Semaphore::new(1)),
        };
        engine.measure().await.map_err(|error| LoadError::Engine(error.to_string()))?;
        let patient = (engine.prompt_speed * PROMPT_PATIENCE.as_secs_f64()) as u32;
        engine.prompt_limit =
            options.max_prompt_tokens.unwrap_or(patient.max(LEAST_PROMPT_LIMIT)).max(1);
        // What it says from here on counts.
        engine.engine.forget_sampled();
        Ok(engine)
    }

    /// Where it runs, for example `cpu`.
    pub fn device(&self) -> &str {
        &self.engine.device
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

    /// Tokens written in a second: measured when the model was loaded, and followed since.
    pub fn writing_speed(&self) -> f64 {
        self.speed.as_ref().map_or(0.0, Speed::per_second)
    }

    /// What this model recommends.
    pub fn recommended(&self) -> &Recommended {
        &self.recommended
    }

    /// How many answers it works on at the moment.
    pub fn running(&self) -> usize {
        self.engine.at_once.saturating_sub(self.slots.available_permits())
    }

    /// How many tokens it has chosen since it was loaded, those of cancelled answers included.
    pub fn sampled_tokens(&self) -> u64 {
        self.engine.sampled()
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
        let room = u32::try_from(room).unwrap_or(u32::MAX);
        let most = request.max_tokens.map_or(room, |asked| asked.min(room)).max(1);
        let form = self.forms.form(&request, most).await?;
        let cramped = (most as usize).saturating_sub(2 * form.shortest())
            < self.phrases.closing_length() + LEAST_THINKING;
        if form.binds() && cramped && request.thinking != Thinking::Off {
            // A whole answer without thinking is worth more than a thought without an answer.
            let request = Request { thinking: Thinking::Off, ..request };
            return Box::pin(self.start(request)).await;
        }
        let scoring = self.scoring(&request, &prompt_tokens)?;
        let sampling = request.sampling.or(self.recommended.sampling(request.kind));
        let ready = Ready {
            engine: Arc::clone(&self.engine),
            tokens: Arc::clone(&self.tokens),
            phrases: self.phrases.clone(),
            stop_tokens: Arc::clone(&self.stop_tokens),
            sampler: Sampler::new(sampling, sampling.seed.map_or_else(random_seed, Ok)?),
            recommended: self.recommended.max_tokens,
            speed: self.speed.clone(),
            pace: self.pace(),
            prompt: prompt_tokens,
            beginning,
            form,
            most,
            request,
        };
        let slots = Arc::clone(&self.slots);
        if let Some(scoring) = scoring {
            let before = scoring.deltas(Arc::clone(&slots));
            return Ok(Generation::new(one_after_the_other(before, later(slots, ready))));
        }
        if let Ok(permit) = Arc::clone(&slots).try_acquire_owned() {
            let (submission, reader) = ready.begin();
            return Ok(Generation::new(deltas(submission.submit(permit).await?, reader)));
        }
        Ok(Generation::new(later(slots, ready)))
    }

    /// What ranks the tokens of the prompt, if they are asked for.
    fn scoring(
        &self,
        request: &Request,
        prompt: &Arc<[u32]>,
    ) -> Result<Option<Scoring>, GenerateError> {
        let alternatives = request.logprobs.filter(|_| request.echoes_logprobs);
        let scoring = alternatives.map(|alternatives| {
            Scoring::new(
                Arc::clone(&self.engine),
                Arc::clone(&self.tokens),
                Arc::clone(&self.stop_tokens),
                Arc::clone(prompt),
                alternatives as usize,
            )
        });
        scoring.transpose()
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

    /// Measures how fast it reads and writes.
    async fn measure(&mut self) -> Result<(), GenerateError> {
        let length = READ_TO_MEASURE.min(self.context_length as usize / 2).max(1);
        // The first one also pays for what is set up only once.
        self.timed(length.div_ceil(4), 1).await?;
        let reading = self.timed(length, 1).await?;
        self.prompt_speed = length as f64 / reading.as_secs_f64().max(1e-6);
        // A prompt of one token takes as long to read as the next one to write.
        let writing = self.timed(1, WRITTEN_TO_MEASURE).await?;
        self.speed = Some(Speed::measured(WRITTEN_TO_MEASURE, writing));
        Ok(())
    }

    /// How long it takes to read so many tokens and to write so many.
    async fn timed(&self, prompt: usize, answer: usize) -> Result<Duration, GenerateError> {
        let started = Instant::now();
        let token = self.stop_tokens.first().copied().unwrap_or_default();
        let greedy = Sampling { temperature: Some(0.0), ..Sampling::default() };
        // An end before its time would make the model look fast.
        let endless = self.stop_tokens.iter().map(|token| (*token, f32::NEG_INFINITY)).collect();
        let submission = Submission {
            engine: Arc::clone(&self.engine),
            prompt: vec![token; prompt].into(),
            steering: Steering {
                given: [].into(),
                sampler: Sampler::new(greedy, 0).biased(endless),
                forbidden: None,
                forcing: None,
                form: Form::Free,
                max_tokens: answer,
                stop_tokens: Arc::clone(&self.stop_tokens),
            },
            logprobs: None,
            broken: Forced::default(),
            watch: Stopwatch::new(None),
        };
        let permit = Arc::clone(&self.slots)
            .acquire_owned()
            .await
            .map_err(|_| GenerateError::engine("The engine is shutting down."))?;
        let mut running = submission.submit(permit).await?;
        while running.since(0).len() < answer && running.progress().await? == Progress::Going {}
        Ok(started.elapsed())
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

    fn pace(&self) -> Option<Pace> {
        Some(Pace {
            reading: self.prompt_speed,
            writing: self.speed.as_ref()?.per_second(),
            longest: self.recommended.max_tokens.unwrap_or(u32::MAX).min(self.context_length),
            at_once: u32::try_from(self.engine.at_once).unwrap_or(u32::MAX),
        })
    }

    fn is_greedy(&self) -> bool {
        self.recommended.is_greedy()
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

/// An answer that is ready for its turn. How much it may write is known only then: until it comes, time
/// passes.
struct Ready {
    engine: Arc<Engine>,
    tokens: Arc<Tokens>,
    phrases: Phrases,
    stop_tokens: Arc<[u32]>,
    sampler: Sampler,
    /// The most tokens that the model recommends.
    recommended: Option<u32>,
    speed: Option<Speed>,
    pace: Option<Pace>,
    prompt: Arc<[u32]>,
    beginning: Beginning,
    form: Form,
    /// The most tokens there can be: what the client asks for, within the context.
    most: u32,
    request: Request,
}

impl Ready {
    /// The most tokens of the answer. Where the client names no number: as many as the model recommends,
    /// and not more than it can write in the time that is left.
    fn max_tokens(&self) -> u32 {
        if self.request.max_tokens.is_some() {
            return self.most;
        }
        let left = self.request.until.map(|until| until.saturating_duration_since(Instant::now()));
        let time = self.request.within.into_iter().chain(left).min();
        let in_time = time.zip(self.pace);
        let in_time = in_time.map(|(time, pace)| pace.tokens_within(time, self.prompt.len()));
        let own = self.recommended.into_iter().chain(in_time).min();
        // Our own estimate leaves room for a whole answer of its form, and for a little thinking.
        let needed = match self.form.shortest() {
            0 => 1,
            shortest => 4 * shortest + self.phrases.closing_length() + LEAST_THINKING,
        };
        let needed = u32::try_from(needed).unwrap_or(u32::MAX);
        own.map_or(self.most, |own| own.max(needed).clamp(1, self.most))
    }

    /// What the engine is asked now, and what reads its answer.
    fn begin(self) -> (Submission, Reader) {
        let max_tokens = self.max_tokens();
        let request = self.request;
        let forced = Forced::default();
        // Room for what is shortest, the tokens around it, and then some.
        let answer = u32::try_from(2 * self.form.shortest()).unwrap_or(u32::MAX);
        let forcing = Forcing::new(
            Arc::clone(&self.tokens),
            &self.phrases,
            self.beginning,
            request.thinking,
            Limit { max_tokens, answer },
            forced.clone(),
        );
        // Closing the thinking in the prompt does not keep a model from opening it again.
        let forbidden = match request.thinking {
            Thinking::Off if self.beginning != Beginning::Raw => self.tokens.id("<think>"),
            Thinking::Off | Thinking::Natural | Thinking::UpTo(_) => None,
        };
        let reader = Reader::new(
            self.tokens,
            Expected {
                beginning: self.beginning,
                stop_tokens: Arc::clone(&self.stop_tokens),
                stop: request.stop,
                max_tokens,
                prompt_tokens: self.prompt.len() as u64,
                thinking: request.thinking,
                forced: forced.clone(),
                logprobs: request.logprobs.is_some(),
                ranks_thinking: request.ranks_thinking,
                calls: !request.tools.is_empty(),
                formed: request.format != Format::Text,
            },
        );
        let steering = Steering {
            given: [].into(),
            sampler: self.sampler.biased(request.logit_bias),
            forbidden,
            forcing: Some(forcing),
            form: self.form,
            max_tokens: max_tokens as usize,
            stop_tokens: self.stop_tokens,
        };
        let submission = Submission {
            engine: self.engine,
            prompt: self.prompt,
            steering,
            logprobs: request.logprobs.map(|top| top as usize),
            broken: forced,
            watch: Stopwatch::new(self.speed),
        };
        (submission, reader)
    }
}

fn random_seed() -> Result<u64, GenerateError> {
    getrandom::u64().map_err(|error| {
        GenerateError::engine(format!("The system gives no random numbers: {error}"))
    })
}

/// An answer whose turn has not come: others have all places. The wait belongs to the answer, so that
/// its reader hears that it goes on and can leave.
fn later(
    slots: Arc<Semaphore>,
    ready: Ready,
) -> impl Stream<Item = Result<Delta, GenerateError>> + Send {
    stream! {
        let Ok(permit) = slots.acquire_owned().await else {
            yield Err(GenerateError::engine("The engine is shutting down."));
            return;
        };
        let (submission, reader) = ready.begin();
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

/// Two streams in one; an error ends both.
fn one_after_the_other(
    before: impl Stream<Item = Result<Delta, GenerateError>> + Send,
    after: impl Stream<Item = Result<Delta, GenerateError>> + Send,
) -> impl Stream<Item = Result<Delta, GenerateError>> + Send {
    try_stream! {
        let mut before = pin!(before);
        while let Some(delta) = before.next().await {
            yield delta?;
        }
        let mut after = pin!(after);
        while let Some(delta) = after.next().await {
            yield delta?;
        }
    }
}

/// Reads the tokens of an answer as the engine reports progress.
fn deltas(
    mut running: Running,
    mut reader: Reader,
) -> impl Stream<Item = Result<Delta, GenerateError>> + Send {
    stream! {
        loop {
            let progress = match running.progress().await {
                Ok(progress) => progress,
                Err(error) => {
                    yield Err(error);
                    return;
                }
            };
            for Noted { token, ranking } in running.since(reader.position()) {
                for delta in reader.push(token, ranking) {
                    let ended = matches!(delta, Delta::Finished(_));
                    yield Ok(delta);
                    if ended {
                        // Dropping it here ends the sequence, should the engine go on.
                        return;
                    }
                }
            }
            match progress {
                Progress::Going => {}
                // The engine may know of an end that we do not.
                Progress::Stopped => {
                    for delta in reader.end(FinishReason::Stop) {
                        yield Ok(delta);
                    }
                    return;
                }
                // Had the last token been the end, the reader would have said so.
                Progress::Silent => {
                    yield Err(Reader::broken_off());
                    return;
                }
            }
        }
    }
}
