//! Equations and inequalities.
//!
//! An equation with one variable of degree one is its solution, and one that names a quantity is
//! that quantity's value. Inequalities in one variable are sets of real numbers. Anything else is
//! a comparison with zero, known by its values up to a common factor.

use std::cell::RefCell;
use std::collections::BTreeSet;

use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use crate::equivalence::build::Sign;
use crate::equivalence::float::Float;
use crate::equivalence::inequality::inequality_set;
use crate::equivalence::numeric::{self, Point};
use crate::equivalence::reader::Reader;
use crate::equivalence::shape::Shape;
use crate::equivalence::sum::{Atom, Function, Monomial, Sum};
use crate::equivalence::syntax::{Comparison, Node};

/// Letters that stand for what an equation is solved for.
const UNKNOWNS: &str = "a b c k m n t u v w x y z";

/// The shape of a chain of comparisons.
pub(crate) fn shape(
    reader: &Reader,
    first: &Node,
    rest: &[(Comparison, Node)],
    sign: Option<Sign>,
) -> Option<Shape> {
    // What follows `≈` is a rounded form of what stands before.
    let near = rest.iter().position(|(comparison, _)| *comparison == Comparison::Near);
    if let Some(at) = near {
        return match (rest.get(..at), rest.first()) {
            (Some([]), Some((_, value))) if names_quantity(first) => reader.shape(value, sign),
            (Some([]), _) => reader.shape(first, sign),
            (Some(exact), _) => shape(reader, first, exact, sign),
            (None, _) => None,
        };
    }
    if rest.iter().all(|(comparison, _)| *comparison == Comparison::Equal) {
        return match rest {
            [(_, value)] => equation(reader, first, value, sign),
            _ => reader.shape(&rest.last()?.1, sign),
        };
    }
    if let Some(set) = inequality_set(reader, first, rest, sign) {
        return Some(set.into_shape());
    }
    let mut statements = Vec::new();
    let mut left = first;
    for (comparison, right) in rest {
        let difference = difference(reader, left, right, sign)?;
        statements.push(comparison_with_zero(reader, &difference, *comparison)?);
        left = right;
    }
    statements.sort();
    if statements.len() == 1 { statements.pop() } else { Some(Shape::All(statements)) }
}

fn equation(reader: &Reader, left: &Node, right: &Node, sign: Option<Sign>) -> Option<Shape> {
    if matches!(right.ungrouped(), Node::Symbol(_)) && !matches!(left.ungrouped(), Node::Symbol(_))
    {
        return equation(reader, right, left, sign);
    }
    if names_quantity(left) && !is_curve(left, right) {
        return reader.shape(right, sign);
    }
    let difference = difference(reader, left, right, sign)?;
    if !difference.has_symbol() {
        // 2 + 2 = 5 is no way to say 5.
        let holds = reader.value_shape(difference) == Shape::Number(BigRational::zero());
        return if holds { reader.shape(right, sign) } else { None };
    }
    if let Some((factor, constant)) = linear(&difference) {
        let algebra = reader.algebra();
        let solution = algebra.multiply(constant.negated(), algebra.inverse(&factor).ok()?).ok()?;
        return Some(reader.value_shape(solution));
    }
    comparison_with_zero(reader, &difference, Comparison::Equal)
}

/// Whether the left side only says what the value is called: `x`, `f(x)`, `AB`,
/// `(x, y)`, `AB/CD`.
pub(crate) fn names_quantity(node: &Node) -> bool {
    let capital = |node: &Node| matches!(node, Node::Symbol(name) if name.starts_with(|c: char| c.is_ascii_uppercase()));
    let symbol = |node: &Node| matches!(node.ungrouped(), Node::Symbol(_));
    match node.ungrouped() {
        Node::Symbol(_) => true,
        Node::Product(parts) => match parts.as_slice() {
            [Node::Symbol(_), Node::Group(inner)] => symbol(inner),
            [Node::Symbol(_), Node::Tuple(inner)] => inner.iter().all(symbol),
            _ => parts.iter().all(capital),
        },
        Node::Tuple(parts) => parts.iter().all(symbol),
        // |AB| is a length; |x| = 5 has two solutions.
        Node::Call(Function::Abs, parts) => parts.iter().all(|part| {
            let coordinate = matches!(part.ungrouped(), Node::Symbol(name) if matches!(name.as_str(), "x" | "y" | "t"));
            !coordinate && names_quantity(part)
        }),
        Node::Ratio(parts) => parts.iter().all(names_quantity),
        Node::Quotient(above, below) => [above, below]
            .into_iter()
            .all(|part| !matches!(part.ungrouped(), Node::Symbol(_)) && names_quantity(part)),
        _ => false,
    }
}

/// Whether the left side of an equation is a calculation with one unknown, as in `2x = 6` and
/// `x^2 = 4`: then the right side is not the answer. `a + b`, `AP/BP`, `f(2)` and `sin x` may be
/// what was asked for.
pub(crate) fn is_unsolved(node: &Node) -> bool {
    let node = node.ungrouped();
    let (asked, unknowns) = match node {
        Node::Call(function, _) => {
            (matches!(function, Function::Sin | Function::Cos | Function::Tan), UNKNOWNS)
        }
        Node::Product(parts) => match parts.as_slice() {
            [Node::Symbol(name), Node::Group(_)] => (!UNKNOWNS.contains(name.as_str()), UNKNOWNS),
            _ => (false, UNKNOWNS),
        },
        // A quotient of letters is more often a ratio that has a name.
        Node::Quotient(..) => (false, "t u v w x y z"),
        // x + 1/x is asked for by itself.
        Node::Sum(parts) => (parts.iter().any(is_reciprocal), UNKNOWNS),
        _ => (false, UNKNOWNS),
    };
    let names = RefCell::new(BTreeSet::new());
    node.any(&|part| {
        if let Node::Symbol(name) = part {
            names.borrow_mut().insert(name.clone());
        }
        false
    });
    let names = names.into_inner();
    // 2 + 2 = 5 names nothing.
    if names.is_empty() {
        return true;
    }
    let single = names.first().filter(|_| names.len() == 1);
    let unknown = single.is_some_and(|name| name.len() == 1 && unknowns.contains(name.as_str()));
    unknown && !asked && !names_quantity(node)
}

