//! Traces: what a collector gets of requests to a node with prepared replies.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests may fail the test they help"
)]

use std::time::Duration;

use axum::{
    Router,
    body::Body,
    http::{Request, Response},
};
use http_body_util::BodyExt;
use ponder::{
    app::{ApiSettings, App},
    config::{ModelArguments, NodeConfig},
    node::{Node, Watchers},
    router::router,
    server::{ServerSettings, serve},
    telemetry::{Telemetry, TelemetrySettings},
};
use serde_json::{Value, json};
use tower::ServiceExt;

mod collector;

use collector::{Collector, Span, tree};

/// What the model says, by what it is asked; `SECRET` is in everything that is said.
const SCRIPT: &str = r#"
rules:
  - when: {question: "fail"}
    reply: {ending: {fail_before: engine}}
  - when: {question: "forever"}
    reply: {content: "SECRET word and word and word", per_token_ms: 20, ending: {hang_after: {tokens: 3}}}
otherwise: {reasoning: "SECRET thought. ", content: "SECRET, so it is \\boxed{42}."}
"#;

const CHAINS: [(&str, &str); 3] = [
    (
        "wide",
        r#"
steps:
  - id: views
    parallel:
      - id: first
        reason: ${input.question}
        as: math
      - id: second
        call: ${input.question}
        model: reasoner
  - id: answer
    vote: 3
    stop: never
    at_once: 1
    do: {reason: "${input.question}", as: math}
output: ${answer}
"#,
    ),
    (
        "failing",
        r#"
steps:
  - id: wrong
    prompt: fail
  - id: answer
    fallback:
      - {call: "${wrong}", model: reasoner}
      - {call: "${input.question}", model: reasoner}
output: ${answer}
"#,
    ),
    (
        "hidden",
        r#"
private: true
steps:
  - id: solved
    call: ${input.question}
    model: chain/solve
output: ${solved}
"#,
    ),
];

/// A node that sends its traces to a collector.
struct Traced {
    router: Router,
    app: App,
    telemetry: Telemetry,
    collector: Collector,
}

fn settings(endpoint: &str) -> TelemetrySettings {
    TelemetrySettings {
        endpoint: endpoint.to_owned(),
        headers: vec![("x-project".to_owned(), "seven".to_owned())],
        service_name: "tested".to_owned(),
        resource: Vec::new(),
        sample_ratio: 1.0,
        record_content: false,
    }
}

/// The node, its model and a second one behind an endpoint.
async fn node(telemetry: &Telemetry, endpoint: &str) -> (Router, App) {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("script.yaml");
    std::fs::write(&script, SCRIPT).expect("written");
    let chains = folder.path().join("chains");
    std::fs::create_dir(&chains).expect("made");
    for (name, steps) in CHAINS {
        let head = format!(
            "version: 1\nname: {name}\ndescription: Tested.\nmodels: {{reasoner: required}}"
        );
        std::fs::write(chains.join(format!("{name}.yaml")), format!("{head}{steps}"))
            .expect("written");
    }
    let file = folder.path().join("ponder.toml");
    let config = format!(
        "[models.told]\nsource = 'scripted:{}'\n[models.far]\nurl = '{endpoint}'\nmodel = 'theirs'\n[roles]\n\
         reasoner = 'told'\n[chains]\nfolder = '{}'\n",
        script.display(),
        chains.display()
    );
    std::fs::write(&file, config).expect("written");
    let arguments = ModelArguments { config: Some(file), ..ModelArguments::default() };
    let config = NodeConfig::resolve(&arguments).expect("a configuration");
    let watchers = Watchers { records: None, telemetry: Some(telemetry.clone()) };
    let node = Node::start_observed(&config, watchers, &|_| {}).await.expect("it starts");
    let settings = ApiSettings { telemetry: Some(telemetry.clone()), ..ApiSettings::default() };
    let app = App::new(node.catalog, settings);
    (router(app.clone()), app)
}

impl Traced {
    async fn start(change: impl FnOnce(&mut TelemetrySettings)) -> Self {
        Self::start_beside("http://127.0.0.1:9/v1", Collector::answering(&[]).await, change).await
    }

