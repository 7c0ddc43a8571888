//! The formulas in a text: runs of numbers, signs, letters that stand alone and LaTeX, cut out of the prose
//! around them.

use super::withhold::small_digit;

/// The longest run that is looked at, in characters; formulas of hints are shorter.
const LONGEST_RUN: usize = 400;

/// Words that belong to formulas.
const FUNCTIONS: [&str; 14] = [
    "sqrt", "sin", "cos", "tan", "cot", "sec", "log", "ln", "exp", "pi", "abs", "mod", "floor",
    "ceil",
];

/// Signs that stand between the sides of a relation.
const RELATIONS: [char; 7] = ['=', '≈', '<', '>', '≤', '≥', '≠'];

/// Equations and comparisons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// What stands between the signs.
    pub sides: Vec<String>,
    /// All of it, as [`squeezed`] writes it.
    pub squeezed: String,
    /// Whether every sign is that of equality.
    pub is_equation: bool,
}

/// Every relation in a text.
pub fn relations(text: &str) -> Vec<Relation> {
    formulas(text).iter().filter_map(|run| relation(run)).collect()
}

/// The relation that a formula is, if it is one.
pub(super) fn relation(run: &str) -> Option<Relation> {
    let plain = with_signs(run);
    let sides: Vec<String> = plain
        .split(RELATIONS)
        .map(|side| balanced(side.trim()).to_owned())
        .filter(|side| !side.is_empty())
        .collect();
    let is_equation = plain.chars().filter(|sign| RELATIONS.contains(sign)).all(|sign| sign == '=');
    plain.contains(RELATIONS).then(|| Relation { sides, squeezed: squeezed(run), is_equation })
}

/// The commands for relations as their signs.
fn with_signs(run: &str) -> String {
    const COMMANDS: [(&str, &str); 10] = [
        ("\\leq", "≤"),
        ("\\geq", "≥"),
        ("\\neq", "≠"),
        ("\\le ", "≤ "),
        ("\\ge ", "≥ "),
        ("\\ne ", "≠ "),
        ("\\approx", "≈"),
        ("\\Rightarrow", "="),
        ("\\implies", "="),
        ("\\to ", "= "),
    ];
    COMMANDS.iter().fold(run.to_owned(), |text, (command, sign)| text.replace(command, sign))
}

/// A formula in one spelling: without spaces, and with one sign for each operation.
pub fn squeezed(text: &str) -> String {
    const SPELLINGS: [(&str, &str); 12] = [
        ("\\left", ""),
        ("\\right", ""),
        ("\\times", "*"),
        ("\\cdot", "*"),
        ("\\div", "/"),
        ("\\,", ""),
        ("\\;", ""),
        ("\\dfrac", "\\frac"),
        ("\\tfrac", "\\frac"),
        ("**", "^"),
        ("$", ""),
        ("\\!", ""),
    ];
    let text = SPELLINGS.iter().fold(with_signs(text), |text, (from, to)| text.replace(from, to));
    let sign = |sign: char| match sign {
        '×' | '·' | '⋅' | '∙' | '∗' => Some('*'),
        '÷' | '∕' | '⁄' => Some('/'),
        sign if sign.is_whitespace() => None,
        sign => Some(sign),
    };
    text.chars().filter_map(sign).collect()
}

/// The runs of a text that may be formulas: those with a digit or an operation in them.
pub fn formulas(text: &str) -> Vec<String> {
    let signs: Vec<char> = text.chars().collect();
    let mut reader =
        Reader { signs: &signs, at: 0, run: String::new(), depth: 0, found: Vec::new() };
    while reader.at < signs.len() {
        reader.step();
    }
    reader.end();
    reader.found
}

struct Reader<'text> {
    signs: &'text [char],
    at: usize,
    run: String,
    /// How many brackets are open in the run.
    depth: usize,
    found: Vec<String>,
}

