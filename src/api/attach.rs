//! A request that comes again gets the answer that is there already, or on its way.
//!
//! A client whose connection broke, or whose patience ended, sends the same request once more. Starting
//! it again would cost a long thought twice and keep others waiting, so the answer goes on for a little
//! while without its client, and whoever comes with the same key finds it. The key is the client's own,
//! `Idempotency-Key`; or, for answers in one piece from `OpenAI`'s SDKs, which say how often they have
//! tried, the body itself.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use futures::{Stream, StreamExt, stream::BoxStream};
use sha2::{Digest, Sha256};
use tokio::{task::AbortHandle, time::Instant};

use utoipa::IntoParams;

use super::{
    chat::{
        RUN_ID,
        choices::{Choices, Piece},
        identity::Identity,
    },
    recording::{End, Followed, Recording},
};
use crate::{
    access::Caller,
    app::App,
    catalog::Entry,
    error::ApiError,
    generate::{GenerateError, Request},
};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const RETRY_COUNT: HeaderName = HeaderName::from_static("x-stainless-retry-count");
/// Says that an answer was begun by an earlier request.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// In characters.
const LONGEST_KEY: usize = 255;
/// How long an answer is found after its end.
const KEPT: Duration = Duration::from_secs(600);
/// How many answers are found in all, and how much memory they take; the oldest are given up first.
const MOST: usize = 1024;
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// How long an answer goes on without a client.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// With a key of the client.
    pub with_key: Duration,
    /// With its body only: long enough for an SDK's first retries, short enough for a client that has
    /// left for good.
    pub without_key: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { with_key: Duration::from_secs(60), without_key: Duration::from_secs(5) }
    }
}

/// What a request says about its being sent again.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    caller: Caller,
    path: String,
    body: [u8; 32],
    /// The client's own key.
    key: Option<String>,
    /// How often an SDK has tried before; nothing from other clients.
    tried: Option<u32>,
}

impl Attempt {
    /// Reads it from a request.
    ///
    /// # Errors
    ///
    /// 400 if the key is empty, too long, or not made of visible ASCII characters.
    pub(super) fn read(
        headers: &HeaderMap,
        caller: Caller,
        path: &str,
        body: &[u8],
    ) -> Result<Self, ApiError> {
        let key = headers.get(KEY).map(|value| {
            let key = value.to_str().unwrap_or_default().trim();
            let fits = (1..=LONGEST_KEY).contains(&key.len());
            fits.then(|| key.to_owned()).ok_or_else(|| {
                let message = format!("`Idempotency-Key` has 1 to {LONGEST_KEY} ASCII characters.");
                ApiError::invalid("Idempotency-Key", message)
            })
        });
        let tried = headers.get(RETRY_COUNT).and_then(|value| value.to_str().ok()?.parse().ok());
        // Below `/v1` and without it are the same.
        let path = path.strip_prefix("/v1").unwrap_or(path).to_owned();
        Ok(Self { caller, path, body: Sha256::digest(body).into(), key: key.transpose()?, tried })
    }

    /// By what it is found: its key, or its body for answers in one piece.
    fn name(&self, whole: bool) -> Option<Name> {
        let by = match (&self.key, self.tried) {
            (Some(key), _) => By::Key(key.clone()),
            (None, Some(_)) if whole => return Some(self.by_body()),
            (None, _) => return None,
        };
        Some(Name { key: self.caller.key.clone(), path: self.path.clone(), by })
    }

    fn by_body(&self) -> Name {
        let by = By::Body(self.body);
        Name { key: self.caller.key.clone(), path: self.path.clone(), by }
    }
}

/// By what an answer is found, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Name {
    key: Option<Arc<str>>,
    path: String,
    by: By,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum By {
    Key(String),
    Body([u8; 32]),
}

/// The answers that can be found.
#[derive(Clone)]
pub(crate) struct Attachments {
    held: Arc<Mutex<HashMap<Name, Vec<Held>>>>,
    patience: Patience,
}

/// An answer that can be found.
struct Held {
    identity: Identity,
    body: [u8; 32],
    recording: Recording,
    /// Ends the work on it.
    work: AbortHandle,
    /// How many clients read it.
    readers: usize,
    /// When a client last came or left.
    since: Instant,
}

/// An answer, begun by this request or an earlier one.
struct Attached {
    identity: Identity,
    /// Whether an earlier request began it.
    replayed: bool,
    recording: Recording,
    reader: Reader,
}

/// What is asked of whom.
pub(super) struct Ask {
    /// Who answers.
    pub(super) entry: Entry,
    /// What is asked.
    pub(super) request: Request,
    /// How many answers are asked for.
    pub(super) count: u32,
}

