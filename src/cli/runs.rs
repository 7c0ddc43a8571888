//! `ponder runs`

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime},
};

use clap::{Args, Subcommand};

use super::{
    exit::{Exit, Failure},
    node::{start, unless_interrupted},
    show::{self, Detail},
};
use crate::{
    chain::{self, Chain, Interruption, Observe},
    config::{ModelArguments, NodeConfig},
    execution::{SandboxOptions, SharedSandbox},
    generate::{Generate, Request},
    node,
    runs::{
        RecordedCall, RunRecord, RunState, RunStore,
        replay::{Answers, models as replaying},
        store::{KEPT, StoreError},
    },
};

/// What to do with the records of runs.
#[derive(Debug, Args)]
pub(super) struct RunsArguments {
    #[command(subcommand)]
    command: RunsCommand,
}

#[derive(Debug, Subcommand)]
enum RunsCommand {
    /// List the newest runs
    List {
        /// How many
        #[arg(long, short = 'n', default_value_t = 20)]
        number: usize,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show what a run was asked, what it decided and why, and every prompt
    Show {
        /// The run's id, or its beginning
        id: String,
        /// Print the whole record as JSON
        #[arg(long)]
        json: bool,
    },
    /// Run it again with the recorded answers of its models: fails where something else would be asked now
    Replay {
        /// The run's id, or its beginning
        id: String,
        /// A changed chain file to run in place of the recorded chain
        #[arg(long, value_name = "FILE")]
        with: Option<PathBuf>,
    },
    /// Go on with a run that did not come to its end: what was answered is not asked again
    Resume {
        /// The run's id, or its beginning
        id: String,
    },
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let exit = match &error {
            StoreError::File { .. } => Exit::Unavailable,
            StoreError::Unknown(_) | StoreError::Ambiguous(_) => Exit::No,
        };
        Self::new(exit, error.to_string())
    }
}

/// The records that a command keeps, or none. What is told last is written before the program ends.
pub(super) struct Records(Option<RunStore>);

impl Records {
    /// Those of this user, if they are wanted. That they cannot be kept is no reason not to answer.
    pub(super) fn of(wanted: bool) -> Self {
        if !wanted {
            return Self(None);
        }
        let store = open().map_err(|failure| tracing::warn!("{}", failure.message));
        Self(store.ok())
    }

    /// Who keeps them.
    pub(super) fn observer(&self) -> Option<Arc<dyn Observe>> {
        self.0.as_ref().map(|store| Arc::new(store.clone()) as _)
    }
}

impl Drop for Records {
    fn drop(&mut self) {
        if let Some(store) = &self.0 {
            store.flush();
        }
    }
}

/// The store of this user; nothing where there is no home to keep it in.
pub(super) fn open() -> Result<RunStore, Failure> {
    let path = crate::config::runs_file().ok_or_else(|| {
        Failure::new(Exit::Unavailable, "there is no home folder to keep records of runs in")
    })?;
    Ok(RunStore::open(&path, KEPT)?)
}

pub(super) async fn runs(
    models: &ModelArguments,
    arguments: RunsArguments,
) -> Result<Exit, Failure> {
    let store = open()?;
    match arguments.command {
        RunsCommand::List { number, json } => list(&store, number, json),
        RunsCommand::Show { id, json } => {
            let record = store.show(&id)?;
            if json {
                show::line(&pretty(&record)?);
            } else {
                print(&record);
            }
            Ok(Exit::Done)
        }
        RunsCommand::Replay { id, with } => replay(&store.show(&id)?, with).await,
        RunsCommand::Resume { id } => resume(&store, &store.show(&id)?, models).await,
    }
}

fn pretty(value: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string_pretty(value)
        .map_err(|error| Failure::new(Exit::Internal, error.to_string()))
}

fn list(store: &RunStore, number: usize, json: bool) -> Result<Exit, Failure> {
    let runs = store.list(number)?;
    if json {
        show::line(&pretty(&runs)?);
        return Ok(Exit::Done);
    }
    for run in runs {
        let question = run.question.replace('\n', " ");
        show::line(&format!(
            "{}  {}  {:<9}  {:<10}  {:>6} tokens  {question}",
            run.id,
            time(run.started_ms),
            run.state.as_str(),
            run.chain,
            run.tokens
        ));
    }
    Ok(Exit::Done)
}

fn time(milliseconds: u64) -> String {
    let at = SystemTime::UNIX_EPOCH + Duration::from_millis(milliseconds);
    humantime::format_rfc3339_seconds(at).to_string()
}

