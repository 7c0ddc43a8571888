//! Every request for work is the beginning of a trace, or goes on with its client's.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, Method},
    middleware::Next,
    response::Response,
};
use hyper::body::{Frame, SizeHint};

use crate::{app::App, generate::TraceContext, telemetry::OpenSpan};

/// Opens a span for a request until the last byte of its response is sent, where traces are kept. Only what is posted
/// is work: whoever looks whether the server lives should fill no traces.
pub(super) async fn trace(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let telemetry = app.settings().telemetry.as_ref();
    let Some(telemetry) = telemetry.filter(|_| request.method() == Method::POST) else {
        return next.run(request).await;
    };
    // Unknown paths are the client's invention and must not become names.
    let matched = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let route = matched.unwrap_or("unmatched");
    let from = incoming(request.headers());
    let mut span = telemetry.request(request.method().as_str(), route, from.as_ref());
    request.extensions_mut().insert(span.context().clone());
    let response = next.run(request).await;
    let status = response.status();
    span.set("http.response.status_code", u32::from(status.as_u16()));
    if status.is_server_error() {
        span.failed(status.as_str(), "");
    }
    response.map(|body| Body::new(Traced { body, span: Some(span) }))
}

/// Where in its own trace the client asks.
fn incoming(headers: &HeaderMap) -> Option<TraceContext> {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    TraceContext::parse(text("traceparent")?, text("tracestate"))
}

/// A body whose end is that of a span.
struct Traced {
    body: Body,
    span: Option<OpenSpan>,
}

impl HttpBody for Traced {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        let ended = match &polled {
            Poll::Ready(None) => true,
            Poll::Ready(Some(_)) => self.body.is_end_stream(),
            Poll::Pending => false,
        };
        if let Some(span) = self.span.take_if(|_| ended) {
            span.end();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Traced {
    fn drop(&mut self) {
        // One without bytes is never asked for any.
        if let Some(span) = self.span.take_if(|_| self.body.is_end_stream()) {
            span.end();
        }
    }
}
