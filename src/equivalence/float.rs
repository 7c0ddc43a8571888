//! Binary floating-point numbers of any precision: the arithmetic under the numeric comparison.
//!
//! A value is `mantissa * 2^exponent`. Every operation that can grow the mantissa is told how many
//! bits to keep, and rounds to nearest. Nothing here tracks errors: callers compute at two
//! precisions and trust the digits on which both agree.

use std::cmp::Ordering;

use num_bigint::{BigInt, BigUint, Sign};
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

/// Beyond this binary exponent a value counts as out of range.
const EXPONENT_LIMIT: i64 = 1 << 50;

/// A binary floating-point number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Float {
    mantissa: BigInt,
    exponent: i64,
}

impl Float {
    /// The number zero.
    pub(crate) fn zero() -> Self {
        Self { mantissa: BigInt::zero(), exponent: 0 }
    }

    /// An exact small integer.
    pub(crate) fn integer(value: i64) -> Self {
        Self { mantissa: value.into(), exponent: 0 }
    }

    /// `mantissa * 2^exponent`, rounded to `bits` bits.
    pub(crate) fn new(mantissa: BigInt, exponent: i64, bits: u64) -> Self {
        Self { mantissa, exponent }.rounded(bits)
    }

    /// The fraction rounded to `bits` bits.
    pub(crate) fn from_rational(value: &BigRational, bits: u64) -> Self {
        let numerator = Self::new(value.numer().clone(), 0, bits + 8);
        if value.denom().is_one() {
            return numerator.rounded(bits);
        }
        let denominator = Self::new(value.denom().clone(), 0, bits + 8);
        numerator.divide(&denominator, bits).unwrap_or_else(Self::zero)
    }

    /// An approximation of a machine number of moderate size.
    #[expect(clippy::cast_possible_truncation, reason = "the scaled value fits or saturates")]
    pub(crate) fn from_f64(value: f64) -> Self {
        let scaled = value * 2f64.powi(52);
        Self { mantissa: BigInt::from(scaled as i64), exponent: -52 }
    }

    /// The integer `mantissa` and the power of two that multiplies it.
    pub(crate) fn parts(&self) -> (&BigInt, i64) {
        (&self.mantissa, self.exponent)
    }

    /// The same value with at most `bits` bits, rounded to nearest.
    pub(crate) fn rounded(&self, bits: u64) -> Self {
        let length = self.mantissa.bits();
        if length <= bits {
            return self.clone();
        }
        let dropped = length - bits;
        Self {
            mantissa: round_shift(&self.mantissa, dropped),
            exponent: self.exponent.saturating_add(signed(dropped)),
        }
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.mantissa.is_zero()
    }

    pub(crate) fn is_negative(&self) -> bool {
        self.mantissa.is_negative()
    }

    /// Whether the exponent left the range in which results are trusted.
    pub(crate) fn is_extreme(&self) -> bool {
        self.exponent.abs() > EXPONENT_LIMIT
    }

    /// The exponent `m` with `2^(m-1) <= |self| < 2^m`; very small for zero.
    pub(crate) fn magnitude(&self) -> i64 {
        if self.is_zero() {
            return i64::MIN / 4;
        }
        self.exponent.saturating_add(signed(self.mantissa.bits()))
    }

    pub(crate) fn negate(&self) -> Self {
        Self { mantissa: -&self.mantissa, exponent: self.exponent }
    }

    pub(crate) fn absolute(&self) -> Self {
        Self { mantissa: self.mantissa.abs(), exponent: self.exponent }
    }

    /// `self * 2^power`.
    pub(crate) fn scaled(&self, power: i64) -> Self {
        Self { mantissa: self.mantissa.clone(), exponent: self.exponent.saturating_add(power) }
    }

    pub(crate) fn add(&self, other: &Self, bits: u64) -> Self {
        if self.is_zero() {
            return other.rounded(bits);
        }
        if other.is_zero() {
            return self.rounded(bits);
        }
        let gap = self.magnitude().saturating_sub(other.magnitude());
        let reach = signed(bits) + 8;
        if gap > reach {
            return self.rounded(bits);
        }
        if gap < -reach {
            return other.rounded(bits);
        }
        let exponent = self.exponent.min(other.exponent);
        let left = &self.mantissa << unsigned(self.exponent - exponent);
        let right = &other.mantissa << unsigned(other.exponent - exponent);
        Self::new(left + right, exponent, bits)
    }

    pub(crate) fn subtract(&self, other: &Self, bits: u64) -> Self {
        self.add(&other.negate(), bits)
    }

