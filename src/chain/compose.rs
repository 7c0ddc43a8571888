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

use crate::generate::{Kind, Message};

use super::{
    LoadError, Problem,
    input::Input,
    language::Language,
    plan::{
        Block, Body, Call, Choice, Condition, Ending, Form, Limits, ModelRole, Plan, PlannedStep,
        Render, Retry, Source, UsedRole, Withhold,
    },
    reference::{self, Root},
    render,
    step::Step,
    value::{Solution, Type, Typed},
};

mod several;

pub use several::{Arm, ByKind, Voting, Way};

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

/// Conditions that must all hold.
#[derive(Debug, Clone)]
pub struct When {
    conditions: Vec<Condition>,
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

impl<T> Clone for Handle<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Handle<'_, T> {}

impl<'chain, T> Handle<'chain, T> {
    fn stands_for(self) -> Source {
        self.chain.sources.borrow().get(self.source).cloned().unwrap_or(Source::Question)
    }

    /// The same value where another type is needed that it can only mean; see [`Type::fits`].
    fn taken_as<U>(self) -> Handle<'chain, U> {
        Handle { chain: self.chain, source: self.source, typed: PhantomData }
    }

    /// Tries the step that gives this again when it fails, until it was tried so often: 2 to 10 times, with
    /// at most a minute before the second attempt and twice as much before each later one.
    #[must_use]
    pub fn retrying(self, attempts: u8, wait: Duration) -> Self {
        if !(2..=10).contains(&attempts) || wait > Duration::from_secs(60) {
            self.chain
                .problem("", "a step is tried 2 to 10 times, with at most 60 seconds in between");
        }
        let source = self.stands_for();
        let mut frames = self.chain.frames.borrow_mut();
        let step = frames.iter_mut().flatten().find(|step| source == Source::Step(step.slot));
        if let Some(step) = step {
            step.retry = Some(Retry { attempts, wait });
        }
        drop(frames);
        self
    }
}

impl<'chain, T: Typed> Handle<'chain, T> {
    /// Adds a step that takes this value.
    pub fn then<S: Step<T>>(self, id: &str, step: S) -> Handle<'chain, S::Output> {
        let call = Call::Action { input: Input::Value(self.stands_for()), action: step.into() };
        self.chain.push(id, S::Output::TYPE, Body::Call(call))
    }

    /// Adds a step that takes this value when the conditions hold; otherwise the value stays as it
    /// is.
    pub fn then_when<S: Step<T, Output = T>>(self, id: &str, when: When, step: S) -> Self {
        let source = self.stands_for();
        let input = Input::Value(source.clone());
        let call = Call::Action { input, action: step.into() };
        self.chain.push_when(id, T::TYPE, (Some(when), Some(source)), Body::Call(call))
    }

    /// Ends the chain with this answer when the conditions hold.
    pub fn finishes_when(self, id: &str, when: When)
    where
        Solution: From<T>,
    {
        self.ends(id, when, None);
    }

    /// The same, and names these passages of a [`Retrieve`](super::step::Retrieve) step below the answer.
    pub fn finishes_citing(self, id: &str, when: When, passages: Handle<'chain, Json>)
    where
        Solution: From<T>,
    {
        self.ends(id, when, Some(passages.stands_for()));
    }

    fn ends(self, id: &str, when: When, cites: Option<Source>) {
        if self.chain.frames.borrow().len() > 1 {
            self.chain.problem(id, "a chain does not end inside of other steps");
        }
        let body = Body::Finish(Ending { answer: self.stands_for(), cites });
        let _: Handle<'_, T> = self.chain.push_when(id, T::TYPE, (Some(when), None), body);
    }
}

impl<'chain> Handle<'chain, String> {
    /// Adds a step that gives this text if it says nothing of the secret, and fails otherwise; see
    /// [`super::withhold`]. The chain must be [private](Composer::private).
    ///
    /// ```
    /// use ponder::chain::{compose::Composer, step::Reason};
    ///
    /// let chain = Composer::new("guarded", "Gives a text that does not say the answer.").private();
    /// let solution = chain.question().then("solution", Reason::math());
    /// let draft = chain.prompt("draft", "Think about what {{ input.question }} asks for.");
    /// let checked = draft.withholding("checked", solution, chain.messages());
    /// let plan = chain.finish(checked.answered())?;
    /// # Ok::<(), ponder::chain::LoadError>(())
    /// ```
    pub fn withholding<S: Typed>(
        self,
        id: &str,
        secret: Handle<'chain, S>,
        conversation: Handle<'chain, Vec<Message>>,
    ) -> Self {
        if !self.chain.private {
            self.chain.problem(id, "a chain that withholds something is private");
        }
        if !matches!(S::TYPE, Type::Answer | Type::Text | Type::Data) {
            self.chain.problem(id, "a secret is an answer, a text or data");
        }
        let (text, secret) = (self.stands_for(), secret.stands_for());
        let conversation = conversation.stands_for();
        let call = Call::Withhold(Withhold { text, secret, conversation });
        self.chain.push(id, Type::Text, Body::Call(call))
    }

    /// The text as an answer without a final result.
    pub fn answered(self) -> Handle<'chain, Solution> {
        self.taken_as()
    }

    /// The text as what the user says.
    pub fn said(self) -> Handle<'chain, Vec<Message>> {
        self.taken_as()
    }

    /// Holds when the text is this.
    pub fn equals(self, text: &str) -> When {
        condition(self.stands_for(), Choice::Values(vec![text.into()]))
    }
}

impl<'chain> Handle<'chain, Solution> {
    /// What the answer says.
    pub fn text(self) -> Handle<'chain, String> {
        self.taken_as()
    }
}

impl<'chain> Handle<'chain, Json> {
    /// The text that the data holds, or the data as JSON.
    pub fn text(self) -> Handle<'chain, String> {
        self.taken_as()
    }

    /// What stands at a key, or at a number in a list; `null` where there is nothing.
    pub fn key(self, key: &str) -> Self {
        if !reference::is_key(key) {
            self.chain.problem(key, "a key is letters, digits, `_` and `-`");
        }
        let source = match self.stands_for() {
            Source::Inside(whole, mut path) => {
                path.push(key.to_owned());
                Source::Inside(whole, path)
            }
            whole => Source::Inside(Box::new(whole), vec![key.to_owned()]),
        };
        self.chain.handle(source)
    }

    /// Holds when the data is this.
    pub fn equals(self, data: impl Into<Json>) -> When {
        condition(self.stands_for(), Choice::Values(vec![data.into()]))
    }
}

impl Handle<'_, Language> {
    /// Holds when the language is this one.
    pub fn is(self, language: Language) -> When {
        condition(self.stands_for(), Choice::Languages(vec![language]))
    }
}

impl Handle<'_, Kind> {
    /// Holds when the kind is one of these.
    pub fn is_one_of(self, kinds: impl Into<Vec<Kind>>) -> When {
        condition(self.stands_for(), Choice::Kinds(kinds.into()))
    }
}

fn condition(on: Source, one_of: Choice) -> When {
    When { conditions: vec![Condition { on, one_of, negated: false }] }
}

impl When {
    /// Holds when both hold.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.conditions.extend(other.conditions);
        self
    }

    /// Holds when none of the conditions does.
    #[must_use]
    pub fn none(mut self) -> Self {
        for condition in &mut self.conditions {
            condition.negated = !condition.negated;
        }
        self
    }
}
