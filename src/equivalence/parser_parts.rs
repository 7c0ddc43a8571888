//! The parser's operands: numbers, symbols, commands with arguments, brackets.

use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive};

use crate::equivalence::number;
use crate::equivalence::parser::{Parser, one_or};
use crate::equivalence::sum::Function;
use crate::equivalence::syntax::{Node, Word};
use crate::equivalence::token::{self, BAR_OPEN, Token};

/// The longest subscript or accent argument.
const NAME_LIMIT: usize = 12;

impl Parser<'_> {
    /// A number, which may have a base as subscript or be the whole part of a mixed number.
    pub(crate) fn number(&mut self, value: &BigRational, digits: Option<&str>) -> Option<Node> {
        let plain = Node::Number(value.clone());
        let Some(digits) = digits else { return Some(plain) };
        if self.eat('_') {
            let Node::Number(base) = self.nested(Self::argument)?.ungrouped().clone() else {
                return None;
            };
            let base = base.is_integer().then(|| base.to_integer().to_u32()).flatten()?;
            return number::in_base(digits, base).map(Node::Number);
        }
        let start = self.at;
        let fraction = match self.peek() {
            Some(Token::Name(name)) if name == "frac" => {
                self.at += 1;
                self.nested(|parser| parser.named("frac"))
            }
            Some(Token::Number { value: above, .. }) => {
                self.at += 1;
                match (self.eat('/'), self.next()) {
                    (true, Some(Token::Number { value: below, .. })) => Some(Node::Quotient(
                        Box::new(Node::Number(above.clone())),
                        Box::new(Node::Number(below.clone())),
                    )),
                    _ => None,
                }
            }
            _ => None,
        };
        if let Some(fraction) = fraction
            && is_proper(&fraction)
        {
            return Some(Node::Group(Box::new(Node::Sum(vec![plain, fraction]))));
        }
        self.at = start;
        Some(plain)
    }

    /// A variable with its subscript and primes.
    pub(crate) fn symbol(&mut self, name: &str) -> Option<Node> {
        let mut name = name.to_owned();
        if self.eat('_') {
            name.push('_');
            name.push_str(&self.flat_argument()?);
        }
        while self.eat('\'') {
            name.push('\'');
            if name.len() > 40 {
                return None;
            }
        }
        Some(Node::Symbol(name))
    }

    /// The tokens of an argument as one name.
    pub(crate) fn flat_argument(&mut self) -> Option<String> {
        let mut name = String::new();
        if !self.eat('{') {
            push_name(&mut name, self.next()?)?;
            return Some(name);
        }
        for _ in 0..NAME_LIMIT {
            if self.eat('}') {
                return Some(name);
            }
            push_name(&mut name, self.next()?)?;
        }
        None
    }

    /// A command or a word with a meaning.
    pub(crate) fn named(&mut self, name: &str) -> Option<Node> {
        if let Some(function) = token::function(name) {
            return self.call(function);
        }
        match name {
            "pi" => Some(Node::Pi),
            "frac" => {
                let above = self.argument()?;
                let below = self.argument()?;
                Some(Node::Quotient(Box::new(above), Box::new(below)))
            }
            "sqrt" => self.root(),
            "cbrt" => {
                let radicand = self.argument()?;
                Some(Node::Root(Box::new(radicand), Box::new(integer(3))))
            }
            "binom" => {
                let upper = self.argument()?;
                let lower = self.argument()?;
                Some(Node::Call(Function::Binomial, vec![upper, lower]))
            }
            "log" | "lg" => self.logarithm(name),
            "sum" => self.series(Function::Series),
            "prod" => self.series(Function::LongProduct),
            "overline" | "bar" | "vec" | "hat" | "widehat" | "tilde" | "overrightarrow"
            | "mathcal" => {
                let argument = self.flat_argument()?;
                Some(Node::Symbol(format!("{name} {argument}")))
            }
            _ => match name.split_once(':') {
                Some(("numbers", set)) => self.number_set(set),
                Some(("begin", environment)) => self.matrix(environment),
                _ => None,
            },
        }
    }

    /// `\sum_{k=1}^{n}` and the product that follows.
    fn series(&mut self, function: Function) -> Option<Node> {
        if !self.eat('_') || !self.eat('{') {
            return None;
        }
        let Token::Symbol(variable) = self.next()? else { return None };
        if !self.eat('=') {
            return None;
        }
        let first = self.nested(Self::sum)?;
        if !self.eat('}') || !self.eat('^') {
            return None;
        }
        let last = self.argument()?;
        let mut parts = vec![self.nested(Self::factor)?];
        while self.starts_factor() {
            parts.push(self.nested(Self::power)?);
        }
        let variable = Node::Symbol(variable.clone());
        let term = one_or(parts, Node::Product);
        Some(Node::Call(function, vec![variable, first, last, term]))
    }

    fn number_set(&mut self, set: &str) -> Option<Node> {
        if self.sees('^') || self.sees('_') {
            return None;
        }
        Some(Node::Word(match set {
            "R" => Word::Reals,
            "Z" => Word::Integers,
            "N" => Word::Naturals,
            "Q" => Word::Rationals,
            "C" => Word::Complexes,
            _ => return None,
        }))
    }

    /// A root with an optional degree in square brackets.
    pub(crate) fn root(&mut self) -> Option<Node> {
        let mut degree = integer(2);
        if self.eat('[') {
            degree = self.nested(Self::sum)?;
            if !self.eat(']') {
                return None;
            }
        }
        let radicand = self.argument()?;
        Some(Node::Root(Box::new(radicand), Box::new(degree)))
    }

    /// The argument of a command: a group or one operand.
    pub(crate) fn argument(&mut self) -> Option<Node> {
        // `\frac12`, `\log_2 8`: a number is not joined with the one after it.
        if let Some(Token::Number { value, .. }) = self.peek() {
            self.at += 1;
            self.count_operand()?;
            return Some(Node::Number(value.clone()));
        }
        self.nested(Self::primary)
    }

    fn call(&mut self, function: Function) -> Option<Node> {
        let mut power = None;
        let mut function = function;
        if self.eat('^') {
            let exponent = self.nested(Self::factor)?;
            match inverse(function).filter(|_| is_minus_one(&exponent)) {
                Some(inverse) => function = inverse,
                None => power = Some(exponent),
            }
        }
        let argument = self.function_argument()?;
        let call = Node::Call(function, vec![argument]);
        Some(match power {
            Some(power) => Node::Power(Box::new(call), Box::new(power)),
            None => call,
        })
    }

    fn logarithm(&mut self, name: &str) -> Option<Node> {
        let mut base = (name == "lg").then(|| integer(10));
        if self.eat('_') {
            base = Some(self.argument()?);
        }
        let power = if self.eat('^') { Some(self.nested(Self::factor)?) } else { None };
        let argument = self.function_argument()?;
        let value = match base {
            None => Node::BareLog(Box::new(argument)),
            Some(base) => Node::Quotient(
                Box::new(Node::Call(Function::Ln, vec![argument])),
                Box::new(Node::Call(Function::Ln, vec![base])),
            ),
        };
        Some(match power {
            Some(power) => Node::Power(Box::new(value), Box::new(power)),
            None => value,
        })
    }

    /// What a function is applied to: brackets, or the product that follows without signs.
    fn function_argument(&mut self) -> Option<Node> {
        if let Some(Token::Sign('(' | '[' | '{' | '|' | BAR_OPEN)) = self.peek() {
            return self.nested(Self::primary);
        }
        let mut parts = vec![self.nested(Self::factor)?];
        while self.starts_factor() && !self.sees('(') && !self.sees_function() {
            parts.push(self.nested(Self::power)?);
        }
        Some(one_or(parts, Node::Product))
    }

    fn sees_function(&self) -> bool {
        match self.peek() {
            Some(Token::Name(name)) => {
                token::function(name).is_some() || matches!(name.as_str(), "log" | "lg")
            }
            _ => false,
        }
    }
}

