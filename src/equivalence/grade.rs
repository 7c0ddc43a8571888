//! Grading an answer against a gold answer, with a short list of leniencies.
//!
//! The leniencies look at the gold answer, are not symmetric, and are never used to cluster
//! answers.

use crate::equivalence::answer::{self, Answer};
use crate::equivalence::build::LogBase;
use crate::equivalence::compare::compare;
use crate::equivalence::nouns;
use crate::equivalence::numeric::Point;
use crate::equivalence::reader::system;
use crate::equivalence::relation::{is_unsolved, names_quantity};
use crate::equivalence::shape::Shape;
use crate::equivalence::syntax::{Comparison, End, Node, UnitKind};
use crate::equivalence::verdict::Verdict;

/// Two expressions must agree at this many points to count as equal where both are defined.
const COMMON_POINTS: usize = 3;

/// A grade and what it took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grade {
    /// Whether the answer is right.
    pub verdict: Verdict,
    /// The leniency without which the answer would not be equal.
    pub leniency: Option<Leniency>,
}

/// A difference from the gold answer that is forgiven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Leniency {
    /// Only one of both has a unit or a degree sign: `5 cm` for `5`, `30` for `30°`.
    Unit,
    /// Only one of both has a percent sign: `5%` for `5`.
    Percent,
    /// The letter of a choice with its value: `(B) 12` for `B` or for `12`.
    ChoiceLabel,
    /// Only one of both says what the value is called: `a + b = 7` for `7`, `2x` for `y = 2x`.
    LeftSide,
    /// Items in the same order with other brackets: `1, 2` for `(1, 2)`, a vector for a tuple.
    Brackets,
    /// Named values in the written order: `p = 3, k = 5` for `(3, 5)`.
    Names,
    /// A logarithm without a base, read as natural or as decimal.
    LogBase,
    /// Expressions that agree wherever both are defined, such as `√a √b` and `√(ab)`.
    Domain,
}

impl Leniency {
    /// What is forgiven, in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unit => "only one of both has a unit",
            Self::Percent => "only one of both has a percent sign",
            Self::ChoiceLabel => "the letter of a choice stands with its value, or alone",
            Self::LeftSide => "only one of both says what the value is called",
            Self::Brackets => "the same items stand in other brackets",
            Self::Names => "only one of both names the values",
            Self::LogBase => "a logarithm has no base",
            Self::Domain => "they agree wherever both are defined",
        }
    }
}

/// Grades an answer against the gold answer.
///
/// # Examples
/// ```
/// use ponder::equivalence::{Leniency, Verdict, grade};
///
/// assert_eq!(grade("1/2", r"\boxed{0.5}").verdict, Verdict::Equal);
/// assert_eq!(grade("12", r"12\text{ cm}").leniency, Some(Leniency::Unit));
/// assert_eq!(grade("12", "13").verdict, Verdict::Different);
/// ```
#[must_use]
pub fn grade(gold: &str, answer: &str) -> Grade {
    let (gold, answer) = (Answer::parse(gold), Answer::parse(answer));
    let (Some(gold_key), Some(answer_key)) = (gold.key(), answer.key()) else {
        return Grade { verdict: Verdict::Unknown, leniency: None };
    };
    let verdict = compare(&gold_key.0, &answer_key.0);
    if verdict == Verdict::Equal {
        return Grade { verdict, leniency: None };
    }
    if agree_where_defined(&gold_key.0, &answer_key.0) {
        return Grade { verdict: Verdict::Equal, leniency: Some(Leniency::Domain) };
    }
    let mut lenient = verdict;
    for (gold_node, answer_node, leniency) in variants(&gold.node, &answer.node) {
        let bases: &[LogBase] = match leniency {
            Leniency::LogBase => &[LogBase::Ten, LogBase::Euler],
            _ => &[LogBase::Open],
        };
        for base in bases {
            let gold_shape = answer::shape(&gold_node, gold.text(), *base);
            let answer_shape = answer::shape(&answer_node, answer.text(), *base);
            // A letter left over may be a unit: 3 m.
            let symbolic = [&gold_shape, &answer_shape]
                .into_iter()
                .any(|shape| matches!(shape, Shape::Function(_)));
            let known = leniency != Leniency::LogBase && !symbolic;
            match compare(&gold_shape, &answer_shape) {
                Verdict::Equal => {
                    return Grade { verdict: Verdict::Equal, leniency: Some(leniency) };
                }
                // Without the unit or the label it can be seen that the values differ.
                Verdict::Different if known => lenient = Verdict::Different,
                _ => {}
            }
        }
    }
    Grade { verdict: lenient, leniency: None }
}

