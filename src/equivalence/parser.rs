//! A Pratt-style parser from tokens to the tree of an answer (V. R. Pratt, *Top down operator
//! precedence*, 1973), written as one method per level of precedence.
//!
//! Nothing means a syntax error: the caller then treats the answer as text. Depth and size are
//! limited, so that hostile input costs little.

use num_rational::BigRational;
use num_traits::{One, Zero};

use crate::equivalence::sum::Function;
use crate::equivalence::syntax::{Comparison, Node, Unit, UnitKind};
use crate::equivalence::token::{AND, BAR_OPEN, DOLLAR, OR, SET_OPEN, Token};
use crate::equivalence::units;

/// Brackets, powers and signs may be nested this deep.
const DEPTH_LIMIT: u32 = 40;
/// The most operands in one answer.
const OPERAND_LIMIT: u32 = 3_000;
/// The most divisions in one product and `±` in one sum; each nests the tree one level deeper.
const CHAIN_LIMIT: usize = 24;
/// The most `!`, `%` and `°` after one operand.
const POSTFIX_LIMIT: usize = 6;

/// Parses a whole answer.
pub(crate) fn parse(tokens: &[Token]) -> Option<Node> {
    let mut parser = Parser { tokens, at: 0, depth: 0, operands: 0, in_bars: false, in_set: false };
    let node = parser.answer()?;
    (parser.at == tokens.len()).then_some(node)
}

pub(crate) struct Parser<'a> {
    pub(crate) tokens: &'a [Token],
    pub(crate) at: usize,
    depth: u32,
    operands: u32,
    /// Inside `|…|` a bar closes instead of opening.
    pub(crate) in_bars: bool,
    /// Inside `{…}` a bar or a colon separates the element from its condition.
    pub(crate) in_set: bool,
}

