//! `POST /v1/responses`: OpenAI's newer way to ask, with responses that are kept, gone on from, and
//! made in the background.

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::{
        Path, Query, State,
        rejection::{PathRejection, QueryRejection},
    },
    response::{IntoResponse, Response},
};
use futures::{Stream, StreamExt};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    attach::{self, Ask, Attempt, Begun, IdempotencyKey},
    chat::{
        choices::{Choices, Piece},
        identity::Identity,
        stream::respond,
    },
    json::Repeatable,
    query::read,
    recording::End,
};
use crate::{
    access::Caller,
    app::App,
    catalog::Entry,
    error::{ApiError, ErrorBody},
    generate::{Delta, GenerateError, Request},
};

mod assembler;
mod deliver;
pub mod event;
pub mod input;
pub mod item;
pub(crate) mod listing;
mod nested;
mod order;
pub mod request;
pub mod resource;
mod schema;
pub(crate) mod store;

use deliver::{Writer, replay};
use order::Order;
use resource::{DeletedResponse, ResponseBody, ResponseObject};
use store::{References, Stored};

/// Make a response
///
/// With `stream: true` it comes as named server-sent events. With `background: true` the reply comes
/// at once, and the response is made whether the client stays or not: read it with
/// `GET /v1/responses/{id}`. Otherwise leaving cancels the work.
#[utoipa::path(
    post,
    path = "/responses",
    operation_id = "create_response",
    tag = "responses",
    params(IdempotencyKey),
    request_body = request::ResponseRequest,
    responses(
        (status = 200, description = "The response.", content(
            (ResponseBody = "application/json"),
            (event::ResponseEvent = "text/event-stream"),
        ), headers(("x-ponder-run-id" = String, description = "The run's id."))),
        (status = 400, description = "The request is wrong; `param` names the field.", body = ErrorBody),
        (status = 401, description = "The key is missing or wrong.", body = ErrorBody),
        (status = 403, description = "The `Host` header names another machine.", body = ErrorBody),
        (status = 404, description = "No model of that name is served.", body = ErrorBody),
        (status = 408, description = "The body took too long to arrive.", body = ErrorBody),
        (status = 409, description = "The run was cancelled.", body = ErrorBody),
        (status = 413, description = "The body is too large.", body = ErrorBody),
        (status = 415, description = "The body is not JSON by its content type.", body = ErrorBody),
        (status = 422, description = "The `Idempotency-Key` came with another body before.", body = ErrorBody),
        (status = 429, description = "Too many requests run and wait.", body = ErrorBody,
            headers(("retry-after" = u64, description = "Seconds after which to try again."))),
        (status = 500, description = "The engine failed.", body = ErrorBody),
        (status = 502, description = "A remote endpoint failed.", body = ErrorBody),
        (status = 503, description = "Loading or shutting down.", body = ErrorBody,
            headers(("retry-after" = u64, description = "Seconds after which to try again."))),
        (status = 504, description = "The answer took too long.", body = ErrorBody),
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Repeatable { body, attempt }: Repeatable<request::ResponseRequest>,
) -> Result<Response, ApiError> {
    let responses = app.responses();
    let references = References::new(responses, &caller);
    let mut order = Order::check(
        body,
        app.settings(),
        responses.keeps(),
        |id| responses.conversation(id, &caller),
        &|id| references.message(id),
    )?;
    // What they refer to may be gone when they are listed.
    input::resolve(&mut order.items, |id| references.item(id))?;
    let entry = app.find(&order.model)?;
    let identity = Identity::new("resp_", order.model.clone());
    if order.asked.background {
        return begin(&app, entry, order, caller, identity, &attempt);
    }
    let here = |error: ApiError| error.moved(nested::flat);
    let ask = Ask::several(entry, &order.request, 1);
    let Begun { identity, headers, pieces, recording } =
        attach::begin(&app, &attempt, identity, ask, !order.stream).await.map_err(here)?;
    let stream = order.stream;
    let stored = order.stored(caller, identity, app.settings().reasoning, None);
    let (stored, mut pieces) = match recording {
        // Its pieces are recorded already, whether somebody reads them or not.
        Some(recording) => {
            let stored = stored.of(recording);
            tokio::spawn(keep(app.clone(), stored.clone()));
            // Whoever is told of its end may go on from it at once.
            let (here, ended) = (app.clone(), stored.clone());
            let pieces = pieces.inspect(move |piece| {
                if matches!(piece, Ok(Piece { delta: Delta::Finished(_), .. })) {
                    store(&here, &ended);
                }
            });
            (stored, pieces.boxed())
        }
        None => (stored.clone(), recorded(pieces, app.clone(), stored).boxed()),
    };
    let mut response = if stream {
        let writer = Writer::new(Arc::clone(&stored.frame), stored.recording);
        respond(pieces, writer, app.settings()).await.map_err(here)?
    } else {
        while let Some(piece) = pieces.next().await {
            piece.map_err(|error| here(error.into()))?;
        }
        Json(stored.body()).into_response()
    };
    response.headers_mut().extend(headers);
    Ok(response)
}

