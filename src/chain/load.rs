//! Makes a plan of a chain file: every name resolved, every type checked, every problem listed.

use std::{path::Path, time::Duration};

use serde_saphyr::Spanned;

use crate::generate::Kind;

use super::{
    language::Language,
    plan::{
        Arms, Body, Choice, Condition, Limits, ModelRole, Plan, PlannedStep, Source, UsedRole,
        type_of,
    },
    problem::{LoadError, Problem},
    reference::{self, Reference},
    spec,
    value::Type,
};

mod call;
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
    let mut loader = Loader { file, problems: Vec::new(), steps: Vec::new(), roles: Vec::new() };
    match loader.plan(&spec) {
        Some(plan) if loader.problems.is_empty() => Ok(plan),
        _ => Err(LoadError { problems: loader.problems }),
    }
}

/// A file being made a plan. A step with problems still takes its place, so that the ones after it
/// are checked too.
struct Loader<'file> {
    file: &'file str,
    problems: Vec<Problem>,
    /// The id of each step so far, and the step if nothing is wrong with it.
    steps: Vec<(String, Option<PlannedStep>)>,
    roles: Vec<UsedRole>,
}

/// Where something stands in the file.
#[derive(Debug, Clone, Copy)]
struct Place<'file> {
    line: u64,
    column: u64,
    step: Option<&'file str>,
}

/// Seconds in a week.
const LONGEST_RUN: u64 = 7 * 24 * 3600;

impl<'file> Place<'file> {
    fn of<T>(value: &Spanned<T>, step: Option<&'file str>) -> Self {
        Self { line: value.referenced.line(), column: value.referenced.column(), step }
    }
}

