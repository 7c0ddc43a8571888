//! `POST /v1/inference`: one prompt in, one text out, for callers that want no more than that.
//!
//! The plain form that guides to "wrapping a model as a REST service" teach. Its failures have that
//! form too; everything behind it, limits and cancelling included, is that of chat completions.

use axum::{
    Extension, Json,
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    chat::{
        RUN_ID,
        choices::{Choices, collect},
        identity::Identity,
        response::FinishName,
    },
    json::JsonBody,
};
use crate::{
    access::Caller,
    app::App,
    error::ApiError,
    generate::{Message, Request, Sampling},
};

/// One question.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(expecting = "an object")]
pub struct InferenceRequest {
    /// What is asked.
    #[schema(value_type = String, required, min_length = 1)]
    pub prompt: Option<String>,
    /// Instructions; without any, those that the model is configured with.
    pub system_prompt: Option<String>,
    /// Which model; without any, the first one that is not a chain.
    pub model: Option<String>,
    /// The most tokens to generate, thinking included.
    #[schema(minimum = 1, maximum = 4294967295_u32)]
    pub max_tokens: Option<u32>,
    /// 0 always takes the likeliest token.
    #[schema(minimum = 0, maximum = 2)]
    pub temperature: Option<f64>,
}

/// The answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct InferenceReply {
    /// Always true.
    #[schema(default = true)]
    pub success: bool,
    /// The answer, without the thinking.
    pub result: String,
    /// The model that gave it.
    pub model: String,
    /// Why it ended: `length` if it was cut by a limit.
    pub finish_reason: FinishName,
}

/// Why there is no answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct InferenceFailure {
    /// Always false.
    #[schema(default = false)]
    pub success: bool,
    /// What went wrong and what to do about it.
    pub error: String,
}

/// Answer one prompt
///
/// The plain form: a prompt, perhaps a system prompt, and the text of the answer. Whoever wants
/// streaming, the thinking or a conversation uses chat completions.
#[utoipa::path(
    post,
    path = "/inference",
    tag = "chat",
    request_body = InferenceRequest,
    responses(
        (status = 200, description = "The answer.", body = InferenceReply,
            headers(("x-ponder-run-id" = String, description = "The run's id."))),
        (status = 400, description = "The request is wrong.", body = InferenceFailure),
        (status = 401, description = "The key is missing or wrong.", body = crate::error::ErrorBody),
        (status = 403, description = "The `Host` header names another machine.",
            body = crate::error::ErrorBody),
        (status = 404, description = "No model of that name is served.", body = InferenceFailure),
        (status = 408, description = "The body took too long to arrive.", body = InferenceFailure),
        (status = 409, description = "The run was cancelled.", body = InferenceFailure),
        (status = 413, description = "The body is too large.", body = InferenceFailure),
        (status = 415, description = "The body is not JSON by its content type.",
            body = InferenceFailure),
        (status = 429, description = "Too many requests run and wait.", body = InferenceFailure),
        (status = 500, description = "The engine failed.", body = InferenceFailure),
        (status = 502, description = "A remote endpoint failed.", body = InferenceFailure),
        (status = 503, description = "Loading or shutting down.", body = InferenceFailure),
        (status = 504, description = "The answer took too long.", body = InferenceFailure),
    ),
)]
pub(crate) async fn infer(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    body: Result<JsonBody<InferenceRequest>, ApiError>,
) -> Response {
    let reply = async { answer(&app, &caller, body?.0).await };
    match reply.await {
        Ok(reply) => reply,
        Err(error) => failure(error),
    }
}

async fn answer(app: &App, caller: &Caller, body: InferenceRequest) -> Result<Response, ApiError> {
    let prompt = body.prompt.filter(|prompt| !prompt.trim().is_empty()).ok_or_else(|| {
        ApiError::invalid("prompt", "`prompt` is missing or empty: it must be a text.")
    })?;
    if body.temperature.is_some_and(|temperature| !(0.0..=2.0).contains(&temperature)) {
        return Err(ApiError::invalid("temperature", "`temperature` must be from 0 to 2."));
    }
    if body.max_tokens == Some(0) {
        return Err(ApiError::invalid("max_tokens", "`max_tokens` must be at least 1."));
    }
    let model = match body.model.filter(|model| !model.is_empty()) {
        Some(model) => model,
        None => first_model(app),
    };
    let entry = app.find(&model)?;
    let system = body.system_prompt.map(Message::system);
    let request = Request {
        messages: system.into_iter().chain([Message::user(prompt)]).collect(),
        sampling: Sampling {
            temperature: body.temperature.map(|temperature| temperature as f32),
            ..Sampling::default()
        },
        max_tokens: body.max_tokens,
        within: app.settings().time_for_answer(true),
        until: app.settings().answer_until(true),
        ..Request::default()
    };
    let identity = Identity::new("inference_", model);
    let running = app.runs().begin(&identity, caller);
    let choices = Choices::start(app, &entry, vec![request], 1, running).await?;
    let answer = collect(choices, 1).await?.into_iter().next().unwrap_or_default();
    let header = identity.run_id().map(|id| (RUN_ID, id));
    let reply = InferenceReply {
        success: true,
        result: answer.content,
        model: identity.model,
        finish_reason: answer.finish.reason.into(),
    };
    let mut response = Json(reply).into_response();
    response.headers_mut().extend(header);
    Ok(response)
}

/// The name of the hosted chat model; while models are being loaded there is none, which
/// [`App::find`] says.
pub(super) fn first_model(app: &App) -> String {
    let catalog = app.catalog();
    let plain = catalog.iter().find(|entry| !entry.info.id.starts_with("chain/"));
    let first = plain.or_else(|| catalog.iter().next());
    first.map(|entry| entry.info.id.clone()).unwrap_or_default()
}

/// The same status and headers as everywhere, with the body of the plain form.
fn failure(error: ApiError) -> Response {
    let body = InferenceFailure { success: false, error: error.message().to_owned() };
    let body = serde_json::to_vec(&body).unwrap_or_default();
    error.into_response().map(|_| Body::from(body))
}