impl Reader<'_> {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.signs.get(self.at + ahead).copied()
    }

    fn step(&mut self) {
        let Some(sign) = self.peek(0) else { return };
        match sign {
            '\\' => self.command(),
            '(' | '[' | '{' => {
                self.depth += 1;
                self.take(1);
            }
            ')' | ']' | '}' => {
                self.depth = self.depth.saturating_sub(1);
                self.take(1);
            }
            ',' if self.depth > 0 || self.between_digits() => self.take(1),
            '.' | ':' if self.between_digits() => self.take(1),
            '\n' if self.depth == 0 => self.end_at(1),
            sign if sign.is_whitespace() => self.take(1),
            sign if sign.is_ascii_alphabetic() => self.word(),
            sign if is_mathematical(sign) => self.take(1),
            _ => self.end_at(1),
        }
    }

    /// A digit before and behind.
    fn between_digits(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.signs.get(at));
        before.is_some_and(char::is_ascii_digit)
            && self.peek(1).is_some_and(|next| next.is_ascii_digit())
    }

    fn take(&mut self, count: usize) {
        let end = (self.at + count).min(self.signs.len());
        self.run.extend(self.signs.get(self.at..end).unwrap_or_default());
        self.at = end;
    }

    /// A command of LaTeX; those around formulas end a run.
    fn command(&mut self) {
        let letters = self
            .signs
            .iter()
            .skip(self.at + 1)
            .take_while(|sign| sign.is_ascii_alphabetic())
            .count();
        let name: String = self.signs.iter().skip(self.at + 1).take(letters).collect();
        match name.as_str() {
            "" if self.peek(1).is_some_and(|next| "()[]\\".contains(next)) => self.end_at(2),
            "" => self.take(2),
            "text" | "mathrm" | "quad" | "qquad" | "begin" | "end" => self.end_at(1 + letters),
            _ => self.take(1 + letters),
        }
    }

    /// Letters: a name of one letter, a function, or a word of prose, which ends the run.
    fn word(&mut self) {
        let rest = self.signs.iter().skip(self.at);
        let word: String = rest.take_while(|sign| sign.is_ascii_alphabetic()).collect();
        let length = word.len();
        let behind_digit = self.run.ends_with(|last: char| last.is_ascii_digit() || last == ')');
        let function = FUNCTIONS.contains(&word.to_ascii_lowercase().as_str());
        match length {
            1 => self.take(1),
            2 if behind_digit || !self.is_apart(length) => self.take(2),
            _ if function => self.take(length),
            _ => self.end_at(length),
        }
    }

    /// Whether what stands here is a word by itself.
    fn is_apart(&self, length: usize) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.signs.get(at));
        let apart = |sign: Option<&char>| sign.is_none_or(|sign| !is_mathematical(*sign));
        apart(before) && apart(self.signs.get(self.at + length))
    }

    fn end_at(&mut self, count: usize) {
        self.end();
        self.at += count;
    }

    fn end(&mut self) {
        self.depth = 0;
        let run = std::mem::take(&mut self.run);
        let run = balanced(run.trim());
        let says = run.chars().any(|sign| sign.is_ascii_digit() || "=+*/^√π\\".contains(sign));
        if says {
            // What is too long is cut, and its beginning looked at.
            self.found.push(run.chars().take(LONGEST_RUN).collect());
        }
    }
}

/// Signs that formulas are made of.
fn is_mathematical(sign: char) -> bool {
    sign.is_ascii_digit()
        || small_digit(sign).is_some()
        || "+-*/^=<>≤≥≠≈!%√π°|_'×·⋅∙∗÷∕⁄∛∞±&½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞∪∩".contains(sign)
        || ('α'..='ω').contains(&sign)
}

/// The text without brackets at its ends that have no other half, and without what joins it to prose.
fn balanced(text: &str) -> &str {
    let mut text = text;
    loop {
        let before = text;
        text = text.trim().trim_matches([',', '&', '|', '_', '\'']).trim();
        for (open, close) in [('(', ')'), ('[', ']'), ('{', '}')] {
            let opened = text.matches(open).count();
            let closed = text.matches(close).count();
            if opened > closed {
                text = text.strip_prefix(open).or_else(|| text.strip_suffix(open)).unwrap_or(text);
            } else if closed > opened {
                text =
                    text.strip_suffix(close).or_else(|| text.strip_prefix(close)).unwrap_or(text);
            }
        }
        // A letter that a sentence left at the edge: "a 12", "12 I".
        for article in ["a ", "I ", "A "] {
            text = text.strip_prefix(article).unwrap_or(text);
        }
        text = text.strip_suffix(" a").or_else(|| text.strip_suffix(" I")).unwrap_or(text);
        if text == before {
            return text;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_found_in_prose() {
        let found = |text: &str| formulas(text).join(" | ");
        assert_eq!(found("So 12 * 7 is what you need, a 3x + 4 = 10."), "12 * 7 | 3x + 4 = 10");
        assert_eq!(found("先算 12×7，再加3。"), "12×7 | 3");
        assert_eq!(found(r"Use \(\frac{1}{2}\) and $x^2$ (not 5)."), r"\frac{1}{2} | x^2 | 5");
        assert_eq!(found("in sqrt(2) of 1,000 at 3:45"), "sqrt(2) | 1,000 | 3:45");
        assert_eq!(found("nothing to compute here"), "");
    }

    #[test]
    fn one_spelling() {
        assert_eq!(squeezed(r"12 \times 7"), squeezed("12·7"));
        assert_eq!(squeezed("x \\leq 3"), "x≤3");
    }
}
