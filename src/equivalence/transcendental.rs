//! Exponential, logarithm, sine, cosine and arctangent of [`Float`]s.
//!
//! The methods are the classical ones of R. P. Brent and P. Zimmermann, *Modern Computer
//! Arithmetic*, chapter 4: Machin's formula for π, argument reduction and Taylor series for the
//! exponential and the circular functions, and Newton-like iterations for their inverses.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, ToPrimitive, Zero};

use crate::equivalence::float::{Float, signed};

/// Extra bits carried inside the series, so that their rounding does not show.
const GUARD: u64 = 64;
/// Halvings of the exponential's argument before its series.
const HALVINGS: u32 = 8;
/// Above this binary magnitude an exponential or an angle is out of range.
const MAGNITUDE_LIMIT: i64 = 48;

/// A working precision with the constants computed for it.
pub(crate) struct Precision {
    /// Bits kept by every operation.
    pub(crate) bits: u64,
    pi: Float,
    ln2: Float,
}

impl Precision {
    /// Computes the constants for `bits` bits.
    pub(crate) fn new(bits: u64) -> Self {
        let wide = bits + 2 * GUARD;
        let machin = 4 * (4 * inverse_series(5, wide, true) - inverse_series(239, wide, true));
        let ln2 = 2 * inverse_series(3, wide, false);
        Self {
            bits,
            pi: Float::new(machin, -signed(wide), wide),
            ln2: Float::new(ln2, -signed(wide), wide),
        }
    }

    /// The number π.
    pub(crate) fn pi(&self) -> Float {
        self.pi.rounded(self.bits)
    }

    /// `e^x`, or nothing when out of range.
    pub(crate) fn exp(&self, x: &Float) -> Option<Float> {
        if x.magnitude() > MAGNITUDE_LIMIT {
            return None;
        }
        let wide = self.bits + GUARD;
        let turns = x.divide(&self.ln2, wide)?.nearest_integer()?;
        let whole = Float::new(turns.clone(), 0, wide);
        let rest = x.subtract(&whole.multiply(&self.ln2, wide + GUARD), wide + GUARD);
        let argument = fixed(&rest, wide) >> HALVINGS;
        let one = BigInt::one() << wide;
        let (mut sum, mut term) = (one.clone(), one);
        for n in 1u32..1000 {
            term = ((term * &argument) >> wide) / n;
            if term.is_zero() {
                break;
            }
            sum += &term;
        }
        for _ in 0..HALVINGS {
            sum = (&sum * &sum) >> wide;
        }
        let exponent = turns.to_i64()?.saturating_sub(signed(wide));
        Some(Float::new(sum, exponent, self.bits))
    }

    /// The natural logarithm of a positive number.
    pub(crate) fn ln(&self, x: &Float) -> Option<Float> {
        if x.is_zero() || x.is_negative() {
            return None;
        }
        let mut shift = x.magnitude();
        let mut reduced = x.scaled(-shift);
        if reduced.to_f64() < 0.75 {
            shift -= 1;
            reduced = reduced.scaled(1);
        }
        let mut y = Float::from_f64(reduced.to_f64().ln());
        // Halley's iteration triples the correct bits: 50, 150, 450, 1350.
        for _ in 0..iterations(self.bits) {
            let power = self.exp(&y)?;
            let above = reduced.subtract(&power, self.bits).scaled(1);
            let below = reduced.add(&power, self.bits);
            y = y.add(&above.divide(&below, self.bits)?, self.bits);
        }
        let whole = Float::integer(shift).multiply(&self.ln2, self.bits + GUARD);
        Some(y.add(&whole, self.bits))
    }

