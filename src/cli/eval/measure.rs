//! `ponder eval PROBLEMS`: asks, and reports.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Map, Value};

use super::{
    super::{
        exit::{Exit, Failure},
        node::unless_interrupted,
        show,
    },
    progress::Progress,
    rewritten,
    running::RunningArguments,
    show_report,
    suite::{self, SuiteArguments},
    who::{Measured, insert, measured, sampling_fields},
};
use crate::{
    config::ModelArguments,
    evaluation::{
        folder::Folder,
        manifest::{Manifest, Prices},
        problems::{self, Problem, Subject},
        programs::Programs,
        protocol::{Preset, Protocol, Seed},
        report::Report,
        runner::{self, Order, RunError},
    },
    generate::Thinking,
};

/// How many answers are made at once where nobody knows better.
const CONCURRENCY: u32 = 4;

/// What to ask whom, and how.
#[derive(Debug, Args)]
pub(super) struct MeasureArguments {
    /// The problems: JSON Lines with {"id", "problem", "answer"} or {"id", "problem", "tests"}, or Parquet
    #[arg(value_name = "PROBLEMS", required_unless_present = "suite")]
    problems: Option<PathBuf>,
    #[command(flatten)]
    pub(super) suite: SuiteArguments,
    /// Who answers: a chain, or a model without one. `--model chain/solve` says the same
    /// [default: the hosted model]
    #[arg(long, value_name = "NAME")]
    pub(super) to: Option<String>,
    /// Measure the model that --model names at this OpenAI-compatible server, for example
    /// `http://127.0.0.1:8000/v1`
    #[arg(long, value_name = "URL")]
    pub(super) base_url: Option<String>,
    /// The environment variable that holds the key for it
    #[arg(long, value_name = "VARIABLE", requires = "base_url")]
    pub(super) api_key_env: Option<String>,
    /// A published protocol: words, sampling, lengths and numbers of answers; other flags change it
    #[arg(long, value_enum, value_name = "NAME")]
    preset: Option<Preset>,
    /// What follows each problem that does not ask for a box itself; may be empty
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    suffix: Option<String>,
    /// How often each problem is asked [default: 1, or as the preset says]
    #[arg(long, short = 'n', value_name = "N", value_parser = clap::value_parser!(u32).range(1..=512))]
    samples: Option<u32>,
    /// 0 to 2: how freely words are chosen [default: as the preset or the model recommends]
    #[arg(long, value_name = "NUMBER", value_parser = temperature)]
    temperature: Option<f32>,
    /// Over 0, up to 1: choose among the likeliest tokens that reach this probability
    #[arg(long, value_name = "NUMBER", value_parser = top_p)]
    top_p: Option<f32>,
    /// Choose among this many of the likeliest tokens
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    top_k: Option<u32>,
    /// The most tokens of an answer, thinking included [default: as the preset or the model recommends]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_tokens: Option<u32>,
    /// Answer without thinking first
    #[arg(long)]
    no_think: bool,
    /// Other answers, the same ones with the same number; sent to servers only if it is given
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    seed: Option<i64>,
    /// Only the first problems; of a suite the first cases of each category
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) limit: Option<u32>,
    /// How many answers are made at the same time [default: as many as the model works on, else 4]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    concurrency: Option<u32>,
    /// How often an answer that failed is asked for again, if it may pass
    #[arg(long, value_name = "N", default_value_t = 5)]
    retries: u32,
    /// Have the model state five claims of each answer and find each true or false, and report CLR@k beside maj@k for
    /// as many tokens; up to 6 short calls more an answer
    #[arg(long)]
    clr: bool,
    /// Ask the model how likely its tokens were, and report votes of the surest answers beside maj@k
    #[arg(long)]
    confidence: bool,
    #[command(flatten)]
    running: RunningArguments,
    /// What a million tokens of prompts cost, to reckon with
    #[arg(long, value_name = "PRICE", value_parser = price)]
    price_input: Option<f64>,
    /// What a million tokens of answers cost
    #[arg(long, value_name = "PRICE", value_parser = price)]
    price_output: Option<f64>,
    /// The run's folder; a run that is there goes on [default: evaluation-FILE-MODEL]
    #[arg(long, short = 'o', value_name = "FOLDER")]
    output: Option<PathBuf>,
    /// End with exit code 1 if pass@1, or the total of a suite, is below so many per cent
    #[arg(long, value_name = "PERCENT", value_parser = percentage)]
    pub(super) fail_under: Option<f64>,
    /// Print report.json in place of a table
    #[arg(long)]
    pub(super) json: bool,
    /// Show no progress
    #[arg(long, short)]
    pub(super) quiet: bool,
}

fn in_range(text: &str, low: f64, high: f64) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if (low..=high).contains(&number) => Ok(number),
        _ => Err(format!("a number from {low} to {high} is needed")),
    }
}

