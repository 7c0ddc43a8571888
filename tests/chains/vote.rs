//! Answers that several samples agree on.

use std::{sync::Arc, time::Duration};

use ponder::{
    chain::{Chain, Models, Named, load},
    engine::scripted::{Ending, Failure, Reply},
    generate::{Confidence, ConfidenceState, Generate, Request, Sampling},
};

use crate::support::{Told, ask, collect, reasons, steps, thinking};

/// A chain with this vote on the question.
fn voting(vote: &str) -> String {
    format!(
        "version: 1\nname: voting\ndescription: Votes.\nmodels: {{reasoner: required}}\nsteps:\n  \
         - id: answer\n    {vote}\noutput: ${{answer}}\n"
    )
}

fn chain(vote: &str, model: &Arc<Told>) -> Chain {
    let plan = load(&voting(vote), "voting.yaml").unwrap_or_else(|error| panic!("{error}"));
    Chain::new(plan, Models::only(Named::new("model", Arc::clone(model) as _)))
}

const REASON: &str = "do: {reason: \"${input.question}\", as: math}";

fn boxed(value: &str) -> String {
    format!("So it is \\boxed{{{value}}}.")
}

fn saying(values: &[&str]) -> Arc<Told> {
    Told::new(values.iter().map(|value| match *value {
        "" => Reply::saying("I do not know."),
        value => Reply::saying(boxed(value)),
    }))
}

#[tokio::test]
async fn the_answer_of_most_is_taken_whatever_way_they_write_it() {
    let model = saying(&["3", "1/2", "0.5", "", "\\frac{1}{2}"]);
    let answer =
        ask(&chain(&format!("vote: 5\n    stop: never\n    {REASON}"), &model), "1/4*2?").await;
    assert_eq!(answer.content, boxed("1/2"));
    assert_eq!(
        answer.finish.confidence,
        Some(Confidence {
            votes: 3,
            samples: 5,
            margin: 0.4,
            left_out: 0,
            state: ConfidenceState::Unverified
        })
    );
    assert_eq!(
        steps(&answer)
            .into_iter()
            .filter(|line| line.starts_with("answer vote"))
            .collect::<Vec<_>>(),
        [
            "answer vote: decided 1 of 1 for 3",
            "answer vote: decided 1 of 2 for 3",
            "answer vote: decided 2 of 3 for 1/2",
            "answer vote: decided 2 of 4 for 1/2",
            "answer vote: decided 3 of 5 for 1/2",
            "answer vote: finished",
        ]
    );
    assert_eq!(model.prompts().len(), 5);
}

#[tokio::test]
async fn a_decided_vote_asks_no_more_and_cancels_what_runs() {
    // Four alike decide it; those that were begun beside them are slow.
    let slow = Reply { per_token_ms: 60_000, ..Reply::saying(boxed("9")) };
    let quick = Reply::saying(boxed("42"));
    let replies = [quick.clone(), quick.clone(), quick.clone(), quick, slow.clone(), slow];
    let model = Told::new(replies);
    let chain = chain(&format!("vote: 16\n    at_once: 6\n    {REASON}"), &model);
    let answer = tokio::time::timeout(Duration::from_secs(20), ask(&chain, "6*7?")).await.unwrap();
    assert_eq!(answer.content, boxed("42"));
    assert_eq!(model.prompts().len(), 6, "no more than were begun at first");
    assert_eq!(model.running(), 0, "nothing goes on");
    let confidence = answer.finish.confidence.unwrap();
    assert_eq!((confidence.votes, confidence.samples), (4, 4));
    let decided = answer.steps.iter().rev().find_map(|event| match &event.state {
        ponder::generate::StepState::Decided { reasons, .. } => Some(reasons.clone()),
        _ => None,
    });
    assert_eq!(decided.unwrap(), ["decided; 12 more samples are not needed"]);
}

#[tokio::test]
async fn votes_in_a_row_decide_where_that_is_the_rule() {
    let model = saying(&["1", "2", "2", "2", "9"]);
    let vote = format!("vote: 9\n    at_once: 1\n    stop: 3\n    {REASON}");
    let answer = ask(&chain(&vote, &model), "1+1?").await;
    assert_eq!(answer.content, boxed("2"));
    assert_eq!(model.prompts().len(), 4);
}

