//! `chain/hint` over HTTP: what it holds back appears in no reply, event, run or record.

use std::sync::Arc;

use axum::http::Method;
use ponder::{
    app::{ApiSettings, App},
    catalog::{Catalog, ModelInfo},
    chain::{Chain, Models, Named, shipped},
    engine::scripted::{Reply, Rule, Script, ScriptedEngine, When},
    router::router,
    runs::RunStore,
};
use serde_json::{Value, json};

use crate::support::{MODEL, TestApp, info, request};

const PROBLEM: &str = "What is 12345 * 678?";

/// What appears nowhere: the answer, and words of the thinking, the solution and the drafts.
const HELD_BACK: [&str; 4] = ["8369910", "Hidden", "Psst", "They want"];

/// Solves the problem, and gives the solution away in every hint.
fn leaking() -> Script {
    let rule = |part: &str, reasoning: &str, content: &str| Rule {
        when: When { question: Some(part.to_owned()), ..When::default() },
        reply: Reply {
            reasoning: reasoning.to_owned(),
            content: content.to_owned(),
            ..Reply::default()
        },
    };
    let hint = rule("patient tutor", "They want 8369910. ", "Psst, it is 8369910.");
    let solution = rule("12345", "Hidden thought. ", "Hidden step. \\boxed{8369910}");
    Script { rules: vec![hint, solution], ..Script::default() }
}

/// An app with `chain/solve` and `chain/hint`, whose runs are recorded.
fn app(records: &RunStore) -> TestApp {
    let engine = ScriptedEngine::new(leaking());
    let work = engine.work();
    let engine = Named::new(MODEL, Arc::new(engine));
    let mut catalog = Catalog::default();
    catalog.insert(info(MODEL), Arc::clone(&engine.model));
    let mut models = Models::only(engine);
    for name in ["solve", "hint"] {
        let file = shipped().iter().find(|file| file.file == format!("chains/{name}.yaml"));
        let plan = Arc::new(file.expect("it ships").plan().expect("it loads"));
        let chain = Chain::new(Arc::clone(&plan), models.clone());
        let chain = Arc::new(chain.observed_by(Arc::new(records.clone())));
        let id = format!("chain/{name}");
        models.named.insert(id.clone(), Named::new(id.clone(), Arc::clone(&chain) as _));
        catalog.insert_chain(ModelInfo { id: id.clone(), ..info(&id) }, plan, chain);
    }
    let settings = ApiSettings { records: Some(records.clone()), ..ApiSettings::default() };
    let app = App::new(catalog, settings);
    TestApp { router: router(app.clone()), app, work }
}

#[tokio::test]
async fn nothing_that_is_held_back_is_told_anywhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let records = RunStore::open(&folder.path().join("runs.sqlite"), 100).expect("opens");
    let app = app(&records);
    let messages = json!([{"role": "user", "content": PROBLEM}]);
    let chat = |more: Value| {
        let mut body =
            json!({"model": "chain/hint", "messages": messages, "ponder": {"events": true}});
        for (key, value) in more.as_object().into_iter().flatten() {
            body[key] = value.clone();
        }
        body
    };
    let asked = [
        ("/v1/chat/completions", chat(json!({}))),
        ("/v1/chat/completions", chat(json!({"stream": true}))),
        ("/v1/responses", json!({"model": "chain/hint", "input": PROBLEM})),
        ("/v1/responses", json!({"model": "chain/hint", "input": PROBLEM, "stream": true})),
        ("/v1/completions", json!({"model": "chain/hint", "prompt": PROBLEM})),
        ("/v1/inference", json!({"model": "chain/hint", "prompt": PROBLEM})),
        ("/v1/chains/hint/invoke", json!({"input": PROBLEM})),
        ("/v1/chains/hint/stream", json!({"input": PROBLEM, "ponder": {"events": true}})),
        ("/v1/chains/hint/batch", json!({"inputs": [PROBLEM, PROBLEM]})),
    ];
    for (path, body) in asked {
        let answer = app.send(request(Method::POST, path, body.to_string().into())).await;
        let text = answer.text();
        assert_eq!(answer.status, 200, "{path}: {text}");
        assert!(text.contains("Say in your own words"), "{path}: {text}");
        for held_back in HELD_BACK {
            assert!(!text.contains(held_back), "{path} tells {held_back}: {text}");
        }
        // A batch is several runs, and names none.
        let Some(id) = answer.header("x-ponder-run-id").map(str::to_owned) else { continue };
        let run = app.fetch(&format!("/v1/runs/{id}")).await;
        assert!(run.text().contains("\"steps\":[{"), "{path}: {}", run.text());
        let record = app.fetch(&format!("/v1/runs/{id}/record")).await;
        assert_eq!(record.status, 200, "{path}: {}", record.text());
        assert_eq!(record.json()["calls"], json!([]));
        for told in [run.text(), record.text()] {
            for held_back in HELD_BACK {
                assert!(!told.contains(held_back), "{path} tells {held_back}: {told}");
            }
        }
    }
    // Nor can the solutions that were made for it be read, which are runs of their own.
    records.flush();
    let parts: Vec<String> = records
        .list(100)
        .expect("reads")
        .into_iter()
        .filter(|run| run.chain == "solve")
        .map(|run| run.id)
        .collect();
    assert!(!parts.is_empty());
    for id in parts {
        assert_eq!(app.fetch(&format!("/v1/runs/{id}/record")).await.status, 404);
    }
}
