//! What a clause computes in words: "twice 42", "one more than 83", 12乘以7, 84的一半.

use crate::chain::{
    language::is_han,
    numbers::{self, Commas, Number},
};

use super::{
    Leak,
    clause::{Clause, Reading},
    known::Known,
    secret::Hidden,
};

/// What is done with the number before and the number behind.
#[derive(Debug, Clone, Copy)]
enum Operation {
    Plus,
    Minus,
    Times,
    Over,
    /// "3 less than 87": the first is taken from the second.
    From,
}

/// Words between two numbers.
const BETWEEN: [(&str, Operation); 20] = [
    (" plus ", Operation::Plus),
    (" added to ", Operation::Plus),
    (" more than ", Operation::Plus),
    (" minus ", Operation::Minus),
    (" less than ", Operation::From),
    (" fewer than ", Operation::From),
    (" times ", Operation::Times),
    (" multiplied by ", Operation::Times),
    (" divided by ", Operation::Over),
    (" over ", Operation::Over),
    (" in ", Operation::Over),
    (" out of ", Operation::Over),
    ("除以", Operation::Over),
    ("乘以", Operation::Times),
    ("乘", Operation::Times),
    ("加上", Operation::Plus),
    ("加", Operation::Plus),
    ("减去", Operation::Minus),
    ("减", Operation::Minus),
    ("的", Operation::Times),
];

/// Words in front of a number, and by what it is multiplied: numerator and denominator.
const BEFORE: [(&str, u128, u128); 7] = [
    ("twice ", 2, 1),
    ("double ", 2, 1),
    ("triple ", 3, 1),
    ("three times ", 3, 1),
    ("half of ", 1, 2),
    ("a third of ", 1, 3),
    ("a quarter of ", 1, 4),
];

/// Words behind a number, and by what it is multiplied.
const BEHIND: [(&str, u128, u128); 4] =
    [("的一半", 1, 2), ("的两倍", 2, 1), ("翻倍", 2, 1), (" dozen", 12, 1)];

/// Words behind a number, and how often it is taken as a factor.
const POWERS: [(&str, u32); 4] = [(" squared", 2), (" cubed", 3), ("的平方", 2), ("的立方", 3)];

/// Words in whose clause numbers are taken together, wherever they stand: "the product of 12 and 7".
const TOGETHER: [(&str, Operation); 24] = [
    ("multipl", Operation::Times),
    ("product", Operation::Times),
    ("相乘", Operation::Times),
    ("乘积", Operation::Times),
    ("divide", Operation::Over),
    ("quotient", Operation::Over),
    ("ratio", Operation::Over),
    ("相除", Operation::Over),
    ("除以", Operation::Over),
    ("add", Operation::Plus),
    ("sum", Operation::Plus),
    ("together", Operation::Plus),
    ("combine", Operation::Plus),
    ("total", Operation::Plus),
    ("相加", Operation::Plus),
    ("之和", Operation::Plus),
    ("加起来", Operation::Plus),
    ("合起来", Operation::Plus),
    ("subtract", Operation::Minus),
    ("difference", Operation::Minus),
    ("take away", Operation::Minus),
    ("相减", Operation::Minus),
    ("之差", Operation::Minus),
    ("减去", Operation::Minus),
];

/// The most numbers of a clause that are taken together; more are a list.
const MOST_TOGETHER: usize = 6;

/// Words around which the number is one more or one less: what comes behind or before another.
const NEIGHBOURS: [(&str, Operation); 6] = [
    ("right after ", Operation::Plus),
    ("comes after ", Operation::Plus),
    ("follows ", Operation::Plus),
    ("right before ", Operation::Minus),
    ("comes before ", Operation::Minus),
    ("precedes ", Operation::Minus),
];

/// Whether a clause computes the secret, and the question does not.
pub(super) fn check(hidden: &Hidden, known: &Known, reading: &Reading) -> Result<(), Leak> {
    let says = |number: &Number| hidden.numbers.contains(number) && !known.worded.contains(number);
    if values(reading).iter().any(says) { Err(Leak::Expression) } else { Ok(()) }
}

/// Everything that the clauses of a text compute in words.
pub(super) fn values(reading: &Reading) -> Vec<Number> {
    reading.clauses.iter().flat_map(of_clause).collect()
}

fn of_clause(clause: &Clause) -> Vec<Number> {
    let text = clause.text.as_str();
    let mut found = Vec::new();
    for (word, operation) in BETWEEN {
        for (at, _) in text.match_indices(word) {
            let before = text.get(..at).and_then(last);
            let behind = text.get(at + word.len()..).and_then(first);
            found.extend(
                before.zip(behind).and_then(|(left, right)| computed(operation, &left, &right)),
            );
        }
    }
    let scaled = |number: Number, (by, over): (u128, u128)| {
        computed(Operation::Times, &number, &Number::ratio(by, over))
    };
    for (word, by, over) in BEFORE {
        for (at, _) in text.match_indices(word) {
            let behind = text.get(at + word.len()..).and_then(first);
            found.extend(behind.and_then(|number| scaled(number, (by, over))));
        }
    }
    for (word, by, over) in BEHIND {
        for (at, _) in text.match_indices(word) {
            found.extend(
                text.get(..at).and_then(last).and_then(|number| scaled(number, (by, over))),
            );
        }
    }
    for (word, operation) in NEIGHBOURS {
        for (at, _) in text.match_indices(word) {
            let behind = text.get(at + word.len()..).and_then(first);
            found.extend(behind.and_then(|number| computed(operation, &number, &Number::whole(1))));
        }
    }
    for (word, power) in POWERS {
        for (at, _) in text.match_indices(word) {
            found.extend(text.get(..at).and_then(last).and_then(|number| raised(&number, power)));
        }
    }
    found.extend(compared(text));
    found.extend(together(clause));
    found
}

