//! Sets of real numbers as unions of pieces, with union, intersection and complement.
//!
//! A set is a sorted list of cuts of the line. A cut lies just before or just after a number, so
//! open and closed ends need no cases of their own.

use std::cmp::Ordering;

use crate::equivalence::float::Float;
use crate::equivalence::shape::{Limit, Piece, Shape};
use crate::equivalence::syntax::{End, Word};

/// The most pieces of one set.
const PIECE_LIMIT: usize = 200;

/// A cut of the line.
#[derive(Clone, Debug)]
enum Cut {
    Start,
    At { shape: Shape, position: Float, after: bool },
    Finish,
}

impl Cut {
    fn new(shape: &Shape, after: bool) -> Option<Self> {
        Some(Self::At { shape: shape.clone(), position: shape.position()?, after })
    }

    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Start, Self::Start) | (Self::Finish, Self::Finish) => Ordering::Equal,
            (Self::Start, _) | (_, Self::Finish) => Ordering::Less,
            (_, Self::Start) | (Self::Finish, _) => Ordering::Greater,
            (
                Self::At { shape: a, position: x, after: left },
                Self::At { shape: b, position: y, after: right },
            ) => {
                let order = if a == b { Ordering::Equal } else { x.compare(y) };
                order.then(left.cmp(right))
            }
        }
    }
}

/// A set of real numbers.
#[derive(Clone, Debug)]
pub(crate) struct RealSet {
    /// From the first cut of each pair to the second; sorted, disjoint, not adjacent.
    spans: Vec<(Cut, Cut)>,
}

impl RealSet {
    pub(crate) fn all() -> Self {
        Self { spans: vec![(Cut::Start, Cut::Finish)] }
    }

    pub(crate) fn point(value: &Shape) -> Option<Self> {
        Self::between(Some((value, End::Closed)), Some((value, End::Closed)))
    }

    /// The numbers between two ends; an end that is missing is infinite. Nothing when an end is
    /// not a real number.
    pub(crate) fn between(low: Option<(&Shape, End)>, high: Option<(&Shape, End)>) -> Option<Self> {
        let low = match low {
            None => Cut::Start,
            Some((shape, end)) => Cut::new(shape, end == End::Open)?,
        };
        let high = match high {
            None => Cut::Finish,
            Some((shape, end)) => Cut::new(shape, end == End::Closed)?,
        };
        Some(Self { spans: vec![(low, high)] }.tidied())
    }

    pub(crate) fn union(mut self, other: Self) -> Option<Self> {
        self.spans.extend(other.spans);
        (self.spans.len() <= PIECE_LIMIT).then(|| self.tidied())
    }

    pub(crate) fn complement(&self) -> Self {
        let mut spans = Vec::new();
        let mut start = Cut::Start;
        for (low, high) in &self.spans {
            spans.push((start, low.clone()));
            start = high.clone();
        }
        spans.push((start, Cut::Finish));
        Self { spans }.tidied()
    }

    pub(crate) fn intersection(&self, other: &Self) -> Option<Self> {
        Some(self.complement().union(other.complement())?.complement())
    }

    /// Sorts the spans, drops empty ones and joins those that touch.
    fn tidied(mut self) -> Self {
        self.spans.retain(|(low, high)| low.compare(high) == Ordering::Less);
        self.spans.sort_by(|a, b| a.0.compare(&b.0));
        let mut spans: Vec<(Cut, Cut)> = Vec::new();
        for (low, high) in self.spans {
            match spans.last_mut() {
                Some((_, end)) if low.compare(end) != Ordering::Greater => {
                    if high.compare(end) == Ordering::Greater {
                        *end = high;
                    }
                }
                _ => spans.push((low, high)),
            }
        }
        Self { spans }
    }

    /// The set as a shape. Separate points are a list of answers, and a bounded open interval has
    /// the shape of the pair that is written the same way.
    pub(crate) fn into_shape(self) -> Shape {
        if self.spans.is_empty() {
            return Shape::Word(Word::NoSolution);
        }
        if let [(Cut::Start, Cut::Finish)] = self.spans.as_slice() {
            return Shape::Word(Word::Reals);
        }
        let points: Option<Vec<Shape>> = self.spans.iter().map(single_point).collect();
        if let Some(points) = points {
            return Shape::list(points);
        }
        if let [
            (Cut::At { shape: low, after: true, .. }, Cut::At { shape: high, after: false, .. }),
        ] = self.spans.as_slice()
        {
            return Shape::Tuple(vec![low.clone(), high.clone()]);
        }
        let pieces = self.spans.into_iter().map(|(low, high)| Piece {
            low: limit(low, End::Open, End::Closed),
            high: limit(high, End::Closed, End::Open),
        });
        Shape::Reals(pieces.collect())
    }
}

fn single_point(span: &(Cut, Cut)) -> Option<Shape> {
    match span {
        (Cut::At { shape: low, after: false, .. }, Cut::At { shape: high, after: true, .. })
            if low == high =>
        {
            Some(low.clone())
        }
        _ => None,
    }
}

fn limit(cut: Cut, after_end: End, before_end: End) -> Limit {
    match cut {
        Cut::Start | Cut::Finish => Limit::Unbounded,
        Cut::At { shape, after, .. } => {
            Limit::At(Box::new(shape), if after { after_end } else { before_end })
        }
    }
}
