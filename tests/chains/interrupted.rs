//! Calls that do not come to their end: what their records say, and running such a run again.

use std::{sync::Arc, time::Duration};

use futures::StreamExt;
use ponder::{
    chain::{Chain, Interruption, Models, Named, Plan, load},
    engine::scripted::{Ending, Failure, Reply},
    generate::{Delta, FinishReason, Generate, Origin, Request},
    runs::{
        RecordedCall, RunRecord, RunState, RunStore,
        replay::{Answers, models},
    },
};

use crate::support::{Told, ask, collect, solve, thinking};

const QUESTION: &str = "What is 12 + 30?";

fn plan(steps: &str, output: &str, limits: &str) -> Plan {
    let text = format!(
        "version: 1\nname: cut\ndescription: For a test.\nmodels: {{reasoner: required}}\nsteps:\n{steps}\n\
         limits: {limits}\noutput: {output}\n"
    );
    load(&text, "cut.yaml").unwrap_or_else(|error| panic!("{error}"))
}

struct Recorded {
    folder: tempfile::TempDir,
    store: RunStore,
}

impl Recorded {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = RunStore::open(&folder.path().join("runs.sqlite"), 10).unwrap();
        Self { folder, store }
    }

    fn chain(&self, plan: Plan, model: &Arc<Told>) -> Chain {
        let models = Models::only(Named::new("tiny", Arc::clone(model) as _));
        Chain::new(plan, models).observed_by(Arc::new(self.store.clone()))
    }

    /// The last record.
    fn last(&self) -> RunRecord {
        assert!(self.folder.path().exists());
        self.store.flush();
        self.store.show(&self.store.list(1).unwrap()[0].id).unwrap()
    }
}

/// What comes of running a record again, and how many recorded answers were not needed.
async fn replayed(record: &RunRecord) -> (Result<String, String>, Arc<Answers>) {
    let plan = load(&record.plan, "recorded").unwrap();
    let answers = Answers::of(record);
    let chain = Chain::new(plan.clone(), models(&plan, record, &answers, None));
    let chain = chain.recalling(Arc::clone(&answers) as _);
    let answer = chain.generate(record.request.again()).await.unwrap().collect().await;
    (answer.map(|answer| answer.content).map_err(|error| error.to_string()), answers)
}

fn tokens(calls: &[RecordedCall]) -> u64 {
    let written = |call: &RecordedCall| {
        call.answer.as_ref().map_or(call.tokens, |answer| answer.completion_tokens)
    };
    calls.iter().map(written).sum()
}

fn slow() -> Reply {
    Reply { per_token_ms: 1, ..Reply::saying("word ".repeat(10_000)) }
}

#[tokio::test]
async fn samples_that_are_not_needed_are_in_the_record_with_what_they_cost() {
    let recorded = Recorded::new();
    let quick = Reply { first_token_ms: 30, ..Reply::saying("So \\boxed{42}.") };
    let slow =
        Reply { ending: Ending::HangAfter { tokens: 3 }, ..Reply::saying("word word word word") };
    let model = Told::new(std::iter::repeat_n(quick, 4).chain([slow]));
    let vote = "  - id: answer\n    vote: 8\n    at_once: 8\n    do: {reason: \"${input.question}\", as: math}";
    let answer =
        ask(&recorded.chain(plan(vote, "${answer}", "{calls: 20}"), &model), QUESTION).await;
    assert_eq!(answer.content, "So \\boxed{42}.");
    let record = recorded.last();
    let cancelled: Vec<&RecordedCall> = record
        .calls
        .iter()
        .filter(|call| call.interrupted == Some(Interruption::Cancelled))
        .collect();
    assert_eq!((record.calls.len(), cancelled.len()), (8, 4), "{:?}", record.calls);
    for call in &cancelled {
        let answer = call.answer.as_ref().unwrap();
        assert!(call.request.messages[0].content.contains(QUESTION), "its prompt");
        assert!(call.request.sampling["seed"].is_u64(), "its seed");
        assert!(answer.completion_tokens > 0 && answer.content.starts_with("word "), "{answer:?}");
        assert_eq!(answer.finish_reason, "length");
        assert!(call.came_to_nothing());
    }
    // What was written is what was counted, in the calls, in the run and in the list.
    let written = answer.finish.usage.completion_tokens;
    assert_eq!(tokens(&record.calls), written);
    assert_eq!(model.tokens(), written);
    assert_eq!(recorded.store.list(1).unwrap()[0].tokens, written);

    let (again, answers) = replayed(&record).await;
    assert_eq!(again, Ok(answer.content));
    assert_eq!(answers.left(), 0);
}

