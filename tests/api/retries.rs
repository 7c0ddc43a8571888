//! Requests that are sent again: E18, retries of SDKs and `Idempotency-Key`.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Method, Request},
};
use futures::StreamExt;
use ponder::{
    api::attach::Patience,
    app::ApiSettings,
    engine::scripted::{Ending, Failure, Reply, Script},
    limits::Limits,
};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::{Answer, MODEL, TestApp, question, request, thoughtful};

const CHAT: &str = "/v1/chat/completions";

/// A request with more headers.
fn with(path: &str, headers: &[(&'static str, &str)], body: &Value) -> Request<Body> {
    let mut sent = request(Method::POST, path, Body::from(body.to_string()));
    for (name, value) in headers {
        sent.headers_mut().insert(*name, value.parse().expect("a header"));
    }
    sent
}

async fn ask(app: &TestApp, headers: &[(&'static str, &str)], more: Value) -> Answer {
    app.send(with(CHAT, headers, &question(more))).await
}

/// Sends a request and leaves before its answer.
async fn leave(app: &TestApp, headers: &[(&'static str, &str)], path: &str, body: &Value) {
    let sent = app.router.clone().oneshot(with(path, headers, body));
    let left = tokio::time::timeout(Duration::from_millis(60), sent).await;
    // A stream has begun, an answer in one piece has not; either is dropped here.
    drop(left);
}

fn slow() -> TestApp {
    TestApp::answering(Reply { per_token_ms: 30, ..thoughtful() })
}

#[tokio::test]
async fn e18_the_same_key_gets_the_same_answer() {
    let app = TestApp::answering(thoughtful());
    let key = [("idempotency-key", "one")];
    let first = ask(&app, &key, json!({})).await;
    let again = ask(&app, &key, json!({})).await;
    assert_eq!(first.json(), again.json());
    assert_eq!(first.header("x-ponder-run-id"), again.header("x-ponder-run-id"));
    assert_eq!(first.header("idempotent-replayed"), None);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(app.work.started(), 1);
    // Another key, another path or no key is another request.
    for headers in [&[("idempotency-key", "two")][..], &[]] {
        assert_ne!(ask(&app, headers, json!({})).await.json()["id"], first.json()["id"]);
    }
    let body = json!({"model": MODEL, "input": "x"});
    let response = app.send(with("/v1/responses", &key, &body)).await;
    assert_eq!(response.status, 200, "{}", response.text());
    let other = ask(&app, &key, json!({"temperature": 0.5})).await;
    assert_eq!(other.status, 422);
    assert_eq!(other.error_param(), "Idempotency-Key");
    for wrong in ["", "\u{20}", &"x".repeat(256)] {
        let refused = ask(&app, &[("idempotency-key", wrong)], json!({})).await;
        assert_eq!(
            (refused.status.as_u16(), refused.error_param()),
            (400, json!("Idempotency-Key"))
        );
    }
}

#[tokio::test]
async fn e18_a_stream_is_found_again_from_its_beginning() {
    let app = slow();
    let key = [("idempotency-key", "stream")];
    let body = question(json!({"stream": true}));
    leave(&app, &key, CHAT, &body).await;
    let again = app.send(with(CHAT, &key, &body)).await;
    let text: String = again
        .chunks()
        .iter()
        .filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(text, "The answer is 42.");
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(app.work.started(), 1);
}

#[tokio::test]
async fn e18_two_at_once_share_one_answer() {
    let app = slow();
    let key = [("idempotency-key", "both")];
    let (one, other) =
        tokio::join!(ask(&app, &key, json!({"n": 2})), ask(&app, &key, json!({"n": 2})));
    assert_eq!(one.json(), other.json());
    assert_eq!(one.json()["choices"].as_array().map(Vec::len), Some(2));
    assert_eq!(app.work.started(), 2, "one for each of the two choices");
}

#[tokio::test]
async fn e18_continuations_of_prompts_are_found_again() {
    let app = slow();
    for stream in [false, true] {
        let path = if stream { "/completions" } else { "/v1/completions" };
        let key = [("idempotency-key", if stream { "streamed" } else { "whole" })];
        let body = json!({"model": MODEL, "prompt": ["one", "two"], "n": 2, "stream": stream});
        let before = app.work.started();
        leave(&app, &key, path, &body).await;
        let again = app.send(with(path, &key, &body)).await;
        assert_eq!(again.status, 200, "{}", again.text());
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        for index in 0..4 {
            assert!(again.text().contains(&format!("\"index\":{index}")), "{}", again.text());
        }
        assert_eq!(app.work.started() - before, 4, "one for each continuation");
        let other = json!({"model": MODEL, "prompt": "three", "stream": stream});
        assert_eq!(app.send(with(path, &key, &other)).await.status, 422);
    }
}

#[tokio::test]
async fn e18_an_sdk_that_tries_again_finds_its_answer() {
    let app = slow();
    let body = question(json!({}));
    leave(&app, &[("x-stainless-retry-count", "0")], CHAT, &body).await;
    let again = ask(&app, &[("x-stainless-retry-count", "1")], json!({})).await;
    assert_eq!(again.content(), "The answer is 42.");
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(app.work.started(), 1);
    // What was delivered belongs to its request: a later one that is tried again, perhaps because it
    // was refused, is a new one.
    let other = ask(&app, &[("x-stainless-retry-count", "1")], json!({})).await;
    assert_ne!(other.json()["id"], again.json()["id"]);
    assert_eq!(app.work.started(), 2);
    // The same request twice on purpose is two requests.
    let first = [("x-stainless-retry-count", "0")];
    let (one, other) = tokio::join!(ask(&app, &first, json!({})), ask(&app, &first, json!({})));
    assert_ne!(one.json()["id"], other.json()["id"]);
    assert_eq!(app.work.started(), 4);
}

#[tokio::test]
async fn e18_an_answer_that_nobody_comes_back_for_ends() {
    let endless = Reply { ending: Ending::HangAfter { tokens: 1 }, ..thoughtful() };
    let script = Script::answering(endless);
    for (headers, with_key, without_key) in [
        ([("x-stainless-retry-count", "0")], 600_000, 200),
        ([("idempotency-key", "gone")], 200, 600_000),
    ] {
        let [with_key, without_key] = [with_key, without_key].map(Duration::from_millis);
        let patience = Patience { with_key, without_key };
        let settings = ApiSettings { patience, ..ApiSettings::default() };
        let app = TestApp::with(script.clone(), settings);
        leave(&app, &headers, CHAT, &question(json!({}))).await;
        assert_eq!(app.app.admission().running(), 1, "it goes on for a while");
        let idle = app.app.admission().idle();
        tokio::time::timeout(Duration::from_secs(10), idle).await.expect("it goes on for ever");
    }
    let app = TestApp::with(script, ApiSettings::default());
    // A request that cannot come again ends at once.
    leave(&app, &[], CHAT, &question(json!({}))).await;
    assert_eq!(app.app.admission().running(), 0);
}

#[tokio::test]
async fn e18_clients_that_leave_keep_nobody_out() {
    let endless = Reply { ending: Ending::HangAfter { tokens: 1 }, ..thoughtful() };
    let limits = Limits { max_running: 2, max_waiting: 1, ..Limits::default() };
    let settings = ApiSettings { limits, ..ApiSettings::default() };
    let app = TestApp::with(Script::answering(endless), settings);
    // Of two that are left, one goes on: half of the places.
    for key in ["one", "two"] {
        leave(&app, &[("idempotency-key", key)], CHAT, &question(json!({}))).await;
    }
    let admission = app.app.admission();
    eventually(|| admission.running() == 1).await;
    // Who leaves while waiting leaves the queue, too.
    let _other = admission.admit().await.expect("a free place");
    leave(&app, &[("idempotency-key", "three")], CHAT, &question(json!({}))).await;
    eventually(|| admission.waiting() == 0).await;
}

/// Waits until something holds; work that is given up ends a moment later.
async fn eventually(holds: impl Fn() -> bool) {
    for _ in 0..500 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(holds(), "not after five seconds");
}

#[tokio::test]
async fn e18_a_response_with_a_key_is_kept_though_its_client_left() {
    let app = slow();
    let key = [("idempotency-key", "kept")];
    let body = json!({"model": MODEL, "input": "What is 12 + 30?", "stream": true});
    let sent = app.router.clone().oneshot(with("/v1/responses", &key, &body)).await;
    let mut stream = sent.expect("infallible").into_body().into_data_stream();
    let first = stream.next().await.expect("an event").expect("bytes");
    drop(stream);
    let first = String::from_utf8_lossy(&first).into_owned();
    let id = first.split("\"id\":\"").nth(1).and_then(|rest| rest.split('"').next());
    let path = format!("/v1/responses/{}", id.expect("an id"));
    app.app.admission().idle().await;
    let mut kept = app.fetch(&path).await;
    for _ in 0..100 {
        if kept.status == 200 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
        kept = app.fetch(&path).await;
    }
    // The same once more, later: nothing about it has changed.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let again = app.send(with("/v1/responses", &key, &body)).await;
    let last = again.chunks().pop().expect("an event");
    assert_eq!(last["response"], kept.json());
    assert_eq!(app.fetch(&path).await.json(), kept.json());
    // What is deleted is not found again, and does not come back.
    assert_eq!(app.send(request(Method::DELETE, &path, Body::empty())).await.status, 200);
    let anew = app.send(with("/v1/responses", &key, &body)).await;
    assert_eq!(anew.header("idempotent-replayed"), None);
    assert_eq!(app.fetch(&path).await.status, 404);
}

#[tokio::test]
async fn e18_what_failed_is_tried_again() {
    let failing = Reply { ending: Ending::FailBefore(Failure::Overloaded), ..Reply::default() };
    let app = TestApp::with(Script::answering(failing), ApiSettings::default());
    let key = [("idempotency-key", "again"), ("x-stainless-retry-count", "0")];
    for _ in 0..2 {
        let answer = ask(&app, &key, json!({})).await;
        assert_eq!(answer.status, 429);
        assert_eq!(answer.header("idempotent-replayed"), None);
    }
}

#[tokio::test]
async fn e18_a_response_in_the_background_begins_once() {
    let app = TestApp::answering(thoughtful());
    let body = json!({"model": MODEL, "input": "What is 12 + 30?", "background": true});
    let key = [("idempotency-key", "job")];
    let first = app.send(with("/v1/responses", &key, &body)).await.json();
    let again = app.send(with("/v1/responses", &key, &body)).await.json();
    assert_eq!(first["id"], again["id"]);
    // One that is deleted begins anew.
    let path = format!("/v1/responses/{}", first["id"].as_str().expect("an id"));
    app.send(request(Method::DELETE, &path, Body::empty())).await;
    let anew = app.send(with("/v1/responses", &key, &body)).await;
    assert_ne!(anew.json()["id"], first["id"]);
    let other = json!({"model": MODEL, "input": "Another?", "background": true});
    assert_eq!(app.send(with("/v1/responses", &key, &other)).await.status, 422);
}
