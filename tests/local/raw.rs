//! Prompts that are continued as they are, and the tokens they are made of.

use futures::StreamExt;
use ponder::generate::{
    Delta, FinishReason, Generate, GenerateError, Message, RawPrompt, Request, Sampling, Thinking,
    ThinkingEnd, Tokenize,
};

use crate::{hosting::host, tiny_model::Behaviour};

fn continuing(prompt: RawPrompt) -> Request {
    Request {
        raw: Some(prompt),
        max_tokens: Some(20),
        sampling: Sampling { temperature: Some(0.0), ..Sampling::default() },
        ..Request::default()
    }
}

fn text(text: &str) -> RawPrompt {
    RawPrompt::Text(text.into())
}

const SPELLED: &[&str] = &["<think>", "a", "b", "</think>", "x", "y", "z", "<|im_end|>"];

#[tokio::test(flavor = "multi_thread")]
async fn e16_a_text_is_continued_with_its_tags() {
    let (engine, _folder) = host(Behaviour::Spell(SPELLED), 1).await;
    for thinking in [Thinking::Natural, Thinking::Off] {
        let request = Request { thinking, ..continuing(text("once\n")) };
        let answer = engine.generate(request).await.unwrap().collect().await.unwrap();
        assert_eq!(answer.content, "<think>ab</think>xyz");
        assert_eq!(answer.reasoning, "");
        assert_eq!(answer.finish.thinking_end, ThinkingEnd::None);
        assert_eq!(answer.finish.reason, FinishReason::Stop);
        assert_eq!(answer.finish.usage.prompt_tokens, 5);
    }
    // From the middle: nothing is added before the prompt.
    let request = continuing(text("</think>x"));
    let answer = engine.generate(request).await.unwrap().collect().await.unwrap();
    assert_eq!(answer.content, "yz");
    let stopped = Request { stop: vec!["z".to_owned()], ..continuing(text("</think>x")) };
    let answer = engine.generate(stopped).await.unwrap().collect().await.unwrap();
    assert_eq!(answer.content, "y");
}

#[tokio::test(flavor = "multi_thread")]
async fn e16_tokens_are_continued_like_their_text() {
    let (engine, _folder) = host(Behaviour::Spell(SPELLED), 1).await;
    let tokens = engine.tokenize(&continuing(text("once\n"))).await.unwrap();
    let mut deltas = engine.generate(continuing(RawPrompt::Tokens(tokens.into()))).await.unwrap();
    let mut said = String::new();
    while let Some(delta) = deltas.next().await {
        if let Delta::Content(text) = delta.unwrap() {
            said.push_str(&text);
        }
    }
    assert_eq!(said, "<think>ab</think>xyz");
    let unknown = continuing(RawPrompt::Tokens([1, 100_000].into()));
    let error = engine.generate(unknown).await.unwrap_err();
    assert!(matches!(error, GenerateError::Invalid { param: "prompt", .. }), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_survive_their_tokens() {
    let (engine, _folder) = host(Behaviour::Random(3), 1).await;
    let tokenizer = engine.tokenizer().expect("it is here");
    for sample in
        ["", "one two", "苹果 12\n", "<|im_start|>user\nhi<|im_end|>", "<think>qz</think>"]
    {
        let tokens = tokenizer.tokenize(&continuing(text(sample))).await.unwrap();
        assert_eq!(tokenizer.detokenize(tokens.clone()).await.unwrap(), sample);
        assert_eq!(tokenizer.texts(tokens.clone()).await.unwrap().len(), tokens.len());
    }
    let conversation = Request { messages: vec![Message::user("hi")], ..Request::default() };
    let tokens = tokenizer.tokenize(&conversation).await.unwrap();
    let rendered = tokenizer.detokenize(tokens).await.unwrap();
    assert!(
        rendered.ends_with("<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n"),
        "{rendered}"
    );
    let error = tokenizer.detokenize(vec![100_000]).await.unwrap_err();
    assert!(matches!(&error, GenerateError::Invalid { param: "tokens", .. }), "{error}");
}