    pub(crate) fn multiply(&self, other: &Self, bits: u64) -> Self {
        let exponent = self.exponent.saturating_add(other.exponent);
        Self::new(&self.mantissa * &other.mantissa, exponent, bits)
    }

    /// The quotient, or nothing when `other` is zero.
    pub(crate) fn divide(&self, other: &Self, bits: u64) -> Option<Self> {
        if other.is_zero() {
            return None;
        }
        let shift = (bits + 2 + other.mantissa.bits()).saturating_sub(self.mantissa.bits());
        let quotient = (&self.mantissa << shift) / &other.mantissa;
        let exponent = self.exponent.saturating_sub(other.exponent).saturating_sub(signed(shift));
        Some(Self::new(quotient, exponent, bits))
    }

    /// The `degree`-th root of a number that is not negative.
    pub(crate) fn root(&self, degree: u32, bits: u64) -> Option<Self> {
        if self.is_negative() || degree == 0 {
            return None;
        }
        let wide = i64::from(degree);
        let wanted = bits.saturating_add(2).saturating_mul(u64::from(degree));
        let shift = wanted.saturating_sub(self.mantissa.bits());
        // The exponent must stay divisible by the degree.
        let exponent = self.exponent.saturating_sub(signed(shift));
        let extra = exponent.rem_euclid(wide);
        let radicand = &self.mantissa << (shift + unsigned(extra));
        let exponent = (exponent - extra) / wide;
        Some(Self::new(radicand.nth_root(degree), exponent, bits))
    }

    /// A whole power by repeated squaring.
    pub(crate) fn power(&self, exponent: u64, bits: u64) -> Self {
        let mut result = Self::integer(1);
        let mut base = self.clone();
        let mut left = exponent;
        while left > 0 {
            if left & 1 == 1 {
                result = result.multiply(&base, bits);
            }
            left >>= 1;
            if left > 0 {
                base = base.multiply(&base, bits);
            }
        }
        result
    }

    /// The nearest integer, unless it is too long to be of use.
    pub(crate) fn nearest_integer(&self) -> Option<BigInt> {
        self.scaled(1).floor().map(|doubled| (doubled + 1) >> 1u32)
    }

    /// The greatest integer that is not above the value, unless it is too long to be of use.
    pub(crate) fn floor(&self) -> Option<BigInt> {
        if self.magnitude() > 4096 {
            return None;
        }
        if self.exponent >= 0 {
            return Some(&self.mantissa << unsigned(self.exponent));
        }
        if self.magnitude() < -4096 {
            return Some(if self.is_negative() { -BigInt::one() } else { BigInt::zero() });
        }
        // A right shift of a negative `BigInt` rounds down, as wanted.
        Some(&self.mantissa >> unsigned(-self.exponent))
    }

    /// The exact value as a fraction, unless that would be very long.
    pub(crate) fn to_rational(&self) -> Option<BigRational> {
        if self.exponent.abs() > 8192 {
            return None;
        }
        let power = BigInt::one() << unsigned(self.exponent.abs());
        Some(if self.exponent >= 0 {
            BigRational::from_integer(&self.mantissa * power)
        } else {
            BigRational::new(self.mantissa.clone(), power)
        })
    }

    /// The nearest machine number; zero or infinite when out of its range.
    pub(crate) fn to_f64(&self) -> f64 {
        let short = self.rounded(53);
        let mantissa = short.mantissa.to_f64().unwrap_or(0.0);
        let exponent = i32::try_from(short.exponent.clamp(-2000, 2000)).unwrap_or(0);
        mantissa * 2f64.powi(exponent / 2) * 2f64.powi(exponent - exponent / 2)
    }

    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        let difference = self.subtract(other, 64);
        match difference.mantissa.sign() {
            Sign::Minus => Ordering::Less,
            Sign::NoSign => Ordering::Equal,
            Sign::Plus => Ordering::Greater,
        }
    }
}

/// `value / 2^shift`, rounded to nearest.
pub(crate) fn round_shift(value: &BigInt, shift: u64) -> BigInt {
    if shift == 0 {
        return value.clone();
    }
    (value + (BigInt::one() << (shift - 1))) >> shift
}

/// A length in bits as a signed exponent.
pub(crate) fn signed(length: u64) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// An exponent that is known not to be negative as a shift.
pub(crate) fn unsigned(exponent: i64) -> u64 {
    u64::try_from(exponent).unwrap_or(0)
}

/// The value of a natural number as a float.
pub(crate) fn from_natural(value: &BigUint, bits: u64) -> Float {
    Float::new(BigInt::from(value.clone()), 0, bits)
}
