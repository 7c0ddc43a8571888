//! What can go wrong, in HTTP's words: one status and one `OpenAI` error object for everything.
//!
//! Nothing else in the crate chooses a status. An [`ApiError`] is a response before the first byte
//! and an SSE event afterwards, in the same shape.

use std::{borrow::Cow, time::Duration};

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::generate::GenerateError;

/// Tells `OpenAI`'s clients whether sending the same request again makes sense.
const SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");

/// An error as a client sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    status: StatusCode,
    detail: ErrorDetail,
    retry: Retry,
}

/// Whether a client should try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Retry {
    /// As its own rules for the status say.
    AsUsual,
    /// After this time.
    After(Duration),
    /// Never: the same request would cost as much and fail again.
    Never,
}

/// The body of every error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ErrorBody {
    /// What went wrong.
    pub error: ErrorDetail,
}

/// What went wrong; all four keys are always there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ErrorDetail {
    /// What went wrong and what to do about it, for a person.
    pub message: String,
    /// Whose side it is on.
    #[serde(rename = "type")]
    pub kind: ErrorKind,
    /// The field of the request that is at fault, for example `messages[2].content`.
    #[schema(required)]
    pub param: Option<Cow<'static, str>>,
    /// The exact reason, for a program.
    #[schema(required)]
    pub code: Option<ErrorCode>,
}

/// Whose side an error is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The request is wrong; sending it again gives the same.
    InvalidRequestError,
    /// There is too much to do; try again later.
    RateLimitError,
    /// The server failed.
    ServerError,
}

/// The exact reason of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The key is missing or wrong.
    InvalidApiKey,
    /// The `Host` header names another machine than this one.
    HostNotAllowed,
    /// No model of that name is served.
    ModelNotFound,
    /// The key of the request came with another body before.
    IdempotencyKeyReused,
    /// No chain of that name is served.
    ChainNotFound,
    /// No run of that id is known.
    RunNotFound,
    /// The run was cancelled.
    Cancelled,
    /// No response of that id is kept.
    ResponseNotFound,
    /// No response of the id that was to be gone on from is kept.
    PreviousResponseNotFound,
    /// Nothing is served at that path.
    RouteNotFound,
    /// The path does not know that method.
    MethodNotAllowed,
    /// The body took too long to arrive.
    RequestTimeout,
    /// The body is too large.
    RequestTooLarge,
    /// The body is not JSON by its content type.
    UnsupportedMediaType,
    /// The messages do not fit the model's context.
    ContextLengthExceeded,
    /// Too many requests run and wait.
    RateLimitExceeded,
    /// Loading or shutting down.
    ServiceUnavailable,
    /// The answer took too long.
    Timeout,
    /// A remote endpoint failed.
    UpstreamError,
}

impl ApiError {
    fn new(status: StatusCode, kind: ErrorKind, message: impl Into<String>) -> Self {
        let detail =
            ErrorDetail { message: shortened(message.into()), kind, param: None, code: None };
        Self { status, detail, retry: Retry::AsUsual }
    }

    fn wrong(status: StatusCode, code: ErrorCode, message: impl Into<String>) -> Self {
        Self::new(status, ErrorKind::InvalidRequestError, message).coded(code)
    }

    fn coded(mut self, code: ErrorCode) -> Self {
        self.detail.code = Some(code);
        self
    }

    fn about(mut self, param: impl Into<Cow<'static, str>>) -> Self {
        self.detail.param = Some(param.into());
        self
    }

    fn retried(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// The same error, blamed on the field `to` where it was on `from`.
    pub(crate) fn renamed(mut self, from: &str, to: &'static str) -> Self {
        if self.detail.param.as_deref() == Some(from) {
            self.detail.param = Some(to.into());
        }
        self
    }

    /// The same error in a request whose fields have other names, also where its message quotes them.
    pub(crate) fn moved(mut self, rename: impl Fn(&str) -> String) -> Self {
        if let Some(from) = self.detail.param.take() {
            let to = rename(&from);
            let message = &self.detail.message;
            self.detail.message = message.replace(&format!("`{from}`"), &format!("`{to}`"));
            self.detail.param = Some(to.into());
        }
        self
    }

    /// The same error in a request for several answers, blamed on the one at `place`; `also` says what
    /// became of the others.
    pub(crate) fn among_others(mut self, place: &str, also: &str) -> Self {
        self.detail.message = shortened(format!("`{place}`: {} {also}", self.detail.message));
        self.detail.param.get_or_insert_with(|| place.to_owned().into());
        self
    }

    /// Whether it only says that no model of that name is served.
    pub(crate) fn is_model_not_found(&self) -> bool {
        self.detail.code == Some(ErrorCode::ModelNotFound)
    }

    /// Whether it only says that the run was cancelled.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.detail.code == Some(ErrorCode::Cancelled)
    }

