//! A model that takes no time: the scripted engine, which answers at once.

use futures::{FutureExt, future::BoxFuture};
use ponder::{
    engine::scripted::{Reply, Script, ScriptedEngine},
    generate::{Generate, GenerateError, Generation, Request},
};

/// What it always says: sixteen words, a delta each.
const REPLY: &str = "There are twelve red apples and thirty green ones in the basket, so forty two \
                     altogether.";

/// How many deltas an answer has.
pub(crate) const DELTAS: usize = 16;

/// The scripted engine with one reply.
#[derive(Debug)]
pub(crate) struct InstantModel {
    engine: ScriptedEngine,
}

impl Default for InstantModel {
    fn default() -> Self {
        Self { engine: ScriptedEngine::new(Script::answering(Reply::saying(REPLY))) }
    }
}

impl Generate for InstantModel {
    fn generate(&self, request: Request) -> BoxFuture<'_, Result<Generation, GenerateError>> {
        async move {
            // A real model is waited for; without this each chain would run to its end before the next began.
            tokio::task::yield_now().await;
            self.engine.generate(request).await
        }
        .boxed()
    }
}