#[tokio::test]
async fn what_was_asked_when_the_client_left_is_in_the_record() {
    let recorded = Recorded::new();
    let model = Told::new([slow()]);
    let chain = recorded.chain(solve(), &model);
    let origin = Origin { run: Some("run_left".to_owned()), owner: Some("ann".into()) };
    let request = Request { origin: Some(Arc::new(origin)), ..Request::ask(QUESTION) };
    let mut generation = chain.generate(request).await.unwrap();
    while !matches!(generation.next().await, Some(Ok(Delta::Content(_)))) {}
    drop(generation);
    let record = recorded.last();
    assert_eq!(record.state, RunState::Abandoned);
    let [call] = record.calls.as_slice() else { panic!("{:?}", record.calls) };
    assert_eq!(call.interrupted, Some(Interruption::Cancelled));
    assert_eq!(tokens(&record.calls), model.tokens());
    assert_eq!(recorded.store.list(1).unwrap()[0].tokens, model.tokens());
    // It ends at the same place again.
    let (again, answers) = replayed(&record).await;
    assert!(again.unwrap_err().contains("`tiny` was cancelled when it was asked this"));
    assert_eq!(answers.left(), 0, "everything recorded was asked for again");

    // Going on asks the model itself, and the run is still whose it was.
    assert_eq!(Answers::answered(&record).left(), 0);
    let origin = record.origin().unwrap();
    assert_eq!((origin.run.as_deref(), origin.owner.as_deref()), (None, Some("ann")));
    let live = Told::saying(["So \\boxed{42}."]);
    let resumed = Request { origin: record.origin(), ..record.request.again() };
    collect(&recorded.chain(solve(), &live), resumed).await;
    let resumed = recorded.last();
    assert_eq!(recorded.store.owned(&resumed.id, Some("ann")).unwrap().answer, resumed.answer);
    assert!(recorded.store.owned(&resumed.id, None).is_err());
    // One of the command line has nobody else.
    ask(&recorded.chain(solve(), &live), QUESTION).await;
    assert_eq!(recorded.last().origin(), None);
}

#[tokio::test]
async fn the_limit_that_ended_a_call_is_kept_and_ends_it_again() {
    let steps = "  - id: first\n    reason: ${input.question}\n    as: math\n  \
                 - id: second\n    call: \"${first}\"\n    model: reasoner";
    for (limits, reasons, model, words) in [
        (
            "{seconds: 1}",
            [Some(Interruption::Time), Some(Interruption::Time)],
            Reply {
                ending: Ending::HangAfter { tokens: 3 },
                ..thinking("one two three four", "\\boxed{1}")
            },
            "the chain's time limit",
        ),
        (
            "{tokens: 3}",
            // The model was given no more tokens, and ended itself.
            [None, Some(Interruption::Tokens)],
            thinking("one two three four", "\\boxed{1}"),
            "token limit",
        ),
    ] {
        let recorded = Recorded::new();
        let model = Told::new([model]);
        let chain = recorded.chain(plan(steps, "${first}", limits), &model);
        let answer = ask(&chain, QUESTION).await;
        assert!(answer.content.contains(words), "{}", answer.content);
        assert_eq!(answer.finish.reason, FinishReason::Length);
        let record = recorded.last();
        let found: Vec<_> = record.calls.iter().map(|call| call.interrupted).collect();
        // The second was not begun.
        assert_eq!(found, reasons, "{limits}");
        assert_eq!(tokens(&record.calls), 3);
        assert_eq!(model.asked().len(), 1);
        let (again, answers) = replayed(&record).await;
        assert_eq!(again.as_deref(), Ok(answer.content.as_str()), "{limits}");
        assert_eq!(answers.left(), 0, "{limits}");
    }
}

