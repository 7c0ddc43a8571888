//! Finds the calls of functions in an answer's text while it streams.

use super::{
    calls::{CLOSE, OPEN},
    thinking::held_suffix,
};

/// A piece of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallPiece {
    /// Text that is no call.
    Text(String),
    /// A call of the function of this name begins.
    Call(String),
    /// A piece of its arguments.
    Arguments(String),
}

/// Reads an answer piece by piece.
#[derive(Debug, Default)]
pub struct CallReader {
    state: State,
    /// Text that cannot be placed yet.
    held: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Text,
    /// After the opening tag, before the arguments.
    Head,
    /// In the arguments, so many brackets deep.
    Arguments { depth: u32, in_string: bool, escaped: bool },
    /// After the arguments, before the closing tag.
    Tail,
    /// After a call: white space is layout.
    After,
}

impl CallReader {
    /// How many bytes of text are held back, for they may begin a call.
    pub fn held(&self) -> usize {
        if self.state == State::Text { self.held.len() } else { 0 }
    }

    /// Whether the text ends inside a call.
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Head | State::Arguments { .. })
    }

    /// Takes more text and returns what can be placed.
    pub fn push(&mut self, text: &str) -> Vec<CallPiece> {
        self.held.push_str(text);
        let mut pieces = Vec::new();
        while self.step(&mut pieces) {}
        pieces
    }

    /// Ends the text; what turned out to be no call is text.
    pub fn finish(&mut self) -> Option<String> {
        let rest = std::mem::take(&mut self.held);
        match self.state {
            State::Text => (!rest.is_empty()).then_some(rest),
            State::Head => Some(format!("{OPEN}{rest}")),
            State::Arguments { .. } | State::Tail | State::After => None,
        }
    }

    /// One transition; `false` when more text is needed.
    fn step(&mut self, pieces: &mut Vec<CallPiece>) -> bool {
        match self.state {
            State::Text => self.step_text(pieces),
            State::Head => match head(&self.held) {
                Head::Whole { name, length } => {
                    self.held.drain(..length);
                    pieces.push(CallPiece::Call(name));
                    self.state = State::Arguments { depth: 0, in_string: false, escaped: false };
                    true
                }
                Head::Unfinished => false,
                Head::Other => {
                    // No call after all: it is shown as it is.
                    let text = std::mem::take(&mut self.held);
                    pieces.push(CallPiece::Text(format!("{OPEN}{text}")));
                    self.state = State::Text;
                    false
                }
            },
            State::Arguments { depth, in_string, escaped } => {
                self.step_arguments(pieces, depth, in_string, escaped)
            }
            State::Tail => match self.held.split_once(CLOSE) {
                Some((_, rest)) => {
                    self.held = rest.to_owned();
                    self.state = State::After;
                    true
                }
                None => false,
            },
            State::After => {
                let rest = self.held.trim_start().to_owned();
                self.held = rest;
                if self.held.is_empty() {
                    return false;
                }
                self.state = State::Text;
                true
            }
        }
    }

    fn step_text(&mut self, pieces: &mut Vec<CallPiece>) -> bool {
        if let Some((text, rest)) = self.held.split_once(OPEN) {
            let text = text.trim_end();
            if !text.is_empty() {
                pieces.push(CallPiece::Text(text.to_owned()));
            }
            self.held = rest.to_owned();
            self.state = State::Head;
            return true;
        }
        // White space before a call is layout, so it waits with the beginning of a tag.
        let tag = held_suffix(&self.held, OPEN);
        let end = self.held.len() - tag;
        let keep = self.held.get(..end).map_or(0, |text| text.trim_end().len());
        if keep > 0 {
            let rest = self.held.split_off(keep);
            pieces.push(CallPiece::Text(std::mem::replace(&mut self.held, rest)));
        }
        false
    }

    fn step_arguments(
        &mut self,
        pieces: &mut Vec<CallPiece>,
        mut depth: u32,
        mut in_string: bool,
        mut escaped: bool,
    ) -> bool {
        let mut end = None;
        for (position, byte) in self.held.bytes().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if in_string => escaped = true,
                b'"' => in_string = !in_string,
                _ if in_string => {}
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        end = Some(position + 1);
                        break;
                    }
                }
                _ => {}
            }
        }
        self.state = match end {
            Some(_) => State::Tail,
            None => State::Arguments { depth, in_string, escaped },
        };
        let rest = self.held.split_off(end.unwrap_or(self.held.len()));
        let text = std::mem::replace(&mut self.held, rest);
        if !text.is_empty() {
            pieces.push(CallPiece::Arguments(text));
        }
        end.is_some()
    }
}

