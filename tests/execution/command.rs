//! `ponder exec` as its users start it.

use std::{
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::Value;

use super::support::stages;

fn ponder(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(stages())
        .current_dir(folder)
        .env("SECRET", "of the user")
        .arg("exec")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may end without reading it.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn document(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

fn error(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

#[test]
fn the_report_is_one_document() {
    let folder = folder(&[
        ("solution.py", "print(int(input()) * 2)"),
        (
            "tests.json",
            r#"[{"stdin": "1", "stdout": "2"}, {"id": "b", "stdin": "2", "stdout": "5"}]"#,
        ),
    ]);
    let output = ponder(folder.path(), &["solution.py", "--tests", "tests.json"], "");
    assert_eq!(output.status.code(), Some(1), "{}", error(&output));
    let mut document = document(&output);
    for layer in document["protection"]["layers"].as_array_mut().unwrap() {
        assert!(layer["detail"].as_str().is_some_and(|detail| !detail.is_empty()));
    }
    assert_eq!(document["protection"]["missing"], serde_json::json!([]));
    for name in ["protection", "python"] {
        document[name] = Value::Null;
    }
    for test in document["tests"].as_array_mut().unwrap() {
        for number in ["seconds", "cpu_seconds", "peak_memory"] {
            assert!(test[number].as_f64().unwrap() > 0.0);
            test[number] = 1.into();
        }
    }
    insta::assert_snapshot!(format!("{document:#}"), @r#"
    {
      "schema": "ponder.exec/1",
      "passed": false,
      "summary": {
        "pass": 1,
        "fail": 1,
        "timeout": 0,
        "crash": 0,
        "denied": 0
      },
      "tests": [
        {
          "id": "1",
          "verdict": "pass",
          "stdout": "2\n",
          "stderr": "",
          "seconds": 1,
          "cpu_seconds": 1,
          "peak_memory": 1
        },
        {
          "id": "b",
          "verdict": "fail",
          "reason": "line 1: expected `5`, got `4`",
          "stdout": "4\n",
          "stderr": "",
          "seconds": 1,
          "cpu_seconds": 1,
          "peak_memory": 1
        }
      ],
      "protection": null,
      "python": null
    }
    "#);
}

#[test]
fn the_exit_code_says_how_it_went() {
    let folder = folder(&[
        ("right.py", "print(input())"),
        ("doctest.py", "def f(x):\n    '''\n    >>> f(1)\n    2\n    '''\n    return x + 1\n"),
        ("plain.py", "x = 1\n"),
        ("statement.md", "Say it.\n\nSample Input\n\nhello\n\nSample Output\n\nhello\n"),
        ("broken.json", "[1"),
        ("named.json", r#"[{"arguments": [1], "expected": 2}]"#),
    ]);
    let code = |arguments: &[&str], input: &str| {
        let output = ponder(folder.path(), arguments, input);
        (output.status.code().unwrap(), error(&output))
    };
    assert_eq!(code(&["right.py", "--statement", "statement.md"], "").0, 0);
    assert_eq!(code(&["doctest.py"], "").0, 0);
    assert_eq!(code(&["doctest.py", "--tests", "named.json", "--function", "f"], "").0, 0);
    let answer = "So:\n```python\nprint(input())\n```\n";
    assert_eq!(code(&["-", "--code-block", "--statement", "statement.md"], answer).0, 0);
    assert_eq!(code(&["-", "--statement", "statement.md"], "print(1)").0, 1);
    let (none, said) = code(&["plain.py"], "");
    assert!(
        none == 2 && said.contains("there are no tests: give --tests or --statement"),
        "{said}"
    );
    let (none, said) = code(&["-", "--code-block", "--statement", "statement.md"], "No program.");
    assert!(none == 2 && said.contains("no closed block of Python"), "{said}");
    let (wrong, said) = code(&["right.py", "--tests", "broken.json"], "");
    assert!(
        wrong == 64 && said.contains("broken.json: the tests are not JSON: line 1, column 3"),
        "{said}"
    );
    assert_eq!(code(&["right.py", "--memory", "1MiB"], "").0, 64);
    assert_eq!(code(&["missing.py"], "").0, 64);
    let (missing, said) =
        code(&["right.py", "--statement", "statement.md", "--python", "no-python"], "");
    assert!(missing == 69 && said.contains("install Python 3"), "{said}");
}

#[test]
fn nothing_of_the_environment_is_seen() {
    let folder = folder(&[
        ("solution.py", "import os\nprint(sorted(os.environ), 'SECRET' in str(os.environ))"),
        ("tests.json", r#"[{"stdout": "x"}]"#),
    ]);
    let output = ponder(folder.path(), &["solution.py", "--tests", "tests.json"], "");
    let document = document(&output);
    let seen = document["tests"][0]["stdout"].as_str().unwrap();
    assert!(seen.ends_with("False\n"), "{seen}");
    assert!(!seen.contains("CARGO"), "{seen}");
}

#[test]
fn limits_are_flags() {
    let folder = folder(&[
        ("solution.py", "import time\nx = bytearray(200 << 20)\ntime.sleep(2)"),
        ("tests.json", r#"[{"stdout": ""}]"#),
    ]);
    let verdict = |limits: &[&str]| {
        let mut arguments = vec!["solution.py", "--tests", "tests.json"];
        arguments.extend(limits);
        let output = ponder(folder.path(), &arguments, "");
        let test = document(&output)["tests"][0].clone();
        format!(
            "{} {}",
            test["verdict"].as_str().unwrap(),
            test["reason"].as_str().unwrap_or_default()
        )
    };
    assert_eq!(verdict(&["--time", "1s"]), "timeout it did not end within 1 s");
    assert_eq!(verdict(&["--memory", "128MiB"]), "crash it needs more than 128 MiB of memory");
    assert_eq!(verdict(&[]), "pass ");
}

#[test]
fn the_stages_are_hidden_and_do_nothing_by_themselves() {
    let help = Command::new(stages()).arg("--help").output().unwrap();
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    assert!(help.contains("exec") && !help.contains("sandbox-init"), "{help}");
    let typed = Command::new(stages()).arg("sandbox-init").output().unwrap();
    assert_eq!(typed.status.code(), Some(64));
}

#[test]
fn files_that_are_open_are_not_inherited() {
    let folder =
        folder(&[("solution.py", "import os\nos.fstat(9)"), ("tests.json", r#"[{"stdout": ""}]"#)]);
    let script = format!(
        "exec 9</etc/passwd; exec {} exec solution.py --tests tests.json",
        stages().display()
    );
    let output =
        Command::new("/bin/sh").current_dir(folder.path()).args(["-c", &script]).output().unwrap();
    let test = document(&output)["tests"][0].clone();
    assert_eq!(test["reason"], "it raised OSError: [Errno 9] Bad file descriptor");
}
