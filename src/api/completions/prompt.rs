//! The prompts of a request: a text, tokens, or several of either.

use std::sync::Arc;

use serde_json::Value;

use crate::{error::ApiError, generate::RawPrompt};

/// The most prompts of one request.
pub(super) const MOST_PROMPTS: usize = 128;

/// The prompts, in order.
///
/// # Errors
///
/// 400 with the place of what is wrong.
pub(super) fn prompts(prompt: Option<&Value>) -> Result<Vec<RawPrompt>, ApiError> {
    let wrong = || {
        let message = format!(
            "`prompt` must be a text, an array of up to {MOST_PROMPTS} texts, an array of token \
             numbers, or an array of up to {MOST_PROMPTS} such arrays; none of them empty."
        );
        ApiError::invalid("prompt", message)
    };
    let prompts = match prompt {
        Some(Value::String(text)) => vec![RawPrompt::Text(text.as_str().into())],
        Some(Value::Array(items)) if items.first().is_some_and(Value::is_number) => {
            vec![RawPrompt::Tokens(tokens(items).ok_or_else(wrong)?)]
        }
        Some(Value::Array(items)) if items.len() <= MOST_PROMPTS => items
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
            assert_eq!(prompts(Some(&value)).ok(), Some(expected), "{value}");
        }
        let many = vec!["x"; MOST_PROMPTS + 1];
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
            assert!(prompts(Some(&value)).is_err(), "{value}");
        }
        assert!(prompts(None).is_err());
    }
}
