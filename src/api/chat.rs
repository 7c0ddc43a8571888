//! `POST /v1/chat/completions`.

use axum::{
    extract::State,
    http::HeaderName,
    response::{IntoResponse, Response},
};

use crate::{
    api::{
        attach::{self, Ask, Begun, IdempotencyKey},
        json::Repeatable,
    },
    app::App,
    error::{ApiError, ErrorBody},
};

pub(super) mod choices;
pub mod chunk;
pub mod content;
mod format;
pub(super) mod identity;
pub mod logprobs;
pub(super) mod messages;
pub mod ponder;
mod refused;
pub mod request;
pub mod response;
pub(super) mod schema;
pub(super) mod stream;
pub mod thinking;
pub mod tool_calls;
pub(super) mod tools;
pub(super) mod validate;
mod whole;

use identity::Identity;
use validate::{Delivery, Order};

/// The run's id.
pub(super) const RUN_ID: HeaderName = HeaderName::from_static("x-ponder-run-id");

/// Answer a conversation
///
/// With `stream: true` the answer comes as server-sent events, each a chunk, and `[DONE]` at the
/// end. Comments keep a silent connection alive. An error before the first byte is a status; later
/// it is an event with an error object, after which the stream ends.
///
/// Leaving cancels the work, streamed or not; a request with an `Idempotency-Key` goes on for a minute,
/// and finds its answer when it comes again.
#[utoipa::path(
    post,
    path = "/chat/completions",
    tag = "chat",
    params(IdempotencyKey),
    request_body = request::ChatRequest,
    responses(
        (status = 200, description = "The answer.", content(
            (response::ChatCompletion = "application/json"),
            (chunk::ChatCompletionChunk = "text/event-stream"),
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
pub(crate) async fn chat_completions(
    State(app): State<App>,
    Repeatable { body, attempt }: Repeatable<request::ChatRequest>,
) -> Result<Response, ApiError> {
    let order = Order::check(body, app.settings())?;
    let entry = app.find(&order.model)?;
    let identity = Identity::new("chatcmpl-", order.model);
    let whole = order.delivery == Delivery::Whole;
    let (request, count, style) = (order.request, order.choices, order.style);
    let ask = Ask::several(entry, &request, count);
    let Begun { identity, headers, pieces, .. } =
        attach::begin(&app, &attempt, identity, ask, whole).await?;
    let mut response = match order.delivery {
        Delivery::Whole => {
            axum::Json(whole::reply(pieces, identity, count, style).await?).into_response()
        }
        Delivery::Stream(usage) => {
            let writer = stream::ChunkWriter::new(identity, count, style, usage);
            stream::respond(pieces, writer, app.settings()).await?
        }
    };
    response.headers_mut().extend(headers);
    Ok(response)
}
