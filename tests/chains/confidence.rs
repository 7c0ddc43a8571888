//! Votes that tell samples apart by how sure their model was of them.

use std::{path::Path, sync::Arc};

use futures::future::BoxFuture;
use ponder::{
    chain::{
        Chain, Models, Named,
        ballot::Stop,
        certainty::{Certainty, Measure},
        check,
        compose::{Composer, Voting},
        load,
        step::Reason,
    },
    engine::scripted::Reply,
    generate::{ConfidenceState, Generate, GenerateError, Generation, Request, Sampling},
    runs::{
        RunStore,
        replay::{Answers, models},
    },
};

use crate::support::{Told, ask, collect, steps, thinking};

const REASON: &str = "do: {reason: \"${input.question}\", as: math}";

fn file(vote: &str) -> String {
    format!(
        "version: 1\nname: voting\ndescription: Votes.\nmodels: {{reasoner: required}}\nsteps:\n  \
         - id: answer\n    {vote}\n    {REASON}\noutput: ${{answer}}\n"
    )
}

fn chain(vote: &str, model: Arc<dyn Generate>) -> Chain {
    let plan = load(&file(vote), "voting.yaml").unwrap_or_else(|error| panic!("{error}"));
    Chain::new(plan, Models::only(Named::new("model", model)))
}

fn boxed(value: &str) -> String {
    format!("So it is \\boxed{{{value}}}.")
}

/// Answers, each with how sure the model is of its tokens.
fn sure(answers: &[(&str, &[f32])]) -> Arc<Told> {
    Told::new(answers.iter().map(|(value, confidence)| Reply {
        confidence: confidence.to_vec(),
        ..thinking("a b c d e f g h", &boxed(value))
    }))
}

/// The reasons of every decision of the vote.
fn tally(answer: &ponder::generate::Answer) -> Vec<Vec<String>> {
    let decided = answer.steps.iter().filter(|event| event.step == "answer");
    let reasons = decided.filter_map(|event| match &event.state {
        ponder::generate::StepState::Decided { reasons, .. } => Some(reasons.clone()),
        _ => None,
    });
    reasons.collect()
}

const FIVE: [(&str, &[f32]); 5] =
    [("1", &[2.0]), ("1", &[9.0, 2.5, 2.5, 9.0]), ("2", &[8.0]), ("1", &[3.0]), ("2", &[7.0, 7.5])];

#[tokio::test]
async fn the_surest_vote_and_weigh_what_they_are_sure() {
    let model = sure(&FIVE);
    let vote = "vote: 5\n    confidence: {window: 2, keep: 0.5}";
    let answer = ask(&chain(vote, Arc::clone(&model) as _), "?").await;
    assert_eq!(answer.content, boxed("2"), "two of the three surest");
    let confidence = answer.finish.confidence.unwrap();
    assert_eq!((confidence.votes, confidence.samples, confidence.left_out), (2, 5, 2));
    assert_eq!(confidence.state, ConfidenceState::Unverified);
    // 8 and 7.25 against 3.
    assert!((confidence.margin - 12.25 / 18.25).abs() < 1e-9, "{confidence:?}");
    let tally = tally(&answer);
    assert_eq!(tally[0], ["confidence 2.000: lowest of windows of 2 tokens"]);
    let last = ["1 for 1 (weight 3.000)", "2 left out as less certain"];
    assert_eq!(tally[4][..2], last);
    assert_eq!(tally[4][2], "confidence 7.250: lowest of windows of 2 tokens");
    for request in model.asked() {
        assert_eq!((request.logprobs, request.ranks_thinking), (Some(20), true));
    }
    assert!(answer.logprobs.is_empty(), "they are nobody's but the vote's");
}

#[tokio::test]
async fn the_measure_and_the_weights_are_the_files() {
    let winner = async |confidence: &str| {
        let vote = format!("vote: 5\n    confidence: {{{confidence}}}");
        ask(&chain(&vote, sure(&FIVE)), "?").await.content
    };
    assert_eq!(winner("window: 2, keep: 1.0, weigh: false").await, boxed("1"));
    assert_eq!(winner("window: 2, keep: 1.0").await, boxed("2"), "15.25 against 7.5");
    // The tail of the second sample is sure.
    assert_eq!(winner("measure: tail, window: 2, keep: 0.4, weigh: false").await, boxed("1"));
    assert_eq!(winner("measure: mean, keep: 0.2").await, boxed("2"));
}

