//! Chains: models composed into a model.
//!
//! A chain is a plan (detect the language, route, translate, reason, …) and the models that fill
//! its roles. It implements [`Generate`] like every model, so it is served, limited, streamed and
//! tested like one.
//!
//! ```text
//! chains/solve.yaml ─▶ spec ─▶ load ─┐                     ┌─▶ explain (no model)
//!                                    ├─▶ Plan (checked) ───┤
//! typed Rust ─────────▶ compose ─────┘                     └─▶ run ─▶ step::* ─▶ Generate
//! ```
//!
//! # What a chain does with a request
//!
//! - The last message of the user is the question. Reasoning models are trained on single
//!   questions, so the `reason` step sees no earlier messages; the `chat` step, which answers what
//!   is neither mathematics nor code, gets the whole conversation.
//! - System messages go to the `reason` and `chat` steps, as do the sampling parameters, `stop` and
//!   the thinking switch. Translations use their own settings.
//! - `max_tokens` is what all answering calls of a run together may write; translations are not
//!   counted against it, but they are counted in the usage.
//! - Thinking streams before content. In English the answer streams as the model writes it; in
//!   Chinese the thinking streams and the answer follows when its translation is proved.

use std::{collections::BTreeMap, fmt, sync::Arc};

use futures::{FutureExt, future::BoxFuture};

use crate::{
    execution::SharedSandbox,
    generate::{Generate, GenerateError, Generation, Origin, Pace, Request},
};

pub mod ballot;
mod budget;
mod call_tool;
pub mod certainty;
pub mod claims;
pub mod compose;
mod context;
mod diagram;
mod explain;
pub mod extract;
pub mod formulas;
mod input;
pub mod language;
mod load;
pub mod mask;
mod observe;
mod outlet;
pub mod parts;
mod pieces;
mod plan;
mod poll;
mod problem;
mod prompt;
pub mod proof;
mod reference;
mod render;
pub mod routing;
mod run;
pub mod schema;
mod shipped;
mod spec;
pub mod step;
mod texts;
mod trial;
mod value;
pub mod withhold;
mod write;

pub use crate::numbers;

pub use call_tool::CallTool;
pub use context::Context;
pub use diagram::{OutlinedCase, OutlinedStep};
pub use explain::{ExplainedStep, Explanation, explain};
pub use load::{load, load_file};
pub use observe::{
    Interruption, Observe, ObserveRun, ObservedCall, ObservedLookup, Observers, Recall, Recalled,
    Whose,
};
pub use plan::{Limits, ModelRole, Plan, Retry, UsedRole};
pub use problem::{LoadError, Problem};
pub use prompt::Prompt;
pub use shipped::{Shipped, check, load_folder, shipped};
pub(crate) use texts::says_no_answer;
pub use value::{Contender, Outcome, Solution, Type, Typed, Value};

use budget::Budget;
use step::Target;

/// The most bytes of a question: splitting, routing and masking look at all of it before a model
/// with a context of its own does.
const LONGEST_QUESTION: usize = 128 * 1024;

/// A plan and the models that run it.
#[derive(Debug, Clone)]
pub struct Chain {
    plan: Arc<Plan>,
    models: Arc<Models>,
    observer: Option<Arc<dyn Observe>>,
    sandbox: Option<Arc<SharedSandbox>>,
    recall: Option<Arc<dyn Recall>>,
    tools: Option<Arc<dyn CallTool>>,
}

/// The models of a chain.
#[derive(Debug, Clone)]
pub struct Models {
    /// Solves mathematics and programming.
    pub reasoner: Named,
    /// Translates; if there is none, the general model does, else the reasoner.
    pub translator: Option<Named>,
    /// Answers what is neither mathematics nor code; if there is none, a message says so.
    pub general: Option<Named>,
    /// Makes embeddings for `retrieve`; if there is none, it searches by words only.
    pub embedder: Option<Named>,
    /// The models and chains that a chain calls by their own names.
    pub named: BTreeMap<String, Named>,
}

/// A model and its name.
#[derive(Clone)]
pub struct Named {
    /// The name, as the catalog lists it.
    pub id: String,
    /// What answers.
    pub model: Arc<dyn Generate>,
}

/// The names of a chain's models, and what else is known of them; enough to explain what would happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelNames {
    /// Who solves mathematics and programming.
    pub reasoner: String,
    /// Who translates, where that is set.
    pub translator: Option<String>,
    /// Who answers everything else, where that is set.
    pub general: Option<String>,
    /// Who makes embeddings, where that is set.
    pub embedder: Option<String>,
    /// Whether the reasoner takes the likeliest token where nobody asks for a temperature: votes then have one sample.
    pub greedy: bool,
}

impl Chain {
    /// A chain that runs `plan` on `models`.
    pub fn new(plan: impl Into<Arc<Plan>>, models: Models) -> Self {
        let (plan, models) = (plan.into(), Arc::new(models));
        Self { plan, models, observer: None, sandbox: None, recall: None, tools: None }
    }

    /// The same chain, with somebody who keeps records of its runs.
    #[must_use]
    pub fn observed_by(self, observer: Arc<dyn Observe>) -> Self {
        Self { observer: Some(observer), ..self }
    }

    /// The same chain, with a sandbox for the programs that its steps run. Without one they are not run: a step that
    /// only runs one fails, and a vote takes one sample.
    #[must_use]
    pub fn running_programs_in(self, sandbox: Arc<SharedSandbox>) -> Self {
        Self { sandbox: Some(sandbox), ..self }
    }

    /// The same chain, with what calls its tools.
    #[must_use]
    pub fn with_tools(self, tools: Arc<dyn CallTool>) -> Self {
        Self { tools: Some(tools), ..self }
    }

