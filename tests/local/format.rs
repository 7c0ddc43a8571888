//! Answers held to a JSON schema, by models that know nothing of JSON.

use std::sync::Arc;

use ponder::generate::{
    FinishReason, Format, Generate, GenerateError, Request, Sampling, StopCause, Thinking,
};
use serde_json::{Value, json};

use crate::{
    hosting::{ask, host},
    tiny_model::Behaviour,
};

fn schema(schema: Value) -> Format {
    Format::Schema { name: "test".to_owned(), schema: Arc::new(schema), strict: None }
}

/// A schema of some depth, different for every number.
pub(crate) fn numbered(number: u64) -> Value {
    let mut state = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut draw = |below: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    grown(&mut draw, 2)
}

fn grown(draw: &mut impl FnMut(u64) -> u64, depth: u64) -> Value {
    match draw(if depth == 0 { 6 } else { 9 }) {
        0 => json!({"type": "string"}),
        1 => json!({"type": "string", "minLength": draw(4), "maxLength": 4 + draw(20)}),
        2 => json!({"type": "integer", "minimum": draw(50), "maximum": 50 + draw(1000)}),
        3 => json!({"type": "number"}),
        4 => json!({"enum": ["red", "green", 7, null, true]}),
        5 => json!({"type": ["boolean", "null"]}),
        6 => {
            let items = grown(draw, depth - 1);
            json!({"type": "array", "items": items, "minItems": draw(3)})
        }
        _ => {
            let names = ["name", "age", "tags", "说明"];
            let count = 1 + draw(names.len() as u64) as usize;
            let properties: serde_json::Map<String, Value> = names[..count]
                .iter()
                .map(|name| ((*name).to_owned(), grown(draw, depth - 1)))
                .collect();
            let required = &names[..draw(count as u64 + 1) as usize];
            json!({
                "type": "object", "properties": properties, "required": required,
                "additionalProperties": draw(2) == 0,
            })
        }
    }
}

