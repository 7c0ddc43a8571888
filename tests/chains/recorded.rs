//! Records of runs: what they hold, running one again without its models, going on with one.

use std::{path::Path, sync::Arc};

use futures::StreamExt;
use ponder::{
    chain::{Chain, Models, Named, Plan, load},
    engine::scripted::{Ending, Failure, Reply},
    generate::{Delta, Generate, Request},
    runs::{
        RunState, RunStore,
        replay::{Answers, models},
        store::StoreError,
    },
};

use crate::support::{Told, ask, solve, thinking};

const QUESTION: &str = "小明有12个苹果，又买了30个，现在一共有多少个苹果？";

fn store(folder: &tempfile::TempDir, keep: usize) -> RunStore {
    RunStore::open(&folder.path().join("state/runs.sqlite"), keep).expect("opens")
}

fn chain(plan: Plan, model: &Arc<Told>, store: &RunStore) -> Chain {
    let models = Models::only(Named::new("tiny", Arc::clone(model) as _));
    Chain::new(plan, models).observed_by(Arc::new(store.clone()))
}

fn apples() -> Arc<Told> {
    Told::new([
        Reply::saying("Xiaoming has 12 apples and buys 30 more. How many apples does he have now?"),
        thinking("12 + 30 = 42.", "The answer is \\boxed{42}."),
        Reply::saying("答案是 ⟦M1⟧。"),
    ])
}

#[tokio::test]
async fn a_record_is_self_contained() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(&folder, 10);
    let model = apples();
    let answer = ask(&chain(solve(), &model, &store), QUESTION).await;
    store.flush();
    let listed = store.list(10).expect("reads");
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (listed[0].state, listed[0].tokens),
        (RunState::Finished, answer.finish.usage.completion_tokens)
    );
    let record = store.show(&listed[0].id[..6]).expect("is there");
    assert_eq!(record.answer.as_deref(), Some(answer.content.as_str()));
    let asked: Vec<_> =
        record.calls.iter().map(|call| call.request.messages[0].content.clone()).collect();
    assert_eq!(asked, model.prompts(), "every prompt to the letter");
    assert!(record.calls.iter().all(|call| call.request.sampling["seed"].is_u64()), "a seed each");
    assert!(record.steps.iter().any(|step| step["state"] == "decided" && step["choice"] == "math"));
    assert_eq!(load(&record.plan, "recorded").expect("loads"), solve());
    #[cfg(unix)]
    for entry in std::fs::read_dir(folder.path().join("state")).expect("the folder") {
        use std::os::unix::fs::PermissionsExt;

        let entry = entry.expect("a file");
        let mode = entry.metadata().expect("its mode").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{:?} is for others to read", entry.path());
    }
}

#[tokio::test]
async fn a_recorded_run_needs_no_model() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(&folder, 10);
    let answer = ask(&chain(solve(), &apples(), &store), QUESTION).await;
    store.flush();
    let record = store.show(&store.list(1).expect("reads")[0].id).expect("is there");
    let plan = load(&record.plan, "recorded").expect("loads");
    let answers = Answers::of(&record);
    let again = Chain::new(plan.clone(), models(&plan, &record, &answers, None));
    let request = || record.request.again();
    let replayed = again.generate(request()).await.expect("starts").collect().await.expect("ends");
    assert_eq!(replayed.content, answer.content);
    assert_eq!(replayed.reasoning, answer.reasoning);
    assert_eq!(replayed.finish.usage, answer.finish.usage);
    assert_eq!(answers.left(), 0);

    // The same chain with another prompt asks something else.
    let yaml = record.plan.replace("as: math", "as: code");
    assert_ne!(yaml, record.plan);
    let changed = load(&yaml, "changed").expect("loads");
    let answers = Answers::of(&record);
    let again = Chain::new(changed.clone(), models(&changed, &record, &answers, None));
    let generation = again.generate(request()).await.expect("starts");
    let error = generation.collect().await.expect_err("the input is another");
    assert!(error.to_string().starts_with("changed input: `tiny` is asked"), "{error}");
}

#[tokio::test]
async fn a_run_that_did_not_end_goes_on_where_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(&folder, 10);
    let failing = Reply { ending: Ending::FailBefore(Failure::Engine), ..Reply::default() };
    let replies = [
        Reply::saying("Xiaoming has 12 apples and buys 30 more. How many apples does he have now?"),
        failing,
    ];
    let first = chain(solve(), &Told::new(replies), &store);
    let generation = first.generate(Request::ask(QUESTION)).await.expect("starts");
    generation.collect().await.expect_err("the second call fails");
    store.flush();
    let record = store.show(&store.list(1).expect("reads")[0].id).expect("is there");
    assert_eq!(record.state, RunState::Failed);
    assert_eq!(record.calls.len(), 2);

    let live = Told::new([Reply::saying("\\boxed{42}"), Reply::saying("答案是 ⟦M1⟧。")]);
    let plan = load(&record.plan, "recorded").expect("loads");
    let lives = Models::only(Named::new("tiny", Arc::clone(&live) as _));
    let models = models(&plan, &record, &Answers::of(&record), Some(&lives));
    let resumed = Chain::new(plan, models).generate(record.request.again()).await.expect("starts");
    let answer = resumed.collect().await.expect("ends well");
    assert_eq!(answer.content, "答案：\\boxed{42}");
    assert!(!live.prompts()[0].contains("苹果"), "the translation is not asked for again");
}

#[tokio::test]
async fn who_leaves_abandons_a_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(&folder, 10);
    let slow = Reply { per_token_ms: 1, ..Reply::saying("word ".repeat(10_000)) };
    let chain = chain(solve(), &Told::new([slow]), &store);
    let mut generation = chain.generate(Request::ask("What is 12 + 30?")).await.expect("starts");
    while !matches!(generation.next().await, Some(Ok(Delta::Content(_)))) {}
    store.flush();
    assert_eq!(store.list(1).expect("reads")[0].state, RunState::Running);
    drop(generation);
    store.flush();
    assert_eq!(store.list(1).expect("reads")[0].state, RunState::Abandoned);
}

#[tokio::test]
async fn only_the_newest_records_are_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(&folder, 3);
    let chain = chain(solve(), &Told::saying(["\\boxed{42}"]), &store);
    for number in 0..5 {
        ask(&chain, &format!("What is 12 + {number}?")).await;
    }
    store.flush();
    let questions: Vec<_> =
        store.list(9).expect("reads").into_iter().map(|run| run.question).collect();
    assert_eq!(questions, ["What is 12 + 4?", "What is 12 + 3?", "What is 12 + 2?"]);
    assert!(matches!(store.show("zzz"), Err(StoreError::Unknown(_))));
    assert!(matches!(store.show(""), Err(StoreError::Ambiguous(_))));
    let broken = RunStore::open(Path::new("/proc/nowhere/runs.sqlite"), 3);
    assert!(matches!(broken, Err(StoreError::File { .. })));
}
