//! Steps that run other steps: at the same time, for every item of a list, or until one does not fail.

use futures::{
    StreamExt, TryStreamExt,
    future::{FutureExt, try_join_all},
    stream,
};
use serde_json::{Map, Value as Json};

use crate::{
    chain::{
        context::Context,
        outlet::Outlet,
        plan::{Branch, PlannedStep, Source},
        run::Scope,
        value::Value,
    },
    generate::{FinishReason, GenerateError},
};

use super::walk::{Flow, Walk};

/// The most items of one list: each is at least one step, and usually a model call.
pub(in crate::chain) const MOST_ITEMS: usize = 1000;

/// Where the answers of steps go that run at the same time: the thinking of the first is the run's.
pub(super) fn outlet_of(whole: &Outlet, position: u64) -> Outlet {
    if position == 0 { whole.holding() } else { whole.beside() }
}

impl Walk<'_> {
    /// Runs steps at the same time. When one fails, the others are dropped with all they do.
    pub(super) async fn parallel(
        &self,
        steps: &[PlannedStep],
        scope: &mut Scope<'_>,
        context: &Context<'_>,
    ) -> Result<Value, GenerateError> {
        // The steps have ids and places of their own, so their path is that of the step they are in.
        let Self { run, variation, turns, trace, .. } = *self;
        let (path, part_of) = (self.path.clone(), Some(context));
        let walk = Walk { run, path, part_of, variation, turns, trace };
        let runs = steps.iter().zip(0_u64..).map(|(step, position)| {
            let (walk, mut own) = (walk.varied(position + 1), scope.clone());
            let outlet = outlet_of(context.outlet(), position);
            async move { walk.step(step, &mut own, outlet).await }.boxed()
        });
        let flows = try_join_all(runs).await?;
        let mut all = Map::new();
        for (step, flow) in steps.iter().zip(flows) {
            let (Flow::Goes(value) | Flow::Ends(value)) = flow;
            all.insert(step.id.clone(), value.to_json());
            scope.set(step.slot, value);
        }
        Ok(Value::Data(Json::Object(all)))
    }

    /// Does the same for every item of a list, some at the same time.
    pub(super) async fn map(
        &self,
        over: &Source,
        each: &Branch,
        at_once: usize,
        scope: &Scope<'_>,
        context: &Context<'_>,
    ) -> Result<Value, GenerateError> {
        let items = match scope.read(over)?.to_json() {
            Json::Array(items) if items.len() <= MOST_ITEMS => items,
            Json::Array(items) => {
                let count = items.len();
                return Err(GenerateError::engine(format!(
                    "the step `{}` got {count} items; it takes at most {MOST_ITEMS}",
                    context.id()
                )));
            }
            other => {
                let found = kind_of(&other);
                return Err(GenerateError::engine(format!(
                    "the step `{}` needs a list and got {found}",
                    context.id()
                )));
            }
        };
        let runs = items.into_iter().zip(0_u64..).map(|(item, index)| {
            let mut own = scope.at(item, index);
            let outlet = outlet_of(context.outlet(), index);
            let walk = self.varied(index + 1);
            async move {
                let name = (index + 1).to_string();
                walk.branch(each, &name, &mut own, (outlet, context)).await
            }
            .boxed()
        });
        let values: Vec<Value> = stream::iter(runs).buffered(at_once.max(1)).try_collect().await?;
        Ok(Value::Data(values.iter().map(Value::to_json).collect()))
    }

    /// Takes the first of several ways that does not fail. An answer that says nothing, or that a limit of
    /// its model cut before its result, is a failure; once the client has seen content there is no other way.
    pub(super) async fn fallback(
        &self,
        branches: &[Branch],
        scope: &Scope<'_>,
        context: &Context<'_>,
    ) -> Result<Value, GenerateError> {
        let mut reasons = Vec::new();
        let count = branches.len() as u64;
        for (branch, number) in branches.iter().zip(1_u64..) {
            let last = number == count;
            let outlet = context.outlet().attempt(last);
            // What an alternative has found out is no more than that alternative's.
            let mut own = scope.clone();
            let ended = self.branch(branch, &number.to_string(), &mut own, (outlet, context)).await;
            let why = match ended {
                Ok(value) if last || context.outlet().has_begun() || says_something(&value) => {
                    context.decided(&format!("alternative {number}"), reasons).await;
                    return Ok(value);
                }
                Err(error) if last || context.outlet().has_begun() => return Err(error),
                Ok(_) => "its answer is empty or was cut off".to_owned(),
                Err(error) => error.to_string(),
            };
            reasons.push(format!("alternative {number}: {why}"));
        }
        Err(GenerateError::engine(format!("the step `{}` has no alternatives", context.id())))
    }
}

fn says_something(value: &Value) -> bool {
    match value {
        Value::Answer(solution) => {
            let cut = solution.result.is_none() && solution.reason == FinishReason::Length;
            !solution.text.trim().is_empty() && !cut
        }
        Value::Text(text) => !text.trim().is_empty(),
        Value::Data(data) => !data.is_null(),
        Value::Language(_) | Value::Kind(_) | Value::Messages(_) => true,
    }
}

fn kind_of(data: &Json) -> &'static str {
    match data {
        Json::Null => "nothing",
        Json::Bool(_) => "yes or no",
        Json::Number(_) => "a number",
        Json::String(_) => "a text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}