#[tokio::test]
async fn what_a_called_chain_had_written_counts_also_where_nothing_of_it_was_sent() {
    let recorded = Recorded::new();
    let hanging =
        Reply { ending: Ending::HangAfter { tokens: 5 }, ..Reply::saying("a b c d e f g") };
    let model = Told::new([Reply::saying("What is 12 + 30, in English?"), hanging]);
    let inner = Chain::new(solve(), Models::only(Named::new("tiny", Arc::clone(&model) as _)));
    let steps = "  - id: solved\n    call: ${input.question}\n    model: chain/solve\n  \
                 - id: shown\n    prompt: \"{{ solved.text }}\"";
    let mut models = Models::only(Named::new("tiny", Arc::clone(&model) as _));
    models.named.insert("chain/solve".to_owned(), Named::new("chain/solve", Arc::new(inner)));
    let chain = Chain::new(plan(steps, "${shown}", "{seconds: 1}"), models)
        .observed_by(Arc::new(recorded.store.clone()));
    let answer = ask(&chain, "12加30等于多少？").await;
    assert!(model.tokens() > 5, "the translation, and what was held back for the one into Chinese");
    assert_eq!(answer.finish.usage.completion_tokens, model.tokens());
    let record = recorded.last();
    assert_eq!(record.calls[0].interrupted, Some(Interruption::Time));
    assert_eq!(tokens(&record.calls), model.tokens());
    assert!(record.calls[0].answer.as_ref().unwrap().prompt_tokens > 0);
}

#[tokio::test]
async fn what_a_call_had_written_when_it_failed_is_counted() {
    let recorded = Recorded::new();
    let failing = Reply {
        ending: Ending::FailAfter { tokens: 2, failure: Failure::Engine },
        ..Reply::saying("a b c")
    };
    let chain = recorded.chain(solve(), &Told::new([failing]));
    let ended = chain.generate(Request::ask(QUESTION)).await.unwrap().collect().await;
    ended.expect_err("the call fails");
    let record = recorded.last();
    assert_eq!((record.state, record.calls[0].tokens), (RunState::Failed, 2));
    assert_eq!(recorded.store.list(1).unwrap()[0].tokens, 2);
}

#[tokio::test]
async fn who_needs_an_answer_that_was_cancelled_waits_for_it_first_as_then() {
    let recorded = Recorded::new();
    let chain = recorded.chain(solve(), &Told::new([slow()]));
    let mut generation = chain.generate(Request::ask(QUESTION)).await.unwrap();
    while !matches!(generation.next().await, Some(Ok(Delta::Content(_)))) {}
    drop(generation);
    // As if the run had gone on without it.
    let record = RunRecord { state: RunState::Finished, ..recorded.last() };
    let waiting = tokio::time::timeout(Duration::from_millis(200), replayed(&record)).await;
    assert!(waiting.is_err(), "it is pending");
}

#[tokio::test]
async fn a_vote_of_a_model_that_says_the_same_is_run_again_with_one_sample() {
    let recorded = Recorded::new();
    let model = Told::new([Reply::saying("So \\boxed{42}.")]);
    model.is_greedy_now();
    let vote = "  - id: answer\n    vote: 8\n    do: {reason: \"${input.question}\", as: math}";
    ask(&recorded.chain(plan(vote, "${answer}", "{calls: 20}"), &model), QUESTION).await;
    let record = recorded.last();
    assert_eq!((record.calls.len(), record.greedy), (1, true));
    let (again, answers) = replayed(&record).await;
    assert_eq!((again, answers.left()), (Ok("So \\boxed{42}.".to_owned()), 0));
}
