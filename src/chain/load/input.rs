//! Makes what an action works on: a reference, or for those that say so a template or data.

use crate::chain::{
    input::Input,
    plan::Form,
    spec::{self, Placed},
    value::Type,
};

use super::{Loader, Place};

impl Loader<'_> {
    /// What the action of a step works on.
    pub(super) fn input(
        &mut self,
        name: &str,
        step: &spec::Step,
        place: Place<'_>,
    ) -> Option<Input> {
        match name {
            "retrieve" => self.text(&input_of(step)?.value, place),
            "tool" => self.arguments(step, place),
            _ => self.source(&input_of(step)?.value, place).map(Input::Value),
        }
    }

    /// A reference, or else a template.
    fn text(&mut self, text: &str, place: Place<'_>) -> Option<Input> {
        if text.trim_start().starts_with("${") {
            return self.source(text, place).map(Input::Value);
        }
        self.render(Form::Prompt, text, place).map(Input::Text)
    }

    /// The type of what an action works on; `None` where its step has problems, which are listed.
    pub(super) fn type_of_input(&self, input: &Input) -> Option<Type> {
        match input {
            Input::Value(source) => self.type_of(source),
            Input::Text(_) => Some(Type::Text),
            Input::Fixed(_) | Input::List(_) | Input::Object(_) => Some(Type::Data),
        }
    }
}

/// What the action of a step works on, as it stands in the file.
pub(super) fn input_of(step: &spec::Step) -> Option<&Placed<String>> {
    [
        &step.detect_language,
        &step.route,
        &step.translate,
        &step.reason,
        &step.clr,
        &step.decompose,
        &step.chat,
        &step.call,
        &step.extract_answer,
        &step.retrieve,
        &step.translate_answer,
        &step.escalate,
        &step.find_problems,
    ]
    .into_iter()
    .find_map(Option::as_ref)
}
