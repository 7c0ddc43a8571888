//! Overload, a thousand at once, and draining.

use std::time::Duration;

use ponder::{
    app::ApiSettings,
    engine::scripted::{Ending, Reply, Script},
    limits::Limits,
};
use serde_json::json;

use crate::support::{Answer, Event, TestApp, parse_events, question, request, thoughtful};

fn limited(max_running: u32, max_waiting: usize, reply: Reply) -> TestApp {
    waiting(Duration::from_secs(20), max_running, max_waiting, reply)
}

fn waiting(queue_timeout: Duration, max_running: u32, max_waiting: usize, reply: Reply) -> TestApp {
    let limits = Limits { max_running, max_waiting, queue_timeout };
    TestApp::with(Script::answering(reply), ApiSettings { limits, ..ApiSettings::default() })
}

/// Never answers.
fn hanging() -> Reply {
    Reply { ending: Ending::HangAfter { tokens: 1 }, ..thoughtful() }
}

/// Starts a stream and leaves it unread.
async fn open_stream(app: &TestApp) -> axum::response::Response {
    let body = question(json!({"stream": true})).to_string();
    let request = request(axum::http::Method::POST, "/v1/chat/completions", body.into());
    tower::ServiceExt::oneshot(app.router.clone(), request).await.expect("infallible")
}

#[tokio::test]
async fn e12_answers_say_how_busy_the_server_is() {
    let limits = Limits { max_running: 2, max_waiting: 1, ..Limits::default() };
    let settings = ApiSettings { limits, ..ApiSettings::default() };
    let app = TestApp::with(Script::answering(thoughtful()), settings);
    let free = app.ask(json!({})).await;
    assert_eq!(free.header("openai-version"), Some("2020-10-01"));
    assert!(free.header("openai-processing-ms").is_some_and(|time| time.parse::<u64>().is_ok()));
    let said = |answer: &Answer| {
        ["limit", "remaining", "reset"].map(|what| {
            let name = format!("x-ratelimit-{what}-requests");
            answer.header(&name).expect("a header").to_owned()
        })
    };
    assert_eq!(said(&free), ["3", "3", "0s"]);
    let _running = app.app.admission().admit_many(2).await.expect("room");
    let waiting = tokio::spawn({
        let admission = app.app.admission().clone();
        async move { admission.admit().await.map(drop) }
    });
    while app.app.admission().waiting() == 0 {
        tokio::task::yield_now().await;
    }
    let full = app.ask(json!({})).await;
    assert_eq!((full.status.as_u16(), said(&full)), (429, ["3", "0", "20s"].map(str::to_owned)));
    waiting.abort();
    // What asks for nothing says nothing of it.
    assert_eq!(app.fetch("/v1/models").await.header("x-ratelimit-limit-requests"), None);
}

#[tokio::test]
async fn a_full_queue_is_429_at_once_and_a_long_wait_after_its_time() {
    let app = limited(1, 0, hanging());
    let running = open_stream(&app).await;
    assert_eq!(running.status(), 200);
    for stream in [true, false] {
        let refused = app.ask(json!({ "stream": stream })).await;
        assert_eq!(refused.status, 429);
        assert_eq!(refused.json()["error"]["code"], "rate_limit_exceeded");
        assert!(refused.header("retry-after").is_some());
    }
    drop(running);
    let app = waiting(Duration::from_millis(100), 1, 1, hanging());
    let _running = open_stream(&app).await;
    let began = std::time::Instant::now();
    let waited = app.stream(json!({})).await;
    assert_eq!(waited.status, 429);
    assert!(began.elapsed() >= Duration::from_millis(100), "{:?}", began.elapsed());
}

#[tokio::test]
async fn models_health_and_metrics_answer_while_everything_is_busy() {
    let app = limited(1, 0, hanging());
    let _running = open_stream(&app).await;
    for path in ["/v1/models", "/health", "/readyz", "/metrics"] {
        assert_eq!(app.fetch(path).await.status, 200, "{path}");
    }
    assert_eq!(app.fetch("/health").await.json()["running"], 1);
}

#[tokio::test]
async fn of_a_thousand_at_once_each_is_answered_or_refused_and_nothing_is_left() {
    let app = limited(4, 64, Reply { per_token_ms: 1, ..thoughtful() });
    let requests = (0..1000).map(|number| {
        let stream = number % 2 == 0;
        let app = &app;
        async move { app.ask(json!({ "stream": stream })).await }
    });
    let answers = futures::future::join_all(requests).await;
    let answered = answers.iter().filter(|answer| answer.status == 200).count();
    let refused = answers.iter().filter(|answer| answer.status == 429).count();
    assert_eq!(answered + refused, 1000);
    assert!(answered >= 68, "{answered}");
    for answer in answers.iter().filter(|answer| answer.status == 200) {
        assert!(answer.text().contains("42."), "{}", answer.text());
    }
    assert_eq!((app.work.running(), app.app.admission().running()), (0, 0));
    assert_eq!(app.app.admission().waiting(), 0);
    assert_eq!(app.work.started(), answered as u64, "a refused request reached the engine");
}

#[tokio::test]
async fn several_answers_never_run_beyond_the_limit() {
    let app = limited(2, 8, Reply { per_token_ms: 1, ..thoughtful() });
    let asking = app.ask(json!({"n": 5}));
    let watching = async {
        let mut most = 0;
        while app.work.started() < 5 || app.work.running() > 0 {
            most = most.max(app.work.running());
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        most
    };
    let (answer, most) = futures::join!(asking, watching);
    assert_eq!((answer.status.as_u16(), most), (200, 2));
}

#[tokio::test]
async fn draining_refuses_new_requests_and_lets_running_ones_finish() {
    let app = limited(2, 8, Reply { per_token_ms: 5, ..thoughtful() });
    let running = open_stream(&app).await;
    app.app.drain();
    let refused = app.ask(json!({})).await;
    assert_eq!(refused.status, 503);
    assert!(refused.header("retry-after").is_some());
    assert_eq!(app.fetch("/readyz").await.status, 503);
    assert_eq!(app.fetch("/livez").await.status, 200);
    let body = http_body_util::BodyExt::collect(running.into_body()).await.expect("whole");
    let events = parse_events(std::str::from_utf8(&body.to_bytes()).expect("UTF-8"));
    assert_eq!(events.last(), Some(&Event::Done));
    app.app.admission().idle().await;
}

#[tokio::test]
async fn stopping_cuts_running_answers_with_an_error() {
    let app = limited(4, 8, hanging());
    let stream = open_stream(&app).await;
    let whole = app.ask(json!({}));
    let stop = async {
        while app.work.running() < 2 {
            tokio::task::yield_now().await;
        }
        app.app.stop();
    };
    let (whole, ()) = futures::join!(whole, stop);
    assert_eq!(whole.status, 503);
    let body = http_body_util::BodyExt::collect(stream.into_body()).await.expect("whole");
    let events = parse_events(std::str::from_utf8(&body.to_bytes()).expect("UTF-8"));
    let Some(Event::Data(last)) = events.last() else { unreachable!("{events:?}") };
    assert_eq!(last["error"]["code"], "service_unavailable");
    assert_eq!(app.work.running(), 0);
}
