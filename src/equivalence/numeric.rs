//! Rounded numeric values, from which keys are made.
//!
//! A value is computed at two precisions. Where both agree on more digits than a key keeps, the
//! rounded value is trusted; where they do not, the value has no numeric key.

use std::cell::Cell;
use std::cmp::Ordering;
use std::sync::OnceLock;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use crate::equivalence::complex::Complex;
use crate::equivalence::evaluate::Evaluator;
use crate::equivalence::float::{Float, signed, unsigned};
use crate::equivalence::sample;
use crate::equivalence::sum::{Fault, Sum};
use crate::equivalence::transcendental::Precision;

/// Bits of a value that a key keeps: about 48 decimal digits.
const KEY_BITS: u64 = 160;
/// Bits that remain of a quotient of two rounded values.
const QUOTIENT_BITS: u64 = 112;
/// Bits on which both precisions must agree.
const AGREED_BITS: i64 = 184;
const LOW_BITS: u64 = 256;
const HIGH_BITS: u64 = 384;
/// A value is taken for a fraction of at most this many bits in both parts together.
const FRACTION_BITS: u64 = 96;
/// How close, in bits, such a value must be.
const FRACTION_AGREEMENT: i64 = 220;

/// A real number rounded to a fixed number of bits; equal values have equal parts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Rounded {
    mantissa: BigInt,
    exponent: i64,
}

impl Rounded {
    /// Rounds to a multiple of `2^grid`.
    fn new(value: &Float, grid: i64) -> Self {
        let (mantissa, exponent) = value.parts();
        let mut rounded = value.clone();
        if exponent < grid {
            let bits = unsigned(value.magnitude().saturating_sub(grid).max(0));
            rounded = if bits == 0 {
                nearest_multiple(mantissa, exponent, grid)
            } else {
                value.rounded(bits)
            };
        }
        let (mantissa, exponent) = rounded.parts();
        let zeros = mantissa.trailing_zeros().unwrap_or(0);
        if mantissa.is_zero() {
            return Self { mantissa: BigInt::zero(), exponent: 0 };
        }
        Self { mantissa: mantissa >> zeros, exponent: exponent.saturating_add(signed(zeros)) }
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.mantissa.is_zero()
    }

    pub(crate) fn to_float(&self) -> Float {
        Float::new(self.mantissa.clone(), self.exponent, 2 * KEY_BITS)
    }
}

/// Below half of the grid there is only zero; above it the sign times one step.
fn nearest_multiple(mantissa: &BigInt, exponent: i64, grid: i64) -> Float {
    let size = Float::new(mantissa.abs(), exponent, 64);
    let half = Float::integer(1).scaled(grid - 1);
    if size.compare(&half) == Ordering::Less {
        return Float::zero();
    }
    let step = Float::integer(1).scaled(grid);
    if mantissa.is_negative() { step.negate() } else { step }
}

/// A rounded complex value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Point {
    pub(crate) re: Rounded,
    pub(crate) im: Rounded,
}

impl Point {
    fn new(value: &Complex) -> Self {
        Self::with_bits(value, KEY_BITS)
    }

    /// A real point.
    pub(crate) fn from_real(value: &Float) -> Self {
        Self::new(&Complex::real(value.clone()))
    }

    /// A quotient of rounded values.
    pub(crate) fn shortened(value: &Complex) -> Self {
        Self::with_bits(value, QUOTIENT_BITS)
    }

    pub(crate) fn to_complex(&self) -> Complex {
        Complex { re: self.re.to_float(), im: self.im.to_float() }
    }

    fn with_bits(value: &Complex, bits: u64) -> Self {
        // The grid follows the rounded size, so that noise at a power of two does not move it.
        let size = |part: &Float| part.rounded(bits).magnitude();
        let grid = size(&value.re).max(size(&value.im)).saturating_sub(signed(bits));
        if value.is_zero() {
            return Self { re: Rounded::new(&value.re, 0), im: Rounded::new(&value.im, 0) };
        }
        Self { re: Rounded::new(&value.re, grid), im: Rounded::new(&value.im, grid) }
    }

    /// The value when it is real.
    pub(crate) fn real(&self) -> Option<Float> {
        self.im.is_zero().then(|| self.re.to_float())
    }

