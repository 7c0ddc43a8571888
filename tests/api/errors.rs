//! Errors: the rows E2 to E9. Every one is a whole error object with the right status.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
    response::IntoResponse,
};
use ponder::{
    app::{ApiSettings, App},
    engine::scripted::{Ending, Failure, Reply, Script},
    error::ApiError,
    generate::GenerateError,
    router::router,
};
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, request, thoughtful};

fn failing(error: GenerateError) -> TestApp {
    let ending = Ending::FailBefore(Failure::Exactly(error));
    TestApp::answering(Reply { ending, ..Reply::default() })
}

/// Type and code of an error, checked to be whole.
fn kind(answer: &Answer) -> (u16, Value, Value) {
    answer.error_param();
    let error = &answer.json()["error"];
    (answer.status.as_u16(), error["type"].clone(), error["code"].clone())
}

#[tokio::test]
async fn e2_e3_malformed_bodies_are_400_with_an_error_object() {
    let app = TestApp::answering(thoughtful());
    for body in [
        "",
        "   ",
        "{",
        "{\"model\": }",
        "null",
        "5",
        "\"text\"",
        "[]",
        "[\"model\", []]",
        "{} trailing",
        "{\"model\": \"a\", \"model\": \"b\"}",
        "\u{feff}{}",
        "{\"messages\": 5}",
        "{\"model\": \"x\", \"messages\": []}",
        "{\"model\": \"x\", \"messages\": null}",
        "{\"model\": \"x\"}",
    ] {
        let answer = app.post(body.to_owned()).await;
        assert_eq!(kind(&answer), (400, json!("invalid_request_error"), json!(null)), "{body}");
    }
    let not_utf8 = app.post(vec![b'{', b'"', 0xff, b'"', b':', b'1', b'}']).await;
    assert_eq!(not_utf8.status, 400);
    let deep = app.post(format!("{{\"tools\": {}", "[".repeat(100_000))).await;
    assert_eq!(deep.status, 400);
    let messages = vec![json!({"role": "user", "content": "x"}); 2049];
    let many = app.ask(json!({ "messages": messages })).await;
    assert_eq!((many.status.as_u16(), many.error_param()), (400, json!("messages")));
}

