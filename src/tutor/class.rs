//! What a class has handed in: a folder with a file for each student, or a table.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use super::{InputError, InputErrors, exercise::Exercise, sections};

/// The most bytes of one file; what students write is shorter.
const LONGEST_FILE: u64 = 4 * 1024 * 1024;

/// What a student has handed in for a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// Who.
    pub student: String,
    /// The name of the problem.
    pub problem: String,
    /// The answer, with the way to it where that was written down.
    pub text: String,
    /// The line of the file on which the text begins, from 1.
    pub line: u64,
}

/// A class.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Class {
    /// Everybody, in order, also those who have handed in nothing.
    pub students: Vec<String>,
    /// What was handed in, by student.
    pub works: Vec<Work>,
}

/// Reads what a class has handed in.
///
/// A folder has a file for each student, called as the student is: `.md` or `.txt` with a heading `## PROBLEM` above
/// the work on each problem (no heading is needed where there is one problem), or `.py` where the one problem asks
/// for a program. A table is CSV with the columns `student`, `problem` and `answer`; an answer may have several lines.
///
/// # Errors
///
/// Everything that is wrong with the files, each with its line.
pub fn read(path: &Path, exercises: &[Exercise]) -> Result<Class, InputErrors> {
    let mut reader =
        Reader { exercises, class: Class::default(), seen: BTreeSet::new(), errors: Vec::new() };
    if path.is_dir() {
        reader.folder(path)?;
    } else {
        reader.table(path)?;
    }
    if reader.errors.is_empty() { Ok(reader.class) } else { Err(InputErrors(reader.errors)) }
}

struct Reader<'problems> {
    exercises: &'problems [Exercise],
    class: Class,
    /// Who has handed in what.
    seen: BTreeSet<(String, String)>,
    errors: Vec<InputError>,
}

