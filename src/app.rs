//! What the HTTP edge shares between requests.

use std::{
    sync::{Arc, OnceLock, PoisonError, RwLock},
    time::{Duration, Instant},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::{
    access::Access,
    api::{
        attach::{Attachments, Patience},
        reasoning::ReasoningOutput,
        responses::store::ResponseStore,
        runs::Runs,
    },
    catalog::{Catalog, Entry},
    chain::Plan,
    error::ApiError,
    generate::GenerateError,
    limits::{Admission, Limits},
    metrics::Metrics,
    router::{cors::AllowedOrigins, host::AllowedHosts},
    runs::RunStore,
    telemetry::Telemetry,
};

/// How the edge behaves.
#[derive(Debug, Clone)]
pub struct ApiSettings {
    /// How many answers run and how many requests wait.
    pub limits: Limits,
    /// Where the thinking appears in a reply.
    pub reasoning: ReasoningOutput,
    /// The longest silence of a stream before a comment keeps the connection alive.
    pub keep_alive: Duration,
    /// The longest time a stream goes without a chunk before one with an empty delta is sent: some
    /// clients count the time between chunks and do not see comments.
    pub heartbeat: Duration,
    /// How long a client may leave the events of a stream untaken before the answer is cancelled.
    pub untaken: Duration,
    /// How long a stream's status waits for the first text, so that an immediate failure still
    /// becomes a status.
    pub first_text_grace: Duration,
    /// The largest body of a request, in bytes.
    pub body_limit: usize,
    /// The longest time a body may take to arrive.
    pub body_timeout: Duration,
    /// How long an answer may take from its turn on; `None`: as long as it needs.
    pub generation_timeout: Option<Duration>,
    /// In how long an answer in one piece should be there, if its request does not say how many tokens
    /// it may have; a model that knows its speed keeps to it. `None`: as long as it needs.
    pub answer_time: Option<Duration>,
    /// The most answers one request may ask for with `n`.
    pub max_choices: u32,
    /// How long an answer goes on without a client that may come again for it.
    pub patience: Patience,
    /// Where the runs of chains are recorded; `None`: nowhere.
    pub records: Option<RunStore>,
    /// Who keeps traces of what is done; `None`: nobody.
    pub telemetry: Option<Telemetry>,
    /// How many responses are kept, to be read and gone on from; 0: none.
    pub max_responses: usize,
    /// Which web pages may call this server from a browser.
    pub origins: AllowedOrigins,
    /// Which names of this server are accepted in the `Host` header.
    pub hosts: AllowedHosts,
    /// Who may ask.
    pub access: Access,
    /// Whether the chains are also offered as tools of agents, at `/mcp`.
    pub tools: bool,
}

impl Default for ApiSettings {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            reasoning: ReasoningOutput::default(),
            // Well below the 50 to 60 seconds after which common proxies cut a silent connection.
            keep_alive: Duration::from_secs(10),
            // LangChain gives up after 120 seconds without a chunk.
            heartbeat: Duration::from_secs(45),
            untaken: Duration::from_secs(60),
            first_text_grace: Duration::from_millis(200),
            body_limit: 16 * 1024 * 1024,
            body_timeout: Duration::from_secs(60),
            generation_timeout: None,
            // OpenAI's SDKs wait for 600 seconds.
            answer_time: Some(Duration::from_secs(540)),
            max_choices: 8,
            patience: Patience::default(),
            records: None,
            telemetry: None,
            max_responses: 1000,
            origins: AllowedOrigins::default(),
            hosts: AllowedHosts::default(),
            access: Access::default(),
            tools: false,
        }
    }
}

impl ApiSettings {
    /// In how long an answer should be there, in one `whole` piece or not. Streams are read while they
    /// come, so only the server's own limit binds them; some of it is left for what comes in between.
    pub(crate) fn time_for_answer(&self, whole: bool) -> Option<Duration> {
        let answer = self.answer_time.filter(|_| whole);
        let limit = self.generation_timeout.map(|limit| limit.mul_f64(0.9));
        answer.into_iter().chain(limit).min()
    }