/// Whether two answers with a bare logarithm are equal when it is read as decimal or natural.
pub(crate) fn equal_for_some_base(left: &Answer, right: &Answer) -> bool {
    if !has_bare_log(&left.node) && !has_bare_log(&right.node) {
        return false;
    }
    [LogBase::Ten, LogBase::Euler].into_iter().any(|base| {
        let left = answer::shape(&left.node, left.text(), base);
        left == answer::shape(&right.node, right.text(), base)
    })
}

fn has_bare_log(node: &Node) -> bool {
    node.any(&|part| matches!(part, Node::BareLog(_)))
}

/// The readings of both answers that leniencies allow, cheapest first.
fn variants(gold: &Node, answer: &Node) -> Vec<(Node, Node, Leniency)> {
    let mut found = Vec::new();
    let mut add = |gold: &Node, answer: &Node| {
        for leniency in [Leniency::Unit, Leniency::Percent] {
            let (gold_has, answer_has) = (has_unit(gold, leniency), has_unit(answer, leniency));
            if gold_has != answer_has {
                found.push((
                    without_unit(gold, leniency),
                    without_unit(answer, leniency),
                    leniency,
                ));
            }
        }
        for answer in unlabelled(answer) {
            found.push((gold.clone(), answer, Leniency::ChoiceLabel));
        }
        for gold in unlabelled(gold) {
            found.push((gold, answer.clone(), Leniency::ChoiceLabel));
        }
        if let Some((gold, answer)) = same_brackets(gold, answer) {
            found.push((gold, answer, Leniency::Brackets));
        }
        if let Some(named) = written_order(answer) {
            found.push((ordered(gold), named, Leniency::Names));
        }
        if let Some(named) = written_order(gold) {
            found.push((named, ordered(answer), Leniency::Names));
        }
        if has_bare_log(gold) || has_bare_log(answer) {
            found.push((gold.clone(), answer.clone(), Leniency::LogBase));
        }
    };
    add(gold, answer);
    let right = right_side(answer);
    if let Some(right) = right {
        add(gold, right);
    }
    let gold_right = right_side(gold).filter(|_| is_definition(gold));
    if let Some(gold_right) = gold_right {
        add(gold_right, answer);
    }
    if let Some(right) = right
        && !gold.any(&|part| matches!(part, Node::Relation(..)))
    {
        found.push((gold.clone(), right.clone(), Leniency::LeftSide));
    }
    if let Some(gold_right) = gold_right
        && !answer.any(&|part| matches!(part, Node::Relation(..)))
    {
        found.push((gold_right.clone(), answer.clone(), Leniency::LeftSide));
    }
    found
}

/// Two expressions with symbols that nowhere differ and often enough agree.
fn agree_where_defined(left: &Shape, right: &Shape) -> bool {
    let (Shape::Function(left), Shape::Function(right)) = (left, right) else { return false };
    let pairs: Vec<(&Point, &Point)> =
        left.iter().zip(right).filter_map(|(a, b)| Some((a.as_ref()?, b.as_ref()?))).collect();
    pairs.len() >= COMMON_POINTS && pairs.iter().all(|(a, b)| a == b)
}

fn is_forgiven(kind: &UnitKind, leniency: Leniency) -> bool {
    (*kind == UnitKind::Percent) == (leniency == Leniency::Percent)
}

fn has_unit(node: &Node, leniency: Leniency) -> bool {
    node.any(&|part| matches!(part, Node::Quantity(_, unit) if is_forgiven(&unit.kind, leniency)))
}