impl Reader<'_> {
    fn wrong(&mut self, path: &Path, line: u64, message: impl Into<String>) {
        self.errors.push(InputError::Line { path: path.to_owned(), line, message: message.into() });
    }

    fn student(&mut self, name: &str) {
        if !self.class.students.iter().any(|known| known == name) {
            self.class.students.push(name.to_owned());
        }
    }

    /// Takes a piece of work, unless something is wrong with it.
    fn take(&mut self, path: &Path, work: Work) {
        if !self.exercises.iter().any(|known| known.id == work.problem) {
            let known: Vec<&str> =
                self.exercises.iter().take(10).map(|known| known.id.as_str()).collect();
            let message = format!(
                "there is no problem {:?}; the problems are {}",
                work.problem,
                known.join(", ")
            );
            return self.wrong(path, work.line, message);
        }
        if !self.seen.insert((work.student.clone(), work.problem.clone())) {
            let message = format!("{} has handed in {:?} already", work.student, work.problem);
            return self.wrong(path, work.line, message);
        }
        self.class.works.push(work);
    }

    fn folder(&mut self, path: &Path) -> Result<(), InputErrors> {
        let failed = |error| InputError::File { path: path.to_owned(), error };
        let mut files: Vec<PathBuf> = Vec::new();
        for entry in fs::read_dir(path).map_err(failed)? {
            let file = entry.map_err(failed)?.path();
            let hidden =
                file.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
            if !hidden {
                files.push(file);
            }
        }
        files.sort();
        for file in &files {
            self.file(file);
        }
        if files.is_empty() {
            let message =
                "there is no file in it: each student has one, such as `Ann.md`".to_owned();
            return Err(InputError::Whole { path: path.to_owned(), message }.into());
        }
        Ok(())
    }

    /// The file of one student.
    fn file(&mut self, path: &Path) {
        let end = path.extension().map(|end| end.to_string_lossy().to_lowercase());
        let known = matches!(end.as_deref(), Some("md" | "markdown" | "txt" | "py"));
        if !known || path.is_dir() {
            let message = "this is no student's file: those end in .md, .txt or .py".to_owned();
            self.errors.push(InputError::Whole { path: path.to_owned(), message });
            return;
        }
        let text = match text_of(path) {
            Ok(text) => text,
            Err(error) => return self.errors.push(error),
        };
        let student = path.file_stem().unwrap_or_default().to_string_lossy().trim().to_owned();
        self.student(&student);
        let only = match self.exercises {
            [only] => Some(only.id.clone()),
            _ => None,
        };
        let whole = |problem: String, line: u64, text: String| Work {
            student: student.clone(),
            problem,
            text,
            line,
        };
        if end.as_deref() == Some("py") {
            match only {
                Some(problem) => {
                    self.take(path, whole(problem, 1, format!("```python\n{text}\n```\n")));
                }
                None => {
                    self.wrong(path, 1, "a .py file can be handed in where there is one problem")
                }
            }
            return;
        }
        let (before, found) = sections(&text);
        match (before, only) {
            (Some((line, text)), Some(problem)) if found.is_empty() => {
                return self.take(path, whole(problem, line, text));
            }
            (Some((line, _)), _) => {
                let message = "this belongs to no problem: put a line `## PROBLEM` above it";
                self.wrong(path, line, message);
            }
            (None, _) => {}
        }
        for section in found {
            if !section.body.trim().is_empty() {
                let (problem, body) = (section.title.to_owned(), section.body.clone());
                self.take(path, whole(problem, section.line + 1, body));
            }
        }
    }

    fn table(&mut self, path: &Path) -> Result<(), InputErrors> {
        let text = text_of(path)?;
        let text = text.trim_start_matches('\u{feff}');
        let mut table =
            csv::ReaderBuilder::new().trim(csv::Trim::Headers).from_reader(text.as_bytes());
        let at = |error: &csv::Error| error.position().map_or(1, csv::Position::line);
        let header = match table.headers() {
            Ok(header) => header.clone(),
            Err(error) => {
                let line = at(&error);
                self.wrong(path, line, error.to_string());
                return Ok(());
            }
        };
        let column = |names: &[&str]| {
            header.iter().position(|name| names.contains(&name.to_lowercase().as_str()))
        };
        let columns = (
            column(&["student", "name", "学生", "姓名"]),
            column(&["problem", "problem_id", "id", "题目", "题号"]),
            column(&["answer", "work", "答案"]),
        );
        let (Some(student), Some(problem), Some(answer)) = columns else {
            let found: Vec<&str> = header.iter().collect();
            let message = format!(
                "the first line names the columns: `student`, `problem` and `answer` are needed, and it has {}",
                found.join(", ")
            );
            self.wrong(path, 1, message);
            return Ok(());
        };
        for record in table.records() {
            let record = match record {
                Ok(record) => record,
                Err(error) => {
                    let line = at(&error);
                    self.wrong(path, line, row_error(&error));
                    continue;
                }
            };
            let line = record.position().map_or(1, csv::Position::line);
            let cell = |number: usize| record.get(number).unwrap_or_default().trim().to_owned();
            let (student, problem, text) = (cell(student), cell(problem), cell(answer));
            if student.is_empty() || problem.is_empty() {
                self.wrong(path, line, "a row needs a student and a problem");
                continue;
            }
            self.student(&student);
            if text.is_empty() {
                continue;
            }
            self.take(path, Work { student, problem, text, line });
        }
        if self.class.students.is_empty() && self.errors.is_empty() {
            self.wrong(path, 1, "there is no row in it");
        }
        Ok(())
    }
}

/// What is wrong with a row, without the place, which stands in front.
fn row_error(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!(
                "the row has {len} cells and the first line {expected_len}; text with a comma in it stands in quotes"
            )
        }
        _ => error.to_string(),
    }
}

