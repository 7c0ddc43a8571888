//! Says what a chain would do with a question, and why, without calling a model.

use serde::Serialize;

use crate::generate::Kind;

use super::{
    ModelNames,
    language::{self, Language},
    parts,
    plan::{Body, Call, Choice, Condition, ModelRole, Plan, Source},
    routing,
    step::Action,
};

/// What would happen to a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The shape of this document.
    pub schema: &'static str,
    /// The language of the question.
    pub language: Language,
    /// What it is about.
    #[serde(serialize_with = "kind_as_text")]
    pub kind: Kind,
    /// Why, most important first.
    pub reasons: Vec<String>,
    /// The steps that would run, in order.
    pub steps: Vec<ExplainedStep>,
    /// The models that would be called, each once.
    pub models: Vec<String>,
}

/// A step that would run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainedStep {
    /// The step's id, with the number of the part in a composite question: `answer/1/answer`.
    pub id: String,
    /// What the step does, for example `translate`.
    pub kind: &'static str,
    /// The model it would call; `null` for a step that needs none.
    pub model: Option<String>,
}

/// Explains what `plan` would do with `question` on models of these names.
///
/// Routing looks at the question as it was asked, so this is what will happen, up to what only the
/// models decide: whether a translation passes its proof.
pub fn explain(plan: &Plan, models: &ModelNames, question: &str) -> Explanation {
    let decision = routing::decide(question);
    let mut walk = Walk { plan, models, steps: Vec::new() };
    walk.question(question, decision.kind, "");
    let mut names = Vec::new();
    for name in walk.steps.iter().filter_map(|step| step.model.as_ref()) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    Explanation {
        schema: "ponder.explain/1",
        language: language::detect(question).language,
        kind: decision.kind,
        reasons: decision.reasons,
        steps: walk.steps,
        models: names,
    }
}

/// Collects the steps of a plan that would run.
struct Walk<'plan> {
    plan: &'plan Plan,
    models: &'plan ModelNames,
    steps: Vec<ExplainedStep>,
}

/// What the steps that need no model give.
#[derive(Clone, Copy)]
enum Known {
    Language(Language),
    Kind(Kind),
    Unknown,
}

impl Walk<'_> {
    fn question(&mut self, question: &str, kind: Kind, path: &str) {
        let mut known: Vec<Known> = Vec::new();
        for step in &self.plan.steps {
            let id = format!("{path}{}", step.id);
            let Some(call) = call_of(&step.body, &known) else {
                known.push(Known::Unknown);
                continue;
            };
            if !step.when.iter().all(|condition| may_hold(condition, &known)) {
                known.push(Known::Unknown);
                continue;
            }
            known.push(match call.action {
                Action::DetectLanguage(_) => Known::Language(language::detect(question).language),
                Action::Route(_) => Known::Kind(kind),
                _ => Known::Unknown,
            });
            let empty = question.trim().is_empty();
            let role = call.action.role().filter(|role| !(empty && *role == ModelRole::General));
            let model = role.and_then(|role| self.models.of(role)).map(str::to_owned);
            self.steps.push(ExplainedStep { id: id.clone(), kind: call.action.name(), model });
            if matches!(call.action, Action::Split(_)) {
                for (part, number) in parts::split(question).unwrap_or_default().iter().zip(1..) {
                    self.question(&part.text, part.kind, &format!("{id}/{number}/"));
                }
            }
        }
    }
}

/// The call that a body makes; `None` where that depends on a model.
fn call_of<'plan>(body: &'plan Body, known: &[Known]) -> Option<&'plan Call> {
    match body {
        Body::Call(call) => Some(call),
        Body::Match { on: Source::Step(position), arms } => match known.get(*position) {
            Some(Known::Kind(kind)) => Some(arms.of(*kind)),
            _ => None,
        },
        Body::Match { .. } => None,
    }
}

/// Whether a condition holds, or could.
fn may_hold(condition: &Condition, known: &[Known]) -> bool {
    let Source::Step(position) = condition.on else { return true };
    match (known.get(position), &condition.one_of) {
        (Some(Known::Language(language)), Choice::Languages(accepted)) => {
            accepted.contains(language)
        }
        (Some(Known::Kind(kind)), Choice::Kinds(accepted)) => accepted.contains(kind),
        _ => true,
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn kind_as_text<S: serde::Serializer>(kind: &Kind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.as_str())
}
