//! A parsed answer and its key.

use std::fmt;

use num_integer::Integer;
use num_traits::{One, ToPrimitive};

use crate::equivalence::build::LogBase;
use crate::equivalence::extract;
use crate::equivalence::lexer;
use crate::equivalence::normalise;
use crate::equivalence::numerals;
use crate::equivalence::parser;
use crate::equivalence::reader::Reader;
use crate::equivalence::shape::Shape;
use crate::equivalence::syntax::{Comparison, Node};
use crate::equivalence::token::Token;
use crate::equivalence::words;

/// Longer answers are compared as text only.
const LENGTH_LIMIT: usize = 16_000;

/// A mathematical answer, taken from a text and parsed.
///
/// Parsing never fails: what is not understood is kept as text, which is only equal to the same
/// text.
#[derive(Clone, Debug)]
pub struct Answer {
    text: String,
    pub(crate) node: Node,
}

impl Answer {
    /// Reads an answer from a whole reply or from the answer alone: the content of the last
    /// balanced `\boxed{…}`, else what follows the last "answer is" or 答案, else what the last
    /// sentence concludes ("Therefore x = 3."), else all of it.
    ///
    /// In words, only what is neither doubted nor taken back and is the only candidate counts.
    ///
    /// # Examples
    /// ```
    /// use ponder::equivalence::Answer;
    ///
    /// let answer = Answer::parse(r"Hence \boxed{\frac{10}{20}}.");
    /// assert_eq!(answer.text(), r"\frac{10}{20}");
    /// assert_eq!(answer.key(), Answer::parse("0.5").key());
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let text = normalise::normalised(&extract::final_answer(text));
        let node = node(&text);
        Self { text, node }
    }

    /// The answer as it was found, with Unicode and Markdown spellings replaced.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the answer means, for counting votes: two answers are equivalent if and only if their
    /// keys are equal. There is no key when there is no answer.
    #[must_use]
    pub fn key(&self) -> Option<Key> {
        (!self.text.is_empty()).then(|| Key(shape(&self.node, &self.text, LogBase::Open)))
    }
}

/// The canonical meaning of an answer. Equal keys mean equal answers.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub(crate) Shape);

impl Key {
    /// This key and those of everything that the answer is made of: the items of a list, tuple, set or matrix,
    /// the ends of intervals, a value without its unit or its letter.
    #[must_use]
    pub fn parts(&self) -> Vec<Self> {
        let mut shapes = Vec::new();
        self.0.parts(&mut shapes);
        shapes.into_iter().map(Self).collect()
    }

    /// The numerator and the denominator without a sign, in lowest terms, where it is a rational number that
    /// is not too long.
    #[must_use]
    pub fn ratio(&self) -> Option<(u128, u128)> {
        let Shape::Number(value) = &self.0 else { return None };
        let numerator = value.numer().magnitude().to_u128()?;
        Some((numerator, value.denom().magnitude().to_u128()?))
    }

    /// About how much it is, where it is a real number without a unit.
    #[must_use]
    pub fn approximately(&self) -> Option<f64> {
        self.0.position().map(|value| value.to_f64())
    }

    /// Whether it is an equation that defines no value: `3x = 6`, but not `x = 1 or x = 2`.
    #[must_use]
    pub fn is_equation(&self) -> bool {
        matches!(self.0, Shape::Relation(Comparison::Equal, _))
    }

    /// The letter of a choice, if it is one.
    #[must_use]
    pub fn choice(&self) -> Option<char> {
        match self.0 {
            Shape::Choice(letter) | Shape::Labelled(letter, _) => Some(letter),
            _ => None,
        }
    }

