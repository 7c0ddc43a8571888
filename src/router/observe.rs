//! Counts every response and logs it in one line. What was asked and answered is never logged.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};

use super::request_id::RequestId;
use crate::{app::App, error::Logged};

/// Counts and logs a response when its status is known; a stream then only begins.
pub(super) async fn observe(State(app): State<App>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let id = request.extensions().get::<RequestId>().map(|RequestId(id)| id.clone());
    // Unknown paths are the client's invention and must not become labels.
    let matched = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let route = matched.unwrap_or_else(|| "unmatched".to_owned());
    let response = next.run(request).await;
    let status = response.status();
    app.metrics().responded(&route, status.as_u16());
    let elapsed_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let request_id = id.unwrap_or_default();
    let error = response.extensions().get::<Logged>().map(|Logged(message)| message.as_str());
    let status = status.as_u16();
    if status >= 500 {
        tracing::warn!(%method, route, status, elapsed_ms, request_id, error, "request failed");
    } else {
        tracing::info!(%method, route, status, elapsed_ms, request_id, error, "request");
    }
    response
}
