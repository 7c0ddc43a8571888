//! A model behind an endpoint: this server itself, and endpoints with the habits of others.

use std::sync::{Arc, Mutex};

use axum::{Router, body::Bytes, http::header, routing::post};
use futures::StreamExt;
use ponder::{
    app::{ApiSettings, App},
    catalog::Catalog,
    engine::{
        remote::RemoteEngine,
        scripted::{Reply, Script},
    },
    generate::{
        Delta, FinishReason, Format, Function, Generate, GenerateError, Message, Request, Role,
        Thinking, ThinkingEnd, ToolCall, ToolChoice, Tools,
        conformance::{Subject, violations},
    },
    server::{ServerSettings, serve},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::{MODEL, TestApp, thoughtful};

/// Serves a router on a port of its own, until the test ends.
pub(crate) async fn listen(app: App, router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let settings = ServerSettings::default();
    tokio::spawn(serve(listener, app, router, settings, std::future::pending()));
    format!("http://{address}/v1")
}

/// An endpoint that answers every request with these events, and keeps what it was asked.
struct Endpoint {
    model: RemoteEngine,
    asked: Arc<Mutex<Vec<Value>>>,
}

async fn endpoint(status: u16, reply: String) -> Endpoint {
    let asked: Arc<Mutex<Vec<Value>>> = Arc::default();
    let keep = Arc::clone(&asked);
    let answer = move |body: Bytes| async move {
        let body = serde_json::from_slice(&body).expect("JSON");
        keep.lock().expect("no panic").push(body);
        let kind = if status == 200 { "text/event-stream" } else { "application/json" };
        let status = axum::http::StatusCode::from_u16(status).expect("a status");
        (status, [(header::CONTENT_TYPE, kind)], reply)
    };
    let router = Router::new().route("/v1/chat/completions", post(answer));
    let url = listen(App::new(Catalog::default(), ApiSettings::default()), router).await;
    Endpoint { model: RemoteEngine::new(&url, Some("key"), "theirs"), asked }
}

fn events(chunks: &[Value]) -> String {
    let mut text: String = chunks.iter().map(|chunk| format!("data: {chunk}\n\n")).collect();
    text.push_str("data: [DONE]\n\n");
    text
}

/// How this server, and some others, are asked not to think.
fn no_effort() -> serde_json::Map<String, Value> {
    serde_json::Map::from_iter([("reasoning_effort".to_owned(), json!("none"))])
}

fn delta(delta: Value) -> Value {
    json!({"choices": [{"index": 0, "delta": delta, "finish_reason": null}]})
}

fn finish(reason: &str) -> Value {
    json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
}

#[tokio::test(flavor = "multi_thread")]
async fn it_keeps_every_promise_of_the_trait() {
    let script = Script::answering(Reply { per_token_ms: 50, ..thoughtful() });
    let served = TestApp::with(script, ApiSettings::default());
    let url = listen(served.app.clone(), served.router.clone()).await;
    let work = served.work.clone();
    let subject = Subject::new(
        Arc::new(RemoteEngine::new(&url, None, MODEL).without_thinking(no_effort())),
        Request { max_tokens: Some(40), ..Request::ask("What is 2 + 2?") },
    )
    .counting(move || work.running());
    assert_eq!(violations(&subject).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_thinking_is_found_wherever_an_endpoint_puts_it() {
    for thought in [
        vec![delta(json!({"reasoning_content": "hm", "content": null}))],
        vec![delta(json!({"reasoning": "hm"}))],
        vec![delta(json!({"content": "<thi"})), delta(json!({"content": "nk>hm</think>"}))],
    ] {
        let chunks = [
            vec![delta(json!({"role": "assistant", "content": ""}))],
            thought,
            vec![delta(json!({"content": "4"})), finish("stop")],
            vec![json!({"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 5}})],
        ]
        .concat();
        let endpoint = endpoint(200, events(&chunks)).await;
        let answer = endpoint.model.generate(Request::ask("2+2?")).await.expect("an answer");
        let answer = answer.collect().await.expect("a whole answer");
        assert_eq!((answer.reasoning.as_str(), answer.content.as_str()), ("hm", "4"));
        assert_eq!(answer.finish.thinking_end, ThinkingEnd::Natural);
        assert_eq!(answer.finish.usage.prompt_tokens, 7);
        assert_eq!(answer.finish.usage.completion_tokens, 5);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_counts_nothing_is_counted_by_its_pieces() {
    let chunks = [
        delta(json!({"reasoning_content": "a"})),
        delta(json!({"content": "b"})),
        json!({"choices": null, "usage": null}),
        json!({"choices": [{"delta": null}]}),
        delta(json!({"content": "c"})),
        finish("length"),
    ];
    let endpoint = endpoint(200, events(&chunks)).await;
    let answer = endpoint.model.generate(Request::ask("2+2?")).await.expect("an answer");
    let answer = answer.collect().await.expect("a whole answer");
    assert_eq!(answer.content, "bc");
    assert_eq!(answer.finish.reason, FinishReason::Length);
    assert_eq!(answer.finish.usage.completion_tokens, 3);
    assert_eq!(answer.finish.usage.reasoning_tokens, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_thinking_the_endpoint_hears_what_it_was_configured_to_hear() {
    let endpoint = endpoint(200, events(&[delta(json!({"content": "4"})), finish("stop")])).await;
    let model = endpoint.model.without_thinking(no_effort());
    for thinking in [Thinking::Natural, Thinking::Off] {
        let request = Request { thinking, ..Request::ask("2+2?") };
        model.generate(request).await.expect("an answer").collect().await.expect("a whole one");
    }
    let asked = endpoint.asked.lock().expect("no panic");
    assert_eq!(asked[0].get("reasoning_effort"), None);
    assert_eq!(asked[1]["reasoning_effort"], "none");
    assert_eq!(asked[1]["model"], "theirs");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_sequence_ends_the_answer_and_not_the_thinking() {
    let chunks = [
        delta(json!({"reasoning_content": "an END in mind"})),
        delta(json!({"content": "one E"})),
        delta(json!({"content": "ND two"})),
        finish("stop"),
    ];
    let endpoint = endpoint(200, events(&chunks)).await;
    let request = Request { stop: vec!["END".to_owned()], ..Request::ask("2+2?") };
    let answer = endpoint.model.generate(request).await.expect("an answer");
    let answer = answer.collect().await.expect("a whole one");
    assert_eq!((answer.reasoning.as_str(), answer.content.as_str()), ("an END in mind", "one "));
    assert_eq!(answer.finish.reason, FinishReason::Stop);
    assert_eq!(endpoint.asked.lock().expect("no panic")[0].get("stop"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_endpoint_refuses_is_told_with_its_words() {
    let refusal = json!({"error": {"message": "no such model", "type": "x", "code": null}});
    let endpoint = endpoint(404, refusal.to_string()).await;
    let error = endpoint.model.generate(Request::ask("2+2?")).await.expect_err("refused");
    let GenerateError::Remote { message, status } = error else { panic!("{error:?}") };
    assert!(message.contains("no such model"), "{message}");
    assert_eq!(status, Some(404));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_breaks_off_is_an_error() {
    let cut = format!("data: {}\n\n", delta(json!({"content": "half"})));
    let endpoint = endpoint(200, cut).await;
    let mut answer = endpoint.model.generate(Request::ask("2+2?")).await.expect("an answer");
    assert_eq!(answer.next().await.expect("a piece"), Ok(Delta::Content("half".to_owned())));
    assert!(matches!(answer.next().await, Some(Err(GenerateError::Remote { .. }))));
    assert!(answer.next().await.is_none());
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_is_named_without_its_address() {
    let model = RemoteEngine::new("http://secret@127.0.0.1:9/v1", None, "theirs");
    let error = model.generate(Request::ask("2+2?")).await.expect_err("nothing listens there");
    assert!(error.to_string().contains("could not be reached"), "{error}");
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_come_back_however_an_endpoint_numbers_them() {
    let piece = |call: Value| delta(json!({"tool_calls": [call]}));
    let chunks = [
        piece(json!({"index": 3, "id": "a", "type": "function",
            "function": {"name": "f", "arguments": ""}})),
        piece(json!({"index": 3, "function": {"arguments": "{\"x\": "}})),
        piece(json!({"index": 3, "function": {"arguments": "1}"}})),
        // As some endpoints do: whole, with the number of another one, or without.
        piece(json!({"index": 3, "id": "c", "function": {"name": "f", "arguments": "{}"}})),
        piece(json!({"function": {"name": "g", "arguments": "{}"}})),
        // That is no reason in the words of OpenAI either.
        finish("stop"),
    ];
    let Endpoint { model, .. } = endpoint(200, events(&chunks)).await;
    let generation = model.generate(Request::ask("?")).await.expect("starts");
    let answer = generation.collect().await.expect("ends well");
    let calls: Vec<_> =
        answer.tool_calls.iter().map(|call| (&*call.name, &*call.arguments)).collect();
    assert_eq!(calls, [("f", r#"{"x": 1}"#), ("f", "{}"), ("g", "{}")]);
    assert_eq!(answer.tool_calls[0].id, "a");
    assert_eq!(answer.finish.reason, FinishReason::ToolCalls);
}

#[tokio::test(flavor = "multi_thread")]
async fn tools_and_forms_are_passed_on() {
    let Endpoint { model, asked } = endpoint(200, events(&[finish("stop")])).await;
    let call =
        ToolCall { id: "b".to_owned(), name: "f".to_owned(), arguments: r#"{"x":0}"#.to_owned() };
    let function = Function {
        name: "f".to_owned(),
        description: String::new(),
        parameters: json!({"type": "object"}),
        strict: Some(true),
    };
    let request = Request {
        messages: vec![
            Message::user("?"),
            Message { tool_calls: vec![call], ..Message::assistant("") },
            Message { tool_call_id: Some("b".to_owned()), ..Message::of(Role::Tool, "none") },
        ],
        format: Format::Object,
        tools: Tools {
            functions: [function].into(),
            choice: ToolChoice::Named("f".to_owned()),
            several: false,
        },
        ..Request::default()
    };
    model.generate(request).await.expect("starts").collect().await.expect("ends well");
    let asked = asked.lock().expect("no panic").pop().expect("a request");
    let named = ["messages", "tools", "tool_choice", "parallel_tool_calls", "response_format"];
    let asked = Value::from_iter(named.map(|name| (name, asked[name].clone())));
    insta::assert_json_snapshot!(asked, @r#"
    {
      "messages": [
        {
          "role": "user",
          "content": "?"
        },
        {
          "role": "assistant",
          "content": null,
          "tool_calls": [
            {
              "id": "b",
              "type": "function",
              "function": {
                "name": "f",
                "arguments": "{\"x\":0}"
              }
            }
          ]
        },
        {
          "role": "tool",
          "content": "none",
          "tool_call_id": "b"
        }
      ],
      "tools": [
        {
          "type": "function",
          "function": {
            "name": "f",
            "parameters": {
              "type": "object"
            },
            "strict": true
          }
        }
      ],
      "tool_choice": {
        "type": "function",
        "function": {
          "name": "f"
        }
      },
      "parallel_tool_calls": false,
      "response_format": {
        "type": "json_object"
      }
    }
    "#);
}
