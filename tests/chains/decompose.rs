//! Questions that are taken apart.

use std::sync::Arc;

use ponder::{
    chain::{Chain, Models, Named, load},
    engine::scripted::Reply,
    generate::{Answer, Generate, Request},
};

use crate::support::{Told, ask, reasons, steps, thinking};

/// A chain that takes every question apart and has each part answered by the model `solver`.
fn chain(options: &str, general: &Arc<Told>, solver: &Arc<Told>) -> Chain {
    let text = format!(
        "version: 1\nname: apart\ndescription: Takes apart.\nmodels: {{reasoner: required, general: \
         optional}}\nsteps:\n  - id: answer\n    decompose: ${{input.question}}\n    each: solver\n    \
         {options}\noutput: ${{answer}}\n"
    );
    let plan = load(&text, "apart.yaml").unwrap_or_else(|error| panic!("{error}"));
    let named = |id: &str, model: &Arc<Told>| Named::new(id, Arc::clone(model) as _);
    let mut models = Models::only(named("reasoner", solver));
    models.general = Some(named("general", general));
    models.named.insert("solver".to_owned(), named("solver", solver));
    Chain::new(plan, models)
}

const PLAN: &str = r#"{"parts": [
    {"id": "a", "kind": "math", "question": "Solve 3x+5=20.", "needs": []},
    {"id": "b", "kind": "math", "question": "What is the square of x?", "needs": ["a"]},
    {"id": "c", "kind": "code", "question": "Write a greeting program.", "needs": []}]}"#;

/// Nothing that a rule would split.
const QUESTION: &str = "Help me prepare my lesson: solve 3x+5=20 with the class, square the result, and \
                        write a greeting program on the board";

fn decision(answer: &Answer) -> String {
    let decided = |line: &String| line.starts_with("answer decompose: decided");
    steps(answer).into_iter().find(decided).unwrap_or_default()
}

#[tokio::test]
async fn what_no_rule_splits_the_general_model_takes_apart() {
    let general = Told::saying([PLAN]);
    let solver = Told::saying(["It is \\boxed{5}.", "print('hello')", "So \\boxed{25}."]);
    let answer = ask(&chain("model: general", &general, &solver), QUESTION).await;
    assert_eq!(decision(&answer), "answer decompose: decided 3 parts");
    assert_eq!(
        reasons(&answer, "answer"),
        ["Solve 3x+5=20.", "What is the square of x? (after part 1)", "Write a greeting program."]
    );
    // Those that need nothing are asked at the same time, the one that needs a result after it.
    assert_eq!(
        solver.prompts(),
        [
            "Solve 3x+5=20.",
            "Write a greeting program.",
            "What is the square of x?\n\nAlready known:\n\nSolve 3x+5=20.\n=> 5"
        ]
    );
    assert_eq!(
        answer.content,
        "**Part 1**\n\nIt is \\boxed{5}.\n\n**Part 2**\n\nSo \\boxed{25}.\n\n**Part 3**\n\nprint('hello')"
    );
    let asked = general.asked();
    assert_eq!(asked[0].sampling.temperature, Some(0.0));
    assert!(asked[0].question().contains(QUESTION));
}

#[tokio::test]
async fn a_plan_that_cannot_be_true_is_asked_for_again_and_then_dropped() {
    let wrong = PLAN.replace("3x+5=20", "3x+5=21");
    let general = Told::saying([wrong.as_str(), PLAN]);
    let solver = Told::saying(["Done."]);
    let answer = ask(&chain("model: general", &general, &solver), QUESTION).await;
    assert_eq!(decision(&answer), "answer decompose: decided 3 parts");
    let general = Told::saying([wrong.as_str(), "{\"parts\": []}"]);
    let answer = ask(&chain("model: general", &general, &solver), QUESTION).await;
    assert_eq!(decision(&answer), "answer decompose: decided one question");
    assert_eq!(
        reasons(&answer, "answer"),
        [
            "attempt 1: part `a` has 21, which the question has not",
            "attempt 2: a plan has 1 to 8 parts, not 0"
        ]
    );
    assert_eq!(answer.content, "Done.", "no headings, and nothing is lost");
    assert_eq!(solver.prompts().last().map(String::as_str), Some(QUESTION));
}

#[tokio::test]
async fn a_rule_that_splits_needs_no_model() {
    let general = Told::saying([PLAN]);
    let solver = Told::saying(["One.", "Two."]);
    let question = "Solve 3x+5=20, then write a function that doubles a number.";
    let answer = ask(&chain("model: general", &general, &solver), question).await;
    assert!(general.prompts().is_empty());
    assert_eq!(answer.content, "**Part 1**\n\nOne.\n\n**Part 2**\n\nTwo.");
}

