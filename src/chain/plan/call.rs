//! What a step calls: an action, or something that needs no model.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::chain::{
    input::Input,
    render::Kept,
    step::{Action, Target},
    value::Type,
};

use super::Source;

/// An action and what it works on.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::chain) enum Call {
    Action {
        input: Input,
        action: Action,
    },
    /// Made of values without a model.
    Render(Render),
    /// Runs the program of an answer on tests.
    Execute {
        answer: Source,
        trial: Trial,
    },
    /// A text that is given only if it says nothing of a secret.
    Withhold(Withhold),
}

/// What a program is run on.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::chain) struct Trial {
    /// What it is to do, in words: the examples in it are the tests.
    pub(in crate::chain) statement: Source,
    /// The tests, where they are given.
    pub(in crate::chain) tests: Option<Tests>,
}

/// Tests that are given.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::chain) enum Tests {
    /// By an earlier step.
    Of(Source),
    /// By the chain.
    Given(Arc<Json>),
}

/// How the programs of a vote are checked.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::chain) struct Check {
    pub(in crate::chain) trial: Trial,
    /// How many inputs tell programs apart where there are few tests.
    pub(in crate::chain) inputs: u32,
}

/// What a text is checked against; see [`crate::chain::withhold`].
#[derive(Debug, Clone, PartialEq)]
pub(in crate::chain) struct Withhold {
    /// The text in question.
    pub(in crate::chain) text: Source,
    /// What it must not say.
    pub(in crate::chain) secret: Source,
    /// What was said before.
    pub(in crate::chain) conversation: Source,
}

/// What is made of values without a model.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::chain) struct Render {
    pub(in crate::chain) form: Form,
    /// The template or the expression; see [`crate::chain::render`].
    pub(in crate::chain) text: Arc<str>,
    /// The names in it, and what they stand for.
    pub(in crate::chain) names: Vec<(String, Source)>,
    /// What was read of the text.
    pub(in crate::chain) kept: Kept,
}

impl Render {
    /// A template or an expression with these names in it.
    pub(in crate::chain) fn new(form: Form, text: &str, names: Vec<(String, Source)>) -> Self {
        Self { form, text: text.into(), names, kept: Kept::default() }
    }
}

/// What a rendering gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::chain) enum Form {
    /// A template filled in: text.
    Prompt,
    /// An expression computed: data.
    Transform,
}

impl Call {
    /// The action's name in chain files and in events.
    pub(in crate::chain) fn name(&self) -> &'static str {
        match self {
            Self::Execute { .. } => "execute",
            Self::Action { action, .. } => action.name(),
            Self::Render(render) => match render.form {
                Form::Prompt => "prompt",
                Form::Transform => "transform",
            },
            Self::Withhold(_) => "withhold",
        }
    }

    /// The type of what it gives.
    pub(in crate::chain) fn gives(&self) -> Type {
        match self {
            Self::Execute { .. } => Type::Data,
            Self::Action { action, .. } => action.output(),
            Self::Render(render) => match render.form {
                Form::Prompt => Type::Text,
                Form::Transform => Type::Data,
            },
            Self::Withhold(_) => Type::Text,
        }
    }

    /// What it asks that is no model: the name of a folder or of a tool.
    pub(in crate::chain) fn uses(&self) -> Option<String> {
        match self {
            Self::Action { action, .. } => action.uses(),
            Self::Render(_) | Self::Withhold(_) | Self::Execute { .. } => None,
        }
    }

    /// The model that it calls itself.
    pub(in crate::chain) fn target(&self) -> Option<Target> {
        match self {
            Self::Action { action, .. } => action.target(),
            Self::Render(_) | Self::Withhold(_) | Self::Execute { .. } => None,
        }
    }
}
