//! What came of a class: for each student and problem the mark and where it went wrong, and what went wrong most.

use std::{collections::BTreeMap, fmt::Write};

use serde::Serialize;

use crate::equivalence::{Answer, Key};

use super::{
    class::Class,
    exercise::Exercise,
    marking::{Mark, Marked},
    session::Judged,
};

/// How many wrong answers of a problem are told, the most frequent first.
const MOST_WRONG_ANSWERS: usize = 3;

/// A report on a class.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The shape of this document.
    pub schema: &'static str,
    /// Every student, in the order of the class.
    pub students: Vec<Student>,
    /// Every problem; the one that failed most first.
    pub problems: Vec<ProblemSummary>,
    /// Tokens that models wrote for it, in this session and earlier ones.
    pub tokens: u64,
}

/// A student.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Student {
    /// Who.
    pub student: String,
    /// How many answers are right.
    pub right: usize,
    /// One for each problem, in their order.
    pub marks: Vec<Line>,
}

/// A mark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The problem.
    pub problem: String,
    /// The mark.
    #[serde(flatten)]
    pub marked: Marked,
    /// Why there is none, where marking failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// How a problem went.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProblemSummary {
    /// Its name.
    pub problem: String,
    /// How many answers are right.
    pub right: usize,
    /// How many are wrong.
    pub wrong: usize,
    /// Of how many nobody could say.
    pub undecided: usize,
    /// How many students handed in nothing.
    pub missing: usize,
    /// The wrong answers that came most often, those that mean the same counted together.
    pub common_wrong_answers: Vec<WrongAnswer>,
}

/// A wrong answer and how often it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WrongAnswer {
    /// The answer, as the first student wrote it.
    pub answer: String,
    /// How many students gave it.
    pub students: usize,
}

impl Report {
    /// The report on a class.
    ///
    /// `solving` is how many tokens the problems without an answer took.
    pub fn of(class: &Class, exercises: &[Exercise], results: &[Judged], solving: u64) -> Self {
        let found: BTreeMap<(&str, &str), &Judged> = results
            .iter()
            .map(|result| ((result.student.as_str(), result.problem.as_str()), result))
            .collect();
        let students: Vec<Student> = class
            .students
            .iter()
            .map(|student| {
                let marks: Vec<Line> = exercises
                    .iter()
                    .map(|exercise| {
                        line(found.get(&(student.as_str(), exercise.id.as_str())), &exercise.id)
                    })
                    .collect();
                let right = marks.iter().filter(|line| line.marked.mark == Mark::Right).count();
                Student { student: student.clone(), right, marks }
            })
            .collect();
        let mut problems: Vec<ProblemSummary> =
            exercises.iter().map(|exercise| summary(&students, &exercise.id)).collect();
        // Stable: problems that went alike stay in their order.
        problems.sort_by_key(|problem| std::cmp::Reverse(problem.wrong));
        let marking: u64 =
            students.iter().flat_map(|student| &student.marks).map(|line| line.marked.tokens).sum();
        let tokens = solving + marking;
        Self { schema: "ponder.tutor/1", students, problems, tokens }
    }

    /// How many works have no mark: nobody could say, or marking failed.
    pub fn undecided(&self) -> usize {
        self.problems.iter().map(|problem| problem.undecided).sum()
    }

