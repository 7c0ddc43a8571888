//! Texts to be worked on: one, tokens, or several of either.

use std::sync::Arc;

use serde_json::Value;

use crate::{error::ApiError, generate::RawPrompt};

/// The texts in `field`, in order.
///
/// # Errors
///
/// 400 with the field, if it is anything else or there are more than `most`.
pub(super) fn prompts(
    field: &'static str,
    value: Option<&Value>,
    most: usize,
) -> Result<Vec<RawPrompt>, ApiError> {
    let wrong = || {
        let message = format!(
            "`{field}` must be a text, an array of up to {most} texts, an array of token numbers, or \
             an array of up to {most} such arrays; none of them empty."
        );
        ApiError::invalid(field, message)
    };
    let prompts = match value {
        Some(Value::String(text)) => vec![RawPrompt::Text(text.as_str().into())],
        Some(Value::Array(items)) if items.first().is_some_and(Value::is_number) => {
            vec![RawPrompt::Tokens(tokens(items).ok_or_else(wrong)?)]
        }
        Some(Value::Array(items)) if items.len() <= most => items
            .iter()
            .map(|item| match item {
                Value::String(text) => Some(RawPrompt::Text(text.as_str().into())),
                Value::Array(numbers) => tokens(numbers).map(RawPrompt::Tokens),
                _ => None,
            })
            .collect::<Option<Vec<RawPrompt>>>()
            .ok_or_else(wrong)?,
        _ => return Err(wrong()),
    };
    let empty = prompts.iter().any(|prompt| match prompt {
        RawPrompt::Text(text) => text.is_empty(),
        RawPrompt::Tokens(tokens) => tokens.is_empty(),
    });
    if prompts.is_empty() || empty { Err(wrong()) } else { Ok(prompts) }
}

fn tokens(numbers: &[Value]) -> Option<Arc<[u32]>> {
    numbers
        .iter()
        .map(|number| number.as_u64().and_then(|token| u32::try_from(token).ok()))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn four_kinds_are_taken_and_nothing_else() {
        let text = |text: &str| RawPrompt::Text(text.into());
        for (value, expected) in [
            (json!("a"), vec![text("a")]),
            (json!(["a", "b"]), vec![text("a"), text("b")]),
            (json!([1, 2]), vec![RawPrompt::Tokens([1, 2].into())]),
            (
                json!([[1], [2, 3]]),
                vec![RawPrompt::Tokens([1].into()), RawPrompt::Tokens([2, 3].into())],
            ),
        ] {
            assert_eq!(prompts("prompt", Some(&value), 3).ok(), Some(expected), "{value}");
        }
        let many = vec!["x"; 4];
        for value in [
            json!(null),
            json!(""),
            json!([]),
            json!([[]]),
            json!([""]),
            json!([1, "a"]),
            json!(["a", 1]),
            json!([-1]),
            json!([0.5]),
            json!([4_294_967_296_u64]),
            json!({}),
            json!(5),
            json!(many),
        ] {
            assert!(prompts("prompt", Some(&value), 3).is_err(), "{value}");
        }
        assert!(prompts("prompt", None, 3).is_err());
    }
}
