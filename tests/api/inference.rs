//! The plain pair: `POST /v1/inference` and `GET /v1/health`.

use std::time::Duration;

use axum::http::Method;
use ponder::{
    app::ApiSettings,
    engine::scripted::{Ending, Failure, Reply, Rule, Script, When},
};
use serde_json::{Value, json};

use crate::support::{Answer, MODEL, TestApp, request, thoughtful};

async fn infer(app: &TestApp, body: Value) -> Answer {
    app.send(request(Method::POST, "/v1/inference", body.to_string().into())).await
}

#[tokio::test]
async fn a_prompt_gives_a_text() {
    let answer = infer(&TestApp::answering(thoughtful()), json!({"prompt": "12 + 30?"})).await;
    insta::assert_json_snapshot!(answer.snapshot(), @r#"
    {
      "status": 200,
      "body": {
        "success": true,
        "result": "The answer is 42.",
        "model": "test/scripted-1B",
        "finish_reason": "stop"
      }
    }
    "#);
}

#[tokio::test]
async fn a_system_prompt_reaches_the_model() {
    let pirate = Rule {
        when: When { conversation: Some("pirate".to_owned()), ..When::default() },
        reply: Reply::saying("Arr, 42."),
    };
    let script = Script { rules: vec![pirate], ..Script::answering(thoughtful()) };
    let app = TestApp::with(script, ApiSettings::default());
    let body = json!({"prompt": "12 + 30?", "system_prompt": "You are a pirate.", "model": MODEL});
    assert_eq!(infer(&app, body).await.json()["result"], "Arr, 42.");
}

#[tokio::test]
async fn what_is_cut_says_so() {
    let app = TestApp::answering(thoughtful());
    let reply = infer(&app, json!({"prompt": "12 + 30?", "max_tokens": 4})).await.json();
    assert_eq!((&reply["result"], &reply["finish_reason"]), (&json!("The "), &json!("length")));
}

#[tokio::test]
async fn failures_have_the_plain_form() {
    let failing = |failure| Reply { ending: Ending::FailBefore(failure), ..thoughtful() };
    for (reply, body, status) in [
        (thoughtful(), json!({}), 400),
        (thoughtful(), json!({"prompt": "  "}), 400),
        (thoughtful(), json!({"prompt": 7}), 400),
        (thoughtful(), json!([]), 400),
        (thoughtful(), json!({"prompt": "?", "temperature": 3}), 400),
        (thoughtful(), json!({"prompt": "?", "temperature": 2.000_000_000_000_000_4}), 400),
        (thoughtful(), json!({"prompt": "?", "max_tokens": 0}), 400),
        (thoughtful(), json!({"prompt": "?", "model": "nobody"}), 404),
        (failing(Failure::Overloaded), json!({"prompt": "?"}), 429),
        (failing(Failure::Engine), json!({"prompt": "?"}), 500),
        (failing(Failure::Panic), json!({"prompt": "?"}), 500),
        (failing(Failure::Timeout), json!({"prompt": "?"}), 504),
    ] {
        let answer = infer(&TestApp::answering(reply), body.clone()).await;
        assert_eq!(answer.status, status, "{body}: {}", answer.text());
        let reply = answer.json();
        let keys: Vec<&str> =
            reply.as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(keys, ["success", "error"], "{body}");
        assert_eq!(reply["success"], false);
        assert!(reply["error"].as_str().is_some_and(|error| error.len() > 10), "{reply}");
    }
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_504_and_stops_the_engine() {
    let slow = Reply { ending: Ending::HangAfter { tokens: 2 }, ..thoughtful() };
    let settings = ApiSettings {
        generation_timeout: Some(Duration::from_millis(300)),
        ..ApiSettings::default()
    };
    let app = TestApp::with(Script::answering(slow), settings);
    let answer = infer(&app, json!({"prompt": "?"})).await;
    assert_eq!(answer.status, 504, "{}", answer.text());
    assert!(answer.text().contains("generation_timeout"), "{}", answer.text());
    assert_eq!(app.ask(json!({})).await.status, 504);
    // A stream has begun by then: its last event is the error, and nothing pretends to an end.
    let events = app.stream(json!({})).await;
    assert_eq!(events.status, 200);
    let chunks = events.chunks();
    let last = chunks.last().expect("an error");
    assert_eq!(last["error"]["code"], "timeout", "{last}");
    assert!(!events.text().contains("[DONE]"));
    assert_eq!((app.work.running(), app.app.admission().running()), (0, 0));
}

#[tokio::test]
async fn health_is_also_below_v1() {
    let app = TestApp::answering(thoughtful());
    let (below, above) = (app.fetch("/v1/health").await, app.fetch("/health").await);
    assert_eq!((below.status, below.json()), (above.status, above.json()));
}
