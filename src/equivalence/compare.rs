//! What can be said about two answers whose keys are not equal.
//!
//! Different keys usually mean different answers, but not always: a text may say the same as a
//! number, and a rounded value may sit on the edge between two keys. `Different` is said only
//! where there is evidence.

use std::cell::Cell;

use crate::equivalence::float::Float;
use crate::equivalence::numeric::{self, Point};
use crate::equivalence::shape::Shape;
use crate::equivalence::syntax::Word;
use crate::equivalence::verdict::Verdict;

/// Work for evaluating a form that has no numeric key.
const FUEL: u32 = 40_000;

/// Compares two shapes.
pub(crate) fn compare(left: &Shape, right: &Shape) -> Verdict {
    if left == right {
        return Verdict::Equal;
    }
    match (left, right) {
        (Shape::Text(a), Shape::Text(b)) => known_if(is_name(a) && is_name(b)),
        (Shape::Quantity(a, unit), Shape::Quantity(b, other)) if unit == other => compare(a, b),
        (Shape::Text(_) | Shape::Quantity(..), _) | (_, Shape::Text(_) | Shape::Quantity(..)) => {
            Verdict::Unknown
        }
        (Shape::Word(a), Shape::Word(b)) => known_if(!(says_none(*a) && says_none(*b))),
        (Shape::Labelled(x, a), Shape::Labelled(y, b)) => {
            if x != y && compare(a, b) == Verdict::Different {
                Verdict::Different
            } else {
                Verdict::Unknown
            }
        }
        (Shape::Labelled(..), _) | (_, Shape::Labelled(..)) => Verdict::Unknown,
        (Shape::Choice(_), Shape::Choice(_)) => Verdict::Different,
        (Shape::Choice(_), other) | (other, Shape::Choice(_)) => {
            known_if(matches!(other, Shape::List(_)))
        }
        (Shape::Tuple(a), Shape::Tuple(b)) | (Shape::Ratio(a), Shape::Ratio(b)) => in_order(a, b),
        (Shape::Matrix(a), Shape::Matrix(b)) => {
            let same = a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x.len() == y.len());
            let flat = |rows: &[Vec<Shape>]| rows.concat();
            if same { in_order(&flat(a), &flat(b)) } else { Verdict::Different }
        }
        (Shape::List(a), Shape::List(b)) => in_any_order(a, b),
        (Shape::Tuple(a), Shape::List(b)) | (Shape::List(b), Shape::Tuple(a)) => {
            let mut a = a.clone();
            a.sort();
            known_if(in_any_order(&a, b) == Verdict::Different)
        }
        (Shape::Relation(x, a), Shape::Relation(y, b)) => {
            if x == y && points_differ(a, b) {
                Verdict::Different
            } else {
                Verdict::Unknown
            }
        }
        (Shape::Matrix(_), Shape::Tuple(_))
        | (Shape::Tuple(_), Shape::Matrix(_))
        | (Shape::Relation(..) | Shape::All(_), _)
        | (_, Shape::Relation(..) | Shape::All(_)) => Verdict::Unknown,
        _ => match (values(left), values(right)) {
            (Some(a), Some(b)) => compare_values(left, &a, right, &b),
            _ => known_if(!holds_form(left) && !holds_form(right)),
        },
    }
}

fn known_if(different: bool) -> Verdict {
    if different { Verdict::Different } else { Verdict::Unknown }
}

/// Names and times of day differ when they are written differently; longer texts need not.
fn is_name(text: &str) -> bool {
    let letters = |text: &str| text.chars().all(char::is_alphabetic);
    let time = |text: &str| {
        text.contains(':') && text.chars().all(|c| c.is_ascii_digit() || c == ':' || c == ' ')
    };
    !text.is_empty() && (letters(text) || time(text))
}

fn says_none(word: Word) -> bool {
    matches!(word, Word::NoSolution | Word::NoRealSolution | Word::DoesNotExist)
}

fn in_order(left: &[Shape], right: &[Shape]) -> Verdict {
    let differs = |(a, b): (&Shape, &Shape)| compare(a, b) == Verdict::Different;
    known_if(left.len() != right.len() || left.iter().zip(right).any(differs))
}

/// Lists differ when their lengths do, or when something on one side differs from all on the
/// other.
fn in_any_order(left: &[Shape], right: &[Shape]) -> Verdict {
    let known = |shapes: &[Shape]| !shapes.iter().any(holds_form);
    if left.len() != right.len() {
        return known_if(known(left) && known(right));
    }
    // The common parts of two sorted lists.
    let rest = |from: &[Shape], other: &[Shape]| -> Vec<Shape> {
        let mut other: Vec<&Shape> = other.iter().collect();
        let mut rest = Vec::new();
        for shape in from {
            match other.iter().position(|candidate| *candidate == shape) {
                Some(at) => {
                    other.swap_remove(at);
                }
                None => rest.push(shape.clone()),
            }
        }
        rest
    };
    if left.len() > 40 {
        return known_if(known(left) && known(right));
    }
    let (a, b) = (rest(left, right), rest(right, left));
    let alone =
        |x: &Shape, others: &[Shape]| others.iter().all(|y| compare(x, y) == Verdict::Different);
    known_if(a.iter().any(|x| alone(x, &b)) || b.iter().any(|x| alone(x, &a)))
}

/// Whether a shape is or holds something that is known by its form only.
fn holds_form(shape: &Shape) -> bool {
    match shape {
        Shape::Form(_) | Shape::Text(_) => true,
        Shape::Quantity(inner, _) | Shape::Labelled(_, inner) => holds_form(inner),
        Shape::List(parts)
        | Shape::Tuple(parts)
        | Shape::Ratio(parts)
        | Shape::Union(parts)
        | Shape::All(parts) => parts.iter().any(holds_form),
        Shape::Matrix(rows) => rows.iter().flatten().any(holds_form),
        Shape::Interval { low, high, .. } => holds_form(low) || holds_form(high),
        _ => false,
    }
}

/// The values of a number, a constant or an expression.
fn values(shape: &Shape) -> Option<Vec<Option<Point>>> {
    match shape {
        Shape::Number(value) => {
            Some(vec![Some(Point::from_real(&Float::from_rational(value, 320)))])
        }
        Shape::Constant(point) => Some(vec![Some(point.clone())]),
        Shape::Function(points) => Some(points.clone()),
        Shape::Form(sum) => Some(
            numeric::profile(sum, &Cell::new(FUEL))
                .map(|profile| profile.points)
                .unwrap_or_default(),
        ),
        _ => None,
    }
}

fn compare_values(
    left: &Shape,
    left_points: &[Option<Point>],
    right: &Shape,
    right_points: &[Option<Point>],
) -> Verdict {
    let complete = |shape: &Shape| match shape {
        Shape::Number(_) => true,
        Shape::Form(sum) => sum.is_complete(),
        _ => false,
    };
    known_if((complete(left) && complete(right)) || points_differ(left_points, right_points))
}

/// Whether two expressions clearly differ where both are defined; a constant has the same value
/// everywhere.
fn points_differ(left: &[Option<Point>], right: &[Option<Point>]) -> bool {
    let differs = |pair: (&Option<Point>, &Option<Point>)| match pair {
        (Some(a), Some(b)) => a.differs(b),
        _ => false,
    };
    match (left, right) {
        ([constant], others) | (others, [constant]) => {
            others.iter().any(|other| differs((constant, other)))
        }
        _ => left.iter().zip(right).any(differs),
    }
}
