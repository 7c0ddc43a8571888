//! Chains in typed Rust: the compiler checks what a chain file has checked when it is loaded.
//!
//! ```
//! use ponder::chain::{compose::Composer, step::{DetectLanguage, Reason, Translate}};
//! use ponder::chain::language::Language;
//!
//! let chain = Composer::new("tiny", "Mathematics only, in two languages.");
//! let question = chain.question();
//! let language = question.then("language", DetectLanguage);
//! let english = question.then_when("english", language.is(Language::Chinese), Translate::to_english());
//! let answer = english.then("answer", Reason::math());
//! let plan = chain.finish(answer)?;
//! assert_eq!(plan.name, "tiny");
//! # Ok::<(), ponder::chain::LoadError>(())
//! ```
//!
//! `language.then("answer", Reason::math())` does not compile: a language is no text.

use std::{
    cell::{Cell, RefCell},
    collections::HashSet,
    marker::PhantomData,
    time::Duration,
};

use serde_json::Value as Json;

use crate::generate::Message;

use super::{
    LoadError, Problem,
    plan::{
        Block, Body, Call, Form, Limits, ModelRole, Plan, PlannedStep, Render, Source, UsedRole,
    },
    reference::{self, Root},
    render,
    value::{Solution, Type},
};

mod handle;
mod several;
mod when;

pub use several::{Arm, ByKind, Voting, Way};
pub use when::When;

/// A chain being written.
#[derive(Debug)]
pub struct Composer {
    name: String,
    description: String,
    limits: Limits,
    private: bool,
    /// The steps that are being written, those inside of a step on top of those around it.
    frames: RefCell<Vec<Vec<PlannedStep>>>,
    slots: Cell<usize>,
    /// What the handles stand for.
    sources: RefCell<Vec<Source>>,
    problems: RefCell<Vec<Problem>>,
}

/// What a step will give: a value of type `T` that later steps can take.
#[derive(Debug)]
pub struct Handle<'chain, T> {
    chain: &'chain Composer,
    source: usize,
    typed: PhantomData<T>,
}

