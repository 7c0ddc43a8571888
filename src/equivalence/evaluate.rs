//! The numeric value of a canonical form, at one precision and at one point for its symbols.

use std::cell::Cell;

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive};

use crate::equivalence::complex::Complex;
use crate::equivalence::float::{Float, from_natural};
use crate::equivalence::sample;
use crate::equivalence::special;
use crate::equivalence::sum::{Atom, Fault, Sum};
use crate::equivalence::transcendental::Precision;

/// A term this many bits below the largest one no longer shows in a key.
const ABSORBED_GAP: i64 = 120;

/// Evaluates sums.
pub(crate) struct Evaluator<'a> {
    pub(crate) precision: &'a Precision,
    /// Which of the sample points gives the symbols their values.
    pub(crate) point: u32,
    /// Symbols stand for real numbers unless the expression is about complex ones.
    pub(crate) complex: bool,
    /// The work that is left; a unit is about one multiplication.
    pub(crate) fuel: &'a Cell<u32>,
    /// Set when a term was too small to show in the result.
    pub(crate) absorbed: &'a Cell<bool>,
}

impl Evaluator<'_> {
    /// The value of a sum.
    pub(crate) fn sum(&self, sum: &Sum) -> Result<Complex, Fault> {
        let mut values = Vec::with_capacity(sum.len());
        for (monomial, coefficient) in sum.terms() {
            self.charge(6)?;
            let number = Float::from_rational(coefficient, self.precision.bits);
            let mut value = Complex::real(number);
            for (atom, exponent) in monomial {
                self.charge(8)?;
                value = value.multiply(&self.factor(atom, exponent)?, self.precision);
            }
            if value.is_extreme() {
                return Err(Fault::Limit);
            }
            values.push(value);
        }
        let largest = values.iter().map(Complex::magnitude).max().unwrap_or(0);
        let mut total = Complex::integer(0);
        for value in values {
            if !value.is_zero() && value.magnitude() < largest.saturating_sub(ABSORBED_GAP) {
                self.absorbed.set(true);
            }
            total = total.add(&value, self.precision);
        }
        Ok(total)
    }

    pub(crate) fn charge(&self, work: u32) -> Result<(), Fault> {
        let left = self.fuel.get().checked_sub(work).ok_or(Fault::Limit)?;
        self.fuel.set(left);
        Ok(())
    }

    fn factor(&self, atom: &Atom, exponent: &BigRational) -> Result<Complex, Fault> {
        let p = self.precision;
        match atom {
            Atom::Imaginary => Ok(Complex::imaginary_unit()),
            Atom::Pi => self.power(&Complex::real(p.pi()), exponent, false),
            Atom::Prime(prime) => {
                self.power(&Complex::real(from_natural(prime, p.bits)), exponent, false)
            }
            Atom::Euler => {
                self.charge(60)?;
                let exponent = Float::from_rational(exponent, p.bits);
                p.exp(&exponent).map(Complex::real).ok_or(Fault::Limit)
            }
            Atom::Symbol(name) => {
                let value = Complex::real(sample::value(name, self.point));
                self.power(&value, exponent, true)
            }
            Atom::Compound(sum) => {
                let value = self.sum(sum)?;
                self.power(&value, exponent, sum.has_symbol())
            }
            Atom::Power(base, index) => {
                let symbolic = base.has_symbol();
                if **base == Sum::atom(Atom::Euler) {
                    self.charge(80)?;
                    let value = self.sum(index)?.exp(p).ok_or(Fault::Limit)?;
                    return self.power(&value, exponent, symbolic);
                }
                let value = self.general_power(&self.sum(base)?, &self.sum(index)?, symbolic)?;
                self.power(&value, exponent, symbolic)
            }
            Atom::Call(function, arguments) => {
                let mut values = Vec::with_capacity(arguments.len());
                for argument in arguments {
                    values.push(self.sum(argument)?);
                }
                let symbolic = arguments.iter().any(Sum::has_symbol);
                let value = special::call(self, *function, &values, symbolic)?;
                self.power(&value, exponent, symbolic)
            }
        }
    }

    /// A rational power: real odd roots, and no even root of a negative number that comes from
    /// a symbol.
    fn power(
        &self,
        base: &Complex,
        exponent: &BigRational,
        symbolic: bool,
    ) -> Result<Complex, Fault> {
        if exponent.is_one() {
            return Ok(base.clone());
        }
        let p = self.precision;
        if base.is_zero() {
            let positive = exponent.is_positive();
            return if positive { Ok(Complex::integer(0)) } else { Err(Fault::Undefined) };
        }
        if let (true, Some(size)) = (exponent.is_integer(), exponent.numer().abs().to_u64()) {
            self.charge(2 * (64 - size.leading_zeros()))?;
            let power = base.whole_power(size, p);
            return if exponent.is_negative() {
                Complex::integer(1).divide(&power, p).ok_or(Fault::Undefined)
            } else {
                Ok(power)
            };
        }
        self.charge(200)?;
        let base = base.without_noise(p);
        if !base.is_real() || (base.re.is_negative() && exponent.denom().is_even()) {
            if symbolic && !self.complex {
                return Err(Fault::Undefined);
            }
            if *exponent.denom() == BigInt::from(2) {
                let root = base.sqrt(p).ok_or(Fault::Limit)?;
                let whole = BigRational::from_integer(exponent.numer().clone());
                return self.power(&root, &whole, symbolic);
            }
            let exponent = Complex::real(Float::from_rational(exponent, p.bits));
            return base.power(&exponent, p).ok_or(Fault::Limit);
        }
        let negative = base.re.is_negative() && exponent.numer().is_odd();
        let size = self.positive_power(&base.re.absolute(), exponent)?;
        Ok(Complex::real(if negative { size.negate() } else { size }))
    }

    fn positive_power(&self, base: &Float, exponent: &BigRational) -> Result<Float, Fault> {
        let p = self.precision;
        let degree = exponent.denom().to_u32().filter(|degree| *degree <= 12);
        let power = exponent.numer().to_i64().filter(|power| power.abs() <= 12);
        if let (Some(degree), Some(power)) = (degree, power) {
            let root = base.root(degree, p.bits).ok_or(Fault::Limit)?;
            let size = root.power(power.unsigned_abs(), p.bits);
            return if power < 0 {
                Float::integer(1).divide(&size, p.bits).ok_or(Fault::Undefined)
            } else {
                Ok(size)
            };
        }
        let logarithm = p.ln(base).ok_or(Fault::Limit)?;
        let exponent = Float::from_rational(exponent, p.bits);
        p.exp(&logarithm.multiply(&exponent, p.bits)).ok_or(Fault::Limit)
    }

    /// A power with a computed exponent; whole exponents work for every base.
    fn general_power(
        &self,
        base: &Complex,
        exponent: &Complex,
        symbolic: bool,
    ) -> Result<Complex, Fault> {
        let p = self.precision;
        let exponent = exponent.without_noise(p);
        if exponent.is_real()
            && let Some(whole) = special::near_integer(&exponent.re, p)
            && whole.bits() <= 48
        {
            return self.power(base, &BigRational::from_integer(whole), symbolic);
        }
        self.charge(400)?;
        let base = base.without_noise(p);
        if base.is_zero() {
            let positive = exponent.is_real() && !exponent.re.is_negative();
            return if positive { Ok(Complex::integer(0)) } else { Err(Fault::Undefined) };
        }
        let real = base.is_real() && !base.re.is_negative();
        if !real && !self.complex {
            return Err(Fault::Undefined);
        }
        base.power(&exponent, p).ok_or(Fault::Limit)
    }
}