fn text_of(path: &Path) -> Result<String, InputError> {
    let failed = |error| InputError::File { path: path.to_owned(), error };
    let whole =
        |message: &str| InputError::Whole { path: path.to_owned(), message: message.to_owned() };
    if fs::metadata(path).map_err(failed)?.len() > LONGEST_FILE {
        return Err(whole("it has more than 4 MiB; is this what a student wrote?"));
    }
    let bytes = fs::read(path).map_err(failed)?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line =
            error.as_bytes().iter().take(valid).filter(|byte| **byte == b'\n').count() as u64 + 1;
        let message = "this is not UTF-8: save the file in that encoding".to_owned();
        InputError::Line { path: path.to_owned(), line, message }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tutor::exercise::Reference;

    fn exercises(ids: &[&str]) -> Vec<Exercise> {
        let one = |id: &&str| Exercise {
            id: (*id).to_owned(),
            statement: "?".to_owned(),
            reference: Reference::Answer("42".to_owned()),
        };
        ids.iter().map(one).collect()
    }

    fn told(files: &[(&str, &str)], given: &str, ids: &[&str]) -> String {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let shown = match read(&folder.path().join(given), &exercises(ids)) {
            Ok(class) => {
                let work = |work: &Work| {
                    format!("{} {} {}: {:?}\n", work.student, work.problem, work.line, work.text)
                };
                class.works.iter().map(work).collect()
            }
            Err(error) => error.to_string(),
        };
        shown
            .replace(&format!("{}/", folder.path().display()), "")
            .replace(&folder.path().display().to_string(), ".")
    }

    #[test]
    fn a_folder_has_a_file_for_each_student() {
        let files =
            [("Ann.md", "# Ann\n\n## a\n42\n\n## b\n1 + 1\n= 3\n"), ("Bo.txt", "## b\n2\n")];
        insta::assert_snapshot!(told(&files, "", &["a", "b"]), @r#"
        Ann a 4: "42\n\n"
        Ann b 7: "1 + 1\n= 3\n"
        Bo b 2: "2\n"
        "#);
        assert_eq!(told(&[("Ann.txt", "42\n")], "", &["a"]), "Ann a 1: \"42\\n\"\n");
        assert_eq!(
            told(&[("Ann.py", "x = 1")], "", &["a"]),
            "Ann a 1: \"```python\\nx = 1\\n```\\n\"\n"
        );
    }

    #[test]
    fn a_table_has_a_row_for_each_answer() {
        let table = "student,problem,answer\nAnn,a,42\nBo,a,\"1, 2\nthen 3\"\nCy,b,\n";
        insta::assert_snapshot!(told(&[("c.csv", table)], "c.csv", &["a", "b"]), @r#"
        Ann a 2: "42"
        Bo a 3: "1, 2\nthen 3"
        "#);
    }

    #[test]
    fn mistakes_have_their_file_and_line() {
        let files =
            [("Ann.md", "42\n## a\n1\n## c\n2\n## a\n3\n"), ("Bo.pdf", ""), ("Cy.py", "x = 1")];
        insta::assert_snapshot!(told(&files, "", &["a", "b"]), @r#"
        Ann.md, line 1: this belongs to no problem: put a line `## PROBLEM` above it
        Ann.md, line 5: there is no problem "c"; the problems are a, b
        Ann.md, line 7: Ann has handed in "a" already
        Bo.pdf: this is no student's file: those end in .md, .txt or .py
        Cy.py, line 1: a .py file can be handed in where there is one problem
        "#);
        let table = "student,problem,answer\nAnn,a\n,a,1\nBo,z,1\nBo,a,1\nBo,a,2\n";
        insta::assert_snapshot!(told(&[("c.csv", table)], "c.csv", &["a", "b"]), @r#"
        c.csv, line 2: the row has 2 cells and the first line 3; text with a comma in it stands in quotes
        c.csv, line 3: a row needs a student and a problem
        c.csv, line 4: there is no problem "z"; the problems are a, b
        c.csv, line 6: Bo has handed in "a" already
        "#);
        insta::assert_snapshot!(told(&[("c.csv", "who,what\n")], "c.csv", &["a"]), @"c.csv, line 1: the first line names the columns: `student`, `problem` and `answer` are needed, and it has who, what");
        insta::assert_snapshot!(told(&[], "", &["a"]), @": there is no file in it: each student has one, such as `Ann.md`");
    }
}
