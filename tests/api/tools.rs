//! Functions that answers call: what is taken, and how calls are sent.

use ponder::{
    app::ApiSettings,
    engine::scripted::{Reply, Rule, Script, ScriptedCall, When},
};
use serde_json::{Value, json};

use crate::support::TestApp;

fn weather() -> Value {
    json!({"type": "function", "function": {
        "name": "weather", "description": "The weather of a place.",
        "parameters": {"type": "object", "properties": {"place": {"type": "string"}},
            "required": ["place"]},
    }})
}

fn call(place: &str) -> ScriptedCall {
    let arguments = json!({"place": place, "when": "now or never"});
    let arguments = arguments.as_object().cloned().unwrap_or_default();
    ScriptedCall { name: "weather".to_owned(), arguments }
}

/// Looks at the weather of two places, then answers.
fn agent() -> TestApp {
    let looks = Reply {
        reasoning: "I should look. ".to_owned(),
        tool_calls: vec![call("Paris"), call("Oslo")],
        ..Reply::default()
    };
    let told = When { conversation: Some("12 degrees".to_owned()), ..When::default() };
    let answers = Rule { when: told, reply: Reply::saying("It is warmer in Paris.") };
    let script = Script { rules: vec![answers], otherwise: looks, ..Script::default() };
    TestApp::with(script, ApiSettings::default())
}

