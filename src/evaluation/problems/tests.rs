use std::io::Write;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::generate::Role;

fn data(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests/data/evaluation", name].iter().collect()
}

/// Reads a file with this content.
fn content(content: &[u8]) -> Result<Vec<Problem>, String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("problems.jsonl");
    std::fs::File::create(&file).unwrap().write_all(content).unwrap();
    read(&file).map_err(|error| {
        error.to_string().replace(&folder.path().display().to_string(), "").replace('/', "")
    })
}

fn listed(problems: &[Problem]) -> Vec<(&'static str, &'static str, &'static str)> {
    let shown = |problem: &'_ Problem| {
        let asked = problem.messages.last().unwrap();
        (problem.id.clone(), asked.content.clone(), problem.answer().unwrap_or("tests").to_owned())
    };
    // Leaked: tests end soon.
    problems
        .iter()
        .map(shown)
        .map(|(id, asked, answer)| (&*id.leak(), &*asked.leak(), &*answer.leak()))
        .collect()
}

#[test]
fn our_own_form() {
    let problems = read(&data("problems.jsonl")).unwrap();
    assert_eq!(problems.len(), 5);
    assert_eq!(listed(&problems)[0], ("product", "What is 6 * 7?", "42"));
    assert_eq!(listed(&problems)[1].2, "\\frac{1}{2}");
    assert_eq!(Subject::of(&problems), Some(Subject::Mathematics));
}

#[test]
fn parquet_as_vibethinker_publishes_it() {
    let problems = read(&data("verl.parquet")).unwrap();
    assert_eq!(
        listed(&problems),
        [
            ("0", "What is 6 * 7?", "42"),
            ("1", "What is 2 + 3?", "5"),
            ("2", "What is 10 / 4 as a fraction? Give it in \\boxed{}.", "2"),
            ("3", "How many days has a week?", "7"),
        ]
    );
    assert_eq!(problems[0].messages[0].role, Role::User);
}

#[test]
fn parquet_of_flat_columns() {
    let problems = read(&data("plain.parquet")).unwrap();
    assert_eq!(
        listed(&problems),
        [
            ("one", "1 + 1?", "2"),
            ("two", "2 + 2?", "4"),
            ("3", "3 + 3?", "6"),
            ("four", "Half of 1?", "0.5"),
            ("five", "10 ** 6?", "1000000"),
        ]
    );
}

#[test]
fn parquet_that_is_not_understood_says_what_to_do() {
    let error = read(&data("gzip.parquet")).unwrap_err().to_string();
    assert!(error.contains("pandas.read_parquet"), "{error}");
    let whole = std::fs::read(data("verl.parquet")).unwrap();
    for end in [4, 11, 12, 100, whole.len() / 2, whole.len() - 1] {
        assert!(content(&whole[..end]).is_err(), "cut at {end}");
    }
}

#[test]
fn parts_have_many_names() {
    let row = |value: serde_json::Value| {
        let problem = fields::problem(7, &value).unwrap();
        listed(&[problem])[0]
    };
    assert_eq!(row(json!({"question": "q", "gold": "1", "prompt": "p"})), ("7", "p", "1"));
    assert_eq!(row(json!({"question_id": 3, "question": "q", "expected_answer": 2.5})).2, "2.5");
    assert_eq!(row(json!({"id": "a", "problem": "p", "answer": 70.0})), ("a", "p", "70"));
    assert_eq!(row(json!({"id": "a", "problem": "p", "answer": "so\n#### 12"})).2, "12");
    assert_eq!(
        row(json!({"id": "a", "problem": "p", "answer": null, "final_answer": ["4"]})).2,
        "4"
    );
    let programs =
        row(json!({"question_id": "x", "question_content": "q", "public_test_cases": "[]"}));
    assert_eq!((programs.0, programs.2), ("x", "tests"));
    assert!(programs.1.starts_with("q\n\nWrite a Python program that reads"), "{}", programs.1);
    let function = row(json!({
        "question_id": "y", "question_content": "q", "starter_code": "class Solution:\n    def f(self):\n",
        "public_test_cases": "[]", "metadata": "{\"func_name\": \"f\"}",
    }));
    assert!(
        function.1.ends_with("```python\nclass Solution:\n    def f(self):\n```"),
        "{}",
        function.1
    );
    let own = json!({"id": 1, "problem": "p", "tests": [{"call": "f()", "expect": 1}]});
    assert_eq!(row(own), ("1", "p", "tests"), "words of our own are left alone");
}

#[test]
fn the_embedded_models_own_evaluation_can_be_read() {
    let file: PathBuf =
        [env!("CARGO_MANIFEST_DIR"), "training/evaluation/math-heldout.jsonl"].iter().collect();
    let problems = read(&file).unwrap();
    assert_eq!((problems.len(), Subject::of(&problems)), (200, Some(Subject::Mathematics)));
    let code = file.with_file_name("code-heldout.jsonl");
    assert_eq!(Subject::of(&read(&code).unwrap()), Some(Subject::Programs));
}

