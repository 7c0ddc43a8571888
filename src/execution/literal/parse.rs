//! Reads values.

use super::Literal;

/// Deeper nesting is refused, so that no text can exhaust the stack.
const DEEPEST: usize = 200;

/// A text that is no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {what}")]
pub struct LiteralError {
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
    /// What is wrong there.
    pub what: &'static str,
}

/// Reads one value, in JSON or as a Python literal.
///
/// # Errors
///
/// Where the text is no value, and what is missing there.
pub fn parse(text: &str) -> Result<Literal, LiteralError> {
    let mut parser = Parser { text, rest: text };
    let value = parser.value(0)?;
    parser.space();
    if parser.rest.is_empty() { Ok(value) } else { Err(parser.error("the value should end here")) }
}

/// Reads `name = value, name = value`, the form in which LeetCode writes inputs.
pub(in crate::execution) fn assignments(text: &str) -> Option<Vec<(String, Literal)>> {
    let mut parser = Parser { text, rest: text };
    let mut found = Vec::new();
    loop {
        let name = parser.word();
        if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
            return None;
        }
        if !parser.eat("=") {
            return None;
        }
        found.push((name.to_owned(), parser.value(0).ok()?));
        parser.space();
        if parser.rest.is_empty() {
            return Some(found);
        }
        if !parser.eat(",") {
            return None;
        }
    }
}

struct Parser<'text> {
    text: &'text str,
    rest: &'text str,
}

type Parsed<T> = Result<T, LiteralError>;

impl<'text> Parser<'text> {
    fn error(&self, what: &'static str) -> LiteralError {
        let before = self.text.len() - self.rest.len();
        let before = self.text.get(..before).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        LiteralError {
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
            what,
        }
    }

