//! E17: responses, whole, streamed, kept, gone on from, and made in the background.

use std::sync::Arc;

use axum::{body::Body, http::Method};
use futures::{FutureExt, StreamExt, future::BoxFuture};
use http_body_util::BodyExt;
use ponder::{
    access::{Access, KeyRing},
    app::ApiSettings,
    engine::scripted::{Ending, Failure, Reply, Rule, Script, ScriptedCall, When},
    generate::{Delta, Finish, Generate, GenerateError, Generation, Request, StepEvent, StepState},
    limits::Limits,
};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::{Answer, Event, MODEL, TestApp, redact, request, thoughtful};

const PATH: &str = "/v1/responses";

async fn post(app: &TestApp, body: Value) -> Answer {
    let mut whole = json!({"model": MODEL});
    for (key, value) in body.as_object().into_iter().flatten() {
        whole[key] = value.clone();
    }
    app.send(request(Method::POST, PATH, Body::from(whole.to_string()))).await
}

async fn read(app: &TestApp, id: &str) -> Value {
    app.fetch(&format!("{PATH}/{id}")).await.json()
}

/// The events of a stream, without the last word.
fn events(answer: &Answer) -> Vec<Value> {
    let mut events = answer.events();
    assert_eq!(events.pop(), Some(Event::Done));
    events.into_iter().filter_map(data).collect()
}

/// What is in an event; the silences between them hold nothing.
fn data(event: Event) -> Option<Value> {
    match event {
        Event::Data(data) => Some(data),
        Event::Comment | Event::Done => None,
    }
}

/// One line for each event, with what differs from run to run replaced.
fn lines(mut events: Vec<Value>) -> String {
    let mut lines = String::new();
    for event in &mut events {
        redact(event);
        if let Some(response) = event.get_mut("response") {
            *response = response["status"].clone();
        }
        let fields = event.as_object_mut().expect("an object");
        let kind = fields.shift_remove("type").expect("a type");
        let number = fields.shift_remove("sequence_number").expect("a number");
        let kind = kind.as_str().expect("a text").trim_start_matches("response.");
        lines.push_str(&format!("{number} {kind} {}\n", Value::from(fields.clone())));
    }
    lines
}

/// Reads a response until it has ended; null if it never does.
async fn ended(app: &TestApp, id: &str) -> Value {
    read_until(app, id, |response| {
        !matches!(response["status"].as_str(), Some("queued" | "in_progress"))
    })
    .await
}