/// Answers whose turn has come.
pub(super) struct Begun {
    /// What every part of the reply repeats.
    pub(super) identity: Identity,
    /// What the reply says of it in its headers.
    pub(super) headers: HeaderMap,
    /// The answers' pieces.
    pub(super) pieces: BoxStream<'static, Result<Piece, GenerateError>>,
}

/// How a request is known when it comes again.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only describes the header; `Attempt` reads it")]
pub(super) struct IdempotencyKey {
    /// A key of the client's own, for example a UUID. The same request with the same key within ten
    /// minutes gets the same answer, from its beginning, whether it is ready or on its way.
    #[param(rename = "Idempotency-Key", max_length = 255)]
    idempotency_key: Option<String>,
}

/// Begins the answers to a request, or finds those that an earlier one began.
///
/// # Errors
///
/// What is known before the first piece.
pub(super) async fn begin(
    app: &App,
    attempt: &Attempt,
    identity: Identity,
    ask: Ask,
    whole: bool,
) -> Result<Begun, ApiError> {
    let Ask { entry, request, count } = ask;
    if attempt.name(whole).is_none() {
        let pieces = Choices::start(app, &entry, request, count).await?.boxed();
        return Ok(Begun { headers: headers(&identity, false), identity, pieces });
    }
    let worker = app.clone();
    let work = |recording: Recording| async move {
        let _unfinished = recording.unfinished();
        match Choices::start(&worker, &entry, request, count).await {
            Ok(choices) => recording.fill(choices).await,
            Err(error) => {
                recording.end(End::Failed(error));
            }
        }
    };
    let attached = app.attachments().enter(attempt, identity, whole, count, work)?;
    let (identity, replayed) = (attached.identity.clone(), attached.replayed);
    let pieces = attached.pieces().await?.boxed();
    Ok(Begun { headers: headers(&identity, replayed), identity, pieces })
}

/// What a reply says of its answer.
fn headers(identity: &Identity, replayed: bool) -> HeaderMap {
    let run = identity.run_id().map(|id| (RUN_ID, id));
    let replayed = replayed.then(|| (REPLAYED, HeaderValue::from_static("true")));
    run.into_iter().chain(replayed).collect()
}

/// A client that reads an answer; when the last one leaves, the work ends soon.
struct Reader {
    attachments: Attachments,
    name: Name,
    id: String,
    patience: Duration,
}

impl Attachments {
    /// None yet.
    pub(crate) fn new(patience: Patience) -> Self {
        Self { held: Arc::default(), patience }
    }

    /// The answer of an earlier request, or a new one, whose pieces `work` puts into its recording.
    /// `whole`: it is answered in one piece.
    ///
    /// # Errors
    ///
    /// 422 if the key came with another body before.
    fn enter<W: Future<Output = ()> + Send + 'static>(
        &self,
        attempt: &Attempt,
        identity: Identity,
        whole: bool,
        answers: u32,
        work: impl FnOnce(Recording) -> W,
    ) -> Result<Attached, ApiError> {
        let name = attempt.name(whole).unwrap_or_else(|| attempt.by_body());
        self.with(|held| {
            let by_body = matches!(name.by, By::Body(_));
            let Patience { with_key, without_key } = self.patience;
            let patience = if by_body { without_key } else { with_key };
            let list = list(held, &name, attempt)?;
            // Requests with the same body may well be meant to be several; only one that says it is
            // sent again takes the answer of one that was left.
            let found = list.iter_mut().find(|held| {
                !by_body || attempt.tried.is_some_and(|tried| tried > 0) && held.readers == 0
            });
            let reader = |id: &str| Reader {
                attachments: self.clone(),
                name: name.clone(),
                id: id.to_owned(),
                patience,
            };
            if let Some(held) = found {
                held.readers += 1;
                held.since = Instant::now();
                return Ok(Attached {
                    identity: held.identity.clone(),
                    replayed: true,
                    recording: held.recording.clone(),
                    reader: reader(&held.identity.id),
                });
            }
            let recording = Recording::of(answers);
            let work = tokio::spawn(work(recording.clone())).abort_handle();
            let reader = reader(&identity.id);
            list.push(Held {
                identity: identity.clone(),
                body: attempt.body,
                recording: recording.clone(),
                work,
                readers: 1,
                since: Instant::now(),
            });
            Ok(Attached { identity, replayed: false, recording, reader })
        })
    }

    /// Who was answered in the background with the attempt's key before; otherwise `begin` begins such
    /// an answer.
    ///
    /// # Errors
    ///
    /// 422 if the key came with another body before, and what keeps the answer from beginning.
    pub(super) fn in_background(
        &self,
        attempt: &Attempt,
        identity: &Identity,
        begin: impl FnOnce() -> Result<(Recording, AbortHandle), ApiError>,
    ) -> Result<Option<Identity>, ApiError> {
        // It is not found by its body: whoever asks for it gets its id at once.
        let Some(name) = attempt.name(false) else { return begin().map(|_| None) };
        self.with(|held| {
            let list = list(held, &name, attempt)?;
            if let Some(held) = list.first() {
                return Ok(Some(held.identity.clone()));
            }
            let (recording, work) = begin()?;
            list.push(Held {
                identity: identity.clone(),
                body: attempt.body,
                recording,
                work,
                readers: 0,
                since: Instant::now(),
            });
            Ok(None)
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut HashMap<Name, Vec<Held>>) -> T) -> T {
        work(&mut self.held.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Ends the work on an answer that nobody reads, if nobody has come back since.
    fn give_up(&self, name: &Name, id: &str, patience: Duration) {
        self.with(|held| {
            let Some(list) = held.get_mut(name) else { return };
            list.retain(|held| {
                let left = held.readers == 0 && held.since.elapsed() >= patience;
                let gone = held.identity.id == id && left && !held.recording.has_ended();
                if gone {
                    held.recording.end(End::Cancelled);
                    held.work.abort();
                }
                !gone
            });
            if list.is_empty() {
                held.remove(name);
            }
        });
    }
}

/// The answers of that name.
fn list<'held>(
    held: &'held mut HashMap<Name, Vec<Held>>,
    name: &Name,
    attempt: &Attempt,
) -> Result<&'held mut Vec<Held>, ApiError> {
    make_room(held);
    let list = held.entry(name.clone()).or_default();
    let by_key = matches!(name.by, By::Key(_));
    if by_key && list.first().is_some_and(|held| held.body != attempt.body) {
        return Err(ApiError::other_body());
    }
    Ok(list)
}

