//! Walks through the steps of a block, one after the other.

use std::{
    borrow::Cow,
    time::{Duration, Instant},
};

use futures::future::{BoxFuture, FutureExt};
use serde_json::Value as Json;

use crate::{
    chain::{
        certainty::Trace,
        context::Context,
        outlet::Outlet,
        plan::{Block, Body, Branch, Call, Ending, PlannedStep},
        render,
        run::{Run, Scope, variation},
        step, texts, trial,
        value::{Type, Value},
        withhold,
    },
    generate::{GenerateError, StepState},
};

/// A way through some steps of a run.
#[derive(Debug, Clone)]
pub(super) struct Walk<'run> {
    pub(super) run: &'run Run,
    /// What stands in front of the step ids in events.
    pub(super) path: String,
    /// The step that these steps are a part of.
    pub(super) part_of: Option<&'run Context<'run>>,
    /// What is added to the seed: the same prompt, asked again or for another item, is to be answered anew.
    pub(super) variation: u64,
    /// For how many turns, one after the other, the time that is left must do.
    pub(super) turns: u32,
    /// Who listens to how sure the models are, where it is a sample that these steps make.
    pub(super) trace: Option<&'run Trace>,
}

/// What came of a step or a block.
#[derive(Debug)]
pub(super) enum Flow {
    /// The chain goes on with this value.
    Goes(Value),
    /// The chain ends with it.
    Ends(Value),
}

impl<'run> Walk<'run> {
    /// The same run further inside.
    fn inside<'part>(&self, path: String, part_of: &'part Context<'part>) -> Walk<'part>
    where
        'run: 'part,
    {
        let Self { run, variation, turns, trace, .. } = *self;
        Walk { run, path, part_of: Some(part_of), variation, turns, trace }
    }

    /// The same way for attempt or item `number`; the first is as if there were no others.
    pub(super) fn varied(&self, number: u64) -> Self {
        Self { variation: variation(self.variation, number), ..self.clone() }
    }

