//! Inequalities, intervals and set operations as sets of real numbers.

use std::borrow::Cow;

use crate::equivalence::build::Sign;
use crate::equivalence::reader::{Reader, is_infinite, system};
use crate::equivalence::realset::RealSet;
use crate::equivalence::relation::{difference, flipped, linear};
use crate::equivalence::shape::Shape;
use crate::equivalence::sum::Function;
use crate::equivalence::syntax::{Comparison, End, Node, Word};

/// The real numbers that satisfy a chain of inequalities in one variable.
pub(crate) fn inequality_set(
    reader: &Reader,
    first: &Node,
    rest: &[(Comparison, Node)],
    sign: Option<Sign>,
) -> Option<RealSet> {
    let mut set = RealSet::all();
    let mut left = first;
    for (comparison, right) in rest {
        let unbounded = is_infinite(left) || is_infinite(right);
        // `x < ∞` says nothing; it occurs at the ends of chains.
        if !unbounded {
            set = set.intersection(&half_line(reader, left, *comparison, right, sign)?)?;
        }
        left = right;
    }
    Some(set)
}

fn half_line(
    reader: &Reader,
    left: &Node,
    comparison: Comparison,
    right: &Node,
    sign: Option<Sign>,
) -> Option<RealSet> {
    if let Node::Call(Function::Abs, inner) = left.ungrouped()
        && let [inner] = inner.as_slice()
    {
        return distance_set(reader, inner, comparison, right, sign);
    }
    let (left, right) = (as_variable(left), as_variable(right));
    let (factor, constant) = linear(&difference(reader, &left, &right, sign)?)?;
    let algebra = reader.algebra();
    let bound = algebra.multiply(constant.negated(), algebra.inverse(&factor).ok()?).ok()?;
    let bound = reader.value_shape(bound);
    let negative = reader.value_shape(factor).position()?.is_negative();
    let comparison = if negative { flipped(comparison) } else { comparison };
    match comparison {
        Comparison::Less => RealSet::between(None, Some((&bound, End::Open))),
        Comparison::LessOrEqual => RealSet::between(None, Some((&bound, End::Closed))),
        Comparison::Greater => RealSet::between(Some((&bound, End::Open)), None),
        Comparison::GreaterOrEqual => RealSet::between(Some((&bound, End::Closed)), None),
        Comparison::NotEqual => Some(RealSet::point(&bound)?.complement()),
        Comparison::Equal => RealSet::point(&bound),
        Comparison::Near => None,
    }
}

/// The numbers for which `|inner|` compares with a bound: two half-lines, met or joined.
fn distance_set(
    reader: &Reader,
    inner: &Node,
    comparison: Comparison,
    bound: &Node,
    sign: Option<Sign>,
) -> Option<RealSet> {
    // Each level would double the work.
    if inner.any(&|part| matches!(part, Node::Call(Function::Abs, _))) {
        return None;
    }
    let opposite = Node::Negative(Box::new(bound.clone()));
    let above = half_line(reader, inner, comparison, bound, sign)?;
    let below = half_line(reader, inner, flipped(comparison), &opposite, sign)?;
    match comparison {
        Comparison::Less | Comparison::LessOrEqual => above.intersection(&below),
        Comparison::Greater | Comparison::GreaterOrEqual => {
            // A negative bound makes both half-lines overlap, which is right: all numbers.
            above.union(below)
        }
        _ => None,
    }
}

/// The value `f(x)` of a function as a variable of its own.
fn as_variable(node: &Node) -> Cow<'_, Node> {
    if let Node::Product(parts) = node.ungrouped()
        && let [Node::Symbol(name), Node::Group(argument)] = parts.as_slice()
        && let Node::Symbol(argument) = argument.ungrouped()
    {
        return Cow::Owned(Node::Symbol(format!("{name}({argument})")));
    }
    Cow::Borrowed(node)
}

/// Several inequalities in one variable as one set: alternatives, or conditions that hold
/// together where alternatives would allow every number.
pub(crate) fn alternatives(reader: &Reader, items: &[Node], sign: Option<Sign>) -> Option<Shape> {
    let is_inequality = |item: &Node| match item.ungrouped() {
        Node::Relation(_, rest) => !rest.iter().any(|(c, _)| *c == Comparison::Equal),
        _ => false,
    };
    if system(items).is_some() || !items.iter().any(is_inequality) {
        return None;
    }
    let mut names: Vec<&str> = items.iter().filter_map(variable).collect();
    names.sort_unstable();
    names.dedup();
    if names.len() != 1 {
        return None;
    }
    let sets: Option<Vec<RealSet>> = items.iter().map(|item| reader.real_set(item, sign)).collect();
    let mut sets = sets?.into_iter();
    let first = sets.next()?;
    let (mut union, mut intersection) = (first.clone(), first);
    for set in sets {
        union = union.union(set.clone())?;
        intersection = intersection.intersection(&set)?;
    }
    match union.into_shape() {
        Shape::Word(Word::Reals) => Some(intersection.into_shape()),
        shape => Some(shape),
    }
}

/// The first symbol of a relation.
fn variable(node: &Node) -> Option<&str> {
    match node {
        Node::Symbol(name) => Some(name),
        _ => node.children().into_iter().find_map(variable),
    }
}

impl Reader {
    /// A node as a set of real numbers, if it is one.
    pub(crate) fn real_set(&self, node: &Node, sign: Option<Sign>) -> Option<RealSet> {
        match node.ungrouped() {
            Node::Tuple(items) => match items.as_slice() {
                [low, high] => self.between(low, high, (End::Open, End::Open), sign),
                _ => None,
            },
            Node::Interval { low, high, ends } => self.between(low, high, *ends, sign),
            Node::Set(items) => {
                let mut set = RealSet::all().complement();
                for item in items {
                    let shapes = match self.shape(item, sign)? {
                        Shape::List(shapes) => shapes,
                        shape => vec![shape],
                    };
                    for shape in shapes {
                        set = set.union(RealSet::point(&shape)?)?;
                    }
                }
                Some(set)
            }
            Node::Union(parts) => {
                let mut set = RealSet::all().complement();
                for part in parts {
                    set = set.union(self.real_set(part, sign)?)?;
                }
                Some(set)
            }
            Node::Intersection(parts) => {
                let mut set = RealSet::all();
                for part in parts {
                    set = set.intersection(&self.real_set(part, sign)?)?;
                }
                Some(set)
            }
            Node::Difference(whole, part) => {
                let part = self.real_set(part, sign)?.complement();
                self.real_set(whole, sign)?.intersection(&part)
            }
            Node::Relation(first, rest) => inequality_set(self, first, rest, sign),
            Node::Member(_, set) => self.real_set(set, sign),
            Node::Word(Word::Reals) => Some(RealSet::all()),
            Node::Symbol(name) if name == "R" => Some(RealSet::all()),
            _ => None,
        }
    }

    fn between(
        &self,
        low: &Node,
        high: &Node,
        ends: (End, End),
        sign: Option<Sign>,
    ) -> Option<RealSet> {
        let bound = |node: &Node| {
            if is_infinite(node) { Some(None) } else { self.shape(node, sign).map(Some) }
        };
        let (low, high) = (bound(low)?, bound(high)?);
        RealSet::between(
            low.as_ref().map(|shape| (shape, ends.0)),
            high.as_ref().map(|shape| (shape, ends.1)),
        )
    }
}