/// What stands before the arguments of a call.
enum Head {
    /// All of it, so many bytes.
    Whole { name: String, length: usize },
    /// Its beginning.
    Unfinished,
    /// Something else.
    Other,
}

/// Reads `{"name": "…", "arguments": ` up to the bracket that begins the arguments.
fn head(text: &str) -> Head {
    let mut rest = text;
    let mut name = String::new();
    for expected in ["{", "\"name\"", ":", "\"", "name", ",", "\"arguments\"", ":"] {
        rest = rest.trim_start();
        if expected == "name" {
            match rest.split_once('"') {
                Some((found, after)) => (name, rest) = (found.to_owned(), after),
                None => return Head::Unfinished,
            }
            continue;
        }
        match rest.strip_prefix(expected) {
            Some(after) => rest = after,
            None if expected.starts_with(rest) => return Head::Unfinished,
            None => return Head::Other,
        }
    }
    let rest = rest.trim_start();
    match rest.chars().next() {
        None => Head::Unfinished,
        Some('{') => Head::Whole { name, length: text.len() - rest.len() },
        Some(_) => Head::Other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CALL: &str = "<tool_call>\n{\"name\": \"add\", \"arguments\": {\"a\": [1, {}], \"b\": \"}\\\"<\"}}\n</tool_call>";

    /// The text outside of calls, and the calls.
    fn read(parts: &[&str]) -> (String, Vec<(String, String)>, bool) {
        let mut reader = CallReader::default();
        let (mut text, mut calls) = (String::new(), Vec::<(String, String)>::new());
        let mut pieces: Vec<CallPiece> = parts.iter().flat_map(|part| reader.push(part)).collect();
        let open = reader.is_open();
        pieces.extend(reader.finish().map(CallPiece::Text));
        for piece in pieces {
            match piece {
                CallPiece::Text(more) => text.push_str(&more),
                CallPiece::Call(name) => calls.push((name, String::new())),
                CallPiece::Arguments(more) => {
                    calls.last_mut().expect("a call began").1.push_str(&more);
                }
            }
        }
        (text, calls, open)
    }

    #[test]
    fn calls_are_told_from_text() {
        let arguments = "{\"a\": [1, {}], \"b\": \"}\\\"<\"}";
        let call = ("add".to_owned(), arguments.to_owned());
        let text = format!("I add.\n{CALL}\n{CALL}");
        assert_eq!(read(&[&text]), ("I add.".to_owned(), vec![call.clone(), call], false));
    }

    #[test]
    fn what_is_no_call_is_shown() {
        for text in ["1 < 2", "<tool", "<tool_call>never", "<tool_call>{\"name\": \"x\"", "a "] {
            assert_eq!(read(&[text]).0, text);
        }
    }

    #[test]
    fn a_call_that_is_cut_is_known_to_be() {
        let (text, calls, open) = read(&[CALL.split_at(50).0]);
        assert!(open && text.is_empty() && calls.len() == 1, "{text} {calls:?}");
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(before in "[a <]{0,6}", cuts in prop::collection::vec(0usize..90, 0..6)) {
            let text = format!("{before}x{CALL}\n{CALL} y");
            let mut cuts: Vec<usize> = cuts
                .into_iter()
                .filter(|&cut| cut <= text.len() && text.is_char_boundary(cut))
                .collect();
            cuts.sort_unstable();
            let (mut parts, mut start) = (Vec::new(), 0);
            for cut in cuts {
                parts.push(&text[start..cut]);
                start = cut;
            }
            parts.push(&text[start..]);
            prop_assert_eq!(read(&parts), read(&[&text]));
        }
    }
}
