//! Numbers with words in them: `5 million`, `3万5千`, `三十五`, `two hundred and five`.

use num_bigint::BigInt;
use num_rational::BigRational;

use crate::equivalence::syntax::Node;
use crate::equivalence::token::Token;
use crate::equivalence::units;
use crate::numbers::{self, Number};

/// Makes numbers of digits and the words behind them that multiply them.
///
/// Where it is not plain what is multiplied, the words stay, and then nothing is a number.
pub(crate) fn folded(tokens: Vec<Token>) -> Vec<Token> {
    if !tokens.iter().any(|token| matches!(token, Token::Text(text) if scale(text).is_some())) {
        return tokens;
    }
    let mut result: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        let factor = match token {
            Token::Text(text) => scale(text),
            _ => None,
        };
        let (Some((factor, rest)), Some(joint)) = (factor, joint(&result)) else {
            result.push(token.clone());
            continue;
        };
        let rest = match (joint, result.last().cloned()) {
            (Joint::Number, Some(Token::Number { value, .. })) => {
                result.pop();
                let mut amount = Amount { value: value * whole(factor), smallest: factor };
                let rest = amount.go_on(&tokens, &mut at, rest);
                result.push(number(amount.value));
                rest
            }
            _ => {
                result.extend([Token::Sign('*'), number(whole(factor))]);
                rest
            }
        };
        if !rest.is_empty() {
            result.push(Token::Text(rest.to_owned()));
        }
    }
    result
}

/// A whole answer in number words, with a unit or without: `三十五个`, `百分之五`, `a dozen eggs`.
pub(crate) fn in_words(text: &str) -> Option<Node> {
    let text = text.trim();
    let negative = ["负", "minus ", "negative ", "Minus ", "Negative "];
    let positive = negative.into_iter().find_map(|sign| text.strip_prefix(sign));
    let (number, rest) = numbers::spelled(positive.unwrap_or(text).trim_start())?;
    let Number::Ratio { numerator, denominator } = number else { return None };
    let mut value = BigRational::new(numerator.into(), denominator.into());
    // Whoever says a number of hundredths says it in per cent.
    let percent = positive.unwrap_or(text).starts_with("百分之");
    if percent {
        value *= whole(100);
    }
    let mut node = Node::Number(value);
    if positive.is_some() {
        node = Node::Negative(Box::new(node));
    }
    if rest.is_empty() && !percent {
        return Some(node);
    }
    let unit = match (percent, rest) {
        (true, "") => units::parse("%")?,
        (true, _) => return None,
        (false, rest) => units::after_numeral(rest)?,
    };
    Some(Node::Quantity(Box::new(node), unit))
}

/// What words behind a number multiply.
enum Joint {
    /// The number before them, whose parts may go on behind them.
    Number,
    /// The product before them.
    Product,
}

fn joint(before: &[Token]) -> Option<Joint> {
    match before {
        [.., Token::Name(name), Token::Number { .. }, Token::Number { .. }] if name == "frac" => {
            Some(Joint::Product)
        }
        // 10^6 million: it is not plain whether the power or the exponent is multiplied.
        [
            ..,
            Token::Sign('^' | '_') | Token::Name(_) | Token::Number { .. } | Token::Symbol(_),
            Token::Number { .. },
        ] => None,
        [.., Token::Sign('/'), Token::Number { .. }] | [.., Token::Sign(')' | '}')] => {
            Some(Joint::Product)
        }
        [.., Token::Number { .. }] => Some(Joint::Number),
        _ => None,
    }
}

/// A number whose parts are named from the largest to the smallest: 3万5千.
struct Amount {
    value: BigRational,
    /// The scale of the last part.
    smallest: u128,
}

impl Amount {
    /// Adds the parts that follow and says what words are left.
    fn go_on<'a>(&mut self, tokens: &'a [Token], at: &mut usize, words: &'a str) -> &'a str {
        let mut rest = words;
        loop {
            let after_zero = rest.strip_prefix('零');
            if let Some((Number::Ratio { numerator, denominator: 1 }, after)) =
                numbers::spelled(after_zero.unwrap_or(rest))
                && self.takes(numerator, after_zero.is_some())
            {
                self.value += whole(numerator);
                self.smallest = 1;
                return after;
            }
            if !rest.is_empty() || self.smallest == 1 {
                return rest;
            }
            let Some(Token::Number { digits: Some(digits), .. }) = tokens.get(*at) else {
                return rest;
            };
            let Ok(part) = digits.parse::<u128>() else { return rest };
            let next = match tokens.get(*at + 1) {
                Some(Token::Text(text)) => scale(text),
                _ => None,
            };
            if let Some((factor, after)) = next {
                let fits = part.checked_mul(factor).is_some_and(|part| part < self.smallest);
                if !fits {
                    return rest;
                }
                self.value += whole(part) * whole(factor);
                self.smallest = factor;
                *at += 2;
                rest = after;
            } else if 10_u128.checked_pow(u32::try_from(digits.len()).unwrap_or(u32::MAX))
                == Some(self.smallest)
            {
                self.value += whole(part);
                self.smallest = 1;
                *at += 1;
                return match tokens.get(*at) {
                    Some(Token::Text(text)) => {
                        *at += 1;
                        text
                    }
                    _ => "",
                };
            } else {
                return rest;
            }
        }
    }

    /// Whether a part in words can follow: 3万五千 and 3万零五百, but 3万五 is not 30,005.
    fn takes(&self, part: u128, zero: bool) -> bool {
        let next = part.saturating_mul(10) >= self.smallest;
        part < self.smallest && next != zero
    }
}

/// The factor that words begin with, and the words behind it.
fn scale(words: &str) -> Option<(u128, &str)> {
    numbers::factor(words).map(|(factor, rest)| (factor, rest.trim()))
}

fn number(value: BigRational) -> Token {
    Token::Number { value, digits: None }
}

fn whole(value: u128) -> BigRational {
    BigRational::from_integer(BigInt::from(value))
}
