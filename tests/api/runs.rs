//! `/v1/runs`: how far answers are, and their end on demand.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Method, Response},
};
use http_body_util::BodyExt;
use ponder::{
    access::{Access, KeyRing},
    app::ApiSettings,
    engine::scripted::{Ending, Failure, Reply, Script},
    limits::Limits,
    runs::RunStore,
};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{
    chains::{events, with_chain},
    support::{MODEL, TestApp, parse_events, question, redact, request, thoughtful},
};

const CHAT: &str = "/v1/chat/completions";
const STREAM: &str = "/v1/chains/solve/stream";

/// Says "slowly" a word at a time, for a few seconds.
fn slow() -> Reply {
    Reply { content: "slowly ".repeat(500), per_token_ms: 10, ..Reply::default() }
}

fn answering(reply: Reply) -> TestApp {
    with_chain(Script::answering(reply), ApiSettings::default())
}

/// Begins something and leaves its body unread.
async fn begin(app: &TestApp, path: &str, body: Value) -> (String, Response<Body>) {
    let sent = request(Method::POST, path, body.to_string().into());
    let response = app.router.clone().oneshot(sent).await.expect("infallible");
    let id = response.headers()["x-ponder-run-id"].to_str().expect("text").to_owned();
    (id, response)
}

async fn look(app: &TestApp, id: &str) -> Value {
    app.fetch(&format!("/v1/runs/{id}")).await.json()
}

