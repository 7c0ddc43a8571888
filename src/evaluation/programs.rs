//! Judges programs: by running them on the tests of their problem.

use std::sync::Arc;

use serde_json::Value;

use super::{
    judge::Judgement,
    sample::{Mark, TestCount},
};
use crate::execution::{
    Runner, Sandbox, SharedSandbox, Verdict,
    case::Case,
    cases::{self, PrivateTests},
    code_block::last_code_block,
    run_cases,
};

/// What runs programs.
#[derive(Debug, Clone)]
pub struct Programs {
    /// Where they run.
    pub sandbox: Arc<SharedSandbox>,
    /// What is done with private tests.
    pub private: PrivateTests,
    /// By how much numbers with a point may differ.
    pub tolerance: f64,
}

impl Programs {
    /// The tests of a problem.
    ///
    /// # Errors
    ///
    /// They cannot be used, or there are none: what is wrong, in words.
    pub fn tests(&self, tests: &Value) -> Result<Vec<Case>, String> {
        let cases =
            cases::read(&tests.to_string(), self.private).map_err(|error| error.to_string())?;
        match cases.is_empty() {
            true => Err("there are no tests that could be run".to_owned()),
            false => Ok(cases),
        }
    }

    /// Judges the program in an answer, the last block of Python: right if it passes every test. Tests are run some at
    /// a time, and none after the first that fails.
    ///
    /// # Errors
    ///
    /// The tests cannot be used or the sandbox failed: what went wrong, in words. What a program does is none.
    pub async fn judge(
        &self,
        tests: &Value,
        content: &str,
    ) -> Result<(Judgement, Option<TestCount>), String> {
        let cases = self.tests(tests)?;
        let Some(program) = last_code_block(content) else {
            let judgement = Judgement { mark: Mark::Abstained, answer: None, leniency: None };
            return Ok((judgement, None));
        };
        let sandbox = self.sandbox.get().await.map_err(|error| error.to_string())?;
        let count = counted(sandbox, &program, &cases, self.tolerance).await?;
        let mark = if count.passed == count.all { Mark::Right } else { Mark::Wrong };
        let answer = Some(format!("{} of {} tests", count.passed, count.all));
        Ok((Judgement { mark, answer, leniency: None }, Some(count)))
    }
}

async fn counted(
    sandbox: &Sandbox,
    program: &str,
    cases: &[Case],
    tolerance: f64,
) -> Result<TestCount, String> {
    let runner = Runner { tolerance, ..Runner::default() };
    let mut count = TestCount { passed: 0, run: 0, all: cases.len() };
    for some in cases.chunks(runner.jobs.max(1)) {
        let report = run_cases(sandbox, program, some, runner).await;
        let report = report.map_err(|error| error.to_string())?;
        count.passed += report.count(Verdict::Pass);
        count.run += report.tests.len();
        if !report.passed() {
            break;
        }
    }
    Ok(count)
}