    /// Runs the steps of a block. Boxed, because blocks are inside of blocks.
    pub(super) fn block<'walk>(
        &'walk self,
        block: &'walk Block,
        scope: &'walk mut Scope<'_>,
        outlet: Outlet,
    ) -> BoxFuture<'walk, Result<Flow, GenerateError>> {
        async move {
            for (position, step) in block.steps.iter().enumerate() {
                let flows = scope.reaches_output(block, position);
                let outlet = if flows { outlet.clone() } else { outlet.holding() };
                match self.step(step, scope, outlet).await? {
                    Flow::Goes(value) => scope.set(step.slot, value),
                    Flow::Ends(value) => return Ok(Flow::Ends(value)),
                }
            }
            Ok(Flow::Goes(scope.read(&block.output)?))
        }
        .boxed()
    }

    /// Runs one step, unless it is skipped. Boxed, because a step may hold others.
    pub(super) fn step<'walk>(
        &'walk self,
        step: &'walk PlannedStep,
        scope: &'walk mut Scope<'_>,
        outlet: Outlet,
    ) -> BoxFuture<'walk, Result<Flow, GenerateError>> {
        self.report_step(step, scope, outlet).boxed()
    }

    async fn report_step(
        &self,
        step: &PlannedStep,
        scope: &mut Scope<'_>,
        outlet: Outlet,
    ) -> Result<Flow, GenerateError> {
        let id = format!("{}{}", self.path, step.id);
        let chosen = match &step.body {
            Body::Match { on, arms, otherwise } => {
                let choice = scope.choice(on)?;
                let arm = arms.iter().find(|(name, _)| *name == choice).map(|(_, arm)| arm);
                arm.or(otherwise.as_ref())
            }
            _ => None,
        };
        let context = Context::new(self.run, id, action(&step.body, chosen), outlet)
            .part_of(self.part_of)
            .varied(self.variation)
            .sharing(self.turns)
            .heard_by(self.trace);
        for condition in &step.when {
            if let (false, found) = scope.check(condition)? {
                let reason = format!("not needed: this is {found}");
                context.report(StepState::Skipped { reason }).await;
                return Ok(Flow::Goes(match &step.otherwise {
                    Some(otherwise) => scope
                        .read(otherwise)?
                        .coerced(step.gives)
                        .ok_or_else(|| wrong_type(&step.id))?,
                    None => Value::Data(Json::Null),
                }));
            }
        }
        context.report(StepState::Started).await;
        let started = Instant::now();
        match self.attempts(step, chosen, scope, &context).await {
            Ok(flow) => {
                let (Flow::Goes(value) | Flow::Ends(value)) = &flow;
                context.report(finished(value, started, &context)).await;
                Ok(flow)
            }
            Err(error) => {
                context.report(StepState::Failed { message: error.to_string() }).await;
                Err(error)
            }
        }
    }

    /// Tries a step as often as it may be tried. What the client has seen of its answer cannot be taken
    /// back, so after that there is no other attempt.
    async fn attempts(
        &self,
        step: &PlannedStep,
        chosen: Option<&Branch>,
        scope: &mut Scope<'_>,
        context: &Context<'_>,
    ) -> Result<Flow, GenerateError> {
        let Some(retry) = step.retry else { return self.body(step, chosen, scope, context).await };
        let mut wait = retry.wait;
        for attempt in 1..retry.attempts.max(1) {
            let walk = self.varied(attempt.into());
            let trying = context.sending_to(context.outlet().attempt(false)).varied(walk.variation);
            // What an attempt has found out is no more than that attempt's.
            let mut own = scope.clone();
            let error = match walk.body(step, chosen, &mut own, &trying).await {
                Ok(flow) => {
                    *scope = own;
                    return Ok(flow);
                }
                Err(error) => error,
            };
            let late = self.run.budget.ends_within(wait);
            if context.outlet().has_begun() || !error.may_pass() || late {
                return Err(error);
            }
            let seconds = wait.as_secs_f64();
            let why = format!("attempt {attempt}: {error}");
            context.decided(&format!("again after {seconds} s"), vec![why]).await;
            tokio::time::sleep(wait).await;
            wait = wait.saturating_mul(2).min(LONGEST_WAIT);
        }
        let walk = self.varied(retry.attempts.into());
        let trying = context.sending_to(context.outlet().attempt(true)).varied(walk.variation);
        walk.body(step, chosen, scope, &trying).await
    }

    async fn body(
        &self,
        step: &PlannedStep,
        chosen: Option<&Branch>,
        scope: &mut Scope<'_>,
        context: &Context<'_>,
    ) -> Result<Flow, GenerateError> {
        match &step.body {
            Body::Call(call) => self.call(call, scope, context).await.map(Flow::Goes),
            Body::Match { on, .. } => match chosen {
                Some(Branch::Call(call)) => self.call(call, scope, context).await.map(Flow::Goes),
                Some(Branch::Steps(block)) => {
                    let path = format!("{}/", context.id());
                    let inside = self.inside(path, context);
                    inside.block(block, scope, context.outlet().clone()).await
                }
                None => Err(no_arm(&step.id, &scope.choice(on)?)),
            },
            Body::Parallel(steps) => {
                let value = self.parallel(steps, scope, context).await?;
                Ok(Flow::Goes(value))
            }
            Body::Map { over, each, at_once } => {
                let value = self.map(over, each, *at_once, scope, context).await?;
                Ok(Flow::Goes(value))
            }
            Body::Fallback(branches) => {
                let value = self.fallback(branches, scope, context).await?;
                Ok(Flow::Goes(value))
            }
            Body::Vote(vote) => {
                let value = self.vote(vote, scope, context).await?;
                Ok(Flow::Goes(value))
            }
            Body::Finish(ending) => self.end(ending, scope).await.map(Flow::Ends),
        }
    }

    /// What the chain ends with, with the passages that it cites below.
    async fn end(&self, ending: &Ending, scope: &Scope<'_>) -> Result<Value, GenerateError> {
        let answer = scope.read(&ending.answer)?;
        let Some(cites) = &ending.cites else { return Ok(answer) };
        let passages = scope.read(cites)?.to_json();
        let mut places: Vec<String> = Vec::new();
        for place in passages.as_array().into_iter().flatten().filter_map(step::place) {
            if !places.contains(&place) {
                places.push(place);
            }
        }
        let Some(Value::Answer(mut solution)) = answer.coerced(Type::Answer) else {
            return Err(GenerateError::engine("a chain ends with an answer or a text"));
        };
        if !places.is_empty() {
            let sources = texts::sources(self.run.language, &places);
            solution.text.push_str(&sources);
            // Where the answer was shown as it came, this is what is still missing of it.
            if self.run.shows_content() {
                self.run.show_content(&sources).await;
            }
        }
        Ok(Value::Answer(solution))
    }

    async fn call(
        &self,
        call: &Call,
        scope: &Scope<'_>,
        context: &Context<'_>,
    ) -> Result<Value, GenerateError> {
        match call {
            Call::Action { input, action } => action.run(input.fill(scope)?, context).await,
            Call::Render(render) => render::value(render, scope),
            Call::Execute { answer, trial } => {
                trial::execute(scope.read(answer)?, trial, scope, context).await
            }
            Call::Withhold(guarded) => withhold::value(guarded, scope).await,
        }
    }

    /// One of several ways of a step, reported with the name that it has there, usually a number.
    pub(super) async fn branch(
        &self,
        branch: &Branch,
        name: &str,
        scope: &mut Scope<'_>,
        (outlet, whole): (Outlet, &Context<'_>),
    ) -> Result<Value, GenerateError> {
        let id = format!("{}/{name}", whole.id());
        match branch {
            Branch::Steps(block) => {
                let inside = self.inside(format!("{id}/"), whole);
                let (Flow::Goes(value) | Flow::Ends(value)) =
                    inside.block(block, scope, outlet).await?;
                Ok(value)
            }
            Branch::Call(call) => {
                let context = Context::new(self.run, id, call.name(), outlet)
                    .part_of(Some(whole))
                    .varied(self.variation)
                    .sharing(self.turns)
                    .heard_by(self.trace);
                context.report(StepState::Started).await;
                let started = Instant::now();
                match self.call(call, scope, &context).await {
                    Ok(value) => {
                        context.report(finished(&value, started, &context)).await;
                        Ok(value)
                    }
                    Err(error) => {
                        context.report(StepState::Failed { message: error.to_string() }).await;
                        Err(error)
                    }
                }
            }
        }
    }
}

