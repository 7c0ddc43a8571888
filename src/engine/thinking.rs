//! Splits a model's raw text into thinking and answer while it streams.
//!
//! Reasoning models write `<think>…</think>` as ordinary text, in one token or in several, and some
//! chat templates already open it in the prompt. The tags never reach the reader; half a tag is held
//! back until it is known to be one.

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

/// A piece of text that belongs to one side of the split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Thinking.
    Reasoning(String),
    /// Answer.
    Content(String),
}

/// Where a model's text begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beginning {
    /// Before the thinking: the model opens it itself, or does not think.
    Before,
    /// Inside the thinking: the prompt has opened it.
    Inside,
    /// After the thinking: the prompt has closed it.
    After,
    /// Anywhere: the model continues a text, and nothing in it is thinking apart.
    Raw,
}

/// Splits text that arrives piece by piece.
#[derive(Debug)]
pub struct ThinkingSplitter {
    state: State,
    /// Text that cannot be placed yet: the start of a tag, or white space next to one.
    held: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Before,
    /// Inside, before the first visible character.
    Opened,
    Inside,
    /// After the thinking, before the first visible character of the answer.
    Closed,
    Answer,
}

impl ThinkingSplitter {
    /// A splitter for text that starts at `beginning`.
    pub fn new(beginning: Beginning) -> Self {
        let state = match beginning {
            Beginning::Before => State::Before,
            Beginning::Inside => State::Opened,
            Beginning::After => State::Closed,
            Beginning::Raw => State::Answer,
        };
        Self { state, held: String::new() }
    }

    /// Whether the text seen so far has not reached the answer.
    pub fn is_thinking(&self) -> bool {
        matches!(self.state, State::Opened | State::Inside)
    }

    /// Whether it is still open whether the model thinks at all.
    pub fn is_undecided(&self) -> bool {
        self.state == State::Before
    }

    /// Takes more text and returns what can be placed.
    pub fn push(&mut self, text: &str) -> Vec<Piece> {
        self.held.push_str(text);
        let mut pieces = Vec::new();
        while self.step(&mut pieces) {}
        pieces
    }

    /// Ends the text: what was held back turns out to be ordinary text.
    pub fn finish(mut self) -> Vec<Piece> {
        let rest = std::mem::take(&mut self.held);
        let piece = match self.state {
            State::Opened | State::Inside => Piece::Reasoning(rest.trim_end().to_owned()),
            State::Before | State::Closed => Piece::Content(rest.trim_start().to_owned()),
            State::Answer => Piece::Content(rest),
        };
        match &piece {
            Piece::Reasoning(text) | Piece::Content(text) if text.is_empty() => Vec::new(),
            Piece::Reasoning(_) | Piece::Content(_) => vec![piece],
        }
    }

    /// One transition; `false` when more text is needed.
    fn step(&mut self, pieces: &mut Vec<Piece>) -> bool {
        match self.state {
            State::Before | State::Closed => self.step_outside(),
            State::Opened => {
                let visible = self.held.trim_start();
                if visible.is_empty() {
                    return false;
                }
                self.held = visible.to_owned();
                self.state = State::Inside;
                true
            }
            State::Inside => self.step_inside(pieces),
            State::Answer => {
                if self.held.is_empty() {
                    return false;
                }
                pieces.push(Piece::Content(std::mem::take(&mut self.held)));
                false
            }
        }
    }

    /// Before the answer's first visible character a tag may still come, also a stray one.
    fn step_outside(&mut self) -> bool {
        let visible = self.held.trim_start();
        if let Some(rest) = visible.strip_prefix(OPEN) {
            self.held = rest.to_owned();
            self.state = State::Opened;
            return true;
        }
        if let Some(rest) = visible.strip_prefix(CLOSE) {
            self.held = rest.to_owned();
            self.state = State::Closed;
            return true;
        }
        if OPEN.starts_with(visible) || CLOSE.starts_with(visible) {
            return false;
        }
        self.held = visible.to_owned();
        self.state = State::Answer;
        true
    }

