//! Runs the programs in answers on tests, shut in by [`crate::execution`]: what `execute` gives, and what `check`
//! of a vote goes by.

use serde_json::{Value as Json, json};

use crate::{
    execution::{
        ExecutionError, Report, Runner, Sandbox, Verdict,
        case::Case,
        cases::{self, PrivateTests},
        code_block::last_code_block,
        run_cases,
        statement::examples_in_statement,
    },
    generate::GenerateError,
};

use super::{
    context::Context,
    plan::{Tests, Trial},
    run::Scope,
    value::{Type, Value},
};

pub(super) mod probes;

/// The most tests that an event names.
const MOST_NAMED: usize = 8;

/// Runs the program of an answer, and gives what came of it as data: `state`, which is `passed`, `failed`,
/// `untested` or `no_program`; the `share` of tests that pass; and `tests`, each with `id`, `verdict` and `reason`.
/// An answer that nothing tests has the share 1, one without a program 0.
///
/// # Errors
///
/// Programs cannot be run here, or the tests that are given are none.
pub(super) async fn execute(
    answer: Value,
    trial: &Trial,
    scope: &Scope<'_>,
    context: &Context<'_>,
) -> Result<Value, GenerateError> {
    let cases = tests(trial, scope)?;
    let Some(program) = last_code_block(&text(answer)?) else {
        context.decided("there is no program", Vec::new()).await;
        return Ok(Value::Data(json!({"state": "no_program", "share": 0.0, "tests": []})));
    };
    if cases.is_empty() {
        context.decided("there are no tests", Vec::new()).await;
        return Ok(Value::Data(json!({"state": "untested", "share": 1.0, "tests": []})));
    }
    let sandbox = context.sandbox().await.map_err(GenerateError::engine)?;
    let report = run(sandbox, &program, &cases, context).await?;
    let (choice, reasons) = told(&report);
    context.decided(&choice, reasons).await;
    Ok(Value::Data(data(&report)))
}

fn data(report: &Report) -> Json {
    let tests = report.tests.iter().map(
        |test| json!({"id": test.id, "verdict": test.verdict.as_str(), "reason": test.reason}),
    );
    let passed = report.count(Verdict::Pass) as f64;
    json!({
        "state": if report.passed() { "passed" } else { "failed" },
        "share": passed / report.tests.len().max(1) as f64,
        "tests": tests.collect::<Vec<_>>(),
    })
}

/// What came of the tests, in a line, and those that do not pass.
pub(super) fn told(report: &Report) -> (String, Vec<String>) {
    let (passed, all) = (report.count(Verdict::Pass), report.tests.len());
    let failed = report.tests.iter().filter(|test| test.verdict != Verdict::Pass);
    let line = |test: &crate::execution::Outcome| {
        let reason = test.reason.as_deref().unwrap_or_default();
        let reason: String = reason.chars().take(300).collect();
        format!("{}: {}, {reason}", test.id, test.verdict.as_str())
    };
    (format!("{passed} of {all} tests pass"), failed.take(MOST_NAMED).map(line).collect())
}

/// Runs a program on tests, within the time of the run.
pub(super) async fn run(
    sandbox: &Sandbox,
    program: &str,
    cases: &[Case],
    context: &Context<'_>,
) -> Result<Report, GenerateError> {
    let running = run_cases(sandbox, program, cases, Runner::default());
    match context.before_the_end(running).await {
        Some(report) => report.map_err(|error| GenerateError::engine(why_not(&error))),
        None => Err(GenerateError::engine("the time limit was reached while a program was tested")),
    }
}

/// The most tests of a program: each of them is a process.
const MOST_TESTS: usize = 1_000;

/// The tests of a trial: those that are given, else the examples in the statement.
pub(super) fn tests(trial: &Trial, scope: &Scope<'_>) -> Result<Vec<Case>, GenerateError> {
    let given = match &trial.tests {
        None => return Ok(examples_in_statement(&statement(trial, scope)?)),
        Some(Tests::Of(source)) => match scope.read(source)?.to_json() {
            // A model's answer, or a file's text.
            Json::String(text) => text,
            data => data.to_string(),
        },
        Some(Tests::Given(tests)) => tests.to_string(),
    };
    let read = cases::read(&given, PrivateTests::Run)
        .map_err(|error| GenerateError::engine(format!("the tests cannot be used: {error}")))?;
    if read.len() > MOST_TESTS {
        return Err(GenerateError::engine(format!(
            "the tests cannot be used: there are {}, of at most {MOST_TESTS}",
            read.len()
        )));
    }
    Ok(read)
}

/// What the program is to do, in words.
pub(super) fn statement(trial: &Trial, scope: &Scope<'_>) -> Result<String, GenerateError> {
    text(scope.read(&trial.statement)?)
}

fn text(value: Value) -> Result<String, GenerateError> {
    match value.coerced(Type::Text) {
        Some(Value::Text(text)) => Ok(text),
        _ => Err(GenerateError::engine("a step of the chain got a value of the wrong type")),
    }
}

/// Why no program can be run, and what helps: a chain has no flags.
pub(super) fn why_not(error: &ExecutionError) -> String {
    match error {
        ExecutionError::NoPython(python, why) => {
            format!(
                "programs cannot be run: {} cannot be started ({why}); install Python 3",
                python.display()
            )
        }
        ExecutionError::Unprotected { missing, reasons } => format!(
            "programs are not run: this system cannot shut them in, {missing} cannot be assured ({reasons})"
        ),
        error => format!("programs cannot be run: {error}"),
    }
}