fn temperature(text: &str) -> Result<f32, String> {
    in_range(text, 0.0, 2.0).map(|number| number as f32)
}

fn top_p(text: &str) -> Result<f32, String> {
    match in_range(text, 0.0, 1.0)? {
        0.0 => Err("a number above 0, up to 1, is needed".to_owned()),
        number => Ok(number as f32),
    }
}

pub(super) fn percentage(text: &str) -> Result<f64, String> {
    in_range(text, 0.0, 100.0)
}

fn price(text: &str) -> Result<f64, String> {
    in_range(text, 0.0, 1e9)
}

pub(super) async fn measure(
    models: &ModelArguments,
    arguments: &MeasureArguments,
) -> Result<Exit, Failure> {
    let file = arguments.problems.as_deref().unwrap_or_else(|| Path::new(arguments.suite.name()));
    let problems = match arguments.suite.problems(models, arguments)? {
        Some(problems) => problems,
        None => selected(file, arguments)?,
    };
    let protocol = protocol(file, arguments, &problems)?;
    let programs = programs(file, &problems, arguments).await?;
    let quiet = arguments.quiet || arguments.json;
    let say = |text: &str| {
        if !quiet {
            show::note(text);
        }
    };
    if protocol.sampling.is_greedy() && protocol.samples > 1 {
        say("at temperature 0 all answers to a problem are the same: --samples 1 is enough");
    }
    // Boxed: hosting a model takes a large future.
    let who = Box::pin(unless_interrupted(measured(models, arguments))).await?;
    if who.demonstration {
        say("this is a demonstration model: it is right only inside a narrow domain");
    }
    if arguments.clr && who.name.starts_with("chain/") {
        let message = "--clr checks the claims of a model itself: name a model in place of a chain";
        return Err(Failure::new(Exit::Usage, message));
    }
    if arguments.confidence && who.name.starts_with("chain/") {
        let message = "--confidence asks a model itself how likely its tokens were: name a model in place of a chain";
        return Err(Failure::new(Exit::Usage, message));
    }
    let seed = Seed {
        number: arguments.seed.unwrap_or(0).cast_unsigned(),
        asked: arguments.seed.is_some(),
    };
    let mut settings = settings(&who, arguments, &protocol, seed);
    arguments.suite.settle(&mut settings);
    let mut manifest =
        Manifest::new(&who.name, &file_name(file), settings, protocol.samples, &problems);
    manifest.prices = prices(arguments);
    let output = arguments.output.clone().unwrap_or_else(|| default_output(file, &who.name));
    let mut folder = Folder::open(&output, manifest)?;
    let pace = who.model.pace();
    let order = Order {
        protocol,
        seed,
        concurrency: arguments
            .concurrency
            .unwrap_or_else(|| pace.map_or(CONCURRENCY, |pace| pace.at_once))
            .max(1) as usize,
        retries: arguments.retries,
        programs,
        clr: arguments.clr,
        confidence: arguments.confidence,
    };
    ask(&who, &problems, &order, &mut folder, quiet).await?;
    let report = rewritten(&output)?;
    show_report(&report, &output, arguments.json)?;
    if report.is_complete() && arguments.suite.suite.is_some() {
        return suite::ended(&output, arguments);
    }
    ended(&report, arguments.fail_under)
}

/// The problems to ask.
fn selected(file: &Path, arguments: &MeasureArguments) -> Result<Vec<Problem>, Failure> {
    let mut problems = problems::read(file)?;
    if let Some(limit) = arguments.limit {
        problems.truncate(limit as usize);
    }
    Ok(problems)
}

/// What runs programs, if there are any.
async fn programs(
    file: &Path,
    problems: &[Problem],
    arguments: &MeasureArguments,
) -> Result<Option<Programs>, Failure> {
    if arguments.clr && problems.iter().any(|problem| problem.answer().is_none()) {
        let message = "--clr is for problems with an `answer`: claims of programs are not checked";
        return Err(Failure::new(Exit::Usage, message));
    }
    if arguments.confidence && problems.iter().any(|problem| problem.answer().is_none()) {
        let message =
            "--confidence is for problems with an `answer`: there is no vote among programs";
        return Err(Failure::new(Exit::Usage, message));
    }
    arguments.running.programs(file, problems).await
}

