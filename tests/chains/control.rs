//! Steps that hold others, and those that need no model: what they give, what they show, how they fail.

use std::{sync::Arc, time::Duration};

use futures::StreamExt;
use ponder::{
    chain::{Chain, Models, Named, Plan, load},
    engine::scripted::{Ending, Failure, Reply},
    generate::{
        Answer, Delta, FinishReason, Format, Generate, Request, Sampling, StepState, conformance,
    },
};

use crate::support::{Told, ask, collect, reasons, steps, thinking};

/// A chain whose steps are these.
fn chain(steps: &str, output: &str) -> Plan {
    let text = format!(
        "version: 1\nname: tried\ndescription: For a test.\nmodels:\n  reasoner: required\n  \
         general: optional\nsteps:\n{steps}\noutput: {output}\n"
    );
    load(&text, "tried.yaml").unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// What is wrong with a chain whose steps are these.
fn wrong(steps: &str, output: &str) -> String {
    let text = format!(
        "version: 1\nname: tried\ndescription: For a test.\nmodels: {{reasoner: required}}\n\
         steps:\n{steps}\noutput: {output}\n"
    );
    load(&text, "tried.yaml").expect_err("something is wrong").to_string()
}

fn on(plan: Plan, reasoner: &Arc<Told>, general: &Arc<Told>) -> Chain {
    let models = Models {
        general: Some(Named::new("general", Arc::clone(general) as _)),
        ..Models::only(Named::new("reasoner", Arc::clone(reasoner) as _))
    };
    Chain::new(plan, models)
}

fn failing() -> Reply {
    Reply { ending: Ending::FailBefore(Failure::Engine), ..Reply::default() }
}

/// Fails in the middle of its answer.
fn broken() -> Reply {
    let ending = Ending::FailAfter { tokens: 2, failure: Failure::Engine };
    Reply { ending, ..Reply::saying("It is not") }
}

/// What two models said to a question.
async fn asked(plan: Plan, reasoner: [Reply; 1], general: Vec<Reply>) -> (Answer, Arc<Told>) {
    let general = Told::new(general);
    let answer = ask(&on(plan, &Told::new(reasoner), &general), "What is 12 + 30?").await;
    (answer, general)
}

#[tokio::test]
async fn a_plan_of_a_model_is_worked_on_item_by_item() {
    let plan = chain(
        r#"
  - id: ask
    prompt: |
      List what to compute in: {{ input.question }}
  - id: listed
    call: ${ask}
    model: general
    system: You list.
    temperature: 0
    max_tokens: 99
    thinking: false
    schema: {type: object, properties: {tasks: {type: array}}}
  - id: plan
    extract_answer: ${listed}
    as: json
  - id: results
    map: ${plan.tasks}
    do:
      steps:
        - id: solved
          reason: ${item.text}
          as: math
        - id: line
          transform: 'index ~ ": " ~ item.text ~ " = " ~ solved.result'
  - id: together
    prompt: |-
      {% for result in results %}{{ result }}
      {% endfor %}"#,
        "${together}",
    );
    let listed = Reply::saying(r#"{"tasks": [{"text": "12 + 30"}, {"text": "6 * 7"}]}"#);
    let (answer, general) =
        asked(plan, [thinking("Hm.", "It is \\boxed{42}.")], vec![listed]).await;
    assert_eq!(answer.content, "0: 12 + 30 = 42\n1: 6 * 7 = 42\n");
    assert_eq!(answer.reasoning, "Hm.", "of the first item only");
    insta::assert_debug_snapshot!(steps(&answer), @r#"
        [
            "ask prompt: finished",
            "listed call: finished",
            "plan extract_answer: finished",
            "results/1/solved reason: finished",
            "results/1/line transform: finished",
            "results/2/solved reason: finished",
            "results/2/line transform: finished",
            "results map: finished",
            "together prompt: finished",
        ]
        "#);
    let request = &general.asked()[0];
    assert_eq!(request.question(), "List what to compute in: What is 12 + 30?");
    assert_eq!(request.messages.len(), 2);
    assert_eq!(request.sampling.temperature, Some(0.0));
    assert_eq!(request.max_tokens, Some(99));
    assert!(matches!(request.format, Format::Schema { .. }));
}

#[tokio::test]
async fn steps_beside_each_other_run_at_the_same_time() {
    let slow = |text: &str| Reply { per_token_ms: 400, ..Reply::saying(text) };
    let plan = chain(
        r#"
  - id: views
    parallel:
      - id: first
        reason: ${input.question}
        as: math
      - id: second
        call: ${input.question}
        model: general
  - id: both
    prompt: "{{ first.result }} and {{ second }} are {{ views.first.result }} and {{ views.second.text }}""#,
        "${both}",
    );
    let started = std::time::Instant::now();
    let (answer, _) =
        asked(plan, [slow("one two three four \\boxed{1}")], vec![slow("a b c d e")]).await;
    let both = started.elapsed();
    assert_eq!(answer.content, "1 and a b c d e are 1 and a b c d e");
    assert!(both < Duration::from_millis(3_600), "one after the other they take 4 s: {both:?}");
    assert_eq!(answer.finish.usage.completion_tokens, 10);
    let usage = answer.steps.iter().find_map(|event| match &event.state {
        StepState::Finished { usage, .. } if event.step == "views" => Some(usage.completion_tokens),
        _ => None,
    });
    assert_eq!(usage, Some(10), "a step costs what the steps in it cost");
}

#[tokio::test]
async fn when_one_of_several_fails_the_others_are_dropped() {
    let plan = chain(
        r#"
  - id: views
    parallel:
      - id: first
        reason: ${input.question}
        as: math
      - id: second
        call: ${input.question}
        model: general
  - id: both
    prompt: "{{ first }}{{ second }}""#,
        "${both}",
    );
    let endless = Reply { per_token_ms: 1, ..Reply::saying("word ".repeat(100_000)) };
    let (reasoner, general) = (Told::new([endless]), Told::new([failing()]));
    let chain = on(plan, &reasoner, &general);
    let generation = chain.generate(Request::ask("What is 12 + 30?")).await.expect("starts");
    generation.collect().await.expect_err("the second fails");
    assert_eq!(reasoner.running(), 0);
    let tokens = reasoner.tokens();
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert_eq!(reasoner.tokens(), tokens, "tokens were sampled after the end");
}

#[tokio::test]
async fn a_step_is_tried_again_before_its_first_word_and_not_after() {
    let retrying = r#"
  - id: answer
    call: ${input.question}
    model: general
    retry: {attempts: 3, wait: 0}"#;
    let (answer, general) = asked(
        chain(retrying, "${answer}"),
        [Reply::default()],
        vec![failing(), Reply::saying(""), Reply::saying("It is 42.")],
    )
    .await;
    assert_eq!(answer.content, "It is 42.");
    assert_eq!(general.asked().len(), 3, "an empty answer is tried again as well");
    insta::assert_debug_snapshot!(reasons(&answer, "answer"), @r#"
        [
            "attempt 1: The script says that the engine failed.",
        ]
        "#);

    let general = Told::new([broken(), Reply::saying("It is 42.")]);
    let chain = on(chain(retrying, "${answer}"), &Told::saying([""]), &general);
    let generation = chain.generate(Request::ask("What is 12 + 30?")).await.expect("starts");
    let deltas: Vec<_> = StreamExt::collect(generation).await;
    assert!(deltas.last().is_some_and(Result::is_err), "what was sent cannot be taken back");
    assert_eq!(general.asked().len(), 1);
}

#[tokio::test]
async fn the_first_alternative_that_says_something_is_taken() {
    let fallback = r#"
  - id: answer
    fallback:
      - {call: "${input.question}", model: general}
      - {reason: "${input.question}", as: math}"#;
    for first in [failing(), Reply::saying(""), thinking("Only thoughts.", " ")] {
        let plan = chain(fallback, "${answer}");
        let (answer, _) = asked(plan, [Reply::saying("So \\boxed{42}.")], vec![first]).await;
        assert_eq!(answer.content, "So \\boxed{42}.");
        assert_eq!(reasons(&answer, "answer").len(), 1, "{:?}", reasons(&answer, "answer"));
    }
    let plan = chain(fallback, "${answer}");
    let (answer, _) = asked(plan, [Reply::saying("no")], vec![Reply::saying("yes")]).await;
    assert_eq!(answer.content, "yes");
    insta::assert_debug_snapshot!(steps(&answer), @r#"
        [
            "answer/1 call: finished",
            "answer fallback: decided alternative 1",
            "answer fallback: finished",
        ]
        "#);

    let held = r#"
  - id: answer
    fallback:
      - {call: "${input.question}", model: general}
      - {reason: "${input.question}", as: math}
  - id: shown
    prompt: "Answer: {{ answer }}""#;
    let (answer, _) =
        asked(chain(held, "${shown}"), [Reply::saying("\\boxed{42}")], vec![broken()]).await;
    assert_eq!(answer.content, "Answer: \\boxed{42}", "what nobody has seen can be replaced");
}

#[tokio::test]
async fn the_last_alternatives_error_is_the_chains() {
    let fallback = r#"
  - id: answer
    fallback:
      - {call: "${input.question}", model: general}
      - {reason: "${input.question}", as: math}"#;
    let chain = on(chain(fallback, "${answer}"), &Told::new([failing()]), &Told::new([failing()]));
    let generation = chain.generate(Request::ask("What is 12 + 30?")).await.expect("starts");
    let error = generation.collect().await.expect_err("both fail");
    assert_eq!(error.to_string(), "The script says that the engine failed.");
}

#[tokio::test]
async fn a_value_chooses_a_way_and_a_chain_may_end_early() {
    let plan = || {
        chain(
            r#"
  - id: verdict
    call: ${input.question}
    model: general
  - id: way
    match: ${verdict}
    cases:
      "easy": {reason: "${input.question}", as: math}
      "none":
        steps:
          - id: sorry
            prompt: "There is nothing to do."
          - id: done
            finish: ${sorry}
    else:
      steps:
        - id: more
          call: "${verdict}"
          model: general
        - id: again
          reason: ${more}
          as: math
  - id: shown
    prompt: "So: {{ way }}""#,
            "${shown}",
        )
    };
    let solved = || [Reply::saying("\\boxed{42}")];
    let (answer, _) = asked(plan(), solved(), vec![Reply::saying("easy")]).await;
    assert_eq!(answer.content, "So: \\boxed{42}");
    let (answer, _) = asked(plan(), solved(), vec![Reply::saying("none")]).await;
    assert_eq!(answer.content, "There is nothing to do.");
    let two = vec![Reply::saying("hard"), Reply::saying("What is 6 * 7?")];
    let (answer, general) = asked(plan(), solved(), two).await;
    assert_eq!(answer.content, "So: \\boxed{42}");
    assert_eq!(general.prompts(), ["What is 12 + 30?", "hard"]);
    insta::assert_debug_snapshot!(steps(&answer), @r#"
        [
            "verdict call: finished",
            "way/more call: finished",
            "way/again reason: finished",
            "way match: finished",
            "shown prompt: finished",
        ]
        "#);
}

#[tokio::test]
async fn an_early_end_streams_and_what_follows_is_not_done() {
    let plan = chain(
        r#"
  - id: first
    reason: ${input.question}
    as: math
  - id: found
    extract_answer: ${first}
    as: boxed
  - id: done
    when: ${found} != null
    finish: ${first}
  - id: second
    call: ${input.question}
    model: general"#,
        "${second}",
    );
    let general = Told::saying(["A second opinion."]);
    let chain = on(plan, &Told::saying(["So \\boxed{42}."]), &general);
    assert_eq!(ask(&chain, "What is 12 + 30?").await.content, "So \\boxed{42}.");
    assert!(general.asked().is_empty());
    let other = on(chain.plan().clone(), &Told::saying(["I do not know."]), &general);
    assert_eq!(ask(&other, "What is 12 + 30?").await.content, "A second opinion.");
    let subject = conformance::Subject::new(Arc::new(other), Request::ask("What is 12 + 30?"));
    assert_eq!(conformance::violations(&subject).await, Vec::<String>::new());
}

#[tokio::test]
async fn one_budget_is_shared_by_steps_that_run_at_the_same_time() {
    let plan = |limits: &str| {
        let text = format!(
            "version: 1\nname: tried\ndescription: For a test.\nmodels: {{reasoner: required}}\n\
             steps:\n  - id: list\n    transform: '[1, 2, 3, 4]'\n  - id: all\n    map: ${{list}}\n    \
             at_once: 4\n    do: {{reason: '${{input.question}}', as: math}}\n  - id: shown\n    \
             prompt: '{{{{ all|length }}}}'\nlimits: {limits}\noutput: ${{shown}}\n"
        );
        load(&text, "tried.yaml").expect("loads")
    };
    let long = || Told::new([Reply { per_token_ms: 1, ..Reply::saying("word ".repeat(1000)) }]);
    let reasoner = long();
    let chain = Chain::new(
        plan("{tokens: 100}"),
        Models::only(Named::new("reasoner", Arc::clone(&reasoner) as _)),
    );
    let answer = ask(&chain, "What is 12 + 30?").await;
    assert_eq!(answer.content, "4");
    let tokens = answer.finish.usage.completion_tokens;
    assert!((100..=110).contains(&tokens), "{tokens} tokens, four times as much without sharing");

    let reasoner = Told::saying(["\\boxed{1}"]);
    let chain = Chain::new(
        plan("{calls: 2}"),
        Models::only(Named::new("reasoner", Arc::clone(&reasoner) as _)),
    );
    ask(&chain, "What is 12 + 30?").await;
    assert_eq!(reasoner.asked().len(), 2, "four were wanted");
}

#[tokio::test]
async fn what_steps_write_is_reported_to_those_who_ask() {
    let plan = chain(
        r#"
  - id: draft
    call: ${input.question}
    model: general
  - id: answer
    reason: ${draft}
    as: math"#,
        "${answer}",
    );
    let general = Told::saying(["What is 6 * 7?"]);
    let chain = on(plan, &Told::new([thinking("Hm.", "\\boxed{42}")]), &general);
    let request = Request { step_text: true, ..Request::ask("What is 12 + 30?") };
    let answer = collect(&chain, request).await;
    let written: String = answer
        .steps
        .iter()
        .filter_map(|event| match &event.state {
            StepState::Wrote { text, .. } => Some(format!("{}:{text}|", event.step)),
            _ => None,
        })
        .collect();
    assert_eq!(written, "draft:What |draft:is |draft:6 |draft:* |draft:7?|");
    assert_eq!(answer.content, "\\boxed{42}");
    let silent = ask(&chain, "What is 12 + 30?").await;
    assert!(!silent.steps.iter().any(|event| matches!(event.state, StepState::Wrote { .. })));
}

#[tokio::test]
async fn a_chain_calls_another_chain() {
    let inner = chain("  - id: answer\n    reason: ${input.question}\n    as: math", "${answer}");
    let outer = chain(
        "  - id: doubled\n    prompt: 'Twice: {{ input.question }}'\n  - id: answer\n    call: \
         ${doubled}\n    model: chain/inner",
        "${answer}",
    );
    assert_eq!(outer.named_models(), ["chain/inner"]);
    let reasoner = Told::new([thinking("Hm.", "So \\boxed{42}.")]);
    let named = |name: &str| Named::new(name, Arc::clone(&reasoner) as _);
    let inner = Named::new("chain/inner", Arc::new(Chain::new(inner, Models::only(named("r")))));
    let models = Models {
        named: [("chain/inner".to_owned(), inner)].into(),
        ..Models::only(named("reasoner"))
    };
    let chain = Chain::new(outer, models);
    let generation = chain.generate(Request::ask("What is 12 + 30?")).await.expect("starts");
    let deltas: Vec<Delta> = generation.map(|delta| delta.expect("no error")).collect().await;
    let contents = deltas.iter().filter(|delta| matches!(delta, Delta::Content(_))).count();
    assert_eq!(contents, 2, "it streams through: {deltas:?}");
    let mut answer = Answer::default();
    deltas.into_iter().for_each(|delta| answer.add(delta));
    assert_eq!(answer.finish.reason, FinishReason::Stop);
    assert_eq!(answer.finish.usage.completion_tokens, 3);
    assert!(reasoner.prompts()[0].starts_with("Twice: What is 12 + 30?"));
    insta::assert_debug_snapshot!(steps(&answer), @r#"
        [
            "doubled prompt: finished",
            "answer/answer reason: finished",
            "answer call: finished",
        ]
        "#);
}

#[tokio::test]
async fn answers_in_templates_are_their_text_and_more() {
    let plan = chain(
        r#"
  - id: solved
    call: ${input.question}
    model: general
  - id: listed
    transform: "[solved, solved.result]"
  - id: shown
    prompt: "{% if solved %}{{ solved.result or 'none' }}{% endif %} {{ listed|tojson }} {{ solved|length }}""#,
        "${shown}",
    );
    let (answer, _) = asked(plan, [Reply::default()], vec![Reply::saying("So \\boxed{42}.")]).await;
    insta::assert_snapshot!(answer.content, @r#"42 [{"complete":true,"result":"42","text":"So \\boxed{42}."},"42"] 3"#);
}

#[tokio::test]
async fn numbers_in_texts_are_texts() {
    let plan = chain(
        r#"
  - id: said
    call: ${input.question}
    model: general
  - id: found
    extract_answer: ${said}
    as: boxed
  - id: first
    when: ${found} == 42 and ${said} != 42
    prompt: "it is 42"
    otherwise: ${said}"#,
        "${first}",
    );
    let (answer, _) = asked(plan, [Reply::default()], vec![Reply::saying("So \\boxed{42}.")]).await;
    assert_eq!(answer.content, "it is 42");
}

#[tokio::test]
async fn what_is_asked_again_has_another_seed() {
    let plan = chain(
        r#"
  - id: list
    transform: "[1, 2, 3]"
  - id: all
    map: ${list}
    do: {call: "${input.question}", model: general}
  - id: once
    call: ${input.question}
    model: general
    retry: {attempts: 2, wait: 0}"#,
        "${once}",
    );
    let said = || Reply::saying("x");
    let general = Told::new([said(), said(), said(), Reply::saying(""), said()]);
    let chain = on(plan, &Told::saying([""]), &general);
    let sampling = Sampling { seed: Some(7), ..Sampling::default() };
    let request = || Request { sampling, ..Request::ask("What is 12 + 30?") };
    collect(&chain, request()).await;
    let seeds = |model: &Told| -> Vec<u64> {
        model.asked().iter().filter_map(|request| request.sampling.seed).collect()
    };
    let first = seeds(&general);
    assert_eq!((first[0], first[3]), (7, 7), "the first of each is the client's");
    let different: std::collections::BTreeSet<u64> = first[..3].iter().copied().collect();
    assert_eq!(different.len(), 3, "{first:?}");
    assert_ne!(first[3], first[4]);
    let general = Told::new([said(), said(), said(), Reply::saying(""), said()]);
    collect(&on(chain.plan().clone(), &Told::saying([""]), &general), request()).await;
    assert_eq!(seeds(&general), first, "and the same the next time");
}

#[tokio::test]
async fn an_attempt_knows_nothing_of_the_one_before() {
    let plan = chain(
        r#"
  - id: kind
    route: ${input.question}
  - id: way
    match: ${kind}
    retry: {attempts: 2, wait: 0}
    math:
      steps:
        - id: draft
          reason: ${input.question}
          as: math
        - id: verdict
          call: ${draft}
          model: general
        - id: log
          call: ${verdict}
          model: general
        - id: final
          when: ${verdict} != good
          call: "${draft}"
          model: general
          otherwise: ${draft}
    else: {chat: "${input.messages}"}"#,
        "${way}",
    );
    let general = Told::new([
        Reply::saying("good"),
        failing(),
        Reply::saying("bad"),
        Reply::saying("noted"),
        Reply::saying("Better: 42."),
    ]);
    let chain = on(plan, &Told::saying(["A draft."]), &general);
    assert_eq!(ask(&chain, "What is 12 + 30?").await.content, "Better: 42.");
}

#[tokio::test]
async fn waiting_for_another_attempt_ends_with_the_run() {
    let text = "version: 1\nname: tried\ndescription: For a test.\nmodels: {reasoner: required}\nsteps:\n  - \
                id: a\n    reason: ${input.question}\n    as: math\n    retry: {attempts: 3, wait: 60}\nlimits: \
                {seconds: 5}\noutput: ${a}\n";
    let models = Models::only(Named::new("reasoner", Told::new([failing()]) as _));
    let chain = Chain::new(load(text, "tried.yaml").expect("loads"), models);
    let started = std::time::Instant::now();
    let generation = chain.generate(Request::ask("What is 12 + 30?")).await.expect("starts");
    generation.collect().await.expect_err("it fails");
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn what_is_wrong_with_steps_is_said() {
    insta::assert_snapshot!(wrong("  - id: k\n    route: ${input.question}\n  - id: a\n    match: ${k}\n    math: {steps: [{id: b, prompt: x}, {id: c, when: '${b} == y', finish: '${b}'}]}\n    else: {prompt: x}", "${a}"), @"tried.yaml:10:19: step `a`: the last step may be skipped, and then these steps give nothing: put a step behind it");
    insta::assert_snapshot!(wrong("  - id: a\n    prompt: x\n    when: ${input.question} == a b\n    otherwise: ${input.question}", "${a}"), @"tried.yaml:8:11: step `a`: `${input.question} == a b` is no condition; write `${STEP} == VALUE`, `${STEP} != VALUE`, `${STEP} in [VALUE, VALUE]` or `${STEP} not in [VALUE, VALUE]`, joined by `and`; a VALUE with spaces or signs in it stands in quotes");
    insta::assert_snapshot!(wrong("  - id: a\n    prompt: '{{ b }}'", "${a}"), @"tried.yaml:7:13: step `a`: no earlier step is called `b`; earlier steps: none");
    insta::assert_snapshot!(wrong("  - id: a\n    prompt: '{{ input.question '", "${a}"), @"tried.yaml:7:13: step `a`: unexpected end of input, expected end of variable block");
    insta::assert_snapshot!(wrong("  - id: a\n    prompt: '{{ input.answer }}'", "${a}"), @"tried.yaml:7:13: step `a`: `${input.answer}` is unknown: the input has `question` and `messages`");
    insta::assert_snapshot!(wrong("  - id: a\n    transform: 1 +", "${a}"), @"tried.yaml:7:16: step `a`: unexpected end of input, expected expression");
    insta::assert_snapshot!(wrong("  - id: a\n    transform: '1'", "${a}"), @"tried.yaml:8:9: the output is an answer or text, not data");
    insta::assert_snapshot!(wrong("  - id: a\n    call: ${input.question}", "${a}"), @"tried.yaml:7:11: step `a`: `call` needs `model`: a role (reasoner, translator, general), `chain/NAME` or the name of a model");
    insta::assert_snapshot!(
        wrong("  - id: a\n    call: ${input.question}\n    model: chain/tried", "${a}"), @"tried.yaml:8:12: step `a`: a chain cannot call itself; `decompose` answers parts of a question with it");
    insta::assert_snapshot!(
        wrong("  - id: a\n    call: ${input.question}\n    model: general", "${a}"), @"tried.yaml:7:11: step `a`: `call` uses the model `general`, which `models` does not list");
    insta::assert_snapshot!(wrong("  - id: a\n    prompt: x\n    retry: {attempts: 1}", "${a}"), @"tried.yaml:8:12: step `a`: `retry` has `attempts`, 2 to 10, and `wait`, 0 to 60 seconds");
    insta::assert_snapshot!(wrong("  - id: a\n    map: ${input.question}\n    do: {prompt: x}", "${a}"), @"tried.yaml:7:10: step `a`: `map` takes data that is a list, not text");
    insta::assert_snapshot!(wrong("  - id: a\n    prompt: '{{ item }}'", "${a}"), @"tried.yaml:7:13: step `a`: `${item}` is there inside of a `map`, and in `weigh` of a `vote`, only");
    insta::assert_snapshot!(
        wrong("  - id: a\n    parallel:\n      - {id: b, prompt: x}\n      - {id: b, prompt: x}\n  - id: c\n    prompt: x", "${c}"), @"tried.yaml:9:9: step `a`: two steps here are called `b`; ids are unique");
    insta::assert_snapshot!(
        wrong("  - id: a\n    parallel:\n      - {id: b, prompt: x}\n      - {id: c, prompt: '{{ b }}'}\n  - id: d\n    prompt: x", "${d}"), @"tried.yaml:9:25: step `c`: no earlier step is called `b`; earlier steps: none");
    insta::assert_snapshot!(
        wrong("  - id: a\n    fallback:\n      - {prompt: x}\n      - {id: b, prompt: x}", "${a}"), @"tried.yaml:9:14: step `a`: `id` does not belong here: this is one action, or `steps` that have ids");
    insta::assert_snapshot!(
        wrong("  - id: a\n    fallback:\n      - {prompt: x}\n      - {transform: '1'}", "${a}"), @"tried.yaml:9:9: step `a`: every arm gives text, as the first does, not data");
    insta::assert_snapshot!(
        wrong("  - id: a\n    fallback:\n      - {prompt: x}\n      - steps:\n          - {id: b, finish: '${input.question}'}", "${a}"), @"tried.yaml:10:29: step `b`: `finish` cannot be inside of `parallel`, `map`, `vote` or `fallback`: other steps run at the same time or in its place");
    insta::assert_snapshot!(wrong("  - id: a\n    prompt: x\n  - id: b\n    finish: ${a}", "${b}"), @"tried.yaml:10:9: `b` ends the chain and gives nothing");
    insta::assert_snapshot!(wrong("  - id: a\n    prompt: x\n    model: general", "${a}"), @"tried.yaml:8:12: step `a`: `model` does not belong to `prompt`, which takes no options");
    insta::assert_snapshot!(wrong("  - id: item\n    prompt: x", "${input.question}"), @"tried.yaml:6:9: step `item`: an id is letters, digits, `_` and `-`, beginning with a letter, and not `input`, `item` or `index`");
    insta::assert_snapshot!(wrong("  - prompt: x", "${input.question}"), @"tried.yaml:6:5: a step needs an `id`");
    insta::assert_snapshot!(wrong("  - id: a\n    prompt: x\n  - id: b\n    prompt: '{{ a.c }}'\n  - id: d\n    extract_answer: ${a.c}\n    as: json", "${a}"), @"tried.yaml:11:21: step `d`: there is no `c` in text");
}
