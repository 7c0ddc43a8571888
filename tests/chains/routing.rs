//! How well the router decides, on labelled questions; `cargo test --test chains routing --
//! --nocapture` prints the confusion matrices.

use std::{collections::BTreeMap, fs, path::PathBuf, sync::Arc};

use ponder::{
    chain::{Chain, Models, Named, load, parts, routing::decide},
    engine::scripted::{Ending, Failure, Reply},
    generate::Kind,
};
use serde::Deserialize;

use crate::support::{Told, ask, reasons};

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
    let (mut right, mut in_doubt, mut wrong_in_doubt) = (0, 0, 0);
    for labelled in &questions {
        let decision = decide(&labelled.question);
        assert!(!decision.reasons.is_empty());
        let is_split = parts::split(&labelled.question).is_some();
        assert_eq!(decision.kind == Kind::Both, is_split, "{}", labelled.question);
        let is_right = decision.kind.as_str() == labelled.kind;
        right += usize::from(is_right);
        in_doubt += usize::from(decision.in_doubt);
        wrong_in_doubt += usize::from(decision.in_doubt && !is_right);
        *matrix.entry((&labelled.kind, decision.kind.as_str())).or_default() += 1;
    }
    print_matrix(name, &matrix);
    let share = f64::from(right as u32) / questions.len() as f64;
    println!("{right} of {} right, {:.1} %\n", questions.len(), share * 100.0);
    let wrong = questions.len() - right;
    println!("{in_doubt} in doubt, among them {wrong_in_doubt} of {wrong} wrong ones\n");
    assert!(share >= least, "{name}: {share}");
    assert!(in_doubt * 10 <= questions.len(), "{name}: asking about {in_doubt} costs too much");
    if name == "routing_frozen.jsonl" {
        assert!(wrong_in_doubt * 3 >= wrong, "doubt does not tell where the rules err");
    }
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

/// A chain that says what a question is about, and asks where it does not know.
fn asking(general: &Arc<Told>) -> Chain {
    let text = "version: 1\nname: about\ndescription: About.\nmodels: {general: optional}\nsteps:\n  - id: kind\n    \
                route: ${input.question}\n    model: general\n  - id: said\n    prompt: \"{{ kind }}\"\noutput: ${said}\n";
    let plan = load(text, "about.yaml").unwrap_or_else(|error| panic!("{error}"));
    let named = Named::new("general", Arc::clone(general) as _);
    Chain::new(plan, Models { general: Some(named.clone()), ..Models::only(named) })
}

#[tokio::test]
async fn only_in_doubt_the_general_model_is_asked() {
    let doubtful = "Explain primes";
    assert!(decide(doubtful).in_doubt, "{:?}", decide(doubtful));
    for (says, kind, why) in [
        ("math", "math", "the rules are in doubt, the general model says math"),
        ("Code.", "code", "the rules are in doubt, the general model says code"),
        (
            "It depends on what you want to know",
            decide(doubtful).kind.as_str(),
            "in doubt, and the general model names no kind: the rules decide",
        ),
    ] {
        let general = Told::saying([says]);
        let answer = ask(&asking(&general), doubtful).await;
        assert_eq!(answer.content, kind);
        assert_eq!(reasons(&answer, "kind")[0], why);
        let prompt = &general.prompts()[0];
        assert!(prompt.contains("<text>\nExplain primes\n</text>"), "{prompt}");
    }
    let general = Told::saying(["other"]);
    assert_eq!(ask(&asking(&general), "Solve 3x + 5 = 20 for x.").await.content, "math");
    assert_eq!(general.prompts(), [""; 0], "the rules know");

    for failure in [Failure::Unavailable, Failure::Remote, Failure::Engine] {
        let away = Reply { ending: Ending::FailBefore(failure), ..Reply::default() };
        let answer = ask(&asking(&Told::new([away])), doubtful).await;
        let kind = decide(doubtful).kind;
        assert_eq!(answer.content, kind.as_str(), "the rules decide where nobody is there");
    }
}
