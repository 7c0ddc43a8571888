//! Makes a plan of a chain file: every name resolved, every type checked, every problem listed.

use std::{path::Path, time::Duration};

use super::{
    plan::{Block, Limits, ModelRole, Plan, PlannedStep, UsedRole},
    problem::{LoadError, Problem},
    reference,
    spec::{self, Placed, Spot, spot},
    value::Type,
};

mod call;
mod clr;
mod input;
mod name;
mod retrieve;
mod several;
mod step;
mod tool;
mod trial;
mod vote;

pub(super) use several::MOST_AT_ONCE;
pub(super) use trial::MOST_INPUTS;
pub(super) use vote::{MOST_SAMPLES, needs_all};
mod yaml;

/// The version of the format that is read.
const VERSION: u32 = 1;

/// Reads a chain from a file.
///
/// # Errors
///
/// Everything that is wrong with it; see [`load`].
pub fn load_file(path: &Path) -> Result<Plan, LoadError> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| LoadError {
        problems: vec![Problem::in_file(&name, format!("cannot be read: {error}"))],
    })?;
    load(&text, &name)
}

/// Makes a plan of the text of a chain file; `file` names it in problems.
///
/// # Errors
///
/// Everything that is wrong with it, each with its line and column: text that is no YAML, unknown
/// keys, references to steps that do not exist or come later, ids used twice, values of the wrong
/// type.
pub fn load(text: &str, file: &str) -> Result<Plan, LoadError> {
    let spec = yaml::read(text, file)?;
    let mut loader = Loader {
        file,
        chain: &spec.name.value,
        problems: Vec::new(),
        visible: Vec::new(),
        slots: 0,
        roles: Vec::new(),
        surroundings: Surroundings::default(),
        private: spec.private,
    };
    match loader.plan(&spec) {
        Some(plan) if loader.problems.is_empty() => Ok(plan),
        _ => Err(LoadError { problems: loader.problems }),
    }
}

/// A file being made a plan. A step with problems still takes its place, so that the ones after it
/// are checked too.
struct Loader<'file> {
    file: &'file str,
    /// The chain's name.
    chain: &'file str,
    problems: Vec<Problem>,
    /// The steps that can be named at the moment.
    visible: Vec<Visible>,
    slots: usize,
    roles: Vec<UsedRole>,
    surroundings: Surroundings,
    /// Whether the chain shows nothing of its way to the answer.
    private: bool,
}

/// A step that can be named.
#[derive(Debug, Clone)]
struct Visible {
    id: String,
    slot: usize,
    gives: Gives,
}

/// What can be known of what a step or a way of it gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gives {
    /// A value of this type.
    A(Type),
    /// Nothing: the chain ends there.
    Nothing,
    /// Something is wrong with it, which is listed.
    Unknown,
}

/// What is around a step.
#[derive(Debug, Clone, Copy, Default)]
struct Surroundings {
    /// Whether there is an item, because this is inside of a `map`, or weighs a sample.
    item: bool,
    /// Whether there is a number, because this is inside of a `map` or a `vote`.
    index: bool,
    /// Whether other steps run at the same time or in its place, so that it cannot end the chain.
    beside: bool,
}

/// Where something stands in the file.
#[derive(Debug, Clone, Copy)]
struct Place<'file> {
    spot: Spot,
    step: Option<&'file str>,
}

/// Seconds in a week.
const LONGEST_RUN: u64 = 7 * 24 * 3600;

impl<'file> Place<'file> {
    fn of<T>(value: &Placed<T>, step: Option<&'file str>) -> Self {
        Self { spot: spot(value), step }
    }

    /// Another place of the same step.
    fn at(self, spot: Spot) -> Self {
        Self { spot, ..self }
    }
}

impl<'file> Loader<'file> {
    /// Notes a problem; `None`, so that the caller can return with it.
    fn problem<T>(&mut self, place: Place<'_>, message: impl Into<String>) -> Option<T> {
        self.problems.push(Problem {
            file: self.file.to_owned(),
            line: place.spot.line,
            column: place.spot.column,
            step: place.step.map(str::to_owned),
            message: message.into(),
        });
        None
    }

    fn plan(&mut self, spec: &'file spec::Spec) -> Option<Plan> {
        let version = Place::of(&spec.version, None);
        if spec.version.value != VERSION {
            let found = spec.version.value;
            self.problem::<()>(version, format!("version {found} is unknown; this is version 1"));
        }
        if !reference::is_id(&spec.name.value) {
            let message = "a name is letters, digits, `_` and `-`, beginning with a letter";
            self.problem::<()>(Place::of(&spec.name, None), message);
        }
        self.roles = roles(&spec.models);
        if spec.steps.is_empty() {
            self.problem::<()>(Place::of(&spec.name, None), "a chain needs at least one step");
        }
        let steps: Vec<Option<PlannedStep>> =
            spec.steps.iter().map(|step| self.step(step)).collect();
        let limits = self.limits(&spec.limits);
        let place = Place::of(&spec.output, None);
        let output = self.source(&spec.output.value, place)?;
        let found = self.type_of(&output)?;
        if !matches!(found, Type::Answer | Type::Text) {
            return self.problem(place, format!("the output is an answer or text, not {found}"));
        }
        Some(Plan {
            name: spec.name.value.clone(),
            description: spec.description.clone(),
            private: spec.private,
            roles: std::mem::take(&mut self.roles),
            block: Block { steps: steps.into_iter().collect::<Option<_>>()?, output },
            slots: self.slots,
            limits,
        })
    }

    fn limits(&mut self, limits: &spec::Limits) -> Limits {
        for limit in [&limits.tokens, &limits.seconds, &limits.calls].into_iter().flatten() {
            if limit.value == 0 {
                self.problem::<()>(Place::of(limit, None), "a limit is at least 1");
            }
        }
        if let Some(seconds) = limits.seconds.as_ref().filter(|seconds| seconds.value > LONGEST_RUN)
        {
            let message = "a run is limited to a week (604800 seconds) or less";
            self.problem::<()>(Place::of(seconds, None), message);
        }
        Limits {
            tokens: limits.tokens.as_ref().map(|tokens| tokens.value),
            time: limits.seconds.as_ref().map(|seconds| Duration::from_secs(seconds.value)),
            calls: limits.calls.as_ref().map(|calls| calls.value),
        }
    }
}

/// The declared roles, in their own order.
fn roles(roles: &spec::Roles) -> Vec<UsedRole> {
    let needs = [
        (ModelRole::Reasoner, roles.reasoner),
        (ModelRole::Translator, roles.translator),
        (ModelRole::General, roles.general),
        (ModelRole::Embedder, roles.embedder),
    ];
    needs
        .into_iter()
        .filter_map(|(role, need)| {
            need.map(|need| UsedRole { role, optional: need == spec::Need::Optional })
        })
        .collect()
}
