//! A JSON body, whose every rejection is an `OpenAI` error object.

use axum::{
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Body;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::attach::Attempt;
use crate::{access::Caller, app::App, error::ApiError};

/// A JSON object of a known shape.
pub(crate) struct JsonBody<T>(pub(crate) T);

/// A body that is JSON by its content type, as it arrived.
pub(crate) struct JsonBytes(pub(crate) Bytes);

/// A JSON object of a known shape, in a request that may be sent again.
pub(crate) struct Repeatable<T> {
    /// The object.
    pub(crate) body: T,
    /// What says that it is the same request.
    pub(crate) attempt: Attempt,
}

impl<T: DeserializeOwned> FromRequest<App> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        receive(request, app, |bytes| parse(bytes).map(Self)).await
    }
}

impl FromRequest<App> for JsonBytes {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        receive(request, app, |bytes| Ok(Self(Bytes::copy_from_slice(bytes)))).await
    }
}

impl<T: DeserializeOwned> FromRequest<App> for Repeatable<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        let headers = request.headers().clone();
        let path = request.uri().path().to_owned();
        // Every request has passed the check for keys.
        let caller = request.extensions().get::<Caller>().cloned().unwrap_or_default();
        receive(request, app, |bytes| {
            let attempt = Attempt::read(&headers, caller, &path, bytes)?;
            Ok(Self { body: parse(bytes)?, attempt })
        })
        .await
    }
}

async fn receive<T>(
    request: Request,
    app: &App,
    read_as: impl FnOnce(&[u8]) -> Result<T, ApiError>,
) -> Result<T, ApiError> {
    if !is_json(request.headers()) {
        return Err(ApiError::unsupported_media_type());
    }
    let limit = app.settings().body_limit;
    let body = request.into_body();
    // Without a length it may turn out to be of any.
    let bytes = body
        .size_hint()
        .exact()
        .map_or(limit, |bytes| usize::try_from(bytes).unwrap_or(usize::MAX).min(limit));
    let reading = async {
        let _room = app.body_room(bytes).await;
        read_as(&read(body, limit).await?)
    };
    tokio::time::timeout(app.settings().body_timeout, reading)
        .await
        .map_err(|_elapsed| ApiError::request_timeout())?
}

/// A browser sends any other content type to another site without asking first, so this is also what
/// keeps foreign pages from posting.
fn is_json(headers: &HeaderMap) -> bool {
    let essence = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .map(|value| value.trim().to_ascii_lowercase());
    essence.is_some_and(|essence| {
        essence == "application/json"
            || (essence.starts_with("application/") && essence.ends_with("+json"))
    })
}

async fn read(body: axum::body::Body, limit: usize) -> Result<Bytes, ApiError> {
    // Known to be too large: refused before the client is told to go on sending.
    if body.size_hint().lower() > limit as u64 {
        return Err(ApiError::too_large(limit));
    }
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(ApiError::too_large(limit)),
        Err(_) => Err(ApiError::bad_request("The body of the request broke off.")),
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    // Serde would also take an array, field by field.
    if body.trim_ascii_start().first().is_some_and(|first| *first != b'{') {
        return Err(ApiError::bad_request("The body of the request must be a JSON object."));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        let message = match inner.classify() {
            Category::Data if path != "." => format!("Invalid `{path}`: {inner}"),
            Category::Data => format!("Invalid request: {inner}"),
            Category::Syntax | Category::Eof | Category::Io => not_json(&inner),
        };
        // The root is written as a dot and has no name.
        if path == "." { ApiError::bad_request(message) } else { ApiError::invalid(path, message) }
    })?;
    deserializer.end().map_err(|error| ApiError::bad_request(not_json(&error)))?;
    Ok(value)
}

fn not_json(error: &serde_json::Error) -> String {
    format!("The body of the request is not valid JSON: {error}")
}
