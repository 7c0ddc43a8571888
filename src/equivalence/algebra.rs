//! Sums and products of canonical forms, within a fixed amount of work.

use std::cell::Cell;
use std::sync::Arc;

use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

use crate::equivalence::sum::{Atom, Fault, Monomial, Sum};

/// Integers and fractions longer than this stay symbolic.
pub(crate) const EXACT_BITS: u64 = 1 << 15;
/// A product of sums is multiplied out only up to this many terms. Longer ones stay factored, and
/// their equality is decided by numbers.
const EXPANDED_TERMS: usize = 24;
/// A term is multiplied into a sum only if that copies at most this many atoms.
const DISTRIBUTED_ATOMS: usize = 96;
/// Work of finding the place of a sum among the atoms of a term.
const COMPOUND_WORK: usize = 24;
/// The largest tree that may become part of an atom.
const NESTED_WEIGHT: usize = 2_000;

/// The operations on canonical forms, with the work that is left for them: a unit is about one
/// operation on a short fraction.
pub(crate) struct Algebra<'a> {
    pub(crate) fuel: &'a Cell<u32>,
}

impl Algebra<'_> {
    /// Pays for some work.
    pub(crate) fn charge(&self, work: usize) -> Result<(), Fault> {
        let work = u32::try_from(work).unwrap_or(u32::MAX);
        let left = self.fuel.get().checked_sub(work).ok_or(Fault::Limit)?;
        self.fuel.set(left);
        Ok(())
    }

    /// Makes a sum part of an atom.
    pub(crate) fn nest(&self, sum: Sum) -> Result<Arc<Sum>, Fault> {
        let weight = sum.weight(NESTED_WEIGHT);
        self.charge(weight / 4)?;
        if weight > NESTED_WEIGHT { Err(Fault::Limit) } else { Ok(Arc::new(sum)) }
    }

    pub(crate) fn add(&self, mut left: Sum, right: Sum) -> Result<Sum, Fault> {
        self.charge(1 + right.len())?;
        left.add_all(right);
        Ok(left)
    }

    pub(crate) fn multiply(&self, left: Sum, right: Sum) -> Result<Sum, Fault> {
        self.product(vec![left, right])
    }

    /// The product of all factors: single terms are merged first, short sums multiplied out, long
    /// ones kept as atoms.
    pub(crate) fn product(&self, factors: Vec<Sum>) -> Result<Sum, Fault> {
        let mut coefficient = BigRational::one();
        let mut monomial = Monomial::new();
        let mut sums = Vec::new();
        for factor in factors {
            self.charge(1)?;
            if factor.is_zero() {
                return Ok(Sum::zero());
            }
            match factor.single() {
                Some((atoms, number)) => {
                    coefficient *= number;
                    self.check_size(&coefficient)?;
                    self.merge(&mut monomial, atoms)?;
                }
                None => sums.push(factor),
            }
        }
        let mut expanded: Option<Sum> = None;
        for sum in sums {
            let length = expanded.as_ref().map_or(1, Sum::len) * sum.len();
            if length <= EXPANDED_TERMS {
                expanded = Some(match expanded {
                    Some(so_far) => self.distribute(&so_far, &sum)?,
                    None => sum,
                });
            } else {
                self.charge(COMPOUND_WORK)?;
                let (content, atom) = self.compound(&sum)?;
                coefficient *= content;
                self.merge(&mut monomial, &Monomial::from([(atom, BigRational::one())]))?;
            }
        }
        if let Some(sum) = expanded.take_if(|sum| sum.len() * monomial.len() > DISTRIBUTED_ATOMS) {
            let (content, atom) = self.compound(&sum)?;
            coefficient *= content;
            self.merge(&mut monomial, &Monomial::from([(atom, BigRational::one())]))?;
        }
        let single = self.normalised(coefficient, monomial)?;
        match expanded {
            None => Ok(single),
            Some(sum) if single.as_rational().is_some_and(|value| value.is_one()) => Ok(sum),
            Some(sum) => self.distribute(&single, &sum),
        }
    }

    /// Multiplies every term with every term.
    fn distribute(&self, left: &Sum, right: &Sum) -> Result<Sum, Fault> {
        let mut total = Sum::zero();
        for (left_atoms, left_number) in left.terms() {
            for (right_atoms, right_number) in right.terms() {
                let mut monomial = left_atoms.clone();
                self.charge(1 + left_atoms.len())?;
                self.merge(&mut monomial, right_atoms)?;
                total.add_all(self.normalised(left_number * right_number, monomial)?);
            }
        }
        Ok(total)
    }

    /// Multiplies a monomial by another one.
    fn merge(&self, into: &mut Monomial, from: &Monomial) -> Result<(), Fault> {
        self.charge(from.len())?;
        for (atom, exponent) in from {
            let total = into.entry(atom.clone()).or_insert_with(BigRational::zero);
            *total += exponent;
            if total.is_zero() {
                into.remove(atom);
            }
        }
        Ok(())
    }

    /// Brings one term into its canonical form: whole powers of primes go to the coefficient, `i`
    /// is reduced, and whole powers of sums are multiplied out where short.
    pub(crate) fn normalised(
        &self,
        coefficient: BigRational,
        monomial: Monomial,
    ) -> Result<Sum, Fault> {
        let mut number = coefficient;
        let mut atoms = Monomial::new();
        let mut sums = Vec::new();
        let mut length = 1;
        let count = monomial.len();
        for (atom, exponent) in monomial {
            self.charge(1)?;
            match atom {
                Atom::Imaginary => {
                    let quarter = exponent.to_integer().mod_floor(&BigInt::from(4)).to_u8();
                    if matches!(quarter, Some(2 | 3)) {
                        number = -number;
                    }
                    if matches!(quarter, Some(1 | 3)) {
                        atoms.insert(atom, BigRational::one());
                    }
                }
                Atom::Prime(prime) => {
                    let rest = fold_prime(&mut number, &prime, exponent);
                    if !rest.is_zero() {
                        atoms.insert(Atom::Prime(prime), rest);
                    }
                }
                Atom::Compound(sum) => match expandable(&sum, &exponent, length) {
                    Some((times, longer)) if count * longer <= DISTRIBUTED_ATOMS => {
                        length = longer;
                        sums.extend(std::iter::repeat_n(sum, times));
                    }
                    _ => {
                        atoms.insert(Atom::Compound(sum), exponent);
                    }
                },
                other => {
                    atoms.insert(other, exponent);
                }
            }
        }
        self.check_size(&number)?;
        let mut result = Sum::term(number, atoms);
        for sum in sums {
            result = self.distribute(&result, &sum)?;
        }
        Ok(result)
    }

    fn check_size(&self, number: &BigRational) -> Result<(), Fault> {
        let bits = number.numer().bits() + number.denom().bits();
        self.charge(usize::try_from(bits / 2048).unwrap_or(usize::MAX))?;
        if bits > 4 * EXACT_BITS { Err(Fault::Limit) } else { Ok(()) }
    }

    /// A sum of several terms as an atom, with the rational content taken out so that
    /// proportional sums share one atom.
    pub(crate) fn compound(&self, sum: &Sum) -> Result<(BigRational, Atom), Fault> {
        let mut content = self.content(sum)?;
        if sum.leading_coefficient().is_some_and(Signed::is_negative) {
            content = -content;
        }
        let primitive = self.scaled(sum, &content.recip())?;
        Ok((content, Atom::Compound(self.nest(primitive)?)))
    }

    /// The positive fraction that divides all coefficients into coprime integers.
    pub(crate) fn content(&self, sum: &Sum) -> Result<BigRational, Fault> {
        let (mut numerator, mut denominator) = (BigInt::zero(), BigInt::one());
        for (_, coefficient) in sum.terms() {
            self.check_size(coefficient)?;
            self.charge(1)?;
            numerator = numerator.gcd(coefficient.numer());
            denominator = denominator.lcm(coefficient.denom());
            if denominator.bits() > EXACT_BITS {
                return Err(Fault::Limit);
            }
        }
        if numerator.is_zero() {
            return Ok(BigRational::one());
        }
        Ok(BigRational::new(numerator, denominator))
    }

    /// The sum times a fraction.
    pub(crate) fn scaled(&self, sum: &Sum, factor: &BigRational) -> Result<Sum, Fault> {
        let mut result = Sum::zero();
        for (monomial, coefficient) in sum.terms() {
            self.charge(1 + monomial.len())?;
            result.add_term(coefficient * factor, monomial.clone());
        }
        Ok(result)
    }
}