    async fn start_beside(
        endpoint: &str,
        collector: Collector,
        change: impl FnOnce(&mut TelemetrySettings),
    ) -> Self {
        let mut settings = settings(&collector.endpoint);
        change(&mut settings);
        let telemetry = Telemetry::start(settings);
        let (router, app) = node(&telemetry, endpoint).await;
        Self { router, app, telemetry, collector }
    }

    /// Asks for an answer; `more` are further keys of the request.
    async fn ask(&self, model: &str, question: &str, more: Value) -> Value {
        let response = self.begin(model, question, more, None).await;
        let body = response.into_body().collect().await.expect("whole").to_bytes();
        serde_json::from_slice(&body).unwrap_or_default()
    }

    async fn begin(
        &self,
        model: &str,
        question: &str,
        more: Value,
        traceparent: Option<&str>,
    ) -> Response<Body> {
        let mut body = json!({"model": model, "messages": [{"role": "user", "content": question}]});
        for (key, value) in more.as_object().into_iter().flatten() {
            body[key] = value.clone();
        }
        let mut request =
            Request::post("/v1/chat/completions").header("content-type", "application/json");
        if let Some(traceparent) = traceparent {
            request = request.header("traceparent", traceparent).header("tracestate", "a=b");
        }
        let request = request.body(Body::from(body.to_string())).expect("a request");
        self.router.clone().oneshot(request).await.expect("infallible")
    }

    /// Everything that was sent.
    async fn spans(&self) -> Vec<Span> {
        self.telemetry.flush().await;
        self.collector.spans()
    }
}

const STEPS: [&str; 5] = [
    "ponder.step.id",
    "ponder.step.choice",
    "error.type",
    "ponder.abandoned",
    "ponder.step.skipped",
];

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

