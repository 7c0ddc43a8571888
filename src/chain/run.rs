//! Runs a plan: one step after the other, each reported as it starts, decides and ends.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures::future::{BoxFuture, FutureExt};

use crate::generate::{Finish, GenerateError, Kind, Message, Request, StepState};

use super::{
    Models,
    budget::Budget,
    context::Context,
    language::{self, Language},
    outlet::Outlet,
    parts::Part,
    plan::{Body, Call, Choice, Condition, Plan, PlannedStep, Source},
    value::{Solution, Typed, Value},
};

/// One run of a plan, or of a part of a composite question.
#[derive(Debug)]
pub(super) struct Run {
    plan: Arc<Plan>,
    pub(super) models: Models,
    pub(super) request: Arc<Request>,
    pub(super) question: String,
    pub(super) language: Language,
    /// What the question is about, where it is a part of a composite one.
    pub(super) known_kind: Option<Kind>,
    pub(super) budget: Arc<Budget>,
    /// In how long the answer should be there, from when on.
    time: Option<(Instant, Duration)>,
    outlet: Outlet,
    /// What stands in front of the step ids in events.
    path: String,
}

impl Run {
    /// The run of a whole question.
    pub(super) fn new(plan: Arc<Plan>, models: Models, request: Request, outlet: Outlet) -> Self {
        let question = request.question().to_owned();
        Self {
            language: language::detect(&question).language,
            budget: Arc::new(Budget::new(plan.limits, request.max_tokens)),
            time: request.within.map(|time| (Instant::now(), time)),
            plan,
            models,
            request: Arc::new(request),
            question,
            known_kind: None,
            outlet,
            path: String::new(),
        }
    }

    /// The run of one part of this run's question, on the same budget.
    pub(super) fn part(
        &self,
        path: String,
        part: Part,
        time: Option<Duration>,
        outlet: Outlet,
    ) -> Self {
        Self {
            plan: Arc::clone(&self.plan),
            models: self.models.clone(),
            request: Arc::clone(&self.request),
            language: language::detect(&part.text).language,
            question: part.text,
            known_kind: Some(part.kind),
            budget: Arc::clone(&self.budget),
            time: time.map(|time| (Instant::now(), time)),
            outlet,
            path,
        }
    }

    /// What is left of the time in which the answer should be there.
    pub(super) fn remaining(&self) -> Option<Duration> {
        self.time.map(|(start, time)| time.saturating_sub(start.elapsed()))
    }
}

/// Runs a whole question to its end.
pub(super) async fn to_end(run: Run) -> Result<Finish, GenerateError> {
    let mut values = Values::of(&run);
    let solution = steps(&run, &mut values).await?;
    Ok(Finish {
        reason: solution.reason,
        usage: run.budget.total(),
        thinking_end: solution.thinking_end,
        cause: solution.cause,
        kind: values.kind(),
    })
}

/// Runs one part of a question to its answer.
pub(super) fn answer(run: &Run) -> BoxFuture<'_, Result<Solution, GenerateError>> {
    // Boxed, because a step of a run may run its plan again for a part.
    async move { steps(run, &mut Values::of(run)).await }.boxed()
}

async fn steps(run: &Run, values: &mut Values) -> Result<Solution, GenerateError> {
    for (position, step) in run.plan.steps.iter().enumerate() {
        let outlet = if values.reaches_output(&run.plan, position) {
            run.outlet.clone()
        } else {
            run.outlet.holding()
        };
        let value = run_step(run, step, values, outlet).await?;
        values.steps.push(value);
    }
    let solution = match values.read(run.plan.output)? {
        Value::Answer(solution) => solution,
        Value::Text(text) => Solution { text, ..Solution::default() },
        Value::Language(_) | Value::Kind(_) | Value::Messages(_) => {
            return Err(GenerateError::engine("the chain's output is neither answer nor text"));
        }
    };
    run.outlet.whole(&solution.text).await;
    Ok(solution)
}

