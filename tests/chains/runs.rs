//! Whole runs of the shipped chain on scripted models.

use std::{sync::Arc, time::Duration};

use futures::StreamExt;
use ponder::{
    chain::{Chain, Models, Named, compose::Composer, load, step::Reason},
    engine::scripted::{Ending, Failure, Reply},
    generate::{
        Delta, FinishReason, Function, Generate, GenerateError, Kind, Message, Request, Sampling,
        Thinking, ThinkingEnd, ToolChoice, Tools, conformance,
    },
};

use crate::support::{Told, ask, collect, on, reasons, solve, steps, thinking};

const APPLES: &str = "小明有12个苹果，又买了30个，现在一共有多少个苹果？";
const APPLES_IN_ENGLISH: &str =
    "Xiaoming has 12 apples and buys 30 more. How many apples does he have now?";

#[tokio::test]
async fn a_chinese_question_is_translated_solved_and_answered_in_chinese() {
    let model = Told::new([
        Reply::saying(APPLES_IN_ENGLISH),
        thinking("12 + 30 = 42.", "He has 12 + 30 = 42 apples, so the answer is \\boxed{42}."),
        Reply::saying("他有 12 + 30 = 42 个苹果，所以答案是 ⟦M1⟧。"),
    ]);
    let answer = ask(&on(&model), APPLES).await;
    assert_eq!(answer.content, "他有 12 + 30 = 42 个苹果，所以答案是 \\boxed{42}。");
    assert_eq!(answer.reasoning, "12 + 30 = 42.");
    assert_eq!(answer.finish.kind, Some(Kind::Math));
    assert_eq!(answer.finish.thinking_end, ThinkingEnd::Natural);
    insta::assert_debug_snapshot!(steps(&answer), @r#"
        [
            "language detect_language: decided zh",
            "language detect_language: finished",
            "kind route: decided math",
            "kind route: finished",
            "question translate: decided translation",
            "question translate: finished",
            "answer reason: finished",
            "reply translate_answer: decided translation",
            "reply translate_answer: finished",
        ]
    "#);
    let asked = model.asked();
    assert_eq!(asked.len(), 3);
    assert!(asked[1].question().starts_with(APPLES_IN_ENGLISH), "{}", asked[1].question());
    assert_eq!(asked[1].kind, Some(Kind::Math));
    assert_eq!(
        asked.iter().map(|request| request.thinking).collect::<Vec<_>>(),
        [Thinking::Off, Thinking::Natural, Thinking::Off]
    );
}

#[tokio::test]
async fn a_translation_that_fails_the_proof_is_asked_for_again() {
    let model = Told::new([
        Reply::saying("Xiaoming has 13 apples and buys 30 more. How many?"),
        Reply::saying(APPLES_IN_ENGLISH),
        Reply::saying("\\boxed{42}"),
    ]);
    let answer = ask(&on(&model), APPLES).await;
    assert_eq!(answer.content, "答案：\\boxed{42}");
    assert_eq!(
        reasons(&answer, "question"),
        ["the translation passed the proof", "attempt 1: the translation lost 12, added 13"]
    );
    let temperatures: Vec<_> =
        model.asked().iter().map(|request| request.sampling.temperature).collect();
    assert_eq!(temperatures, [Some(0.0), Some(0.7), None]);
}

#[tokio::test]
async fn after_two_failed_translations_the_original_is_asked() {
    let model = Told::new([
        Reply::saying("Xiaoming has some apples."),
        Reply { ending: Ending::FailBefore(Failure::Engine), ..Reply::default() },
        Reply::saying("The answer is \\boxed{42}."),
        Reply::saying("no Chinese here"),
    ]);
    let answer = ask(&on(&model), APPLES).await;
    assert!(model.prompts()[2].starts_with(APPLES), "{}", model.prompts()[2]);
    assert_eq!(answer.content, "答案：\\boxed{42}");
    assert_eq!(
        reasons(&answer, "question"),
        [
            "attempt 1: the translation lost 12, 30",
            "attempt 2: The script says that the engine failed."
        ]
    );
}

#[tokio::test]
async fn an_english_answer_streams_and_usage_adds_up() {
    let model = Told::new([thinking("Let me see.", "So it is \\boxed{42}.")]);
    let chain = on(&model);
    let generation = chain.generate(Request::ask("What is 12 + 30?")).await.expect("starts");
    let deltas: Vec<Delta> = generation.map(|delta| delta.expect("no error")).collect().await;
    let contents = deltas.iter().filter(|delta| matches!(delta, Delta::Content(_))).count();
    assert_eq!(contents, 4, "word by word: {deltas:?}");
    let Some(Delta::Finished(finish)) = deltas.last() else { panic!("{deltas:?}") };
    assert_eq!(finish.usage.completion_tokens, 7);
    assert_eq!(finish.usage.reasoning_tokens, 3);
    let subject = conformance::Subject::new(Arc::new(on(&model)), Request::ask("What is 12 + 30?"));
    assert_eq!(conformance::violations(&subject).await, Vec::<String>::new());
}

#[tokio::test]
async fn dropping_the_stream_drops_the_model_call() {
    let slow = Reply { per_token_ms: 1, ..Reply::saying("word ".repeat(10_000)) };
    let model = Told::new([slow]);
    let chain = on(&model);
    let mut generation = chain.generate(Request::ask("What is 12 + 30?")).await.expect("starts");
    while !matches!(generation.next().await, Some(Ok(Delta::Content(_)))) {}
    assert_eq!(model.running(), 1);
    drop(generation);
    assert_eq!(model.running(), 0);
    let tokens = model.tokens();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(model.tokens(), tokens, "tokens were sampled after the cancel");
}

#[tokio::test]
async fn the_clients_parameters_go_to_the_reasoner() {
    let model = Told::saying(["\\boxed{42}"]);
    let sampling = Sampling { temperature: Some(0.3), ..Sampling::default() };
    let request = Request {
        messages: vec![
            Message::system("Be brief."),
            Message::user("What is 1 + 1?"),
            Message::assistant("2"),
            Message::user("What is 12 + 30?"),
        ],
        sampling,
        stop: vec!["END".to_owned()],
        max_tokens: Some(9),
        ..Request::default()
    };
    collect(&on(&model), request).await;
    let [asked] = model.asked().try_into().expect("one call");
    assert_eq!(asked.messages[0], Message::system("Be brief."));
    assert_eq!(asked.messages.len(), 2, "the reasoner sees no history");
    assert_eq!((asked.sampling, asked.max_tokens), (sampling, Some(9)));
    assert_eq!(asked.stop, ["END"]);
}

#[tokio::test]
async fn the_token_budget_binds_over_all_parts_and_says_so() {
    let model = Told::new([thinking(&"hm ".repeat(50), "\\boxed{5}")]);
    let question = "Solve 3x+5=20, then write a function that returns the sum of a list.";
    let request = Request { max_tokens: Some(60), ..Request::ask(question) };
    let answer = collect(&on(&model), request).await;
    assert_eq!(answer.finish.usage.completion_tokens, 60);
    assert_eq!(answer.finish.reason, FinishReason::Length);
    assert_eq!(answer.finish.thinking_end, ThinkingEnd::Budget);
    assert!(answer.content.contains("the token limit was reached"), "{}", answer.content);
    assert!(answer.content.contains("\\boxed{5}"), "{}", answer.content);
}

#[tokio::test]
async fn the_time_limit_ends_a_model_that_hangs() {
    let hanging = Reply {
        ending: Ending::HangAfter { tokens: 3 },
        ..thinking("one two three four", "\\boxed{1}")
    };
    let model = Told::new([hanging]);
    let chain = Composer::new("hasty", "Has a second.").within(Duration::from_secs(1));
    let answer = chain.question().then("answer", Reason::math());
    let plan = chain.finish(answer).expect("composes");
    let chain = Chain::new(plan, Models::only(Named::new("model", Arc::clone(&model) as _)));
    let answer = ask(&chain, "What is 12 + 30?").await;
    assert!(answer.content.contains("the chain's time limit"), "{}", answer.content);
    assert_eq!(answer.finish.reason, FinishReason::Length);
    assert_eq!(answer.finish.usage.completion_tokens, 3);
    assert_eq!(model.running(), 0);
}

#[tokio::test]
async fn functions_that_may_be_called_are_passed_over_and_a_demanded_call_is_refused() {
    let model = Told::new([thinking("12 + 30 = 42.", "\\boxed{42}")]);
    let chain = on(&model);
    let asked = |choice: ToolChoice| {
        let search = Function {
            name: "search".to_owned(),
            description: "Searches the web.".to_owned(),
            parameters: serde_json::json!({}),
            strict: None,
        };
        let tools = Tools { functions: [search].into(), choice, several: true };
        Request { tools, ..Request::ask("What is 12 + 30?") }
    };
    let answer = collect(&chain, asked(ToolChoice::Auto)).await;
    assert_eq!(answer.content, "\\boxed{42}");
    assert!(model.asked()[0].tools.is_empty(), "the model cannot call them either");
    for choice in [ToolChoice::Required, ToolChoice::Named("search".to_owned())] {
        let error = chain.generate(asked(choice)).await.map(|_| ()).expect_err("refused");
        assert!(matches!(error, GenerateError::Invalid { param: "tool_choice", .. }), "{error}");
    }
}

#[tokio::test]
async fn the_parts_of_a_question_share_its_time() {
    let minute = Duration::from_secs(60);
    let within = async |question: &str| {
        let model =
            Told::new([thinking("So.", "\\boxed{5}"), Reply::saying("```python\npass\n```")]);
        collect(&on(&model), Request { within: Some(minute), ..Request::ask(question) }).await;
        model.asked().iter().map(|request| request.within.unwrap()).collect::<Vec<_>>()
    };
    let alone = within("What is 1 + 1?").await;
    assert!((minute / 2..=minute).contains(&alone[0]), "{alone:?}");
    let parts =
        within("Solve 3x+5=20, then write a function that returns the sum of a list.").await;
    assert!((minute / 4..=minute / 2).contains(&parts[0]), "{parts:?}");
    assert!(parts[1] > minute / 2, "what the first part left is for the second: {parts:?}");
}

#[tokio::test]
async fn the_parts_of_a_composite_question_are_answered_thinking_first() {
    let model = Told::new([
        thinking("Subtract 5. ", "x is \\boxed{5}."),
        thinking("Add them up.", "```python\ndef total(xs):\n    return sum(xs)\n```"),
    ]);
    let question = "Solve 3x+5=20, then write a function that returns the sum of a list.";
    let answer = ask(&on(&model), question).await;
    assert_eq!(answer.reasoning, "Subtract 5. Add them up.");
    assert_eq!(
        answer.content,
        "**Part 1**\n\nx is \\boxed{5}.\n\n**Part 2**\n\n```python\ndef total(xs):\n    return \
         sum(xs)\n```"
    );
    assert_eq!(answer.finish.kind, Some(Kind::Both));
    assert_eq!(answer.finish.usage.completion_tokens, 2 + 3 + 3 + 6);
    insta::assert_debug_snapshot!(steps(&answer), @r#"
        [
            "language detect_language: decided en",
            "language detect_language: finished",
            "kind route: decided both",
            "kind route: finished",
            "question translate: skipped, not needed: this is en",
            "answer decompose: decided 2 parts",
            "answer/1/language detect_language: decided en",
            "answer/1/language detect_language: finished",
            "answer/1/kind route: decided math",
            "answer/1/kind route: finished",
            "answer/1/question translate: skipped, not needed: this is en",
            "answer/1/answer reason: finished",
            "answer/1/reply translate_answer: skipped, not needed: this is en",
            "answer/2/language detect_language: decided en",
            "answer/2/language detect_language: finished",
            "answer/2/kind route: decided code",
            "answer/2/kind route: finished",
            "answer/2/question translate: skipped, not needed: this is en",
            "answer/2/answer reason: finished",
            "answer/2/reply translate_answer: skipped, not needed: this is en",
            "answer decompose: finished",
            "reply translate_answer: skipped, not needed: this is en",
        ]
    "#);
    let subject = conformance::Subject::new(Arc::new(on(&model)), Request::ask(question));
    let violations = conformance::violations(&subject).await;
    assert!(!violations.iter().any(|line| line.starts_with("order")), "{violations:?}");
}

#[tokio::test]
async fn other_questions_get_a_message_or_the_general_model() {
    let reasoner = Told::saying(["never"]);
    for (question, words) in [
        ("What is the capital of France?", "general = \"NAME\""),
        ("中国的首都是哪里？", "本节点只回答数学和编程问题"),
        ("", "The question is empty"),
    ] {
        let answer = ask(&on(&reasoner), question).await;
        assert!(answer.content.contains(words), "{}", answer.content);
        assert_eq!(answer.finish.kind, Some(Kind::Other));
        assert_eq!(answer.finish.reason, FinishReason::Stop);
    }
    assert!(reasoner.asked().is_empty(), "no model is called");

    let general = Told::saying(["Paris, of course."]);
    let models = Models {
        general: Some(Named::new("general", Arc::clone(&general) as _)),
        ..Models::only(Named::new("reasoner", Arc::clone(&reasoner) as _))
    };
    let chain = Chain::new(solve(), models);
    let messages = vec![
        Message::user("Hello"),
        Message::assistant("Hello!"),
        Message::user("What is the capital of France?"),
    ];
    let request = Request { messages: messages.clone(), ..Request::default() };
    assert_eq!(collect(&chain, request).await.content, "Paris, of course.");
    assert_eq!(general.asked()[0].messages, messages, "the whole conversation");
}

#[tokio::test]
async fn an_error_of_the_reasoner_ends_the_chain() {
    let failing = Reply {
        ending: Ending::FailAfter { tokens: 1, failure: Failure::Engine },
        ..thinking("one two", "three")
    };
    let generation = on(&Told::new([failing])).generate(Request::ask("What is 1 + 1?")).await;
    let deltas: Vec<_> = StreamExt::collect(generation.expect("starts")).await;
    assert!(matches!(deltas.last(), Some(Err(GenerateError::Engine { .. }))), "{deltas:?}");
}

#[tokio::test]
async fn both_definitions_are_one_plan_and_answer_alike() {
    let typed = crate::solve::plan().expect("the example composes");
    assert_eq!(typed, solve());
    let replies = || {
        Told::new([
            Reply::saying(APPLES_IN_ENGLISH),
            thinking("12 + 30.", "So \\boxed{42}."),
            Reply::saying("所以 ⟦M1⟧。"),
        ])
    };
    let model = replies();
    let chain = Chain::new(typed, Models::only(Named::new("model", Arc::clone(&model) as _)));
    let (from_rust, from_file) = (ask(&chain, APPLES).await, ask(&on(&replies()), APPLES).await);
    assert_eq!(from_rust.content, from_file.content);
    assert_eq!(steps(&from_rust), steps(&from_file));
}

#[tokio::test]
async fn a_limit_of_the_file_binds() {
    let text = ponder::chain::shipped()[0].text.replace("seconds: 3600", "tokens: 4");
    let plan = load(&text, "limited.yaml").expect("loads");
    let model = Told::saying(["one two three four five six"]);
    let chain = Chain::new(plan, Models::only(Named::new("model", model as _)));
    let answer = ask(&chain, "What is 12 + 30?").await;
    assert_eq!(answer.content, "one two three four ");
    assert_eq!(answer.finish.reason, FinishReason::Length);
}