    /// Whether it is words: nothing that can be computed with.
    #[must_use]
    pub fn is_words(&self) -> bool {
        matches!(self.0, Shape::Word(_) | Shape::Text(_))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The shape of a tree, or of its text when it has no meaning that we know.
pub(crate) fn shape(node: &Node, text: &str, log_base: LogBase) -> Shape {
    Reader::new(log_base).shape(node, None).unwrap_or_else(|| Shape::Text(plain(text)))
}

/// The tree of an answer.
fn node(text: &str) -> Node {
    if text.len() > LENGTH_LIMIT {
        return Node::Text(text.to_owned());
    }
    if let Some(word) = words::lookup(unwrapped(text)) {
        return Node::Word(word);
    }
    if let Some(node) = numerals::in_words(unwrapped(text)) {
        return node;
    }
    let Some(tokens) = lexer::tokens(text) else { return Node::Text(text.to_owned()) };
    if let Some(node) = choice(&tokens) {
        return node;
    }
    if is_time(&tokens) {
        return Node::Text(plain(text));
    }
    parser::parse(&tokens).unwrap_or_else(|| Node::Text(plain(text)))
}

/// The text without a single `\text{…}` or `$…$` around all of it.
fn unwrapped(text: &str) -> &str {
    let text = text.trim_matches(['$', ' ']);
    for command in ["\\text{", "\\textbf{", "\\mathrm{", "\\mathbf{", "\\mbox{", "\\textit{"] {
        let inner = text.strip_prefix(command).and_then(|rest| rest.strip_suffix('}'));
        if let Some(inner) = inner.filter(|inner| !inner.contains(['{', '}'])) {
            return inner.trim();
        }
    }
    text
}

/// A text that does not depend on spacing and on how fractions and brackets are typed.
fn plain(text: &str) -> String {
    if text.len() > LENGTH_LIMIT {
        return text.to_owned();
    }
    let Some(tokens) = lexer::tokens(text) else { return text.to_owned() };
    let mut words = Vec::with_capacity(tokens.len());
    let group = |token: &Token| matches!(token, Token::Sign('{' | '}'));
    for token in tokens.into_iter().filter(|token| !group(token)) {
        words.push(match token {
            Token::Number { value, .. } => value.to_string(),
            Token::Name(name) | Token::Symbol(name) => name,
            Token::Text(text) => text.to_lowercase(),
            Token::Sign(sign) => sign.to_string(),
        });
    }
    if words.is_empty() { text.to_owned() } else { words.join(" ") }
}

/// A choice letter, several of them, or a letter with the value it stands for.
fn choice(tokens: &[Token]) -> Option<Node> {
    let tokens = match tokens {
        [Token::Text(label), rest @ ..] if is_choice_label(label) => rest,
        _ => tokens,
    };
    let letter = |token: &Token| match token {
        Token::Symbol(name) => {
            let mut letters = name.chars();
            letters.next().filter(|l| ('A'..='J').contains(l) && letters.next().is_none())
        }
        _ => None,
    };
    let sign = |token: &Token, signs: &str| match token {
        Token::Sign(sign) => signs.contains(*sign),
        _ => false,
    };
    let (found, rest) = match tokens {
        [open, name, close, rest @ ..] if sign(open, "([") && sign(close, ")]") => {
            (letter(name)?, rest)
        }
        [name, close, rest @ ..] if sign(close, ").:") => (letter(name)?, rest),
        [name] => (letter(name)?, &[] as &[Token]),
        _ => {
            let letters: Vec<char> = tokens.iter().map(letter).collect::<Option<_>>()?;
            let ascends = letters.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
            return (letters.len() >= 2 && ascends)
                .then(|| Node::List(letters.into_iter().map(Node::Choice).collect()));
        }
    };
    let Some(first) = rest.first() else { return Some(Node::Choice(found)) };
    if sign(first, "+-*/^_=!,;<>≤≥≠≈([{∪∩∈∨∧") {
        return None;
    }
    Some(Node::Labelled(found, Box::new(parser::parse(rest)?)))
}

fn is_choice_label(text: &str) -> bool {
    matches!(
        text.to_lowercase().as_str(),
        "option" | "choice" | "answer" | "选项" | "选" | "选择" | "答案" | "故选" | "答案选"
    )
}

/// A time of day, which is no ratio: `12:00`, `3:45`.
fn is_time(tokens: &[Token]) -> bool {
    let [Token::Number { value: hours, .. }, Token::Sign(':'), minutes, rest @ ..] = tokens else {
        return false;
    };
    let Token::Number { value, digits: Some(digits) } = minutes else { return false };
    let (hour, minute) = (hours.to_integer(), value.to_integer());
    // A ratio would be written in lowest terms.
    let reduced = hour.gcd(&minute).is_one() && !digits.starts_with('0');
    let named = rest.iter().any(|token| matches!(token, Token::Text(_)));
    let small = |number: Option<u32>, limit: u32| number.is_some_and(|number| number < limit);
    let plausible = hours.is_integer() && small(hour.to_u32(), 25) && small(minute.to_u32(), 60);
    digits.len() == 2
        && plausible
        && (!reduced || named)
        && rest.iter().all(|t| !matches!(t, Token::Sign(_)))
}
