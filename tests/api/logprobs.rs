//! Probabilities and biases of tokens: the rows R6, R14 and S13.

use std::sync::Arc;

use axum::http::{Method, StatusCode};
use futures::{FutureExt, future::BoxFuture};
use ponder::{
    app::ApiSettings,
    generate::{
        Delta, Finish, Generate, GenerateError, Generation, RankedToken, Request, TokenLogprob,
    },
};
use serde_json::{Value, json};

use crate::support::{MODEL, TestApp, request, thoughtful};

/// Answers with two tokens, the second in two pieces, and says how likely they were.
struct Ranked;

fn token(text: &str, logprob: f32, top: &[(&str, f32)]) -> TokenLogprob {
    let ranked = |(text, logprob): (&str, f32)| RankedToken { text: text.to_owned(), logprob };
    TokenLogprob { chosen: ranked((text, logprob)), top: top.iter().copied().map(ranked).collect() }
}

impl Generate for Ranked {
    fn generate(&self, request: Request) -> BoxFuture<'_, Result<Generation, GenerateError>> {
        assert_eq!(request.logprobs, Some(2));
        let deltas = [
            Delta::Logprobs(vec![token("4", -0.5, &[("4", -0.5), ("5", -1.5)])]),
            Delta::Content("4".to_owned()),
            Delta::Content("2".to_owned()),
            Delta::Logprobs(vec![token("2!", -0.25, &[("2!", -0.25), ("é", -3.0)])]),
            Delta::Content("!".to_owned()),
            Delta::Finished(Finish::default()),
        ];
        let stream = futures::stream::iter(deltas.map(Ok));
        async move { Ok(Generation::new(stream)) }.boxed()
    }
}

fn asked() -> Value {
    json!({"logprobs": true, "top_logprobs": 2})
}

fn joined(tokens: &[Value]) -> String {
    tokens.iter().map(|token| token["token"].as_str().expect("a text")).collect()
}

#[tokio::test]
async fn r6_a_whole_reply_has_every_token() {
    let app = TestApp::over(Arc::new(Ranked), ApiSettings::default());
    let logprobs = &app.ask(asked()).await.json()["choices"][0]["logprobs"];
    insta::assert_json_snapshot!(logprobs, @r#"
    {
      "content": [
        {
          "token": "4",
          "logprob": -0.5,
          "bytes": [
            52
          ],
          "top_logprobs": [
            {
              "token": "4",
              "logprob": -0.5,
              "bytes": [
                52
              ]
            },
            {
              "token": "5",
              "logprob": -1.5,
              "bytes": [
                53
              ]
            }
          ]
        },
        {
          "token": "2!",
          "logprob": -0.25,
          "bytes": [
            50,
            33
          ],
          "top_logprobs": [
            {
              "token": "2!",
              "logprob": -0.25,
              "bytes": [
                50,
                33
              ]
            },
            {
              "token": "é",
              "logprob": -3.0,
              "bytes": [
                195,
                169
              ]
            }
          ]
        }
      ],
      "refusal": null
    }
    "#);
}

#[tokio::test]
async fn s13_a_stream_brings_each_token_with_the_piece_that_completes_it() {
    let app = TestApp::over(Arc::new(Ranked), ApiSettings::default());
    let chunks = app.stream(asked()).await.chunks();
    let tokens: Vec<Value> = chunks
        .iter()
        .filter_map(|chunk| chunk["choices"][0]["logprobs"]["content"].as_array())
        .flatten()
        .cloned()
        .collect();
    assert_eq!(joined(&tokens), "42!");
    let with_logprobs: Vec<&str> = chunks
        .iter()
        .filter(|chunk| chunk["choices"][0].get("logprobs").is_some())
        .filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str())
        .collect();
    assert_eq!(with_logprobs, ["4", "!"]);
}

#[tokio::test]
async fn r6_the_thinking_has_none_and_nobody_gets_them_unasked() {
    let app = TestApp::answering(thoughtful());
    let body = app.ask(json!({"logprobs": true})).await.json();
    let tokens = body["choices"][0]["logprobs"]["content"].as_array().expect("tokens").clone();
    assert_eq!(joined(&tokens), "The answer is 42.");
    let body = app.ask(json!({"logprobs": false})).await.json();
    assert_eq!(body["choices"][0]["logprobs"], Value::Null);
    assert!(!app.stream(json!({})).await.text().contains("logprobs"));
}

#[tokio::test]
async fn r6_r14_wrong_values_are_refused_by_name() {
    let app = TestApp::answering(thoughtful());
    for (body, param) in [
        (json!({"logprobs": "yes"}), "logprobs"),
        (json!({"top_logprobs": 3}), "top_logprobs"),
        (json!({"logprobs": true, "top_logprobs": 21}), "top_logprobs"),
        (json!({"logprobs": true, "top_logprobs": -1}), "top_logprobs"),
        (json!({"logit_bias": {"1": 101}}), "logit_bias"),
        (json!({"logit_bias": {"apple": 1}}), "logit_bias"),
        (json!({"logit_bias": [1]}), "logit_bias"),
    ] {
        let answer = app.ask(body.clone()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(answer.error_param(), param, "{body}");
    }
    for body in [
        json!({"logit_bias": {"1": -100, "2": 0.5}}),
        json!({"logit_bias": {}, "logprobs": null, "top_logprobs": 0}),
    ] {
        assert_eq!(app.ask(body.clone()).await.status, StatusCode::OK, "{body}");
    }
}

#[tokio::test]
async fn e17_a_response_carries_probabilities() {
    let app = TestApp::over(Arc::new(Ranked), ApiSettings::default());
    let body = json!({"model": MODEL, "input": "x", "top_logprobs": 2});
    let answer = app.send(request(Method::POST, "/v1/responses", body.to_string().into())).await;
    let part = answer.json()["output"][0]["content"][0].clone();
    assert_eq!(part["text"], "42!");
    let tokens: Vec<_> =
        part["logprobs"].as_array().into_iter().flatten().map(|token| &token["token"]).collect();
    assert_eq!(tokens, ["4", "2!"]);
    assert_eq!(part["logprobs"][1]["top_logprobs"][1]["token"], "é");
}
