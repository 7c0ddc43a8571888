//! The answers to one request, running side by side.
//!
//! `n` answers are `n` requests to the model, merged into one stream with their numbers. They share
//! one permit, which says how many of them may run at the same time; the others follow.

use std::{panic::AssertUnwindSafe, pin::Pin, sync::Arc, time::Duration};

use async_stream::stream;
use futures::{FutureExt, Stream, StreamExt, TryFutureExt, stream::BoxStream};
use tokio::time::Instant;

use crate::{
    api::runs::{Running, Work},
    app::{App, NotServing},
    catalog::Entry,
    generate::{Answer, Delta, Generate, GenerateError, Generation, Request},
    limits::Permit,
    metrics::RequestMeter,
};

/// A piece of one of the answers.
#[derive(Debug, Clone)]
pub(in crate::api) struct Piece {
    /// The answer's number, from 0.
    pub(in crate::api) index: u32,
    /// What is new in it.
    pub(in crate::api) delta: Delta,
}

type Pieces = BoxStream<'static, Result<Piece, GenerateError>>;

/// The running answers: their pieces as they come, until all have finished or one has failed.
///
/// Dropping it cancels them all.
pub(in crate::api) struct Choices(Pieces);

impl Choices {
    /// Waits for the requests' turn and starts their answers, of which `at_once` may run at the same
    /// time.
    ///
    /// # Errors
    ///
    /// Whatever is known before the first byte: no turn, or a model that refuses.
    pub(in crate::api) async fn start(
        app: &App,
        entry: &Entry,
        requests: Vec<Request>,
        at_once: u32,
        running: Running,
    ) -> Result<Self, GenerateError> {
        let turn = app.admission().admit_many(at_once);
        let typical = requests.len() == 1;
        Self::begin(app, entry, requests, running, Turn { turn, typical }).await
    }

    /// As [`Choices::start`], for one answer of several that are runs of their own, whose `turn` is
    /// known to come.
    ///
    /// # Errors
    ///
    /// As for [`Choices::start`].
    pub(in crate::api) async fn start_in_turn(
        app: &App,
        entry: &Entry,
        request: Request,
        running: Running,
        turn: impl Future<Output = Result<Permit, GenerateError>> + Send,
    ) -> Result<Self, GenerateError> {
        Self::begin(app, entry, vec![request], running, Turn { turn, typical: true }).await
    }

    /// As [`Choices::start`], for one answer that nobody waits for.
    ///
    /// # Errors
    ///
    /// As for [`Choices::start`], but that its turn comes, however long it takes.
    pub(in crate::api) async fn start_in_background(
        app: &App,
        entry: &Entry,
        request: Request,
        running: Running,
    ) -> Result<Self, GenerateError> {
        let turn = app.admission().admit_in_background();
        Self::begin(app, entry, vec![request], running, Turn { turn, typical: true }).await
    }

    /// The one place where answers are started for a client.
    async fn begin<T>(
        app: &App,
        entry: &Entry,
        requests: Vec<Request>,
        running: Running,
        Turn { turn, typical }: Turn<T>,
    ) -> Result<Self, GenerateError>
    where
        T: Future<Output = Result<Permit, GenerateError>> + Send,
    {
        let requests = running.marked(requests);
        let meter = app.metrics().begin(&entry.info.id);
        let mut watch = Watch { meter: if typical { meter.typical() } else { meter }, running };
        let open = u32::try_from(requests.len()).unwrap_or(u32::MAX);
        let admitted = tokio::select! {
            permit = turn => permit,
            () = watch.running.cancelled() => Err(GenerateError::Cancelled),
        };
        let permit = match admitted {
            Ok(permit) => permit,
            Err(error) => return Err(watch.failed(error)),
        };
        watch.meter.admitted();
        let limit = TimeLimit::from_now(app.settings().generation_timeout);
        let starting = start_all(&entry.model, requests, permit.answers());
        let started = tokio::select! {
            started = starting => started,
            error = limit.clone().passed() => Err(error),
            () = watch.running.cancelled() => Err(GenerateError::Cancelled),
        };
        match started {
            Ok(pieces) => {
                let work = watch.running.working(Admitted { pieces, _permit: permit });
                Ok(Self(run(work, open, watch, limit, app.stopping()).boxed()))
            }
            Err(error) => Err(watch.failed(error)),
        }
    }
}

/// When answers may begin.
struct Turn<T> {
    turn: T,
    /// Whether how long they take says how long others may.
    typical: bool,
}

/// Answers that run, with leave to do so.
struct Admitted {
    pieces: Pieces,
    _permit: Permit,
}

impl Stream for Admitted {
    type Item = Result<Piece, GenerateError>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        self.pieces.poll_next_unpin(context)
    }
}

/// Who looks at answers while they run.
struct Watch {
    meter: RequestMeter,
    running: Running,
}

impl Watch {
    /// Takes note of a piece.
    fn note(&mut self, piece: &Piece) {
        self.running.note(piece);
        match &piece.delta {
            Delta::Finished(finish) => self.meter.answered(finish),
            Delta::Reasoning(_) | Delta::Content(_) | Delta::ToolCall { .. } => self.meter.spoke(),
            Delta::Logprobs(_) | Delta::ToolArguments { .. } | Delta::Step(_) => {}
        }
    }

    /// The last answer has finished.
    fn finished(self) {
        self.meter.finished();
        self.running.finished();
    }

