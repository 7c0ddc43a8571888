//! A request that comes again gets the answer that is there already, or on its way.
//!
//! A client whose connection broke, or whose patience ended, sends the same request once more. Starting
//! it again would cost a long thought twice and keep others waiting, so the answer goes on for a little
//! while without its client, and whoever comes with the same key finds it. The key is the client's own,
//! `Idempotency-Key`; or, for answers in one piece from `OpenAI`'s SDKs, which say how often they have
//! tried, the body itself.

use std::{sync::Arc, time::Duration};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use futures::{StreamExt, stream::BoxStream};
use sha2::{Digest, Sha256};
use tokio::task::AbortHandle;
use utoipa::IntoParams;

use super::{
    chat::{
        RUN_ID,
        choices::{Choices, Piece},
        identity::Identity,
    },
    recording::{End, Recording},
};
use crate::{
    access::Caller,
    app::App,
    catalog::Entry,
    error::ApiError,
    generate::{GenerateError, Request},
};

mod registry;

pub(crate) use registry::Attachments;

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const RETRY_COUNT: HeaderName = HeaderName::from_static("x-stainless-retry-count");
/// Says that an answer was begun by an earlier request.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// In characters.
const LONGEST_KEY: usize = 255;
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
            (None, Some(_)) if whole => By::Body(self.body),
            (None, _) => return None,
        };
        Some(Name { key: self.caller.key.clone(), path: self.path.clone(), by })
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

/// What is asked of whom.
pub(super) struct Ask {
    /// Who answers.
    pub(super) entry: Entry,
    /// What is asked, one request an answer.
    pub(super) requests: Vec<Request>,
    /// How many of the answers may run at the same time.
    pub(super) at_once: u32,
}

impl Ask {
    /// `count` answers to the same question, all at the same time if there is room.
    pub(super) fn several(entry: Entry, request: &Request, count: u32) -> Self {
        let requests = (0..count).map(|number| request.numbered(number)).collect();
        Self { entry, requests, at_once: count }
    }

    /// The same with the time that each of the answers has, if they come in one `whole` piece or not.
    pub(super) fn in_time(mut self, app: &App, whole: bool) -> Self {
        let time = app.settings().time_for_answer(whole);
        let pace = self.entry.model.pace();
        let together = self.at_once.min(app.settings().limits.max_running);
        let count = self.requests.len();
        let share = time.map(|time| pace.map_or(time, |pace| pace.share(time, count, together)));
        let until = app.settings().answer_until(whole);
        for request in &mut self.requests {
            (request.within, request.until) = (share, until);
        }
        self
    }
}

/// Answers whose turn has come.
pub(super) struct Begun {
    /// What every part of the reply repeats.
    pub(super) identity: Identity,
    /// What the reply says of it in its headers.
    pub(super) headers: HeaderMap,
    /// The answers' pieces.
    pub(super) pieces: BoxStream<'static, Result<Piece, GenerateError>>,
    /// Where they are kept, if the request may come again.
    pub(super) recording: Option<Recording>,
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
    let ask = ask.in_time(app, whole);
    let Ask { entry, requests, at_once } = ask;
    let count = u32::try_from(requests.len()).unwrap_or(u32::MAX);
    let Some(name) = attempt.name(whole) else {
        let running = app.runs().begin(&identity, &attempt.caller);
        let pieces = Choices::start(app, &entry, requests, at_once, running).await?.boxed();
        let headers = headers(&identity, false);
        return Ok(Begun { headers, identity, pieces, recording: None });
    };
    let (worker, run) = (app.clone(), identity.clone());
    let work = |recording: Recording| {
        let running = worker.runs().begin(&run, &attempt.caller);
        async move {
            let _unfinished = recording.unfinished();
            match Choices::start(&worker, &entry, requests, at_once, running).await {
                Ok(choices) => recording.fill(choices).await,
                Err(error) => {
                    recording.end(End::from(error));
                }
            }
        }
    };
    let attached = app.attachments().enter(name, attempt, identity, count, work)?;
    let (identity, replayed) = (attached.identity.clone(), attached.replayed);
    let recording = Some(attached.recording.clone());
    let pieces = attached.pieces().await?.boxed();
    Ok(Begun { headers: headers(&identity, replayed), identity, pieces, recording })
}

/// Begins an answer in the background, or finds the one that the same request began before, if it
/// `exists` still.
///
/// # Errors
///
/// What keeps it from beginning.
pub(super) fn begin_in_background(
    app: &App,
    attempt: &Attempt,
    identity: &Identity,
    exists: impl Fn(&str) -> bool,
    begin: impl FnOnce() -> Result<(Recording, AbortHandle), ApiError>,
) -> Result<(Option<Identity>, HeaderMap), ApiError> {
    // It is not found by its body: whoever asks for it gets its id at once.
    let known = match attempt.name(false) {
        None => begin().map(|_| None)?,
        Some(name) => {
            app.attachments().enter_background(&name, attempt, identity, exists, begin)?
        }
    };
    let headers = headers(known.as_ref().unwrap_or(identity), known.is_some());
    Ok((known, headers))
}

/// What a reply says of its answer.
fn headers(identity: &Identity, replayed: bool) -> HeaderMap {
    let run = identity.run_id().map(|id| (RUN_ID, id));
    let replayed = replayed.then(|| (REPLAYED, HeaderValue::from_static("true")));
    run.into_iter().chain(replayed).collect()
}
