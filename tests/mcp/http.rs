//! Over HTTP, through the router.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header},
};
use http_body_util::BodyExt;
use ponder::{
    access::{Access, KeyRing},
    app::ApiSettings,
    router::{router, tools_router},
};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::{Node, call, initialize, meta, solve, solve_alone, text};

const BOTH: &str = "application/json, text/event-stream";
const KEY: &str = "alices-secret-key-1";

/// Headers by name.
type Headers<'headers> = &'headers [(&'headers str, &'headers str)];

fn tools(node: &Node) -> Router {
    tools_router(node.app.clone())
}

fn request(method: Method, headers: Headers<'_>, body: impl Into<Body>) -> Request<Body> {
    let mut request = Request::builder()
        .method(method)
        .uri("/mcp")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, BOTH)
        .body(body.into())
        .unwrap();
    for (name, value) in headers {
        let name = header::HeaderName::from_bytes(name.as_bytes()).unwrap();
        request.headers_mut().insert(name, HeaderValue::from_str(value).unwrap());
    }
    request
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    /// The only message, or those of the events.
    messages: Vec<Value>,
}

impl Answer {
    fn last(&self) -> &Value {
        self.messages.last().expect("a message")
    }

    fn code(&self) -> i64 {
        self.last()["error"]["code"].as_i64().expect("an error")
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

async fn send(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let body = std::str::from_utf8(&body).unwrap();
    let messages = if parts.headers[header::CONTENT_TYPE].to_str().unwrap().contains("event-stream")
    {
        let events = body.split("\n\n").filter_map(|event| event.strip_prefix("data: "));
        events.map(|data| serde_json::from_str(data).unwrap()).collect()
    } else {
        serde_json::from_str(body).into_iter().collect()
    };
    Answer { status: parts.status, headers: parts.headers, messages }
}

async fn post(router: &Router, headers: Headers<'_>, message: &Value) -> Answer {
    send(router, request(Method::POST, headers, message.to_string())).await
}

/// The status of what may have no body.
async fn status(router: &Router, request: Request<Body>) -> StatusCode {
    router.clone().oneshot(request).await.unwrap().status()
}

/// The headers that go with a call from 2026-07-28 on.
const SOLVE: [(&str, &str); 3] =
    [("mcp-protocol-version", "2026-07-28"), ("mcp-method", "tools/call"), ("mcp-name", "solve")];

/// Begins a session and names it.
async fn begin(router: &Router, headers: Headers<'_>) -> String {
    let answer = post(router, headers, &initialize(0)).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.last()["result"]["protocolVersion"], "2025-06-18");
    answer.header("mcp-session-id").to_owned()
}

#[tokio::test]
async fn a_session_begins_is_used_and_ends() {
    let node = Node::serving(ApiSettings::default());
    let router = tools(&node);
    let list = call(1, "tools/list", json!({}));
    assert_eq!(post(&router, &[], &list).await.status, StatusCode::BAD_REQUEST);
    let session = begin(&router, &[]).await;
    let headers = [("mcp-session-id", session.as_str()), ("mcp-protocol-version", "2025-06-18")];
    let initialized = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    let taken = request(Method::POST, &headers, initialized.to_string());
    assert_eq!(status(&router, taken).await, StatusCode::ACCEPTED);
    let answer = post(&router, &headers, &list).await;
    assert_eq!(answer.last()["result"]["tools"][0]["name"], "solve");
    let answer = post(&router, &headers, &call(2, "tools/call", solve("What is 12 + 30?"))).await;
    assert_eq!(text(answer.last()), ("The answer is \\boxed{42}.", false));
    let answer = post(&router, &headers, &call(3, "nothing/such", json!({}))).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::OK, -32601));
    let odd = [headers[0], ("mcp-protocol-version", "1900-01-01")];
    assert_eq!(post(&router, &odd, &list).await.status, StatusCode::BAD_REQUEST);
    let end = || request(Method::DELETE, &headers, Body::empty());
    assert_eq!(status(&router, end()).await, StatusCode::NO_CONTENT);
    assert_eq!(status(&router, end()).await, StatusCode::NOT_FOUND);
    assert_eq!(post(&router, &headers, &list).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn from_2026_on_a_call_is_answered_as_events_with_progress() {
    let node = Node::serving(ApiSettings::default());
    let router = tools(&node);
    let answer =
        post(&router, &SOLVE, &call("a", "tools/call", solve_alone("What is 12 + 30?"))).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.header("content-type").starts_with("text/event-stream"));
    assert_eq!(answer.header("x-accel-buffering"), "no");
    let (last, reports) = answer.messages.split_last().unwrap();
    assert_eq!(text(last), ("The answer is \\boxed{42}.", false));
    assert!(reports.len() > 2, "{reports:?}");
    for (number, report) in (1..).zip(reports) {
        assert_eq!(report["method"], "notifications/progress");
        assert_eq!(report["params"]["progress"], number);
    }
    let whole = [SOLVE[0], SOLVE[1], SOLVE[2], ("accept", "application/json")];
    let answer = post(&router, &whole, &call(2, "tools/call", solve_alone("12 + 30?"))).await;
    assert_eq!(answer.messages.len(), 1);
    assert_eq!(text(answer.last()), ("The answer is \\boxed{42}.", false));
    let neither = [SOLVE[0], SOLVE[1], SOLVE[2], ("accept", "text/html")];
    let asked = call(2, "tools/call", solve_alone("12 + 30?")).to_string();
    let refused = status(&router, request(Method::POST, &neither, asked)).await;
    assert_eq!(refused, StatusCode::NOT_ACCEPTABLE);
}

