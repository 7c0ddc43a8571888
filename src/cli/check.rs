//! `ponder check`

use std::path::PathBuf;

use clap::Args;

use super::{
    exit::{Exit, Failure},
    show,
};
use crate::chain;

/// What to check.
#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    /// Chain files, or folders of them
    #[arg(required = true)]
    paths: Vec<PathBuf>,
}

pub(super) fn check(arguments: &CheckArguments) -> Result<Exit, Failure> {
    let mut problems = 0;
    for path in &arguments.paths {
        let found = chain::check(path);
        for problem in &found {
            show::line(&problem.to_string());
        }
        if found.is_empty() {
            show::line(&format!("{}: ok", path.display()));
        }
        problems += found.len();
    }
    Ok(if problems == 0 { Exit::Done } else { Exit::No })
}