#[tokio::test]
async fn with_all_kept_and_no_weights_it_is_the_plain_vote() {
    for stop in ["adaptive", "never", "2"] {
        let request = || Request {
            sampling: Sampling { seed: Some(3), ..Sampling::default() },
            ..Request::ask("?")
        };
        let (plain, all) = (sure(&FIVE), sure(&FIVE));
        let vote = format!("vote: 5\n    at_once: 1\n    stop: {stop}");
        let one = collect(&chain(&vote, Arc::clone(&plain) as _), request()).await;
        let vote = format!("{vote}\n    confidence: {{keep: 1.0, weigh: false}}");
        let other = collect(&chain(&vote, Arc::clone(&all) as _), request()).await;
        assert_eq!(one.content, other.content);
        assert_eq!(one.finish, other.finish);
        assert_eq!(steps(&one), steps(&other));
        let seeds = |model: &Told| {
            model.asked().iter().map(|request| request.sampling.seed).collect::<Vec<_>>()
        };
        assert_eq!(seeds(&plain), seeds(&all));
        assert!(plain.asked().iter().all(|request| request.logprobs.is_none()));
    }
}

#[tokio::test]
async fn a_sample_that_falls_below_the_first_ones_is_stopped_and_its_tokens_are_counted() {
    let model = sure(&[("1", &[5.0]), ("2", &[6.0]), ("2", &[6.0, 6.0, 1.0, 9.0]), ("2", &[7.0])]);
    let vote = "vote: 4\n    at_once: 4\n    stop: never\n    \
                confidence: {window: 2, keep: 1.0, weigh: false, warm_up: 2}";
    let answer = ask(&chain(vote, Arc::clone(&model) as _), "?").await;
    assert_eq!(answer.content, boxed("2"));
    let confidence = answer.finish.confidence.unwrap();
    assert_eq!((confidence.votes, confidence.samples, confidence.left_out), (2, 4, 1));
    // Eight tokens of thinking and four of answer each, and three of the one that was stopped.
    assert_eq!(answer.finish.usage.completion_tokens, 3 * 12 + 3);
    assert_eq!(model.running(), 0);
    assert!(model.tokens() <= 3 * 12 + 4, "it wrote on: {}", model.tokens());
    assert!(steps(&answer).iter().any(|line| line == "answer/3 reason: decided stopped early"));
    assert!(tally(&answer)[3].contains(&"1 stopped early, after 3 tokens in all".to_owned()));
}

#[tokio::test]
async fn a_vote_with_a_warm_up_may_end_when_it_is_certain() {
    let model = sure(&[("1", &[5.0])]);
    let vote = "vote: 16\n    at_once: 2\n    confidence: {window: 2, warm_up: 3}";
    let answer = ask(&chain(vote, Arc::clone(&model) as _), "?").await;
    let confidence = answer.finish.confidence.unwrap();
    assert_eq!((confidence.votes, confidence.samples), (4, 4));
    assert!(model.prompts().len() <= 6);
}

/// A model that reports no probabilities.
struct Silent(Arc<Told>);

impl Generate for Silent {
    fn generate(&self, request: Request) -> BoxFuture<'_, Result<Generation, GenerateError>> {
        self.0.generate(Request { logprobs: None, ..request })
    }
}

#[tokio::test]
async fn a_model_without_probabilities_is_an_error_that_says_what_to_do() {
    let chain = chain("vote: 3\n    confidence: {}", Arc::new(Silent(sure(&FIVE))));
    let error = chain.generate(Request::ask("?")).await.unwrap().collect().await.unwrap_err();
    let GenerateError::Invalid { param, message } = &error else { panic!("{error:?}") };
    assert_eq!(*param, "logprobs");
    assert!(message.contains("`answer`") && message.contains("Take `confidence` out"), "{message}");
}

