//! From the tree of an answer to its shape: lists, tuples, sets, quantities and values.

use std::cell::Cell;

use crate::equivalence::algebra::Algebra;
use crate::equivalence::build::{LogBase, Reading, Sign, canonical};
use crate::equivalence::inequality;
use crate::equivalence::matrix;
use crate::equivalence::relation;
use crate::equivalence::shape::Shape;
use crate::equivalence::sum::{Fault, Sum};
use crate::equivalence::syntax::{Comparison, End, Node, Unit, UnitKind, Word};
use crate::equivalence::words;

/// Work for all exact arithmetic of one answer.
const ALGEBRA_FUEL: u32 = 10_000;
/// Work for all numeric evaluation of one answer.
const NUMERIC_FUEL: u32 = 30_000;

/// Turns trees into shapes, within a fixed amount of work.
pub(crate) struct Reader {
    log_base: LogBase,
    algebra_fuel: Cell<u32>,
    pub(crate) numeric_fuel: Cell<u32>,
}

impl Reader {
    pub(crate) fn new(log_base: LogBase) -> Self {
        Self {
            log_base,
            algebra_fuel: Cell::new(ALGEBRA_FUEL),
            numeric_fuel: Cell::new(NUMERIC_FUEL),
        }
    }

    pub(crate) fn algebra(&self) -> Algebra<'_> {
        Algebra { fuel: &self.algebra_fuel }
    }

    /// The shape of an answer; nothing when it has no meaning that we know.
    ///
    /// `sign` is what `±` stands for; without it the answer stands for both.
    pub(crate) fn shape(&self, node: &Node, sign: Option<Sign>) -> Option<Shape> {
        let node = node.ungrouped();
        match node {
            Node::List(items) => return self.list(items, sign),
            Node::Set(items) => return self.set(items, sign),
            _ => {}
        }
        if sign.is_none() && node.any(&|part| matches!(part, Node::PlusMinus { .. })) {
            let both = [Sign::Upper, Sign::Lower].map(|sign| self.shape(node, Some(sign)));
            let both: Option<Vec<Shape>> = both.into_iter().collect();
            return Some(Shape::list(flat(both?)));
        }
        match node {
            Node::Word(word) => Some(Shape::Word(*word)),
            Node::Text(text) => Some(text_shape(text)),
            Node::Infinity => Some(Shape::Word(Word::PositiveInfinity)),
            Node::Negative(inner) if *inner.ungrouped() == Node::Infinity => {
                Some(Shape::Word(Word::NegativeInfinity))
            }
            Node::Choice(letter) => Some(Shape::Choice(*letter)),
            Node::Labelled(letter, inner) => {
                Some(Shape::Labelled(*letter, Box::new(self.shape(inner, sign)?)))
            }
            Node::Tuple(items) => self.tuple(node, items, sign),
            Node::Interval { low, high, ends } => match self.real_set(node, sign) {
                Some(set) => Some(set.into_shape()),
                None => self.open_interval(low, high, *ends, sign),
            },
            Node::Union(parts) => {
                if let Some(set) = self.real_set(node, sign) {
                    Some(set.into_shape())
                } else {
                    let mut parts = self.shapes(parts, sign)?;
                    parts.sort();
                    parts.dedup();
                    Some(Shape::Union(parts))
                }
            }
            Node::Intersection(_) | Node::Difference(..) => {
                self.real_set(node, sign).map(super::realset::RealSet::into_shape)
            }
            Node::Relation(first, rest) => relation::shape(self, first, rest, sign),
            Node::Member(_, set) => self.shape(set, sign),
            Node::Ratio(parts) if parts.len() > 2 => self.ratio(parts, sign),
            Node::Quantity(inner, unit) => self.quantity(node, inner, unit, sign),
            _ if node.any(&|part| matches!(part, Node::Matrix(_))) => {
                let rows = matrix::entries(node)?;
                let rows: Option<Vec<_>> = rows.iter().map(|row| self.shapes(row, sign)).collect();
                Some(Shape::Matrix(rows?))
            }
            _ => self.value(node, sign).ok().map(|sum| self.value_shape(sum)),
        }
    }

    /// The canonical form of a single value.
    pub(crate) fn value(&self, node: &Node, sign: Option<Sign>) -> Result<Sum, Fault> {
        canonical(node, Reading { sign, log_base: self.log_base }, &self.algebra())
    }

    pub(crate) fn value_shape(&self, sum: Sum) -> Shape {
        Shape::of_value(sum, &self.numeric_fuel)
    }

    fn shapes(&self, nodes: &[Node], sign: Option<Sign>) -> Option<Vec<Shape>> {
        nodes.iter().map(|node| self.shape(node, sign)).collect()
    }

    /// Answers in any order. Assignments to different variables are one answer: their values in
    /// the alphabetical order of the names.
    fn list(&self, items: &[Node], sign: Option<Sign>) -> Option<Shape> {
        // `k ∈ ℤ` says what a parameter is, as is usual; it is no answer of its own.
        if let [others @ .., last] = items
            && is_integer_declaration(last)
            && !others.is_empty()
        {
            return self.shape(&Node::List(others.to_vec()), sign);
        }
        if let Some(letters) = choices(items) {
            return Some(Shape::list(letters));
        }
        if let Some(assignments) = system(items) {
            let mut sorted: Vec<_> = assignments;
            sorted.sort_by_key(|(name, _)| *name);
            let values: Vec<Node> = sorted.into_iter().map(|(_, value)| value.clone()).collect();
            return self.shape(&Node::Tuple(values), sign);
        }
        if let Some(shape) = inequality::alternatives(self, items, sign) {
            return Some(shape);
        }
        let mut parts = Vec::new();
        for item in items {
            match (item.ungrouped(), self.shape(item, sign)?) {
                (Node::Set(_), shape) => parts.push(shape),
                (_, Shape::List(inner)) => parts.extend(inner),
                (_, shape) => parts.push(shape),
            }
        }
        // Equal pairs are one answer; equal numbers may be the sides of a triangle.
        parts.sort();
        parts.dedup_by(|a, b| a == b && matches!(a, Shape::Tuple(_)));
        Some(Shape::list(parts))
    }

    fn set(&self, items: &[Node], sign: Option<Sign>) -> Option<Shape> {
        if let Some(letters) = choices(items) {
            return Some(Shape::list(letters));
        }
        let mut parts = Vec::new();
        for item in items {
            match (item.ungrouped(), self.shape(item, sign)?) {
                (Node::Set(_), shape) => parts.push(shape),
                (_, Shape::List(inner)) => parts.extend(inner),
                (_, shape) => parts.push(shape),
            }
        }
        parts.sort();
        parts.dedup();
        Some(Shape::list(parts))
    }

    fn tuple(&self, node: &Node, items: &[Node], sign: Option<Sign>) -> Option<Shape> {
        let unbounded = items.len() == 2 && items.iter().any(is_infinite);
        if unbounded {
            return self.real_set(node, sign).map(super::realset::RealSet::into_shape);
        }
        Some(Shape::Tuple(self.shapes(items, sign)?))
    }

    /// An interval whose ends cannot be ordered. Open ones have the shape of the same pair.
    fn open_interval(
        &self,
        low: &Node,
        high: &Node,
        ends: (End, End),
        sign: Option<Sign>,
    ) -> Option<Shape> {
        let low = self.shape(low, sign)?;
        let high = self.shape(high, sign)?;
        if ends == (End::Open, End::Open) {
            return Some(Shape::Tuple(vec![low, high]));
        }
        Some(Shape::Interval { low: Box::new(low), high: Box::new(high), ends })
    }

    /// Proportional numbers, divided by the first.
    fn ratio(&self, parts: &[Node], sign: Option<Sign>) -> Option<Shape> {
        let first = self.algebra().inverse(&self.value(parts.first()?, sign).ok()?).ok()?;
        let mut shapes = Vec::new();
        for part in parts {
            let value = self.value(part, sign).ok()?;
            let value = self.algebra().multiply(value, first.clone()).ok()?;
            shapes.push(self.value_shape(value));
        }
        Some(Shape::Ratio(shapes))
    }

    fn quantity(
        &self,
        node: &Node,
        inner: &Node,
        unit: &Unit,
        sign: Option<Sign>,
    ) -> Option<Shape> {
        let UnitKind::Named(name) = &unit.kind else {
            return self.value(node, sign).ok().map(|sum| self.value_shape(sum));
        };
        if name == "radian" {
            return self.shape(inner, sign);
        }
        let value = self.value(inner, sign).ok()?;
        let value = self.algebra().scaled(&value, &unit.scale).ok()?;
        Some(Shape::Quantity(Box::new(self.value_shape(value)), name.clone()))
    }
}