fn print(record: &RunRecord) {
    show::line(&format!("run {} of chain/{}, {}", record.id, record.chain, record.state.as_str()));
    show::line(&format!("began {}", time(record.started_ms)));
    match record.caller.as_deref().map(|caller| caller.strip_prefix("key:")) {
        None => {}
        Some(Some(key)) => show::line(&format!("asked over HTTP with the key `{key}`")),
        Some(None) => show::line("asked over HTTP, without a key"),
    }
    for message in &record.request.messages {
        show::line(&format!("\n[{}] {}", message.role, message.content));
    }
    show::line("");
    for step in &record.steps {
        let text = |key: &str| step.get(key).and_then(|value| value.as_str()).unwrap_or_default();
        let (id, state) = (text("step"), text("state"));
        let reasons = step.get("reasons").and_then(|reasons| reasons.as_array());
        let what = match state {
            "decided" => {
                let reasons: Vec<&str> =
                    reasons.into_iter().flatten().filter_map(|reason| reason.as_str()).collect();
                format!("{} ({})", text("choice"), reasons.join("; "))
            }
            "skipped" => text("reason").to_owned(),
            "failed" => text("message").to_owned(),
            "finished" => {
                let elapsed = step.get("elapsed_ms").and_then(serde_json::Value::as_u64);
                format!("after {} ms", elapsed.unwrap_or_default())
            }
            _ => String::new(),
        };
        show::line(&format!("{id} {state} {what}").trim_end().to_owned().replace('\n', " "));
    }
    for call in &record.calls {
        let seed = call.request.sampling.get("seed").and_then(serde_json::Value::as_u64);
        let seed = seed.map(|seed| format!(", seed {seed}")).unwrap_or_default();
        let (step, model, elapsed) = (&call.step, &call.model, call.elapsed_ms);
        show::line(&format!("\n== {step} asked {model} ({elapsed} ms{seed})"));
        for message in &call.request.messages {
            show::line(&format!("[{}] {}", message.role, message.content));
        }
        show::line(&came_of(call));
    }
    for lookup in &record.lookups {
        show::line(&format!("\n== {} asked {} ({} ms)", lookup.step, lookup.of, lookup.elapsed_ms));
        show::line(&lookup.asked.to_string());
        match (&lookup.found, &lookup.error) {
            (Some(found), _) => show::line(&format!("-> {found}")),
            (None, error) => show::line(&format!("-> failed: {}", error.as_deref().unwrap_or(""))),
        }
    }
    match (&record.answer, &record.error) {
        (Some(answer), _) => show::line(&format!("\n{answer}")),
        (None, Some(error)) => show::line(&format!("\nfailed: {error}")),
        (None, None) => {}
    }
}

/// What came of a call.
fn came_of(call: &RecordedCall) -> String {
    let Some(answer) = &call.answer else {
        let why = call.error.as_deref().unwrap_or_default();
        return match call.tokens {
            0 => format!("-> failed: {why}"),
            tokens => format!("-> failed after {tokens} tokens: {why}"),
        };
    };
    let why = match call.interrupted {
        None => return format!("-> {}", answer.content),
        Some(Interruption::Cancelled) => "cancelled",
        Some(Interruption::Tokens) => "ended by the limit of tokens",
        Some(Interruption::Calls) => "kept from beginning by the limit of calls",
        Some(Interruption::Time) => "ended by the limit of time",
    };
    format!("-> {why} after {} tokens: {}", answer.completion_tokens, answer.content)
        .trim_end_matches(": ")
        .to_owned()
}

/// Runs a record again with its own answers, and compares what comes of it.
async fn replay(record: &RunRecord, with: Option<PathBuf>) -> Result<Exit, Failure> {
    let plan = match &with {
        None => chain::load(&record.plan, "the recorded chain")?,
        Some(file) => chain::load_file(file)?,
    };
    let answers = Answers::of(record);
    let models = replaying(&plan, record, &answers, None);
    let sandbox = Arc::new(SharedSandbox::new(SandboxOptions::default()));
    let chain = Chain::new(plan, models).running_programs_in(sandbox).recalling(answers.clone());
    let answer = match chain.generate(record.request.again()).await {
        Ok(generation) => generation.collect().await,
        Err(error) => Err(error),
    };
    let outcome = match (&answer, &record.error) {
        (Ok(answer), _) => answer.content.clone(),
        (Err(error), Some(recorded)) if error.to_string() == *recorded => {
            show::note("the run fails as it did");
            return Ok(Exit::Done);
        }
        (Err(_), None) if record.answer.is_none() && answers.left() == 0 => {
            show::note("the run was left here: until then everything that was asked is the same");
            return Ok(Exit::Undecided);
        }
        (Err(error), _) => return Err(Failure::new(Exit::No, error.to_string())),
    };
    show::line(&outcome);
    match (&record.answer, answers.left()) {
        (Some(recorded), _) if *recorded != outcome => {
            show::error("the answer is another than it was then");
            Ok(Exit::No)
        }
        (Some(_), 0) => {
            show::note("the answer is the same, and so is everything that was asked");
            Ok(Exit::Done)
        }
        (Some(_), left) => {
            show::note(&format!("the answer is the same; {left} recorded calls were not needed"));
            Ok(Exit::Done)
        }
        (None, _) => {
            show::note("the record has no answer to compare with");
            Ok(Exit::Undecided)
        }
    }
}

/// Goes on with a run: what was answered is taken from the record.
async fn resume(
    store: &RunStore,
    record: &RunRecord,
    models: &ModelArguments,
) -> Result<Exit, Failure> {
    if record.state == RunState::Finished {
        show::line(record.answer.as_deref().unwrap_or_default());
        show::note("the run had come to its end");
        return Ok(Exit::Done);
    }
    unless_interrupted(async {
        let plan = chain::load(&record.plan, "the recorded chain")?;
        let config = NodeConfig::resolve(models)?;
        let node = start(models, false).await?;
        let live = node::models_for(&plan, &config.roles, &node.catalog)?;
        let answers = Answers::answered(record);
        let before = answers.left();
        let sandbox = Arc::new(SharedSandbox::new(SandboxOptions::default()));
        let chain = Chain::new(plan.clone(), replaying(&plan, record, &answers, Some(&live)))
            .running_programs_in(sandbox)
            .observed_by(Arc::new(store.clone()))
            .recalling(answers.clone())
            .with_tools(Arc::clone(&node.tools) as _);
        let request = Request { origin: record.origin(), ..record.request.again() };
        let generation = chain.generate(request).await?;
        let answer = show::stream(generation, Detail::Everything).await;
        store.flush();
        let taken = before - answers.left();
        show::note(&format!("{taken} of {before} recorded answers were taken over"));
        answer.map(|_| Exit::Done)
    })
    .await
}
