//! Programs in a text: blocks of code, and lines of the hidden one.

use super::{Leak, known::Known, secret::Hidden};

/// How many lines a block of code may have where the hidden solution is a program.
const MOST_LINES_OF_CODE: usize = 2;

/// How many lines may look like a program's.
const MOST_LIKE_CODE: usize = 3;

/// Words that keep their meaning in a program; every other name may be called otherwise.
const WORDS: [&str; 40] = [
    "and", "as", "break", "class", "continue", "def", "del", "elif", "else", "except", "for",
    "from", "if", "import", "in", "is", "lambda", "not", "or", "pass", "raise", "return", "try",
    "while", "with", "yield", "print", "input", "range", "len", "sum", "min", "max", "sorted",
    "int", "str", "list", "set", "dict", "map",
];

/// What a line of a program begins with.
const BEGINNINGS: [&str; 13] = [
    "def ", "class ", "return ", "import ", "from ", "for ", "while ", "if ", "elif ", "else:",
    "print(", "try:", "#include",
];

/// Fewer tokens than this say nothing: `else:`, `i = 0`.
const LEAST_TOKENS: usize = 4;

/// Whether a text has a program, or too much of the hidden one.
pub(super) fn check(
    hidden: &Hidden,
    known: &Known,
    earlier: &[String],
    text: &str,
) -> Result<(), Leak> {
    let most = if hidden.programs.is_empty() { 0 } else { MOST_LINES_OF_CODE };
    if lines_in_blocks(text) > most
        || text.lines().filter(|line| is_like_code(line)).count() > MOST_LIKE_CODE
    {
        return Err(Leak::Code);
    }
    for program in &hidden.programs {
        let secret: Vec<&Vec<String>> =
            program.iter().filter(|line| !known.lines.contains(line)).collect();
        let now = tokens_of_lines(text);
        let before: Vec<Vec<String>> =
            earlier.iter().flat_map(|text| tokens_of_lines(text)).collect();
        let new = secret.iter().filter(|line| is_said(line, &now)).count();
        let all =
            secret.iter().filter(|line| is_said(line, &now) || is_said(line, &before)).count();
        if new > 0 && all * 3 > secret.len() {
            return Err(Leak::Lines);
        }
    }
    Ok(())
}

/// The lines of a program that say something, with every name as `v`.
pub(super) fn lines(program: &str) -> Vec<Vec<String>> {
    let mut lines: Vec<Vec<String>> = Vec::new();
    for line in program.lines() {
        let line = line.split('#').next().unwrap_or_default();
        let tokens = tokens(line);
        if tokens.len() >= LEAST_TOKENS && !lines.contains(&tokens) {
            lines.push(tokens);
        }
    }
    lines
}

/// The tokens of every line of a text, whether it is code or prose.
fn tokens_of_lines(text: &str) -> Vec<Vec<String>> {
    text.lines().map(tokens).collect()
}

/// Whether a line stands in one of these, also in the middle of a sentence.
fn is_said(line: &[String], texts: &[Vec<String>]) -> bool {
    texts.iter().any(|text| text.windows(line.len()).any(|window| window == line))
}

/// A line as names, numbers and signs; names that the programmer chose are `v`.
fn tokens(line: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = line.trim();
    while let Some(first) = rest.chars().next() {
        let part = |same: fn(char) -> bool| rest.find(|sign| !same(sign)).unwrap_or(rest.len());
        let length = if first.is_ascii_alphabetic() || first == '_' {
            part(|sign| sign.is_ascii_alphanumeric() || sign == '_')
        } else if first.is_ascii_digit() {
            part(|sign| sign.is_ascii_digit())
        } else {
            first.len_utf8()
        };
        let (token, tail) = rest.split_at(length.max(1));
        let name = token.starts_with(|sign: char| sign.is_ascii_alphabetic() || sign == '_');
        if !token.trim().is_empty() && token != "`" {
            let kept = !name || WORDS.contains(&token);
            tokens.push(if kept { token.to_owned() } else { "v".to_owned() });
        }
        rest = tail;
    }
    tokens
}

/// How many lines with something in them stand in blocks of code.
fn lines_in_blocks(text: &str) -> usize {
    let mut inside = false;
    let mut count = 0;
    for line in text.lines().map(str::trim) {
        if line.starts_with("```") || line.starts_with("~~~") {
            inside = !inside;
            // A block in one line: ```x = 1```
            count += usize::from(line.len() > 6 && line.ends_with("```") && inside);
        } else if inside && !line.is_empty() {
            count += 1;
        }
    }
    count
}

fn is_like_code(line: &str) -> bool {
    let line = line.trim().trim_start_matches(['`', '>', '-', '*', ' ']);
    let begins = BEGINNINGS.iter().any(|word| line.starts_with(word));
    let ends = line.ends_with([':', ';', '{', '}', ')', ']', '`']) || line.starts_with("return ");
    let assigns =
        line.contains(" = ") && !line.contains(char::is_whitespace) || line.contains(" += ");
    (begins && ends && line.contains(['(', ':', '=', '[', '+', '*'])) || assigns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_do_not_matter() {
        assert_eq!(tokens("    return alpha * beta"), tokens("return x * y"));
        assert_ne!(tokens("return x * y"), tokens("return x + y"));
        assert_eq!(lines("def f(a, b):\n    # adds\n    c = 1\n    return a + b\n").len(), 2);
    }

    #[test]
    fn blocks_are_counted() {
        assert_eq!(lines_in_blocks("Look:\n```python\na = 1\n\nb = 2\n```\nand so on"), 2);
        assert_eq!(lines_in_blocks("no block"), 0);
        assert!(is_like_code("for item in items:"));
        assert!(!is_like_code("For each item, think about what it needs."));
    }
}