    /// When an answer in one piece to a request that arrives now should be there: its client waits from
    /// now on, whenever its turn comes.
    pub(crate) fn answer_until(&self, whole: bool) -> Option<Instant> {
        self.answer_time.filter(|_| whole).and_then(|time| Instant::now().checked_add(time))
    }
}

/// Where the node is between its start and its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Models are being loaded; requests are refused for the moment.
    Loading,
    /// Requests are answered.
    Serving,
    /// Running answers may end, new requests are refused.
    Draining,
    /// Running answers are cut.
    Stopping,
}

/// What the HTTP edge shares between requests; a clone is the same.
#[derive(Clone)]
pub struct App(Arc<Shared>);

struct Shared {
    settings: ApiSettings,
    catalog: RwLock<Arc<Catalog>>,
    admission: Admission,
    responses: ResponseStore,
    attachments: Attachments,
    runs: Runs,
    metrics: Metrics,
    phase: watch::Sender<Phase>,
    /// The chains that there will be when the models are loaded.
    announced: OnceLock<Vec<Arc<Plan>>>,
    /// Who may ask; replaced when the configuration is read again.
    access: RwLock<Access>,
    /// Kibibytes of request bodies that may be in memory at the same time.
    bodies: Arc<Semaphore>,
    /// How many requests count tokens, which needs no turn.
    counting: Arc<Semaphore>,
}

/// See [`App::count_tokens`].
const COUNTING_AT_ONCE: usize = 16;

/// See [`App::body_room`].
const BODIES_AT_ONCE: usize = 256 * 1024;

impl App {
    /// An app that serves `catalog`.
    pub fn new(catalog: Catalog, settings: ApiSettings) -> Self {
        let admission = Admission::new(settings.limits);
        let background = admission.background_places();
        Self(Arc::new(Shared {
            admission,
            access: RwLock::new(settings.access.clone()),
            announced: OnceLock::new(),
            bodies: Arc::new(Semaphore::new(BODIES_AT_ONCE)),
            counting: Arc::new(Semaphore::new(COUNTING_AT_ONCE)),
            responses: ResponseStore::new(settings.max_responses),
            // As with work in the background: it must not keep those out who wait.
            attachments: Attachments::new(settings.patience, background),
            runs: Runs::default(),
            settings,
            catalog: RwLock::new(Arc::new(catalog)),
            metrics: Metrics::default(),
            phase: watch::Sender::new(Phase::Serving),
        }))
    }

    /// An app that refuses requests until [`App::serve`] hands it its models.
    pub fn loading(settings: ApiSettings) -> Self {
        let app = Self::new(Catalog::default(), settings);
        app.0.phase.send_replace(Phase::Loading);
        app
    }

    /// Says which chains there will be; the first word counts.
    pub fn announce(&self, plans: Vec<Arc<Plan>>) {
        let _ = self.0.announced.set(plans);
    }

    /// The chains that are served, or will be when the models are loaded.
    pub(crate) fn chains(&self) -> Vec<Arc<Plan>> {
        match self.phase() {
            Phase::Loading => self.0.announced.get().cloned().unwrap_or_default(),
            Phase::Serving | Phase::Draining | Phase::Stopping => {
                self.catalog().iter().filter_map(|entry| entry.chain.clone()).collect()
            }
        }
    }

    /// Serves these models from now on; answers that run are not disturbed.
    pub fn serve(&self, catalog: Catalog) {
        *self.0.catalog.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(catalog);
        self.advance(Phase::Serving);
    }

