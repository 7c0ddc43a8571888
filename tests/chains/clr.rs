//! Answers that count as far as their claims hold.

use std::{sync::Arc, time::Duration};

use ponder::{
    chain::{Chain, Models, Named, load, shipped},
    engine::scripted::{Ending, Failure, Reply, Rule, Script, ScriptedEngine, When},
    generate::{ConfidenceState, Generate, Request, Sampling, StepState, Thinking},
    runs::RunStore,
};

use crate::support::{Told, ask, collect, steps, thinking};

/// A chain with this in its only step.
fn file(clr: &str) -> String {
    format!(
        "version: 1\nname: weighed\ndescription: Weighs claims.\nmodels: {{reasoner: required}}\nsteps:\n  \
         - id: answer\n    {clr}\noutput: ${{answer}}\n"
    )
}

fn chain(options: &str, model: &Arc<Told>) -> Chain {
    let clr = format!("clr: ${{input.question}}\n    {options}");
    let plan = load(&file(&clr), "weighed.yaml").unwrap_or_else(|error| panic!("{error}"));
    Chain::new(plan, Models::only(Named::new("model", Arc::clone(model) as _)))
}

fn boxed(value: &str) -> String {
    format!("So it is \\boxed{{{value}}}.")
}

const CLAIMS: &str = "1. a = 1\n2. b = 2\n3. c = 3\n4. d = 4\n5. e = 5";

/// A solution with five claims, the first so many of which are true.
fn judged(value: &str, holding: usize) -> Vec<Reply> {
    let verdicts = (0..5).map(|claim| if claim < holding { "true" } else { "false" });
    let replies = [boxed(value), CLAIMS.to_owned()].into_iter();
    replies.chain(verdicts.map(str::to_owned)).map(Reply::saying).collect()
}

fn decisions(answer: &ponder::generate::Answer, step: &str) -> Vec<(String, Vec<String>)> {
    let decided = answer.steps.iter().filter(|event| event.step == step);
    let decided = decided.filter_map(|event| match &event.state {
        StepState::Decided { choice, reasons } => Some((choice.clone(), reasons.clone())),
        _ => None,
    });
    decided.collect()
}

#[tokio::test]
async fn one_solution_whose_claims_hold_outweighs_two_whose_claims_do_not() {
    let replies = [judged("1", 3), judged("1.0", 3), judged("2", 5)].concat();
    let model = Told::new(replies);
    let answer = ask(&chain("samples: 3\n    at_once: 1", &model), "1+1?").await;
    assert_eq!(answer.content, boxed("2"));
    let confidence = answer.finish.confidence.unwrap();
    assert_eq!((confidence.votes, confidence.samples), (1, 3));
    assert_eq!(confidence.state, ConfidenceState::Disagreed);
    let tally: Vec<String> =
        decisions(&answer, "answer").into_iter().map(|(choice, _)| choice).collect();
    assert_eq!(
        tally,
        ["1 of 1 for 1 (weight 0.078)", "2 of 2 for 1 (weight 0.156)", "1 of 3 for 2"]
    );
    let (choice, claims) = decisions(&answer, "answer/2").remove(0);
    assert_eq!(choice, "reliability 0.078: 3 of 5 claims hold");
    assert_eq!(
        claims,
        ["true: a = 1", "true: b = 2", "true: c = 3", "false: d = 4", "false: e = 5"]
    );
    assert_eq!(model.prompts().len(), 21);
}

#[tokio::test]
async fn claims_and_verdicts_are_asked_for_in_fixed_words_briefly_and_at_temperature_0() {
    let mut replies = judged("2", 5);
    replies[0] = thinking("First I add one and one.", &boxed("2"));
    let model = Told::new(replies);
    let options = "samples: 2\n    at_once: 1\n    verdicts: {thinking: 64, max_tokens: 4}";
    let request = Request {
        sampling: Sampling { seed: Some(7), temperature: Some(0.9), ..Sampling::default() },
        ..Request::ask("1+1?")
    };
    collect(&chain(options, &model), request).await;
    let asked = model.asked();
    assert_eq!(
        asked[1].question(),
        "State the five claims that this solution rests on. Write one claim per line, numbered from 1 to 5. Each claim \
         must be a short statement that can be checked by itself, such as a formula with its value.\n\nProblem:\n1+1?\n\n\
         Solution:\nFirst I add one and one.\n\nSo it is \\boxed{2}."
    );
    assert_eq!(
        asked[3].question(),
        "Is this claim about the problem true? Check it, then answer with one word, true or false.\n\nProblem:\n1+1?\n\n\
         Claim:\nb = 2"
    );
    assert_eq!((asked[1].thinking, asked[1].max_tokens), (Thinking::Off, Some(512)));
    assert_eq!((asked[3].thinking, asked[3].max_tokens), (Thinking::UpTo(64), Some(68)));
    assert_eq!(asked[3].sampling.temperature, Some(0.0));
    assert_eq!(asked[0].sampling.temperature, Some(0.9));
    assert_eq!(asked[0].sampling.seed, Some(7));
    let again = Told::new(judged("2", 5));
    collect(&chain("samples: 2\n    at_once: 1", &again), Request::ask("1+1?")).await;
    let verdict = &again.asked()[3];
    assert_eq!((verdict.thinking, verdict.max_tokens), (Thinking::UpTo(256), Some(272)));
}

