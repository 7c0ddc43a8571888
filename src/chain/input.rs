//! What an action works on: one value, a text made of several, or data made of several.

use serde_json::{Map, Value as Json};

use crate::generate::GenerateError;

use super::{
    plan::{Render, Source},
    render,
    run::Scope,
    value::Value,
};

/// What an action works on.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Input {
    /// A value as it is.
    Value(Source),
    /// A template filled with values: text.
    Text(Render),
    /// Data as it stands in the file.
    Fixed(Json),
    /// Data made of these.
    List(Vec<Self>),
    /// Data made of these, by their keys.
    Object(Vec<(String, Self)>),
}

impl Input {
    /// What it is for the values there are.
    ///
    /// # Errors
    ///
    /// What is wrong with the values.
    pub(super) fn fill(&self, scope: &Scope<'_>) -> Result<Value, GenerateError> {
        match self {
            Self::Value(source) => scope.read(source),
            Self::Text(render) => render::value(render, scope),
            made => made.data(scope).map(Value::Data),
        }
    }

    fn data(&self, scope: &Scope<'_>) -> Result<Json, GenerateError> {
        match self {
            Self::Value(_) | Self::Text(_) => Ok(argument(&self.fill(scope)?)),
            Self::Fixed(data) => Ok(data.clone()),
            Self::List(items) => items.iter().map(|item| item.data(scope)).collect(),
            Self::Object(fields) => {
                let fields =
                    fields.iter().map(|(key, field)| Ok((key.clone(), field.data(scope)?)));
                fields.collect::<Result<Map<_, _>, _>>().map(Json::Object)
            }
        }
    }

    /// Every value in it, in order.
    pub(super) fn visit<'input>(&'input self, see: &mut dyn FnMut(&'input Source)) {
        match self {
            Self::Value(source) => see(source),
            Self::Text(render) => render.names.iter().for_each(|(_, source)| see(source)),
            Self::Fixed(_) => {}
            Self::List(items) => items.iter().for_each(|item| item.visit(see)),
            Self::Object(fields) => fields.iter().for_each(|(_, field)| field.visit(see)),
        }
    }

    /// As it stands in a file, its references written by `source`.
    pub(super) fn written(&self, source: &dyn Fn(&Source) -> String) -> Json {
        match self {
            Self::Value(value) => source(value).into(),
            Self::Text(render) => render.text.as_ref().into(),
            Self::Fixed(data) => data.clone(),
            Self::List(items) => items.iter().map(|item| item.written(source)).collect(),
            Self::Object(fields) => {
                let fields = fields.iter().map(|(key, field)| (key.clone(), field.written(source)));
                Json::Object(fields.collect())
            }
        }
    }
}

/// A value inside of data: an answer by what it says.
fn argument(value: &Value) -> Json {
    match value {
        Value::Answer(solution) => solution.text.as_str().into(),
        value => value.to_json(),
    }
}
