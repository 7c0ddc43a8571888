//! Problem files: what is asked, and what is right.
//!
//! A file is JSON Lines, `{id, problem, answer}` or `{id, problem, tests}` a line, or Parquet. Both are read
//! into JSON objects, and `fields` says under which names they may have their parts.

use std::{
    collections::HashMap,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::suite::Case;
use crate::generate::Message;

mod fields;
mod lines;
mod parquet;

/// One problem of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// Its name, unique in its file.
    pub id: String,
    /// What is asked, ending with a user's message.
    pub messages: Vec<Message>,
    /// What makes an answer right.
    pub task: Task,
}

/// What makes an answer right.
#[derive(Debug, Clone, PartialEq)]
pub enum Task {
    /// It means the same as this one.
    Answer(String),
    /// It is a program that passes these tests, as the file has them.
    Tests(Value),
    /// The rules of a suite find nothing wrong with it.
    Case(Arc<Case>),
}

impl Problem {
    /// The right answer, where the problem has one.
    pub fn answer(&self) -> Option<&str> {
        match &self.task {
            Task::Answer(answer) => Some(answer),
            Task::Tests(_) => None,
            Task::Case(case) => case.answer.as_deref(),
        }
    }

    /// The SHA-256 of what is asked, in hexadecimal: two problems with the same one are the same question.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        let begun =
            self.messages.iter().map(|message| (message.role.as_str(), message.content.as_str()));
        let then = match &self.task {
            Task::Case(case) => case.then.as_slice(),
            Task::Answer(_) | Task::Tests(_) => &[],
        };
        for (role, text) in begun.chain(then.iter().map(|text| ("user", text.as_str()))) {
            for part in [role, text] {
                // The length keeps the parts apart.
                hash.update(part.len().to_le_bytes());
                hash.update(part);
            }
        }
        format!("{:x}", hash.finalize())
    }

    /// The SHA-256 of the tests as the file has them, in hexadecimal, where there are some.
    pub fn tests_digest(&self) -> Option<String> {
        match &self.task {
            Task::Tests(tests) => Some(format!("{:x}", Sha256::digest(tests.to_string()))),
            Task::Answer(_) | Task::Case(_) => None,
        }
    }
}

/// What the problems of a file are about: it decides how often a protocol asks each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Answers to compute.
    Mathematics,
    /// One of several given answers, by its letter.
    Choice,
    /// Programs with tests.
    Programs,
}

impl Subject {
    /// The subject of these problems: programs if all have tests, choices if every answer is a letter from A to J;
    /// `None` if some have tests and some have not, which no protocol asks alike.
    pub fn of(problems: &[Problem]) -> Option<Self> {
        let letter = |answer: &str| matches!(answer.as_bytes(), [b'A'..=b'J']);
        let programs =
            problems.iter().filter(|problem| matches!(problem.task, Task::Tests(_))).count();
        match programs {
            0 if problems.iter().all(|problem| problem.answer().is_some_and(letter)) => {
                Some(Self::Choice)
            }
            0 => Some(Self::Mathematics),
            all if all == problems.len() => Some(Self::Programs),
            _ => None,
        }
    }
}

/// Why a problem file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProblemsError {
    /// It cannot be read.
    #[error("{path} cannot be read: {error}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// One of its problems is wrong.
    #[error("{path}, {place}: {message}")]
    Problem {
        /// The file.
        path: PathBuf,
        /// Where in it, for example `line 3`.
        place: String,
        /// What is wrong, and what to do about it.
        message: String,
    },
    /// It is no problem file.
    #[error("{path}: {message}")]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what to do about it.
        message: String,
    },
}

/// Reads a problem file: Parquet if it begins as one, JSON Lines otherwise.
///
/// # Errors
///
/// If the file cannot be read, holds no problem, or a problem is wrong: the message names its line or row.
pub fn read(path: &Path) -> Result<Vec<Problem>, ProblemsError> {
    let failed = |error| ProblemsError::File { path: path.to_owned(), error };
    let wrong = |message| ProblemsError::Format { path: path.to_owned(), message };
    let mut file = File::open(path).map_err(failed)?;
    let mut beginning = Vec::new();
    file.by_ref().take(4).read_to_end(&mut beginning).map_err(failed)?;
    let (unit, rows) = if beginning == b"PAR1" {
        ("row", parquet::rows(path).map_err(wrong)?)
    } else {
        ("line", lines::rows(path)?)
    };
    problems(path, unit, rows)
}

/// Makes problems of rows with their numbers.
fn problems(
    path: &Path,
    unit: &str,
    rows: Vec<(usize, Value)>,
) -> Result<Vec<Problem>, ProblemsError> {
    let wrong = |number: usize, message: String| ProblemsError::Problem {
        path: path.to_owned(),
        place: format!("{unit} {number}"),
        message,
    };
    let mut problems = Vec::with_capacity(rows.len());
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (number, row) in rows {
        let problem = fields::problem(number, &row).map_err(|message| wrong(number, message))?;
        if let Some(first) = seen.insert(problem.id.clone(), number) {
            let id = &problem.id;
            let message = format!(
                "the id {id:?} is that of {unit} {first} already; give each problem its own"
            );
            return Err(wrong(number, message));
        }
        problems.push(problem);
    }
    if problems.is_empty() {
        return Err(ProblemsError::Format {
            path: path.to_owned(),
            message: "there is no problem in it; a line is one, for example {\"id\": \"1\", \
                      \"problem\": \"What is 6 * 7?\", \"answer\": \"42\"}"
                .to_owned(),
        });
    }
    Ok(problems)
}

#[cfg(test)]
mod tests;