#[tokio::test]
async fn from_2026_on_headers_and_body_must_agree() {
    let node = Node::serving(ApiSettings::default());
    let router = tools(&node);
    let asked = call(1, "tools/call", solve_alone("What is 12 + 30?"));
    for wrong in [
        vec![SOLVE[1], SOLVE[2]],
        vec![SOLVE[0], SOLVE[2]],
        vec![SOLVE[0], SOLVE[1]],
        vec![SOLVE[0], SOLVE[1], ("mcp-name", "translate")],
        vec![SOLVE[0], ("mcp-method", "tools/list"), SOLVE[2]],
    ] {
        let answer = post(&router, &wrong, &asked).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, -32020), "{wrong:?}");
        assert_eq!(answer.last()["id"], 1);
    }
    let headers = [SOLVE[0], ("mcp-method", "ping")];
    let answer = post(&router, &headers, &call(1, "ping", json!({"_meta": meta()}))).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::NOT_FOUND, -32601));
    let mut old = meta();
    old["io.modelcontextprotocol/protocolVersion"] = json!("1900-01-01");
    let headers = [("mcp-protocol-version", "1900-01-01"), ("mcp-method", "tools/list")];
    let answer = post(&router, &headers, &call(1, "tools/list", json!({"_meta": old}))).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, -32022));
    assert_eq!(node.work.started(), 0);
}

#[tokio::test]
async fn foreign_pages_and_foreign_names_are_refused() {
    let node = Node::serving(ApiSettings::default());
    let router = tools(&node);
    let message = initialize(0);
    for (name, value, expected) in [
        ("origin", "http://evil.example", StatusCode::FORBIDDEN),
        ("origin", "null", StatusCode::FORBIDDEN),
        ("origin", "http://localhost:3000", StatusCode::OK),
        ("host", "evil.example", StatusCode::FORBIDDEN),
        ("host", "127.0.0.1:8090", StatusCode::OK),
    ] {
        let answer = post(&router, &[(name, value)], &message).await;
        assert_eq!(answer.status, expected, "{name}: {value}");
    }
}