#[tokio::test]
async fn r10_a_whole_answer_calls_functions() {
    let answer = agent().ask(json!({"tools": [weather()]})).await;
    insta::assert_json_snapshot!(answer.snapshot()["body"]["choices"], @r#"
    [
      {
        "index": 0,
        "message": {
          "role": "assistant",
          "content": null,
          "reasoning_content": "I should look. ",
          "reasoning": "I should look. ",
          "refusal": null,
          "tool_calls": [
            {
              "id": "call_scripted_0",
              "type": "function",
              "function": {
                "name": "weather",
                "arguments": "{\"place\":\"Paris\",\"when\":\"now or never\"}"
              }
            },
            {
              "id": "call_scripted_1",
              "type": "function",
              "function": {
                "name": "weather",
                "arguments": "{\"place\":\"Oslo\",\"when\":\"now or never\"}"
              }
            }
          ]
        },
        "logprobs": null,
        "finish_reason": "tool_calls",
        "stop_reason": null
      }
    ]
    "#);
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn s12_a_call_is_streamed_with_its_id_once() {
    let answer = agent().stream(json!({"tools": [weather()], "tool_choice": "required"})).await;
    let chunks = answer.chunks();
    let deltas: Vec<&Value> = chunks
        .iter()
        .map(|chunk| &chunk["choices"][0]["delta"])
        .filter(|delta| delta.get("tool_calls").is_some())
        .collect();
    insta::assert_json_snapshot!(deltas[..2], @r#"
    [
      {
        "tool_calls": [
          {
            "index": 0,
            "id": "call_scripted_0",
            "type": "function",
            "function": {
              "name": "weather",
              "arguments": ""
            }
          }
        ]
      },
      {
        "tool_calls": [
          {
            "index": 0,
            "function": {
              "arguments": "{\"place\":\"Paris\",\"when\":\"now "
            }
          }
        ]
      }
    ]
    "#);
    // The next call begins when the one before is whole, with the next number.
    let numbers: Vec<u64> =
        deltas.iter().filter_map(|delta| delta["tool_calls"][0]["index"].as_u64()).collect();
    assert!(numbers.is_sorted() && numbers.last() == Some(&1), "{numbers:?}");
    for number in [0, 1] {
        let of_call = |delta: &&&Value| delta["tool_calls"][0]["index"] == number;
        let pieces: Vec<&&Value> = deltas.iter().filter(of_call).collect();
        let ids = pieces.iter().filter(|delta| !delta["tool_calls"][0]["id"].is_null()).count();
        assert_eq!(ids, 1);
        let arguments: String = pieces
            .iter()
            .filter_map(|delta| delta["tool_calls"][0]["function"]["arguments"].as_str())
            .collect();
        let arguments: Value = serde_json::from_str(&arguments).expect("JSON");
        assert_eq!(arguments["place"], ["Paris", "Oslo"][number]);
    }
    let last = chunks.last().expect("a chunk");
    assert_eq!(last["choices"][0]["finish_reason"], "tool_calls");
    assert_eq!(last["choices"][0]["delta"], json!({}));
}

#[tokio::test]
async fn t4_thinking_inside_the_answer_ends_before_a_call() {
    let more = json!({"tools": [weather()], "separate_reasoning": false});
    let whole = agent().ask(more.clone()).await.json();
    let expected = "<think>I should look. </think>\n\n";
    assert_eq!(whole["choices"][0]["message"]["content"], expected);
    let chunks = agent().stream(more).await.chunks();
    let text: String = chunks
        .iter()
        .filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str())
        .collect();
    assert_eq!(text, expected);
}

#[tokio::test]
async fn r10_one_call_is_one_call() {
    for more in [
        json!({"tools": [weather()], "parallel_tool_calls": false}),
        json!({"tools": [weather()],
            "tool_choice": {"type": "function", "function": {"name": "weather"}}}),
    ] {
        let answer = agent().ask(more).await.json();
        let calls = answer["choices"][0]["message"]["tool_calls"].as_array().map(Vec::len);
        assert_eq!(calls, Some(1), "{answer}");
    }
}

#[tokio::test]
async fn r10_the_results_come_back_as_history() {
    let app = agent();
    let first = app.ask(json!({"tools": [weather()]})).await.json();
    let message = first["choices"][0]["message"].clone();
    let id = message["tool_calls"][0]["id"].clone();
    let result = json!({"role": "tool", "tool_call_id": id, "content": "12 degrees"});
    let parts = json!([{"type": "text", "text": "12 degrees"}]);
    for content in [json!("12 degrees"), parts] {
        let mut result = result.clone();
        result["content"] = content;
        let question = json!({"role": "user", "content": "Where is it warmer?"});
        let messages = json!([question, message, result]);
        let answer = app.ask(json!({"messages": messages, "tools": [weather()]})).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        // The script still calls where tools are offered and the rule has no call of its own.
        assert_eq!(answer.json()["choices"][0]["finish_reason"], "stop");
        assert_eq!(answer.content(), "It is warmer in Paris.");
    }
}

#[tokio::test]
async fn r10_none_calls_nothing() {
    for more in [
        json!({"tools": [weather()], "tool_choice": "none"}),
        json!({"tools": []}),
        json!({"tools": null, "tool_choice": null}),
    ] {
        let answer = agent().ask(more).await;
        assert_eq!(answer.json()["choices"][0]["finish_reason"], "stop", "{}", answer.text());
        assert!(answer.json()["choices"][0]["message"].get("tool_calls").is_none());
    }
}

#[tokio::test]
async fn r10_wrong_tools_are_refused_with_their_place() {
    let app = agent();
    let with = |field: &str, value: Value| {
        let mut tool = weather();
        tool["function"][field] = value;
        json!({"tools": [tool]})
    };
    let named = |name: &str| json!({"type": "function", "function": {"name": name}});
    for (more, param) in [
        (json!({"tools": "weather"}), "tools"),
        (json!({"tools": [5]}), "tools[0].type"),
        (json!({"tools": [{"type": "web_search"}]}), "tools[0].type"),
        (json!({"tools": [{"type": "function"}]}), "tools[0].function"),
        (with("name", json!("no spaces")), "tools[0].function.name"),
        (with("name", json!("")), "tools[0].function.name"),
        (with("description", json!(5)), "tools[0].function.description"),
        (with("parameters", json!([1])), "tools[0].function.parameters"),
        (with("parameters", json!({"type": "string"})), "tools[0].function.parameters"),
        (json!({"tools": [weather(), weather()]}), "tools[1].function.name"),
        (json!({"tools": [weather()], "tool_choice": "sometimes"}), "tool_choice"),
        (json!({"tools": [weather()], "tool_choice": {"type": "function"}}), "tool_choice"),
        (json!({"tools": [weather()], "tool_choice": named("clock")}), "tool_choice"),
        (
            json!({"tools": [weather()], "tool_choice": {"type": "allowed_tools",
                "allowed_tools": {"mode": "required", "tools": []}}}),
            "tool_choice",
        ),
        (with("strict", json!("very")), "tools[0].function.strict"),
        (json!({"tool_choice": "required"}), "tool_choice"),
        (json!({"tool_choice": named("weather")}), "tool_choice"),
        (json!({"tools": [weather()], "parallel_tool_calls": "yes"}), "parallel_tool_calls"),
    ] {
        let answer = app.ask(more.clone()).await;
        assert_eq!(answer.status, 400, "{more}");
        assert_eq!(answer.error_param(), param, "{more}: {}", answer.text());
    }
    let message = "it has 1 to 64 letters, digits, `_` and `-`.";
    assert!(app.ask(with("name", json!("a b"))).await.text().contains(message));
}

#[tokio::test]
async fn r10_what_a_script_does_not_call_cannot_be_required() {
    let app = TestApp::answering(Reply::saying("No."));
    let answer = app.ask(json!({"tools": [weather()], "tool_choice": "required"})).await;
    assert_eq!((answer.status.as_u16(), answer.error_param()), (400, json!("tool_choice")));
    let allowed = json!({"type": "allowed_tools", "allowed_tools": {"mode": "auto",
        "tools": [{"type": "function", "function": {"name": "weather"}}]}});
    let answer = app.ask(json!({"tools": [weather()], "tool_choice": allowed})).await;
    assert_eq!(answer.content(), "No.");
}
