//! Values as tests write them: JSON and Python's literals, read by one parser.
//!
//! Tests mix both (`true` and `True`, `null` and `None`, tuples and lists), and whole numbers of any length must stay
//! exact, which JSON libraries do not promise.

mod parse;
mod write;

pub(super) use parse::assignments;
pub use parse::{LiteralError, parse};

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// `None` or `null`.
    None,
    /// `True` or `true`, `False` or `false`.
    Bool(bool),
    /// A whole number of any length: its digits, without leading zeros, with a minus sign if it is negative.
    Int(String),
    /// A number with a point or an exponent, an infinity, or not a number.
    Float(f64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Self>),
    /// A tuple.
    Tuple(Vec<Self>),
    /// A set, without an order.
    Set(Vec<Self>),
    /// A dictionary, in the order in which it is written.
    Dict(Vec<(Self, Self)>),
}

impl Literal {
    /// What a dictionary holds under this text.
    pub fn get(&self, key: &str) -> Option<&Self> {
        let Self::Dict(entries) = self else { return None };
        entries
            .iter()
            .find(|(known, _)| matches!(known, Self::Text(text) if text == key))
            .map(|(_, value)| value)
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The items of a list or a tuple.
    pub fn as_items(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) | Self::Tuple(items) => Some(items),
            _ => None,
        }
    }
}
