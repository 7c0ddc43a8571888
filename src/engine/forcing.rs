//! Tokens that a model is made to say: the end of thinking that has used up its budget or goes in
//! circles, and the end of an answer that goes in circles.
//!
//! Budget forcing after Muennighoff et al., "s1: Simple test-time scaling" (2025): a closing
//! sentence and the closing tag take the place of the next tokens, and the model answers with what
//! it has. Some tokens are kept for that answer, so that a limit on all tokens does not eat it.
//!
//! Works on text, for the tags may be one token or several, and follows the answer token by token;
//! asked twice about the same position it says the same.

use std::sync::Arc;

use super::{
    forced::Forced,
    repetition::{ANSWER, THINKING},
    thinking::{Beginning, ThinkingSplitter},
    tokens::{TokenDecoder, Tokens},
};
use crate::generate::Thinking;

/// What is said in the model's place when its thinking ends too late.
const CLOSING: &str = "\n\nI have to give my answer now, with what I have.\n</think>";
/// The same for thinking that was not wanted at all.
const CLOSING_TAG: &str = "\n</think>";

/// How thinking begins.
const OPENING_TAG: &str = "<think>";

/// The share of a limit on all tokens that is kept for the answer: one in this many, …
const RESERVED_SHARE: u32 = 4;
/// … but no more than this, …
const MOST_RESERVED: u32 = 1024;
/// … and below this nothing is: so few tokens hold no answer after thinking.
const LEAST_RESERVED: u32 = 16;

/// Tokens between two looks for a repetition.
const LOOK_EVERY: usize = 16;

/// The tokens of what can be forced, for one model.
#[derive(Debug, Clone)]
pub struct Phrases {
    closing: Arc<[u32]>,
    closing_tag: Arc<[u32]>,
    opening_tag: Arc<[u32]>,
}

impl Phrases {
    /// The phrases in a model's own tokens.
    ///
    /// # Errors
    ///
    /// The tokenizer's own words, if it cannot express them.
    pub fn new(tokens: &Tokens) -> Result<Self, String> {
        Ok(Self {
            closing: tokens.encode(CLOSING)?.into(),
            closing_tag: tokens.encode(CLOSING_TAG)?.into(),
            opening_tag: tokens.encode(OPENING_TAG)?.into(),
        })
    }

    /// How many tokens it takes to end thinking.
    pub fn closing_length(&self) -> usize {
        self.closing.len()
    }
}

/// What becomes of the next token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The model chooses.
    Free,
    /// This one, whatever the model wants.
    Exactly(u32),
    /// The answer ends.
    End,
}

/// Where an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Before the first token that shows whether it thinks; so it would begin to.
    Undecided(u32),
    /// In the tag that opens thinking; this is its next token.
    Opening(u32),
    /// Thinking.
    Thinking,
    /// In the answer proper, which begins at this token.
    Answer(usize),
}

/// How many tokens there are.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// For thinking and answer together.
    pub max_tokens: u32,
    /// The fewest that the answer needs.
    pub answer: u32,
}

/// Follows one answer and says what is forced on it.
pub struct Forcing {
    tokens: Arc<Tokens>,
    beginning: Beginning,
    /// The most tokens of thinking; `None`: as many as the answer may have.
    budget: Option<usize>,
    closing: Arc<[u32]>,
    /// How thinking begins; nothing if it may not.
    opening: Arc<[u32]>,
    forced: Forced,
    progress: Progress,
}

/// What is known after some tokens.
struct Progress {
    seen: usize,
    decoder: TokenDecoder,
    splitter: ThinkingSplitter,
    /// How many of the tokens were thinking.
    thought: usize,
    /// Where the present part, thinking or answer, begins.
    part: usize,
    /// Where a phrase that is being forced begins.
    closing_from: Option<usize>,
}

impl Progress {
    fn new(beginning: Beginning) -> Self {
        Self {
            seen: 0,
            decoder: TokenDecoder::default(),
            splitter: ThinkingSplitter::new(beginning),
            thought: 0,
            part: 0,
            closing_from: None,
        }
    }
}

