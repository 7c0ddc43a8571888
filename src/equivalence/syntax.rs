//! The tree that the parser makes of an answer.

use num_rational::BigRational;

use crate::equivalence::sum::Function;

/// How two sides of a statement compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// `≈`, kept apart from equality.
    Near,
}

/// A well-known word or phrase, in English or Chinese.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Word {
    Yes,
    No,
    NoSolution,
    NoRealSolution,
    DoesNotExist,
    InfinitelyMany,
    Undetermined,
    Even,
    Odd,
    Naturals,
    Integers,
    Rationals,
    Reals,
    Complexes,
    PositiveInfinity,
    NegativeInfinity,
}

/// A unit after a number: its name and how many base units it is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Unit {
    pub(crate) kind: UnitKind,
    pub(crate) scale: BigRational,
}

/// What a unit measures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum UnitKind {
    /// `%`: a hundredth.
    Percent,
    /// `°`: π/180.
    Degree,
    /// A base unit or the name of the things counted.
    Named(String),
}

/// A bracket at one end of an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum End {
    Open,
    Closed,
}

/// One node of an answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Number(BigRational),
    Symbol(String),
    Pi,
    Infinity,
    /// A lone capital letter that may be a choice.
    Choice(char),
    Sum(Vec<Self>),
    Product(Vec<Self>),
    Negative(Box<Self>),
    Quotient(Box<Self>, Box<Self>),
    Power(Box<Self>, Box<Self>),
    Root(Box<Self>, Box<Self>),
    Call(Function, Vec<Self>),
    /// A logarithm whose base is not written.
    BareLog(Box<Self>),
    /// `left ± right`, or `left ∓ right` when flipped.
    PlusMinus {
        left: Box<Self>,
        right: Box<Self>,
        flipped: bool,
    },
    /// One expression in round brackets.
    Group(Box<Self>),
    Quantity(Box<Self>, Unit),
    /// Answers in any order.
    List(Vec<Self>),
    Tuple(Vec<Self>),
    Set(Vec<Self>),
    /// Proportional numbers, as in `1:2:3`.
    Ratio(Vec<Self>),
    Interval {
        low: Box<Self>,
        high: Box<Self>,
        ends: (End, End),
    },
    Union(Vec<Self>),
    Intersection(Vec<Self>),
    /// Everything of the first that is not in the second.
    Difference(Box<Self>, Box<Self>),
    Matrix(Vec<Vec<Self>>),
    /// A chain of comparisons.
    Relation(Box<Self>, Vec<(Comparison, Self)>),
    /// `x ∈ S`.
    Member(Box<Self>, Box<Self>),
    /// A value after the letter of its choice, as in `(B) 12`.
    Labelled(char, Box<Self>),
    Word(Word),
    Text(String),
}

impl Node {
    /// The node without round brackets around it.
    pub(crate) fn ungrouped(&self) -> &Self {
        let mut node = self;
        while let Self::Group(inner) = node {
            node = inner;
        }
        node
    }

    /// The parts of the node, for walks that treat all kinds alike.
    pub(crate) fn children(&self) -> Vec<&Self> {
        match self {
            Self::Sum(parts)
            | Self::Product(parts)
            | Self::Call(_, parts)
            | Self::List(parts)
            | Self::Tuple(parts)
            | Self::Set(parts)
            | Self::Ratio(parts)
            | Self::Union(parts)
            | Self::Intersection(parts) => parts.iter().collect(),
            Self::Negative(part)
            | Self::BareLog(part)
            | Self::Group(part)
            | Self::Quantity(part, _)
            | Self::Labelled(_, part) => vec![part],
            Self::Quotient(a, b)
            | Self::Power(a, b)
            | Self::Root(a, b)
            | Self::PlusMinus { left: a, right: b, .. }
            | Self::Interval { low: a, high: b, .. }
            | Self::Difference(a, b)
            | Self::Member(a, b) => vec![a, b],
            Self::Matrix(rows) => rows.iter().flatten().collect(),
            Self::Relation(first, rest) => {
                std::iter::once(&**first).chain(rest.iter().map(|(_, node)| node)).collect()
            }
            Self::Number(_)
            | Self::Symbol(_)
            | Self::Pi
            | Self::Infinity
            | Self::Choice(_)
            | Self::Word(_)
            | Self::Text(_) => Vec::new(),
        }
    }

    /// A term of a sum with a number for its variable; only the kinds of nodes that values have.
    pub(crate) fn with_symbol(&self, variable: &Self, value: i64) -> Self {
        if self == variable {
            return Self::Number(BigRational::from_integer(value.into()));
        }
        let put = |part: &Self| Box::new(part.with_symbol(variable, value));
        let all = |parts: &[Self]| parts.iter().map(|part| *put(part)).collect();
        match self {
            Self::Sum(parts) => Self::Sum(all(parts)),
            Self::Product(parts) => Self::Product(all(parts)),
            // An inner sum with the same variable has a variable of its own.
            Self::Call(Function::Series | Function::LongProduct, parts)
                if parts.first() == Some(variable) =>
            {
                Self::Text(String::new())
            }
            Self::Call(function, parts) => Self::Call(*function, all(parts)),
            Self::BareLog(part) => Self::BareLog(put(part)),
            Self::Negative(part) => Self::Negative(put(part)),
            Self::Group(part) => Self::Group(put(part)),
            Self::Quotient(a, b) => Self::Quotient(put(a), put(b)),
            Self::Power(a, b) => Self::Power(put(a), put(b)),
            Self::Root(a, b) => Self::Root(put(a), put(b)),
            // Text has no value, so a sum that we cannot write out gets none either.
            other if other.any(&|part| part == variable) => Self::Text(String::new()),
            other => other.clone(),
        }
    }

    /// Whether `test` holds for the node or a part of it.
    pub(crate) fn any(&self, test: &dyn Fn(&Self) -> bool) -> bool {
        test(self) || self.children().into_iter().any(|child| child.any(test))
    }
}
