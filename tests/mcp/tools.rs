//! The other side: chains that call tools, of another ponder by the protocol, over pipes and over HTTP, and of an
//! HTTP endpoint.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use ponder::{
    chain::{Chain, Models, Named, Plan, load},
    engine::scripted::{Reply, Script, ScriptedEngine},
    generate::{Answer, Generate, GenerateError, Request},
    mcp::client::Place,
    runs::{
        RunStore,
        replay::{Answers, models},
    },
    tools::{Method, ToolConfig, ToolError, Tools, Way},
};
use serde_json::{Value, json};

use crate::support::SCRIPT;

/// A folder in which another ponder runs on a script.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("script.yaml"), SCRIPT).unwrap();
    let toml = "[models.thinker]\nsource = \"scripted:script.yaml\"\n";
    let script = folder.path().join("script.yaml").display().to_string();
    std::fs::write(folder.path().join("ponder.toml"), toml.replace("script.yaml", &script))
        .unwrap();
    folder
}

/// Another ponder as a program that speaks the protocol.
fn program(folder: &Path) -> Place {
    let config = folder.join("ponder.toml").display().to_string();
    let home = ("HOME".to_owned(), folder.display().to_string());
    Place::Command {
        program: env!("CARGO_BIN_EXE_ponder").to_owned(),
        arguments: ["mcp", "--no-record", "--config", &config].map(str::to_owned).to_vec(),
        environment: BTreeMap::from([home]),
    }
}

fn tools(way: Way, timeout: Duration, most_bytes: usize) -> Tools {
    let config = ToolConfig { way, timeout, most_bytes };
    Tools::of(&BTreeMap::from([("other".to_owned(), config)]))
}

fn usual(way: Way) -> Tools {
    tools(way, Duration::from_secs(30), 1024 * 1024)
}

/// How many processes have this folder in their command lines.
fn processes(folder: &Path) -> usize {
    let name = folder.display().to_string();
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = entries.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    lines.filter(|line| String::from_utf8_lossy(line).contains(&name)).count()
}

