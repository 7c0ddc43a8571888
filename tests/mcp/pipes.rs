//! Over a pair of pipes, in memory.

use std::time::Duration;

use ponder::{app::ApiSettings, mcp::stdio};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, Lines},
    task::JoinHandle,
    time::timeout,
};

use crate::support::{Node, call, initialize, meta, solve, solve_alone, text};

/// A client that says anything and reads everything.
struct Client {
    input: DuplexStream,
    output: Lines<BufReader<DuplexStream>>,
    served: JoinHandle<std::io::Result<()>>,
}

impl Client {
    fn of(node: &Node) -> Self {
        let (input, theirs) = tokio::io::duplex(64 * 1024);
        let (output, ours) = tokio::io::duplex(64 * 1024);
        let served =
            tokio::spawn(stdio::serve(node.service(), theirs, output, std::future::pending()));
        Self { input, output: BufReader::new(ours).lines(), served }
    }

    /// One that has begun its connection.
    async fn begun(node: &Node) -> Self {
        let mut client = Self::of(node);
        client.say(&initialize(0)).await;
        client.next().await;
        client.say(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"})).await;
        client
    }

    async fn say(&mut self, message: &Value) {
        self.line(&message.to_string()).await;
    }

    async fn line(&mut self, line: &str) {
        self.input.write_all(line.as_bytes()).await.unwrap();
        self.input.write_all(b"\n").await.unwrap();
    }

    async fn next(&mut self) -> Value {
        let line = timeout(Duration::from_secs(10), self.output.next_line()).await;
        let line = line.expect("an answer comes in time").unwrap().expect("the server is there");
        serde_json::from_str(&line).expect("JSON")
    }

    async fn ask(&mut self, id: u32, method: &str, params: Value) -> Value {
        self.say(&call(id, method, params)).await;
        self.next().await
    }

    /// Nothing else is on its way: the next message is the answer to this one.
    async fn is_quiet(&mut self) {
        let answer = self.ask(999, "ping", json!({})).await;
        assert_eq!(answer, json!({"jsonrpc": "2.0", "id": 999, "result": {}}));
    }
}

#[tokio::test]
async fn a_connection_begins_and_the_chains_are_tools() {
    let node = Node::serving(ApiSettings::default());
    let mut client = Client::of(&node);
    client.say(&initialize(0)).await;
    let answer = client.next().await;
    assert_eq!(answer["result"]["protocolVersion"], "2025-06-18");
    assert_eq!(answer["result"]["serverInfo"]["name"], "ponder");
    assert_eq!(answer["result"]["capabilities"], json!({"tools": {}}));
    let answer = client.ask(1, "tools/list", json!({})).await;
    let tools = answer["result"]["tools"].as_array().unwrap();
    let names: Vec<&str> = tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["solve", "translate"]);
    for tool in tools {
        assert!(!tool["description"].as_str().unwrap().is_empty());
        assert_eq!(tool["inputSchema"]["required"], json!(["question"]));
        for (name, field) in tool["inputSchema"]["properties"].as_object().unwrap() {
            assert!(field["description"].is_string(), "{name} is not described");
        }
    }
    assert!(answer["result"].get("resultType").is_none(), "that came later: {answer}");
}

