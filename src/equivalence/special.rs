//! The numeric values of the functions that canonical forms keep symbolic.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive};

use crate::equivalence::complex::Complex;
use crate::equivalence::evaluate::Evaluator;
use crate::equivalence::float::Float;
use crate::equivalence::sum::{Fault, Function};
use crate::equivalence::transcendental::Precision;

/// Factorials up to this are multiplied out; larger ones use Stirling's series.
const MULTIPLIED_FACTORIAL: u32 = 3_000;

/// The coefficients `B(2k) / (2k (2k - 1))` of Stirling's series for the logarithm of the gamma
/// function (NIST Digital Library of Mathematical Functions, 5.11.1).
const STIRLING: [(i64, i64); 12] = [
    (1, 12),
    (-1, 360),
    (1, 1260),
    (-1, 1680),
    (1, 1188),
    (-691, 360_360),
    (1, 156),
    (-3617, 122_400),
    (43_867, 244_188),
    (-174_611, 125_400),
    (77_683, 5796),
    (-236_364_091, 1_506_960),
];

/// Applies a function to values; `symbolic` tells whether they come from free symbols.
pub(crate) fn call(
    evaluator: &Evaluator<'_>,
    function: Function,
    arguments: &[Complex],
    symbolic: bool,
) -> Result<Complex, Fault> {
    let p = evaluator.precision;
    evaluator.charge(200)?;
    match (function, arguments) {
        (Function::Abs, [x]) => x.modulus(p).map(Complex::real).ok_or(Fault::Limit),
        (Function::Ln, [x]) => {
            let clean = x.without_noise(p);
            let real = clean.is_real() && !clean.re.is_negative();
            if clean.is_zero() || (symbolic && !real && !evaluator.complex) {
                return Err(Fault::Undefined);
            }
            x.ln(p).ok_or(Fault::Limit)
        }
        (Function::Exp, [x]) => x.exp(p).ok_or(Fault::Limit),
        (
            Function::Sin
            | Function::Cos
            | Function::Tan
            | Function::Cot
            | Function::Sec
            | Function::Csc,
            [x],
        ) => circular(function, x, p),
        (Function::Sinh | Function::Cosh | Function::Tanh, [x]) => hyperbolic(function, x, p),
        (Function::Arcsin | Function::Arccos | Function::Arctan, [x]) => {
            evaluator.charge(400)?;
            inverse_circular(function, x, p).map(Complex::real)
        }
        (Function::Floor, [x]) => rounded_down(&real(x, p)?, p).map(Complex::real),
        (Function::Ceiling, [x]) => {
            Ok(Complex::real(rounded_down(&real(x, p)?.negate(), p)?.negate()))
        }
        (Function::Factorial, [x]) => {
            let n = whole(x, p)?;
            if n.is_negative() {
                return Err(Fault::Undefined);
            }
            factorial(evaluator, &n).map(Complex::real)
        }
        (Function::Binomial, [n, k]) => binomial(evaluator, &whole(n, p)?, &whole(k, p)?),
        _ => Err(Fault::Limit),
    }
}

/// The integer that a value equals up to rounding noise.
pub(crate) fn near_integer(x: &Float, p: &Precision) -> Option<BigInt> {
    let whole = x.nearest_integer()?;
    let rest = x.subtract(&Float::new(whole.clone(), 0, p.bits), p.bits);
    let noise = -i64::try_from(p.bits * 3 / 4).unwrap_or(0);
    (rest.is_zero() || rest.magnitude() < noise).then_some(whole)
}

fn real(x: &Complex, p: &Precision) -> Result<Float, Fault> {
    let clean = x.without_noise(p);
    if clean.is_real() { Ok(clean.re) } else { Err(Fault::Undefined) }
}

fn whole(x: &Complex, p: &Precision) -> Result<BigInt, Fault> {
    near_integer(&real(x, p)?, p).ok_or(Fault::Undefined)
}

fn rounded_down(x: &Float, p: &Precision) -> Result<Float, Fault> {
    let value = near_integer(x, p).or_else(|| x.floor()).ok_or(Fault::Limit)?;
    Ok(Float::new(value, 0, p.bits))
}

