//! What a step is, and every kind of step there is: one file each.
//!
//! A step takes a value of one type and gives one of another. The same implementation serves chain
//! files and typed Rust; [`Action`] is what a plan stores.

use std::future::Future;

use serde_json::Value as Json;

use crate::generate::{GenerateError, Message};

use super::{
    context::Context,
    plan::ModelRole,
    value::{Solution, Type, Typed, Value},
};

mod call_model;
mod chat;
mod clr;
mod decompose;
mod detect_language;
mod escalate;
mod extract_answer;
mod find_problems;
mod reason;
mod retrieve;
mod route;
mod tool;
mod translate;
mod translate_answer;

pub use call_model::CallModel;
pub use chat::Chat;
pub use clr::{Clr, Verdicts};
pub use decompose::{Decompose, Each};
pub use detect_language::DetectLanguage;
pub use escalate::Escalate;
pub use extract_answer::{ExtractAnswer, Find};
pub use find_problems::FindProblems;
pub(in crate::chain) use find_problems::states_a_problem;
pub use reason::{Extract, Reason, Topic};
pub use retrieve::Retrieve;
pub(in crate::chain) use retrieve::place;
pub use route::Route;
pub use tool::Tool;
pub use translate::Translate;
pub use translate_answer::TranslateAnswer;

/// Something a chain does with an `Input`.
///
/// Not the place for conditions or for what happens when a step is left out: those belong to the
/// plan.
pub trait Step<Input: Typed>: Into<Action> + Sync {
    /// What the step gives.
    type Output: Typed;

    /// Does it.
    ///
    /// # Errors
    ///
    /// What ends the whole chain. A step that can do without what failed goes on and says so
    /// through [`Context::decided`].
    fn run(
        &self,
        input: Input,
        context: &Context<'_>,
    ) -> impl Future<Output = Result<Self::Output, GenerateError>> + Send;
}

/// The temperature at which a model is asked again for what it did not give in a usable form: asked as before, it would
/// say the same.
const FREE_TO_DIFFER: f32 = 0.7;

/// The model that a step calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Whichever has this role.
    Role(ModelRole),
    /// The one of this name in the catalog: another chain (`chain/NAME`) or a model.
    Named(String),
}

/// A step as a plan stores it.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// See [`DetectLanguage`].
    DetectLanguage(DetectLanguage),
    /// See [`Route`].
    Route(Route),
    /// See [`Translate`].
    Translate(Translate),
    /// See [`Reason`].
    Reason(Reason),
    /// See [`Clr`].
    Clr(Clr),
    /// See [`Decompose`].
    Decompose(Decompose),
    /// See [`Chat`].
    Chat(Chat),
    /// See [`CallModel`].
    CallModel(CallModel),
    /// See [`ExtractAnswer`].
    ExtractAnswer(ExtractAnswer),
    /// See [`TranslateAnswer`].
    TranslateAnswer(TranslateAnswer),
    /// See [`Escalate`].
    Escalate(Escalate),
    /// See [`FindProblems`].
    FindProblems(FindProblems),
    /// See [`Retrieve`].
    Retrieve(Retrieve),
    /// See [`Tool`].
    Tool(Tool),
}