/// As much of a validator as [`grown`] needs.
pub(crate) fn is_valid(value: &Value, schema: &Value) -> bool {
    if let Some(choices) = schema["enum"].as_array() {
        return choices.contains(value);
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        kind => kind.as_str().into_iter().collect(),
    };
    let number = |keyword: &str| schema[keyword].as_f64();
    kinds.iter().any(|kind| match (*kind, value) {
        ("string", Value::String(text)) => {
            let length = text.chars().count() as f64;
            number("minLength").is_none_or(|least| length >= least)
                && number("maxLength").is_none_or(|most| length <= most)
        }
        ("integer", Value::Number(found)) => found.as_f64().is_some_and(|found| {
            found.fract() == 0.0
                && number("minimum").is_none_or(|least| found >= least)
                && number("maximum").is_none_or(|most| found <= most)
        }),
        ("number", Value::Number(_)) | ("boolean", Value::Bool(_)) | ("null", Value::Null) => true,
        ("array", Value::Array(items)) => {
            number("minItems").is_none_or(|least| items.len() as f64 >= least)
                && items.iter().all(|item| is_valid(item, &schema["items"]))
        }
        ("object", Value::Object(entries)) => {
            let named = &schema["properties"];
            schema["required"].as_array().is_none_or(|names| {
                names.iter().all(|name| entries.contains_key(name.as_str().unwrap()))
            }) && entries.iter().all(|(name, value)| match named.get(name) {
                Some(schema) => is_valid(value, schema),
                None => schema["additionalProperties"] != json!(false),
            })
        }
        _ => false,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_schemas_give_whole_values_from_random_weights() {
    let (engine, _folder) = host(Behaviour::Random(5), 1).await;
    let mut cut = 0;
    for number in 0..200 {
        let schema_text = numbered(number);
        let request = Request {
            format: schema(schema_text.clone()),
            thinking: Thinking::Off,
            max_tokens: Some(160),
            sampling: Sampling { seed: Some(number), ..Sampling::default() },
            ..Request::ask("Go on.")
        };
        let answer = engine.generate(request).await.unwrap().collect().await.unwrap();
        let value: Value = serde_json::from_str(&answer.content)
            .unwrap_or_else(|error| panic!("{error}: {schema_text}\n{}", answer.content));
        assert!(is_valid(&value, &schema_text), "{schema_text}\n{}", answer.content);
        assert_eq!(answer.finish.reason, FinishReason::Stop, "{schema_text}");
        cut += u32::from(answer.finish.usage.completion_tokens > 140);
    }
    // The test is worth something only if random weights would go on.
    assert!(cut > 10, "{cut} answers were long");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_thinking_is_free_and_the_answer_is_not() {
    let thinks =
        Behaviour::Table(&[&["Ċ", "<think>", "a", "b", "</think>", "x", "y", "z", "<|im_end|>"]]);
    let (engine, _folder) = host(thinks, 1).await;
    let wanted = json!({"type": "object", "properties": {"x": {"type": "integer"}},
        "required": ["x"], "additionalProperties": false});
    let request = Request { format: schema(wanted), max_tokens: Some(200), ..ask("1+1?") };
    let answer = engine.generate(request).await.unwrap().collect().await.unwrap();
    assert_eq!(answer.reasoning, "ab");
    let value: Value = serde_json::from_str(&answer.content).unwrap();
    assert!(value["x"].as_f64().is_some_and(|x| x.fract() == 0.0), "{}", answer.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn thinking_that_never_ends_leaves_room_for_the_whole_value() {
    let thinks = Behaviour::Table(&[&["Ċ", "<think>", "a", "b", "c", "a"]]);
    let (engine, _folder) = host(thinks, 1).await;
    let request = Request { format: Format::Object, max_tokens: Some(200), ..ask("1+1?") };
    let answer = engine.generate(request).await.unwrap().collect().await.unwrap();
    assert!(answer.reasoning.starts_with("abcabc"), "{}", answer.reasoning);
    let value: Value = serde_json::from_str(&answer.content).unwrap();
    assert!(value.is_object(), "{value}");
}

/// A chain of references, each followed by recursion.
fn references(length: usize) -> Value {
    let definitions: serde_json::Map<String, Value> = (0..length)
        .map(|number| (number.to_string(), json!({"$ref": format!("#/$defs/{}", number + 1)})))
        .chain([(length.to_string(), json!({"type": "null"}))])
        .collect();
    json!({"$ref": "#/$defs/0", "$defs": definitions})
}

#[tokio::test(flavor = "multi_thread")]
async fn ordinary_schemas_have_a_short_value() {
    let (engine, _folder) = host(Behaviour::Random(6), 1).await;
    for (wanted, check) in [
        (json!({"type": "number", "exclusiveMinimum": 0}), None),
        (json!({"type": "string", "format": "email"}), Some("@")),
        (json!({"type": "string", "format": "uuid"}), Some("-")),
        (json!({"type": "string", "pattern": r"^\d+\.\d{2}$"}), Some(".")),
        (json!({"type": "string", "pattern": "^[a-z]+-[a-z]+$"}), Some("-")),
        (json!({"enum": ["yes", "a considerably longer alternative of many words"]}), None),
        (references(100), None),
        (json!(true), None),
        (json!({"type": "array", "items": {"type": "integer"}, "minItems": 20}), None),
        (
            json!({"type": "object", "properties": {"name": {"type": "string"},
            "email": {"type": "string", "format": "email"}}, "required": ["name"],
            "additionalProperties": false}),
            Some("name"),
        ),
    ] {
        for (seed, max_tokens) in [(1, 90), (2, 140), (3, 400)] {
            let request = Request {
                format: schema(wanted.clone()),
                thinking: Thinking::Off,
                max_tokens: Some(max_tokens),
                sampling: Sampling { seed: Some(seed), ..Sampling::default() },
                ..Request::ask("Go on.")
            };
            let answer = match engine.generate(request).await {
                // The way out that is found is short, not the shortest: it says what it needs.
                Err(GenerateError::Invalid { param: "max_tokens", .. }) if max_tokens < 400 => {
                    assert_eq!(wanted["format"], "email", "{wanted} in {max_tokens}");
                    continue;
                }
                answer => answer.unwrap().collect().await.unwrap(),
            };
            let value: Result<Value, _> = serde_json::from_str(&answer.content);
            assert!(value.is_ok(), "{wanted} in {max_tokens}: {}", answer.content);
            assert!(check.is_none_or(|text| answer.content.contains(text)), "{}", answer.content);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn deep_in_a_value_the_way_out_is_not_forgotten() {
    // Thirty arrays to close, opened while the end was too far away to look for.
    let deep = (0..30).fold(
        json!({"type": "string"}),
        |inner, _| json!({"type": "array", "items": inner, "minItems": 1, "maxItems": 1}),
    );
    let (engine, _folder) = host(Behaviour::Random(8), 1).await;
    let request = Request {
        format: schema(deep),
        thinking: Thinking::Off,
        max_tokens: Some(1_300),
        sampling: Sampling { seed: Some(1), ..Sampling::default() },
        ..Request::ask("Go on.")
    };
    let answer = engine.generate(request).await.unwrap().collect().await.unwrap();
    let value: Result<Value, _> = serde_json::from_str(&answer.content);
    assert!(value.is_ok(), "{}", answer.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_in_circles_is_whole_too() {
    // Wants to say `[0, 0, 0, …` for ever.
    let circle = Behaviour::Table(&[&["Ċ", "[", "0", ",", "Ġ", "0"]]);
    let (engine, _folder) = host(circle, 1).await;
    let wanted = json!({"type": "array", "items": {"type": "integer"}});
    let request = Request {
        format: schema(wanted),
        thinking: Thinking::Off,
        max_tokens: Some(3_000),
        ..ask("1+1?")
    };
    let answer = engine.generate(request).await.unwrap().collect().await.unwrap();
    let value: Value = serde_json::from_str(&answer.content).unwrap();
    assert!(value.as_array().is_some_and(|items| items.len() > 50), "{}", answer.content);
    assert_eq!(answer.finish.reason, FinishReason::Stop);
    assert_eq!(answer.finish.cause, Some(StopCause::Repetition));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_followed_is_refused_before_the_first_token() {
    let (engine, _folder) = host(Behaviour::Random(5), 1).await;
    for (wanted, max_tokens, field) in [
        (json!({"type": "nonsense"}), 100, "response_format"),
        (references(2_000), 100, "response_format"),
        (json!({"type": "string", "minLength": 50}), 20, "max_tokens"),
    ] {
        let request =
            Request { format: schema(wanted), max_tokens: Some(max_tokens), ..ask("1+1?") };
        let error = engine.generate(request).await.unwrap_err();
        let GenerateError::Invalid { param, message } = error else { panic!("{error}") };
        assert_eq!(param, field, "{message}");
        if field == "response_format" {
            assert!(message.starts_with("Invalid schema for response_format 'test'"), "{message}");
        }
    }
}
