//! Every chain that comes with the program keeps the promises of a model; a private one keeps them for what it hides.

use std::sync::Arc;

use ponder::{
    chain::{Chain, Models, Named, shipped},
    engine::scripted::{Reply, Rule, Script, ScriptedEngine, When, Work},
    generate::{
        Request,
        conformance::{Subject, violations},
    },
};

const QUESTION: &str = "What is 12 + 30?";
const APPLES: &str = "小明有12个苹果，又买了30个，现在一共有多少个苹果？";

/// A model that says to each of the chains what it wants to hear, a token a millisecond.
fn model() -> ScriptedEngine {
    let rule = |part: &str, reasoning: &str, content: &str| Rule {
        when: When { question: Some(part.to_owned()), ..When::default() },
        reply: Reply {
            reasoning: reasoning.to_owned(),
            content: content.to_owned(),
            per_token_ms: 1,
            ..Reply::default()
        },
    };
    let rules = vec![
        rule("{\"problems\":", "", "{\"problems\": [\"What is 12 + 30?\"]}"),
        rule("{\"findings\":", "Nothing is wrong here. ", "{\"findings\": [ ]}"),
        rule("patient tutor", "They want a hint. ", "Which of the tens belong together?"),
        rule(
            "苹果",
            "",
            "Xiaoming has 12 apples and buys 30 more. How many apples does he have now?",
        ),
        rule("12 + 30", "12 and 30 are 42. ", "So it is \\boxed{42}."),
    ];
    ScriptedEngine::new(Script { rules, ..Script::default() })
}

/// A shipped chain whose roles are all this model's, and `chain/solve` for those that call it.
fn chain(name: &str, engine: ScriptedEngine, general: bool) -> (Chain, Work) {
    let work = engine.work();
    let model = Named::new("model", Arc::new(engine));
    let plan = |name: &str| {
        let file = shipped().iter().find(|file| file.file == format!("chains/{name}.yaml"));
        file.expect("it ships").plan().expect("it loads")
    };
    let mut models = Models::only(model.clone());
    let solve = Chain::new(plan("solve"), models.clone());
    models.general = general.then_some(model);
    models.named.insert("chain/solve".to_owned(), Named::new("chain/solve", Arc::new(solve)));
    (Chain::new(plan(name), models), work)
}

/// What is violated, by name, with and without a general model.
async fn violated(name: &str) -> Vec<String> {
    let mut all = Vec::new();
    for general in [true, false] {
        if name == "general-with-reasoner" && !general {
            continue;
        }
        let (chain, work) = chain(name, model(), general);
        let private = chain.plan().private;
        let question = if name == "translate" { APPLES } else { QUESTION };
        let (running, written) = (work.clone(), work.clone());
        let subject = Subject::new(Arc::new(chain), Request::ask(question))
            .counting(move || running.running())
            .counting_tokens(move || written.tokens());
        let subject = if private { subject.private() } else { subject };
        let found = violations(&subject).await;
        all.extend(found.into_iter().map(|line| format!("{name}, general {general}: {line}")));
    }
    all
}

#[tokio::test]
async fn every_shipped_chain_conforms() {
    let mut all = Vec::new();
    let mut seen = Vec::new();
    for file in shipped() {
        let name = file.plan().expect("it loads").name;
        let found = violated(&name).await;
        // A translation has settings of its own, as its file says.
        let known = |line: &String| {
            name == "translate" && (line.contains("token limit") || line.contains("stop sequence"))
        };
        all.extend(found.into_iter().filter(|line| !known(line)));
        seen.push(name);
    }
    assert_eq!(all, Vec::<String>::new());
    assert!(seen.contains(&"hint".to_owned()) && seen.contains(&"tutor".to_owned()), "{seen:?}");
}

#[tokio::test]
async fn a_private_chain_that_tells_or_spends_too_much_is_found_out() {
    // The suite can fail: what is not private tells its thinking and takes a stop sequence.
    let (solve, work) = chain("solve", model(), false);
    let written = work.clone();
    let subject = Subject::new(Arc::new(solve), Request::ask(QUESTION))
        .counting(move || work.running())
        .counting_tokens(move || written.tokens())
        .private();
    let found = violations(&subject).await;
    let names: Vec<&str> = found.iter().filter_map(|line| line.split(':').next()).collect();
    assert_eq!(names, ["order and usage", "stop sequence"], "{found:?}");
}
