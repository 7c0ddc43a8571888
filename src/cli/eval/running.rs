//! How programs are run, where problems have tests.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use serde_json::{Map, Value};

use crate::{
    cli::{
        exec::tolerance,
        exit::{Exit, Failure},
    },
    evaluation::{
        problems::{Problem, Task},
        programs::Programs,
    },
    execution::{
        PartialProtection, SandboxOptions, SharedSandbox, cases::PrivateTests, compare::TOLERANCE,
    },
};

/// How programs are run.
#[derive(Debug, Args)]
pub(super) struct RunningArguments {
    /// Run programs on the public tests of their problems only
    #[arg(long)]
    pub(super) public_only: bool,
    /// By how much numbers with a point may differ in what programs write; 0 compares exactly, as LiveCodeBench does
    /// [default: 0.000001, or as the run was judged]
    #[arg(long, value_name = "NUMBER", value_parser = tolerance)]
    tolerance: Option<f64>,
    /// The interpreter that runs programs
    #[arg(long, value_name = "FILE", default_value = "python3")]
    python: PathBuf,
    /// Run programs even where the kernel cannot keep them from files, the network, or outliving their run
    #[arg(long)]
    allow_partial_protection: bool,
}

impl RunningArguments {
    /// By how much numbers may differ.
    fn tolerance(&self) -> f64 {
        self.tolerance.unwrap_or(TOLERANCE)
    }

    /// What these flags add to a run's settings: what changes its marks.
    pub(super) fn settings(&self) -> [(&'static str, Option<Value>); 2] {
        let other = Some(self.tolerance()).filter(|tolerance| *tolerance != TOLERANCE);
        [
            ("tests", self.public_only.then(|| "public only".into())),
            ("tolerance", other.map(Value::from)),
        ]
    }

    /// The same for judging a run again, which holds marks of one kind only.
    ///
    /// # Errors
    ///
    /// If the flags would give other marks than those of the run.
    pub(super) fn judging_run_of(mut self, settings: &Map<String, Value>) -> Result<Self, Failure> {
        let wrong = |message: String| Failure::new(Exit::Usage, message);
        match (settings.contains_key("tests"), self.public_only) {
            (true, false) => {
                return Err(wrong(
                    "this run is of public tests only: add --public-only".to_owned(),
                ));
            }
            (false, true) => {
                return Err(wrong("this run is of all tests: leave --public-only out".to_owned()));
            }
            (true, true) | (false, false) => {}
        }
        let judged = settings.get("tolerance").and_then(Value::as_f64).unwrap_or(TOLERANCE);
        match self.tolerance.replace(judged) {
            Some(given) if given != judged => Err(wrong(format!(
                "this run is judged with a tolerance of {judged}: leave --tolerance out, or measure into another \
                 --output"
            ))),
            _ => Ok(self),
        }
    }

    /// What runs the programs of these problems of a file, if there are any; tried before anybody is asked anything.
    pub(super) async fn programs(
        &self,
        file: &Path,
        problems: &[Problem],
    ) -> Result<Option<Programs>, Failure> {
        let Self { public_only, python, allow_partial_protection, .. } = self;
        let private = if *public_only { PrivateTests::LeaveOut } else { PrivateTests::Run };
        let partial = match *allow_partial_protection {
            true => PartialProtection::Accept,
            false => PartialProtection::Refuse,
        };
        let python = Some(python.clone());
        let options = SandboxOptions { python, partial, ..SandboxOptions::default() };
        let sandbox = Arc::new(SharedSandbox::new(options));
        let programs = Programs { sandbox, private, tolerance: self.tolerance() };
        let mut any = false;
        for problem in problems {
            let Task::Tests(tests) = &problem.task else { continue };
            any = true;
            programs.tests(tests).map_err(|why| {
                let message = format!("{}: the problem {:?}: {why}", file.display(), problem.id);
                Failure::new(Exit::No, message)
            })?;
        }
        if !any {
            return Ok(None);
        }
        programs.sandbox.get().await?;
        Ok(Some(programs))
    }
}