    /// The report for people, in Markdown.
    pub fn markdown(&self) -> String {
        let mut text = "# Report\n\n## Problems\n\n| problem | right | wrong | undecided | missing | common wrong answers |\n\
                        |---|--:|--:|--:|--:|---|\n"
            .to_owned();
        for problem in &self.problems {
            let common: Vec<String> = problem
                .common_wrong_answers
                .iter()
                .map(|wrong| format!("{} ({})", cell(&wrong.answer), wrong.students))
                .collect();
            // Writing into a text cannot fail.
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} | {} |",
                cell(&problem.problem),
                problem.right,
                problem.wrong,
                problem.undecided,
                problem.missing,
                common.join("; ")
            );
        }
        if let Some(hardest) = self.problems.first().filter(|problem| problem.wrong > 0) {
            let _ = writeln!(
                text,
                "\nFailed most: {} ({} wrong).",
                cell(&hardest.problem),
                hardest.wrong
            );
        }
        text.push_str("\n## Students\n");
        for student in &self.students {
            let _ = writeln!(
                text,
                "\n### {}: {} of {} right\n\n| problem | mark | answer | where it went wrong |\n|---|---|---|---|",
                cell(&student.student),
                student.right,
                student.marks.len()
            );
            for line in &student.marks {
                let _ = writeln!(
                    text,
                    "| {} | {} | {} | {} |",
                    cell(&line.problem),
                    line.marked.mark.as_str(),
                    cell(line.marked.answer.as_deref().unwrap_or_default()),
                    cell(&line.place())
                );
            }
        }
        text
    }

    /// The report for tables, as CSV: a row for each student and problem.
    ///
    /// # Errors
    ///
    /// What the writer of CSV says; writing into memory does not fail.
    pub fn csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut table = csv::Writer::from_writer(Vec::new());
        table
            .write_record(["student", "problem", "mark", "answer", "line", "where", "found_by"])?;
        for student in &self.students {
            for line in &student.marks {
                let fault = line.marked.fault.as_ref();
                let number = fault.map_or_else(String::new, |fault| fault.line.to_string());
                let found_by = fault.map_or("", |fault| fault.found_by.as_str());
                let answer = line.marked.answer.as_deref().unwrap_or_default();
                table.write_record([
                    harmless(&student.student),
                    harmless(&line.problem),
                    line.marked.mark.as_str().to_owned(),
                    harmless(answer),
                    number,
                    harmless(&line.place()),
                    found_by.to_owned(),
                ])?;
            }
        }
        table.into_inner().map_err(|error| error.into_error().into())
    }
}

impl Line {
    /// Where the work goes wrong, or what else there is to say of it.
    fn place(&self) -> String {
        let fault = self.marked.fault.as_ref().map(|fault| {
            let doubt = match fault.found_by {
                super::steps::FoundBy::Exactly => "",
                super::steps::FoundBy::Model => " (a model says so)",
            };
            format!("line {}: {}{doubt}", fault.line, fault.why)
        });
        let error = self.error.as_ref().map(|error| format!("could not be marked: {error}"));
        [fault, self.marked.note.clone(), error]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join("; ")
    }
}

fn line(result: Option<&&Judged>, problem: &str) -> Line {
    let without = |mark| Marked { mark, answer: None, fault: None, note: None, tokens: 0 };
    let (marked, error) = match result.map(|result| &result.outcome) {
        Some(Ok(marked)) => (marked.clone(), None),
        Some(Err(error)) => (without(Mark::Undecided), Some(error.clone())),
        None => (without(Mark::Missing), None),
    };
    Line { problem: problem.to_owned(), marked, error }
}

fn summary(students: &[Student], problem: &str) -> ProblemSummary {
    let lines = || {
        students.iter().flat_map(|student| &student.marks).filter(|line| line.problem == problem)
    };
    let count = |mark: Mark| lines().filter(|line| line.marked.mark == mark).count();
    let mut wrong: Vec<(Option<Key>, WrongAnswer)> = Vec::new();
    for line in lines().filter(|line| line.marked.mark == Mark::Wrong) {
        let Some(answer) = &line.marked.answer else { continue };
        let key = Answer::parse(answer).key();
        match wrong.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => known.students += 1,
            None => wrong.push((key, WrongAnswer { answer: answer.clone(), students: 1 })),
        }
    }
    wrong.sort_by_key(|(_, wrong)| std::cmp::Reverse(wrong.students));
    let common = wrong.into_iter().map(|(_, wrong)| wrong).take(MOST_WRONG_ANSWERS);
    ProblemSummary {
        problem: problem.to_owned(),
        right: count(Mark::Right),
        wrong: count(Mark::Wrong),
        undecided: count(Mark::Undecided),
        missing: count(Mark::Missing),
        common_wrong_answers: common.collect(),
    }
}

/// A text in a cell of a Markdown table: what students write must not end the cell.
fn cell(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;")
}

/// A text in a cell of a table program, which would compute what begins like a formula.
fn harmless(text: &str) -> String {
    let formula = text.starts_with(['=', '@', '\t', '\r'])
        || (text.starts_with(['+', '-']) && text.parse::<f64>().is_err());
    if formula { format!("'{text}") } else { text.to_owned() }
}
