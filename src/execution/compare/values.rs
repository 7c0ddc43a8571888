//! Compares values that functions return.

use std::collections::HashMap;

use super::{near, shortened};
use crate::execution::literal::Literal;

/// Compares what a function returned with what it should return. Tuples equal lists; whole numbers and truth values
/// are compared as Python does (`True == 1`), numbers with a point within the tolerance.
///
/// # Errors
///
/// The first difference and where it is, in a sentence.
pub fn values(expected: &Literal, got: &Literal, tolerance: f64) -> Result<(), String> {
    differ(expected, got, tolerance, &mut String::new())
}

fn differ(
    expected: &Literal,
    got: &Literal,
    tolerance: f64,
    path: &mut String,
) -> Result<(), String> {
    use Literal::{Dict, List, None, Set, Text, Tuple};

    let equal = match (expected, got) {
        (None, None) => true,
        (Text(expected), Text(got)) => expected == got,
        (List(wanted) | Tuple(wanted), List(items) | Tuple(items)) => {
            return sequences(wanted, items, tolerance, path);
        }
        (Set(wanted), Set(members)) => matched(wanted, members, |wanted, member| {
            differ(wanted, member, tolerance, &mut String::new()).is_ok()
        }),
        (Dict(wanted), Dict(entries)) => return dictionaries(wanted, entries, tolerance, path),
        _ => match (Number::of(expected), Number::of(got)) {
            (Some(expected), Some(got)) => expected.equals(&got, tolerance),
            _ => false,
        },
    };
    if equal { Ok(()) } else { Err(difference(expected, got, path)) }
}

fn sequences(
    expected: &[Literal],
    got: &[Literal],
    tolerance: f64,
    path: &mut String,
) -> Result<(), String> {
    for (at, (wanted, item)) in expected.iter().zip(got).enumerate() {
        within(path, &format!("[{at}]"), |path| differ(wanted, item, tolerance, path))?;
    }
    if expected.len() == got.len() {
        return Ok(());
    }
    Err(format!("{}expected {} items, got {}", place(path), expected.len(), got.len()))
}

fn dictionaries(
    expected: &[(Literal, Literal)],
    got: &[(Literal, Literal)],
    tolerance: f64,
    path: &mut String,
) -> Result<(), String> {
    let by_text: HashMap<String, &Literal> =
        got.iter().map(|(key, value)| (key.to_string(), value)).collect();
    for (key, wanted) in expected {
        match by_text.get(&key.to_string()) {
            Some(value) => {
                within(path, &format!("[{key}]"), |path| differ(wanted, value, tolerance, path))?;
            }
            None => return Err(format!("{}the key {key} is missing", place(path))),
        }
    }
    if expected.len() == got.len() {
        return Ok(());
    }
    Err(format!("{}expected {} keys, got {}", place(path), expected.len(), got.len()))
}

/// Whether every one of `expected` has a partner of its own in `got`. Those that are written alike are paired by
/// their text, so that only the few that are not are compared one with the other.
fn matched(
    expected: &[Literal],
    got: &[Literal],
    equal: impl Fn(&Literal, &Literal) -> bool,
) -> bool {
    if expected.len() != got.len() {
        return false;
    }
    let mut by_text: HashMap<String, Vec<&Literal>> = HashMap::new();
    for member in got {
        by_text.entry(member.to_string()).or_default().push(member);
    }
    let unpaired: Vec<&Literal> = expected
        .iter()
        .filter(|wanted| by_text.get_mut(&wanted.to_string()).and_then(Vec::pop).is_none())
        .collect();
    let mut left: Vec<&Literal> = by_text.into_values().flatten().collect();
    unpaired.into_iter().all(|wanted| {
        let partner = left.iter().position(|member| equal(wanted, member));
        partner.map(|at| left.swap_remove(at)).is_some()
    })
}

fn within<T>(path: &mut String, step: &str, inside: impl FnOnce(&mut String) -> T) -> T {
    let length = path.len();
    path.push_str(step);
    let result = inside(path);
    path.truncate(length);
    result
}

fn place(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!("at {path}: ") }
}

fn difference(expected: &Literal, got: &Literal, path: &str) -> String {
    let (expected, got) = (shortened(&expected.to_string()), shortened(&got.to_string()));
    format!("{}expected {expected}, got {got}", place(path))
}

/// A number, or a truth value, which is one in Python.
enum Number<'value> {
    Int(&'value str),
    Float(f64),
}

impl<'value> Number<'value> {
    fn of(value: &'value Literal) -> Option<Self> {
        match value {
            Literal::Bool(true) => Some(Self::Int("1")),
            Literal::Bool(false) => Some(Self::Int("0")),
            Literal::Int(digits) => Some(Self::Int(digits)),
            Literal::Float(number) => Some(Self::Float(*number)),
            _ => None,
        }
    }

    fn equals(&self, other: &Self, tolerance: f64) -> bool {
        match (self, other) {
            (Self::Int(one), Self::Int(other)) => one == other,
            _ => {
                let (one, other) = (self.float(), other.float());
                (one.is_nan() && other.is_nan())
                    || one == other
                    || (one.is_finite() && near(one, other, tolerance))
            }
        }
    }

    fn float(&self) -> f64 {
        match self {
            Self::Int(digits) => digits.parse().unwrap_or(f64::NAN),
            Self::Float(number) => *number,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execution::literal::parse;

    fn told(expected: &str, got: &str) -> String {
        let (expected, got) = (parse(expected).unwrap(), parse(got).unwrap());
        values(&expected, &got, 1e-6).err().unwrap_or_default()
    }

    #[test]
    fn the_same_values_are_equal() {
        assert_eq!(told("[1, [2, 3]]", "(1, (2, 3))"), "");
        assert_eq!(told("0.333333", "0.3333333333"), "");
        assert_eq!(told("2", "2.0"), "");
        assert_eq!(told("true", "1"), "");
        assert_eq!(told("{1, 2}", "{2, 1}"), "");
        assert_eq!(told("{'a': 1, 'b': [2]}", "{'b': (2,), 'a': 1}"), "");
        assert_eq!(told("nan", "nan"), "");
        assert_eq!(told("inf", "inf"), "");
    }

    #[test]
    fn the_first_difference_is_named_with_its_place() {
        assert_eq!(told("[1, [2, 3]]", "[1, [2, 4]]"), "at [1][1]: expected 3, got 4");
        assert_eq!(told("[1, 2]", "[1]"), "expected 2 items, got 1");
        assert_eq!(told("{'a': [1]}", "{'a': [2]}"), "at [\"a\"][0]: expected 1, got 2");
        assert_eq!(told("{'a': 1}", "{'b': 1}"), "the key \"a\" is missing");
        assert_eq!(
            told("12345678901234567891", "12345678901234567890"),
            "expected 12345678901234567891, got 12345678901234567890"
        );
        assert_eq!(told("'1'", "1"), "expected \"1\", got 1");
        assert_eq!(told("{1, 2}", "[1, 2]"), "expected {1, 2}, got [1, 2]");
        assert_eq!(told("{1, 1}", "{1, 2}"), "expected {1, 1}, got {1, 2}");
        assert_eq!(told("None", "False"), "expected None, got False");
    }
}
