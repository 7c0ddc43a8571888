//! A slow machine is honest: the time for an answer, and what is said of it.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{body::Body, http::Method};
use futures::{FutureExt, future::BoxFuture, stream};
use ponder::{
    app::ApiSettings,
    generate::{Delta, Finish, Generate, GenerateError, Generation, Pace, Request},
};
use serde_json::{Value, json};

use crate::support::{Answer, MODEL, TestApp, request};

const MINUTE: Duration = Duration::from_secs(60);

/// Knows its pace, answers nothing and keeps what it was asked.
#[derive(Clone)]
struct Slow {
    heard: Arc<Mutex<Vec<Request>>>,
    at_once: u32,
}

impl Generate for Slow {
    fn generate(&self, request: Request) -> BoxFuture<'_, Result<Generation, GenerateError>> {
        self.heard.lock().expect("not poisoned").push(request);
        let end = stream::iter([Ok(Delta::Finished(Finish::default()))]);
        async move { Ok(Generation::new(end)) }.boxed()
    }

    fn pace(&self) -> Option<Pace> {
        Some(Pace { reading: 100.0, writing: 10.0, longest: 40_960, at_once: self.at_once })
    }
}

fn settings(answer_time: Option<Duration>, generation_timeout: Option<Duration>) -> ApiSettings {
    ApiSettings { answer_time, generation_timeout, ..ApiSettings::default() }
}

/// The time that each answer to a request was given, and the reply.
async fn times(settings: ApiSettings, path: &str, body: Value) -> (Vec<Option<Duration>>, Answer) {
    times_of(1, settings, path, body).await
}

/// The same for a model that works on so many answers at once.
async fn times_of(
    at_once: u32,
    settings: ApiSettings,
    path: &str,
    mut body: Value,
) -> (Vec<Option<Duration>>, Answer) {
    let slow = Slow { heard: Arc::default(), at_once };
    let app = TestApp::over(Arc::new(slow.clone()), settings);
    body["model"] = MODEL.into();
    let answer_time = app.app.settings().answer_time;
    let answer = app.send(request(Method::POST, path, Body::from(body.to_string()))).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    // What works in the background has its turn.
    while slow.heard.lock().expect("not poisoned").is_empty() {
        tokio::task::yield_now().await;
    }
    let asked = slow.heard.lock().expect("not poisoned").clone();
    for request in &asked {
        // All answers of a request have the same end, and only those in one piece have one.
        assert_eq!(request.until, asked[0].until);
        assert_eq!(request.until.is_some(), has_end(&body, answer_time), "{path}");
    }
    let heard = asked.iter().map(|asked| asked.within).collect();
    (heard, answer)
}

/// Whether somebody waits for such an answer, and not for ever.
fn has_end(body: &Value, answer_time: Option<Duration>) -> bool {
    body["stream"] != true && body["background"] != true && answer_time.is_some()
}

fn conversation(more: Value) -> Value {
    let mut body = json!({"messages": [{"role": "user", "content": "x"}]});
    if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
        body.extend(more);
    }
    body
}

#[tokio::test]
async fn an_answer_in_one_piece_has_a_time_and_a_stream_has_none() {
    let chat = "/v1/chat/completions";
    let wholes = [
        (chat, conversation(json!({}))),
        ("/v1/responses", json!({"input": "x"})),
        ("/v1/completions", json!({"prompt": "x"})),
        ("/v1/inference", json!({"prompt": "x"})),
    ];
    for (path, body) in wholes {
        let (heard, _) = times(settings(Some(MINUTE), None), path, body.clone()).await;
        assert_eq!(heard, [Some(MINUTE)], "{path}");
        let (heard, _) = times(settings(None, None), path, body).await;
        assert_eq!(heard, [None], "{path}");
    }
    let stream = conversation(json!({"stream": true}));
    assert_eq!(times(settings(Some(MINUTE), None), chat, stream.clone()).await.0, [None]);
    // What the server cuts is not worth beginning.
    let cut = settings(Some(10 * MINUTE), Some(MINUTE));
    assert_eq!(times(cut, chat, stream).await.0, [Some(MINUTE.mul_f64(0.9))]);
}

#[tokio::test]
async fn answers_that_take_turns_share_their_time() {
    let body = conversation(json!({"n": 3}));
    let (heard, _) = times(settings(Some(MINUTE), None), "/v1/chat/completions", body).await;
    assert_eq!(heard, [Some(MINUTE / 3); 3]);
    let body = json!({"prompt": ["x", "y"], "n": 3});
    let (heard, _) = times(settings(Some(MINUTE), None), "/v1/completions", body).await;
    assert_eq!(heard, [Some(MINUTE / 6); 6]);
    // Where several run together it counts how many of this request may.
    for (at_once, n, share) in [(8, 3, 1), (2, 3, 2), (8, 1, 2)] {
        let body = json!({"prompt": if n == 1 { json!(["x", "y"]) } else { json!("x") }, "n": n});
        let settings = settings(Some(MINUTE), None);
        let (heard, _) = times_of(at_once, settings, "/v1/completions", body).await;
        assert_eq!(heard.first(), Some(&Some(MINUTE / share)), "{at_once} {n}");
    }
}

#[tokio::test]
async fn a_response_in_the_background_has_no_limit_and_says_how_long_it_may_take() {
    let body = json!({"input": "x", "background": true});
    let (heard, answer) = times(settings(Some(MINUTE), None), "/v1/responses", body).await;
    assert_eq!(heard, [None]);
    assert_eq!(answer.json()["ponder"]["estimated_seconds"], 4097, "40,960 tokens at 10 a second");
    let body = json!({"input": "x", "background": true, "max_output_tokens": 100});
    let (_, answer) = times(settings(Some(MINUTE), None), "/v1/responses", body).await;
    assert_eq!(answer.json()["ponder"]["estimated_seconds"], 11);
}
