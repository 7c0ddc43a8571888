//! Models, health, metrics and the pages about ponder: the rows E14, E15 and E18.

use ponder::engine::scripted::ScriptedEngine;
use serde_json::json;

use crate::support::{MODEL, TestApp, info, thoughtful};

#[tokio::test]
async fn e14_models_are_listed_in_order_with_what_is_known() {
    let app = TestApp::answering(thoughtful());
    let mut catalog = (*app.app.catalog()).clone();
    let mut chain = info("chain/solve");
    chain.context_length = None;
    chain.demonstration = false;
    catalog.insert(chain, std::sync::Arc::new(ScriptedEngine::default()));
    app.app.serve(catalog);
    let answer = app.fetch("/v1/models").await;
    insta::assert_json_snapshot!(answer.json(), @r#"
    {
      "object": "list",
      "data": [
        {
          "id": "test/scripted-1B",
          "object": "model",
          "created": 1700000000,
          "owned_by": "test",
          "description": "Answers from a script.",
          "max_model_len": 4096,
          "demonstration": true
        },
        {
          "id": "chain/solve",
          "object": "model",
          "created": 1700000000,
          "owned_by": "test",
          "description": "Answers from a script.",
          "demonstration": false
        }
      ]
    }
    "#);
    assert_eq!(app.ask(json!({"model": "chain/solve"})).await.status, 200);
}

#[tokio::test]
async fn e15_a_model_is_found_by_raw_and_by_encoded_slashes() {
    let app = TestApp::answering(thoughtful());
    for path in [
        "/v1/models/test/scripted-1B",
        "/v1/models/test%2Fscripted-1B",
        "/models/test%2fscripted-1B",
    ] {
        let answer = app.fetch(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.json()["id"], MODEL, "{path}");
    }
    let unknown = app.fetch("/v1/models/nobody%2Fnothing").await;
    assert_eq!(unknown.status, 404);
    assert_eq!(unknown.json()["error"]["code"], "model_not_found");
    let not_utf8 = app.fetch("/v1/models/%ff").await;
    assert_eq!(not_utf8.status, 400);
    assert_eq!(not_utf8.error_param(), json!(null));
}

#[tokio::test]
async fn r16_an_alias_answers_and_is_listed_with_the_model_it_stands_for() {
    let app = TestApp::answering(thoughtful());
    let mut catalog = (*app.app.catalog()).clone();
    catalog.alias("gpt-4o", MODEL);
    catalog.alias("nobody", "not-there");
    catalog.alias(MODEL, "not-there");
    app.app.serve(catalog);
    let list = app.fetch("/v1/models").await.json();
    let names: Vec<_> = list["data"].as_array().expect("models").iter().collect();
    assert_eq!(names.len(), 2, "a model and its alias; what stands for nothing is not listed");
    assert_eq!(names[0].get("root"), None);
    assert_eq!((&names[1]["id"], &names[1]["root"]), (&json!("gpt-4o"), &json!(MODEL)));
    let described = app.fetch("/v1/models/gpt-4o").await.json();
    assert_eq!(described, *names[1]);
    let answer = app.ask(json!({"model": "gpt-4o"})).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["model"], "gpt-4o", "the name of the request");
    for chunk in app.stream(json!({"model": "gpt-4o"})).await.chunks() {
        assert_eq!(chunk["model"], "gpt-4o");
    }
    assert_eq!(app.ask(json!({"model": "nobody"})).await.status, 404);
    let metrics = app.fetch("/metrics").await;
    let metrics = metrics.text();
    assert!(
        metrics.contains("prompt_tokens_total{model_name=\"test/scripted-1B\"} 10"),
        "{metrics}"
    );
    assert!(
        !metrics.contains("gpt-4o"),
        "aliases are counted under the model's own name: {metrics}"
    );
}

#[tokio::test]
async fn e18_health_tells_how_busy_the_node_is() {
    let app = TestApp::answering(thoughtful());
    for path in ["/health", "/livez", "/readyz"] {
        let answer = app.fetch(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.json()["status"], "ok");
        assert_eq!(answer.json()["running"], 0);
    }
}

#[tokio::test]
async fn metrics_count_requests_tokens_and_times() {
    let app = TestApp::answering(thoughtful());
    assert_eq!(app.ask(json!({})).await.status, 200);
    assert_eq!(app.ask(json!({"max_tokens": 1})).await.status, 200);
    assert_eq!(app.ask(json!({"n": 0})).await.status, 400);
    assert_eq!(app.fetch("/invented/by/a/client").await.status, 404);
    let answer = app.fetch("/metrics").await;
    assert!(answer.header("content-type").is_some_and(|kind| kind.starts_with("text/plain")));
    let text = answer.text();
    for line in [
        "vllm:num_requests_running{model_name=\"test/scripted-1B\"} 0",
        "vllm:num_requests_waiting{model_name=\"test/scripted-1B\"} 0",
        "vllm:prompt_tokens_total{model_name=\"test/scripted-1B\"} 10",
        "vllm:generation_tokens_total{model_name=\"test/scripted-1B\"} 8",
        "vllm:request_success_total{finished_reason=\"length\",model_name=\"test/scripted-1B\"} 1",
        "vllm:time_to_first_token_seconds_count{model_name=\"test/scripted-1B\"} 2",
        "vllm:e2e_request_latency_seconds_count{model_name=\"test/scripted-1B\"} 2",
        "ponder_http_responses_total{route=\"/v1/chat/completions\",status=\"200\"} 2",
        "ponder_http_responses_total{route=\"/v1/chat/completions\",status=\"400\"} 1",
        "ponder_http_responses_total{route=\"unmatched\",status=\"404\"} 1",
    ] {
        assert!(text.contains(line), "{line} is missing in:\n{text}");
    }
}

#[tokio::test]
async fn the_root_says_what_this_is_and_the_document_is_served() {
    let app = TestApp::answering(thoughtful());
    assert_eq!(app.fetch("/").await.json()["name"], "ponder");
    let yaml = app.fetch("/openapi.yaml").await;
    assert_eq!(yaml.text(), ponder::router::openapi_yaml());
    assert!(app.fetch("/openapi.json").await.json()["paths"]["/v1/models/{id}"].is_object());
}

#[tokio::test]
async fn models_can_be_exchanged_while_serving() {
    let app = TestApp::answering(thoughtful());
    app.app.serve(ponder::catalog::Catalog::default());
    assert_eq!(app.ask(json!({})).await.status, 404);
}