fn integer(value: i64) -> Node {
    Node::Number(BigRational::from_integer(value.into()))
}

fn is_minus_one(node: &Node) -> bool {
    match node.ungrouped() {
        Node::Negative(inner) => {
            matches!(inner.ungrouped(), Node::Number(value) if value.is_one())
        }
        _ => false,
    }
}

fn inverse(function: Function) -> Option<Function> {
    match function {
        Function::Sin => Some(Function::Arcsin),
        Function::Cos => Some(Function::Arccos),
        Function::Tan => Some(Function::Arctan),
        _ => None,
    }
}

/// Whether a node is a fraction of positive integers below one.
fn is_proper(node: &Node) -> bool {
    let Node::Quotient(above, below) = node else { return false };
    match (above.ungrouped(), below.ungrouped()) {
        (Node::Number(above), Node::Number(below)) => {
            above.is_integer() && below.is_integer() && above.is_positive() && above < below
        }
        _ => false,
    }
}

fn push_name(name: &mut String, token: &Token) -> Option<()> {
    match token {
        Token::Number { value, .. } => name.push_str(&value.to_string()),
        Token::Symbol(part) | Token::Text(part) => name.push_str(part),
        Token::Sign(sign @ ('+' | '-' | ',' | '*')) => name.push(*sign),
        _ => return None,
    }
    Some(())
}
