//! Powers and roots of canonical forms.
//!
//! Even roots of real numbers need a radicand that is not negative, odd roots of negative numbers
//! are the real ones (∛-8 is -2), and √-3 is i√3. A step that could change where an expression
//! with symbols is defined, such as √(x²) to x, is not taken: the value stays an atom.

use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

use crate::equivalence::algebra::{Algebra, short_power};
use crate::equivalence::sum::{Atom, Fault, Monomial, Sum};

/// Trial division stops here; what is left counts as one factor.
const TRIAL_DIVISORS: u32 = 10_000;
/// Longer radicands are not factored.
const FACTORED_BITS: u64 = 256;

impl Algebra<'_> {
    /// `base^exponent` for a rational exponent.
    pub(crate) fn power(&self, base: &Sum, exponent: &BigRational) -> Result<Sum, Fault> {
        self.charge(8)?;
        if exponent.is_one() {
            return Ok(base.clone());
        }
        if base.is_zero() {
            return if exponent.is_positive() { Ok(Sum::zero()) } else { Err(Fault::Undefined) };
        }
        if exponent.is_zero() {
            return Ok(Sum::integer(1));
        }
        match base.single() {
            Some((monomial, coefficient)) => self.term_power(coefficient, monomial, exponent),
            None => self.sum_power(base, exponent),
        }
    }

    /// `1 / base`.
    pub(crate) fn inverse(&self, base: &Sum) -> Result<Sum, Fault> {
        self.power(base, &-BigRational::one())
    }

    fn term_power(
        &self,
        coefficient: &BigRational,
        monomial: &Monomial,
        exponent: &BigRational,
    ) -> Result<Sum, Fault> {
        if exponent.is_integer() {
            let atoms = self.raised(monomial, exponent)?;
            let number = self.number_power(coefficient, exponent)?;
            return self.multiply(number, self.normalised(BigRational::one(), atoms)?);
        }
        let even_root = exponent.denom().is_even();
        let mut inside = Monomial::new();
        let mut outside = Monomial::new();
        for (atom, power) in monomial {
            if is_positive(atom) || (!even_root && *atom != Atom::Imaginary) {
                outside.insert(atom.clone(), power * exponent);
            } else {
                inside.insert(atom.clone(), power.clone());
            }
        }
        if coefficient.is_positive()
            && let Some((atom, power)) = inside.iter().next()
            && inside.len() == 1
            && power.numer().is_odd()
            && *atom != Atom::Imaginary
        {
            outside.insert(atom.clone(), power * exponent);
            inside.clear();
        }
        let mut factors = vec![self.normalised(BigRational::one(), outside)?];
        if inside.is_empty() && (coefficient.is_positive() || !even_root || is_half(exponent)) {
            factors.push(self.number_power(coefficient, exponent)?);
        } else {
            factors.push(self.number_power(&coefficient.abs(), exponent)?);
            let signed = Sum::term(coefficient.signum(), inside);
            let atom = Atom::Compound(self.nest(signed)?);
            factors.push(Sum::term(BigRational::one(), Monomial::from([(atom, exponent.clone())])));
        }
        self.product(factors)
    }

    fn raised(&self, monomial: &Monomial, exponent: &BigRational) -> Result<Monomial, Fault> {
        self.charge(monomial.len())?;
        if exponent.numer().bits() > 4096 {
            return Err(Fault::Limit);
        }
        Ok(monomial.iter().map(|(atom, power)| (atom.clone(), power * exponent)).collect())
    }

    /// A power of a fraction that is not zero; even roots of negative numbers only as square
    /// roots.
    fn number_power(&self, base: &BigRational, exponent: &BigRational) -> Result<Sum, Fault> {
        if base.is_one() {
            return Ok(Sum::integer(1));
        }
        if exponent.is_integer() {
            let whole = exponent.to_integer();
            let numerator = short_power(base.numer(), &whole);
            if let (Some(above), Some(below)) = (numerator, short_power(base.denom(), &whole)) {
                self.charge(usize::try_from(above.numer().bits() / 256).unwrap_or(usize::MAX))?;
                return Ok(Sum::rational(above / below));
            }
        }
        let mut result = self.positive_power(base.numer().magnitude(), exponent)?;
        let below = self.positive_power(base.denom().magnitude(), &-exponent)?;
        result = self.multiply(result, below)?;
        if base.is_negative() {
            result = self.multiply(result, sign_power(exponent))?;
        }
        Ok(result)
    }

    fn positive_power(&self, base: &BigUint, exponent: &BigRational) -> Result<Sum, Fault> {
        if base.is_one() {
            return Ok(Sum::integer(1));
        }
        if exponent.numer().bits() > 4096 {
            return Err(Fault::Limit);
        }
        if base.bits() > FACTORED_BITS {
            let atom = Atom::Prime(base.clone());
            return Ok(Sum::term(BigRational::one(), Monomial::from([(atom, exponent.clone())])));
        }
        let mut monomial = Monomial::new();
        for (prime, count) in self.factored(base)? {
            let power = exponent * BigRational::from_integer(count.into());
            monomial.insert(Atom::Prime(prime), power);
        }
        self.normalised(BigRational::one(), monomial)
    }

    /// The factors of a number: primes below the trial limit, and the rest as a whole or as the
    /// root of a perfect power.
    pub(crate) fn factored(&self, number: &BigUint) -> Result<Vec<(BigUint, u32)>, Fault> {
        let mut factors = Vec::new();
        let mut rest = number.clone();
        let mut divisor = 2u32;
        self.charge(usize::try_from(1 + number.bits()).unwrap_or(usize::MAX))?;
        while divisor < TRIAL_DIVISORS && !rest.is_one() {
            let mut count = 0;
            while (&rest % divisor).is_zero() {
                rest /= divisor;
                count += 1;
            }
            if count > 0 {
                factors.push((BigUint::from(divisor), count));
            }
            if rest.to_u32().is_some_and(|small| small < divisor.saturating_mul(divisor)) {
                break;
            }
            divisor += if divisor == 2 { 1 } else { 2 };
        }
        if !rest.is_one() {
            let root = (2..8).rev().find_map(|degree| {
                let root = rest.nth_root(degree);
                (root.pow(degree) == rest).then_some((root, degree))
            });
            factors.push(root.unwrap_or((rest, 1)));
        }
        Ok(factors)
    }

    fn sum_power(&self, base: &Sum, exponent: &BigRational) -> Result<Sum, Fault> {
        if exponent.numer().bits() > 4096 {
            return Err(Fault::Limit);
        }
        let minus_one = -BigRational::one();
        if *exponent == minus_one
            && let Some(result) = self.rationalised(base)?
        {
            return Ok(result);
        }
        let content = self.content(base)?;
        let mut sign = BigRational::one();
        let negative = base.leading_coefficient().is_some_and(Signed::is_negative);
        if negative && exponent.denom().is_odd() {
            sign = minus_one;
        }
        let primitive = self.scaled(base, &(&content * &sign).recip())?;
        let atom = Atom::Compound(self.nest(primitive)?);
        let number = self.number_power(&content, exponent)?;
        let number = self.multiply(number, self.number_power(&sign, exponent)?)?;
        let monomial = Monomial::from([(atom, exponent.clone())]);
        self.multiply(number, self.normalised(BigRational::one(), monomial)?)
    }

    /// `1 / (a + b)` as `(a - b) / (a² - b²)` where the latter is a single term, as for
    /// `1 / (1 + √2)`.
    fn rationalised(&self, base: &Sum) -> Result<Option<Sum>, Fault> {
        let mut terms = base.terms();
        let (Some(first), Some(second), None) = (terms.next(), terms.next(), terms.next()) else {
            return Ok(None);
        };
        if base.has_symbol() {
            return Ok(None);
        }
        let first = Sum::term(first.1.clone(), first.0.clone());
        let second = Sum::term(second.1.clone(), second.0.clone());
        let squares = self.add(
            self.multiply(first.clone(), first.clone())?,
            self.multiply(second.clone(), second.clone())?.negated(),
        )?;
        if squares.single().is_none() {
            return Ok(None);
        }
        let difference = self.add(first, second.negated())?;
        Ok(Some(self.multiply(difference, self.inverse(&squares)?)?))
    }

    /// `base^exponent` for any exponent. Powers of positive constants are split, so that
    /// `2^(x+1)` is `2 * 2^x` and `4^x` is `(2^x)^2`; other powers stay atoms.
    pub(crate) fn general_power(&self, base: &Sum, exponent: &Sum) -> Result<Sum, Fault> {
        if let Some(rational) = exponent.as_rational() {
            return self.power(base, &rational);
        }
        let (constant, rest) = exponent.split_constant();
        // A complex power of a power is not the power of the product.
        let real = !exponent.has_imaginary();
        let splits = match base.single().filter(|_| real) {
            Some((monomial, coefficient)) => {
                coefficient.is_positive() && monomial.keys().all(is_positive)
            }
            None => false,
        };
        if !splits {
            let whole = BigRational::from_integer(constant.floor().to_integer());
            let atom = Atom::Power(
                self.nest(base.clone())?,
                self.nest(self.add(exponent.clone(), Sum::rational(-whole.clone()))?)?,
            );
            return self.multiply(self.power(base, &whole)?, Sum::atom(atom));
        }
        let mut factors = vec![self.power(base, &constant)?];
        let (monomial, coefficient) = base.single().ok_or(Fault::Limit)?;
        let mut parts: Vec<(Atom, BigRational)> =
            monomial.iter().map(|(atom, power)| (atom.clone(), power.clone())).collect();
        for (number, sign) in [(coefficient.numer(), 1), (coefficient.denom(), -1)] {
            if number.bits() > FACTORED_BITS {
                return Err(Fault::Limit);
            }
            for (prime, count) in self.factored(number.magnitude())? {
                let power = BigInt::from(count) * sign;
                parts.push((Atom::Prime(prime), BigRational::from_integer(power)));
            }
        }
        for (atom, power) in parts {
            let base = self.nest(Sum::atom(atom))?;
            for (exponent, number) in rest.terms() {
                let unit = self.nest(Sum::term(BigRational::one(), exponent.clone()))?;
                let atom = Atom::Power(base.clone(), unit);
                let monomial = Monomial::from([(atom, &power * number)]);
                factors.push(Sum::term(BigRational::one(), monomial));
            }
        }
        self.product(factors)
    }
}

/// Whether an atom is a positive real number wherever it is defined.
fn is_positive(atom: &Atom) -> bool {
    match atom {
        Atom::Prime(_) | Atom::Pi | Atom::Euler => true,
        // The base is a positive constant, or the power would not have been split.
        Atom::Power(base, exponent) => {
            base.single().is_some_and(|(monomial, number)| {
                number.is_positive() && monomial.keys().all(is_positive)
            }) && !exponent.has_imaginary()
        }
        _ => false,
    }
}

fn is_half(exponent: &BigRational) -> bool {
    *exponent.denom() == BigInt::from(2)
}

/// `(-1)^exponent` for an odd denominator or the denominator 2.
fn sign_power(exponent: &BigRational) -> Sum {
    if is_half(exponent) {
        let quarter = exponent.numer().mod_floor(&BigInt::from(4)).to_u8();
        let sign = if quarter == Some(3) { -BigRational::one() } else { BigRational::one() };
        return Sum::term(sign, Monomial::from([(Atom::Imaginary, BigRational::one())]));
    }
    Sum::integer(if exponent.numer().is_odd() { -1 } else { 1 })
}
