use std::{
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
};

use super::*;
use crate::{
    engine::scripted::{
        Ending as ScriptedEnding, Failure, Reply, Rule, Script, ScriptedEngine, When,
    },
    evaluation::{
        folder::{self, RESULTS},
        manifest::Manifest,
        problems::Task,
        regrade::{RegradeError, regrade},
        sample::Mark,
    },
    generate::Message,
};

/// Counts what it is told.
#[derive(Default)]
struct Counter {
    ended: AtomicUsize,
    waits: AtomicUsize,
}

impl Watch for Counter {
    fn wrote(&self) {}
    fn waits(&self, _error: &GenerateError, _time: Duration) {
        self.waits.fetch_add(1, Ordering::SeqCst);
    }
    fn ended(&self, _sample: &Sample) {
        self.ended.fetch_add(1, Ordering::SeqCst);
    }
}

fn problems(count: usize) -> Vec<Problem> {
    let problem = |number: usize| Problem {
        id: format!("p{number}"),
        messages: vec![Message::user(format!("What is {number} + 0? number {number}."))],
        task: Task::Answer(number.to_string()),
    };
    (0..count).map(problem).collect()
}

/// Gets every problem right but the first, which it takes for 7.
fn script(count: usize, per_token_ms: u64) -> Script {
    let rule = |number: usize| Rule {
        when: When { question: Some(format!("number {number}.")), conversation: None },
        reply: Reply {
            content: format!("so \\boxed{{{}}}", if number == 0 { 7 } else { number }),
            per_token_ms,
            ..Reply::default()
        },
    };
    Script { rules: (0..count).map(rule).collect(), ..Script::default() }
}

fn order(samples: u32, concurrency: usize) -> Order {
    Order {
        programs: None,
        clr: false,
        confidence: false,
        protocol: Protocol { samples, ..Protocol::default() },
        seed: Seed { number: 0, asked: false },
        concurrency,
        retries: 0,
    }
}

fn open(path: &Path, problems: &[Problem], samples: u32) -> Folder {
    let manifest = Manifest::new("m", "f", serde_json::Map::new(), samples, problems);
    Folder::open(path, manifest).unwrap()
}

fn lines(path: &Path) -> usize {
    std::fs::read_to_string(path.join(RESULTS)).unwrap().lines().count()
}

#[tokio::test]
async fn every_answer_is_asked_for_once_and_kept() {
    let path = tempfile::tempdir().unwrap();
    let (problems, engine) = (problems(4), ScriptedEngine::new(script(4, 0)));
    let mut folder = open(path.path(), &problems, 3);
    let counter = Counter::default();
    run(&engine, &problems, &order(3, 5), &mut folder, &counter).await.unwrap();
    assert_eq!((engine.work().started(), counter.ended.load(Ordering::SeqCst)), (12, 12));
    drop(folder);
    let (_, samples) = folder::read(path.path()).unwrap();
    assert_eq!((samples.len(), lines(path.path())), (12, 12));
    let marks: Vec<Mark> = samples.values().map(|sample| sample.answered().unwrap().mark).collect();
    assert_eq!(marks.iter().filter(|mark| **mark == Mark::Right).count(), 9);
    let text = std::fs::read_to_string(path.path().join(RESULTS)).unwrap();
    let first: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    let names: Vec<&str> = first.as_object().unwrap().keys().map(String::as_str).collect();
    insta::assert_snapshot!(names.join(" "), @"problem sample attempts seconds mark answer ending thinking_end prompt_tokens completion_tokens reasoning_tokens content reasoning");
}

