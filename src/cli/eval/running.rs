//! How programs are run, where problems have tests.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;

use crate::{
    cli::exit::{Exit, Failure},
    evaluation::{
        problems::{Problem, Task},
        programs::Programs,
    },
    execution::{PartialProtection, SandboxOptions, SharedSandbox, cases::PrivateTests},
};

/// How programs are run.
#[derive(Debug, Args)]
pub(super) struct RunningArguments {
    /// Run programs on the public tests of their problems only
    #[arg(long)]
    pub(super) public_only: bool,
    /// The interpreter that runs programs
    #[arg(long, value_name = "FILE", default_value = "python3")]
    python: PathBuf,
    /// Run programs even where the kernel cannot keep them from files, the network, or outliving their run
    #[arg(long)]
    allow_partial_protection: bool,
}

impl RunningArguments {
    /// What runs the programs of these problems of a file, if there are any; tried before anybody is asked anything.
    pub(super) async fn programs(
        &self,
        file: &Path,
        problems: &[Problem],
    ) -> Result<Option<Programs>, Failure> {
        let Self { public_only, python, allow_partial_protection } = self;
        let private = if *public_only { PrivateTests::LeaveOut } else { PrivateTests::Run };
        let partial = match *allow_partial_protection {
            true => PartialProtection::Accept,
            false => PartialProtection::Refuse,
        };
        let python = Some(python.clone());
        let options = SandboxOptions { python, partial, ..SandboxOptions::default() };
        let programs = Programs { sandbox: Arc::new(SharedSandbox::new(options)), private };
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
