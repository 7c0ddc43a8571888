//! Streaming: the rows S1 to S17.

use std::time::Duration;

use ponder::{
    app::ApiSettings,
    engine::scripted::{Ending, Failure, Reply, Script},
};
use serde_json::{Value, json};

use crate::support::{Event, MODEL, TestApp, thoughtful};

#[tokio::test]
async fn s1_role_only_in_the_first_delta() {
    let chunks = TestApp::answering(thoughtful()).stream(json!({})).await.chunks();
    assert_eq!(chunks[0]["choices"][0]["delta"], json!({"role": "assistant", "content": ""}));
    assert!(chunks[1..].iter().all(|chunk| chunk["choices"][0]["delta"].get("role").is_none()));
}

#[tokio::test]
async fn s2_id_created_and_model_are_the_same_in_every_chunk() {
    let chunks = TestApp::answering(thoughtful()).stream(json!({})).await.chunks();
    let first = &chunks[0];
    assert!(first["id"].as_str().expect("an id").starts_with("chatcmpl-"), "{first}");
    assert!(first["created"].as_u64().expect("seconds") > 1_700_000_000, "{first}");
    assert_eq!(first["model"], MODEL);
    for chunk in &chunks {
        assert_eq!(chunk["object"], "chat.completion.chunk");
        for key in ["id", "created", "model"] {
            assert_eq!(chunk[key], first[key], "{key}");
        }
    }
}

#[tokio::test]
async fn s3_required_keys_are_there_and_finish_reason_is_null_until_the_end() {
    let chunks = TestApp::answering(thoughtful()).stream(json!({})).await.chunks();
    let (last, before) = chunks.split_last().expect("chunks");
    for chunk in before {
        let choice = chunk["choices"][0].as_object().expect("a choice");
        assert_eq!(choice.get("finish_reason"), Some(&Value::Null), "{chunk}");
        assert!(choice.contains_key("delta") && choice.contains_key("index"), "{chunk}");
    }
    assert_eq!(last["choices"][0]["finish_reason"], "stop");
}

#[tokio::test]
async fn s4_exactly_one_finish_chunk_per_choice_with_an_empty_delta() {
    let chunks = TestApp::answering(thoughtful()).stream(json!({"n": 3})).await.chunks();
    for index in 0..3 {
        let of_choice: Vec<&Value> =
            chunks.iter().filter(|chunk| chunk["choices"][0]["index"] == index).collect();
        let finishes: Vec<&&Value> = of_choice
            .iter()
            .filter(|chunk| !chunk["choices"][0]["finish_reason"].is_null())
            .collect();
        assert_eq!(finishes.len(), 1, "choice {index}");
        assert_eq!(finishes[0]["choices"][0]["delta"], json!({}));
        assert_eq!(of_choice.last(), Some(finishes[0]), "the finish of {index} is not its last");
    }
}

