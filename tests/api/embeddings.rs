//! `POST /v1/embeddings`: row E14.

use std::sync::{Arc, Mutex};

use axum::{body::Body, http::Method};
use futures::{FutureExt, future::BoxFuture};
use ponder::{
    app::ApiSettings,
    engine::remote::RemoteEngine,
    generate::{Embed, Embeddings, Generate, GenerateError, Generation, RawPrompt, Request},
    limits::Limits,
};
use serde_json::{Value, json};

use crate::{
    remote::listen,
    support::{Answer, MODEL, TestApp, request},
};

type Asked = (Vec<RawPrompt>, Option<u32>);

/// Makes an embedding of the length of a text and keeps what it was asked.
#[derive(Clone, Default)]
struct Lengths(Arc<Mutex<Vec<Asked>>>);

impl Embed for Lengths {
    fn embed(
        &self,
        inputs: Vec<RawPrompt>,
        dimensions: Option<u32>,
    ) -> BoxFuture<'_, Result<Embeddings, GenerateError>> {
        self.0.lock().expect("not poisoned").push((inputs.clone(), dimensions));
        let made = inputs.iter().map(|input| match input {
            RawPrompt::Text(text) if text.len() > 100 => {
                Err(GenerateError::ContextLength { limit: 100, prompt: text.len() as u64 })
            }
            RawPrompt::Text(text) => Ok(vec![text.len() as f32, 0.5]),
            RawPrompt::Tokens(tokens) => Ok(vec![tokens.len() as f32, -0.5]),
        });
        let made: Result<Vec<Vec<f32>>, GenerateError> = made.collect();
        let made = made.map(|vectors| Embeddings { vectors, prompt_tokens: 7 });
        futures::future::ready(made).boxed()
    }
}

impl Generate for Lengths {
    fn generate(&self, _: Request) -> BoxFuture<'_, Result<Generation, GenerateError>> {
        futures::future::ready(Err(GenerateError::invalid("model", "It does not answer."))).boxed()
    }

    fn embedder(&self) -> Option<&dyn Embed> {
        Some(self)
    }
}

fn app() -> (TestApp, Lengths) {
    let lengths = Lengths::default();
    (TestApp::over(Arc::new(lengths.clone()), ApiSettings::default()), lengths)
}

async fn post(app: &TestApp, mut body: Value) -> Answer {
    if body.get("model").is_none() {
        body["model"] = MODEL.into();
    }
    app.send(request(Method::POST, "/v1/embeddings", Body::from(body.to_string()))).await
}

#[tokio::test]
async fn e14_an_embedding_as_openai_writes_it() {
    let (app, _) = app();
    let answer = post(&app, json!({"input": "four", "user": "somebody"})).await;
    assert_eq!(answer.status, 200);
    insta::assert_json_snapshot!(answer.json(), @r#"
    {
      "object": "list",
      "data": [
        {
          "object": "embedding",
          "index": 0,
          "embedding": [
            4.0,
            0.5
          ]
        }
      ],
      "model": "test/scripted-1B",
      "usage": {
        "prompt_tokens": 7,
        "total_tokens": 7
      }
    }
    "#);
}

#[tokio::test]
async fn e14_several_texts_tokens_and_base64() {
    let (app, lengths) = app();
    let texts = post(&app, json!({"input": ["a", "bb"], "dimensions": 2})).await.json();
    assert_eq!(texts["data"][1]["embedding"], json!([2.0, 0.5]));
    let tokens = post(&app, json!({"input": [[1, 2, 3], [4]]})).await.json();
    assert_eq!(tokens["data"][0]["embedding"], json!([3.0, -0.5]));
    // What OpenAI's Python SDK asks for by itself.
    let encoded = post(&app, json!({"input": [5, 6], "encoding_format": "base64"})).await.json();
    assert_eq!(encoded["data"][0]["embedding"], "AAAAQAAAAL8=");
    let asked = lengths.0.lock().expect("not poisoned");
    let text = |text: &str| RawPrompt::Text(text.into());
    assert_eq!(asked[0], (vec![text("a"), text("bb")], Some(2)));
    assert_eq!(asked[2], (vec![RawPrompt::Tokens([5, 6].into())], None));
}

#[tokio::test]
async fn e14_what_is_wrong_is_named() {
    let (app, _) = app();
    for (body, status, param) in [
        (json!({"input": "x", "model": ""}), 400, "model"),
        (json!({"input": "x", "model": "nobody"}), 404, "model"),
        (json!({}), 400, "input"),
        (json!({"input": ""}), 400, "input"),
        (json!({"input": []}), 400, "input"),
        (json!({"input": ["x", ""]}), 400, "input"),
        (json!({"input": vec!["x"; 2049]}), 400, "input"),
        (json!({"input": {"text": "x"}}), 400, "input"),
        (json!({"input": "x".repeat(101)}), 400, "input"),
        (json!({"input": "x", "dimensions": -1}), 400, "dimensions"),
        (json!({"input": "x", "dimensions": 0}), 400, "dimensions"),
        (json!({"input": "x", "dimensions": 1.5}), 400, "dimensions"),
        (json!({"input": "x", "encoding_format": "int8"}), 400, "encoding_format"),
    ] {
        let answer = post(&app, body.clone()).await;
        let shown: String = body.to_string().chars().take(80).collect();
        assert_eq!(
            (answer.status.as_u16(), answer.error_param()),
            (status, json!(param)),
            "{shown}"
        );
    }
}

#[tokio::test]
async fn e14_a_model_that_only_answers_says_so_and_the_other_way_round() {
    struct Silent;
    impl Generate for Silent {
        fn generate(&self, _: Request) -> BoxFuture<'_, Result<Generation, GenerateError>> {
            futures::future::ready(Err(GenerateError::engine("It never answers."))).boxed()
        }
    }
    let answering = TestApp::over(Arc::new(Silent), ApiSettings::default());
    let answer = post(&answering, json!({"input": "x"})).await;
    assert_eq!((answer.status.as_u16(), answer.error_param()), (400, json!("model")));
    assert!(answer.text().contains("makes no embeddings"), "{}", answer.text());
    let (app, _) = app();
    let answer = app.ask(json!({})).await;
    assert_eq!((answer.status.as_u16(), answer.error_param()), (400, json!("model")));
}

