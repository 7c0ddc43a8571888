//! What the tests share: chains over a scripted engine, and messages.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use ponder::{
    app::{ApiSettings, App},
    catalog::{Catalog, ModelInfo, Purpose},
    chain::{Chain, Models, Named, load, shipped},
    engine::scripted::{Script, ScriptedEngine, Work},
    generate::Generate,
    mcp::Service,
};
use serde_json::{Value, json};

const MODEL: &str = "tests/thinker";

/// What the engine says.
pub(crate) const SCRIPT: &str = r"
rules:
  - when: { question: 'slow' }
    reply: { content: 'one two three four five six seven eight nine ten', per_token_ms: 200 }
  - when: { question: 'too many' }
    reply: { ending: { fail_before: overloaded } }
  - when: { question: 'breaks' }
    reply: { content: 'one two three', ending: { fail_after: { tokens: 1, failure: engine } } }
  - when: { question: 'panics' }
    reply: { ending: { fail_before: panic } }
otherwise: { reasoning: 'Twelve plus thirty.', content: 'The answer is \boxed{42}.' }
";

/// A node with scripted chains.
pub(crate) struct Node {
    pub(crate) app: App,
    pub(crate) catalog: Catalog,
    pub(crate) work: Work,
}

impl Node {
    /// With the chains `solve` and `translate`, not yet served.
    pub(crate) fn loading(settings: ApiSettings) -> Self {
        let script: Script = serde_saphyr::from_str(SCRIPT).expect("a good script");
        let engine = ScriptedEngine::new(script);
        let work = engine.work();
        let engine: Arc<dyn Generate> = Arc::new(engine);
        let mut catalog = Catalog::default();
        catalog.insert(info(MODEL), Arc::clone(&engine));
        let models = Models {
            reasoner: Named::new(MODEL, engine),
            translator: None,
            general: None,
            embedder: None,
            named: BTreeMap::new(),
        };
        let mut plans = Vec::new();
        for shipped in shipped() {
            let plan = Arc::new(load(shipped.text, shipped.file).expect("a good chain"));
            if ["solve", "translate"].contains(&plan.name.as_str()) {
                let chain = Arc::new(Chain::new(Arc::clone(&plan), models.clone()));
                catalog.insert_chain(
                    info(&format!("chain/{}", plan.name)),
                    Arc::clone(&plan),
                    chain,
                );
                plans.push(plan);
            }
        }
        let app = App::loading(settings);
        app.announce(plans);
        Self { app, catalog, work }
    }

    /// The same, served.
    pub(crate) fn serving(settings: ApiSettings) -> Self {
        let node = Self::loading(settings);
        node.app.serve(node.catalog.clone());
        node
    }

    pub(crate) fn service(&self) -> Service {
        Service::new(self.app.clone())
    }

    /// Waits until the engine works on so many answers.
    pub(crate) async fn works_on(&self, answers: usize) {
        let reached = async {
            while self.work.running() != answers {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(10), reached).await;
        assert!(waited.is_ok(), "{} answers run, not {answers}", self.work.running());
    }
}

fn info(id: &str) -> ModelInfo {
    ModelInfo {
        id: id.to_owned(),
        description: "Answers from a script.".to_owned(),
        purpose: Purpose::Answers,
        owned_by: "test".to_owned(),
        created: 1_700_000_000,
        context_length: None,
        demonstration: true,
    }
}

/// A call.
pub(crate) fn call(id: impl Into<Value>, method: &str, params: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id.into(), "method": method, "params": params})
}

/// The beginning of a connection.
pub(crate) fn initialize(id: u32) -> Value {
    let client = json!({"name": "tests", "version": "1"});
    let params = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client});
    call(id, "initialize", params)
}

/// What a call says of itself from 2026-07-28 on.
pub(crate) fn meta() -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    })
}

/// The parameters of a call of `solve`.
pub(crate) fn solve(question: &str) -> Value {
    json!({"name": "solve", "arguments": {"question": question}})
}

/// The same from 2026-07-28 on, with progress.
pub(crate) fn solve_alone(question: &str) -> Value {
    let mut params = solve(question);
    params["_meta"] = meta();
    params["_meta"]["progressToken"] = json!("p");
    params
}

/// The text of a tool's result, and whether it is an error.
pub(crate) fn text(answer: &Value) -> (&str, bool) {
    let result = &answer["result"];
    (result["content"][0]["text"].as_str().expect("a text"), result["isError"] == true)
}