/// Records the pieces of an answer while they pass, and keeps the response before its end is told.
fn recorded(
    pieces: impl Stream<Item = Result<Piece, GenerateError>> + Send + 'static,
    app: App,
    stored: Stored,
) -> impl Stream<Item = Result<Piece, GenerateError>> + Send + 'static {
    pieces.inspect(move |piece| {
        let Ok(piece) = piece else { return };
        stored.recording.add(piece.clone());
        if matches!(piece.delta, Delta::Finished(_)) {
            // Nobody reads it piece by piece any more.
            stored.recording.compact();
            store(&app, &stored);
        }
    })
}

/// Keeps a response when it has ended.
async fn keep(app: App, stored: Stored) {
    if let End::Whole = stored.recording.ended().await {
        store(&app, &stored);
    }
}

fn store(app: &App, stored: &Stored) {
    if stored.frame.asked.store && app.responses().insert(stored.clone()).is_err() {
        tracing::warn!("a response could not be kept");
    }
}

/// Begins a response in the background, or finds the one that the same request began before.
fn begin(
    app: &App,
    entry: Entry,
    order: Order,
    caller: Caller,
    identity: Identity,
    attempt: &Attempt,
) -> Result<Response, ApiError> {
    let within = app.settings().time_for_answer(false);
    let (stream, request) = (order.stream, Request { within, ..order.request.clone() });
    let estimate = estimate(app, &entry, request.max_tokens);
    let stored = order.stored(caller.clone(), identity.clone(), app.settings().reasoning, estimate);
    let started = stored.clone();
    let exists = |id: &str| app.responses().find(id, &caller).is_ok();
    let begin = || {
        app.is_taking_work()?;
        app.responses().insert(started.clone())?;
        let (worker, recording) = (app.clone(), started.recording.clone());
        let id = identity.id.clone();
        let running = app.runs().begin(&identity, &caller);
        let work = tokio::spawn(async move {
            let unfinished = recording.unfinished();
            match Choices::start_in_background(&worker, &entry, request, running).await {
                Ok(choices) => recording.fill(choices).await,
                Err(error) => {
                    recording.end(End::from(error));
                }
            }
            drop(unfinished);
            worker.responses().finished(&id);
        });
        let work = work.abort_handle();
        app.responses().set_work(&identity.id, work.clone());
        Ok((started.recording, work))
    };
    let (known, headers) = attach::begin_in_background(app, attempt, &identity, exists, begin)?;
    let stored = match known {
        Some(known) => app.responses().find(&known.id, &caller)?,
        None => stored,
    };
    let mut response = if stream {
        replay(&stored, None, app.settings())
    } else {
        Json(stored.body()).into_response()
    };
    response.headers_mut().extend(headers);
    Ok(response)
}

/// In how many seconds a response that is begun in the background now may be there: those before it
/// take their turns first. Before the first answer it is known only how long the longest would take.
fn estimate(app: &App, entry: &Entry, max_tokens: Option<u32>) -> Option<u64> {
    let limit = app.settings().time_for_answer(false).unwrap_or(std::time::Duration::MAX);
    let longest = || Some(entry.model.pace()?.longest_time(max_tokens).min(limit));
    let typical = app.metrics().typical(&entry.info.id).or_else(longest)?;
    let turns = app.responses().running() / app.admission().background_places();
    let turns = u32::try_from(turns).unwrap_or(u32::MAX).saturating_add(1);
    // Rounded up: it is not there before.
    Some(typical.saturating_mul(turns).as_secs().saturating_add(1))
}

