//! Reviews of changes: what is found is checked against the diff, and the published cases can be measured.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use ponder::{
    engine::scripted::{Reply, Rule, Script, ScriptedEngine, When},
    review::{
        Category, diff, review,
        score::{self, Case, Score},
    },
};
use serde_json::json;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/review")
}

/// A model that says this.
fn saying(answer: &serde_json::Value) -> ScriptedEngine {
    ScriptedEngine::new(Script::answering(Reply::saying(answer.to_string())))
}

#[tokio::test]
async fn findings_name_lines_that_the_diff_shows() {
    let case = &score::cases(&folder()).unwrap()[0];
    let files = diff::read(&case.diff, "stdin");
    let finding = |line: u32, category: &str| json!({"line": line, "category": category, "what": "It is wrong.", "failing_input": " "});
    let model = saying(&json!({
        "findings": [finding(25, "boundary"), finding(25, "boundary"), finding(4000, "redundant")]
    }));
    let review = review(&model, &files, |_| {}).await.unwrap();
    assert_eq!(review.findings.len(), 1, "the same one twice is one");
    assert_eq!(review.findings[0].line, 25);
    assert_eq!(review.findings[0].failing_input, None);
    assert_eq!(review.dropped, 1);

    let chatty = ScriptedEngine::new(Script::answering(Reply::saying("Looks good to me!")));
    let review = ponder::review::review(&chatty, &files, |_| {}).await.unwrap();
    assert_eq!(review.undecided.len(), files.len());
}

/// What a reviewer scores who finds these in each case.
async fn scored(finds: impl Fn(&Case) -> Vec<serde_json::Value>) -> Score {
    let mut score = Score::default();
    for case in &score::cases(&folder()).unwrap() {
        let all = finds(case);
        // A file is asked about by its name.
        let rules = diff::read(&case.diff, "stdin").into_iter().map(|file| {
            let own: Vec<_> = all.iter().filter(|found| found["file"] == file.path).collect();
            let when = When { question: Some(format!("File: {}\n", file.path)), ..When::default() };
            let reply = Reply::saying(json!({ "findings": own }).to_string());
            Rule { when, reply }
        });
        let model = ScriptedEngine::new(Script { rules: rules.collect(), ..Script::default() });
        let files = diff::read(&case.diff, "stdin");
        score.add(case, &review(&model, &files, |_| {}).await.unwrap());
    }
    score
}

