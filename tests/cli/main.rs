//! The program as its users start it: flags, exit codes, pipes, signals. Everything here runs on
//! the scripted engine, so it is the same with and without a hosted model.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

const SCRIPT: &str = r"
rules:
  - when: { question: 'slow' }
    reply: { content: 'one two three four five six seven eight nine ten', per_token_ms: 1000 }
  - when: { question: '12 + 30' }
    reply: { reasoning: 'twelve and thirty', content: 'The answer is \boxed{42}.' }
";

/// A chain that cannot do without a general model.
const NEEDY: &str = "version: 1
name: needy
description: Needy.
models:
  general: required
steps:
  - id: answer
    chat: ${input.messages}
    model: general
output: ${answer}
";

/// The program in an empty folder, with a script for its engine and no environment of ours.
struct Program {
    folder: tempfile::TempDir,
}

impl Program {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("script.yaml"), SCRIPT).unwrap();
        Self { folder }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ponder"));
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("PONDER_MODEL", "scripted:script.yaml")
            .args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).stdin(Stdio::null()).output().unwrap()
    }

    /// Nobody reads what it says, neither the result nor the way to it.
    fn run_into_closed_pipes(&self, arguments: &[&str]) -> std::process::ExitStatus {
        let closed = || std::io::pipe().unwrap().1;
        let mut command = self.command(arguments);
        command.stdin(Stdio::null()).stdout(closed()).stderr(closed()).status().unwrap()
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn ask_prints_the_answer_and_nothing_else_to_a_pipe() {
    let output = Program::new().run(&["ask", "What is 12 + 30?"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(text(&output.stdout), "The answer is \\boxed{42}.\n");
    let way = text(&output.stderr);
    assert!(way.contains("kind: math") && way.contains("twelve and thirty"), "{way}");
}

#[test]
fn ask_reads_standard_input() {
    let program = Program::new();
    let mut child = program
        .command(&["ask", "--quiet"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"What is 12 + 30?\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(text(&output.stdout), "The answer is \\boxed{42}.\n");
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn a_chain_that_has_no_answer_gives_none() {
    let program = Program::new();
    let script = "rules:\n  - reply: { content: \"I do not know.\" }\n";
    std::fs::write(program.path().join("unsure.yaml"), script).unwrap();
    let arguments = [
        "ask",
        "--json",
        "--model",
        "scripted:unsure.yaml",
        "--to",
        "chain/solve-or-escalate",
        "What is 12 + 30?",
    ];
    let output = program.run(&arguments);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(document["content"].as_str().unwrap().contains("none of"), "{document}");
    assert_eq!((output.status.code(), &document["answer"]), (Some(2), &serde_json::Value::Null));
}

#[test]
fn ask_as_json_is_one_document() {
    let output = Program::new().run(&["ask", "--json", "What is 12 + 30?"]);
    assert_eq!(text(&output.stderr), "");
    insta::assert_snapshot!(text(&output.stdout), @r#"
    {
      "schema": "ponder.ask/1",
      "answer": "42",
      "content": "The answer is \\boxed{42}.",
      "reasoning": "twelve and thirty",
      "kind": "math",
      "usage": {
        "prompt_tokens": 17,
        "completion_tokens": 7,
        "reasoning_tokens": 3,
        "total_tokens": 24
      },
      "finish_reason": "stop"
    }
    "#);
}

#[test]
fn explain_loads_no_model() {
    let program = Program::new();
    let arguments = [
        "explain",
        "--json",
        "--model",
        "WeiboAI/VibeThinker-1.5B",
        "小明有12个苹果，又买了30个，现在一共有多少个苹果？",
    ];
    let output = program.run(&arguments);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["language"], "zh");
    assert_eq!(document["kind"], "math");
    assert_eq!(document["models"][0], "WeiboAI/VibeThinker-1.5B");
    let output = program.run(&["explain", "--json", ""]);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["kind"], "other");
}

#[test]
fn wrong_usage_ends_with_64_and_says_what_to_do() {
    let program = Program::new();
    std::fs::write(
        program.path().join("bad.toml"),
        "[server]\nlisten = \"127.0.0.1:0\"\nprot = 1\n",
    )
    .unwrap();
    std::fs::write(program.path().join("keys"), "short\n").unwrap();
    for (arguments, expected) in [
        (vec!["answer"], "unrecognized subcommand"),
        (vec!["ask", "--temperature", "3", "hi"], "a number from 0 to 2 is needed"),
        (vec!["ask", "--model", "no/such/folder/here", "hi"], "nor a hub id"),
        (vec!["ask", "--to", "chain/none", "hi"], "there are: ponder-scripted, chain/solve"),
        (vec!["serve", "--listen", "0.0.0.0:0"], "--allow-open"),
        (vec!["serve", "--check", "--keys-file", "keys"], "line 1: a key has at least 16"),
        (vec!["serve", "--check", "--keys-file", "missing"], "the keys in missing"),
        (vec!["ask", "--jsno", "hi"], "unexpected argument '--jsno'"),
        (vec!["ask", "--model", "scripted", "--reasoner", "a", "hi"], "both say who reasons"),
        (vec!["serve", "--drain-timeout", "soon"], "a time such as 20s"),
        (vec!["serve", "--check", "--config", "bad.toml"], "unknown field `prot`"),
        (vec!["serve", "--check", "--config", "none.toml"], "none.toml"),
        (vec!["models", "--general", "gpt"], "the role `general` names the model `gpt`"),
        (vec!["models", "--alias", "gpt-4o"], "NAME=MODEL"),
        (vec!["serve", "--check", "--alias", "gpt-4o=gpt"], "neither a model nor a chain"),
        (vec!["models", "--alias", "ponder-scripted=chain/solve"], "the name of a model already"),
    ] {
        let output = program.run(&arguments);
        let message = text(&output.stderr);
        assert_eq!(output.status.code(), Some(64), "{arguments:?}: {message}");
        assert!(message.contains(expected), "{arguments:?}: {message}");
    }
}

#[test]
fn a_question_may_begin_with_a_minus() {
    for arguments in
        [vec!["ask", "-q", "-3 + 5 = ?"], vec!["ask", "-3 + 5 = ?", "--seed", "-1", "-q"]]
    {
        let output = Program::new().run(&arguments);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert!(text(&output.stdout).contains("-3 + 5 = ?"));
    }
}

#[test]
fn flags_may_follow_the_question() {
    let program = Program::new();
    for arguments in [vec!["ask", "What is 12 + 30?", "--json"], vec!["explain", "1+1", "--json"]] {
        let output = program.run(&arguments);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert!(serde_json::from_slice::<serde_json::Value>(&output.stdout).is_ok());
    }
}

#[test]
fn a_reader_that_leaves_early_is_no_crash() {
    let program = Program::new();
    for arguments in [
        vec!["models"],
        vec!["explain", "What is 2 + 2?"],
        vec!["ask", "What is 12 + 30?"],
        vec!["ask", "--json", "What is 12 + 30?"],
        vec!["serve", "--check"],
    ] {
        let status = program.run_into_closed_pipes(&arguments);
        assert_eq!(status.code(), Some(0), "{arguments:?}");
    }
}

#[test]
fn keys_open_other_addresses() {
    let program = Program::new();
    std::fs::write(program.path().join("keys"), "alice a-long-enough-key-1\n").unwrap();
    let output = program.run(&["serve", "--check", "--listen", "0.0.0.0:1", "--keys-file", "keys"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn no_question_ends_with_1_and_a_missing_model_with_69() {
    let program = Program::new();
    let output = program.run(&["ask", "  "]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("there is no question"));
    let output = program.run(&["ask", "--model", "scripted:nowhere.yaml", "hi"]);
    assert_eq!(output.status.code(), Some(69));
    assert!(text(&output.stderr).contains("nowhere.yaml"));
}

#[test]
fn check_names_file_line_and_step() {
    let program = Program::new();
    let chain = "version: 1\nname: bad\ndescription: Wrong.\nmodels:\n  reasoner: required\nsteps:\n  \
                 - id: kind\n    rute: ${input.question}\noutput: ${kind}\n";
    std::fs::write(program.path().join("bad.yaml"), chain).unwrap();
    let output = program.run(&["check", "bad.yaml"]);
    assert_eq!(output.status.code(), Some(1));
    let found = text(&output.stdout);
    assert!(found.contains("bad.yaml:8:5") && found.contains("rute"), "{found}");
}

#[test]
fn an_alias_is_a_name_like_any_other() {
    let program = Program::new();
    let aliases = ["--alias", "gpt-4o=chain/solve,mini=ponder-scripted"];
    let listed = program.run(&[&["models"], &aliases[..]].concat());
    let listed = text(&listed.stdout);
    assert!(listed.contains("stands for chain/solve") && listed.contains("mini"), "{listed}");
    let answer =
        program.run(&[&["ask", "-q", "--to", "gpt-4o", "What is 12 + 30?"], &aliases[..]].concat());
    assert_eq!(text(&answer.stdout), "The answer is \\boxed{42}.\n", "{}", text(&answer.stderr));
}

#[test]
fn run_takes_a_chain_from_a_file() {
    let program = Program::new();
    let shipped = ponder::chain::shipped().first().unwrap();
    std::fs::write(program.path().join("mine.yaml"), shipped.text).unwrap();
    let output = program.run(&["run", "--quiet", "mine.yaml", "What is 12 + 30?"]);
    assert_eq!(text(&output.stdout), "The answer is \\boxed{42}.\n", "{}", text(&output.stderr));
}

/// A server that is stopped when the test ends, however it ends.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(program: &Program, arguments: &[&str]) -> Self {
        let mut all = vec!["serve", "--listen", "127.0.0.1:0"];
        all.extend(arguments);
        let mut child = program.command(&all).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = lines
            .find_map(|line| {
                let line = line.unwrap();
                let (_, rest) = line.split_once("serving on http://")?;
                rest.split_whitespace().next().map(str::to_owned)
            })
            .expect("the server says where it listens");
        // Somebody has to keep reading, or the server's last words would fail.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address }
    }

    fn send(&self, body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let address = &self.address;
        let length = body.len();
        write!(
            stream,
            "POST /v1/chat/completions HTTP/1.1\r\nhost: {address}\r\ncontent-type: \
             application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        )
        .unwrap();
        stream
    }

    #[cfg(unix)]
    fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    #[cfg(unix)]
    fn terminate(&self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn serve_answers_through_the_chain() {
    let program = Program::new();
    let server = Server::start(&program, &[]);
    let mut reply = String::new();
    let body =
        r#"{"model":"chain/solve","messages":[{"role":"user","content":"What is 12 + 30?"}]}"#;
    server.send(body).read_to_string(&mut reply).unwrap();
    assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
    assert!(reply.contains(r#""content":"The answer is \\boxed{42}.""#), "{reply}");
    assert!(reply.contains(r#""reasoning_content":"twelve and thirty""#), "{reply}");
}

#[cfg(unix)]
#[test]
fn sigterm_drains_and_then_stops_in_time() {
    let program = Program::new();
    let mut server = Server::start(&program, &["--drain-timeout", "2s"]);
    let body = r#"{"model":"ponder-scripted","stream":true,"messages":[{"role":"user","content":"slow"}]}"#;
    let mut stream = BufReader::new(server.send(body));
    let mut line = String::new();
    while !line.contains("one") {
        line.clear();
        assert!(stream.read_line(&mut line).unwrap() > 0, "the stream ended early");
    }
    server.terminate();
    let asked = Instant::now();
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    assert!(rest.contains(r#""error""#), "a cut answer says so: {rest}");
    let status = server.child.wait().unwrap();
    assert_eq!(status.code(), Some(0));
    assert!(asked.elapsed() < Duration::from_secs(9), "took {:?}", asked.elapsed());
}

#[test]
fn a_taken_port_is_one_clear_line() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = Program::new().run(&["serve", "--listen", &address]);
    assert_eq!(output.status.code(), Some(69));
    assert!(text(&output.stderr).contains("choose another with --listen"));
}

#[cfg(unix)]
#[test]
fn sighup_reads_the_configuration_again_and_keeps_a_good_one() {
    let program = Program::new();
    std::fs::write(program.path().join("ponder.toml"), "[chains]\nfolder = \"mine\"\n").unwrap();
    std::fs::create_dir(program.path().join("mine")).unwrap();
    let chain = |name: &str| {
        format!(
            "version: 1\nname: {name}\ndescription: Mine.\nmodels:\n  reasoner: required\n\
             steps:\n  - id: answer\n    reason: ${{input.question}}\n    as: math\noutput: ${{answer}}\n"
        )
    };
    std::fs::write(program.path().join("mine/first.yaml"), chain("first")).unwrap();
    let server = Server::start(&program, &[]);
    let models = || {
        let mut reply = String::new();
        let mut stream = TcpStream::connect(&server.address).unwrap();
        write!(stream, "GET /v1/models HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
            .unwrap();
        stream.read_to_string(&mut reply).unwrap();
        reply
    };
    let wait_for = |expected: &str| {
        let patience = Instant::now();
        while !models().contains(expected) {
            assert!(patience.elapsed() < Duration::from_secs(20), "{expected}: {}", models());
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    assert!(!models().contains("chain/second"));
    std::fs::write(program.path().join("mine/second.yaml"), chain("second")).unwrap();
    server.signal("-HUP");
    wait_for("chain/second");
    // A chain that is wrong, or that nobody can run, changes nothing.
    for wrong in ["version: 9", NEEDY] {
        std::fs::write(program.path().join("mine/other.yaml"), wrong).unwrap();
        server.signal("-HUP");
        std::thread::sleep(Duration::from_millis(300));
        assert!(models().contains("chain/second"));
        assert!(!models().contains("chain/needy"));
    }
}

#[test]
fn a_chain_that_needs_a_model_nobody_configured_is_refused() {
    let program = Program::new();
    std::fs::create_dir(program.path().join("mine")).unwrap();
    std::fs::write(program.path().join("mine/needy.yaml"), NEEDY).unwrap();
    for arguments in [
        vec!["serve", "--check", "--chains", "mine"],
        vec!["run", "mine/needy.yaml", "What is 1 + 1?"],
    ] {
        let output = program.run(&arguments);
        assert_eq!(output.status.code(), Some(64), "{arguments:?}");
        assert!(text(&output.stderr).contains("needs a general model"), "{}", text(&output.stderr));
    }
}
