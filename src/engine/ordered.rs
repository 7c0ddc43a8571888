//! JSON as chat templates see it: with the keys in the order in which they were written.

use std::sync::Arc;

use minijinja::{
    Error, ErrorKind, Value,
    value::{Enumerator, Object},
};
use serde_json::{Map, Value as Json};

/// An object whose keys keep their order.
#[derive(Debug)]
struct Ordered(Map<String, Json>);

impl Object for Ordered {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.0.get(key.as_str()?).map(ordered)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.0.keys().map(|key| Value::from(key.as_str())).collect())
    }
}

/// A JSON value for a template.
pub(super) fn ordered(json: &Json) -> Value {
    match json {
        Json::Object(entries) => Value::from_object(Ordered(entries.clone())),
        Json::Array(items) => items.iter().map(ordered).collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {
            Value::from_serialize(json)
        }
    }
}

/// The filter `tojson` as the `transformers` library has it, which templates are written for:
/// spaces after `,` and `:`, nothing escaped for HTML.
pub(super) fn to_json(value: &Value) -> Result<String, Error> {
    let json: Json = serde_json::to_value(value)
        .map_err(|error| Error::new(ErrorKind::BadSerialization, error.to_string()))?;
    Ok(spaced(&json))
}

/// JSON on one line, with a space after `,` and `:`.
pub(super) fn spaced(json: &Json) -> String {
    match json {
        Json::Object(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{}: {}", Json::from(key.as_str()), spaced(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        Json::Array(items) => {
            format!("[{}]", items.iter().map(spaced).collect::<Vec<_>>().join(", "))
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => json.to_string(),
    }
}