#[tokio::test]
async fn e3_the_field_and_the_reason_are_named() {
    let app = TestApp::answering(thoughtful());
    let answer = app.ask(json!({"messages": [{"role": "robot", "content": "x"}]})).await;
    insta::assert_json_snapshot!(answer.snapshot()["body"]["error"]["param"], @r#""messages[0].role""#);
    let answer = app.ask(json!({"temperature": 3})).await;
    insta::assert_json_snapshot!(answer.snapshot(), @r#"
    {
      "status": 400,
      "body": {
        "error": {
          "message": "`temperature` must be from 0 to 2, not 3.",
          "type": "invalid_request_error",
          "param": "temperature",
          "code": null
        }
      }
    }
    "#);
}

#[tokio::test]
async fn e4_a_prompt_that_is_too_long_says_so_in_the_words_clients_look_for() {
    let script = Script { context_length: 3, ..Script::answering(thoughtful()) };
    let answer = TestApp::with(script, ApiSettings::default()).ask(json!({})).await;
    insta::assert_json_snapshot!(answer.snapshot(), @r#"
    {
      "status": 400,
      "body": {
        "error": {
          "message": "This model's maximum context length is 3 tokens. However, your messages resulted in 5 tokens. Please reduce the length of the messages or functions.",
          "type": "invalid_request_error",
          "param": "messages",
          "code": "context_length_exceeded"
        }
      }
    }
    "#);
}

#[tokio::test]
async fn e5_a_missing_key_is_401_and_asks_for_a_bearer() {
    let response = ApiError::unauthorized().into_response();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(response.headers()["www-authenticate"], "Bearer");
    let body = serde_json::to_value(ApiError::unauthorized().body()).expect("JSON");
    assert_eq!(body["error"]["code"], "invalid_api_key");
    assert_eq!(body["error"]["type"], "invalid_request_error");
}

#[tokio::test]
async fn e6_unknown_models_routes_and_methods_are_json_errors() {
    let app = TestApp::answering(thoughtful());
    let answer = app.ask(json!({"model": "nobody/nothing"})).await;
    insta::assert_json_snapshot!(answer.snapshot(), @r#"
    {
      "status": 404,
      "body": {
        "error": {
          "message": "The model `nobody/nothing` does not exist. GET /v1/models lists the models served here.",
          "type": "invalid_request_error",
          "param": "model",
          "code": "model_not_found"
        }
      }
    }
    "#);
    let route = app.fetch("/v1/moderations").await;
    assert_eq!(kind(&route), (404, json!("invalid_request_error"), json!("route_not_found")));
    let method = app.fetch("/v1/chat/completions").await;
    assert_eq!(kind(&method), (405, json!("invalid_request_error"), json!("method_not_allowed")));
    assert_eq!(method.header("allow"), Some("POST"));
    let delete = app.send(request(Method::DELETE, "/v1/models/x", Body::empty())).await;
    assert_eq!(delete.status, 405);
}

#[tokio::test]
async fn e7_a_body_that_is_too_large_is_413() {
    let settings = ApiSettings { body_limit: 200, ..ApiSettings::default() };
    let app = TestApp::with(Script::default(), settings);
    let long = app.ask(json!({"user": "x".repeat(300)})).await;
    assert_eq!(kind(&long), (413, json!("invalid_request_error"), json!("request_too_large")));
    // The same without a declared length.
    let pieces = (0..300).map(|_| Ok::<_, std::io::Error>("{{{{"));
    let streamed = app.post(Body::from_stream(futures::stream::iter(pieces))).await;
    assert_eq!(streamed.status, 413);
    assert_eq!(app.ask(json!({})).await.status, 200, "a small one still works");
}

#[tokio::test]
async fn e7_large_messages_below_the_limit_are_taken() {
    let script = Script { context_length: 10_000_000, ..Script::default() };
    let app = TestApp::with(script, ApiSettings::default());
    let content = "word ".repeat(700_000);
    let messages = json!([{"role": "user", "content": content}]);
    assert_eq!(app.ask(json!({"messages": messages, "max_tokens": 1})).await.status, 200);
}

#[tokio::test]
async fn a_body_that_never_ends_is_408() {
    let body_timeout = Duration::from_millis(50);
    let settings = ApiSettings { body_timeout, ..ApiSettings::default() };
    let app = TestApp::with(Script::default(), settings);
    let pieces = futures::stream::pending::<Result<&str, std::io::Error>>();
    let answer = app.post(Body::from_stream(pieces)).await;
    assert_eq!(kind(&answer), (408, json!("invalid_request_error"), json!("request_timeout")));
}

#[tokio::test]
async fn another_content_type_is_415() {
    let app = TestApp::answering(thoughtful());
    for content_type in [None, Some("text/plain"), Some("application/x-www-form-urlencoded")] {
        let mut request = Request::post("/v1/chat/completions");
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        let answer = app.send(request.body(Body::from("{}")).expect("valid")).await;
        let expected = (415, json!("invalid_request_error"), json!("unsupported_media_type"));
        assert_eq!(kind(&answer), expected, "{content_type:?}");
    }
}

#[tokio::test]
async fn e8_overload_is_429_with_whole_seconds() {
    let message = "Too much.".to_owned();
    let retry_after = Duration::from_millis(2500);
    let answer = failing(GenerateError::Overloaded { message, retry_after }).ask(json!({})).await;
    assert_eq!(kind(&answer), (429, json!("rate_limit_error"), json!("rate_limit_exceeded")));
    assert_eq!(answer.header("retry-after"), Some("3"));
}

#[tokio::test]
async fn e9_every_failure_of_a_model_has_its_status() {
    let message = || "It failed.".to_owned();
    let retry_after = Duration::from_secs(5);
    for (error, status, kind_name, code) in [
        (GenerateError::invalid("stop", "No."), 400, "invalid_request_error", json!(null)),
        (
            GenerateError::Unavailable { message: message(), retry_after },
            503,
            "server_error",
            json!("service_unavailable"),
        ),
        (GenerateError::Timeout { message: message() }, 504, "server_error", json!("timeout")),
        (GenerateError::engine("It failed."), 500, "server_error", json!(null)),
        (
            GenerateError::Remote { message: message(), status: Some(401) },
            502,
            "server_error",
            json!("upstream_error"),
        ),
        (
            GenerateError::Remote { message: message(), status: Some(429) },
            429,
            "rate_limit_error",
            json!("rate_limit_exceeded"),
        ),
    ] {
        for stream in [false, true] {
            let answer = failing(error.clone()).ask(json!({ "stream": stream })).await;
            assert_eq!(kind(&answer), (status, json!(kind_name), code.clone()), "{error:?}");
        }
    }
}

#[tokio::test]
async fn e9_loading_is_503() {
    let app = App::loading(ApiSettings::default());
    let loading = TestApp { router: router(app.clone()), app, ..TestApp::answering(thoughtful()) };
    let answer = loading.ask(json!({})).await;
    assert_eq!(kind(&answer), (503, json!("server_error"), json!("service_unavailable")));
    assert!(answer.header("retry-after").is_some());
    assert_eq!(loading.fetch("/readyz").await.status, 503);
    assert_eq!(loading.fetch("/livez").await.status, 200);
}

#[tokio::test]
async fn a_panic_costs_one_request_and_leaks_nothing() {
    let ending = Ending::FailBefore(Failure::Panic);
    let app = TestApp::answering(Reply { ending, ..Reply::default() });
    for stream in [false, true] {
        let answer = app.ask(json!({ "stream": stream })).await;
        assert_eq!(kind(&answer), (500, json!("server_error"), json!(null)));
        assert_eq!(answer.header("x-should-retry"), Some("false"));
        assert!(!answer.text().contains("script"), "{}", answer.text());
    }
    assert_eq!((app.app.admission().running(), app.work.running()), (0, 0));
    assert_eq!(app.fetch("/health").await.status, 200);
}
