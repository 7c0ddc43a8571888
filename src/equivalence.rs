//! Decides whether two written mathematical answers mean the same.
//!
//! There are two relations. [`equivalent`] is a true equivalence: two answers are equivalent if
//! and only if their [`Key`]s are equal, so keys can count votes. [`grade()`] compares an answer
//! with a gold answer and forgives a short list of differences ([`Leniency`]).
//!
//! # How an answer becomes a key
//!
//! ```text
//! text ─ extract ─▶ normalise ─▶ lexer ─▶ parser ─▶ Node        what is written
//!                                                    │ reader, relation
//!                                                    ▼
//!                          build, algebra, power ─▶ Sum         one exact form per value
//!                                                    │ evaluate, numeric
//!                                                    ▼
//!                                                  Shape = Key  what is meant
//! ```
//!
//! Values are exact: 0.5 is 1/2, 5 % is 1/20, 3.14 is not π. A rational number is its own key.
//! Other values are keyed by their number to 48 digits, at seeded points where they have symbols,
//! so that √(3+2√2) and 1+√2 meet. Where rounding could hide a difference (1 + 10⁻¹⁰⁰π) the exact
//! form is the key. Keys are compared for equality only, so the relation is transitive by
//! construction; a value at the edge of rounding can at worst split a cluster.
//!
//! Nothing here fails or panics: what is not understood is text, equal to the same text only.
//! Length, depth and work are limited, and powers and factorials too long to write out stay
//! symbolic.

mod algebra;
mod answer;
mod build;
mod compare;
mod complex;
mod evaluate;
mod extract;
mod float;
mod grade;
mod inequality;
mod lexer;
mod lexer_words;
mod matrix;
mod normalise;
mod nouns;
mod number;
mod numerals;
mod numeric;
mod parser;
mod parser_brackets;
mod parser_parts;
mod power;
mod prose;
mod reader;
mod realset;
mod relation;
mod sample;
mod shape;
mod special;
mod sum;
mod syntax;
mod token;
mod transcendental;
mod units;
mod verdict;
mod words;

pub use answer::{Answer, Key};
pub use grade::{Grade, Leniency, grade};
pub use verdict::Verdict;

/// Whether two answers mean the same, exactly and without looking at which of them is right.
///
/// It is reflexive, symmetric and transitive wherever it says [`Verdict::Equal`]. Without an
/// answer on one side the verdict is [`Verdict::Unknown`].
///
/// # Examples
/// ```
/// use ponder::equivalence::{Verdict, equivalent};
///
/// assert_eq!(equivalent(r"\frac{1}{\sqrt{2}}", "√2/2"), Verdict::Equal);
/// assert_eq!(equivalent("3.14", r"\pi"), Verdict::Different);
/// assert_eq!(equivalent("x = 1 or x = 2", r"\{2, 1\}"), Verdict::Equal);
/// ```
#[must_use]
pub fn equivalent(left: &str, right: &str) -> Verdict {
    let (left, right) = (Answer::parse(left), Answer::parse(right));
    match (left.key(), right.key()) {
        (Some(left_key), Some(right_key)) => {
            let verdict = compare::compare(&left_key.0, &right_key.0);
            // A logarithm without a base leaves open what it is.
            let open = verdict == Verdict::Different && grade::equal_for_some_base(&left, &right);
            if open { Verdict::Unknown } else { verdict }
        }
        _ => Verdict::Unknown,
    }
}
