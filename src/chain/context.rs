//! What a step may ask of the run it belongs to.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use futures::StreamExt;
use tokio::time::{Instant, timeout_at};

use crate::{
    execution::Sandbox,
    generate::{
        Answer, Delta, FinishReason, GenerateError, Generation, Kind, Message, Request, StepEvent,
        StepState, ThinkingEnd, Usage,
    },
};

use super::{
    Named,
    budget::{Allowance, Cut, Purpose},
    call_tool::CallTool,
    certainty::{self, Hearing, Trace},
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
mod lookup;

use attempt::Attempt;
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

/// A model call that a step asks for.
pub(super) struct ModelCall {
    pub(super) target: Target,
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

/// What came of a model call.
pub(super) struct Called {
    pub(super) answer: Answer,
    /// The limit of the chain that ended it, if one did.
    pub(super) cut: Option<Cut>,
}

impl Called {
    /// Whether the answer is not whole.
    pub(super) fn is_cut_off(&self) -> bool {
        self.cut.is_some() || self.answer.finish.reason == FinishReason::Length
    }
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

    /// Calls a model within the run's budget.
    ///
    /// # Errors
    ///
    /// What the model reports; no such model; an answer that says nothing, where something else is tried
    /// in its place.
    pub(super) async fn call(&self, call: ModelCall) -> Result<Called, GenerateError> {
        let ModelCall { target, mut request, purpose, relay } = call;
        let Some(Named { id, model }) = self.run.models.find(&target) else {
            return Err(GenerateError::engine(match target {
                Target::Role(role) => format!("no model has the role `{role}`"),
                Target::Named(name) => format!("no model is called `{name}`"),
            }));
        };
        let answers = purpose == Purpose::Answer && relay == Relay::Everything;
        let trace = self.trace.filter(|_| answers);
        if trace.is_some_and(|trace| trace.stopped().is_some()) {
            return Ok(Called { answer: Answer::default(), cut: Some(Cut::Doubt) });
        }
        // A chain has no tokens of its own: one that prepares a sample is left alone.
        if trace.is_some() && !id.starts_with("chain/") {
            request.logprobs = Some(certainty::ALTERNATIVES);
            request.ranks_thinking = true;
        }
        request.within = self.time();
        let place = self.run.watch.as_ref().and_then(|watch| watch.place(&self.id));
        request.trace = place.or_else(|| self.run.request.trace.clone());
        request.sampling.seed = request.sampling.seed.map(|seed| seed.wrapping_add(self.variation));
        let allowance = self.run.budget.begin(purpose);
        if let Allowance::AtMost(most) = allowance {
            request.max_tokens = Some(request.max_tokens.map_or(most, |own| own.min(most)));
        }
        let hearing = trace.map(Trace::begin);
        let mut attempt = Attempt::begin(self, id, purpose, &request);
        attempt.hearing = hearing;
        let ended = match allowance {
            Allowance::Exhausted(cut) => Ok(Some(cut)),
            Allowance::Recommended | Allowance::AtMost(_) => {
                let work = async {
                    let mut generation = model.generate(request).await?;
                    attempt.meter = generation.meter();
                    let answer = &mut attempt.answer;
                    self.take(&mut generation, answer, (purpose, relay), hearing).await
                };
                let ended = within(self.run.budget.deadline(), work).await;
                ended.unwrap_or(Ok(Some(Cut::Time)))
            }
        };
        let called = attempt.end(ended)?;
        if relay == Relay::Everything && !called.answer.reasoning.is_empty() {
            self.outlet.thought(match (called.cut, called.answer.finish.thinking_end) {
                (Some(_), ThinkingEnd::None) => ThinkingEnd::Budget,
                (_, end) => end,
            });
        }
        if called.answer.content.trim().is_empty() && self.is_tentative(relay) {
            return Err(nothing());
        }
        Ok(called)
    }

    /// Whether something else is tried if this call comes to nothing.
    fn is_tentative(&self, relay: Relay) -> bool {
        relay == Relay::Everything && self.outlet.is_tentative()
    }

    /// Collects an answer, relaying what the client may see. Until the engine has counted, every
    /// delta counts as one token, so that an answer that is cut off is not free.
    async fn take(
        &self,
        generation: &mut Generation,
        answer: &mut Answer,
        (purpose, relay): (Purpose, Relay),
        hearing: Option<Hearing<'_>>,
    ) -> Result<Option<Cut>, GenerateError> {
        let mut counted = Usage::default();
        while let Some(delta) = generation.next().await {
            let (thinking, text) = match delta? {
                Delta::Reasoning(text) => (true, text),
                Delta::Content(text) => (false, text),
                Delta::Logprobs(tokens) => {
                    if let Some(hearing) = hearing {
                        hearing.hear(&tokens);
                    }
                    continue;
                }
                // Never asked for by a chain.
                Delta::ToolCall { .. } | Delta::ToolArguments { .. } => continue,
                Delta::Step(event) => {
                    let step = format!("{}/{}", self.id, event.step);
                    self.pass_on(StepEvent { step, ..event }, Whose::Called).await;
                    continue;
                }
                Delta::Finished(finish) => {
                    answer.finish = finish;
                    // What the deltas stood for is known now.
                    self.run.budget.correct(purpose, counted, answer.finish.usage);
                    // Only in a run that is run again is that known so late.
                    if let Some(stopped) = hearing.and_then(Hearing::stopped) {
                        self.decided("stopped early", vec![stopped.to_string()]).await;
                    }
                    return Ok(None);
                }
            };
            let reasoning_tokens = u64::from(thinking);
            let token = Usage { completion_tokens: 1, reasoning_tokens, ..Usage::default() };
            // Counted before it is sent: whoever leaves then has still had it written.
            counted += token;
            answer.finish.usage = counted;
            let spent = self.run.budget.spend(purpose, token);
            let sent = relay == Relay::Everything;
            let sent = if thinking {
                answer.reasoning.push_str(&text);
                sent && self.outlet.reasoning(&text).await
            } else {
                answer.content.push_str(&text);
                sent && self.outlet.content(&text).await
            };
            self.wrote(sent, thinking, text).await;
            if let Err(cut) = spent {
                return Ok(Some(cut));
            }
            if let Some(stopped) = hearing.and_then(Hearing::stopped) {
                self.decided("stopped early", vec![stopped.to_string()]).await;
                return Ok(Some(Cut::Doubt));
            }
        }
        Ok(None)
    }

    /// Reports what a model wrote where the client sees it nowhere else and has asked for it.
    async fn wrote(&self, sent: bool, thinking: bool, text: String) {
        if !sent && self.run.request.step_text {
            self.report(StepState::Wrote { thinking, text }).await;
        }
    }
}

/// Why another attempt or alternative is taken.
fn nothing() -> GenerateError {
    GenerateError::engine("the model gave an empty answer")
}

/// What `work` gives, or `None` if it is not done by the deadline.
async fn within<T>(deadline: Option<Instant>, work: impl Future<Output = T>) -> Option<T> {
    match deadline {
        Some(deadline) => timeout_at(deadline, work).await.ok(),
        None => Some(work.await),
    }
}
