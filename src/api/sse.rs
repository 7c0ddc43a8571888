//! Server-sent events, as `OpenAI`'s clients read them.
//!
//! They parse everything that is not a comment as JSON: there are no ids and no empty data, and names
//! only where the endpoint is known for them.

use std::{io, pin::pin, time::Duration};

use async_stream::stream;
use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, header},
    response::Response,
};
use bytes::Bytes;
use futures::{Stream, StreamExt};
use serde::Serialize;
use tokio::{
    sync::mpsc::{self, error::SendTimeoutError},
    time::Instant,
};

/// The last event of a stream that did not fail.
pub(super) const DONE: Bytes = Bytes::from_static(b"data: [DONE]\n\n");

/// Keeps a connection alive; clients do not see comments.
pub(crate) const COMMENT: Bytes = Bytes::from_static(b": keep-alive\n\n");

/// Tells nginx not to collect the stream before passing it on.
const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// One event.
pub(crate) fn event(data: &impl Serialize) -> Bytes {
    let mut event = b"data: ".to_vec();
    // Our own types have string keys only, so this cannot fail; if it did, `null` is still JSON.
    if serde_json::to_writer(&mut event, data).is_err() {
        return Bytes::from_static(b"data: null\n\n");
    }
    event.extend_from_slice(b"\n\n");
    event.into()
}

/// One event with a name; what is in it names itself as well.
pub(super) fn named_event(name: &str, data: &impl Serialize) -> Bytes {
    let mut named = format!("event: {name}\n").into_bytes();
    named.extend_from_slice(&event(data));
    named.into()
}

/// Fills the silences of a stream: a comment after each `comment_after` without a byte, and
/// `heartbeat` after each `heartbeat_after` without an event.
pub(crate) fn kept_alive(
    events: impl Stream<Item = Bytes> + Send + 'static,
    heartbeat: impl Fn() -> Bytes + Send + 'static,
    comment_after: Duration,
    heartbeat_after: Duration,
) -> impl Stream<Item = Bytes> + Send + 'static {
    stream! {
        let mut events = Box::pin(events);
        let mut last_event = Instant::now();
        loop {
            match tokio::time::timeout(comment_after, events.next()).await {
                Ok(Some(event)) => {
                    last_event = Instant::now();
                    yield event;
                }
                Ok(None) => return,
                Err(_silence) if last_event.elapsed() >= heartbeat_after => {
                    last_event = Instant::now();
                    yield heartbeat();
                }
                Err(_silence) => yield COMMENT,
            }
        }
    }
}

/// Passes events on, but ends their source when it has had to wait for its client for `patience` in
/// all.
///
/// A stream that is dropped cancels its work; one that is merely never asked for more does not. A
/// client may keep its connection alive and yet take nothing (HTTP/2 lets it close one stream's
/// window) or next to nothing, and would hold a place among the running answers for as long as it
/// likes.
pub(crate) fn taken_within(
    events: impl Stream<Item = Bytes> + Send + 'static,
    mut patience: Duration,
) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    let (sender, mut receiver) = mpsc::channel(UNTAKEN_EVENTS);
    tokio::spawn(async move {
        let mut events = pin!(events);
        loop {
            let event = tokio::select! {
                () = sender.closed() => return,
                event = events.next() => event,
            };
            let last = event.is_none();
            let offered = Instant::now();
            let taken = sender.send_timeout(event, patience).await;
            patience = patience.saturating_sub(offered.elapsed());
            match taken {
                Ok(()) if last => return,
                Ok(()) => {}
                Err(SendTimeoutError::Closed(_)) => return,
                Err(SendTimeoutError::Timeout(_)) => {
                    tracing::info!("a client took nothing of its stream for too long; it is ended");
                    return;
                }
            }
        }
    });
    stream! {
        loop {
            match receiver.recv().await {
                Some(Some(event)) => yield Ok(event),
                Some(None) => return,
                // What was cut must not look complete.
                None => {
                    yield Err(io::Error::new(io::ErrorKind::TimedOut, "the client took nothing"));
                    return;
                }
            }
        }
    }
}

/// How many events wait for a client before its patience begins to count.
const UNTAKEN_EVENTS: usize = 1024;

/// A response that streams events.
pub(crate) fn response(events: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Response {
    let mut response = Response::new(Body::from_stream(events));
    let headers = response.headers_mut();
    headers
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(ACCEL_BUFFERING, HeaderValue::from_static("no"));
    response
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Weak};

    use super::*;

    /// Waits until a stream that holds what is watched is dropped.
    async fn dropped(watch: Weak<()>) {
        let ended = async {
            while watch.upgrade().is_some() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), ended).await.expect("it goes on for ever");
    }

    #[tokio::test]
    async fn a_stream_nobody_takes_is_ended_and_does_not_look_complete() {
        let guard = Arc::new(());
        let watch = Arc::downgrade(&guard);
        let endless = stream! {
            let _guard = guard;
            loop {
                yield COMMENT;
            }
        };
        let body = taken_within(endless, Duration::from_millis(20));
        dropped(watch).await;
        let events: Vec<_> = body.collect().await;
        assert_eq!(events.len(), UNTAKEN_EVENTS + 1);
        assert!(events.last().is_some_and(Result::is_err));
    }

    #[tokio::test]
    async fn a_stream_that_is_dropped_ends_its_source_even_while_that_is_silent() {
        let guard = Arc::new(());
        let watch = Arc::downgrade(&guard);
        let silent = stream! {
            let _guard = guard;
            yield COMMENT;
            std::future::pending::<()>().await;
        };
        let mut body = Box::pin(taken_within(silent, Duration::from_secs(60)));
        assert!(body.next().await.is_some_and(|event| event.is_ok()));
        drop(body);
        dropped(watch).await;
    }
}
