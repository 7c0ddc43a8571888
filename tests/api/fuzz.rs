//! Whatever JSON arrives: no panic, no 5xx, and every refusal a whole error object.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::support::{Answer, MODEL, TestApp, thoughtful};

/// One for all cases: whatever a request does must not disturb the next.
static APP: LazyLock<TestApp> = LazyLock::new(|| TestApp::answering(thoughtful()));

/// Any JSON value, a few levels deep.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop_oneof![Just(0.0), Just(-1.0), Just(1.0), Just(2.0), Just(1e308)].prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        prop_oneof![
            Just("none"),
            Just("auto"),
            Just("user"),
            Just("assistant"),
            Just("text"),
            Just("system")
        ]
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((any_key(), inner), 0..5)
                .prop_map(|entries| Value::Object(Map::from_iter(entries))),
        ]
    })
}

/// A key that means something, or one that does not.
fn any_key() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "model",
        "messages",
        "stream",
        "stream_options",
        "include_usage",
        "max_tokens",
        "max_completion_tokens",
        "n",
        "stop",
        "temperature",
        "top_p",
        "top_k",
        "min_p",
        "frequency_penalty",
        "presence_penalty",
        "repetition_penalty",
        "seed",
        "reasoning_effort",
        "enable_thinking",
        "chat_template_kwargs",
        "reasoning",
        "thinking",
        "include_reasoning",
        "separate_reasoning",
        "reasoning_format",
        "ponder",
        "events",
        "tools",
        "tool_choice",
        "response_format",
        "logprobs",
        "top_logprobs",
        "logit_bias",
        "modalities",
        "role",
        "content",
        "type",
        "text",
        "name",
        "tool_calls",
        "effort",
        "budget_tokens",
        "enabled",
    ])
    .prop_map(str::to_owned);
    prop_oneof![9 => known, 1 => "[a-z]{0,6}"]
}

fn check(answer: &Answer, body: &Value) -> Result<(), TestCaseError> {
    let status = answer.status.as_u16();
    prop_assert!(status == 200 || status == 400 || status == 404, "{status} for {body}");
    if status != 200 {
        let _ = answer.error_param();
    }
    Ok(())
}

fn post(bodies: Vec<Value>) -> Result<(), TestCaseError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        for body in bodies {
            check(&APP.post(body.to_string()).await, &body)?;
        }
        Ok(())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_json_body_is_answered_or_refused(body in any_json()) {
        post(vec![body])?;
    }

    #[test]
    fn a_valid_request_with_any_other_keys_is_answered_or_refused(
        more in prop::collection::vec((any_key(), any_json()), 1..4),
    ) {
        // One key at a time as well: of several wrong ones only the first would be met.
        let base = json!({"model": MODEL, "messages": [{"role": "user", "content": "What is 2+2?"}]});
        let mut bodies = Vec::new();
        let mut all = base.clone();
        for (key, value) in more {
            all[&key] = value.clone();
            let mut one = base.clone();
            one[&key] = value;
            bodies.push(one);
        }
        bodies.push(all);
        post(bodies)?;
    }

    #[test]
    fn any_messages_are_answered_or_refused(
        messages in prop::collection::vec(
            prop::collection::vec((any_key(), any_json()), 0..4)
                .prop_map(|entries| Value::Object(Map::from_iter(entries))),
            0..4,
        ),
    ) {
        post(vec![json!({"model": MODEL, "messages": messages})])?;
    }

    #[test]
    fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let answer = runtime.expect("a runtime").block_on(async {
            APP.post(bytes).await
        });
        prop_assert_eq!(answer.status.as_u16(), 400);
    }
}