impl<'a> Parser<'a> {
    pub(crate) fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.at)
    }

    pub(crate) fn next(&mut self) -> Option<&'a Token> {
        let token = self.peek();
        self.at += 1;
        token
    }

    pub(crate) fn sees(&self, sign: char) -> bool {
        matches!(self.peek(), Some(Token::Sign(found)) if *found == sign)
    }

    pub(crate) fn eat(&mut self, sign: char) -> bool {
        let seen = self.sees(sign);
        if seen {
            self.at += 1;
        }
        seen
    }

    /// Runs one nested part, with the depth counted.
    pub(crate) fn nested(&mut self, part: impl FnOnce(&mut Self) -> Option<Node>) -> Option<Node> {
        if self.depth >= DEPTH_LIMIT {
            return None;
        }
        self.depth += 1;
        let result = part(self);
        self.depth -= 1;
        result
    }

    pub(crate) fn count_operand(&mut self) -> Option<()> {
        self.operands += 1;
        (self.operands <= OPERAND_LIMIT).then_some(())
    }

    /// Alternatives joined by "or".
    fn answer(&mut self) -> Option<Node> {
        let mut alternatives = vec![self.list()?];
        while self.eat(OR) {
            alternatives.push(self.list()?);
        }
        Some(one_or(alternatives, Node::List))
    }

    /// Groups of items, separated by semicolons.
    fn list(&mut self) -> Option<Node> {
        let mut groups = vec![self.group()?];
        while self.eat(';') {
            groups.push(self.group()?);
        }
        Some(one_or(groups, Node::List))
    }

    /// Items separated by commas or "and".
    fn group(&mut self) -> Option<Node> {
        let mut items = vec![self.item()?];
        loop {
            if self.eat(',') {
                self.eat(AND);
                if self.sees(OR) {
                    break;
                }
            } else if !self.eat(AND) {
                break;
            }
            items.push(self.item()?);
        }
        Some(one_or(items, Node::List))
    }

    /// One answer: words alone, or a statement.
    fn item(&mut self) -> Option<Node> {
        if let Some(Token::Text(text)) = self.peek() {
            self.at += 1;
            let ends = matches!(self.peek(), None | Some(Token::Sign(',' | ';' | OR | AND)));
            return ends.then(|| Node::Text(text.clone()));
        }
        self.relation()
    }

    /// A chain of comparisons, or membership in a set.
    pub(crate) fn relation(&mut self) -> Option<Node> {
        let first = self.ratio()?;
        if self.eat('∈') {
            let set = self.ratio()?;
            return Some(Node::Member(Box::new(first), Box::new(set)));
        }
        let mut rest = Vec::new();
        while let Some(comparison) = self.comparison() {
            if rest.len() >= CHAIN_LIMIT {
                return None;
            }
            rest.push((comparison, self.ratio()?));
        }
        if rest.is_empty() {
            return Some(first);
        }
        Some(Node::Relation(Box::new(first), rest))
    }

    fn comparison(&mut self) -> Option<Comparison> {
        let Some(Token::Sign(sign)) = self.peek() else { return None };
        let comparison = match sign {
            '=' => Comparison::Equal,
            '≠' => Comparison::NotEqual,
            '<' => Comparison::Less,
            '≤' => Comparison::LessOrEqual,
            '>' => Comparison::Greater,
            '≥' => Comparison::GreaterOrEqual,
            '≈' => Comparison::Near,
            _ => return None,
        };
        self.at += 1;
        Some(comparison)
    }

    fn ratio(&mut self) -> Option<Node> {
        let mut parts = vec![self.side()?];
        while !self.in_set && self.eat(':') {
            parts.push(self.side()?);
        }
        Some(one_or(parts, Node::Ratio))
    }

    /// An expression with an optional unit.
    fn side(&mut self) -> Option<Node> {
        let node = self.set_expression()?;
        if self.eat(DOLLAR) {
            return Some(Node::Quantity(Box::new(node), units::parse("dollar")?));
        }
        let Some(Token::Text(text)) = self.peek() else { return Some(node) };
        self.at += 1;
        let mut name = text.clone();
        if self.eat('^') {
            let Node::Number(power) = self.primary()? else { return None };
            name = format!("{name}^{power}");
        }
        if self.sees('/')
            && let Some(Token::Text(below)) = self.tokens.get(self.at + 1)
        {
            self.at += 2;
            name = format!("{name}/{below}");
        }
        let unit = units::parse(&name)?;
        Some(Node::Quantity(Box::new(node), unit))
    }

    fn set_expression(&mut self) -> Option<Node> {
        let mut node = self.sum()?;
        let mut operations = 0;
        while let Some(Token::Sign(operator @ ('∪' | '∩' | '∖'))) = self.peek() {
            self.at += 1;
            operations += 1;
            let right = self.sum()?;
            node = match (operator, node) {
                ('∪', Node::Union(mut parts)) => {
                    parts.push(right);
                    Node::Union(parts)
                }
                _ if operations > CHAIN_LIMIT => return None,
                ('∪', left) => Node::Union(vec![left, right]),
                ('∩', left) => Node::Intersection(vec![left, right]),
                (_, left) => Node::Difference(Box::new(left), Box::new(right)),
            };
        }
        Some(node)
    }

    pub(crate) fn sum(&mut self) -> Option<Node> {
        let mut parts = vec![self.product()?];
        let mut forks = 0;
        while let Some(Token::Sign(operator @ ('+' | '-' | '±' | '∓'))) = self.peek() {
            self.at += 1;
            let right = self.product()?;
            match operator {
                '+' => parts.push(right),
                '-' => parts.push(Node::Negative(Box::new(right))),
                _ => {
                    forks += 1;
                    if forks > CHAIN_LIMIT {
                        return None;
                    }
                    let left = Box::new(one_or(std::mem::take(&mut parts), Node::Sum));
                    let flipped = *operator == '∓';
                    parts.push(Node::PlusMinus { left, right: Box::new(right), flipped });
                }
            }
        }
        Some(one_or(parts, Node::Sum))
    }

    /// Factors joined by signs or side by side; division binds as strongly as multiplication.
    fn product(&mut self) -> Option<Node> {
        let mut parts = vec![self.factor()?];
        let mut divisions = 0;
        loop {
            if self.eat('*') {
                parts.push(self.factor()?);
            } else if self.eat('/') {
                divisions += 1;
                if divisions > CHAIN_LIMIT {
                    return None;
                }
                let above = Box::new(one_or(std::mem::take(&mut parts), Node::Product));
                parts.push(Node::Quotient(above, Box::new(self.factor()?)));
            } else if self.starts_factor() {
                parts.push(self.power()?);
            } else {
                return Some(one_or(parts, Node::Product));
            }
        }
    }

    /// Whether the next token can be multiplied without a sign.
    pub(crate) fn starts_factor(&self) -> bool {
        match self.peek() {
            Some(Token::Symbol(_)) => true,
            // A number can follow what cannot be mistaken for its digits: `6!6!`, `2^{25}26!`.
            Some(Token::Number { .. }) => {
                let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
                matches!(before, Some(Token::Sign('!' | '}')))
            }
            Some(Token::Name(name)) => {
                !name.starts_with("end:") && !matches!(name.as_str(), "over" | "choose")
            }
            Some(Token::Sign('|')) => !self.in_bars && !self.in_set,
            Some(Token::Sign(sign)) => {
                matches!(*sign, '(' | '{' | '√' | '⌊' | '⌈' | '⟨' | BAR_OPEN)
            }
            _ => false,
        }
    }

    /// An operand with signs before it.
    pub(crate) fn factor(&mut self) -> Option<Node> {
        let Some(Token::Sign(sign @ ('+' | '-' | '±' | '∓'))) = self.peek() else {
            return self.power();
        };
        self.at += 1;
        let inner = self.nested(Self::factor)?;
        Some(match sign {
            '+' => inner,
            '-' => Node::Negative(Box::new(inner)),
            _ => Node::PlusMinus {
                left: Box::new(Node::Number(BigRational::zero())),
                right: Box::new(inner),
                flipped: *sign == '∓',
            },
        })
    }

    /// A power, which binds to the right.
    pub(crate) fn power(&mut self) -> Option<Node> {
        let base = self.primary()?;
        let base = self.postfix(base)?;
        if !self.eat('^') {
            return Some(base);
        }
        if let Some(Token::Text(text)) = self.peek() {
            // Ordinals: 21^{st}.
            self.at += 1;
            return matches!(text.as_str(), "st" | "nd" | "rd" | "th").then_some(base);
        }
        let exponent = self.nested(Self::factor)?;
        if let Some(combinations) = combinations(&base, &exponent) {
            return self.postfix(combinations);
        }
        self.postfix(Node::Power(Box::new(base), Box::new(exponent)))
    }

    /// Factorials, percent and degree signs.
    fn postfix(&mut self, operand: Node) -> Option<Node> {
        let mut node = operand;
        for count in 0.. {
            let Some(Token::Sign(sign @ ('!' | '%' | '°'))) = self.peek() else { break };
            if count >= POSTFIX_LIMIT {
                return None;
            }
            self.at += 1;
            node = match sign {
                '!' if self.sees('!') => return None,
                '!' => Node::Call(Function::Factorial, vec![node]),
                '%' => Node::Quantity(Box::new(node), units::parse("%")?),
                _ => self.degrees(node)?,
            };
        }
        Some(node)
    }

    /// An angle, or a temperature when a scale's letter follows.
    fn degrees(&mut self, node: Node) -> Option<Node> {
        let node = Box::new(node);
        if let Some(Token::Symbol(scale)) = self.peek()
            && matches!(scale.as_str(), "C" | "F")
        {
            self.at += 1;
            let kind = UnitKind::Named(format!("°{scale}"));
            return Some(Node::Quantity(node, Unit { kind, scale: BigRational::one() }));
        }
        Some(Node::Quantity(node, units::parse("°")?))
    }

    /// A number, a symbol, a named construction or something in brackets.
    pub(crate) fn primary(&mut self) -> Option<Node> {
        self.count_operand()?;
        match self.next()? {
            Token::Number { value, digits } => self.number(value, digits.as_deref()),
            Token::Symbol(name) => self.symbol(name),
            Token::Name(name) => self.nested(|parser| parser.named(name)),
            Token::Sign(DOLLAR) => {
                let amount = self.nested(Self::primary)?;
                Some(Node::Quantity(Box::new(amount), units::parse("dollar")?))
            }
            Token::Sign('∞') => Some(Node::Infinity),
            Token::Sign('∅') => Some(Node::Set(Vec::new())),
            Token::Sign('∠' | '△') => self.nested(Self::primary),
            Token::Sign(open @ ('(' | '[' | ']' | '{' | '|' | '⌊' | '⌈' | '⟨')) => {
                self.nested(|parser| parser.bracketed(*open))
            }
            Token::Sign(open @ (SET_OPEN | BAR_OPEN)) => {
                self.nested(|parser| parser.bracketed(*open))
            }
            Token::Sign('√') => self.nested(Self::root),
            Token::Text(_) | Token::Sign(_) => None,
        }
    }
}

/// `C_{10}^{3}` as it is written in Chinese schools: combinations, where the numbers fit.
fn combinations(base: &Node, exponent: &Node) -> Option<Node> {
    let (Node::Symbol(name), Node::Number(lower)) = (base, exponent.ungrouped()) else {
        return None;
    };
    let upper: u32 = name.strip_prefix("C_")?.parse().ok()?;
    let upper = BigRational::from_integer(upper.into());
    // A constant C_1 or C_2 may well be raised to a power.
    let fits = lower.is_integer() && *lower <= upper && upper > whole(2);
    fits.then(|| Node::Call(Function::Binomial, vec![Node::Number(upper), exponent.clone()]))
}

fn whole(value: i64) -> BigRational {
    BigRational::from_integer(value.into())
}

/// The only part, or all parts as one node.
pub(crate) fn one_or(mut parts: Vec<Node>, many: impl FnOnce(Vec<Node>) -> Node) -> Node {
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => only,
        (_, Some(last)) => {
            parts.push(last);
            many(parts)
        }
        (_, None) => many(parts),
    }
}
