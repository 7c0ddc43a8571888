//! `ponder exec`

use std::{
    io::{IsTerminal, Read},
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Args;
use serde_json::json;

use super::{
    exit::{Exit, Failure},
    node::unless_interrupted,
    show,
};
use crate::execution::{
    ExecutionError, Limits, PartialProtection, Report, Runner, Sandbox, SandboxOptions, Verdict,
    case::{Case, Check},
    cases::{self, PrivateTests},
    code_block::last_code_block,
    compare::TOLERANCE,
    run_cases,
    statement::examples_in_statement,
};

/// What to run, and on what.
#[derive(Debug, Args)]
pub(super) struct ExecArguments {
    /// A Python program; `-` reads standard input
    solution: PathBuf,
    /// Tests in JSON: a list of {stdin, stdout}, {call, expect} or {function, arguments, expected}, or a problem
    /// of LiveCodeBench
    #[arg(long, value_name = "FILE")]
    tests: Option<PathBuf>,
    /// A problem in words, whose examples are the tests; without this and --tests, the doctests of the program are
    #[arg(long, value_name = "FILE")]
    statement: Option<PathBuf>,
    /// The program is the last Python block of an answer in Markdown
    #[arg(long)]
    code_block: bool,
    /// The function to call in tests that do not say which
    #[arg(long, value_name = "NAME")]
    function: Option<String>,
    /// Leave out the private tests of a problem
    #[arg(long)]
    public_only: bool,
    /// How many tests run at the same time [default: one for each processor, at most 8]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// By how much numbers with a point may differ; 0 compares exactly
    #[arg(long, value_name = "NUMBER", default_value_t = TOLERANCE, value_parser = tolerance)]
    tolerance: f64,
    #[command(flatten)]
    limits: LimitArguments,
    /// The interpreter
    #[arg(long, value_name = "FILE", default_value = "python3")]
    python: PathBuf,
    /// Run it even where the kernel cannot keep it from files, the network, or outliving its run
    #[arg(long)]
    allow_partial_protection: bool,
    /// Print one JSON object instead of a table, as happens without a terminal
    #[arg(long)]
    json: bool,
}

/// What each test may use.
#[derive(Debug, Args)]
struct LimitArguments {
    /// Time by the clock for each test [default: twice --cpu-time]
    #[arg(long, value_name = "TIME", value_parser = time)]
    time: Option<Duration>,
    /// Time of processors for each test, rounded up to seconds [default: 6s, or a second more than --time]
    #[arg(long, value_name = "TIME", value_parser = time)]
    cpu_time: Option<Duration>,
    /// Memory for each test, at least 64MiB
    #[arg(long, value_name = "SIZE", default_value = "2GiB", value_parser = memory)]
    memory: u64,
    /// Output of each test
    #[arg(long, value_name = "SIZE", default_value = "1MiB", value_parser = size)]
    output: u64,
    /// Disk for each test
    #[arg(long, value_name = "SIZE", default_value = "64MiB", value_parser = size)]
    disk: u64,
    /// Processes that a test may start; each has the memory and the time of processors for itself
    #[arg(long, value_name = "N", default_value_t = 0)]
    processes: u16,
}

impl LimitArguments {
    fn limits(&self) -> Limits {
        let default = Limits::default();
        // The two are never the same unless somebody wants that: which of them ends a program would be chance.
        let cpu = self.cpu_time.unwrap_or_else(|| {
            self.time.map_or(default.cpu, |wall| wall.saturating_add(Duration::from_secs(1)))
        });
        Limits {
            wall: self.time.unwrap_or_else(|| cpu.saturating_mul(2)),
            cpu,
            memory: self.memory,
            output: self.output,
            disk: self.disk,
            processes: u32::from(self.processes),
            ..default
        }
    }
}

pub(super) async fn run(arguments: ExecArguments) -> Result<Exit, Failure> {
    let solution = solution(&arguments)?;
    let cases = cases(&arguments, &solution)?;
    let json = arguments.json || !std::io::stdout().is_terminal();
    let options = SandboxOptions {
        python: Some(arguments.python.clone()),
        limits: arguments.limits.limits(),
        partial: if arguments.allow_partial_protection {
            PartialProtection::Accept
        } else {
            PartialProtection::Refuse
        },
        ..SandboxOptions::default()
    };
    let default = Runner::default();
    let runner = Runner {
        jobs: arguments.jobs.map_or(default.jobs, usize::from),
        tolerance: arguments.tolerance,
    };
    unless_interrupted(async {
        let sandbox = Sandbox::start(options).await?;
        let missing = sandbox.protection().missing();
        if !missing.is_empty() {
            show::error(&format!("this system does not assure {}", missing.join(" and ")));
        }
        let report = run_cases(&sandbox, &solution, &cases, runner).await?;
        if json {
            show::line(&format!("{:#}", document(&report, &sandbox)?));
        } else {
            table(&report);
        }
        if cases.is_empty() {
            show::note("there are no tests: give --tests or --statement");
            return Ok(Exit::Undecided);
        }
        Ok(if report.passed() { Exit::Done } else { Exit::No })
    })
    .await
}

/// The program in question.
fn solution(arguments: &ExecArguments) -> Result<String, Failure> {
    let text = if arguments.solution == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().lock().read_to_string(&mut text).map_err(|error| {
            Failure::new(Exit::Usage, format!("standard input could not be read: {error}"))
        })?;
        text
    } else {
        read(&arguments.solution)?
    };
    if !arguments.code_block {
        return Ok(text);
    }
    last_code_block(&text).ok_or_else(|| {
        Failure::new(
            Exit::Undecided,
            "the answer has no closed block of Python, so there is no program to run",
        )
    })
}

