//! The first wrong step of a student's work, found exactly: by the equations that are written in it.
//!
//! An equation without unknowns is right or wrong by itself. One with the unknown of the problem is wrong if the
//! right answer does not solve it: every right transformation of the problem's equation, and every right identity,
//! holds there. What holds may still be no step forward, and what has other letters cannot be decided; then nothing
//! is said.

use serde::{Deserialize, Serialize};

use crate::{
    chain::formulas::{Relation, relations},
    equivalence::{Answer, Verdict, grade},
};

/// Where a student's work goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The line of the work, from 1.
    pub line: u64,
    /// What stands there.
    pub text: String,
    /// What is wrong with it.
    pub why: String,
    /// Who found it.
    pub found_by: FoundBy,
}

/// Who found a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FoundBy {
    /// Computing exactly: it is certain.
    Exactly,
    /// A model: it may err.
    Model,
}

impl FoundBy {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exactly => "exactly",
            Self::Model => "model",
        }
    }
}

/// The most lines of one work that are looked at.
const MOST_LINES: usize = 500;

/// The first line with an equation that is wrong; `right` is the right answer, where it is known.
pub fn first_wrong(work: &str, statement: &str, right: Option<&str>) -> Option<Fault> {
    let unknown = right.and_then(|right| Unknown::of(statement, right));
    for (line, number) in work.lines().zip(1_u64..).take(MOST_LINES) {
        for relation in relations(line).iter().filter(|relation| relation.is_equation) {
            let Some(why) = wrong(relation, unknown.as_ref()) else { continue };
            let text = line.trim().to_owned();
            return Some(Fault { line: number, text, why, found_by: FoundBy::Exactly });
        }
    }
    None
}

/// What is wrong with an equation, or a chain of them.
fn wrong(relation: &Relation, unknown: Option<&Unknown>) -> Option<String> {
    relation.sides.windows(2).find_map(|pair| {
        let [left, right] = pair else { return None };
        match (letters(left).is_empty() && letters(right).is_empty(), unknown) {
            (true, _) => differ(left, right).then(|| format!("{left} is not {right}")),
            (false, Some(unknown)) => {
                let (there, here) = (unknown.put_into(left)?, unknown.put_into(right)?);
                differ(&there, &here).then(|| {
                    format!("{left} = {right} does not hold for the right {}", unknown.name)
                })
            }
            (false, None) => None,
        }
    })
}

/// Whether two values are certainly not the same; a unit on one side is no difference.
fn differ(left: &str, right: &str) -> bool {
    if rounds_to(left, right) || rounds_to(right, left) {
        return false;
    }
    grade(left, right).verdict == Verdict::Different
        && grade(right, left).verdict == Verdict::Different
}

/// Whether a decimal with at least two places is the value of a formula, rounded or cut off.
fn rounds_to(decimal: &str, formula: &str) -> bool {
    let decimal = decimal.trim();
    let Some((_, places)) = decimal.split_once('.') else { return false };
    let (Ok(number), Ok(count)) = (decimal.parse::<f64>(), i32::try_from(places.len())) else {
        return false;
    };
    let value = Answer::parse(formula).key().and_then(|key| key.approximately());
    let reach = 10_f64.powi(-count.min(15));
    count >= 2 && value.is_some_and(|value| (value - number).abs() < reach)
}

/// The unknown of a problem and what it is.
struct Unknown {
    name: char,
    value: String,
}

impl Unknown {
    /// The only letter of which the right answer can be the value: an equation of the problem has it, and holds.
    fn of(statement: &str, right: &str) -> Option<Self> {
        let named = Answer::parse(right).text().to_owned();
        let value = named.rsplit('=').next().unwrap_or(&named).trim().to_owned();
        Answer::parse(&value).key()?.approximately()?;
        let equations: Vec<Relation> = statement.lines().flat_map(relations).collect();
        let mut names: Vec<char> = equations
            .iter()
            .filter(|relation| relation.is_equation)
            .flat_map(|relation| relation.sides.iter().flat_map(|side| letters(side)))
            .collect();
        names.sort_unstable();
        names.dedup();
        let [name] = names.as_slice() else { return None };
        let unknown = Self { name: *name, value };
        let holds = |relation: &Relation| {
            relation.sides.windows(2).all(|pair| match pair {
                [left, right] => match (unknown.put_into(left), unknown.put_into(right)) {
                    (Some(left), Some(right)) => grade(&left, &right).verdict == Verdict::Equal,
                    _ => false,
                },
                _ => true,
            })
        };
        let all = equations.iter().filter(|relation| relation.is_equation).all(holds);
        all.then_some(unknown)
    }

