//! The schema of a call: a function's name with arguments as its own schema describes them.

use serde_json::{Map, Value, json};

use crate::generate::Function;

/// The schema of a call of one of these functions.
pub fn call_schema<'a>(functions: impl IntoIterator<Item = &'a Function>) -> Value {
    let mut definitions = Map::new();
    let mut calls: Vec<Value> = (0..)
        .zip(functions)
        .map(|(number, function): (usize, _)| {
            let place = format!("#/$defs/{number}");
            definitions.insert(number.to_string(), moved(parameters(function), &place));
            json!({
                "type": "object",
                "properties": {"name": {"const": function.name}, "arguments": {"$ref": place}},
                "required": ["name", "arguments"],
                "additionalProperties": false,
            })
        })
        .collect();
    let mut schema = match (calls.len(), calls.pop()) {
        (1, Some(Value::Object(call))) => call,
        (_, last) => {
            calls.extend(last);
            Map::from_iter([("anyOf".to_owned(), Value::Array(calls))])
        }
    };
    schema.insert("$defs".to_owned(), Value::Object(definitions));
    Value::Object(schema)
}

/// The schema of the arguments: an object, and closed unless it says otherwise, for what a function
/// does not name it does not take.
fn parameters(function: &Function) -> Value {
    let mut schema = match &function.parameters {
        Value::Object(schema) => schema.clone(),
        _ => Map::new(),
    };
    if let Some(reference) = schema.remove("$ref") {
        let all = schema.entry("allOf").or_insert_with(|| json!([]));
        if let Value::Array(all) = all {
            all.push(json!({"$ref": reference}));
            all.push(json!({"type": "object"}));
        }
        return Value::Object(schema);
    }
    schema.insert("type".to_owned(), json!("object"));
    let composed = ["anyOf", "oneOf", "allOf", "patternProperties"]
        .iter()
        .any(|keyword| schema.contains_key(*keyword));
    if !composed {
        schema.entry("properties").or_insert_with(|| json!({}));
        schema.entry("additionalProperties").or_insert(json!(false));
    }
    Value::Object(schema)
}

/// The schema as a part of another one, at `place` in it: references within it follow.
fn moved(mut schema: Value, place: &str) -> Value {
    let mut open = vec![&mut schema];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(entries) => {
                for (keyword, value) in entries {
                    match value {
                        Value::String(reference) if keyword == "$ref" => {
                            if let Some(inner) = reference.strip_prefix('#') {
                                *reference = format!("{place}{inner}");
                            }
                        }
                        value => open.push(value),
                    }
                }
            }
            Value::Array(items) => open.extend(items),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(name: &str, parameters: Value) -> Function {
        Function { name: name.to_owned(), description: String::new(), parameters, strict: None }
    }

    #[test]
    fn references_follow_their_schema() {
        let one = function(
            "one",
            json!({"properties": {"next": {"$ref": "#/$defs/x"}}, "$defs": {"x": {"$ref": "#"}}}),
        );
        let schema = call_schema([&one, &function("two", Value::Null)]);
        assert_eq!(schema["$defs"]["0"]["properties"]["next"]["$ref"], "#/$defs/0/$defs/x");
        assert_eq!(schema["$defs"]["0"]["$defs"]["x"]["$ref"], "#/$defs/0");
        assert_eq!(schema["anyOf"][1]["properties"]["name"]["const"], "two");
        assert_eq!(schema["$defs"]["1"]["additionalProperties"], json!(false));
    }

    #[test]
    fn a_single_function_needs_no_choice() {
        let schema = call_schema([&function("f", json!({"additionalProperties": true}))]);
        assert_eq!(schema["properties"]["name"]["const"], "f");
        assert_eq!(schema["$defs"]["0"]["additionalProperties"], json!(true));
        assert!(schema.get("anyOf").is_none());
    }
}
