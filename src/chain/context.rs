//! What a step may ask of the run it belongs to.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use futures::StreamExt;
use tokio::time::{Instant, timeout_at};

use crate::generate::{
    Answer, Delta, FinishReason, GenerateError, Generation, Kind, Request, StepEvent, StepState,
    Usage,
};

use super::{
    Named,
    budget::{Allowance, Purpose},
    language::Language,
    outlet::Outlet,
    parts::Part,
    plan::ModelRole,
    run::{self, Run},
    value::Solution,
};

/// The surroundings of one running step.
#[derive(Debug)]
pub struct Context<'run> {
    run: &'run Run,
    /// The step's id with the numbers of the parts it belongs to, as events show it.
    id: String,
    action: &'static str,
    outlet: Outlet,
    usage: Mutex<Usage>,
}

/// A model call that a step asks for.
pub(super) struct ModelCall {
    pub(super) role: ModelRole,
    pub(super) request: Request,
    pub(super) purpose: Purpose,
    pub(super) relay: Relay,
}

/// What the client sees of a model call while it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relay {
    Nothing,
    Everything,
}

/// What came of a model call.
pub(super) struct Called {
    pub(super) answer: Answer,
    /// The limit of the chain that ended it, if one did.
    pub(super) cut: Option<Cut>,
}

/// A limit of the chain that ended a model call, or kept it from starting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    Tokens,
    Time,
}

impl Called {
    /// Whether the answer is not whole.
    pub(super) fn is_cut_off(&self) -> bool {
        self.cut.is_some() || self.answer.finish.reason == FinishReason::Length
    }
}

impl<'run> Context<'run> {
    pub(super) fn new(run: &'run Run, id: String, action: &'static str, outlet: Outlet) -> Self {
        Self { run, id, action, outlet, usage: Mutex::default() }
    }

    /// Reports what the step chose and why, most important reason first.
    pub async fn decided(&self, choice: &str, reasons: Vec<String>) {
        self.report(StepState::Decided { choice: choice.to_owned(), reasons }).await;
    }

    /// The client's request.
    pub fn request(&self) -> &Request {
        &self.run.request
    }

    /// The question that this run answers.
    pub fn question(&self) -> &str {
        &self.run.question
    }

    /// The language in which the person asked.
    pub fn language(&self) -> Language {
        self.run.language
    }

    /// What the question is about, where this run answers one part of a composite question.
    pub(super) fn known_kind(&self) -> Option<Kind> {
        self.run.known_kind
    }

    /// Whether some model has this role.
    pub(super) fn has(&self, role: ModelRole) -> bool {
        self.run.models.of(role).is_some()
    }

    /// The time limit of the run.
    pub(super) fn time_limit(&self) -> Option<Duration> {
        self.run.budget.time()
    }

    /// Sends a piece of the answer, where this step's answer is the chain's.
    pub(super) async fn content(&self, text: &str) {
        self.outlet.content(text).await;
    }

    /// Says something about the way to the answer where every client sees it: in the thinking.
    pub(super) async fn remark(&self, text: &str) {
        self.outlet.reasoning(text).await;
    }

    /// Whether the reasoner itself translates, because no other model does.
    pub(super) fn translates_for_itself(&self) -> bool {
        self.run.models.translator.is_none() && self.run.models.general.is_none()
    }

    /// Tokens that the step's model calls have cost.
    pub(super) fn usage(&self) -> Usage {
        *self.usage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn report(&self, state: StepState) {
        let event = StepEvent { step: self.id.clone(), action: self.action, state };
        self.outlet.step(event).await;
    }

    /// Answers one part of a composite question with the same chain, `number` of `count`. The last
    /// part's content follows `before`; that of the others is held back.
    pub(super) async fn run_part(
        &self,
        (number, count): (usize, usize),
        part: Part,
        before: Option<String>,
    ) -> Result<Solution, GenerateError> {
        let outlet = match before {
            Some(before) => self.outlet.following(before),
            None => self.outlet.holding(),
        };
        let spent_before = self.run.budget.total();
        // What is left of the time is for this part and those that follow it.
        let left = u32::try_from(count.saturating_sub(number) + 1).unwrap_or(u32::MAX);
        let time = self.run.remaining().map(|time| time / left);
        let part = self.run.part(format!("{}/{number}/", self.id), part, time, outlet);
        let solution = run::answer(&part).await;
        let spent = self.run.budget.since(spent_before);
        *self.usage.lock().unwrap_or_else(PoisonError::into_inner) += spent;
        solution
    }

    /// Calls the model of a role within the run's budget.
    ///
    /// # Errors
    ///
    /// What the model reports; no model with this role.
    pub(super) async fn call(&self, call: ModelCall) -> Result<Called, GenerateError> {
        let ModelCall { role, mut request, purpose, relay } = call;
        let Some(Named { model, .. }) = self.run.models.of(role) else {
            return Err(GenerateError::engine(format!("no model has the role `{role}`")));
        };
        request.within = self.run.remaining();
        let deadline = self.run.budget.deadline();
        match self.run.budget.allowance(purpose) {
            Allowance::Recommended => {}
            Allowance::AtMost(most) => {
                request.max_tokens = Some(request.max_tokens.map_or(most, |own| own.min(most)));
            }
            Allowance::Exhausted => {
                let late = deadline.is_some_and(|deadline| Instant::now() >= deadline);
                let cut = Some(if late { Cut::Time } else { Cut::Tokens });
                return Ok(Called { answer: Answer::default(), cut });
            }
        }
        let mut answer = Answer::default();
        let ended = within(deadline, async {
            let mut generation = model.generate(request).await?;
            self.take(&mut generation, &mut answer, relay).await
        });
        let cut = match ended.await {
            Some(ended) => {
                ended?;
                None
            }
            None => Some(Cut::Time),
        };
        self.run.budget.charge(purpose, answer.finish.usage);
        *self.usage.lock().unwrap_or_else(PoisonError::into_inner) += answer.finish.usage;
        Ok(Called { answer, cut })
    }

    /// Collects an answer, relaying what the client may see. Until the engine has counted, every
    /// delta counts as one token, so that an answer that is cut off is not free.
    async fn take(
        &self,
        generation: &mut Generation,
        answer: &mut Answer,
        relay: Relay,
    ) -> Result<(), GenerateError> {
        while let Some(delta) = generation.next().await {
            match delta? {
                Delta::Reasoning(text) => {
                    answer.finish.usage.completion_tokens += 1;
                    answer.finish.usage.reasoning_tokens += 1;
                    answer.reasoning.push_str(&text);
                    if relay == Relay::Everything {
                        self.outlet.reasoning(&text).await;
                    }
                }
                Delta::Content(text) => {
                    answer.finish.usage.completion_tokens += 1;
                    answer.content.push_str(&text);
                    if relay == Relay::Everything {
                        self.outlet.content(&text).await;
                    }
                }
                // Never asked for by a chain.
                Delta::Logprobs(_) | Delta::ToolCall { .. } | Delta::ToolArguments { .. } => {}
                Delta::Step(event) => {
                    let step = format!("{}/{}", self.id, event.step);
                    self.outlet.step(StepEvent { step, ..event }).await;
                }
                Delta::Finished(finish) => answer.finish = finish,
            }
        }
        Ok(())
    }
}

/// What `work` gives, or `None` if it is not done by the deadline.
async fn within<T>(deadline: Option<Instant>, work: impl Future<Output = T>) -> Option<T> {
    match deadline {
        Some(deadline) => timeout_at(deadline, work).await.ok(),
        None => Some(work.await),
    }
}
