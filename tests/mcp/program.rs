//! As the program that an agent starts.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, Command, Output, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::support::{SCRIPT, call, initialize, solve, text};

/// The program in an empty folder, with a script for its engine and no environment of ours.
struct Program {
    folder: tempfile::TempDir,
}

/// It runs, and is spoken to.
struct Running {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<std::process::ChildStdout>,
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

    fn start(&self, arguments: &[&str]) -> Running {
        let mut command = self.command(arguments);
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = piped.spawn().unwrap();
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut running = Running { child, input, output };
        running.ask(&initialize(0));
        running
    }
}

impl Running {
    fn say(&mut self, message: &Value) {
        let input = self.input.as_mut().unwrap();
        writeln!(input, "{message}").unwrap();
        input.flush().unwrap();
    }

    fn ask(&mut self, message: &Value) -> Value {
        self.say(message);
        self.hear()
    }

    /// The next message.
    fn hear(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        serde_json::from_str(&line).expect("one message a line")
    }

    /// The exit code, and what was still said.
    fn end(mut self) -> (Option<i32>, String) {
        drop(self.input.take());
        let deadline = Instant::now() + Duration::from_secs(10);
        let status = loop {
            match self.child.try_wait().unwrap() {
                Some(status) => break status,
                None => {
                    let late = Instant::now() > deadline;
                    if late {
                        self.child.kill().unwrap();
                    }
                    assert!(!late, "it does not end");
                    std::thread::sleep(Duration::from_millis(10));
                }
            }
        };
        let rest = self.output.lines().map(Result::unwrap).collect::<Vec<_>>().join("\n");
        (status.code(), rest)
    }
}

#[test]
fn it_says_nothing_but_messages_and_ends_when_its_input_does() {
    let program = Program::new();
    let mut running = program.start(&["mcp"]);
    let answer = running.ask(&call(1, "tools/call", solve("What is 12 + 30?")));
    assert_eq!(text(&answer), ("The answer is \\boxed{42}.", false));
    assert_eq!(running.end(), (Some(0), String::new()));
}

#[test]
fn its_runs_are_recorded_under_the_id_that_it_said_unless_told_otherwise() {
    let program = Program::new();
    let mut running = program.start(&["mcp"]);
    let answer = running.ask(&call(1, "tools/call", solve("What is 12 + 30?")));
    let run = answer["result"]["structuredContent"]["run_id"].as_str().unwrap().to_owned();
    // This one does not come to its end, but is worked on: it tells of its progress.
    let mut slow = solve("Count slowly, 1 + 1");
    slow["_meta"] = json!({"progressToken": "slow"});
    let mut message = running.ask(&call(2, "tools/call", slow));
    assert_eq!(message["params"]["progressToken"], "slow", "{message}");
    running.say(&call(3, "ping", json!({})));
    while message["method"] == "notifications/progress" {
        message = running.hear();
    }
    assert_eq!(message["id"], 3, "{message}");
    assert_eq!(running.end().0, Some(0));
    let output = program.run(&["runs", "list", "--json"]);
    let runs: Value = serde_json::from_slice(&output.stdout).unwrap();
    let states: Vec<&str> =
        runs.as_array().unwrap().iter().map(|run| run["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["abandoned", "finished"], "{runs}");
    assert_eq!(runs[1]["id"], run.as_str());

    let program = Program::new();
    let mut running = program.start(&["mcp", "--no-record"]);
    running.ask(&call(1, "tools/call", solve("What is 12 + 30?")));
    assert_eq!(running.end().0, Some(0));
    let output = program.run(&["runs", "list", "--json"]);
    assert_eq!(serde_json::from_slice::<Value>(&output.stdout).unwrap(), json!([]));
}

#[cfg(unix)]
#[test]
fn it_ends_when_it_is_stopped_though_a_call_is_worked_on() {
    let program = Program::new();
    for signal in ["-INT", "-TERM"] {
        let mut running = program.start(&["mcp"]);
        running.say(&call(1, "tools/call", solve("Count slowly, 1 + 1")));
        running.ask(&call(2, "ping", json!({})));
        let id = running.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        let input = running.input.take();
        let (code, rest) = running.end();
        assert_eq!((code, rest.as_str()), (Some(0), ""), "{signal}");
        drop(input);
    }
}

#[test]
fn an_address_that_others_reach_needs_keys() {
    let program = Program::new();
    let output = program.run(&["mcp", "--http", "0.0.0.0:0"]);
    assert_eq!(output.status.code(), Some(64));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("--keys-file") && !said.contains("--allow-open"), "{said}");
}
