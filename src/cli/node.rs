//! Starting a node for a command that asks it something.

use std::{io::Read, sync::Arc};

use super::{
    exit::{Exit, Failure},
    show,
};
use crate::{
    config::{self, ModelArguments, NodeConfig},
    generate::Generate,
    node::{Node, Watchers},
    telemetry::Telemetry,
};

/// Loads what is configured; `quiet` keeps the progress to itself.
pub(super) async fn start(models: &ModelArguments, quiet: bool) -> Result<Node, Failure> {
    start_observed(models, Watchers::default(), quiet).await
}

/// The same, with those who keep records or traces of what is done.
pub(super) async fn start_observed(
    models: &ModelArguments,
    watchers: Watchers,
    quiet: bool,
) -> Result<Node, Failure> {
    let config = NodeConfig::resolve(models)?;
    let report = move |line: &str| {
        if !quiet {
            show::note(line);
        }
    };
    Ok(Node::start_observed(&config, watchers, &report).await?)
}

/// Who keeps traces, where the configuration names a collector of them.
pub(super) fn telemetry(models: &ModelArguments) -> Result<Option<Telemetry>, Failure> {
    Ok(config::telemetry(models)?.map(Telemetry::start))
}

/// What answers to this name.
pub(super) fn find(node: &Node, name: &str) -> Result<Arc<dyn Generate>, Failure> {
    let entry = node.catalog.find(name).ok_or_else(|| {
        let names: Vec<&str> = node.catalog.iter().map(|entry| entry.info.id.as_str()).collect();
        Failure::new(Exit::Usage, format!("there is no `{name}`; there are: {}", names.join(", ")))
    })?;
    Ok(Arc::clone(&entry.model))
}

/// The question: the words of the command line, or standard input.
pub(super) fn question(words: &[String]) -> Result<String, Failure> {
    let from_input = words.is_empty() || matches!(words, [word] if word == "-");
    let text = if from_input {
        let mut text = String::new();
        std::io::stdin().lock().read_to_string(&mut text).map_err(|error| {
            Failure::new(Exit::No, format!("standard input could not be read: {error}"))
        })?;
        text
    } else {
        words.join(" ")
    };
    if text.trim().is_empty() {
        return Err(Failure::new(
            Exit::No,
            "there is no question: give one, for example ponder ask \"What is 12 * 7?\"",
        ));
    }
    Ok(text.trim().to_owned())
}

/// Runs until it is done or Ctrl-C is pressed; dropping the work is what cancels it.
pub(super) async fn unless_interrupted<T>(
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    tokio::select! {
        result = work => result,
        _ = tokio::signal::ctrl_c() => Err(Failure::new(Exit::Interrupted, "interrupted")),
    }
}