impl Loader<'_> {
    /// Notes a problem; `None`, so that the caller can return with it.
    fn problem<T>(&mut self, place: Place<'_>, message: impl Into<String>) -> Option<T> {
        self.problems.push(Problem {
            file: self.file.to_owned(),
            line: place.line,
            column: place.column,
            step: place.step.map(str::to_owned),
            message: message.into(),
        });
        None
    }

    fn plan(&mut self, spec: &spec::Spec) -> Option<Plan> {
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
        for step in &spec.steps {
            let planned = self.step(&step.value, &spec.name.value);
            self.steps.push((step.value.id.value.clone(), planned));
        }
        let limits = self.limits(&spec.limits);
        let place = Place::of(&spec.output, None);
        let output = self.source(&spec.output.value, place)?;
        let found = self.type_of(output)?;
        if !matches!(found, Type::Answer | Type::Text) {
            return self.problem(place, format!("the output is an answer or text, not {found}"));
        }
        Some(Plan {
            name: spec.name.value.clone(),
            description: spec.description.clone(),
            roles: std::mem::take(&mut self.roles),
            steps: self.steps.drain(..).map(|(_, step)| step).collect::<Option<_>>()?,
            output,
            limits,
        })
    }

    fn limits(&mut self, limits: &spec::Limits) -> Limits {
        for limit in [&limits.tokens, &limits.seconds].into_iter().flatten() {
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
        }
    }

    fn step(&mut self, step: &spec::Step, chain: &str) -> Option<PlannedStep> {
        let id = step.id.value.as_str();
        let place = Place::of(&step.id, Some(id));
        if !reference::is_id(id) {
            let message = "an id is letters, digits, `_` and `-`, beginning with a letter, and not \
                           `input`";
            self.problem::<()>(place, message);
        }
        if self.steps.iter().any(|(earlier, _)| earlier == id) {
            self.problem::<()>(place, "an earlier step has this id; ids are unique");
        }
        let body = self.body(step, chain, place);
        let when = match &step.when {
            Some(when) => self.conditions(when, id),
            None => Some(Vec::new()),
        };
        let body = body?;
        let otherwise = match (&step.otherwise, &step.when) {
            (Some(otherwise), Some(_)) => Some(self.otherwise(otherwise, id, body.output())?),
            (Some(otherwise), None) => {
                let place = Place::of(otherwise, Some(id));
                return self.problem(place, "`otherwise` belongs to `when`, and there is none");
            }
            (None, Some(when)) => {
                let place = Place::of(when, Some(id));
                let message = "a step with `when` needs `otherwise`: what it gives when it is \
                               skipped, for example `otherwise: ${input.question}`";
                return self.problem(place, message);
            }
            (None, None) => None,
        };
        Some(PlannedStep { id: id.to_owned(), when: when?, otherwise, body })
    }

    /// What a skipped step gives: it must have the type of what the step gives.
    fn otherwise(&mut self, text: &Spanned<String>, id: &str, wanted: Type) -> Option<Source> {
        let place = Place::of(text, Some(id));
        let source = self.source(&text.value, place)?;
        let found = self.type_of(source)?;
        if found != wanted {
            return self.problem(place, format!("the step gives {wanted}, `otherwise` {found}"));
        }
        Some(source)
    }

    fn body(&mut self, step: &spec::Step, chain: &str, place: Place<'_>) -> Option<Body> {
        let id = step.id.value.as_str();
        let given = [&step.math, &step.code, &step.both, &step.other];
        let Some(on) = &step.match_on else {
            if let Some(arm) = given.into_iter().flatten().next() {
                let message = "`math`, `code`, `both` and `other` belong to `match`";
                return self.problem(Place::of(arm, Some(id)), message);
            }
            return self.call(step.actions(), step.options(), place, chain).map(Body::Call);
        };
        let match_place = Place::of(on, Some(id));
        if !step.actions().is_empty() {
            return self.problem(match_place, "a step has `match` or one action, not both");
        }
        let source = self.source(&on.value, match_place)?;
        let found = self.type_of(source)?;
        if found != Type::Kind {
            return self.problem(match_place, format!("`match` needs {}, not {found}", Type::Kind));
        }
        let [Some(math), Some(code), Some(both), Some(other)] = given.map(Option::as_ref) else {
            return self.problem(match_place, "`match` needs `math`, `code`, `both` and `other`");
        };
        let [math, code, both, other] = [math, code, both, other].map(|arm| {
            let place = Place::of(arm, Some(id));
            let call = self.call(arm.value.actions(), arm.value.options(), place, chain)?;
            let found = call.action.output();
            if found == Type::Answer {
                return Some(call);
            }
            self.problem(place, format!("every arm gives {}, not {found}", Type::Answer))
        });
        let arms = Arms { math: math?, code: code?, both: both?, other: other? };
        Some(Body::Match { on: source, arms: Box::new(arms) })
    }

    fn conditions(&mut self, when: &Spanned<String>, id: &str) -> Option<Vec<Condition>> {
        let place = Place::of(when, Some(id));
        let comparisons = match reference::conditions(&when.value) {
            Ok(comparisons) => comparisons,
            Err(message) => return self.problem(place, message),
        };
        comparisons.into_iter().map(|comparison| self.condition(comparison, place)).collect()
    }

    fn condition(
        &mut self,
        comparison: reference::Comparison<'_>,
        place: Place<'_>,
    ) -> Option<Condition> {
        let on = self.resolve(comparison.on, place)?;
        let values = comparison.one_of;
        let one_of = match self.type_of(on)? {
            Type::Language => {
                let find =
                    |name: &str| Language::ALL.into_iter().find(|item| item.as_str() == name);
                values.iter().map(|name| find(name)).collect::<Option<_>>().map(Choice::Languages)
            }
            Type::Kind => values
                .iter()
                .map(|name| name.parse().ok())
                .collect::<Option<_>>()
                .map(Choice::Kinds),
            found => {
                let message = format!("a condition looks at a language or a kind, not {found}");
                return self.problem(place, message);
            }
        };
        let Some(one_of) = one_of else {
            let kinds = [Kind::Math, Kind::Code, Kind::Both, Kind::Other].map(Kind::as_str);
            let message = format!(
                "a language is one of {}; a kind is one of {}",
                Language::ALL.map(Language::as_str).join(", "),
                kinds.join(", ")
            );
            return self.problem(place, message);
        };
        Some(Condition { on, one_of })
    }

    fn source(&mut self, text: &str, place: Place<'_>) -> Option<Source> {
        match reference::reference(text) {
            Ok(reference) => self.resolve(reference, place),
            Err(message) => self.problem(place, message),
        }
    }

    fn resolve(&mut self, reference: Reference<'_>, place: Place<'_>) -> Option<Source> {
        let name = match reference {
            Reference::Question => return Some(Source::Question),
            Reference::Messages => return Some(Source::Messages),
            Reference::Step(name) => name,
        };
        if let Some(position) = self.steps.iter().position(|(id, _)| id == name) {
            return Some(Source::Step(position));
        }
        let earlier: Vec<&str> = self.steps.iter().map(|(id, _)| id.as_str()).collect();
        let list = if earlier.is_empty() { "none".to_owned() } else { earlier.join(", ") };
        let message = format!("no earlier step is called `{name}`; earlier steps: {list}");
        self.problem(place, message)
    }

    /// The type of what a source gives; `None` where its step has problems, which are listed.
    fn type_of(&self, source: Source) -> Option<Type> {
        match source {
            Source::Step(position) => {
                self.steps.get(position)?.1.as_ref().map(|step| step.body.output())
            }
            Source::Question | Source::Messages => type_of(&[], source),
        }
    }
}

/// The declared roles, in their own order.
fn roles(roles: &spec::Roles) -> Vec<UsedRole> {
    let needs = [
        (ModelRole::Reasoner, roles.reasoner),
        (ModelRole::Translator, roles.translator),
        (ModelRole::General, roles.general),
    ];
    needs
        .into_iter()
        .filter_map(|(role, need)| {
            need.map(|need| UsedRole { role, optional: need == spec::Need::Optional })
        })
        .collect()
}
