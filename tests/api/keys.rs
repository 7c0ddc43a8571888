//! Row E1: who may ask. With keys everything is refused without one, but what watches the process.

use axum::http::{Method, header};
use ponder::{
    access::{Access, KeyRing},
    app::ApiSettings,
    engine::scripted::Script,
    router::host::AllowedHosts,
};
use serde_json::json;

use crate::support::{Answer, TestApp, question, request, thoughtful};

const KEY: &str = "alices-secret-key-1";

fn locked() -> TestApp {
    let ring = KeyRing::parse(&format!("alice {KEY}\n")).expect("a good key");
    let settings = ApiSettings {
        access: Access::Keys(ring),
        hosts: AllowedHosts::Any,
        ..ApiSettings::default()
    };
    TestApp::with(Script::answering(thoughtful()), settings)
}

async fn ask(app: &TestApp, method: Method, path: &str, authorization: Option<&str>) -> Answer {
    let body = if method == Method::POST { question(json!({})).to_string() } else { String::new() };
    let mut request = request(method, path, body.into());
    if let Some(value) = authorization {
        request.headers_mut().insert(header::AUTHORIZATION, value.parse().expect("a header"));
    }
    app.send(request).await
}

#[tokio::test]
async fn e1_without_a_key_nothing_is_answered() {
    let app = locked();
    for (method, path) in [
        (Method::POST, "/v1/chat/completions"),
        (Method::POST, "/chat/completions"),
        (Method::GET, "/v1/models"),
        (Method::GET, "/v1/models/chain/solve"),
        (Method::GET, "/metrics"),
        (Method::GET, "/"),
        (Method::GET, "/openapi.yaml"),
        (Method::GET, "/no/such/route"),
        (Method::DELETE, "/v1/models"),
        (Method::GET, "/health/../v1/models"),
        (Method::GET, "//health"),
    ] {
        for authorization in [None, Some("Bearer wrong-key-0123456789"), Some("Bearer"), Some(KEY)]
        {
            let answer = ask(&app, method.clone(), path, authorization).await;
            assert_eq!(answer.status, 401, "{method} {path} {authorization:?}");
            assert_eq!(answer.json()["error"]["code"], "invalid_api_key");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
            assert!(!answer.text().contains("wrong-key"), "a key is not repeated");
        }
    }
    assert_eq!(app.work.started(), 0, "the model was asked");
}

#[tokio::test]
async fn e1_with_a_key_everything_is_answered() {
    let app = locked();
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let authorization = format!("{scheme} {KEY}");
        let answer =
            ask(&app, Method::POST, "/v1/chat/completions", Some(authorization.as_str())).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    let authorization = format!("Bearer {KEY}");
    let models = ask(&app, Method::GET, "/v1/models", Some(authorization.as_str())).await;
    assert_eq!(models.status, 200);
}

#[tokio::test]
async fn e1_health_needs_no_key_and_a_preflight_cannot_have_one() {
    let app = locked();
    for path in ["/livez", "/readyz", "/health"] {
        assert_eq!(ask(&app, Method::GET, path, None).await.status, 200, "{path}");
    }
    let mut preflight = request(Method::OPTIONS, "/v1/chat/completions", String::new().into());
    for (name, value) in [
        ("origin", "http://localhost:3000"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "authorization,content-type"),
    ] {
        preflight.headers_mut().insert(name, value.parse().expect("a header"));
    }
    let answer = app.send(preflight).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), Some("http://localhost:3000"));
}
