//! A plan: a chain whose names are resolved and whose types fit.
//!
//! A chain file and typed Rust ([`super::compose`]) both make one; running, explaining, drawing and
//! writing see only the plan. Every step has a slot, the number of its value; a step refers to slots that
//! are filled before it runs, so cycles cannot be written down.

use std::{fmt, time::Duration};

use serde_json::Value as Json;

use crate::generate::Kind;

use super::{
    ballot::Stop,
    certainty::Certainty,
    language::Language,
    step::{Action, Target},
    value::Type,
};

mod call;

pub(super) use call::{Call, Check, Form, Render, Tests, Trial, Withhold};

/// A chain that can be run.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The chain's name; it is served as `chain/NAME`.
    pub name: String,
    /// What it does, in one or two sentences.
    pub description: String,
    /// Whether whoever asks sees the answer and nothing of the way to it.
    pub private: bool,
    /// The model roles it uses.
    pub roles: Vec<UsedRole>,
    /// The steps, in the order in which they run, and what the chain answers with.
    pub(super) block: Block,
    /// How many slots there are.
    pub(super) slots: usize,
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
    /// Turns texts into numbers by what they mean, for searches.
    Embedder,
}

impl ModelRole {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Reasoner, Self::Translator, Self::General, Self::Embedder];

    /// The role's name in chain files and in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reasoner => "reasoner",
            Self::Translator => "translator",
            Self::General => "general",
            Self::Embedder => "embedder",
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
    /// The most model calls; `None` sets no limit.
    pub calls: Option<u64>,
}

/// Steps that run one after the other, and what they give together.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Block {
    pub(super) steps: Vec<PlannedStep>,
    pub(super) output: Source,
}

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PlannedStep {
    pub(super) id: String,
    /// The number of its value.
    pub(super) slot: usize,
    /// The type of its value.
    pub(super) gives: Type,
    /// Every condition must hold, or the step is skipped.
    pub(super) when: Vec<Condition>,
    /// What a skipped step gives; always there where `when` is not empty, except for one that ends the
    /// chain.
    pub(super) otherwise: Option<Source>,
    /// How often it is tried.
    pub(super) retry: Option<Retry>,
    pub(super) body: Body,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Body {
    /// One thing.
    Call(Call),
    /// One of several things, by a value.
    Match { on: Source, arms: Vec<(String, Branch)>, otherwise: Option<Branch> },
    /// Several steps at the same time; gives an object with what each gives.
    Parallel(Vec<PlannedStep>),
    /// The same for every item of a list; gives the list of what comes of them.
    Map { over: Source, each: Branch, at_once: usize },
    /// The first of several things that does not fail.
    Fallback(Vec<Branch>),
    /// The answer that most of several samples come to.
    Vote(Box<Vote>),
    /// Ends the chain.
    Finish(Ending),
}

/// What a chain ends with before its last step.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ending {
    pub(super) answer: Source,
    /// The passages that are named below the answer.
    pub(super) cites: Option<Source>,
}

/// How an answer is voted on.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Vote {
    /// The most samples; at least 1.
    pub(super) samples: u32,
    /// What gives a sample.
    pub(super) each: Branch,
    /// How its samples are checked, which are programs then.
    pub(super) check: Option<Check>,
    /// What a sample weighs; all weigh the same without it.
    pub(super) weigh: Option<Branch>,
    /// How samples are told apart by how sure their model was of them; all are counted alike without it.
    pub(super) certainty: Option<Certainty>,
    /// How many samples are taken at the same time; at least 1.
    pub(super) at_once: usize,
    /// When it may end before all samples are there.
    pub(super) stop: Stop,
}

/// One of several ways that a step may go.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Branch {
    Call(Call),
    Steps(Block),
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// `${input.question}`: the last message of the user.
    Question,
    /// `${input.messages}`: the whole conversation.
    Messages,
    /// `${item}`: the item that a `map` is at.
    Item,
    /// `${index}`: its number, from 0.
    Index,
    /// `${ID}`: the step with this slot.
    Step(usize),
    /// `${ID.KEY}`: something inside a value.
    Inside(Box<Self>, Vec<String>),
}

/// Something that must hold for a step to run.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Condition {
    pub(super) on: Source,
    pub(super) one_of: Choice,
    /// Whether it must be none of them.
    pub(super) negated: bool,
}

/// The values that a condition accepts.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Choice {
    Languages(Vec<Language>),
    Kinds(Vec<Kind>),
    Values(Vec<Json>),
}

