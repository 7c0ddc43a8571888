//! What the question says itself, which is no secret.

use std::collections::{BTreeSet, HashSet};

use crate::chain::numbers::{self, Commas, Number};

use super::{clause, digits, expression, plain::plain, program, worded};

/// What is known without the solution.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The numbers of the problem, however sure they are ones.
    pub(super) numbers: BTreeSet<Number>,
    /// The formulas that the user wrote, as [`squeezed`](crate::chain::formulas::squeezed) writes them.
    pub(super) expressions: HashSet<String>,
    /// What the problem computes in words.
    pub(super) worded: Vec<Number>,
    /// Digits that stand one by one in the problem.
    pub(super) apart: Vec<String>,
    /// The lines of programs that the user wrote.
    pub(super) lines: Vec<Vec<String>>,
    /// The problem in one line.
    text: String,
}

impl Known {
    /// What is known from the problem, and from all that was asked.
    pub(super) fn of(problem: &str, asked: &[&str]) -> Self {
        let problem = plain(problem);
        let mut numbers = BTreeSet::new();
        for commas in [Commas::Thousands, Commas::List] {
            let found = numbers::numbers(&problem, commas);
            numbers.extend(found.certain.into_iter().chain(found.possible));
        }
        let mut expressions = HashSet::new();
        let mut lines = Vec::new();
        for text in asked.iter().map(|text| plain(text)) {
            expressions.extend(expression::written(&text));
            lines.extend(program::lines(&text));
        }
        let reading = clause::Reading::of(&problem);
        Self {
            numbers,
            expressions,
            worded: worded::values(&reading),
            apart: digits::apart(&problem),
            lines,
            text: one_line(&problem),
        }
    }

    /// Whether the problem says this, word by word.
    pub(super) fn says(&self, fragment: &str) -> bool {
        let fragment = one_line(fragment);
        !fragment.is_empty() && self.text.contains(&fragment)
    }
}

/// A text in lower case with single spaces.
fn one_line(text: &str) -> String {
    let lower = text.to_lowercase();
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}
