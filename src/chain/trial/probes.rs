//! Inputs that tell programs apart where nobody has said what should come of them: variations of the examples, or
//! what a model thinks of (after S*, arXiv:2502.14382).

use std::{collections::HashSet, fmt::Write as _, sync::LazyLock};

use regex::Regex;
use serde_json::Value as Json;

use crate::{
    chain::extract,
    execution::{
        Report, Verdict,
        case::{Argument, Case, Check},
        literal::{Literal, parse},
    },
};

/// So many kinds of variations there are of a number, a text or a list.
const VARIATIONS: usize = 5;

/// The longest input, in bytes: longer ones take long to run and tell no more.
const LONGEST_INPUT: usize = 16 * 1024;

static NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"-?\d+(\.\d+)?").ok());

/// Variations of the inputs of these tests, at most so many: each differs from a test in one number, text or list.
/// They are the same for the same tests.
pub(in crate::chain) fn varied(cases: &[Case], most: usize) -> Vec<Case> {
    let mut seen: HashSet<String> = cases.iter().filter_map(|case| shown(&case.check)).collect();
    let mut probes = Vec::new();
    // First of each place one variation, then of each another one.
    for variation in 0..VARIATIONS {
        for place in 0..most {
            for case in cases {
                let Some(check) = varied_check(&case.check, place, variation) else { continue };
                let new = shown(&check).is_some_and(|shown| seen.insert(shown));
                if new && probes.len() < most {
                    probes.push(check);
                }
            }
        }
    }
    numbered(probes)
}

/// The inputs in an answer to `prompts/inputs.j2`, at most so many.
pub(in crate::chain) fn read(text: &str, most: usize) -> Vec<Case> {
    let Some(Json::Array(inputs)) =
        extract::json_in(text).and_then(|mut found| found.get_mut("inputs").map(Json::take))
    else {
        return Vec::new();
    };
    let mut seen = HashSet::new();
    let probe = |input: &Json| match input {
        Json::String(input) if input.len() <= LONGEST_INPUT => {
            Some(Check::Stdin { input: input.clone(), output: String::new() })
        }
        Json::Array(arguments) if input.to_string().len() <= LONGEST_INPUT => {
            let argument = |value: &Json| {
                Some(Argument { name: None, value: parse(&value.to_string()).ok()? })
            };
            let arguments = arguments.iter().map(argument).collect::<Option<_>>()?;
            Some(Check::Call { function: None, arguments, expected: Literal::None })
        }
        _ => None,
    };
    let probes = inputs.iter().filter(|input| seen.insert(input.to_string())).filter_map(probe);
    numbered(probes.take(most).collect())
}

/// What a program does with the inputs, so that two programs that do the same have the same: what it writes, or how
/// it fails.
pub(in crate::chain) fn behaviour(report: &Report) -> String {
    let mut all = String::new();
    for test in &report.tests {
        match test.verdict {
            // Nobody said what should come, so passing and failing are the same.
            Verdict::Pass | Verdict::Fail => {
                // Writing into a text cannot fail.
                test.stdout_digest.iter().for_each(|byte| {
                    let _ = write!(all, "{byte:02x}");
                });
            }
            verdict => all.push_str(verdict.as_str()),
        }
        all.push('\u{1e}');
    }
    all
}

fn numbered(probes: Vec<Check>) -> Vec<Case> {
    let case = |(number, check)| Case { id: format!("input-{number}"), check };
    (1..).zip(probes).map(case).collect()
}

/// What a test asks, as a text; nothing for a line of a session that should raise.
fn shown(check: &Check) -> Option<String> {
    match check {
        Check::Stdin { input, .. } => Some(input.clone()),
        Check::Call { arguments, .. } => {
            let shown = |argument: &Argument| {
                format!("{}={}", argument.name.as_deref().unwrap_or_default(), argument.value)
            };
            Some(arguments.iter().map(shown).collect::<Vec<_>>().join(", "))
        }
        Check::Expression { expression, .. } => Some(expression.clone()),
        // What it needs of the lines before it is not there; then it fails, with every program alike.
        Check::Doctest { prompt, .. } if !prompt.raises() => Some(prompt.source.clone()),
        Check::Doctest { .. } => None,
    }
}

fn varied_check(check: &Check, place: usize, variation: usize) -> Option<Check> {
    match check {
        Check::Stdin { input, .. } => {
            let input = varied_text(input, place, variation)?;
            Some(Check::Stdin { input, output: String::new() })
        }
        Check::Call { function, arguments, .. } => {
            let mut arguments = arguments.clone();
            let count = arguments.len();
            let argument = arguments.get_mut(place % count.max(1)).filter(|_| place < count)?;
            argument.value = varied_value(&argument.value, variation)?;
            Some(Check::Call { function: function.clone(), arguments, expected: Literal::None })
        }
        Check::Expression { expression, .. } => {
            let expression = varied_text(expression, place, variation)?;
            Some(Check::Expression { expression, expected: Literal::None })
        }
        Check::Doctest { prompt, .. } if !prompt.raises() => {
            let expression = varied_text(&prompt.source, place, variation)?;
            Some(Check::Expression { expression, expected: Literal::None })
        }
        Check::Doctest { .. } => None,
    }
}

/// The longest input, in bytes, of which variations are made.
const LONGEST_VARIED: usize = 4 * 1024;