/// Reads a response until something holds of it; null if it never does.
async fn read_until(app: &TestApp, id: &str, holds: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..4_000 {
        let response = read(app, id).await;
        if holds(&response) {
            return response;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    Value::Null
}

fn text_of(response: &Value) -> String {
    let parts = response["output"].as_array().into_iter().flatten();
    parts.filter_map(|item| item["content"][0]["text"].as_str()).collect()
}

/// Says "slowly" a word at a time, for a few seconds.
fn slow() -> Reply {
    Reply { content: "slowly ".repeat(500), per_token_ms: 10, ..Reply::default() }
}

#[tokio::test]
async fn e17_a_whole_response() {
    let app = TestApp::answering(thoughtful());
    let answer =
        post(&app, json!({"input": "What is 12 + 30?", "instructions": "Be brief."})).await;
    assert!(answer.header("x-ponder-run-id").is_some_and(|id| id.starts_with("run_")));
    let mut body = answer.json();
    redact(&mut body);
    let output = body["output"].take();
    insta::assert_snapshot!(output, @r#"[{"type":"reasoning","id":"rs_…0","summary":[{"type":"summary_text","text":"Twelve plus thirty. "}],"status":"completed"},{"type":"message","id":"msg_…1","status":"completed","role":"assistant","content":[{"type":"output_text","text":"The answer is 42.","annotations":[],"logprobs":[]}]}]"#);
    insta::assert_snapshot!(body, @r#"{"id":"resp_…","object":"response","created_at":0,"completed_at":0,"status":"completed","incomplete_details":null,"error":null,"model":"test/scripted-1B","output":null,"usage":{"input_tokens":7,"input_tokens_details":{"cached_tokens":0,"cache_write_tokens":0},"output_tokens":7,"output_tokens_details":{"reasoning_tokens":3},"total_tokens":14},"previous_response_id":null,"instructions":"Be brief.","tools":[],"tool_choice":"auto","parallel_tool_calls":true,"text":{"format":{"type":"text"}},"reasoning":{"effort":null,"summary":null},"truncation":"disabled","temperature":1.0,"top_p":1.0,"presence_penalty":0.0,"frequency_penalty":0.0,"top_logprobs":0,"max_output_tokens":null,"max_tool_calls":null,"store":true,"background":false,"service_tier":"default","metadata":{},"safety_identifier":null,"prompt_cache_key":null,"ponder":{"run_id":"run_…","thinking_end":"natural"}}"#);
}

#[tokio::test]
async fn e17_a_streamed_response() {
    let app = TestApp::answering(Reply {
        reasoning: "Twelve ".to_owned(),
        content: "It is 42.".to_owned(),
        ..Reply::default()
    });
    let answer = post(&app, json!({"input": "What is 12 + 30?", "stream": true})).await;
    assert_eq!(answer.header("content-type"), Some("text/event-stream; charset=utf-8"));
    let events = events(&answer);
    let numbers: Vec<u64> =
        events.iter().filter_map(|event| event["sequence_number"].as_u64()).collect();
    assert_eq!(numbers, (0..events.len() as u64).collect::<Vec<_>>());
    let last = events.last().expect("an event")["response"].clone();
    let whole = read(&app, last["id"].as_str().expect("an id")).await;
    assert_eq!(last, whole, "what is kept is what was sent");
    insta::assert_snapshot!(lines(events), @r#"
    0 created {"response":"in_progress"}
    1 in_progress {"response":"in_progress"}
    2 output_item.added {"output_index":0,"item":{"type":"reasoning","id":"rs_…0","summary":[],"status":"in_progress"}}
    3 reasoning_summary_part.added {"item_id":"rs_…0","output_index":0,"summary_index":0,"part":{"type":"summary_text","text":""}}
    4 reasoning_summary_text.delta {"item_id":"rs_…0","output_index":0,"summary_index":0,"delta":"Twelve "}
    5 reasoning_summary_text.done {"item_id":"rs_…0","output_index":0,"summary_index":0,"text":"Twelve "}
    6 reasoning_summary_part.done {"item_id":"rs_…0","output_index":0,"summary_index":0,"part":{"type":"summary_text","text":"Twelve "}}
    7 output_item.done {"output_index":0,"item":{"type":"reasoning","id":"rs_…0","summary":[{"type":"summary_text","text":"Twelve "}],"status":"completed"}}
    8 output_item.added {"output_index":1,"item":{"type":"message","id":"msg_…1","status":"in_progress","role":"assistant","content":[]}}
    9 content_part.added {"item_id":"msg_…1","output_index":1,"content_index":0,"part":{"type":"output_text","text":"","annotations":[],"logprobs":[]}}
    10 output_text.delta {"item_id":"msg_…1","output_index":1,"content_index":0,"delta":"It ","logprobs":[]}
    11 output_text.delta {"item_id":"msg_…1","output_index":1,"content_index":0,"delta":"is ","logprobs":[]}
    12 output_text.delta {"item_id":"msg_…1","output_index":1,"content_index":0,"delta":"42.","logprobs":[]}
    13 output_text.done {"item_id":"msg_…1","output_index":1,"content_index":0,"text":"It is 42.","logprobs":[]}
    14 content_part.done {"item_id":"msg_…1","output_index":1,"content_index":0,"part":{"type":"output_text","text":"It is 42.","annotations":[],"logprobs":[]}}
    15 output_item.done {"output_index":1,"item":{"type":"message","id":"msg_…1","status":"completed","role":"assistant","content":[{"type":"output_text","text":"It is 42.","annotations":[],"logprobs":[]}]}}
    16 completed {"response":"completed"}
    "#);
}

#[tokio::test]
async fn e17_functions_are_called_and_their_results_read() {
    let arguments = json!({"place": "Paris"}).as_object().cloned().unwrap_or_default();
    let calls = Reply {
        reasoning: "I should look. ".to_owned(),
        tool_calls: vec![ScriptedCall { name: "weather".to_owned(), arguments }],
        ..Reply::default()
    };
    let told = When { conversation: Some("12 degrees".to_owned()), ..When::default() };
    let answers = Rule { when: told, reply: Reply::saying("It is cold.") };
    let app = TestApp::with(
        Script { rules: vec![answers], otherwise: calls, ..Script::default() },
        ApiSettings::default(),
    );
    let tools = json!([{"type": "function", "name": "weather", "strict": true,
        "parameters": {"type": "object", "properties": {"place": {"type": "string"}}}}]);
    let asked = json!({"input": "How is the weather?", "tools": tools, "tool_choice": "required"});
    let first = post(&app, asked.clone()).await;
    let mut output = first.json()["output"].clone();
    redact(&mut output);
    insta::assert_snapshot!(output, @r#"[{"type":"reasoning","id":"rs_…0","summary":[{"type":"summary_text","text":"I should look. "}],"status":"completed"},{"type":"function_call","id":"fc_…1","call_id":"call_scripted_0","name":"weather","arguments":"{\"place\":\"Paris\"}","status":"completed"}]"#);
    assert_eq!(first.json()["tools"][0]["name"], "weather");
    let mut streamed = asked;
    streamed["stream"] = json!(true);
    let mut streamed = events(&post(&app, streamed).await);
    insta::assert_snapshot!(lines(streamed.split_off(6)), @r#"
    6 reasoning_summary_text.delta {"item_id":"rs_…0","output_index":0,"summary_index":0,"delta":"look. "}
    7 reasoning_summary_text.done {"item_id":"rs_…0","output_index":0,"summary_index":0,"text":"I should look. "}
    8 reasoning_summary_part.done {"item_id":"rs_…0","output_index":0,"summary_index":0,"part":{"type":"summary_text","text":"I should look. "}}
    9 output_item.done {"output_index":0,"item":{"type":"reasoning","id":"rs_…0","summary":[{"type":"summary_text","text":"I should look. "}],"status":"completed"}}
    10 output_item.added {"output_index":1,"item":{"type":"function_call","id":"fc_…1","call_id":"call_scripted_0","name":"weather","arguments":"","status":"in_progress"}}
    11 function_call_arguments.delta {"item_id":"fc_…1","output_index":1,"delta":"{\"place\":\"Paris\"}"}
    12 function_call_arguments.done {"item_id":"fc_…1","output_index":1,"name":"weather","arguments":"{\"place\":\"Paris\"}"}
    13 output_item.done {"output_index":1,"item":{"type":"function_call","id":"fc_…1","call_id":"call_scripted_0","name":"weather","arguments":"{\"place\":\"Paris\"}","status":"completed"}}
    14 completed {"response":"completed"}
    "#);
    let call = output_of(&first.json(), "function_call");
    let result =
        json!({"type": "function_call_output", "call_id": call["call_id"], "output": "12 degrees"});
    // By the response that is kept, by its items themselves, and by references to them.
    let id = first.json()["id"].clone();
    let question = json!({"role": "user", "content": "How is the weather?"});
    let reference = json!({"type": "item_reference", "id": call["id"]});
    for again in [
        json!({"previous_response_id": id, "input": [result]}),
        json!({"input": [question, call, result]}),
        json!({"input": [question, reference, result]}),
    ] {
        let second = post(&app, again).await;
        assert_eq!(second.status, 200, "{}", second.text());
        assert_eq!(text_of(&second.json()), "It is cold.");
    }
}

fn output_of(response: &Value, kind: &str) -> Value {
    let mut items = response["output"].as_array().into_iter().flatten();
    items.find(|item| item["type"] == kind).cloned().expect("such an item")
}

#[tokio::test]
async fn e17_a_response_is_gone_on_from() {
    let told = When { conversation: Some("My name is Ada".to_owned()), ..When::default() };
    let ordered = When { conversation: Some("Answer in verse".to_owned()), ..When::default() };
    let rules = vec![
        Rule { when: ordered, reply: Reply::saying("Ada, ada.") },
        Rule { when: told, reply: Reply::saying("You are Ada.") },
    ];
    let script = Script { rules, otherwise: Reply::saying("Who?"), ..Script::default() };
    let app = TestApp::with(script, ApiSettings::default());
    let first = post(&app, json!({"input": "My name is Ada.", "instructions": "Answer in verse"}));
    let first = first.await.json();
    assert_eq!(text_of(&first), "Ada, ada.");
    let next = json!({"input": "Who am I?", "previous_response_id": first["id"]});
    let second = post(&app, next.clone()).await.json();
    assert_eq!(text_of(&second), "You are Ada.", "instructions do not come along");
    assert_eq!(second["previous_response_id"], first["id"]);
    let third = json!({"input": "Again?", "previous_response_id": second["id"]});
    assert_eq!(text_of(&post(&app, third).await.json()), "You are Ada.");

    let id = first["id"].as_str().expect("an id");
    let path = format!("{PATH}/{id}");
    let items = app.fetch(&format!("{path}/input_items?order=asc")).await.json();
    assert_eq!(items["data"][0]["content"][0]["text"], "My name is Ada.");
    let deleted = app.send(request(Method::DELETE, &path, Body::empty())).await;
    assert_eq!(deleted.json(), json!({"id": id, "object": "response", "deleted": true}));
    assert_eq!(app.fetch(&path).await.status, 404);
    let lost = post(&app, next).await;
    assert_eq!((lost.status.as_u16(), lost.error_param()), (400, json!("previous_response_id")));
}

#[tokio::test]
async fn e17_in_the_background() {
    let app = TestApp::answering(thoughtful());
    let answer = post(&app, json!({"input": "What is 12 + 30?", "background": true})).await;
    let begun = answer.json();
    assert_eq!((answer.status.as_u16(), &begun["background"]), (200, &json!(true)));
    assert!(matches!(begun["status"].as_str(), Some("queued" | "in_progress")), "{begun}");
    assert_eq!(begun["ponder"].get("estimated_seconds"), None, "nothing is known yet");
    let id = begun["id"].as_str().expect("an id");
    let response = ended(&app, id).await;
    assert_eq!(
        (response["status"].as_str(), text_of(&response)),
        (Some("completed"), "The answer is 42.".to_owned())
    );
    let next = post(&app, json!({"input": "What is 12 + 30?", "background": true})).await.json();
    let estimated = next["ponder"]["estimated_seconds"].as_u64().expect("a number");
    assert!((1..=5).contains(&estimated), "as long as the last one, and not {estimated} s");
    // Its events can be read again, from any one on.
    let all = events(&app.fetch(&format!("{PATH}/{id}?stream=true")).await);
    let kinds: Vec<_> = all.iter().take(3).map(|event| event["type"].clone()).collect();
    assert_eq!(kinds, ["response.created", "response.queued", "response.in_progress"]);
    assert_eq!(all.last().expect("an event")["response"], response);
    for after in [0, 5, all.len() - 2] {
        let path = format!("{PATH}/{id}?stream=true&starting_after={after}");
        assert_eq!(events(&app.fetch(&path).await), all[after + 1..]);
    }
    // A response that somebody waited for has no events to read again.
    let waited = post(&app, json!({"input": "What is 12 + 30?"})).await.json();
    let path = format!("{PATH}/{}?stream=true", waited["id"].as_str().expect("an id"));
    let refused = app.fetch(&path).await;
    assert_eq!((refused.status.as_u16(), refused.error_param()), (400, json!("stream")));
}

#[tokio::test]
async fn e17_a_client_that_leaves_does_not_end_work_in_the_background() {
    let app = TestApp::answering(Reply { per_token_ms: 20, ..thoughtful() });
    let body = json!({"model": MODEL, "input": "What?", "background": true, "stream": true});
    let sent = request(Method::POST, PATH, Body::from(body.to_string()));
    let response = app.router.clone().oneshot(sent).await.expect("infallible");
    let mut stream = response.into_body().into_data_stream();
    let first = stream.next().await.expect("an event").expect("bytes");
    drop(stream);
    let first = String::from_utf8_lossy(&first).into_owned();
    let id = first.split("\"id\":\"").nth(1).and_then(|rest| rest.split('"').next());
    let response = ended(&app, id.expect("an id")).await;
    assert_eq!(text_of(&response), "The answer is 42.");
    // One that somebody waits for ends with its client.
    let body = json!({"model": MODEL, "input": "What?", "stream": true});
    let sent = request(Method::POST, PATH, Body::from(body.to_string()));
    let response = app.router.clone().oneshot(sent).await.expect("infallible");
    assert!(response.into_body().frame().await.is_some());
    app.app.admission().idle().await;
}

#[tokio::test]
async fn e17_work_in_the_background_is_cancelled() {
    let app = TestApp::answering(slow());
    let begun = post(&app, json!({"input": "Slowly.", "background": true})).await.json();
    let id = begun["id"].as_str().expect("an id").to_owned();
    let path = format!("{PATH}/{id}");
    let reader = app.router.clone().oneshot(request(
        Method::GET,
        &format!("{path}?stream=true"),
        Body::empty(),
    ));
    let reader = tokio::spawn(async move {
        let body = reader.await.expect("infallible").into_body();
        body.collect().await.expect("whole").to_bytes()
    });
    let said = read_until(&app, &id, |response| response["output"][0].is_object()).await;
    assert_eq!(said["status"], "in_progress");
    let early = json!({"input": "And?", "previous_response_id": id});
    let early = post(&app, early).await;
    assert_eq!((early.status.as_u16(), early.error_param()), (400, json!("previous_response_id")));
    let cancel = || app.send(request(Method::POST, &format!("{path}/cancel"), Body::empty()));
    let cancelled = cancel().await.json();
    assert_eq!(cancelled["status"], "cancelled");
    assert_eq!(cancelled["output"][0]["status"], "incomplete");
    app.app.admission().idle().await;
    // Who reads it is told, and cancelling twice changes nothing.
    let told = reader.await.expect("no panic");
    let told = String::from_utf8_lossy(&told).into_owned();
    assert!(told.contains("event: response.incomplete\n") && told.ends_with("data: [DONE]\n\n"));
    assert_eq!(cancel().await.json(), cancelled);
    // What nobody makes in the background is not cancelled here.
    let waited = TestApp::answering(thoughtful());
    let whole = post(&waited, json!({"input": "What is 12 + 30?"})).await.json();
    let path = format!("{PATH}/{}/cancel", whole["id"].as_str().expect("an id"));
    let refused = waited.send(request(Method::POST, &path, Body::empty())).await;
    assert_eq!(refused.status, 400, "{}", refused.text());
}

#[tokio::test]
async fn e17_work_in_the_background_leaves_room_for_those_who_wait() {
    let limits = Limits { max_running: 2, ..Limits::default() };
    let slowly = When { question: Some("Slowly".to_owned()), ..When::default() };
    let rules = vec![Rule { when: slowly, reply: slow() }];
    let script = Script { rules, otherwise: Reply::saying("Now."), ..Script::default() };
    let app = TestApp::with(script, ApiSettings { limits, ..ApiSettings::default() });
    for _ in 0..3 {
        post(&app, json!({"input": "Slowly.", "background": true})).await;
    }
    // The others take 5 seconds.
    let quick = post(&app, json!({"input": "Quickly!"}));
    let quick = tokio::time::timeout(std::time::Duration::from_secs(4), quick).await;
    assert_eq!(text_of(&quick.expect("it waits for the others").json()), "Now.");
}

#[tokio::test]
async fn e17_failures_are_told() {
    let failing = |failure, tokens| Reply {
        content: "one two three".to_owned(),
        ending: Ending::FailAfter { tokens, failure },
        ..Reply::default()
    };
    let app = TestApp::answering(failing(Failure::Engine, 2));
    let whole = post(&app, json!({"input": "What?"})).await;
    assert_eq!(whole.status, 500);
    let streamed = events_of_failure(&post(&app, json!({"input": "What?", "stream": true})).await);
    assert_eq!(streamed["type"], "response.failed");
    assert_eq!(streamed["response"]["error"]["code"], "server_error");
    assert_eq!(streamed["response"]["output"][0]["status"], "incomplete");
    let begun = post(&app, json!({"input": "What?", "background": true})).await.json();
    let response = ended(&app, begun["id"].as_str().expect("an id")).await;
    assert_eq!(response["status"], "failed");
    assert!(!response["error"]["message"].as_str().unwrap_or_default().is_empty());
    let overloaded = Reply { ending: Ending::FailBefore(Failure::Overloaded), ..Reply::default() };
    let app = TestApp::answering(overloaded);
    let stream = post(&app, json!({"input": "What?", "stream": true})).await;
    assert_eq!(stream.status, 429, "before the first byte it is a status");
}

/// The last event of a stream that failed.
fn events_of_failure(answer: &Answer) -> Value {
    answer.events().pop().and_then(data).expect("an event")
}

#[tokio::test]
async fn e17_a_limit_leaves_a_response_incomplete() {
    let app = TestApp::answering(thoughtful());
    for (limit, items) in [(2, 1), (5, 2)] {
        let cut = post(&app, json!({"input": "What?", "max_output_tokens": limit})).await.json();
        assert_eq!(cut["status"], "incomplete", "{cut}");
        assert_eq!(cut["incomplete_details"], json!({"reason": "max_output_tokens"}));
        let output = cut["output"].as_array().expect("items");
        assert_eq!((output.len(), &output[items - 1]["status"]), (items, &json!("incomplete")));
    }
}

#[tokio::test]
async fn e17_wrong_requests_name_the_field() {
    let app = TestApp::answering(thoughtful());
    let tool = |name: &str| json!([{"type": "function", "name": name}]);
    for (body, param) in [
        (json!({}), "input"),
        (json!({"input": []}), "input"),
        (json!({"input": [{"type": "reasoning", "summary": []}]}), "input"),
        (json!({"input": 7}), "input"),
        (json!({"input": ["text"]}), "input[0]"),
        (json!({"input": [{"role": "wizard", "content": "x"}]}), "input[0].role"),
        (json!({"input": [{"role": "user", "content": 7}]}), "input[0].content"),
        (json!({"input": [{"role": "user"}]}), "input[0].content"),
        (json!({"input": [{"role": "tool", "content": "x"}]}), "input[0].role"),
        (
            json!({"input": [{"role": "user", "content": [{"type": "input_image"}]}]}),
            "input[0].content[0].type",
        ),
        (json!({"input": [{"type": "web_search_call"}]}), "input[0].type"),
        (json!({"input": [{"type": "item_reference", "id": "msg_x_1"}]}), "input[0].id"),
        (
            json!({"input": [{"type": "function_call", "name": "f", "arguments": "{}"}]}),
            "input[0].call_id",
        ),
        (json!({"input": [{"type": "function_call_output", "call_id": "c"}]}), "input[0].output"),
        (json!({"input": "x", "max_output_tokens": 0}), "max_output_tokens"),
        (json!({"input": "x", "temperature": 3}), "temperature"),
        (json!({"input": "x", "truncation": "auto"}), "truncation"),
        (json!({"input": "x", "conversation": "conv_1"}), "conversation"),
        (json!({"input": "x", "prompt": {"id": "p"}}), "prompt"),
        (json!({"input": "x", "include": ["everything"]}), "include[0]"),
        (json!({"input": "x", "background": true, "store": false}), "background"),
        (json!({"input": "x", "metadata": {"a": 1}}), "metadata"),
        (json!({"input": "x", "previous_response_id": "resp_none"}), "previous_response_id"),
        (json!({"input": "x", "tools": [{"type": "web_search"}]}), "tools[0].type"),
        (json!({"input": "x", "tools": tool("no name")}), "tools[0].name"),
        (
            json!({"input": "x", "text": {"format": {"type": "json_schema", "name": "n"}}}),
            "text.format",
        ),
        (json!({"input": "x", "reasoning": {"effort": "heroic"}}), "reasoning.effort"),
        (json!({"input": "x", "top_logprobs": 21}), "top_logprobs"),
        (json!({"input": "x", "messages": []}), "messages"),
        (json!({"input": "x", "max_tokens": 5}), "max_tokens"),
        (json!({"input": "x", "response_format": {"type": "text"}}), "response_format"),
        (json!({"input": "x", "reasoning_effort": "low"}), "reasoning_effort"),
        (json!({"input": "x", "n": 2}), "n"),
    ] {
        let answer = post(&app, body.clone()).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.text());
        assert_eq!(answer.error_param(), param, "{body}");
    }
    let unknown = post(&app, json!({"model": "none", "input": "x"})).await;
    assert_eq!((unknown.status.as_u16(), unknown.error_param()), (404, json!("model")));
    let answer = app.fetch(&format!("{PATH}/resp_none?stream=maybe")).await;
    assert_eq!((answer.status.as_u16(), answer.error_param()), (400, json!("stream")));
    for (query, param) in [("limit=0", "limit"), ("limit=x", "limit"), ("order=up", "order")] {
        let answer = app.fetch(&format!("{PATH}/resp_none/input_items?{query}")).await;
        assert_eq!((answer.status.as_u16(), answer.error_param()), (400, json!(param)), "{query}");
    }
}

#[tokio::test]
async fn e17_what_asks_for_nothing_is_taken() {
    let app = TestApp::answering(thoughtful());
    let body = json!({
        "input": "x", "instructions": null, "previous_response_id": null, "conversation": null,
        "prompt": null, "store": true, "stream": false, "background": false, "tools": [],
        "tool_choice": "auto", "parallel_tool_calls": true, "truncation": "disabled",
        "include": ["reasoning.encrypted_content", "file_search_call.results"],
        "reasoning": {"effort": "low", "summary": "auto"}, "text": {"verbosity": "low"},
        "metadata": {"a": "b"}, "user": "ada", "service_tier": "auto", "max_tool_calls": 3,
        "safety_identifier": "s", "prompt_cache_key": "k", "top_logprobs": 0, "surprise": 1,
        "stream_options": {"include_obfuscation": false},
    });
    let answer = post(&app, body).await.json();
    assert_eq!(answer["reasoning"], json!({"effort": "low", "summary": "auto"}));
    assert_eq!(answer["text"], json!({"format": {"type": "text"}, "verbosity": "low"}));
    assert_eq!(answer["metadata"], json!({"a": "b"}));
}

#[tokio::test]
async fn e17_responses_belong_to_a_key() {
    let keys = "alice alices-secret-key-1\nbob bobs-secret-key-123";
    let access = Access::Keys(KeyRing::parse(keys).expect("keys"));
    let script = Script::answering(thoughtful());
    let app = TestApp::with(script, ApiSettings { access, ..ApiSettings::default() });
    let send = async |method: Method, path: &str, key: &str, body: Value| {
        let mut sent = request(method, path, Body::from(body.to_string()));
        let value = format!("Bearer {key}").parse().expect("a header");
        sent.headers_mut().insert("authorization", value);
        app.send(sent).await
    };
    let (alice, bob) = ("alices-secret-key-1", "bobs-secret-key-123");
    let body = json!({"model": MODEL, "input": "What is 12 + 30?"});
    let first = send(Method::POST, PATH, alice, body).await.json();
    let path = format!("{PATH}/{}", first["id"].as_str().expect("an id"));
    assert_eq!(send(Method::GET, &path, alice, json!({})).await.status, 200);
    for method in [Method::GET, Method::DELETE] {
        assert_eq!(send(method, &path, bob, json!({})).await.status, 404);
    }
    let body = json!({"model": MODEL, "input": "x", "previous_response_id": first["id"]});
    assert_eq!(send(Method::POST, PATH, bob, body).await.status, 400);
    let item = first["output"][1]["id"].clone();
    let reference =
        json!([{"type": "item_reference", "id": item}, {"role": "user", "content": "x"}]);
    let body = json!({"model": MODEL, "input": reference});
    assert_eq!(send(Method::POST, PATH, alice, body.clone()).await.status, 200);
    assert_eq!(send(Method::POST, PATH, bob, body).await.status, 400);
}

#[tokio::test]
async fn e17_items_are_listed_whole() {
    let app = TestApp::answering(thoughtful());
    let first = post(&app, json!({"input": "What is 12 + 30?"})).await.json();
    let [thinking, said] = [0, 1].map(|place| first["output"][place].clone());
    let items = json!([
        {"role": "assistant", "content": "Hello."},
        {"role": "assistant", "content": [{"type": "output_text", "text": "Again."}]},
        {"type": "item_reference", "id": thinking["id"]},
        {"id": said["id"]},
        {"type": "function_call", "call_id": "call", "name": "look", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "call", "output": "sunny", "id": null,
            "status": null},
        {"role": "user", "content": "x"},
    ]);
    let second = post(&app, json!({"input": items})).await;
    assert_eq!(second.status, 200, "{}", second.text());
    let second = second.json();
    let first_path = format!("{PATH}/{}", first["id"].as_str().expect("an id"));
    app.send(request(Method::DELETE, &first_path, Body::empty())).await;
    let path = format!("{PATH}/{}/input_items?order=asc", second["id"].as_str().expect("an id"));
    let listed = app.fetch(&path).await.json();
    let text = |text: &str| json!([{"type": "output_text", "text": text, "annotations": [], "logprobs": []}]);
    assert_eq!(listed["data"][0]["content"], text("Hello."));
    assert_eq!(listed["data"][1]["content"], text("Again."));
    // What was referred to is there, though its response is gone.
    assert_eq!(listed["data"][2], thinking);
    assert_eq!(listed["data"][3], said);
    assert_eq!(listed["data"][5]["status"], "completed");
}

#[tokio::test]
async fn e17_the_oldest_responses_are_given_up() {
    let script = Script::answering(thoughtful());
    let app = TestApp::with(script, ApiSettings { max_responses: 2, ..ApiSettings::default() });
    let mut ids = Vec::new();
    for _ in 0..3 {
        let response = post(&app, json!({"input": "What is 12 + 30?"})).await.json();
        ids.push(response["id"].as_str().expect("an id").to_owned());
    }
    let mut found = Vec::new();
    for id in &ids {
        found.push(app.fetch(&format!("{PATH}/{id}")).await.status.as_u16());
    }
    assert_eq!(found, [404, 200, 200]);
    let unkept = post(&app, json!({"input": "x", "store": false})).await.json();
    assert_eq!(unkept["store"], false);
    let id = unkept["id"].as_str().expect("an id");
    assert_eq!(app.fetch(&format!("{PATH}/{id}")).await.status, 404);
    // With no room at all, nothing is kept and nothing is made in the background.
    let script = Script::answering(thoughtful());
    let app = TestApp::with(script, ApiSettings { max_responses: 0, ..ApiSettings::default() });
    assert_eq!(post(&app, json!({"input": "x"})).await.json()["store"], false);
    let refused = post(&app, json!({"input": "x", "background": true})).await;
    assert_eq!((refused.status.as_u16(), refused.error_param()), (400, json!("background")));
}

#[tokio::test]
async fn e17_a_finished_response_in_the_background_is_new() {
    let slowly = When { question: Some("Slowly".to_owned()), ..When::default() };
    let reply = Reply { content: "slowly ".repeat(20), per_token_ms: 10, ..Reply::default() };
    let rules = vec![Rule { when: slowly, reply }];
    let script = Script { rules, otherwise: Reply::saying("Now."), ..Script::default() };
    let app = TestApp::with(script, ApiSettings { max_responses: 2, ..ApiSettings::default() });
    let begun = post(&app, json!({"input": "Slowly.", "background": true})).await.json();
    let id = begun["id"].as_str().expect("an id");
    for _ in 0..5 {
        post(&app, json!({"input": "Quickly."})).await;
    }
    assert_eq!(ended(&app, id).await["status"], "completed");
    post(&app, json!({"input": "Quickly."})).await;
    assert_eq!(read(&app, id).await["status"], "completed", "it is not the oldest now");
}

#[tokio::test]
async fn e17_work_in_the_background_fails_in_the_words_of_this_endpoint() {
    let app = TestApp::answering(thoughtful());
    let form = json!({"format": {"type": "json_object"}});
    let body = json!({"input": "x", "text": form, "background": true, "stream": true});
    let failed = events(&post(&app, body).await);
    let kinds: Vec<_> = failed.iter().map(|event| event["type"].clone()).collect();
    assert_eq!(kinds, ["response.created", "response.queued", "response.failed"]);
    let error = &failed[2]["response"]["error"];
    assert_eq!(error["code"], "invalid_prompt");
    let message = error["message"].as_str().expect("a text");
    assert!(message.contains("`text.format` cannot be honoured"), "{message}");
    app.app.drain();
    let late = post(&app, json!({"input": "x", "background": true})).await;
    assert_eq!(late.status, 503);
}

#[tokio::test]
async fn e17_steps_are_part_of_a_response_that_asks_for_them() {
    let step = Delta::Step(StepEvent {
        step: "translate".to_owned(),
        action: "translate",
        state: StepState::Started,
    });
    struct Stepping(Delta);
    impl Generate for Stepping {
        fn generate(&self, _: Request) -> BoxFuture<'_, Result<Generation, GenerateError>> {
            let deltas = [self.0.clone(), Delta::Finished(Finish::default())];
            let stream = futures::stream::iter(deltas.map(Ok));
            async move { Ok(Generation::new(stream)) }.boxed()
        }
    }
    let app = TestApp::over(Arc::new(Stepping(step)), ApiSettings::default());
    let asked = json!({"input": "x", "ponder": {"events": true}});
    let whole = post(&app, asked.clone()).await.json();
    assert_eq!(whole["ponder"]["steps"][0]["id"], "translate", "{whole}");
    let streamed = json!({"input": "x", "ponder": {"events": true}, "stream": true});
    let streamed = events(&post(&app, streamed).await);
    assert!(streamed.iter().any(|event| event["type"] == "ponder.step"));
    let whole = post(&app, json!({"input": "x"})).await.json();
    assert_eq!(whole["ponder"].get("steps"), None);
}

#[tokio::test]
async fn e17_a_long_silence_is_filled_with_events() {
    let silent = Reply { first_token_ms: 2_500, ..thoughtful() };
    let [keep_alive, heartbeat] = [5, 20].map(std::time::Duration::from_millis);
    let settings = ApiSettings { keep_alive, heartbeat, ..ApiSettings::default() };
    let app = TestApp::with(Script::answering(silent), settings);
    for background in [false, true] {
        let body = json!({"input": "x", "stream": true, "background": background});
        let events = events(&post(&app, body).await);
        let again: Vec<_> = events
            .iter()
            .filter(|event| event["type"] == "response.in_progress")
            .map(|event| event["sequence_number"].as_u64())
            .collect();
        assert!(again.len() > 2, "its own, and more while nothing happens: {again:?}");
        assert!(again.is_sorted());
    }
}

#[tokio::test]
async fn t4_thinking_is_hidden_or_raw_as_the_server_is_set() {
    use ponder::api::reasoning::ReasoningOutput;
    for (reasoning, expected) in [
        (ReasoningOutput::Hidden, "The answer is 42."),
        (ReasoningOutput::Raw, "<think>Twelve plus thirty. </think>\n\nThe answer is 42."),
    ] {
        let script = Script::answering(thoughtful());
        let app = TestApp::with(script, ApiSettings { reasoning, ..ApiSettings::default() });
        let response = post(&app, json!({"input": "What is 12 + 30?"})).await.json();
        assert_eq!(response["output"].as_array().map(Vec::len), Some(1), "{response}");
        assert_eq!(text_of(&response), expected);
    }
    let app = TestApp::answering(thoughtful());
    let quick = post(&app, json!({"input": "x", "reasoning": {"effort": "none"}})).await.json();
    assert_eq!(quick["output"].as_array().map(Vec::len), Some(1), "{quick}");
    assert_eq!(quick["usage"]["output_tokens_details"]["reasoning_tokens"], 0);
}
