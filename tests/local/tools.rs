//! Calls of functions, by models that have not learnt to make any.

use futures::StreamExt;
use ponder::{
    engine::checkpoint,
    generate::{
        Answer, Delta, FinishReason, Format, Function, Generate, GenerateError, Request, Sampling,
        Thinking, ToolChoice, Tools,
    },
};
use serde_json::{Value, json};

use crate::{
    format::{is_valid, numbered},
    hosting::{ask, host, load},
    tiny_model::{self, Behaviour},
};

fn function(name: &str, parameters: Value) -> Function {
    Function { name: name.to_owned(), description: "Does it.".to_owned(), parameters, strict: None }
}

fn tools(functions: impl Into<Vec<Function>>, choice: ToolChoice) -> Tools {
    Tools { functions: functions.into().into(), choice, several: true }
}

fn add() -> Function {
    let number = json!({"type": "integer"});
    function(
        "add",
        json!({"type": "object", "properties": {"a": number, "b": number}, "required": ["a", "b"]}),
    )
}

/// The calls of an answer, each checked to be one of these functions with arguments of its schema.
fn calls(answer: &Answer, functions: &[Function]) -> usize {
    for call in &answer.tool_calls {
        let function = functions.iter().find(|function| function.name == call.name);
        let function = function.expect("it calls what there is");
        let arguments: Value = serde_json::from_str(&call.arguments).unwrap();
        assert!(is_valid(&arguments, &function.parameters), "{call:?}\n{}", function.parameters);
        assert!(call.id.starts_with("call_"), "{call:?}");
    }
    answer.tool_calls.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn random_weights_call_functions_with_whole_arguments() {
    let (engine, _folder) = host(Behaviour::Random(5), 1).await;
    for number in 0..40 {
        let functions: Vec<Function> = ["first", "second-one"]
            .into_iter()
            .zip([number, number + 1000])
            .map(|(name, number)| {
                let properties = json!({"it": numbered(number)});
                function(
                    name,
                    json!({"type": "object", "properties": properties, "required": ["it"],
                        "additionalProperties": false}),
                )
            })
            .collect();
        let named = number % 3 == 0;
        let choice = match named {
            true => ToolChoice::Named("second-one".to_owned()),
            false => ToolChoice::Required,
        };
        let request = Request {
            tools: tools(functions.clone(), choice),
            thinking: Thinking::Off,
            max_tokens: Some(200),
            sampling: Sampling { seed: Some(number), ..Sampling::default() },
            ..Request::ask("Go on.")
        };
        let answer = engine.generate(request).await.unwrap().collect().await.unwrap();
        // The template of this model knows no tools, so one call is enough.
        assert_eq!(calls(&answer, &functions), 1, "{answer:?}");
        assert!(!named || answer.tool_calls[0].name == "second-one");
        assert_eq!(answer.content, "");
        assert_eq!(answer.finish.reason, FinishReason::ToolCalls, "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_the_model_begins_is_led_to_its_end() {
    let thinks = Behaviour::Table(&[&["Ċ", "<think>", "a", "</think>", "<tool_call>", "x", "y"]]);
    let (engine, _folder) = host(thinks, 1).await;
    let functions = [add()];
    let request = Request {
        tools: tools(functions.clone(), ToolChoice::Auto),
        max_tokens: Some(300),
        ..ask("1+1?")
    };
    let mut generation = engine.generate(request).await.unwrap();
    let (mut answer, mut pieces) = (Answer::default(), 0);
    while let Some(delta) = generation.next().await {
        let delta = delta.unwrap();
        if matches!(delta, Delta::ToolArguments { .. }) {
            assert_eq!(answer.tool_calls.len(), 1, "the call comes before its arguments");
            pieces += 1;
        }
        answer.add(delta);
    }
    assert_eq!(answer.reasoning, "a");
    assert_eq!(calls(&answer, &functions), 1, "{answer:?}");
    assert_eq!(answer.content, "");
    assert!(pieces > 3, "the arguments are streamed: {pieces}");
    assert_eq!(answer.finish.reason, FinishReason::ToolCalls);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_wants_to_answer_answers() {
    let says = Behaviour::Spell(&["<think>", "a", "</think>", "x", "y", "z", "<|im_end|>"]);
    let (engine, _folder) = host(says, 1).await;
    let request = Request { tools: tools([add()], ToolChoice::Auto), ..ask("1+1?") };
    let answer = engine.generate(request).await.unwrap().collect().await.unwrap();
    assert_eq!((answer.reasoning.as_str(), answer.content.as_str()), ("a", "xyz"));
    assert_eq!(answer.finish.reason, FinishReason::Stop);
}

#[tokio::test(flavor = "multi_thread")]
async fn thinking_that_never_ends_leaves_room_for_the_call() {
    let thinks = Behaviour::Table(&[&["Ċ", "<think>", "a", "b", "c", "a"]]);
    let (engine, _folder) = host(thinks, 1).await;
    let functions = [add()];
    let request = Request {
        tools: tools(functions.clone(), ToolChoice::Required),
        max_tokens: Some(400),
        ..ask("1+1?")
    };
    let answer = engine.generate(request).await.unwrap().collect().await.unwrap();
    assert!(answer.reasoning.starts_with("abcabc"), "{}", answer.reasoning);
    assert_eq!(calls(&answer, &functions), 1, "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_whose_template_knows_tools_may_make_several_calls() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model");
    tiny_model::write(&model, &Behaviour::Random(5));
    let knows = "{#- <tool_call> #}{%- if tools %}{%- endif %}";
    let template = format!("{knows}{}", tiny_model::TEMPLATE);
    let file = json!({"chat_template": template, "eos_token": "<|im_end|>", "bos_token": null});
    std::fs::write(model.join("tokenizer_config.json"), file.to_string()).unwrap();
    let engine = load(checkpoint::open_folder(&model, folder.path()).unwrap(), 1).await;
    let functions = [add()];
    let mut most = 0;
    for (seed, several) in (0..12).flat_map(|seed| [(seed, true), (seed, false)]) {
        let tools = Tools { several, ..tools(functions.clone(), ToolChoice::Required) };
        let request = Request {
            tools,
            thinking: Thinking::Off,
            max_tokens: Some(400),
            sampling: Sampling { seed: Some(seed), ..Sampling::default() },
            ..Request::ask("Go on.")
        };
        let answer = engine.generate(request).await.unwrap().collect().await.unwrap();
        let made = calls(&answer, &functions);
        assert!(made >= 1 && (several || made == 1), "{answer:?}");
        assert_eq!(answer.finish.reason, FinishReason::ToolCalls, "{answer:?}");
        most = most.max(made);
    }
    assert!(most > 1, "random weights make a second call now and then");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_a_call_or_has_its_form() {
    let (engine, _folder) = host(Behaviour::Random(6), 1).await;
    let functions = [add()];
    for seed in 0..20 {
        let request = Request {
            tools: tools(functions.clone(), ToolChoice::Auto),
            format: Format::Object,
            thinking: Thinking::Off,
            max_tokens: Some(200),
            sampling: Sampling { seed: Some(seed), ..Sampling::default() },
            ..Request::ask("Go on.")
        };
        let answer = engine.generate(request).await.unwrap().collect().await.unwrap();
        if calls(&answer, &functions) == 0 {
            let value: Value = serde_json::from_str(&answer.content).unwrap();
            assert!(value.is_object(), "{value}");
            assert_eq!(answer.finish.reason, FinishReason::Stop);
        } else {
            assert_eq!(answer.content, "");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn schemas_that_agents_send_are_taken() {
    let (engine, _folder) = host(Behaviour::Random(7), 1).await;
    let either = json!({"oneOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/b"}],
        "$defs": {"a": {"type": "object", "properties": {"x": {"type": "integer"}},
            "required": ["x"], "additionalProperties": false},
            "b": {"type": "object", "properties": {"y": {"type": "null"}},
            "required": ["y"], "additionalProperties": false}}});
    for (parameters, key) in [
        (
            json!({"type": "object", "properties": {"it": either["$defs"]["a"]}, "required": ["it"]}),
            "it",
        ),
        (
            json!({"type": "object", "properties": {"it": {"oneOf": either["oneOf"]}},
            "required": ["it"], "$defs": either["$defs"]}),
            "it",
        ),
        (
            json!({"type": "object", "properties": {"it": {"type": "array", "uniqueItems": true,
            "items": {"type": "integer"}}}, "required": ["it"]}),
            "it",
        ),
        (json!({"$ref": "#/$defs/a", "$defs": either["$defs"]}), "x"),
        (json!({"properties": {"it": {}}, "anyOf": [{"required": ["it"]}]}), "it"),
    ] {
        let request = Request {
            tools: tools([function("f", parameters.clone())], ToolChoice::Required),
            thinking: Thinking::Off,
            max_tokens: Some(200),
            ..ask("Go on.")
        };
        let generation = engine.generate(request).await;
        let answer = generation.unwrap_or_else(|error| panic!("{error}: {parameters}"));
        let answer = answer.collect().await.unwrap();
        let arguments: Value = serde_json::from_str(&answer.tool_calls[0].arguments).unwrap();
        assert!(arguments.get(key).is_some(), "{parameters}\n{arguments}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_called_is_refused_before_the_first_token() {
    let (engine, _folder) = host(Behaviour::Random(5), 1).await;
    let wrong = function("wrong", json!({"properties": {"x": {"type": "nonsense"}}}));
    for (functions, max_tokens, field, words) in [
        (vec![add(), wrong], 100, "tools", "Invalid schema for function 'wrong'"),
        (vec![add()], 9, "max_tokens", "Raise `max_tokens`"),
    ] {
        let request = Request {
            tools: tools(functions, ToolChoice::Required),
            max_tokens: Some(max_tokens),
            ..ask("1+1?")
        };
        let error = engine.generate(request).await.unwrap_err();
        let GenerateError::Invalid { param, message } = error else { panic!("{error}") };
        assert_eq!(param, field, "{message}");
        assert!(message.contains(words), "{message}");
    }
}