    /// Whether two points are clearly further apart than rounding explains.
    pub(crate) fn differs(&self, other: &Self) -> bool {
        let gap = |a: &Rounded, b: &Rounded| a.to_float().subtract(&b.to_float(), 64).magnitude();
        let size = [&self.re, &self.im, &other.re, &other.im]
            .map(|part| part.to_float().magnitude())
            .into_iter()
            .max()
            .unwrap_or(0);
        let distance = gap(&self.re, &other.re).max(gap(&self.im, &other.im));
        distance > size.saturating_sub(signed(KEY_BITS - 40))
    }
}

/// The values of one expression.
pub(crate) struct Profile {
    /// One entry per sample point, or a single one for a constant; nothing where undefined.
    pub(crate) points: Vec<Option<Point>>,
    /// The precise value at the first defined point.
    pub(crate) precise: Option<Complex>,
    /// A term was too small to show, so equal points would not mean equal values.
    pub(crate) absorbed: bool,
}

/// Evaluates a sum at all sample points, or once when it is constant. `fuel` is the work that is
/// left; a unit is about one multiplication.
pub(crate) fn profile(sum: &Sum, fuel: &Cell<u32>) -> Result<Profile, Fault> {
    let count = if sum.has_symbol() { sample::POINTS } else { 1 };
    let absorbed = Cell::new(false);
    let complex = count == 1 || sum.has_imaginary();
    let mut points = Vec::new();
    let mut precise = None;
    for point in 0..count {
        match agreed(sum, point, complex, (fuel, &absorbed)) {
            Ok(value) => {
                points.push(Some(Point::new(&value)));
                precise.get_or_insert(value);
            }
            Err(Fault::Undefined) => points.push(None),
            Err(Fault::Limit) => return Err(Fault::Limit),
        }
    }
    Ok(Profile { points, precise, absorbed: absorbed.get() })
}

/// The value on which both precisions agree.
fn agreed(
    sum: &Sum,
    point: u32,
    complex: bool,
    (fuel, absorbed): (&Cell<u32>, &Cell<bool>),
) -> Result<Complex, Fault> {
    let [low, high] = precisions();
    let at = |precision| Evaluator { precision, point, complex, fuel, absorbed }.sum(sum);
    let (rough, fine) = (at(low)?, at(high)?);
    let vanishes = |rough: &Float, fine: &Float, size: i64| {
        fine.magnitude() < size.saturating_sub(AGREED_BITS)
            || fine.magnitude() < rough.magnitude().saturating_sub(64)
    };
    let size = fine.magnitude();
    // Noise shrinks with the precision; then the value is zero.
    if fine.is_zero() || size < rough.magnitude().saturating_sub(64) {
        return Ok(Complex::integer(0));
    }
    let clean = |rough: &Float, fine: Float| {
        if vanishes(rough, &fine, size) { Float::zero() } else { fine }
    };
    let gap = fine.subtract(&rough, low).magnitude();
    if gap > size.saturating_sub(AGREED_BITS) {
        return Err(Fault::Limit);
    }
    Ok(Complex { re: clean(&rough.re, fine.re), im: clean(&rough.im, fine.im) })
}

/// The lower working precision.
pub(crate) fn rough() -> &'static Precision {
    let [low, _] = precisions();
    low
}

fn precisions() -> &'static [Precision; 2] {
    static PRECISIONS: OnceLock<[Precision; 2]> = OnceLock::new();
    PRECISIONS.get_or_init(|| [Precision::new(LOW_BITS), Precision::new(HIGH_BITS)])
}

/// The short fraction that a precise value is, if any, by its continued fraction.
pub(crate) fn as_fraction(value: &Float) -> Option<BigRational> {
    if value.magnitude() > 64 || value.magnitude() < -64 {
        return value.is_zero().then(BigRational::zero);
    }
    let exact = value.to_rational()?;
    let bound = BigRational::new(BigInt::one(), BigInt::one() << unsigned(FRACTION_AGREEMENT));
    let (mut before, mut last) = ((BigInt::zero(), BigInt::one()), (BigInt::one(), BigInt::zero()));
    let mut rest = exact.clone();
    loop {
        let whole = rest.floor().to_integer();
        let next = (&whole * &last.0 + before.0, &whole * &last.1 + before.1);
        if next.0.bits() + next.1.bits() > FRACTION_BITS {
            return None;
        }
        let candidate = BigRational::new(next.0.clone(), next.1.clone());
        if (&exact - &candidate).abs() < &bound * exact.abs() {
            return Some(candidate);
        }
        let fraction = rest - BigRational::from_integer(whole);
        if fraction.is_zero() {
            return None;
        }
        rest = fraction.recip();
        before = last;
        last = next;
    }
}