/// Gives up what has ended long ago, and the oldest of what has ended if there is too much.
fn make_room(held: &mut HashMap<Name, Vec<Held>>) {
    let idle = |held: &Held| held.readers == 0 && held.recording.has_ended();
    for list in held.values_mut() {
        // What failed is tried again, as the client wants.
        list.retain(|held| {
            !(idle(held) && (held.since.elapsed() > KEPT || held.recording.has_failed()))
        });
    }
    held.retain(|_, list| !list.is_empty());
    let sizes = |held: &HashMap<Name, Vec<Held>>| {
        let all = held.values().flatten();
        all.fold((0, 0), |(count, bytes), held| (count + 1, bytes + held.recording.bytes()))
    };
    loop {
        let (count, bytes) = sizes(held);
        if count < MOST && bytes <= MOST_BYTES {
            return;
        }
        let oldest = held.iter().flat_map(|(name, list)| list.iter().map(move |held| (name, held)));
        let oldest = oldest.filter(|(_, held)| idle(held)).min_by_key(|(_, held)| held.since);
        let Some((name, id)) = oldest.map(|(name, held)| (name.clone(), held.identity.id.clone()))
        else {
            return;
        };
        if let Some(list) = held.get_mut(&name) {
            list.retain(|held| held.identity.id != id);
        }
        held.retain(|_, list| !list.is_empty());
    }
}

impl Attached {
    /// Its pieces from the first on, once its turn has come.
    ///
    /// # Errors
    ///
    /// What ended it before its first piece.
    async fn pieces(
        self,
    ) -> Result<impl Stream<Item = Result<Piece, GenerateError>> + Send + 'static, GenerateError>
    {
        self.recording.begun().await.map_err(failure)?;
        let reader = self.reader;
        Ok(self.recording.follow().filter_map(move |followed| {
            let _reader = &reader;
            std::future::ready(match followed {
                Ok(Followed::Started) => None,
                Ok(Followed::Piece(piece)) => Some(Ok(piece)),
                Err(end) => Some(Err(failure(end))),
            })
        }))
    }
}

fn failure(end: End) -> GenerateError {
    match end {
        End::Failed(error) => error,
        End::Cancelled | End::Whole => {
            GenerateError::engine("The answer was given up, as nobody was there to read it.")
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let left = self.attachments.with(|held| {
            let list = held.get_mut(&self.name)?;
            let held = list.iter_mut().find(|held| held.identity.id == self.id)?;
            held.readers = held.readers.saturating_sub(1);
            held.since = Instant::now();
            Some(held.readers == 0)
        });
        // Without a runtime there is no work either.
        if left == Some(true)
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            let attachments = self.attachments.clone();
            let (name, id, patience) = (self.name.clone(), self.id.clone(), self.patience);
            runtime.spawn(async move {
                tokio::time::sleep(patience).await;
                attachments.give_up(&name, &id, patience);
            });
        }
    }
}
