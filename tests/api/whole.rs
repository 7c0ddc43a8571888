//! Whole replies and what every response carries: the rows E1, E10 and E11.

use ponder::engine::scripted::{Ending, Failure, Reply};
use serde_json::json;

use crate::support::{TestApp, question, request, thoughtful};

#[tokio::test]
async fn e1_a_reply_has_every_required_key() {
    let answer = TestApp::answering(thoughtful()).ask(json!({})).await;
    insta::assert_json_snapshot!(answer.snapshot(), @r#"
    {
      "status": 200,
      "body": {
        "id": "chatcmpl-…",
        "object": "chat.completion",
        "created": 0,
        "model": "test/scripted-1B",
        "choices": [
          {
            "index": 0,
            "message": {
              "role": "assistant",
              "content": "The answer is 42.",
              "reasoning_content": "Twelve plus thirty. ",
              "reasoning": "Twelve plus thirty. ",
              "refusal": null
            },
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
    }
    "#);
}

#[tokio::test]
async fn e10_what_must_not_be_replayed_says_so() {
    let ending = Ending::FailAfter { tokens: 3, failure: Failure::Engine };
    let failed = TestApp::answering(Reply { ending, ..thoughtful() }).ask(json!({})).await;
    assert_eq!(failed.status, 500);
    assert_eq!(failed.header("x-should-retry"), Some("false"));
    let fine = TestApp::answering(thoughtful()).ask(json!({})).await;
    assert_eq!(fine.header("x-should-retry"), None);
}

#[tokio::test]
async fn e11_every_response_carries_a_request_id() {
    let app = TestApp::answering(thoughtful());
    for answer in [
        app.ask(json!({})).await,
        app.stream(json!({})).await,
        app.post("not json").await,
        app.fetch("/nowhere").await,
        app.fetch("/v1/models").await,
    ] {
        let id = answer.header("x-request-id").expect("an id");
        assert!(id.starts_with("req_") && id.len() > 20, "{id}");
    }
}

#[tokio::test]
async fn e11_a_sane_request_id_is_echoed_and_another_replaced() {
    let app = TestApp::answering(thoughtful());
    let long = "x".repeat(129);
    for (sent, echoed) in
        [("abc-1.2:3_4", true), ("with space", false), ("", false), (long.as_str(), false)]
    {
        let mut request = request(axum::http::Method::GET, "/livez", axum::body::Body::empty());
        request.headers_mut().insert("x-request-id", sent.parse().expect("a header"));
        let answer = app.send(request).await;
        let id = answer.header("x-request-id").expect("an id");
        assert_eq!(id == sent, echoed, "{sent} became {id}");
    }
}

#[tokio::test]
async fn e18_paths_work_without_their_prefix() {
    let app = TestApp::answering(thoughtful());
    let body = question(json!({})).to_string();
    let request = request(axum::http::Method::POST, "/chat/completions", body.into());
    assert_eq!(app.send(request).await.content(), "The answer is 42.");
    assert_eq!(app.fetch("/models").await.json(), app.fetch("/v1/models").await.json());
}
