//! What a step is, and every kind of step there is: one file each.
//!
//! A step takes a value of one type and gives one of another. The same implementation serves chain
//! files and typed Rust; [`Action`] is what a plan stores.

use std::future::Future;

use crate::generate::{GenerateError, Message};

use super::{
    context::Context,
    plan::ModelRole,
    value::{Solution, Type, Typed, Value},
};

mod chat;
mod detect_language;
mod reason;
mod route;
mod split;
mod translate;
mod translate_answer;

pub use chat::Chat;
pub use detect_language::DetectLanguage;
pub use reason::{Extract, Reason, Topic};
pub use route::Route;
pub use split::Split;
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

/// A step as a plan stores it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// See [`DetectLanguage`].
    DetectLanguage(DetectLanguage),
    /// See [`Route`].
    Route(Route),
    /// See [`Translate`].
    Translate(Translate),
    /// See [`Reason`].
    Reason(Reason),
    /// See [`Split`].
    Split(Split),
    /// See [`Chat`].
    Chat(Chat),
    /// See [`TranslateAnswer`].
    TranslateAnswer(TranslateAnswer),
}

impl Action {
    /// The action's name in chain files and in step events.
    pub fn name(&self) -> &'static str {
        match self {
            Self::DetectLanguage(_) => "detect_language",
            Self::Route(_) => "route",
            Self::Translate(_) => "translate",
            Self::Reason(_) => "reason",
            Self::Split(_) => "split",
            Self::Chat(_) => "chat",
            Self::TranslateAnswer(_) => "translate_answer",
        }
    }

    /// The type of what the action takes.
    pub fn input(&self) -> Type {
        match self {
            Self::DetectLanguage(_)
            | Self::Route(_)
            | Self::Translate(_)
            | Self::Reason(_)
            | Self::Split(_) => <String as Typed>::TYPE,
            Self::Chat(_) => <Vec<Message> as Typed>::TYPE,
            Self::TranslateAnswer(_) => <Solution as Typed>::TYPE,
        }
    }

    /// The type of what the action gives.
    pub fn output(&self) -> Type {
        match self {
            Self::DetectLanguage(step) => output_of::<String, _>(step),
            Self::Route(step) => output_of::<String, _>(step),
            Self::Translate(step) => output_of::<String, _>(step),
            Self::Reason(step) => output_of::<String, _>(step),
            Self::Split(step) => output_of::<String, _>(step),
            Self::Chat(step) => output_of::<Vec<Message>, _>(step),
            Self::TranslateAnswer(step) => output_of::<Solution, _>(step),
        }
    }

    /// The role of the model that the action calls, if it calls one itself.
    pub fn role(&self) -> Option<ModelRole> {
        match self {
            Self::DetectLanguage(_) | Self::Route(_) | Self::Split(_) => None,
            Self::Translate(_) | Self::TranslateAnswer(_) => Some(ModelRole::Translator),
            Self::Reason(_) => Some(ModelRole::Reasoner),
            Self::Chat(_) => Some(ModelRole::General),
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
            Self::Split(step) => typed::<String, _>(step, input, context).await,
            Self::Chat(step) => typed::<Vec<Message>, _>(step, input, context).await,
            Self::TranslateAnswer(step) => typed::<Solution, _>(step, input, context).await,
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
    let Some(input) = Input::from_value(input) else {
        return Err(GenerateError::engine("a step of the chain got a value of the wrong type"));
    };
    Ok(step.run(input, context).await?.into_value())
}
