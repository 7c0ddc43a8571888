//! Thinking in replies: the rows T1 to T7.

use ponder::{
    api::reasoning::ReasoningOutput,
    app::ApiSettings,
    engine::scripted::{Reply, Script},
};
use serde_json::{Value, json};

use crate::support::{TestApp, thoughtful};

fn showing(reasoning: ReasoningOutput) -> TestApp {
    let settings = ApiSettings { reasoning, ..ApiSettings::default() };
    TestApp::with(Script::answering(thoughtful()), settings)
}

fn joined(chunks: &[Value], field: &str) -> String {
    chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"][field].as_str()).collect()
}

#[tokio::test]
async fn t1_t2_both_names_carry_the_same_text() {
    let app = showing(ReasoningOutput::Both);
    let chunks = app.stream(json!({})).await.chunks();
    assert_eq!(joined(&chunks, "reasoning_content"), "Twelve plus thirty. ");
    assert_eq!(joined(&chunks, "reasoning"), "Twelve plus thirty. ");
    let message = &app.ask(json!({})).await.json()["choices"][0]["message"];
    assert_eq!(message["reasoning_content"], "Twelve plus thirty. ");
    assert_eq!(message["reasoning"], message["reasoning_content"]);
}

#[tokio::test]
async fn t1_a_server_can_choose_one_name_or_none() {
    for (output, present, absent) in [
        (ReasoningOutput::ReasoningContent, Some("reasoning_content"), "reasoning"),
        (ReasoningOutput::Reasoning, Some("reasoning"), "reasoning_content"),
        (ReasoningOutput::Hidden, None, "reasoning"),
    ] {
        let message = &showing(output).ask(json!({})).await.json()["choices"][0]["message"];
        assert!(present.is_none_or(|name| message[name].is_string()), "{output:?}: {message}");
        assert!(message.get(absent).is_none(), "{output:?}: {message}");
        assert_eq!(message["content"], "The answer is 42.");
    }
}

#[tokio::test]
async fn t1_without_thinking_both_fields_are_left_out() {
    let app = TestApp::answering(Reply::saying("42"));
    for answer in [app.ask(json!({})).await, app.stream(json!({})).await] {
        for field in ["\"reasoning\"", "\"reasoning_content\""] {
            assert!(!answer.text().contains(field), "{}", answer.text());
        }
    }
}

#[tokio::test]
async fn t4_raw_mode_writes_the_tags_into_the_answer() {
    let expected = "<think>Twelve plus thirty. </think>\n\nThe answer is 42.";
    let server = showing(ReasoningOutput::Raw);
    assert_eq!(joined(&server.stream(json!({})).await.chunks(), "content"), expected);
    assert_eq!(server.ask(json!({})).await.content(), expected);
    let per_request = showing(ReasoningOutput::Both);
    for choice in [json!({"separate_reasoning": false}), json!({"reasoning_format": "none"})] {
        assert_eq!(per_request.ask(choice).await.content(), expected);
    }
}

#[tokio::test]
async fn t5_thinking_comes_first_and_never_together_with_the_answer() {
    let chunks = TestApp::answering(thoughtful()).stream(json!({})).await.chunks();
    let mut answering = false;
    for chunk in &chunks[1..] {
        let delta = &chunk["choices"][0]["delta"];
        let (thinks, answers) = (delta["reasoning"].is_string(), delta["content"].is_string());
        assert!(!(thinks && (answers || answering)), "{chunk}");
        answering |= answers;
    }
    assert!(answering);
}