#[tokio::test]
async fn s5_usage_comes_once_and_only_when_asked_for() {
    let app = TestApp::answering(thoughtful());
    for options in [json!(null), json!({}), json!({"include_usage": false})] {
        let chunks = app.stream(json!({"stream_options": options})).await.chunks();
        assert!(chunks.iter().all(|chunk| chunk.get("usage").is_none()), "{chunks:?}");
    }
    let options = json!({"include_usage": true, "include_obfuscation": false});
    let chunks = app.stream(json!({"stream_options": options})).await.chunks();
    let (last, before) = chunks.split_last().expect("chunks");
    assert!(before.iter().all(|chunk| chunk.get("usage") == Some(&Value::Null)), "{before:?}");
    assert_eq!(last["choices"], json!([]));
    insta::assert_json_snapshot!(last["usage"], @r#"
    {
      "prompt_tokens": 5,
      "completion_tokens": 7,
      "total_tokens": 12,
      "prompt_tokens_details": {
        "cached_tokens": 0
      },
      "completion_tokens_details": {
        "reasoning_tokens": 3
      }
    }
    "#);
}

#[tokio::test]
async fn s6_continuous_usage_does_not_repeat_the_count() {
    let options = json!({"include_usage": true, "continuous_usage_stats": true});
    let chunks =
        TestApp::answering(thoughtful()).stream(json!({"stream_options": options})).await.chunks();
    let counted = chunks.iter().filter(|chunk| chunk["usage"].is_object()).count();
    assert_eq!(counted, 1);
}

#[tokio::test]
async fn s7_done_is_the_last_event_and_comes_once() {
    let events = TestApp::answering(thoughtful()).stream(json!({})).await.events();
    assert_eq!(events.iter().filter(|event| **event == Event::Done).count(), 1);
    assert_eq!(events.last(), Some(&Event::Done));
}

#[tokio::test]
async fn s8_silence_is_filled_with_comments_and_nothing_else() {
    let keep_alive = Duration::from_millis(20);
    let settings = ApiSettings { keep_alive, ..ApiSettings::default() };
    let reply = Reply { first_token_ms: 2_000, ..Reply::saying("late") };
    let app = TestApp::with(Script::answering(reply), settings);
    let events = app.stream(json!({})).await.events();
    assert!(matches!(events[0], Event::Data(_)), "the role comes before the silence");
    let comments = events.iter().filter(|event| **event == Event::Comment).count();
    assert!(comments >= 2, "{events:?}");
    let data = events.iter().filter(|event| matches!(event, Event::Data(_))).count();
    assert_eq!(data, 3, "role, word, finish: {events:?}");
}

#[tokio::test]
async fn s9_a_slow_start_gets_its_status_early_and_a_refused_one_gets_no_200() {
    let reply = Reply { first_token_ms: 600_000, ..Reply::saying("late") };
    let app = TestApp::answering(reply);
    let started = tokio::time::Instant::now();
    let request = crate::support::request(
        axum::http::Method::POST,
        "/v1/chat/completions",
        crate::support::question(json!({"stream": true})).to_string().into(),
    );
    let response = tower::ServiceExt::oneshot(app.router.clone(), request).await;
    assert_eq!(response.expect("infallible").status(), 200);
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
    let refused = app.stream(json!({"model": "nobody"})).await;
    assert_eq!(refused.status, 404);
}

#[tokio::test]
async fn s9_an_error_before_the_first_text_is_a_status() {
    let ending = Ending::FailAfter { tokens: 0, failure: Failure::Unavailable };
    let app = TestApp::answering(Reply { ending, ..thoughtful() });
    let answer = app.stream(json!({})).await;
    assert_eq!(answer.status, 503);
    assert!(answer.header("retry-after").is_some());
}

#[tokio::test]
async fn s10_a_long_silence_brings_an_empty_chunk() {
    let (keep_alive, heartbeat) = (Duration::from_millis(20), Duration::from_millis(100));
    let settings = ApiSettings { keep_alive, heartbeat, ..ApiSettings::default() };
    let reply = Reply { first_token_ms: 1_500, ..Reply::saying("late") };
    let app = TestApp::with(Script::answering(reply), settings);
    let chunks = app.stream(json!({})).await.chunks();
    let empty = chunks
        .iter()
        .filter(|chunk| {
            let choice = &chunk["choices"][0];
            choice["delta"] == json!({}) && choice["finish_reason"].is_null()
        })
        .count();
    assert!((1..=20).contains(&empty), "{empty} in 1.3 seconds: {chunks:?}");
}

#[tokio::test]
async fn s11_an_error_mid_stream_is_an_event_and_the_end() {
    for failure in [Failure::Engine, Failure::Panic] {
        let ending = Ending::FailAfter { tokens: 2, failure };
        let answer = TestApp::answering(Reply { ending, ..thoughtful() }).stream(json!({})).await;
        assert_eq!(answer.status, 200);
        let events = answer.events();
        assert_eq!(events.len(), 4, "role, two words, error: {events:?}");
        let Some(Event::Data(error)) = events.last() else { unreachable!("{events:?}") };
        assert_eq!(error["error"]["type"], "server_error");
        assert!(error["error"]["message"].is_string() && error["error"].get("code").is_some());
    }
}

#[tokio::test]
async fn s11_a_stream_that_breaks_off_never_looks_finished() {
    let ending = Ending::BreakOffAfter { tokens: 4 };
    let events =
        TestApp::answering(Reply { ending, ..thoughtful() }).stream(json!({})).await.events();
    let Some(Event::Data(last)) = events.last() else { unreachable!("{events:?}") };
    assert!(last["error"].is_object(), "{last}");
}

#[tokio::test]
async fn s15_characters_of_many_bytes_arrive_whole() {
    let content = "小明有12个苹果 🍎🍎 é ⟦M1⟧ end";
    let chunks = TestApp::answering(Reply::saying(content)).stream(json!({})).await.chunks();
    let text: String =
        chunks.iter().filter_map(|c| c["choices"][0]["delta"]["content"].as_str()).collect();
    assert_eq!(text, content);
}

#[tokio::test]
async fn s16_a_dropped_stream_stops_the_engine() {
    let script =
        Script::answering(Reply { per_token_ms: 1, ..Reply::saying("word ".repeat(9999)) });
    let app = TestApp::with(Script { context_length: 100_000, ..script }, ApiSettings::default());
    let request = crate::support::request(
        axum::http::Method::POST,
        "/v1/chat/completions",
        crate::support::question(json!({"stream": true})).to_string().into(),
    );
    let response = tower::ServiceExt::oneshot(app.router.clone(), request).await;
    let mut body = response.expect("infallible").into_body();
    let _ = http_body_util::BodyExt::frame(&mut body).await;
    assert_eq!((app.work.running(), app.app.admission().running()), (1, 1));
    drop(body);
    let stopped = async {
        while (app.work.running(), app.app.admission().running()) != (0, 0) {
            tokio::task::yield_now().await;
        }
    };
    let soon = tokio::time::timeout(std::time::Duration::from_secs(5), stopped).await;
    assert!(soon.is_ok(), "the engine works on for a client that has left");
    assert!(
        app.app
            .metrics()
            .render()
            .contains(&format!("ponder_requests_cancelled_total{{model_name=\"{MODEL}\"}} 1"))
    );
}

#[tokio::test]
async fn s17_headers_keep_proxies_from_collecting_the_stream() {
    let answer = TestApp::answering(thoughtful()).stream(json!({})).await;
    assert_eq!(answer.header("content-type"), Some("text/event-stream; charset=utf-8"));
    assert_eq!(answer.header("cache-control"), Some("no-cache"));
    assert_eq!(answer.header("x-accel-buffering"), Some("no"));
}
