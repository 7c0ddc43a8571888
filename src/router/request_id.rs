//! Every request has an id, and every response carries it.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use uuid::Uuid;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Longer ids are replaced: they go into every line of the log.
const MAX_LENGTH: usize = 128;

/// The id of a request, for the log.
#[derive(Debug, Clone)]
pub(super) struct RequestId(pub(super) String);

/// Takes the client's id if it is sane, else makes one.
pub(super) async fn assign(mut request: Request, next: Next) -> Response {
    let id = sane(request.headers())
        .map_or_else(|| format!("req_{}", Uuid::now_v7().simple()), str::to_owned);
    let value = HeaderValue::from_str(&id);
    request.extensions_mut().insert(RequestId(id));
    let mut response = next.run(request).await;
    if let Ok(value) = value {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

fn sane(headers: &HeaderMap) -> Option<&str> {
    let id = headers.get(REQUEST_ID)?.to_str().ok()?;
    let sane = !id.is_empty()
        && id.len() <= MAX_LENGTH
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte));
    sane.then_some(id)
}
