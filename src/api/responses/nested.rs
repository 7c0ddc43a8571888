//! The same things in the words of chat completions, which put them a level deeper.

use serde_json::{Map, Value, json};

use crate::{error::ApiError, generate::GenerateError};

/// Tools with their function in an object of its own. What has no such form stays as it is, and is
/// refused as it stands.
pub(super) fn tools(tools: &Value) -> Value {
    match tools {
        Value::Array(list) => list.iter().map(tool).collect(),
        other => other.clone(),
    }
}

fn tool(tool: &Value) -> Value {
    match tool {
        Value::Object(fields) if !fields.contains_key("function") => {
            let kind = fields.get("type").cloned().unwrap_or(Value::Null);
            let function: Map<String, Value> = fields
                .iter()
                .filter(|(key, _)| *key != "type")
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect();
            json!({"type": kind, "function": function})
        }
        other => other.clone(),
    }
}

/// A form with its schema in an object of its own.
pub(super) fn format(format: &Value) -> Value {
    match format.as_object() {
        Some(fields)
            if fields.get("type").is_some_and(|kind| kind == "json_schema")
                && !fields.contains_key("json_schema") =>
        {
            json!({"type": "json_schema", "json_schema": fields})
        }
        _ => format.clone(),
    }
}

/// An error in the words of this endpoint.
pub(super) fn told(error: GenerateError) -> ApiError {
    ApiError::from(error).moved(flat)
}

/// The name of a field as this endpoint has it, from its name in a chat completion.
pub(super) fn flat(field: &str) -> String {
    let renamed = match field {
        "max_completion_tokens" | "max_tokens" => "max_output_tokens",
        "response_format" => "text.format",
        "messages" => "input",
        "logprobs" => "include",
        other => other,
    };
    if renamed.starts_with("tools[") {
        renamed.replace(".function", "")
    } else {
        renamed.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nested_comes_from_what_is_flat() {
        let given = json!([{"type": "function", "name": "f", "strict": true}, 7]);
        let expected = json!([{"type": "function", "function": {"name": "f", "strict": true}}, 7]);
        assert_eq!(tools(&given), expected);
        assert_eq!(tools(&expected), expected);
        let flat_format = json!({"type": "json_schema", "name": "n", "schema": {}});
        let nested = json!({"type": "json_schema", "json_schema": flat_format});
        assert_eq!(format(&flat_format), nested);
        assert_eq!(flat("tools[1].function.parameters"), "tools[1].parameters");
        assert_eq!(flat("tools[1].function"), "tools[1]");
    }
}