#[tokio::test]
async fn t6_thinking_cut_by_the_limit_stays_thinking() {
    let answer = TestApp::answering(thoughtful()).ask(json!({"max_tokens": 2})).await;
    insta::assert_json_snapshot!(answer.snapshot(), @r#"
    {
      "status": 200,
      "body": {
        "id": "chatcmpl-…",
        "object": "chat.completion",
        "created": 0,
        "model": "test/scripted-1B",
        "choices": [
          {
            "index": 0,
            "message": {
              "role": "assistant",
              "content": "",
              "reasoning_content": "Twelve plus ",
              "reasoning": "Twelve plus ",
              "refusal": null
            },
            "logprobs": null,
            "finish_reason": "length",
            "stop_reason": null
          }
        ],
        "usage": {
          "prompt_tokens": 5,
          "completion_tokens": 2,
          "total_tokens": 7,
          "prompt_tokens_details": {
            "cached_tokens": 0
          },
          "completion_tokens_details": {
            "reasoning_tokens": 2
          }
        },
        "ponder": {
          "run_id": "run_…",
          "thinking_end": "budget"
        }
      }
    }
    "#);
}

#[tokio::test]
async fn t7_thinking_is_counted_and_part_of_the_completion() {
    let usage = &TestApp::answering(thoughtful()).ask(json!({})).await.json()["usage"];
    assert_eq!(usage["completion_tokens"], 7);
    assert_eq!(usage["completion_tokens_details"]["reasoning_tokens"], 3);
    assert_eq!(usage["prompt_tokens_details"]["cached_tokens"], 0);
}

#[tokio::test]
async fn r11_r12_every_switch_turns_thinking_off() {
    let app = TestApp::answering(thoughtful());
    for switch in [
        json!({"reasoning_effort": "none"}),
        json!({"enable_thinking": false}),
        json!({"chat_template_kwargs": {"enable_thinking": false, "other": 1}}),
        json!({"chat_template_kwargs": {"thinking": false}}),
        json!({"reasoning": {"enabled": false}}),
        json!({"reasoning": {"effort": "none"}}),
        json!({"thinking": {"type": "disabled"}}),
        json!({"reasoning_effort": "none", "enable_thinking": true}),
    ] {
        let answer = app.ask(switch.clone()).await;
        assert_eq!(answer.status, 200, "{switch}");
        let body = answer.json();
        assert!(body["choices"][0]["message"].get("reasoning").is_none(), "{switch}: {body}");
        assert_eq!(body["ponder"]["thinking_end"], "none", "{switch}");
    }
    for switch in [
        json!({"reasoning_effort": "high"}),
        json!({"reasoning_effort": "xhigh"}),
        json!({"reasoning_effort": null}),
        json!({"enable_thinking": true}),
        json!({"reasoning": {"effort": "low", "exclude": false}}),
        json!({"thinking": {"type": "enabled"}}),
    ] {
        let body = app.ask(switch.clone()).await.json();
        assert!(body["choices"][0]["message"]["reasoning"].is_string(), "{switch}: {body}");
    }
}

#[tokio::test]
async fn r11_an_unknown_effort_and_a_wrong_budget_are_refused_by_name() {
    let app = TestApp::answering(thoughtful());
    for (request, param) in [
        (json!({"reasoning_effort": "ultra"}), "reasoning_effort"),
        (json!({"reasoning": {"effort": "ultra"}}), "reasoning.effort"),
        (json!({"reasoning": {"max_tokens": -2}}), "reasoning.max_tokens"),
        (json!({"thinking": {"type": "enabled", "budget_tokens": -9}}), "thinking.budget_tokens"),
        (json!({"thinking_token_budget": "much"}), "thinking_token_budget"),
        (json!({"thinking_budget": 1.5}), "thinking_budget"),
        (
            json!({"chat_template_kwargs": {"thinking_budget": -5}}),
            "chat_template_kwargs.thinking_budget",
        ),
    ] {
        let answer = app.ask(request.clone()).await;
        assert_eq!(answer.status, 400, "{request}");
        assert_eq!(answer.error_param(), param, "{request}");
    }
}

#[tokio::test]
async fn r11_every_budget_ends_the_thinking() {
    let app = TestApp::answering(thoughtful());
    for budget in [
        json!({"thinking_token_budget": 2}),
        json!({"thinking_budget": 2}),
        json!({"thinking_budget_tokens": 2}),
        json!({"reasoning_max_tokens": 2}),
        json!({"reasoning": {"max_tokens": 2}}),
        json!({"thinking": {"type": "enabled", "budget_tokens": 2}}),
        json!({"chat_template_kwargs": {"thinking_budget": 2}}),
        // The smallest holds, and it wins over an effort.
        json!({"thinking_budget": 2, "thinking_token_budget": 300, "reasoning_effort": "high"}),
    ] {
        let body = app.ask(budget.clone()).await.json();
        assert_eq!(body["choices"][0]["message"]["reasoning"], "Twelve plus ", "{budget}");
        assert_eq!(body["choices"][0]["message"]["content"], "The answer is 42.", "{budget}");
        assert_eq!(body["choices"][0]["finish_reason"], "stop", "{budget}");
        assert_eq!(body["ponder"]["thinking_end"], "budget", "{budget}");
        assert_eq!(body["usage"]["completion_tokens_details"]["reasoning_tokens"], 2, "{budget}");
    }
}

#[tokio::test]
async fn r11_an_effort_is_a_budget() {
    let long = Reply { reasoning: "hm ".repeat(20_000), ..Reply::saying("42") };
    let script = Script { context_length: 100_000, ..Script::answering(long) };
    let app = TestApp::with(script, ApiSettings::default());
    for (effort, tokens) in
        [("minimal", 512), ("low", 1024), ("medium", 4096), ("high", 16_384), ("max", 20_000)]
    {
        for body in [json!({"reasoning_effort": effort}), json!({"reasoning": {"effort": effort}})]
        {
            let usage = &app.ask(body).await.json()["usage"];
            assert_eq!(usage["completion_tokens_details"]["reasoning_tokens"], tokens, "{effort}");
        }
    }
}

#[tokio::test]
async fn r11_no_budget_and_a_budget_of_nothing() {
    let app = TestApp::answering(thoughtful());
    let body = app.ask(json!({"thinking_token_budget": -1})).await.json();
    assert_eq!(body["choices"][0]["message"]["reasoning"], "Twelve plus thirty. ");
    let body = app.ask(json!({"thinking_token_budget": 0})).await.json();
    assert_eq!(body["ponder"]["thinking_end"], "none");
}

#[tokio::test]
async fn thinking_can_be_left_out_of_a_reply() {
    let app = TestApp::answering(thoughtful());
    for switch in [json!({"include_reasoning": false}), json!({"reasoning": {"exclude": true}})] {
        let body = app.ask(switch.clone()).await.json();
        assert!(body["choices"][0]["message"].get("reasoning").is_none(), "{switch}: {body}");
        assert_eq!(body["usage"]["completion_tokens_details"]["reasoning_tokens"], 3);
    }
}