/// The id in the path.
fn named(id: Result<Path<String>, PathRejection>) -> Result<String, ApiError> {
    match id {
        Ok(Path(id)) => Ok(id),
        Err(_) => Err(ApiError::bad_request("The response's id in the path is not valid UTF-8.")),
    }
}

/// How a response is read.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Reading {
    /// `true` reads its events, those that are there and those that come; only of one that was made
    /// in the background.
    stream: Option<bool>,
    /// Leaves out the events up to this number.
    starting_after: Option<u64>,
}

/// Read a response
///
/// As far as it is. With `stream=true` its events are sent again, from the one after
/// `starting_after` on: a client whose connection broke goes on where it was.
#[utoipa::path(
    get,
    path = "/responses/{id}",
    operation_id = "retrieve_response",
    tag = "responses",
    params(("id" = String, Path, description = "The response's id."), Reading),
    responses(
        (status = 200, description = "The response.", content(
            (ResponseBody = "application/json"),
            (event::ResponseEvent = "text/event-stream"),
        )),
        (status = 400, description = "The query is wrong, or the response has no events.", body = ErrorBody),
        (status = 401, description = "The key is missing or wrong.", body = ErrorBody),
        (status = 403, description = "The `Host` header names another machine.", body = ErrorBody),
        (status = 404, description = "No response of that id is kept.", body = ErrorBody),
    ),
)]
pub(crate) async fn retrieve(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    id: Result<Path<String>, PathRejection>,
    query: Result<Query<Reading>, QueryRejection>,
) -> Result<Response, ApiError> {
    let id = named(id)?;
    let reading = read(query)?;
    let stored = app.responses().find(&id, &caller)?;
    if reading.stream != Some(true) {
        return Ok(Json(stored.body()).into_response());
    }
    if !stored.frame.asked.background {
        let message = "Only a response that was made with `background` can be read as a stream; read \
                       it without `stream`.";
        return Err(ApiError::invalid("stream", message));
    }
    Ok(replay(&stored, reading.starting_after, app.settings()))
}

/// Cancel a response
///
/// Ends the work on a response that is made in the background. One that has ended already stays as
/// it is.
#[utoipa::path(
    post,
    path = "/responses/{id}/cancel",
    operation_id = "cancel_response",
    tag = "responses",
    params(("id" = String, Path, description = "The response's id.")),
    responses(
        (status = 200, description = "The response.", body = ResponseBody),
        (status = 400, description = "It is not made in the background.", body = ErrorBody),
        (status = 401, description = "The key is missing or wrong.", body = ErrorBody),
        (status = 403, description = "The `Host` header names another machine.", body = ErrorBody),
        (status = 404, description = "No response of that id is kept.", body = ErrorBody),
    ),
)]
pub(crate) async fn cancel(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<ResponseBody>, ApiError> {
    let stored = app.responses().find(&named(id)?, &caller)?;
    if !stored.frame.asked.background {
        let message = "Only a response that is made with `background` can be cancelled; leave the \
                       connection to cancel others.";
        return Err(ApiError::bad_request(message));
    }
    if stored.recording.end(End::Cancelled)
        && let Some(work) = &stored.work
    {
        work.abort();
        app.responses().finished(&stored.frame.identity.id);
    }
    Ok(Json(stored.body()))
}

/// Forget a response
///
/// If it is still being made, the work ends.
#[utoipa::path(
    delete,
    path = "/responses/{id}",
    operation_id = "delete_response",
    tag = "responses",
    params(("id" = String, Path, description = "The response's id.")),
    responses(
        (status = 200, description = "It is forgotten.", body = DeletedResponse),
        (status = 400, description = "The id is not valid UTF-8.", body = ErrorBody),
        (status = 401, description = "The key is missing or wrong.", body = ErrorBody),
        (status = 403, description = "The `Host` header names another machine.", body = ErrorBody),
        (status = 404, description = "No response of that id is kept.", body = ErrorBody),
    ),
)]
pub(crate) async fn delete(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<DeletedResponse>, ApiError> {
    let id = named(id)?;
    app.responses().remove(&id, &caller)?;
    app.attachments().forget(&id);
    Ok(Json(DeletedResponse { id, object: ResponseObject::Response, deleted: true }))
}
