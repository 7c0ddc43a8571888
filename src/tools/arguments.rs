//! Whether arguments are what a tool says that it takes, as far as its schema says so in the plain words of JSON
//! Schema: `type`, `properties`, `required`, `additionalProperties`, `items`, `enum`, `const`. What it says in others
//! is for the tool to check. (The crates that know all of JSON Schema would build the engine anew.)

use serde_json::Value;

/// How deep a schema is followed.
const DEEPEST: usize = 32;

/// Checks arguments.
///
/// # Errors
///
/// What is wrong first, with its place.
pub(super) fn check(schema: &Value, arguments: &Value) -> Result<(), String> {
    at("", schema, arguments, 0)
}

fn at(place: &str, schema: &Value, value: &Value, depth: usize) -> Result<(), String> {
    if depth > DEEPEST {
        return Ok(());
    }
    let shown = || if place.is_empty() { "they".to_owned() } else { format!("`{place}`") };
    if let Some(types) = schema.get("type") {
        let names: Vec<&str> = match types {
            Value::String(name) => vec![name],
            Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        if !names.is_empty() && !names.iter().any(|name| is_a(name, value)) {
            return Err(format!("{} must be {}", shown(), names.join(" or ")));
        }
    }
    if let Some(Value::Array(allowed)) = schema.get("enum")
        && !allowed.contains(value)
    {
        let allowed: Vec<String> = allowed.iter().take(20).map(Value::to_string).collect();
        return Err(format!("{} must be one of {}", shown(), allowed.join(", ")));
    }
    if let Some(only) = schema.get("const").filter(|only| *only != value) {
        return Err(format!("{} must be {only}", shown()));
    }
    if let (Some(items), Value::Array(list)) = (schema.get("items"), value) {
        for (item, number) in list.iter().zip(0..) {
            at(&format!("{place}.{number}"), items, item, depth + 1)?;
        }
    }
    if let Value::Object(fields) = value {
        object(place, schema, fields, depth)?;
    }
    Ok(())
}

fn object(
    place: &str,
    schema: &Value,
    fields: &serde_json::Map<String, Value>,
    depth: usize,
) -> Result<(), String> {
    let inside = |name: &str| match place {
        "" => name.to_owned(),
        place => format!("{place}.{name}"),
    };
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    if let Some(missing) =
        required.filter_map(Value::as_str).find(|name| !fields.contains_key(*name))
    {
        return Err(format!("`{}` is missing", inside(missing)));
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    for (name, value) in fields {
        let known = properties.and_then(|properties| properties.get(name));
        match (known, schema.get("additionalProperties")) {
            (Some(known), _) => at(&inside(name), known, value, depth + 1)?,
            (None, Some(Value::Bool(false))) if schema.get("patternProperties").is_none() => {
                let names: Vec<&str> =
                    properties.into_iter().flat_map(|all| all.keys().map(String::as_str)).collect();
                let names = names.join(", ");
                return Err(format!("there is no `{}`; there are: {names}", inside(name)));
            }
            (None, Some(others @ Value::Object(_)))
                if schema.get("patternProperties").is_none() =>
            {
                at(&inside(name), others, value, depth + 1)?;
            }
            (None, _) => {}
        }
    }
    Ok(())
}

fn is_a(name: &str, value: &Value) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "integer" => {
            value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|one| one.fract() == 0.0)
        }
        // Not a type of this version of JSON Schema.
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let schema = json!({
            "type": "object",
            "properties": {
                "query": {"type": "string"},
                "limit": {"type": ["integer", "null"]},
                "sort": {"enum": ["new", "old"]},
                "tags": {"type": "array", "items": {"type": "string"}},
                "where": {"type": "object", "required": ["city"]},
            },
            "required": ["query"],
            "additionalProperties": false,
        });
        let said = |arguments: Value| check(&schema, &arguments).err().unwrap_or_default();
        assert_eq!(said(json!({"query": "x", "limit": 2.0, "sort": "new", "tags": []})), "");
        assert_eq!(said(json!([])), "they must be object");
        assert_eq!(said(json!({})), "`query` is missing");
        assert_eq!(said(json!({"query": 1})), "`query` must be string");
        assert_eq!(said(json!({"query": "x", "limit": 1.5})), "`limit` must be integer or null");
        assert_eq!(
            said(json!({"query": "x", "sort": "up"})),
            "`sort` must be one of \"new\", \"old\""
        );
        assert_eq!(said(json!({"query": "x", "tags": ["a", 1]})), "`tags.1` must be string");
        assert_eq!(said(json!({"query": "x", "where": {}})), "`where.city` is missing");
        assert_eq!(
            said(json!({"query": "x", "limits": 1})),
            "there is no `limits`; there are: query, limit, sort, tags, where"
        );
        assert_eq!(check(&Value::Null, &json!({"a": 1})), Ok(()), "no schema, no demands");
    }

    proptest! {
        #[test]
        fn no_schema_makes_it_panic(depth in 0_usize..60, text in ".{0,8}") {
            let mut schema = json!({"type": text});
            let mut value = json!(text);
            for _ in 0..depth {
                schema = json!({"type": "array", "items": schema});
                value = json!([value]);
            }
            let _ = check(&schema, &value);
        }
    }
}