fn circular(function: Function, x: &Complex, p: &Precision) -> Result<Complex, Fault> {
    let (sine, cosine) = x.sin_cos(p).ok_or(Fault::Limit)?;
    let clean = |value: Complex| {
        let noise = -i64::try_from(p.bits * 3 / 4).unwrap_or(0);
        if value.magnitude() < noise { Complex::integer(0) } else { value }
    };
    let (sine, cosine) = (clean(sine), clean(cosine));
    let one = Complex::integer(1);
    let quotient = |above: &Complex, below: &Complex| above.divide(below, p);
    match function {
        Function::Sin => Some(sine),
        Function::Cos => Some(cosine),
        Function::Tan => quotient(&sine, &cosine),
        Function::Cot => quotient(&cosine, &sine),
        Function::Sec => quotient(&one, &cosine),
        _ => quotient(&one, &sine),
    }
    .ok_or(Fault::Undefined)
}

fn hyperbolic(function: Function, x: &Complex, p: &Precision) -> Result<Complex, Fault> {
    let up = x.exp(p).ok_or(Fault::Limit)?;
    let down = x.negate().exp(p).ok_or(Fault::Limit)?;
    let (sum, difference) = (up.add(&down, p), up.subtract(&down, p));
    let two = Complex::integer(2);
    match function {
        Function::Sinh => difference.divide(&two, p),
        Function::Cosh => sum.divide(&two, p),
        _ => difference.divide(&sum, p),
    }
    .ok_or(Fault::Undefined)
}

/// The real inverse functions; nothing outside their domain.
fn inverse_circular(function: Function, x: &Complex, p: &Precision) -> Result<Float, Fault> {
    let x = real(x, p)?;
    if function == Function::Arctan {
        return p.arctan(&x).ok_or(Fault::Limit);
    }
    let one = Float::integer(1);
    let square = x.multiply(&x, p.bits);
    let mut rest = one.subtract(&square, p.bits);
    if rest.magnitude() < -i64::try_from(p.bits * 3 / 4).unwrap_or(0) {
        rest = Float::zero();
    }
    let other = rest.root(2, p.bits).ok_or(Fault::Undefined)?;
    let angle =
        if function == Function::Arcsin { p.angle(&x, &other) } else { p.angle(&other, &x) };
    angle.ok_or(Fault::Limit)
}

fn factorial(evaluator: &Evaluator<'_>, n: &BigInt) -> Result<Float, Fault> {
    let p = evaluator.precision;
    if let Some(small) = n.to_u32().filter(|small| *small <= MULTIPLIED_FACTORIAL) {
        evaluator.charge(small / 4)?;
        let factor = |k: u32| Float::integer(i64::from(k));
        return Ok(
            (2..=small).fold(Float::integer(1), |so_far, k| so_far.multiply(&factor(k), p.bits))
        );
    }
    stirling(n, p).ok_or(Fault::Limit)
}

/// `n!` for large `n` by Stirling's series.
fn stirling(n: &BigInt, p: &Precision) -> Option<Float> {
    let bits = p.bits;
    let x = Float::new(n.clone(), 0, bits);
    let logarithm = p.ln(&x)?;
    let half = Float::integer(1).scaled(-1);
    let circle = p.ln(&p.pi().scaled(1))?.multiply(&half, bits);
    let mut total = x.add(&half, bits).multiply(&logarithm, bits);
    total = total.subtract(&x, bits).add(&circle, bits);
    let square = x.multiply(&x, bits);
    let mut power = x;
    for (numerator, denominator) in STIRLING {
        let coefficient = BigRational::new(numerator.into(), denominator.into());
        let term = Float::from_rational(&coefficient, bits).divide(&power, bits)?;
        total = total.add(&term, bits);
        power = power.multiply(&square, bits);
    }
    p.exp(&total)
}

fn binomial(evaluator: &Evaluator<'_>, n: &BigInt, k: &BigInt) -> Result<Complex, Fault> {
    if n.is_negative() {
        return Err(Fault::Undefined);
    }
    if k.is_negative() || k > n {
        return Ok(Complex::integer(0));
    }
    let p = evaluator.precision;
    let above = factorial(evaluator, n)?;
    let below = factorial(evaluator, k)?.multiply(&factorial(evaluator, &(n - k))?, p.bits);
    let value = above.divide(&below, p.bits).ok_or(Fault::Limit)?;
    // Exact where it is short, so that rounding does not hide the whole number.
    let exact = near_integer(&value, p).filter(|whole| whole.bits() < p.bits / 2);
    let value = exact.map_or(value, |whole| Float::new(whole, 0, p.bits));
    Ok(Complex::real(value))
}