/// Whether it is something over a letter.
fn is_reciprocal(node: &Node) -> bool {
    let Node::Quotient(_, below) = node.ungrouped() else { return false };
    below.any(&|part| matches!(part, Node::Symbol(_)))
}

/// Whether an equation with a variable on the left is a curve or surface rather than a
/// definition: `y = 2x + 3`, or a variable in terms of itself.
fn is_curve(left: &Node, right: &Node) -> bool {
    let Node::Symbol(name) = left.ungrouped() else { return false };
    let coordinate = |name: &str| matches!(name, "x" | "y" | "z");
    right.any(&|part| match part {
        Node::Symbol(other) => other == name || (coordinate(name) && coordinate(other)),
        _ => false,
    })
}

pub(crate) fn difference(
    reader: &Reader,
    left: &Node,
    right: &Node,
    sign: Option<Sign>,
) -> Option<Sum> {
    let left = reader.value(left, sign).ok()?;
    let right = reader.value(right, sign).ok()?;
    reader.algebra().add(left, right.negated()).ok()
}

/// `(a, b)` when the sum is `a x + b` for its only symbol `x`, with constants `a` and `b`.
pub(crate) fn linear(sum: &Sum) -> Option<(Sum, Sum)> {
    let mut names = Vec::new();
    sum.visit_atoms(&mut |atom, _| {
        if let Atom::Symbol(name) = atom {
            names.push(name.clone());
        }
    });
    names.dedup();
    let [name] = names.as_slice() else { return None };
    let symbol = Atom::Symbol(name.clone());
    let (mut factor, mut constant) = (Sum::zero(), Sum::zero());
    for (monomial, coefficient) in sum.terms() {
        let mut rest = monomial.clone();
        let target = match rest.remove(&symbol) {
            Some(exponent) if exponent.is_one() => &mut factor,
            Some(_) => return None,
            None => &mut constant,
        };
        target.add_term(coefficient.clone(), rest);
    }
    (!factor.is_zero() && !factor.has_symbol() && !constant.has_symbol())
        .then_some((factor, constant))
}

pub(crate) fn flipped(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        other => other,
    }
}

/// A comparison of a sum with zero. Factors that do not change its meaning are divided out: any
/// constant for equations, a positive one for inequalities.
fn comparison_with_zero(reader: &Reader, sum: &Sum, comparison: Comparison) -> Option<Shape> {
    let equation = matches!(comparison, Comparison::Equal | Comparison::NotEqual);
    let (sum, comparison) = match comparison {
        Comparison::Less | Comparison::LessOrEqual => (sum.negated(), flipped(comparison)),
        _ if equation => (without_denominators(reader, sum), comparison),
        _ => (sum.clone(), comparison),
    };
    let profile = numeric::profile(&sum, &reader.numeric_fuel).ok()?;
    if profile.absorbed {
        return None;
    }
    let scale = profile.points.iter().flatten().find(|point| !point.is_zero())?.clone();
    let points = profile.points.iter().map(|point| match point {
        Some(point) if equation => point.divided_by(&scale).map(Some),
        Some(point) => point.divided_by_size(&scale).map(Some),
        None => Some(None),
    });
    let points: Option<Vec<Option<Point>>> = points.collect();
    Some(Shape::Relation(comparison, points?))
}

/// The sum times every symbol or sum that occurs in a denominator.
fn without_denominators(reader: &Reader, sum: &Sum) -> Sum {
    let mut lowest = Monomial::new();
    for (monomial, _) in sum.terms() {
        for (atom, exponent) in monomial {
            let indefinite = matches!(atom, Atom::Symbol(_) | Atom::Compound(_));
            if indefinite && exponent.is_negative() {
                let entry = lowest.entry(atom.clone()).or_insert_with(|| exponent.clone());
                *entry = exponent.clone().min(entry.clone());
            }
        }
    }
    let factor = lowest.into_iter().map(|(atom, exponent)| (atom, -exponent)).collect();
    let factor = Sum::term(BigRational::one(), factor);
    reader.algebra().multiply(sum.clone(), factor).unwrap_or_else(|_| sum.clone())
}

impl Point {
    fn is_zero(&self) -> bool {
        self.re.is_zero() && self.im.is_zero()
    }

    /// The quotient, rounded once more so that the rounding of both parts does not show.
    fn divided_by(&self, scale: &Self) -> Option<Self> {
        self.to_complex()
            .divide(&scale.to_complex(), numeric::rough())
            .map(|value| Self::shortened(&value))
    }

    /// The quotient by the absolute value of a real point.
    fn divided_by_size(&self, scale: &Self) -> Option<Self> {
        let size: Float = scale.real()?.absolute();
        let size = crate::equivalence::complex::Complex::real(size);
        self.to_complex().divide(&size, numeric::rough()).map(|value| Self::shortened(&value))
    }
}