/// The preset's protocol, or the plain one, with what the flags say in its place.
///
/// # Errors
///
/// If a preset asks some of the problems in one way and some in another.
fn protocol(
    file: &Path,
    arguments: &MeasureArguments,
    problems: &[Problem],
) -> Result<Protocol, Failure> {
    let mut protocol = match arguments.preset {
        None => Protocol::default(),
        Some(preset) => preset.protocol(Subject::of(problems).ok_or_else(|| {
            let message = format!(
                "{}: some problems have `tests` and some an `answer`, and --preset asks those in other words and \
                 numbers than these: split the file, and measure each part into an --output of its own",
                file.display()
            );
            Failure::new(Exit::Usage, message)
        })?),
    };
    if let Some(suffix) = &arguments.suffix {
        // Words stand apart from the problem, however the shell was told so.
        let apart = suffix.is_empty() || suffix.starts_with(char::is_whitespace);
        let text = if apart { suffix.clone() } else { format!(" {suffix}") };
        protocol.instruction = Some(text).filter(|text| !text.is_empty());
    }
    let sampling = &mut protocol.sampling;
    sampling.temperature = arguments.temperature.or(sampling.temperature);
    sampling.top_p = arguments.top_p.or(sampling.top_p);
    sampling.top_k = arguments.top_k.or(sampling.top_k);
    protocol.max_tokens = arguments.max_tokens.or(protocol.max_tokens);
    protocol.samples = arguments.samples.unwrap_or(protocol.samples);
    if arguments.no_think {
        protocol.thinking = Thinking::Off;
    }
    Ok(protocol)
}

/// Everything that decides what the answers are.
fn settings(
    who: &Measured,
    arguments: &MeasureArguments,
    protocol: &Protocol,
    seed: Seed,
) -> Map<String, Value> {
    let mut settings = Map::new();
    settings.insert("model".to_owned(), who.name.clone().into());
    settings.insert("made_of".to_owned(), who.made_of.clone());
    insert(
        &mut settings,
        [
            ("preset", arguments.preset.map(|preset| preset.as_str().into())),
            ("instruction", protocol.instruction.clone().map(Value::from)),
            ("max_tokens", protocol.max_tokens.map(Value::from)),
            ("thinking", (protocol.thinking == Thinking::Off).then(|| "off".into())),
            ("clr", arguments.clr.then(|| true.into())),
            ("confidence", arguments.confidence.then(|| true.into())),
            ("seed", seed.asked.then(|| seed.number.cast_signed().into())),
        ],
    );
    insert(&mut settings, arguments.running.settings());
    settings.extend(sampling_fields(&protocol.sampling));
    settings
}

fn prices(arguments: &MeasureArguments) -> Option<Prices> {
    match (arguments.price_input, arguments.price_output) {
        (None, None) => None,
        (input, output) => {
            Some(Prices { input: input.unwrap_or(0.0), output: output.unwrap_or(0.0) })
        }
    }
}

fn file_name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn default_output(file: &Path, model: &str) -> PathBuf {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let plain = |letter: char| {
        if letter.is_ascii_alphanumeric() || "._-".contains(letter) { letter } else { '-' }
    };
    format!("evaluation-{stem}-{model}").chars().map(plain).collect::<String>().into()
}

/// Asks for what is missing, until it is there or Ctrl-C is pressed.
async fn ask(
    who: &Measured,
    problems: &[Problem],
    order: &Order,
    folder: &mut Folder,
    quiet: bool,
) -> Result<(), Failure> {
    let output = folder.path().to_owned();
    let missing = runner::remaining(problems, order.protocol.samples, folder);
    let progress = Progress::new(folder, missing, quiet);
    let result = tokio::select! {
        result = runner::run(&*who.model, problems, order, folder, &progress) => Some(result),
        _ = tokio::signal::ctrl_c() => None,
    };
    progress.end();
    let kept =
        format!("what was answered is kept in {}; the same command goes on", output.display());
    match result {
        Some(Ok(())) => Ok(()),
        Some(Err(RunError::Folder(error))) => Err(error.into()),
        Some(Err(RunError::Hopeless(error))) => {
            rewritten(&output)?;
            let message = format!("{}. {kept}", RunError::Hopeless(error.clone()));
            Err(Failure::new(Failure::from(error).exit, message))
        }
        None => {
            rewritten(&output)?;
            Err(Failure::new(Exit::Interrupted, format!("interrupted: {kept}")))
        }
    }
}

fn ended(report: &Report, fail_under: Option<f64>) -> Result<Exit, Failure> {
    if !report.is_complete() {
        let first = report.failures.first().map_or("", |failure| failure.error.as_str());
        let exit = if report.counts.answers == 0 { Exit::Unavailable } else { Exit::Undecided };
        let (failed, missing) = (report.counts.failed, report.counts.missing);
        return Err(Failure::new(
            exit,
            match failed {
                0 => {
                    format!("{missing} answers are missing: this was asked for less than was begun")
                }
                _ => format!(
                    "{failed} answers failed, the first so: {first} The same command asks again"
                ),
            },
        ));
    }
    let share = report.pass_at_1.map_or(0.0, |share| share.value);
    match fail_under {
        Some(least) if share * 100.0 < least => {
            show::error(&format!("pass@1 is {:.1} %, below {least} %", share * 100.0));
            Ok(Exit::No)
        }
        _ => Ok(Exit::Done),
    }
}
