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

use std::{cell::RefCell, collections::HashSet, marker::PhantomData, time::Duration};

use crate::generate::{Kind, Message};

use super::{
    LoadError, Problem,
    language::Language,
    plan::{
        Arms, Body, Call, Choice, Condition, Limits, ModelRole, Plan, PlannedStep, Source, UsedRole,
    },
    step::{Action, Step},
    value::{Solution, Typed},
};

/// A chain being written.
#[derive(Debug)]
pub struct Composer {
    name: String,
    description: String,
    limits: Limits,
    steps: RefCell<Vec<PlannedStep>>,
}

/// What a step will give: a value of type `T` that later steps can take.
#[derive(Debug)]
pub struct Handle<'chain, T> {
    chain: &'chain Composer,
    source: Source,
    typed: PhantomData<T>,
}

/// Conditions that must all hold.
#[derive(Debug, Clone)]
pub struct When {
    conditions: Vec<Condition>,
}

/// An action with its input, giving a `T`: what is done for one kind of question.
#[derive(Debug)]
pub struct Arm<T> {
    call: Call,
    typed: PhantomData<T>,
}

/// What is done for each kind of question.
#[derive(Debug)]
pub struct ByKind<T> {
    /// For mathematics.
    pub math: Arm<T>,
    /// For code.
    pub code: Arm<T>,
    /// For a composite question.
    pub both: Arm<T>,
    /// For everything else.
    pub other: Arm<T>,
}

impl Composer {
    /// Begins a chain.
    pub fn new(name: impl Into<String>, description: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            description: description.into(),
            limits: Limits::default(),
            steps: RefCell::default(),
        }
    }

    /// Limits how long a whole run may take.
    #[must_use]
    pub fn within(mut self, time: Duration) -> Self {
        self.limits.time = Some(time);
        self
    }

    /// Limits how many tokens all model calls of a run together may write.
    #[must_use]
    pub fn at_most_tokens(mut self, tokens: u64) -> Self {
        self.limits.tokens = Some(tokens);
        self
    }

    /// The last message of the user.
    pub fn question(&self) -> Handle<'_, String> {
        Handle { chain: self, source: Source::Question, typed: PhantomData }
    }

    /// The whole conversation.
    pub fn messages(&self) -> Handle<'_, Vec<Message>> {
        Handle { chain: self, source: Source::Messages, typed: PhantomData }
    }

    /// Ends the chain with its answer.
    ///
    /// # Errors
    ///
    /// Two steps have the same id, or a handle of another chain was used.
    pub fn finish(&self, output: Handle<'_, Solution>) -> Result<Plan, LoadError> {
        let steps = self.steps.borrow().clone();
        let mut ids = HashSet::new();
        let mut problems: Vec<Problem> = steps
            .iter()
            .filter(|step| !ids.insert(step.id.as_str()))
            .map(|step| Problem::in_rust(&self.name, &step.id, "its id is used twice"))
            .collect();
        if !std::ptr::eq(output.chain, self) {
            problems.push(Problem::in_rust(&self.name, "", "the output is of another chain"));
        }
        if !problems.is_empty() {
            return Err(LoadError { problems });
        }
        let roles = roles(&steps);
        let plan = Plan {
            name: self.name.clone(),
            description: self.description.clone(),
            roles,
            steps,
            output: output.source,
            limits: self.limits,
        };
        Ok(plan)
    }

    fn push<T>(
        &self,
        id: &str,
        when: Option<When>,
        otherwise: Option<Source>,
        body: Body,
    ) -> Handle<'_, T> {
        let mut steps = self.steps.borrow_mut();
        let when = when.map_or_else(Vec::new, |when| when.conditions);
        steps.push(PlannedStep { id: id.to_owned(), when, otherwise, body });
        Handle { chain: self, source: Source::Step(steps.len() - 1), typed: PhantomData }
    }
}

/// The roles that these steps use; only the reasoner is always needed.
pub(super) fn roles(steps: &[PlannedStep]) -> Vec<UsedRole> {
    let calls = steps.iter().flat_map(|step| match &step.body {
        Body::Call(call) => vec![call],
        Body::Match { arms, .. } => vec![&arms.math, &arms.code, &arms.both, &arms.other],
    });
    let used: Vec<ModelRole> = calls.filter_map(|call| call.action.role()).collect();
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

impl<'chain, T: Typed> Handle<'chain, T> {
    /// Adds a step that takes this value.
    pub fn then<S: Step<T>>(self, id: &str, step: S) -> Handle<'chain, S::Output> {
        let call = Call { input: self.source, action: step.into() };
        self.chain.push(id, None, None, Body::Call(call))
    }

    /// Adds a step that takes this value when the conditions hold; otherwise the value stays as it
    /// is.
    pub fn then_when<S: Step<T, Output = T>>(self, id: &str, when: When, step: S) -> Self {
        let call = Call { input: self.source, action: step.into() };
        self.chain.push(id, Some(when), Some(self.source), Body::Call(call))
    }

    /// A step that takes this value, for one kind of question.
    pub fn arm<S: Step<T>>(self, step: S) -> Arm<S::Output> {
        let action: Action = step.into();
        Arm { call: Call { input: self.source, action }, typed: PhantomData }
    }
}

impl Handle<'_, Language> {
    /// Holds when the language is this one.
    pub fn is(self, language: Language) -> When {
        let one_of = Choice::Languages(vec![language]);
        When { conditions: vec![Condition { on: self.source, one_of }] }
    }
}

impl<'chain> Handle<'chain, Kind> {
    /// Holds when the kind is one of these.
    pub fn is_one_of(self, kinds: impl Into<Vec<Kind>>) -> When {
        let one_of = Choice::Kinds(kinds.into());
        When { conditions: vec![Condition { on: self.source, one_of }] }
    }

    /// Adds a step that does one thing for each kind.
    pub fn choose<T: Typed>(self, id: &str, by_kind: ByKind<T>) -> Handle<'chain, T> {
        let arms = Arms {
            math: by_kind.math.call,
            code: by_kind.code.call,
            both: by_kind.both.call,
            other: by_kind.other.call,
        };
        let body = Body::Match { on: self.source, arms: Box::new(arms) };
        self.chain.push(id, None, None, body)
    }
}

impl When {
    /// Holds when both hold.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.conditions.extend(other.conditions);
        self
    }
}