#[tokio::test]
async fn a_model_call_goes_on_with_its_clients_trace() {
    let traced = Traced::start(|_| {}).await;
    let more = json!({"temperature": 0.6, "max_tokens": 50, "top_p": 0.5, "seed": 7});
    let response = traced.begin("told", "What is 6*7?", more, Some(PARENT)).await;
    response.into_body().collect().await.unwrap();
    let spans = traced.spans().await;
    insta::assert_snapshot!(tree(&spans, &[
        "http.response.status_code", "gen_ai.provider.name", "gen_ai.request.temperature", "gen_ai.request.top_p",
        "gen_ai.request.max_tokens", "gen_ai.request.seed", "gen_ai.response.finish_reasons",
        "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens", "gen_ai.usage.reasoning.output_tokens",
    ]), @r"
    POST /v1/chat/completions (server) status_code=200
      chat told (client) name=ponder temperature=0.6 top_p=0.5 max_tokens=50 seed=7 finish_reasons=[stop] input_tokens=3 output_tokens=7 output_tokens=2
    ");
    let server = spans.iter().find(|span| span.kind == "server").unwrap();
    assert_eq!(server.trace, "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(server.parent, "00f067aa0ba902b7");
    let call = spans.iter().find(|span| span.kind == "client").unwrap();
    let first: f64 = call.attributes["gen_ai.response.time_to_first_chunk"].parse().unwrap();
    assert!(first >= 0.0 && first <= (call.ended - call.started) as f64 / 1e9, "{first}");
    let post = &traced.collector.posts()[0];
    assert_eq!(post.headers["content-type"], "application/x-protobuf");
    assert_eq!(post.headers["x-project"], "seven");
}

#[tokio::test]
async fn a_chain_is_a_workflow_of_its_steps_and_their_calls() {
    let traced = Traced::start(|_| {}).await;
    traced.ask("chain/solve", "What is 12 + 30?", json!({})).await;
    let spans = traced.spans().await;
    insta::assert_snapshot!(tree(&spans, &STEPS), @r"
    POST /v1/chat/completions (server)
      invoke_workflow solve (internal)
        step reason (internal) id=answer
          chat told (client)
        step route (internal) id=kind choice=math
        step detect_language (internal) id=language choice=en
        step translate (internal) id=question skipped=true
        step translate_answer (internal) id=reply skipped=true
    ");
    let whole = spans.iter().find(|span| span.name == "invoke_workflow solve").unwrap();
    assert!(whole.attributes["ponder.run.id"].starts_with("run_"));
    assert_eq!(whole.attributes["gen_ai.agent.name"], "solve");
    assert_eq!(whole.attributes["ponder.kind"], "math");
}

#[tokio::test]
async fn what_runs_at_the_same_time_is_below_its_step() {
    let traced = Traced::start(|_| {}).await;
    traced.ask("chain/wide", "What is 12 + 30?", json!({})).await;
    insta::assert_snapshot!(tree(&traced.spans().await, &STEPS), @r"
    POST /v1/chat/completions (server)
      invoke_workflow wide (internal)
        step vote (internal) id=answer
          step reason (internal) id=answer/1
            chat told (client)
          step reason (internal) id=answer/2
            chat told (client)
          step reason (internal) id=answer/3
            chat told (client)
        step parallel (internal) id=views
          step reason (internal) id=first
            chat told (client)
          step call (internal) id=second
            chat told (client)
    ");
}

#[tokio::test]
async fn what_fails_says_so_where_it_fails() {
    let traced = Traced::start(|_| {}).await;
    traced.ask("chain/failing", "What is 12 + 30?", json!({})).await;
    traced.ask("told", "fail", json!({})).await;
    insta::assert_snapshot!(tree(&traced.spans().await, &STEPS), @r"
    POST /v1/chat/completions (server)
      invoke_workflow failing (internal)
        step fallback (internal) id=answer choice=alternative 2
          step call (internal) id=answer/1 type=step_failed FAILED
            chat told (client) type=engine FAILED
          step call (internal) id=answer/2
            chat told (client)
        step prompt (internal) id=wrong
    POST /v1/chat/completions (server) type=500 FAILED
      chat told (client) type=engine FAILED
    ");
}

#[tokio::test]
async fn whoever_leaves_ends_what_goes_on() {
    let traced = Traced::start(|_| {}).await;
    let response =
        traced.begin("chain/solve", "What is 1 + 1, forever?", json!({"stream": true}), None).await;
    let mut body = response.into_body();
    let mut read = String::new();
    while !read.contains("SECRET word and ") && !read.contains("\"and \"") {
        let frame = body.frame().await.expect("more").expect("whole");
        read.push_str(&String::from_utf8_lossy(frame.data_ref().expect("data")));
    }
    drop(body);
    let spans = traced.spans().await;
    insta::assert_snapshot!(
        tree(&spans, &[&STEPS[..], &["gen_ai.usage.output_tokens"]].concat()), @"
        POST /v1/chat/completions (server) abandoned=true
          invoke_workflow solve (internal) abandoned=true output_tokens=3
            step reason (internal) id=answer abandoned=true
              chat told (client) abandoned=true output_tokens=3
            step route (internal) id=kind choice=math
            step detect_language (internal) id=language choice=en
            step translate (internal) id=question skipped=true
        ");
}

#[tokio::test]
async fn nothing_that_is_said_is_in_a_span_unless_it_is_asked_for() {
    let is_told = |spans: &[Span], text: &str| format!("{spans:?}").contains(text);
    let shy = Traced::start(|_| {}).await;
    let open = Traced::start(|settings| settings.record_content = true).await;
    for traced in [&shy, &open] {
        for (model, question) in [
            ("told", "CANARY?"),
            ("chain/solve", "What is 12 + 30, CANARY?"),
            ("chain/wide", "CANARY 1+1?"),
            ("chain/failing", "CANARY"),
        ] {
            traced.ask(model, question, json!({"stop": ["CANARIES"]})).await;
        }
    }
    let bytes: Vec<u8> = {
        shy.telemetry.flush().await;
        shy.collector.posts().iter().flat_map(|post| post.body.to_vec()).collect()
    };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    for said in ["CANAR", "SECRET", "boxed"] {
        assert!(!text.contains(said), "{said}");
    }
    let spans = open.spans().await;
    assert!(is_told(&spans, "CANARY") && is_told(&spans, "SECRET"));
    let call = spans.iter().find(|span| span.name == "chat told").unwrap();
    let messages: Value = serde_json::from_str(&call.attributes["gen_ai.output.messages"]).unwrap();
    assert_eq!(
        messages[0]["parts"][0],
        json!({"type": "reasoning", "content": "SECRET thought. "})
    );
    assert_eq!(messages[0]["finish_reason"], "stop");
}

#[tokio::test]
async fn a_private_chain_tells_nothing_whatever_the_settings_say() {
    let traced = Traced::start(|settings| settings.record_content = true).await;
    for chain in ["chain/hidden", "chain/hint"] {
        let answer = traced.ask(chain, "CANARY: what is 12 + 30?", json!({})).await;
        assert!(answer["choices"][0]["message"]["content"].is_string(), "{answer}");
    }
    let spans = traced.spans().await;
    let text = format!("{spans:?}");
    for said in ["CANARY", "SECRET", "boxed", "choice\"", "messages\""] {
        assert!(!text.contains(said), "{said}: {text}");
    }
    // What it calls is below it all the same.
    let hidden: Vec<Span> = {
        let first = spans.iter().find(|span| span.name == "invoke_workflow hidden").unwrap();
        spans.iter().filter(|span| span.trace == first.trace).cloned().collect()
    };
    insta::assert_snapshot!(tree(&hidden, &STEPS), @r"
    POST /v1/chat/completions (server)
      invoke_workflow hidden (internal)
        step call (internal) id=solved
          invoke_workflow solve (internal)
            step reason (internal) id=answer
              chat told (client)
            step route (internal) id=kind
            step detect_language (internal) id=language
            step translate (internal) id=question skipped=true
            step translate_answer (internal) id=reply skipped=true
    ");
}

#[tokio::test]
async fn the_place_in_a_trace_is_handed_on_to_an_endpoint() {
    let there = Traced::start(|_| {}).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let (app, router) = (there.app.clone(), there.router.clone());
    tokio::spawn(serve(listener, app, router, ServerSettings::default(), std::future::pending()));
    let here = Traced::start_beside(&url, Collector::answering(&[]).await, |_| {}).await;
    // The other node knows it by another name, so that it refuses: that is in the trace as well.
    here.ask("far", "What is 6*7?", json!({})).await;
    let (ours, theirs) = (here.spans().await, there.spans().await);
    let call = ours.iter().find(|span| span.name == "chat theirs").unwrap();
    assert_eq!(call.attributes["error.type"], "404");
    assert_eq!(call.attributes["server.address"], "127.0.0.1");
    let server = theirs.iter().find(|span| span.kind == "server").unwrap();
    assert_eq!((&server.trace, &server.parent), (&call.trace, &call.id));
}

#[tokio::test]
async fn what_the_client_does_not_record_is_not_sent() {
    let traced = Traced::start(|_| {}).await;
    let unsampled = PARENT.replace("-01", "-00");
    let response = traced.begin("chain/solve", "1+1?", json!({}), Some(&unsampled)).await;
    response.into_body().collect().await.unwrap();
    let none = Traced::start(|settings| settings.sample_ratio = 0.0).await;
    none.ask("told", "1+1?", json!({})).await;
    assert_eq!(traced.spans().await.len() + none.spans().await.len(), 0);
}

#[tokio::test]
async fn a_collector_that_is_gone_changes_no_answer() {
    // Nothing listens there.
    let nowhere = |settings: &mut TelemetrySettings| {
        settings.endpoint = "http://127.0.0.1:9/v1/traces".to_owned();
    };
    let traced = Traced::start(nowhere).await;
    let began = std::time::Instant::now();
    for _ in 0..20 {
        let answer = traced.ask("chain/solve", "What is 12 + 30?", json!({})).await;
        assert_eq!(answer["choices"][0]["message"]["content"], "SECRET, so it is \\boxed{42}.");
    }
    traced.telemetry.flush().await;
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_collector_that_is_busy_gets_the_spans_later() {
    let collector = Collector::answering(&[503]).await;
    let traced = Traced::start_beside("http://127.0.0.1:9/v1", collector, |_| {}).await;
    traced.ask("told", "What is 6*7?", json!({})).await;
    let mut waited = 0;
    while traced.collector.posts().len() < 2 && waited < 100 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        waited += 1;
    }
    let posts = traced.collector.posts();
    assert_eq!(posts.len(), 2, "once refused, once taken");
    assert_eq!(posts[0].body, posts[1].body);
}