impl Composer {
    /// Begins a chain.
    pub fn new(name: impl Into<String>, description: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            description: description.into(),
            limits: Limits::default(),
            private: false,
            frames: RefCell::new(vec![Vec::new()]),
            slots: Cell::default(),
            sources: RefCell::default(),
            problems: RefCell::default(),
        }
    }

    /// Limits how long a whole run may take, in whole seconds; parts of one count as one.
    #[must_use]
    pub fn within(mut self, time: Duration) -> Self {
        let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
        self.limits.time = Some(Duration::from_secs(seconds.max(1)));
        self
    }

    /// Limits how many tokens all model calls of a run together may write.
    #[must_use]
    pub fn at_most_tokens(mut self, tokens: u64) -> Self {
        self.limits.tokens = Some(tokens);
        self
    }

    /// Limits how many model calls a run may make.
    #[must_use]
    pub fn at_most_calls(mut self, calls: u64) -> Self {
        self.limits.calls = Some(calls);
        self
    }

    /// Shows nothing of the way to the answer: no thinking, no text of a step, and no calls in the record that
    /// whoever asked may read.
    #[must_use]
    pub fn private(mut self) -> Self {
        self.private = true;
        self
    }

    /// The last message of the user.
    pub fn question(&self) -> Handle<'_, String> {
        self.handle(Source::Question)
    }

    /// The whole conversation.
    pub fn messages(&self) -> Handle<'_, Vec<Message>> {
        self.handle(Source::Messages)
    }

    /// Adds a step that fills a template in the Jinja language: `{{ input.question }}`, and what earlier
    /// steps gave by their ids.
    pub fn prompt(&self, id: &str, template: &str) -> Handle<'_, String> {
        self.render(id, Form::Prompt, template, Type::Text)
    }

    /// Adds a step that computes a Jinja expression of what earlier steps gave.
    pub fn transform(&self, id: &str, expression: &str) -> Handle<'_, Json> {
        self.render(id, Form::Transform, expression, Type::Data)
    }

    fn render<T>(&self, id: &str, form: Form, text: &str, gives: Type) -> Handle<'_, T> {
        let names = self.names(id, form, text);
        let call = Call::Render(Render::new(form, text, names));
        self.push(id, gives, Body::Call(call))
    }

    /// What the names of a template stand for; what is wrong with them is said when the chain is finished.
    fn names(&self, id: &str, form: Form, text: &str) -> Vec<(String, Source)> {
        let found = match render::names_in(form, text) {
            Ok(found) => found,
            Err(message) => {
                self.problem(id, &message);
                return Vec::new();
            }
        };
        let mut names: Vec<(String, Source)> = Vec::new();
        for name in found {
            let Some((name, source)) = self.named(&name) else {
                self.problem(id, &format!("no earlier step is called `{name}`"));
                continue;
            };
            if !names.iter().any(|(_, known)| *known == source) {
                names.push((name, source));
            }
        }
        names
    }

    /// What a dotted name in a template stands for, with the part of it that names it.
    fn named(&self, name: &str) -> Option<(String, Source)> {
        let reference = reference::dotted(name)?.ok()?;
        match reference.root {
            Root::Question => Some(("input.question".to_owned(), Source::Question)),
            Root::Messages => Some(("input.messages".to_owned(), Source::Messages)),
            Root::Item => Some(("item".to_owned(), Source::Item)),
            Root::Index => Some(("index".to_owned(), Source::Index)),
            Root::Step(id) => {
                let frames = self.frames.borrow();
                let slot = frames.iter().flatten().find_map(|step| slot_of(step, id))?;
                Some((id.to_owned(), Source::Step(slot)))
            }
        }
    }

    /// Ends the chain with its answer.
    ///
    /// # Errors
    ///
    /// Two steps have the same id, a handle of another chain was used, or a name in a template stands for
    /// nothing.
    pub fn finish(&self, output: Handle<'_, Solution>) -> Result<Plan, LoadError> {
        let steps = self.frames.borrow().first().cloned().unwrap_or_default();
        let mut ids = HashSet::new();
        let mut problems = self.problems.borrow().clone();
        let twice = steps.iter().filter(|step| !ids.insert(step.id.as_str()));
        problems.extend(
            twice.map(|step| Problem::in_rust(&self.name, &step.id, "its id is used twice")),
        );
        if !std::ptr::eq(output.chain, self) {
            problems.push(Problem::in_rust(&self.name, "", "the output is of another chain"));
        }
        if !problems.is_empty() {
            return Err(LoadError { problems });
        }
        let block = Block { steps, output: output.stands_for() };
        let plan = Plan {
            name: self.name.clone(),
            description: self.description.clone(),
            private: self.private,
            roles: roles(&block),
            block,
            slots: self.slots.get(),
            limits: self.limits,
        };
        Ok(plan)
    }

    fn problem(&self, step: &str, message: &str) {
        self.problems.borrow_mut().push(Problem::in_rust(&self.name, step, message));
    }

    fn handle<T>(&self, source: Source) -> Handle<'_, T> {
        let mut sources = self.sources.borrow_mut();
        sources.push(source);
        Handle { chain: self, source: sources.len() - 1, typed: PhantomData }
    }

    fn push<T>(&self, id: &str, gives: Type, body: Body) -> Handle<'_, T> {
        self.push_when(id, gives, (None, None), body)
    }

    fn push_when<T>(
        &self,
        id: &str,
        gives: Type,
        (when, otherwise): (Option<When>, Option<Source>),
        body: Body,
    ) -> Handle<'_, T> {
        if !reference::is_id(id) {
            self.problem(id, "an id is letters, digits, `_` and `-`, beginning with a letter");
        }
        let slot = self.slots.get();
        self.slots.set(slot + 1);
        let when = when.map_or_else(Vec::new, |when| when.conditions);
        let id = id.to_owned();
        let step = PlannedStep { id, slot, gives, when, otherwise, retry: None, body };
        if let Some(frame) = self.frames.borrow_mut().last_mut() {
            frame.push(step);
        }
        self.handle(Source::Step(slot))
    }
}

/// The slot of the step with this id, also of one that runs beside others.
fn slot_of(step: &PlannedStep, id: &str) -> Option<usize> {
    match &step.body {
        _ if step.id == id => Some(step.slot),
        Body::Parallel(steps) => steps.iter().find_map(|step| slot_of(step, id)),
        _ => None,
    }
}

/// The roles that these steps use; only the reasoner is always needed.
pub(super) fn roles(block: &Block) -> Vec<UsedRole> {
    let mut used = HashSet::new();
    block.visit(&mut |call| {
        if let Call::Action { action, .. } = call {
            used.extend(action.role());
        }
    });
    ModelRole::ALL
        .into_iter()
        .filter(|role| used.contains(role))
        .map(|role| UsedRole { role, optional: role != ModelRole::Reasoner })
        .collect()
}
