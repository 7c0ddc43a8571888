//! From the arguments of a call to what is asked of a chain.

use std::num::NonZeroU32;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::generate::{Request, Sampling, Thinking};

/// What is asked, and how the answer is written.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) request: Request,
    pub(super) thinking: ThinkingShown,
}

/// Whether the result has the thinking in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ThinkingShown {
    /// As `reasoning`.
    Included,
    /// Agents pay for every word that they read, and the answer stands for itself.
    LeftOut,
}

/// As [`super::tool`] describes them; null is the same as nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object")]
struct Arguments {
    question: String,
    enable_thinking: Option<bool>,
    include_reasoning: Option<bool>,
    max_tokens: Option<NonZeroU32>,
    temperature: Option<f64>,
    seed: Option<i64>,
}

/// Reads the arguments of a call.
///
/// # Errors
///
/// Which of them is wrong and how it has to be, for whoever wrote the call.
pub(super) fn read(arguments: Map<String, Value>) -> Result<Asked, String> {
    let arguments: Arguments =
        serde_path_to_error::deserialize(Value::Object(arguments)).map_err(|error| match error
            .path()
            .to_string()
            .as_str()
        {
            "." => format!("Invalid arguments: {}.", error.inner()),
            path => format!("Invalid `{path}`: {}.", error.inner()),
        })?;
    if arguments.question.trim().is_empty() {
        return Err("`question` is empty: say what is to be answered.".to_owned());
    }
    if arguments.temperature.is_some_and(|number| !(0.0..=2.0).contains(&number)) {
        return Err("`temperature` must be from 0 to 2.".to_owned());
    }
    let request = Request {
        thinking: match arguments.enable_thinking {
            Some(false) => Thinking::Off,
            Some(true) | None => Thinking::Natural,
        },
        sampling: Sampling {
            // Engines sample in single precision.
            temperature: arguments.temperature.map(|number| number as f32),
            seed: arguments.seed.map(i64::cast_unsigned),
            ..Sampling::default()
        },
        max_tokens: arguments.max_tokens.map(NonZeroU32::get),
        ..Request::ask(arguments.question)
    };
    let thinking = match arguments.include_reasoning {
        Some(true) => ThinkingShown::Included,
        Some(false) | None => ThinkingShown::LeftOut,
    };
    Ok(Asked { request, thinking })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn from(value: Value) -> Result<Asked, String> {
        match value {
            Value::Object(fields) => read(fields),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn what_is_asked_is_what_was_said() {
        let asked = from(json!({
            "question": " 1 + 1? ", "max_tokens": 5, "temperature": 0, "seed": -1,
            "enable_thinking": false, "include_reasoning": true,
        }))
        .unwrap();
        let request = asked.request;
        assert_eq!((request.question(), request.max_tokens), (" 1 + 1? ", Some(5)));
        assert_eq!(request.sampling.temperature, Some(0.0));
        assert_eq!(request.sampling.seed, Some(u64::MAX));
        assert_eq!(request.thinking, Thinking::Off);
        assert_eq!(asked.thinking, ThinkingShown::Included);
        let plain = from(json!({"question": "1 + 1?", "max_tokens": null})).unwrap();
        assert_eq!(
            (plain.request, plain.thinking),
            (Request::ask("1 + 1?"), ThinkingShown::LeftOut)
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        let wrong = |value: Value| from(value).unwrap_err();
        insta::assert_snapshot!(wrong(json!({})), @"Invalid arguments: missing field `question`.");
        insta::assert_snapshot!(wrong(json!({"question": 1})), @"Invalid `question`: invalid type: integer `1`, expected a string.");
        insta::assert_snapshot!(wrong(json!({"question": " "})), @"`question` is empty: say what is to be answered.");
        insta::assert_snapshot!(wrong(json!({"question": "x", "temperature": 3})), @"`temperature` must be from 0 to 2.");
        for (field, value) in
            [("max_tokens", json!(0)), ("seed", json!("x")), ("enable_thinking", json!(1))]
        {
            let said = wrong(json!({"question": "x", field: value}));
            assert!(said.starts_with(&format!("Invalid `{field}`")), "{said}");
        }
        let said = wrong(json!({"question": "x", "tools": []}));
        assert!(said.contains("unknown field `tools`") && said.contains("`question`"), "{said}");
    }
}
