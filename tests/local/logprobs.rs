//! Probabilities and biases of tokens, on a real engine.

use ponder::generate::{Generate, Request, Sampling};

use crate::{
    hosting::{ask, host},
    tiny_model::Behaviour,
};

/// Thinks `ab`, answers `xyz`, and ends.
const SPELLED: Behaviour =
    Behaviour::Spell(&["<think>", "a", "b", "</think>", "x", "y", "z", "<|im_end|>"]);

#[tokio::test(flavor = "multi_thread")]
async fn joined_the_tokens_are_the_answer_and_the_likeliest_is_chosen() {
    let (engine, _folder) = host(SPELLED, 1).await;
    let request = Request { logprobs: Some(3), ..ask("1+1?") };
    let answer = engine.generate(request).await.unwrap().collect().await.unwrap();
    let texts: Vec<&str> = answer.logprobs.iter().map(|token| token.chosen.text.as_str()).collect();
    assert_eq!(texts, ["x", "y", "z"]);
    for token in &answer.logprobs {
        assert_eq!(token.top.len(), 3);
        assert_eq!(token.top[0], token.chosen, "at temperature 0 the likeliest is chosen");
        assert!(token.chosen.logprob <= 0.0 && token.chosen.logprob > -1.0, "{token:?}");
        assert!(token.top[1].logprob < token.top[0].logprob);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_random_model_gives_probabilities_that_add_up_to_less_than_one() {
    let (engine, _folder) = host(Behaviour::Random(3), 1).await;
    let request = Request {
        logprobs: Some(20),
        max_tokens: Some(12),
        sampling: Sampling { seed: Some(1), ..Sampling::default() },
        ..Request::ask("Go on.")
    };
    let answer = engine.generate(request).await.unwrap().collect().await.unwrap();
    let joined: String = answer.logprobs.iter().map(|token| token.chosen.text.as_str()).collect();
    assert_eq!(joined, answer.content);
    for token in &answer.logprobs {
        let sum: f32 = token.top.iter().map(|token| token.logprob.exp()).sum();
        assert!(sum > 0.0 && sum <= 1.0, "{sum}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bias_forbids_a_token() {
    let (engine, _folder) = host(SPELLED, 1).await;
    let x = u32::from(b'x' - b'!');
    let sampling = Sampling { temperature: Some(0.0), ..Sampling::default() };
    let request =
        Request { logit_bias: vec![(x, -100.0)], max_tokens: Some(12), sampling, ..ask("1+1?") };
    let answer = engine.generate(request).await.unwrap().collect().await.unwrap();
    assert!(!answer.content.starts_with('x'), "{}", answer.content);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stop_sequence_takes_away_is_not_reported() {
    let (engine, _folder) = host(SPELLED, 1).await;
    for (stop, content) in [("yz", "x"), ("xy", ""), ("z", "xy"), ("zebra", "xyz")] {
        let request = Request { logprobs: Some(0), stop: vec![stop.to_owned()], ..ask("1+1?") };
        let answer = engine.generate(request).await.unwrap().collect().await.unwrap();
        let joined: String =
            answer.logprobs.iter().map(|token| token.chosen.text.as_str()).collect();
        assert_eq!((answer.content.as_str(), joined.as_str()), (content, content), "{stop}");
    }
}