#[tokio::test]
async fn e14_embeddings_are_counted_and_wait_their_turn() {
    let (app, _) = app();
    post(&app, json!({"input": "x"})).await;
    let metrics = app.fetch("/metrics").await;
    let counted = format!("vllm:prompt_tokens_total{{model_name=\"{MODEL}\"}} 7");
    assert!(metrics.text().contains(&counted), "{}", metrics.text());
    app.app.drain();
    assert_eq!(post(&app, json!({"input": "x"})).await.status, 503);
}

#[tokio::test]
async fn e14_embeddings_take_a_place_and_give_it_back() {
    /// Never finishes.
    struct Endless;
    impl Embed for Endless {
        fn embed(
            &self,
            _: Vec<RawPrompt>,
            _: Option<u32>,
        ) -> BoxFuture<'_, Result<Embeddings, GenerateError>> {
            futures::future::pending().boxed()
        }
    }
    impl Generate for Endless {
        fn generate(&self, _: Request) -> BoxFuture<'_, Result<Generation, GenerateError>> {
            futures::future::pending().boxed()
        }
        fn embedder(&self) -> Option<&dyn Embed> {
            Some(self)
        }
    }
    let limits = Limits { max_running: 1, max_waiting: 0, ..Limits::default() };
    let app = TestApp::over(Arc::new(Endless), ApiSettings { limits, ..ApiSettings::default() });
    let running = || app.app.admission().running();
    let refused = async {
        while running() == 0 {
            tokio::task::yield_now().await;
        }
        post(&app, json!({"input": "y"})).await.status.as_u16()
    };
    // The first one leaves when the second has its answer.
    let both = async {
        tokio::select! {
            biased;
            first = post(&app, json!({"input": "x"})) => unreachable!("it has ended: {first:?}"),
            refused = refused => refused,
        }
    };
    let refused = tokio::time::timeout(std::time::Duration::from_secs(60), both).await;
    assert_eq!(refused, Ok(429));
    assert_eq!(running(), 0, "the place of whoever left is free");
}

#[tokio::test]
async fn e14_a_remote_model_is_asked_for_them() {
    let (behind, lengths) = app();
    let url = listen(behind.app.clone(), behind.router).await;
    let remote = RemoteEngine::new(&url, None, MODEL);
    let front = TestApp::over(Arc::new(remote), ApiSettings::default());
    let answer = post(&front, json!({"input": ["a", "bb"], "dimensions": 2})).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let list = answer.json();
    assert_eq!(list["data"][1]["embedding"], json!([2.0, 0.5]));
    assert_eq!(list["usage"]["total_tokens"], 7);
    let tokens = post(&front, json!({"input": [[1, 2, 3]]})).await.json();
    assert_eq!(tokens["data"][0]["embedding"], json!([3.0, -0.5]));
    assert_eq!(lengths.0.lock().expect("not poisoned")[0].1, Some(2));
    let refused = post(&front, json!({"input": "x".repeat(101)})).await;
    assert_eq!(refused.status, 502, "{}", refused.text());
    assert!(refused.text().contains("maximum context length is 100"), "{}", refused.text());
}
