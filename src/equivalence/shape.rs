//! The canonical meaning of an answer, as a key that can be compared, sorted and hashed.

use std::cell::Cell;

use num_rational::BigRational;

use crate::equivalence::float::Float;
use crate::equivalence::numeric::{self, Point};
use crate::equivalence::sum::Sum;
use crate::equivalence::syntax::{Comparison, End, Word};

/// Coefficients longer than this are compared by exact form only: rounded values could not tell
/// them apart.
const NUMERIC_HEIGHT: u64 = 128;
/// Work for finding where a value lies that is known by its form only.
const POSITION_FUEL: u32 = 10_000;
/// Fewer defined points say too little about an expression.
const DEFINED_POINTS: usize = 2;
/// An expression with the same value at this many points is a constant.
const CONSTANT_POINTS: usize = 5;

/// What an answer means.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Shape {
    Number(BigRational),
    /// A constant that is not rational.
    Constant(Point),
    /// An expression with symbols, by its values; nothing where it is undefined.
    Function(Vec<Option<Point>>),
    /// A value that numbers cannot identify, by its exact form.
    Form(Sum),
    /// A number of units.
    Quantity(Box<Self>, String),
    /// Several answers, sorted.
    List(Vec<Self>),
    Tuple(Vec<Self>),
    Ratio(Vec<Self>),
    Matrix(Vec<Vec<Self>>),
    /// A set of real numbers: disjoint pieces in order.
    Reals(Vec<Piece>),
    /// An interval whose ends have no known order.
    Interval {
        low: Box<Self>,
        high: Box<Self>,
        ends: (End, End),
    },
    /// A union of parts that are not sets of real numbers.
    Union(Vec<Self>),
    /// A comparison with zero, up to a factor.
    Relation(Comparison, Vec<Option<Point>>),
    /// Statements that hold together, sorted.
    All(Vec<Self>),
    /// A value with the letter of its choice.
    Labelled(char, Box<Self>),
    Choice(char),
    Word(Word),
    Text(String),
}

/// A part of the real line without gaps.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Piece {
    pub(crate) low: Limit,
    pub(crate) high: Limit,
}

/// One end of a piece.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Limit {
    Unbounded,
    At(Box<Shape>, End),
}

impl Shape {
    /// The shape of one value.
    ///
    /// Rational numbers are exact. Other values are known by their rounded numbers, so that all
    /// ways to write them meet, unless rounding could hide a difference: then the exact form
    /// counts. Values found by numbers to be fractions become fractions.
    pub(crate) fn of_value(sum: Sum, fuel: &Cell<u32>) -> Self {
        if let Some(value) = sum.as_rational() {
            return Self::Number(value);
        }
        if sum.height() > NUMERIC_HEIGHT {
            return Self::Form(sum);
        }
        let Ok(profile) = numeric::profile(&sum, fuel) else { return Self::Form(sum) };
        if profile.absorbed {
            return Self::Form(sum);
        }
        let defined = profile.points.iter().flatten().count();
        let symbolic = sum.has_symbol();
        if symbolic && defined < DEFINED_POINTS || defined == 0 {
            return Self::Form(sum);
        }
        if symbolic && !is_constant(&profile.points, defined) {
            return Self::Function(profile.points);
        }
        if !sum.is_complete() || symbolic {
            let fraction = profile
                .precise
                .filter(super::complex::Complex::is_real)
                .and_then(|value| numeric::as_fraction(&value.re));
            if let Some(fraction) = fraction {
                return Self::Number(fraction);
            }
        }
        match profile.points.into_iter().flatten().next() {
            Some(point) => Self::Constant(point),
            None => Self::Form(sum),
        }
    }

    /// Where a real number lies on the line.
    pub(crate) fn position(&self) -> Option<Float> {
        match self {
            Self::Number(value) => Some(Float::from_rational(value, 320)),
            Self::Constant(point) => point.real(),
            Self::Form(sum) if !sum.has_symbol() => {
                numeric::profile(sum, &Cell::new(POSITION_FUEL))
                    .ok()?
                    .points
                    .into_iter()
                    .flatten()
                    .next()
                    .and_then(|point| point.real())
            }
            _ => None,
        }
    }

    /// This shape and everything that it is made of.
    pub(crate) fn parts(&self, found: &mut Vec<Self>) {
        found.push(self.clone());
        match self {
            Self::List(items)
            | Self::Tuple(items)
            | Self::Ratio(items)
            | Self::Union(items)
            | Self::All(items) => items.iter().for_each(|item| item.parts(found)),
            Self::Matrix(rows) => rows.iter().flatten().for_each(|item| item.parts(found)),
            Self::Quantity(inner, _) | Self::Labelled(_, inner) => inner.parts(found),
            Self::Interval { low, high, .. } => {
                low.parts(found);
                high.parts(found);
            }
            Self::Reals(pieces) => {
                for limit in pieces.iter().flat_map(|piece| [&piece.low, &piece.high]) {
                    if let Limit::At(value, _) = limit {
                        value.parts(found);
                    }
                }
            }
            Self::Number(_)
            | Self::Constant(_)
            | Self::Function(_)
            | Self::Form(_)
            | Self::Relation(..)
            | Self::Choice(_)
            | Self::Word(_)
            | Self::Text(_) => {}
        }
    }

    /// Several answers in any order; one answer stands for itself, none is "no solution".
    pub(crate) fn list(mut parts: Vec<Self>) -> Self {
        parts.sort();
        match (parts.len(), parts.pop()) {
            (_, None) => Self::Word(Word::NoSolution),
            (1, Some(only)) => only,
            (_, Some(last)) => {
                parts.push(last);
                Self::List(parts)
            }
        }
    }
}

fn is_constant(points: &[Option<Point>], defined: usize) -> bool {
    let mut values = points.iter().flatten();
    let Some(first) = values.next() else { return false };
    defined >= CONSTANT_POINTS && values.all(|value| value == first)
}