    /// 400: the request as a whole cannot be understood.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorKind::InvalidRequestError, message)
    }

    /// 400: one field of the request is wrong.
    pub fn invalid(param: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::bad_request(message).about(param)
    }

    /// 401: no valid key came with the request.
    pub fn unauthorized() -> Self {
        Self::wrong(
            StatusCode::UNAUTHORIZED,
            ErrorCode::InvalidApiKey,
            "A valid API key is needed. Send it as `Authorization: Bearer KEY`.",
        )
    }

    /// 403: the `Host` header names another machine.
    pub fn host_not_allowed() -> Self {
        Self::wrong(
            StatusCode::FORBIDDEN,
            ErrorCode::HostNotAllowed,
            "This server answers only to its loopback names, such as `localhost` or `127.0.0.1`. \
             Use one of them, or have the operator allow this name with `hosts`.",
        )
    }

    /// 422: the key of the request came with another body before.
    pub fn other_body() -> Self {
        Self::wrong(
            StatusCode::UNPROCESSABLE_ENTITY,
            ErrorCode::IdempotencyKeyReused,
            "This `Idempotency-Key` came with another body before. Send the same body, or choose a \
             new key.",
        )
        .about("Idempotency-Key")
    }

    /// 404: nothing is served at that path.
    pub fn route_not_found(path: &str) -> Self {
        Self::wrong(
            StatusCode::NOT_FOUND,
            ErrorCode::RouteNotFound,
            format!("Nothing is served at `{path}`. GET /openapi.yaml lists every path."),
        )
    }

    /// 404: no chain of that name is served.
    pub fn no_chain(name: &str) -> Self {
        Self::wrong(
            StatusCode::NOT_FOUND,
            ErrorCode::ChainNotFound,
            format!("No chain `{name}` is served. GET /v1/chains lists the chains."),
        )
    }

    /// 404: no run of that id is known.
    pub fn no_run(id: &str) -> Self {
        Self::wrong(
            StatusCode::NOT_FOUND,
            ErrorCode::RunNotFound,
            format!(
                "No run `{id}` is known here. Runs are known while they go on and for a while \
                 afterwards, and only to the key that started them."
            ),
        )
    }

    /// 404: there is no record of that run, and why.
    pub fn no_record(id: &str, why: &str) -> Self {
        Self::wrong(
            StatusCode::NOT_FOUND,
            ErrorCode::RunNotFound,
            format!("There is no record of a run `{id}`: {why}."),
        )
    }

    /// 404: no response of that id is kept.
    pub fn no_response(id: &str) -> Self {
        Self::wrong(
            StatusCode::NOT_FOUND,
            ErrorCode::ResponseNotFound,
            format!(
                "No response `{id}` is kept here. Responses are kept in memory, the newest ones, \
                 and only for the key that asked for them."
            ),
        )
    }

    /// 400: no response of that id is kept that could be gone on from.
    pub fn no_previous_response(id: &str) -> Self {
        Self::invalid(
            "previous_response_id",
            format!(
                "No response `{id}` is kept here. Responses are kept in memory, the newest ones, and \
                 only for the key that asked for them; send the whole conversation as `input` instead."
            ),
        )
        .coded(ErrorCode::PreviousResponseNotFound)
    }

    /// 404: no model of that name is served.
    pub fn model_not_found(model: &str) -> Self {
        GenerateError::ModelNotFound { model: model.to_owned() }.into()
    }

    /// 405: the path does not know that method.
    pub fn method_not_allowed(method: &str, path: &str) -> Self {
        Self::wrong(
            StatusCode::METHOD_NOT_ALLOWED,
            ErrorCode::MethodNotAllowed,
            format!("`{path}` does not know {method}. The `Allow` header lists what it knows."),
        )
    }

    /// 408: the body took too long to arrive.
    pub fn request_timeout() -> Self {
        Self::wrong(
            StatusCode::REQUEST_TIMEOUT,
            ErrorCode::RequestTimeout,
            "The body of the request took too long to arrive.",
        )
    }

    /// 413: the body is too large.
    pub fn too_large(limit: usize) -> Self {
        Self::wrong(
            StatusCode::PAYLOAD_TOO_LARGE,
            ErrorCode::RequestTooLarge,
            format!("The body of the request is larger than {limit} bytes."),
        )
    }

    /// 415: the body is not JSON by its content type.
    pub fn unsupported_media_type() -> Self {
        Self::wrong(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ErrorCode::UnsupportedMediaType,
            "The body must be JSON, sent with `Content-Type: application/json`.",
        )
    }

    /// 500: a panic, or an engine that failed after it may have worked for long.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, ErrorKind::ServerError, message)
            .retried(Retry::Never)
    }

    /// 503: loading, shutting down or something else that passes.
    pub fn unavailable(message: impl Into<String>, retry_after: Duration) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, ErrorKind::ServerError, message)
            .coded(ErrorCode::ServiceUnavailable)
            .retried(Retry::After(retry_after))
    }

    /// 429: too much to do.
    fn overloaded(message: impl Into<String>) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, ErrorKind::RateLimitError, message)
            .coded(ErrorCode::RateLimitExceeded)
    }

    /// The status it is answered with.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What went wrong, for a person.
    pub fn message(&self) -> &str {
        &self.detail.message
    }

    /// The error's body, as a response or an SSE event carries it.
    pub fn body(&self) -> ErrorBody {
        ErrorBody { error: self.detail.clone() }
    }
}