fn is_integer_declaration(node: &Node) -> bool {
    match node.ungrouped() {
        Node::Member(element, set) => {
            matches!(element.ungrouped(), Node::Symbol(_))
                && *set.ungrouped() == Node::Word(Word::Integers)
        }
        _ => false,
    }
}

/// Lists inside a list are part of it.
fn flat(parts: Vec<Shape>) -> Vec<Shape> {
    let mut result = Vec::new();
    for part in parts {
        match part {
            Shape::List(inner) => result.extend(inner),
            other => result.push(other),
        }
    }
    result
}

fn text_shape(text: &str) -> Shape {
    if let Some(word) = words::lookup(text) {
        Shape::Word(word)
    } else {
        let lower = text.to_lowercase();
        let words: Vec<&str> = lower.split_whitespace().collect();
        Shape::Text(words.join(" "))
    }
}

/// The letters of a list that consists of choices only.
fn choices(items: &[Node]) -> Option<Vec<Shape>> {
    items.iter().map(|item| choice_letter(item.ungrouped()).map(Shape::Choice)).collect()
}

fn choice_letter(node: &Node) -> Option<char> {
    match node {
        Node::Choice(letter) => Some(*letter),
        Node::Symbol(name) => {
            let mut letters = name.chars();
            match (letters.next(), letters.next()) {
                (Some(letter @ 'A'..='J'), None) => Some(letter),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Assignments to at least two different variables. Numbered roots, `x_1 = 2, x_2 = 3`, are
/// answers in any order instead.
pub(crate) fn system(items: &[Node]) -> Option<Vec<(&str, &Node)>> {
    let mut assignments: Vec<(&str, &Node)> = Vec::new();
    for item in items {
        let Node::Relation(first, rest) = item.ungrouped() else { return None };
        let (Node::Symbol(name), [(Comparison::Equal, value)]) =
            (first.ungrouped(), rest.as_slice())
        else {
            return None;
        };
        if assignments.iter().any(|(other, _)| other == name) {
            return None;
        }
        assignments.push((name, value));
    }
    let root = |name: &str| {
        let mut parts = name.split('_');
        matches!(parts.next(), Some("x" | "y" | "z" | "t" | "r"))
            && parts.next().is_some_and(|index| index.parse::<u8>().is_ok())
    };
    let roots = assignments.iter().all(|(name, _)| root(name));
    (assignments.len() >= 2 && !roots).then_some(assignments)
}

/// Whether a node is infinity with any sign.
pub(crate) fn is_infinite(node: &Node) -> bool {
    match node.ungrouped() {
        Node::Infinity | Node::Word(Word::PositiveInfinity | Word::NegativeInfinity) => true,
        Node::Negative(inner) => is_infinite(inner),
        _ => false,
    }
}
