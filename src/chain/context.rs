//! What a step may ask of the run it belongs to.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, timeout_at};

use crate::{
    execution::Sandbox,
    generate::{GenerateError, Kind, Message, Request, StepEvent, StepState, Usage},
};

use super::{
    Named,
    call_tool::CallTool,
    certainty::Trace,
    language::Language,
    observe::Whose,
    outlet::Outlet,
    parts::Part,
    plan::{Limits, ModelRole},
    run::{self, Run},
    step::{Action, CallModel, Target},
    trial,
    value::Solution,
};

mod attempt;
mod call;
mod lookup;

pub(super) use call::{Called, ModelCall, Relay};
pub(super) use lookup::Lookup;

/// The surroundings of one running step.
#[derive(Debug)]
pub struct Context<'run> {
    run: &'run Run,
    /// The step's id with the numbers of the parts it belongs to, as events show it.
    id: String,
    action: &'static str,
    outlet: Outlet,
    usage: Mutex<Usage>,
    /// The step that this one is a part of, whose cost it adds to.
    part_of: Option<&'run Self>,
    /// What is added to the seed.
    variation: u64,
    /// For how many turns, one after the other, the time that is left must do.
    turns: u32,
    /// Who listens to how sure models are of their answers, where the step makes a sample.
    trace: Option<&'run Trace>,
}

/// Where the answer to a part of a question goes.
pub(super) enum PartOutlet {
    /// It is the answer to all of it.
    Whole,
    /// Behind this text, as it comes.
    Following(String),
    /// Its thinking is shown, its content held back.
    Held,
    /// The same, but others run beside it, so that its thinking is not shown either.
    Beside,
}

impl<'run> Context<'run> {
    pub(super) fn new(run: &'run Run, id: String, action: &'static str, outlet: Outlet) -> Self {
        Self {
            run,
            id,
            action,
            outlet,
            usage: Mutex::default(),
            part_of: None,
            variation: 0,
            turns: 1,
            trace: None,
        }
    }

    /// The same as one of so many turns that share the time that is left.
    pub(super) fn sharing(self, turns: u32) -> Self {
        Self { turns: turns.max(1), ..self }
    }

    /// The same with somebody who listens to how sure models are of their answers.
    pub(super) fn heard_by(self, trace: Option<&'run Trace>) -> Self {
        Self { trace, ..self }
    }

    /// What is left of the time for one turn.
    fn time(&self) -> Option<Duration> {
        self.run.remaining().map(|time| time / self.turns)
    }

    /// How many answers the reasoner works on at the same time, where it knows.
    pub(super) fn at_once(&self) -> usize {
        self.run.reasoner_at_once()
    }

    /// The same with something added to the seed.
    pub(super) fn varied(self, variation: u64) -> Self {
        Self { variation, ..self }
    }

    /// The same as a part of another step.
    pub(super) fn part_of(self, whole: Option<&'run Self>) -> Self {
        Self { part_of: whole, ..self }
    }

    /// The same step, its answers sent to another outlet.
    pub(super) fn sending_to(&'run self, outlet: Outlet) -> Self {
        Self::new(self.run, self.id.clone(), self.action, outlet)
            .part_of(Some(self))
            .sharing(self.turns)
            .heard_by(self.trace)
    }