#[tokio::test]
async fn an_interrupted_run_loses_and_repeats_nothing() {
    let path = tempfile::tempdir().unwrap();
    let problems = problems(6);
    let slow = ScriptedEngine::new(script(6, 20));
    let mut folder = open(path.path(), &problems, 2);
    let counter = Counter::default();
    {
        let order = order(2, 2);
        let running = run(&slow, &problems, &order, &mut folder, &counter);
        tokio::pin!(running);
        let enough = async {
            while counter.ended.load(Ordering::SeqCst) < 5 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::select! {
            result = &mut running => panic!("it was to be interrupted: {result:?}"),
            () = enough => {}
        }
    }
    assert_eq!(slow.work().running(), 0, "leaving cancels");
    drop(folder);
    let kept = lines(path.path());
    assert!((4..12).contains(&kept), "{kept}");
    // As if the program had died in the middle of a line.
    let file = path.path().join(RESULTS);
    let mut text = std::fs::read(&file).unwrap();
    text.extend_from_slice(b"{\"problem\":\"p0\",\"sam");
    std::fs::write(&file, text).unwrap();

    let quick = ScriptedEngine::new(script(6, 0));
    let mut folder = open(path.path(), &problems, 2);
    assert_eq!(folder.samples().len(), kept);
    run(&quick, &problems, &order(2, 2), &mut folder, &Counter::default()).await.unwrap();
    assert_eq!(quick.work().started() as usize, 12 - kept, "only what was missing");
    assert_eq!((lines(path.path()), folder.samples().len()), (12, 12));
    run(&quick, &problems, &order(2, 2), &mut folder, &Counter::default()).await.unwrap();
    assert_eq!(quick.work().started() as usize, 12 - kept, "nothing is missing any more");
}

#[tokio::test]
async fn failures_are_kept_and_asked_for_again() {
    let path = tempfile::tempdir().unwrap();
    let problems = problems(3);
    let mut failing = script(3, 0);
    failing.rules[1].reply.ending =
        ScriptedEnding::FailAfter { tokens: 1, failure: Failure::Engine };
    let mut folder = open(path.path(), &problems, 1);
    let engine = ScriptedEngine::new(failing);
    run(&engine, &problems, &order(1, 1), &mut folder, &Counter::default()).await.unwrap();
    let failed = folder.samples().get(&("p1".to_owned(), 0)).unwrap();
    assert!(
        matches!(&failed.outcome, Outcome::Failed { error } if error.contains("engine failed"))
    );
    let mended = ScriptedEngine::new(script(3, 0));
    run(&mended, &problems, &order(1, 1), &mut folder, &Counter::default()).await.unwrap();
    assert_eq!(mended.work().started(), 1);
    assert!(folder.samples().values().all(|sample| sample.answered().is_some()));
    drop(folder);
    let (_, read) = folder::read(path.path()).unwrap();
    assert_eq!(read.len(), 3, "the later line counts");
    assert!(read.values().all(|sample| sample.answered().is_some()));
}

#[tokio::test]
async fn what_may_pass_is_asked_again_after_a_while() {
    let path = tempfile::tempdir().unwrap();
    let problems = problems(1);
    let mut busy = script(1, 0);
    busy.rules[0].reply.ending = ScriptedEnding::FailBefore(Failure::Overloaded);
    let mut folder = open(path.path(), &problems, 1);
    let counter = Counter::default();
    let order = Order { retries: 1, ..order(1, 1) };
    let engine = ScriptedEngine::new(busy);
    run(&engine, &problems, &order, &mut folder, &counter).await.unwrap();
    assert_eq!(counter.waits.load(Ordering::SeqCst), 1);
    assert_eq!(folder.samples().values().next().unwrap().attempts, 2);
}

#[tokio::test]
async fn when_everything_fails_it_stops() {
    let path = tempfile::tempdir().unwrap();
    let problems = problems(30);
    let reply = Reply { ending: ScriptedEnding::FailBefore(Failure::Engine), ..Reply::default() };
    let engine = ScriptedEngine::new(Script::answering(reply));
    let mut folder = open(path.path(), &problems, 1);
    let result = run(&engine, &problems, &order(1, 1), &mut folder, &Counter::default()).await;
    assert!(matches!(result, Err(RunError::Hopeless(GenerateError::Engine { .. }))), "{result:?}");
    assert_eq!(lines(path.path()), 10);
}

#[test]
fn waits_grow_and_end() {
    let engine = GenerateError::engine("x");
    let seconds: Vec<u64> = (1..9).map(|attempt| wait(&engine, attempt).as_secs()).collect();
    assert_eq!(seconds, [1, 2, 4, 8, 16, 32, 60, 60]);
    let told =
        GenerateError::Overloaded { message: String::new(), retry_after: Duration::from_secs(5) };
    assert_eq!(wait(&told, 1).as_secs(), 5);
}

#[tokio::test]
async fn saved_answers_are_judged_again_without_a_model() {
    let path = tempfile::tempdir().unwrap();
    let problems = problems(3);
    let engine = ScriptedEngine::new(script(3, 0));
    let mut folder = open(path.path(), &problems, 2);
    run(&engine, &problems, &order(2, 2), &mut folder, &Counter::default()).await.unwrap();
    assert!(
        matches!(
            regrade(path.path(), &[], None).await,
            Err(RegradeError::Folder(FolderError::Busy(_)))
        ),
        "one at a time"
    );
    drop(folder);
    let again = regrade(path.path(), &[], None).await.unwrap();
    assert_eq!((again.changes, again.left), (Vec::new(), 0), "nothing has changed");
    // The model was right: the problem's answer is mended.
    let mut mended = problems.clone();
    mended[0].task = Task::Answer("7".to_owned());
    let changes = regrade(path.path(), &mended, None).await.unwrap().changes;
    let changed: Vec<_> =
        changes.iter().map(|change| (change.problem.as_str(), change.before, change.now)).collect();
    assert_eq!(changed, [("p0", Mark::Wrong, Mark::Right), ("p0", Mark::Wrong, Mark::Right)]);
    let (manifest, samples) = folder::read(path.path()).unwrap();
    assert_eq!(manifest.problems[0].answer, "7");
    assert!(samples.values().all(|sample| sample.answered().unwrap().is_right()));
    let text = std::fs::read_to_string(path.path().join(RESULTS)).unwrap();
    assert!(text.contains("so \\\\boxed{7}"), "the texts are still there: {text}");
}

#[tokio::test]
async fn another_run_is_not_mixed_in() {
    let path = tempfile::tempdir().unwrap();
    let problems = problems(2);
    let settings = |temperature: f64| {
        let mut settings = serde_json::Map::new();
        settings.insert("temperature".to_owned(), temperature.into());
        Manifest::new("m", "f", settings, 1, &problems)
    };
    let folder = Folder::open(path.path(), settings(1.0)).unwrap();
    let busy = Folder::open(path.path(), settings(1.0)).unwrap_err();
    assert!(matches!(busy, FolderError::Busy(_)));
    drop(folder);
    let error = Folder::open(path.path(), settings(0.5)).unwrap_err().to_string();
    assert!(error.contains("`temperature` was 1.0 and is 0.5"), "{error}");
    assert!(error.contains("--output"), "{error}");
}

#[test]
fn a_damaged_line_is_named() {
    let path = tempfile::tempdir().unwrap();
    drop(open(path.path(), &problems(1), 1));
    std::fs::write(path.path().join(RESULTS), "{\"problem\": 1}\n").unwrap();
    let error = folder::read(path.path()).unwrap_err().to_string();
    assert!(error.contains("line 1 is no result"), "{error}");
    std::fs::remove_file(path.path().join(folder::MANIFEST)).unwrap();
    assert!(matches!(folder::read(path.path()), Err(FolderError::NoRun(_))));
}
