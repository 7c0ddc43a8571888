//! The parser's brackets: groups, tuples, intervals, sets, absolute values, matrices.

use crate::equivalence::parser::Parser;
use crate::equivalence::sum::Function;
use crate::equivalence::syntax::{End, Node, Word};
use crate::equivalence::token::{BAR_CLOSE, BAR_OPEN, ROW_BREAK, SET_CLOSE, SET_OPEN, Token};

impl Parser<'_> {
    /// Everything that starts with a bracket; the opening one has been read.
    pub(crate) fn bracketed(&mut self, open: char) -> Option<Node> {
        let outside = (self.in_bars, self.in_set);
        self.in_bars = matches!(open, '|' | BAR_OPEN);
        self.in_set = open == SET_OPEN;
        let node = match open {
            '|' => self.enclosed('|', Function::Abs),
            BAR_OPEN => self.enclosed(BAR_CLOSE, Function::Abs),
            '⌊' => self.enclosed('⌋', Function::Floor),
            '⌈' => self.enclosed('⌉', Function::Ceiling),
            '⟨' => {
                let items = self.items()?;
                self.eat('⟩').then_some(Node::Tuple(items))
            }
            '{' => self.brace_group(),
            SET_OPEN => self.set(),
            _ => self.round_or_square(open),
        };
        (self.in_bars, self.in_set) = outside;
        node
    }

    fn enclosed(&mut self, close: char, function: Function) -> Option<Node> {
        let inner = self.sum()?;
        self.eat(close).then(|| Node::Call(function, vec![inner]))
    }

    fn items(&mut self) -> Option<Vec<Node>> {
        let mut items = vec![self.relation()?];
        while self.eat(',') || self.eat(';') {
            items.push(self.relation()?);
        }
        Some(items)
    }

    /// A group, a tuple or an interval.
    fn round_or_square(&mut self, open: char) -> Option<Node> {
        let mut items = self.items()?;
        let Token::Sign(close) = self.next()? else { return None };
        let end = |sharp: bool| if sharp { End::Closed } else { End::Open };
        let ends = match (open, close) {
            ('(', ')') | ('[', ']') if items.len() == 1 => {
                return Some(Node::Group(Box::new(items.pop()?)));
            }
            ('(', ')') => return Some(Node::Tuple(items)),
            ('[', ']') if items.len() > 2 => return Some(Node::Tuple(items)),
            ('(' | '[', ')' | ']') => (end(open == '['), end(*close == ']')),
            // The French notation, with outward brackets at open ends.
            (']', '[' | ']') => (End::Open, end(*close == ']')),
            ('[', '[') => (End::Closed, End::Open),
            _ => return None,
        };
        let (Some(high), Some(low), true) = (items.pop(), items.pop(), items.is_empty()) else {
            return None;
        };
        Some(Node::Interval { low: Box::new(low), high: Box::new(high), ends })
    }

    /// `{…}` without backslashes: a LaTeX group, invisible when typeset, so several items in it
    /// are a list.
    fn brace_group(&mut self) -> Option<Node> {
        let mut items = self.items()?;
        let infix = match self.peek() {
            Some(Token::Name(name)) if matches!(name.as_str(), "over" | "choose") => Some(name),
            _ => None,
        };
        if let Some(name) = infix {
            self.at += 1;
            let (upper, lower) = (items.pop()?, self.sum()?);
            items.push(if name == "over" {
                Node::Quotient(Box::new(upper), Box::new(lower))
            } else {
                Node::Call(Function::Binomial, vec![upper, lower])
            });
        }
        if !self.eat('}') {
            return None;
        }
        Some(match items.len() {
            1 => Node::Group(Box::new(items.pop()?)),
            _ => Node::List(items),
        })
    }

    /// A set by its elements or by a condition on its element.
    fn set(&mut self) -> Option<Node> {
        if self.eat(SET_CLOSE) {
            return Some(Node::Set(Vec::new()));
        }
        let items = self.items()?;
        if self.eat(SET_CLOSE) {
            return Some(Node::Set(items));
        }
        let is_variable = match items.as_slice() {
            [Node::Symbol(_)] => true,
            [Node::Member(element, set)] => {
                matches!(**element, Node::Symbol(_)) && **set == Node::Word(Word::Reals)
            }
            _ => false,
        };
        if !is_variable || !(self.eat('|') || self.eat(':')) {
            return None;
        }
        let conditions = self.items()?;
        self.eat(SET_CLOSE).then_some(Node::Intersection(conditions))
    }

    pub(crate) fn matrix(&mut self, environment: &str) -> Option<Node> {
        match environment {
            "pmatrix" | "bmatrix" | "matrix" | "Bmatrix" | "smallmatrix" => {}
            "array" => {
                self.flat_argument()?;
            }
            _ => return None,
        }
        let mut rows = vec![vec![self.sum()?]];
        loop {
            match self.next()? {
                Token::Sign('&') => rows.last_mut()?.push(self.sum()?),
                Token::Sign(ROW_BREAK) => {
                    if !matches!(self.peek(), Some(Token::Name(name)) if name.starts_with("end:")) {
                        rows.push(vec![self.sum()?]);
                    }
                }
                Token::Name(name) if name.starts_with("end:") => break,
                _ => return None,
            }
        }
        let width = rows.first()?.len();
        rows.iter().all(|row| row.len() == width).then_some(Node::Matrix(rows))
    }
}