#[tokio::test]
async fn a_call_gives_the_answer_as_text_and_in_parts() {
    let node = Node::serving(ApiSettings::default());
    let mut client = Client::begun(&node).await;
    let answer = client.ask(1, "tools/call", solve("What is 12 + 30?")).await;
    assert_eq!(text(&answer), ("The answer is \\boxed{42}.", false));
    let mut structured = answer["result"]["structuredContent"].clone();
    let run = structured["run_id"].as_str().unwrap();
    assert!(run.starts_with("run_"), "{run}");
    structured["run_id"] = json!("run_…");
    insta::assert_json_snapshot!(structured, @r#"
    {
      "answer": "The answer is \\boxed{42}.",
      "result": "42",
      "kind": "math",
      "finish_reason": "stop",
      "run_id": "run_…",
      "usage": {
        "prompt_tokens": 17,
        "completion_tokens": 7,
        "reasoning_tokens": 3,
        "total_tokens": 24
      }
    }
    "#);
    let list = client.ask(2, "tools/list", json!({})).await;
    let schema = &list["result"]["tools"][0]["outputSchema"];
    for field in schema["required"].as_array().unwrap() {
        assert!(structured.get(field.as_str().unwrap()).is_some(), "{field} is promised");
    }
    let mut params = solve("What is 12 + 30?");
    params["arguments"]["include_reasoning"] = json!(true);
    let answer = client.ask(3, "tools/call", params).await;
    assert_eq!(answer["result"]["structuredContent"]["reasoning"], "Twelve plus thirty.");
}

#[tokio::test]
async fn from_2026_on_a_call_needs_no_beginning() {
    let node = Node::serving(ApiSettings::default());
    let mut client = Client::of(&node);
    let answer = client.ask(1, "server/discover", json!({"_meta": meta()})).await;
    let result = &answer["result"];
    assert_eq!(result["supportedVersions"][0], "2026-07-28");
    assert_eq!(result["resultType"], "complete");
    assert_eq!(result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "ponder");
    assert!(result["ttlMs"].is_u64() && result["cacheScope"] == "public", "{answer}");
    let answer = client.ask(2, "tools/list", json!({"_meta": meta()})).await;
    assert!(answer["result"]["ttlMs"].is_u64(), "{answer}");
    let mut params = solve("What is 12 + 30?");
    params["_meta"] = meta();
    let answer = client.ask(3, "tools/call", params).await;
    assert_eq!(text(&answer), ("The answer is \\boxed{42}.", false));
    assert_eq!(answer["result"]["resultType"], "complete");
    let mut params = json!({"_meta": meta()});
    params["_meta"]["io.modelcontextprotocol/protocolVersion"] = json!("2031-01-01");
    let answer = client.ask(4, "tools/list", params).await;
    assert_eq!(answer["error"]["code"], -32022);
    assert_eq!(answer["error"]["data"]["requested"], "2031-01-01");
    assert_eq!(answer["error"]["data"]["supported"][0], "2026-07-28");
}

#[tokio::test]
async fn progress_grows_and_ends_before_the_result() {
    let node = Node::serving(ApiSettings::default());
    let mut client = Client::begun(&node).await;
    let mut params = solve("小明有12个苹果，又买了30个，现在一共有多少个苹果？");
    params["_meta"] = json!({"progressToken": 7});
    client.say(&call(1, "tools/call", params)).await;
    let mut reports = Vec::new();
    let answer = loop {
        let message = client.next().await;
        if message["method"] == "notifications/progress" {
            reports.push(message["params"].clone());
        } else {
            break message;
        }
    };
    assert_eq!(answer["id"], 1);
    let numbers: Vec<u64> =
        reports.iter().map(|report| report["progress"].as_u64().unwrap()).collect();
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
    assert!(reports.iter().all(|report| report["progressToken"] == 7));
    let said: Vec<&str> =
        reports.iter().map(|report| report["message"].as_str().unwrap()).collect();
    let all = said.join("\n");
    for expected in ["language (detect_language): zh", "(translate): started", "thinking: "] {
        assert!(all.contains(expected), "{expected} is missing in:\n{all}");
    }
    client.is_quiet().await;
}

#[tokio::test]
async fn a_cancelled_call_stops_the_engine_and_is_not_answered() {
    let node = Node::serving(ApiSettings::default());
    let mut client = Client::begun(&node).await;
    client.say(&call("c", "tools/call", solve("Count slowly, 1 + 1"))).await;
    node.works_on(1).await;
    let cancelled = json!({"requestId": "c", "reason": "enough"});
    client
        .say(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": cancelled}))
        .await;
    node.works_on(0).await;
    let tokens = node.work.tokens();
    assert!(tokens < 10, "all {tokens} tokens were written");
    client.is_quiet().await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(node.work.tokens(), tokens, "the engine went on");
    client.is_quiet().await;
}

#[tokio::test]
async fn a_client_that_leaves_ends_what_it_asked_for() {
    let node = Node::serving(ApiSettings::default());
    let mut client = Client::begun(&node).await;
    client.say(&call(1, "tools/call", solve("Count slowly, 1 + 1"))).await;
    client.say(&call(2, "tools/call", solve("Count slowly, 2 + 2"))).await;
    node.works_on(2).await;
    let Client { input, served, output } = client;
    drop(input);
    let ended = timeout(Duration::from_secs(5), served).await.expect("it ends in time");
    ended.unwrap().unwrap();
    assert_eq!(node.work.running(), 0, "it ended before its work did");
    drop(output);
}

#[tokio::test]
async fn a_client_that_reads_nothing_is_left() {
    let node = Node::serving(ApiSettings::default());
    let mut client = Client::begun(&node).await;
    client.say(&call(1, "tools/call", solve("Count slowly, 1 + 1"))).await;
    node.works_on(1).await;
    let Client { input, served, output } = client;
    drop(output);
    let ended = timeout(Duration::from_secs(10), served).await.expect("it ends in time");
    ended.unwrap().unwrap();
    assert_eq!(node.work.running(), 0);
    drop(input);
}

#[tokio::test]
async fn whatever_comes_is_answered_and_the_connection_goes_on() {
    let node = Node::serving(ApiSettings::default());
    let mut client = Client::begun(&node).await;
    for (line, code) in [
        ("not json", -32700),
        ("{\"jsonrpc\":\"2.0\"", -32700),
        ("[]", -32600),
        ("[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]", -32600),
        ("42", -32600),
        ("{\"id\":1,\"method\":\"ping\"}", -32600),
        ("{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}", -32600),
        ("{\"jsonrpc\":\"2.0\",\"id\":1}", -32600),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":5}", -32602),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"nothing/such\"}", -32601),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server/discover\"}", -32602),
        (
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{\"cursor\":\"x\"}}",
            -32602,
        ),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\"}", -32602),
    ] {
        client.line(line).await;
        let answer = client.next().await;
        assert_eq!(answer["error"]["code"], code, "{line}: {answer}");
    }
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    client.line(&deep).await;
    assert_eq!(client.next().await["error"]["code"], -32700);
    let long = format!("{{\"jsonrpc\":\"2.0\",\"x\":\"{}\"}}", "x".repeat(5 * 1024 * 1024));
    client.line(&long).await;
    let answer = client.next().await;
    assert!(answer["error"]["message"].as_str().unwrap().contains("at most"), "{answer}");
    // Nobody waits for an answer to these.
    client.line("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/none/such\"}").await;
    client.line("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\"}").await;
    client.line("{\"jsonrpc\":\"2.0\",\"id\":5,\"result\":{}}").await;
    client.line("   ").await;
    client.is_quiet().await;
}