#[tokio::test]
async fn claims_that_are_missing_are_not_true() {
    let two = [boxed("1"), "1. a = 1\n2. b = 2".to_owned(), "true".to_owned(), "true".to_owned()];
    let none = [boxed("2"), "Claims:".to_owned()];
    let four = judged("3", 4);
    let replies = two.into_iter().chain(none).map(Reply::saying).chain(four);
    let model = Told::new(replies);
    let answer = ask(&chain("samples: 3\n    at_once: 1", &model), "?").await;
    assert_eq!(answer.content, boxed("3"));
    let found = |sample: &str| decisions(&answer, sample).remove(0);
    let (choice, reasons) = found("answer/1");
    assert_eq!(choice, "reliability 0.010: 2 of 5 claims hold");
    assert_eq!(reasons.last().unwrap(), "3 claims are missing");
    let expected = ("reliability 0.000: 0 of 5 claims hold".to_owned(), "5 claims are missing");
    let (choice, reasons) = found("answer/2");
    assert_eq!((choice, reasons[0].as_str()), expected);
}

#[tokio::test]
async fn a_verdict_that_is_neither_word_is_not_true() {
    let mut replies = judged("1", 5);
    replies[4] = Reply::saying("Perhaps.");
    replies[5] = Reply { ending: Ending::FailBefore(Failure::Engine), ..Reply::default() };
    let model = Told::new(replies.into_iter().chain(judged("2", 4)));
    let answer = ask(&chain("samples: 2\n    at_once: 1", &model), "?").await;
    assert_eq!(answer.content, boxed("2"));
    let (choice, reasons) = decisions(&answer, "answer/1").remove(0);
    assert_eq!(choice, "reliability 0.078: 3 of 5 claims hold");
    assert_eq!(reasons[2], "neither true nor false: c = 3");
    assert_eq!(reasons[3], "neither true nor false: d = 4");
}

#[tokio::test]
async fn where_nothing_is_reliable_the_votes_decide() {
    let replies = [judged("1", 0), judged("2", 0), judged("2", 0)].concat();
    let answer = ask(&chain("samples: 3\n    at_once: 1", &Told::new(replies)), "?").await;
    assert_eq!(answer.content, boxed("2"));
    assert_eq!(answer.finish.confidence.unwrap().votes, 2);
}

#[tokio::test]
async fn solutions_without_a_result_or_that_fail_are_not_judged() {
    let fails = Reply { ending: Ending::FailBefore(Failure::Engine), ..Reply::default() };
    let replies = [vec![Reply::saying("I do not know."), fails.clone()], judged("2", 5)].concat();
    let model = Told::new(replies);
    let answer = ask(&chain("samples: 3\n    at_once: 1", &model), "?").await;
    assert_eq!(answer.content, boxed("2"));
    assert_eq!(model.prompts().len(), 9);
    let none = chain("samples: 3\n    at_once: 1", &Told::new([fails]));
    assert!(none.generate(Request::ask("?")).await.unwrap().collect().await.is_err());
}

/// A model that solves, claims and judges, each after a while.
fn quick(milliseconds: u64) -> ScriptedEngine {
    let rule = |question: &str, content: &str| Rule {
        when: When { question: Some(question.to_owned()), ..When::default() },
        reply: Reply { first_token_ms: milliseconds, ..Reply::saying(content) },
    };
    let script = Script {
        rules: vec![
            rule("State the five claims", CLAIMS),
            rule("Is this claim", "true"),
            rule("", &boxed("42")),
        ],
        ..Script::default()
    };
    ScriptedEngine::new(script)
}

#[tokio::test]
async fn solutions_and_verdicts_run_at_the_same_time_and_end_when_nothing_can_change() {
    let engine = quick(150);
    let work = engine.work();
    let plan = load(&file("clr: ${input.question}"), "weighed.yaml").unwrap();
    let chain = Chain::new(plan, Models::only(Named::new("model", Arc::new(engine))));
    let started = std::time::Instant::now();
    let answer = ask(&chain, "6*7?").await;
    assert_eq!(answer.content, boxed("42"));
    // 17 of 32 that all weigh 1 cannot be caught up with; 119 calls of 150 ms would take 18 seconds.
    let confidence = answer.finish.confidence.unwrap();
    assert_eq!((confidence.votes, confidence.samples), (17, 17));
    assert!(started.elapsed() < Duration::from_secs(12), "{:?}", started.elapsed());
    assert_eq!(work.running(), 0, "what was not needed is dropped");
}

