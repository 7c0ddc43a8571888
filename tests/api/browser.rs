//! Browsers: the row E13, and web pages that should not reach a local server.

use axum::{
    body::Body,
    http::{Method, Request},
};
use ponder::{
    app::ApiSettings,
    engine::scripted::Script,
    router::{cors::AllowedOrigins, host::AllowedHosts},
};
use serde_json::json;

use crate::support::{Answer, TestApp, thoughtful};

async fn preflight(app: &TestApp, origin: &str) -> Answer {
    let request = Request::builder()
        .method(Method::OPTIONS)
        .uri("/v1/chat/completions")
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,x-stainless-os,x-anything")
        .body(Body::empty());
    app.send(request.expect("a valid request")).await
}

#[tokio::test]
async fn e13_a_preflight_mirrors_the_headers_asked_for() {
    let app = TestApp::answering(thoughtful());
    for origin in ["http://localhost:3000", "http://127.0.0.1", "http://[::1]:5173"] {
        let answer = preflight(&app, origin).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("access-control-allow-origin"), Some(origin));
        let headers = answer.header("access-control-allow-headers").unwrap_or_default();
        assert_eq!(headers, "authorization,x-stainless-os,x-anything");
        assert!(answer.header("access-control-allow-methods").unwrap_or_default().contains("POST"));
    }
}

#[tokio::test]
async fn e13_ids_and_waiting_times_are_exposed() {
    let app = TestApp::answering(thoughtful());
    let mut request = crate::support::request(Method::GET, "/nowhere", Body::empty());
    request.headers_mut().insert("origin", "http://localhost:3000".parse().expect("a header"));
    let answer = app.send(request).await;
    assert_eq!(answer.status, 404);
    assert_eq!(answer.header("access-control-allow-origin"), Some("http://localhost:3000"));
    let exposed = answer.header("access-control-expose-headers").unwrap_or_default();
    assert!(exposed.contains("x-request-id") && exposed.contains("retry-after"), "{exposed}");
}

#[tokio::test]
async fn e13_origins_are_a_setting() {
    let foreign = "https://evil.example";
    for (origins, allowed) in [
        (AllowedOrigins::Loopback, false),
        (AllowedOrigins::None, false),
        (AllowedOrigins::Any, true),
        (AllowedOrigins::List(vec![foreign.to_owned()]), true),
        (AllowedOrigins::List(vec!["https://evil.example.org".to_owned()]), false),
    ] {
        let settings = ApiSettings { origins: origins.clone(), ..ApiSettings::default() };
        let app = TestApp::with(Script::default(), settings);
        let answer = preflight(&app, foreign).await;
        let header = answer.header("access-control-allow-origin");
        assert_eq!(header.is_some(), allowed, "{origins:?}: {header:?}");
    }
}

#[tokio::test]
async fn a_page_that_gave_its_own_name_our_address_is_refused() {
    let local = TestApp::answering(thoughtful());
    let settings = ApiSettings { hosts: AllowedHosts::Any, ..ApiSettings::default() };
    let open = TestApp::with(Script::default(), settings);
    let hosts = AllowedHosts::Named(vec!["ponder.example".to_owned()]);
    let settings = ApiSettings { hosts, ..ApiSettings::default() };
    let named = TestApp::with(Script::default(), settings);
    for (host, status) in [
        ("evil.example:8080", 403),
        ("ponder.example", 403),
        ("localhost.evil.example", 403),
        ("localhost:8080", 200),
        ("127.0.0.1:8080", 200),
        ("[::1]:8080", 200),
    ] {
        let request = || {
            let mut request = crate::support::request(Method::GET, "/v1/models", Body::empty());
            request.headers_mut().insert("host", host.parse().expect("a header"));
            request
        };
        let answer = local.send(request()).await;
        assert_eq!(answer.status, status, "{host}");
        if status == 403 {
            assert_eq!(answer.error_param(), json!(null));
            assert_eq!(answer.json()["error"]["code"], "host_not_allowed");
        }
        assert_eq!(open.send(request()).await.status, 200, "{host}");
        let known = host == "ponder.example" || status == 200;
        assert_eq!(named.send(request()).await.status == 200, known, "{host}");
    }
}
