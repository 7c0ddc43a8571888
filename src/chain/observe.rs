//! What is told of a run to somebody who keeps a record of it.

use std::{fmt, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::generate::{Answer, Finish, GenerateError, Request, StepEvent, TraceContext, Usage};

use super::{ModelNames, budget::Cut, plan::Plan};

/// Somebody who keeps records of runs.
pub trait Observe: Send + Sync + fmt::Debug {
    /// A run begins; what it does is told to what comes back.
    fn begins(&self, plan: &Plan, models: &ModelNames, request: &Request) -> Arc<dyn ObserveRun>;
}

/// Somebody who keeps the record of one run. Dropped without an end, the run was abandoned.
pub trait ObserveRun: Send + Sync + fmt::Debug {
    /// A step reported something.
    fn stepped(&self, event: &StepEvent, whose: Whose<'_>);

    /// A model was called and has answered, or failed, or was kept from either. Told of every call, once.
    fn called(&self, call: &ObservedCall<'_>);

    /// Something that is no model was asked, a folder or a tool, and has answered, or failed.
    fn looked_up(&self, lookup: &ObservedLookup<'_>);

    /// The run has ended with this answer, or failed.
    fn ended(&self, end: Result<(&str, &Finish), &GenerateError>);

    /// Where in a trace a model call of this step stands; `None` from who keeps no traces.
    fn place(&self, _step: &str) -> Option<TraceContext> {
        None
    }
}

/// Whose step it is that reports something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose<'run> {
    /// The run's own.
    Own {
        /// The step that it is a part of, if it is one.
        part_of: Option<&'run str>,
    },
    /// That of a chain that the run has called.
    Called,
}

/// Several who keep records, as one; each is told everything.
#[derive(Debug, Clone)]
pub struct Observers(Vec<Arc<dyn Observe>>);

impl Observers {
    /// These as one; `None` if there are none.
    pub fn all(observers: impl IntoIterator<Item = Arc<dyn Observe>>) -> Option<Arc<dyn Observe>> {
        let mut all: Vec<Arc<dyn Observe>> = observers.into_iter().collect();
        if all.len() < 2 { all.pop() } else { Some(Arc::new(Self(all))) }
    }
}

impl Observe for Observers {
    fn begins(&self, plan: &Plan, models: &ModelNames, request: &Request) -> Arc<dyn ObserveRun> {
        let begun = self.0.iter().map(|observer| observer.begins(plan, models, request));
        Arc::new(ObservedRuns(begun.collect()))
    }
}

/// One run, of which several keep a record.
#[derive(Debug)]
struct ObservedRuns(Vec<Arc<dyn ObserveRun>>);

impl ObserveRun for ObservedRuns {
    fn stepped(&self, event: &StepEvent, whose: Whose<'_>) {
        self.0.iter().for_each(|run| run.stepped(event, whose));
    }

    fn called(&self, call: &ObservedCall<'_>) {
        self.0.iter().for_each(|run| run.called(call));
    }

    fn looked_up(&self, lookup: &ObservedLookup<'_>) {
        self.0.iter().for_each(|run| run.looked_up(lookup));
    }

    fn ended(&self, end: Result<(&str, &Finish), &GenerateError>) {
        self.0.iter().for_each(|run| run.ended(end));
    }

    fn place(&self, step: &str) -> Option<TraceContext> {
        self.0.iter().find_map(|run| run.place(step))
    }
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
    /// What came of it; of an interrupted call what there was of the answer until then.
    pub answer: Result<&'call Answer, &'call GenerateError>,
    /// What it has cost, also where it failed. Of a call that did not come to its end a token for each piece that
    /// came, and no tokens of the prompt, unless what was called knows better.
    pub usage: Usage,
    /// What ended it before its model did.
    pub interrupted: Option<Interruption>,
    /// How sure the model was of each token, in order, where a vote listened; see [`super::certainty::of_token`].
    pub token_confidence: &'call [f32],
    /// How long it took.
    pub elapsed: Duration,
}

/// What ended a model call before the model did, or kept it from beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Interruption {
    /// The tokens of the run, or those that the client gave it, were used up.
    Tokens,
    /// The run may make no more calls: this one was not begun.
    Calls,
    /// The time of the run was over.
    Time,
    /// Nobody waited for it any more: whoever asked left, a vote was decided, another step failed.
    Cancelled,
}

impl Interruption {
    /// The limit of the run that it is; `None` if it is none.
    pub(super) fn limit(self) -> Option<Cut> {
        match self {
            Self::Tokens => Some(Cut::Tokens),
            Self::Calls => Some(Cut::Calls),
            Self::Time => Some(Cut::Time),
            Self::Cancelled => None,
        }
    }
}

impl Interruption {
    /// What a cut is told as; `None` for a sample that its vote stopped, which follows again from how sure the model was
    /// of its tokens.
    pub(super) fn of(cut: Cut) -> Option<Self> {
        match cut {
            Cut::Tokens => Some(Self::Tokens),
            Cut::Calls => Some(Self::Calls),
            Cut::Time => Some(Self::Time),
            Cut::Doubt => None,
        }
    }
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

/// What is known from a record beside the answers of models, to run a chain again.
pub trait Recall: Send + Sync + fmt::Debug {
    /// What `of` gave when it was asked for this; each only once.
    fn recall(&self, of: &str, asked: &Json) -> Recalled;

    /// What interrupted the call of a model that has just been answered from the record; each only once.
    fn interrupted(&self, model: &str, asked: &Request) -> Option<Interruption>;
}

/// What is known from a record.
#[derive(Debug)]
pub struct Recalled {
    /// What it gave, if it was asked for this.
    pub found: Option<Result<Json, GenerateError>>,
    /// Whether nothing may come of it that did not then.
    pub strict: bool,
}