#[tokio::test]
async fn a_chain_that_answers_a_part_does_not_take_it_apart_again() {
    // A rule would split the first part, and the second is nothing that a rule finds to be mathematics.
    const PLAN: &str = r#"{"parts": [
        {"id": "a", "kind": "math", "question": "Solve 3x+5=20, then write a function that doubles a number.", "needs": []},
        {"id": "b", "kind": "math", "question": "prepare the lesson", "needs": []}]}"#;
    let general = Told::saying([PLAN]);
    let solver = Told::saying(["\\boxed{5}", "\\boxed{6}"]);
    let named = |id: &str, model: &Arc<Told>| Named::new(id, Arc::clone(model) as _);
    let solve = Chain::new(crate::support::solve(), Models::only(named("reasoner", &solver)));
    let outer = chain("model: general", &general, &solver);
    let mut models = outer.models().clone();
    models.named.insert("solver".to_owned(), Named::new("solver", Arc::new(solve)));
    let answer = ask(&Chain::new(outer.plan().clone(), models), QUESTION).await;
    let lines = steps(&answer);
    for part in [1, 2] {
        let routed = format!("answer/{part}/kind route: decided math");
        assert!(lines.contains(&routed), "{lines:?}");
    }
    assert!(!lines.iter().any(|line| line.starts_with("answer/1/answer decompose")), "{lines:?}");
    assert_eq!(reasons(&answer, "answer/1/kind"), ["a part of a composite question"]);
    assert_eq!(solver.asked().len(), 2, "one call a part");
    assert!(answer.content.contains("**Part 2**"), "{}", answer.content);
}

#[tokio::test]
async fn a_competition_problem_stays_whole() {
    let general = Told::saying([PLAN]);
    let solver = Told::saying(["\\boxed{104}"]);
    let problem = "Let $ABC$ be a triangle with $AB=13$, $BC=14$ and $CA=15$. Let $D$ be the foot of the \
                   altitude from $A$. The length of $AD$ can be written as $\\frac{m}{n}$, where $m$ and \
                   $n$ are relatively prime positive integers. Find $m+n$.";
    let answer = ask(&chain("model: general", &general, &solver), problem).await;
    assert_eq!(reasons(&answer, "answer"), ["it is mathematics and asks for no program"]);
    assert!(general.prompts().is_empty());
    assert_eq!(solver.prompts(), [problem]);
}

#[tokio::test]
async fn without_leave_or_without_a_model_only_the_rule_decides() {
    let general = Told::saying([PLAN]);
    let solver = Told::saying(["Whole."]);
    let answer = ask(&chain("at_once: 2", &general, &solver), QUESTION).await;
    assert_eq!(answer.content, "Whole.");
    assert_eq!(reasons(&answer, "answer"), ["no rule splits it"]);
    assert!(general.prompts().is_empty());
}

#[tokio::test]
async fn thinking_is_that_of_the_first_and_comes_before_all_content() {
    let general = Told::saying([PLAN]);
    let replies = ["a", "c", "b"].map(|name| thinking(name, &format!("answer {name}")));
    let solver = Told::new(replies);
    let answer = ask(&chain("model: general", &general, &solver), QUESTION).await;
    // The second part runs alone when its turn comes; the third ran beside the first.
    assert_eq!(answer.reasoning, "ab");
}

#[tokio::test]
async fn a_part_that_fails_ends_the_whole_and_leaves_nothing_running() {
    use ponder::engine::scripted::{Ending, Failure};

    let general = Told::saying([PLAN]);
    let slow = Reply { per_token_ms: 60_000, ..Reply::saying("never said") };
    let fails = Reply { ending: Ending::FailBefore(Failure::Engine), ..Reply::default() };
    let solver = Told::new([slow, fails]);
    let chain = chain("model: general", &general, &solver);
    let ended = chain.generate(Request::ask(QUESTION)).await.unwrap().collect();
    let ended = tokio::time::timeout(std::time::Duration::from_secs(20), ended).await;
    assert!(ended.expect("at once").is_err());
    assert_eq!(solver.running(), 0);
}

#[test]
fn what_is_wrong_with_it_is_said() {
    let wrong = |step: &str| {
        let text = format!(
            "version: 1\nname: apart\ndescription: Takes apart.\nmodels: {{reasoner: \
             required}}\nsteps:\n  - id: answer\n    decompose: \
             ${{input.question}}\n    {step}\noutput: ${{answer}}\n"
        );
        load(&text, "apart.yaml").unwrap_err().to_string()
    };
    assert!(wrong("at_once: 2").contains("`decompose` needs `each`"));
    assert!(wrong("each: chain/apart\n    at_once: 9").contains("`at_once` is 1 to 8"));
    assert!(wrong("each: solver\n    model: general").contains("which `models` does not list"));
    assert!(
        wrong("each: chain/apart\n    model: general").contains("needs another chain in `each`")
    );
    assert!(
        wrong("each: chain/apart\n    model: reasoner").contains("runs on the model `general`")
    );
}
