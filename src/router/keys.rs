//! Asks for a key, where keys are configured.

use axum::{
    extract::{Request, State},
    http::header,
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{
    access::{Access, Caller},
    app::App,
    error::ApiError,
    generate::TraceContext,
};

/// What needs no key: whoever watches over this process has none.
const FOR_EVERYBODY: [&str; 4] = ["/livez", "/readyz", "/health", "/v1/health"];

/// Lets a request through if it may ask; the handlers find the [`Caller`] among its extensions.
pub(super) async fn check(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let caller = match &app.access() {
        Access::Open => Some(Caller::default()),
        Access::Keys(_) if FOR_EVERYBODY.contains(&request.uri().path()) => Some(Caller::default()),
        Access::Keys(ring) => presented(&request).and_then(|key| ring.find(key)),
    };
    match caller {
        Some(caller) => {
            let trace = request.extensions().get::<TraceContext>().cloned();
            request.extensions_mut().insert(Caller { trace, ..caller });
            next.run(request).await
        }
        None => ApiError::unauthorized().into_response(),
    }
}

/// The key of `Authorization: Bearer KEY`; the scheme's name is of any case.
fn presented(request: &Request) -> Option<&str> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}