#[tokio::test]
async fn a_wrong_call_is_refused_by_name() {
    let node = Node::serving(ApiSettings::default());
    let mut client = Client::begun(&node).await;
    let answer = client.ask(1, "tools/call", json!({"name": "nothing"})).await;
    assert_eq!(answer["error"]["code"], -32602);
    let message = answer["error"]["message"].as_str().unwrap();
    assert_eq!(message, "There is no tool `nothing`. There are: solve, translate.");
    for params in [json!({}), json!({"name": 1}), json!({"name": "solve", "arguments": [1]})] {
        let answer = client.ask(2, "tools/call", params).await;
        assert_eq!(answer["error"]["code"], -32602, "{answer}");
    }
    // The model that wrote the arguments can correct them, so it is told as a result.
    let params = json!({"name": "solve", "arguments": {"question": 42}});
    let answer = client.ask(3, "tools/call", params).await;
    let (said, error) = text(&answer);
    assert!(error && said.starts_with("Invalid `question`"), "{said}");
    let long = "1 + 1 = ? ".repeat(20_000);
    let answer = client.ask(4, "tools/call", solve(&long)).await;
    let (said, error) = text(&answer);
    assert!(error && said.contains("131072 bytes"), "{said}");
    assert_eq!(node.work.started(), 0);
    client.is_quiet().await;
}

#[tokio::test]
async fn nothing_is_asked_before_the_beginning() {
    let node = Node::serving(ApiSettings::default());
    let mut client = Client::of(&node);
    client.is_quiet().await;
    let answer = client.ask(1, "tools/call", solve("What is 12 + 30?")).await;
    assert_eq!(answer["error"]["code"], -32600);
    assert!(answer["error"]["message"].as_str().unwrap().contains("initialize"), "{answer}");
    assert_eq!(node.work.started(), 0);
}

#[tokio::test]
async fn an_id_is_not_used_twice_at_the_same_time() {
    let node = Node::serving(ApiSettings::default());
    let mut client = Client::begun(&node).await;
    client.say(&call(1, "tools/call", solve("Count slowly, 1 + 1"))).await;
    node.works_on(1).await;
    let answer = client.ask(1, "tools/call", solve("What is 12 + 30?")).await;
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(1), &json!(-32600)));
    assert_eq!(node.work.running(), 1, "the first goes on");
}

#[tokio::test]
async fn a_failure_is_a_result_that_says_what_to_do() {
    let node = Node::serving(ApiSettings::default());
    let mut client = Client::begun(&node).await;
    for (question, expected) in [
        ("1 + 1, too many", "Call the tool again in 1 s."),
        ("1 + 1, breaks", "Calling the tool again may help."),
        ("1 + 1, panics", "again"),
    ] {
        let answer = client.ask(1, "tools/call", solve(question)).await;
        let (said, error) = text(&answer);
        assert!(error && said.contains(expected), "{question}: {said}");
        assert!(answer["result"].get("structuredContent").is_none(), "{answer}");
    }
    client.is_quiet().await;
}

#[tokio::test]
async fn while_models_are_loaded_the_tools_are_known_and_calls_wait() {
    let node = Node::loading(ApiSettings::default());
    let mut client = Client::of(&node);
    let answer = client.ask(1, "tools/list", json!({"_meta": meta()})).await;
    assert_eq!(answer["result"]["tools"].as_array().map(Vec::len), Some(2));
    client.say(&call(2, "tools/call", solve_alone("What is 12 + 30?"))).await;
    let nothing = timeout(Duration::from_millis(200), client.output.next_line()).await;
    assert!(nothing.is_err(), "{nothing:?}");
    node.app.serve(node.catalog.clone());
    let answer = loop {
        let message = client.next().await;
        if message.get("id").is_some() {
            break message;
        }
    };
    assert_eq!(text(&answer), ("The answer is \\boxed{42}.", false));
}
