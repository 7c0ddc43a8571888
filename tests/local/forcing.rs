//! Thinking budgets and models that go in circles, on a real engine.

use std::time::{Duration, Instant};

use ponder::generate::{FinishReason, Generate, Request, StopCause, Thinking, ThinkingEnd};

use crate::{
    hosting::{ask, host},
    tiny_model::Behaviour,
};

/// Thinks `abcabcabc…` for ever; made to stop, it answers.
const THINKS_IN_CIRCLES: Behaviour = Behaviour::Table(&[
    &["Ċ", "<think>", "a", "b", "c", "a"],
    &["</think>", "x", "y", "z", "<|im_end|>"],
]);

#[tokio::test(flavor = "multi_thread")]
async fn thinking_in_circles_is_ended_and_the_answer_comes() {
    let (engine, _folder) = host(THINKS_IN_CIRCLES, 1).await;
    let request = Request { max_tokens: Some(4_000), ..ask("1+1?") };
    let answer = engine.generate(request).await.unwrap().collect().await.unwrap();
    assert_eq!(answer.content, "xyz");
    assert_eq!(answer.finish.thinking_end, ThinkingEnd::Loop);
    assert_eq!((answer.finish.reason, answer.finish.cause), (FinishReason::Stop, None));
    let thought = answer.finish.usage.reasoning_tokens;
    assert!((128..400).contains(&thought), "{thought} tokens");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_budget_is_kept_to_the_token() {
    let (engine, _folder) = host(THINKS_IN_CIRCLES, 1).await;
    let mut lengths = Vec::new();
    for budget in [10, 40] {
        let request = Request { thinking: Thinking::UpTo(budget), ..ask("1+1?") };
        let answer = engine.generate(request).await.unwrap().collect().await.unwrap();
        assert_eq!(answer.content, "xyz");
        assert_eq!(answer.finish.thinking_end, ThinkingEnd::Budget);
        assert!(answer.reasoning.starts_with("abcabcabc"), "{}", answer.reasoning);
        assert!(answer.reasoning.contains("give my answer now"), "{}", answer.reasoning);
        lengths.push(answer.finish.usage.reasoning_tokens - u64::from(budget));
    }
    assert_eq!(lengths[0], lengths[1], "what is added to the budget is the closing sentence");
}

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_written_in_time_is_not_begun() {
    let (engine, _folder) = host(Behaviour::Table(&[&["Ċ", "x", "y", "x"]]), 1).await;
    let pace = engine.pace().expect("it was measured");
    assert!(pace.writing > 1.0 && pace.reading > 1.0, "{pace:?}");
    // No time at all still gives an answer, of the fewest tokens.
    let hurried = Request { within: Some(Duration::ZERO), ..ask("1+1?") };
    let answer = engine.generate(hurried.clone()).await.unwrap().collect().await.unwrap();
    assert_eq!((answer.finish.reason, answer.finish.cause), (FinishReason::Length, None));
    assert_eq!(answer.finish.usage.completion_tokens, 256);
    // A number of the client's own counts more.
    let asked = Request { max_tokens: Some(300), ..hurried.clone() };
    let answer = engine.generate(asked).await.unwrap().collect().await.unwrap();
    assert_eq!(answer.finish.usage.completion_tokens, 300);
    // So does the time that others took before its turn.
    let late = Request { within: Some(HOUR), until: Some(Instant::now()), ..ask("1+1?") };
    let answer = engine.generate(late).await.unwrap().collect().await.unwrap();
    assert_eq!(answer.finish.usage.completion_tokens, 256);
    let until = Instant::now().checked_add(HOUR);
    let patient = Request { within: Some(HOUR), until, ..hurried };
    let answer = engine.generate(patient).await.unwrap().collect().await.unwrap();
    let circles = Some(StopCause::Repetition);
    assert_eq!(answer.finish.cause, circles, "there was time to go in circles");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_in_circles_is_ended_and_says_so() {
    let (engine, _folder) = host(Behaviour::Table(&[&["Ċ", "x", "y", "x"]]), 1).await;
    let request = Request { max_tokens: Some(4_000), ..ask("1+1?") };
    let answer = engine.generate(request).await.unwrap().collect().await.unwrap();
    assert_eq!(answer.finish.reason, FinishReason::Length);
    assert_eq!(answer.finish.cause, Some(StopCause::Repetition));
    let said = answer.finish.usage.completion_tokens;
    assert!((384..450).contains(&said), "{said} tokens");
}
