//! Runs a plan: each step reported as it starts, decides and ends.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures::future::{BoxFuture, FutureExt};

use crate::{
    execution::SharedSandbox,
    generate::{Finish, GenerateError, Kind, Meter, Request, Usage},
};

use super::{
    Models,
    budget::Budget,
    call_tool::CallTool,
    context::Context,
    language::{self, Language},
    observe::{ObserveRun, Recall},
    outlet::Outlet,
    parts::Part,
    plan::Plan,
    value::{Solution, Type, Typed},
};

mod scope;
mod several;
mod vote;
mod walk;

pub(super) use scope::Scope;
use walk::{Flow, Walk};

/// One run of a plan, or of a part of a composite question.
#[derive(Debug)]
pub(super) struct Run {
    plan: Arc<Plan>,
    pub(super) models: Arc<Models>,
    pub(super) request: Arc<Request>,
    pub(super) question: String,
    pub(super) language: Language,
    /// What the question is about, where that is known: of a part of a composite one.
    pub(super) known_kind: Option<Kind>,
    pub(super) budget: Arc<Budget>,
    /// In how long the answer should be there, from when on.
    time: Option<(Instant, Duration)>,
    outlet: Outlet,
    /// What stands in front of the step ids in events.
    path: String,
    /// What is added to the seed, for a part that is answered anew.
    variation: u64,
    /// Who keeps a record of it.
    pub(super) watch: Option<Arc<dyn ObserveRun>>,
    /// Where the programs of its steps are run.
    pub(super) sandbox: Option<Arc<SharedSandbox>>,
    /// What is known from a record, where it is run again.
    pub(super) recall: Option<Arc<dyn Recall>>,
    /// What calls its tools.
    pub(super) tools: Option<Arc<dyn CallTool>>,
}

impl Run {
    /// The run of a whole question.
    pub(super) fn new(
        plan: Arc<Plan>,
        models: Arc<Models>,
        (request, budget): (Request, Arc<Budget>),
        outlet: Outlet,
    ) -> Self {
        let question = request.question().to_owned();
        // Whoever knows what the question is about has taken it for one; what its steps ask is another matter.
        let known_kind = request.kind;
        let request = Request { kind: None, ..request };
        Self {
            language: language::detect(&question).language,
            budget,
            time: request.within.map(|time| (Instant::now(), time)),
            plan,
            models,
            request: Arc::new(request),
            question,
            known_kind,
            outlet,
            path: String::new(),
            variation: 0,
            watch: None,
            sandbox: None,
            recall: None,
            tools: None,
        }
    }

    /// The same run, with somebody who keeps a record of it.
    pub(super) fn watched_by(self, watch: Option<Arc<dyn ObserveRun>>) -> Self {
        Self { watch, ..self }
    }

    /// The same run, with a sandbox for the programs of its steps.
    pub(super) fn running_programs_in(self, sandbox: Option<Arc<SharedSandbox>>) -> Self {
        Self { sandbox, ..self }
    }

    /// The same run again, with what is known from its record.
    pub(super) fn recalling(self, recall: Option<Arc<dyn Recall>>) -> Self {
        Self { recall, ..self }
    }

    /// The same run, with what calls its tools.
    pub(super) fn with_tools(self, tools: Option<Arc<dyn CallTool>>) -> Self {
        Self { tools, ..self }
    }

    /// The run of one part of this run's question, on the same budget.
    pub(super) fn part(
        &self,
        path: String,
        part: Part,
        (time, variation): (Option<Duration>, u64),
        outlet: Outlet,
    ) -> Self {
        Self {
            plan: Arc::clone(&self.plan),
            models: Arc::clone(&self.models),
            request: Arc::clone(&self.request),
            language: language::detect(&part.text).language,
            question: part.text,
            known_kind: Some(part.kind),
            budget: Arc::clone(&self.budget),
            time: time.map(|time| (Instant::now(), time)),
            outlet,
            path,
            variation,
            watch: self.watch.clone(),
            sandbox: self.sandbox.clone(),
            recall: self.recall.clone(),
            tools: self.tools.clone(),
        }
    }

