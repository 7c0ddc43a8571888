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

/// What a text's tokens are worth must be what they are worth when the model is made to say them.
#[tokio::test(flavor = "multi_thread")]
async fn r6_the_tokens_of_a_prompt_are_as_likely_as_when_they_are_written() {
    let (engine, _folder) = host(Behaviour::Random(3), 1).await;
    // A token that ends an answer stands in the middle.
    let prompt = "<|im_start|>user\nhi 苹果<|im_end|>\nso 12";
    let tokens = engine.tokenize(&continuing(text(prompt))).await.unwrap();
    let scored = Request {
        logprobs: Some(2),
        echoes_logprobs: true,
        max_tokens: Some(3),
        ..continuing(text(prompt))
    };
    let answer = engine.generate(scored).await.unwrap().collect().await.unwrap();
    assert!(answer.content.starts_with(prompt), "{}", answer.content);
    let joined: String = answer.logprobs.iter().map(|token| token.chosen.text.as_str()).collect();
    assert_eq!(joined, answer.content);
    assert_eq!(answer.finish.usage.prompt_tokens, tokens.len() as u64);
    let written = usize::try_from(answer.finish.usage.completion_tokens).unwrap();
    assert_eq!(answer.logprobs.len(), tokens.len() + written);
    let first = answer.logprobs.first().unwrap();
    assert_eq!((first.chosen.logprob, first.top.len()), (0.0, 0));
    for (position, token) in tokens.iter().enumerate().skip(1) {
        let before: std::sync::Arc<[u32]> = tokens[..position].into();
        let made_to_say = Request {
            logprobs: Some(2),
            logit_bias: vec![(*token, 100.0)],
            max_tokens: Some(1),
            ..continuing(RawPrompt::Tokens(before))
        };
        let said = engine.generate(made_to_say).await.unwrap().collect().await.unwrap();
        let (said, read) = (&said.logprobs[0], &answer.logprobs[position]);
        // Reading and writing round differently; another token at its place would be far off.
        for (said, read) in [(&said.chosen, &read.chosen), (&said.top[0], &read.top[0])] {
            let (said, read) = (said.logprob, read.logprob);
            assert!((said - read).abs() < 0.02, "token {position}: {said} and {read}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r6_nobody_who_left_has_a_prompt_read_to_its_end() {
    let (engine, _folder) = host(Behaviour::Random(3), 1).await;
    let scored = Request {
        logprobs: Some(0),
        echoes_logprobs: true,
        ..continuing(text(&"one two ".repeat(250)))
    };
    let mut deltas = engine.generate(scored).await.unwrap();
    for _ in 0..6 {
        deltas.next().await.unwrap().unwrap();
    }
    drop(deltas);
    let at_drop = engine.sampled_tokens();
    tokio::time::timeout(std::time::Duration::from_secs(20), async {
        while engine.running() > 0 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    })
    .await
    .expect("its place is given back");
    // It takes effect at the next token.
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    let sampled = engine.sampled_tokens();
    let after = sampled - at_drop;
    assert!(after <= 20, "{after} of 2,000 tokens were read after that");
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert_eq!(engine.sampled_tokens(), sampled, "the work went on");
}

#[tokio::test(flavor = "multi_thread")]
async fn r6_the_token_that_ends_a_continued_text_is_reported_without_text() {
    let (engine, _folder) = host(Behaviour::Spell(SPELLED), 1).await;
    let request = Request { logprobs: Some(1), ..continuing(text("</think>x")) };
    let answer = engine.generate(request).await.unwrap().collect().await.unwrap();
    let texts: Vec<&str> = answer.logprobs.iter().map(|token| token.chosen.text.as_str()).collect();
    assert_eq!(texts, ["y", "z", ""]);
}
