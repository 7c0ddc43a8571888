//! In-situ quantization: the weights are made smaller while they are loaded.

use ponder::{
    config::{ModelArguments, NodeConfig},
    generate::{Answer, FinishReason, Generate, Request, Sampling},
    node::Node,
};

async fn answer(quantize: Option<&str>) -> Answer {
    let cache = tempfile::tempdir().unwrap();
    let arguments = ModelArguments {
        model: Some("embedded".to_owned()),
        quantize: quantize.map(str::to_owned),
        cache: Some(cache.path().to_owned()),
        ..ModelArguments::default()
    };
    let config = NodeConfig::resolve(&arguments).unwrap();
    let node = Node::start(&config, &|_| ()).await.unwrap();
    let request = Request {
        sampling: Sampling { temperature: Some(0.0), ..Sampling::default() },
        max_tokens: Some(200),
        ..Request::ask("What is 12 + 30?")
    };
    let model = &node.catalog.find("ponder-embedded").unwrap().model;
    model.generate(request).await.unwrap().collect().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_bits_think_like_sixteen() {
    let (whole, eight) = (answer(None).await, answer(Some("q8_0")).await);
    assert!(whole.content.contains(r"\boxed{42}"), "{}", whole.content);
    assert_eq!(eight.content, whole.content);
    assert_eq!(eight.reasoning, whole.reasoning);
}

#[tokio::test(flavor = "multi_thread")]
async fn four_bits_still_speak() {
    // A model this small loses much with four bits; that it loads, writes and ends is what counts.
    let four = answer(Some("q4k")).await;
    assert!(four.finish.usage.completion_tokens > 0);
    let text = four.reasoning + &four.content;
    assert!(!text.is_empty());
    assert!(matches!(four.finish.reason, FinishReason::Stop | FinishReason::Length));
}
