//! What the steps of a run have given so far, as far as a step can see it.

use std::{borrow::Cow, sync::Arc};

use serde_json::Value as Json;

use crate::{
    chain::{
        plan::{Block, Body, Choice, Condition, Source},
        run::Run,
        value::Value,
    },
    generate::{GenerateError, Kind},
};

/// The values there are. Steps that run at the same time each have a copy of their own, which shares the values.
#[derive(Debug, Clone)]
pub(in crate::chain) struct Scope<'run> {
    run: &'run Run,
    slots: Vec<Option<Arc<Value>>>,
    /// The item that a `map` is at, or the sample that is weighed.
    item: Option<Json>,
    /// Its number, or that of a sample.
    index: Option<u64>,
}

impl<'run> Scope<'run> {
    pub(super) fn new(run: &'run Run) -> Self {
        Self { run, slots: vec![None; run.plan.slots], item: None, index: None }
    }

    /// The same values for one item of a list.
    pub(super) fn at(&self, item: Json, index: u64) -> Self {
        Self { item: Some(item), ..self.numbered(index) }
    }

    /// The same values, and the number of a sample.
    pub(super) fn numbered(&self, index: u64) -> Self {
        Self { index: Some(index), ..self.clone() }
    }

    pub(super) fn set(&mut self, slot: usize, value: Value) {
        if let Some(place) = self.slots.get_mut(slot) {
            *place = Some(Arc::new(value));
        }
    }

    /// The value of a source.
    ///
    /// # Errors
    ///
    /// A step that has not run, which a checked plan never asks for.
    pub(in crate::chain) fn read(&self, source: &Source) -> Result<Value, GenerateError> {
        self.look(source).map(Cow::into_owned)
    }

    /// The value of a source, to look at.
    ///
    /// # Errors
    ///
    /// As [`Self::read`].
    pub(in crate::chain) fn look(&self, source: &Source) -> Result<Cow<'_, Value>, GenerateError> {
        let missing = || GenerateError::engine("a step of the chain is used before it has run");
        self.find(source).ok_or_else(missing)
    }

    fn find(&self, source: &Source) -> Option<Cow<'_, Value>> {
        Some(Cow::Owned(match source {
            Source::Question => Value::Text(self.run.question.clone()),
            Source::Messages => Value::Messages(self.run.request.messages.clone()),
            Source::Item => Value::Data(self.item.clone()?),
            Source::Index => Value::Data(self.index?.into()),
            Source::Step(slot) => return self.slots.get(*slot)?.as_deref().map(Cow::Borrowed),
            Source::Inside(whole, path) => Value::Data(match &*self.find(whole)? {
                Value::Data(data) => inside(data, path),
                other => inside(&other.to_json(), path),
            }),
        }))
    }

    /// Whether a condition holds, and what its value is.
    pub(super) fn check(&self, condition: &Condition) -> Result<(bool, String), GenerateError> {
        let (found, text) = match (&*self.look(&condition.on)?, &condition.one_of) {
            (Value::Language(language), Choice::Languages(accepted)) => {
                (accepted.contains(language), language.as_str().to_owned())
            }
            (Value::Kind(kind), Choice::Kinds(accepted)) => {
                (accepted.contains(kind), kind.as_str().to_owned())
            }
            (value, Choice::Values(accepted)) => {
                let value = plain(value);
                (accepted.iter().any(|accepted| same(accepted, &value)), shown(&value))
            }
            _ => return Err(GenerateError::engine("a condition of the chain has the wrong type")),
        };
        Ok((found != condition.negated, text))
    }

    /// The name of the arm that a value chooses.
    pub(super) fn choice(&self, on: &Source) -> Result<String, GenerateError> {
        let value = self.look(on)?;
        Ok(shown(&plain(&value)))
    }

    /// What the first step that decided on a kind decided.
    pub(super) fn kind(&self) -> Option<Kind> {
        self.slots.iter().flatten().find_map(|value| match **value {
            Value::Kind(kind) => Some(kind),
            _ => None,
        })
    }

    /// Whether what the step at `position` gives is certain to be what the block gives, so that it can be
    /// streamed while it comes: every step behind it is skipped in its favour.
    pub(super) fn reaches_output(&self, block: &Block, position: usize) -> bool {
        let Some(step) = block.steps.get(position) else { return false };
        let later = block.steps.get(position + 1..).unwrap_or_default();
        let mut source = &block.output;
        for last in later.iter().filter(|later| later.body.may_finish()) {
            match (self.holds(&last.when), &last.body) {
                (Some(false), _) => {}
                (Some(true), Body::Finish(ending)) => {
                    source = &ending.answer;
                    break;
                }
                (_, Body::Finish(ending)) if ending.answer == Source::Step(step.slot) => {}
                _ => return false,
            }
        }
        loop {
            let Source::Step(slot) = source else { return false };
            if *slot == step.slot {
                return true;
            }
            let Some(at) = later.iter().find(|later| later.slot == *slot) else { return false };
            let skipped = self.holds(&at.when) == Some(false);
            match at.otherwise.as_ref().filter(|_| skipped) {
                Some(otherwise) => source = otherwise,
                None => return false,
            }
        }
    }

    /// Whether conditions hold; `None` if that is not known yet.
    fn holds(&self, when: &[Condition]) -> Option<bool> {
        let mut all = Some(true);
        for condition in when {
            match self.check(condition) {
                Ok((true, _)) => {}
                Ok((false, _)) => return Some(false),
                Err(_) => all = None,
            }
        }
        all
    }
}

/// What stands at a path in data; `null` where there is nothing.
fn inside(whole: &Json, path: &[String]) -> Json {
    let found = path.iter().try_fold(whole, |value, key| match value {
        Json::Object(object) => object.get(key),
        Json::Array(list) => key.parse().ok().and_then(|index: usize| list.get(index)),
        _ => None,
    });
    found.cloned().unwrap_or_default()
}

/// A value as conditions compare it: an answer by what it says.
fn plain(value: &Value) -> Json {
    match value {
        Value::Answer(solution) => solution.text.trim().into(),
        Value::Text(text) => text.trim().into(),
        value => value.to_json(),
    }
}

/// Whether two values are the same; numbers by what they are worth.
fn same(accepted: &Json, value: &Json) -> bool {
    match (accepted.as_f64(), value.as_f64()) {
        (Some(accepted), Some(value)) => accepted == value,
        // What was found in a text is text: `42` is meant, whether it is quoted or not.
        _ => match (accepted, value) {
            (Json::Number(number), Json::String(text)) => {
                number.as_f64().is_some_and(|number| text.parse() == Ok(number))
            }
            (Json::Bool(flag), Json::String(text)) => text.parse() == Ok(*flag),
            (accepted, value) => accepted == value,
        },
    }
}

fn shown(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
