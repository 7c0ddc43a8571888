//! Serving: our own accept loop, because a node has to survive clients that axum's does not expect.
//!
//! Slow headers, silent connections, readers that do not read and too many of them each have a
//! limit. At the end the node drains: it stops accepting, lets running answers finish for a while,
//! then cuts them with an error that says so.

use std::{io, sync::Arc, time::Duration};

use axum::Router;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    task::JoinSet,
    time::timeout,
};

use crate::app::App;

mod connection;
mod stall;

use connection::Connections;

/// How the server treats connections.
#[derive(Debug, Clone)]
pub struct ServerSettings {
    /// The longest time a client may take to send a request's headers, and the longest time a
    /// connection may idle before its first request and, with HTTP/1, between its requests.
    pub header_timeout: Duration,
    /// The most headers of a request; more are answered with 431.
    pub max_headers: usize,
    /// The most bytes of a request's headers, and of an answer that waits for a slow reader; at
    /// least 8,192.
    pub max_header_bytes: usize,
    /// The most connections at the same time; more wait to be accepted.
    pub max_connections: usize,
    /// The longest time a client may leave what was sent to it unread; then its connection is cut.
    pub write_stall_timeout: Duration,
    /// The longest time running answers may take once the server is asked to stop.
    pub drain_timeout: Duration,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            header_timeout: Duration::from_secs(10),
            max_headers: 100,
            max_header_bytes: 64 * 1024,
            max_connections: 2048,
            write_stall_timeout: Duration::from_secs(60),
            drain_timeout: Duration::from_secs(10),
        }
    }
}

/// How long clients get to read the error that cut their answer.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Without file descriptors or memory, accepting again at once would only burn the processor.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves `router`, which was made from `app`, until `shutdown` completes and the node is drained.
///
/// Ends at the latest [`ServerSettings::drain_timeout`] plus three seconds after `shutdown`.
pub async fn serve(
    listener: TcpListener,
    app: App,
    router: Router,
    settings: ServerSettings,
    shutdown: impl Future<Output = ()>,
) {
    let closing = watch::Sender::new(false);
    let connections = Connections::new(router, &settings, closing.subscribe());
    let mut tasks = JoinSet::new();
    let mut shutdown = std::pin::pin!(shutdown);
    let slots = Arc::new(Semaphore::new(settings.max_connections.max(1)));
    loop {
        let (stream, slot) = tokio::select! {
            accepted = accept(&listener, &slots) => accepted,
            // Reaps connections that ended; their results say nothing that was not logged.
            Some(_ended) = tasks.join_next() => continue,
            () = &mut shutdown => break,
        };
        let connection = connections.serve(stream);
        tasks.spawn(async move {
            connection.await;
            drop(slot);
        });
    }
    // Nobody is accepted any more: a balancer sees a closed port and goes elsewhere.
    drop(listener);
    tracing::info!(running = app.admission().running(), "draining");
    app.drain();
    closing.send_replace(true);
    if timeout(settings.drain_timeout, all(&mut tasks)).await.is_err() {
        tracing::warn!(running = app.admission().running(), "cutting answers that still run");
        app.stop();
        if timeout(LAST_WORDS, all(&mut tasks)).await.is_err() {
            tasks.shutdown().await;
        }
    }
    app.stop();
}

async fn all(tasks: &mut JoinSet<()>) {
    while tasks.join_next().await.is_some() {}
}

/// Waits for a free slot, then for a connection to fill it.
async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> (TcpStream, Option<tokio::sync::OwnedSemaphorePermit>) {
    // Never closed, so there always is a slot in the end.
    let slot = Arc::clone(slots).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, _address)) => return (stream, slot),
            Err(error) if is_of_the_connection(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "accepting connections fails");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Whether an error of `accept` concerns only the connection that was to be accepted.
fn is_of_the_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
    )
}