#[tokio::test]
async fn leaving_drops_everything() {
    let engine = quick(60_000);
    let work = engine.work();
    let plan = load(&file("clr: ${input.question}"), "weighed.yaml").unwrap();
    let chain = Chain::new(plan, Models::only(Named::new("model", Arc::new(engine))));
    let mut generation = chain.generate(Request::ask("6*7?")).await.unwrap();
    let waiting = async { while futures::StreamExt::next(&mut generation).await.is_some() {} };
    assert!(tokio::time::timeout(Duration::from_millis(300), waiting).await.is_err());
    assert_eq!(work.running(), 8);
    drop(generation);
    assert_eq!(work.running(), 0);
}

#[tokio::test]
async fn a_limit_ends_it_with_what_was_counted() {
    // A solution with its claims and verdicts is 4 + 20 + 5 tokens: the second one's claims are cut.
    let replies = [judged("1", 5), judged("2", 5)].concat();
    let model = Told::new(replies);
    let request = Request { max_tokens: Some(40), ..Request::ask("?") };
    let answer = collect(&chain("samples: 8\n    at_once: 1", &model), request).await;
    assert_eq!(answer.content, boxed("1"));
    let confidence = answer.finish.confidence.unwrap();
    assert_eq!((confidence.votes, confidence.samples), (1, 1));
    let (_, reasons) = decisions(&answer, "answer").pop().unwrap();
    assert_eq!(reasons, ["a limit of the run was reached"]);
    assert_eq!(model.prompts().len(), 9);
    assert_eq!(answer.finish.usage.completion_tokens, 40, "what was written is counted");
    // The first solution is an answer even if nothing of it could be judged.
    let model = Told::new(judged("1", 5));
    let request = Request { max_tokens: Some(10), ..Request::ask("?") };
    let answer = collect(&chain("samples: 8\n    at_once: 1", &model), request).await;
    assert_eq!(answer.content, boxed("1"));
}

#[tokio::test]
async fn at_temperature_0_there_is_one_solution_and_nothing_is_weighed() {
    let model = Told::new(judged("7", 5));
    let sampling = Sampling { temperature: Some(0.0), ..Sampling::default() };
    let request = Request { sampling, ..Request::ask("3+4?") };
    let answer = collect(&chain("samples: 16", &model), request).await;
    assert_eq!((answer.content.as_str(), answer.finish.confidence), (boxed("7").as_str(), None));
    assert_eq!(model.prompts().len(), 1);
}

#[tokio::test]
async fn the_record_keeps_claims_and_verdicts() {
    let folder = tempfile::tempdir().unwrap();
    let store = RunStore::open(&folder.path().join("runs.sqlite"), 10).unwrap();
    let model = Told::new([judged("1", 5), judged("1", 4)].concat());
    let chain = chain("samples: 2\n    at_once: 1", &model).observed_by(Arc::new(store.clone()));
    ask(&chain, "?").await;
    store.flush();
    let record = store.show(&store.list(10).unwrap()[0].id).unwrap();
    let calls: Vec<&str> = record.calls.iter().map(|call| call.step.as_str()).collect();
    assert_eq!(calls.len(), 14);
    assert_eq!(calls[..3], ["answer/1", "answer/1/claims", "answer/1/verdicts/1"]);
    let said = record.calls[13].answer.as_ref().unwrap();
    assert_eq!(said.content, "false");
    let kept = serde_json::to_string(&record.steps).unwrap();
    assert!(kept.contains("false: e = 5"), "{kept}");
}

#[tokio::test]
async fn the_shipped_chain_weighs_claims() {
    let file = shipped().iter().find(|file| file.file.ends_with("solve-clr.yaml")).unwrap();
    let models = Models::only(Named::new("model", Arc::new(quick(0))));
    let answer = ask(&Chain::new(file.plan().unwrap(), models), "What is 6*7?").await;
    assert_eq!(answer.content, boxed("42"));
    assert_eq!(answer.finish.confidence.unwrap().votes, 17);
    assert!(steps(&answer).iter().any(|line| line == "answer/1/verdicts verdicts: finished"));
}

#[test]
fn what_is_wrong_with_it_is_said_where_it_stands() {
    let problems = |options: &str| {
        let text = file(&format!("clr: ${{input.question}}\n    {options}"));
        load(&text, "weighed.yaml").unwrap_err().to_string()
    };
    for (options, said) in [
        ("samples: 1", "`samples` is 2 to 256"),
        ("at_once: 65", "`at_once` is 1 to 64"),
        ("as: poetry", "needs `as: math` or `as: code`"),
        ("verdicts: {max_tokens: 0}", "at least 1"),
        ("verdicts: {tokens: 7}", "unknown field `tokens`"),
        ("stop: never", "`stop` does not belong to `clr`"),
        ("model: general", "runs on the model `reasoner`"),
    ] {
        let problem = problems(options);
        assert!(problem.contains(said), "{options}: {problem}");
    }
}
