//! The exact canonical form of a value: a sum of terms, each a fraction times a product of atoms.
//!
//! Rational numbers, radicals of primes, π, e and i have one form each here (independence of the
//! square roots of primes: A. S. Besicovitch, *On the linear independence of fractional powers of
//! integers*, 1940). Everything else, such as a sum under a root or a function, is an atom that
//! holds the canonical forms of its parts.

use std::collections::BTreeMap;
use std::sync::Arc;

use num_bigint::{BigInt, BigUint};
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

/// Why a value has no canonical form or no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The expression has no value, such as a division by zero.
    Undefined,
    /// The work or the size would exceed the limits.
    Limit,
}

/// A function that stays symbolic in the canonical form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Function {
    Sin,
    Cos,
    Tan,
    Cot,
    Sec,
    Csc,
    Arcsin,
    Arccos,
    Arctan,
    Sinh,
    Cosh,
    Tanh,
    /// The natural logarithm.
    Ln,
    /// The exponential of base e.
    Exp,
    Abs,
    Floor,
    Ceiling,
    Factorial,
    /// `(n, k)`.
    Binomial,
    /// A sum of many terms: `(variable, first, last, term)`.
    Series,
    /// A product of many factors: `(variable, first, last, factor)`.
    LongProduct,
}

/// A factor that the canonical form does not take apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Atom {
    /// The imaginary unit; its exponent is 1.
    Imaginary,
    /// A prime, or a long number without small prime factors, under a root or a huge exponent.
    Prime(BigUint),
    Pi,
    Euler,
    Symbol(String),
    /// A sum of several terms, or a signed term under an even root.
    Compound(Arc<Sum>),
    /// A power whose exponent is not a rational number.
    Power(Arc<Sum>, Arc<Sum>),
    Call(Function, Vec<Sum>),
}

/// A product of atoms with rational exponents; no exponent is zero.
pub(crate) type Monomial = BTreeMap<Atom, BigRational>;

/// A sum of monomials with rational coefficients; no coefficient is zero.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Sum {
    terms: BTreeMap<Monomial, BigRational>,
}

impl Sum {
    pub(crate) fn zero() -> Self {
        Self::default()
    }

    pub(crate) fn rational(value: BigRational) -> Self {
        Self::term(value, Monomial::new())
    }

    pub(crate) fn integer(value: impl Into<BigInt>) -> Self {
        Self::rational(BigRational::from_integer(value.into()))
    }

    pub(crate) fn atom(atom: Atom) -> Self {
        Self::term(BigRational::one(), Monomial::from([(atom, BigRational::one())]))
    }

    pub(crate) fn term(coefficient: BigRational, monomial: Monomial) -> Self {
        let mut sum = Self::zero();
        sum.add_term(coefficient, monomial);
        sum
    }

    /// Adds one term, dropping it when the coefficients cancel.
    pub(crate) fn add_term(&mut self, coefficient: BigRational, monomial: Monomial) {
        use std::collections::btree_map::Entry;
        if coefficient.is_zero() {
            return;
        }
        match self.terms.entry(monomial) {
            Entry::Vacant(free) => {
                free.insert(coefficient);
            }
            Entry::Occupied(mut taken) => {
                *taken.get_mut() += coefficient;
                if taken.get().is_zero() {
                    taken.remove();
                }
            }
        }
    }

    pub(crate) fn add_all(&mut self, other: Self) {
        for (monomial, coefficient) in other.terms {
            self.add_term(coefficient, monomial);
        }
    }

    pub(crate) fn negated(&self) -> Self {
        Self { terms: self.terms.iter().map(|(m, c)| (m.clone(), -c)).collect() }
    }

    pub(crate) fn terms(&self) -> impl Iterator<Item = (&Monomial, &BigRational)> {
        self.terms.iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.terms.len()
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.terms.is_empty()
    }

    /// The term of a sum that has exactly one.
    pub(crate) fn single(&self) -> Option<(&Monomial, &BigRational)> {
        if self.len() == 1 { self.terms.iter().next() } else { None }
    }

    /// The value of a sum that is a rational number.
    pub(crate) fn as_rational(&self) -> Option<BigRational> {
        if self.is_zero() {
            return Some(BigRational::zero());
        }
        let (monomial, coefficient) = self.single()?;
        monomial.is_empty().then(|| coefficient.clone())
    }

