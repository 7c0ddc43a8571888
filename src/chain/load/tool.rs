//! Makes the step that calls a tool: its name, and arguments that are made of values.

use serde_json::Value as Json;

use crate::chain::{
    input::Input,
    plan::Form,
    reference, spec,
    step::{Action, Tool},
};

use super::{Loader, Place};

/// How deep arguments may be inside of each other.
const DEEPEST: usize = 16;

impl Loader<'_> {
    pub(super) fn tool(&mut self, step: &spec::Step, place: Place<'_>) -> Option<Action> {
        let named = step.tool.as_ref()?.value.trim();
        let found = named.split_once('/').filter(|(server, tool)| {
            reference::is_id(server) && tool.len() <= 200 && tool.split('/').all(is_part)
        });
        let Some((server, tool)) = found else {
            let message = format!(
                "`{named}` is no tool: write SERVER/TOOL, with the name of a table [tools.SERVER] of ponder.toml"
            );
            return self.problem(place, message);
        };
        Some(Tool::of(server, tool).into())
    }

    /// The arguments of a tool.
    pub(super) fn arguments(&mut self, step: &spec::Step, place: Place<'_>) -> Option<Input> {
        let Some(arguments) = &step.arguments else { return Some(Input::Object(Vec::new())) };
        let place = Place::of(arguments, place.step);
        match &arguments.value {
            Json::Object(_) | Json::String(_) => {
                let made = self.made(&arguments.value, place, 0)?;
                if matches!(made, Input::Object(_) | Input::Value(_)) {
                    return Some(made);
                }
            }
            _ => {}
        }
        let message = "`arguments` is an object, or a reference to data that is one";
        self.problem(place, message)
    }

    /// Data in which texts may be references and templates.
    fn made(&mut self, data: &Json, place: Place<'_>, depth: usize) -> Option<Input> {
        if depth > DEEPEST {
            return self.problem(place, format!("`arguments` are at most {DEEPEST} deep"));
        }
        match data {
            Json::String(text) if text.trim_start().starts_with("${") => {
                self.source(text, place).map(Input::Value)
            }
            Json::String(text) if ["{{", "{%", "{#"].iter().any(|sign| text.contains(sign)) => {
                self.render(Form::Prompt, text, place).map(Input::Text)
            }
            Json::Array(items) => {
                let items = items.iter().map(|item| self.made(item, place, depth + 1));
                items.collect::<Option<_>>().map(Input::List)
            }
            Json::Object(fields) => {
                let fields = fields
                    .iter()
                    .map(|(key, field)| Some((key.clone(), self.made(field, place, depth + 1)?)));
                fields.collect::<Option<_>>().map(Input::Object)
            }
            fixed => Some(Input::Fixed(fixed.clone())),
        }
    }
}

/// Whether it can be a part of a tool's name, which may become a path.
fn is_part(part: &str) -> bool {
    !part.is_empty()
        && !matches!(part, "." | "..")
        && part.chars().all(|sign| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '-' | '.'))
}
