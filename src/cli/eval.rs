//! `ponder eval`

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;

use super::{
    exit::{Exit, Failure},
    node::unless_interrupted,
    show,
};
use crate::{
    config::ModelArguments,
    evaluation::{
        compare::{self, CompareError, Comparison},
        folder::{self, FolderError},
        problems::{self, ProblemsError},
        regrade::{self, RegradeError},
        report::{Report, percent},
        suite::report::SuiteReport,
    },
};

mod measure;
mod progress;
mod running;
mod suite;
mod table;
mod who;

/// What to measure, or what to do with a run that was measured.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct EvalArguments {
    #[command(subcommand)]
    command: Option<EvalCommand>,
    #[command(flatten)]
    measure: measure::MeasureArguments,
}

#[derive(Debug, Subcommand)]
enum EvalCommand {
    /// Write the report on a run again, finished or not
    Report {
        /// The run's folder
        folder: PathBuf,
        /// Print report.json in place of a table
        #[arg(long)]
        json: bool,
    },
    /// Judge the saved answers of a run again, without asking anybody
    Regrade {
        /// The run's folder
        folder: PathBuf,
        /// The problem file: with mended answers, or with the tests to run programs on again [default: the answers that
        /// the run began with; programs keep their marks]
        #[arg(long, value_name = "FILE")]
        problems: Option<PathBuf>,
        #[command(flatten)]
        running: running::RunningArguments,
    },
    /// Compare two runs problem by problem, and say how sure the difference is
    Compare {
        /// The folder of the run to compare with
        first: PathBuf,
        /// The folder of the run that may be better or worse
        second: PathBuf,
        /// Print one JSON object in place of text
        #[arg(long)]
        json: bool,
        /// End with exit code 1 if the second is worse and chance alone explains that with less than 5 %
        #[arg(long)]
        fail_if_worse: bool,
    },
}

impl From<ProblemsError> for Failure {
    fn from(error: ProblemsError) -> Self {
        Self::new(Exit::No, error.to_string())
    }
}

impl From<FolderError> for Failure {
    fn from(error: FolderError) -> Self {
        let exit = match &error {
            FolderError::File { .. } | FolderError::Busy(_) => Exit::Unavailable,
            FolderError::NoRun(_) | FolderError::Damaged { .. } => Exit::No,
            FolderError::Mismatch { .. } => Exit::Usage,
        };
        Self::new(exit, error.to_string())
    }
}

impl From<RegradeError> for Failure {
    fn from(error: RegradeError) -> Self {
        match error {
            RegradeError::Folder(error) => error.into(),
            RegradeError::Tests { .. } => Self::new(Exit::No, error.to_string()),
        }
    }
}

impl From<CompareError> for Failure {
    fn from(error: CompareError) -> Self {
        Self::new(Exit::No, error.to_string())
    }
}

pub(super) async fn run(
    models: &ModelArguments,
    arguments: EvalArguments,
) -> Result<Exit, Failure> {
    match arguments.command {
        None => measure::measure(models, &arguments.measure).await,
        Some(EvalCommand::Report { folder, json }) => {
            let report = rewritten(&folder)?;
            show_report(&report, &folder, json)?;
            Ok(if report.is_complete() { Exit::Done } else { Exit::Undecided })
        }
        Some(EvalCommand::Regrade { folder, problems, running }) => {
            suite::not_regraded(&folder)?;
            let (manifest, _) = folder::read(&folder)?;
            let runs_tests = manifest.problems.iter().any(|asked| asked.tests);
            let running = match problems.is_some() && runs_tests {
                true => running.judging_run_of(&manifest.settings)?,
                false => running,
            };
            let (mended, programs) = match problems {
                Some(file) => {
                    let problems = problems::read(&file)?;
                    let programs = running.programs(&file, &problems).await?;
                    (problems, programs)
                }
                None => (Vec::new(), None),
            };
            let again = unless_interrupted(async {
                Ok(regrade::regrade(&folder, &mended, programs.as_ref()).await?)
            });
            let regrade::Regraded { changes, left } = again.await?;
            if left > 0 {
                show::note(&format!(
                    "{left} programs keep their marks: --problems FILE runs them again on the tests of that file"
                ));
            }
            for change in &changes {
                show::line(&format!(
                    "{}, answer {}: {} was {} and is {}",
                    change.problem,
                    change.sample,
                    change.answer.as_deref().unwrap_or("nothing"),
                    change.before.as_str(),
                    change.now.as_str()
                ));
            }
            rewritten(&folder)?;
            show::note(&format!("{} marks are others now", changes.len()));
            Ok(Exit::Done)
        }
        Some(EvalCommand::Compare { first, second, json, fail_if_worse }) => {
            let comparison = compared(&first, &second)?;
            if json {
                show::line(&comparison_document(&comparison)?);
            } else {
                show_comparison(&comparison);
            }
            let worse = comparison.difference.value < 0.0 && comparison.p_value < 0.05;
            Ok(if fail_if_worse && worse { Exit::No } else { Exit::Done })
        }
    }
}

/// The report on the run in a folder, written there.
fn rewritten(folder: &Path) -> Result<Report, Failure> {
    let (manifest, samples) = folder::read(folder)?;
    let report = Report::of(&manifest, &samples);
    match SuiteReport::of(folder)? {
        Some(suite) => suite.write(folder)?,
        None => report.write(folder)?,
    }
    Ok(report)
}

fn show_report(report: &Report, folder: &Path, json: bool) -> Result<(), Failure> {
    if let Some(suite) = SuiteReport::of(folder)? {
        return suite::show_report(&suite, folder, json);
    }
    if json {
        let text = serde_json::to_string_pretty(report);
        show::line(&text.map_err(|error| Failure::new(Exit::Internal, error.to_string()))?);
        return Ok(());
    }
    table::lines(report).iter().for_each(|line| show::line(line));
    show::note(&format!("report: {}", folder.join("report.html").display()));
    Ok(())
}

fn compared(first: &Path, second: &Path) -> Result<Comparison, Failure> {
    let (first, second) = (folder::read(first)?, folder::read(second)?);
    Ok(compare::compare((&first.0, &first.1), (&second.0, &second.1))?)
}

fn comparison_document(comparison: &Comparison) -> Result<String, Failure> {
    let mut document = json!({ "schema": "ponder.eval.compare/1" });
    let body = serde_json::to_value(comparison)
        .map_err(|error| Failure::new(Exit::Internal, error.to_string()))?;
    if let (Some(document), serde_json::Value::Object(body)) = (document.as_object_mut(), body) {
        document.extend(body);
    }
    Ok(format!("{document:#}"))
}

fn show_comparison(comparison: &Comparison) {
    let difference = &comparison.difference;
    let points = |share: f64| format!("{:+.1}", share * 100.0);
    show::line(&format!("problems      {} in common", comparison.problems));
    if comparison.left_out > 0 {
        show::note(&format!("{} problems are in one run only", comparison.left_out));
    }
    show::line(&format!(
        "pass@1        {}  →  {}",
        percent(comparison.first),
        percent(comparison.second)
    ));
    show::line(&format!(
        "difference    {} points ({} to {})",
        points(difference.value),
        points(difference.low),
        points(difference.high)
    ));
    let p = match comparison.p_value {
        p if p < 1e-4 => "below 0.0001".to_owned(),
        p => format!("{p:.4}"),
    };
    show::line(&format!("p             {p}: how likely such a difference is if neither is better"));
    for flip in &comparison.flipped {
        let (before, now) = (percent(flip.first), percent(flip.second));
        show::line(&format!("flipped       {}: {before}  →  {now}", flip.id));
    }
}