impl Forcing {
    /// Follows an answer of at most `max_tokens` tokens.
    pub fn new(
        tokens: Arc<Tokens>,
        phrases: &Phrases,
        beginning: Beginning,
        thinking: Thinking,
        limit: Limit,
        forced: Forced,
    ) -> Self {
        let (closing, opening) = match thinking {
            Thinking::Off => (&phrases.closing_tag, Arc::default()),
            Thinking::Natural | Thinking::UpTo(_) => {
                (&phrases.closing, Arc::clone(&phrases.opening_tag))
            }
        };
        let Limit { max_tokens, answer } = limit;
        let reserved = (max_tokens / RESERVED_SHARE).min(MOST_RESERVED).max(answer);
        let worth_it = answer > 0 || reserved >= LEAST_RESERVED;
        let room = (worth_it && reserved < max_tokens)
            .then(|| (max_tokens - reserved) as usize)
            .and_then(|room| room.checked_sub(closing.len()));
        let budget = match thinking {
            Thinking::Off => Some(0),
            Thinking::Natural => room,
            Thinking::UpTo(budget) => {
                let budget = usize::try_from(budget).unwrap_or(usize::MAX);
                Some(room.map_or(budget, |room| room.min(budget)))
            }
        };
        let closing = Arc::clone(closing);
        let progress = Progress::new(beginning);
        Self { tokens, beginning, budget, closing, opening, forced, progress }
    }

    /// Where the answer is, after what [`Forcing::next`] was last asked about.
    pub fn phase(&self, answer: &[u32]) -> Phase {
        let splitter = &self.progress.splitter;
        if splitter.is_thinking() {
            return Phase::Thinking;
        }
        if !splitter.is_undecided() {
            return Phase::Answer(self.progress.part);
        }
        match self.opening.get(answer.len()) {
            Some(&token) if self.opening.starts_with(answer) => match answer.len() {
                0 => Phase::Undecided(token),
                _ => Phase::Opening(token),
            },
            Some(_) | None => Phase::Answer(0),
        }
    }

    /// What becomes of the token after `answer`.
    pub fn next(&mut self, answer: &[u32]) -> Next {
        if answer.len() < self.progress.seen {
            self.progress = Progress::new(self.beginning);
        }
        while let Some(&token) = answer.get(self.progress.seen) {
            self.take(token, answer);
        }
        let Some(from) = self.progress.closing_from else {
            return if self.forced.loop_in_answer() { Next::End } else { Next::Free };
        };
        match self.closing.get(answer.len() - from) {
            Some(&token) => Next::Exactly(token),
            // The tag is out, and yet it thinks: the tokenizer cut it otherwise, or it is a new
            // thought. The next look decides.
            None => Next::Free,
        }
    }

