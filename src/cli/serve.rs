//! `ponder serve`

use std::{net::SocketAddr, sync::Arc};

use axum::Router;
use tokio::net::TcpListener;

use super::{
    exit::{Exit, Failure},
    node::telemetry,
    runs, show,
};
use crate::{
    app::{ApiSettings, App},
    chain::Observe,
    config::{self, ModelArguments, NodeConfig, ServeArguments, ServeConfig},
    node::{self, Node, Watchers},
    router,
    runs::RunStore,
    server::{self, ServerSettings},
};

/// Checks the configuration and the chains without loading a model.
pub(super) fn check(models: &ModelArguments, arguments: &ServeArguments) -> Result<Exit, Failure> {
    let config = NodeConfig::resolve(models)?;
    let serving = ServeConfig::resolve(models, arguments)?;
    config::telemetry(models)?;
    let chains = node::plans(&config)?;
    node::check_hosting(&config)?;
    show::line(&format!(
        "the configuration is good: {} model(s), {} chain(s), listening on {}",
        config.models.len(),
        chains.len(),
        serving.listen
    ));
    Ok(Exit::Done)
}

/// Serves until Ctrl-C or SIGTERM.
pub(super) async fn serve(
    models: &ModelArguments,
    arguments: &ServeArguments,
) -> Result<Exit, Failure> {
    let config = NodeConfig::resolve(models)?;
    let serving = ServeConfig::resolve(models, arguments)?;
    // A port that is taken or a broken chain should not wait for a model to load.
    let plans = node::plans(&config)?;
    let (listener, address) = listen(serving.listen, "--listen").await?;
    // Whoever asks for records relies on them: without a place for them nothing is served.
    let records = serving.record_runs.then(runs::open).transpose()?;
    let observer = records.clone().map(|store| Arc::new(store) as Arc<dyn Observe>);
    let telemetry = telemetry(models)?;
    let watchers = Watchers { records: observer, telemetry: telemetry.clone() };
    let _last_words = records.clone().map(Flushed);
    let app = App::loading(ApiSettings { records, telemetry: telemetry.clone(), ..serving.api });
    app.announce(plans.into_iter().map(Arc::new).collect());
    let router = router::router(app.clone());
    let loading = async {
        let report = |line: &str| tracing::info!("{line}");
        let mut node = Node::start_observed(&config, watchers.clone(), &report).await?;
        app.serve(node.catalog.clone());
        show::note(&format!(
            "serving on http://{address} (base URL http://{address}/v1); Ctrl-C stops"
        ));
        // Serving goes on until it is told to stop.
        let mut hangups = Hangups::new();
        loop {
            hangups.next().await;
            match reload((models, arguments), &app, &node, watchers.clone()).await {
                Ok(changed) => node = changed,
                Err(failure) => {
                    tracing::error!("the old configuration stays: {}", failure.message);
                }
            }
        }
    };
    let ended = serve_until_stopped(loading, listener, app.clone(), router, serving.server).await;
    if let Some(telemetry) = telemetry {
        telemetry.flush().await;
    }
    ended
}

/// Listens on an address that `flag` has chosen; says which it is, for its port may be any.
pub(super) async fn listen(
    address: SocketAddr,
    flag: &str,
) -> Result<(TcpListener, SocketAddr), Failure> {
    let listener = TcpListener::bind(address).await.map_err(|error| {
        let message =
            format!("{address} cannot be listened on: {error}; choose another with {flag}");
        Failure::new(Exit::Unavailable, message)
    })?;
    let address = listener.local_addr().unwrap_or(address);
    Ok((listener, address))
}

/// Serves until Ctrl-C or SIGTERM, and then until running answers have ended; once more ends it at once.
/// `loading` only ends if it fails.
pub(super) async fn serve_until_stopped(
    loading: impl Future<Output = Result<Exit, Failure>>,
    listener: TcpListener,
    app: App,
    router: Router,
    settings: ServerSettings,
) -> Result<Exit, Failure> {
    let asked = tokio::sync::Notify::new();
    let first = async {
        stopped().await;
        show::note("stopping: running answers may finish; once more ends at once");
        asked.notify_one();
    };
    let second = async {
        asked.notified().await;
        stopped().await;
    };
    tokio::select! {
        result = loading => result,
        () = server::serve(listener, app, router, settings, first) => Ok(Exit::Done),
        () = second => Ok(Exit::Interrupted),
    }
}

/// Reads the configuration and the chains again. Answers that run are not disturbed; whether the new
/// configuration is good is known before the old one is given up.
async fn reload(
    (models, arguments): (&ModelArguments, &ServeArguments),
    app: &App,
    node: &Node,
    watchers: Watchers,
) -> Result<Node, Failure> {
    tracing::info!("reading the configuration again");
    let config = NodeConfig::resolve(models)?;
    let serving = ServeConfig::resolve(models, arguments)?;
    let changed = node.restart(&config, watchers, &|line| tracing::info!("{line}")).await?;
    app.set_access(serving.api.access);
    app.serve(changed.catalog.clone());
    tracing::info!(
        "models, roles, chains and keys are as configured now; other settings need a restart"
    );
    Ok(changed)
}

/// Records whose last entries are written before the program ends.
struct Flushed(RunStore);

impl Drop for Flushed {
    fn drop(&mut self) {
        self.0.flush();
    }
}

/// Requests to read the configuration again: `SIGHUP`, where there is such a thing.
struct Hangups {
    #[cfg(unix)]
    signal: Option<tokio::signal::unix::Signal>,
}

impl Hangups {
    fn new() -> Self {
        Self {
            #[cfg(unix)]
            signal: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).ok(),
        }
    }

    async fn next(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.signal
            && signal.recv().await.is_some()
        {
            return;
        }
        std::future::pending().await
    }
}

/// Completes when the program is asked to stop.
pub(super) async fn stopped() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        _ = interrupt => {}
        () = terminate => {}
    }
}
