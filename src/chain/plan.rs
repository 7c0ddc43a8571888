//! A plan: a chain whose names are resolved and whose types fit.
//!
//! A chain file and typed Rust ([`super::compose`]) both make one; running, explaining and listing
//! see only the plan. A step refers to earlier steps by position, so cycles cannot be written down.

use std::{fmt, time::Duration};

use crate::generate::Kind;

use super::{language::Language, step::Action, value::Type};

/// A chain that can be run.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The chain's name; it is served as `chain/NAME`.
    pub name: String,
    /// What it does, in one or two sentences.
    pub description: String,
    /// The model roles it uses.
    pub roles: Vec<UsedRole>,
    /// The steps, in the order in which they run.
    pub(super) steps: Vec<PlannedStep>,
    /// What the chain answers with.
    pub(super) output: Source,
    /// What a whole run may cost.
    pub limits: Limits,
}

/// A role and whether the chain can do without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsedRole {
    /// The role.
    pub role: ModelRole,
    /// Whether the chain runs when no model has this role.
    pub optional: bool,
}

/// What a model does in a chain. The configuration says which model does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ModelRole {
    /// Solves mathematics and programming: the hosted model.
    Reasoner,
    /// Translates. If none is set: the general model, else the reasoner.
    Translator,
    /// Answers everything else.
    General,
}

impl ModelRole {
    /// Every role.
    pub const ALL: [Self; 3] = [Self::Reasoner, Self::Translator, Self::General];

    /// The role's name in chain files and in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reasoner => "reasoner",
            Self::Translator => "translator",
            Self::General => "general",
        }
    }
}

impl fmt::Display for ModelRole {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// What a whole run may cost, over all its steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// The most tokens all model calls together may write; `None` leaves each call the length its
    /// model recommends.
    pub tokens: Option<u64>,
    /// The longest a run may take; `None` sets no limit.
    pub time: Option<Duration>,
}

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PlannedStep {
    pub(super) id: String,
    /// Every condition must hold, or the step is skipped.
    pub(super) when: Vec<Condition>,
    /// What a skipped step gives; always there where `when` is not empty.
    pub(super) otherwise: Option<Source>,
    pub(super) body: Body,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Body {
    /// One thing.
    Call(Call),
    /// One thing for each kind of question.
    Match { on: Source, arms: Box<Arms> },
}

/// What is done for each kind of question.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Arms {
    pub(super) math: Call,
    pub(super) code: Call,
    pub(super) both: Call,
    pub(super) other: Call,
}

impl Arms {
    pub(super) fn of(&self, kind: Kind) -> &Call {
        match kind {
            Kind::Math => &self.math,
            Kind::Code => &self.code,
            Kind::Both => &self.both,
            Kind::Other => &self.other,
        }
    }
}

/// An action and what it works on.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Call {
    pub(super) input: Source,
    pub(super) action: Action,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// `${input.question}`: the last message of the user.
    Question,
    /// `${input.messages}`: the whole conversation.
    Messages,
    /// `${ID}`: the step at this position.
    Step(usize),
}

/// Something that must hold for a step to run.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Condition {
    pub(super) on: Source,
    pub(super) one_of: Choice,
}

/// The values that a condition accepts.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Choice {
    Languages(Vec<Language>),
    Kinds(Vec<Kind>),
}

/// The type of what `source` gives among these steps.
pub(super) fn type_of(steps: &[PlannedStep], source: Source) -> Option<Type> {
    match source {
        Source::Question => Some(Type::Text),
        Source::Messages => Some(Type::Messages),
        Source::Step(position) => steps.get(position).map(|step| step.body.output()),
    }
}

impl Body {
    /// The type of what the step gives; the arms of a match agree, which is checked when it is made.
    pub(super) fn output(&self) -> Type {
        match self {
            Self::Call(call) => call.action.output(),
            Self::Match { arms, .. } => arms.math.action.output(),
        }
    }
}
