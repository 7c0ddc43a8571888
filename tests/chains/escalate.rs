//! Answers on which samples do not agree: asked of the general model, or not given.

use std::sync::Arc;

use ponder::{
    chain::{Chain, ExplainedStep, ModelNames, Models, Named, explain, load, shipped},
    engine::scripted::{Ending, Failure, Reply},
    generate::{Answer, ConfidenceState},
};

use crate::support::{Told, ask, steps};

fn file(last: &str) -> String {
    format!(
        "version: 1\nname: honest\ndescription: Votes.\nmodels: {{reasoner: required, general: \
         optional}}\nsteps:\n  - id: agreed\n    vote: 5\n    stop: never\n    do: {{reason: \
         \"${{input.question}}\", as: math}}\n  - id: settled\n    {last}\noutput: ${{settled}}\n"
    )
}

const ESCALATE: &str = "escalate: ${agreed}";

fn boxed(value: &str) -> String {
    format!("So it is \\boxed{{{value}}}.")
}

/// The chain on samples that come to these, and on this general model.
fn chain(last: &str, samples: &[&str], general: Option<&Arc<Told>>) -> Chain {
    let plan = load(&file(last), "honest.yaml").unwrap_or_else(|error| panic!("{error}"));
    let samples = Told::new(samples.iter().map(|value| Reply::saying(boxed(value))));
    let general = general.map(|general| Named::new("general", Arc::clone(general) as _));
    Chain::new(plan, Models { general, ..Models::only(Named::new("model", samples)) })
}

fn counted(answer: &Answer) -> (u32, u32, f64, ConfidenceState) {
    let confidence = answer.finish.confidence.unwrap();
    (confidence.votes, confidence.samples, confidence.margin, confidence.state)
}

const SPLIT: [&str; 5] = ["3", "7", "3.0", "7", "9"];

#[tokio::test]
async fn what_most_agree_on_is_given_as_it_is() {
    let general = Told::saying(["never asked"]);
    let answer = ask(&chain(ESCALATE, &["3", "3", "3", "3", "7"], Some(&general)), "?").await;
    assert_eq!(answer.content, boxed("3"));
    assert_eq!(counted(&answer), (4, 5, 0.6, ConfidenceState::Unverified));
    assert!(general.asked().is_empty());
    // A chain says itself how far ahead is far enough.
    let strict = format!("{ESCALATE}\n    below: 0.7");
    let answer = ask(&chain(&strict, &["3", "3", "3", "3", "7"], None), "?").await;
    assert_eq!(counted(&answer), (4, 5, 0.6, ConfidenceState::Disagreed));
}

#[tokio::test]
async fn the_general_model_decides_between_the_answers() {
    let general = Told::saying(["I worked it out: \\boxed{7}."]);
    let answer = ask(&chain(ESCALATE, &SPLIT, Some(&general)), "What is 3+4?").await;
    assert_eq!(answer.content, "I worked it out: \\boxed{7}.");
    assert_eq!(counted(&answer), (2, 5, 0.0, ConfidenceState::Disagreed));
    let prompt = &general.prompts()[0];
    assert!(prompt.contains("Problem:\nWhat is 3+4?\n"), "{prompt}");
    assert!(prompt.contains("came to:\n- 3\n- 7\n- 9\n"), "{prompt}");
    assert!(
        steps(&answer)
            .iter()
            .any(|line| line == "settled escalate: decided asks the general model")
    );
}

#[tokio::test]
async fn an_answer_of_its_own_has_no_votes() {
    let general = Told::saying(["It is \\boxed{8}."]);
    let answer = ask(&chain(ESCALATE, &SPLIT, Some(&general)), "?").await;
    assert_eq!(counted(&answer), (0, 5, 0.0, ConfidenceState::Disagreed));
}