    /// Who may ask.
    pub fn access(&self) -> Access {
        self.0.access.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes who may ask, from the next request on.
    pub fn set_access(&self, access: Access) {
        *self.0.access.write().unwrap_or_else(PoisonError::into_inner) = access;
    }

    /// Waits until a body of so many bytes may be read; all bodies together are bounded, or many
    /// clients with large ones would fill the memory.
    pub(crate) async fn body_room(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let kibibytes = bytes.div_ceil(1024).clamp(1, BODIES_AT_ONCE);
        let kibibytes = u32::try_from(kibibytes).unwrap_or(u32::MAX);
        Arc::clone(&self.0.bodies).acquire_many_owned(kibibytes).await.ok()
    }

    /// Leave to count tokens, or to read them; given back by dropping it.
    ///
    /// # Errors
    ///
    /// [`GenerateError::Overloaded`] if many do already: they take memory and wait for each other.
    pub(crate) fn count_tokens(&self) -> Result<OwnedSemaphorePermit, GenerateError> {
        Arc::clone(&self.0.counting).try_acquire_owned().map_err(|_| GenerateError::Overloaded {
            message: format!(
                "{COUNTING_AT_ONCE} requests count tokens already. Please try again in a moment."
            ),
            retry_after: Duration::from_secs(1),
        })
    }

    /// Refuses new requests and those that wait; running answers go on.
    pub fn drain(&self) {
        self.advance(Phase::Draining);
        self.0.admission.close();
    }

    /// Cuts running answers: each ends with an error that says why.
    pub fn stop(&self) {
        self.drain();
        self.advance(Phase::Stopping);
    }

    /// Phases only follow each other; a catalog that arrives while draining changes nothing.
    fn advance(&self, phase: Phase) {
        self.0.phase.send_if_modified(|current| {
            let later = *current < phase;
            if later {
                *current = phase;
            }
            later
        });
    }

    /// Waits until running answers are to be cut.
    pub(crate) fn stopping(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut phase = self.0.phase.subscribe();
        async move {
            if phase.wait_for(|phase| *phase == Phase::Stopping).await.is_err() {
                // The app is gone without ever stopping.
                std::future::pending().await
            }
        }
    }

    /// Waits until the models are loaded.
    pub(crate) fn loaded(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut phase = self.0.phase.subscribe();
        async move {
            // An app that is gone without having loaded them refuses what is asked then.
            let _ = phase.wait_for(|phase| *phase != Phase::Loading).await;
        }
    }

    /// Where the node is between its start and its end.
    pub fn phase(&self) -> Phase {
        *self.0.phase.borrow()
    }

    /// Whether new work is taken, for what would otherwise only be refused later.
    ///
    /// # Errors
    ///
    /// 503 while the server is shutting down.
    pub(crate) fn is_taking_work(&self) -> Result<(), GenerateError> {
        match self.phase() {
            Phase::Loading | Phase::Serving => Ok(()),
            Phase::Draining | Phase::Stopping => Err(NotServing::Stopping.into()),
        }
    }

    /// How the edge behaves.
    pub fn settings(&self) -> &ApiSettings {
        &self.0.settings
    }

    /// The models served now.
    pub fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.0.catalog.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The model of that name.
    ///
    /// # Errors
    ///
    /// 404 if there is none, 503 while models are being loaded.
    pub(crate) fn find(&self, model: &str) -> Result<Entry, ApiError> {
        match self.phase() {
            Phase::Loading => Err(GenerateError::from(NotServing::Loading).into()),
            Phase::Serving | Phase::Draining | Phase::Stopping => {
                self.catalog().find(model).cloned().ok_or_else(|| ApiError::model_not_found(model))
            }
        }
    }

    /// Lets requests through, at most so many at a time.
    pub fn admission(&self) -> &Admission {
        &self.0.admission
    }

    /// The responses that are kept.
    pub(crate) fn responses(&self) -> &ResponseStore {
        &self.0.responses
    }

    /// The answers that a request that comes again finds.
    pub(crate) fn attachments(&self) -> &Attachments {
        &self.0.attachments
    }

    /// The answers that run, and those that ended lately.
    pub(crate) fn runs(&self) -> &Runs {
        &self.0.runs
    }

    /// What was counted and timed.
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }
}

/// Why nothing is answered at the moment.
#[derive(Debug, Clone, Copy)]
pub(crate) enum NotServing {
    /// Models are being loaded.
    Loading,
    /// The server is shutting down.
    Stopping,
}

impl From<NotServing> for GenerateError {
    fn from(reason: NotServing) -> Self {
        let message = match reason {
            NotServing::Loading => "The models are still being loaded. Please try again shortly.",
            NotServing::Stopping => "This server is shutting down. Please try again in a moment.",
        };
        Self::Unavailable { message: message.to_owned(), retry_after: Duration::from_secs(5) }
    }
}
