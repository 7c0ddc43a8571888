//! What is told of a run to somebody who keeps a record of it.

use std::{fmt, sync::Arc, time::Duration};

use serde_json::Value as Json;

use crate::generate::{Answer, Finish, GenerateError, Request, StepEvent};

use super::{ModelNames, plan::Plan};

/// Somebody who keeps records of runs.
pub trait Observe: Send + Sync + fmt::Debug {
    /// A run begins; what it does is told to what comes back.
    fn begins(&self, plan: &Plan, models: &ModelNames, request: &Request) -> Arc<dyn ObserveRun>;
}

/// Somebody who keeps the record of one run. Dropped without an end, the run was abandoned.
pub trait ObserveRun: Send + Sync + fmt::Debug {
    /// A step reported something.
    fn stepped(&self, event: &StepEvent);

    /// A model was called and has answered, or failed.
    fn called(&self, call: &ObservedCall<'_>);

    /// Something that is no model was asked, a folder or a tool, and has answered, or failed.
    fn looked_up(&self, lookup: &ObservedLookup<'_>);

    /// The run has ended with this answer, or failed.
    fn ended(&self, end: Result<(&str, &Finish), &GenerateError>);
}

/// A model call of a run.
#[derive(Debug)]
pub struct ObservedCall<'call> {
    /// The step that made it, as events name it.
    pub step: &'call str,
    /// The model's name.
    pub model: &'call str,
    /// What was asked, to the letter.
    pub request: &'call Request,
    /// What came of it; an answer that a limit of the chain cut off has no usage of its own but what was
    /// counted until then.
    pub answer: Result<&'call Answer, &'call GenerateError>,
    /// How sure the model was of each token, in order, where a vote listened; see [`super::certainty::of_token`].
    pub token_confidence: &'call [f32],
    /// How long it took.
    pub elapsed: Duration,
}

/// Something that a run asked that is no model.
#[derive(Debug)]
pub struct ObservedLookup<'lookup> {
    /// The step that asked, as events name it.
    pub step: &'lookup str,
    /// What was asked, for example `folder notes`.
    pub of: &'lookup str,
    /// What it was asked for.
    pub asked: &'lookup Json,
    /// What it gave.
    pub found: Result<&'lookup Json, &'lookup GenerateError>,
    /// How long it took.
    pub elapsed: Duration,
}

/// What is known from a record of what is no model, to run a chain again.
pub trait Recall: Send + Sync + fmt::Debug {
    /// What `of` gave when it was asked for this; each only once.
    fn recall(&self, of: &str, asked: &Json) -> Recalled;
}

/// What is known from a record.
#[derive(Debug)]
pub struct Recalled {
    /// What it gave, if it was asked for this.
    pub found: Option<Result<Json, GenerateError>>,
    /// Whether nothing may come of it that did not then.
    pub strict: bool,
}