impl From<GenerateError> for ApiError {
    fn from(error: GenerateError) -> Self {
        let message = error.to_string();
        match error {
            GenerateError::Invalid { param, .. } => Self::invalid(param, message),
            GenerateError::ContextLength { .. } | GenerateError::PromptTooLong { .. } => {
                Self::invalid("messages", message).coded(ErrorCode::ContextLengthExceeded)
            }
            GenerateError::ModelNotFound { .. } => {
                Self::wrong(StatusCode::NOT_FOUND, ErrorCode::ModelNotFound, message).about("model")
            }
            GenerateError::Overloaded { retry_after, .. } => {
                Self::overloaded(message).retried(Retry::After(retry_after))
            }
            GenerateError::Unavailable { retry_after, .. } => {
                Self::unavailable(message, retry_after)
            }
            GenerateError::Timeout { .. } => {
                Self::new(StatusCode::GATEWAY_TIMEOUT, ErrorKind::ServerError, message)
                    .coded(ErrorCode::Timeout)
                    .retried(Retry::Never)
            }
            // OpenAI's SDKs would send it again.
            GenerateError::Cancelled => {
                Self::wrong(StatusCode::CONFLICT, ErrorCode::Cancelled, message)
                    .retried(Retry::Never)
            }
            GenerateError::Engine { .. } => Self::internal(message),
            // Its key, its address and its other settings are ours, so only "too much" is passed on.
            GenerateError::Remote { status: Some(429), .. } => Self::overloaded(message),
            GenerateError::Remote { .. } => {
                Self::new(StatusCode::BAD_GATEWAY, ErrorKind::ServerError, message)
                    .coded(ErrorCode::UpstreamError)
            }
        }
    }
}

/// Rides in a response's extensions, so that the error is logged once, with its request.
#[derive(Debug, Clone)]
pub(crate) struct Logged(pub(crate) String);

/// The most characters of a message: some quote what the client sent, of whatever length.
const LONGEST_MESSAGE: usize = 1000;

fn shortened(mut message: String) -> String {
    if let Some((end, _)) = message.char_indices().nth(LONGEST_MESSAGE) {
        message.truncate(end);
        message.push('…');
    }
    message
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, axum::Json(self.body())).into_response();
        let headers = response.headers_mut();
        match self.retry {
            Retry::AsUsual => {}
            // Whole seconds, rounded up: a client that comes too early is refused again.
            Retry::After(time) => {
                let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
                headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
            }
            Retry::Never => {
                headers.insert(SHOULD_RETRY, HeaderValue::from_static("false"));
            }
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(Logged(self.detail.message));
        response
    }
}
