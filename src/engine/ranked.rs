//! Which tokens a piece of answer is made of.
//!
//! Between a token and the answer stand the tags of the thinking, white space that is left out and
//! stop sequences that are held back. So tokens wait here until their text has appeared in the
//! answer: joined, the texts of the reported tokens are the answer.

use std::collections::VecDeque;

use super::{sampler::Ranking, tokens::Tokens};
use crate::generate::{RankedToken, TokenLogprob};

/// What is reported of a token with the text it completed.
pub(super) fn reported(tokens: &Tokens, text: String, ranking: &Ranking) -> TokenLogprob {
    let alternative =
        |(id, logprob): &(u32, f32)| RankedToken { text: tokens.text(*id), logprob: *logprob };
    TokenLogprob {
        chosen: RankedToken { text, logprob: ranking.logprob },
        top: ranking.top.iter().map(alternative).collect(),
    }
}

/// Tokens that wait for their text.
#[derive(Debug, Default)]
pub struct RankedText {
    waiting: VecDeque<TokenLogprob>,
    /// Whether a piece of the answer has appeared; from then on nothing is left out.
    begun: bool,
    /// How many bytes of the first token have appeared.
    shown: usize,
}

impl RankedText {
    /// Takes a token with the text it completed.
    pub fn push(&mut self, tokens: &Tokens, text: String, ranking: &Ranking) {
        self.waiting.push_back(reported(tokens, text, ranking));
    }

    /// Adds text to the last token: what was left of a character that was never finished.
    pub fn complete(&mut self, text: &str) {
        if let Some(token) = self.waiting.back_mut() {
            token.chosen.text.push_str(text);
        }
    }

    /// The tokens that the next piece of answer completes; `held` bytes are known of what follows it.
    pub fn take(&mut self, piece: &str, held: usize) -> Vec<TokenLogprob> {
        if piece.is_empty() {
            return Vec::new();
        }
        if !self.begun {
            self.begun = true;
            let known: usize = self.waiting.iter().map(|token| token.chosen.text.len()).sum();
            self.leave_out(known.saturating_sub(held + piece.len()));
        }
        let mut left = piece.len();
        let mut taken = Vec::new();
        while let Some(token) = self.waiting.front() {
            let rest = token.chosen.text.len().saturating_sub(self.shown);
            if rest > left || left == 0 {
                self.shown += left;
                break;
            }
            left -= rest;
            self.shown = 0;
            taken.extend(self.waiting.pop_front());
        }
        taken
    }

    /// The token of which a part has appeared and no more will.
    pub fn finish(&mut self) -> Option<TokenLogprob> {
        let shown = std::mem::take(&mut self.shown);
        let mut token = self.waiting.pop_front().filter(|_| shown > 0)?;
        token.chosen.text = token.chosen.text.get(..shown).unwrap_or_default().to_owned();
        Some(token)
    }

    /// Drops the first bytes: the thinking, its tags, white space.
    fn leave_out(&mut self, mut bytes: usize) {
        while bytes > 0
            && let Some(token) = self.waiting.front_mut()
        {
            let length = token.chosen.text.len();
            if length > bytes {
                let kept = token.chosen.text.get(bytes..).unwrap_or_default().to_owned();
                token.chosen.text = kept;
                return;
            }
            bytes -= length;
            self.waiting.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(texts: &[&str]) -> RankedText {
        let token = |text: &&str| TokenLogprob {
            chosen: RankedToken { text: (*text).to_owned(), logprob: 0.0 },
            top: Vec::new(),
        };
        RankedText { waiting: texts.iter().map(token).collect(), ..RankedText::default() }
    }

    fn texts(tokens: Vec<TokenLogprob>) -> Vec<String> {
        tokens.into_iter().map(|token| token.chosen.text).collect()
    }

    #[test]
    fn thinking_and_white_space_are_left_out() {
        let mut text = waiting(&["<think>", "so", "</think>", "\n\n The", " end"]);
        assert_eq!(texts(text.take("The end", 0)), ["The", " end"]);
    }

    #[test]
    fn a_token_is_reported_once_with_the_piece_that_completes_it() {
        let mut text = waiting(&["a", "bc"]);
        assert_eq!(texts(text.take("ab", 1)), ["a"]);
        assert_eq!(texts(text.take("c", 0)), ["bc"]);
    }

    #[test]
    fn of_a_token_that_a_stop_sequence_cut_only_the_part_before_it_is_reported() {
        let mut text = waiting(&["one", " twoEND"]);
        assert_eq!(texts(text.take("one two", 3)), ["one"]);
        assert_eq!(texts(text.finish().into_iter().collect()), [" two"]);
    }

    #[test]
    fn parts_of_a_character_come_with_it() {
        let mut text = waiting(&["", "", "数", "", "学"]);
        assert_eq!(texts(text.take("数", 3)), ["", "", "数"]);
        assert_eq!(texts(text.take("学", 0)), ["", "学"]);
    }
}
