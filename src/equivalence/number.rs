//! Reads written numbers: thousands separators, decimals, repeating decimals, exponents.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Zero};

use crate::equivalence::token::Token;

/// Decimal exponents above this are not written out.
const EXPONENT_LIMIT: u32 = 4_000;

/// Longer numbers are not read.
const DIGIT_LIMIT: usize = 4_000;

/// Which thousands separators may occur.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grouping {
    /// Commas and spaces too.
    Any,
    /// Only those that cannot separate list items: `{,}`, `\,` and their like.
    LatexOnly,
}

/// One digit as a number token.
pub(crate) fn digit(digit: char) -> Token {
    let value = BigInt::from(digit.to_digit(10).unwrap_or(0));
    Token::Number { value: BigRational::from_integer(value), digits: Some(digit.to_string()) }
}

/// Reads the number at the start of `text`; the second part is its length in characters.
pub(crate) fn read(text: &[char], grouping: Grouping) -> Option<(Token, usize)> {
    let (mut whole, mut at) = (String::new(), 0);
    while let Some(character) = text.get(at).filter(|c| c.is_ascii_digit()) {
        whole.push(*character);
        at += 1;
    }
    if (1..=3).contains(&whole.len()) && !whole.starts_with('0') {
        let (digits, length) = groups(text.get(at..).unwrap_or_default(), grouping);
        whole.push_str(&digits);
        at += length;
    }
    let mut fraction = String::new();
    let mut repeating = String::new();
    let mut is_integer = true;
    if let Some(length) = decimal_point(text.get(at..).unwrap_or_default()) {
        is_integer = false;
        at += length;
        while let Some(character) = text.get(at).filter(|c| c.is_ascii_digit()) {
            fraction.push(*character);
            at += 1;
        }
        if let Some((digits, length)) = overlined(text.get(at..).unwrap_or_default()) {
            repeating = digits;
            at += length;
        }
    }
    if whole.len() + fraction.len() + repeating.len() > DIGIT_LIMIT {
        return None;
    }
    let mut value = decimal(&whole, &fraction, &repeating)?;
    if let Some((power, length)) = exponent(text.get(at..).unwrap_or_default(), !is_integer) {
        value *= power;
        is_integer = false;
        at += length;
    }
    let digits = is_integer.then_some(whole);
    Some((Token::Number { value, digits }, at))
}

/// The groups of three digits that follow the first one, all with the same separator.
fn groups(text: &[char], grouping: Grouping) -> (String, usize) {
    let separators: &[&str] = match grouping {
        Grouping::Any => &[",\\!", ",\\! ", ",", "{,}", "\\,", "\\ ", "\\;", "~", " "],
        Grouping::LatexOnly => &[",\\!", ",\\! ", "{,}", "\\,"],
    };
    for separator in separators {
        let separator: Vec<char> = separator.chars().collect();
        let (mut digits, mut at) = (String::new(), 0);
        loop {
            let rest = text.get(at..).unwrap_or_default();
            let Some(rest) = rest.strip_prefix(separator.as_slice()) else { break };
            let count = rest.iter().take_while(|c| c.is_ascii_digit()).count();
            if count != 3 {
                // A shorter or longer group means that the separator separates numbers.
                if count > 0 {
                    digits.clear();
                    at = 0;
                }
                break;
            }
            digits.extend(rest.iter().take(3));
            at += separator.len() + 3;
        }
        if at > 0 {
            return (digits, at);
        }
    }
    (String::new(), 0)
}

/// The length of a decimal point, or of a decimal comma in braces, before a digit.
fn decimal_point(text: &[char]) -> Option<usize> {
    let is_digit = |at: usize| text.get(at).is_some_and(char::is_ascii_digit);
    let repeats = |at: usize| text.get(at..).is_some_and(|rest| overlined(rest).is_some());
    match text {
        ['.', ..] if is_digit(1) || repeats(1) => Some(1),
        ['{', ',', '}', ..] if is_digit(3) => Some(3),
        _ => None,
    }
}