    /// The step's id, with the numbers of the parts it belongs to.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Where the step's answer goes.
    pub(super) fn outlet(&self) -> &Outlet {
        &self.outlet
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

    /// Whether nothing more can be answered within the limits of the run, or its time is over.
    pub(super) fn is_spent(&self) -> bool {
        self.run.is_spent()
    }

    /// Where programs are run, or why they cannot be.
    pub(super) async fn sandbox(&self) -> Result<&Sandbox, String> {
        match &self.run.sandbox {
            Some(shared) => shared.get().await.map_err(|error| trial::why_not(&error)),
            None => Err("programs cannot be run: this chain has no sandbox".to_owned()),
        }
    }

    /// What `work` gives, or `None` if the run is over before.
    pub(super) async fn before_the_end<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        within(self.run.budget.deadline(), work).await
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

    /// The model that has this role.
    pub(super) fn model(&self, role: ModelRole) -> Option<&Named> {
        self.run.models.of(role)
    }

    /// What calls the tools of the run, if anything does.
    pub(super) fn tools(&self) -> Option<&dyn CallTool> {
        self.run.tools.as_deref()
    }

    /// The limits of the run.
    pub(super) fn limits(&self) -> Limits {
        self.run.budget.limits()
    }

    /// Whether this step's answer is the chain's.
    pub(super) fn is_answer(&self) -> bool {
        self.outlet.flows()
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
        let whose = Whose::Own { part_of: self.part_of.map(|whole| whole.id.as_str()) };
        self.pass_on(StepEvent { step: self.id.clone(), action: self.action, state }, whose).await;
    }

    /// Reports what a step did, to the client and to the record.
    async fn pass_on(&self, event: StepEvent, whose: Whose<'_>) {
        // What a model writes is in the record of its call.
        let written = matches!(event.state, StepState::Wrote { .. });
        if let Some(watch) = self.run.watch.as_ref().filter(|_| !written) {
            watch.stepped(&event, whose);
        }
        self.outlet.step(event).await;
    }

    /// Answers part `number` of a composite question with the same chain, in its share of the time that is left
    /// for so many turns.
    pub(super) async fn run_part(
        &self,
        (number, turns): (usize, u32),
        part: Part,
        outlet: PartOutlet,
    ) -> Result<Solution, GenerateError> {
        let time = self.time().map(|time| time / turns.max(1));
        let path = format!("{}/{number}/", self.id);
        let part = self.run.part(path, part, (time, self.variation), self.part_outlet(outlet));
        run::answer(&part, self).await
    }

    /// Has another chain or a model answer part `number` of a composite question. A chain is told what it is about,
    /// as this one's own parts are: it neither routes it nor takes it apart once more.
    pub(super) async fn call_part(
        &self,
        (number, turns): (usize, u32),
        name: &str,
        part: Part,
        outlet: PartOutlet,
    ) -> Result<Solution, GenerateError> {
        let step = CallModel::of(Target::Named(name.to_owned()));
        // What was not taken apart is no part: others may find parts in it.
        let kind = (!matches!(outlet, PartOutlet::Whole)).then_some(part.kind);
        let id = format!("{}/{number}", self.id);
        let action = Action::from(step.clone()).name();
        let context = Context::new(self.run, id, action, self.part_outlet(outlet))
            .part_of(Some(self))
            .varied(self.variation)
            .sharing(self.turns.saturating_mul(turns.max(1)));
        let work = step.ask(vec![Message::user(part.text)], kind, &context);
        context.reported(work, |solution| solution.text.clone()).await
    }

    /// Something that the step does several times, as a step of its own: `number` counts from 1 and gives it a seed
    /// of its own, and `turns` of them share the time that is left.
    pub(super) fn part(
        &self,
        (name, action): (&str, &'static str),
        number: u64,
        turns: u32,
        outlet: PartOutlet,
    ) -> Context<'_> {
        let id = format!("{}/{name}", self.id);
        Context::new(self.run, id, action, self.part_outlet(outlet))
            .part_of(Some(self))
            .varied(run::variation(self.variation, number))
            .sharing(self.turns.saturating_mul(turns.max(1)))
    }

    /// Does the work of the step, and reports that it begins and how it ends; `shown` says what came of it.
    pub(super) async fn reported<T>(
        &self,
        work: impl Future<Output = Result<T, GenerateError>>,
        shown: impl FnOnce(&T) -> String,
    ) -> Result<T, GenerateError> {
        self.report(StepState::Started).await;
        let started = Instant::now();
        let ended = work.await;
        self.report(match &ended {
            Ok(value) => StepState::Finished {
                output: shown(value).chars().take(200).collect(),
                elapsed: started.elapsed(),
                usage: self.usage(),
            },
            Err(error) => StepState::Failed { message: error.to_string() },
        })
        .await;
        ended
    }

    fn part_outlet(&self, outlet: PartOutlet) -> Outlet {
        match outlet {
            PartOutlet::Whole => self.outlet.clone(),
            PartOutlet::Following(before) => self.outlet.following(before),
            PartOutlet::Held => self.outlet.holding(),
            PartOutlet::Beside => self.outlet.beside(),
        }
    }

    /// Adds to what the step has cost, and to what the steps that it is a part of have.
    fn add(&self, usage: Usage) {
        *self.usage.lock().unwrap_or_else(PoisonError::into_inner) += usage;
        if let Some(whole) = self.part_of {
            whole.add(usage);
        }
    }
}

/// What `work` gives, or `None` if it is not done by the deadline.
async fn within<T>(deadline: Option<Instant>, work: impl Future<Output = T>) -> Option<T> {
    match deadline {
        Some(deadline) => timeout_at(deadline, work).await.ok(),
        None => Some(work.await),
    }
}
