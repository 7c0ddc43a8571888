//! `route`: what a question is about.

use crate::{
    chain::{context::Context, routing},
    generate::{GenerateError, Kind},
};

use super::{Action, Step};

/// Gives the kind of a question by rules; see [`routing::decide`]. Needs no model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route;

impl Step<String> for Route {
    type Output = Kind;

    async fn run(&self, question: String, context: &Context<'_>) -> Result<Kind, GenerateError> {
        if let Some(kind) = context.known_kind() {
            context.decided(kind.as_str(), vec!["a part of a composite question".to_owned()]).await;
            return Ok(kind);
        }
        let decision = routing::decide(&question);
        context.decided(decision.kind.as_str(), decision.reasons).await;
        Ok(decision.kind)
    }
}

impl From<Route> for Action {
    fn from(step: Route) -> Self {
        Self::Route(step)
    }
}
