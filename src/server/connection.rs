//! One connection, from its first byte to its end.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::Router;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use tokio::{net::TcpStream, sync::watch, time::sleep};
use tower::{ServiceBuilder, ServiceExt};

use super::{ServerSettings, stall::StallGuard};

/// How long a silent HTTP/2 connection is left alone before it is asked whether it lives.
const HTTP2_PING_AFTER: Duration = Duration::from_secs(20);

/// Serves connections, all alike.
pub(super) struct Connections {
    builder: Builder<TokioExecutor>,
    router: Router,
    header_timeout: Duration,
    write_stall_timeout: Duration,
    closing: watch::Receiver<bool>,
}

impl Connections {
    pub(super) fn new(
        router: Router,
        settings: &ServerSettings,
        closing: watch::Receiver<bool>,
    ) -> Self {
        let mut builder = Builder::new(TokioExecutor::new());
        // Hyper refuses buffers below 8 KiB.
        let buffer = settings.max_header_bytes.max(8 * 1024);
        builder
            .http1()
            // Without a timer hyper has no timeouts at all.
            .timer(TokioTimer::new())
            .header_read_timeout(settings.header_timeout)
            .max_headers(settings.max_headers)
            .max_buf_size(buffer);
        builder
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(HTTP2_PING_AFTER)
            .keep_alive_timeout(HTTP2_PING_AFTER)
            .max_header_list_size(u32::try_from(buffer).unwrap_or(u32::MAX))
            .max_send_buf_size(buffer);
        Self {
            builder,
            router,
            header_timeout: settings.header_timeout,
            write_stall_timeout: settings.write_stall_timeout,
            closing,
        }
    }

    /// Serves one connection to its end.
    pub(super) fn serve(&self, stream: TcpStream) -> impl Future<Output = ()> + Send + use<> {
        // A token is a small packet; it must not wait for the next one.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection without TCP_NODELAY");
        }
        let io = TokioIo::new(StallGuard::new(stream, self.write_stall_timeout));
        let spoken = Arc::new(AtomicBool::new(false));
        let mark = Arc::clone(&spoken);
        let service = ServiceBuilder::new()
            .map_request(move |request: hyper::Request<hyper::body::Incoming>| {
                mark.store(true, Ordering::Relaxed);
                request.map(axum::body::Body::new)
            })
            .service(self.router.clone());
        let builder = self.builder.clone();
        let header_timeout = self.header_timeout;
        let mut closing = self.closing.clone();
        async move {
            let connection =
                builder.serve_connection(io, TowerToHyperService::new(service.boxed_clone()));
            let mut connection = pin!(connection);
            // Hyper's header timeout starts only once it knows the protocol.
            let mut first_request = pin!(sleep(header_timeout));
            let mut waits_for_first = true;
            let mut told = false;
            loop {
                tokio::select! {
                    ended = connection.as_mut() => {
                        if let Err(error) = ended {
                            tracing::debug!(error, "a connection ended");
                        }
                        return;
                    }
                    () = &mut first_request, if waits_for_first => {
                        if !spoken.load(Ordering::Relaxed) {
                            return;
                        }
                        waits_for_first = false;
                    }
                    _ = closing.wait_for(|closing| *closing), if !told => {
                        // Ends at once if idle, else after the answer that runs.
                        connection.as_mut().graceful_shutdown();
                        told = true;
                    }
                }
            }
        }
    }
}