    fn take(&mut self, token: u32, answer: &[u32]) {
        let progress = &mut self.progress;
        let was_thinking = progress.splitter.is_thinking();
        progress.seen += 1;
        let text = progress.decoder.push(&self.tokens, token);
        progress.splitter.push(&text);
        let thinks = progress.splitter.is_thinking();
        if was_thinking || thinks {
            progress.thought += 1;
        }
        if was_thinking != thinks {
            progress.part = progress.seen;
        }
        if !thinks
            || progress.closing_from.is_some_and(|from| progress.seen - from >= self.closing.len())
        {
            progress.closing_from = None;
        }
        // A character is never cut: its few missing bytes come first.
        if progress.closing_from.is_some() || !progress.decoder.is_whole() {
            return;
        }
        let look = (progress.seen - progress.part).is_multiple_of(LOOK_EVERY);
        let part = answer.get(progress.part..progress.seen).unwrap_or_default();
        if thinks {
            if self.budget.is_some_and(|budget| progress.thought >= budget) {
                self.forced.note_budget();
                progress.closing_from = Some(progress.seen);
            } else if look && THINKING.exhausted_by(part).is_some() {
                self.forced.note_loop_in_thinking();
                progress.closing_from = Some(progress.seen);
            }
        } else if look && ANSWER.exhausted_by(part).is_some() {
            self.forced.note_loop_in_answer();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use tokenizers::{
        AddedToken, Tokenizer, decoders::byte_level::ByteLevel, models::bpe::BPE,
        pre_tokenizers::byte_level::ByteLevel as Words,
    };

    use super::*;

    /// A token a byte; the closing tag is one token, the opening one is seven.
    fn tokens() -> Arc<Tokens> {
        let mut letters: Vec<char> = Words::alphabet().into_iter().collect();
        letters.sort_unstable();
        let vocabulary: HashMap<String, u32> =
            (0..).zip(letters).map(|(id, letter)| (letter.to_string(), id)).collect();
        let vocabulary = vocabulary.into_iter().collect::<tokenizers::models::bpe::Vocab>();
        let model = BPE::builder().vocab_and_merges(vocabulary, Vec::new()).build();
        let mut tokenizer = Tokenizer::new(model.expect("a model"));
        tokenizer.with_pre_tokenizer(Some(Words::new(false, true, false)));
        tokenizer.with_decoder(Some(ByteLevel::new(false, false, false)));
        tokenizer.add_tokens(&[AddedToken::from("</think>", false)]);
        Arc::new(Tokens::new(tokenizer))
    }

    /// What comes out of a model that wants to say `wanted`, until it or the limit ends.
    fn play(
        wanted: &str,
        beginning: Beginning,
        thinking: Thinking,
        max_tokens: u32,
    ) -> (String, Forced) {
        let (tokens, forced) = (tokens(), Forced::default());
        let phrases = Phrases::new(&tokens).expect("phrases");
        let mut forcing = Forcing::new(
            Arc::clone(&tokens),
            &phrases,
            beginning,
            thinking,
            Limit { max_tokens, answer: 0 },
            forced.clone(),
        );
        let mut wanted = tokens.encode(wanted).expect("tokens").into_iter();
        let mut said = Vec::new();
        while said.len() < max_tokens as usize {
            let next = forcing.next(&said);
            assert_eq!(forcing.next(&said), next, "asked twice it says the same");
            let token = match next {
                Next::Exactly(token) => token,
                Next::End => break,
                Next::Free => match wanted.next() {
                    Some(token) => token,
                    None => break,
                },
            };
            said.push(token);
        }
        let mut decoder = TokenDecoder::default();
        let mut text: String = said.iter().map(|token| decoder.push(&tokens, *token)).collect();
        text += &decoder.finish(&tokens);
        (text, forced)
    }

    #[test]
    fn a_budget_ends_the_thinking_with_a_sentence() {
        let (text, forced) = play("0123456789 and on", Beginning::Inside, Thinking::UpTo(8), 400);
        assert_eq!(text, format!("01234567{CLOSING}89 and on"));
        assert!(forced.budget());
    }

    #[test]
    fn thinking_within_its_budget_is_left_alone() {
        for thinking in [Thinking::UpTo(40), Thinking::Natural] {
            let (text, forced) = play("short</think>answer", Beginning::Inside, thinking, 4000);
            assert_eq!(text, "short</think>answer");
            assert!(!forced.budget());
        }
    }

    #[test]
    fn a_character_is_never_cut() {
        let (text, _) = play("数学是什么", Beginning::Inside, Thinking::UpTo(4), 400);
        assert!(text.starts_with(&format!("数学{CLOSING}")), "{text}");
    }

    #[test]
    fn a_limit_on_all_tokens_keeps_some_for_the_answer() {
        let thought: String = (0..300).map(|number| format!("{number} ")).collect();
        let (text, forced) = play(&thought, Beginning::Inside, Thinking::Natural, 400);
        let (thinking, answer) = text.split_once("</think>").expect("closed");
        assert_eq!(thinking.len() + 1, 300);
        assert_eq!(answer.len(), 100);
        assert!(forced.budget());
        // Too few for thinking and an answer: whatever comes, comes.
        let (text, _) = play(&thought, Beginning::Inside, Thinking::Natural, 40);
        assert!(!text.contains("</think>"));
    }

    #[test]
    fn thinking_that_was_not_wanted_is_closed_though_its_tag_is_many_tokens() {
        let (text, _) = play("<think>so it begins", Beginning::After, Thinking::Off, 400);
        assert!(text.starts_with("<think>\n</think>"), "{text}");
    }

    #[test]
    fn circles_end_thinking_and_answers() {
        let (text, forced) =
            play(&"again and ".repeat(90), Beginning::Inside, Thinking::Natural, 4000);
        assert!(text.contains(CLOSING));
        assert!(forced.loop_in_thinking() && !forced.budget());
        let (text, forced) =
            play(&"and again ".repeat(90), Beginning::After, Thinking::Natural, 4000);
        assert!(text.len() < 500, "{}", text.len());
        assert!(forced.loop_in_answer() && !forced.loop_in_thinking());
    }
}
