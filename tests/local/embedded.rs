//! The embedded model: unpacked, loaded and asked, as on a machine that has nothing else.

use ponder::{
    config::{ModelArguments, NodeConfig},
    generate::{Answer, Delta, Generate, Kind, Request, Sampling, StepState, ThinkingEnd},
    node::Node,
};

async fn node(cache: &std::path::Path) -> Node {
    let arguments = ModelArguments {
        model: Some("embedded".to_owned()),
        cache: Some(cache.to_owned()),
        ..ModelArguments::default()
    };
    let config = NodeConfig::resolve(&arguments).unwrap();
    Node::start(&config, &|_| ()).await.unwrap()
}

/// The likeliest answer: the same on every machine, up to rounding.
async fn ask(node: &Node, to: &str, question: &str) -> Answer {
    let request = Request {
        sampling: Sampling { temperature: Some(0.0), ..Sampling::default() },
        ..Request::ask(question)
    };
    let model = &node.catalog.find(to).expect(to).model;
    model.generate(request).await.unwrap().collect().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_thinks_and_then_answers() {
    let cache = tempfile::tempdir().unwrap();
    let node = node(cache.path()).await;
    let answer = ask(&node, "ponder-embedded", "What is 12 + 30?").await;
    assert!(answer.reasoning.contains("12+30"), "{}", answer.reasoning);
    assert!(answer.content.contains(r"\boxed{42}"), "{}", answer.content);
    assert_eq!(answer.finish.thinking_end, ThinkingEnd::Natural);
    let usage = answer.finish.usage;
    assert!(usage.reasoning_tokens > 0 && usage.reasoning_tokens < usage.completion_tokens);
    let unpacked = std::fs::read_dir(cache.path()).unwrap().count();
    assert_eq!(unpacked, 1, "one folder, and no draft left behind");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chinese_question_goes_through_every_step() {
    let cache = tempfile::tempdir().unwrap();
    let node = node(cache.path()).await;
    // Typed with the marks of a Chinese keyboard, and with those of an English one.
    for question in [
        "小明有12个苹果，又买了30个，现在一共有多少个苹果？",
        "小明有12个苹果,又买了30个,现在一共有多少个苹果?",
    ] {
        let answer = ask(&node, "chain/solve", question).await;
        went_through_every_step(&answer);
    }
}

fn went_through_every_step(answer: &Answer) {
    let decided = |step: &str| {
        answer.steps.iter().find_map(|event| match &event.state {
            StepState::Decided { choice, .. } if event.step == step => Some(choice.as_str()),
            _ => None,
        })
    };
    assert_eq!(decided("language"), Some("zh"));
    assert_eq!(decided("kind"), Some("math"));
    assert!(decided("question").is_some(), "{:?}", answer.steps);
    assert_eq!(answer.finish.kind, Some(Kind::Math));
    assert!(!answer.reasoning.is_empty());
    // How often it is right in general is measured, not tested: training/serve-and-evaluate.sh.
    assert!(answer.content.contains(r"\boxed{42}"), "{}", answer.content);
    assert!(answer.content.contains("答案"), "{}", answer.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_outside_its_field_is_not_guessed_at() {
    let cache = tempfile::tempdir().unwrap();
    let node = node(cache.path()).await;
    let answer = ask(&node, "chain/solve", "What is the capital of France?").await;
    assert_eq!(answer.finish.kind, Some(Kind::Other));
    assert_eq!(answer.finish.usage.completion_tokens, 0, "no model is asked");
    let answer = ask(&node, "ponder-embedded", "What is the capital of France?").await;
    assert!(answer.content.contains("I will not guess"), "{}", answer.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn deltas_arrive_while_it_works() {
    use futures::StreamExt;
    let cache = tempfile::tempdir().unwrap();
    let node = node(cache.path()).await;
    let model = node.reasoner().unwrap();
    let mut generation = model.generate(Request::ask("What is 345 + 678?")).await.unwrap();
    let mut pieces = 0;
    while let Some(delta) = generation.next().await {
        pieces += usize::from(matches!(delta.unwrap(), Delta::Reasoning(_) | Delta::Content(_)));
    }
    assert!(pieces > 5, "the answer came in {pieces} pieces");
}
