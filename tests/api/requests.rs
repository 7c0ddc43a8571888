//! Requests: the rows R1 to R18.

use std::sync::{Arc, Mutex};

use futures::{FutureExt, future::BoxFuture, stream};
use ponder::{
    app::ApiSettings,
    engine::scripted::Reply,
    generate::{
        Delta, Finish, Format, Generate, GenerateError, Generation, Message, Request, Sampling,
    },
};
use serde_json::{Value, json};

use crate::support::{MODEL, TestApp, thoughtful};

/// Answers nothing and keeps what it was asked.
#[derive(Clone, Default)]
struct Listener(Arc<Mutex<Vec<Request>>>);

impl Generate for Listener {
    fn generate(&self, request: Request) -> BoxFuture<'_, Result<Generation, GenerateError>> {
        self.0.lock().expect("not poisoned").push(request);
        let end = stream::iter([Ok(Delta::Finished(Finish::default()))]);
        async move { Ok(Generation::new(end)) }.boxed()
    }
}

/// What a request becomes inside.
async fn heard(body: Value) -> Request {
    let listener = Listener::default();
    let app = TestApp::over(Arc::new(listener.clone()), ApiSettings::default());
    let answer = app.ask(body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let heard = listener.0.lock().expect("not poisoned").pop();
    heard.expect("one request")
}

#[tokio::test]
async fn r1_both_names_limit_the_tokens_null_means_unset_and_the_newer_wins() {
    assert_eq!(heard(json!({"max_tokens": 5})).await.max_tokens, Some(5));
    assert_eq!(heard(json!({"max_completion_tokens": 6})).await.max_tokens, Some(6));
    let both = json!({"max_tokens": 5, "max_completion_tokens": 6});
    assert_eq!(heard(both).await.max_tokens, Some(6));
    let null = json!({"max_tokens": 5, "max_completion_tokens": null});
    assert_eq!(heard(null).await.max_tokens, Some(5));
    assert_eq!(heard(json!({"max_tokens": null})).await.max_tokens, None);
    let body = TestApp::answering(thoughtful()).ask(json!({"max_tokens": 4})).await.json();
    assert_eq!(body["choices"][0]["finish_reason"], "length");
    assert_eq!(body["usage"]["completion_tokens"], 4, "thinking and answer together");
}

#[tokio::test]
async fn r2_every_role_of_text_is_understood() {
    let messages = json!([
        {"role": "system", "content": "a"},
        {"role": "developer", "content": "b"},
        {"role": "user", "content": "c", "name": "Ada"},
        {"role": "user", "content": "d"},
        {"role": "assistant", "content": "e"},
        {"role": "user", "content": "f"},
    ]);
    let request = heard(json!({"messages": messages})).await;
    assert_eq!(
        request.messages,
        [
            Message::system("a"),
            Message::system("b"),
            Message::user("c"),
            Message::user("d"),
            Message::assistant("e"),
            Message::user("f"),
        ]
    );
}

#[tokio::test]
async fn r3_content_may_be_parts_for_every_role_and_null_for_the_assistant() {
    let messages = json!([
        {"role": "system", "content": [{"type": "text", "text": "a"}]},
        {"role": "user", "content": [{"type": "text", "text": "b"}, {"type": "text", "text": "c"}]},
        {"role": "assistant", "content": null},
        {"role": "assistant", "content": [
            {"type": "thinking", "thinking": "hidden"},
            {"type": "refusal", "refusal": "no"},
        ]},
        {"role": "user", "content": "d"},
    ]);
    let request = heard(json!({"messages": messages})).await;
    let contents: Vec<&str> =
        request.messages.iter().map(|message| message.content.as_str()).collect();
    assert_eq!(contents, ["a", "b\nc", "", "no", "d"]);
}

#[tokio::test]
async fn r3_wrong_messages_are_refused_with_their_place() {
    let app = TestApp::answering(thoughtful());
    for (message, param) in [
        (json!({"role": "user", "content": null}), "messages[1].content"),
        (json!({"role": "user"}), "messages[1].content"),
        (json!({"role": "user", "content": 5}), "messages[1].content"),
        (json!({"role": "user", "content": [5]}), "messages[1].content[0]"),
        (json!({"role": "user", "content": [{"text": "x"}]}), "messages[1].content[0]"),
        (json!({"role": "user", "content": [{"type": "text"}]}), "messages[1].content[0].text"),
        (
            json!({"role": "user", "content": [{"type": "text", "text": 7}]}),
            "messages[1].content[0].text",
        ),
        (
            json!({"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}),
            "messages[1].content[0].type",
        ),
        (json!({"role": "robot", "content": "x"}), "messages[1].role"),
        (json!({"role": "tool", "content": "x"}), "messages[1].tool_call_id"),
        (json!({"role": "tool", "tool_call_id": "a"}), "messages[1].content"),
        (
            json!({"role": "user", "content": "x", "tool_calls": [{"id": "a"}]}),
            "messages[1].tool_calls",
        ),
        (json!({"role": "function", "name": "a", "content": "x"}), "messages[1].role"),
        (
            json!({"role": "assistant", "content": null, "tool_calls": [{"id": "a"}]}),
            "messages[1].tool_calls[0].function.name",
        ),
        (json!({"content": "x"}), "messages[1]"),
        (json!("x"), "messages[1]"),
    ] {
        let first = json!({"role": "user", "content": "fine"});
        let answer = app.ask(json!({"messages": [first, message]})).await;
        assert_eq!(answer.status, 400, "{message}");
        assert_eq!(answer.error_param(), param, "{message}");
    }
}

#[tokio::test]
async fn r4_earlier_thinking_does_not_come_back() {
    let messages = json!([
        {"role": "user", "content": "a <think>kept</think>"},
        {
            "role": "assistant",
            "content": "<think>old thought</think>\n\nold answer",
            "reasoning_content": "old thought",
            "reasoning": "old thought",
        },
        {"role": "user", "content": "b"},
    ]);
    let request = heard(json!({"messages": messages})).await;
    assert_eq!(
        request.messages,
        [
            Message::user("a <think>kept</think>"),
            Message::assistant("old answer"),
            Message::user("b"),
        ]
    );
}

#[tokio::test]
async fn r5_n_answers_come_with_their_numbers_and_cannot_be_too_many() {
    let app = TestApp::answering(thoughtful());
    let body = app.ask(json!({"n": 6})).await.json();
    let choices = body["choices"].as_array().expect("choices");
    let indexes: Vec<u64> = choices.iter().filter_map(|choice| choice["index"].as_u64()).collect();
    assert_eq!(indexes, [0, 1, 2, 3, 4, 5]);
    assert!(choices.iter().all(|choice| choice["message"]["content"] == "The answer is 42."));
    assert_eq!(body["usage"]["completion_tokens"], 42);
    assert_eq!(body["usage"]["prompt_tokens"], 5);
    for n in [json!(0), json!(-1), json!(9), json!(1e9), json!("2"), json!(1.5)] {
        let answer = app.ask(json!({"n": n})).await;
        assert_eq!((answer.status.as_u16(), answer.error_param()), (400, json!("n")), "{n}");
    }
}

#[tokio::test]
async fn r7_a_seed_is_passed_on_and_differs_between_answers() {
    assert_eq!(heard(json!({"seed": 1234})).await.sampling.seed, Some(1234));
    let listener = Listener::default();
    let app = TestApp::over(Arc::new(listener.clone()), ApiSettings::default());
    assert_eq!(app.ask(json!({"seed": 7, "n": 2})).await.status, 200);
    let requests = listener.0.lock().expect("not poisoned");
    let seeds: Vec<_> = requests.iter().map(|request| request.sampling.seed).collect();
    assert_eq!(seeds, [Some(7), Some(8)]);
}

#[tokio::test]
async fn r8_stop_sequences_are_not_shown_and_not_matched_in_the_thinking() {
    let reply = Reply {
        reasoning: "I write END now. ".to_owned(),
        content: "one two END three".to_owned(),
        ..Reply::default()
    };
    let app = TestApp::answering(reply);
    for stop in [json!("END"), json!(["zzz", "END"])] {
        let body = app.ask(json!({"stop": stop})).await.json();
        let choice = &body["choices"][0];
        assert_eq!(choice["message"]["content"], "one two ");
        assert_eq!(choice["message"]["reasoning"], "I write END now. ");
        assert_eq!(choice["finish_reason"], "stop");
    }
    let streamed = app.stream(json!({"stop": "END"})).await;
    assert!(!streamed.text().contains("three"), "{}", streamed.text());
    for stop in
        [json!(""), json!(["a", ""]), json!(vec!["x"; 17]), json!(5), json!("x".repeat(1001))]
    {
        let answer = app.ask(json!({"stop": stop})).await;
        assert_eq!((answer.status.as_u16(), answer.error_param()), (400, json!("stop")));
    }
    assert_eq!(app.ask(json!({"stop": null})).await.status, 200);
    assert_eq!(app.ask(json!({"stop": []})).await.status, 200);
    let wrong_item = app.ask(json!({"stop": ["a", 5]})).await;
    assert_eq!(wrong_item.error_param(), "stop[1]");
}

#[tokio::test]
async fn known_parameters_that_cannot_be_honoured_are_refused_by_name() {
    let app = TestApp::answering(thoughtful());
    for (name, value) in [
        ("functions", json!([{"name": "f"}])),
        ("function_call", json!({"name": "f"})),
        ("response_format", json!({"type": "json_object"})),
        ("response_format", json!({"type": "json_schema", "json_schema": {}})),
        ("response_format", json!({"type": "json_schema", "json_schema": {"schema": [1]}})),
        ("response_format", json!({"type": "xml"})),
        ("response_format", json!("json")),
        ("modalities", json!(["text", "audio"])),
        ("audio", json!({"voice": "x"})),
        ("guided_json", json!({})),
    ] {
        let answer = app.ask(json!({ name: value })).await;
        assert_eq!(answer.status, 400, "{name}");
        assert_eq!(answer.error_param(), name);
        // A schema is refused in the words of OpenAI, which clients look for.
        let named = [format!("`{name}`"), format!("Invalid schema for {name} '")];
        assert!(named.iter().any(|words| answer.text().contains(words)), "{}", answer.text());
    }
    for harmless in [
        json!({"tools": [], "tool_choice": "none"}),
        json!({"tools": null, "tool_choice": "auto", "parallel_tool_calls": false}),
        json!({"response_format": {"type": "text"}}),
        json!({"response_format": null, "logprobs": false, "top_logprobs": 0, "logit_bias": {}}),
        json!({"modalities": ["text"], "functions": [], "function_call": "none"}),
    ] {
        assert_eq!(app.ask(harmless.clone()).await.status, 200, "{harmless}");
    }
}

#[tokio::test]
async fn r13_r17_unknown_and_informational_keys_are_ignored() {
    let more = json!({
        "user": "ada", "safety_identifier": "x", "metadata": {"a": "b"}, "store": true,
        "service_tier": "auto", "prediction": {"type": "content", "content": "x"},
        "verbosity": "low", "prompt_cache_key": "x", "web_search_options": {},
        "ignore_eos": true, "never_heard_of": [[[]]], "parallel_tool_calls": true,
    });
    assert_eq!(TestApp::answering(thoughtful()).ask(more).await.status, 200);
}

#[tokio::test]
async fn r15_sampling_is_passed_on() {
    let more = json!({
        "temperature": 0, "top_p": 0.95, "top_k": 20, "min_p": 0.05, "frequency_penalty": -0.5,
        "presence_penalty": 0.5, "repetition_penalty": 1.1, "seed": null,
    });
    let expected = Sampling {
        temperature: Some(0.0),
        top_p: Some(0.95),
        top_k: Some(20),
        min_p: Some(0.05),
        frequency_penalty: Some(-0.5),
        presence_penalty: Some(0.5),
        repetition_penalty: Some(1.1),
        seed: None,
    };
    assert_eq!(heard(more).await.sampling, expected);
    assert_eq!(heard(json!({"top_k": -1, "top_p": null})).await.sampling, Sampling::default());
}

#[tokio::test]
async fn r15_values_out_of_range_are_refused_by_name() {
    let app = TestApp::answering(thoughtful());
    for (name, value) in [
        ("temperature", "-0.1"),
        ("temperature", "2.01"),
        ("temperature", "1e999"),
        ("temperature", "\"hot\""),
        ("top_p", "0"),
        ("top_p", "1.5"),
        ("top_k", "-2"),
        ("top_k", "99999999999999999999"),
        ("min_p", "2"),
        ("frequency_penalty", "3"),
        ("presence_penalty", "-2.5"),
        ("repetition_penalty", "0"),
        ("max_tokens", "0"),
        ("max_tokens", "-1"),
        ("max_tokens", "1.5"),
        ("max_tokens", "4294967296"),
        ("max_completion_tokens", "0"),
        ("seed", "\"x\""),
        ("stream", "\"yes\""),
        ("stream_options", "5"),
        ("ponder", "{\"evnets\": true}"),
    ] {
        let body = format!(
            "{{\"model\": \"{MODEL}\", \"messages\": [{{\"role\": \"user\", \"content\": \"x\"}}], \
             \"{name}\": {value}}}"
        );
        let answer = app.post(body).await;
        assert_eq!(answer.status, 400, "{name}: {value}");
        let param = answer.error_param();
        let param = param.as_str().unwrap_or_default();
        assert!(
            param == name || param.starts_with(&format!("{name}.")),
            "{name}: {value}: {param}"
        );
    }
}

#[tokio::test]
async fn r16_the_model_is_echoed_and_a_missing_one_is_named() {
    let app = TestApp::answering(thoughtful());
    assert_eq!(app.ask(json!({})).await.json()["model"], MODEL);
    for model in [json!(null), json!(""), json!(5)] {
        let answer = app.ask(json!({"model": model})).await;
        assert_eq!((answer.status.as_u16(), answer.error_param()), (400, json!("model")));
    }
}

#[tokio::test]
async fn r9_a_form_is_passed_on_or_refused_in_the_words_clients_look_for() {
    let with = |format: Value| json!({"response_format": format});
    for (format, expected) in [
        (json!(null), Format::Text),
        (json!({"type": "text"}), Format::Text),
        (json!({"type": "json_object"}), Format::Object),
    ] {
        assert_eq!(heard(with(format)).await.format, expected);
    }
    let schema = json!({"type": "object", "properties": {"sum": {"type": "integer"}}});
    let described =
        json!({"name": "sum", "schema": schema, "strict": true, "description": "A sum."});
    let expected =
        Format::Schema { name: "sum".to_owned(), schema: Arc::new(schema), strict: Some(true) };
    let format = json!({"type": "json_schema", "json_schema": described});
    assert_eq!(heard(with(format)).await.format, expected);
    let app = TestApp::answering(thoughtful());
    for format in [
        json!("json_object"),
        json!({}),
        json!({"type": "grammar"}),
        json!({"type": "json_schema"}),
        json!({"type": "json_schema", "json_schema": {"name": "sum", "schema": 5}}),
        json!({"type": "json_schema", "json_schema": {"schema": {"enum": ["x".repeat(70_000)]}}}),
    ] {
        let refused = app.ask(with(format)).await;
        assert_eq!(
            (refused.status.as_u16(), refused.error_param()),
            (400, json!("response_format"))
        );
        let text = refused.text();
        assert!(text.contains("Invalid schema for response_format"), "{text}");
    }
}

#[tokio::test]
async fn r18_headers_of_every_client_are_accepted() {
    let app = TestApp::answering(thoughtful());
    let body = crate::support::question(json!({})).to_string();
    let request = axum::http::Request::post("/v1/chat/completions")
        .header("content-type", "application/json; charset=utf-8")
        .header("authorization", "Bearer whatever")
        .header("openai-organization", "org")
        .header("openai-project", "project")
        .header("x-stainless-retry-count", "1")
        .header("idempotency-key", "key")
        .header("api-key", "key")
        .body(body.into())
        .expect("a valid request");
    assert_eq!(app.send(request).await.status, 200);
}
