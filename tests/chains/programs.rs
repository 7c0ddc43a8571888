//! Programs in answers: run on tests, left out where they fail, told apart by what they do.

use std::{sync::Arc, time::Duration};

use ponder::{
    chain::{Chain, Models, Named, Plan, load, shipped},
    engine::scripted::Reply,
    execution::{Limits, SandboxOptions, SharedSandbox},
    generate::{Answer, ConfidenceState, Generate, Request, StepState},
};

use crate::support::{Told, ask};

fn sandbox() -> Arc<SharedSandbox> {
    sandbox_for(Duration::from_secs(5))
}

/// A sandbox in which a program has so much time of a processor. The clock leaves room for a busy machine.
fn sandbox_for(seconds: Duration) -> Arc<SharedSandbox> {
    Arc::new(SharedSandbox::new(SandboxOptions {
        stages: Some(env!("CARGO_BIN_EXE_ponder").into()),
        limits: Limits { wall: seconds * 6, cpu: seconds, ..Limits::default() },
        ..SandboxOptions::default()
    }))
}

fn plan(steps: &str, output: &str) -> Plan {
    let text = format!(
        "version: 1\nname: programs\ndescription: Runs programs.\nmodels: {{reasoner: required}}\nsteps:\n{steps}output: \
         ${{{output}}}\n"
    );
    load(&text, "programs.yaml").unwrap_or_else(|error| panic!("{error}"))
}

fn on(plan: Plan, model: &Arc<Told>) -> Chain {
    Chain::new(plan, Models::only(Named::new("model", Arc::clone(model) as _)))
}

/// A chain that votes on programs, with these options.
fn voting(options: &str, model: &Arc<Told>) -> Chain {
    let steps = format!(
        "  - id: answer\n    at_once: 1\n    {options}\n    do: {{reason: \"${{input.question}}\", as: code}}\n"
    );
    on(plan(&steps, "answer"), model).running_programs_in(sandbox())
}

fn code(body: &str) -> String {
    format!("So:\n```python\ndef double(x):\n    {body}\n```\n")
}

fn saying(bodies: &[&str]) -> Arc<Told> {
    Told::new(bodies.iter().map(|body| Reply::saying(code(body))))
}

fn decided(answer: &Answer, step: &str) -> Vec<(String, Vec<String>)> {
    let events = answer.steps.iter().filter(|event| event.step == step);
    let decided = events.filter_map(|event| match &event.state {
        StepState::Decided { choice, reasons } => Some((choice.clone(), reasons.clone())),
        _ => None,
    });
    decided.collect()
}

/// A question with so many examples, of 4: for one of them doubling and adding two are the same.
fn question(examples: usize) -> String {
    let all =
        [">>> double(2)\n4\n", ">>> double(0)\n0\n", ">>> double(5)\n10\n", ">>> double(-1)\n-2\n"];
    format!("Write a function double(x).\n\n{}", all[..examples].concat())
}

const EXECUTE: &str = "  - id: written\n    reason: ${input.question}\n    as: code\n  - id: ran\n    \
                       execute: ${written}\nTESTS  - id: said\n    prompt: \"{{ ran.state }} {{ ran.share }}{% for test \
                       in ran.tests %} {{ test.id }} {{ test.verdict }}{% endfor %}\"\n";

async fn executed(tests: &str, question: &str, answer: &str) -> String {
    let plan = plan(&EXECUTE.replace("TESTS", tests), "said");
    let chain = on(plan, &Told::saying([answer])).running_programs_in(sandbox());
    ask(&chain, question).await.content
}

#[tokio::test]
async fn each_test_passes_or_fails() {
    let adds = code("return x + 2");
    assert_eq!(executed("", &question(2), &adds).await, "failed 0.5 example-1 pass example-2 fail");
    let doubles = code("return 2 * x");
    assert_eq!(
        executed("", &question(2), &doubles).await,
        "passed 1.0 example-1 pass example-2 pass"
    );
    assert_eq!(executed("", "Write a function.", &doubles).await, "untested 1.0");
    assert_eq!(executed("", &question(2), "I cannot.").await, "no_program 0.0");
    let given = "    tests: [{call: double(3), expect: 6}, {id: text, call: \"double('a')\", expect: aa}]\n";
    assert_eq!(executed(given, "Write a function.", &doubles).await, "passed 1.0 1 pass text pass");
    let crashes = code("raise ValueError(x)");
    assert_eq!(executed(given, "?", &crashes).await, "failed 0.0 1 crash text crash");
}

