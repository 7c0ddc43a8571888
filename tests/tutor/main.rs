//! `ponder tutor`: a student, a class, its report, and going on after an interruption.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use futures::future::BoxFuture;
use ponder::{
    engine::scripted::{Ending, Failure, Reply, Script, ScriptedEngine},
    generate::{Generate, GenerateError, Generation, Request},
    tutor::{
        class::{self, Class},
        exercise::{self, Exercise},
        ledger::Ledger,
        marking::{Mark, Tools},
        report::Report,
        session::{self, Judged, SessionError, Watch},
        steps::FoundBy,
    },
};

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/class").join(name)
}

/// The program on a scripted model.
fn program(script: &str, arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("script.yaml");
    fs::write(&file, if script.is_empty() { "{}" } else { script }).unwrap();
    Command::new(env!("CARGO_BIN_EXE_ponder"))
        .current_dir(folder.path())
        .env_clear()
        .env("HOME", folder.path())
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("PONDER_MODEL", "scripted:script.yaml")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Counts what it is asked, and says this.
struct Teacher {
    engine: ScriptedEngine,
    asked: AtomicUsize,
}

impl Teacher {
    fn saying(reply: Reply) -> Self {
        let engine = ScriptedEngine::new(Script::answering(reply));
        Self { engine, asked: AtomicUsize::new(0) }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Generate for Teacher {
    fn generate(&self, request: Request) -> BoxFuture<'_, Result<Generation, GenerateError>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.engine.generate(request)
    }
}

#[derive(Default)]
struct Seen(Mutex<Vec<String>>);

impl Watch for Seen {
    fn solved(&self, problem: &str, answer: Option<&str>) {
        self.0.lock().unwrap().push(format!("{problem} solved: {answer:?}"));
    }

    fn marked(&self, done: usize, all: usize, result: &Judged) {
        let mark = result.outcome.as_ref().map_or("failed", |marked| marked.mark.as_str());
        self.0.lock().unwrap().push(format!("{done}/{all} {} {mark}", result.student));
    }
}

/// A problem and three works on it, two of which no equation decides.
fn small(folder: &Path) -> (Vec<Exercise>, Class) {
    fs::write(folder.join("p.md"), "## a\nSolve 3x + 4 = 10.\nAnswer: 2\n").unwrap();
    let table =
        "student,problem,answer\nAnn,a,2\nBo,a,\"I guess\nand so 7\"\nCy,a,\"I think\nit is 7\"\n";
    fs::write(folder.join("c.csv"), table).unwrap();
    let exercises = exercise::read(&folder.join("p.md")).unwrap();
    let class = class::read(&folder.join("c.csv"), &exercises).unwrap();
    (exercises, class)
}

async fn marked(
    (exercises, class): &(Vec<Exercise>, Class),
    teacher: &Teacher,
    output: &Path,
) -> (Result<Vec<Judged>, SessionError>, Vec<String>) {
    let mut ledger = Ledger::open(output).unwrap();
    let seen = Seen::default();
    let tools = Tools { sandbox: None, teacher: Some(teacher) };
    let ended = session::run(class, exercises, (tools, "teacher"), (&mut ledger, 1), &seen).await;
    (ended, seen.0.into_inner().unwrap())
}

#[tokio::test]
async fn what_was_marked_is_not_asked_again() {
    let folder = tempfile::tempdir().unwrap();
    let small = small(folder.path());
    let output = folder.path().join("report");
    let found = Reply::saying(r#"{"line": 1, "why": "Guessing is no step."}"#);
    let teacher = Teacher::saying(found);
    let (results, seen) = marked(&small, &teacher, &output).await;
    assert_eq!(seen, ["1/3 Ann right", "2/3 Bo wrong", "3/3 Cy wrong"]);
    assert_eq!(teacher.asked(), 2);
    let report = Report::of(&small.1, &small.0, &results.unwrap(), 0);
    let problem = report.problems.first().unwrap();
    assert_eq!((problem.right, problem.wrong), (1, 2));
    assert_eq!(problem.common_wrong_answers.first().unwrap().students, 2, "7 and it is 7 are one");
    // A crash in the middle of the last line costs that line.
    let file = output.join("results.jsonl");
    let kept = fs::read_to_string(&file).unwrap();
    fs::write(&file, &kept[..kept.len() - 9]).unwrap();
    let again = Teacher::saying(Reply::saying(r#"{"line": 2, "why": "Other."}"#));
    let (results, seen) = marked(&small, &again, &output).await;
    assert_eq!((seen.len(), again.asked()), (1, 1), "{seen:?}");
    let lines: Vec<u64> = results
        .unwrap()
        .iter()
        .filter_map(|result| Some(result.outcome.as_ref().ok()?.fault.as_ref()?.line))
        .collect();
    assert_eq!(lines, [1, 2]);
    let nobody = Teacher::saying(Reply::saying("?"));
    marked(&small, &nobody, &output).await.0.unwrap();
    assert_eq!(nobody.asked(), 0);
}

#[tokio::test]
async fn one_failure_is_told_and_many_end_it() {
    let folder = tempfile::tempdir().unwrap();
    let small = small(folder.path());
    let ending = Ending::FailBefore(Failure::Exactly(GenerateError::invalid("messages", "no")));
    let teacher = Teacher::saying(Reply { ending, ..Reply::default() });
    let (results, _) = marked(&small, &teacher, &folder.path().join("report")).await;
    // What cannot be asked about has its mark all the same.
    let marks: Vec<Mark> =
        results.unwrap().iter().map(|result| result.outcome.as_ref().unwrap().mark).collect();
    assert_eq!(marks, [Mark::Right, Mark::Wrong, Mark::Wrong]);
}

#[tokio::test]
async fn problems_without_an_answer_are_solved_once() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("p.md"), "## a\nWhat is 12 * 7?\n## b\nWhy?\n").unwrap();
    let read = || exercise::read(&folder.path().join("p.md")).unwrap();
    let output = folder.path().join("report");
    let solver = Teacher::saying(Reply::saying("It is \\boxed{84}."));
    for asked in [2, 2] {
        let mut exercises = read();
        let mut ledger = Ledger::open(&output).unwrap();
        let seen = Seen::default();
        let tokens = session::solve(&mut exercises, &solver, &mut ledger, &seen).await.unwrap();
        assert_eq!(exercises.iter().filter_map(Exercise::answer).collect::<Vec<_>>(), ["84", "84"]);
        assert_eq!((solver.asked(), tokens), (asked, 6));
    }
}

/// Marks the example class into a folder; `None` where this machine cannot shut programs in.
fn mark_example(report: &Path) -> Option<Output> {
    let (students, problems) = (example("students"), example("problems.md"));
    let [students, problems, report] =
        [&students, &problems, report].map(|path| path.to_str().unwrap());
    let class = ["--class", students, "--problems", problems, "-o", report];
    let ended = program("", &[&["tutor", "--offline"][..], &class[..]].concat());
    if ended.status.code() == Some(69) {
        return None;
    }
    assert_eq!(ended.status.code(), Some(0), "{}", text(&ended.stderr));
    Some(ended)
}

#[test]
fn the_example_class_is_marked_without_a_model() {
    let report = tempfile::tempdir().unwrap();
    let Some(ended) = mark_example(report.path()) else { return };
    let said = text(&ended.stdout);
    insta::assert_snapshot!(said, @r#"
        3 students, 11 works: 4 right, 7 wrong, 0 undecided; 1 not handed in
        failed most: equation (2 wrong)
        "#);
    insta::assert_snapshot!(fs::read_to_string(report.path().join("report.md")).unwrap(), @r#"
        # Report

        ## Problems

        | problem | right | wrong | undecided | missing | common wrong answers |
        |---|--:|--:|--:|--:|---|
        | equation | 1 | 2 | 0 | 0 | x = 14/3 (1); x = 3 (1) |
        | apples | 1 | 2 | 0 | 0 | 222 (1); 242 (1) |
        | fraction | 1 | 2 | 0 | 0 | 2/5 (2) |
        | sum | 1 | 1 | 0 | 1 |  |

        Failed most: equation (2 wrong).

        ## Students

        ### Mira: 4 of 4 right

        | problem | mark | answer | where it went wrong |
        |---|---|---|---|
        | equation | right | x = 2 |  |
        | apples | right | 252 |  |
        | fraction | right | 5/6 |  |
        | sum | right |  | 2 of 2 tests pass |

        ### Tomas: 0 of 4 right

        | problem | mark | answer | where it went wrong |
        |---|---|---|---|
        | equation | wrong | x = 14/3 | line 2: 3x = 14 does not hold for the right x |
        | apples | wrong | 222 | line 1: 12 * 7 is not 74 |
        | fraction | wrong | 2/5 | line 1: 1/2 + 1/3 is not 2/5 |
        | sum | wrong |  | 0 of 2 tests pass; test example-1 first: fail, line 1: expected `7`, got `-1` |

        ### 小雨: 0 of 4 right

        | problem | mark | answer | where it went wrong |
        |---|---|---|---|
        | equation | wrong | x = 3 | line 3: x = 3 does not hold for the right x |
        | apples | wrong | 242 | line 2: 84 × 3 is not 242 |
        | fraction | wrong | 0.4 | only the answer was handed in |
        | sum | missing |  |  |
        "#);
}

#[test]
fn the_report_is_there_for_tables_and_programs_and_made_once() {
    let report = tempfile::tempdir().unwrap();
    let Some(ended) = mark_example(report.path()) else { return };
    insta::assert_snapshot!(fs::read_to_string(report.path().join("report.csv")).unwrap(), @r#"
        student,problem,mark,answer,line,where,found_by
        Mira,equation,right,x = 2,,,
        Mira,apples,right,252,,,
        Mira,fraction,right,5/6,,,
        Mira,sum,right,,,2 of 2 tests pass,
        Tomas,equation,wrong,x = 14/3,2,line 2: 3x = 14 does not hold for the right x,exactly
        Tomas,apples,wrong,222,1,line 1: 12 * 7 is not 74,exactly
        Tomas,fraction,wrong,2/5,1,line 1: 1/2 + 1/3 is not 2/5,exactly
        Tomas,sum,wrong,,,"0 of 2 tests pass; test example-1 first: fail, line 1: expected `7`, got `-1`",
        小雨,equation,wrong,x = 3,3,line 3: x = 3 does not hold for the right x,exactly
        小雨,apples,wrong,242,2,line 2: 84 × 3 is not 242,exactly
        小雨,fraction,wrong,0.4,,only the answer was handed in,
        小雨,sum,missing,,,,
        "#);
    let document = fs::read(report.path().join("report.json")).unwrap();
    let document: serde_json::Value = serde_json::from_slice(&document).unwrap();
    assert_eq!(document["schema"], "ponder.tutor/1");
    assert_eq!(document["students"].as_array().unwrap().len(), 3);
    let again = mark_example(report.path()).unwrap();
    assert_eq!(text(&again.stdout), text(&ended.stdout));
    assert!(!text(&again.stderr).contains(" of "), "nothing is marked twice");
}

#[test]
fn mistakes_in_files_end_with_1_and_their_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("c.csv");
    fs::write(&file, "student,problem,answer\nAnn,nothing,1\nBo\n").unwrap();
    let problems = example("problems.md");
    let arguments = [
        "tutor",
        "--offline",
        "--class",
        file.to_str().unwrap(),
        "--problems",
        problems.to_str().unwrap(),
    ];
    let ended = program("", &arguments);
    assert_eq!(ended.status.code(), Some(1));
    let errors = text(&ended.stderr).replace(&folder.path().display().to_string(), "");
    insta::assert_snapshot!(errors, @r#"
        error: /c.csv, line 2: there is no problem "nothing"; the problems are equation, apples, fraction, sum
        /c.csv, line 3: the row has 1 cells and the first line 3; text with a comma in it stands in quotes
        "#);
    assert_eq!(program("", &["tutor", "--class", "x"]).status.code(), Some(64), "no problems");
}

#[test]
fn one_work_is_marked() {
    let one = |more: &[&str]| {
        let mut arguments = vec!["tutor", "Solve 3x + 4 = 10.", "--offline", "--gold", "2"];
        arguments.extend(more);
        let ended = program("", &arguments);
        (ended.status.code(), text(&ended.stdout))
    };
    assert_eq!(one(&["--answer", "4/2"]), (Some(0), "right\n".to_owned()));
    let (code, said) = one(&["--answer", "3x = 14\nx = 14/3"]);
    assert_eq!(code, Some(1));
    insta::assert_snapshot!(said, @r#"
        wrong
        line 1: 3x = 14
          3x = 14 does not hold for the right x
        "#);
    let (code, said) = one(&["--answer", "3", "--json"]);
    assert_eq!(code, Some(1));
    insta::assert_snapshot!(said, @r#"
        {
          "schema": "ponder.tutor.mark/1",
          "mark": "wrong",
          "answer": "3",
          "fault": null,
          "note": "only the answer was handed in",
          "tokens": 0
        }
        "#);
    let ended = program("", &["tutor", "Solve 3x + 4 = 10.", "--offline", "--answer", "2"]);
    assert_eq!(ended.status.code(), Some(64), "nobody knows the right answer");
}

const SOLVER: &str = "rules:\n  - {when: {question: Explain}, reply: {content: \"1. Take away 4.\\n\\n\\\\boxed{2}\"}}\n\
                      otherwise: {reasoning: \"Hm.\", content: \"x = \\\\boxed{2}\"}\n";

#[test]
fn a_problem_is_explained_and_an_answer_to_it_marked() {
    let ended = program(SOLVER, &["tutor", "-q", "Solve 3x + 4 = 10."]);
    assert_eq!(ended.status.code(), Some(0), "{}", text(&ended.stderr));
    assert!(text(&ended.stdout).contains("\\boxed{2}"), "{}", text(&ended.stdout));
    let ended = program(SOLVER, &["tutor", "-q", "Solve 3x + 4 = 10.", "--answer", "x = 2"]);
    assert_eq!(ended.status.code(), Some(0), "{}", text(&ended.stderr));
}

#[test]
fn who_found_a_fault_has_a_name() {
    assert_eq!(FoundBy::Exactly.as_str(), "exactly");
}