fn cases(arguments: &ExecArguments, solution: &str) -> Result<Vec<Case>, Failure> {
    let mut cases = Vec::new();
    if let Some(path) = &arguments.tests {
        let private =
            if arguments.public_only { PrivateTests::LeaveOut } else { PrivateTests::Run };
        cases = cases::read(&read(path)?, private)
            .map_err(|error| Failure::new(Exit::Usage, format!("{}: {error}", path.display())))?;
    }
    if let Some(path) = &arguments.statement {
        cases.extend(examples_in_statement(&read(path)?));
    }
    if arguments.tests.is_none() && arguments.statement.is_none() {
        cases = examples_in_statement(solution);
        cases.retain(|case| matches!(case.check, Check::Doctest { .. }));
    }
    for case in &mut cases {
        if let Check::Call { function, .. } = &mut case.check
            && function.is_none()
        {
            function.clone_from(&arguments.function);
        }
    }
    Ok(cases)
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| {
        Failure::new(Exit::Usage, format!("{} cannot be read: {error}", path.display()))
    })
}

impl From<ExecutionError> for Failure {
    fn from(error: ExecutionError) -> Self {
        let exit = if error.is_unavailable() { Exit::Unavailable } else { Exit::Internal };
        Self::new(exit, error.to_string())
    }
}

fn document(report: &Report, sandbox: &Sandbox) -> Result<serde_json::Value, Failure> {
    let tests = serde_json::to_value(&report.tests)
        .map_err(|error| Failure::new(Exit::Internal, error.to_string()))?;
    let summary: serde_json::Map<_, _> = Verdict::ALL
        .into_iter()
        .map(|verdict| (verdict.as_str().to_owned(), json!(report.count(verdict))))
        .collect();
    let python = sandbox.python();
    Ok(json!({
        "schema": "ponder.exec/1",
        "passed": report.passed(),
        "summary": summary,
        "tests": tests,
        "protection": {
            "missing": report.protection.missing(),
            "layers": report.protection.layers,
        },
        "python": { "executable": python.executable, "version": python.version },
    }))
}

fn table(report: &Report) {
    let width = report.tests.iter().map(|test| test.id.chars().count()).max().unwrap_or(0);
    for test in &report.tests {
        let reason = test.reason.as_deref().unwrap_or_default();
        let verdict = test.verdict.as_str();
        let line = format!("{verdict:<7}  {:<width$}  {:>6.3} s  {reason}", test.id, test.seconds);
        show::line(&plain(line.trim_end()));
    }
    let layers = report.protection.active().join(", ");
    let passed = report.count(Verdict::Pass);
    show::note(&format!("{passed} of {} pass; shut in by {layers}", report.tests.len()));
}

/// What a program wrote must not speak to the terminal.
fn plain(text: &str) -> String {
    text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect()
}

/// By how much numbers may differ, as it is given on the command line.
pub(super) fn tolerance(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if (0.0..=1.0).contains(&number) => Ok(number),
        _ => Err("a number from 0 to 1 is needed".to_owned()),
    }
}

fn time(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(time) if !time.is_zero() && time <= Duration::from_secs(86_400) => Ok(time),
        Ok(_) => Err("more than nothing and at most a day is needed".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn memory(text: &str) -> Result<u64, String> {
    size(text).and_then(|size| {
        let enough = size >= Limits::LEAST_MEMORY;
        if enough { Ok(size) } else { Err("at least 64MiB are needed".to_owned()) }
    })
}

/// Reads `512`, `64KiB`, `64M` and the like; all units are powers of 1,024.
fn size(text: &str) -> Result<u64, String> {
    let wrong = || "a size is needed, such as 64MiB or 2GiB".to_owned();
    let end = text.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let shift = match unit.trim().to_lowercase().trim_end_matches('b').trim_end_matches('i') {
        "" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        _ => return Err(wrong()),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    number.checked_mul(1 << shift).filter(|size| *size > 0).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read() {
        assert_eq!(size("512"), Ok(512));
        assert_eq!(size("64MiB"), Ok(64 << 20));
        assert_eq!(size("2g"), Ok(2 << 30));
        assert_eq!(size("1 KB"), Ok(1024));
        for wrong in ["", "MiB", "-1", "0", "1.5G", "1T", "99999999999999999999"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
        assert!(memory("1MiB").is_err());
    }
}
