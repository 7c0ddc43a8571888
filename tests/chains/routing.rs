//! How well the router decides, on labelled questions; `cargo test --test chains routing --
//! --nocapture` prints the confusion matrices.

use std::{collections::BTreeMap, fs, path::PathBuf};

use ponder::{
    chain::{parts, routing::decide},
    generate::Kind,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Labelled {
    question: String,
    kind: String,
}

/// The labelled questions of a file; `None` while there is no such file.
fn labelled(name: &str) -> Option<Vec<Labelled>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
    let text = fs::read_to_string(path).ok()?;
    let questions = text.lines().map(serde_json::from_str);
    Some(questions.collect::<Result<_, _>>().expect("labelled questions"))
}

/// Prints the confusion matrix of a file and requires a share of right decisions.
fn measure(name: &str, least: f64) {
    let Some(questions) = labelled(name) else {
        println!("{name}: there is no such file; skipped");
        return;
    };
    let mut matrix: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut right = 0;
    for labelled in &questions {
        let decision = decide(&labelled.question);
        assert!(!decision.reasons.is_empty());
        let is_split = parts::split(&labelled.question).is_some();
        assert_eq!(decision.kind == Kind::Both, is_split, "{}", labelled.question);
        right += usize::from(decision.kind.as_str() == labelled.kind);
        *matrix.entry((&labelled.kind, decision.kind.as_str())).or_default() += 1;
    }
    print_matrix(name, &matrix);
    let share = f64::from(right as u32) / questions.len() as f64;
    println!("{right} of {} right, {:.1} %\n", questions.len(), share * 100.0);
    assert!(share >= least, "{name}: {share}");
}

/// The first questions and the development questions: the weights were learned from both.
#[test]
fn routing_of_known_questions() {
    measure("routing.jsonl", 0.97);
    measure("routing_development.jsonl", 0.95);
}

/// Questions that were never looked at while the router was made. Only shares are printed.
#[test]
fn routing_of_frozen_questions() {
    measure("routing_frozen.jsonl", 0.95);
}

fn print_matrix(name: &str, matrix: &BTreeMap<(&str, &str), usize>) {
    let kinds = [Kind::Math, Kind::Code, Kind::Both, Kind::Other].map(Kind::as_str);
    println!("{name}\n{:>10} {}", "", kinds.map(|kind| format!("{kind:>6}")).join(""));
    for row in kinds {
        let cells = kinds.map(|column| matrix.get(&(row, column)).copied().unwrap_or_default());
        println!("{row:>10} {}", cells.map(|count| format!("{count:>6}")).join(""));
    }
}

/// Competition problems, which are not part of the repository; set the folder to check them.
#[test]
fn competition_problems_are_mathematics_and_never_split() {
    let Some(folder) = option_env!("PONDER_EVAL_FOLDER") else { return };
    for entry in fs::read_dir(folder).expect("the folder of problems") {
        let path = entry.expect("a file").path();
        if path.extension().is_none_or(|extension| extension != "jsonl") {
            continue;
        }
        for line in fs::read_to_string(&path).expect("problems").lines() {
            let problem: serde_json::Value = serde_json::from_str(line).expect("a problem");
            let question = problem["problem"].as_str().expect("a statement");
            let decision = decide(question);
            assert_eq!(decision.kind, Kind::Math, "{question}\n{:?}", decision.reasons);
        }
    }
}