    /// A formula with the value in place of the unknown; `None` if it has other letters.
    fn put_into(&self, formula: &str) -> Option<String> {
        let mut put = String::with_capacity(formula.len() + 8);
        let mut command = false;
        let signs: Vec<char> = formula.chars().collect();
        for (at, sign) in signs.iter().enumerate() {
            command = *sign == '\\' || (command && sign.is_ascii_alphabetic());
            if *sign == self.name && is_letter(&signs, at) {
                put.push('(');
                put.push_str(&self.value);
                put.push(')');
            } else if is_letter(&signs, at) && !command {
                return None;
            } else {
                put.push(*sign);
            }
        }
        Some(put)
    }
}

/// The letters of a formula that stand for something.
fn letters(formula: &str) -> Vec<char> {
    let signs: Vec<char> = formula.chars().collect();
    (0..signs.len())
        .filter(|at| is_letter(&signs, *at))
        .filter_map(|at| signs.get(at).copied())
        .collect()
}

/// Whether a letter stands here that is no part of the name of a function or command.
fn is_letter(signs: &[char], at: usize) -> bool {
    let letter = |at: usize| signs.get(at).is_some_and(char::is_ascii_alphabetic);
    if !letter(at) {
        return signs.get(at).is_some_and(|sign| ('α'..='ω').contains(sign) && *sign != 'π');
    }
    let mut start = at;
    while start > 0 && letter(start - 1) {
        start -= 1;
    }
    let length = (start..).take_while(|at| letter(*at)).count();
    let command = start > 0 && signs.get(start - 1) == Some(&'\\');
    // Two letters are a product; more are a function.
    !command && length <= 2
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(work: &str, statement: &str, right: &str) -> String {
        match first_wrong(work, statement, Some(right)) {
            Some(fault) => format!("{}: {}", fault.line, fault.why),
            None => "nothing".to_owned(),
        }
    }

    #[test]
    fn arithmetic_is_checked_line_by_line() {
        let work = "12 * 7 is 12 * 7 = 70 + 14 = 84\n84 / 4 = 22\n22 + 1 = 23";
        assert_eq!(found(work, "?", "22"), "2: 84 / 4 is not 22");
        assert_eq!(found("所以 3×4=13 个", "?", "12"), "1: 3×4 is not 13");
        assert_eq!(
            found(r"$\frac{1}{2} + \frac{1}{3} = \frac{2}{5}$", "?", "5/6"),
            r"1: \frac{1}{2} + \frac{1}{3} is not \frac{2}{5}"
        );
        assert_eq!(found("3 * 4 = 12 cm\n0.5 = 50%\n1/3 = 0.333...", "?", "12"), "nothing");
    }

    #[test]
    fn equations_are_checked_with_the_right_answer() {
        let statement = "Solve 3x + 4 = 10.";
        assert_eq!(
            found("3x = 14\nx = 14/3", statement, "2"),
            "1: 3x = 14 does not hold for the right x"
        );
        assert_eq!(
            found("3x = 10 - 4\n3x = 6\nx = 3", statement, "x = 2"),
            "3: x = 3 does not hold for the right x"
        );
        assert_eq!(found("3x = 6\nx = 2", statement, "2"), "nothing");
        let brackets = "Solve 2(x + 1) = 3x - 5.";
        assert_eq!(
            found("2x + 1 = 3x - 5\nx = 6", brackets, "7"),
            "1: 2x + 1 = 3x - 5 does not hold for the right x"
        );
    }

    #[test]
    fn what_cannot_be_decided_is_left_alone() {
        assert_eq!(found("y = 3\n3x = 14", "Solve 3x + 4y = 10.", "2"), "nothing", "two unknowns");
        assert_eq!(found("let a = 5", "How old is Ann?", "12"), "nothing");
        assert_eq!(found("3x = 14", "Solve 3x + 4 = 10.", "none"), "nothing");
        assert_eq!(found("x ≈ 2.3, x < 5", "Solve 3x + 4 = 10.", "2"), "nothing");
    }

    proptest! {
        #[test]
        fn every_work_is_read(work in r"([0-9]{1,3}|[-+*/^=(){}. ]|x|y|\\frac|\\sqrt|\n|是){0,40}") {
            first_wrong(&work, "Solve 3x + 4 = 10.", Some("2"));
        }
    }
}