#[tokio::test]
async fn the_published_cases_can_be_measured() {
    let told = |case: &Case, shift: u32| {
        let tell = |expected: &score::Expected| {
            json!({
                "file": expected.file, "line": expected.lines.0 + shift,
                "category": expected.category, "what": "x",
            })
        };
        case.expected.iter().map(tell).collect::<Vec<_>>()
    };
    let perfect = scored(|case| told(case, 0)).await;
    insta::assert_json_snapshot!(perfect, @r#"
        {
          "cases": 30,
          "boundary": {
            "found": 18,
            "of": 18
          },
          "redundant": {
            "found": 12,
            "of": 12
          },
          "wrong": 0,
          "false_alarms": {
            "found": 0,
            "of": 4
          },
          "undecided": 0,
          "dropped": 0
        }
        "#);
    let silent = scored(|_| Vec::new()).await;
    assert_eq!((silent.recall().found, silent.recall().of, silent.wrong), (0, 30, 0));
    let turned = |category: Category| match category {
        Category::Boundary => "redundant",
        Category::Redundant => "boundary",
    };
    let confused = scored(|case| {
        let only_one = case.expected.len() == 1;
        let mut told = told(case, 0);
        for (told, expected) in told.iter_mut().zip(&case.expected) {
            told["category"] = json!(turned(expected.category));
        }
        if only_one { told } else { Vec::new() }
    })
    .await;
    assert_eq!(confused.recall().found, 0, "the category must be right");
    assert_eq!(confused.wrong, 22);
}

/// The program, with a model that gives this answer.
fn program(answer: &str, arguments: &[&str], input: &str) -> Output {
    use std::io::Write;

    let folder = tempfile::tempdir().unwrap();
    let script = json!({ "otherwise": { "content": answer } });
    std::fs::write(folder.path().join("script.yaml"), script.to_string()).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_ponder"))
        .current_dir(folder.path())
        .env_clear()
        .env("HOME", folder.path())
        .env("PONDER_MODEL", "scripted:script.yaml")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn the_exit_code_says_whether_something_was_found() {
    let diff = std::fs::read_to_string(folder().join("01-class-report/change.diff")).unwrap();
    let found = r#"{"findings": [{"line": 25, "category": "boundary", "what": "The list may be empty.", "failing_input": "[]"}]}"#;
    let output = program(found, &["review"], &diff);
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(String::from_utf8(output.stdout).unwrap(), @"grading/report.py:25: boundary: The list may be empty. [[]]");
    let output = program(r#"{"findings": []}"#, &["review"], &diff);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(output.stdout, b"");
    let alone = ["review", "-", "--to", "ponder-scripted"];
    assert_eq!(program("Fine.", &alone, &diff).status.code(), Some(2), "no list of findings");
    assert_eq!(program("", &["review", "missing.diff"], "").status.code(), Some(64));
    let output = program(found, &["review", "--json"], &diff);
    insta::assert_snapshot!(String::from_utf8(output.stdout).unwrap(), @r#"
        {
          "schema": "ponder.review/1",
          "findings": [
            {
              "file": "grading/report.py",
              "line": 25,
              "category": "boundary",
              "what": "The list may be empty.",
              "failing_input": "[]"
            }
          ],
          "files": 1,
          "undecided": [],
          "dropped": 0,
          "usage": {
            "prompt_tokens": 330,
            "completion_tokens": 13,
            "reasoning_tokens": 0
          }
        }
        "#);
    let folder = folder();
    let output = program(found, &["review", "--score", folder.to_str().unwrap()], "");
    assert_eq!(output.status.code(), Some(0));
    insta::assert_snapshot!(String::from_utf8(output.stdout).unwrap(), @"
        found:        7 of 30
          boundary:   7 of 18
          redundant:  0 of 12
        right:        7 of 24 findings
        false alarms: 3 of 4 changes without a fault
        undecided:    0 files
        ");
}

/// The example for CI, in a repository with a change on a branch.
#[test]
fn the_example_for_ci_reviews_what_a_branch_changes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/ci/review.sh");
    let found = json!({ "findings": [{ "line": 2, "category": "boundary", "what": "It may be empty.", "failing_input": null }] });
    let answers = json!({ "otherwise": { "content": found.to_string() } });
    std::fs::write(path.join("script.yaml"), answers.to_string()).unwrap();
    let run = |program: &str, arguments: &[&str]| -> Output {
        let beside = PathBuf::from(env!("CARGO_BIN_EXE_ponder"));
        let binaries = format!("{}:{}", beside.parent().unwrap().display(), env!("PATH"));
        Command::new(program)
            .args(arguments)
            .current_dir(path)
            .env_clear()
            .env("PATH", binaries)
            .env("HOME", path)
            .env("PONDER_MODEL", "scripted:script.yaml")
            .env("PONDER_REVIEW_FORMAT", "github")
            .output()
            .unwrap()
    };
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
        let output = run("git", &[&identity, arguments].concat());
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    };
    git(&["init", "--quiet", "--initial-branch", "main"]);
    std::fs::write(path.join("first item.py"), "def first(items):\n    return None\n").unwrap();
    std::fs::write(path.join("notes.txt"), "one\n").unwrap();
    git(&["add", "first item.py", "notes.txt"]);
    git(&["commit", "--quiet", "-m", "before"]);
    git(&["switch", "--quiet", "-c", "change"]);
    let script = script.to_str().unwrap();

    let output = run(script, &["main"]);
    assert_eq!(output.status.code(), Some(0), "nothing changed");

    std::fs::write(path.join("first item.py"), "def first(items):\n    return items[0]\n").unwrap();
    std::fs::write(path.join("notes.txt"), "two\n").unwrap();
    git(&["commit", "--quiet", "--all", "-m", "after"]);
    let output = run(script, &["main"]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    insta::assert_snapshot!(String::from_utf8(output.stdout).unwrap(), @"::warning file=first item.py,line=2,title=An input at the edge::It may be empty.");
    assert!(
        String::from_utf8(output.stderr).unwrap().contains("1 finding in 1 file,"),
        "notes are no code"
    );

    // Latin-1 in one file keeps nobody from reviewing the others.
    std::fs::write(path.join("old.py"), b"# caf\xe9\n").unwrap();
    git(&["add", "old.py"]);
    git(&["commit", "--quiet", "-m", "old"]);
    let output = run(script, &["main"]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8(output.stderr).unwrap().contains("in 2 files"));

    let output = run(script, &["nowhere"]);
    assert_eq!(output.status.code(), Some(64));
    let output = run("env", &["PONDER_REVIEW_FILES=:(nope)*.py", script, "main"]);
    assert!(
        output.status.code().is_some_and(|code| code > 2),
        "a diff that fails is no green check"
    );
}
