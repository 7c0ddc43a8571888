//! What the tests share: an app with a scripted engine, and replies that are easy to look at.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode},
};
use bytes::Bytes;
use http_body_util::BodyExt;
use ponder::{
    app::{ApiSettings, App},
    catalog::{Catalog, ModelInfo, Purpose},
    engine::scripted::{Reply, Script, ScriptedEngine, Work},
    generate::Generate,
    router::router,
};
use serde_json::{Value, json};
use tower::ServiceExt;

/// The name of the model that every test app serves.
pub(crate) const MODEL: &str = "test/scripted-1B";

/// A router over one scripted model.
pub(crate) struct TestApp {
    pub(crate) app: App,
    pub(crate) router: Router,
    pub(crate) work: Work,
}

/// What `model` is called and known for.
pub(crate) fn info(id: &str) -> ModelInfo {
    ModelInfo {
        id: id.to_owned(),
        description: "Answers from a script.".to_owned(),
        purpose: Purpose::Answers,
        owned_by: "test".to_owned(),
        created: 1_700_000_000,
        context_length: Some(4096),
        demonstration: true,
    }
}

/// A reply that thinks and answers, a word at a time.
pub(crate) fn thoughtful() -> Reply {
    Reply {
        reasoning: "Twelve plus thirty. ".to_owned(),
        content: "The answer is 42.".to_owned(),
        ..Reply::default()
    }
}

impl TestApp {
    /// Always gives this reply.
    pub(crate) fn answering(reply: Reply) -> Self {
        Self::with(Script::answering(reply), ApiSettings::default())
    }

    /// Plays this script behind these settings.
    pub(crate) fn with(script: Script, settings: ApiSettings) -> Self {
        let engine = ScriptedEngine::new(script);
        let work = engine.work();
        Self { work, ..Self::over(Arc::new(engine), settings) }
    }

    /// Serves any model.
    pub(crate) fn over(model: Arc<dyn Generate>, settings: ApiSettings) -> Self {
        let mut catalog = Catalog::default();
        catalog.insert(info(MODEL), model);
        let app = App::new(catalog, settings);
        Self { router: router(app.clone()), app, work: Work::default() }
    }

    /// Sends any request.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("infallible");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("the body is whole").to_bytes();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// Asks for a page.
    pub(crate) async fn fetch(&self, path: &str) -> Answer {
        self.send(request(Method::GET, path, Body::empty())).await
    }

    /// Posts these bytes as JSON to the chat endpoint.
    pub(crate) async fn post(&self, body: impl Into<Body>) -> Answer {
        self.send(request(Method::POST, "/v1/chat/completions", body.into())).await
    }

    /// Asks one question, with more keys in the request.
    pub(crate) async fn ask(&self, more: Value) -> Answer {
        self.post(question(more).to_string()).await
    }

    /// Asks one question as a stream, with more keys in the request.
    pub(crate) async fn stream(&self, more: Value) -> Answer {
        let mut body = question(more);
        body["stream"] = json!(true);
        self.post(body.to_string()).await
    }
}

/// A request with JSON headers.
pub(crate) fn request(method: Method, path: &str, body: Body) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", "application/json")
        .body(body)
        .expect("a valid request")
}

/// The body of a request with one question and more keys.
pub(crate) fn question(more: Value) -> Value {
    let mut body = json!({
        "model": MODEL,
        "messages": [{"role": "user", "content": "What is 12 + 30?"}],
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        body[key] = value.clone();
    }
    body
}

/// A whole response.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// The body as text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("text"))
    }

    /// The answer of a whole reply.
    pub(crate) fn content(&self) -> String {
        let content = &self.json()["choices"][0]["message"]["content"];
        content.as_str().expect("a text").to_owned()
    }

    /// Status and body, with what differs from run to run replaced.
    pub(crate) fn snapshot(&self) -> Value {
        let mut body = self.json();
        redact(&mut body);
        json!({"status": self.status.as_u16(), "body": body})
    }

    /// The events of a stream.
    pub(crate) fn events(&self) -> Vec<Event> {
        parse_events(self.text())
    }

    /// The chunks of a stream, without the rest.
    pub(crate) fn chunks(&self) -> Vec<Value> {
        self.events()
            .into_iter()
            .filter_map(|event| match event {
                Event::Data(data) => Some(data),
                Event::Comment | Event::Done => None,
            })
            .collect()
    }

    /// The `param` of an error, checked to be a whole error object.
    pub(crate) fn error_param(&self) -> Value {
        let body = self.json();
        let error = body["error"].as_object().expect("an error object");
        let keys: Vec<&str> = error.keys().map(String::as_str).collect();
        assert_eq!(keys, ["message", "type", "param", "code"], "{body}");
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{body}");
        error["param"].clone()
    }
}

/// Whether an id is that of a response or one of its items.
fn of_a_response(id: &str) -> bool {
    ["resp_", "rs_", "msg_", "fc_", "in_"].iter().any(|kind| id.starts_with(kind))
}

/// One event of a stream.
#[derive(Debug, PartialEq)]
pub(crate) enum Event {
    Comment,
    Data(Value),
    Done,
}

/// Reads events as strictly as the strictest client.
pub(crate) fn parse_events(text: &str) -> Vec<Event> {
    assert!(text.is_empty() || text.ends_with("\n\n"), "the last event is cut: {text:?}");
    text.split_terminator("\n\n")
        .map(|event| match unnamed(event).strip_prefix("data: ") {
            Some("[DONE]") => Event::Done,
            Some(data) => Event::Data(serde_json::from_str(data).expect("JSON data")),
            None => {
                assert!(event.starts_with(": "), "neither data nor a comment: {event:?}");
                Event::Comment
            }
        })
        .collect()
}

/// An event without its name, which must be the type of what is in it.
fn unnamed(event: &str) -> &str {
    let Some((name, data)) = event.strip_prefix("event: ").and_then(|rest| rest.split_once('\n'))
    else {
        return event;
    };
    assert!(data.contains(&format!("\"type\":\"{name}\"")), "{name} is not in {data}");
    data
}

/// Replaces ids and times.
pub(crate) fn redact(value: &mut Value) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries.iter_mut() {
                match (key.as_str(), value.as_str()) {
                    ("id", Some(id)) if id.starts_with("chatcmpl-") => *value = json!("chatcmpl-…"),
                    ("id" | "item_id", Some(id)) if of_a_response(id) => {
                        let (kind, rest) = id.split_once('_').unwrap_or((id, ""));
                        let number = rest.rsplit_once('_').map_or("", |(_, number)| number);
                        *value = json!(format!("{kind}_…{number}"));
                    }
                    ("run_id", Some(_)) => *value = json!("run_…"),
                    ("created" | "created_at", _) => *value = json!(0),
                    ("completed_at", _) if !value.is_null() => *value = json!(0),
                    _ => redact(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(redact),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
