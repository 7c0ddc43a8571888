//! Prompt rendering, stop tokens, streaming, limits and cancelling on a real engine.

use std::{sync::Arc, time::Duration};

use futures::StreamExt;
use ponder::{
    engine::{
        DeviceChoice,
        checkpoint::{self, Weights},
        known::Recommended,
        local::{LocalEngine, LocalOptions},
    },
    generate::{
        Delta, FinishReason, Generate, Message, Request, Sampling, Thinking, ThinkingEnd,
        conformance::{Subject, violations},
    },
};

use crate::tiny_model::{self, Behaviour};

/// Thinks `ab`, answers `xyz`, and ends.
const SPELLED: &[&str] = &["<think>", "a", "b", "</think>", "x", "y", "z", "<|im_end|>"];

/// Thinks `ab`, answers three words, and ends.
const WORDS: &[&str] =
    &["<think>", "a", "b", "</think>", "o", "n", "e", "Ġ", "t", "w", "ĉ", "x", "y", "<|im_end|>"];

pub(crate) async fn host(
    behaviour: Behaviour,
    max_running: usize,
) -> (Arc<LocalEngine>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model");
    tiny_model::write(&model, &behaviour);
    let checkpoint = checkpoint::open_folder(&model, folder.path()).unwrap();
    assert_ne!(
        checkpoint.weights,
        Weights::Folder(model),
        "a configuration of newer exporters is mended in a copy"
    );
    (load(checkpoint, max_running).await, folder)
}

pub(crate) async fn load(
    checkpoint: checkpoint::Checkpoint,
    max_running: usize,
) -> Arc<LocalEngine> {
    let options = LocalOptions {
        quantize: None,
        device: DeviceChoice::Cpu,
        max_running,
        system_prompt: None,
        recommended: Recommended::of_checkpoint(checkpoint.sampling),
        // What it reads in a while depends on the load of the machine.
        max_prompt_tokens: Some(u32::MAX),
    };
    Arc::new(LocalEngine::load(checkpoint, options).await.unwrap())
}

/// Goes on for `max_tokens`: a draw of a stop token would end it sooner.
fn endless(max_tokens: u32) -> Request {
    let tokenizer = tiny_model::tokenizer();
    let stops = ["<|endoftext|>", "<|im_end|>"].map(|text| tokenizer.token_to_id(text).unwrap());
    Request {
        max_tokens: Some(max_tokens),
        logit_bias: stops.map(|token| (token, -100.0)).to_vec(),
        ..Request::ask("Go on.")
    }
}

