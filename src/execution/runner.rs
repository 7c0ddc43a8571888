//! Runs a solution on tests, several at a time, and judges what came of it.

use std::time::Duration;

use futures::{FutureExt, StreamExt, TryStreamExt, future::BoxFuture};
use serde_json::json;

use super::{
    case::{Argument, Case, Check, Prompt},
    compare,
    error::ExecutionError,
    literal::{Literal, parse},
    report::{Outcome, Report, digest, excerpt},
    sandbox::{Job, Run, Sandbox},
    verdict::Verdict,
};

mod judge;

/// What runs one test of a solution from the inside.
const HARNESS: &str = include_str!("harness.py");

/// How tests are run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Runner {
    /// How many tests run at a time; at least 1.
    pub jobs: usize,
    /// By how much numbers may differ, see [`compare::TOLERANCE`].
    pub tolerance: f64,
}

impl Default for Runner {
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self { jobs: processors.min(8), tolerance: compare::TOLERANCE }
    }
}

/// Runs a solution, a Python program, on all tests; each in a process of its own. Dropping the future ends them all.
///
/// # Errors
///
/// The sandbox failed. What the solution does is never an error, but an outcome.
pub async fn run_cases(
    sandbox: &Sandbox,
    solution: &str,
    cases: &[Case],
    runner: Runner,
) -> Result<Report, ExecutionError> {
    // A list of futures, and not a closure that makes them: the compiler cannot see that the latter may be sent to
    // another thread.
    let runs: Vec<BoxFuture<'_, Result<Outcome, ExecutionError>>> = cases
        .iter()
        .map(|case| {
            async move {
                let run = sandbox.run(job(solution, &case.check)).await?;
                Ok(outcome(sandbox, case, &run, runner.tolerance))
            }
            .boxed()
        })
        .collect();
    let tests = futures::stream::iter(runs).buffered(runner.jobs.max(1)).try_collect().await?;
    Ok(Report { tests, protection: sandbox.protection().clone() })
}

/// What is started for a test.
fn job(solution: &str, check: &Check) -> Job {
    let request = match check {
        Check::Stdin { input, .. } => {
            return Job {
                files: vec![("solution.py".to_owned(), solution.to_owned())],
                main: "solution.py".to_owned(),
                stdin: input.clone(),
            };
        }
        Check::Call { function, arguments, .. } => {
            let arguments: Vec<_> = arguments.iter().map(argument).collect();
            json!({ "kind": "call", "function": function, "arguments": arguments })
        }
        Check::Expression { expression, .. } => {
            json!({ "kind": "expression", "expression": expression })
        }
        Check::Doctest { before, prompt } => {
            let prompts: Vec<_> = before
                .iter()
                .chain([prompt])
                .map(|prompt| json!({ "source": prompt.source, "raises": prompt.raises() }))
                .collect();
            json!({ "kind": "session", "prompts": prompts })
        }
    };
    let files = [
        ("solution.py", solution.to_owned()),
        ("request.json", request.to_string()),
        ("harness.py", HARNESS.to_owned()),
    ];
    Job {
        files: files.into_iter().map(|(name, text)| (name.to_owned(), text)).collect(),
        main: "harness.py".to_owned(),
        stdin: String::new(),
    }
}

fn argument(argument: &Argument) -> serde_json::Value {
    match argument.value.to_json() {
        Some(value) => json!({ "name": argument.name, "json": value }),
        None => json!({ "name": argument.name, "python": argument.value.to_string() }),
    }
}

fn outcome(sandbox: &Sandbox, case: &Case, run: &Run, tolerance: f64) -> Outcome {
    let judged = judge::end(run, sandbox.limits()).unwrap_or_else(|| {
        match compared(&case.check, &run.stdout, tolerance) {
            Ok(()) => (Verdict::Pass, None),
            Err(difference) => (Verdict::Fail, Some(difference)),
        }
    });
    let (verdict, reason) = judged;
    Outcome {
        id: case.id.clone(),
        verdict,
        reason,
        stdout: excerpt(&run.stdout),
        stdout_digest: digest(&run.stdout),
        stderr: excerpt(&run.stderr),
        seconds: rounded(run.wall),
        cpu_seconds: rounded(run.cpu),
        peak_memory: run.peak_memory,
    }
}

/// Seconds, to the millisecond.
fn rounded(time: Duration) -> f64 {
    (time.as_secs_f64() * 1_000.0).round() / 1_000.0
}

/// Compares what came with what should come.
fn compared(check: &Check, stdout: &[u8], tolerance: f64) -> Result<(), String> {
    let written = String::from_utf8_lossy(stdout);
    match check {
        Check::Stdin { output, .. } => compare::output(output, &written, tolerance),
        Check::Call { expected, .. } | Check::Expression { expected, .. } => {
            compare::values(expected, &result(&written)?, tolerance)
        }
        Check::Doctest { prompt, .. } => {
            let Literal::Text(printed) = result(&written)? else {
                return Err("what it printed cannot be read".to_owned());
            };
            session(prompt, &printed, tolerance)
        }
    }
}

/// What the harness reports.
fn result(written: &str) -> Result<Literal, String> {
    if written.is_empty() {
        return Err("it ended without a result".to_owned());
    }
    parse(written).map_err(|error| format!("its result cannot be read: {error}"))
}

/// Compares what a prompt printed: as values where both are values, else line by line. Of an exception only the last
/// line counts, as in Python's own doctests.
fn session(prompt: &Prompt, printed: &str, tolerance: f64) -> Result<(), String> {
    if prompt.raises() {
        let last = |text: &str| text.trim().lines().last().unwrap_or_default().to_owned();
        return compare::output(&last(&prompt.printed), &last(printed), 0.0);
    }
    match (parse(&prompt.printed), parse(printed)) {
        (Ok(expected), Ok(got)) => compare::values(&expected, &got, tolerance),
        _ => compare::output(&prompt.printed, printed, tolerance),
    }
}
