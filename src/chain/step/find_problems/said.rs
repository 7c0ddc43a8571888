//! What was said in a conversation until now, to tell a hint from a problem that somebody put in its place.

use std::collections::{BTreeSet, HashSet};

use crate::chain::{
    formulas,
    numbers::{self, Commas, Number},
    parts,
};

/// Amounts in words up to this are in hints, too: "the two rows", "one of them".
const USUAL: u128 = 2;
/// So many amounts in words that nobody has named are those of a problem.
const SEVERAL: usize = 2;

/// Numbers and equations that were said.
#[derive(Debug, Default)]
pub(super) struct Said {
    numbers: BTreeSet<Number>,
    equations: HashSet<String>,
}

impl Said {
    /// Takes in what a message says.
    pub(super) fn add(&mut self, text: &str) {
        for commas in [Commas::Thousands, Commas::List] {
            let found = numbers::numbers(text, commas);
            self.numbers.extend(found.certain.into_iter().chain(found.possible));
        }
        self.equations.extend(equations(text));
    }

    /// Whether a text asks for a program, or has a number in digits, an equation or several amounts that were not said
    /// before: whoever only gives a hint has no need of them.
    pub(super) fn is_exceeded_by(&self, text: &str) -> bool {
        let text = without_numbering(text);
        let new = |text: &str| -> BTreeSet<Number> {
            let found = numbers::numbers(text, Commas::Thousands).certain;
            found.into_iter().filter(|number| !self.numbers.contains(number)).collect()
        };
        let few = |number: &Number| match number {
            Number::Ratio { numerator, denominator: 1 } => *numerator <= USUAL,
            Number::Ratio { .. } | Number::Long(_) => false,
        };
        !new(&only_digits(&text)).is_empty()
            || new(&text).iter().filter(|number| !few(number)).count() >= SEVERAL
            || equations(&text).any(|equation| !self.equations.contains(&equation))
            || parts::asks_for_a_program(&text)
    }
}

fn equations(text: &str) -> impl Iterator<Item = String> {
    formulas::relations(text).into_iter().map(|relation| relation.squeezed)
}

/// A text without the numbers of its list items.
fn without_numbering(text: &str) -> String {
    let bare = |line: &str| -> String {
        let start = line.trim_start();
        let rest = start.trim_start_matches(|sign: char| sign.is_ascii_digit());
        let numbered = start.len() - rest.len();
        match rest.strip_prefix(['.', ')', '、']) {
            Some(rest)
                if (1..=2).contains(&numbered)
                    && !rest.starts_with(|sign: char| sign.is_ascii_digit()) =>
            {
                rest.to_owned()
            }
            _ => line.to_owned(),
        }
    };
    text.lines().map(bare).collect::<Vec<_>>().join("\n")
}

/// Only the numbers of a text that are written in digits.
fn only_digits(text: &str) -> String {
    let in_numbers = |sign: char| match sign {
        '0'..='9' | '０'..='９' | '.' | ',' => sign,
        _ => ' ',
    };
    text.chars().map(in_numbers).collect()
}