/// How often a step is tried, and how long it waits in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// At least 1; 1 is no second try.
    pub attempts: u8,
    /// Before the second attempt; doubled before each later one.
    pub wait: Duration,
}

impl Branch {
    /// Whether a call in it has a temperature of its own, above 0.
    pub(super) fn sets_temperature(&self) -> bool {
        let mut sets = false;
        self.visit(&mut |call| {
            if let Call::Action { action: Action::CallModel(call), .. } = call {
                sets |= call.temperature.is_some_and(|temperature| temperature > 0.0);
            }
        });
        sets
    }

    /// Whether every model that it asks is the one that reasons.
    pub(super) fn asks_the_reasoner_only(&self) -> bool {
        let mut only = true;
        self.visit(&mut |call| {
            only &= call.target().is_none_or(|target| target == Target::Role(ModelRole::Reasoner));
        });
        only
    }

    /// Whether it asks a model itself, which may report how sure it is of its answer.
    pub(super) fn asks_a_model(&self) -> bool {
        let is_heard = |call: &Call| match call {
            Call::Action { action: Action::Reason(_), .. } => true,
            Call::Action { action: Action::CallModel(call), .. } => {
                !matches!(&call.model, Target::Named(name) if name.starts_with("chain/"))
            }
            _ => false,
        };
        match self {
            Self::Call(call) => is_heard(call),
            Self::Steps(block) => block.steps.iter().any(|step| {
                let mut asks = false;
                // What another vote takes, that one listens to.
                if !matches!(step.body, Body::Vote(_)) {
                    step.body.visit(&mut |call| asks |= is_heard(call));
                }
                asks
            }),
        }
    }

    /// Every call in it, in order.
    fn visit<'plan>(&'plan self, see: &mut dyn FnMut(&'plan Call)) {
        match self {
            Self::Call(call) => see(call),
            Self::Steps(block) => block.visit(see),
        }
    }

    fn may_finish(&self) -> bool {
        match self {
            Self::Call(_) => false,
            Self::Steps(block) => block.steps.iter().any(|step| step.body.may_finish()),
        }
    }
}

impl Block {
    /// Every call in it, in order, in all branches.
    pub(super) fn visit<'plan>(&'plan self, see: &mut dyn FnMut(&'plan Call)) {
        for step in &self.steps {
            step.body.visit(see);
        }
    }
}

impl Body {
    fn visit<'plan>(&'plan self, see: &mut dyn FnMut(&'plan Call)) {
        match self {
            Self::Call(call) => see(call),
            Self::Match { arms, otherwise, .. } => {
                arms.iter().map(|(_, arm)| arm).chain(otherwise).for_each(|arm| arm.visit(see));
            }
            Self::Parallel(steps) => steps.iter().for_each(|step| step.body.visit(see)),
            Self::Map { each, .. } => each.visit(see),
            Self::Fallback(branches) => branches.iter().for_each(|branch| branch.visit(see)),
            Self::Vote(vote) => {
                vote.each.visit(see);
                vote.weigh.iter().for_each(|weigh| weigh.visit(see));
            }
            Self::Finish(_) => {}
        }
    }

    /// Whether it may end the chain.
    pub(super) fn may_finish(&self) -> bool {
        match self {
            Self::Finish(_) => true,
            Self::Match { arms, otherwise, .. } => {
                arms.iter().map(|(_, arm)| arm).chain(otherwise).any(Branch::may_finish)
            }
            Self::Call(_)
            | Self::Parallel(_)
            | Self::Map { .. }
            | Self::Fallback(_)
            | Self::Vote(_) => false,
        }
    }
}

impl Plan {
    /// The servers and endpoints whose tools it calls, each once.
    pub fn tool_servers(&self) -> Vec<String> {
        let mut servers: Vec<String> = Vec::new();
        self.block.visit(&mut |call| {
            if let Call::Action { action: Action::Tool(tool), .. } = call
                && !servers.iter().any(|known| **known == *tool.server)
            {
                servers.push(tool.server.to_string());
            }
        });
        servers
    }

    /// The models that it calls by their own names, each once: `chain/NAME` or a model of the catalog.
    pub fn named_models(&self) -> Vec<String> {
        let mut names = Vec::new();
        let mut add = |name: &str| {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        };
        self.block.visit(&mut |call| {
            if let Some(Target::Named(name)) = call.target() {
                add(&name);
            }
            if let Call::Action { action, .. } = call
                && let Some(name) = action.delegate()
            {
                add(name);
            }
        });
        names
    }
}