async fn end(folder: &Path) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while processes(folder) > 0 {
        assert!(Instant::now() < deadline, "its process goes on");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_program_is_asked_and_used_again_and_ends_with_us() {
    let folder = folder();
    let tools = usual(Way::Server(program(folder.path())));
    let question = json!({"question": "What is 12 + 30?"});
    for _ in 0..2 {
        let found = tools.ask("other", "solve", &question).await.unwrap();
        assert_eq!(found["text"], "The answer is \\boxed{42}.");
        assert_eq!(found["data"]["result"], "42");
    }
    assert_eq!(processes(folder.path()), 1, "one process for both");
    drop(tools);
    end(folder.path()).await;
}

#[tokio::test]
async fn what_a_tool_does_not_take_is_said_before_it_is_called() {
    let folder = folder();
    let tools = usual(Way::Server(program(folder.path())));
    let said = async |server: &str, tool: &str, arguments: Value| {
        tools.ask(server, tool, &arguments).await.unwrap_err().to_string()
    };
    assert_eq!(
        said("other", "solve", json!({"question": 7})).await,
        "the tool `other/solve` does not take these arguments: `question` must be string"
    );
    assert_eq!(
        said("other", "solve", json!({})).await,
        "the tool `other/solve` does not take these arguments: `question` is missing"
    );
    let unknown = said("other", "sing", json!({})).await;
    assert!(unknown.starts_with("`other` has no tool `sing`; it has: solve, "), "{unknown}");
    let missing = said("nobody", "sing", json!({})).await;
    assert!(missing.contains("add [tools.nobody]"), "{missing}");
    let failed = said("other", "solve", json!({"question": "What is 12 + 30 if it breaks?"})).await;
    assert!(failed.starts_with("the tool `other/solve` failed: "), "{failed}");
}

#[tokio::test]
async fn a_call_that_takes_too_long_or_is_dropped_ends_its_process() {
    let folder = folder();
    let way = Way::Server(program(folder.path()));
    let quick = tools(way.clone(), Duration::from_millis(1500), 1024 * 1024);
    let slow = json!({"question": "slow 1 + 1?"});
    let error = quick.ask("other", "solve", &slow).await.unwrap_err();
    assert!(matches!(error, ToolError::Late { .. }), "{error}");
    end(folder.path()).await;
    let patient = usual(way);
    let call = patient.ask("other", "solve", &slow);
    assert!(tokio::time::timeout(Duration::from_millis(1500), call).await.is_err());
    end(folder.path()).await;
}

#[tokio::test]
async fn what_is_too_much_or_no_server_is_said_with_what_to_do() {
    let folder = folder();
    let small = tools(Way::Server(program(folder.path())), Duration::from_secs(30), 1500);
    let error = small.ask("other", "solve", &json!({"question": "?"})).await.unwrap_err();
    assert!(error.to_string().contains("raise its `max_bytes`"), "{error}");
    let command = |program: &str, arguments: &[&str]| {
        usual(Way::Server(Place::Command {
            program: program.to_owned(),
            arguments: arguments.iter().map(|one| (*one).to_owned()).collect(),
            environment: BTreeMap::new(),
        }))
    };
    let said =
        async |tools: Tools| tools.ask("other", "x", &json!({})).await.unwrap_err().to_string();
    let missing = said(command("/no/such/program", &[])).await;
    assert!(missing.contains("the program `/no/such/program` cannot be started"), "{missing}");
    assert!(missing.ends_with("see [tools] in ponder.toml"), "{missing}");
    let gone = said(command("/bin/true", &[])).await;
    assert!(gone.contains("cannot be reached"), "{gone}");
    let babbling =
        said(command("/bin/sh", &["-c", "echo hello; read -r line; read -r line"])).await;
    assert!(babbling.contains("`hello` is no message of it"), "{babbling}");
}

/// Another ponder behind an address.
struct Serving {
    child: Child,
    url: String,
}

impl Serving {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_ponder"))
            .args(["serve", "--mcp", "--listen", "127.0.0.1:0", "--config"])
            .arg(folder.join("ponder.toml"))
            .env_clear()
            .env("HOME", folder)
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let url = lines.find_map(|line| {
            let line = line.unwrap();
            let (_, behind) = line.split_once("serving on ")?;
            Some(behind.split_whitespace().next()?.to_owned())
        });
        // What it goes on to say is read, so that it is not held up.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url: url.expect("it says where") }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[tokio::test]
async fn a_server_behind_an_address_is_asked_and_an_endpoint_too() {
    let folder = folder();
    let serving = Serving::start(folder.path());
    let url = &serving.url;
    let server = usual(Way::Server(Place::Http { url: format!("{url}/mcp"), key: None }));
    let question = json!({"question": "What is 12 + 30?"});
    for _ in 0..2 {
        let found = server.ask("other", "solve", &question).await.unwrap();
        assert_eq!(found["data"]["answer"], "The answer is \\boxed{42}.");
    }
    let slow = json!({"question": "slow 1 + 1?"});
    let late =
        tokio::time::timeout(Duration::from_millis(700), server.ask("other", "solve", &slow));
    assert!(late.await.is_err());
    let endpoint = |method| usual(Way::Endpoint { url: url.clone(), key: None, method });
    let listed = endpoint(Method::Get).ask("other", "v1/models", &json!({})).await.unwrap();
    assert_eq!(listed["data"]["data"][0]["id"], "thinker");
    // The dropped call is not answered to its end.
    let deadline = Instant::now() + Duration::from_secs(10);
    let mut running = json!(1);
    while running != json!(0) {
        assert!(Instant::now() < deadline, "the cancelled call goes on");
        let health = endpoint(Method::Get).ask("other", "health", &json!({"x": "a b"})).await;
        running = health.unwrap()["data"]["running"].clone();
    }
    let post = endpoint(Method::Post);
    let asked = json!({"input": "What is 12 + 30?"});
    let found = post.ask("other", "v1/chains/solve/invoke", &asked).await.unwrap();
    assert!(found["text"].as_str().unwrap().contains("42"), "{found}");
    let error = post.ask("other", "v1/nothing", &json!({})).await.unwrap_err().to_string();
    assert!(error.starts_with("the tool `other/v1/nothing` failed: 404"), "{error}");
    drop(serving);
    let gone = post.ask("other", "v1/models", &json!({})).await.unwrap_err();
    assert!(matches!(GenerateError::from(gone), GenerateError::Unavailable { .. }));
}

const CHAIN: &str = "version: 1\nname: asks\ndescription: Asks.\nmodels: {general: required}\nsteps:\n  \
    - id: found\n    tool: other/solve\n    arguments: {question: \"{{ input.question }}?\"}\n  \
    - id: ask\n    prompt: \"They say: {{ found.text }} ({{ found.data.result }})\"\n  \
    - id: answer\n    call: ${ask}\n    model: general\nlimits: {calls: 2}\noutput: ${answer}\n";

fn plan(text: &str) -> Plan {
    load(text, "asks.yaml").expect("a good chain")
}

/// A model that says what it is told to.
fn chain(plan: Plan, tools: Tools) -> Chain {
    let engine = ScriptedEngine::new(Script::answering(Reply::saying("It is 42.")));
    let named = Named::new("tiny", Arc::new(engine) as _);
    let models = Models { general: Some(named.clone()), ..Models::only(named) };
    Chain::new(plan, models).with_tools(Arc::new(tools) as _)
}

async fn ask(chain: &Chain) -> Result<Answer, GenerateError> {
    chain.generate(Request::ask("What is 12 + 30")).await?.collect().await
}

#[tokio::test]
async fn a_recorded_call_is_not_made_again() {
    let folder = folder();
    let store = RunStore::open(&folder.path().join("runs.sqlite"), 9).unwrap();
    let tools = usual(Way::Server(program(folder.path())));
    let answer =
        ask(&chain(plan(CHAIN), tools).observed_by(Arc::new(store.clone()))).await.unwrap();
    assert_eq!(answer.content, "It is 42.");
    store.flush();
    let record = store.show(&store.list(1).unwrap()[0].id).unwrap();
    assert_eq!(record.lookups[0].of, "tool other/solve");
    assert_eq!(record.lookups[0].asked, json!({"question": "What is 12 + 30?"}));
    assert_eq!(
        record.calls[0].request.messages[0].content,
        "They say: The answer is \\boxed{42}. (42)"
    );
    // Without tools, for nothing is called.
    let replay = async |text: &str| {
        let (plan, answers) = (plan(text), Answers::of(&record));
        let models = models(&plan, &record, &answers, None);
        let chain = Chain::new(plan, models).recalling(Arc::clone(&answers) as _);
        let answer = chain.generate(record.request.again()).await.unwrap().collect().await;
        let answer = answer.map(|answer| answer.content).map_err(|error| error.to_string());
        (answer, answers.left())
    };
    assert_eq!(replay(&record.plan).await, (Ok("It is 42.".to_owned()), 0));
    let (changed, _) = replay(&record.plan.replace("}}?", "}}!")).await;
    let changed = changed.unwrap_err();
    assert!(
        changed.starts_with("changed input: `tool other/solve` is asked for what"),
        "{changed}"
    );
}

#[tokio::test]
async fn a_call_of_a_tool_counts_and_its_failure_can_be_got_past() {
    let folder = folder();
    let tools = || usual(Way::Server(program(folder.path())));
    let limited = plan(&CHAIN.replace("calls: 2", "calls: 1"));
    let answer = ask(&chain(limited, tools())).await.unwrap();
    assert!(answer.content.contains("limit of 1 model calls"), "{}", answer.content);
    let two = CHAIN.replace(
        "  - id: ask\n",
        "  - id: more\n    tool: other/solve\n    arguments: ${found.data}\n  - id: ask\n",
    );
    let error = ask(&chain(plan(&two.replace("calls: 2", "calls: 1")), tools())).await.unwrap_err();
    assert!(error.to_string().contains("limit of 1 calls was reached before"), "{error}");
    let error = ask(&chain(plan(&two), tools())).await.unwrap_err().to_string();
    assert!(error.contains("there is no `answer`") || error.contains("is missing"), "{error}");
}

#[test]
fn what_is_wrong_with_a_tool_is_said_where_it_stands() {
    let said = |from: &str, to: &str| {
        assert!(CHAIN.contains(from), "{from}");
        load(&CHAIN.replacen(from, to, 1), "asks.yaml").unwrap_err().to_string()
    };
    for tool in ["other", "other/../x", "/solve", "other//x", "other/a?b", "rm -rf/x"] {
        let wrong = said("other/solve", &format!("\"{tool}\""));
        assert!(
            wrong.starts_with(&format!("asks.yaml:7:11: step `found`: `{tool}` is no tool")),
            "{wrong}"
        );
    }
    insta::assert_snapshot!(said("{question: \"{{ input.question }}?\"}", "[1]"), @"asks.yaml:8:16: step `found`: `arguments` is an object, or a reference to data that is one");
    insta::assert_snapshot!(said("{{ input.question }}", "{{ nothing }}"), @"asks.yaml:8:16: step `found`: no earlier step is called `nothing`; earlier steps: none");
    insta::assert_snapshot!(said("{question: \"{{ input.question }}?\"}", "${input.question}"), @"asks.yaml:7:11: step `found`: `tool` takes data, but it is text");
    let plan = plan(CHAIN);
    assert_eq!(load(&plan.to_yaml().unwrap(), "again.yaml").as_ref(), Ok(&plan));
    assert_eq!(plan.tool_servers(), ["other"]);
    assert!(plan.diagram().contains("tool (other/solve)"), "{}", plan.diagram());
}