#[tokio::test]
async fn a_run_that_is_run_again_is_as_sure_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let store = RunStore::open(&folder.path().join("runs.sqlite"), 10).unwrap();
    let replies = [("1", &[5.0][..]), ("2", &[6.125]), ("1", &[6.0, 1.0]), ("2", &[5.5])];
    let vote = "vote: 4\n    stop: never\n    confidence: {window: 2, keep: 1.0, warm_up: 2}";
    let chain = chain(vote, sure(&replies)).observed_by(Arc::new(store.clone()));
    let answer = ask(&chain, "?").await;
    store.flush();
    let record = store.show(&store.list(1).unwrap()[0].id).unwrap();
    let of_first = &record.calls[0].answer.as_ref().unwrap().token_confidence;
    assert_eq!(of_first.len(), 12);
    let plan = load(&record.plan, "recorded").unwrap();
    let answers = Answers::of(&record);
    let again = Chain::new(plan.clone(), models(&plan, &record, &answers, None));
    let replayed = collect(&again, record.request.again()).await;
    assert_eq!(replayed.content, answer.content);
    assert_eq!(replayed.finish, answer.finish);
    assert_eq!(tally(&replayed), tally(&answer));
    assert_eq!(answers.left(), 0);
}

#[test]
fn what_is_wrong_with_it_is_said_where_it_stands() {
    let problem = |vote: &str| load(&file(vote), "voting.yaml").unwrap_err().to_string();
    for (vote, said) in [
        ("vote: 4\n    confidence: {keep: 0}", "`keep` is a share"),
        ("vote: 4\n    confidence: {keep: 1.5}", "`keep` is a share"),
        ("vote: 4\n    confidence: {window: 0}", "`window` is 1 to 8192"),
        ("vote: 4\n    confidence: {warm_up: 4}", "fewer than the vote takes"),
        ("vote: 4\n    confidence: {warm_up: 1}", "at least 2"),
        ("vote: 4\n    confidence: {measure: highest}", "highest"),
        ("vote: 4\n    confidence: {top: 5}", "unknown field `top`"),
        ("vote: 4\n    stop: 2\n    confidence: {}", "with `confidence` every sample is counted"),
        ("vote: 4\n    confidence: {}\n    weigh: {transform: \"1\"}", "take one"),
        ("vote: 4\n    confidence: {}\n    check: {}", "take one"),
        ("map: ${input.messages}\n    confidence: {}", "`confidence` does not belong to `map`"),
    ] {
        let problem = problem(vote);
        assert!(problem.contains(said), "{vote}: {problem}");
    }
    let other = file("vote: 4\n    confidence: {}")
        .replace(REASON, "do: {call: \"${input.question}\", model: chain/solve}");
    let problem = load(&other, "voting.yaml").unwrap_err().to_string();
    assert!(problem.contains("chains report no probabilities"), "{problem}");
}

#[test]
fn typed_rust_and_files_make_the_same_plan() {
    let composer = Composer::new("voting", "Votes.");
    let question = composer.question();
    let voting = Voting { samples: 8, at_once: 2, stop: Stop::Unanimous(3) };
    let surest = Certainty {
        measure: Measure::Tail,
        window: 64,
        keep: 0.25,
        weigh: false,
        warm_up: Some(4),
    };
    let answer =
        composer.vote_surest("answer", voting, surest, || question.then("one", Reason::math()));
    let plan = composer.finish(answer).unwrap();
    let yaml = plan.to_yaml().unwrap();
    assert_eq!(load(&yaml, "voting.yaml").as_ref(), Ok(&plan), "{yaml}");
    assert!(plan.diagram().contains("8 samples, keep 0.25"), "{}", plan.diagram());
    let wrong = Certainty { warm_up: Some(9), ..surest };
    let answer =
        composer.vote_surest("again", voting, wrong, || question.then("two", Reason::math()));
    let error = composer.finish(answer).unwrap_err().to_string();
    assert!(error.contains("`warm_up` is at least 2"), "{error}");
}

#[test]
fn the_examples_load() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/chains");
    assert_eq!(check(&folder), []);
}
