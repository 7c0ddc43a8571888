//! From the parser's tree of one value to its canonical form.

use num_bigint::{BigInt, BigUint};
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

use crate::equivalence::algebra::{Algebra, EXACT_BITS};
use crate::equivalence::sum::{Atom, Fault, Function, Sum};
use crate::equivalence::syntax::{Node, Unit, UnitKind};

/// Factorials above this stay symbolic.
const WRITTEN_FACTORIAL: u32 = 2_500;
/// `(x + k)!` is written with `x!` up to this distance, and a binomial with this many factors.
const FALLING_FACTORS: u32 = 12;

/// Sums and products with signs of this length are written out.
const SERIES_TERMS: u32 = 200;
/// Work of looking at a function's arguments.
const CALL_WORK: usize = 16;

/// What a logarithm without a base means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogBase {
    /// It could be 10 or e: the logarithm is known only up to a factor.
    Open,
    Ten,
    Euler,
}

/// How to read what an expression leaves open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    /// The sign that `±` stands for; nothing where it may not occur.
    pub(crate) sign: Option<Sign>,
    pub(crate) log_base: LogBase,
}

/// One of the two signs of `±`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    Upper,
    Lower,
}

/// The factor of a bare logarithm whose base is open; no parsed symbol has this name.
const OPEN_LOG_FACTOR: &str = "log base";

/// Converts one value.
///
/// # Errors
/// [`Fault::Undefined`] when it has no value, [`Fault::Limit`] when it is no value at all or the
/// work would be too much.
pub(crate) fn canonical(
    node: &Node,
    reading: Reading,
    algebra: &Algebra<'_>,
) -> Result<Sum, Fault> {
    Builder { algebra, reading }.sum(node)
}

struct Builder<'a> {
    algebra: &'a Algebra<'a>,
    reading: Reading,
}

