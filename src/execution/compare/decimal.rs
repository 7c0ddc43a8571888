//! Numbers as they are written, compared exactly.

use super::near;

/// A decimal number: `±digits × 10^exponent`, the digits without zeros at either end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decimal {
    negative: bool,
    digits: String,
    exponent: i64,
    /// It was written without a point and without an exponent.
    whole: bool,
    written: String,
}

impl Decimal {
    /// Reads `12`, `-0.5`, `+1e-3`; nothing else, in particular no infinities.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (mantissa, written_exponent) = match unsigned.find(['e', 'E']) {
            None => (unsigned, None),
            Some(at) => (unsigned.get(..at)?, Some(unsigned.get(at + 1..)?)),
        };
        let exponent: i64 = match written_exponent {
            None => 0,
            Some(exponent) => i64::from(exponent.parse::<i32>().ok()?),
        };
        let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if (before.is_empty() && after.is_empty()) || !all_digits(before) || !all_digits(after) {
            return None;
        }
        let joined = format!("{before}{after}");
        let digits = joined.trim_start_matches('0');
        let significant = digits.trim_end_matches('0');
        let zeros = digits.len() - significant.len();
        let exponent = exponent - i64::try_from(after.len()).ok()? + i64::try_from(zeros).ok()?;
        Some(Self {
            negative: text.starts_with('-') && !significant.is_empty(),
            digits: significant.to_owned(),
            exponent: if significant.is_empty() { 0 } else { exponent },
            whole: written_exponent.is_none() && !mantissa.contains('.'),
            written: text.to_owned(),
        })
    }

    /// Whether both are the same number, or, unless both are whole, as near as the tolerance says.
    pub(super) fn equals(&self, other: &Self, tolerance: f64) -> bool {
        let same = (self.negative, self.exponent, &self.digits)
            == (other.negative, other.exponent, &other.digits);
        if same || (self.whole && other.whole) || tolerance <= 0.0 {
            return same;
        }
        match (self.written.parse::<f64>(), other.written.parse::<f64>()) {
            (Ok(one), Ok(other)) => one.is_finite() && near(one, other, tolerance),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn equal(one: &str, other: &str) -> bool {
        Decimal::parse(one).unwrap().equals(&Decimal::parse(other).unwrap(), 0.0)
    }

    #[test]
    fn the_same_number_may_be_written_in_many_ways() {
        assert!(equal("1.50", "1.5"));
        assert!(equal("1e3", "1000"));
        assert!(equal("-0", "0.00"));
        assert!(equal("007", "7"));
        assert!(equal(".5", "5e-1"));
        assert!(!equal("1", "-1"));
        assert!(!equal("10", "1"));
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in ["", ".", "-", "1.2.3", "0x10", "1e", "e5", "inf", "NaN", "1_000", "١"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }
}
