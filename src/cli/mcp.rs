//! `ponder mcp`

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use clap::Args;

use super::{
    exit::{Exit, Failure},
    node::start_observed,
    runs::Records,
    serve::{listen, serve_until_stopped, stopped},
    show,
};
use crate::{
    access::Access,
    app::{ApiSettings, App},
    chain::Plan,
    config::{ConfigError, ModelArguments, NodeConfig, ServeArguments, ServeConfig, address},
    limits::Limits,
    mcp::{Service, stdio},
    node::{self, Watchers},
    router,
};

/// How to offer the chains.
#[derive(Debug, Args)]
pub(super) struct McpArguments {
    /// Offer them over HTTP, at /mcp of this address, for example 127.0.0.1:8090; `[server]` of the
    /// configuration holds as it does for `serve` [default: standard input and output]
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    http: Option<SocketAddr>,
    /// With --http: a file with the keys that may ask, one a line. The variable `PONDER_API_KEY` gives a
    /// single one. Without keys only a loopback address is taken
    #[arg(long, value_name = "FILE", env = "PONDER_KEYS_FILE")]
    keys_file: Option<PathBuf>,
    /// With --http: which web pages may call: none, loopback, any, or addresses separated by commas
    /// [default: loopback]
    #[arg(long, value_name = "ORIGINS", env = "PONDER_ORIGINS")]
    origins: Option<String>,
    /// With --http: under which names it may be called: loopback, any, or names separated by commas
    /// [default: loopback, or any where it listens elsewhere or asks for keys]
    #[arg(long, value_name = "NAMES", env = "PONDER_HOSTS")]
    hosts: Option<String>,
    /// Keep no records of the runs (see `ponder runs`); over HTTP none are kept anyway
    #[arg(long)]
    no_record: bool,
}

impl McpArguments {
    /// Whether it is a server that others reach.
    pub(super) fn serves(&self) -> bool {
        self.http.is_some()
    }

    /// The same for who reads the server's settings.
    fn serving(&self, listen: SocketAddr) -> ServeArguments {
        ServeArguments {
            listen: Some(listen),
            keys_file: self.keys_file.clone(),
            origins: self.origins.clone(),
            hosts: self.hosts.clone(),
            // Checked here, in words that fit.
            allow_open: Some(true),
            ..ServeArguments::default()
        }
    }
}

/// Who starts it has no other clients to protect: a call waits for its turn as long as its agent does.
const PATIENT: Duration = Duration::from_secs(3600);

pub(super) async fn mcp(models: &ModelArguments, arguments: McpArguments) -> Result<Exit, Failure> {
    let config = NodeConfig::resolve(models)?;
    // A broken chain should not wait for a model to load.
    let plans: Vec<Arc<Plan>> = node::plans(&config)?.into_iter().map(Arc::new).collect();
    node::check_hosting(&config)?;
    match arguments.http {
        Some(address) => over_http(models, &config, &arguments.serving(address), plans).await,
        None => {
            let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
            let settings = ServeConfig::resolve(models, &arguments.serving(nowhere))?.api;
            let records = Records::of(!arguments.no_record);
            over_pipes(models, settings, plans, &records).await
        }
    }
}

/// Serves whoever started this process, until it closes standard input or stops the process.
async fn over_pipes(
    models: &ModelArguments,
    settings: ApiSettings,
    plans: Vec<Arc<Plan>>,
    records: &Records,
) -> Result<Exit, Failure> {
    let queue_timeout = settings.limits.queue_timeout.max(PATIENT);
    let limits = Limits { queue_timeout, ..settings.limits };
    let app = App::loading(ApiSettings { limits, access: Access::Open, ..settings });
    app.announce(plans);
    let service = Service::new(app.clone());
    show::note(&format!(
        "offering {} over standard input and output; Ctrl-C stops",
        service.tools().join(", ")
    ));
    // A task of its own: agents ask for the tools while the models are loaded, and soon lose patience.
    let (input, output) = (tokio::io::stdin(), tokio::io::stdout());
    let served = tokio::spawn(stdio::serve(service, input, output, stopped()));
    let loading = async {
        let watchers = Watchers { records: records.observer(), telemetry: None };
        let node = start_observed(models, watchers, false).await?;
        app.serve(node.catalog.clone());
        std::future::pending().await
    };
    tokio::select! {
        failed = loading => failed,
        ended = served => match ended {
            Ok(Ok(())) => Ok(Exit::Done),
            Ok(Err(error)) => {
                let message = format!("standard input cannot be read: {error}");
                Err(Failure::new(Exit::Unavailable, message))
            }
            Err(error) => Err(Failure::new(Exit::Internal, error.to_string())),
        },
    }
}

async fn over_http(
    models: &ModelArguments,
    config: &NodeConfig,
    arguments: &ServeArguments,
    plans: Vec<Arc<Plan>>,
) -> Result<Exit, Failure> {
    let serving = ServeConfig::resolve(models, arguments)?;
    let loopback = serving.listen.ip().is_loopback();
    if !loopback && matches!(serving.api.access, Access::Open) {
        return Err(ConfigError::new(format!(
            "{} can be reached from other machines: set keys with --keys-file or PONDER_API_KEY, or \
             choose a loopback address such as 127.0.0.1:8090",
            serving.listen
        ))
        .into());
    }
    let (listener, address) = listen(serving.listen, "--http").await?;
    let app = App::loading(serving.api);
    app.announce(plans);
    let service = Service::new(app.clone());
    let router = router::tools_router(app.clone());
    let loading = async {
        let node = node::Node::start(config, &|line| tracing::info!("{line}")).await?;
        app.serve(node.catalog.clone());
        show::note(&format!(
            "offering {} on http://{address}{}; Ctrl-C stops",
            service.tools().join(", "),
            crate::mcp::PATH
        ));
        std::future::pending().await
    };
    serve_until_stopped(loading, listener, app.clone(), router, serving.server).await
}