    /// Whether nothing more can be answered within its limits, or its time is over.
    pub(super) fn is_spent(&self) -> bool {
        self.budget.is_spent() || self.remaining() == Some(Duration::ZERO)
    }

    /// Whether the client has seen content already.
    fn shows_content(&self) -> bool {
        self.outlet.has_begun()
    }

    /// Sends what follows the content that the client has seen.
    async fn show_content(&self, text: &str) {
        self.outlet.content(text).await;
    }

    /// How many answers the reasoner works on at the same time, where it knows.
    pub(super) fn reasoner_at_once(&self) -> usize {
        let pace = self.models.reasoner.model.pace();
        pace.map_or(usize::MAX, |pace| pace.at_once as usize).max(1)
    }

    /// What is left of the time in which the answer should be there.
    pub(super) fn remaining(&self) -> Option<Duration> {
        self.time.map(|(start, time)| time.saturating_sub(start.elapsed()))
    }
}

/// What is added to the seed of attempt, item or sample `number`, from 1 on, of what has this added to its own: the
/// first is as if there were no others.
pub(super) fn variation(whole: u64, number: u64) -> u64 {
    // Odd, so that different numbers never come to the same.
    const STEP: u64 = 0x9e37_79b9;
    match number.saturating_sub(1) {
        0 => whole,
        more => whole.wrapping_mul(31).wrapping_add(more.wrapping_mul(STEP)) >> 1,
    }
}

/// Reads what a run has cost so far.
pub(super) fn meter(budget: &Arc<Budget>, private: bool) -> Meter {
    let budget = Arc::clone(budget);
    Meter::reading(move || told(budget.total(), private))
}

/// What is told of a cost: thinking that is not told is work like any other.
fn told(usage: Usage, private: bool) -> Usage {
    if private { Usage { reasoning_tokens: 0, ..usage } } else { usage }
}

/// Runs a whole question to its end.
pub(super) async fn to_end(run: Run) -> Result<Finish, GenerateError> {
    let mut scope = Scope::new(&run);
    let ended = solve(&run, &mut scope, None).await.map(|solution| {
        let finish = Finish {
            reason: solution.reason,
            usage: told(run.budget.total(), run.plan.private),
            thinking_end: run.outlet.thinking_end(solution.thinking_end),
            cause: solution.cause,
            kind: scope.kind(),
            confidence: solution.confidence,
        };
        (solution.text, finish)
    });
    if let Some(watch) = &run.watch {
        watch.ended(ended.as_ref().map(|(text, finish)| (text.as_str(), finish)));
    }
    ended.map(|(_, finish)| finish)
}

/// Runs one part of a question to its answer; its cost is also that of the step that `whole` belongs to.
pub(super) fn answer<'run>(
    run: &'run Run,
    whole: &'run Context<'run>,
) -> BoxFuture<'run, Result<Solution, GenerateError>> {
    // Boxed, because a step of a run may run its plan again for a part.
    async move { solve(run, &mut Scope::new(run), Some(whole)).await }.boxed()
}

async fn solve<'run>(
    run: &'run Run,
    scope: &mut Scope<'run>,
    whole: Option<&'run Context<'run>>,
) -> Result<Solution, GenerateError> {
    let variation = run.variation;
    let path = run.path.clone();
    let walk = Walk { run, path, part_of: whole, variation, turns: 1, trace: None };
    let flow = walk.block(&run.plan.block, scope, run.outlet.clone()).await?;
    let (Flow::Goes(value) | Flow::Ends(value)) = flow;
    let solution = value
        .coerced(Type::Answer)
        .and_then(Solution::from_value)
        .ok_or_else(|| GenerateError::engine("the chain's output is neither an answer nor text"))?;
    run.outlet.whole(&solution.text).await;
    Ok(solution)
}
