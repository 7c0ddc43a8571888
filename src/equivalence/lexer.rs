//! Splits a normalised answer into tokens.

use crate::equivalence::number;
use crate::equivalence::numerals;
use crate::equivalence::token::{
    AND, BAR_CLOSE, BAR_OPEN, DOLLAR, OR, ROW_BREAK, SET_CLOSE, SET_OPEN, Token, is_invisible,
    is_text_command, letter, sign,
};

/// Longer answers are not taken apart.
const TOKEN_LIMIT: usize = 6_000;

/// The tokens of an answer, or nothing when there are too many.
pub(crate) fn tokens(text: &str) -> Option<Vec<Token>> {
    let characters: Vec<char> = text.chars().collect();
    let mut lexer = Lexer { characters, at: 0, nesting: 0, tokens: Vec::new(), text_depth: 0 };
    lexer.run();
    (lexer.tokens.len() <= TOKEN_LIMIT).then(|| numerals::folded(joined(lexer.tokens)))
}

pub(crate) struct Lexer {
    pub(crate) characters: Vec<char>,
    pub(crate) at: usize,
    /// How many round, square or set brackets are open; a comma inside them separates.
    nesting: u32,
    pub(crate) tokens: Vec<Token>,
    pub(crate) text_depth: u32,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.characters.get(self.at + ahead).copied()
    }

    fn take_while(&mut self, test: impl Fn(char) -> bool) -> String {
        let mut taken = String::new();
        while let Some(character) = self.peek(0).filter(|c| test(*c)) {
            taken.push(character);
            self.at += 1;
        }
        taken
    }

    pub(crate) fn push(&mut self, token: Token) {
        if let Token::Sign(character) = token {
            match character {
                '(' | '[' | SET_OPEN => self.nesting += 1,
                ')' | ']' | SET_CLOSE => self.nesting = self.nesting.saturating_sub(1),
                _ => {}
            }
        }
        self.tokens.push(token);
    }

    pub(crate) fn run(&mut self) {
        while let Some(character) = self.peek(0) {
            if self.tokens.len() > TOKEN_LIMIT {
                return;
            }
            match character {
                '\\' => self.command(),
                _ if character.is_ascii_digit() => self.number(),
                '.' if self.peek(1).is_some_and(|c| c.is_ascii_digit()) => self.number(),
                _ if character.is_ascii_alphabetic() => {
                    let run = self.take_while(|c| c.is_ascii_alphabetic());
                    self.letters(&run);
                }
                _ if is_word_character(character) => {
                    let run = self.take_while(is_word_character);
                    self.push(plain_text(run));
                }
                // Before everything else it is no space but an "about".
                '~' if self.tokens.is_empty() => {
                    self.at += 1;
                    self.push(Token::Sign('≈'));
                }
                '$' | ' ' | '~' => self.at += 1,
                '€' | '£' | '¥' => {
                    self.at += 1;
                    self.push(Token::Sign(DOLLAR));
                }
                '!' if self.peek(1) == Some('=') => {
                    self.at += 2;
                    self.push(Token::Sign('≠'));
                }
                '<' | '>' if self.peek(1) == Some('=') => {
                    self.at += 2;
                    self.push(Token::Sign(if character == '<' { '≤' } else { '≥' }));
                }
                '+' if self.peek(1) == Some('-') => {
                    self.at += 2;
                    self.push(Token::Sign('±'));
                }
                '+' if self.peek(1) == Some('/') && self.peek(2) == Some('-') => {
                    self.at += 3;
                    self.push(Token::Sign('±'));
                }
                '∶' => {
                    self.at += 1;
                    self.push(Token::Sign(':'));
                }
                _ => {
                    self.at += 1;
                    self.push(Token::Sign(character));
                }
            }
        }
    }

    fn number(&mut self) {
        let before = self.at.checked_sub(1).and_then(|at| self.characters.get(at)).copied();
        let rest = self.characters.get(self.at..).unwrap_or_default();
        let follows_list_comma = before == Some(',');
        let grouping = if self.nesting > 0 || follows_list_comma {
            number::Grouping::LatexOnly
        } else {
            number::Grouping::Any
        };
        if let Some((token, length)) = number::read(rest, grouping) {
            self.at += length.max(1);
            self.push(token);
        } else {
            self.take_while(|c| c.is_ascii_digit() || c == '.');
            self.push(Token::Name("unreadable number".into()));
        }
    }

    fn command(&mut self) {
        self.at += 1;
        let name = self.take_while(|c| c.is_ascii_alphabetic());
        if name.is_empty() {
            let Some(character) = self.peek(0) else { return };
            self.at += 1;
            match character {
                '\\' => self.push(Token::Sign(ROW_BREAK)),
                '{' => self.push(Token::Sign(SET_OPEN)),
                '}' => self.push(Token::Sign(SET_CLOSE)),
                '$' => self.push(Token::Sign(DOLLAR)),
                '%' | '&' | '#' => self.push(Token::Sign(character)),
                '|' => self.push(Token::Sign('|')),
                // Spacing, and the delimiters of formulas.
                _ => {}
            }
            return;
        }
        // A frequent slip in published answers: `\quadx` for `\quad x`.
        if let Some(run) = name.strip_prefix("quad").filter(|run| !run.is_empty()) {
            return self.letters(run);
        }
        match name.as_str() {
            "left" | "right" => self.delimiter(name == "left"),
            "begin" | "end" => {
                let environment = self.braced().unwrap_or_default();
                self.push(Token::Name(format!("{name}:{environment}")));
            }
            "mathbb" | "mathds" => {
                let set = self.braced().unwrap_or_default();
                self.push(Token::Name(format!("numbers:{set}")));
            }
            "dfrac" | "tfrac" | "cfrac" | "frac" => self.fraction(),
            "dbinom" | "tbinom" => self.push(Token::Name("binom".into())),
            "color" | "hspace" | "vspace" | "phantom" | "label" | "tag" => {
                self.braced();
            }
            "not" => self.negated_relation(),
            _ if is_text_command(&name) => self.text(),
            _ if is_invisible(&name) => {}
            _ => match (sign(&name), letter(&name)) {
                (Some(character), _) => self.push(Token::Sign(character)),
                (_, Some(symbol)) => self.push(Token::Symbol(symbol.to_owned())),
                _ => self.push(Token::Name(name)),
            },
        }
    }

    /// What follows `\left` or `\right`: only bars need to know which it was.
    fn delimiter(&mut self, opens: bool) {
        self.take_while(|c| c == ' ');
        match self.peek(0) {
            Some('|') => {
                self.at += 1;
                self.push(Token::Sign(if opens { BAR_OPEN } else { BAR_CLOSE }));
            }
            Some('.') => self.at += 1,
            _ => {}
        }
    }

    fn negated_relation(&mut self) {
        self.take_while(|c| c == ' ');
        if self.peek(0) == Some('=') {
            self.at += 1;
            self.push(Token::Sign('≠'));
        } else {
            self.push(Token::Name("not".into()));
        }
    }

    /// A fraction, whose arguments may be single digits without braces: `\frac12`.
    fn fraction(&mut self) {
        self.push(Token::Name("frac".into()));
        for _ in 0..2 {
            self.take_while(|c| c == ' ');
            let Some(digit) = self.peek(0).filter(char::is_ascii_digit) else { return };
            self.at += 1;
            self.push(number::digit(digit));
        }
    }

    /// The content of the braces that follow; nothing without braces.
    pub(crate) fn braced(&mut self) -> Option<String> {
        let start = self.at;
        self.take_while(|c| c == ' ' || c == '*');
        if self.peek(0) != Some('{') {
            self.at = start;
            return None;
        }
        self.at += 1;
        let mut content = String::new();
        let mut depth = 1;
        while let Some(character) = self.peek(0) {
            self.at += 1;
            match character {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Some(content);
            }
            content.push(character);
        }
        self.at = start;
        None
    }
}