/// The text with another whole number in this place, counted over the numbers that may change: one that says how
/// many lines or values follow must not.
fn varied_text(text: &str, place: usize, variation: usize) -> Option<String> {
    // Every number is looked at together with all that follows it.
    if text.len() > LONGEST_VARIED {
        return None;
    }
    let number = NUMBER.as_ref()?;
    let mut places = number.find_iter(text).filter(|found| {
        let before = text.get(..found.start()).unwrap_or_default();
        let after = text.get(found.end()..).unwrap_or_default();
        // Part of a name, such as `x1`, or a number with a point.
        let named = before.ends_with(|sign: char| sign.is_alphabetic() || sign == '_');
        !found.as_str().contains('.') && !named && !counts(found.as_str(), after)
    });
    let found = places.nth(place)?;
    let new = varied_number(found.as_str(), variation)?;
    let (before, after) = (text.get(..found.start())?, text.get(found.end()..)?);
    Some(format!("{before}{new}{after}"))
}

/// Whether a number is how many lines follow, or how many values a later line has.
fn counts(number: &str, after: &str) -> bool {
    let Ok(number) = number.parse::<usize>() else { return false };
    let mut lines = after.lines();
    lines.next();
    let lines: Vec<&str> = lines.filter(|line| !line.trim().is_empty()).collect();
    !lines.is_empty()
        && (lines.len() == number
            || lines.iter().any(|line| line.split_whitespace().count() == number)
            // A text whose length is said before it.
            || lines.iter().any(|line| line.trim().chars().count() == number))
}

fn varied_number(number: &str, variation: usize) -> Option<String> {
    let number: i64 = number.parse().ok()?;
    let new = match variation {
        0 => number.checked_add(1)?,
        1 => number.checked_sub(1).filter(|less| *less >= 0 || number < 0)?,
        2 => number.checked_mul(2)?,
        3 => 1,
        _ => number.checked_mul(10)?.checked_add(7)?,
    };
    Some(new.to_string())
}

fn varied_value(value: &Literal, variation: usize) -> Option<Literal> {
    match value {
        Literal::Int(digits) => varied_number(digits, variation).map(Literal::Int),
        Literal::Bool(holds) if variation == 0 => Some(Literal::Bool(!holds)),
        Literal::Text(text) => varied_items(&text.chars().collect::<Vec<_>>(), variation)
            .map(|signs| Literal::Text(signs.into_iter().collect())),
        Literal::List(items) => match (items.first(), variation) {
            (Some(first), 4) => {
                let first = varied_value(first, 0)?;
                let others = items.iter().skip(1).cloned();
                Some(Literal::List([first].into_iter().chain(others).collect()))
            }
            _ => varied_items(items, variation).map(Literal::List),
        },
        _ => None,
    }
}

fn varied_items<T: Clone>(items: &[T], variation: usize) -> Option<Vec<T>> {
    match variation {
        0 => items.split_last().map(|(_, rest)| rest.to_vec()),
        1 => Some(items.iter().rev().cloned().collect()),
        2 => items.first().map(|first| [first].into_iter().chain(items).cloned().collect()),
        3 => Some(items.iter().chain(items).cloned().collect()),
        _ => Some(Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::execution::statement::examples_in_statement;

    fn inputs(cases: &[Case]) -> Vec<String> {
        cases.iter().filter_map(|case| shown(&case.check)).collect()
    }

    #[test]
    fn variations_keep_the_form_of_an_example() {
        let statement =
            "### Sample Input 1\n\n```\n3 10\n4 5 6\n```\n\n### Sample Output 1\n\n```\n15\n```\n";
        let cases = examples_in_statement(statement);
        assert_eq!(cases.len(), 1);
        let probes = inputs(&varied(&cases, 8));
        assert_eq!(probes.len(), 8);
        assert!(probes.iter().all(|input| input.starts_with("3 ")), "a count stays: {probes:?}");
        assert_eq!(probes[..2], ["3 11\n4 5 6\n", "3 10\n5 5 6\n"]);
        assert_eq!(varied(&cases, 8), varied(&cases, 8));
    }

    #[test]
    fn arguments_are_varied_by_what_they_are() {
        let cases = examples_in_statement("Input: nums = [2, 7], target = 9\nOutput: [0, 1]");
        let probes = inputs(&varied(&cases, 5));
        assert_eq!(
            probes,
            [
                "nums=[2], target=9",
                "nums=[2, 7], target=10",
                "nums=[7, 2], target=9",
                "nums=[2, 7], target=8",
                "nums=[2, 2, 7], target=9",
            ]
        );
        let session = examples_in_statement(">>> add(1, x2)\n3\n>>> add(\"a\")\n");
        assert_eq!(inputs(&varied(&session, 1)), ["add(2, x2)"]);
    }

    #[test]
    fn inputs_of_a_model_are_read() {
        let text =
            "```json\n{\"inputs\": [\"1 2\\n\", [[1, 2], \"x\"], 7, [[1, 2], \"x\"], [null]]}\n```";
        let probes = read(text, 8);
        assert_eq!(inputs(&probes), ["1 2\n", "=[1, 2], =\"x\"", "=None"]);
        assert_eq!(read(text, 1).len(), 1);
        assert!(read("I do not know any.", 8).is_empty());
        assert!(read("{\"inputs\": 3}", 8).is_empty());
    }

    proptest! {
        #[test]
        fn every_text_has_an_answer(text in r"([0-9]|-|\.|\n| |x|\[|\]|\{|\}|inputs|:|é){0,40}") {
            let check = Check::Stdin { input: text.clone(), output: String::new() };
            let case = Case { id: "1".to_owned(), check };
            prop_assert!(varied(&[case], 4).len() <= 4);
            read(&text, 4);
        }
    }
}
