//! The problems of a class, each with what makes an answer right.

use std::{fs, path::Path};

use sha2::{Digest, Sha256};

use crate::{
    evaluation::problems::{self, Task},
    execution::{
        case::Case,
        cases::{self, PrivateTests},
        statement::examples_in_statement,
    },
};

use super::{InputError, sections};

/// A problem that a class works on.
#[derive(Debug, Clone, PartialEq)]
pub struct Exercise {
    /// Its name, unique in its file.
    pub id: String,
    /// What is asked.
    pub statement: String,
    /// What makes an answer right.
    pub reference: Reference,
}

/// What makes an answer right.
#[derive(Debug, Clone, PartialEq)]
pub enum Reference {
    /// It means the same as this one.
    Answer(String),
    /// It is a program that passes these tests.
    Tests(Vec<Case>),
    /// Nobody has said; a model solves the problem.
    Unknown,
}

impl Exercise {
    /// The right answer, where it is known and no program.
    pub fn answer(&self) -> Option<&str> {
        match &self.reference {
            Reference::Answer(answer) => Some(answer),
            Reference::Tests(_) | Reference::Unknown => None,
        }
    }

    /// The SHA-256 of the problem with what makes an answer right, in hexadecimal.
    pub fn digest(&self) -> String {
        let right = format!("{:?}", self.reference);
        digest(&[&self.id, &self.statement, &right])
    }
}

/// The SHA-256 of texts that stay apart, in hexadecimal.
pub(super) fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    format!("{:x}", hash.finalize())
}

/// Reads the problems of a class: a problem file of `ponder eval`, or Markdown.
///
/// In Markdown every heading of the second level is the name of a problem, and what stands below it the problem; a
/// line `Answer: …` (or 答案：…) is the right answer. Without one the examples of the statement are the tests of
/// a program, and without these the answer is unknown.
///
/// # Errors
///
/// A file that cannot be read, without a problem in it, or with two of the same name.
pub fn read(path: &Path) -> Result<Vec<Exercise>, InputError> {
    let markdown = path.extension().is_some_and(|end| end == "md" || end == "markdown");
    if markdown {
        let text = fs::read_to_string(path)
            .map_err(|error| InputError::File { path: path.to_owned(), error })?;
        return in_markdown(path, &text);
    }
    let mut exercises = Vec::new();
    for problem in problems::read(path)? {
        let statement =
            problem.messages.last().map(|message| message.content.clone()).unwrap_or_default();
        let reference = match problem.task {
            Task::Answer(answer) => Reference::Answer(answer),
            Task::Tests(tests) => {
                let read = cases::read(&tests.to_string(), PrivateTests::LeaveOut);
                let cases = read.map_err(|error| InputError::Whole {
                    path: path.to_owned(),
                    message: format!("the tests of {:?}: {error}", problem.id),
                })?;
                Reference::Tests(cases)
            }
            // Cases come with the program and not from files.
            Task::Case(_) => continue,
        };
        exercises.push(Exercise { id: problem.id, statement, reference });
    }
    Ok(exercises)
}

fn in_markdown(path: &Path, text: &str) -> Result<Vec<Exercise>, InputError> {
    let (_, found) = sections(text);
    let wrong =
        |line: u64, message: String| InputError::Line { path: path.to_owned(), line, message };
    let mut exercises: Vec<Exercise> = Vec::new();
    for section in found {
        let id = section.title;
        if id.is_empty() {
            return Err(wrong(section.line, "a problem needs a name behind `##`".to_owned()));
        }
        if exercises.iter().any(|known| known.id == id) {
            return Err(wrong(section.line, format!("there are two problems called {id:?}")));
        }
        let (answer, statement) = answer_of(&section.body);
        if statement.is_empty() {
            return Err(wrong(section.line, format!("the problem {id:?} asks nothing")));
        }
        let reference = match answer {
            Some(answer) => Reference::Answer(answer),
            None => match examples_in_statement(&statement) {
                cases if cases.is_empty() => Reference::Unknown,
                cases => Reference::Tests(cases),
            },
        };
        exercises.push(Exercise { id: id.to_owned(), statement, reference });
    }
    if exercises.is_empty() {
        let message = "there is no problem in it: each begins with a line `## NAME`".to_owned();
        return Err(InputError::Whole { path: path.to_owned(), message });
    }
    Ok(exercises)
}

/// The answer line of a problem, and the rest of it.
fn answer_of(body: &str) -> (Option<String>, String) {
    const MARKS: [&str; 4] = ["Answer:", "answer:", "答案：", "答案:"];
    let mut answer = None;
    let mut statement = String::new();
    for line in body.lines() {
        let plain = line.trim().trim_start_matches("**").trim_start_matches("- ");
        match MARKS.iter().find_map(|mark| plain.strip_prefix(mark)) {
            Some(rest) if !rest.trim_matches(['*', ' ']).is_empty() => {
                answer = Some(rest.trim_matches(['*', ' ']).to_owned());
            }
            _ => {
                statement.push_str(line);
                statement.push('\n');
            }
        }
    }
    (answer, statement.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        match in_markdown(Path::new("p.md"), text) {
            Ok(found) => format!("{found:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn problems_in_markdown() {
        let text = "# Sheet 1\n\n## a\nWhat is 6 * 7?\nAnswer: 42\n\n## b\nAdd.\nInput: 1 2\nOutput: 3\n## c\nWhy?";
        let found = in_markdown(Path::new("p.md"), text).unwrap();
        assert_eq!(found[0].answer(), Some("42"));
        assert_eq!(found[0].statement, "What is 6 * 7?");
        assert!(matches!(&found[1].reference, Reference::Tests(cases) if cases.len() == 1));
        assert_eq!(found[2].reference, Reference::Unknown);
    }

    #[test]
    fn mistakes_have_their_line() {
        assert_eq!(told("## a\nx?\n## a\ny?"), "p.md, line 3: there are two problems called \"a\"");
        assert_eq!(told("\n## a\n\n## b\nx?"), "p.md, line 2: the problem \"a\" asks nothing");
        assert_eq!(
            told("nothing"),
            "p.md: there is no problem in it: each begins with a line `## NAME`"
        );
    }
}