    fn space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// Takes a token if it is next.
    fn eat(&mut self, token: &str) -> bool {
        self.space();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn word(&mut self) -> &'text str {
        self.space();
        let end = self
            .rest
            .find(|sign: char| !(sign.is_alphanumeric() || sign == '_'))
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn value(&mut self, depth: usize) -> Parsed<Literal> {
        if depth > DEEPEST {
            return Err(self.error("this is nested too deeply"));
        }
        self.space();
        match self.rest.chars().next() {
            None => Err(self.error("a value is missing")),
            Some('[') => Ok(Literal::List(self.items("[", "]", depth)?.0)),
            Some('(') => self.tuple(depth),
            Some('{') => self.braces(depth),
            Some(quote @ ('"' | '\'')) => self.string(quote).map(Literal::Text),
            Some('+' | '-' | '.' | '0'..='9') => self.number(),
            Some(_) => self.named(depth),
        }
    }

    /// The items between two brackets, and whether a comma stands behind the last one.
    fn items(&mut self, open: &str, close: &str, depth: usize) -> Parsed<(Vec<Literal>, bool)> {
        self.eat(open);
        let mut items = Vec::new();
        let mut comma = false;
        while !self.eat(close) {
            if !items.is_empty() && !comma {
                return Err(self.error("a comma or a closing bracket is missing"));
            }
            items.push(self.value(depth + 1)?);
            comma = self.eat(",");
        }
        Ok((items, comma))
    }

    fn tuple(&mut self, depth: usize) -> Parsed<Literal> {
        let (mut items, comma) = self.items("(", ")", depth)?;
        // `(1)` is 1, `(1,)` is a tuple.
        match items.pop() {
            Some(only) if items.is_empty() && !comma => Ok(only),
            last => {
                items.extend(last);
                Ok(Literal::Tuple(items))
            }
        }
    }

    fn braces(&mut self, depth: usize) -> Parsed<Literal> {
        self.eat("{");
        let (mut entries, mut members) = (Vec::new(), Vec::new());
        let mut comma = true;
        while !self.eat("}") {
            if !comma {
                return Err(self.error("a comma or a closing brace is missing"));
            }
            let key = self.value(depth + 1)?;
            if self.eat(":") {
                entries.push((key, self.value(depth + 1)?));
            } else {
                members.push(key);
            }
            comma = self.eat(",");
        }
        match (entries.is_empty(), members.is_empty()) {
            (_, true) => Ok(Literal::Dict(entries)),
            (true, false) => Ok(Literal::Set(members)),
            (false, false) => Err(self.error("a colon is missing in this dictionary")),
        }
    }

    fn named(&mut self, depth: usize) -> Parsed<Literal> {
        let start = self.rest;
        let value = match self.word() {
            "None" | "null" => Literal::None,
            "True" | "true" => Literal::Bool(true),
            "False" | "false" => Literal::Bool(false),
            "NaN" | "nan" => Literal::Float(f64::NAN),
            "Infinity" | "inf" => Literal::Float(f64::INFINITY),
            "set" if self.eat("(") && self.eat(")") => Literal::Set(Vec::new()),
            "frozenset" if self.eat("(") => {
                let members = match self.eat(")") {
                    true => Vec::new(),
                    false => {
                        let members = self.value(depth + 1)?;
                        if !self.eat(")") {
                            return Err(self.error("a closing bracket is missing"));
                        }
                        match members {
                            Literal::Set(members) => members,
                            _ => return Err(self.error("a set is needed")),
                        }
                    }
                };
                Literal::Set(members)
            }
            _ => {
                self.rest = start;
                return Err(self.error("this is no value; a text needs quotes"));
            }
        };
        Ok(value)
    }

    fn number(&mut self) -> Parsed<Literal> {
        let negative = self.rest.starts_with('-');
        let unsigned = self.rest.strip_prefix(['-', '+']).unwrap_or(self.rest);
        if unsigned.starts_with("inf") || unsigned.starts_with("Infinity") {
            self.rest = unsigned;
            self.word();
            return Ok(Literal::Float(if negative { f64::NEG_INFINITY } else { f64::INFINITY }));
        }
        let mut previous = ' ';
        let end = unsigned.find(|sign: char| {
            let exponent = matches!(previous, 'e' | 'E') && matches!(sign, '+' | '-');
            let part = sign.is_ascii_digit() || matches!(sign, '.' | 'e' | 'E' | '_') || exponent;
            previous = sign;
            !part
        });
        let (written, rest) = unsigned.split_at(end.unwrap_or(unsigned.len()));
        let digits = written.replace('_', "");
        if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            self.rest = rest;
            let digits = digits.trim_start_matches('0');
            return Ok(Literal::Int(match (negative, digits) {
                (_, "") => "0".to_owned(),
                (true, digits) => format!("-{digits}"),
                (false, digits) => digits.to_owned(),
            }));
        }
        let Ok(number) = digits.parse::<f64>() else {
            return Err(self.error("this is no number"));
        };
        self.rest = rest;
        Ok(Literal::Float(if negative { -number } else { number }))
    }

    fn string(&mut self, quote: char) -> Parsed<String> {
        let opening = self.error("this text has no end");
        self.eat(quote.encode_utf8(&mut [0; 4]));
        let mut text = String::new();
        loop {
            let Some(end) = self.rest.find([quote, '\\']) else { return Err(opening) };
            let (plain, rest) = self.rest.split_at(end);
            text.push_str(plain);
            let mut signs = rest.chars();
            if signs.next() == Some(quote) {
                self.rest = signs.as_str();
                return Ok(text);
            }
            let escape = signs.next();
            self.rest = signs.as_str();
            match escape {
                None => return Err(opening),
                Some(escape) => self.escape(escape, &mut text),
            }
        }
    }

