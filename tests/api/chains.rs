//! `/v1/chains`: chains described, and asked in the form of LangServe.

use std::{sync::Arc, time::Duration};

use axum::http::Method;
use ponder::{
    app::{ApiSettings, App},
    catalog::{Catalog, ModelInfo},
    chain::{Chain, Models, Named, shipped},
    engine::scripted::{Ending, Failure, Reply, Rule, Script, ScriptedEngine, When},
    limits::Limits,
    router::router,
};
use serde_json::{Value, json};

use crate::support::{Answer, MODEL, TestApp, info, redact, request};

const PATH: &str = "/v1/chains/solve";
const QUESTION: &str = "What is 12 + 30?";

/// Thinks, and answers with a box.
fn boxed() -> Reply {
    Reply {
        reasoning: "Twelve plus thirty. ".to_owned(),
        content: "It is \\boxed{42}.".to_owned(),
        ..Reply::default()
    }
}

/// An app that serves a scripted model and the shipped chain, which asks it.
pub(crate) fn with_chain(script: Script, settings: ApiSettings) -> TestApp {
    let engine = ScriptedEngine::new(script);
    let work = engine.work();
    let engine = Arc::new(engine);
    let plan = Arc::new(shipped()[0].plan().expect("the shipped chain"));
    let models = Models::only(Named::new(MODEL, engine.clone()));
    let mut chain = Chain::new(Arc::clone(&plan), models);
    if let Some(records) = settings.records.clone() {
        chain = chain.observed_by(Arc::new(records));
    }
    let mut catalog = Catalog::default();
    catalog.insert(info(MODEL), engine);
    let chain_info = ModelInfo { id: "chain/solve".to_owned(), ..info("chain/solve") };
    catalog.insert_chain(chain_info, plan, Arc::new(chain));
    catalog.alias("chain/quick", MODEL);
    let app = App::new(catalog, settings);
    TestApp { router: router(app.clone()), app, work }
}

fn answering(reply: Reply) -> TestApp {
    with_chain(Script::answering(reply), ApiSettings::default())
}

/// Fails where the question has 13 in it.
fn unlucky() -> Script {
    let when = When { question: Some("13".to_owned()), ..When::default() };
    let ending = Ending::FailAfter { tokens: 2, failure: Failure::Engine };
    let reply = Reply { ending, ..boxed() };
    Script { rules: vec![Rule { when, reply }], ..Script::answering(boxed()) }
}

async fn post(app: &TestApp, method: &str, body: Value) -> Answer {
    let path = format!("{PATH}/{method}");
    app.send(request(Method::POST, &path, body.to_string().into())).await
}

async fn invoke(app: &TestApp, input: Value) -> Answer {
    post(app, "invoke", json!({"input": input, "config": {"tags": []}, "kwargs": {}})).await
}

/// The events of a stream: their names and what is in them.
pub(crate) fn events(text: &str) -> Vec<(String, Value)> {
    let events = text.split_terminator("\n\n").filter(|event| !event.starts_with(": "));
    events
        .map(|event| {
            let (name, data) = event.split_once('\n').unwrap_or((event, "data: null"));
            let name = name.strip_prefix("event: ").expect("a name");
            let data = data.strip_prefix("data: ").expect("data");
            (name.to_owned(), serde_json::from_str(data).expect("JSON"))
        })
        .collect()
}

/// One line for each event.
fn lines(text: &str) -> String {
    let line = |(name, mut data): (String, Value)| {
        redact(&mut data);
        format!("{name} {data}\n")
    };
    events(text).into_iter().map(line).collect()
}