#[tokio::test]
async fn programs_that_fail_are_left_out_and_enough_tests_decide() {
    let model = saying(&["return x + 2", "return x * 2", "return 0"]);
    let answer = ask(&voting("vote: 8\n    check: {}", &model), &question(3)).await;
    assert_eq!(answer.content, code("return x * 2"));
    let confidence = answer.finish.confidence.unwrap();
    assert_eq!((confidence.votes, confidence.samples), (1, 2));
    assert_eq!(confidence.state, ConfidenceState::Verified);
    assert_eq!(model.prompts().len(), 2, "nothing more is needed");
    let (choice, reasons) = decided(&answer, "answer/1/check").remove(0);
    assert_eq!(choice, "1 of 3 tests pass");
    assert!(reasons[0].starts_with("example-2: fail"), "{reasons:?}");
}

#[tokio::test]
async fn few_tests_are_joined_by_inputs_that_tell_programs_apart() {
    let model = saying(&["return x + 2", "return x * 2", "return x + x", "return 4"]);
    let answer =
        ask(&voting("vote: 4\n    stop: never\n    check: {}", &model), &question(1)).await;
    assert_eq!(answer.content, code("return x * 2"), "two that do the same, written otherwise");
    let confidence = answer.finish.confidence.unwrap();
    assert_eq!((confidence.votes, confidence.samples), (2, 4));
    assert_eq!(confidence.state, ConfidenceState::Disagreed, "no more than half");
    assert_eq!(model.prompts().len(), 4, "no model is asked for inputs where there is an example");
    let model = saying(&["return x + 2", "return x * 2", "return x + x"]);
    let chain = voting("vote: 3\n    stop: never\n    check: {}", &model);
    let confidence = ask(&chain, &question(1)).await.finish.confidence.unwrap();
    assert_eq!(confidence.state, ConfidenceState::Verified);
}

#[tokio::test]
async fn without_an_example_the_model_names_inputs() {
    let named = Reply::saying("{\"inputs\": [[1], [2], [5], [\"a\"]]}");
    let replies = ["return x * 2", "", "return x + x", "return x + 2"]
        .map(|body| if body.is_empty() { named.clone() } else { Reply::saying(code(body)) });
    let model = Told::new(replies);
    let chain = voting("vote: 3\n    stop: never\n    check: {inputs: 4}", &model);
    let answer = ask(&chain, "Write a function double(x).").await;
    let confidence = answer.finish.confidence.unwrap();
    assert_eq!((confidence.votes, confidence.samples), (2, 3));
    assert_eq!(confidence.state, ConfidenceState::Unverified, "nobody said what is right");
    let asked = model.asked();
    assert!(asked[1].question().starts_with("Below is a programming problem."));
    assert_eq!(asked[1].sampling.temperature, Some(0.0));
    assert_eq!(asked.len(), 4);
    let found = decided(&answer, "answer/1/check");
    assert_eq!(found[0].0, "4 inputs, named by the model, tell programs apart");
}

#[tokio::test]
async fn where_no_program_passes_the_first_is_given_and_nobody_agrees() {
    let model = saying(&["return 7", "return 8"]);
    let answer = ask(&voting("vote: 2\n    check: {}", &model), &question(2)).await;
    assert_eq!(answer.content, code("return 7"));
    let confidence = answer.finish.confidence.unwrap();
    assert_eq!((confidence.votes, confidence.samples), (0, 2));
    assert_eq!(confidence.state, ConfidenceState::Disagreed);
}

#[tokio::test]
async fn an_answer_weighs_the_share_of_tests_that_it_passes() {
    let model = saying(&["return x + 2", "return 0", "return -x"]);
    let weigh = "vote: 3\n    weigh: {execute: \"${item.text}\", tests: [{call: double(2), expect: 4}, {call: \
                 double(3), expect: 5}, {call: double(0), expect: 0}]}";
    let answer = ask(&voting(weigh, &model), "Write a function double(x).").await;
    assert_eq!(answer.content, code("return x + 2"));
    let margin = answer.finish.confidence.unwrap().margin;
    assert!((margin - 1.0 / 4.0).abs() < 1e-9, "{margin}");
}