#[test]
fn choices_are_told_from_numbers() {
    let choice = content(
        b"{\"problem\": \"p\", \"answer\": \"B\"}\n{\"problem\": \"q\", \"answer\": \"C\"}",
    );
    assert_eq!(Subject::of(&choice.unwrap()), Some(Subject::Choice));
    let mixed = content(
        b"{\"problem\": \"p\", \"answer\": \"B\"}\n{\"problem\": \"q\", \"answer\": \"x\"}",
    );
    assert_eq!(Subject::of(&mixed.unwrap()), Some(Subject::Mathematics));
    let with_a_program =
        content(b"{\"problem\": \"p\", \"answer\": \"1\"}\n{\"problem\": \"q\", \"tests\": []}");
    assert_eq!(Subject::of(&with_a_program.unwrap()), None, "it has no one protocol");
}

#[test]
fn marks_and_line_ends_of_other_systems_are_read() {
    let windows = b"\xef\xbb\xbf{\"problem\": \"p\", \"answer\": \"1\"}\r\n\r\n{\"problem\": \"q\", \"answer\": 2}\r\n";
    assert_eq!(listed(&content(windows).unwrap()), [("1", "p", "1"), ("3", "q", "2")]);
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    let lines = |lines: &[&str]| content(lines.join("\n").as_bytes()).unwrap_err();
    let good = r#"{"id": "a", "problem": "p", "answer": "1"}"#;
    insta::assert_snapshot!(lines(&[good, "{\"id\": 1,,}"]), @"problems.jsonl, line 2: it is no JSON: key must be a string at column 10");
    insta::assert_snapshot!(lines(&[good, "", good]), @r#"problems.jsonl, line 3: the id "a" is that of line 1 already; give each problem its own"#);
    insta::assert_snapshot!(lines(&["[1]"]), @r#"problems.jsonl, line 1: a problem is a JSON object such as {"id": …, "problem": …, "answer": …}"#);
    insta::assert_snapshot!(lines(&[r#"{"id": "a", "problem": "p"}"#]), @"problems.jsonl, line 1: there is neither an `answer` (nor `gold`, `expected_answer`, `ground_truth`, `final_answer`) nor `tests`");
    insta::assert_snapshot!(lines(&[r#"{"id": "a", "answer": 1}"#]), @"problems.jsonl, line 1: there is no `problem` (nor `prompt`, `question`, `question_content`, `messages`)");
    insta::assert_snapshot!(lines(&[r#"{"problem": " ", "answer": 1}"#]), @"problems.jsonl, line 1: `problem` is empty");
    insta::assert_snapshot!(lines(&[r#"{"problem": "p", "answer": 100000000000000000000000}"#]), @"problems.jsonl, line 1: `answer` has too many digits for a number; write it as a text");
    insta::assert_snapshot!(lines(&[r#"{"problem": "p", "answer": [1, 2]}"#]), @"problems.jsonl, line 1: `answer` is a list; one right answer is needed");
    insta::assert_snapshot!(lines(&[r#"{"problem": [{"role": "robot", "content": "x"}], "answer": 1}"#]), @"problems.jsonl, line 1: `problem` holds no messages");
    let empty = lines(&["", "  "]);
    assert!(empty.contains("there is no problem in it"), "{empty}");
    assert!(content(b"{\"problem\": \"\xff\", \"answer\": 1}").unwrap_err().contains("line 1"));
    assert!(read(&data("nowhere.jsonl")).unwrap_err().to_string().contains("nowhere.jsonl"));
}

#[test]
fn a_line_without_end_is_refused_before_the_memory_is_full() {
    let endless = std::io::BufReader::new(std::io::repeat(b'x'));
    let Err(lines::Wrong::Line(1, message)) = lines::read(endless, 1000) else { panic!() };
    assert!(message.contains("more than 1000 bytes"), "{message}");
    let fits = format!("\"{}\"", "x".repeat(997));
    assert_eq!(lines::read(fits.as_bytes(), 999).unwrap().len(), 1);
}

#[test]
fn a_question_is_known_by_its_digest() {
    let problem = |text: &str| Problem {
        id: "a".to_owned(),
        messages: vec![Message::user(text)],
        task: Task::Answer("1".to_owned()),
    };
    assert_eq!(problem("p").digest(), problem("p").digest());
    assert_ne!(problem("p").digest(), problem("q").digest());
}

proptest! {
    #[test]
    fn reading_is_total(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = lines::read(bytes.as_slice(), 200);
    }

    #[test]
    fn rows_of_any_form_are_problems_or_refused(text in r#"(\{|\}|\[|\]|"id"|"problem"|"answer"|:|,|1|"x"|null| ){0,20}"#) {
        if let Ok(value) = serde_json::from_str(&text) {
            let _ = fields::problem(1, &value);
        }
    }

    #[test]
    fn damaged_parquet_is_refused(at in 0_usize..2000, byte in any::<u8>()) {
        let mut bytes = std::fs::read(data("plain.parquet")).unwrap();
        let place = at % bytes.len();
        bytes[place] = byte;
        // It may still be right, but it does not end the program.
        let _ = content(&bytes);
    }
}