/// How often a sum may be multiplied by itself to give the power, and how many terms that makes of
/// `terms` ones, if they stay few.
fn expandable(sum: &Sum, exponent: &BigRational, terms: usize) -> Option<(usize, usize)> {
    let times = exponent.is_integer().then(|| exponent.to_integer().to_usize()).flatten()?;
    let length = sum.len().checked_pow(u32::try_from(times).ok()?)?.checked_mul(terms)?;
    let short = length <= 2 * EXPANDED_TERMS || (times == 1 && terms == 1);
    (times > 0 && short).then_some((times, length))
}

/// Moves the whole part of a prime's exponent into the coefficient and returns what is left. A
/// power too long to write out keeps its whole exponent, and then also takes the prime's powers
/// from the coefficient, so that the form stays unique.
fn fold_prime(number: &mut BigRational, prime: &BigUint, exponent: BigRational) -> BigRational {
    let base = BigInt::from(prime.clone());
    if let Some(power) = short_power(&base, &exponent.floor().to_integer()) {
        *number *= power;
        return exponent.fract()
            + if exponent.is_negative() && !exponent.is_integer() {
                BigRational::one()
            } else {
                BigRational::zero()
            };
    }
    let (mut numerator, mut denominator) = (number.numer().clone(), number.denom().clone());
    let total = exponent + BigRational::from_integer(strip(&mut numerator, &base).into())
        - BigRational::from_integer(strip(&mut denominator, &base).into());
    *number = BigRational::new(numerator, denominator);
    if short_power(&base, &total.floor().to_integer()).is_some() {
        return fold_prime(number, prime, total);
    }
    total
}

/// `base^exponent` if it is short enough to be written out.
pub(crate) fn short_power(base: &BigInt, exponent: &BigInt) -> Option<BigRational> {
    if base.abs().is_one() {
        let even = exponent.is_even() || base.is_positive();
        return Some(if even { BigRational::one() } else { -BigRational::one() });
    }
    let size = exponent.abs().to_u64()?;
    if size.checked_mul(base.bits())? > EXACT_BITS {
        return None;
    }
    let power = base.pow(u32::try_from(size).ok()?);
    Some(if exponent.is_negative() {
        BigRational::new(BigInt::one(), power)
    } else {
        BigRational::from_integer(power)
    })
}

/// Divides all powers of `base` out of `number` and returns how many there were.
fn strip(number: &mut BigInt, base: &BigInt) -> u64 {
    let mut count = 0;
    while !number.is_zero() {
        let (quotient, remainder) = number.div_rem(base);
        if !remainder.is_zero() {
            break;
        }
        *number = quotient;
        count += 1;
    }
    count
}
