//! Marks what students hand in: right or wrong, and where it goes wrong.
//!
//! ```text
//! problems ─┐
//!           ├─▶ marking ─▶ ledger (a line a mark) ─▶ report: Markdown, CSV, JSON
//! class ────┘      │
//!                  ├─ equivalence: the answer, and every equation of the work
//!                  ├─ execution: programs, in the sandbox
//!                  └─ a model, only where these two find no place
//! ```
//!
//! What can be decided exactly is decided exactly: no model says whether an answer is right. One is asked for a
//! reference solution where a problem has none, and for the first wrong line where no equation of the work is
//! wrong by itself.

use std::{fmt, path::PathBuf};

pub mod class;
pub mod exercise;
pub mod ledger;
pub mod marking;
pub mod report;
pub mod session;
pub mod steps;

/// What is wrong with a file that was handed in.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// It cannot be read.
    #[error("{path} cannot be read: {error}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// A line of it is wrong.
    #[error("{path}, line {line}: {message}")]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong, and what to do about it.
        message: String,
    },
    /// It is wrong as a whole.
    #[error("{path}: {message}")]
    Whole {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what to do about it.
        message: String,
    },
    /// It is no problem file.
    #[error(transparent)]
    Problems(#[from] crate::evaluation::problems::ProblemsError),
}

/// Everything that is wrong with the files of a class.
#[derive(Debug)]
pub struct InputErrors(pub Vec<InputError>);

impl fmt::Display for InputErrors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 20;
        for (number, error) in self.0.iter().take(SHOWN).enumerate() {
            let before = if number > 0 { "\n" } else { "" };
            write!(formatter, "{before}{error}")?;
        }
        match self.0.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(formatter, "\n… and {more} more"),
        }
    }
}

impl std::error::Error for InputErrors {}

impl From<InputError> for InputErrors {
    fn from(error: InputError) -> Self {
        Self(vec![error])
    }
}

/// A section of a Markdown file: its heading of the second level, and what stands below it.
#[derive(Debug, PartialEq, Eq)]
struct Section<'text> {
    title: &'text str,
    /// The line of the heading, from 1.
    line: u64,
    body: String,
}

/// The sections of a Markdown file, and the text before the first one with its first line. Headings in blocks of
/// code are none.
fn sections(text: &str) -> (Option<(u64, String)>, Vec<Section<'_>>) {
    let mut found: Vec<Section<'_>> = Vec::new();
    let mut before: Option<(u64, String)> = None;
    let mut in_code = false;
    for (line, number) in text.trim_start_matches('\u{feff}').lines().zip(1_u64..) {
        let fence = line.trim_start();
        in_code ^= fence.starts_with("```") || fence.starts_with("~~~");
        match line.strip_prefix("## ").filter(|_| !in_code) {
            Some(title) => {
                let title = title.trim().trim_end_matches('#').trim();
                found.push(Section { title, line: number, body: String::new() });
            }
            None => match found.last_mut() {
                Some(section) => {
                    section.body.push_str(line);
                    section.body.push('\n');
                }
                // The title of the whole is nobody's work.
                None if line.trim().is_empty() || line.starts_with("# ") => {}
                None => {
                    let (_, text) = before.get_or_insert((number, String::new()));
                    text.push_str(line);
                    text.push('\n');
                }
            },
        }
    }
    (before, found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_headings_of_the_second_level() {
        let text = "# Ann\n\nHello\n## a\none\n### b\n```\n## c\n```\n## d ##\ntwo";
        let (before, found) = sections(text);
        assert_eq!(before, Some((3, "Hello\n".to_owned())));
        let shown: Vec<_> = found.iter().map(|section| (section.title, section.line)).collect();
        assert_eq!(shown, [("a", 4), ("d", 10)]);
        assert_eq!(found[0].body, "one\n### b\n```\n## c\n```\n");
    }
}