    /// The value of a sum that is an integer.
    pub(crate) fn as_integer(&self) -> Option<BigInt> {
        self.as_rational().filter(BigRational::is_integer).map(|value| value.to_integer())
    }

    /// Takes the rational constant out of the sum.
    pub(crate) fn split_constant(&self) -> (BigRational, Self) {
        let mut rest = self.clone();
        let constant = rest.terms.remove(&Monomial::new()).unwrap_or_else(BigRational::zero);
        (constant, rest)
    }

    /// The coefficient of the last term: the one that fixes the sum's sign.
    pub(crate) fn leading_coefficient(&self) -> Option<&BigRational> {
        self.terms.values().next_back()
    }

    /// The number of atoms and terms at all depths, counting no further than `limit`.
    pub(crate) fn weight(&self, limit: usize) -> usize {
        let mut weight = 0;
        for monomial in self.terms.keys() {
            weight += 1 + monomial.len();
            for atom in monomial.keys() {
                if weight > limit {
                    return weight;
                }
                let left = limit - weight;
                weight += match atom {
                    Atom::Compound(sum) => sum.weight(left),
                    Atom::Power(base, exponent) => base.weight(left) + exponent.weight(left),
                    Atom::Call(_, arguments) => arguments.iter().map(|a| a.weight(left)).sum(),
                    _ => 0,
                };
            }
        }
        weight
    }

    /// Calls `visit` for every atom, at any depth.
    pub(crate) fn visit_atoms(&self, visit: &mut dyn FnMut(&Atom, &BigRational)) {
        for monomial in self.terms.keys() {
            for (atom, exponent) in monomial {
                visit(atom, exponent);
                match atom {
                    Atom::Compound(sum) => sum.visit_atoms(visit),
                    Atom::Power(base, exponent) => {
                        base.visit_atoms(visit);
                        exponent.visit_atoms(visit);
                    }
                    Atom::Call(_, arguments) => {
                        for argument in arguments {
                            argument.visit_atoms(visit);
                        }
                    }
                    _ => {}
                }
            }
        }
    }

    /// Whether a free symbol occurs at any depth.
    pub(crate) fn has_symbol(&self) -> bool {
        let mut found = false;
        self.visit_atoms(&mut |atom, _| found |= matches!(atom, Atom::Symbol(_)));
        found
    }

    /// Whether the imaginary unit occurs at any depth.
    pub(crate) fn has_imaginary(&self) -> bool {
        let mut found = false;
        self.visit_atoms(&mut |atom, _| found |= matches!(atom, Atom::Imaginary));
        found
    }

    /// The longest coefficient at any depth, in bits.
    pub(crate) fn height(&self) -> u64 {
        let own = |sum: &Self| {
            let bits = |c: &BigRational| c.numer().abs().bits() + c.denom().bits();
            sum.terms.values().map(bits).max().unwrap_or(0)
        };
        let mut height = own(self);
        self.visit_atoms(&mut |atom, _| match atom {
            Atom::Compound(sum) => height = height.max(own(sum)),
            Atom::Power(base, exponent) => height = height.max(own(base)).max(own(exponent)),
            Atom::Call(_, arguments) => {
                height = arguments.iter().map(own).fold(height, u64::max);
            }
            Atom::Prime(prime) => height = height.max(prime.bits()),
            _ => {}
        });
        height
    }

    /// Whether this form is unique: two different complete forms are different values.
    ///
    /// That is proven for radicals with i and with one of π and e; symbols may occur as in
    /// polynomials.
    pub(crate) fn is_complete(&self) -> bool {
        let small = BigUint::from(100_000_000u32);
        let (mut pi, mut euler, mut other) = (false, false, false);
        self.visit_atoms(&mut |atom, exponent| match atom {
            Atom::Imaginary => {}
            Atom::Prime(prime) => other |= *prime >= small,
            Atom::Pi => pi = true,
            Atom::Euler => euler = true,
            Atom::Symbol(_) => other |= !exponent.is_integer() || exponent.is_negative(),
            Atom::Compound(_) | Atom::Power(..) | Atom::Call(..) => other = true,
        });
        !(other || (pi && euler))
    }
}