impl Builder<'_> {
    fn sum(&self, node: &Node) -> Result<Sum, Fault> {
        let algebra = self.algebra;
        algebra.charge(1)?;
        match node {
            Node::Number(value) => Ok(Sum::rational(value.clone())),
            Node::Symbol(name) => Ok(symbol(name)),
            Node::Choice(letter) => Ok(symbol(&letter.to_string())),
            Node::Pi => Ok(Sum::atom(Atom::Pi)),
            Node::Group(inner) => self.sum(inner),
            Node::Sum(parts) => {
                let mut total = Sum::zero();
                for part in parts {
                    total = algebra.add(total, self.sum(part)?)?;
                }
                Ok(total)
            }
            Node::Product(parts) => {
                let factors: Result<Vec<_>, _> = parts.iter().map(|part| self.sum(part)).collect();
                algebra.product(factors?)
            }
            Node::Negative(inner) => Ok(self.sum(inner)?.negated()),
            Node::Quotient(above, below) => {
                let below = algebra.inverse(&self.sum(below)?)?;
                algebra.multiply(self.sum(above)?, below)
            }
            Node::Power(base, exponent) => {
                algebra.general_power(&self.sum(base)?, &self.sum(exponent)?)
            }
            Node::Root(radicand, degree) => {
                let degree = algebra.inverse(&self.sum(degree)?)?;
                algebra.general_power(&self.sum(radicand)?, &degree)
            }
            Node::Call(function @ (Function::Series | Function::LongProduct), arguments) => {
                self.series(*function, arguments)
            }
            Node::Call(function, arguments) => {
                let arguments: Result<Vec<_>, _> =
                    arguments.iter().map(|argument| self.sum(argument)).collect();
                self.call(*function, arguments?)
            }
            Node::BareLog(argument) => {
                let natural = self.call(Function::Ln, vec![self.sum(argument)?])?;
                match self.reading.log_base {
                    LogBase::Open => {
                        algebra.multiply(natural, Sum::atom(Atom::Symbol(OPEN_LOG_FACTOR.into())))
                    }
                    LogBase::Euler => Ok(natural),
                    LogBase::Ten => {
                        let ten = self.call(Function::Ln, vec![Sum::integer(10)])?;
                        algebra.multiply(natural, algebra.inverse(&ten)?)
                    }
                }
            }
            Node::PlusMinus { left, right, flipped } => {
                let sign = self.reading.sign.ok_or(Fault::Limit)?;
                let right = self.sum(right)?;
                let minus = (sign == Sign::Lower) != *flipped;
                algebra.add(self.sum(left)?, if minus { right.negated() } else { right })
            }
            Node::Quantity(inner, unit) => self.quantity(inner, unit),
            Node::Ratio(parts) => match parts.as_slice() {
                [above, below] => {
                    let below = algebra.inverse(&self.sum(below)?)?;
                    algebra.multiply(self.sum(above)?, below)
                }
                _ => Err(Fault::Limit),
            },
            _ => Err(Fault::Limit),
        }
    }

    /// A sum or product of few terms is written out, one with open or distant ends stays symbolic.
    fn series(&self, function: Function, arguments: &[Node]) -> Result<Sum, Fault> {
        let [variable, first, last, term] = arguments else { return Err(Fault::Limit) };
        let ends = (self.sum(first)?, self.sum(last)?);
        let written = match (ends.0.as_integer(), ends.1.as_integer()) {
            (Some(from), Some(to)) if (&to - &from).abs() <= SERIES_TERMS.into() => {
                from.to_i64().zip(to.to_i64())
            }
            _ => None,
        };
        let Some((from, to)) = written else {
            let arguments = vec![self.sum(variable)?, ends.0, ends.1, self.sum(term)?];
            return self.call(function, arguments);
        };
        let mut terms = Vec::new();
        for value in from..=to {
            self.algebra.charge(CALL_WORK)?;
            terms.push(self.sum(&term.with_symbol(variable, value))?);
        }
        if function == Function::LongProduct {
            return self.algebra.product(terms);
        }
        terms.into_iter().try_fold(Sum::zero(), |total, term| self.algebra.add(total, term))
    }

    fn quantity(&self, inner: &Node, unit: &Unit) -> Result<Sum, Fault> {
        let value = self.sum(inner)?;
        match unit.kind {
            UnitKind::Percent => self.algebra.scaled(&value, &unit.scale),
            UnitKind::Degree => self
                .algebra
                .multiply(self.algebra.scaled(&value, &unit.scale)?, Sum::atom(Atom::Pi)),
            UnitKind::Named(_) => Err(Fault::Limit),
        }
    }

    fn call(&self, function: Function, arguments: Vec<Sum>) -> Result<Sum, Fault> {
        self.algebra.charge(CALL_WORK)?;
        let folded = match (function, arguments.as_slice()) {
            (Function::Exp, [x]) => Some(self.algebra.general_power(&Sum::atom(Atom::Euler), x)?),
            (Function::Ln, [x]) => self.logarithm(x)?,
            (Function::Factorial, [x]) => self.factorial(x)?,
            (Function::Binomial, [n, k]) => self.binomial(n, k)?,
            (Function::Abs, [x]) => x.as_rational().map(|value| Sum::rational(value.abs())),
            (Function::Floor, [x]) => x.as_rational().map(|value| Sum::rational(value.floor())),
            (Function::Ceiling, [x]) => x.as_rational().map(|value| Sum::rational(value.ceil())),
            _ => None,
        };
        if let Some(value) = folded {
            return Ok(value);
        }
        for argument in &arguments {
            self.algebra.nest(argument.clone())?;
        }
        Ok(Sum::atom(Atom::Call(function, arguments)))
    }

    /// The logarithm of a positive fraction as a sum over its primes, and of powers of e.
    fn logarithm(&self, x: &Sum) -> Result<Option<Sum>, Fault> {
        if x.is_zero() {
            return Err(Fault::Undefined);
        }
        let Some((monomial, coefficient)) = x.single() else { return Ok(None) };
        let plain = |atom: &Atom| matches!(atom, Atom::Prime(_) | Atom::Euler);
        let short = coefficient.numer().bits().max(coefficient.denom().bits()) <= 256;
        if !coefficient.is_positive() || !short || !monomial.keys().all(plain) {
            return Ok(None);
        }
        let mut total = Sum::zero();
        let mut add = |prime: BigUint, times: BigRational| {
            let atom = Atom::Call(Function::Ln, vec![Sum::integer(BigInt::from(prime))]);
            total.add_term(times, [(atom, BigRational::one())].into());
        };
        for (number, sign) in [(coefficient.numer(), 1), (coefficient.denom(), -1)] {
            for (prime, count) in self.algebra.factored(number.magnitude())? {
                add(prime, BigRational::from_integer(BigInt::from(count) * sign));
            }
        }
        for (atom, exponent) in monomial {
            if let Atom::Prime(prime) = atom {
                add(prime.clone(), exponent.clone());
            }
        }
        if let Some(exponent) = monomial.get(&Atom::Euler) {
            total.add_term(exponent.clone(), [].into());
        }
        Ok(Some(total))
    }

    /// A short factorial as a number; `(x + k)!` as `x! (x + 1) … (x + k)`.
    fn factorial(&self, x: &Sum) -> Result<Option<Sum>, Fault> {
        if let Some(value) = x.as_rational() {
            if !value.is_integer() || value.is_negative() {
                return Err(Fault::Undefined);
            }
            let Some(n) = value.to_integer().to_u32().filter(|n| *n <= WRITTEN_FACTORIAL) else {
                return Ok(None);
            };
            self.algebra.charge(usize::try_from(n / 2).unwrap_or(usize::MAX))?;
            return Ok(Some(Sum::integer(product(1, n))));
        }
        let (constant, rest) = x.split_constant();
        let shift = constant.to_integer();
        if !constant.is_integer() || shift.is_zero() || shift.abs() > FALLING_FACTORS.into() {
            return Ok(None);
        }
        let steps = shift.abs().to_u32().unwrap_or(0);
        let mut factors = Vec::new();
        for step in 0..steps {
            let offset = if shift.is_positive() { i64::from(step) + 1 } else { -i64::from(step) };
            factors.push(self.algebra.add(rest.clone(), Sum::integer(offset))?);
        }
        self.algebra.nest(rest.clone())?;
        let base = Sum::atom(Atom::Call(Function::Factorial, vec![rest]));
        let product = self.algebra.product(factors)?;
        let product = if shift.is_negative() { self.algebra.inverse(&product)? } else { product };
        Ok(Some(self.algebra.multiply(base, product)?))
    }

    /// `n (n - 1) … (n - k + 1) / k!` for short `k`.
    fn binomial(&self, n: &Sum, k: &Sum) -> Result<Option<Sum>, Fault> {
        let Some(mut lower) = k.as_integer() else { return Ok(None) };
        if lower.is_negative() {
            return Ok(None);
        }
        if let Some(upper) = n.as_integer() {
            if upper.is_negative() || upper < lower {
                return Ok((!upper.is_negative()).then(Sum::zero));
            }
            lower = lower.clone().min(&upper - &lower);
            let (Some(upper), Some(lower)) = (upper.to_u32(), lower.to_u32()) else {
                return Ok(None);
            };
            let bits = u64::from(lower) * u64::from(32 - upper.leading_zeros());
            if bits > EXACT_BITS {
                return Ok(None);
            }
            self.algebra.charge(usize::try_from(lower).unwrap_or(usize::MAX))?;
            return Ok(Some(Sum::integer(product(upper - lower + 1, upper) / product(1, lower))));
        }
        let Some(count) = lower.to_u32().filter(|count| *count <= FALLING_FACTORS) else {
            return Ok(None);
        };
        let mut factors = vec![Sum::rational(BigRational::new(1.into(), product(1, count)))];
        for step in 0..count {
            factors.push(self.algebra.add(n.clone(), Sum::integer(-i64::from(step)))?);
        }
        Ok(Some(self.algebra.product(factors)?))
    }
}

fn symbol(name: &str) -> Sum {
    Sum::atom(match name {
        "e" => Atom::Euler,
        "i" => Atom::Imaginary,
        _ => Atom::Symbol(name.to_owned()),
    })
}

/// The product of the integers from `first` to `last`, halved recursively so that the factors
/// stay of similar length.
fn product(first: u32, last: u32) -> BigInt {
    if first > last {
        return BigInt::one();
    }
    if last - first < 8 {
        return (first..=last).map(BigInt::from).product();
    }
    let middle = first + (last - first) / 2;
    product(first, middle) * product(middle + 1, last)
}
