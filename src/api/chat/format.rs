//! The form of an answer, as it is asked for.

use std::sync::Arc;

use serde_json::Value;

use crate::{error::ApiError, generate::Format};

/// In bytes. Compiling takes time and memory by the size of a schema.
const LARGEST_SCHEMA: usize = 64 * 1024;

/// The form that `response_format` asks for.
///
/// # Errors
///
/// 400 for a type that is not known, or a schema that is none.
pub(super) fn format(value: Option<&Value>) -> Result<Format, ApiError> {
    let invalid = |message: &str| Err(ApiError::invalid("response_format", message));
    let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(Format::Text) };
    match value.get("type").and_then(Value::as_str) {
        Some("text") => Ok(Format::Text),
        Some("json_object") => Ok(Format::Object),
        Some("json_schema") => {
            let description = value.get("json_schema");
            let name = description.and_then(|description| description.get("name"));
            let name = name.and_then(Value::as_str).unwrap_or("response").to_owned();
            match description.and_then(|description| description.get("schema")) {
                Some(schema) if schema.is_object() || schema.is_boolean() => {
                    if schema.to_string().len() > LARGEST_SCHEMA {
                        return invalid(&format!(
                            "Invalid schema for response_format '{name}': it has more than \
                             {LARGEST_SCHEMA} bytes."
                        ));
                    }
                    let strict = description.and_then(|description| description.get("strict"));
                    let strict = strict.and_then(Value::as_bool);
                    Ok(Format::Schema { name, schema: Arc::new(schema.clone()), strict })
                }
                Some(_) | None => invalid(&format!(
                    "Invalid schema for response_format '{name}': `json_schema.schema` must be a \
                     JSON schema, an object."
                )),
            }
        }
        Some(_) | None => invalid(
            // Clients look for these words.
            "Invalid schema for response_format: `response_format` must be an object whose `type` is \
             `text`, `json_object` or `json_schema`.",
        ),
    }
}
