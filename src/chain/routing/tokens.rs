//! Cuts a text into the tokens that the router reads: words, numbers, Chinese characters and signs.

use crate::chain::language::is_han;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::chain) enum Form {
    /// Latin letters, with the digits, marks and apostrophes within.
    Word,
    /// Digits, with the points and commas within.
    Number,
    /// One Chinese character.
    Han,
    /// Anything else that is not a space; line ends are signs as well.
    Sign,
}

/// One token and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::chain) struct Token {
    pub(in crate::chain) form: Form,
    /// In lower case and simplified characters.
    pub(in crate::chain) text: String,
    pub(in crate::chain) start: usize,
    pub(in crate::chain) end: usize,
}

impl Token {
    /// Whether a sentence ends here.
    pub(in crate::chain) fn ends_sentence(&self) -> bool {
        self.form == Form::Sign
            && matches!(
                self.text.as_str(),
                "." | "?" | "!" | ";" | "。" | "？" | "！" | "；" | "\n"
            )
    }

    /// Whether a clause ends here.
    pub(in crate::chain) fn ends_clause(&self) -> bool {
        self.ends_sentence()
            || (self.form == Form::Sign
                && matches!(
                    self.text.as_str(),
                    "," | ":" | "，" | "：" | "、" | ")" | "）" | "—" | "–" | "】" | "…"
                ))
    }
}

/// The tokens of `text`.
pub(in crate::chain) fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::with_capacity(text.len() / 4);
    let mut at = 0;
    while let Some(first) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        let (form, length) = if first.is_ascii_alphabetic() {
            (Form::Word, word(rest))
        } else if first.is_ascii_digit() {
            (Form::Number, number(rest))
        } else if is_han(first) {
            (Form::Han, first.len_utf8())
        } else {
            (Form::Sign, first.len_utf8())
        };
        let end = at + length.max(first.len_utf8());
        if first == '\n' || !first.is_whitespace() {
            let raw = text.get(at..end).unwrap_or_default();
            let text = match form {
                Form::Han => raw.chars().map(super::characters::simplified).collect(),
                _ => raw.to_ascii_lowercase(),
            };
            found.push(Token { form, text, start: at, end });
        }
        at = end;
    }
    found
}

/// The length of the word at the beginning of `rest`: `c++`, `c#` and `f#` are words.
fn word(rest: &str) -> usize {
    for name in ["c++", "C++", "c#", "C#", "f#", "F#"] {
        if rest.starts_with(name) {
            return name.len();
        }
    }
    let inner = |character: char| {
        character.is_ascii_alphanumeric()
            || matches!(character, '_' | '\'' | '’')
            || (character.is_alphabetic() && !is_han(character))
    };
    let length = rest.find(|character| !inner(character)).unwrap_or(rest.len());
    let word = rest.get(..length).unwrap_or_default();
    word.trim_end_matches(['\'', '’', '_']).len()
}

/// The length of the number at the beginning of `rest`.
fn number(rest: &str) -> usize {
    let length = rest
        .find(|character: char| !(character.is_ascii_digit() || matches!(character, '.' | ',')))
        .unwrap_or(rest.len());
    rest.get(..length).unwrap_or_default().trim_end_matches(['.', ',']).len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_numbers_characters_and_signs_are_told_apart() {
        let texts: Vec<String> =
            tokens("In C++, 用Python計算 1,000.").into_iter().map(|token| token.text).collect();
        assert_eq!(texts, ["in", "c++", ",", "用", "python", "计", "算", "1,000", "."]);
    }
}
