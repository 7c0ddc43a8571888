//! The lexer's words: what letters mean, plain and inside `\text{…}`.

use crate::equivalence::lexer::Lexer;
use crate::equivalence::token::{AND, OR, Token, function, is_structural, letter, sign};
use crate::equivalence::units;
use crate::equivalence::words;

/// Texts inside texts are followed to this depth.
const TEXT_DEPTH: u32 = 4;

impl Lexer {
    /// The argument of `\text` and its like: words stay together, single letters and numbers are
    /// read as if the command were not there.
    pub(crate) fn text(&mut self) {
        let Some(content) = self.braced() else { return };
        let trimmed = content.trim();
        if trimmed.is_empty() {
            return;
        }
        let connector = trimmed.trim_matches([',', ' ', ';']).to_lowercase();
        match connector.as_str() {
            "or" | "或" | "或者" => return self.push(Token::Sign(OR)),
            "and" | "且" | "和" | "与" | "及" => return self.push(Token::Sign(AND)),
            _ => {}
        }
        let letters: Vec<bool> = trimmed.chars().map(is_letter).collect();
        let has_word = letters.windows(2).any(|pair| pair == [true, true]);
        let single_word = trimmed.chars().all(|c| c.is_ascii_alphabetic());
        let named = single_word && (function(trimmed).is_some() || is_structural(trimmed));
        let choice = trimmed.chars().all(|c| c.is_ascii_uppercase());
        let formula = trimmed.contains('\\');
        let spelled = named || formula || (choice && letters.len() <= 5);
        let wordlike = has_word && !spelled;
        let unit = letters.len() == 1 && !choice && is_unit_letter(trimmed);
        if self.text_depth >= TEXT_DEPTH || wordlike || (unit && self.follows_value()) {
            self.push(Token::Text(trimmed.to_owned()));
            return;
        }
        let inner: Vec<char> = trimmed.chars().collect();
        let outer = std::mem::replace(&mut self.characters, inner);
        let at = std::mem::replace(&mut self.at, 0);
        self.text_depth += 1;
        self.run();
        self.text_depth -= 1;
        self.characters = outer;
        self.at = at;
    }

    /// Whether the last token can end a number, so that an upright letter after it is a unit.
    fn follows_value(&self) -> bool {
        matches!(self.tokens.last(), Some(Token::Number { .. } | Token::Sign('}' | ')')))
    }

    /// A run of plain letters: a name, a word, or a product of symbols.
    pub(crate) fn letters(&mut self, run: &str) {
        if run.ends_with('n')
            && run.len() > 2
            && self.characters.get(self.at..self.at + 2) == Some(&['\'', 't'])
        {
            self.at += 2;
            return self.push(Token::Text(format!("{run}'t")));
        }
        if run.len() == 1 {
            return self.symbols(run);
        }
        match run {
            "or" | "OR" => return self.push(Token::Sign(OR)),
            "and" | "AND" => return self.push(Token::Sign(AND)),
            "in" => return self.push(Token::Sign('∈')),
            _ => {}
        }
        let lower = run.to_lowercase();
        if function(run).is_some() {
            return self.push(Token::Name(run.to_owned()));
        }
        if is_structural(run) || matches!(lower.as_str(), "infinity") {
            return match sign(&lower) {
                Some(character) => self.push(Token::Sign(character)),
                None => self.push(Token::Name(run.to_owned())),
            };
        }
        if let Some(name) = letter(run) {
            return self.push(Token::Symbol(name.to_owned()));
        }
        // Capitals name points: NO is a segment here.
        let points = run != "DNE" && run.chars().all(|c| c.is_ascii_uppercase());
        if (!points && words::lookup(run).is_some())
            || units::is_plain_unit(run)
            || is_little_word(&lower)
        {
            return self.push(Token::Text(run.to_owned()));
        }
        let prefix = ["arcsin", "arccos", "arctan", "sqrt", "sin", "cos", "tan", "log", "ln", "pi"]
            .iter()
            .find(|name| run.starts_with(**name) && run.len() <= name.len() + 2);
        if let Some(name) = prefix {
            self.push(Token::Name((*name).to_owned()));
            return self.symbols(run.get(name.len()..).unwrap_or(""));
        }
        let name = run.len() == 3
            && run.starts_with(|c: char| c.is_ascii_uppercase())
            && run.chars().skip(1).all(|c| c.is_ascii_lowercase());
        if !name && (run.len() <= 3 || is_alphabet_part(run)) {
            return self.symbols(run);
        }
        self.push(Token::Text(run.to_owned()));
    }

    fn symbols(&mut self, run: &str) {
        for letter in run.chars() {
            self.push(Token::Symbol(letter.to_string()));
        }
    }
}

fn is_letter(character: char) -> bool {
    character.is_alphabetic()
}

fn is_unit_letter(text: &str) -> bool {
    matches!(text, "m" | "g" | "s" | "h" | "L" | "l" | "N" | "J" | "W" | "V")
}

/// Short words that are not products of symbols.
fn is_little_word(lower: &str) -> bool {
    matches!(
        lower,
        "the"
            | "of"
            | "is"
            | "to"
            | "per"
            | "all"
            | "any"
            | "for"
            | "not"
            | "are"
            | "has"
            | "if"
            | "when"
            | "so"
            | "day"
            | "way"
            | "one"
            | "two"
            | "ten"
            | "six"
    )
}

/// Whether letters follow each other in the alphabet, as in `abcd`.
fn is_alphabet_part(run: &str) -> bool {
    run.as_bytes().windows(2).all(|pair| matches!(pair, [a, b] if a.wrapping_add(1) == *b))
}
