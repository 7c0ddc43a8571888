//! Texts and data made of values without a model: `prompt` fills a template, `transform` computes an
//! expression. Both are in the Jinja language and strict: a name without a value is an error.
//!
//! The template is the author's; what it is filled with may come from strangers, so what comes of it may have
//! only so many bytes.

use std::sync::Arc;

use minijinja::value::{Enumerator, Object, Value as Jinja};

use crate::generate::GenerateError;

use super::{
    plan::{Form, Render, Source},
    run::Scope,
    value::{Outcome, Solution, Value},
};

mod kept;

pub(super) use kept::Kept;
use kept::{ENVIRONMENT, Read};

/// The most bytes of a rendered text.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// What the rendering gives for the values there are.
///
/// # Errors
///
/// What is wrong with the values: a key that is not there, an operation that they do not have.
pub(super) fn value(render: &Render, scope: &Scope<'_>) -> Result<Value, GenerateError> {
    let names = names(render, scope)?;
    let failed = |error: minijinja::Error| {
        let form = match render.form {
            Form::Prompt => "prompt",
            Form::Transform => "transform",
        };
        GenerateError::engine(format!(
            "the chain's {form} cannot be made of these values: {error:#}"
        ))
    };
    match render.kept.read(render.form, &render.text).map_err(failed)? {
        Read::Template(template) => {
            let text = template.filled(names).map_err(failed)?;
            if text.len() > MOST_BYTES {
                return Err(too_much(text.len()));
            }
            Ok(Value::Text(text))
        }
        Read::Expression(expression) => {
            let found = expression.eval(names).map_err(failed)?;
            if found.is_undefined() {
                return Err(GenerateError::engine(format!(
                    "the chain's transform `{}` has no value for these values",
                    render.text
                )));
            }
            let data = serde_json::to_value(&found).map_err(|error| {
                GenerateError::engine(format!("the chain's transform gives no data: {error}"))
            })?;
            Ok(Value::Data(data))
        }
    }
}

fn too_much(bytes: usize) -> GenerateError {
    GenerateError::engine(format!(
        "the chain's prompt would have {bytes} bytes; it may have at most {MOST_BYTES}"
    ))
}

/// What is wrong with a template or an expression, for the author of the file; else the names in it, with
/// the keys behind them.
pub(super) fn names_in(form: Form, text: &str) -> Result<Vec<String>, String> {
    let environment = &*ENVIRONMENT;
    let wrong = |error: minijinja::Error| match error.detail() {
        Some(detail) => detail.to_owned(),
        None => error.to_string(),
    };
    let names = match form {
        Form::Prompt => {
            environment.template_from_str(text).map_err(wrong)?.undeclared_variables(true)
        }
        Form::Transform => {
            environment.compile_expression(text).map_err(wrong)?.undeclared_variables(true)
        }
    };
    let globals: Vec<&str> = environment.globals().map(|(name, _)| name).collect();
    let mut names: Vec<String> =
        names.into_iter().filter(|name| !globals.contains(&name.as_str())).collect();
    names.sort();
    Ok(names)
}

/// The values by their names, `input` with what is asked for of it.
fn names(render: &Render, scope: &Scope<'_>) -> Result<Jinja, GenerateError> {
    let mut names = Vec::new();
    let mut input = Vec::new();
    for (name, source) in &render.names {
        let value = scope.look(source)?;
        let value = shown(&value);
        match source {
            Source::Question => input.push(("question", value)),
            Source::Messages => input.push(("messages", value)),
            _ => names.push((name.as_str(), value)),
        }
    }
    if !input.is_empty() {
        names.push(("input", Jinja::from_iter(input)));
    }
    Ok(Jinja::from_iter(names))
}

/// A value as templates see it.
fn shown(value: &Value) -> Jinja {
    match value {
        Value::Text(text) => Jinja::from(text.as_str()),
        Value::Answer(solution) => Jinja::from_object(Answer(solution.clone())),
        Value::Data(data) => Jinja::from_serialize(data),
        Value::Language(_) | Value::Kind(_) | Value::Messages(_) => {
            Jinja::from_serialize(value.to_json())
        }
    }
}

/// An answer in a template: its text where it is printed, and by their names its `result`, its `text` and what was counted
/// of it, which is none where nobody has voted.
#[derive(Debug)]
struct Answer(Solution);

impl Answer {
    /// What it has of names.
    const KEYS: [&str; 9] = [
        "text",
        "result",
        "complete",
        "votes",
        "samples",
        "margin",
        "confidence",
        "candidates",
        "left_out",
    ];
}

impl Object for Answer {
    fn get_value(self: &Arc<Self>, key: &Jinja) -> Option<Jinja> {
        match key.as_str()? {
            "text" => Some(Jinja::from(self.0.text.as_str())),
            "result" => Some(Jinja::from(self.0.result.as_ref().map(Outcome::bare))),
            key if Self::KEYS.contains(&key) => {
                let json = Value::Answer(self.0.clone()).to_json();
                Some(json.get(key).map_or(Jinja::from(()), Jinja::from_serialize))
            }
            _ => None,
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let counted = self.0.confidence.is_some();
        Enumerator::Str(if counted { &Self::KEYS } else { &["text", "result", "complete"] })
    }

    fn is_true(self: &Arc<Self>) -> bool {
        !self.0.text.trim().is_empty()
    }

    fn render(self: &Arc<Self>, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0.text)
    }
}
