//! How well the router decides, on labelled questions; `cargo test --test chains routing --
//! --nocapture` prints the confusion matrix.

use std::{collections::BTreeMap, fs, path::Path};

use ponder::{chain::routing::decide, generate::Kind};
use serde::Deserialize;

#[derive(Deserialize)]
struct Labelled {
    question: String,
    kind: String,
    /// `held_out` questions were written before the rules and never looked at while tuning them.
    half: String,
}

fn labelled() -> Vec<Labelled> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/routing.jsonl");
    let text = fs::read_to_string(path).expect("the labelled questions");
    text.lines().map(|line| serde_json::from_str(line).expect("a labelled question")).collect()
}

#[test]
fn labelled_questions_are_routed() {
    let questions = labelled();
    assert!(questions.len() >= 150);
    for (half, least) in [("tuned", 0.97), ("held_out", 0.90)] {
        let mut matrix: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        let (mut right, mut all) = (0, 0);
        for labelled in questions.iter().filter(|labelled| labelled.half == half) {
            let decision = decide(&labelled.question);
            assert!(!decision.reasons.is_empty());
            all += 1;
            right += usize::from(decision.kind.as_str() == labelled.kind);
            *matrix.entry((&labelled.kind, decision.kind.as_str())).or_default() += 1;
            if half == "tuned" && decision.kind.as_str() != labelled.kind {
                println!("{} not {}: {:?}", decision.kind, labelled.kind, labelled.question);
                println!("    {:?}", decision.reasons);
            }
        }
        print_matrix(half, &matrix);
        let share = f64::from(right as u32) / f64::from(all as u32);
        println!("{half}: {right} of {all} right, {:.1} %\n", share * 100.0);
        assert!(share >= least, "{half}: {share}");
    }
}

fn print_matrix(half: &str, matrix: &BTreeMap<(&str, &str), usize>) {
    let kinds = [Kind::Math, Kind::Code, Kind::Both, Kind::Other].map(Kind::as_str);
    println!("{half:>10} {}", kinds.map(|kind| format!("{kind:>6}")).join(""));
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
