//! `ponder tutor`

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::{
    exit::{Exit, Failure},
    node::{find, question, start, unless_interrupted},
    show::{self, Detail},
};
use crate::{
    config::{ModelArguments, NodeConfig},
    evaluation::folder::replace,
    execution::{Sandbox, SandboxOptions},
    generate::{Generate, Request},
    node::Node,
    tutor::{
        InputError, InputErrors,
        class::{self, Class, Work},
        exercise::{self, Exercise, Reference},
        ledger::{Ledger, LedgerError},
        marking::{Mark, Marked, MarkingError, Tools, mark},
        report::Report,
        session::{self, Judged, SessionError},
        steps::FoundBy,
    },
};

/// How many works are marked at the same time where nobody knows better.
const CONCURRENCY: usize = 4;

/// What to explain or to mark.
#[derive(Debug, Args)]
pub(super) struct TutorArguments {
    /// The problem; from standard input if there is none, or if it is `-`
    question: Vec<String>,
    /// Mark this answer of a student to it
    #[arg(long, value_name = "ANSWER", allow_hyphen_values = true, conflicts_with = "class")]
    answer: Option<String>,
    /// Mark the work in this file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["answer", "class"])]
    work: Option<PathBuf>,
    /// The right answer; without one the problem is solved first
    #[arg(long, value_name = "ANSWER", allow_hyphen_values = true, conflicts_with = "class")]
    gold: Option<String>,
    /// Mark a class: a folder with a file for each student, or a CSV file with the columns student, problem and
    /// answer
    #[arg(long, value_name = "PATH", requires = "problems", conflicts_with = "question")]
    class: Option<PathBuf>,
    /// The problems of the class: JSON Lines as for `ponder eval`, or Markdown with a heading `## NAME` for each
    #[arg(long, value_name = "FILE", requires = "class")]
    problems: Option<PathBuf>,
    /// The report's folder; a class that is there goes on
    #[arg(
        long,
        short = 'o',
        value_name = "FOLDER",
        default_value = "tutor-report",
        requires = "class"
    )]
    output: PathBuf,
    /// How many works are marked at the same time [default: as many as the model works on, else 4]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    concurrency: Option<u16>,
    /// Ask no model: mark only what can be decided exactly
    #[arg(long)]
    offline: bool,
    /// Who explains, and solves problems without an answer: a chain, or a model without one
    #[arg(long, value_name = "NAME", default_value = "chain/tutor")]
    to: String,
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
    /// Show no progress
    #[arg(long, short)]
    quiet: bool,
}

impl From<InputErrors> for Failure {
    fn from(errors: InputErrors) -> Self {
        Self::new(Exit::No, errors.to_string())
    }
}

impl From<InputError> for Failure {
    fn from(error: InputError) -> Self {
        Self::new(Exit::No, error.to_string())
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        let exit = match error {
            LedgerError::Busy(_) => Exit::Unavailable,
            LedgerError::File { .. } | LedgerError::Line { .. } => Exit::No,
        };
        Self::new(exit, error.to_string())
    }
}

impl From<MarkingError> for Failure {
    fn from(error: MarkingError) -> Self {
        match error {
            MarkingError::Model(error) => error.into(),
            MarkingError::Sandbox(error) => error.into(),
        }
    }
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        let message = error.to_string();
        let exit = match error {
            SessionError::Ledger(error) => return error.into(),
            SessionError::Hopeless(error) => Self::from(error).exit,
            SessionError::Unsolved { error, .. } => Self::from(error).exit,
        };
        Self::new(exit, message)
    }
}

pub(super) async fn run(
    models: &ModelArguments,
    arguments: TutorArguments,
) -> Result<Exit, Failure> {
    match (&arguments.class, &arguments.problems) {
        (Some(class), Some(problems)) => {
            Box::pin(unless_interrupted(mark_class(models, &arguments, class, problems))).await
        }
        _ if arguments.answer.is_some() || arguments.work.is_some() => {
            Box::pin(unless_interrupted(mark_one(models, &arguments))).await
        }
        _ => Box::pin(unless_interrupted(explain(models, &arguments))).await,
    }
}