/// Letters of scripts without a meaning in formulas, such as Chinese.
fn is_word_character(character: char) -> bool {
    !character.is_ascii() && character.is_alphabetic()
}

fn plain_text(run: String) -> Token {
    match run.as_str() {
        "或" | "或者" => Token::Sign(OR),
        "且" | "和" | "与" | "及" => Token::Sign(AND),
        _ => Token::Text(run),
    }
}

/// Joins neighbouring texts and turns `^\circ` into one degree sign.
fn joined(tokens: Vec<Token>) -> Vec<Token> {
    let mut result: Vec<Token> = Vec::with_capacity(tokens.len());
    for token in tokens {
        if let (Token::Text(more), Some(Token::Text(words))) = (&token, result.last_mut()) {
            words.push(' ');
            words.push_str(more);
            continue;
        }
        let closes = matches!(token, Token::Sign('°' | '}'));
        result.push(token);
        if !closes {
            continue;
        }
        let caret = Token::Sign('^');
        let degree = Token::Sign('°');
        if result.ends_with(&[caret.clone(), degree.clone()]) {
            result.truncate(result.len() - 2);
            result.push(degree);
        } else if result.ends_with(&[caret, Token::Sign('{'), degree.clone(), Token::Sign('}')]) {
            result.truncate(result.len() - 4);
            result.push(degree);
        }
    }
    result
}