#[tokio::test]
async fn the_same_seed_votes_the_same_and_every_sample_has_its_own() {
    let model = saying(&["1"]);
    let chain = chain(&format!("vote: 4\n    stop: never\n    {REASON}"), &model);
    let seeded = || Request {
        sampling: Sampling { seed: Some(7), ..Sampling::default() },
        ..Request::ask("1+0?")
    };
    collect(&chain, seeded()).await;
    collect(&chain, seeded()).await;
    let seeds: Vec<_> = model.asked().iter().map(|request| request.sampling.seed).collect();
    assert_eq!(seeds[..4], seeds[4..]);
    assert_eq!(seeds[0], Some(7));
    let different: std::collections::BTreeSet<_> = seeds.iter().collect();
    assert_eq!(different.len(), 4, "{seeds:?}");
}

#[tokio::test]
async fn without_a_majority_it_says_so() {
    let model = saying(&["1", "2", "3", "4"]);
    let answer = ask(&chain(&format!("vote: 4\n    stop: never\n    {REASON}"), &model), "?").await;
    assert_eq!(answer.content, boxed("1"), "the first of equals");
    assert_eq!(answer.finish.confidence.unwrap().state, ConfidenceState::Disagreed);
}

#[tokio::test]
async fn a_sample_that_fails_has_no_vote() {
    let fails = Reply { ending: Ending::FailBefore(Failure::Engine), ..Reply::default() };
    let model = Told::new([fails.clone(), Reply::saying(boxed("5")), Reply::saying(boxed("5"))]);
    let answer = ask(&chain(&format!("vote: 3\n    {REASON}"), &model), "2+3?").await;
    assert_eq!(answer.content, boxed("5"));
    let confidence = answer.finish.confidence.unwrap();
    assert_eq!((confidence.votes, confidence.samples), (2, 3));
    let none = Told::new([fails]);
    let chain = chain(&format!("vote: 3\n    {REASON}"), &none);
    let error = chain.generate(Request::ask("?")).await.unwrap().collect().await;
    assert!(error.is_err());
}

#[tokio::test]
async fn samples_without_a_result_still_give_an_answer() {
    let model = Told::saying(["There is none."]);
    let answer = ask(&chain(&format!("vote: 3\n    {REASON}"), &model), "?").await;
    assert_eq!(answer.content, "There is none.");
    let confidence = answer.finish.confidence.unwrap();
    assert_eq!((confidence.votes, confidence.samples), (0, 3));
    assert_eq!(confidence.state, ConfidenceState::Disagreed);
}

#[tokio::test]
async fn the_thinking_of_the_first_sample_is_shown_and_that_of_no_other() {
    let replies =
        [thinking("first thoughts", &boxed("1")), thinking("second thoughts", &boxed("1"))];
    let model = Told::new(replies);
    let answer = ask(&chain(&format!("vote: 2\n    {REASON}"), &model), "?").await;
    assert_eq!(answer.reasoning, "first thoughts");
}

#[tokio::test]
async fn what_an_answer_weighs_decides() {
    let model = Told::new([
        Reply::saying(boxed("1")),
        Reply::saying(boxed("1")),
        Reply::saying(boxed("2")),
        Reply::saying("Judged: \\boxed{no}"),
        Reply::saying("Judged: \\boxed{no}"),
        Reply::saying("Judged: \\boxed{yes}"),
    ]);
    let vote = format!(
        "vote: 3\n    at_once: 3\n    {REASON}\n    weigh:\n      steps:\n        - id: verdict\n          \
         call: ${{item.text}}\n          model: reasoner\n        - id: weight\n          transform: \
         \"0.9 if verdict.result == 'yes' else 0.1\""
    );
    let answer = ask(&chain(&vote, &model), "?").await;
    assert_eq!(answer.content, boxed("2"));
    let confidence = answer.finish.confidence.unwrap();
    assert_eq!((confidence.votes, confidence.samples), (1, 3));
    assert!((confidence.margin - 0.7 / 1.1).abs() < 1e-9, "{confidence:?}");
    let ids: Vec<_> = answer.steps.iter().map(|event| event.step.as_str()).collect();
    assert!(ids.contains(&"answer/3/weigh/verdict"), "{ids:?}");
    assert!(reasons(&answer, "answer").is_empty());
}