/// The node without units at the places where an answer ends.
fn without_unit(node: &Node, leniency: Leniency) -> Node {
    let all = |parts: &[Node]| parts.iter().map(|part| without_unit(part, leniency)).collect();
    match node {
        Node::Quantity(inner, unit) if is_forgiven(&unit.kind, leniency) => {
            without_unit(inner, leniency)
        }
        Node::Quantity(inner, unit) => {
            Node::Quantity(Box::new(without_unit(inner, leniency)), unit.clone())
        }
        Node::Group(inner) => Node::Group(Box::new(without_unit(inner, leniency))),
        Node::Negative(inner) => Node::Negative(Box::new(without_unit(inner, leniency))),
        Node::Labelled(letter, inner) => {
            Node::Labelled(*letter, Box::new(without_unit(inner, leniency)))
        }
        Node::List(parts) => Node::List(all(parts)),
        Node::Tuple(parts) => Node::Tuple(all(parts)),
        Node::Set(parts) => Node::Set(all(parts)),
        Node::Relation(first, rest) => {
            let rest = rest.iter().map(|(c, part)| (*c, without_unit(part, leniency)));
            Node::Relation(first.clone(), rest.collect())
        }
        other => other.clone(),
    }
}

fn unlabelled(node: &Node) -> Vec<Node> {
    match node {
        // "(B) is wrong" says nothing for B.
        Node::Labelled(_, inner) if matches!(&**inner, Node::Text(text) if nouns::is_remark(text)) => {
            Vec::new()
        }
        Node::Labelled(letter, inner) => vec![Node::Choice(*letter), (**inner).clone()],
        _ => Vec::new(),
    }
}

/// What stands after the last sign of a chain of equations.
fn right_side(node: &Node) -> Option<&Node> {
    let Node::Relation(first, rest) = node.ungrouped() else { return None };
    let equations = rest.iter().all(|(comparison, _)| *comparison == Comparison::Equal);
    rest.last().filter(|_| equations && !is_unsolved(first)).map(|(_, value)| value)
}

/// Whether an equation names a quantity, so that its right side alone is an answer.
fn is_definition(node: &Node) -> bool {
    matches!(node.ungrouped(), Node::Relation(first, _) if names_quantity(first))
}

/// Both answers with the same kind of brackets, if they have the same items in different ones.
fn same_brackets(gold: &Node, answer: &Node) -> Option<(Node, Node)> {
    let gold_is_list = matches!(gold, Node::List(_));
    if !gold_is_list && matches!(gold, Node::Set(_)) || matches!(answer, Node::Set(_)) {
        return None;
    }
    let interval = |node: &Node| matches!(node, Node::Interval { .. });
    if interval(gold) != interval(answer)
        && ![gold, answer].into_iter().any(|node| matches!(node, Node::List(_)))
    {
        return None;
    }
    let (gold_items, answer_items) = (items(gold)?, items(answer)?);
    if std::mem::discriminant(gold) == std::mem::discriminant(answer) {
        return None;
    }
    // A gold list has no order, whatever brackets the answer has.
    let wrap = if gold_is_list { Node::List } else { Node::Tuple };
    Some((wrap(gold_items), wrap(answer_items)))
}

fn items(node: &Node) -> Option<Vec<Node>> {
    match node {
        Node::List(items) | Node::Tuple(items) => Some(items.clone()),
        Node::Interval { low, high, ends: (End::Closed, End::Closed) } => {
            Some(vec![(**low).clone(), (**high).clone()])
        }
        Node::Matrix(rows) if rows.len() == 1 || rows.iter().all(|row| row.len() == 1) => {
            Some(rows.concat())
        }
        _ => None,
    }
}

/// A list as a tuple.
fn ordered(node: &Node) -> Node {
    match node {
        Node::List(items) => Node::Tuple(items.clone()),
        other => other.clone(),
    }
}

/// Assignments as the tuple of their values in the written order.
fn written_order(node: &Node) -> Option<Node> {
    let Node::List(items) = node else { return None };
    let values = system(items)?.into_iter().map(|(_, value)| value.clone()).collect();
    Some(Node::Tuple(values))
}
