//! Says what a chain would do with a question, and why, without calling a model.

use serde::Serialize;

use crate::generate::Kind;

use super::{
    ModelNames,
    language::{self, Language},
    parts,
    plan::{Block, Body, Branch, Call, Choice, Condition, ModelRole, Plan, PlannedStep, Source},
    routing,
    step::{Action, Decompose, Each},
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
    /// What it would ask that is no model, if it would: the name of a folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uses: Option<String>,
}

/// Explains what `plan` would do with `question` on models of these names.
///
/// Routing looks at the question as it was asked, so this is what will happen, up to what only the
/// models decide: whether a translation passes its proof.
pub fn explain(plan: &Plan, models: &ModelNames, question: &str) -> Explanation {
    let decision = routing::decide(question);
    let mut walk = Walk { plan, models, in_doubt: decision.in_doubt, steps: Vec::new() };
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
    /// Whether the rules are in doubt about the question.
    in_doubt: bool,
    steps: Vec<ExplainedStep>,
}

/// What is asked, and what is known of it without a model.
struct Asked<'question> {
    question: &'question str,
    kind: Kind,
    /// What the steps give, by their slots.
    known: Vec<Option<Known>>,
}

/// What a step that needs no model gives.
#[derive(Clone, Copy)]
enum Known {
    Language(Language),
    Kind(Kind),
}

impl Walk<'_> {
    fn question(&mut self, question: &str, kind: Kind, path: &str) {
        let mut asked = Asked { question, kind, known: vec![None; self.plan.slots] };
        self.block(&self.plan.block, &mut asked, path);
    }

    fn block(&mut self, block: &Block, asked: &mut Asked<'_>, path: &str) {
        for step in &block.steps {
            if step.when.iter().all(|condition| asked.may_hold(condition)) {
                self.step(step, asked, path);
            }
        }
    }

    fn step(&mut self, step: &PlannedStep, asked: &mut Asked<'_>, path: &str) {
        let id = format!("{path}{}", step.id);
        match &step.body {
            Body::Call(call) => {
                let known = self.call(call, asked, &id);
                if let Some(place) = asked.known.get_mut(step.slot) {
                    *place = known;
                }
            }
            Body::Match { on, arms, otherwise } => match asked.choice(on) {
                Some(choice) => {
                    let arm = arms.iter().find(|(name, _)| *name == choice).map(|(_, arm)| arm);
                    if let Some(arm) = arm.or(otherwise.as_ref()) {
                        self.branch(arm, asked, &id);
                    }
                }
                // Which way it goes is for a model to say.
                None => self.listed(&id, "match", None),
            },
            Body::Parallel(steps) => {
                self.listed(&id, "parallel", None);
                for step in steps {
                    if step.when.iter().all(|condition| asked.may_hold(condition)) {
                        self.step(step, asked, path);
                    }
                }
            }
            Body::Map { each, .. } => {
                self.listed(&id, "map", None);
                self.branch(each, asked, &format!("{id}/*"));
            }
            Body::Vote(vote) => {
                self.listed(&id, "vote", None);
                self.branch(&vote.each, asked, &format!("{id}/*"));
                if vote.certainty.is_some() {
                    self.listed(&format!("{id}/*/confidence"), "confidence", None);
                }
                if let Some(weigh) = &vote.weigh {
                    self.branch(weigh, asked, &format!("{id}/*/weigh"));
                }
            }
            Body::Fallback(branches) => {
                self.listed(&id, "fallback", None);
                if let Some(first) = branches.first() {
                    self.branch(first, asked, &format!("{id}/1"));
                }
            }
            Body::Finish(_) => self.listed(&id, "finish", None),
        }
    }

    fn branch(&mut self, branch: &Branch, asked: &mut Asked<'_>, id: &str) {
        match branch {
            Branch::Call(call) => {
                self.call(call, asked, id);
            }
            Branch::Steps(block) => self.block(block, asked, &format!("{id}/")),
        }
    }

    fn call(&mut self, call: &Call, asked: &Asked<'_>, id: &str) -> Option<Known> {
        let Call::Action { action, .. } = call else {
            self.listed(id, call.name(), None);
            return None;
        };
        let unasked = asked.question.trim().is_empty() && action.role() == Some(ModelRole::General);
        let undoubted = matches!(action, Action::Route(_)) && !self.in_doubt;
        let target = action.target().filter(|_| !unasked && !undoubted);
        let model = target.and_then(|target| self.models.find(&target).map(str::to_owned));
        self.listed(id, call.name(), model);
        if let Some(step) = self.steps.last_mut() {
            step.uses = action.uses();
        }
        match action {
            Action::DetectLanguage(_) => {
                Some(Known::Language(language::detect(asked.question).language))
            }
            Action::Route(_) => Some(Known::Kind(asked.kind)),
            Action::Decompose(step) => {
                self.decompose(step, asked, id);
                None
            }
            _ => None,
        }
    }

    /// The parts that a rule finds; how many a model would find nobody knows.
    fn decompose(&mut self, step: &Decompose, asked: &Asked<'_>, id: &str) {
        let parts = parts::split(asked.question).unwrap_or_default();
        match &step.each {
            Each::Itself => {
                for (part, number) in parts.iter().zip(1..) {
                    self.question(&part.text, part.kind, &format!("{id}/{number}/"));
                }
            }
            Each::Other(name) => {
                let numbers = (1..=parts.len()).map(|number| number.to_string());
                let mut numbers: Vec<String> = numbers.collect();
                if numbers.is_empty() {
                    numbers.push("*".to_owned());
                }
                for number in numbers {
                    self.listed(&format!("{id}/{number}"), "call", Some(name.clone()));
                }
            }
        }
    }

    fn listed(&mut self, id: &str, kind: &'static str, model: Option<String>) {
        self.steps.push(ExplainedStep { id: id.to_owned(), kind, model, uses: None });
    }
}

impl Asked<'_> {
    fn known(&self, source: &Source) -> Option<Known> {
        match source {
            Source::Step(slot) => *self.known.get(*slot)?,
            _ => None,
        }
    }

    /// The name of the arm that a value chooses; `None` where that depends on a model.
    fn choice(&self, on: &Source) -> Option<&'static str> {
        match self.known(on)? {
            Known::Language(language) => Some(language.as_str()),
            Known::Kind(kind) => Some(kind.as_str()),
        }
    }

    /// Whether a condition holds, or could.
    fn may_hold(&self, condition: &Condition) -> bool {
        let accepted = match (self.known(&condition.on), &condition.one_of) {
            (Some(Known::Language(language)), Choice::Languages(all)) => all.contains(&language),
            (Some(Known::Kind(kind)), Choice::Kinds(all)) => all.contains(&kind),
            _ => return true,
        };
        accepted != condition.negated
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn kind_as_text<S: serde::Serializer>(kind: &Kind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.as_str())
}