    /// They ended with an error.
    fn failed(self, error: GenerateError) -> GenerateError {
        // A meter that is merely dropped counts a request that was cancelled.
        if error != GenerateError::Cancelled {
            self.meter.failed();
        }
        self.running.failed(&error);
        error
    }
}

/// Collects `count` answers, in their order.
///
/// # Errors
///
/// The error that ended one of them.
pub(in crate::api) async fn collect(
    pieces: impl Stream<Item = Result<Piece, GenerateError>>,
    count: u32,
) -> Result<Vec<Answer>, GenerateError> {
    let mut pieces = std::pin::pin!(pieces);
    let mut answers: Vec<Answer> = (0..count).map(|_| Answer::default()).collect();
    while let Some(piece) = pieces.next().await {
        let Piece { index, delta } = piece?;
        if let Some(answer) = answers.get_mut(index as usize) {
            answer.add(delta);
        }
    }
    Ok(answers)
}

/// How long an answer may take, from its turn on.
#[derive(Debug, Clone)]
pub(in crate::api) struct TimeLimit(Option<(Duration, Instant)>);

impl TimeLimit {
    /// Begins to count.
    pub(in crate::api) fn from_now(limit: Option<Duration>) -> Self {
        Self(limit.and_then(|limit| Some((limit, Instant::now().checked_add(limit)?))))
    }

    /// Waits until the time is over.
    pub(in crate::api) async fn passed(self) -> GenerateError {
        let Some((limit, end)) = self.0 else { return std::future::pending().await };
        tokio::time::sleep_until(end).await;
        GenerateError::Timeout {
            message: format!(
                "The answer took longer than the {} seconds this server allows. Ask for less, for \
                 example with `max_tokens` or `thinking_token_budget`, or have the operator raise \
                 `generation_timeout`.",
                limit.as_secs_f64()
            ),
        }
    }
}

impl Stream for Choices {
    type Item = Result<Piece, GenerateError>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(context)
    }
}

/// Starts as many answers as may run, and prepares the others to follow.
async fn start_all(
    model: &Arc<dyn Generate>,
    requests: Vec<Request>,
    at_once: usize,
) -> Result<Pieces, GenerateError> {
    let requests = (0u32..).zip(requests);
    let (now, later): (Vec<_>, Vec<_>) =
        requests.partition(|(index, _)| (*index as usize) < at_once);
    let started = now.into_iter().map(|(index, request)| {
        begin(Arc::clone(model), request)
            .map_ok(move |generation| number(index, watched(generation)))
    });
    let started: Vec<Pieces> = futures::future::try_join_all(started).await?;
    let later = later.into_iter().map(|(index, request)| {
        let generation = begin(Arc::clone(model), request).map_ok(watched).try_flatten_stream();
        number(index, generation)
    });
    let all: Vec<Pieces> = started.into_iter().chain(later).collect();
    Ok(futures::stream::iter(all).flatten_unordered(Some(at_once)).boxed())
}

fn number(
    index: u32,
    deltas: impl Stream<Item = Result<Delta, GenerateError>> + Send + 'static,
) -> Pieces {
    deltas.map(move |delta| delta.map(|delta| Piece { index, delta })).boxed()
}

/// Starts one answer; a panic in the model's code fails this request only.
async fn begin(model: Arc<dyn Generate>, request: Request) -> Result<Generation, GenerateError> {
    AssertUnwindSafe(async { model.generate(request).await })
        .catch_unwind()
        .await
        .unwrap_or_else(|_panic| Err(panicked()))
}

/// An answer; a panic in the model's code ends it with an error.
fn watched(generation: Generation) -> BoxStream<'static, Result<Delta, GenerateError>> {
    AssertUnwindSafe(generation)
        .catch_unwind()
        .map(|item| item.unwrap_or_else(|_panic| Err(panicked())))
        .boxed()
}

fn panicked() -> GenerateError {
    GenerateError::engine("The engine failed in an unexpected way. The server's log says more.")
}

/// Follows the answers, of which so many are `open`, to their end; measures them, and cuts them when
/// the server stops or somebody cancels them.
fn run(
    mut work: Work<Admitted>,
    mut open: u32,
    mut watch: Watch,
    limit: TimeLimit,
    stopping: impl Future<Output = ()> + Send + 'static,
) -> impl Stream<Item = Result<Piece, GenerateError>> + Send + 'static {
    stream! {
        let mut stopping = Box::pin(stopping);
        let mut too_long = Box::pin(limit.passed());
        let mut cancelled = Box::pin(watch.running.cancelled());
        let last = loop {
            let next = tokio::select! {
                // A piece that is there already is worth more than a punctual end.
                biased;
                next = work.next() => next,
                () = &mut cancelled => Some(Err(GenerateError::Cancelled)),
                () = &mut stopping => Some(Err(NotServing::Stopping.into())),
                error = &mut too_long => Some(Err(error)),
            };
            match next {
                Some(Ok(piece)) => {
                    watch.note(&piece);
                    if matches!(piece.delta, Delta::Finished(_)) {
                        open = open.saturating_sub(1);
                    }
                    if open == 0 {
                        watch.finished();
                        break Ok(piece);
                    }
                    yield Ok(piece);
                }
                Some(Err(error)) => break Err(watch.failed(error)),
                // A generation never ends without a finish or an error; if it did, so must we.
                None => {
                    let broken = GenerateError::engine("The answer broke off before its end.");
                    break Err(watch.failed(broken));
                }
            }
        };
        // The work is over: free what it held now, not when the client has read the last byte.
        drop(work);
        yield last;
    }
}
