//! `POST /v1/completions`: a prompt, continued.
//!
//! A hosted model continues the text or the tokens as they are: no chat template, no thinking apart
//! from the text. What answers only in conversations, chains and remote models, is asked a text
//! prompt as a user's message and gives its answer.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};

use super::{
    attach::{self, Ask, Begun, IdempotencyKey},
    chat::{choices::collect, identity::Identity, stream::respond, validate::Delivery},
    json::Repeatable,
};
use crate::{
    app::App,
    error::{ApiError, ErrorBody},
};

mod order;
pub mod reply;
pub mod request;

use order::Order;

/// Continue a prompt
///
/// The older of OpenAI's two ways to ask a model. A hosted model continues the prompt as it is;
/// chains and remote models are asked it as a user's message.
#[utoipa::path(
    post,
    path = "/completions",
    tag = "completions",
    params(IdempotencyKey),
    request_body = request::CompletionRequest,
    responses(
        (status = 200, description = "The continuations.", content(
            (reply::Completion = "application/json"),
            (reply::Completion = "text/event-stream"),
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
pub(crate) async fn completions(
    State(app): State<App>,
    Repeatable { body, attempt }: Repeatable<request::CompletionRequest>,
) -> Result<Response, ApiError> {
    let mut order = Order::check(body, app.settings())?;
    let entry = app.find(&order.model)?;
    // The domain knows conversations; here it is the prompt that is at fault.
    let here = |error: ApiError| error.renamed("messages", "prompt");
    let counting = app.count_tokens()?;
    order.check_prompts(&*entry.model).await.map_err(here)?;
    let echoed = order.echoed(&entry).await.map_err(here)?;
    drop(counting);
    let (style, count) = (order.style(echoed), order.count());
    let whole = order.delivery == Delivery::Whole;
    let ask = Ask { entry, requests: order.requests().collect(), at_once: order.each };
    let identity = Identity::new("cmpl-", order.model);
    let Begun { identity, headers, pieces, .. } =
        attach::begin(&app, &attempt, identity, ask, whole).await.map_err(here)?;
    let mut response = match order.delivery {
        Delivery::Whole => {
            let answers = collect(pieces, count).await.map_err(|error| here(error.into()))?;
            Json(reply::whole(answers, identity, style)).into_response()
        }
        Delivery::Stream(usage) => {
            let writer = reply::Writer::new(identity, style, usage);
            respond(pieces, writer, app.settings()).await.map_err(here)?
        }
    };
    response.headers_mut().extend(headers);
    Ok(response)
}