    fn step_inside(&mut self, pieces: &mut Vec<Piece>) -> bool {
        if let Some((thinking, rest)) = self.held.split_once(CLOSE) {
            let thinking = thinking.trim_end();
            if !thinking.is_empty() {
                pieces.push(Piece::Reasoning(thinking.to_owned()));
            }
            self.held = rest.to_owned();
            self.state = State::Closed;
            return true;
        }
        // The end of the text may be the beginning of the closing tag, or white space before it.
        let tag = held_suffix(&self.held, CLOSE);
        let end = self.held.len() - tag;
        let keep = self.held.get(..end).map_or(0, |text| text.trim_end().len());
        if keep > 0 {
            let rest = self.held.split_off(keep);
            pieces.push(Piece::Reasoning(std::mem::replace(&mut self.held, rest)));
        }
        false
    }
}

/// The length of the longest end of `text` that is a proper beginning of `tag`.
pub(crate) fn held_suffix(text: &str, tag: &str) -> usize {
    (1..tag.len())
        .rev()
        .filter(|&length| tag.is_char_boundary(length))
        .find(|&length| tag.get(..length).is_some_and(|start| text.ends_with(start)))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn split(beginning: Beginning, parts: &[&str]) -> (String, String) {
        let mut splitter = ThinkingSplitter::new(beginning);
        let mut pieces: Vec<Piece> = parts.iter().flat_map(|part| splitter.push(part)).collect();
        pieces.extend(splitter.finish());
        let mut answer_began = false;
        let (mut reasoning, mut content) = (String::new(), String::new());
        for piece in pieces {
            match piece {
                Piece::Reasoning(text) => {
                    assert!(!answer_began, "thinking after the answer");
                    assert!(!text.is_empty());
                    reasoning.push_str(&text);
                }
                Piece::Content(text) => {
                    answer_began = true;
                    assert!(!text.is_empty());
                    content.push_str(&text);
                }
            }
        }
        (reasoning, content)
    }

    #[test]
    fn tags_in_pieces_are_found() {
        assert_eq!(
            split(Beginning::Before, &["<th", "ink>\n12 +", " 30\n</thi", "nk>\n", "\n42"]),
            ("12 + 30".to_owned(), "42".to_owned())
        );
    }

    #[test]
    fn t8_a_prompt_may_have_opened_the_thinking() {
        assert_eq!(
            split(Beginning::Inside, &["\nso ", "</think>yes"]),
            ("so".to_owned(), "yes".to_owned())
        );
    }

    #[test]
    fn an_unclosed_thought_stays_thinking() {
        assert_eq!(
            split(Beginning::Before, &["<think>a < b </t"]),
            ("a < b </t".to_owned(), String::new())
        );
    }

    #[test]
    fn t8_an_empty_thought_and_stray_tags_vanish() {
        assert_eq!(
            split(Beginning::Before, &["<think>\n\n</think>\n\n</think>\n7"]),
            (String::new(), "7".to_owned())
        );
        assert_eq!(split(Beginning::After, &["</think>", "ok"]), (String::new(), "ok".to_owned()));
    }

    #[test]
    fn text_without_tags_is_the_answer() {
        assert_eq!(
            split(Beginning::Before, &["  <", "3 is a heart"]),
            (String::new(), "<3 is a heart".to_owned())
        );
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(
            text in "(<think>|</think>|<|>|[a-z \n]|数){0,24}",
            cuts in prop::collection::vec(0usize..64, 0..6),
        ) {
            let whole = split(Beginning::Before, &[&text]);
            let mut cuts: Vec<usize> = cuts
                .into_iter()
                .filter(|&cut| cut <= text.len() && text.is_char_boundary(cut))
                .collect();
            cuts.sort_unstable();
            let mut parts = Vec::new();
            let mut start = 0;
            for cut in cuts {
                parts.push(&text[start..cut]);
                start = cut;
            }
            parts.push(&text[start..]);
            prop_assert_eq!(split(Beginning::Before, &parts), whole);
        }
    }
}
