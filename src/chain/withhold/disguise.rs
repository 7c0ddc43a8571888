//! The answer in other signs: Roman and other numerals, encoded, or backwards.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};

use crate::chain::numbers::Number;

use super::{Leak, secret::Hidden};

/// Words that say in which base a number is written, and how it looks there.
const BASES: [(&str, u32); 9] = [
    ("binary", 2),
    ("base 2", 2),
    ("二进制", 2),
    ("octal", 8),
    ("base 8", 8),
    ("八进制", 8),
    ("hex", 16),
    ("base 16", 16),
    ("十六进制", 16),
];

/// Words with which a number is read from its end.
const BACKWARDS: [&str; 6] = ["revers", "backward", "right to left", "倒", "反过来", "从右"];

/// Whether a text says the answer in other signs.
pub(super) fn check(hidden: &Hidden, text: &str) -> Result<(), Leak> {
    let lower = text.to_lowercase();
    let tokens: Vec<&str> = text
        .split(|sign: char| !sign.is_ascii_alphanumeric())
        .filter(|token| !token.is_empty())
        .collect();
    let has = |wanted: &str| tokens.iter().any(|token| token.eq_ignore_ascii_case(wanted));
    for number in &hidden.numbers {
        let Number::Ratio { numerator, denominator: 1 } = number else { continue };
        let in_base = |base: u32| match base {
            2 => format!("{numerator:b}"),
            8 => format!("{numerator:o}"),
            _ => format!("{numerator:x}"),
        };
        let named = |(word, base): &(&str, u32)| lower.contains(word) && has(&in_base(*base));
        let prefixed = has(&format!("0x{numerator:x}")) || has(&format!("0b{numerator:b}"));
        let reversed: String = numerator.to_string().chars().rev().collect();
        let backwards = BACKWARDS.iter().any(|word| lower.contains(word)) && has(&reversed);
        let encoded = STANDARD_NO_PAD.encode(numerator.to_string());
        // Base64 tells capitals apart.
        let encoded = tokens.contains(&encoded.as_str()) && encoded.len() >= 3;
        let roman = roman(*numerator).is_some_and(|roman| tokens.contains(&roman.as_str()));
        if BASES.iter().any(named) || prefixed || backwards || encoded || roman {
            return Err(Leak::Disguised);
        }
    }
    Ok(())
}

/// The Roman numeral, where it has at least two letters: one letter is a name.
fn roman(number: u128) -> Option<String> {
    const SIGNS: [(u128, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    let mut rest = Some(number).filter(|number| (1..4000).contains(number))?;
    let mut roman = String::new();
    for (value, sign) in SIGNS {
        while rest >= value {
            roman.push_str(sign);
            rest -= value;
        }
    }
    (roman.len() >= 2).then_some(roman)
}

#[cfg(test)]
mod tests {
    use super::roman;

    #[test]
    fn roman_numerals() {
        assert_eq!(roman(84).as_deref(), Some("LXXXIV"));
        assert_eq!(roman(1994).as_deref(), Some("MCMXCIV"));
        assert_eq!(roman(5), None);
        assert_eq!(roman(0), None);
    }
}