#[tokio::test]
async fn without_a_general_model_it_says_that_they_do_not_agree() {
    let answer = ask(&chain(ESCALATE, &SPLIT, None), "What is 3+4?").await;
    insta::assert_snapshot!(answer.content, @"
        There is no answer that can be relied on: 5 attempts do not agree. They came to:

        - $3$: 2 of 5
        - $7$: 2 of 5
        - $9$: 1 of 5
        ");
    assert_eq!(counted(&answer), (2, 5, 0.0, ConfidenceState::Disagreed));
    let answer = ask(&chain(ESCALATE, &SPLIT, None), "3加4等于多少？").await;
    insta::assert_snapshot!(answer.content, @"
        没有得到可靠的答案：5 次尝试的结果不一致。得到的结果有：

        - $3$：5 次中的 2 次
        - $7$：5 次中的 2 次
        - $9$：5 次中的 1 次
        ");
}

#[tokio::test]
async fn a_general_model_that_fails_or_says_nothing_leaves_it_at_that() {
    let fails = Reply { ending: Ending::FailBefore(Failure::Remote), ..Reply::default() };
    for reply in [fails, Reply::saying("I do not know either.")] {
        let general = Told::new([reply]);
        let answer = ask(&chain(ESCALATE, &SPLIT, Some(&general)), "?").await;
        assert!(answer.content.starts_with("There is no answer"), "{}", answer.content);
        assert_eq!(general.asked().len(), 1);
    }
}

#[tokio::test]
async fn candidates_are_data_for_other_steps() {
    let last = "prompt: \"{{ agreed.candidates[1].result }} has {{ agreed.candidates[1].votes }}, \
                {{ agreed.margin < 0.3 }}, {{ agreed.left_out is none }}\"";
    let answer = ask(&chain(last, &["3", "7", "3", "7", "3"], None), "?").await;
    assert_eq!(answer.content, "7 has 2, True, True");
}

#[tokio::test]
async fn the_shipped_chain_is_honest() {
    let file = shipped().iter().find(|file| file.file.ends_with("escalate.yaml")).unwrap();
    let plan = file.plan().unwrap();
    let names = ModelNames {
        reasoner: "tiny".to_owned(),
        translator: None,
        general: Some("large".to_owned()),
        embedder: None,
        greedy: false,
    };
    let line = |step: &ExplainedStep| format!("{} {:?}", step.id, step.model);
    let explained: Vec<_> = explain(&plan, &names, "What is 6*7?").steps.iter().map(line).collect();
    assert_eq!(explained.last().unwrap(), "settled Some(\"large\")", "{explained:?}");
    let split = Told::new((0..16).map(|number| Reply::saying(boxed(&(number % 4).to_string()))));
    let on = |model: &Arc<Told>| {
        Chain::new(plan.clone(), Models::only(Named::new("model", Arc::clone(model) as _)))
    };
    let answer = ask(&on(&split), "What is 6*7?").await;
    assert!(answer.content.contains("16 attempts do not agree"), "{}", answer.content);
    assert_eq!(counted(&answer).3, ConfidenceState::Disagreed);
    let same = Told::saying(["It is \\boxed{42}."]);
    let answer = ask(&on(&same), "What is 6*7?").await;
    assert_eq!(answer.content, "It is \\boxed{42}.");
    assert_eq!(counted(&answer).3, ConfidenceState::Unverified);
}

#[test]
fn what_is_wrong_with_it_is_said_where_it_stands() {
    for (last, said) in [
        ("escalate: ${agreed}\n    below: 1.5", "`below` is a margin: 0 to 1"),
        ("escalate: ${agreed}\n    model: reasoner", "runs on the model `general`"),
        ("escalate: ${agreed}\n    attempts: 2", "`attempts` does not belong to `escalate`"),
        ("prompt: x\n    below: 0.5", "`below` does not belong to `prompt`"),
    ] {
        let problem = load(&file(last), "honest.yaml").unwrap_err().to_string();
        assert!(problem.contains(said), "{last}: {problem}");
    }
}