#[tokio::test]
async fn chains_are_listed_with_their_roles_and_limits() {
    let list = answering(boxed()).fetch("/v1/chains").await;
    insta::assert_json_snapshot!(list.snapshot(), @r#"
        {
          "status": 200,
          "body": {
            "object": "list",
            "data": [
              {
                "name": "solve",
                "object": "chain",
                "model": "chain/solve",
                "description": "Answers math and code questions with the reasoning model; Chinese questions are put into English first.",
                "roles": [
                  {
                    "role": "reasoner",
                    "required": true
                  },
                  {
                    "role": "translator",
                    "required": false
                  },
                  {
                    "role": "general",
                    "required": false
                  }
                ],
                "limits": {
                  "tokens": null,
                  "seconds": 3600.0,
                  "calls": null
                }
              }
            ]
          }
        }
        "#);
}

#[tokio::test]
async fn a_chain_says_what_it_takes_gives_and_does() {
    let app = answering(boxed());
    let answer = app.fetch(PATH).await;
    let mut detail = answer.json();
    assert_eq!(answer.status, 200);
    let listed = app.fetch("/v1/chains").await.json()["data"][0].clone();
    for (key, value) in listed.as_object().expect("an object") {
        assert_eq!(detail[key], *value, "{key}");
    }
    let diagram = detail["diagram"].as_str().expect("a text");
    assert!(diagram.starts_with("flowchart TD\n"), "{diagram}");
    // Both schemas stand by themselves.
    for schema in ["input_schema", "output_schema"] {
        let schema = detail[schema].take();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        for reference in schema.to_string().split("\"$ref\":\"#/").skip(1) {
            let path = reference.split('"').next().unwrap_or_default();
            assert!(schema.pointer(&format!("/{path}")).is_some(), "{path}");
        }
    }
    insta::assert_json_snapshot!(detail["steps"], @r#"
    [
      {
        "id": "language",
        "action": "detect_language",
        "model": null
      },
      {
        "id": "kind",
        "action": "route",
        "model": null
      },
      {
        "id": "question",
        "action": "translate",
        "model": "translator"
      },
      {
        "id": "answer",
        "action": "match",
        "model": null,
        "cases": [
          {
            "case": "math",
            "action": "reason",
            "model": "reasoner"
          },
          {
            "case": "code",
            "action": "reason",
            "model": "reasoner"
          },
          {
            "case": "both",
            "action": "decompose",
            "model": null
          },
          {
            "case": "other",
            "action": "chat",
            "model": "general"
          }
        ]
      },
      {
        "id": "reply",
        "action": "translate_answer",
        "model": "translator"
      }
    ]
    "#);
}

#[tokio::test]
async fn what_is_no_chain_is_not_found() {
    let app = answering(boxed());
    let body = json!({"input": QUESTION, "inputs": [QUESTION]}).to_string();
    // A model behind an alias that looks like a chain is none either.
    for name in ["none", "quick"] {
        for (method, path) in [
            (Method::GET, format!("/v1/chains/{name}")),
            (Method::POST, format!("/v1/chains/{name}/invoke")),
            (Method::POST, format!("/v1/chains/{name}/batch")),
            (Method::POST, format!("/v1/chains/{name}/stream")),
        ] {
            let answer = app.send(request(method, &path, body.clone().into())).await;
            assert_eq!(answer.status, 404, "{path}: {}", answer.text());
            assert_eq!(answer.json()["error"]["code"], "chain_not_found", "{path}");
        }
    }
    assert_eq!(app.work.started(), 0);
}

#[tokio::test]
async fn a_question_is_answered() {
    let answer = invoke(&answering(boxed()), json!(QUESTION)).await;
    let run = answer.json()["metadata"]["run_id"].as_str().map(str::to_owned);
    assert_eq!(answer.header("x-ponder-run-id"), run.as_deref());
    insta::assert_json_snapshot!(answer.snapshot(), @r#"
    {
      "status": 200,
      "body": {
        "output": {
          "answer": "It is \\boxed{42}.",
          "result": "42",
          "reasoning": "Twelve plus thirty. ",
          "kind": "math",
          "finish_reason": "stop",
          "usage": {
            "prompt_tokens": 17,
            "completion_tokens": 6,
            "total_tokens": 23,
            "prompt_tokens_details": {
              "cached_tokens": 0
            },
            "completion_tokens_details": {
              "reasoning_tokens": 3
            }
          }
        },
        "metadata": {
          "run_id": "run_…"
        }
      }
    }
    "#);
}

#[tokio::test]
async fn an_input_has_many_forms() {
    let app = answering(boxed());
    let expected = invoke(&app, json!(QUESTION)).await.json()["output"].clone();
    let human = json!({"type": "human", "content": QUESTION, "additional_kwargs": {}, "name": null,
        "response_metadata": {}, "id": null});
    let ai = json!({"type": "ai", "content": "Hello.", "tool_calls": [], "usage_metadata": null});
    let parts = json!([{"type": "text", "text": QUESTION}]);
    for input in [
        json!({"question": QUESTION}),
        json!({"question": QUESTION, "messages": null, "surprise": 1}),
        json!({"messages": [{"role": "user", "content": QUESTION}]}),
        json!({"messages": [{"role": "user", "content": parts}]}),
        json!({"messages": [ai, human], "type": "ChatPromptValueConcrete"}),
        json!([{"type": "system", "content": ""}, human]),
        json!([["human", QUESTION]]),
        json!([["assistant", "Hello."], ["user", QUESTION]]),
        json!([QUESTION]),
        human,
        json!({"type": "StringPromptValue", "text": QUESTION}),
    ] {
        let answer = invoke(&app, input.clone()).await;
        assert_eq!(answer.status, 200, "{input}: {}", answer.text());
        assert_eq!(answer.json()["output"]["result"], expected["result"], "{input}");
    }
}

#[tokio::test]
async fn parameters_stand_beside_the_question() {
    let app = answering(boxed());
    let cut = invoke(&app, json!({"question": QUESTION, "max_tokens": 2})).await.json();
    assert_eq!(
        (&cut["output"]["finish_reason"], &cut["output"]["result"]),
        (&json!("length"), &json!(null))
    );
    for (more, reasoning, answer) in [
        (json!({"enable_thinking": false}), "", "It is \\boxed{42}."),
        (json!({"include_reasoning": false}), "", "It is \\boxed{42}."),
        (
            json!({"reasoning_format": "none"}),
            "",
            "<think>Twelve plus thirty. </think>\n\nIt is \\boxed{42}.",
        ),
        (json!({"temperature": 0, "seed": 7}), "Twelve plus thirty. ", "It is \\boxed{42}."),
    ] {
        let mut input = more.clone();
        input["question"] = json!(QUESTION);
        let output = invoke(&app, input).await.json()["output"].take();
        assert_eq!(
            (&output["reasoning"], &output["answer"]),
            (&json!(reasoning), &json!(answer)),
            "{more}"
        );
        assert_eq!(output["result"], "42", "{more}");
    }
}

#[tokio::test]
async fn what_cannot_be_taken_is_named() {
    let app = answering(boxed());
    let with = |key: &str, value: Value| json!({"input": QUESTION, key: value});
    let input = |value: Value| json!({"input": value});
    let beside = |key: &str, value: Value| json!({"input": {"question": QUESTION, key: value}});
    for (body, param) in [
        (json!({}), "input"),
        (input(json!(null)), "input"),
        (input(json!(7)), "input"),
        (input(json!({})), "input"),
        (input(json!([])), "input"),
        (input(json!({"question": 7})), "input"),
        (input(json!({"question": "x", "messages": []})), "input"),
        (input(json!({"messages": []})), "input.messages"),
        (input(json!({"text": "x"})), "input"),
        (input(json!([{"type": "wizard", "content": "x"}])), "input[0]"),
        (input(json!([7])), "input[0]"),
        (input(json!({"messages": [{"role": "user"}]})), "input.messages[0].content"),
        (input(json!([{"type": "human", "content": 7}])), "input[0].content"),
        (input(json!([["wizard", "x"]])), "input[0].role"),
        (beside("temperature", json!(3)), "input.temperature"),
        (beside("temperature", json!("hot")), "input.temperature"),
        (beside("max_tokens", json!(0)), "input.max_tokens"),
        (beside("model", json!(MODEL)), "input.model"),
        (beside("stream", json!(true)), "input.stream"),
        (beside("n", json!(2)), "input.n"),
        (beside("logprobs", json!(true)), "input.logprobs"),
        (beside("response_format", json!({"type": "json_object"})), "input.response_format"),
        (beside("ponder", json!({"evnets": true})), "input.ponder.evnets"),
        (with("ponder", json!({"evnets": true})), "ponder.evnets"),
        (with("kwargs", json!({"stop": ["x"]})), "kwargs.stop"),
        (with("kwargs", json!([])), "kwargs"),
        (with("config", json!([])), "config"),
        (input(json!("x".repeat(200_000))), "input"),
    ] {
        for method in ["invoke", "stream"] {
            let answer = post(&app, method, body.clone()).await;
            assert_eq!(answer.status, 400, "{body}: {}", answer.text());
            assert_eq!(answer.error_param(), param, "{body}");
            let named = answer.text().contains(&format!("`{param}`"));
            assert!(named || param == "input", "{}", answer.text());
        }
    }
    for body in [
        with(
            "config",
            json!({"tags": ["a"], "metadata": {"b": 1}, "configurable": {}, "run_name": "c"}),
        ),
        with("kwargs", json!({"stop": null})),
        with("surprise", json!([[]])),
    ] {
        assert_eq!(post(&app, "invoke", body.clone()).await.status, 200, "{body}");
    }
}

#[tokio::test]
async fn a_request_that_comes_again_finds_its_answer() {
    let app = answering(boxed());
    let send = async || {
        let body = json!({"input": QUESTION}).to_string();
        let mut sent = request(Method::POST, &format!("{PATH}/invoke"), body.into());
        sent.headers_mut().insert("idempotency-key", "one".parse().expect("a header"));
        app.send(sent).await
    };
    assert_eq!(send().await.json(), send().await.json());
    assert_eq!(app.work.started(), 1);
}

#[tokio::test]
async fn a_batch_is_answered_in_its_order() {
    let app = with_chain(unlucky(), ApiSettings::default());
    let inputs =
        json!([QUESTION, {"question": "What is 2 + 2?", "max_tokens": 2}, [["human", QUESTION]]]);
    let answer = post(&app, "batch", json!({"inputs": inputs, "config": [{}, {}, {}]})).await;
    let body = answer.json();
    let output = body["output"].as_array().expect("answers");
    let reasons: Vec<&Value> = output.iter().map(|answer| &answer["finish_reason"]).collect();
    assert_eq!(reasons, ["stop", "length", "stop"], "{body}");
    let runs = body["metadata"]["responses"].as_array().expect("runs");
    assert_eq!(runs.len(), 3);
    for run in runs {
        let path = format!("/v1/runs/{}", run["run_id"].as_str().expect("an id"));
        assert_eq!(app.fetch(&path).await.json()["state"], "finished");
    }
    let empty = post(&app, "batch", json!({"inputs": []})).await;
    assert_eq!(empty.json(), json!({"output": [], "metadata": {"responses": []}}));
}

#[tokio::test]
async fn the_first_failure_of_a_batch_is_its_own_unless_errors_are_kept() {
    let app = with_chain(unlucky(), ApiSettings::default());
    let inputs = json!([QUESTION, "What is 13 + 2?", QUESTION]);
    let failed = post(&app, "batch", json!({"inputs": inputs})).await;
    insta::assert_json_snapshot!(failed.snapshot(), @r#"
    {
      "status": 500,
      "body": {
        "error": {
          "message": "`inputs[1]`: The script says that the engine failed. The other answers were given up; with `return_exceptions` each input gets its answer or its error.",
          "type": "server_error",
          "param": "inputs[1]",
          "code": null
        }
      }
    }
    "#);
    app.app.admission().idle().await;
    let kept = post(&app, "batch", json!({"inputs": inputs, "return_exceptions": true})).await;
    let body = kept.json();
    assert_eq!((kept.status.as_u16(), &body["output"][0]["result"]), (200, &json!("42")));
    insta::assert_json_snapshot!(body["output"][1], @r#"
    {
      "error": {
        "message": "The script says that the engine failed.",
        "type": "server_error",
        "param": null,
        "code": null
      }
    }
    "#);
    assert_eq!(body["output"][2]["result"], "42");
    let run = body["metadata"]["responses"][1]["run_id"].as_str().expect("an id");
    let run = app.fetch(&format!("/v1/runs/{run}")).await.json();
    assert_eq!((&run["state"], &run["error"]["type"]), (&json!("failed"), &json!("server_error")));
}

#[tokio::test]
async fn a_batch_keeps_within_the_limits_and_does_not_fail_for_want_of_a_turn() {
    let limits =
        Limits { max_running: 2, max_waiting: 0, queue_timeout: Duration::from_millis(30) };
    let settings = ApiSettings { limits, ..ApiSettings::default() };
    let app = with_chain(Script::answering(Reply { per_token_ms: 10, ..boxed() }), settings);
    for (config, most) in [(json!({}), 2), (json!({"max_concurrency": 1}), 1)] {
        let body = json!({"inputs": vec![QUESTION; 5], "config": config});
        let mut sent = Box::pin(post(&app, "batch", body));
        let mut seen = 0;
        let answer = loop {
            tokio::select! {
                answer = &mut sent => break answer,
                () = tokio::time::sleep(Duration::from_millis(2)) => {
                    seen = seen.max(app.app.admission().running());
                }
            }
        };
        assert_eq!((answer.status.as_u16(), seen), (200, most), "{}", answer.text());
        assert_eq!(answer.json()["output"].as_array().map(Vec::len), Some(5));
    }
    // Where nothing is free, a batch is refused like every request.
    let _both = app.app.admission().admit_many(2).await.expect("two places");
    assert_eq!(post(&app, "batch", json!({"inputs": vec![QUESTION; 5]})).await.status, 429);
}

#[tokio::test]
async fn a_wrong_batch_is_refused_before_anything_is_begun() {
    let app = answering(boxed());
    for (body, param) in [
        (json!({}), "inputs"),
        (json!({"inputs": QUESTION}), "inputs"),
        (json!({"inputs": vec![QUESTION; 129]}), "inputs"),
        (json!({"inputs": [QUESTION, null]}), "inputs[1]"),
        (json!({"inputs": [QUESTION, {"question": "x", "top_p": 7}]}), "inputs[1].top_p"),
        (
            json!({"inputs": [QUESTION, {"messages": [{"role": "user"}]}]}),
            "inputs[1].messages[0].content",
        ),
        (json!({"inputs": [QUESTION], "config": [{}, {}]}), "config"),
        (json!({"inputs": [QUESTION], "config": "x"}), "config"),
        (json!({"inputs": [QUESTION], "config": {"max_concurrency": 0}}), "config.max_concurrency"),
        (json!({"inputs": [QUESTION], "kwargs": {"stop": "x"}}), "kwargs.stop"),
    ] {
        let answer = post(&app, "batch", body.clone()).await;
        assert_eq!((answer.status.as_u16(), answer.error_param()), (400, json!(param)), "{body}");
    }
    assert_eq!(app.work.started(), 0);
}

#[tokio::test]
async fn a_stream_adds_up_to_the_answer() {
    let app = answering(boxed());
    let whole = invoke(&app, json!(QUESTION)).await.json()["output"].clone();
    let answer = post(&app, "stream", json!({"input": QUESTION, "config": {}, "kwargs": {}})).await;
    assert_eq!(answer.header("content-type"), Some("text/event-stream; charset=utf-8"));
    let all = events(answer.text());
    assert_eq!(all[0].1["run_id"].as_str(), answer.header("x-ponder-run-id"));
    let mut sum = json!({"reasoning": "", "answer": ""});
    for (_, data) in all.iter().filter(|(name, _)| name == "data") {
        for (key, value) in data.as_object().expect("an object") {
            let text =
                sum[key].as_str().zip(value.as_str()).map(|(one, other)| format!("{one}{other}"));
            sum[key] = text.map_or_else(|| value.clone(), Value::from);
        }
    }
    assert_eq!(sum, whole);
    insta::assert_snapshot!(lines(answer.text()), @r#"
    metadata {"run_id":"run_…"}
    data {"reasoning":"Twelve "}
    data {"reasoning":"plus "}
    data {"reasoning":"thirty. "}
    data {"answer":"It "}
    data {"answer":"is "}
    data {"answer":"\\boxed{42}."}
    data {"answer":"","result":"42","reasoning":"","kind":"math","finish_reason":"stop","usage":{"prompt_tokens":17,"completion_tokens":6,"total_tokens":23,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":3}}}
    end null
    "#);
    assert!(answer.text().ends_with("event: end\n\n"), "{}", answer.text());
}

#[tokio::test]
async fn steps_are_told_to_whom_asks() {
    let app = answering(boxed());
    let input = json!({"question": QUESTION, "ponder": {"events": true}});
    for body in [json!({"input": QUESTION, "ponder": {"events": true}}), json!({"input": input})] {
        let told = post(&app, "stream", body.clone()).await;
        let steps: Vec<Value> = events(told.text())
            .into_iter()
            .filter(|(name, _)| name == "step")
            .map(|(_, step)| json!([step["id"], step["state"]]))
            .collect();
        insta::allow_duplicates! {
            insta::assert_snapshot!(Value::from(steps), @r#"[["language","started"],["language","decided"],["language","finished"],["kind","started"],["kind","decided"],["kind","finished"],["question","skipped"],["answer","started"],["answer","finished"],["reply","skipped"]]"#);
        }
        let whole = post(&app, "invoke", body.clone()).await.json()["output"]["steps"].clone();
        let batch = json!({"inputs": [body["input"]], "ponder": body["ponder"]});
        let batch = post(&app, "batch", batch).await.json()["output"][0]["steps"].clone();
        let count = |steps: &Value| steps.as_array().map(Vec::len);
        assert_eq!((count(&whole), count(&batch)), (Some(10), Some(10)));
    }
    let silent = post(&app, "stream", json!({"input": QUESTION})).await;
    assert!(!silent.text().contains("event: step"), "{}", silent.text());
}

#[tokio::test]
async fn a_stream_that_fails_says_so_last() {
    let when = When::default();
    let ending = Ending::FailAfter { tokens: 4, failure: Failure::Engine };
    let reply = Reply { ending, ..boxed() };
    let app = with_chain(
        Script { rules: vec![Rule { when, reply }], ..Script::default() },
        ApiSettings::default(),
    );
    let answer = post(&app, "stream", json!({"input": QUESTION})).await;
    assert_eq!(answer.status, 200);
    let (name, last) = events(answer.text()).pop().expect("an event");
    insta::assert_snapshot!(format!("{name} {last}"), @r#"error {"status_code":500,"message":"The script says that the engine failed.","error":{"message":"The script says that the engine failed.","type":"server_error","param":null,"code":null}}"#);
    let early = Reply { ending: Ending::FailBefore(Failure::Overloaded), ..boxed() };
    let refused = post(&answering(early), "stream", json!({"input": QUESTION})).await;
    assert_eq!(refused.status, 429, "before the first byte it is a status: {}", refused.text());
}