/// Neighbouring numbers of a clause, and all of them, in every operation that the clause names.
fn together(clause: &Clause) -> Vec<Number> {
    let numbers = numbers::numbers(&clause.text, Commas::Thousands).certain;
    let mut found = Vec::new();
    if !(2..=MOST_TOGETHER).contains(&numbers.len()) {
        return found;
    }
    for (word, operation) in TOGETHER {
        if !clause.text.contains(word) {
            continue;
        }
        for pair in numbers.windows(2) {
            if let [left, right] = pair {
                found.extend(computed(operation, left, right));
            }
        }
        if let ([first, rest @ ..], Operation::Plus | Operation::Times) =
            (numbers.as_slice(), operation)
        {
            let all =
                rest.iter().try_fold(first.clone(), |sum, next| computed(operation, &sum, next));
            found.extend(all);
        }
    }
    found
}

fn raised(number: &Number, power: u32) -> Option<Number> {
    (1..power).try_fold(number.clone(), |raised, _| computed(Operation::Times, &raised, number))
}

/// `比83多1`, `比85小1`.
fn compared(text: &str) -> Option<Number> {
    let (_, behind) = text.split_once('比')?;
    for (signs, operation) in [(['多', '大'], Operation::Plus), (['少', '小'], Operation::Minus)]
    {
        if let Some((left, right)) = behind.split_once(signs) {
            return computed(operation, &last(left)?, &first(right)?);
        }
    }
    None
}

/// The number that a text ends with; one Chinese sign may stand behind it: 12个.
fn last(text: &str) -> Option<Number> {
    let text = text.trim_end_matches(' ');
    let word = |text: &str| {
        let start = text.rfind([' ', ',', '(']).map_or(0, |at| at + 1);
        let start = start.max(text.char_indices().rev().nth(12).map_or(0, |(at, _)| at));
        let found = numbers::numbers(text.get(start..)?, Commas::Thousands);
        found.certain.last().or(found.possible.last()).cloned()
    };
    let numeral =
        |sign: char| sign.is_ascii_digit() || "零一二三四五六七八九十百千万亿两半%".contains(sign);
    match text.chars().last() {
        Some(sign) if numeral(sign) || sign.is_ascii_alphabetic() => word(text),
        Some(sign) if is_han(sign) => {
            let before = text.get(..text.len() - sign.len_utf8())?;
            before.ends_with(numeral).then(|| word(before)).flatten()
        }
        _ => None,
    }
}

/// The number that a text begins with, or nearly so.
fn first(text: &str) -> Option<Number> {
    let end = text.char_indices().nth(16).map_or(text.len(), |(at, _)| at);
    let found = numbers::numbers(text.get(..end)?, Commas::Thousands);
    found.certain.first().or(found.possible.first()).cloned()
}

fn computed(operation: Operation, left: &Number, right: &Number) -> Option<Number> {
    let (
        Number::Ratio { numerator: a, denominator: b },
        Number::Ratio { numerator: c, denominator: d },
    ) = (left, right)
    else {
        return None;
    };
    let (above, below) = match operation {
        Operation::Times => (a.checked_mul(*c)?, b.checked_mul(*d)?),
        Operation::Over => (a.checked_mul(*d)?, b.checked_mul(*c)?),
        Operation::Plus | Operation::Minus | Operation::From => {
            let (first, second) = (a.checked_mul(*d)?, c.checked_mul(*b)?);
            let above = match operation {
                Operation::Plus => first.checked_add(second)?,
                // Signs are not compared anywhere here.
                _ => first.abs_diff(second),
            };
            (above, b.checked_mul(*d)?)
        }
    };
    (below > 0).then(|| Number::ratio(above, below))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_compute() {
        for text in [
            "twice 42",
            "one more than 83",
            "twelve times seven",
            "half of 168",
            "12乘以7",
            "168的一半",
            "比83多1",
            "3 less than 87",
            "the number that comes after 83",
            "100 minus sixteen",
            "multiply 12 by 7",
            "the product of twelve and seven",
            "put 70 and 14 together",
            "把12和7相乘",
            "12个乘以7个",
            "seven dozen",
        ] {
            let values = values(&Reading::of(text));
            assert!(values.contains(&Number::whole(84)), "{text}: {values:?}");
        }
        for text in ["两边同时减去4", "What is left after 4 of both sides?", "the 12 rows of 7"]
        {
            assert_eq!(values(&Reading::of(text)), [], "{text}");
        }
        assert_eq!(values(&Reading::of("3 squared")), [Number::whole(9)]);
        assert_eq!(values(&Reading::of("one in 36")), [Number::ratio(1, 36)]);
    }
}