/// Repeating digits: `\overline{36}`, `\bar{3}` or `\dot{3}`.
fn overlined(text: &[char]) -> Option<(String, usize)> {
    for command in ["\\overline{", "\\bar{", "\\dot{"] {
        let command: Vec<char> = command.chars().collect();
        let Some(rest) = text.strip_prefix(command.as_slice()) else { continue };
        let digits: String = rest.iter().take_while(|c| c.is_ascii_digit()).collect();
        if digits.is_empty() || rest.get(digits.len()) != Some(&'}') {
            return None;
        }
        let length = command.len() + digits.len() + 1;
        return Some((digits, length));
    }
    None
}

/// A power of ten such as `e5`. After an integer, `e-5` could be a difference and is left alone.
fn exponent(text: &[char], decimal: bool) -> Option<(BigRational, usize)> {
    let mut at = match text {
        ['e' | 'E', ..] => 1,
        _ => return None,
    };
    let capital = text.first() == Some(&'E');
    let mut negative = false;
    if let Some(sign @ ('+' | '-')) = text.get(at) {
        if !decimal && !capital {
            return None;
        }
        negative = *sign == '-';
        at += 1;
    }
    let digits: String =
        text.get(at..)?.iter().take_while(|c| c.is_ascii_digit()).take(8).collect();
    let size: u32 = digits.parse().ok().filter(|size| *size <= EXPONENT_LIMIT)?;
    let power = BigRational::from_integer(BigInt::from(10).pow(size));
    Some((if negative { power.recip() } else { power }, at + digits.len()))
}

/// The value of the digits before and after the point; `repeating` repeats without end.
fn decimal(whole: &str, fraction: &str, repeating: &str) -> Option<BigRational> {
    let integer = |digits: &str| {
        if digits.is_empty() { Some(BigInt::zero()) } else { digits.parse().ok() }
    };
    let ten = |digits: &str| u32::try_from(digits.len()).ok().map(|n| BigInt::from(10).pow(n));
    let shift = ten(fraction)?;
    let mut value = BigRational::new(integer(&format!("{whole}{fraction}"))?, shift.clone());
    if !repeating.is_empty() {
        let nines = ten(repeating)? - BigInt::one();
        value += BigRational::new(integer(repeating)?, nines * shift);
    }
    Some(value)
}

/// The value of digits in a base from 2 to 36.
pub(crate) fn in_base(digits: &str, base: u32) -> Option<BigRational> {
    if !(2..=36).contains(&base) {
        return None;
    }
    let value = BigInt::parse_bytes(digits.as_bytes(), base)?;
    Some(BigRational::from_integer(value))
}

#[cfg(test)]
mod tests {
    use super::{Grouping, read};
    use crate::equivalence::token::Token;
    use num_rational::BigRational;

    fn number(text: &str) -> (String, usize) {
        let characters: Vec<char> = text.chars().collect();
        match read(&characters, Grouping::Any) {
            Some((Token::Number { value, .. }, length)) => (value.to_string(), length),
            _ => (String::new(), 0),
        }
    }

    #[test]
    fn separators_and_decimals() {
        assert_eq!(number("1,234,567"), ("1234567".into(), 9));
        assert_eq!(number("1{,}234"), ("1234".into(), 7));
        assert_eq!(number("1,23"), ("1".into(), 1));
        assert_eq!(number("3{,}5"), ("7/2".into(), 5));
        assert_eq!(number("0.25"), ("1/4".into(), 4));
        assert_eq!(number("0.\\overline{3}"), ("1/3".into(), 14));
        assert_eq!(number("1.5e-3"), ("3/2000".into(), 6));
        assert_eq!(number("2e-3"), ("2".into(), 1));
        assert_eq!(BigRational::from_integer(7.into()).to_string(), "7");
    }
}