/// The longest time between two attempts.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// What a step is called in events: the call that it makes, where it makes one.
fn action(body: &Body, chosen: Option<&Branch>) -> &'static str {
    match (body, chosen) {
        (Body::Call(call), _) | (Body::Match { .. }, Some(Branch::Call(call))) => call.name(),
        (Body::Match { .. }, _) => "match",
        (Body::Parallel(_), _) => "parallel",
        (Body::Map { .. }, _) => "map",
        (Body::Fallback(_), _) => "fallback",
        (Body::Vote(_), _) => "vote",
        (Body::Finish(_), _) => "finish",
    }
}

fn finished(value: &Value, started: Instant, context: &Context<'_>) -> StepState {
    StepState::Finished {
        output: display(value),
        elapsed: started.elapsed(),
        usage: context.usage(),
    }
}

fn no_arm(step: &str, choice: &str) -> GenerateError {
    GenerateError::engine(format!(
        "the step `{step}` of the chain has no arm for `{choice}` and no `else`"
    ))
}

fn wrong_type(step: &str) -> GenerateError {
    GenerateError::engine(format!("the step `{step}` of the chain got a value of the wrong type"))
}

/// A value as an event shows it, shortened.
fn display(value: &Value) -> String {
    const MOST: usize = 200;
    let text = match value {
        Value::Messages(messages) => return format!("{} messages", messages.len()),
        Value::Text(text) => Cow::Borrowed(text.as_str()),
        Value::Answer(solution) => Cow::Borrowed(solution.text.as_str()),
        Value::Language(language) => Cow::Borrowed(language.as_str()),
        Value::Kind(kind) => Cow::Borrowed(kind.as_str()),
        Value::Data(Json::String(text)) => Cow::Borrowed(text.as_str()),
        Value::Data(Json::Null) => Cow::Borrowed(""),
        Value::Data(data) => Cow::Owned(data.to_string()),
    };
    match text.char_indices().nth(MOST) {
        None => text.into_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}