    /// Sine and cosine, or nothing when the angle is too large to be reduced.
    pub(crate) fn sin_cos(&self, x: &Float) -> Option<(Float, Float)> {
        if x.magnitude() > MAGNITUDE_LIMIT {
            return None;
        }
        let wide = self.bits + GUARD;
        let right_angle = self.pi.scaled(-1);
        let turns = x.divide(&right_angle, wide)?.nearest_integer()?;
        let whole = Float::new(turns.clone(), 0, wide);
        let rest = x.subtract(&whole.multiply(&right_angle, wide + GUARD), wide + GUARD);
        let angle = fixed(&rest, wide);
        let square = (&angle * &angle) >> wide;
        let sine = alternating(angle, &square, wide, 1);
        let cosine = alternating(BigInt::one() << wide, &square, wide, 0);
        let sine = Float::new(sine, -signed(wide), self.bits);
        let cosine = Float::new(cosine, -signed(wide), self.bits);
        Some(match turns.mod_floor(&BigInt::from(4)).to_u8() {
            Some(0) => (sine, cosine),
            Some(1) => (cosine, sine.negate()),
            Some(2) => (sine.negate(), cosine.negate()),
            _ => (cosine.negate(), sine),
        })
    }

    /// The arctangent, between -π/2 and π/2.
    pub(crate) fn arctan(&self, x: &Float) -> Option<Float> {
        if x.magnitude() > 0 {
            let inverse = Float::integer(1).divide(x, self.bits)?;
            let quarter = self.pi().scaled(-1);
            let quarter = if x.is_negative() { quarter.negate() } else { quarter };
            return Some(quarter.subtract(&self.arctan_small(&inverse)?, self.bits));
        }
        self.arctan_small(x)
    }

    /// The angle of the point `(x, y)`, between -π and π; zero at the origin.
    pub(crate) fn angle(&self, y: &Float, x: &Float) -> Option<Float> {
        if y.is_zero() {
            return Some(if x.is_negative() { self.pi() } else { Float::zero() });
        }
        if x.is_zero() {
            let quarter = self.pi().scaled(-1);
            return Some(if y.is_negative() { quarter.negate() } else { quarter });
        }
        let angle = self.arctan(&y.divide(x, self.bits)?)?;
        if !x.is_negative() {
            return Some(angle);
        }
        let half = if y.is_negative() { self.pi().negate() } else { self.pi() };
        Some(angle.add(&half, self.bits))
    }

    /// Newton's iteration on the tangent, for `|x| <= 1`.
    fn arctan_small(&self, x: &Float) -> Option<Float> {
        let mut y = Float::from_f64(x.to_f64().atan());
        for _ in 0..iterations(self.bits) {
            let (sine, cosine) = self.sin_cos(&y)?;
            let above = x.multiply(&cosine, self.bits).subtract(&sine, self.bits);
            let below = x.multiply(&sine, self.bits).add(&cosine, self.bits);
            y = y.add(&above.divide(&below, self.bits)?, self.bits);
        }
        Some(y)
    }
}

/// Steps of a cubic iteration from machine precision to `bits`.
fn iterations(bits: u64) -> u32 {
    match bits {
        0..=140 => 1,
        141..=420 => 2,
        _ => 3,
    }
}

/// `arctan(1/x)` or, not alternating, `artanh(1/x)`, as a fixed-point number.
fn inverse_series(x: u32, bits: u64, alternates: bool) -> BigInt {
    let mut power = (BigInt::one() << bits) / x;
    let mut sum = BigInt::zero();
    let mut n = 1u32;
    while !power.is_zero() {
        let term = &power / n;
        if alternates && n % 4 == 3 {
            sum -= term;
        } else {
            sum += term;
        }
        power /= x * x;
        n += 2;
    }
    sum
}

/// The series of sine or cosine from its first term: each next term is the last one times
/// `-square / (n (n + 1))`.
fn alternating(first: BigInt, square: &BigInt, bits: u64, start: u32) -> BigInt {
    let mut sum = first.clone();
    let mut term = first;
    let mut n = start;
    while !term.is_zero() && n < 2000 {
        term = -((term * square) >> bits) / ((n + 1) * (n + 2));
        sum += &term;
        n += 2;
        if term == -BigInt::one() {
            break;
        }
    }
    sum
}

/// The value times `2^bits`, cut to an integer.
fn fixed(value: &Float, bits: u64) -> BigInt {
    let scaled = value.scaled(signed(bits));
    scaled.nearest_integer().unwrap_or_default()
}