impl Action {
    /// The action's name in chain files and in step events.
    pub fn name(&self) -> &'static str {
        match self {
            Self::DetectLanguage(_) => "detect_language",
            Self::Route(_) => "route",
            Self::Translate(_) => "translate",
            Self::Reason(_) => "reason",
            Self::Clr(_) => "clr",
            Self::Decompose(_) => "decompose",
            Self::Chat(_) => "chat",
            Self::CallModel(_) => "call",
            Self::ExtractAnswer(_) => "extract_answer",
            Self::TranslateAnswer(_) => "translate_answer",
            Self::Escalate(_) => "escalate",
            Self::FindProblems(_) => "find_problems",
            Self::Retrieve(_) => "retrieve",
            Self::Tool(_) => "tool",
        }
    }

    /// The type of what the action takes.
    pub fn input(&self) -> Type {
        match self {
            Self::DetectLanguage(_)
            | Self::Route(_)
            | Self::Translate(_)
            | Self::Reason(_)
            | Self::Clr(_)
            | Self::ExtractAnswer(_)
            | Self::Retrieve(_)
            | Self::Decompose(_) => <String as Typed>::TYPE,
            Self::Chat(_) | Self::CallModel(_) | Self::FindProblems(_) => {
                <Vec<Message> as Typed>::TYPE
            }
            Self::TranslateAnswer(_) | Self::Escalate(_) => <Solution as Typed>::TYPE,
            Self::Tool(_) => <Json as Typed>::TYPE,
        }
    }

    /// The type of what the action gives.
    pub fn output(&self) -> Type {
        match self {
            Self::DetectLanguage(step) => output_of::<String, _>(step),
            Self::Route(step) => output_of::<String, _>(step),
            Self::Translate(step) => output_of::<String, _>(step),
            Self::Reason(step) => output_of::<String, _>(step),
            Self::Clr(step) => output_of::<String, _>(step),
            Self::Decompose(step) => output_of::<String, _>(step),
            Self::Chat(step) => output_of::<Vec<Message>, _>(step),
            Self::CallModel(step) => output_of::<Vec<Message>, _>(step),
            Self::ExtractAnswer(step) => output_of::<String, _>(step),
            Self::TranslateAnswer(step) => output_of::<Solution, _>(step),
            Self::Escalate(step) => output_of::<Solution, _>(step),
            Self::FindProblems(step) => output_of::<Vec<Message>, _>(step),
            Self::Retrieve(step) => output_of::<String, _>(step),
            Self::Tool(step) => output_of::<Json, _>(step),
        }
    }

    /// The model that the action calls, if it calls one itself.
    pub fn target(&self) -> Option<Target> {
        let role = match self {
            Self::Route(step) if step.asks => ModelRole::General,
            Self::Retrieve(step) if step.by_meaning => ModelRole::Embedder,
            Self::DetectLanguage(_)
            | Self::Route(_)
            | Self::ExtractAnswer(_)
            | Self::FindProblems(_)
            | Self::Retrieve(_)
            | Self::Tool(_) => return None,
            Self::Decompose(step) if step.asks => ModelRole::General,
            Self::Decompose(_) => return None,
            Self::Translate(_) | Self::TranslateAnswer(_) => ModelRole::Translator,
            Self::Reason(_) | Self::Clr(_) => ModelRole::Reasoner,
            Self::Chat(_) | Self::Escalate(_) => ModelRole::General,
            Self::CallModel(step) => return Some(step.model.clone()),
        };
        Some(Target::Role(role))
    }

    /// The chain or model that the action hands parts of its work to, if it names one.
    pub fn delegate(&self) -> Option<&str> {
        match self {
            Self::Decompose(Decompose { each: Each::Other(name), .. }) => Some(name),
            _ => None,
        }
    }

    /// What the action asks that is no model: the name of a folder or a tool.
    pub fn uses(&self) -> Option<String> {
        match self {
            Self::Retrieve(step) => Some(step.name()),
            Self::Tool(step) => Some(step.name()),
            _ => None,
        }
    }

    /// The role of the model that the action calls, if it calls one by its role.
    pub fn role(&self) -> Option<ModelRole> {
        match self.target() {
            Some(Target::Role(role)) => Some(role),
            Some(Target::Named(_)) | None => None,
        }
    }

    /// Runs the action on a value.
    ///
    /// # Errors
    ///
    /// Those of the step; and a value of the wrong type, which a checked plan never has.
    pub(super) async fn run(
        &self,
        input: Value,
        context: &Context<'_>,
    ) -> Result<Value, GenerateError> {
        match self {
            Self::DetectLanguage(step) => typed::<String, _>(step, input, context).await,
            Self::Route(step) => typed::<String, _>(step, input, context).await,
            Self::Translate(step) => typed::<String, _>(step, input, context).await,
            Self::Reason(step) => typed::<String, _>(step, input, context).await,
            Self::Clr(step) => typed::<String, _>(step, input, context).await,
            Self::Decompose(step) => typed::<String, _>(step, input, context).await,
            Self::Chat(step) => typed::<Vec<Message>, _>(step, input, context).await,
            Self::CallModel(step) => typed::<Vec<Message>, _>(step, input, context).await,
            Self::ExtractAnswer(step) => typed::<String, _>(step, input, context).await,
            Self::TranslateAnswer(step) => typed::<Solution, _>(step, input, context).await,
            Self::Escalate(step) => typed::<Solution, _>(step, input, context).await,
            Self::FindProblems(step) => typed::<Vec<Message>, _>(step, input, context).await,
            Self::Retrieve(step) => typed::<String, _>(step, input, context).await,
            Self::Tool(step) => typed::<Json, _>(step, input, context).await,
        }
    }
}

fn output_of<Input: Typed, S: Step<Input>>(_: &S) -> Type {
    S::Output::TYPE
}

async fn typed<Input: Typed, S: Step<Input>>(
    step: &S,
    input: Value,
    context: &Context<'_>,
) -> Result<Value, GenerateError> {
    let Some(input) = input.coerced(Input::TYPE).and_then(Input::from_value) else {
        return Err(GenerateError::engine("a step of the chain got a value of the wrong type"));
    };
    Ok(step.run(input, context).await?.into_value())
}
