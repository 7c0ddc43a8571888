//! The chains that come with the program, and the check of a user's own.

use std::path::{Path, PathBuf};

use super::{
    load::{load, load_file},
    plan::Plan,
    problem::{LoadError, Problem},
};

/// A chain file that is part of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shipped {
    /// The file's name in the repository.
    pub file: &'static str,
    /// What is in it.
    pub text: &'static str,
}

impl Shipped {
    /// The plan of the file.
    ///
    /// # Errors
    ///
    /// What is wrong with it; a test makes sure that nothing is.
    pub fn plan(&self) -> Result<Plan, LoadError> {
        load(self.text, self.file)
    }
}

/// Every chain that is part of the program.
pub fn shipped() -> &'static [Shipped] {
    &[
        Shipped { file: "chains/solve.yaml", text: include_str!("../../chains/solve.yaml") },
        Shipped {
            file: "chains/solve-careful.yaml",
            text: include_str!("../../chains/solve-careful.yaml"),
        },
        Shipped {
            file: "chains/solve-clr.yaml",
            text: include_str!("../../chains/solve-clr.yaml"),
        },
        Shipped {
            file: "chains/solve-or-escalate.yaml",
            text: include_str!("../../chains/solve-or-escalate.yaml"),
        },
        Shipped {
            file: "chains/translate.yaml",
            text: include_str!("../../chains/translate.yaml"),
        },
        Shipped { file: "chains/review.yaml", text: include_str!("../../chains/review.yaml") },
        Shipped { file: "chains/hint.yaml", text: include_str!("../../chains/hint.yaml") },
        Shipped { file: "chains/tutor.yaml", text: include_str!("../../chains/tutor.yaml") },
        Shipped {
            file: "chains/general-with-reasoner.yaml",
            text: include_str!("../../chains/general-with-reasoner.yaml"),
        },
    ]
}

/// Loads every chain file of a folder, in the order of their names.
///
/// # Errors
///
/// Everything that is wrong with any of them; two chains with the same name.
pub fn load_folder(folder: &Path) -> Result<Vec<Plan>, LoadError> {
    let mut problems = Vec::new();
    let mut plans: Vec<Plan> = Vec::new();
    for file in files_of(folder)? {
        match load_file(&file) {
            Ok(plan) if plans.iter().any(|other| other.name == plan.name) => {
                let message = format!("another chain here is called `{}` already", plan.name);
                problems.push(Problem::in_file(&file.display().to_string(), message));
            }
            Ok(plan) => plans.push(plan),
            Err(error) => problems.extend(error.problems),
        }
    }
    if problems.is_empty() { Ok(plans) } else { Err(LoadError { problems }) }
}

/// Everything that is wrong with a chain file, or with the chain files of a folder; needs neither
/// a model nor a network.
pub fn check(path: &Path) -> Vec<Problem> {
    let result =
        if path.is_dir() { load_folder(path).map(drop) } else { load_file(path).map(drop) };
    result.err().map_or_else(Vec::new, |error| error.problems)
}

/// The chain files of a folder, sorted.
fn files_of(folder: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let name = folder.display().to_string();
    let unreadable = |error: std::io::Error| LoadError {
        problems: vec![Problem::in_file(&name, format!("cannot be read: {error}"))],
    };
    let entries = std::fs::read_dir(folder).map_err(unreadable)?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(LoadError {
            problems: vec![Problem::in_file(&name, "there is no chain file (*.yaml) in it")],
        });
    }
    Ok(files)
}
