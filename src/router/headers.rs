//! What clients of `OpenAI` look for in the headers of an answer.

use std::time::Instant;

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, Method, header},
    middleware::Next,
    response::Response,
};

use crate::app::App;

/// The version of the format that the answers are in.
const VERSION: HeaderName = HeaderName::from_static("openai-version");
const VERSION_VALUE: HeaderValue = HeaderValue::from_static("2020-10-01");
/// How long it took until the answer began.
const PROCESSING: HeaderName = HeaderName::from_static("openai-processing-ms");
/// How many requests run and wait at most at the same time, …
pub(super) const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit-requests");
/// … how many more may come now, …
pub(super) const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining-requests");
/// … and how long it may take until one may, if none may.
pub(super) const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset-requests");

/// Adds them to the response of what asks for something.
pub(super) async fn describe(State(app): State<App>, request: Request, next: Next) -> Response {
    let asks = request.method() == Method::POST;
    let began = Instant::now();
    let mut response = next.run(request).await;
    if asks {
        let limits = app.settings().limits;
        let most = (limits.max_running.max(1) as usize).saturating_add(limits.max_waiting);
        let admission = app.admission();
        let (running, waiting) = (admission.running(), admission.waiting());
        let refused = response.headers().get(header::RETRY_AFTER).cloned();
        // Who waits is there because of somebody before, though places may be free.
        let remaining = match (&refused, waiting) {
            (Some(_), _) => 0,
            (None, 0) => most.saturating_sub(running),
            (None, _) => limits.max_waiting.saturating_sub(waiting),
        };
        let wait = refused.and_then(|after| after.to_str().ok()?.parse().ok());
        let queue = limits.queue_timeout.as_secs().clamp(1, 30);
        let reset = if remaining > 0 { 0 } else { wait.unwrap_or(queue) };
        let elapsed = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let headers = response.headers_mut();
        headers.insert(VERSION, VERSION_VALUE);
        headers.insert(PROCESSING, HeaderValue::from(elapsed));
        headers.insert(LIMIT, HeaderValue::from(most));
        headers.insert(REMAINING, HeaderValue::from(remaining));
        if let Ok(reset) = HeaderValue::from_str(&format!("{reset}s")) {
            headers.insert(RESET, reset);
        }
    }
    response
}
