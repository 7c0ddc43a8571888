//! `POST /v1/chains/{name}/invoke`: one input, one answer.

use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
    response::{IntoResponse, Response},
};

use super::{
    find,
    output::{ChainOutput, InvokeReply, RunMetadata},
    request::InvokeRequest,
};
use crate::{
    api::{
        attach::{self, Ask, Begun, IdempotencyKey},
        chat::{choices::collect, identity::Identity},
        json::Repeatable,
    },
    app::App,
    error::{ApiError, ErrorBody},
};

/// Ask a chain
///
/// In the form of LangServe, for its `RemoteRunnable`. Leaving cancels the work.
#[utoipa::path(
    post,
    path = "/chains/{name}/invoke",
    operation_id = "invoke_chain",
    tag = "chains",
    params(("name" = String, Path, description = "The chain's name, without `chain/`."), IdempotencyKey),
    request_body = InvokeRequest,
    responses(
        (status = 200, description = "The answer.", body = InvokeReply,
            headers(("x-ponder-run-id" = String, description = "The run's id."))),
        (status = 400, description = "The request is wrong; `param` names the field.", body = ErrorBody),
        (status = 401, description = "The key is missing or wrong.", body = ErrorBody),
        (status = 403, description = "The `Host` header names another machine.", body = ErrorBody),
        (status = 404, description = "No chain of that name is served.", body = ErrorBody),
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
pub(crate) async fn invoke(
    State(app): State<App>,
    name: Result<Path<String>, PathRejection>,
    Repeatable { body, attempt }: Repeatable<InvokeRequest>,
) -> Result<Response, ApiError> {
    let (entry, _) = find(&app, name)?;
    let asked = body.check(&entry, app.settings())?;
    let identity = Identity::new("chain_", entry.info.id.clone());
    let ask = Ask::several(entry, &asked.request, 1);
    let Begun { identity, headers, pieces, .. } =
        attach::begin(&app, &attempt, identity, ask, true)
            .await
            .map_err(|error| asked.place.of(error))?;
    let answers = collect(pieces, 1).await.map_err(|error| asked.place.of(error))?;
    let answer = answers.into_iter().next().unwrap_or_default();
    let reply = InvokeReply {
        output: ChainOutput::of(answer, asked.style),
        metadata: RunMetadata { run_id: identity.run },
    };
    let mut response = Json(reply).into_response();
    response.headers_mut().extend(headers);
    Ok(response)
}
