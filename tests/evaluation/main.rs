//! `ponder eval` as its users start it, on the scripted engine and on small problem files.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

mod suite;

/// The program in an empty folder with the problems and the script of `tests/data/evaluation`.
struct Program {
    folder: tempfile::TempDir,
}

impl Program {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests/data/evaluation"].iter().collect();
        for name in ["problems.jsonl", "verl.parquet", "script.yaml"] {
            std::fs::copy(data.join(name), folder.path().join(name)).unwrap();
        }
        Self { folder }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ponder"));
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("PONDER_MODEL", "scripted:script.yaml")
            .stdin(Stdio::null())
            .args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs it, expecting this exit code.
    fn ends_with(&self, code: i32, arguments: &[&str]) -> (String, String) {
        let output = self.run(arguments);
        let (result, way) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{result}\n{way}");
        (result, way)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).unwrap()
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.read(name)).unwrap()
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The lines of a table that do not hold times.
fn timeless(table: &str) -> String {
    let lines = table.lines().filter(|line| !line.starts_with("seconds"));
    lines.map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_run_is_measured_and_reported() {
    let program = Program::new();
    let (table, _) = program.ends_with(
        0,
        &[
            "eval",
            "problems.jsonl",
            "-n",
            "2",
            "--price-input",
            "1",
            "--price-output",
            "4",
            "-o",
            "out",
        ],
    );
    insta::assert_snapshot!(timeless(&table), @r"
    answers                  10 of 10
    pass@1                   80.0 % (33.7 to 96.9)
    pass@2                   80.0 % (33.7 to 96.9)
    maj@2                    80.0 % (33.7 to 96.9)
    maj@2 by spelling        80.0 % (33.7 to 96.9)
    cut off by the limit     0.0 % (0.0 to 43.4)
    went in circles          0.0 % (0.0 to 43.4)
    stated nothing           0.0 % (0.0 to 43.4)
    tokens an answer         6 in the mean, median 3, nine of ten up to 18, at most 18
    right and other answers  7 and 2 tokens in the mean
    tokens in all            60 read, 62 written
    cost                     0.0003

    pass@1    ████████████████████████████████········ 80.0 %
    pass@2    ████████████████████████████████········ 80.0 %
    maj@1     ████████████████████████████████········ 80.0 %
    maj@2     ████████████████████████████████········ 80.0 %
    ");
    let report = program.json("out/report.json");
    assert_eq!(report["schema"], "ponder.eval/1");
    assert_eq!(report["model"], "ponder-scripted");
    assert_eq!(report["pass_at_1"]["value"], 0.8);
    assert_eq!(program.read("out/results.jsonl").lines().count(), 10);
    assert!(program.read("out/report.md").starts_with("# ponder-scripted on problems.jsonl"));
    assert!(program.read("out/report.html").contains("</html>"));
}

#[test]
fn parquet_a_preset_and_json() {
    let program = Program::new();
    let arguments =
        ["eval", "verl.parquet", "--preset", "vibethinker-1.5b", "-n", "3", "--json", "-o", "out"];
    let (document, way) = program.ends_with(0, &arguments);
    assert_eq!(way, "");
    let document: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(document["settings"]["temperature"], 1.0);
    assert_eq!(document["settings"]["top_p"], 0.95);
    assert_eq!(document["settings"]["max_tokens"], 40_960);
    assert_eq!(document["counts"]["answers"], 12);
    // 6 * 7 and the week are in the script.
    assert_eq!(document["pass_at_1"]["value"], 0.5);
    assert_eq!(document, program.json("out/report.json"));
}

#[test]
fn chains_are_measured_as_models_are() {
    let program = Program::new();
    let base = ["eval", "problems.jsonl", "--limit", "1", "--quiet"];
    let to = program.ends_with(0, &[&base[..], &["--to", "chain/solve", "-o", "a"]].concat());
    // Without the environment's model, the flag says who answers.
    let output = program
        .command(&[&base[..], &["--model", "chain/solve", "-o", "b"]].concat())
        .env_remove("PONDER_MODEL")
        .output()
        .unwrap();
    assert!(to.0.contains("pass@1"), "{}", to.0);
    assert_eq!(program.json("a/report.json")["pass_at_1"]["value"], 1.0);
    let way = text(&output.stderr);
    assert!(
        output.status.code() == Some(0) && program.json("b/run.json")["model"] == "chain/solve",
        "{way}"
    );
}

#[test]
fn the_exit_code_says_how_it_went() {
    let program = Program::new();
    let run = |more: &[&'static str]| [&["eval", "problems.jsonl", "-o", "out"], more].concat();
    program.ends_with(0, &run(&["--fail-under", "80"]));
    let (_, way) = program.ends_with(1, &run(&["--fail-under", "80.5"]));
    assert!(way.contains("pass@1 is 80.0 %, below 80.5 %"), "{way}");
    let (_, way) = program.ends_with(64, &run(&["--temperature", "0.5"]));
    assert!(way.contains("`temperature` was absent and is 0.5"), "{way}");
    program.ends_with(64, &["eval"]);
    program.ends_with(64, &["eval", "problems.jsonl", "--samples", "0"]);
    program.ends_with(64, &["eval", "problems.jsonl", "--base-url", "ftp://x"]);
    let (_, way) = program.ends_with(1, &["eval", "nowhere.jsonl"]);
    assert!(way.contains("nowhere.jsonl cannot be read"), "{way}");
    program.write("code.jsonl", "{\"id\": \"f\", \"problem\": \"Write f.\", \"tests\": [1]}\n");
    let (_, way) = program.ends_with(1, &["eval", "code.jsonl"]);
    assert!(way.contains(r#"the problem "f": test 1: this is no test"#), "{way}");
    let (_, way) = program.ends_with(1, &["eval", "report", "code.jsonl"]);
    assert!(way.contains("run.json"), "{way}");
}

#[test]
fn nobody_there_is_69_and_some_failures_are_2() {
    let program = Program::new();
    // Nobody answers there, and the system gives this port to nobody.
    let url = "http://127.0.0.1:9/v1";
    let base =
        ["eval", "problems.jsonl", "--base-url", url, "--to", "m", "--retries", "0", "-o", "out"];
    let (_, way) = program.ends_with(69, &base);
    assert!(way.contains("could not be reached"), "{way}");
    program.write(
        "script.yaml",
        &format!(
            "{}  - when: {{ question: zero }}\n    reply: {{ ending: {{ fail_before: engine }} }}\n",
            program.read("script.yaml")
        ),
    );
    let problems = program.read("problems.jsonl");
    program.write("more.jsonl", &format!("{problems}{{\"problem\": \"zero\", \"answer\": 0}}\n"));
    let (_, way) = program.ends_with(2, &["eval", "more.jsonl", "--retries", "0", "-o", "some"]);
    assert!(way.contains("1 answers failed, the first so: The script says"), "{way}");
}

/// A program that is stopped when the test ends, however it ends.
struct Stopped(Child);

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn wait_for(what: &str, mut there: impl FnMut() -> bool) {
    let patience = Instant::now();
    while !there() {
        assert!(patience.elapsed() < Duration::from_secs(30), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn any_openai_compatible_server_can_be_measured() {
    let program = Program::new();
    let mut child = program
        .command(&["serve", "--listen", "127.0.0.1:0"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let _server = Stopped(child);
    let address = lines
        .find_map(|line| {
            let line = line.unwrap();
            let (_, rest) = line.split_once("serving on http://")?;
            rest.split_whitespace().next().map(str::to_owned)
        })
        .expect("the server says where it listens");
    std::thread::spawn(move || lines.for_each(drop));
    let url = format!("http://{address}/v1");
    let arguments =
        ["eval", "problems.jsonl", "--base-url", &url, "--to", "ponder-scripted", "-o", "out"];
    program.ends_with(0, &arguments);
    let report = program.json("out/report.json");
    assert_eq!(report["pass_at_1"]["value"], 0.8);
    assert!(report["tokens"]["completion"].as_u64().unwrap() > 20, "{report}");
    assert!(!report.to_string().contains(&address), "addresses stay out of reports");
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_a_run_that_goes_on() {
    let program = Program::new();
    let quick = program.read("script.yaml");
    program.write("script.yaml", &quick.replace("content:", "per_token_ms: 100, content:"));
    let arguments = ["eval", "problems.jsonl", "-n", "4", "--concurrency", "2", "-o", "out"];
    let mut running = program.command(&arguments).stderr(Stdio::piped()).spawn().unwrap();
    let results = program.folder.path().join("out/results.jsonl");
    let lines = |path: &Path| std::fs::read_to_string(path).unwrap_or_default().lines().count();
    wait_for("answers", || lines(&results) >= 2);
    let id = running.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert_eq!(running.wait().unwrap().code(), Some(130));
    let mut way = String::new();
    std::io::Read::read_to_string(&mut running.stderr.take().unwrap(), &mut way).unwrap();
    assert!(way.contains("the same command goes on"), "{way}");
    let kept = lines(&results);
    assert!((2..20).contains(&kept), "{kept}");
    assert_eq!(program.json("out/report.json")["counts"]["answers"], kept);
    // The script's pace is no setting of ours.
    program.write("script.yaml", &quick);
    let (_, way) = program.ends_with(0, &arguments);
    assert!(
        way.contains(&format!("{kept} answers are there already, {} are missing", 20 - kept)),
        "{way}"
    );
    assert_eq!(lines(&results), 20);
}

#[test]
fn runs_are_reported_judged_again_and_compared() {
    let program = Program::new();
    program.ends_with(0, &["eval", "problems.jsonl", "-n", "2", "-o", "first", "--quiet"]);
    let script = program.read("script.yaml");
    program.write("better.yaml", &script.replace("1.41", "\\sqrt2"));
    let better =
        ["eval", "problems.jsonl", "--model", "scripted:better.yaml", "-o", "second", "--quiet"];
    program.ends_with(0, &better);
    let (table, _) = program.ends_with(0, &["eval", "compare", "first", "second"]);
    insta::assert_snapshot!(table, @r"
    problems      5 in common
    pass@1        80.0 %  →  100.0 %
    difference    +20.0 points (+0.0 to +60.0)
    p             1.0000: how likely such a difference is if neither is better
    flipped       root: 0.0 %  →  100.0 %
    ");
    let (document, _) =
        program.ends_with(0, &["eval", "compare", "second", "first", "--json", "--fail-if-worse"]);
    let document: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(document["schema"], "ponder.eval.compare/1");
    assert_eq!(document["p_value"], 1.0, "one problem of five proves nothing");
    // Somebody finds that 1.41 was near enough.
    let mended = program.read("problems.jsonl").replace("\\\\sqrt{2}", "1.41");
    program.write("mended.jsonl", &mended);
    let (changes, _) =
        program.ends_with(0, &["eval", "regrade", "first", "--problems", "mended.jsonl"]);
    assert_eq!(
        changes,
        "root, answer 0: 1.41 was wrong and is right\nroot, answer 1: 1.41 was wrong and is right\n"
    );
    let (document, _) = program.ends_with(0, &["eval", "report", "first", "--json"]);
    let document: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(document["pass_at_1"]["value"], 1.0);
    let (_, way) = program.ends_with(1, &["eval", "compare", "first", "second"]);
    assert!(way.contains("another right answer"), "{way}");
}

#[test]
fn a_mended_file_is_judged_by_before_a_run_goes_on() {
    let program = Program::new();
    let more = |file: &'static str| ["eval", file, "-n", "2", "-o", "out", "--quiet"];
    program.ends_with(0, &["eval", "problems.jsonl", "-o", "out", "--quiet"]);
    program.write("mended.jsonl", &program.read("problems.jsonl").replace("\\\\sqrt{2}", "1.41"));
    let (_, way) = program.ends_with(64, &more("mended.jsonl"));
    assert!(way.contains(r#"the problem "root" has another right answer"#), "{way}");
    assert!(way.contains("`ponder eval regrade out --problems FILE`"), "{way}");
    assert_eq!(program.read("out/results.jsonl").lines().count(), 5, "nobody was asked");
    program.ends_with(0, &["eval", "regrade", "out", "--problems", "mended.jsonl"]);
    program.ends_with(0, &more("mended.jsonl"));
    assert_eq!(program.json("out/report.json")["pass_at_1"]["value"], 1.0);
    let (_, way) = program.ends_with(64, &more("problems.jsonl"));
    assert!(way.contains("another right answer"), "{way}");
}

/// Four problems as LiveCodeBench has them: the script solves two, one wrongly and one without a program.
const PROGRAMS: &str = r#"{"question_id": "double", "question_content": "Print twice the number.", "starter_code": "", "public_test_cases": "[{\"input\": \"2\", \"output\": \"4\", \"testtype\": \"stdin\"}]", "private_test_cases": "[{\"input\": \"5\", \"output\": \"10\", \"testtype\": \"stdin\"}]", "metadata": "{}"}
{"question_id": "add", "question_content": "Add two numbers.", "starter_code": "class Solution:\n    def add(self, a, b):\n", "public_test_cases": "[{\"input\": \"1\\n2\", \"output\": \"3\", \"testtype\": \"functional\"}]", "private_test_cases": "", "metadata": "{\"func_name\": \"add\"}"}
{"question_id": "square", "question_content": "Print the square.", "starter_code": "", "public_test_cases": "[{\"input\": \"2\", \"output\": \"4\", \"testtype\": \"stdin\"}]", "private_test_cases": "[{\"input\": \"3\", \"output\": \"9\", \"testtype\": \"stdin\"}]", "metadata": "{}"}
{"question_id": "none", "question_content": "Do nothing.", "starter_code": "", "public_test_cases": "[{\"input\": \"\", \"output\": \"\", \"testtype\": \"stdin\"}]", "private_test_cases": "", "metadata": "{}"}
"#;

const SOLUTIONS: &str = r#"rules:
  - when: { question: 'twice' }
    reply: { content: "So:\n```python\nprint(2 * int(input()))\n```" }
  - when: { question: 'Add two' }
    reply: { content: "```python\nclass Solution:\n    def add(self, a, b):\n        return a + b\n```" }
  - when: { question: 'square' }
    reply: { content: "```python\nprint(2 * int(input()))\n```" }
  - when: { question: 'nothing' }
    reply: { content: "There is nothing to do." }
"#;

#[test]
fn programs_are_run_on_the_tests_of_their_problems() {
    let program = Program::new();
    program.write("lcb.jsonl", PROGRAMS);
    program.write("solutions.yaml", SOLUTIONS);
    let run = |output: &'static str, more: &[&'static str]| {
        let base =
            ["eval", "lcb.jsonl", "-n", "2", "--model", "scripted:solutions.yaml", "-o", output];
        let mut command = program.command(&[&base[..], more].concat());
        let ended = command.env("PATH", env!("PATH")).output().unwrap();
        assert_eq!(ended.status.code(), Some(0), "{}", text(&ended.stderr));
        program.json(&format!("{output}/report.json"))
    };
    let report = run("out", &[]);
    assert_eq!(report["pass_at_1"]["value"], 0.5);
    assert_eq!(report["pass"][1]["k"], 2);
    assert_eq!(report["majority"], serde_json::json!([]), "programs have no votes");
    assert_eq!(report["rates"]["abstained"]["value"], 0.25);
    let lines = program.read("out/results.jsonl");
    let square = lines.lines().find(|line| line.contains("\"square\"")).unwrap();
    let square: Value = serde_json::from_str(square).unwrap();
    assert_eq!(square["mark"], "wrong");
    assert_eq!(square["tests"], serde_json::json!({"passed": 1, "run": 2, "all": 2}));
    assert!(!program.read("out/report.md").contains("maj@"));
    let public = run("public", &["--public-only"]);
    assert_eq!(public["pass_at_1"]["value"], 0.75, "the square of 2 is 4 as well");
    // Somebody finds that the hidden test of the square was wrong; the programs are run again, nobody is asked.
    program
        .write("mended.jsonl", &PROGRAMS.replace(r#"\"output\": \"9\""#, r#"\"output\": \"6\""#));
    let regrade = |more: &[&str]| {
        let mut command = program.command(&[&["eval", "regrade", "out"], more].concat());
        let ended = command.env("PATH", env!("PATH")).output().unwrap();
        assert_eq!(ended.status.code(), Some(0), "{}", text(&ended.stderr));
        (text(&ended.stdout), text(&ended.stderr))
    };
    let goes_on = |file: &str, code: i32| {
        let more = ["-n", "3", "--model", "scripted:solutions.yaml", "-o", "out", "--quiet"];
        let mut command = program.command(&[&["eval", file], &more[..]].concat());
        let ended = command.env("PATH", env!("PATH")).output().unwrap();
        assert_eq!(ended.status.code(), Some(code), "{}", text(&ended.stderr));
        text(&ended.stderr)
    };
    let way = goes_on("mended.jsonl", 64);
    assert!(way.contains(r#"the problem "square" has other tests"#), "{way}");
    let (changes, way) = regrade(&[]);
    assert_eq!(changes, "");
    assert!(way.contains("8 programs keep their marks"), "{way}");
    let (changes, way) = regrade(&["--problems", "mended.jsonl"]);
    assert_eq!(
        changes,
        "square, answer 0: 2 of 2 tests was wrong and is right\nsquare, answer 1: 2 of 2 tests was wrong and is right\n"
    );
    assert!(!way.contains("keep their marks"), "{way}");
    assert_eq!(program.json("out/report.json")["pass_at_1"]["value"], 0.75);
    goes_on("mended.jsonl", 0);
    assert_eq!(program.json("out/report.json")["counts"]["answers"], 12);
    goes_on("lcb.jsonl", 64);
    let (_, way) = program.ends_with(
        64,
        &["eval", "lcb.jsonl", "--model", "scripted:solutions.yaml", "-o", "x", "--clr"],
    );
    assert!(way.contains("claims of programs are not checked"), "{way}");
    let (_, way) = program.ends_with(
        69,
        &["eval", "lcb.jsonl", "--model", "scripted:solutions.yaml", "-o", "x", "--python", "none"],
    );
    assert!(way.contains("none cannot be started"), "{way}");
}

#[test]
fn programs_are_compared_as_exactly_as_is_said() {
    let program = Program::new();
    program.write(
        "third.jsonl",
        "{\"id\": \"third\", \"problem\": \"Print a third.\", \"tests\": [{\"stdin\": \"\", \"stdout\": \
         \"0.333333333\"}]}\n",
    );
    program
        .write("third.yaml", "otherwise: { content: \"```python\\nprint(0.33333333)\\n```\" }\n");
    let run = |code: i32, arguments: &[&str]| {
        let mut command = program.command(&[&["eval"], arguments].concat());
        let ended = command.env("PATH", env!("PATH")).output().unwrap();
        assert_eq!(ended.status.code(), Some(code), "{}", text(&ended.stderr));
        text(&ended.stderr)
    };
    let base = ["third.jsonl", "--model", "scripted:third.yaml", "-q", "-o"];
    run(0, &[&base[..], &["near"]].concat());
    run(0, &[&base[..], &["exact", "--tolerance", "0"]].concat());
    let (near, exact) = (program.json("near/report.json"), program.json("exact/report.json"));
    assert_eq!(
        (&near["pass_at_1"]["value"], &exact["pass_at_1"]["value"]),
        (&1.0.into(), &0.0.into())
    );
    assert_eq!(near["settings"].get("tolerance"), None, "as in runs of before there was the flag");
    assert_eq!(exact["settings"]["tolerance"], 0.0);
    let way = run(64, &[&base[..], &["exact"]].concat());
    assert!(way.contains("`tolerance` was 0.0 and is absent"), "{way}");
    let regrade = ["regrade", "exact", "--problems", "third.jsonl"];
    run(0, &regrade);
    assert_eq!(
        program.json("exact/report.json")["pass_at_1"]["value"],
        0.0,
        "by the same tolerance"
    );
    let way = run(64, &[&regrade[..], &["--tolerance", "0.1"]].concat());
    assert!(way.contains("judged with a tolerance of 0:"), "{way}");
}

#[test]
fn a_preset_wants_problems_of_one_kind() {
    let program = Program::new();
    let tests = "{\"problem\": \"f\", \"tests\": [{\"stdin\": \"\", \"stdout\": \"1\"}]}\n";
    program.write("mixed.jsonl", &format!("{}{tests}", program.read("problems.jsonl")));
    let preset = ["eval", "mixed.jsonl", "--preset", "vibethinker-1.5b", "-o", "out"];
    let (_, way) = program.ends_with(64, &preset);
    assert!(way.contains("split the file"), "{way}");
}

#[test]
fn claims_are_checked_beside_votes_for_as_many_tokens() {
    let program = Program::new();
    let script = program.read("script.yaml");
    // The first rule that fits answers.
    let claims = "rules:\n  - when: { question: 'State the five claims' }\n    reply: { content: \"1. a\\n2. b\\n3. c\\n4. \
                  d\\n5. e\" }\n  - when: { question: 'Is this claim' }\n    reply: { content: 'true' }\n";
    program.write("script.yaml", &script.replacen("rules:\n", claims, 1));
    let (table, _) = program
        .ends_with(0, &["eval", "problems.jsonl", "-n", "4", "--clr", "-o", "out", "--quiet"]);
    // 20 answers: 124 tokens, and 15 for the claims and verdicts of each.
    assert!(table.contains("0.0 % of 100") && table.contains(" 424 written\n"), "{table}");
    assert!(table.contains(" 300 written: part of those in all"), "{table}");
    let report = program.json("out/report.json");
    assert_eq!(report["verdicts"]["share"], 0.0);
    assert_eq!(report["settings"]["clr"], true);
    let first = &report["clr"][0];
    assert_eq!((&first["k"], &first["share"]["value"]), (&1.into(), &0.8.into()));
    // 6.2 tokens an answer, and 15 for claims and verdicts: a vote of three costs as much.
    assert_eq!((&first["majority_k"], &first["tokens"]), (&3.into(), &21.2.into()));
    assert_eq!(first["majority"]["value"], 0.8);
    assert_eq!(report["clr"][2]["majority_k"], Value::Null, "there are not so many");
    let line = program.read("out/results.jsonl");
    let line: Value = serde_json::from_str(line.lines().next().unwrap()).unwrap();
    assert_eq!(line["checked"]["reliability"], 1.0);
    assert_eq!(line["checked"]["claims"][4], serde_json::json!({"claim": "e", "holds": true}));
    assert_eq!(line["checked"]["completion_tokens"], 15);
    let page = program.read("out/report.md");
    assert!(page.contains("| 1 | 21 | 80.0 %") && page.contains("| maj@3 |"), "{page}");
    assert!(program.read("out/report.html").contains("Votes by claims"));
    let (_, way) = program.ends_with(
        64,
        &["eval", "problems.jsonl", "--clr", "--to", "chain/solve", "-o", "x", "--quiet"],
    );
    assert!(way.contains("name a model in place of a chain"), "{way}");
}

#[test]
fn how_sure_the_model_was_is_kept_and_votes() {
    let program = Program::new();
    let script = program.read("script.yaml");
    // The first token of the thinking, and all that follow.
    let sure = "reply: { confidence: [2.0, 5.0], reasoning: 'six";
    program.write("script.yaml", &script.replacen("reply: { reasoning: 'six", sure, 1));
    program.ends_with(0, &["eval", "problems.jsonl", "-n", "2", "--confidence", "-o", "out", "-q"]);
    let lines = program.read("out/results.jsonl");
    let line = lines.lines().find(|line| line.contains("\"product\"")).unwrap();
    let line: Value = serde_json::from_str(line).unwrap();
    // Six tokens: one of 2 and five of 5.
    let tokens = line["completion_tokens"].as_f64().unwrap();
    let mean = line["confidence"]["mean"].as_f64().unwrap();
    assert!((mean - (2.0 + 5.0 * (tokens - 1.0)) / tokens).abs() < 1e-3, "{line}");
    let report = program.json("out/report.json");
    assert_eq!(report["settings"]["confidence"], true);
    let votes = report["by_confidence"].as_array().unwrap();
    let vote = votes.iter().find(|vote| vote["measure"] == "mean").unwrap();
    assert_eq!((&vote["window"], &vote["share"]["value"]), (&Value::Null, &0.8.into()));
    for (file, arguments) in [
        ("place of a chain", vec!["eval", "problems.jsonl", "--to", "chain/solve"]),
        ("other settings", vec!["eval", "problems.jsonl", "-n", "2", "-o", "out"]),
    ] {
        let more = ["--confidence", "-q"];
        let arguments =
            if file.starts_with("place") { [arguments, more.to_vec()].concat() } else { arguments };
        let (_, way) = program.ends_with(64, &arguments);
        assert!(way.contains(file), "{way}");
    }
}

#[test]
fn votes_that_stop_are_compared_with_votes_of_all() {
    let program = Program::new();
    let chains = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/chains");
    for (chain, output) in [("chain/vote-of-32-all", "all"), ("chain/vote-of-32", "early")] {
        let vote =
            ["eval", "problems.jsonl", "--to", chain, "--chains", chains, "-o", output, "-q"];
        program.ends_with(0, &vote);
    }
    let compared = Command::new("python3")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/evaluation/voting.py"))
        .args(["all", "--adaptive", "early"])
        .current_dir(program.folder.path())
        .output()
        .unwrap();
    let (told, way) = (text(&compared.stdout), text(&compared.stderr));
    assert!(compared.status.success(), "{way}");
    let line = |name: &str| told.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    let share = line("tokens").rsplit(' ').next().unwrap();
    assert!(
        share.parse::<f64>().unwrap() < 0.9,
        "every answer is the same: few are enough\n{told}"
    );
    assert!(line("stopped early").ends_with(" 80.0%"), "{told}");
    let seconds = line("seconds").trim_start_matches("seconds").split(" and ").next().unwrap();
    assert!(seconds.trim().parse::<f64>().is_ok(), "{told}");
}
