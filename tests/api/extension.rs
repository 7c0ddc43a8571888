//! What only ponder offers: run ids, kinds and the steps of a chain.

use std::{sync::Arc, time::Duration};

use futures::{FutureExt, future::BoxFuture, stream};
use ponder::{
    app::ApiSettings,
    generate::{
        Delta, Finish, Generate, GenerateError, Generation, Kind, Request, StepEvent, StepState,
        Usage,
    },
};
use serde_json::{Value, json};

use crate::support::{TestApp, redact};

/// Reports steps as a chain does.
struct Stepping;

impl Generate for Stepping {
    fn generate(&self, _request: Request) -> BoxFuture<'_, Result<Generation, GenerateError>> {
        let step = |state| {
            Ok(Delta::Step(StepEvent { step: "route".to_owned(), action: "decide", state }))
        };
        let usage = Usage { prompt_tokens: 1, completion_tokens: 2, reasoning_tokens: 0 };
        let deltas = [
            step(StepState::Started),
            step(StepState::Decided {
                choice: "math".to_owned(),
                reasons: vec!["it has numbers".to_owned()],
            }),
            step(StepState::Finished {
                output: "math".to_owned(),
                elapsed: Duration::from_millis(7),
                usage,
            }),
            Ok(Delta::Content("42".to_owned())),
            Ok(Delta::Finished(Finish { kind: Some(Kind::Math), usage, ..Finish::default() })),
        ];
        async move { Ok(Generation::new(stream::iter(deltas))) }.boxed()
    }
}

fn app() -> TestApp {
    TestApp::over(Arc::new(Stepping), ApiSettings::default())
}

#[tokio::test]
async fn a_reply_names_its_run_and_the_kind_of_the_question() {
    let answer = app().ask(json!({})).await;
    let body = answer.json();
    let run_id = body["ponder"]["run_id"].as_str().expect("a run id");
    assert_eq!(answer.header("x-ponder-run-id"), Some(run_id));
    assert!(run_id.starts_with("run_"), "{run_id}");
    assert_eq!(body["ponder"]["kind"], "math");
    assert!(body["ponder"].get("steps").is_none(), "nobody asked for steps");
}

#[tokio::test]
async fn steps_are_listed_for_whom_asks() {
    let mut body = app().ask(json!({"ponder": {"events": true}})).await.json();
    redact(&mut body);
    insta::assert_json_snapshot!(body["ponder"], @r#"
    {
      "run_id": "run_…",
      "kind": "math",
      "thinking_end": "none",
      "steps": [
        {
          "id": "route",
          "action": "decide",
          "state": "started"
        },
        {
          "id": "route",
          "action": "decide",
          "state": "decided",
          "choice": "math",
          "reasons": [
            "it has numbers"
          ]
        },
        {
          "id": "route",
          "action": "decide",
          "state": "finished",
          "output": "math",
          "elapsed_ms": 7,
          "usage": {
            "prompt_tokens": 1,
            "completion_tokens": 2,
            "total_tokens": 3,
            "prompt_tokens_details": {
              "cached_tokens": 0
            },
            "completion_tokens_details": {
              "reasoning_tokens": 0
            }
          }
        }
      ]
    }
    "#);
}

#[tokio::test]
async fn streamed_steps_are_invisible_to_clients_that_do_not_know_them() {
    let answer = app().stream(json!({"ponder": {"events": true}})).await;
    let chunks = answer.chunks();
    let steps: Vec<&Value> =
        chunks.iter().filter(|chunk| chunk["ponder"].get("step").is_some()).collect();
    assert_eq!(steps.len(), 3);
    for step in steps {
        let choice = &step["choices"][0];
        assert_eq!(*choice, json!({"index": 0, "delta": {}, "finish_reason": null}));
    }
    let last = chunks.last().expect("chunks");
    assert_eq!(last["ponder"]["kind"], "math");
    assert_eq!(last["ponder"]["run_id"].as_str(), answer.header("x-ponder-run-id"));
    let silent = app().stream(json!({})).await.chunks();
    assert!(silent.iter().all(|chunk| chunk["ponder"].get("step").is_none()), "{silent:?}");
}
