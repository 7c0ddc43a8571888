use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use futures::future::BoxFuture;

use super::*;
use crate::{
    engine::scripted::{Reply, Rule, Script, ScriptedEngine, When},
    evaluation::sample::Sample,
    generate::Generation,
};

/// States five claims, finds them all true, and fails the first calls whose question has these words.
struct Failing {
    engine: ScriptedEngine,
    words: &'static str,
    error: GenerateError,
    left: AtomicUsize,
}

impl Generate for Failing {
    fn generate(&self, request: Request) -> BoxFuture<'_, Result<Generation, GenerateError>> {
        let fits = request.question().contains(self.words);
        let one_less = |left: usize| left.checked_sub(1);
        if fits && self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_ok() {
            let error = self.error.clone();
            return Box::pin(async move { Err(error) });
        }
        self.engine.generate(request)
    }
}

fn failing(words: &'static str, error: GenerateError, times: usize) -> Failing {
    let rule = |question: &str, content: &str| Rule {
        when: When { question: Some(question.to_owned()), conversation: None },
        reply: Reply { content: content.to_owned(), ..Reply::default() },
    };
    let rules =
        vec![rule("five claims", "1. a\n2. b\n3. c\n4. d\n5. e"), rule("Is this claim", "true")];
    let engine = ScriptedEngine::new(Script { rules, ..Script::default() });
    Failing { engine, words, error, left: AtomicUsize::new(times) }
}

#[derive(Default)]
struct Waits(AtomicUsize);

impl Watch for Waits {
    fn wrote(&self) {}
    fn waits(&self, _error: &GenerateError, _time: Duration) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
    fn ended(&self, _sample: &Sample) {}
}

async fn checked(model: &Failing, watch: &Waits) -> CheckedClaims {
    let answer = Answer { content: "\\boxed{5}".to_owned(), ..Answer::default() };
    check(model, "What is 2 + 3?", &answer, Patience { retries: 1, watch }).await.unwrap()
}

fn holding(checked: &CheckedClaims) -> Vec<Option<bool>> {
    checked.claims.iter().map(|verdict| verdict.holds).collect()
}

fn too_long() -> GenerateError {
    GenerateError::ContextLength { limit: 8, prompt: 9 }
}

#[tokio::test]
async fn a_verdict_that_may_pass_is_asked_for_again_and_nothing_else() {
    let (model, watch) = (failing("\nc", GenerateError::engine("gone"), 1), Waits::default());
    let found = checked(&model, &watch).await;
    assert_eq!(holding(&found), [Some(true); 5]);
    assert_eq!((found.reliability, watch.0.load(Ordering::SeqCst)), (1.0, 1));
    assert_eq!(model.engine.work().started(), 6, "the claims and five verdicts, each once");
}

#[tokio::test]
async fn a_verdict_that_fails_is_neither_true_nor_false() {
    let (model, watch) = (failing("\nc", too_long(), usize::MAX), Waits::default());
    let found = checked(&model, &watch).await;
    assert_eq!(holding(&found), [Some(true), Some(true), None, Some(true), Some(true)]);
    assert!((found.reliability - 0.8_f64.powi(5)).abs() < 1e-12, "as the step counts it");
    assert_eq!(watch.0.load(Ordering::SeqCst), 0, "that does not pass");
    let (model, watch) = (failing("\nc", GenerateError::engine("gone"), 2), Waits::default());
    assert_eq!(holding(&checked(&model, &watch).await)[2], None, "it was asked again once");
}

#[tokio::test]
async fn an_answer_whose_claims_cannot_be_asked_for_stays() {
    let (model, watch) = (failing("five claims", too_long(), usize::MAX), Waits::default());
    let found = checked(&model, &watch).await;
    assert_eq!((found.reliability, found.claims), (0.0, Vec::new()));
    assert_eq!(model.engine.work().started(), 0, "there is nothing to judge");
}
