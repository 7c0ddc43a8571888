//! What is wrong with a chain, where it says so, and in which step.

use std::fmt;

/// Something wrong with a chain file or a chain in Rust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file's name as it was given; the chain's name for a chain in Rust.
    pub file: String,
    /// The line, counted from 1; 0 where there is none.
    pub line: u64,
    /// The column in characters, counted from 1; 0 where there is none.
    pub column: u64,
    /// The step that it is about, if it is about one.
    pub step: Option<String>,
    /// What is wrong and what to do about it.
    pub message: String,
}

impl Problem {
    /// A problem with a whole file, such as one that cannot be read.
    pub(super) fn in_file(file: &str, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: 0, column: 0, step: None, message: message.into() }
    }

    /// A problem with a step of a chain in Rust.
    pub(super) fn in_rust(chain: &str, step: &str, message: &str) -> Self {
        let step = (!step.is_empty()).then(|| step.to_owned());
        Self { step, ..Self::in_file(chain, message) }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.file)?;
        if self.line > 0 {
            write!(formatter, ":{}:{}", self.line, self.column)?;
        }
        if let Some(step) = &self.step {
            write!(formatter, ": step `{step}`")?;
        }
        write!(formatter, ": {}", self.message)
    }
}

/// A chain that cannot be used, with everything that is wrong with it; one line each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError {
    /// What is wrong, in the order of the file; never empty.
    pub problems: Vec<Problem>,
}

impl fmt::Display for LoadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (problem, position) in self.problems.iter().zip(0..) {
            let separator = if position > 0 { "\n" } else { "" };
            write!(formatter, "{separator}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for LoadError {}
