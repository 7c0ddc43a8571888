//! `POST /v1/completions`, on a model that answers in conversations; continuing is tested on an engine.

use axum::{body::Body, http::Method};
use ponder::app::ApiSettings;
use ponder::engine::scripted::{Reply, Rule, Script, When};
use serde_json::{Value, json};

use crate::support::{Answer, MODEL, TestApp, redact, request, thoughtful};

async fn complete(app: &TestApp, more: Value) -> Answer {
    let mut body = json!({"model": MODEL, "prompt": "What is 12 + 30?"});
    for (key, value) in more.as_object().into_iter().flatten() {
        body[key] = value.clone();
    }
    app.send(request(Method::POST, "/v1/completions", Body::from(body.to_string()))).await
}

/// Says what it was asked.
fn echoing() -> TestApp {
    let slow = Rule {
        when: When { question: Some("slow".to_owned()), ..When::default() },
        reply: Reply { per_token_ms: 30, ..Reply::saying("<{question}>") },
    };
    let script =
        Script { rules: vec![slow], otherwise: Reply::saying("<{question}>"), ..Script::default() };
    TestApp::with(script, ApiSettings::default())
}

#[tokio::test]
async fn e16_a_prompt_is_answered() {
    let answer = complete(&TestApp::answering(thoughtful()), json!({})).await;
    let mut body = answer.json();
    redact(&mut body);
    body["id"] = json!(answer.json()["id"].as_str().map(|id| id.starts_with("cmpl-")));
    insta::assert_json_snapshot!(body, @r#"
    {
      "id": true,
      "object": "text_completion",
      "created": 0,
      "model": "test/scripted-1B",
      "choices": [
        {
          "text": "The answer is 42.",
          "index": 0,
          "logprobs": null,
          "finish_reason": "stop",
          "stop_reason": null
        }
      ],
      "usage": {
        "prompt_tokens": 5,
        "completion_tokens": 7,
        "total_tokens": 12,
        "prompt_tokens_details": {
          "cached_tokens": 0
        },
        "completion_tokens_details": {
          "reasoning_tokens": 3
        }
      },
      "ponder": {
        "run_id": "run_…",
        "thinking_end": "natural"
      }
    }
    "#);
}

#[tokio::test]
async fn e16_a_prompt_is_answered_as_a_stream() {
    let app = TestApp::answering(thoughtful());
    let more = json!({"stream": true, "stream_options": {"include_usage": true}, "echo": true});
    let answer = complete(&app, more).await;
    let chunks = answer.chunks();
    let text: String =
        chunks.iter().filter_map(|chunk| chunk["choices"][0]["text"].as_str()).collect();
    assert_eq!(text, "What is 12 + 30?The answer is 42.");
    let reasons = chunks.iter().filter(|chunk| chunk["choices"][0]["finish_reason"] == "stop");
    assert_eq!(reasons.count(), 1);
    let last = chunks.last().expect("a chunk");
    assert_eq!(last["choices"], json!([]));
    assert_eq!(last["usage"]["completion_tokens"], 7);
    assert!(chunks.iter().all(|chunk| chunk["object"] == "text_completion"));
    assert!(answer.text().ends_with("data: [DONE]\n\n"));
}

#[tokio::test]
async fn e16_several_prompts_have_several_answers_in_order() {
    let app = echoing();
    let body = complete(&app, json!({"prompt": ["slow a b c", "d"], "n": 2})).await.json();
    let choices = body["choices"].as_array().expect("choices");
    let texts: Vec<_> = choices.iter().map(|choice| choice["text"].clone()).collect();
    assert_eq!(json!(texts), json!(["<slow a b c>", "<slow a b c>", "<d>", "<d>"]));
    let numbers: Vec<_> = choices.iter().map(|choice| choice["index"].clone()).collect();
    assert_eq!(json!(numbers), json!([0, 1, 2, 3]));
    // A prompt counts once, however many answers it has.
    assert_eq!(body["usage"]["prompt_tokens"], 5);
    let echoed = complete(&app, json!({"prompt": ["a", "b"], "echo": true})).await.json();
    assert_eq!(echoed["choices"][1]["text"], "b<b>");
}

#[tokio::test]
async fn e16_what_cannot_be_honoured_is_refused_by_name() {
    let app = TestApp::answering(thoughtful());
    for (more, param) in [
        (json!({"prompt": null}), "prompt"),
        (json!({"prompt": []}), "prompt"),
        (json!({"prompt": [1, 2, 3]}), "prompt"),
        (json!({"prompt": {"text": "x"}}), "prompt"),
        (json!({"suffix": "end"}), "suffix"),
        (json!({"prompt": vec!["x"; 65], "n": 2}), "prompt"),
        (json!({"guided_choice": ["yes", "no"]}), "guided_choice"),
        (json!({"thinking_token_budget": -2}), "thinking_token_budget"),
        (json!({"best_of": 3}), "best_of"),
        (json!({"echo": true, "logprobs": 1}), "echo"),
        (json!({"logprobs": 21}), "logprobs"),
        (json!({"max_tokens": 0}), "max_tokens"),
        (json!({"temperature": 3}), "temperature"),
        (json!({"n": 0}), "n"),
        (json!({"stop": ["a", 5]}), "stop"),
        (json!({"model": ""}), "model"),
    ] {
        let answer = complete(&app, more.clone()).await;
        assert_eq!(answer.status, 400, "{more}");
        let found = answer.error_param();
        let found = found.as_str().unwrap_or_default();
        assert!(found == param || found.starts_with(&format!("{param}[")), "{more}: {found}");
    }
    let unknown = complete(&app, json!({"model": "none"})).await;
    assert_eq!(unknown.status, 404);
    for harmless in [
        json!({"suffix": "", "best_of": 1, "echo": false, "logprobs": null, "user": "ada"}),
        json!({"stop": "never", "n": 2, "best_of": 2}),
    ] {
        assert_eq!(complete(&app, harmless.clone()).await.status, 200, "{harmless}");
    }
}

#[tokio::test]
async fn tokens_are_those_of_models_that_are_here() {
    let app = TestApp::answering(thoughtful());
    let post = |path: &str, body: Value| {
        app.send(request(Method::POST, path, Body::from(body.to_string())))
    };
    let answer = post("/v1/tokenize", json!({"prompt": "a"})).await;
    assert_eq!((answer.status.as_u16(), answer.error_param()), (400, json!("model")));
    let answer = post("/detokenize", json!({"model": MODEL, "tokens": [1]})).await;
    assert_eq!((answer.status.as_u16(), answer.error_param()), (400, json!("model")));
    for (body, param) in [
        (json!({}), "prompt"),
        (json!({"prompt": "a", "messages": [{"role": "user", "content": "a"}]}), "prompt"),
        (json!({"prompt": "a", "add_special_tokens": true}), "add_special_tokens"),
        (json!({"prompt": "a", "add_generation_prompt": false}), "add_generation_prompt"),
        (json!({"messages": []}), "messages"),
        (json!({"messages": [{"role": "user", "content": "a"}], "tools": [5]}), "tools[0].type"),
    ] {
        let answer = post("/tokenize", body.clone()).await;
        assert_eq!((answer.status.as_u16(), answer.error_param()), (400, json!(param)), "{body}");
    }
    assert_eq!(post("/v1/detokenize", json!({})).await.error_param(), "tokens");
    assert_eq!(post("/v1/tokenize", json!({"model": "none", "prompt": "a"})).await.status, 404);
}