    /// The same chain, run again: what is no model (a folder, a tool) is known from a record.
    #[must_use]
    pub fn recalling(self, recall: Arc<dyn Recall>) -> Self {
        Self { recall: Some(recall), ..self }
    }

    /// The models that it calls.
    pub fn models(&self) -> &Models {
        &self.models
    }

    /// What the chain does.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }
}

impl Generate for Chain {
    fn generate(&self, request: Request) -> BoxFuture<'_, Result<Generation, GenerateError>> {
        let (plan, models) = (Arc::clone(&self.plan), Arc::clone(&self.models));
        let sandbox = self.sandbox.clone();
        let (recall, tools) = (self.recall.clone(), self.tools.clone());
        async move {
            let whose = "a chain, which asks several models";
            let mut request = request.conversing(whose)?.without_form(whose)?;
            // Where a hidden text ends would tell what is in it.
            if plan.private && !request.stop.is_empty() {
                let why = "`stop` is not taken by this chain, which is private: leave it out.";
                return Err(GenerateError::invalid("stop", why));
            }
            if request.question().len() > LONGEST_QUESTION {
                return Err(GenerateError::invalid(
                    "messages",
                    format!("A chain takes questions of at most {LONGEST_QUESTION} bytes."),
                ));
            }
            // What it asks others is as hidden from traces as what it does itself.
            if let Some(place) = request.trace.as_mut().filter(|_| plan.private) {
                place.withheld = true;
            }
            let (request, watch) = match &self.observer {
                None => (request, None),
                Some(observer) => {
                    request = with_seed(request);
                    let watch = observer.begins(&plan, &models.names(), &request);
                    // The chains that this one calls are runs of the same person, with records of their own.
                    let owner = request.origin.take().map(|origin| origin.owner.clone());
                    // What a private chain has others do is nobody's to read over the network.
                    let part = owner
                        .filter(|_| !plan.private)
                        .map(|owner| Arc::new(Origin { run: None, owner }));
                    let request = Request { origin: part, ..request };
                    (request, Some(watch))
                }
            };
            let budget = Arc::new(Budget::new(plan.limits, request.max_tokens));
            let meter = run::meter(&budget, plan.private);
            let deltas = outlet::stream(plan.private, |outlet| {
                let run = run::Run::new(plan, models, (request, budget), outlet);
                let run = run.watched_by(watch).running_programs_in(sandbox);
                run::to_end(run.recalling(recall).with_tools(tools))
            });
            Ok(Generation::new(deltas).metered(meter))
        }
        .boxed()
    }

    fn pace(&self) -> Option<Pace> {
        self.models.reasoner.model.pace()
    }

    fn is_greedy(&self) -> bool {
        self.models.reasoner.model.is_greedy()
    }
}

/// A request whose random choices can be made again.
fn with_seed(mut request: Request) -> Request {
    let (random, _) = uuid::Uuid::new_v4().as_u64_pair();
    if request.sampling.seed.is_none() {
        request.sampling.seed = Some(random >> 32);
        request.chosen_seed = true;
    }
    request
}

impl Models {
    /// One model for everything, as the embedded model is used.
    pub fn only(reasoner: Named) -> Self {
        Self { reasoner, translator: None, general: None, embedder: None, named: BTreeMap::new() }
    }

    /// The model that a step calls.
    pub(crate) fn find(&self, target: &Target) -> Option<&Named> {
        match target {
            Target::Role(role) => self.of(*role),
            Target::Named(name) => self.named.get(name),
        }
    }

    /// The model that has a role; translations fall to the general model, then to the reasoner.
    pub(crate) fn of(&self, role: ModelRole) -> Option<&Named> {
        match role {
            ModelRole::Reasoner => Some(&self.reasoner),
            ModelRole::Translator => {
                self.translator.as_ref().or(self.general.as_ref()).or(Some(&self.reasoner))
            }
            ModelRole::General => self.general.as_ref(),
            ModelRole::Embedder => self.embedder.as_ref(),
        }
    }

    /// The model that has this role itself; nobody stands in for it.
    pub(crate) fn own(&self, role: ModelRole) -> Option<&Named> {
        match role {
            ModelRole::Reasoner => Some(&self.reasoner),
            ModelRole::Translator => self.translator.as_ref(),
            ModelRole::General => self.general.as_ref(),
            ModelRole::Embedder => self.embedder.as_ref(),
        }
    }

    /// The names of the models.
    pub fn names(&self) -> ModelNames {
        let name = |model: &Option<Named>| model.as_ref().map(|model| model.id.clone());
        ModelNames {
            reasoner: self.reasoner.id.clone(),
            translator: name(&self.translator),
            general: name(&self.general),
            embedder: name(&self.embedder),
            greedy: self.reasoner.model.is_greedy(),
        }
    }
}

impl ModelNames {
    /// The name of the model that a step calls.
    pub(crate) fn find<'names>(&'names self, target: &'names Target) -> Option<&'names str> {
        match target {
            Target::Role(role) => self.of(*role),
            Target::Named(name) => Some(name),
        }
    }

    /// The name of the model that has a role; see [`Models`].
    pub(crate) fn of(&self, role: ModelRole) -> Option<&str> {
        match role {
            ModelRole::Reasoner => Some(&self.reasoner),
            ModelRole::Translator => self
                .translator
                .as_deref()
                .or(self.general.as_deref())
                .or(Some(self.reasoner.as_str())),
            ModelRole::General => self.general.as_deref(),
            ModelRole::Embedder => self.embedder.as_deref(),
        }
    }
}

impl Named {
    /// A model with its name.
    pub fn new(id: impl Into<String>, model: Arc<dyn Generate>) -> Self {
        Self { id: id.into(), model }
    }
}

impl fmt::Debug for Named {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Named").field("id", &self.id).finish_non_exhaustive()
    }
}
