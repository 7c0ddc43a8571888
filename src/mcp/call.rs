//! One call of a tool, from its beginning to its result.

use std::time::Duration;

use async_stream::stream;
use futures::{Stream, StreamExt};
use serde_json::Value;
use tokio::time::{Instant, timeout};

use super::{arguments::Asked, outcome, progress::Progress};
use crate::{
    access::Caller,
    api::answer::{self, Answering},
    app::{App, Phase},
    generate::{Answer, Delta, GenerateError, Request},
};

/// The longest silence before a client that wants to know is told that work goes on: many give up after
/// 60 seconds without a word.
const SILENCE: Duration = Duration::from_secs(10);

/// A call of a tool.
pub(super) struct ToolCall {
    /// The chain's name.
    pub(super) chain: String,
    pub(super) asked: Asked,
    pub(super) progress: Progress,
    pub(super) caller: Caller,
}

impl ToolCall {
    /// Reports about it, and last what `answered` makes of its result. Dropping it cancels the work.
    pub(super) fn run(
        self,
        app: App,
        answered: impl FnOnce(Value) -> Value + Send + 'static,
    ) -> impl Stream<Item = Value> + Send + 'static {
        let Self { chain, asked, mut progress, caller } = self;
        stream! {
            let thinking = asked.thinking;
            let mut beginning = Box::pin(begin(app.clone(), caller, chain, asked.request));
            let begun = loop {
                match timeout(SILENCE, &mut beginning).await {
                    Ok(begun) => break begun,
                    Err(_silence) => {
                        let waits = match app.phase() {
                            Phase::Loading => "the models are being loaded",
                            Phase::Serving | Phase::Draining | Phase::Stopping => {
                                "waiting for its turn"
                            }
                        };
                        if let Some(report) = progress.say(waits) {
                            yield report;
                        }
                    }
                }
            };
            let result = match begun {
                Err(error) => outcome::failed(&error),
                Ok(Answering { run_id, mut deltas }) => {
                    let began = Instant::now();
                    let mut whole = Answer::default();
                    loop {
                        match timeout(SILENCE, deltas.next()).await {
                            Ok(Some(Ok(delta))) => {
                                let last = matches!(delta, Delta::Finished(_));
                                if let Some(report) = progress.delta(&delta) {
                                    yield report;
                                }
                                whole.add(delta);
                                if last {
                                    break outcome::finished(&whole, &run_id, thinking);
                                }
                            }
                            Ok(Some(Err(error))) => break outcome::failed(&error),
                            Ok(None) => {
                                let error = "The answer broke off before its end.";
                                break outcome::failed(&GenerateError::engine(error));
                            }
                            Err(_silence) => {
                                let seconds = began.elapsed().as_secs();
                                let report = progress.say(&format!("working for {seconds} s"));
                                if let Some(report) = report {
                                    yield report;
                                }
                            }
                        }
                    }
                }
            };
            yield answered(result);
        }
    }
}

/// Waits for the models and for a turn, then begins the answer.
async fn begin(
    app: App,
    caller: Caller,
    chain: String,
    request: Request,
) -> Result<Answering, GenerateError> {
    app.loaded().await;
    let entry = app.catalog().find(&format!("chain/{chain}")).cloned().ok_or_else(|| {
        GenerateError::invalid(
            "name",
            format!("There is no tool `{chain}` any more: list them again."),
        )
    })?;
    answer::begin(&app, &caller, entry, request).await
}
