//! Compares what should come with what came, and names the first difference.
//!
//! The rules are those of the harness of LiveCodeBench: output is compared line by line without the space around
//! the lines, and lines that differ once more as numbers, one by one; a returned tuple is a list. One rule is more
//! lenient: numbers with a point or an exponent may differ by a tolerance, as the statements of such problems allow.

mod decimal;
mod values;

use decimal::Decimal;
pub use values::values;

/// By how much two numbers that are not both whole may differ: absolutely, or in proportion to the expected one.
/// 0 compares exactly, as LiveCodeBench does.
pub const TOLERANCE: f64 = 1e-6;

/// How much of a line is shown, in characters.
const SHOWN: usize = 120;

/// Compares what a program wrote with what it should write.
///
/// # Errors
///
/// The first difference, in a sentence.
pub fn output(expected: &str, written: &str, tolerance: f64) -> Result<(), String> {
    let expected: Vec<&str> = expected.trim().lines().map(str::trim).collect();
    let written: Vec<&str> = written.trim().lines().map(str::trim).collect();
    if written.is_empty() && !expected.is_empty() {
        return Err(format!("expected {}, but nothing was written", lines(expected.len())));
    }
    for (at, (wanted, got)) in expected.iter().zip(&written).enumerate() {
        if wanted != got && !same_numbers(wanted, got, tolerance) {
            let (wanted, got) = (shortened(wanted), shortened(got));
            return Err(format!("line {}: expected `{wanted}`, got `{got}`", at + 1));
        }
    }
    if expected.len() == written.len() {
        Ok(())
    } else {
        Err(format!("expected {}, got {}", lines(expected.len()), lines(written.len())))
    }
}

fn lines(count: usize) -> String {
    if count == 1 { "1 line".to_owned() } else { format!("{count} lines") }
}

/// Whether two lines consist of the same numbers.
fn same_numbers(expected: &str, written: &str, tolerance: f64) -> bool {
    let expected: Vec<&str> = expected.split_whitespace().collect();
    let written: Vec<&str> = written.split_whitespace().collect();
    expected.len() == written.len()
        && expected.iter().zip(&written).all(|(expected, written)| {
            match (Decimal::parse(expected), Decimal::parse(written)) {
                (Some(expected), Some(written)) => expected.equals(&written, tolerance),
                _ => false,
            }
        })
}

/// The beginning of a long text.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

/// Whether two numbers are as near as the tolerance says.
fn near(expected: f64, got: f64, tolerance: f64) -> bool {
    expected == got || (expected - got).abs() <= tolerance * expected.abs().max(1.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(expected: &str, written: &str) -> String {
        output(expected, written, TOLERANCE).err().unwrap_or_default()
    }

    #[test]
    fn space_and_the_writing_of_numbers_do_not_matter() {
        assert_eq!(told("1 2\n3\n", "  1 2  \r\n3"), "");
        assert_eq!(told("1.50 2e3", "1.5   2000"), "");
        assert_eq!(told("0.333333", "0.3333333333"), "");
        assert_eq!(told("", "\n"), "");
        assert!(output("0.333333", "0.3333333333", 0.0).is_err());
        assert!(output("1.50", "1.5", 0.0).is_ok(), "the same number, written otherwise");
    }

    #[test]
    fn the_first_difference_is_named() {
        assert_eq!(told("1\n2\n3", "1\n5\n6"), "line 2: expected `2`, got `5`");
        assert_eq!(told("1\n2", "1"), "expected 2 lines, got 1 line");
        assert_eq!(told("1", ""), "expected 1 line, but nothing was written");
        assert_eq!(told("YES", "Yes"), "line 1: expected `YES`, got `Yes`");
        assert_eq!(told("1000000", "1000001"), "line 1: expected `1000000`, got `1000001`");
        assert_eq!(
            told("12345678901234567891", "12345678901234567890"),
            "line 1: expected `12345678901234567891`, got `12345678901234567890`"
        );
        assert_eq!(told("1 2 3", "1 2"), "line 1: expected `1 2 3`, got `1 2`");
    }

    proptest! {
        #[test]
        fn a_text_equals_itself(text in "\\PC{0,40}\n\\PC{0,40}") {
            prop_assert_eq!(output(&text, &text, 0.0), Ok(()));
        }
    }
}