pub(crate) fn ask(question: &str) -> Request {
    Request {
        sampling: Sampling { temperature: Some(0.0), ..Sampling::default() },
        ..Request::ask(question)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn thinking_answer_and_stop_token_are_told_apart() {
    let (engine, _folder) = host(Behaviour::Spell(SPELLED), 2).await;
    let answer = engine.generate(ask("1+1?")).await.unwrap().collect().await.unwrap();
    assert_eq!((answer.reasoning.as_str(), answer.content.as_str()), ("ab", "xyz"));
    assert_eq!(answer.finish.reason, FinishReason::Stop);
    assert_eq!(answer.finish.thinking_end, ThinkingEnd::Natural);
    assert_eq!(answer.finish.usage.completion_tokens, SPELLED.len() as u64);
    assert_eq!(answer.finish.usage.reasoning_tokens, 4);
    // Byte tokens make the rendered prompt countable: the template's own system prompt, the
    // question and five special tokens.
    let rendered = "system\nYou are a helpful assistant.\nuser\n1+1?\nassistant\n";
    assert_eq!(answer.finish.usage.prompt_tokens, rendered.len() as u64 + 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gguf_file_answers_like_the_folder_it_was_made_from() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tiny.gguf");
    tiny_model::write_gguf(&file, &Behaviour::Spell(SPELLED));
    let engine = load(ponder::engine::gguf::open(&file).unwrap(), 1).await;
    let answer = engine.generate(ask("1+1?")).await.unwrap().collect().await.unwrap();
    assert_eq!((answer.reasoning.as_str(), answer.content.as_str()), ("ab", "xyz"));
    let rendered = "system\nYou are a helpful assistant.\nuser\n1+1?\nassistant\n";
    assert_eq!(answer.finish.usage.prompt_tokens, rendered.len() as u64 + 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_override_what_the_model_does_by_itself() {
    let (engine, _folder) = host(Behaviour::Spell(SPELLED), 2).await;
    let stopped = Request { stop: vec!["yz".to_owned(), "a".to_owned()], ..ask("1+1?") };
    let answer = engine.generate(stopped).await.unwrap().collect().await.unwrap();
    assert_eq!((answer.reasoning.as_str(), answer.content.as_str()), ("ab", "x"));
    let short = Request { max_tokens: Some(3), ..ask("1+1?") };
    let answer = engine.generate(short).await.unwrap().collect().await.unwrap();
    assert_eq!((answer.reasoning.as_str(), answer.content.as_str()), ("ab", ""));
    assert_eq!(answer.finish.reason, FinishReason::Length);
    assert_eq!(answer.finish.thinking_end, ThinkingEnd::Budget);
    // With its thinking closed in the prompt, this model has the last line break to go on.
    let mut quiet = Request { thinking: Thinking::Off, max_tokens: Some(2), ..ask("1+1?") };
    quiet.messages.insert(0, Message::system(""));
    let answer = engine.generate(quiet).await.unwrap().collect().await.unwrap();
    assert_eq!(answer.finish.usage.completion_tokens, 2);
    let rendered = "system\n\nuser\n1+1?\nassistant\n\n\n\n\n";
    assert_eq!(answer.finish.usage.prompt_tokens, rendered.len() as u64 + 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_engine_keeps_every_promise_of_the_trait() {
    let (engine, _folder) = host(Behaviour::Spell(WORDS), 4).await;
    let counted = Arc::clone(&engine);
    let request = Request { max_tokens: Some(40), ..Request::ask("Say something.") };
    let subject = Subject::new(engine, request).counting(move || counted.running());
    assert_eq!(violations(&subject).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_answer_costs_no_more_tokens() {
    let (engine, _folder) = host(Behaviour::Random(7), 2).await;
    let mut generation = engine.generate(endless(4_000)).await.unwrap();
    loop {
        let delta = generation.next().await.expect("it goes on").expect("it does not fail");
        if matches!(delta, Delta::Content(_) | Delta::Reasoning(_)) {
            break;
        }
    }
    drop(generation);
    assert_eq!(engine.running(), 0);
    let at_drop = engine.sampled_tokens();
    // Long enough for hundreds of tokens of such a model.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let after = engine.sampled_tokens() - at_drop;
    assert!(after <= 5, "{after} tokens were sampled after the answer was dropped");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_place_serves_one_after_the_other_whoever_leaves() {
    let (engine, _folder) = host(Behaviour::Random(3), 1).await;
    for stay in [0, 1, 3, 0, 2] {
        let mut generation = engine.generate(endless(4_000)).await.unwrap();
        assert_eq!(engine.running(), 1);
        for _ in 0..stay {
            let _ = generation.next().await;
        }
        drop(generation);
        // A place that stayed with an answer nobody hears would make this wait for ever.
        let short = Request { max_tokens: Some(3), ..Request::ask("Hello.") };
        let answering = async { engine.generate(short).await.unwrap().collect().await.unwrap() };
        tokio::time::timeout(Duration::from_secs(30), answering).await.expect("no place came free");
    }
    assert_eq!(engine.running(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn leaving_during_the_prompt_does_not_let_two_in() {
    let (engine, _folder) = host(Behaviour::Random(3), 1).await;
    let before = engine.sampled_tokens();
    let long = ask(&"a long question ".repeat(200));
    drop(engine.generate(Request { max_tokens: Some(400), ..long }).await.unwrap());
    // Either the prompt is still being read and the place is taken, or its one token was chosen.
    assert!(engine.running() == 1 || engine.sampled_tokens() > before);
    let freed = async {
        while engine.running() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), freed).await.expect("the place never came back");
    assert!(engine.sampled_tokens() - before <= 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn prompts_are_bounded_by_what_the_machine_can_read() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model");
    tiny_model::write(&model, &Behaviour::Spell(SPELLED));
    let checkpoint = checkpoint::open_folder(&model, folder.path()).unwrap();
    let options = LocalOptions {
        quantize: None,
        device: DeviceChoice::Cpu,
        max_running: 1,
        system_prompt: None,
        recommended: Recommended::of_checkpoint(checkpoint.sampling),
        max_prompt_tokens: Some(100),
    };
    let engine = LocalEngine::load(checkpoint, options).await.unwrap();
    assert!(engine.prompt_speed() > 0.0);
    assert_eq!(engine.prompt_limit(), 100);
    let error = engine.generate(ask(&"long ".repeat(40))).await.unwrap_err();
    assert!(error.to_string().contains("reads at most 100"), "{error}");
    assert!(engine.generate(ask("1+1?")).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_seed_gives_the_same_answer() {
    let (engine, _folder) = host(Behaviour::Random(11), 4).await;
    let ask = |seed| {
        let sampling = Sampling { seed: Some(seed), ..Sampling::default() };
        let request = Request { sampling, max_tokens: Some(24), ..Request::ask("Surprise me.") };
        let engine = Arc::clone(&engine);
        async move { engine.generate(request).await.unwrap().collect().await.unwrap().content }
    };
    let (first, second, other) = tokio::join!(ask(1), ask(1), ask(2));
    assert_eq!(first, second);
    assert_ne!(first, other);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_stands_still_holds_up_nobody() {
    let (engine, _folder) = host(Behaviour::Random(5), 2).await;
    let request = |max_tokens| Request { max_tokens: Some(max_tokens), ..Request::ask("Go on.") };
    let idle = engine.generate(request(600)).await.unwrap();
    let other = engine.generate(request(64)).await.unwrap().collect();
    let answer = tokio::time::timeout(Duration::from_secs(60), other).await.unwrap().unwrap();
    assert!(answer.finish.usage.completion_tokens > 0);
    let late = idle.collect().await.unwrap();
    assert!(late.finish.usage.completion_tokens > 0, "the idle reader lost its answer");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_fails_costs_the_request_an_error_and_serves_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model");
    tiny_model::write(&model, &Behaviour::Random(9));
    // The tokens of the tags are beyond the weights: reading them fails inside the engine.
    tiny_model::lose_rows(&model, 4);
    let engine = load(checkpoint::open_folder(&model, folder.path()).unwrap(), 2).await;
    let short = |text: &str| Request { max_tokens: Some(5), ..ask(text) };
    for _ in 0..2 {
        let broken = async { engine.generate(short("What is <think>?")).await?.collect().await };
        let broken = tokio::time::timeout(Duration::from_secs(30), broken).await;
        let error = broken.expect("it hangs").expect_err("there is nothing to read");
        assert!(error.to_string().contains("Send the request again"), "{error}");
        let sound = async { engine.generate(short("What is 1?")).await?.collect().await };
        let sound = tokio::time::timeout(Duration::from_secs(30), sound).await;
        let answer = sound.expect("it hangs").expect("the engine is there again");
        assert!(answer.finish.usage.completion_tokens > 0);
    }
    assert_eq!(engine.running(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_beyond_the_context_is_refused() {
    let (engine, _folder) = host(Behaviour::Random(1), 1).await;
    let error = engine.generate(ask(&"long ".repeat(2_000))).await.unwrap_err();
    assert!(error.to_string().contains("maximum context length is 8191 tokens"), "{error}");
}