/// Explains the solution of a problem.
async fn explain(models: &ModelArguments, arguments: &TutorArguments) -> Result<Exit, Failure> {
    if arguments.offline {
        let message = "an explanation needs a model; --offline marks what is handed in, with --answer, --work \
                       or --class";
        return Err(Failure::new(Exit::Usage, message));
    }
    let question = question(&arguments.question)?;
    let quiet = arguments.quiet || arguments.json;
    let node = start(models, quiet).await?;
    let model = find(&node, &arguments.to)?;
    let detail = match (arguments.json, arguments.quiet) {
        (true, _) => Detail::Silent,
        (false, true) => Detail::AnswerOnly,
        (false, false) => Detail::Everything,
    };
    let answer = show::stream(model.generate(Request::ask(question)).await?, detail).await?;
    let result = super::ask::result(&answer);
    if arguments.json {
        let document = json!({
            "schema": "ponder.tutor.explanation/1",
            "explanation": answer.content.trim(),
            "answer": result,
            "completion_tokens": answer.finish.usage.completion_tokens,
        });
        show::line(&format!("{document:#}"));
    }
    Ok(if result.is_some() { Exit::Done } else { Exit::Undecided })
}

/// A node, who solves, and who says where a work goes wrong.
struct Staff {
    node: Option<Node>,
    teacher: String,
}

impl Staff {
    async fn hired(models: &ModelArguments, offline: bool, quiet: bool) -> Result<Self, Failure> {
        if offline {
            return Ok(Self { node: None, teacher: String::new() });
        }
        let roles = NodeConfig::resolve(models)?.roles;
        let teacher = roles.general.unwrap_or(roles.reasoner);
        Ok(Self { node: Some(start(models, quiet).await?), teacher })
    }

    fn find(&self, name: &str) -> Result<Option<std::sync::Arc<dyn Generate>>, Failure> {
        self.node.as_ref().map(|node| find(node, name)).transpose()
    }
}

/// A sandbox, where a problem needs one.
async fn sandbox(exercises: &[Exercise]) -> Result<Option<Sandbox>, Failure> {
    let programs =
        exercises.iter().any(|exercise| matches!(exercise.reference, Reference::Tests(_)));
    if !programs {
        return Ok(None);
    }
    Ok(Some(Sandbox::start(SandboxOptions::default()).await?))
}

/// Marks one work.
async fn mark_one(models: &ModelArguments, arguments: &TutorArguments) -> Result<Exit, Failure> {
    let statement = question(&arguments.question)?;
    let text = match (&arguments.answer, &arguments.work) {
        (Some(answer), _) => answer.clone(),
        (None, Some(path)) => std::fs::read_to_string(path).map_err(|error| {
            Failure::new(Exit::No, format!("{} cannot be read: {error}", path.display()))
        })?,
        (None, None) => String::new(),
    };
    let cases = crate::execution::statement::examples_in_statement(&statement);
    let reference = match &arguments.gold {
        Some(gold) => Reference::Answer(gold.clone()),
        None if !cases.is_empty() => Reference::Tests(cases),
        None => Reference::Unknown,
    };
    let mut exercise = Exercise { id: "problem".to_owned(), statement, reference };
    let sandbox = sandbox(std::slice::from_ref(&exercise)).await?;
    let staff = Staff::hired(models, arguments.offline, arguments.quiet || arguments.json).await?;
    if exercise.reference == Reference::Unknown {
        let solver = staff.find(&arguments.to)?.ok_or_else(no_answer)?;
        let solved =
            solver.generate(Request::ask(exercise.statement.clone())).await?.collect().await?;
        if let Some(answer) = crate::chain::extract::boxed(&solved.content) {
            exercise.reference = Reference::Answer(answer.trim().to_owned());
        }
    }
    let teacher = staff.find(&staff.teacher)?;
    let tools = Tools { sandbox: sandbox.as_ref(), teacher: teacher.as_deref() };
    let (student, problem) = ("student".to_owned(), exercise.id.clone());
    let marked = mark(&Work { student, problem, text, line: 1 }, &exercise, tools).await?;
    if arguments.json {
        let document = json!({
            "schema": "ponder.tutor.mark/1",
            "mark": marked.mark,
            "answer": marked.answer,
            "fault": marked.fault,
            "note": marked.note,
            "tokens": marked.tokens,
        });
        show::line(&format!("{document:#}"));
    } else {
        show::line(&shown(&marked));
    }
    Ok(match marked.mark {
        Mark::Right => Exit::Done,
        Mark::Wrong => Exit::No,
        Mark::Undecided | Mark::Missing => Exit::Undecided,
    })
}

fn no_answer() -> Failure {
    let message = "the right answer is not known: give it (--gold, or in the problem file), or leave out --offline";
    Failure::new(Exit::Usage, message)
}

/// A mark in a line or two.
fn shown(marked: &Marked) -> String {
    let mut text = marked.mark.as_str().to_owned();
    if let Some(fault) = &marked.fault {
        let doubt = match fault.found_by {
            FoundBy::Exactly => "",
            FoundBy::Model => " (a model says so)",
        };
        text.push_str(&format!("\nline {}: {}\n  {}{doubt}", fault.line, fault.text, fault.why));
    }
    if let Some(note) = &marked.note {
        text.push_str(&format!("\n{note}"));
    }
    text
}