#[test]
fn what_is_wrong_with_a_vote_is_said_where_it_stands() {
    let problems = |vote: &str| load(&voting(vote), "voting.yaml").unwrap_err().to_string();
    for (vote, said) in [
        (format!("vote: 1\n    {REASON}"), "2 to 256 samples"),
        ("vote: 4".to_owned(), "`vote` needs `do`"),
        (format!("vote: 4\n    at_once: 65\n    {REASON}"), "`at_once` is 1 to 64"),
        (format!("vote: 4\n    stop: soon\n    {REASON}"), "`stop` is `adaptive`"),
        (format!("vote: 4\n    stop: 1\n    {REASON}"), "`stop` is `adaptive`"),
        (format!("vote: 4\n    to: en\n    {REASON}"), "`to` does not belong to `vote`"),
        ("vote: 4\n    do: {transform: \"1\"}".to_owned(), "gives an answer"),
        (
            format!("vote: 4\n    stop: 3\n    {REASON}\n    weigh: {{transform: \"1\"}}"),
            "every sample is counted",
        ),
    ] {
        let problem = problems(&vote);
        assert!(problem.contains(said), "{vote}: {problem}");
    }
}

#[tokio::test]
async fn a_model_may_say_what_an_answer_weighs() {
    let model = Told::new([
        Reply::saying(boxed("1")),
        Reply::saying("0.2"),
        Reply::saying(boxed("2")),
        Reply::saying("I give it \\boxed{0.8}."),
    ]);
    let vote = format!(
        "vote: 2\n    at_once: 1\n    {REASON}\n    weigh: {{call: \"${{item.text}}\", model: reasoner}}"
    );
    let answer = ask(&chain(&vote, &model), "?").await;
    assert_eq!(answer.content, boxed("2"));
    let margin = answer.finish.confidence.unwrap().margin;
    assert!((margin - 0.6).abs() < 1e-9, "{margin}");
}

#[tokio::test]
async fn a_limit_ends_a_vote_and_votes_against_nobody() {
    // Four tokens a sample: the third one is cut before its result.
    let model = saying(&["7"]);
    let chain = chain(&format!("vote: 16\n    at_once: 1\n    stop: never\n    {REASON}"), &model);
    let request = Request { max_tokens: Some(10), ..Request::ask("3+4?") };
    let answer = collect(&chain, request).await;
    assert_eq!(answer.content, boxed("7"));
    let confidence = answer.finish.confidence.unwrap();
    assert_eq!((confidence.votes, confidence.samples), (2, 2));
    assert_eq!(confidence.state, ConfidenceState::Unverified);
    assert_eq!(model.prompts().len(), 3, "nothing is asked that cannot be answered");
}

#[tokio::test]
async fn at_temperature_0_one_sample_is_all_there_is_to_know() {
    let model = saying(&["7"]);
    let sampling = Sampling { temperature: Some(0.0), ..Sampling::default() };
    let request = Request { sampling, ..Request::ask("3+4?") };
    let answer = collect(&chain(&format!("vote: 16\n    {REASON}"), &model), request).await;
    assert_eq!((answer.content.as_str(), answer.finish.confidence), (boxed("7").as_str(), None));
    assert_eq!(model.prompts().len(), 1);
}

#[tokio::test]
async fn a_model_that_says_the_same_unless_told_otherwise_has_one_sample() {
    let model = saying(&["7"]);
    model.is_greedy_now();
    let vote = format!("vote: 16\n    {REASON}");
    let answer = ask(&chain(&vote, &model), "3+4?").await;
    assert_eq!(answer.finish.confidence, None, "nobody agreed with anybody");
    assert_eq!(model.prompts().len(), 1);
    // Told otherwise, it is asked until that is certain.
    let sampling = Sampling { temperature: Some(0.8), ..Sampling::default() };
    let request = Request { sampling, ..Request::ask("3+4?") };
    let answer = collect(&chain(&vote, &model), request).await;
    assert_eq!(answer.finish.confidence.map(|confidence| confidence.samples), Some(4));
}

#[test]
fn a_sample_has_a_number_and_what_is_voted_on_inside_of_a_map_its_item() {
    let item = "vote: 4\n    do: {reason: \"${item}\", as: math}";
    let problem = load(&voting(item), "voting.yaml").unwrap_err().to_string();
    assert!(problem.contains("`${item}` is there inside of a `map`"), "{problem}");
    let inside = "map: ${input.messages}\n    do:\n      steps:\n        - id: inner\n          vote: \
                  4\n          do: {reason: \"${item.content}\", as: math}\n  - id: last\n    \
                  prompt: \"{{ answer }}\"";
    let text = voting(inside).replace("output: ${answer}", "output: ${last}");
    let loaded = load(&text, "voting.yaml");
    assert!(loaded.is_ok(), "{loaded:?}");
}