#[tokio::test]
async fn without_a_sandbox_nothing_is_run() {
    let options =
        SandboxOptions { python: Some("no-such-python".into()), ..SandboxOptions::default() };
    let missing = Arc::new(SharedSandbox::new(options));
    let model = saying(&["return x + 2"]);
    let chain = voting("vote: 8\n    check: {}", &model).running_programs_in(missing);
    let answer = ask(&chain, &question(3)).await;
    assert_eq!((answer.content.as_str(), answer.finish.confidence), (&*code("return x + 2"), None));
    assert_eq!(model.prompts().len(), 1);
    let (choice, reasons) = decided(&answer, "answer").remove(0);
    assert_eq!(choice, "one sample, for nothing can tell programs apart");
    assert!(reasons[0].contains("install Python 3"), "{reasons:?}");
    let chain = on(plan(&EXECUTE.replace("TESTS", ""), "said"), &Told::saying([&*code("pass")]));
    let ended = chain.generate(Request::ask(question(2))).await.unwrap().collect().await;
    assert!(ended.unwrap_err().to_string().contains("this chain has no sandbox"));
}

#[tokio::test]
async fn the_limit_of_a_run_ends_a_program() {
    let model = saying(&["while True: pass"]);
    let text = "version: 1\nname: programs\ndescription: Runs programs.\nmodels: {reasoner: required}\nlimits: {seconds: \
                2}\nsteps:\n  - id: answer\n    vote: 2\n    check: {}\n    do: {reason: \"${input.question}\", as: \
                code}\noutput: ${answer}\n";
    let sandbox = sandbox_for(Duration::from_secs(60));
    // Trying it takes a moment, which is not what is tested.
    sandbox.get().await.unwrap();
    let chain = on(load(text, "programs.yaml").unwrap(), &model).running_programs_in(sandbox);
    let started = std::time::Instant::now();
    let answer = ask(&chain, &question(3)).await;
    assert_eq!(answer.content, code("while True: pass"), "there is no other");
    assert_eq!(answer.finish.confidence.unwrap().state, ConfidenceState::Disagreed);
    let (choice, reasons) = decided(&answer, "answer/1/check").remove(0);
    assert_eq!(choice, "it was not run to its end");
    assert!(reasons[0].contains("the time limit was reached"), "{reasons:?}");
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
}

#[tokio::test]
async fn the_careful_chain_runs_programs() {
    let file = shipped().iter().find(|file| file.file.ends_with("solve-careful.yaml")).unwrap();
    let model = saying(&["return x + 2", "return x * 2"]);
    let chain = on(file.plan().unwrap(), &model).running_programs_in(sandbox());
    let asked = question(3).replace("Write a function", "Write a Python function");
    let answer = ask(&chain, &asked).await;
    assert_eq!(answer.content, code("return x * 2"));
    assert_eq!(answer.finish.confidence.unwrap().state, ConfidenceState::Verified);
}

#[test]
fn what_is_wrong_with_tests_is_said_where_it_stands() {
    let problem = |steps: &str| {
        let text = format!(
            "version: 1\nname: programs\ndescription: Runs programs.\nmodels: {{reasoner: required}}\nsteps:\n{steps}\
             output: ${{a}}\n"
        );
        load(&text, "programs.yaml").unwrap_err().to_string()
    };
    let vote =
        "  - id: a\n    vote: 4\n    do: {reason: \"${input.question}\", as: code}\n    check: ";
    for (steps, said) in [
        (format!("{vote}{{inputs: 33}}\n"), "`inputs` is 0 to 32"),
        (format!("{vote}{{tests: [{{}}]}}\n"), "this is no test"),
        (format!("{vote}{{statement: \"${{nothing}}\"}}\n"), "no earlier step is called `nothing`"),
        (format!("{vote}{{examples: 3}}\n"), "unknown field `examples`"),
        ("  - id: a\n    execute: ${input.messages}\n".to_owned(), "and text is needed"),
    ] {
        let found = problem(&steps);
        assert!(found.contains(said), "{steps}: {found}");
    }
}