/// A run that ends soon, when it has.
async fn ended(app: &TestApp, id: &str) -> Value {
    for _ in 0..4_000 {
        let run = look(app, id).await;
        if run["state"] != "running" {
            return run;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    look(app, id).await
}

async fn cancel(app: &TestApp, id: &str) -> Value {
    app.send(request(Method::DELETE, &format!("/v1/runs/{id}"), Body::empty())).await.json()
}

/// The whole of a body, as text.
async fn text(response: Response<Body>) -> String {
    let bytes = response.into_body().collect().await.expect("whole").to_bytes();
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// What is in a run, without its id and times.
fn shown(mut run: Value) -> Value {
    redact(&mut run);
    for key in ["id", "started", "ended"] {
        if !run[key].is_null() {
            run[key] = json!("…");
        }
    }
    for step in run["steps"].as_array_mut().into_iter().flatten() {
        if step.get("elapsed_ms").is_some() {
            step["elapsed_ms"] = json!(0);
        }
    }
    run
}

#[tokio::test]
async fn a_run_says_what_it_cost() {
    let app = answering(Reply { content: "It is \\boxed{42}.".to_owned(), ..thoughtful() });
    let body = json!({"input": "What is 12 + 30?"});
    let answer =
        app.send(request(Method::POST, "/v1/chains/solve/invoke", body.to_string().into()));
    let answer = answer.await;
    let id = answer.header("x-ponder-run-id").expect("an id");
    let run = look(&app, id).await;
    assert_eq!(run["id"], id);
    assert_eq!(run["usage"], answer.json()["output"]["usage"]);
    insta::assert_snapshot!(shown(run), @r#"{"id":"…","object":"run","state":"finished","model":"chain/solve","started":"…","ended":"…","usage":{"prompt_tokens":17,"completion_tokens":6,"total_tokens":23,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":3}},"steps":[{"id":"language","action":"detect_language","state":"finished","elapsed_ms":0,"usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":0}}},{"id":"kind","action":"route","state":"finished","elapsed_ms":0,"usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":0}}},{"id":"question","action":"translate","state":"skipped"},{"id":"answer","action":"reason","state":"finished","elapsed_ms":0,"usage":{"prompt_tokens":17,"completion_tokens":6,"total_tokens":23,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":3}}},{"id":"reply","action":"translate_answer","state":"skipped"}],"error":null}"#);
}

#[tokio::test]
async fn everything_that_answers_is_a_run() {
    let app = answering(thoughtful());
    for (path, body) in [
        (CHAT, question(json!({"n": 2}))),
        (CHAT, question(json!({"stream": true}))),
        ("/v1/responses", json!({"model": MODEL, "input": "x"})),
        ("/v1/responses", json!({"model": MODEL, "input": "x", "background": true})),
        ("/v1/completions", json!({"model": MODEL, "prompt": ["x", "y"]})),
        ("/v1/inference", json!({"model": MODEL, "prompt": "x"})),
        (STREAM, json!({"input": "What is 12 + 30?"})),
    ] {
        let (id, response) = begin(&app, path, body.clone()).await;
        assert_eq!(response.status(), 200, "{body}");
        text(response).await;
        let run = ended(&app, &id).await;
        assert_eq!(run["state"], "finished", "{path}: {run}");
        assert!(
            run["usage"]["completion_tokens"].as_u64().is_some_and(|tokens| tokens > 0),
            "{run}"
        );
        let model = if path == STREAM { "chain/solve" } else { MODEL };
        assert_eq!(run["model"], model);
        assert_eq!(cancel(&app, &id).await, run, "what has ended stays as it is");
    }
    let failing = Reply {
        ending: Ending::FailAfter { tokens: 4, failure: Failure::Timeout },
        ..thoughtful()
    };
    let app = answering(failing);
    let (id, response) = begin(&app, CHAT, question(json!({"stream": true}))).await;
    text(response).await;
    let run = look(&app, &id).await;
    assert_eq!((&run["state"], &run["error"]["code"]), (&json!("failed"), &json!("timeout")));
}

#[tokio::test]
async fn a_running_stream_is_cancelled() {
    for (path, body) in [
        (CHAT, question(json!({"stream": true}))),
        (CHAT, question(json!({"stream": true, "n": 2}))),
        ("/v1/completions", json!({"model": MODEL, "prompt": "x", "stream": true})),
        ("/v1/responses", json!({"model": MODEL, "input": "x", "stream": true})),
        (STREAM, json!({"input": "What is 12 + 30?"})),
    ] {
        let app = answering(slow());
        let (id, response) = begin(&app, path, body).await;
        let running = look(&app, &id).await;
        assert_eq!((&running["state"], &running["ended"]), (&json!("running"), &json!(null)));
        let cancelled = cancel(&app, &id).await;
        assert_eq!(cancelled["state"], "cancelled");
        // At once: nothing of it waits for its client.
        assert_eq!((app.work.running(), app.app.admission().running()), (0, 0), "{path}");
        let tokens = app.work.tokens();
        let told = text(response).await;
        assert!(!told.contains("[DONE]") && !told.contains("event: end"), "{path}: {told}");
        match path {
            STREAM => {
                let (name, error) = events(&told).pop().expect("an event");
                assert_eq!((name.as_str(), &error["status_code"]), ("error", &json!(409)));
                assert_eq!(error["error"]["code"], "cancelled");
            }
            "/v1/responses" => {
                assert!(told.contains("event: response.incomplete\n"), "{told}");
                assert!(told.contains("\"status\":\"cancelled\""), "{told}");
            }
            _ => {
                let last = parse_events(&told).pop();
                assert!(format!("{last:?}").contains("cancelled"), "{path}: {last:?}");
            }
        }
        tokio::time::sleep(Duration::from_millis(40)).await;
        assert_eq!(app.work.tokens(), tokens, "{path}: the work went on");
        assert_eq!(cancel(&app, &id).await, cancelled, "twice is as good as once");
        let metrics = app.fetch("/metrics").await;
        let cancelled = metrics.text().lines().any(|line| {
            line.contains("cancelled") && !line.starts_with('#') && line.ends_with(" 1")
        });
        assert!(cancelled, "{}", metrics.text());
    }
}

#[tokio::test]
async fn a_stream_whose_client_reads_nothing_is_cancelled_as_well() {
    let app = answering(Reply::saying("much ".repeat(3000)));
    let (id, response) = begin(&app, CHAT, question(json!({"stream": true}))).await;
    // It cannot get rid of all that.
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(app.work.running(), 1);
    cancel(&app, &id).await;
    assert_eq!((app.work.running(), app.app.admission().running()), (0, 0));
    drop(response);
}

#[tokio::test]
async fn what_waits_for_its_turn_is_cancelled() {
    let limits = Limits { max_running: 1, ..Limits::default() };
    let app =
        with_chain(Script::answering(slow()), ApiSettings { limits, ..ApiSettings::default() });
    let (_, busy) = begin(&app, CHAT, question(json!({"stream": true}))).await;
    let body = json!({"model": MODEL, "input": "x", "background": true});
    let (id, response) = begin(&app, "/v1/responses", body).await;
    let response: Value = serde_json::from_str(&text(response).await).expect("JSON");
    assert_eq!(cancel(&app, &id).await["state"], "cancelled");
    let path = format!("/v1/responses/{}", response["id"].as_str().expect("an id"));
    for _ in 0..200 {
        if app.fetch(&path).await.json()["status"] != "queued" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(app.fetch(&path).await.json()["status"], "cancelled");
    assert_eq!(app.app.admission().waiting(), 0);
    // Somebody who leaves cancels, too.
    drop(busy);
    app.app.admission().idle().await;
}

#[tokio::test]
async fn a_client_that_leaves_cancels_its_run() {
    let app = answering(slow());
    let (id, response) = begin(&app, STREAM, json!({"input": "What is 12 + 30?"})).await;
    drop(response);
    app.app.admission().idle().await;
    assert_eq!(look(&app, &id).await["state"], "cancelled");
    // So does the end of a response that is made in the background.
    let body = json!({"model": MODEL, "input": "x", "background": true});
    let (id, response) = begin(&app, "/v1/responses", body).await;
    let response: Value = serde_json::from_str(&text(response).await).expect("JSON");
    let path = format!("/v1/responses/{}", response["id"].as_str().expect("an id"));
    app.send(request(Method::DELETE, &path, Body::empty())).await;
    assert_eq!(ended(&app, &id).await["state"], "cancelled");
}

#[tokio::test]
async fn a_run_belongs_to_the_key_that_started_it() {
    let keys = "alice alices-secret-key-1\nbob bobs-secret-key-123";
    let access = Access::Keys(KeyRing::parse(keys).expect("keys"));
    let app =
        with_chain(Script::answering(slow()), ApiSettings { access, ..ApiSettings::default() });
    let send = async |method: Method, path: &str, key: &str, body: Value| {
        let mut sent = request(method, path, Body::from(body.to_string()));
        let value = format!("Bearer {key}").parse().expect("a header");
        sent.headers_mut().insert("authorization", value);
        app.router.clone().oneshot(sent).await.expect("infallible")
    };
    let (alice, bob) = ("alices-secret-key-1", "bobs-secret-key-123");
    for (path, body) in [
        (STREAM, json!({"input": "What is 12 + 30?"})),
        (CHAT, question(json!({"stream": true}))),
        ("/v1/responses", json!({"model": MODEL, "input": "x", "background": true})),
    ] {
        let begun = send(Method::POST, path, alice, body).await;
        let id = begun.headers()["x-ponder-run-id"].to_str().expect("text").to_owned();
        let run = format!("/v1/runs/{id}");
        for method in [Method::GET, Method::DELETE] {
            let refused = send(method, &run, bob, json!({})).await;
            assert_eq!(refused.status(), 404);
            let refused: Value = serde_json::from_str(&text(refused).await).expect("JSON");
            assert_eq!(refused["error"]["code"], "run_not_found");
        }
        let run = text(send(Method::DELETE, &run, alice, json!({})).await).await;
        assert!(run.contains("\"state\":\"cancelled\""), "{run}");
    }
}

#[tokio::test]
async fn a_record_is_read_with_the_key_that_started_the_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let records = RunStore::open(&folder.path().join("runs.sqlite"), 10).expect("a store");
    let keys = "alice alices-secret-key-1\nbob bobs-secret-key-123";
    let access = Access::Keys(KeyRing::parse(keys).expect("keys"));
    let settings = ApiSettings { access, records: Some(records.clone()), ..ApiSettings::default() };
    let app = with_chain(Script::answering(thoughtful()), settings);
    let send = async |method: Method, path: &str, key: &str, body: Value| {
        let mut sent = request(method, path, Body::from(body.to_string()));
        let value = format!("Bearer {key}").parse().expect("a header");
        sent.headers_mut().insert("authorization", value);
        let answer = app.router.clone().oneshot(sent).await.expect("infallible");
        let id = answer.headers().get("x-ponder-run-id").cloned();
        (answer.status(), id, text(answer).await)
    };
    let (alice, bob) = ("alices-secret-key-1", "bobs-secret-key-123");
    let messages = json!([{"role": "user", "content": "What is 12 + 30?"}]);
    let asked = json!({"model": "chain/solve", "messages": messages, "n": 2});
    let (status, id, _) = send(Method::POST, CHAT, alice, asked).await;
    let id = id.expect("an id").to_str().expect("text").to_owned();
    assert_eq!(status, 200);
    for id in [id.clone(), format!("{id}_2")] {
        let path = format!("/v1/runs/{id}/record");
        let (status, _, record) = send(Method::GET, &path, alice, json!({})).await;
        assert_eq!(status, 200, "{record}");
        let record: Value = serde_json::from_str(&record).expect("JSON");
        assert_eq!((&record["id"], &record["state"]), (&json!(id), &json!("finished")));
        assert_eq!(record["request"]["messages"], messages);
        assert_eq!(record["calls"].as_array().map(Vec::len), Some(1));
        // A beginning of the id is not the id, and another key is not its key.
        let (status, _, refused) = send(Method::GET, &path, bob, json!({})).await;
        let refused: Value = serde_json::from_str(&refused).expect("JSON");
        assert_eq!((status.as_u16(), &refused["error"]["code"]), (404, &json!("run_not_found")));
        let part = format!("/v1/runs/{}/record", &id[..id.len() - 1]);
        assert_eq!(send(Method::GET, &part, alice, json!({})).await.0, 404);
    }
    // A model that is no chain is not recorded, and neither is anything where nobody asked for it.
    let (_, id, _) = send(Method::POST, CHAT, alice, question(json!({}))).await;
    let path = format!("/v1/runs/{}/record", id.expect("an id").to_str().expect("text"));
    assert_eq!(send(Method::GET, &path, alice, json!({})).await.0, 404);
    let plain = answering(thoughtful());
    let refused = plain.fetch("/v1/runs/run_x/record").await;
    assert_eq!(refused.status, 404);
    assert!(refused.text().contains("--record-runs"), "{}", refused.text());
}

#[tokio::test]
async fn an_unknown_run_is_not_found() {
    let app = answering(thoughtful());
    let answer = app.fetch("/v1/runs/run_none").await;
    insta::assert_json_snapshot!(answer.snapshot(), @r#"
    {
      "status": 404,
      "body": {
        "error": {
          "message": "No run `run_none` is known here. Runs are known while they go on and for a while afterwards, and only to the key that started them.",
          "type": "invalid_request_error",
          "param": null,
          "code": "run_not_found"
        }
      }
    }
    "#);
    let answer = app.send(request(Method::DELETE, "/v1/runs/run_none", Body::empty())).await;
    assert_eq!(answer.status, 404);
    assert_eq!(app.fetch("/v1/runs/%FF").await.status, 400);
}