/// Says what is done.
struct Progress {
    quiet: bool,
}

impl session::Watch for Progress {
    fn solved(&self, problem: &str, answer: Option<&str>) {
        if !self.quiet {
            show::note(&match answer {
                Some(answer) => format!("· {problem} has no answer in the file; solved: {answer}"),
                None => format!("· {problem} has no answer, and solving it gave no result"),
            });
        }
    }

    fn marked(&self, done: usize, all: usize, result: &Judged) {
        let Judged { student, problem, outcome } = result;
        match outcome {
            Ok(marked) if !self.quiet => {
                show::note(&format!(
                    "{done} of {all}: {student}, {problem}: {}",
                    marked.mark.as_str()
                ));
            }
            Ok(_) => {}
            Err(error) => show::error(&format!("{student}, {problem}: {error}")),
        }
    }
}

/// Marks a class and writes the report.
async fn mark_class(
    models: &ModelArguments,
    arguments: &TutorArguments,
    class: &Path,
    problems: &Path,
) -> Result<Exit, Failure> {
    let mut exercises = exercise::read(problems)?;
    let class = class::read(class, &exercises)?;
    let unknown = exercises.iter().any(|exercise| exercise.reference == Reference::Unknown);
    if unknown && arguments.offline {
        return Err(no_answer());
    }
    let quiet = arguments.quiet || arguments.json;
    let mut ledger = Ledger::open(&arguments.output)?;
    let sandbox = sandbox(&exercises).await?;
    let staff = Staff::hired(models, arguments.offline, quiet).await?;
    let progress = Progress { quiet };
    let mut solving = 0;
    if let (true, Some(solver)) = (unknown, staff.find(&arguments.to)?) {
        solving = session::solve(&mut exercises, &*solver, &mut ledger, &progress).await?;
    }
    let teacher = staff.find(&staff.teacher)?;
    let pace = teacher.as_ref().and_then(|teacher| teacher.pace());
    let concurrency = arguments
        .concurrency
        .map_or_else(|| pace.map_or(CONCURRENCY, |pace| pace.at_once as usize), usize::from);
    let tools = Tools { sandbox: sandbox.as_ref(), teacher: teacher.as_deref() };
    let results = session::run(
        &class,
        &exercises,
        (tools, &staff.teacher),
        (&mut ledger, concurrency),
        &progress,
    )
    .await?;
    let report = Report::of(&class, &exercises, &results, solving);
    written(&report, &arguments.output)?;
    ended(&report, &class, arguments)
}

/// Writes the three forms of the report.
fn written(report: &Report, folder: &Path) -> Result<(), Failure> {
    let internal = |error: &dyn std::fmt::Display| Failure::new(Exit::Internal, error.to_string());
    let json = serde_json::to_vec_pretty(report).map_err(|error| internal(&error))?;
    let csv = report.csv().map_err(|error| internal(&error))?;
    for (name, content) in
        [("report.json", json), ("report.csv", csv), ("report.md", report.markdown().into_bytes())]
    {
        let file = folder.join(name);
        replace(&file, &content).map_err(|error| {
            Failure::new(Exit::No, format!("{} cannot be written: {error}", file.display()))
        })?;
    }
    Ok(())
}

fn ended(report: &Report, class: &Class, arguments: &TutorArguments) -> Result<Exit, Failure> {
    if arguments.json {
        let document = serde_json::to_value(report)
            .map_err(|error| Failure::new(Exit::Internal, error.to_string()))?;
        show::line(&format!("{document:#}"));
    } else {
        let problems = &report.problems;
        let sum = |count: fn(&crate::tutor::report::ProblemSummary) -> usize| -> usize {
            problems.iter().map(count).sum()
        };
        show::line(&format!(
            "{} students, {} works: {} right, {} wrong, {} undecided; {} not handed in",
            class.students.len(),
            class.works.len(),
            sum(|problem| problem.right),
            sum(|problem| problem.wrong),
            report.undecided(),
            sum(|problem| problem.missing),
        ));
        if let Some(hardest) = problems.first().filter(|problem| problem.wrong > 0) {
            show::line(&format!("failed most: {} ({} wrong)", hardest.problem, hardest.wrong));
        }
        show::note(&format!("the report is in {}/report.md", arguments.output.display()));
    }
    if report.undecided() > 0 {
        if !arguments.json {
            show::note("the same command marks again what is undecided, and nothing else");
        }
        return Ok(Exit::Undecided);
    }
    Ok(Exit::Done)
}