#[tokio::test]
async fn with_keys_only_their_owners_are_served_and_sessions_are_their_own() {
    let ring = KeyRing::parse(&format!("alice {KEY}\nbob bobs-secret-key-123\n")).unwrap();
    let settings = ApiSettings { access: Access::Keys(ring), ..ApiSettings::default() };
    let node = Node::serving(settings);
    let router = tools(&node);
    let answer = post(&router, &[], &initialize(0)).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    let alice = ("authorization", &*format!("Bearer {KEY}"));
    let session = begin(&router, &[alice]).await;
    let list = call(1, "tools/list", json!({}));
    let hers = [alice, ("mcp-session-id", session.as_str())];
    assert_eq!(post(&router, &hers, &list).await.status, StatusCode::OK);
    let his = [("authorization", "Bearer bobs-secret-key-123"), hers[1]];
    assert_eq!(post(&router, &his, &list).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_no_message_is_refused() {
    let node = Node::serving(ApiSettings { body_limit: 10_000, ..ApiSettings::default() });
    let router = tools(&node);
    for body in ["", "no json", "[]", "{}", "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"x\"}"] {
        let answer = send(&router, request(Method::POST, &[], body)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        assert!(answer.code() < -32000, "{body}");
    }
    let large = request(Method::POST, &[], "x".repeat(10_001));
    assert_eq!(status(&router, large).await, StatusCode::PAYLOAD_TOO_LARGE);
    let form = request(Method::POST, &[("content-type", "text/plain")], initialize(0).to_string());
    assert_eq!(status(&router, form).await, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let answer = send(&router, request(Method::GET, &[], Body::empty())).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.header("allow"), "POST, DELETE");
}

#[tokio::test]
async fn leaving_a_stream_ends_the_work() {
    let node = Node::serving(ApiSettings::default());
    let router = tools(&node);
    let asked = call(1, "tools/call", solve_alone("Count slowly, 1 + 1")).to_string();
    let response = router.oneshot(request(Method::POST, &SOLVE, asked)).await.unwrap();
    let mut body = response.into_body();
    let first = body.frame().await.unwrap().unwrap();
    assert!(first.data_ref().is_some_and(|data| data.starts_with(b"data: ")));
    node.works_on(1).await;
    drop(body);
    node.works_on(0).await;
    assert!(node.work.tokens() < 10);
}

#[tokio::test]
async fn a_cancellation_by_itself_ends_the_work_of_its_session() {
    let node = Node::serving(ApiSettings::default());
    let router = tools(&node);
    let session = begin(&router, &[]).await;
    let headers = [("mcp-session-id", session.as_str())];
    let asked = call(5, "tools/call", solve("Count slowly, 1 + 1")).to_string();
    let response = router.clone().oneshot(request(Method::POST, &headers, asked)).await.unwrap();
    node.works_on(1).await;
    let cancel = |router: Router, session: String| async move {
        let notice = json!({
            "jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 5},
        });
        let headers = [("mcp-session-id", session.as_str())];
        status(&router, request(Method::POST, &headers, notice.to_string())).await
    };
    // Another client's call of the same number is another call.
    let other = begin(&router, &[]).await;
    assert_eq!(cancel(router.clone(), other).await, StatusCode::ACCEPTED);
    assert_eq!(node.work.running(), 1);
    assert_eq!(cancel(router.clone(), session.clone()).await, StatusCode::ACCEPTED);
    node.works_on(0).await;
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert!(!String::from_utf8_lossy(&body).contains("result"), "{body:?}");
}

#[tokio::test]
async fn at_the_end_a_running_call_is_told_so() {
    let node = Node::serving(ApiSettings::default());
    let router = tools(&node);
    let asked = call(1, "tools/call", solve_alone("Count slowly, 1 + 1"));
    let (answer, ()) = tokio::join!(post(&router, &SOLVE, &asked), async {
        node.works_on(1).await;
        node.app.stop();
    });
    let (said, error) = text(answer.last());
    assert!(error && said.contains("shutting down"), "{said}");
    assert_eq!(node.work.running(), 0);
}

#[tokio::test]
async fn the_server_offers_it_only_where_it_is_told_to() {
    let node = Node::serving(ApiSettings::default());
    let answer = post(&router(node.app.clone()), &[], &initialize(0)).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let node = Node::serving(ApiSettings { tools: true, ..ApiSettings::default() });
    let both = router(node.app.clone());
    let answer = post(&both, &SOLVE, &call(1, "tools/call", solve_alone("What is 12 + 30?"))).await;
    assert_eq!(text(answer.last()), ("The answer is \\boxed{42}.", false));
    // There the run can be looked at.
    let run = answer.last()["result"]["structuredContent"]["run_id"].as_str().unwrap();
    let request = Request::builder().uri(format!("/v1/runs/{run}")).body(Body::empty()).unwrap();
    let run = send(&both, request).await;
    assert_eq!((run.status, &run.last()["state"]), (StatusCode::OK, &json!("finished")));
}
