//! One answer for an edge that speaks another dialect than `OpenAI`'s.

use futures::{StreamExt, stream::BoxStream};

use super::{
    attach::Ask,
    chat::{choices::Choices, identity::Identity},
};
use crate::{
    access::Caller,
    app::App,
    catalog::Entry,
    generate::{Delta, GenerateError, Request},
};

/// An answer that is made.
pub(crate) struct Answering {
    /// The run's id.
    pub(crate) run_id: String,
    /// The answer, piece by piece; dropping it cancels the work.
    pub(crate) deltas: BoxStream<'static, Result<Delta, GenerateError>>,
}

/// Waits for the request's turn and begins its answer, a run of `caller`. It has the time that an answer in
/// one piece has, for its client waits for the whole of it.
///
/// # Errors
///
/// Whatever is known before the first piece: no turn, or a model that refuses.
pub(crate) async fn begin(
    app: &App,
    caller: &Caller,
    entry: Entry,
    request: Request,
) -> Result<Answering, GenerateError> {
    let identity = Identity::new("call_", entry.info.id.clone());
    let Ask { entry, requests, at_once } = Ask::several(entry, &request, 1).in_time(app, true);
    let running = app.runs().begin(&identity, caller);
    let choices = Choices::start(app, &entry, requests, at_once, running).await?;
    let deltas = choices.map(|piece| piece.map(|piece| piece.delta)).boxed();
    Ok(Answering { run_id: identity.run, deltas })
}