    /// What stands behind a backslash. What is no escape stays as it is, as in Python.
    fn escape(&mut self, escape: char, text: &mut String) {
        let width = match escape {
            'n' => return text.push('\n'),
            't' => return text.push('\t'),
            'r' => return text.push('\r'),
            'b' => return text.push('\u{8}'),
            'f' => return text.push('\u{c}'),
            'v' => return text.push('\u{b}'),
            'a' => return text.push('\u{7}'),
            '0' => return text.push('\0'),
            '\\' | '\'' | '"' | '/' => return text.push(escape),
            '\n' => return,
            'x' => 2,
            'u' => 4,
            'U' => 8,
            other => {
                text.push('\\');
                return text.push(other);
            }
        };
        let Some(mut code) = self.hexadecimal(width) else {
            text.push('\\');
            return text.push(escape);
        };
        // Two halves of a character, as JSON writes those beyond 16 bits.
        if (0xD800..0xDC00).contains(&code)
            && let Some(rest) = self.rest.strip_prefix("\\u")
        {
            let before = std::mem::replace(&mut self.rest, rest);
            match self.hexadecimal(4).filter(|low| (0xDC00..0xE000).contains(low)) {
                Some(low) => code = 0x1_0000 + ((code - 0xD800) << 10) + (low - 0xDC00),
                None => self.rest = before,
            }
        }
        text.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
    }

    fn hexadecimal(&mut self, width: usize) -> Option<u32> {
        let digits = self.rest.get(..width)?;
        let code = u32::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))?;
        self.rest = self.rest.get(width..).unwrap_or_default();
        Some(code)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str) -> String {
        match parse(text) {
            Ok(value) => value.to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn both_languages_are_read() {
        assert_eq!(shown(" [1, true, null, \"a\\u00e9\\n\"] "), r#"[1, True, None, "aé\n"]"#);
        assert_eq!(
            shown("{'a': (1,), 'b': (2), 'c': set()}"),
            r#"{"a": (1,), "b": 2, "c": set()}"#
        );
        assert_eq!(shown("{1, 2,}"), "{1, 2}");
        assert_eq!(shown("-1_000.50e-1"), "-100.05");
        assert_eq!(shown("-0012345678901234567890123"), "-12345678901234567890123");
        assert_eq!(shown("[-Infinity, NaN]"), "[-inf, nan]");
        assert_eq!(shown(r#""\ud83d\ude00 \q \ud83d""#), "\"😀 \\\\q \u{fffd}\"");
        assert_eq!(shown("'it''s'"), "line 1, column 5: the value should end here");
    }

    #[test]
    fn a_mistake_is_told_with_its_place() {
        assert_eq!(
            shown("[1,\n  2 3]"),
            "line 2, column 5: a comma or a closing bracket is missing"
        );
        assert_eq!(shown("[1, x]"), "line 1, column 5: this is no value; a text needs quotes");
        assert_eq!(shown("\"abc"), "line 1, column 1: this text has no end");
        assert_eq!(shown("1.2.3"), "line 1, column 1: this is no number");
        assert_eq!(shown(""), "line 1, column 1: a value is missing");
        assert!(shown(&"[".repeat(100_000)).contains("nested too deeply"));
    }

    #[test]
    fn inputs_of_leetcode_are_assignments() {
        let found = assignments("nums = [2,7], target = 9").unwrap();
        assert_eq!(found[0], ("nums".to_owned(), parse("[2, 7]").unwrap()));
        assert_eq!(found[1], ("target".to_owned(), Literal::Int("9".to_owned())));
        assert_eq!(assignments("5 3"), None);
        assert_eq!(assignments("n = 5 apples"), None);
    }

    proptest! {
        #[test]
        fn every_text_has_an_answer(text in r#"([\[\](){}:,'"\\ue0-9.+\-_ \n]|True|null|set\(|é){0,40}"#) {
            let _ = parse(&text);
            assignments(&text);
        }

        #[test]
        fn what_is_written_is_read_again(text in "\\PC{0,20}", number in any::<f64>(), whole in any::<i128>()) {
            let value = Literal::List(vec![
                Literal::Text(text),
                Literal::Float(if number.is_nan() { 0.0 } else { number }),
                Literal::Int(whole.to_string()),
            ]);
            prop_assert_eq!(parse(&value.to_string()), Ok(value));
        }
    }
}