async fn run_step(
    run: &Run,
    step: &PlannedStep,
    values: &Values,
    outlet: Outlet,
) -> Result<Value, GenerateError> {
    let id = format!("{}{}", run.path, step.id);
    let call = values.call_of(&step.body)?;
    let context = Context::new(run, id, call.action.name(), outlet);
    for condition in &step.when {
        if let (false, found) = values.check(condition)? {
            let reason = format!("not needed: this is {found}");
            context.report(StepState::Skipped { reason }).await;
            let otherwise = step.otherwise.unwrap_or(call.input);
            return values.read(otherwise);
        }
    }
    context.report(StepState::Started).await;
    let started = Instant::now();
    let input = values.read(call.input)?;
    match call.action.run(input, &context).await {
        Ok(value) => {
            let state = StepState::Finished {
                output: display(&value),
                elapsed: started.elapsed(),
                usage: context.usage(),
            };
            context.report(state).await;
            Ok(value)
        }
        Err(error) => {
            context.report(StepState::Failed { message: error.to_string() }).await;
            Err(error)
        }
    }
}

/// What the steps have given so far.
pub(super) struct Values {
    question: String,
    messages: Vec<Message>,
    steps: Vec<Value>,
}

impl Values {
    fn of(run: &Run) -> Self {
        Self {
            question: run.question.clone(),
            messages: run.request.messages.clone(),
            steps: Vec::new(),
        }
    }

    fn get(&self, source: Source) -> Option<Value> {
        match source {
            Source::Question => Some(Value::Text(self.question.clone())),
            Source::Messages => Some(Value::Messages(self.messages.clone())),
            Source::Step(position) => self.steps.get(position).cloned(),
        }
    }

    fn read(&self, source: Source) -> Result<Value, GenerateError> {
        let missing = || GenerateError::engine("a step of the chain is used before it has run");
        self.get(source).ok_or_else(missing)
    }

    /// The call that the body makes for the values there are.
    fn call_of<'plan>(&self, body: &'plan Body) -> Result<&'plan Call, GenerateError> {
        match body {
            Body::Call(call) => Ok(call),
            Body::Match { on, arms } => match Kind::from_value(self.read(*on)?) {
                Some(kind) => Ok(arms.of(kind)),
                None => Err(GenerateError::engine("a step of the chain matches on no kind")),
            },
        }
    }

    /// Whether a condition holds, and what its value is.
    fn check(&self, condition: &Condition) -> Result<(bool, &'static str), GenerateError> {
        match (self.read(condition.on)?, &condition.one_of) {
            (Value::Language(language), Choice::Languages(accepted)) => {
                Ok((accepted.contains(&language), language.as_str()))
            }
            (Value::Kind(kind), Choice::Kinds(accepted)) => {
                Ok((accepted.contains(&kind), kind.as_str()))
            }
            _ => Err(GenerateError::engine("a condition of the chain has the wrong type")),
        }
    }

    /// What the first step that decided on a kind decided.
    fn kind(&self) -> Option<Kind> {
        self.steps.iter().find_map(|value| Kind::from_value(value.clone()))
    }

    /// Whether what the step at `position` gives is certain to be the chain's output, so that it
    /// can be streamed while it comes: every step behind it is skipped in its favour.
    fn reaches_output(&self, plan: &Plan, position: usize) -> bool {
        let mut source = plan.output;
        loop {
            let Source::Step(at) = source else { return false };
            if at <= position {
                return at == position;
            }
            let Some(step) = plan.steps.get(at) else { return false };
            let skipped =
                step.when.iter().any(|condition| matches!(self.check(condition), Ok((false, _))));
            match step.otherwise.filter(|_| skipped) {
                Some(otherwise) => source = otherwise,
                None => return false,
            }
        }
    }
}

/// A value as an event shows it, shortened.
fn display(value: &Value) -> String {
    const MOST: usize = 200;
    let text = match value {
        Value::Text(text) => text,
        Value::Answer(solution) => &solution.text,
        Value::Language(language) => language.as_str(),
        Value::Kind(kind) => kind.as_str(),
        Value::Messages(messages) => return format!("{} messages", messages.len()),
    };
    let mut short: String = text.chars().take(MOST).collect();
    if text.chars().nth(MOST).is_some() {
        short.push('…');
    }
    short
}
